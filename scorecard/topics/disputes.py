"""Results of the topics 解决商业纠纷 and 保护中小投资者: outcomes of disputes, length of each stage, deadlines met."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

SMALL, SIMPLE, ORDINARY, OTHER, UNKNOWN = "小额诉讼", "简易程序", "普通程序", "其他程序", "未填"
PROCEDURES = (SMALL, SIMPLE, ORDINARY, OTHER, UNKNOWN)


@dataclass(frozen=True)
class Mediations:
    """Outcomes of the mediations that ended in the slice, and how many were pending on its last day."""

    succeeded: int
    failed_filed: int
    failed_not_filed: int
    withdrawn: int
    unknown: int
    pending: int

    @property
    def failed(self) -> int:
        return self.failed_filed + self.failed_not_filed

    @property
    def ended(self) -> int:
        return self.succeeded + self.failed + self.withdrawn + self.unknown


@dataclass(frozen=True)
class Trials:
    """First-instance civil cases closed in the slice by procedure and 结案方式, words in the contract's order."""

    outcomes: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]

    @property
    def closed(self) -> int:
        return sum(self.counts.values())

    def of(self, procedure: str) -> int:
        """How many cases were closed in this procedure."""
        return sum(count for (name, _), count in self.counts.items() if name == procedure)

    def ended(self, outcome: str) -> int:
        """How many cases were closed with this 结案方式."""
        return sum(count for (_, name), count in self.counts.items() if name == outcome)


@dataclass(frozen=True)
class Stage:
    """One stage: number of cases, sum of their days, median."""

    name: str
    cases: int
    days: int
    median: Fraction | None

    @property
    def mean(self) -> Fraction | None:
        return Fraction(self.days, self.cases) if self.cases else None


@dataclass(frozen=True)
class Stages:
    """The length of each stage, `apart` over the cases that ended it in the slice, `together` over the same cases.

    Stages of `apart` do not add up: a case tried in the slice is usually enforced later. Those of `together` do: they are
    of the first enforcements closed in the slice whose trial is known by its case number, out of `enforced`.
    """

    apart: tuple[Stage, ...]
    together: tuple[Stage, ...]
    enforced: int

    @property
    def whole(self) -> Fraction | None:
        """The mean from filing to the end of enforcement of the same cases: the sum of their stages."""
        means = [stage.mean for stage in self.together]
        known = [days for days in means if days is not None]
        return sum(known, Fraction(0)) if means and len(known) == len(means) else None


@dataclass(frozen=True)
class Claim:
    """Cases closed in the slice whose claim stands in one band of the law, and how many were closed as 小额."""

    band: str
    used: int
    others: int

    @property
    def cases(self) -> int:
        return self.used + self.others


MUST, MAY, ABOVE, NO_CLAIM, NO_WAGE = (
    "应当适用（标的额不超过年平均工资50%）",
    "可以约定适用（50%以上、2倍以下）",
    "超过2倍",
    "标的额未填",
    "参数表没有立案时适用的工资",
)
BANDS = (MUST, MAY, ABOVE, NO_CLAIM, NO_WAGE)


@dataclass(frozen=True)
class Threshold:
    """The wage in force from `since` on and its two limits, in yuan; from `stale_from` on a case has no threshold."""

    since: date
    stale_from: date
    year: int
    wage: Decimal
    must: Decimal
    may: Decimal


@dataclass(frozen=True)
class Clock:
    """Applications by the time to the ruling, shortest first; `waiting` are past the limit without a ruling."""

    groups: tuple[tuple[str, int], ...]
    waiting: int
    median_hours: Fraction | None

    @property
    def counted(self) -> int:
        return sum(count for _, count in self.groups)


@dataclass(frozen=True)
class DishonestyRegister:
    """The list of dishonest firms over the slice: listings before it, new ones, removed ones, listings after it.

    A row is a listing; a firm can have several. `repaired_left` are listings removed for a reason that counts as 信用修复.
    `repaired` are firms repaired in the slice, by removal or certificate; `relisted` of them were listed again within
    twelve months so far.
    """

    before: int
    listed: int
    repaired_left: int
    otherwise_left: int
    after: int
    firms_after: int
    repaired: int
    relisted: int

    @property
    def left(self) -> int:
        return self.repaired_left + self.otherwise_left

    @property
    def balanced(self) -> bool:
        return self.before + self.listed - self.left == self.after


@dataclass(frozen=True)
class Arrears:
    """Enforcement of arrears: cases filed, closed and pending, the length of each step, the money recovered.

    `claimed` and `recovered` are of first enforcements closed in the slice, `arrived` what was paid in the slice in any of them.
    """

    filed: int
    closed: int
    pending: int
    claimed: Decimal
    recovered: Decimal
    amounts_known: int
    arrived: Decimal
    outcomes: tuple[tuple[str, int], ...]
    steps: tuple[Stage, ...]

    @property
    def rate(self) -> Fraction | None:
        return Fraction(self.recovered) / Fraction(self.claimed) if self.claimed > 0 else None
