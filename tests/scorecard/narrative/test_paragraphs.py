"""Papers' running text over the sample's periods: every number reads back to a reading, and the text is that of an official."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest

from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import prose
from scorecard.calendar.period import Grain, Period, containing
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import paragraphs
from scorecard.narrative.shortfall import shortfall
from scorecard.store import versions as store, warehouse
from tests.scorecard.narrative.test_sentences import DECIMALS, number, rounded
from tests.support.samples import AS_OF, published_sample

UNITS = "%|天|小时|件|家|篇|个|人|次|万元|元"
VALUE = re.compile(rf"(-?[\d,]+(?:\.\d+)?)({UNITS})")
PERIOD = r"(?:\d{4}年)?(?:\d+月|[一二三四]季度|1—\d+月)|\d{4}年"
LAST = 2026 * 12 + 9  # 2026年10月
PERIODS: tuple[tuple[Grain, int], ...] = (
    *(("ytd", month) for month in range(LAST - 25, LAST + 1, 5)), *(("month", month) for month in range(LAST - 32, LAST + 1, 8)),
    ("quarter", LAST - 1), ("year", 2025 * 12),
)  # fmt: skip


@dataclass(frozen=True)
class Court:
    """The sample's readings by grain."""

    catalog: Catalog
    inputs: Mapping[Grain, CardInputs]

    def cards(self, period: Period) -> tuple[Card, ...]:
        return cards(self.inputs[period.grain], period)

    def exact(self, indicator: str, period: Period) -> Fraction:
        found: IndicatorValue = next(one for one in self.inputs[period.grain].series[indicator] if one.period == period)
        assert found.exact is not None
        return found.exact


@dataclass(frozen=True)
class Paper:
    """What is written of a period, and the cards it was written from."""

    court: Court
    period: Period
    cards: tuple[Card, ...]
    monthly: tuple[Card, ...]

    @property
    def domains(self) -> list[tuple[str, list[Card]]]:
        return [
            (domain.name, [card for card in self.cards if card.indicator.domain == domain.id])
            for domain in self.court.catalog.domains.values()
        ]

    @property
    def paragraphs(self) -> list[tuple[str, list[Card], str]]:
        return [
            (name, members, paragraphs.domain_paragraph(name, members, self.period, self.months_of(members)))
            for name, members in self.domains
        ]

    def months_of(self, members: list[Card]) -> list[Card]:
        ids = {card.indicator.id for card in members}
        return [card for card in self.monthly if card.indicator.id in ids]

    @property
    def lead(self) -> str:
        return paragraphs.lead(self.domains, self.monthly, self.period)

    @property
    def headline(self) -> str:
        return paragraphs.headline(self.domains, self.monthly, self.period)

    def named(self, name: str, cards: tuple[Card, ...] | None = None) -> Card:
        return next(card for card in cards or self.cards if prose(card.indicator.name) == name)


@pytest.fixture(scope="module")
def court(shared: Path) -> Iterator[Court]:
    data = published_sample(shared)
    connection = store.connect(data, store.current(data).version or "")
    catalog = warehouse.catalog(connection)
    targets, doubts, tables = (read(connection) for read in (warehouse.targets, warehouse.doubts, warehouse.tables))
    grains: tuple[Grain, ...] = ("month", "quarter", "ytd", "year")
    yield Court(
        catalog,
        {
            grain: CardInputs(
                catalog,
                warehouse.series(connection, catalog, grain, "all", "all"),
                targets,
                doubts,
                tables,
                "all",
                "all",
                AS_OF,
            )
            for grain in grains
        },
    )
    connection.close()


@pytest.fixture(scope="module", params=PERIODS, ids=lambda one: containing(*one).key + one[0])
def paper(request: pytest.FixtureRequest, court: Court) -> Paper:
    period = containing(*request.param)
    month = containing("month", period.last_month)
    return Paper(court, period, court.cards(period), court.cards(month))


# --- every number reads back -------------------------------------------------------------------------------------


def same(told: str, unit: str, exact: Fraction) -> None:
    assert number(told) == rounded(exact, DECIMALS.get(unit, 0)), (told, unit, float(exact))
    assert not re.search(r"\.\d*0$", told), told


def read(paper: Paper, sentence: str) -> int:
    """The numbers of a sentence or clause, each compared with the reading it came from."""
    months = "真实" in sentence
    source = paper.monthly if months else paper.cards
    names = "|".join(sorted((re.escape(prose(card.indicator.name)) for card in source), key=len, reverse=True))
    found = [paper.named(one, source) for one in re.findall(names, sentence)]
    bare = re.sub(rf"^(?:观察期满的)?(?:{PERIOD})(?:当月)?，|^设有目标的", "", re.sub(names, "〇", sentence))
    told, _, moved = bare.partition("同比")
    moved, _, later = moved.partition("，为")
    values = VALUE.findall(re.sub(r"（[^）]*）|，[^〇]*未达标$", "", later or told))
    assert len(values) == len(found) > 0, sentence
    for card, (value, unit) in zip(found, values, strict=True):
        of = card.control.last.period if months and card.control else card.judged.period
        assert unit == card.indicator.unit
        same(value, unit, paper.court.exact(card.indicator.id, of))
        assert "未达标" not in sentence or prose(shortfall(card)) in sentence, sentence
        assert of == paper.period or months or paragraphs.spoken(of, paper.period) in sentence
    return len(values) + (compared(paper, found, moved) if moved else 0)


def compared(paper: Paper, found: list[Card], text: str) -> int:
    moved, way = re.findall(rf"(上升|下降|增加|减少|延长|缩短)?([\d,.]+)({UNITS})", text), ""
    assert len(moved) == len(found), text
    for card, (said, by, unit) in zip(found, moved, strict=True):
        way, period = said or way, card.judged.period
        now, then = (
            paper.court.exact(card.indicator.id, containing(period.grain, period.last_month - months))
            for months in (0, 12)
        )
        assert (now > then) == (way in ("上升", "增加", "延长")), text
        assert ("百分点" in text) == (card.indicator.unit == "%"), text  # points and percent are never mixed
        same(by, "%" if "百分点" in text else unit, abs(now - then) * 100 / then if unit == "%" else abs(now - then))
    return len(moved)


def test_every_number_of_a_domain_reads_back(paper: Paper) -> None:
    compared = 0
    for name, members, said in paper.paragraphs:
        opening, _, body = said.partition("，")
        assert opening == paragraphs.spoken(paper.period)
        for sentence in body.removesuffix("。").split("。"):
            rest = re.fullmatch(rf"(?:其余|{name}的)(\d+)项(?:指标)?(中，)?(.+)", sentence)
            met = re.fullmatch(r"设有目标的(\d+)项均达标", sentence)
            if rest:
                assert int(rest[1]) == (sum(map(int, re.findall(r"(\d+)项", rest[3]))) if rest[2] else int(rest[1]))
            elif met:
                assert int(met[1]) == sum(card.verdict.word == "达标" for card in members)
            else:
                compared += sum(read(paper, clause) for clause in sentence.split("；"))
    assert compared > (20 if paper.period.key == "2026-10" else 0)


def test_a_paragraph_names_its_period_once_and_no_three_neighbours_are_built_alike(paper: Paper) -> None:
    for _, members, said in paper.paragraphs:
        opening, _, body = said.partition("，")
        assert not re.search(rf"(?<![\d—年]){opening}(?!当月)", body), said
        built = [skeleton(clause, members) for clause in re.split("[。；]", body.removesuffix("。"))]
        assert all(len({*three}) > 1 for three in zip(built, built[1:], built[2:], strict=False)), said
        for unsaid in ("未设目标", "Σ", "≥", "≤", "/", "(", ")", "可对照目标", "较目标", "环比", ".00", "期未达标"):
            assert unsaid not in said, said


def skeleton(clause: str, members: list[Card]) -> str:
    """What is left of a clause without its names, numbers, directions and asides."""
    for name in sorted((prose(card.indicator.name) for card in members), key=len, reverse=True):
        clause = clause.replace(name, "名")
    clause = re.sub(r"（[^）]*）", "", clause)
    clause = re.sub(rf"[\d,.]+(?:个百分点|{UNITS})", "数", clause)
    return re.sub(r"(名数|名|数)(?:、\1)+", r"\1", re.sub("上升|下降|增加|减少|延长|缩短", "", clause))


def test_the_lead_counts_what_the_cards_say(paper: Paper) -> None:
    words = [card.verdict.word for card in paper.cards]
    met, missed = words.count("达标"), words.count("未达标")
    if not met + missed:
        assert "达标与否无从评价" in paper.lead
        return
    assert f"设有目标且可以评价的{met + missed}项指标" in paper.lead
    assert (f"{met}项达标、{missed}项未达标" if missed else "全部达标") in paper.lead
    homes = {name: sum(card.verdict.word == "未达标" for card in members) for name, members in paper.domains}
    for name, count in homes.items():
        assert (f"{name}{count}项" in paper.lead) == (count > 0)
    worse = [card for card in paper.monthly if card.control and card.control.variation == "需要关注"]
    assert all(prose(card.indicator.name) in paper.lead for card in worse)
    assert ("真实恶化" in paper.lead.replace("没有真实恶化", "")) == bool(worse)


def test_the_headline_is_short_and_counts_what_was_missed(paper: Paper) -> None:
    assert len(paper.headline) <= 28
    missed = [card for card in paper.cards if card.verdict.word == "未达标"]
    if len(missed) > 1:
        assert paper.headline.startswith(f"{paragraphs.spoken(paper.period)}{len(missed)}项未达标")
    if "短板" in paper.headline:
        home = paper.headline.partition("短板在")[2].removesuffix("领域")
        own = [card for card in dict(paper.domains)[home] if card.verdict.word == "未达标"]
        assert 2 * len(own) > len(missed)


def test_with_nothing_judged_a_paper_says_so_and_praises_nothing(court: Court) -> None:
    period = containing("ytd", LAST)
    shown = replace(court.inputs["ytd"], targets=())
    every = cards(shown, period)
    domains = [
        (one.name, [card for card in every if card.indicator.domain == one.id])
        for one in court.catalog.domains.values()
    ]
    assert paragraphs.headline(domains, (), period) == "1—10月指标没有可以对照的目标，只作监测"
    assert paragraphs.lead(domains, (), period) == "1—10月，没有设有目标且可以评价的指标，达标与否无从评价。"
    assert "达标" not in "".join(paragraphs.domain_paragraph(name, own, period) for name, own in domains)
