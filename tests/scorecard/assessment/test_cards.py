"""What a card says, and what it must not say."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from scorecard.assessment import cards, control_chart
from scorecard.assessment.cards import CardInputs, card, sentence, trend
from scorecard.assessment.control_chart import ControlChart
from scorecard.assessment.data_quality import TableState
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.standings import counts
from scorecard.assessment.verdict import Verdict
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.calendar.period import Period, between, month_index, parse
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative.control_words import state_note
from scorecard.narrative.provenance import provenance, scope_text
from scorecard.records import targets
from scorecard.records.annotations import REDEFINED, Annotation
from scorecard.records.targets import Target
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version
from tests.support.actors import OFFICER

MONTHS = between("month", month_index(date(2025, 1, 1)), month_index(date(2026, 10, 1)))
OCTOBER = MONTHS[-1]


def reading(indicator: str, period: Period, top: int, bottom: int, **other: object) -> IndicatorValue:
    exact = Fraction(top * 100, bottom) if bottom else None
    halves = (Decimal(top), Decimal(bottom))
    return replace(IndicatorValue(indicator, period, "all", "all", *halves, bottom, exact, "complete"), **other)


def target(indicator: str, kind: str, lower: str = "", upper: str = "") -> Target:
    return Target(
        indicator=indicator,
        kind=kind,  # pyright: ignore
        lower=Decimal(lower) if lower else None,
        upper=Decimal(upper) if upper else None,
        ladder=(),
        valid_from=date(2024, 1, 1),
        valid_until=None,
        basis="同类",
        document="某文件",
        set_by="测试",
        set_at=datetime(2024, 1, 1),
        note="",
    )


def evidence(catalog: Catalog, *readings: IndicatorValue, targets: tuple[Target, ...] = ()) -> CardInputs:
    series: dict[str, tuple[IndicatorValue, ...]] = {}
    for one in readings:
        series[one.indicator] = (*series.get(one.indicator, ()), one)
    return CardInputs(
        catalog=catalog,
        series=series,
        targets=targets,
        doubts={},
        tables={table: TableState(table, date(2026, 10, 31), 100, 1) for table in catalog.tables},
        department="all",
        scope="all",
        today=date(2026, 11, 5),
    )


def test_a_rate_shows_value_target_gap_and_halves_in_their_units(catalog: Catalog) -> None:
    one = catalog.indicators["small_claims_rate"]
    found = card(
        evidence(catalog, reading(one.id, OCTOBER, 2, 100), targets=(target(one.id, "区间", "20", "35"),)), one, OCTOBER
    )
    assert (found.figure, found.unit, found.halves) == ("2.00", "%", "2 / 100")
    assert (found.verdict.word, found.gap) == ("未达标", "较目标 -18.00个百分点")
    assert found.target == "20%—35%（同类）"
    assert sentence(found).startswith("2026年10月为2.00%，低于目标下限")


def test_a_base_below_the_minimum_is_a_count_never_a_rate(catalog: Catalog) -> None:
    one = catalog.indicators["small_claims_rate"]
    shown = evidence(catalog, reading(one.id, OCTOBER, 4, 4))
    found = card(shown, one, OCTOBER)
    assert (found.value, found.verdict.word, found.halves) == ("4件", "样本不足", "4 / 4")
    assert trend(shown, one)[0].value is None
    assert "100" not in found.value + found.trend[0].text


def test_a_cohort_under_observation_gives_way_to_the_last_one_that_is_through(catalog: Catalog) -> None:
    """5 % of April stand, with April's verdict; October's 0 % is told beside it and moves nothing."""
    one = catalog.indicators["mediation_enforcement_rate"]
    shown = evidence(
        catalog,
        reading(one.id, MONTHS[-8], 3, 100),
        reading(one.id, MONTHS[-7], 5, 100),
        reading(one.id, OCTOBER, 0, 100, state="immature"),
        targets=(target(one.id, "上限", upper="4"),),
    )
    found = card(shown, one, OCTOBER)
    assert (found.period, found.value, found.verdict.word) == ("2026年4月", "5.00%", "未达标")
    assert found.note == "2026年10月暂为0.00%，观察期未满"
    assert found.selected.label == "2026年10月"
    assert (found.as_asked.value, found.as_asked.verdict.word) == ("0.00%", "观察期未满")
    alone = card(evidence(catalog, reading(one.id, OCTOBER, 0, 100, state="immature")), one, OCTOBER)
    assert (alone.period, alone.verdict.word, alone.note) == ("2026年10月", "观察期未满", "数值还会变化")


def test_a_yearly_total_is_owed_by_the_whole_court_only(catalog: Catalog) -> None:
    one = catalog.indicators["outreach_firm_count"]
    year = parse("ytd", "2026-10")
    assert year is not None
    counted = reading(one.id, year, 5, 0, denominator=None, exact=Fraction(5), base=5)
    shown = evidence(catalog, counted, targets=(target(one.id, "累计", "120"),))
    assert card(shown, one, year).verdict.word == "未达标"
    for other in (replace(shown, department="civil"), replace(shown, scope="firm")):
        assert card(other, one, year).verdict.word in ("仅监测", "无数据")


def test_an_indicator_without_departments_says_so_instead_of_having_no_data(catalog: Catalog) -> None:
    one = next(
        indicator
        for indicator in catalog.indicators.values()
        if any(catalog.tables[table].department is None for table in indicator.formula.tables)
    )
    found = card(replace(evidence(catalog), department="civil"), one, OCTOBER)
    assert found.verdict.word == "无数据"
    assert "不分部门" in found.made_of


def test_a_month_of_rows_that_are_whole_years_says_why_it_has_no_value(catalog: Catalog) -> None:
    one = next(indicator for indicator in catalog.indicators.values() if len(indicator.formula.tables) == 1)
    table, clock = catalog.tables[one.formula.tables[0]], one.formula.terms[0].clock
    yearly = table.columns[clock].model_copy(update={"period": "year"})
    changed = table.model_copy(update={"columns": {**table.columns, clock: yearly}})
    of_years = replace(catalog, tables={**catalog.tables, table.id: changed})
    found = card(evidence(of_years), one, OCTOBER)
    assert (found.verdict.word, found.verdict.reason) == ("无数据", "本指标的数据表按年报送，没有单月的数")


def test_a_late_table_is_to_be_checked_only_beyond_its_cut(catalog: Catalog) -> None:
    one = catalog.indicators["small_claims_rate"]
    shown = replace(
        evidence(catalog, reading(one.id, MONTHS[-2], 30, 100), reading(one.id, OCTOBER, 30, 100)),
        tables={"cases": TableState("cases", date(2026, 9, 30), 100, 1)},
        today=date(2026, 11, 20),
    )
    assert card(shown, one, OCTOBER).verdict.word == "数据待核"
    assert card(shown, one, MONTHS[-2]).verdict.word == "仅监测"


def test_words_are_counted_never_scored(catalog: Catalog) -> None:
    shown = evidence(catalog, reading("small_claims_rate", OCTOBER, 30, 100))
    found = counts([card(shown, one, OCTOBER) for one in catalog.indicators.values()])
    assert found == {"仅监测": 1, "无数据": len(catalog.indicators) - 1}


def test_the_spark_ends_with_the_period_on_screen(catalog: Catalog) -> None:
    one = catalog.indicators["small_claims_rate"]
    shown = evidence(catalog, *(reading(one.id, month, 30, 100) for month in MONTHS))
    found = card(shown, one, MONTHS[-3])
    assert [point.label for point in found.trend][-1] == "2026年8月"
    assert len(found.trend) == 13


@pytest.mark.parametrize("sample", [True, False])
def test_provenance_names_formula_halves_cut_version_and_sample(catalog: Catalog, sample: bool) -> None:
    one = catalog.indicators["small_claims_rate"]
    shown = evidence(catalog, reading(one.id, OCTOBER, 61, 238))
    reached = {name: state.as_of for name, state in shown.tables.items()}
    lines = "\n".join(provenance(card(shown, one, OCTOBER), catalog, reached, "abc123", sample))
    for wanted in ("分子/分母 61 / 238", "数据截至 2026年10月31日", "版本 abc123", catalog.court.name):
        assert wanted in lines
    assert one.id not in lines, "an id is no word of a reader's"
    assert ("示例数据" in lines) == sample


def test_tables_that_reach_different_days_are_named(catalog: Catalog) -> None:
    one = catalog.indicators["pre_mediation_diversion_rate"]
    as_of = {"cases": date(2026, 9, 30), "pre_mediations": date(2026, 10, 31)}
    line = provenance(card(evidence(catalog), one, OCTOBER), catalog, as_of, "v", False)[1]
    assert "审判案件表 2026年9月30日" in line
    assert "诉前调解表 2026年10月31日" in line


def test_the_scope_is_said_in_words(catalog: Catalog) -> None:
    assert scope_text(catalog, "all", "all") == "全院　全部案件"
    assert scope_text(catalog, "civil", "firm") == "民事审判庭　涉企案件"


def test_a_period_is_judged_once_and_whatever_is_said_of_a_card_asks_no_bounds_again(
    sample: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Period] = []
    charted: list[str] = []
    bounds = targets.bounds

    def counted_bounds(goal: Target, period: Period, before: Fraction | None) -> targets.Bounds | None:
        if period.grain == "month":  # the year so far is judged once beside it, for the bridge of the two counts
            asked.append(period)
        return bounds(goal, period, before)

    def counted_control(of: Indicator, *others: Any) -> ControlChart:
        charted.append(of.id)
        return control_chart.control(of, *others)

    for module in (targets, cards):
        monkeypatch.setattr(module, "bounds", counted_bounds)
    monkeypatch.setattr(cards, "control", counted_control)
    version = open_version.open_published(sample)
    order = resolve(version, BriefingRequest("monthly", "2026-10", grain="month"), OFFICER, datetime.now(UTC))
    material = gather(version, order, OFFICER)
    judged = [point for one in material.every.values() for point in (*one.points, one.judged)]
    with_goal = {id(point) for point in judged if point.goal is not None}
    assert len(asked) == len(with_goal) > 500

    compose(material, export_records.describe(sample, version, order, (), "1"))
    for one in material.every.values():
        material.line(one)
        state_note(one)
        trend_of(version, material.inputs, one)
    assert len(asked) == len(with_goal)
    # Once for the period and once for the one before it, which the paper compares its problems with.
    assert sorted(charted) == sorted([*material.every, *(one.indicator.id for one in material.spoken)])
    version.connection.close()


# --- 较上年 -----------------------------------------------------------------------------------------------


def test_an_improvement_is_judged_against_a_year_that_can_be_compared(catalog: Catalog) -> None:
    one = catalog.indicators["pre_mediation_success_rate"]
    before = MONTHS[-13]  # October 2025
    goal = target(one.id, "较上年", "2")
    better = evidence(catalog, reading(one.id, before, 60, 100), reading(one.id, OCTOBER, 63, 100), targets=(goal,))
    found = card(better, one, OCTOBER)
    assert (found.verdict.word, found.target) == ("达标", "较上年提高≥2个百分点（同类）")
    assert "较上年提高≥2个百分点的目标62.00%" in found.verdict.reason
    worse = evidence(catalog, reading(one.id, before, 62, 100), reading(one.id, OCTOBER, 63, 100), targets=(goal,))
    assert card(worse, one, OCTOBER).verdict.word == "未达标"
    alone = evidence(catalog, reading(one.id, OCTOBER, 63, 100), targets=(goal,))
    assert card(alone, one, OCTOBER).verdict == Verdict("仅监测", "上年同期没有可比的数值，较上年的目标无从评判")
    few = evidence(catalog, reading(one.id, before, 2, 3), reading(one.id, OCTOBER, 63, 100), targets=(goal,))
    assert card(few, one, OCTOBER).verdict.word == "仅监测"
    mark = Annotation(one.id, date(2026, 3, 1), REDEFINED, "调整", "文件", "有效", "审管办", datetime(2026, 4, 1))
    assert card(replace(better, annotations=(mark,)), one, OCTOBER).verdict.word == "仅监测"
