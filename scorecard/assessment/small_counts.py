"""What of the values a visitor may see: no count below five, and none that could be computed from what is shown.

A visitor sees months of the whole court and of all cases only. So there are no parts of which the rest could be taken: no
department, no 涉企 beside the whole, no quarter or year beside its months. Of a value he sees the number and never its
halves. What is left is closed here: a half, a rest or a base from 1 to 4, and several shares of the same rows, whose
numerators leave a small rest or differ by little.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import RANKED, Term

LEAST = 5
HIDDEN = f"件数不足{LEAST}件，或可由此推出，不公开"
UNTOLD = "数据待核，原因登录后可见"


def for_visitors(
    catalog: Catalog, series: Mapping[str, Sequence[IndicatorValue]]
) -> dict[str, tuple[IndicatorValue, ...]]:
    """All values of a grain without halves; those without their number too that would tell a small count.

    What former definitions come to beside newer ones is left out: two counts of nearly the same rows tell the few between.
    """
    shown: dict[tuple[object, ...], list[Decimal]] = {}  # (period, rows counted below) -> numerators shown of them
    kept: dict[str, tuple[IndicatorValue, ...]] = {}
    for indicator in catalog.indicators.values():
        values: list[IndicatorValue] = []
        for value in series.get(indicator.id, ()):
            then, numerator, whole = indicator.at(value.period), value.numerator, value.denominator
            hidden = value.exact is not None and small(then, value)
            if not hidden and then.formula.share and numerator is not None and whole is not None:
                beside = shown.setdefault((value.period, then.formula.parts[0].denominator), [])
                hidden = _tells(numerator, whole, beside)
                beside += [] if hidden else [numerator]
            hidden = hidden or (value.exact is None and value.unknown > 0)
            exact, doubts = None if hidden else value.exact, (UNTOLD,) if value.doubts else ()
            bare = replace(value, numerator=None, denominator=None, parts=(), unknown=0, public=True)
            values.append(replace(bare, exact=exact, doubts=doubts, hidden=HIDDEN if hidden else ""))
        kept[indicator.id] = tuple(values)
    return kept


def small(indicator: Indicator, value: IndicatorValue) -> bool:
    """Whether the number of this value tells a count from 1 to 4, or is itself a count below five."""
    formula = indicator.formula
    halves = [(name, top, bottom) for name, top, bottom in value.parts] or [("", value.numerator, value.denominator)]
    counts: list[Decimal | int] = [value.base]
    for part, (_, top, bottom) in zip(formula.parts, halves, strict=False):
        counted = _counts(part.numerator)
        if top is not None and counted:
            counts.append(top)
        if bottom is not None and _counts(part.denominator):
            counts += [bottom, bottom - top] if formula.share and counted and top is not None else [bottom]
    return any(0 < count < LEAST for count in counts) or (formula.kind == "count" and (value.exact or 0) < LEAST)


def _counts(terms: Iterable[Term]) -> bool:
    return all(term.aggregate not in ("sum", *RANKED) for term in terms)


def _tells(numerator: Decimal, whole: Decimal, beside: Sequence[Decimal]) -> bool:
    """Whether a part of `whole`, beside other parts that are shown, leaves a rest or makes a difference from 1 to 4."""
    for size in range(1, len(beside) + 1):
        for others in combinations(beside, size):
            total = numerator + sum(others)
            told = [whole - total, *(2 * part - total for part in (numerator, *others))]
            if any(0 < abs(count) < LEAST for count in told):
                return True
    return False
