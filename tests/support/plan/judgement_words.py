"""Every combination of target, variation, assurance, fitness of the baseline, maturity and doubt that a card can stand at, in words.

`python -m tests.support.plan.judgement_words` writes docs/judgement-words.md anew: the words as the program says them on a card, in
the drawer and in a paper, to be read for contradiction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from scorecard.assessment.cards import Card, CardInputs, card
from scorecard.assessment.data_quality import TableState
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.calendar.period import Grain, Period, between, containing, month_index
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog, Indicator, PeriodState
from scorecard.narrative.attention import groups
from scorecard.narrative.control_words import state_note, variation_sentence
from scorecard.narrative.plain_verdict import asks, plain_verdict
from scorecard.narrative.sentences import of_indicator
from scorecard.records.targets import Target, TargetKind
from tests.conftest import ROOT
from tests.support.court import target

DOCUMENT = ROOT / "docs" / "judgement-words.md"
FIRST = month_index(date(2025, 1, 1))
STEADY, RAMP = (78, 82) * 6, (6, 16, 26, 36, 45, 56, 73, 83, 86, 85, 83, 85)  # limits 69.36 and 90.64; none
# What follows a baseline: as before, one month far up or down, seven a little up or down.
FOLLOWING = ((81,), (95,), (60,), (84,) * 7, (76,) * 7)
BOUNDS = (50, 65, 75, 83, 93, 99)
KINDS: tuple[tuple[str, str, TargetKind], ...] = (
    ("pre_mediation_success_rate", "越高越好", "下限"),
    ("first_enforcement_mean_days", "越低越好", "上限"),
    ("small_claims_rate", "在区间内为好", "区间"),
)


@dataclass(frozen=True)
class Combination:
    """What a card stands at, and everything that is said of it."""

    of: str
    target: str
    variation: str
    assurance: str
    baseline: str
    maturity: str
    doubt: str
    chip: str
    card: str
    drawer: str
    paper: str
    asked: bool

    @property
    def key(self) -> tuple[str, ...]:
        return (self.of, self.target, self.variation, self.assurance, self.baseline, self.maturity, self.doubt)

    @property
    def said(self) -> str:
        return "\n".join((self.card, self.drawer, self.paper))


def combinations(catalog: Catalog) -> tuple[Combination, ...]:
    """Each once, in the order in which they are built."""
    found: dict[tuple[str, ...], Combination] = {}
    for one in (*_charted(catalog), *_unjudged(catalog), *_paced(catalog)):
        found.setdefault(one.key, one)
    return tuple(found.values())


def _charted(catalog: Catalog) -> Iterator[Combination]:
    """Directions, targets and courses of a series, with fit, unfit and short baselines."""
    for name, of, kind in KINDS:
        for baseline in (STEADY, RAMP, STEADY[:4]):
            for following in FOLLOWING:
                for goal in (None, *_goals(kind)):
                    yield _combination(catalog, of, _card(catalog, name, (*baseline, *following), goal))
    for following in FOLLOWING:
        yield _combination(catalog, "无好坏方向", _card(catalog, "online_mediation_share", (*STEADY, *following), None))


def _goals(kind: TargetKind) -> Iterator[Target]:
    for bound in BOUNDS:
        match kind:
            case "下限":
                yield target(kind, lower=str(bound))
            case "上限":
                yield target(kind, upper=str(bound))
            case _:
                yield target(kind, lower=str(bound), upper=str(min(bound + 20, 100)))


def _unjudged(catalog: Catalog) -> Iterator[Combination]:
    """What keeps a value from being judged: a cohort under observation, a running month, few rows, doubt, no value."""
    goal, values = target("下限", lower="75"), (*STEADY, 60)
    states: tuple[tuple[str, PeriodState], ...] = (("firm_revisit_rate", "immature"), (KINDS[0][0], "partial"))
    for name, state in states:
        yield _combination(catalog, "越高越好", _card(catalog, name, values, goal, state=state))
    yield _combination(catalog, "越高越好", _card(catalog, KINDS[0][0], values, goal, base=3))
    yield _combination(catalog, "越高越好", _card(catalog, KINDS[0][0], values, goal, doubts=("收结存不平",)))
    yield _combination(catalog, "越高越好", _card(catalog, KINDS[0][0], (*STEADY, None), goal))


def _paced(catalog: Catalog) -> Iterator[Combination]:
    for total in (30, 60):
        goal = target("累计", lower="60")
        yield _combination(catalog, "累计件数", _card(catalog, "credit_repair_firm_count", (total,), goal, grain="ytd"))


def _card(
    catalog: Catalog,
    name: str,
    values: Sequence[int | None],
    goal: Target | None,
    *,
    state: PeriodState = "complete",
    base: int = 100,
    doubts: tuple[str, ...] = (),
    grain: Grain = "month",
) -> Card:
    """The card of the last of these values; what is special is so of the last one only."""
    indicator = catalog.indicators[name]
    periods = between("month", FIRST, FIRST + len(values) - 1)
    if grain == "ytd":
        periods = (containing("ytd", FIRST + 8),)
    readings = [_reading(indicator, at, value) for at, value in zip(periods, values, strict=True) if value is not None]
    if values[-1] is not None:
        of_base = {"base": base, "numerator": Decimal(2), "denominator": Decimal(base)} if base < 5 else {}
        readings[-1] = replace(readings[-1], state=state, doubts=doubts, **of_base)
    inputs = CardInputs(
        catalog=catalog,
        series={name: tuple(readings)},
        targets=() if goal is None else (replace(goal, indicator=name, valid_from=date(2024, 1, 1)),),
        doubts={},
        tables={table: TableState(table, date(2026, 12, 31), 100, 1) for table in catalog.tables},
        department="all",
        scope="all",
        today=date(2027, 1, 5),
    )
    return card(inputs, indicator, periods[-1])


def _reading(indicator: Indicator, at: Period, value: int) -> IndicatorValue:
    counted = indicator.formula.kind == "count"
    up, down = indicator.scale
    exact = Fraction(value) if counted else Fraction(value, 100) * 100
    top = Decimal(value) if counted else Decimal(int(exact * down / up * 100))
    return IndicatorValue(
        indicator.id, at, "all", "all", top, None if counted else Decimal(100), 100, exact, "complete"
    )


def _combination(catalog: Catalog, of: str, one: Card) -> Combination:
    chart = one.control
    listed = [(group, item) for group in groups([one]) for item in group.items]
    head = [one.verdict.word, chart.variation or "" if chart else "", chart.assurance or "" if chart else ""]
    lines = [f"{title}：{'；'.join(lines)}" for title, lines in state_note(one)]
    return Combination(
        of=of,
        target="未设" if one.judged.goal is None else one.verdict.word,
        variation=(chart.variation if chart else None) or "无",
        assurance=(chart.assurance if chart else None) or "无",
        baseline="不适用" if chart is None else "不稳" if chart.fault else "适合" if chart.limits else "不足",
        maturity="观察期未满" if one.asked or one.verdict.word == "观察期未满" else "期满",
        doubt=one.verdict.word if one.verdict.word in ("数据待核", "样本不足", "在途", "无数据") else "无",
        chip=plain_verdict(one).text,
        card="　".join(filter(None, (one.value, plain_verdict(one).text, one.pace or one.gap or one.note))),
        drawer="　".join([*filter(None, head), variation_sentence(chart) if chart else "", *lines]),
        paper="　".join(
            [*(f"【{group.title}：{group.question}】{item.sentence}" for group, item in listed), of_indicator(one)]
        ),
        asked=asks(one),
    )


def document(catalog: Catalog) -> str:
    """docs/judgement-words.md."""
    rows = combinations(catalog)
    lines = ["# 判断的用语", ""]
    lines += ["由 `python -m tests.support.plan.judgement_words` 生成，请勿手改；哪些词不能并立，见它的测试。", ""]
    lines += [f"共 {len(rows)} 种组合：方向、目标、变异、保障、基准、成熟、数据。", ""]
    for row in rows:
        lines += [f"## {'　'.join(row.key)}", ""]
        lines += [
            f"- **{name}**：{text}" for name, text in (("卡片", row.card), ("详情", row.drawer), ("简报", row.paper))
        ]
        lines += [""]
    return "\n".join(lines)


def main() -> None:
    """Write the document anew."""
    DOCUMENT.write_text(document(loader.load(ROOT / "seeds")), encoding="utf-8")


if __name__ == "__main__":
    main()
