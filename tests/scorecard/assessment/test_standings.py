"""Counts of a day: what 涉企 cannot tell is in none, what judges provisionally is marked, and two counts are bridged."""

from dataclasses import replace

from scorecard.assessment.cards import Card, card, cards
from scorecard.assessment.standings import bridge, counted, counts, standing
from scorecard.calendar.period import containing
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import sentences
from tests.scorecard.assessment.test_cards import OCTOBER, evidence, reading, target

A, B, C = "pre_mediation_success_rate", "online_filing_timely_review_rate", "termination_compliance_rate"
YEAR = containing("ytd", OCTOBER.last_month)


def judged(
    catalog: Catalog, shares: dict[str, int], rows: int = 100, *, so_far: bool = False, basis: str = "同类"
) -> list[Card]:
    """Cards of shares against a target of 60 %."""
    period = YEAR if so_far else OCTOBER
    readings = [reading(name, period, share * rows // 100, rows) for name, share in shares.items()]
    targets = tuple(replace(target(name, "下限", "60"), basis=basis) for name in shares)
    inputs = evidence(catalog, *readings, targets=targets)
    return [card(inputs, catalog.indicators[name], period) for name in shares]


def test_two_counts_of_one_day_are_bridged(catalog: Catalog) -> None:
    year = judged(catalog, {A: 50, B: 50, C: 70}, so_far=True)
    month = judged(catalog, {A: 50, B: 70, C: 50})
    said = "按年度累计2项未达标，按单月（2026年10月）2项：1项两样都未达标；网上立案按期审核率单月达标；终本合格率只在单月未达标"
    assert bridge(year, month) == said
    assert bridge(year[:1], month) == "按年度累计1项未达标，按单月（2026年10月）1项，是同样几项"
    assert bridge(year[2:], month[:1]) == ""


def test_why_the_month_does_not_count_it_is_its_own_word(catalog: Catalog) -> None:
    said = bridge(judged(catalog, {A: 50, B: 50}, so_far=True), judged(catalog, {A: 50, B: 50}, rows=4))
    assert said == "按年度累计2项未达标，按单月（2026年10月）0项：诉前调解成功率、网上立案按期审核率单月样本不足"


def test_a_verdict_by_a_target_still_to_be_confirmed_carries_its_note(catalog: Catalog) -> None:
    sure, unsure = judged(catalog, {A: 50}), judged(catalog, {B: 50, C: 70}, basis="待确认")
    assert standing([*sure, *unsure]) == "达标1项（1项的目标待确认）、未达标2项（1项的目标待确认）"
    assert standing(sure) == "未达标1项"


def test_what_does_not_know_firms_is_outside_every_count(catalog: Catalog) -> None:
    name = next(
        one.id
        for one in catalog.indicators.values()
        if not all(catalog.tables[table].firm for table in one.formula.tables)
    )
    firm = cards(replace(evidence(catalog), scope="firm"), OCTOBER)
    one = next(card for card in firm if card.indicator.id == name)
    assert (one.verdict.word, one.verdict.reason) == ("不区分涉企", "本指标的数据表不区分涉企")
    assert one not in counted(firm)
    assert sum(counts(firm).values()) == len(counted(firm)) < len(firm)
    beside = len(firm) - len(counted(firm))
    assert standing(firm).endswith(f"；另{beside}项不区分涉企，不计")
    assert "无数据" not in sentences.of_indicator(one)
