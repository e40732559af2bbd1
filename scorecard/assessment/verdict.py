"""A reading against its target: one of nine words and the sentence behind it; and a period so judged. Knows no database, no screen.

National policy for these indicators: a value inside its range is 达标; there is no score and no ranking. Fewer than
the minimum base (default 5) gives a count, no rate and no verdict (a rule for small courts).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import distinct_texts, target_text, value_text
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import Indicator
from scorecard.records.targets import TENTATIVE, Bounds, Target

VerdictWord = Literal[
    "达标", "未达标", "仅监测", "样本不足", "无数据", "数据待核", "观察期未满", "在途", "不区分涉企",
]  # fmt: skip
WORDS: tuple[VerdictWord, ...] = get_args(VerdictWord)


# Why a target that is in force asks nothing of a period.
_UNBOUNDED = {
    "累计": "累计目标按年度累计评判，单月、季度只作监测",
    "较上年": "上年同期没有可比的数值，较上年的目标无从评判",
}


@dataclass(frozen=True)
class Verdict:
    """The word, why, and the signed distance to the nearer bound in the indicator's unit (0 inside a range)."""

    word: VerdictWord
    reason: str
    gap: Fraction | None = None


def needs_base(indicator: Indicator) -> bool:
    """Whether a value rests on a sample, as rates, means and medians do; a count stands for itself, however small."""
    return indicator.formula.kind not in ("count", "sum")


def judge(
    indicator: Indicator,
    reading: IndicatorValue | None,
    target: Target | None,
    limits: Bounds | None,
    doubts: Sequence[str] = (),
    minimum_base: int = 5,
) -> Verdict:
    """The verdict on one reading; `limits` is what `target` asks of its period. Data that must be checked is never judged."""
    if doubts:
        return Verdict("数据待核", "；".join(doubts))
    if reading is None:
        return Verdict("无数据", "本期没有数据")
    if reading.hidden:
        return Verdict("样本不足", reading.hidden)
    excess = _excess(indicator, reading)
    if excess:
        return Verdict("数据待核", excess)
    if reading.state == "immature":
        after = indicator.formula.matures_after
        wait = "" if after is None else f"{after.months}个月" if after.months else f"{after.days}天"
        return Verdict("观察期未满", f"{wait}的观察期未满，本期数值还会变化，不评判")
    if reading.state == "partial":
        return Verdict("在途", "本期尚未结束，不评判")
    if reading.exact is None:
        return Verdict("无数据", _nothing(reading))
    if withheld(indicator, reading, minimum_base):
        return Verdict("样本不足", f"{reading.base}件，少于{minimum_base}件，只列数不评价")
    if target is None:
        return Verdict("仅监测", "未设目标")
    if limits is None:
        return Verdict("仅监测", _UNBOUNDED[target.kind])
    return _against(indicator, reading.exact, limits, target)


def withheld(indicator: Indicator, reading: IndicatorValue, minimum_base: int) -> bool:
    """Whether the base is too small to show the number as a rate."""
    return needs_base(indicator) and reading.base < minimum_base


def _excess(indicator: Indicator, reading: IndicatorValue) -> str:
    """A part cannot exceed its whole: such a share is a data error, not a success."""
    if not indicator.formula.share or reading.numerator is None or reading.denominator is None:
        return ""
    if reading.numerator > reading.denominator:
        return f"分子 {reading.numerator.normalize():f} 大于分母 {reading.denominator.normalize():f}，占比超过100%"
    if reading.numerator < 0 or reading.denominator < 0:
        return "分子或分母为负"
    return ""


def _nothing(reading: IndicatorValue) -> str:
    """Why there is no value: no cases, which is not the same as cases whose amounts the extracts do not say."""
    if reading.unknown:
        return f"本期有 {reading.unknown:,} 件，但要计算的内容没有填写，不等于0"
    return "本期无案件，分母为0" if reading.base == 0 else "有环节本期无案件"


def _against(indicator: Indicator, value: Fraction, limits: Bounds, target: Target) -> Verdict:
    what = {"累计": "进度目标", "较上年": f"{target_text(target, indicator.unit).partition('（')[0]}的目标"}.get(
        target.kind, "目标"
    )
    unit = indicator.unit
    for bound, beyond, side in ((limits.lower, -1, "低于"), (limits.upper, 1, "高于")):
        if bound is not None and (value - bound) * beyond > 0:
            shown, limit, gap = distinct_texts(value, bound, unit)
            edge = "下限" if beyond < 0 else "上限"
            return Verdict("未达标", f"{shown}，{side}{what}{edge}{limit}（{gap}）", value - bound)
    if limits.lower is not None and limits.upper is not None:
        low, high = (value_text(bound, unit) for bound in (limits.lower, limits.upper))
        return Verdict("达标", f"{value_text(value, unit)}，在{what}区间{low}—{high}之内", Fraction(0))
    bound, side = (limits.lower, "不低于") if limits.lower is not None else (limits.upper, "不高于")
    assert bound is not None
    shown, limit, gap = distinct_texts(value, bound, unit)
    return Verdict("达标", f"{shown}，{side}{what}{limit}（{gap}）", value - bound)


JUDGEABLE: tuple[VerdictWord, ...] = ("达标", "未达标", "仅监测")
STILL_MOVING: tuple[VerdictWord, ...] = ("在途", "观察期未满")


@dataclass(frozen=True)
class JudgedPeriod:
    """`exact` is None where no value may be shown: no data, or a base that is too small.

    `reading` is the value of the version, None where it holds none. `goal` is the target in force, `bounds` what it asks
    of this period, `target` its text. `figure` and `unit` are the value as text; a base that is too small stands there
    as a count, without a unit.
    """

    period: Period
    verdict: Verdict
    exact: Fraction | None = None
    bounds: Bounds | None = None
    base: int = 0
    reading: IndicatorValue | None = None
    goal: Target | None = None
    figure: str = "—"
    unit: str = ""
    halves: str = ""
    target: str = ""
    official: tuple[str, ...] = ()  # what others published of it beside it, in a sentence each

    @property
    def tentative(self) -> bool:
        """Whether the target it is judged by is still to be confirmed."""
        return self.goal is not None and self.goal.basis == TENTATIVE

    @property
    def label(self) -> str:
        return self.period.label

    @property
    def key(self) -> str:
        return self.period.key

    @property
    def word(self) -> VerdictWord:
        return self.verdict.word

    @property
    def text(self) -> str:
        """The value with its unit, as it stands in a sentence."""
        return f"{self.figure}{self.unit}"

    @property
    def value(self) -> float | None:
        """For drawing only."""
        return None if self.exact is None else float(self.exact)

    @property
    def lower(self) -> float | None:
        return None if self.bounds is None or self.bounds.lower is None else float(self.bounds.lower)

    @property
    def upper(self) -> float | None:
        return None if self.bounds is None or self.bounds.upper is None else float(self.bounds.upper)

    @property
    def settled(self) -> bool:
        """False while the value will still move: a running period, a cohort under observation."""
        return self.word not in STILL_MOVING

    @property
    def takes_part(self) -> bool:
        """Whether it may be compared and charted."""
        return self.exact is not None and self.word in JUDGEABLE
