"""同比, 环比 and pace: a period against its like, in the words of a bulletin.

Like for like only: the same months of last year (年度累计 against last year's 累计 through the same month), both over,
both judged, both on a base that carries a rate, both counted by one definition. Counts and money change by %, rates by
个百分点, days by days, as in bulletins of courts. Where there is nothing to compare with, the text says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import figure_text, half_up, value_text
from scorecard.assessment.verdict import JudgedPeriod
from scorecard.calendar.period import Period, month_index, year_before
from scorecard.catalog.definitions import COUNTED_UNITS, Indicator
from scorecard.records.targets import Bounds, Target
from scorecard.statistics import intervals
from scorecard.statistics.baseline_fitness import Possible, baseline_fault
from scorecard.statistics.contributions import Contribution

ComparisonKind = Literal["同比", "环比"]

_UNCOMPARED = {"在途": "本期未结束", "观察期未满": "观察期未满", "样本不足": "基数小", "数据待核": "数据待核"}
_THEN: dict[ComparisonKind, str] = {"同比": "上年同期", "环比": "上期"}
# Units that grow by a part of what was; rates and days differ by themselves.
_GROWING = (*COUNTED_UNITS, "万元", "元")


@dataclass(frozen=True)
class PeriodChange:
    """One comparison. `difference` is in the indicator's unit, `growth` in % of what was, each None where not given."""

    kind: ComparisonKind
    text: str
    before: JudgedPeriod | None = None
    difference: Fraction | None = None
    growth: Fraction | None = None


@dataclass(frozen=True)
class ChangeSplit:
    """A change split by a column, in the indicator's unit; the parts add up to it exactly, in the column's own order."""

    column: str
    change: PeriodChange
    parts: tuple[Contribution, ...]


def previous(indicator: Indicator, period: Period) -> Period | None:
    """What 环比 compares with: the period just before; None where that would say nothing.

    A year has its 同比. A cumulative count only ever grows, and January's has nothing before it in its year.
    """
    if period.grain == "year":
        return None
    if period.grain == "ytd":
        january = period.first_month == period.last_month
        flow = all(term.stock is None for term in indicator.formula.terms)
        grows = flow and indicator.unit in _GROWING
        return None if january or grows else period.months.containing("ytd", period.last_month - 1)
    return period.months.containing(period.grain, period.first_month - 1)


def comparable(one: Period, other: Period, breaks: Sequence[date]) -> bool:
    """Whether no recorded change of definition lies within the two periods or between them."""
    first, last = min(one.first_month, other.first_month), max(one.last_month, other.last_month)
    return not any(first < month_index(month) <= last for month in breaks)


def of_like_length(indicator: Indicator, one: Period, other: Period) -> bool:
    """Whether the lengths of the two let it be compared: counts and sums grow with the days, rates and stocks do not."""
    return not indicator.accumulates or one.as_long_as(other)


def changes(
    indicator: Indicator,
    periods: Sequence[JudgedPeriod],
    period: Period,
    minimum_base: int,
    breaks: Sequence[date] = (),
) -> tuple[PeriodChange, ...]:
    """同比 and 环比 of one period among the periods of the same grain; empty when it has no value of its own."""
    by_period = {judged.period: judged for judged in periods}
    now = by_period.get(period)
    if now is None or now.word == "无数据":
        return ()
    others: dict[ComparisonKind, Period | None] = {"同比": year_before(period), "环比": previous(indicator, period)}
    found: list[PeriodChange] = []
    for kind, other in others.items():
        if other is None:
            continue
        _, then, refused = _words(kind, period)
        if not comparable(period, other, breaks):
            found.append(PeriodChange(kind, f"与{then}口径已调整，不可比"))
        elif of_like_length(indicator, period, other):
            found.append(compare(indicator, kind, now, by_period.get(other), minimum_base))
        else:
            lengths = f"统计期{period.days}天，{then}{other.days}天"
            found.append(PeriodChange(kind, f"{lengths}，不作{refused}"))
    return tuple(found)


def _words(kind: ComparisonKind, period: Period) -> tuple[str, str, str]:
    """What a comparison is called, what it compares with, and what is refused where it cannot be made.

    A cumulative value beside the one before holds it, so that is no 环比: bulletins write "较1—9月".
    """
    if kind == "环比" and period.grain == "ytd":
        then = period.months.containing("ytd", period.last_month - 1).short
        return f"较{then}", then, "比较"
    return kind, _THEN[kind], kind


def compare(
    indicator: Indicator, kind: ComparisonKind, now: JudgedPeriod, before: JudgedPeriod | None, minimum_base: int
) -> PeriodChange:
    """One comparison of two periods of equal length, or why there is none."""
    called, then, refused = _words(kind, now.period)
    if not now.takes_part or now.exact is None:
        return PeriodChange(kind, f"{_UNCOMPARED.get(now.word, now.word)}，不作{refused}")
    if before is None or before.word == "无数据":
        return PeriodChange(kind, f"{then}无数据")
    if not before.takes_part or before.exact is None:
        return PeriodChange(kind, f"{then}{_UNCOMPARED.get(before.word, before.word)}，不作{refused}", before)
    difference = now.exact - before.exact
    differs = f"{called}{_differs(difference, now.exact, before.exact, indicator.unit)}"
    if indicator.unit not in _GROWING:
        return PeriodChange(kind, differs, before, difference)
    if before.exact == 0:
        text = f"{called}持平（均为0）" if now.exact == 0 else f"{then}为0"
        return PeriodChange(kind, text, before, difference)
    small = (before.exact if indicator.unit not in ("万元", "元") else before.base) < minimum_base
    if small or before.exact < 0 or now.exact < 0:
        was = f"（{then}{value_text(before.exact, indicator.unit)}，基数小，不计增幅）"
        return PeriodChange(kind, differs + (was if small and difference else ""), before, difference)
    growth = difference * 100 / before.exact
    shown = half_up(abs(growth), 2)
    moved = "持平" if not shown.strip("0.") else f"{'上升' if growth > 0 else '下降'}{shown}%"
    return PeriodChange(kind, called + moved, before, difference, growth)


def _differs(difference: Fraction, now: Fraction, before: Fraction, unit: str) -> str:
    """ "上升5.39个百分点", "缩短3.2天", "增加2件", "持平"; a change of sign is named."""
    shown = figure_text(abs(difference), unit)
    if not shown.strip("0.,"):
        return "持平"
    up, down = {"%": ("上升", "下降"), "天": ("延长", "缩短"), "小时": ("延长", "缩短")}.get(unit, ("增加", "减少"))
    turned = "由负转正，" if before < 0 < now else "由正转负，" if now < 0 < before else ""
    return f"{turned}{up if difference > 0 else down}{shown}{'个百分点' if unit == '%' else unit}"


def pace_text(
    indicator: Indicator, reading: IndicatorValue | None, target: Target | None, limits: Bounds | None
) -> str:
    """How far a cumulative count is from the pace of its yearly target: "再结37件即达进度"; empty without one.

    A rate with a ladder has no pieces to catch up: it is compared with its step like any other target.
    """
    if reading is None or reading.exact is None or target is None or limits is None:
        return ""
    if target.kind != "累计" or not indicator.accumulates:
        return ""
    unit = indicator.unit
    if limits.lower is None:
        assert limits.upper is not None
        over = reading.exact - limits.upper
        return f"已超进度上限{_whole(over, unit)}" if over > 0 else f"距进度上限还有{_whole(-over, unit, up=False)}"
    missing = limits.lower - reading.exact
    if missing > 0:
        return f"再{_verb(indicator)}{_whole(missing, unit)}即达进度"
    ahead = _whole(-missing, unit, up=False)
    return "已达进度" if not ahead.removesuffix(unit).strip("0.") else f"已超进度{ahead}"


@dataclass(frozen=True)
class YearEnd:
    """A projection of a cumulative count, marked as one: the periods to come with lower limit, middle and upper limit, whole
    pieces each; or the `reason` why nothing is projected. `needed` is what each month to come owes to the yearly target.
    """

    steps: tuple[tuple[Period, int, int, int], ...] = ()
    needed: str = ""
    reason: str = ""
    unit: str = ""

    @property
    def text(self) -> str:
        """照此推算 … in a sentence; empty where nothing is projected."""
        if not self.steps:
            return ""
        _, low, middle, high = self.steps[-1]
        return f"照此推算（不是实绩），全年约{middle:,}{self.unit}，95%区间{low:,}—{high:,}{self.unit}"


def year_end(
    indicator: Indicator,
    points: Sequence[JudgedPeriod],
    judged: JudgedPeriod,
    minimum_base: int,
    breaks: Sequence[date] = (),
) -> YearEnd | None:
    """Where a count with a yearly target may stand at the end of the year; None where that is no question.

    Of the last twelve months, as their 年度累计 grew. Refused where one of them takes no part, the definition changed among
    them, they hold fewer cases than the minimum base a month, or they would be unfit as a baseline.
    """
    period, goal = judged.period, judged.goal
    left = period.months.containing("year", period.last_month).last_month - period.last_month
    later = (point for point in points if point.period.last_month > period.last_month)
    if period.grain != "ytd" or goal is None or goal.kind != "累计" or indicator.formula.kind != "count":
        return None
    if not (indicator.accumulates and judged.takes_part and left) or any(point.takes_part for point in later):
        return None
    span = range(period.last_month - intervals.MONTHS + 1, period.last_month + 1)
    spanned = period.months.between("month", span[0], span[-1])
    if not comparable(spanned[0], period, breaks):
        return YearEnd(reason="近十二个月内口径有调整")
    if any(month.at_change for month in period.months.between("month", span[0], period.last_month + left)):
        return YearEnd(reason="近十二个月或余下各月的统计期有调整")
    totals = {point.period.last_month: point for point in points if point.takes_part}
    grown = [_grown(totals, month) for month in span]
    months = [value for value in grown if value is not None]
    if len(months) < len(grown):
        return YearEnd(reason="近十二个月数据不全")
    if sum(months) < intervals.MONTHS * minimum_base:
        return YearEnd(reason=f"近十二个月共{value_text(sum(months, Fraction(0)), indicator.unit)}，太少")
    if baseline_fault(months, Possible(ends=(0,), step=1)) is not None:
        return YearEnd(reason="近十二个月起伏过大或有升有降，没有稳定的水平")
    assert judged.exact is not None
    steps: list[tuple[Period, int, int, int]] = []
    for number in range(1, left + 1):
        low, middle, high = (judged.exact + more for more in intervals.ahead(months, number))
        ends = (floor(low), floor(middle + Fraction(1, 2)), ceil(high))
        steps.append((period.months.containing("ytd", period.last_month + number), *ends))
    return YearEnd(tuple(steps), _needed(indicator, judged.exact, goal, left), unit=indicator.unit)


def _grown(totals: Mapping[int, JudgedPeriod], month: int) -> Fraction | None:
    """By how much the year's count grew in a month; None where either end is not known."""
    now, before = totals.get(month), totals.get(month - 1)
    if now is None or now.exact is None:
        return None
    if now.period.first_month == month:
        return now.exact
    return None if before is None or before.exact is None else now.exact - before.exact


def _needed(indicator: Indicator, so_far: Fraction, goal: Target, left: int) -> str:
    """ "要达到全年120件，余下2个月每月再结8件"; a limit from above asks for nothing."""
    if goal.lower is None or goal.lower <= so_far:
        return ""
    each = (Fraction(goal.lower) - so_far) / left
    whole = _whole(Fraction(goal.lower), indicator.unit)
    return f"要达到全年{whole}，余下{left}个月每月再{_verb(indicator)}{_whole(each, indicator.unit)}"


def _verb(indicator: Indicator) -> str:
    """结 for cases counted on the day they close, 增 for all else."""
    clocks = {term.period for part in indicator.formula.parts for term in part.numerator}
    return "结" if indicator.unit == "件" and clocks == {"closed_on"} else "增"


def _whole(value: Fraction, unit: str, up: bool = True) -> str:
    """A count in whole pieces: what is missing rounded up, what is ahead rounded down; money as it is."""
    if unit not in COUNTED_UNITS:
        return value_text(value, unit)
    return f"{ceil(value) if up else floor(value):,}{unit}"


def to_meet(indicator: Indicator, reading: IndicatorValue | None, limits: Bounds | None) -> str:
    """What this period's value would have had to be for the other verdict: in rows, firms or papers where a share of them is counted.

    A numerator of n more over the same denominator is something people can picture; other values name the bound.
    """
    if reading is None or reading.exact is None or limits is None:
        return ""
    things = counted_in(indicator)
    if not things:
        return _by_value(reading.exact, limits, indicator.unit)
    top, bottom = reading.numerator, reading.denominator
    if top is None or not bottom:
        return ""
    scale = Fraction(bottom) / 100
    need = None if limits.lower is None else ceil(limits.lower * scale) - int(top)
    room = None if limits.upper is None else int(top) - floor(limits.upper * scale)
    if need is not None and need > 0:
        return f"{int(bottom):,}{things}中再多{need:,}{things}即达标"
    if room is not None and room > 0:
        return f"{int(bottom):,}{things}中再少{room:,}{things}即达标"
    spare: list[str] = []
    if need is not None and 1 - need <= top:
        spare.append(f"少{1 - need:,}{things}")
    if room is not None and top + 1 - room <= bottom:
        spare.append(f"多{1 - room:,}{things}")
    return f"{int(bottom):,}{things}中再{'或再'.join(spare)}即不达标" if spare else ""


def _by_value(value: Fraction, limits: Bounds, unit: str) -> str:
    low, high = (
        bound if bound is None else f"{bound.numerator:,}{unit}" if bound.denominator == 1 else value_text(bound, unit)
        for bound in (limits.lower, limits.upper)
    )
    if limits.lower is not None and value < limits.lower:
        return f"达到{low}即达标"
    if limits.upper is not None and value > limits.upper:
        return f"降到{high}以内即达标"
    spare = [side for side in (low and f"低于{low}", high and f"高于{high}") if side]
    return f"{'或'.join(spare)}即不达标"


def counted_in(indicator: Indicator) -> str:
    """The word for one of what a share is a share of: a row, or what several rows may tell of; empty for any other value."""
    formula = indicator.formula
    if share_of_rows(indicator):
        return indicator.shortfall[:1] or "件"
    distinct = all(term.aggregate == "distinct" for term in formula.terms)
    return (indicator.shortfall[:1] or "个") if formula.kind == "ratio" and formula.share and distinct else ""


def beyond(indicator: Indicator, reading: IndicatorValue | None) -> str:
    """How many rows of a share are not in it, in the indicator's words for them: "其余8件超时"; empty without a word, or none.

    Where lower is better the numerator counts them itself.
    """
    told = indicator.shortfall and indicator.direction == "higher" and share_of_rows(indicator)
    if not told or reading is None or reading.doubts or reading.public:
        return ""
    if reading.numerator is None or reading.denominator is None:
        return ""
    rest = int(reading.denominator - reading.numerator)
    return f"其余{rest:,}{indicator.shortfall}" if rest > 0 else ""


def share_of_rows(indicator: Indicator) -> bool:
    """Whether the value is some rows out of others, each counted once."""
    counted = all(term.aggregate == "count" for term in indicator.formula.terms)
    return indicator.formula.kind == "ratio" and indicator.formula.share and counted
