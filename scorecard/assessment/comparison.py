"""同比, 环比 and pace: a period against its like, in the words of a bulletin.

Like for like only: the same months of last year (年度累计 against last year's 累计 through the same month), both over,
both judged, both on a base that carries a rate, both counted by one definition. Counts and money change by %, rates by
个百分点, days by days, as in bulletins of courts. Where there is nothing to compare with, the text says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.judged_period import JudgedPeriod
from scorecard.assessment.number_format import figure_text, half_up, value_text
from scorecard.calendar.period import Period, containing, month_index, year_before
from scorecard.catalog.definitions import Indicator
from scorecard.records.targets import Bounds, Target
from scorecard.statistics.contributions import Contribution

ComparisonKind = Literal["同比", "环比"]

_UNCOMPARED = {"在途": "本期未结束", "观察期未满": "观察期未满", "样本不足": "基数小", "数据待核": "数据待核"}
_THEN: dict[ComparisonKind, str] = {"同比": "上年同期", "环比": "上期"}
# Units that grow by a part of what was; rates and days differ by themselves.
_GROWING = ("件", "家", "篇", "个", "万元")


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
        return None if january or grows else containing("ytd", period.last_month - 1)
    return containing(period.grain, period.first_month - 1)


def comparable(one: Period, other: Period, breaks: Sequence[date]) -> bool:
    """Whether no recorded change of definition lies within the two periods or between them."""
    first, last = min(one.first_month, other.first_month), max(one.last_month, other.last_month)
    return not any(first < month_index(month) <= last for month in breaks)


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
    pairs: list[tuple[ComparisonKind, Period | None]] = [
        ("同比", year_before(period)),
        ("环比", previous(indicator, period)),
    ]
    return tuple(
        compare(indicator, kind, now, by_period.get(other), minimum_base)
        if comparable(period, other, breaks)
        else PeriodChange(kind, f"与{_THEN[kind]}口径已调整，不可比")
        for kind, other in pairs
        if other is not None
    )


def compare(
    indicator: Indicator, kind: ComparisonKind, now: JudgedPeriod, before: JudgedPeriod | None, minimum_base: int
) -> PeriodChange:
    """One comparison of two periods of equal length, or why there is none."""
    then = _THEN[kind]
    if not now.takes_part or now.exact is None:
        return PeriodChange(kind, f"{_UNCOMPARED.get(now.word, now.word)}，不作{kind}")
    if before is None or before.word == "无数据":
        return PeriodChange(kind, f"{then}无数据")
    if not before.takes_part or before.exact is None:
        return PeriodChange(kind, f"{then}{_UNCOMPARED.get(before.word, before.word)}，不作{kind}", before)
    difference = now.exact - before.exact
    if indicator.unit not in _GROWING:
        return PeriodChange(
            kind, f"{kind}{_differs(difference, now.exact, before.exact, indicator.unit)}", before, difference
        )
    if before.exact == 0:
        text = f"{kind}持平（均为0）" if now.exact == 0 else f"{then}为0"
        return PeriodChange(kind, text, before, difference)
    small = (before.exact if indicator.unit != "万元" else before.base) < minimum_base
    if small or before.exact < 0 or now.exact < 0:
        text = f"{kind}{_differs(difference, now.exact, before.exact, indicator.unit)}"
        was = f"（{then}{value_text(before.exact, indicator.unit)}，基数小，不计增幅）"
        return PeriodChange(kind, text + (was if small and difference else ""), before, difference)
    growth = difference * 100 / before.exact
    shown = half_up(abs(growth), 2)
    moved = "持平" if not shown.strip("0.") else f"{'上升' if growth > 0 else '下降'}{shown}%"
    return PeriodChange(kind, kind + moved, before, difference, growth)


def _differs(difference: Fraction, now: Fraction, before: Fraction, unit: str) -> str:
    """ "上升5.39个百分点", "缩短3.2天", "增加2件", "持平"; a change of sign is named."""
    shown = figure_text(abs(difference), unit)
    if not shown.strip("0.,"):
        return "持平"
    up, down = {"%": ("上升", "下降"), "天": ("延长", "缩短")}.get(unit, ("增加", "减少"))
    turned = "由负转正，" if before < 0 < now else "由正转负，" if now < 0 < before else ""
    return f"{turned}{up if difference > 0 else down}{shown}{'个百分点' if unit == '%' else unit}"


def pace_text(
    indicator: Indicator, reading: IndicatorValue | None, target: Target | None, limits: Bounds | None
) -> str:
    """How far a cumulative count is from the pace of its yearly target: "再结37件即达进度"; empty without one.

    A rate with a ladder has no pieces to catch up: it is compared with its step like any other target.
    """
    if reading is None or reading.exact is None or target is None or limits is None or target.kind != "累计":
        return ""
    if not indicator.accumulates:
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


def _verb(indicator: Indicator) -> str:
    """结 for cases counted on the day they close, 增 for all else."""
    clocks = {term.period for part in indicator.formula.parts for term in part.numerator}
    return "结" if indicator.unit == "件" and clocks == {"closed_on"} else "增"


def _whole(value: Fraction, unit: str, up: bool = True) -> str:
    """A count in whole pieces: what is missing rounded up, what is ahead rounded down; money as it is."""
    if unit == "万元":
        return value_text(value, unit)
    pieces = -(-value.numerator // value.denominator) if up else value.numerator // value.denominator
    return f"{pieces:,}{unit}"


def to_meet(indicator: Indicator, reading: IndicatorValue | None, limits: Bounds | None) -> str:
    """What this period's value would have had to be for the other verdict: in rows where a share of rows is counted.

    A numerator of n more over the same denominator is something people can picture; other values name the bound.
    """
    if reading is None or reading.exact is None or limits is None:
        return ""
    if not share_of_rows(indicator):
        return _by_value(reading.exact, limits, indicator.unit)
    top, bottom = reading.numerator, reading.denominator
    if top is None or not bottom:
        return ""
    scale = Fraction(bottom) / 100
    need = None if limits.lower is None else _ceil(limits.lower * scale) - int(top)
    room = None if limits.upper is None else int(top) - _floor(limits.upper * scale)
    if need is not None and need > 0:
        return f"分母{int(bottom):,}不变，分子再多{need:,}即达标"
    if room is not None and room > 0:
        return f"分母{int(bottom):,}不变，分子再少{room:,}即达标"
    spare: list[str] = []
    if need is not None and 1 - need <= top:
        spare.append(f"少{1 - need:,}")
    if room is not None and top + 1 - room <= bottom:
        spare.append(f"多{1 - room:,}")
    return f"分母{int(bottom):,}不变，分子再{'或再'.join(spare)}即不达标" if spare else ""


def _by_value(value: Fraction, limits: Bounds, unit: str) -> str:
    low = None if limits.lower is None else value_text(limits.lower, unit)
    high = None if limits.upper is None else value_text(limits.upper, unit)
    if limits.lower is not None and value < limits.lower:
        return f"达到{low}即达标"
    if limits.upper is not None and value > limits.upper:
        return f"降到{high}以内即达标"
    spare = [side for side in (low and f"低于{low}", high and f"高于{high}") if side]
    return f"{'或'.join(spare)}即不达标"


def share_of_rows(indicator: Indicator) -> bool:
    """Whether the value is some rows out of others, each counted once."""
    counted = all(term.aggregate == "count" for term in indicator.formula.terms)
    return indicator.formula.kind == "ratio" and indicator.formula.share and counted


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator
