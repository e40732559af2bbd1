"""How uncertain a share of few rows is: Wilson's score interval (Journal of the American Statistical Association 22, 1927)."""

from decimal import Decimal
from fractions import Fraction

FEW = 30  # of fewer rows a share is shown with its interval
_Z = Decimal("1.959963984540054")  # the 97.5 % point of the normal distribution


def wilson(part: int, whole: int) -> tuple[Fraction, Fraction]:
    """The 95 % interval of `part` out of `whole` rows, as shares of one: 4 of 5 gives 0.3755 and 0.9638."""
    share, square = Decimal(part) / whole, _Z * _Z / whole
    middle = share + square / 2
    reach = _Z * (share * (1 - share) / whole + square / (4 * whole)).sqrt()
    low, high = ((middle + sign * reach) / (1 + square) for sign in (-1, 1))
    return Fraction(low) if part else Fraction(0), Fraction(high) if part < whole else Fraction(1)
