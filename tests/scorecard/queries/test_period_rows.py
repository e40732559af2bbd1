"""Rows that stand for whole months, quarters or years: no shorter period has their number, none without a row is zero.

The counts of 2014 are those of tests/data/door/blank_sum_is_zero.csv; 2013 is blank there.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from scorecard.calendar.period import GRAINS
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.narrative.formula_words import formula_words
from tests.support.court import CATALOG
from tests.support.engine import built, values
from tests.support.naive import Key, Value, evaluate, month_end, months_from

KINDS = ("判决", "调解")


def table(length: str) -> Table:
    column = {
        "reported_on": {"header": "时间", "type": "date", "period": length},
        "kind": {"header": "方式", "type": "text"},
        "office": {"header": "部门", "type": "department"},
        "filed": {"header": "收案", "type": "integer", "unit": "件"},
        "closed": {"header": "结案", "type": "integer", "unit": "件"},
    }
    return Table.model_validate(
        {"id": "counts", "name": "统计表", "replaces": "all", "department": "office", "columns": column}
    )


def measured(name: str, formula: dict[str, Any], unit: str = "件") -> Indicator:
    return Indicator.model_validate(
        {
            "id": name, "domain": "disputes", "name": name, "definition": "", "exclusions": "", "why": "",
            "measures": [], "departments": [], "unit": unit, "direction": "neutral", "counterweight": "", "sources": [],
            "formula": {"table": "counts", "period": "reported_on", **formula},
            "example": {"rows": "kind", "expect": {"period": "2026"}},
        }
    )  # fmt: skip


INDICATORS = [
    measured("filed", {"kind": "sum", "of": "filed"}),
    measured("settled", {"kind": "sum", "of": "closed", "where": {"kind": "调解"}}),
    measured("rate", {"kind": "ratio", "of": "closed", "over": "filed"}, "%"),
    measured("most", {"kind": "median", "of": "filed"}, "元"),
]


def computed(catalog: Catalog, rows: list[dict[str, Any]], as_of: date) -> dict[str, dict[Key, Value]]:
    """What the warehouse says, compared with the second opinion on the way."""
    found: dict[str, dict[Key, Value]] = {}
    with built(catalog, INDICATORS, {"counts": rows}, {"counts": as_of}) as connection:
        for one in INDICATORS:
            wanted = evaluate(catalog, one, {"counts": rows}, {"counts": as_of})
            given_values = values(connection, one)
            assert given_values.keys() == wanted.keys(), one.id
            for key, value in wanted.items():
                given_value, _ = given_values[key]
                shown = (given_value.numerator, given_value.denominator, given_value.base, given_value.state)
                assert shown == (value.numerator, value.denominator, value.base, value.state), f"{one.id} {key}"
            found[one.id] = wanted
    return found


def court(length: str, **changes: Any) -> Catalog:
    changed = CATALOG.court.model_copy(update={"statistics_from": None, **changes})
    indicators = {one.id: one for one in INDICATORS}
    return replace(CATALOG, court=changed, tables={"counts": table(length)}, indicators=indicators)


def row(day: date, filed: int | None = None, closed: int | None = None, **cells: Any) -> dict[str, Any]:
    return {"reported_on": day, "kind": "判决", "office": None, "filed": filed, "closed": closed, **cells}


def test_a_year_is_a_year_and_no_month_and_a_year_without_a_row_is_nothing() -> None:
    rows = [row(date(2012, 12, 31), 5, 4), row(date(2014, 12, 31), 4589375, 4375771), row(date(2015, 12, 31))]
    found = computed(court("year"), rows, date(2016, 3, 31))
    filed = {key[:2]: value.numerator for key, value in found["filed"].items()}
    assert filed == {("year", "2012"): 5, ("year", "2014"): 4589375, ("year", "2015"): None}
    assert found["rate"]["year", "2014", "all", "all"].exact == Fraction(4375771, 4589375) * 100


def test_quarters_add_up_to_a_year_that_has_all_four() -> None:
    ends = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31)]
    rows = [row(day, 10, 5) for day in ends]
    found = computed(court("quarter"), rows, date(2026, 4, 30))["filed"]
    assert {key[0] for key in found} == {"quarter", "year"}
    assert found["year", "2025", "all", "all"].numerator == 40
    assert (found["year", "2026", "all", "all"].numerator, found["year", "2026", "all", "all"].state) == (10, "partial")
    lacking = computed(court("quarter"), [*rows[:2], *rows[3:]], date(2026, 4, 30))["filed"]
    assert ("year", "2025", "all", "all") not in lacking
    assert ("quarter", "2025-Q3", "all", "all") not in lacking


def test_the_glossary_says_what_a_row_is() -> None:
    words = formula_words(INDICATORS[0], court("year"))
    assert "数据表的一行是整年，没有单月、季度和年度累计的数，没有报送的年是未知，不是零。" in words


def test_only_grains_not_finer_than_the_rows_are_said() -> None:
    grains = {length: court(length).grains(INDICATORS[0].formula) for length in ("month", "quarter", "year")}
    assert grains == {"month": GRAINS, "quarter": ("quarter", "year"), "year": ("year",)}


ENDS = {
    "year": [date(year, 12, 31) for year in range(2023, 2026)],
    "quarter": [month_end(year, month) for year in (2024, 2025) for month in (3, 6, 9, 12)],
    "month": [month_end(2025, month) for month in range(1, 13)],
}


@settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from(sorted(ENDS)))
def test_the_warehouse_and_the_second_opinion_say_the_same(data: st.DataObject, length: str) -> None:
    amounts = st.sampled_from([None, 0, 1, 7, 20])
    cells = {"kind": st.sampled_from(KINDS), "office": st.sampled_from([None, "civil", "filing"])}
    given_row = st.builds(row, st.sampled_from(ENDS[length]), amounts, amounts, **cells)
    rows = data.draw(st.lists(given_row, min_size=1, max_size=14))
    as_of = data.draw(st.sampled_from([date(2025, 5, 15), date(2025, 12, 31), date(2026, 2, 10)]))
    since = data.draw(st.sampled_from([None, date(2024, 1, 1)]))
    computed(court(length, statistics_from=since), [one for one in rows if one["reported_on"] <= as_of], as_of)


@pytest.mark.parametrize("length", ["quarter", "year"])
def test_in_a_court_whose_years_close_on_another_day_a_row_stands_at_the_last_day_of_its_own(length: str) -> None:
    months = (months_from(date(2020, 1, 1), closes_on=20),)
    day = date(2025, 12, 20)
    found = computed(court(length, statistical_months=months), [row(day, 3, 2)], date(2025, 12, 31))["filed"]
    assert {key[0] for key in found} == ({"year"} if length == "year" else {"quarter"})
