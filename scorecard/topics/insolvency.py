"""Results of the topic 办理破产: cases as they stood on a day, their length, their share in the sums, administrators.

They count the same cases as the indicators: 破 of this court (no 强清, none accepted by another court).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from duckdb import DuckDBPyConnection

from scorecard.calendar.period import add_interval
from scorecard.catalog.definitions import Catalog
from scorecard.topics.slices import Slice, fetch_rows, needed
from scorecard.topics.survival import AgeGroup, Spell, Survival, ages, mean, median, survival

NEEDED = needed("bankruptcies", "administrators")


@dataclass(frozen=True)
class Case:
    """One case as it stood on `day`: a case terminated later is still open."""

    number: str
    accepted_on: date
    terminated_on: date | None
    day: date
    fast_track: bool
    converted: bool
    procedure: str
    claims: Decimal | None
    paid: Decimal | None
    cost: Decimal | None
    realised: Decimal | None

    @property
    def ended(self) -> bool:
        return self.terminated_on is not None

    @property
    def days(self) -> int:
        """Days from acceptance to termination, or to `day`."""
        return ((self.terminated_on or self.day) - self.accepted_on).days

    @property
    def two_years_on(self) -> date:
        """The day after two years are full: from it on an open case is 超两年未结."""
        return add_interval(self.accepted_on, 24, 1)

    @property
    def six_months_on(self) -> date:
        """The last day of the six months of a fast track."""
        return add_interval(self.accepted_on, 6)

    @property
    def over_two_years(self) -> bool:
        return not self.ended and self.two_years_on <= self.day

    @property
    def months(self) -> int:
        """Calendar months the case has been open and over: on the day two years are full it is 23, the next day 24."""
        month = (self.day.year - self.accepted_on.year) * 12 + self.day.month - self.accepted_on.month
        while month > 0 and add_interval(self.accepted_on, month) >= self.day:
            month -= 1
        return month

    @property
    def track(self) -> str:
        """ "快审", "快审转普通" or "普通"."""
        return ("快审转普通" if self.converted else "快审") if self.fast_track else "普通"


# --- how long -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lengths:
    """Mean and median of closed cases beside the median that counts pending ones; numbers under `base` are withheld."""

    label: str
    closed: int
    mean: Fraction | None
    median: Fraction | None


@dataclass(frozen=True)
class Durations:
    """How long cases take. `left_out` were accepted before the statistics begin."""

    closed: tuple[Lengths, ...]
    survival: Survival
    ages: tuple[AgeGroup, ...]
    left_out: int


def durations(listed: Sequence[Case], chosen: Slice, since: date | None) -> Durations:
    """Lengths of the cases closed in the slice and of all closed since the statistics began, and the estimate with pending.

    The estimate leaves out cases accepted before the statistics begin: the data hold only those of them that lasted long.
    """
    ended = [case for case in listed if case.terminated_on is not None]
    period = [case.days for case in ended if case.terminated_on and case.terminated_on >= chosen.first]
    recent = [case for case in listed if since is None or case.accepted_on >= since]
    all_ended = [case.days for case in recent if case.ended]
    return Durations(
        closed=(
            Lengths("本报告期终结的案件", len(period), mean(period), median(period)),
            Lengths("统计起算后受理、已终结的案件", len(all_ended), mean(all_ended), median(all_ended)),
        ),
        survival=survival([Spell(case.days, case.ended) for case in recent]),
        ages=ages([case.months for case in listed if not case.ended]),
        left_out=len(listed) - len(recent),
    )


# --- sums and their parts -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Share:
    """The amounts of a case in both sums, in yuan."""

    number: str
    ended_on: date
    top: Decimal
    bottom: Decimal


@dataclass(frozen=True)
class Sums:
    """Σ/Σ of the cases terminated in the slice whose both amounts are known, with each case's part."""

    top: Decimal
    bottom: Decimal
    shares: tuple[Share, ...]
    unknown: int

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.top) / Fraction(self.bottom) if self.bottom > 0 else None


def recovery(listed: Sequence[Case], chosen: Slice) -> Sums:
    """清偿额 ÷ 确认债权额."""
    return _sums([(case, case.paid, case.claims) for case in _terminated(listed, chosen)])


def costs(listed: Sequence[Case], chosen: Slice) -> Sums:
    """破产成本 ÷ 财产变价总额."""
    return _sums([(case, case.cost, case.realised) for case in _terminated(listed, chosen)])


def _terminated(listed: Sequence[Case], chosen: Slice) -> list[Case]:
    ended = [case for case in listed if case.terminated_on and case.terminated_on >= chosen.first]
    return sorted(ended, key=lambda case: (case.terminated_on or case.day, case.number))


def _sums(parts: Sequence[tuple[Case, Decimal | None, Decimal | None]]) -> Sums:
    shares = tuple(
        Share(case.number, case.terminated_on, top, bottom)
        for case, top, bottom in parts
        if top is not None and bottom is not None and case.terminated_on is not None
    )
    top, bottom = (sum((getattr(share, side) for share in shares), Decimal(0)) for side in ("top", "bottom"))
    return Sums(top, bottom, shares, len(parts) - len(shares))


@dataclass(frozen=True)
class Administrator:
    """One administrator under a number that follows the order of names, so that nothing here is a ranking."""

    number: int
    appointed: int
    pending: int
    terminated: int
    evaluated: int


def cases(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> tuple[Case, ...]:
    """All cases accepted by the last day of the slice, in the order of acceptance, as they stood then."""
    return tuple(Case(*row) for row in fetch_rows(connection, catalog, chosen, "bankruptcies"))


def administrators(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> tuple[Administrator, ...]:
    """Appointments up to the last day of the slice; names are private and stay in the store."""
    return tuple(Administrator(*row) for row in fetch_rows(connection, catalog, chosen, "administrators"))
