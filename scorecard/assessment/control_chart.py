"""The control chart of an indicator: the months that take part, limits, signals, 变异 and 保障.

Only settled months that may be judged take part: a running month, a cohort under observation, data to be checked and
a base that is too small would be noise of another kind; they are counted by reason. Limits rest on the first twelve
months that take part; they move only by a recorded decision, and start anew where the definition was changed. Where those
months are unfit as a baseline there are no limits, the word is 基准不稳, and a recorded decision settles it, if its own
months are fit.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import cast

from scorecard.assessment import small_counts
from scorecard.assessment.comparison import share_of_rows
from scorecard.assessment.control_limits import (
    Assurance,
    Limits,
    LimitSegment,
    LimitSide,
    Signal,
    Variation,
    assurance,
    better_side,
    segments,
    variation,
)
from scorecard.assessment.verdict import STILL_MOVING, JudgedPeriod, Verdict, VerdictWord, needs_base
from scorecard.calendar.period import Period, month_index
from scorecard.catalog.definitions import Indicator
from scorecard.records import baselines
from scorecard.records.baselines import Baseline
from scorecard.records.targets import Bounds
from scorecard.statistics.baseline_fitness import LEAST, BaselineFault, Possible, first_fit


@dataclass(frozen=True)
class ChartedMonth:
    """A month that takes part, with the limits it is judged by and what it signals."""

    period: Period
    value: Fraction
    limits: Limits | None
    signal: Signal | None
    word: Variation | None
    bounds: Bounds | None


@dataclass(frozen=True)
class ControlChart:
    """An indicator's months under statistical process control, up to the month that is read.

    `variation` is the word of the last settled month and `assurance` that of the last part of the series; each is None
    where it would say more than the data do, with the `reason`. `read` is the month that is read, which need not
    be settled. `cuts` are the decisions that re-based the series, `broken` the positions from which on it is counted otherwise.
    """

    indicator: Indicator
    read: Period | None
    months: tuple[ChartedMonth, ...]
    parts: tuple[LimitSegment, ...]
    cuts: tuple[Baseline, ...]
    broken: tuple[int, ...]
    left_out: tuple[tuple[str, int], ...]
    variation: Variation | None
    assurance: Assurance | None
    reason: str

    @property
    def last(self) -> ChartedMonth:
        """The last month that takes part; there is none while `months` is empty."""
        return self.months[-1]

    @property
    def limits(self) -> Limits | None:
        return self.parts[-1].limits if self.parts else None

    @property
    def recent(self) -> tuple[ChartedMonth, ...]:
        return self.months[self.parts[-1].start :] if self.parts else ()

    @property
    def fault(self) -> BaselineFault | None:
        """Why the baseline of the last part is unfit, so that nothing is said."""
        return self.parts[-1].fault if self.parts else None

    @cached_property  # a search over all starts; every run of a page asks for it, and cards live as long as their version
    def proposal(self) -> ChartedMonth | None:
        """The month from which on the last part has a fit baseline, where its own is unfit; None while there is none."""
        if self.fault is None:
            return None
        start = first_fit(self.parts[-1].values, self.parts[-1].possible)
        return None if start is None else self.recent[start]

    @property
    def last_signal(self) -> int | None:
        """The position of the last month that signalled, which may be long ago; None when none ever did."""
        return max((at for at, month in enumerate(self.months) if month.signal is not None), default=None)

    def signal_months(self, position: int) -> tuple[ChartedMonth, ...]:
        part = self.part_of(position)
        signal = self.months[position].signal
        assert signal is not None
        return self.months[part.start + signal.first : part.start + signal.last + 1]

    def part_of(self, position: int) -> LimitSegment:
        return next(part for part in reversed(self.parts) if part.start <= position)


def control(
    indicator: Indicator, months: Sequence[JudgedPeriod], decisions: Sequence[Baseline], breaks: Sequence[date] = ()
) -> ControlChart:
    """The months of one indicator in time order, judged by the baselines in force; never across a change of definition."""
    months = [_uneven(month) if indicator.accumulates and month.period.at_change else month for month in months]
    # Limits without a month that only those signed in are shown would be other limits than theirs.
    closed = any(_closed(indicator, month) for month in months)
    taking = [] if closed else [month for month in months if month.takes_part]
    values = [month.exact for month in taking if month.exact is not None]
    firsts = [month.period.first_month for month in taking]
    starts = {
        decision: bisect_left(firsts, month_index(decision.from_month))
        for decision in baselines.in_force(decisions, indicator.id)
    }
    broken = [bisect_left(firsts, month_index(month)) for month in breaks]
    parts = segments(values, [*starts.values(), *broken], possible=_possible(indicator, taking)) if values else ()
    judged = tuple(
        _judged(indicator, taking[part.start + at], part, part.signals[at])
        for part in parts
        for at in range(len(part.values))
    )
    word, reason = (
        (None, "部分月份登录后可见，不判断是否真变化") if closed else _last_word(months, judged, parts, broken)
    )
    by = parts[-1].limits if parts else None
    return ControlChart(
        indicator=indicator,
        read=months[-1].period if months else None,
        months=judged,
        parts=parts,
        cuts=tuple(decision for decision, start in starts.items() if 0 < start < len(taking)),
        broken=tuple(start for start in broken if 0 < start < len(taking)),
        left_out=_left_out(months),
        variation=word,
        assurance=assurance(by, indicator.direction, judged[-1].bounds) if by and word else None,
        reason=reason,
    )


def _possible(indicator: Indicator, months: Sequence[JudgedPeriod]) -> Possible:
    """Which values the months can have. The base of a share of rows is its denominator, which visitors do not see."""
    if indicator.formula.kind == "count":
        return Possible(ends=(0,), step=1)
    sizes = tuple(month.base for month in months) if share_of_rows(indicator) else ()
    return Possible(ends=(0, 100) if indicator.formula.share else (), sizes=sizes if all(sizes) else ())


def _uneven(month: JudgedPeriod) -> JudgedPeriod:
    """A month of another length than the others, by a change of rule: its count takes no part, and the reason is its word."""
    adjusted = Verdict(cast("VerdictWord", "统计期调整"), "")
    return replace(month, exact=None, verdict=adjusted) if month.takes_part else month


def _closed(indicator: Indicator, month: JudgedPeriod) -> bool:
    """Whether a number that takes part for those signed in is hidden here; one of a small sample takes part for nobody."""
    reading = month.reading
    return bool(reading and reading.hidden) and (not needs_base(indicator) or month.base >= small_counts.LEAST)


def _judged(indicator: Indicator, month: JudgedPeriod, part: LimitSegment, signal: Signal | None) -> ChartedMonth:
    by, value = part.limits, month.exact
    assert value is not None
    word: Variation | None = "基准不稳" if part.fault else None
    if by is not None and (not by.flat or value == by.mean):
        better: LimitSide | None = better_side(indicator.direction, by.mean, value, month.bounds)
        word = variation(signal, better)
    return ChartedMonth(month.period, value, by, signal, word, month.bounds)


def _last_word(
    months: Sequence[JudgedPeriod], judged: Sequence[ChartedMonth], parts: Sequence[LimitSegment], broken: Sequence[int]
) -> tuple[Variation | None, str]:
    """The word of the last settled month, or None and why there is none."""
    settled = [month for month in months if month.word not in STILL_MOVING]
    if not judged or not settled:
        return None, "没有可以评判的月份"
    if not settled[-1].takes_part:
        return None, f"{settled[-1].period.label}{settled[-1].word}，不判断是否真变化"
    if parts[-1].limits is None and parts[-1].fault is None:
        since = "" if len(parts) < 2 else "口径调整后" if parts[-1].start in broken else "重设基准后"
        return None, f"{since}可以评判的只有{len(parts[-1].values)}个月，不足{LEAST}个月，不判断是否真变化"
    if judged[-1].word is None:
        return None, "基准期没有可用的波动，无从估计正常波动的范围，不判断是否真变化"
    return judged[-1].word, ""


def _left_out(months: Sequence[JudgedPeriod]) -> tuple[tuple[str, int], ...]:
    """How many months take no part, by the word they stand at; months between that have no reading count as 无数据."""
    counted = Counter[str](month.word for month in months if not month.takes_part)
    if months:
        missing = months[-1].period.first_month - months[0].period.first_month + 1 - len(months)
        if missing:
            counted["无数据"] += missing
    return tuple(counted.items())
