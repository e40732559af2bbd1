"""An indicator and its counterweight: which move counts, which pair is pointed out, and how it is said."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import PeriodChange
from scorecard.assessment.counterweights import moved, pairs
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.verdict import JudgedPeriod, Verdict, VerdictWord
from tests.support.court import indicator, period, reading


def card(
    kind: str,
    direction: str,
    now: str | None,
    before: str | None,
    *,
    word: VerdictWord = "仅监测",
    was: VerdictWord = "仅监测",
    rows: int | None = None,
    **more: Any,
) -> Card:
    """A card whose 同比 is now − before; a rate of `of` rows, a count as it is."""
    of = indicator(kind, direction).model_copy(update=more)
    change = PeriodChange("同比", "同比无数据")

    def read(value: str | None) -> IndicatorValue | None:
        if rows is None or value is None:
            return None
        return reading(of, value) if kind == "count" else reading(of, int(Fraction(value) * rows / 100), rows)

    if now is not None and before is not None:
        earlier = JudgedPeriod(period("2025-03"), Verdict(was, ""), Fraction(before), base=50, reading=read(before))
        difference = Fraction(now) - Fraction(before)
        change = PeriodChange("同比", f"同比变化{difference}", earlier, difference)
    judged = JudgedPeriod(period(), Verdict(word, ""), figure=now or "—", unit=of.unit, reading=read(now))
    return Card(of, judged, points=(), departments="", changes=(change,))


@pytest.mark.parametrize(
    ("direction", "now", "before", "move"),
    [
        ("higher", "51", "50", "变好"),
        ("higher", "50.99", "50", "持平"),
        ("higher", "49", "50", "变差"),
        ("lower", "49", "50", "变好"),
        ("lower", "51", "50", "变差"),
        ("neutral", "90", "50", "不判断"),
        ("higher", None, None, "不判断"),
    ],
)
def test_a_rate_moves_by_a_percentage_point_in_its_direction(
    direction: str, now: str | None, before: str | None, move: str
) -> None:
    assert moved(card("ratio", direction, now, before)) == move


@pytest.mark.parametrize(
    ("kind", "direction", "now", "before", "move"),
    [
        ("mean", "lower", "95", "100", "变好"),
        ("mean", "lower", "95.1", "100", "持平"),
        ("count", "neutral", "21", "20", "增加"),
        ("count", "neutral", "19", "20", "不判断"),
        ("count", "lower", "1", "0", "变差"),
    ],
)
def test_anything_else_moves_by_a_twentieth_and_a_mere_count_only_grows(
    kind: str, direction: str, now: str, before: str, move: str
) -> None:
    assert moved(card(kind, direction, now, before)) == move


@pytest.mark.parametrize(
    ("was", "now", "move"),
    [("未达标", "达标", "变好"), ("达标", "未达标", "变差"), ("达标", "达标", "持平"), ("仅监测", "达标", "不判断")],
)
def test_a_range_is_better_only_inside(was: VerdictWord, now: VerdictWord, move: str) -> None:
    assert moved(card("ratio", "range", "30", "20", word=now, was=was)) == move


def two(mine: Card, other: Card) -> dict[str, Card]:
    named = replace(mine, indicator=mine.indicator.model_copy(update={"id": "mine", "counterweight": "other"}))
    partner = replace(
        other, indicator=other.indicator.model_copy(update={"id": "other", "name": "制衡者", "domain": "elsewhere"})
    )
    return {"mine": named, "other": partner}


def test_better_here_and_worse_there_is_a_hint_to_look_and_names_both_changes() -> None:
    """Of 1,000 cases 600 after 500, and 80 after 50: of the others 100 fewer is 3.3 of √900, and 30 more 2.6 of √130."""
    both = two(card("ratio", "higher", "60", "50", rows=1000), card("ratio", "lower", "8", "5", rows=1000))
    found = pairs(both)
    assert len(found) == 2
    hint = found[0].hint
    for part in ("同比变化10", "制衡者", "同比变化3", "走向分开"):
        assert part in hint


def test_what_chance_does_as_well_is_no_move() -> None:
    """Of 20 cases 12 after 10: a point and more, but the chance of 8 others or fewer of 18 is 0.41."""
    assert moved(card("ratio", "higher", "60", "50", rows=20)) == "持平"
    few = two(card("ratio", "higher", "60", "50", rows=20), card("ratio", "lower", "8", "5", rows=1000))
    assert [pair.hint for pair in pairs(few)] == ["", ""]


@pytest.mark.parametrize(
    ("direction", "now", "before", "move"),
    [
        ("higher", "99", "90", "变好"),
        ("higher", "90", "99", "变差"),
        ("lower", "1", "10", "变好"),
        ("lower", "10", "1", "变差"),
    ],
)
def test_near_the_whole_those_outside_are_counted(direction: str, now: str, before: str, move: str) -> None:
    """Of 200 cases 198 after 180: the chance of 2 or fewer of 22 others is 254 / 2²² (1 + 22 + 231), and the mirror of it alike."""
    assert moved(card("ratio", direction, now, before, rows=200)) == move


def test_where_no_chance_is_known_on_either_side_nothing_is_pointed_out() -> None:
    means = two(card("mean", "lower", "80", "100"), card("mean", "lower", "50", "40"))
    assert [pair.hint for pair in pairs(means)] == ["", ""]
    one_known = two(card("mean", "lower", "80", "100"), card("ratio", "lower", "8", "5", rows=1000))
    assert pairs(one_known)[0].hint


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        (("higher", "60", "50"), ("lower", "5", "8")),
        (("higher", "40", "50"), ("lower", "8", "5")),
        (("higher", "60", "50"), ("neutral", "8", "5")),
        (("higher", "60", "50"), ("lower", None, None)),
    ],
)
def test_any_other_pair_is_left_alone(
    mine: tuple[str, str | None, str | None], other: tuple[str, str | None, str | None]
) -> None:
    found = pairs(two(card("ratio", *mine, rows=1000), card("ratio", *other, rows=1000)))
    assert found[0].hint == ""


def test_more_of_what_is_counted_beside_a_worse_quality_is_a_hint_too() -> None:
    mine = card("count", "neutral", "1200", "1000", rows=1)
    assert moved(mine) == "增加"
    assert pairs(two(mine, card("ratio", "higher", "80", "95", rows=1000)))[0].hint


def test_an_indicator_whose_counterweight_is_not_there_stands_alone() -> None:
    mine = two(card("ratio", "higher", "60", "50"), card("ratio", "lower", "8", "5"))
    (found,) = pairs({"mine": mine["mine"]})
    assert (found.partner, found.hint) == (None, "")
