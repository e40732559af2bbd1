"""Numbers for cells and charts, each with the format in which a spreadsheet shows the page's digits."""

from dataclasses import dataclass
from fractions import Fraction

from scorecard.assessment.number_format import figure_text


@dataclass(frozen=True)
class Digits:
    """A number and its format: 61.3 and `#,##0.00"%"`, 1234.0 and `#,##0"件"`."""

    number: float
    format: str


def rounded(exact: Fraction, unit: str) -> Digits:
    """Rounded half up to the page's digits, for charts and labels."""
    text = figure_text(exact, unit)
    return Digits(float(text.replace(",", "")), _format(text, unit))


def unrounded(exact: Fraction, unit: str) -> Digits:
    """Not rounded, for further calculation; its format shows the page's digits."""
    return Digits(float(exact), _format(figure_text(exact, unit), unit))


def bound_digits(exact: Fraction | float, unit: str) -> Digits:
    """A target or limit, with the decimals it was set with, four at most (a yearly total's part of 7 months)."""
    text = f"{float(exact):.4f}".rstrip("0").rstrip(".")
    return Digits(float(text), _format(text, unit))


def _format(text: str, unit: str) -> str:
    """As many decimals as the text has: `0.##` would leave "45." of 45. A quoted unit multiplies nothing by 100."""
    decimals = len(text.partition(".")[2])
    return f'#,##0{"." if decimals else ""}{"0" * decimals}"{unit}"'
