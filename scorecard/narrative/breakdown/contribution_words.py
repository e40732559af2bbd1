"""Why a value moved, in words and in the lines of a small waterfall."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scorecard.assessment.comparison import ChangeSplit
from scorecard.assessment.number_format import decimals_of, gap_text
from scorecard.catalog.definitions import Indicator
from scorecard.statistics.contributions import Contribution, leading, rounded

_REST = ("其他", "未填", "未知")
_OWN = {"%": ("比率", "升高", "降低"), **dict.fromkeys(("天", "小时"), ("用时", "延长", "缩短"))}


@dataclass(frozen=True)
class WaterfallStep:
    """One part: its texts, and where its bar begins and how long it is, in hundredths of the span of the whole figure."""

    name: str
    whole: str
    rate: str
    mix: str
    start: float
    width: float
    up: bool


def because(splits: Sequence[ChangeSplit], of: Indicator) -> str:
    """The part that explains most of the change, of the first column in which one does; may be empty.

    "同比上升3.20个百分点，主要因买卖合同占比上升". What is left over (其他、未填) names nothing a reader could look at, and
    of yes and no one always explains half.
    """
    for split in splits:
        assert split.change.difference is not None
        part = leading(split.parts, split.change.difference)
        if part is not None and part.group not in ("是", "否") and not part.group.startswith(_REST):
            return f"{split.change.text}，主要因{part.group}{_way(part, of)}"
    return ""


def _way(part: Contribution, of: Indicator) -> str:
    if of.formula.kind in ("count", "sum"):
        return "增加" if part.whole > 0 else "减少"
    if abs(part.mix) > abs(part.rate):
        return f"占比{'上升' if part.grew else '下降'}"
    what, up, down = _OWN.get(of.unit, ("平均数", "升高", "降低"))
    return f"自身的{what}{up if part.rate > 0 else down}"


def steps(split: ChangeSplit, unit: str) -> tuple[WaterfallStep, ...]:
    """A bar a part from where the one before it ends; the printed numbers add up to the printed change."""
    difference = split.change.difference
    assert difference is not None
    digits = decimals_of(unit)
    printed = rounded([part.whole for part in split.parts], difference, digits)
    ends = [Fraction(0)]
    for part in split.parts:
        ends.append(ends[-1] + part.whole)
    low, high = min(ends), max(ends)
    span = (high - low) or Fraction(1)
    return tuple(
        WaterfallStep(
            part.group,
            gap_text(shown, unit),
            gap_text(part.rate, unit),
            gap_text(part.mix, unit),
            float((min(start, end) - low) * 100 / span),
            float(abs(part.whole) * 100 / span),
            part.whole > 0,
        )
        for part, shown, start, end in zip(split.parts, printed, ends, ends[1:], strict=False)
    )
