"""Official sentences: published bulletins' figures, and every sentence read back to the values it came from."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from scorecard.assessment.cards import Card, CardInputs, card, cards
from scorecard.assessment.comparison import PeriodChange
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import prose
from scorecard.assessment.verdict import JudgedPeriod, Verdict, VerdictWord
from scorecard.calendar.period import Grain, Period, containing, parse, year_before
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.charts import trend
from scorecard.narrative import attention, sentences
from scorecard.narrative.control_words import baseline_lines, state_note
from scorecard.narrative.time_axis_notes import axis_notes
from scorecard.records.targets import bounds, effective
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.scorecard.assessment.test_cards import OCTOBER, evidence, reading, target
from tests.support.court import indicator
from tests.support.samples import AS_OF

# --- published figures ---------------------------------------------------------------------------------------


def plain_card(catalog: Catalog, top: int, bottom: int, before: tuple[int, int] | None = None) -> Card:
    """A share of cases in October and, where given, in October of the year before."""
    one = catalog.indicators["small_claims_rate"]
    readings = [reading(one.id, OCTOBER, top, bottom)]
    if before:
        readings.insert(0, reading(one.id, year_before(OCTOBER), *before))
    return card(evidence(catalog, *readings), one, OCTOBER)


@pytest.mark.parametrize(
    ("top", "bottom", "published"),
    [
        (525, 548, "95.80"), (220, 548, "40.15"), (205, 597, "34.34"), (197, 548, "35.95"), (8, 49, "16.33"),
        (49, 53, "92.45"), (11785, 14300, "82.41"), (11782, 14058, "83.81"), (113, 126, "89.68"),
        (5112, 6129, "83.41"), (38, 48, "79.17"), (1456, 3881, "37.52"), (1119, 2313, "48.38"), (78, 139, "56.12"),
        (1030, 2129, "48.38"), (10, 44, "22.73"), (126927, 158571, "80.04"), (126927, 146484, "86.65"),
        (700, 879, "79.64"), (600, 755, "79.47"), (6201, 6380, "97.19"), (5489, 5644, "97.25"), (93, 109, "85.32"),
        (89, 93, "95.70"), (2, 93, "2.15"), (2837, 4939, "57.44"), (1779, 2559, "69.52"), (1058, 2380, "44.45"),
        (2262, 2299, "98.39"), (18659, 22474, "83.02"), (93, 271, "34.32"), (234, 656, "35.67"), (23, 1087, "2.12"),
        (985, 1087, "90.62"), (120848, 127220, "94.99"), (8270, 16328, "50.65"),
        # printed otherwise, and wrongly, by their courts: truncated, or not what the two numbers give
        (548, 613, "89.40"), (22474, 24395, "92.13"), (140, 152, "92.11"), (361, 1091, "33.09"), (219, 225, "97.33"),
        (247, 250, "98.80"),
    ],
)  # fmt: skip
def test_published_triples_are_told_as_half_up_figures_with_their_halves(
    catalog: Catalog, top: int, bottom: int, published: str
) -> None:
    said = sentences.of_indicator(plain_card(catalog, top, bottom))
    assert f"小额诉讼程序适用率为{published.rstrip('0').rstrip('.')}%（{bottom:,}件中{top:,}件）" in said


def test_rates_are_compared_in_points_in_the_sentence(catalog: Catalog) -> None:
    said = sentences.of_indicator(plain_card(catalog, 5377, 10000, before=(4838, 10000)))
    assert "，同比上升5.39个百分点，" in said


def test_counts_are_compared_in_percent_in_the_sentence(catalog: Catalog) -> None:
    one = catalog.indicators["cross_region_filing_count"]

    def counted(period: Period, count: int) -> IndicatorValue:
        return reading(one.id, period, count, 0, denominator=None, exact=Fraction(count), base=count)

    now, then = OCTOBER, year_before(OCTOBER)
    for before, wanted in ((2296, "同比上升0.74%"), (0, "上年同期为0"), (2313, "同比持平")):
        found = card(evidence(catalog, counted(then, before), counted(now, 2313)), one, now)
        said = sentences.of_indicator(found)
        assert said.startswith(f"2026年10月，{one.name}为2,313件，{wanted}")


@pytest.mark.parametrize(
    ("word", "wanted", "unwanted"),
    [
        ("样本不足", "基数小（3件中2件），不计比率", "%"),
        ("数据待核", "数据待核，不作评价：案件表尚未报送", "%"),
        ("无数据", "无数据：本期无案件", "%"),
        ("观察期未满", "暂为66.67%（3件中2件），观察期未满，仅供参考", "同比"),
        ("在途", "暂为66.67%（3件中2件），报告期未结束，仅供参考", "同比"),
    ],
)
def test_what_may_not_be_judged_is_said_and_not_compared(
    catalog: Catalog, word: VerdictWord, wanted: str, unwanted: str
) -> None:
    value = {"样本不足": ("3件", ""), "数据待核": ("66.67", "%"), "无数据": ("—", "")}.get(word, ("66.67", "%"))
    reason = {"数据待核": "案件表尚未报送", "无数据": "本期无案件"}.get(word, "")
    shown = replace(
        plain_card(catalog, 2, 3),
        judged=JudgedPeriod(OCTOBER, Verdict(word, reason), figure=value[0], unit=value[1], halves="2 / 3"),
        changes=(PeriodChange("同比", "同比上升1.00个百分点"),),
    )
    said = sentences.of_indicator(shown)
    assert wanted in said
    assert unwanted not in said


def test_a_cohort_too_small_for_a_rate_is_told_as_a_count(catalog: Catalog) -> None:
    one = catalog.indicators["mediation_enforcement_rate"]
    found = card(evidence(catalog, reading(one.id, OCTOBER, 0, 1, state="immature")), one, OCTOBER)
    assert sentences.of_indicator(found) == f"2026年10月，{one.name}观察期未满，只列数（1件中0件），不计比率。"


def test_a_target_is_told_with_its_gap_and_a_pace_with_what_is_missing(catalog: Catalog) -> None:
    one = catalog.indicators["pre_mediation_success_rate"]
    found = card(
        evidence(catalog, reading(one.id, OCTOBER, 5877, 10000), targets=(target(one.id, "下限", "60"),)), one, OCTOBER
    )
    assert "，目标不低于60%（同类），未达标，再成功123件即达标" in sentences.of_indicator(found)
    firms = catalog.indicators["outreach_firm_count"]
    year = parse("ytd", "2026-10")
    assert year is not None
    counted = reading(firms.id, year, 63, 0, denominator=None, exact=Fraction(63), base=63)
    paced = card(evidence(catalog, counted, targets=(target(firms.id, "累计", "120"),)), firms, year)
    assert sentences.of_indicator(paced).endswith("再增37家即达进度。")


# --- every sentence read back ----------------------------------------------------------------------------------

NUMBER = r"-?[\d,]+(?:\.\d+)?"
LEAD = re.compile(
    rf"^(?P<period>\d+年[^，]*)，(?P<name>.+?)(?:为|暂为)(?P<value>{NUMBER})(?P<unit>%|天|小时|件|家|篇|个|人|次|万元|元)"
)
CHANGE = re.compile(
    rf"(?P<kind>同比|环比|较1(?:—\d+)?月)(?:由.转.，)?(?P<way>上升|下降|增加|减少|延长|缩短)(?P<by>{NUMBER})(?P<in>个百分点|%|天|小时|件|家|篇|个|人|次|万元|元)"
)
GAP = re.compile(
    rf"达标，(?:比(?:目标|法定期限))?(?P<way>[低少高多])(?P<gap>{NUMBER})(?P<in>个百分点|天|小时|件|家|篇|个|人|次|万元|元)"
)
DECIMALS = {"%": 2, "万元": 2, "天": 2}


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def rounded(value: Fraction, decimals: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def before(kind: str, period: Period) -> Period:
    if kind == "同比":
        return containing(period.grain, period.last_month - 12)
    return containing(period.grain, period.last_month - 1 if period.grain == "ytd" else period.first_month - 1)


def read_back(
    said: str, of: Indicator, period: Period, readings: Mapping[Period, IndicatorValue], goal: Fraction | None
) -> int:
    """How many numbers of the sentence were compared with the values they came from."""
    found = LEAD.match(said)
    assert found, said
    now = readings[period].exact
    assert now is not None
    decimals = DECIMALS.get(of.unit, 0)
    assert (found["period"], found["name"], found["unit"]) == (period.label, prose(of.name), of.unit)
    assert number(found["value"]) == rounded(now, decimals), said
    compared = 1
    for change in CHANGE.finditer(said):
        then = readings[before(change["kind"], period)].exact
        assert then is not None
        up = change["way"] in ("上升", "增加", "延长")
        assert (now > then) == up, said
        if change["in"] == "%":
            assert of.unit != "%", said
            assert number(change["by"]) == rounded(abs(now - then) * 100 / then, 2), said
        else:
            assert change["in"] == ("个百分点" if of.unit == "%" else of.unit), said
            assert number(change["by"]) == rounded(abs(now - then), decimals), said
        compared += 1
    for gap in GAP.finditer(said):
        assert goal is not None
        assert (now > goal) == (gap["way"] in "高多"), said
        assert number(gap["gap"]) == rounded(abs(now - goal), decimals), said
        compared += 1
    return compared


@pytest.mark.parametrize(
    ("grain", "key"),
    [("month", "2026-10"), ("month", "2025-02"), ("quarter", "2026-Q3"), ("ytd", "2026-09"), ("year", "2025")],
)
def test_every_sentence_reads_back_to_the_values_it_came_from(sample: DataDir, grain: Grain, key: str) -> None:
    version = store.current(sample).version
    assert version is not None
    connection = store.connect(sample, version)
    catalog = warehouse.catalog(connection)
    series = warehouse.series(connection, catalog, grain, "all", "all")
    targets = warehouse.targets(connection)
    shown = CardInputs(
        catalog, series, targets, warehouse.doubts(connection), warehouse.tables(connection), "all", "all", AS_OF
    )
    period = parse(grain, key)
    assert period is not None
    told = compared = 0
    for found in cards(shown, period):
        said, read = sentences.of_indicator(found), found.judged.period
        assert said.endswith("。")
        assert said.startswith(f"{read.label}，{prose(found.indicator.name)}")
        for sign in (" / ", "≥", "≤", "较目标", "未设目标", "Σ", " + "):
            assert sign not in said
        assert (
            read == period
        ) or f"{period.label}暂为" in said  # a cohort under observation: the last one that is through
        if found.verdict.word in ("样本不足", "数据待核", "无数据") or "不计比率" in said:
            assert not LEAD.match(said), said
            continue
        goal = effective(targets, found.indicator.id, read)
        limits = None if goal is None else bounds(goal, read)
        one_sided = None if limits is None else limits.lower if limits.upper is None else limits.upper
        if limits is not None and limits.lower is not None and limits.upper is not None:
            value = next(one.exact for one in series[found.indicator.id] if one.period == read)
            assert value is not None
            one_sided = limits.lower if value < limits.lower else limits.upper
        readings = {one.period: one for one in series[found.indicator.id]}
        compared += read_back(said, found.indicator, read, readings, one_sided)
        told += 1
    connection.close()
    assert told > 25
    assert 2 * compared > 3 * told  # a lone count has one number, a rate three and more


def test_the_reader_of_sentences_finds_a_wrong_number() -> None:
    of = indicator("count")
    now = containing("month", 2026 * 12)
    values = {
        now: IndicatorValue("rate", now, "all", "all", Decimal(110), None, 110, Fraction(110), "complete"),
        year_before(now): IndicatorValue("rate", now, "all", "all", Decimal(100), None, 100, Fraction(100), "complete"),
    }
    assert read_back("2026年1月，某项指标为110件，同比上升10.00%。", of, now, values, None) == 2
    for wrong in (
        "为111件，同比上升10.00%",
        "为110件，同比上升9.99%",
        "为110件，同比下降10.00%",
        "为110件，同比增加9件",
    ):
        with pytest.raises(AssertionError):
            read_back(f"2026年1月，某项指标{wrong}。", of, now, values, None)


@pytest.mark.parametrize("key", ["2024-01", "2024-09", "2025-05", "2026-10"])
def test_every_indicator_of_the_sample_has_a_note_groups_and_a_figure_in_any_month(sample: DataDir, key: str) -> None:
    """The first months have no limits, some indicators never have: nothing may break on either."""
    version = store.current(sample).version
    assert version is not None
    connection = store.connect(sample, version)
    catalog = warehouse.catalog(connection)
    series = warehouse.series(connection, catalog, "month", "all", "all")
    shown = CardInputs(
        catalog, series, warehouse.targets(connection), {}, warehouse.tables(connection), "all", "all", AS_OF
    )
    connection.close()
    period = parse("month", key)
    assert period is not None
    every = cards(shown, period)
    attention.groups(every)
    for found in every:
        assert all(lines for _, lines in state_note(found))
        points, told = found.points, found.whole_control
        assert told is not None
        if points:
            drawn = trend.Trend(
                found.indicator.name, "", found.indicator.unit, points, key, found.indicator.formula.share, ("来源",),
                False, told, axis_notes(points, "month", ()), baseline_lines(told),
            )  # fmt: skip
            assert trend.trend(drawn).layout.title.text
