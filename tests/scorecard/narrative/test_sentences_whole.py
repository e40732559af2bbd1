"""The words on a domain and on the whole, read back: counts, names, values, gaps and since when are those of the values."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.calendar.period import Grain, Period, parse
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import sentences
from scorecard.records.targets import Bounds, Target, bounds, effective
from scorecard.store import versions as store, warehouse
from tests.scorecard.narrative.test_sentences import LEAD, number, rounded
from tests.support.samples import AS_OF, published_sample

PERIODS: tuple[tuple[Grain, str], ...] = (
    ("month", "2026-10"), ("month", "2025-02"), ("quarter", "2026-Q3"), ("ytd", "2026-09"), ("year", "2025"),
)  # fmt: skip
STANDING = re.compile(r"^(?:[一二三四]、)?(.+?)：([^，]+)，共(\d+)项指标，([^。]+)。(?:未达标的是：([^。]+)。)?$")
ITEM = re.compile(r"^(?P<name>[^：]+)：(?P<period>\d+年[^为]*)为(?P<value>-?[\d,.]+)(?P<unit>%|天|件|家|篇|个|万元)")
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


def of_domain(world: World, domain: str) -> list[Card]:
    return [card for card in world.cards if card.indicator.domain == domain]


def standing(line: str, world: World, domain: str) -> None:
    found = STANDING.match(line)
    assert found, line
    own = of_domain(world, domain)
    words = Counter(card.verdict.word for card in own)
    assert (found[1], found[2]) == (world.catalog.domains[domain].name, world.period.label)
    assert int(found[3]) == len(own)
    assert dict(re.findall(r"([^、\d]+)(\d+)项", found[4])) == {word: str(count) for word, count in words.items()}
    missed = [card.indicator.name for card in own if card.verdict.word == "未达标"]
    assert (found[5] or "").split("、") == (missed or [""])


def test_the_words_on_a_domain_read_back(world: World) -> None:
    for domain in world.catalog.domains.values():
        own = of_domain(world, domain.id)
        first, *lines = sentences.of_domain(domain.name, own).splitlines()
        standing(first, world, domain.id)
        assert len(lines) == len(own)
        for line, card in zip(lines, own, strict=True):
            assert line.startswith(f"{card.judged.label}，{card.indicator.name}"), line
            if told := LEAD.match(line):
                exact = world.reading(card.indicator.id, card.judged.label).exact
                assert exact is not None
                assert number(told["value"]) == rounded(exact, decimals(told["value"])), line


def test_the_words_on_the_whole_read_back(world: World) -> None:
    named = {indicator.name: indicator.id for indicator in world.catalog.indicators.values()}
    domains = [(domain.name, of_domain(world, domain.id)) for domain in world.catalog.domains.values()]
    title, *lines, state = sentences.of_whole("标题", domains, "数据截至某日。").splitlines()
    assert (title, state) == ("标题", "数据截至某日。")
    for line, domain in zip(lines, world.catalog.domains, strict=False):
        standing(line, world, domain)
    compared = 0
    for line in lines[len(world.catalog.domains) :]:
        if line.endswith("："):
            continue
        told = ITEM.match(line)
        assert told, line
        indicator = named[told["name"]]
        reading = world.reading(indicator, told["period"])
        assert reading.exact is not None
        assert number(told["value"]) == rounded(reading.exact, decimals(told["value"])), line
        compared += 1
        if miss := MISS.search(line):
            compared += missing(miss, reading.exact, world.bounds(indicator, reading.period), line)
        if since := SINCE.search(line):
            compared += running(since, world, indicator, reading, line)
    assert compared >= (15 if world.period.label == "2026年10月" else 1)


def test_a_standing_with_a_wrong_count_is_found(world: World) -> None:
    domain = world.catalog.domains["commercial_disputes"]
    said = sentences.summary(domain.name, of_domain(world, domain.id))
    standing(said, world, domain.id)
    for wrong in (re.sub(r"共(\d+)项", "共99项", said, count=1), re.sub(r"达标(\d+)项", "达标99项", said, count=1)):
        assert wrong != said
        with pytest.raises(AssertionError):
            standing(wrong, world, domain.id)


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
