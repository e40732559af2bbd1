"""Departments or courts side by side, in the plan's order, beside the limits that chance sets around the rate of all. No ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import share_of_rows
from scorecard.assessment.number_format import value_text
from scorecard.catalog.court import UnitWords
from scorecard.catalog.definitions import Catalog
from scorecard.statistics.intervals import FEWEST, FunnelLimits, funnel_limits

TAILS = (("99.8%", 0.001), ("95%", 0.025))  # the wider first; the share of chance beyond it on either side


@dataclass(frozen=True)
class FunnelLine:
    """A department: its texts, and in hundredths of the figure where the court's rate, its own and the limits of its size lie."""

    name: str
    value: str
    halves: str
    hint: str
    court: float
    own: float | None
    bands: tuple[tuple[float, float], ...]  # (begin, width), the wider first
    rows: int
    share: float | None  # of one; None where the rows are too few


def funnel_lines(catalog: Catalog, card: Card, halves: Mapping[str, tuple[int, int]]) -> tuple[FunnelLine, ...]:
    """A line for each department that has rows; none for what is no share of rows, is withheld, or has one department only.

    A department of fewer rows than the minimum base has its count. Halves are those of `card`'s period.
    """
    found = {name: halves[name] for name in catalog.units if halves.get(name, (0, 0))[1] > 0}
    if card.judged.exact is None or not share_of_rows(card.indicator) or len(found) < 2:
        return ()
    rate = card.judged.exact / 100
    sized = {name: (top, rows) for name, (top, rows) in found.items() if rows >= catalog.court.minimum_base}
    around = funnel_limits(rate, [(top / rows, rows) for top, rows in sized.values()])
    limits = {name: tuple(around.at(rows, tail) for _, tail in TAILS) for name, (_, rows) in sized.items()}
    reached = [float(rate), *(top / rows for top, rows in sized.values())]
    reached += [edge for bands in limits.values() for band in bands for edge in band]
    low, span = min(reached), (max(reached) - min(reached)) or 1.0
    return tuple(
        FunnelLine(
            name=catalog.department_name(name),
            value=value_text(Fraction(top * 100, rows), "%") if name in sized else f"{rows}件",
            halves=f"{top:,} / {rows:,}" if name in sized else "",
            hint=_hint(top / rows, limits[name]) if name in sized else "",
            court=(float(rate) - low) * 100 / span,
            own=(top / rows - low) * 100 / span if name in sized else None,
            bands=tuple(
                ((begin - low) * 100 / span, (end - begin) * 100 / span) for begin, end in limits.get(name, ())
            ),
            rows=rows,
            share=top / rows if name in sized else None,
        )
        for name, (top, rows) in found.items()
    )


def limits_of(card: Card, lines: Sequence[FunnelLine]) -> FunnelLimits:
    """The limits that these lines were set beside."""
    points = [(line.share, line.rows) for line in lines if line.share is not None]
    return funnel_limits((card.judged.exact or Fraction(0)) / 100, points)


def limits_note(limits: FunnelLimits, unit: str) -> str:
    """Which limits these are."""
    if limits.dispersion is None:
        return f"不足{FEWEST}个{unit}，看不出它们之间本来的差别，界限只按偶然计算"
    found = f"离散度φ为{limits.dispersion:.2f}"
    if limits.spread:
        return f"各{unit}之间的差别大于偶然（{found}，大于1），界限已按它们之间本来的差别放宽"
    return f"各{unit}之间的差别没有超出偶然（{found}，不大于1），界限只按偶然计算"


def undrawn(catalog: Catalog, card: Card) -> str:
    """Why courts are not set side by side by a duration; empty of what is none."""
    if card.indicator.unit != "天" or catalog.words.unit == UnitWords.unit:
        return ""
    return (
        "用时不画漏斗图，也不并列比较：每件案件长短相差悬殊，平均数和中位数在偶然之中能起落多少，只凭件数算不出来；"
        f"案件构成不同，用时本来就不同。请在“改选”中逐个{catalog.words.unit}看它自己的走势。"
    )


def _hint(own: float, limits: tuple[tuple[float, float], ...]) -> str:
    for (label, _), (low, high) in zip(TAILS, limits, strict=True):
        if not low <= own <= high:
            return f"{'高于' if own > high else '低于'}{label}界限"
    return ""
