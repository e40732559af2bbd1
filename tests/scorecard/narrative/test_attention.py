"""Exceptions first: each once, in the plan's order, with no score and no ranking."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from scorecard.assessment.cards import Card, card, cards
from scorecard.calendar.period import between, containing
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.attention import groups, untold
from tests.scorecard.assessment.test_cards import MONTHS, OCTOBER, evidence, reading, target

STABLE = [60, 62, 58, 61, 59, 60, 62, 58, 61, 59, 60, 61]
TITLES = ["未达标且未见改善", "真实恶化", "稳定不达标", "真实改善"]
RATES = ("pre_mediation_success_rate", "online_filing_rate", "termination_compliance_rate", "creditor_recovery_rate")
THROUGH = between("month", OCTOBER.last_month - 13, OCTOBER.last_month)


def shown(catalog: Catalog, series: dict[str, tuple[Sequence[int], str]]) -> tuple[Card, ...]:
    """Cards of indicators with these monthly values (of 100 cases) and these lower targets."""
    readings = [
        reading(name, month, value, 100)
        for name, (values, _) in series.items()
        for month, value in zip(THROUGH, values, strict=True)
    ]
    targets = tuple(target(name, "下限", lower) for name, (_, lower) in series.items() if lower)
    found = cards(evidence(catalog, *readings, targets=targets), OCTOBER)
    return tuple(one for one in found if one.indicator.id in series)


def test_each_group_holds_what_it_says(catalog: Catalog) -> None:
    a, b, c, d = RATES
    found = groups(
        shown(
            catalog,
            {
                a: ([*STABLE, 60, 59], "61"),  # missed now, hit or miss
                b: ([*STABLE, 60, 40], "30"),  # met, and worse
                c: ([*STABLE, 60, 80], "75"),  # met by a jump, which the process before did not
                d: ([*STABLE, 60, 80], "30"),  # met, and better
            },
        )
    )
    assert [group.title for group in found] == [title for title in TITLES if title != "稳定不达标"]
    assert [[item.card.indicator.id for item in group.items] for group in found] == [[a], [b], [c, d]]
    assert [group.elsewhere for group in found] == [0, 0, 0]
    said = [group.items[0].sentence for group in found]
    assert said[0].startswith("2026年10月为59.00%，低于目标下限61.00%（-2.00个百分点）")
    assert "2026年9月以来一直未达标" in said[0]
    assert "低于控制下限" in said[1]
    assert "高于控制上限" in said[2]
    assert said[2].endswith("按以往的水平不会达标，本期好于以往")


def test_what_missed_and_improves_is_not_called_without_improvement(catalog: Catalog) -> None:
    found = groups(shown(catalog, {RATES[0]: ([*STABLE, 60, 75], "90")}))
    assert [(group.title, len(group.items)) for group in found] == [("真实改善", 1)]
    assert found[0].items[0].sentence.endswith("虽未达标，但确有改善")


def test_an_indicator_stands_once_and_the_others_are_counted(catalog: Catalog) -> None:
    found = groups(shown(catalog, {RATES[0]: ([*STABLE, 60, 40], "90")}))
    assert [(group.title, len(group.items), group.elsewhere) for group in found] == [
        ("未达标且未见改善", 1, 0),
        ("真实恶化", 0, 1),
        ("稳定不达标", 0, 1),
    ]


@pytest.mark.parametrize("order", [(40, 41, 42, 43), (43, 42, 41, 40), (41, 43, 40, 42)])
def test_inside_a_group_the_plans_order_stands_whatever_the_values(catalog: Catalog, order: tuple[int, ...]) -> None:
    series = {name: ([*STABLE, 60, last], "50") for name, last in zip(RATES, order, strict=True)}
    (first, *_) = groups(shown(catalog, series))
    wanted = [name for name in catalog.indicators if name in RATES]
    assert [item.card.indicator.id for item in first.items] == wanted


def test_a_value_is_not_said_twice_and_a_month_that_moves_is_never_the_reason(catalog: Catalog) -> None:
    name = "mediation_enforcement_rate"  # lower is better, matures after six months
    readings = [reading(name, month, value, 100) for month, value in zip(THROUGH, [*STABLE, 60, 80], strict=True)]
    readings[-1] = reading(name, OCTOBER, 0, 100, state="immature")
    readings[-2] = reading(name, THROUGH[-2], 80, 100)
    (found,) = groups(cards(evidence(catalog, *readings), OCTOBER))
    assert found.title == "真实恶化"
    said = found.items[0].sentence
    assert said.startswith("2026年9月为80.00%，高于控制上限")
    assert said.endswith("；其后各月观察期未满")
    assert said.count("80.00%") == 1
    assert "0.00%；" not in said


def test_nothing_to_look_at_gives_no_group(catalog: Catalog) -> None:
    assert groups(shown(catalog, {RATES[0]: ([*STABLE, 60, 61], "30")})) == ()
    assert groups(()) == ()


def test_at_other_grains_only_missed_targets_are_listed(catalog: Catalog) -> None:
    name = RATES[0]
    quarters = between("quarter", MONTHS[0].first_month, OCTOBER.last_month)[:-1]
    missed = evidence(
        catalog, *(reading(name, one, 10, 100) for one in quarters), targets=(target(name, "下限", "61"),)
    )
    found = card(missed, catalog.indicators[name], quarters[-1])
    assert found.control is None
    assert [group.title for group in groups([found])] == ["未达标，是否改善无从判断"]


def test_no_card_and_no_group_carries_a_score(catalog: Catalog) -> None:
    found = shown(catalog, {RATES[0]: ([*STABLE, 60, 40], "90")})[0]
    for thing in (found, groups([found])[0]):
        assert not [name for name in vars(thing) if any(word in name for word in ("score", "rank", "weight"))]
    assert found.verdict.gap == Fraction(-50)


def so_far(catalog: Catalog, values: Sequence[int], lower: str) -> Card:
    """A cumulative card of October, with these months beside it; the target judges both."""
    name, period = RATES[0], containing("ytd", OCTOBER.last_month)
    goals = (target(name, "下限", lower),) if lower else ()
    months = [
        reading(name, month, value, 100)
        for month, value in zip(
            between("month", OCTOBER.last_month - len(values) + 1, OCTOBER.last_month), values, strict=True
        )
    ]
    monthly = evidence(catalog, *months, targets=goals)
    inputs = replace(
        evidence(catalog, reading(name, period, sum(values), len(values) * 100), targets=goals), months=lambda: monthly
    )
    return card(inputs, catalog.indicators[name], period)


def test_without_a_test_nothing_is_said_of_improvement(catalog: Catalog) -> None:
    few = so_far(catalog, [60, 61, 59], "90")
    (group,) = groups([few])
    assert group.title == "未达标，是否改善无从判断"
    assert "可以评判的只有3个月，不足6个月，不判断是否真变化" in group.items[0].sentence
    unfit = shown(catalog, {RATES[0]: ([*range(10, 88, 6), 90], "99")})
    assert "未达标且未见改善" not in [group.title for group in groups(unfit)]


def test_a_cumulative_paper_has_the_signals_of_its_month(catalog: Catalog) -> None:
    better, worse = so_far(catalog, [*STABLE, 60, 80], "30"), so_far(catalog, [*STABLE, 60, 40], "30")
    for of, title, rule in ((better, "真实改善", "高于控制上限"), (worse, "真实恶化", "低于控制下限")):
        (group,) = groups([of])
        assert (group.title, group.items[0].card) == (title, of)
        assert group.items[0].sentence.startswith("2026年10月为")
        assert rule in group.items[0].sentence
    still = so_far(catalog, [*STABLE, 60, 59], "90")
    (group,) = groups([still])
    assert group.title == "未达标且未见改善"
    assert "单月看（2026年10月），本月下降属正常波动" in group.items[0].sentence


def test_a_signal_of_an_older_month_is_not_this_ones(catalog: Catalog) -> None:
    """October runs still; September was truly better."""
    name, goal = RATES[0], (target(RATES[0], "下限", "90"),)
    values = [*STABLE, 80, 60]
    readings = [reading(name, month, value, 100) for month, value in zip(THROUGH, values, strict=True)]
    readings[-1] = replace(readings[-1], state="partial")
    of = card(evidence(catalog, *readings, targets=goal), catalog.indicators[name], OCTOBER)
    assert of.control is not None
    assert of.control.variation == "真实改善"
    assert of.signal is None
    assert [group.title for group in groups([of])] == ["稳定不达标"]


def test_where_nothing_could_be_judged_it_is_said_and_not_that_nothing_is_wrong(catalog: Catalog) -> None:
    bare = shown(catalog, {RATES[0]: ([*STABLE, 60, 59], "")})
    assert untold(bare) == (
        "没有一项指标可以对照目标评价（仅监测1项），是否达标无从说起；可以判断是否真变化的1项指标没有真实恶化"
    )
    met = shown(catalog, {RATES[0]: ([*STABLE, 60, 59], "30")})
    assert untold(met) == "可以对照目标评价的1项指标都达标；可以判断是否真变化的1项指标没有真实恶化"
    few = [so_far(catalog, [60, 61], "")]
    assert untold(few).endswith("没有一项指标的单月数值足以判断是否真变化")
