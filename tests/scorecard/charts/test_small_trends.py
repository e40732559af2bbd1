"""What a sparkline says at each of its places, and two indicators on one axis of time."""

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from scorecard.assessment import cards
from scorecard.assessment.cards import Card
from scorecard.assessment.counterweights import pair_words
from scorecard.calendar import period
from scorecard.calendar.period import Grain
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts.side_by_side import pair
from scorecard.charts.sparkline import sparkline_of
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version


def all_cards(sample: DataDir, grain: Grain, key: str) -> dict[str, Card]:
    version = open_version.open_published(sample)
    chosen = period.parse(grain, key)
    assert chosen is not None
    whole = open_version.card_inputs(version, grain, ALL_DEPARTMENTS, "all", open_version.judged_on(version))
    return {card.indicator.id: card for card in cards.cards(whole, chosen)}


@pytest.fixture(scope="module")
def monthly(sample: DataDir) -> dict[str, Card]:
    return all_cards(sample, "month", "2026-10")


@pytest.fixture(scope="module")
def to_date(sample: DataDir) -> dict[str, Card]:
    return all_cards(sample, "ytd", "2026-10")


def ends(source: str) -> list[tuple[str, ...]]:
    """The circles of a sparkline: x, radius, fill."""
    return re.findall(r"<circle cx='([\d.]+)' cy='[\d.]+' r='([\d.]+)' fill='(#\w+)'", unquote(source))


def test_each_place_says_its_month_its_value_and_its_halves(monthly: dict[str, Card]) -> None:
    """The words are the card's own points; the range is of the settled ones."""
    card = monthly["small_claims_rate"]
    drawn = sparkline_of(card, 150, 40)
    assert len(drawn.places) == 13
    for point, place in zip(card.trend, drawn.places, strict=True):
        assert place.startswith(f"{point.label}　{point.text}　{point.halves}")
    values = sorted(point.exact for point in card.trend if point.exact is not None)
    lowest = next(point for point in card.trend if point.exact == values[0])
    assert drawn.range.startswith(lowest.figure)
    assert f"最低{lowest.text}（{lowest.label}）" in drawn.spoken


def test_the_last_settled_value_leads_and_what_moves_after_it_ends_small_and_hollow(monthly: dict[str, Card]) -> None:
    card = monthly["termination_compliance_rate"]
    assert not card.trend[-1].settled
    drawn = sparkline_of(card, 150, 40)
    lead, tail = ends(drawn.source)[-2:]
    assert float(lead[0]) < float(tail[0])
    assert float(lead[1]) > float(tail[1])
    assert (lead[2] != "#ffffff", tail[2]) == (True, "#ffffff")
    assert "stroke-dasharray='2 3'" in unquote(drawn.source)
    assert drawn.places[-1].endswith("观察期未满")


def test_what_is_cumulative_has_a_line_a_year_and_never_falls_back_within_it(to_date: dict[str, Card]) -> None:
    """Ten months of this year on an axis of twelve places beside last year's twelve: no saw-tooth at January."""
    card = to_date["credit_repair_firm_count"]
    drawn = sparkline_of(card, 150, 40)
    assert len(drawn.places) == 12
    assert [bool(place) for place in drawn.places] == [True] * 10 + [False] * 2
    assert "上年同期" in drawn.places[9]
    lines = re.findall(r"points='([^']+)'", unquote(drawn.source))
    assert [len(line.split()) for line in lines] == [12, 10]
    for line in lines:
        heights = [float(place.split(",")[1]) for place in line.split()]
        assert heights == sorted(heights, reverse=True)  # a count to date only grows: y only falls


def test_last_years_line_has_a_gap_where_nothing_may_be_drawn(to_date: dict[str, Card]) -> None:
    """March of last year withheld: two months before it, nine behind it."""
    card = to_date["credit_repair_firm_count"]
    points = tuple(replace(one, exact=None) if one.key == "2025-03" else one for one in card.points)
    lines = re.findall(r"points='([^']+)'", unquote(sparkline_of(replace(card, points=points), 150, 40).source))
    assert [len(line.split()) for line in lines] == [2, 9, 10]


def test_on_a_common_axis_of_time_the_same_month_stands_at_the_same_place(monthly: dict[str, Card]) -> None:
    months = [point.label for point in monthly["small_claims_rate"].trend]
    late = replace(
        monthly["small_claims_rate"], points=monthly["small_claims_rate"].points[-7:]
    )  # counted from April on
    drawn = sparkline_of(late, 300, 84, months=months)
    assert len(drawn.places) == len(months)
    first = months.index(late.trend[0].label)
    assert drawn.places[first].startswith(late.trend[0].label)
    assert not any(drawn.places[:first])


def test_two_indicators_share_an_axis_of_numbers_unless_their_units_differ(monthly: dict[str, Card]) -> None:
    rate, conversion, days = (
        monthly[name] for name in ("small_claims_rate", "small_claims_conversion_rate", "small_claims_mean_days")
    )
    same, apart = pair(rate, conversion), pair(rate, days)
    assert same is not None and apart is not None
    assert not same.apart
    assert apart.apart
    assert "天</text>" not in unquote(same.source)
    assert re.search(r"\d天</text>", unquote(apart.source))
    last = f"{rate.points[-1].label}　{rate.indicator.name} {rate.points[-1].text}（{rate.points[-1].halves}）"
    assert same.places[-1].startswith(last)
    assert len(same.places) == 25
    assert pair(rate, replace(conversion, points=())) is None


def test_what_a_pair_means_is_said(monthly: dict[str, Card]) -> None:
    rate, conversion, days = (
        monthly[name] for name in ("small_claims_rate", "small_claims_conversion_rate", "small_claims_mean_days")
    )
    assert pair_words(rate, conversion).startswith("“小额转程序率”是本指标的制衡指标")
    alone = replace(conversion, indicator=conversion.indicator.model_copy(update={"counterweight": ""}))
    assert pair_words(alone, rate).startswith("本指标是“小额诉讼程序适用率”的制衡指标")
    assert "不等于互为因果" in pair_words(rate, days)
    assert "左右两轴" in pair_words(rate, days)
