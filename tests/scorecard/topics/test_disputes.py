"""Stage times, 小额 and arrears: the same numbers as the cards, and plain Python's."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Any

import duckdb
import pytest

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.calendar.period import GRAINS, Grain, parse
from scorecard.catalog.definitions import Catalog
from scorecard.charts import flow
from scorecard.charts.figure import FigureFrame
from scorecard.records import parameters
from scorecard.store import warehouse
from scorecard.topics import disputes as topic
from scorecard.topics.disputes import ABOVE, MAY, MUST, NO_CLAIM, NO_WAGE, Stage, Stages
from scorecard.topics.slices import Slice, slice_of
from scorecard.ui.topics.disputes import stage_lines
from tests.support.engine import built
from tests.support.samples import AS_OF

SHEET = FigureFrame("标题", "副题", ("口径 一",), True)
ALL = ("all", "all")


def slice_at(grain: Grain, key: str, department: str = "all", scope: str = "all") -> Slice:
    period = parse(grain, key)
    assert period is not None
    return slice_of(period, AS_OF, department, scope)


def rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    cursor = connection.cursor().execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# ------------------------------------------------------------------------------------------- the same as the cards


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize(("department", "scope"), [ALL, ("filing", "firm"), ("enforcement", "all")])
def test_what_is_shown_in_depth_is_what_the_cards_say(
    connection: duckdb.DuckDBPyConnection, found: Catalog, grain: Grain, department: str, scope: str
) -> None:
    series = warehouse.series(connection, found, grain, department, scope)
    limits = topic.thresholds(warehouse.parameters(connection))

    def each(indicator: str) -> Iterator[tuple[IndicatorValue, Slice]]:
        for reading in series.get(indicator, ())[-3:]:
            yield reading, slice_at(grain, reading.period.key, department, scope)

    compared = 0
    for reading, chosen in each("small_claims_rate"):
        claims = topic.claims(connection, found, chosen, limits)
        assert (sum(one.used for one in claims), sum(one.cases for one in claims)) == (
            reading.numerator, reading.denominator,
        )  # fmt: skip
        compared += 1
    for reading, chosen in each("first_enforcement_mean_days"):
        last = topic.stages(connection, found, chosen).apart[-1]
        assert (last.days, last.cases) == (reading.numerator, reading.denominator)
        compared += 1
    for reading, chosen in each("arrears_recovery_rate"):
        money = topic.arrears(connection, found, chosen)
        assert (money.recovered, money.claimed) == (reading.numerator, reading.denominator)
        compared += 1
    for reading, chosen in each("arrears_recovered_amount"):
        assert topic.arrears(connection, found, chosen).arrived == reading.numerator
    for reading, chosen in each("arrears_total_median_days"):
        whole = topic.arrears(connection, found, chosen).steps[-1]
        assert (whole.median, whole.cases) == (reading.numerator, reading.base)
    assert compared >= 3


def test_the_stages_of_the_same_cases_are_those_whose_trial_is_known_by_its_number(
    connection: duckdb.DuckDBPyConnection, found: Catalog
) -> None:
    chosen = slice_at("quarter", "2026-Q2")
    cases = {
        row["case_no"]: row for row in rows(connection, "cases") if row["case_type"] == "民初" and row["closed_on"]
    }
    closed = [
        row for row in rows(connection, "enforcement")
        if row["kind"] == "首次执行" and row["closed_on"] and chosen.first <= row["closed_on"] <= chosen.last
    ]  # fmt: skip
    pairs = [(cases[row["basis_case_no"]], row) for row in closed if row["basis_case_no"] in cases]
    steps = [
        (
            (trial["closed_on"] - trial["filed_on"]).days,
            (row["filed_on"] - trial["closed_on"]).days,
            (row["closed_on"] - row["filed_on"]).days,
        )
        for trial, row in pairs
        if trial["closed_on"] >= trial["filed_on"] and row["filed_on"] >= trial["closed_on"]
    ]  # fmt: skip
    stages = topic.stages(connection, found, chosen)
    assert stages.enforced == len(closed)
    assert [stage.cases for stage in stages.together] == [len(steps)] * 3
    assert [stage.days for stage in stages.together] == [sum(step[n] for step in steps) for n in range(3)]
    assert [stage.median for stage in stages.together] == [median(step[n] for step in steps) for n in range(3)]
    assert stages.whole == Fraction(sum(map(sum, steps)), len(steps))
    assert 0 < len(steps) < len(closed)


# ------------------------------------------------------------------------------------------------ 小额 by threshold

WAGES = [
    {"name": topic.WAGE, "year": 2023, "value": Decimal(107_131), "unit": "元", "valid_from": date(2024, 5, 31)},
    {"name": topic.WAGE, "year": 2024, "value": Decimal(110_000), "unit": "元", "valid_from": date(2025, 6, 10)},
    {"name": topic.MUST_SHARE, "year": 2022, "value": Decimal(50), "unit": "%", "valid_from": date(2022, 1, 1)},
    {"name": topic.MAY_SHARE, "year": 2022, "value": Decimal(200), "unit": "%", "valid_from": date(2022, 1, 1)},
]  # fmt: skip


def with_claims(catalog: Catalog, *filed: tuple[str, str | None, str]) -> Any:
    cases = [
        {
            "case_no": f"（2026）鲁0117民初{n}号", "filed_on": date.fromisoformat(day), "closed_on": date(2026, 12, 1),
            "claimed_yuan": None if amount is None else Decimal(amount), "procedure": procedure,
        }
        for n, (day, amount, procedure) in enumerate(filed, 1)
    ]  # fmt: skip
    return built(catalog, [], {"cases": cases}, {"cases": date(2026, 12, 31)})


def test_a_claim_is_measured_by_the_wage_in_force_when_it_was_filed(catalog: Catalog) -> None:
    filed = [
        ("2024-05-30", "1", "小额诉讼"),  # before the first figure: no threshold, however small the claim
        ("2024-05-31", "53565.5", "小额诉讼"),  # exactly half of 107,131
        ("2025-06-09", "53565.51", "简易程序"),
        ("2025-06-10", "55000", "简易程序"),  # half of the next figure
        ("2025-06-10", "220000", "小额诉讼"),
        ("2025-06-10", "220000.01", "普通程序"),
        ("2025-06-10", None, "小额诉讼"),
        ("2026-09-09", "1", "小额诉讼"),
        ("2026-09-10", "1", "小额诉讼"),  # fifteen months after the last figure: a newer one is out and not here
    ]
    with with_claims(catalog, *filed) as opened:
        chosen = Slice(date(2026, 12, 1), date(2026, 12, 31), *ALL)
        limits = topic.thresholds(parameters.from_rows(WAGES))
        found = topic.claims(opened, catalog, chosen, limits)
    bands = {one.band: (one.used, one.others) for one in found}
    assert [(one.year, one.must, one.may) for one in limits] == [
        (2023, Decimal("53565.5"), 214_262), (2024, 55_000, 220_000),
    ]  # fmt: skip
    assert bands == {MUST: (2, 1), MAY: (1, 1), ABOVE: (0, 1), NO_CLAIM: (1, 0), NO_WAGE: (2, 0)}


def test_a_share_that_changes_holds_from_its_own_day_and_does_not_make_the_wage_fresher() -> None:
    more = {"name": topic.MUST_SHARE, "year": 2025, "value": Decimal(60), "valid_from": date(2025, 1, 1)}
    limits = topic.thresholds(parameters.from_rows([*WAGES[:1], *WAGES[2:], more]))
    assert [(one.since, one.must, one.stale_from) for one in limits] == [
        (date(2024, 5, 31), Decimal("53565.5"), date(2025, 8, 31)),
        (date(2025, 1, 1), Decimal("64278.6"), date(2025, 8, 31)),
    ]


def test_without_a_parameter_the_missing_one_is_named_and_one_without_a_date_is_missing() -> None:
    known = parameters.from_rows(WAGES)
    assert topic.missing_parameters(known) == ()
    assert topic.missing_parameters(known[:3]) == (topic.MAY_SHARE,)
    undated = (*known[:3], replace(known[3], valid_from=None))
    assert topic.missing_parameters(undated) == (topic.MAY_SHARE,)
    assert topic.thresholds(undated) == ()
    assert len(topic.missing_parameters(())) == 3


def test_without_a_threshold_every_claim_is_counted_without_a_band(catalog: Catalog) -> None:
    with with_claims(catalog, ("2025-01-01", "1", "小额诉讼")) as opened:
        chosen = Slice(date(2026, 12, 1), date(2026, 12, 31), *ALL)
        found = topic.claims(opened, catalog, chosen, ())
    assert {one.band: one.cases for one in found if one.cases} == {NO_WAGE: 1}


# ------------------------------------------------------------------------------------------------------------- figure


def stage(name: str, cases: int, days: int) -> Stage:
    return Stage(name, cases, days, Fraction(days))


def test_a_stage_has_a_mean_a_month_and_a_gap_where_its_cases_are_few() -> None:
    """500 days of 10 cases are 50 days; four cases have no mean, and the line is named with its last one."""
    told = [(stage("立案", 10, 20), stage("一审", 10, 500)), (stage("立案", 10, 30), stage("一审", 4, 400))]
    lines = stage_lines(told, 5)
    assert lines == {"立案": [2, 3], "一审": [50, None]}
    shown = json.loads(flow.months(SHEET, ["2026年1月", "2026年2月"], lines, "天").to_json())
    points = [trace["y"] for trace in shown["data"] if trace["mode"] == "markers"]
    assert points == [[2.0, 3.0], [50.0, None]]
    named = [one["text"] for one in shown["layout"]["annotations"] if one.get("name") == "last"]
    assert named == ["立案 3天", "一审 50天"]


def test_too_few_same_cases_have_no_sum() -> None:
    assert Stages((), (stage("甲", 0, 0),), 3).whole is None
