"""Numbers and targets as a bulletin prints them. Half-up rounding happens here and nowhere else.

Rates carry two decimals and differ by 个百分点; counts are whole; days drop trailing zeros; money is in 万元
(conventions of court bulletins; Python's round() and float halves would be wrong, e.g. 54322.5 -> 54323).
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import RANKED, Term
from scorecard.records.targets import Target

_UNIT_DECIMALS = {"%": 2, "万元": 2, "元": 2, "天": 2, "小时": 2}  # of others none
_TRIMMED = ("天", "小时", "元")
_MOST_DECIMALS = 8


def half_up(value: Fraction | Decimal | int, decimals: int = 0) -> str:
    """The number rounded half away from zero, with thousands separators: half_up(Fraction(54322.5)) = "54,323"."""
    scaled = abs(Fraction(value)) * 10**decimals + Fraction(1, 2)
    digits = f"{scaled.numerator // scaled.denominator:0{decimals + 1}d}"
    whole, rest = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    sign = "-" if value < 0 and digits.strip("0") else ""
    return f"{sign}{int(whole):,}" + (f".{rest}" if rest else "")


def figure_text(value: Fraction | Decimal | int, unit: str, more: int = 0) -> str:
    """The number without its unit, with the decimals of the unit (and `more`)."""
    text = half_up(value, decimals_of(unit) + more)
    return text.rstrip("0").rstrip(".") if (unit in _TRIMMED or "/" in unit) and "." in text else text


def decimals_of(unit: str) -> int:
    """How many digits stand after the point; two of a quotient (件/人)."""
    return 2 if "/" in unit else _UNIT_DECIMALS.get(unit, 0)


def value_text(value: Fraction | Decimal | int | None, unit: str) -> str:
    """ "61.30%", "45天", "1,234.56万元"; "—" when there is no value."""
    return "—" if value is None else f"{figure_text(value, unit)}{unit}"


def prose(text: str) -> str:
    """A sentence as it is printed: no zeros that say nothing ("100%", "9.8个百分点"), no signs for words.

    Of sentences only: in a column digits stand under each other.
    """
    text = re.sub(r"(?<=\d)(\.\d*?)0+(?!\d)", lambda zeros: zeros[1].rstrip("."), text)
    text = text.replace("≥", "不低于").replace("≤", "不高于")
    return re.sub(r"（[^）]*）", lambda aside: aside[0].replace("/", "、"), text).replace("/", "和")


def gap_text(gap: Fraction, unit: str, more: int = 0) -> str:
    """A signed difference: rates in 个百分点, "持平" when it rounds to nothing."""
    figure = figure_text(gap, unit, more)
    if not figure.strip("-0.,"):
        return "持平"
    return f"{'' if figure.startswith('-') else '+'}{figure}{'个百分点' if unit == '%' else unit}"


def distinct_texts(value: Fraction, bound: Fraction, unit: str) -> tuple[str, str, str]:
    """Value, bound and gap as text, with as many decimals as it takes to see which is larger.

    Rounded to two decimals, 99.996% would read as a missed target of 100.00% by nothing.
    """
    more = 0
    while value != bound and more < _MOST_DECIMALS and figure_text(value, unit, more) == figure_text(bound, unit, more):
        more += 1
    shown, limit = (f"{figure_text(number, unit, more)}{unit}" for number in (value, bound))
    return shown, limit, gap_text(value - bound, unit, more)


def target_text(target: Target | None, unit: str) -> str:
    """ "≥60%(同类)", "20%—35%(同类)", "全年≥120家(待确认)"; "未设目标" without one."""
    if target is None:
        return "未设目标"
    step = "个百分点" if target.kind == "较上年" and unit == "%" else unit
    bounds = (target.lower, target.upper)  # as they were set: no added zeros, with thousands separators
    low, high = (None if bound is None else f"{bound.normalize():,f}{step}" for bound in bounds)
    if target.kind == "较上年":
        return f"较上年{'提高' if low else '降低'}≥{low or high}（{target.basis}）"
    text = f"{low}—{high}" if low and high else f"≥{low}" if low else f"≤{high}"
    return f"{'全年' if target.kind == '累计' else ''}{text}（{target.basis}）"


def halves_text(reading: IndicatorValue, indicator: Indicator, catalog: Catalog) -> str:
    """What the value is made of: "220 / 548", "12,345天 / 98件", "98件", "52 / 40 × 31天", the stages of a sum of means."""
    if reading.doubts or reading.public:
        return ""
    text = _halves(reading, indicator, catalog)
    return f"{text}，另有{reading.unknown:,}件未填未计" if text and reading.unknown else text


def _halves(reading: IndicatorValue, indicator: Indicator, catalog: Catalog) -> str:
    if reading.parts:
        return " + ".join(
            f"{name} {value_text(Fraction(top) / Fraction(bottom), '天')}（{half_up(bottom)}件）"
            if bottom
            else f"{name} 无案件"
            for name, top, bottom in reading.parts
        )
    kind = indicator.formula.kind
    if kind in RANKED:
        return f"{reading.base:,}件"
    if reading.numerator is None:
        return ""
    part, per = indicator.formula.parts[0], indicator.per
    top = _half_text(reading.numerator, _unit_of(part.numerator, catalog) or (per.of if per else ""))
    if reading.denominator is None:
        return "" if kind == "count" else f"{top}（{reading.base:,}件）"
    below = _half_text(reading.denominator, _unit_of(part.denominator, catalog) or (per.per if per else ""))
    if kind == "mean":
        return f"{top} / {half_up(reading.denominator)}{per.per if per else '件'}"
    days = f" × {reading.period.days}天" if kind == "disposition" and reading.exact is not None else ""
    return f"{top} / {below}{days}"


def _unit_of(terms: Sequence[Term], catalog: Catalog) -> str:
    """The unit of what is added up; rows that are merely counted carry none."""
    summed = (one for one in terms if one.aggregate == "sum" and one.column is not None)
    return next((catalog.tables[one.table].unit_of(str(one.column)) for one in summed), "")


def _half_text(value: Decimal, unit: str) -> str:
    return value_text(Fraction(value) / 10_000, "万元") if unit == "元" else f"{half_up(value)}{unit}"
