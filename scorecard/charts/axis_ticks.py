"""Marks of a number axis as a Chinese reader counts: round steps, 万 and 亿 where they are large, whole where cases are counted.

Left to itself the chart library writes 1,5k, and "0件 0件 1件 1件" under an axis that ends at one case.
"""

from dataclasses import dataclass
from fractions import Fraction

from scorecard.assessment.number_format import half_up

_STEPS = (1, 2, 5)
_LARGE = 10_000  # from here on an axis is read in the next larger unit
_FINEST = Fraction(1, 100)  # a larger unit in which two marks differ by less makes them harder to read, not easier
_MOST_DECIMALS = 12
_LARGER = {"元": "万元", "万元": "亿元"}
_BROKEN = ("%", "天", "元", "万元", "小时")  # everything else is counted one by one


@dataclass(frozen=True)
class Scale:
    """Where an axis is marked, and with which words."""

    values: tuple[float, ...]
    words: tuple[str, ...]

    def axis(self) -> dict[str, object]:
        """The same for a Plotly axis."""
        return {"tickmode": "array", "tickvals": self.values, "ticktext": self.words}


def scale(low: float, high: float, unit: str, most: int = 6) -> Scale:
    """At most `most` + 1 marks from low to high: 0件, 5件, 10件; 0亿元, 0.5亿元, 1亿元 where `unit` is 万元.

    Equal distances between the marks, and never two marks with the same words.
    """
    if not high > low:
        return Scale((float(low),), (_word(Fraction(low), unit),))
    step = _step(Fraction(high) - Fraction(low), most, whole=unit not in _BROKEN and "/" not in unit)
    first = -(-Fraction(low) // step)
    marks = [first * step]
    while marks[-1] + step <= Fraction(high):
        marks.append(marks[-1] + step)
    named = unit
    divisor = 1
    largest = max(abs(mark) for mark in marks)
    while unit != "%" and largest / divisor >= _LARGE and step / (divisor * _LARGE) >= _FINEST:
        divisor *= _LARGE
        named = _larger(named)
    words = tuple(_word(mark / divisor, named) for mark in marks)
    return Scale(tuple(float(mark) for mark in marks), words)


def _step(span: Fraction, most: int, *, whole: bool) -> Fraction:
    """The smallest 1, 2 or 5 times a power of ten that makes at most `most` steps of the span."""
    power = Fraction(1)
    while power * most > span and not (whole and power == 1):
        power /= 10
    while True:
        for step in _STEPS:
            if power * step * most >= span:
                return power * step
        power *= 10


def _larger(unit: str) -> str:
    if unit in _LARGER:
        return _LARGER[unit]
    return f"亿{unit[1:]}" if unit.startswith("万") else f"万{unit}"


def _word(value: Fraction, unit: str) -> str:
    text = half_up(value, _MOST_DECIMALS)
    return f"{text.rstrip('0').rstrip('.')}{unit}"
