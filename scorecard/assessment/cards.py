"""What a card says about one indicator in one period: plain text and numbers, no screen, no database.

Everything a page, a figure or an export shows of an indicator passes through here, so that all of them say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from scorecard.assessment.comparison import PeriodChange, changes, pace_text, to_meet
from scorecard.assessment.control_chart import ControlChart, JudgedPeriod, control
from scorecard.assessment.data_quality import TableState, indicator_reasons
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import figure_text, gap_text, halves_text, target_text, value_text
from scorecard.assessment.verdict import Verdict, VerdictWord, judge, withheld
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.records.baselines import Baseline
from scorecard.records.targets import Bounds, Target, bounds, effective

MOVING: tuple[VerdictWord, ...] = ("在途", "观察期未满")
SPARK_POINTS = 13  # twelve months and the same month a year before


@dataclass(frozen=True)
class CardInputs:
    """What a version holds for one choice of grain, department and scope: the input of everything below."""

    catalog: Catalog
    series: Mapping[str, tuple[IndicatorValue, ...]]
    targets: tuple[Target, ...]
    doubts: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, TableState]
    department: str
    scope: str
    today: date
    baselines: tuple[Baseline, ...] = ()


@dataclass(frozen=True)
class Point:
    """One period of a trend. `value` is None where nothing may be drawn: no data, or a base that is too small."""

    label: str
    key: str
    value: float | None
    text: str
    halves: str
    verdict: Verdict
    lower: float | None
    upper: float | None
    target: str
    bounds: Bounds | None = None
    exact: Fraction | None = None

    @property
    def settled(self) -> bool:
        """False while the value will still move."""
        return self.verdict.word not in MOVING


@dataclass(frozen=True)
class Card:
    """One indicator in one period, ready to be read.

    `since` says how long the target has been missed, `pace` what is missing to this period's part of a yearly target,
    `to_meet` what would turn the verdict; `control` is there at monthly grain only. `goal` is the target in force.
    """

    indicator: Indicator
    verdict: Verdict
    figure: str
    unit: str
    target: str
    gap: str
    period: str
    halves: str
    departments: str
    trend: tuple[Point, ...]
    since: str = ""
    changes: tuple[PeriodChange, ...] = ()
    pace: str = ""
    to_meet: str = ""
    control: ControlChart | None = None
    goal: Target | None = None

    @property
    def value(self) -> str:
        """The figure with its unit, as it stands in a sentence."""
        return f"{self.figure}{self.unit}"

    @property
    def settled(self) -> bool:
        """False while the value will still move: a running period, a cohort under observation."""
        return self.verdict.word not in MOVING

    @property
    def note(self) -> str:
        """In place of a gap, why there is none; a cohort under observation names the last one that is through."""
        if self.verdict.word == "观察期未满":
            through = [point for point in self.trend if point.settled and point.value is not None]
            return f"已期满 {through[-1].label} {through[-1].text}" if through else "数值还会变化"
        return {"样本不足": "只列数，不评价", "在途": "本期未结束"}.get(self.verdict.word, "")

    @property
    def made_of(self) -> str:
        """Numerator and denominator, or why there are none."""
        return self.halves or (self.verdict.reason if self.verdict.word == "无数据" else "")


def cards(evidence: CardInputs, period: Period) -> tuple[Card, ...]:
    """A card for every indicator of the catalogue, in its order."""
    return tuple(card(evidence, indicator, period) for indicator in evidence.catalog.indicators.values())


def card(evidence: CardInputs, indicator: Indicator, period: Period) -> Card:
    """The card of one indicator. A base under the minimum shows its count, never a rate."""
    readings = evidence.series.get(indicator.id, ())
    reading = next((one for one in readings if one.period == period), None)
    target = _target(evidence, indicator, period)
    verdict = _verdict(evidence, indicator, period, reading, target)
    figure, unit = _figure(evidence, indicator, reading)
    until = [one for one in readings if one.period.last_month <= period.last_month]
    points = tuple(_point(evidence, indicator, one) for one in until)
    assessed = [
        JudgedPeriod(one.period, point.exact, point.verdict.word, point.bounds, one.base)
        for one, point in zip(until, points, strict=True)
    ]
    limits = None if target is None else bounds(target, period)
    judged = verdict.word in ("达标", "未达标")
    return Card(
        indicator=indicator,
        verdict=verdict,
        figure=figure,
        unit=unit,
        target=target_text(target, indicator.unit),
        gap=_gap(indicator, verdict, target, period),
        period=period.label,
        halves="" if reading is None else halves_text(reading, indicator, evidence.catalog),
        departments=evidence.catalog.department_names(indicator.departments),
        trend=points[-SPARK_POINTS:],
        since=_since(points) if verdict.word == "未达标" else "",
        changes=changes(indicator, assessed, period, evidence.catalog.court.minimum_base),
        pace=pace_text(indicator, reading, target, limits) if judged else "",
        to_meet=to_meet(indicator, reading, limits) if judged and target and target.kind != "累计" else "",
        control=control(indicator, assessed, evidence.baselines) if period.grain == "month" else None,
        goal=target,
    )


def controlled(evidence: CardInputs, indicator: Indicator) -> ControlChart:
    """An indicator's months under statistical process control through the last one there is; monthly grain only."""
    periods = [one.period for one in evidence.series.get(indicator.id, ())]
    points = trend(evidence, indicator)
    assessed = [
        JudgedPeriod(period, point.exact, point.verdict.word, point.bounds)
        for period, point in zip(periods, points, strict=True)
    ]
    return control(indicator, assessed, evidence.baselines)


def _since(points: Sequence[Point]) -> str:
    """How long the target has been missed without a break; a period that was not judged breaks it."""
    missed = 0
    for point in reversed(points):
        if point.verdict.word != "未达标":
            break
        missed += 1
    return f"自{points[-missed].label}起连续{missed}期未达标" if missed > 1 else ""


def trend(evidence: CardInputs, indicator: Indicator) -> tuple[Point, ...]:
    """Every period of an indicator, each judged against the target in force in that period."""
    return tuple(_point(evidence, indicator, one) for one in evidence.series.get(indicator.id, ()))


def counts(chosen: Sequence[Card]) -> dict[VerdictWord, int]:
    """How many indicators stand at each word; words nobody stands at are left out. Never added up to a score."""
    found: dict[VerdictWord, int] = {}
    for word in ("达标", "未达标", "数据待核", "仅监测", "样本不足", "观察期未满", "在途", "无数据"):
        number = sum(one.verdict.word == word for one in chosen)
        if number:
            found[word] = number
    return found


def sentence(one: Card) -> str:
    """What is wrong, by how much, in one sentence: "2026年10月为 18.20%，低于目标下限20%（-1.80个百分点）"."""
    if one.verdict.word == "未达标":
        return f"{one.period}为{one.verdict.reason}"
    return f"{one.period}：{one.verdict.reason}"


def _target(evidence: CardInputs, indicator: Indicator, period: Period) -> Target | None:
    """The target in force. A yearly total is the whole court's: no department and no part of the cases owes it."""
    found = effective(evidence.targets, indicator.id, period)
    whole = evidence.department == ALL_DEPARTMENTS and evidence.scope == "all"
    return None if found is not None and found.kind == "累计" and not whole else found


def _verdict(
    evidence: CardInputs,
    indicator: Indicator,
    period: Period,
    reading: IndicatorValue | None,
    target: Target | None,
) -> Verdict:
    missing = _undivided(evidence, indicator) if reading is None else ""
    if missing:
        return Verdict("无数据", missing)
    faults = evidence.doubts.get(indicator.id, ())
    reasons = indicator_reasons(evidence.catalog, indicator, period, evidence.tables, faults, evidence.today)
    return judge(indicator, reading, target, reasons, evidence.catalog.court.minimum_base)


def _undivided(evidence: CardInputs, indicator: Indicator) -> str:
    """Why there can be no reading for this department or scope, or an empty string."""
    contracts = [evidence.catalog.tables[name] for name in indicator.formula.tables]
    if evidence.department != ALL_DEPARTMENTS and not all(table.department for table in contracts):
        return "本指标只按全院统计，不分部门"
    if evidence.scope == "firm" and not all(table.firm for table in contracts):
        return "本指标的数据表不区分涉企"
    return ""


def _figure(evidence: CardInputs, indicator: Indicator, reading: IndicatorValue | None) -> tuple[str, str]:
    """The large figure and its small unit; a withheld value shows its base instead."""
    if reading is None or reading.exact is None:
        return "—", ""
    if withheld(indicator, reading, evidence.catalog.court.minimum_base):
        return f"n={reading.base}", ""
    return figure_text(reading.exact, indicator.unit), indicator.unit


def _gap(indicator: Indicator, verdict: Verdict, target: Target | None, period: Period) -> str:
    """The distance to the nearer bound, signed, in the unit of a difference; empty where nothing was judged."""
    if verdict.gap is None or target is None:
        return ""
    limits = bounds(target, period)
    if (
        limits is not None
        and limits.lower is not None
        and limits.upper is not None
        and verdict.word == "达标"
    ):
        return "在区间内"
    return f"较目标 {gap_text(verdict.gap, indicator.unit)}"


def _point(evidence: CardInputs, indicator: Indicator, reading: IndicatorValue) -> Point:
    target = _target(evidence, indicator, reading.period)
    verdict = _verdict(evidence, indicator, reading.period, reading, target)
    limits = None if target is None else bounds(target, reading.period)
    hidden = reading.exact is None or withheld(indicator, reading, evidence.catalog.court.minimum_base)
    figure, unit = _figure(evidence, indicator, reading)
    return Point(
        label=reading.period.label,
        key=reading.period.key,
        value=None if hidden or reading.exact is None else float(reading.exact),
        text=value_text(reading.exact, indicator.unit) if not hidden else f"{figure}{unit}",
        halves=halves_text(reading, indicator, evidence.catalog),
        verdict=verdict,
        lower=_float(limits.lower if limits else None),
        upper=_float(limits.upper if limits else None),
        target=target_text(target, indicator.unit),
        bounds=limits,
        exact=None if hidden else reading.exact,
    )


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
