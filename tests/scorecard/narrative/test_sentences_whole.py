"""The sentences of the sample, and the words on what needs attention, read back: values, gaps and since when are those of the values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import prose
from scorecard.calendar.period import Grain, Period, parse
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import sentences
from scorecard.narrative.attention import groups
from scorecard.records.targets import Bounds, Target, bounds, effective
from scorecard.store import versions as store, warehouse
from tests.scorecard.narrative.test_sentences import DECIMALS, LEAD, number, rounded
from tests.support.samples import AS_OF, published_sample

PERIODS: tuple[tuple[Grain, str], ...] = (
    ("month", "2026-10"), ("month", "2025-02"), ("quarter", "2026-Q3"), ("ytd", "2026-09"), ("year", "2025"),
)  # fmt: skip
ITEM = re.compile(
    r"^(?P<name>[^：]+)：(?P<period>\d+年[^为]*)为(?P<value>-?[\d,.]+)(?P<unit>%|天|小时|件|家|篇|个|人|次|万元|元)"
)
MISS = re.compile(r"，(?P<side>高于|低于)目标(?P<bound>上限|下限)(?P<limit>-?[\d,.]+)\D+?（(?P<gap>[+-][\d,.]+)")
SINCE = re.compile(r"；(?P<since>\d+年\d+月)以来一直未达标(?P<between>（其间)?")


@dataclass(frozen=True)
class World:
    """The sample at one grain: cards of a period and what they were made of."""

    catalog: Catalog
    cards: tuple[Card, ...]
    series: Mapping[str, tuple[IndicatorValue, ...]]
    targets: tuple[Target, ...]
    period: Period

    def reading(self, indicator: str, label: str) -> IndicatorValue:
        return next(one for one in self.series[indicator] if one.period.label == label)

    def bounds(self, indicator: str, period: Period) -> Bounds | None:
        goal = effective(self.targets, indicator, period)
        return None if goal is None else bounds(goal, period)

    def missed(self, indicator: str, reading: IndicatorValue) -> bool:
        limits = self.bounds(indicator, reading.period)
        if limits is None or reading.exact is None:
            return False
        low, high = limits.lower, limits.upper
        return (low is not None and reading.exact < low) or (high is not None and reading.exact > high)


@pytest.fixture(scope="module", params=PERIODS, ids=lambda one: one[1])
def world(request: pytest.FixtureRequest, shared: Path) -> Iterator[World]:
    grain, key = request.param
    data = published_sample(shared)
    connection = store.connect(data, store.current(data).version or "")
    catalog = warehouse.catalog(connection)
    series, targets = (warehouse.series(connection, catalog, grain, "all", "all"), warehouse.targets(connection))
    doubts, tables = warehouse.doubts(connection), warehouse.tables(connection)
    period = parse(grain, key)
    assert period is not None
    shown = CardInputs(catalog, series, targets, doubts, tables, "all", "all", AS_OF)
    yield World(catalog, tuple(cards(shown, period)), series, targets, period)
    connection.close()


def test_every_sentence_begins_with_its_period_and_value(world: World) -> None:
    for card in world.cards:
        line = sentences.of_indicator(card)
        assert line.startswith(f"{card.judged.label}，{prose(card.indicator.name)}"), line
        if told := LEAD.match(line):
            exact = world.reading(card.indicator.id, card.judged.label).exact
            assert exact is not None
            assert number(told["value"]) == rounded(exact, DECIMALS.get(told["unit"], 0)), line


def test_the_words_on_what_needs_attention_read_back(world: World) -> None:
    compared = 0
    for item in (item for group in groups(world.cards) for item in group.items):
        line = f"{item.card.indicator.name}：{item.sentence}"
        told = ITEM.match(line)
        assert told, line
        indicator = item.card.indicator.id
        reading = world.reading(indicator, told["period"])
        assert reading.exact is not None
        assert number(told["value"]) == rounded(reading.exact, decimals(told["value"])), line
        compared += 1
        if miss := MISS.search(line):
            compared += missing(miss, reading.exact, world.bounds(indicator, reading.period), line)
        if since := SINCE.search(line):
            compared += running(since, world, indicator, reading, line)
    assert compared >= (15 if world.period.label == "2026年10月" else 1)


def missing(told: re.Match[str], exact: Fraction, limits: Bounds | None, line: str) -> int:
    assert limits is not None
    limit = limits.upper if told["bound"] == "上限" else limits.lower
    assert limit is not None
    assert (told["side"], told["bound"]) == (("高于", "上限") if exact > limit else ("低于", "下限")), line
    assert number(told["limit"]) == rounded(limit, decimals(told["limit"])), line
    assert number(told["gap"]) == rounded(exact - limit, decimals(told["gap"])), line
    return 2


def running(told: re.Match[str], world: World, indicator: str, last: IndicatorValue, line: str) -> int:
    """None of the readings from the one named to this one met the target; where some were not judged, it is said."""
    whole = sorted(world.series[indicator], key=lambda one: one.period.last_month)
    first = world.reading(indicator, told["since"])
    run = whole[whole.index(first) : whole.index(last) + 1]
    assert len(run) > 1, line
    assert told["between"] or all(world.missed(indicator, one) for one in run), line
    return 1


def decimals(written: str) -> int:
    return len(written.partition(".")[2])
