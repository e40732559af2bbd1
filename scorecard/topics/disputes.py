"""The topics 解决商业纠纷 and 保护中小投资者: length of each stage, 小额诉讼 by amount, arrears, in one slice of a version.

They count the same rows as the indicators: first-instance civil cases are 民初, first enforcements 首次执行. A row belongs
to the slice by the day its stage ended. Thresholds come from the parameters of the version. What the law leaves to the judge
(clear facts, a claim for money) is not in any extract: a band says only what the amount of the claim allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from duckdb import DuckDBPyConnection

from scorecard.calendar.period import add_interval
from scorecard.catalog.definitions import Catalog
from scorecard.records.parameters import Parameter, in_force
from scorecard.topics.slices import Slice, counts_in_order, fetch_rows, needed

SMALL, UNKNOWN = "小额诉讼", "未填"
STAGES_NEEDED = needed("stages")
ARREARS_NEEDED = needed("arrears", "arrears_outcomes", "arrears_steps")
CLAIMS_NEEDED = needed("claims")
# 民事诉讼法 165: names of the parameters as the table of parameters has them.
WAGE = "山东省城镇非私营单位就业人员年平均工资"
MUST_SHARE = "小额诉讼应当适用的标的额上限占年平均工资的比例"
MAY_SHARE = "小额诉讼约定适用的标的额上限占年平均工资的比例"
_THRESHOLD = (WAGE, MUST_SHARE, MAY_SHARE)
# The wage is published once a year. After this many months a newer wage exists that the table does not have: a threshold
# from the old wage would be a plausible wrong number, so the case has none.
FRESH_MONTHS = 15


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


# --- queries --------------------------------------------------------------------------------------------------


def stages(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Stages:
    """The length of 立案, 一审 and 首次执行: each over its own cases, and all over the same cases."""
    *lengths, (_, _, enforced, _, _) = fetch_rows(connection, catalog, chosen, "stages")
    return Stages(tuple(_stage(*row) for row in lengths[:3]), tuple(_stage(*row) for row in lengths[3:]), enforced)


def _stage(place: int, name: str, count: int, days: int | None, middle: float | None) -> Stage:
    return Stage(name, count, int(days or 0), None if middle is None else Fraction(str(middle)))


def arrears(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Arrears:
    """拖欠企业账款: the length of 快立, 快审 and 快执, and the money recovered, over the rows the indicators count.

    Counts cover first and resumed enforcements; the rate, as in the indicator, first ones with both amounts known.
    """
    ((filed, closed, pending, claimed, recovered, known, arrived),) = fetch_rows(connection, catalog, chosen, "arrears")
    words = [*catalog.tables["enforcement"].columns["outcome"].values, UNKNOWN]
    ended = [(word, count) for word, count in fetch_rows(connection, catalog, chosen, "arrears_outcomes")]
    steps = tuple(_stage(*row) for row in fetch_rows(connection, catalog, chosen, "arrears_steps"))
    return Arrears(
        filed, closed, pending, Decimal(claimed), Decimal(recovered), known, Decimal(arrived),
        counts_in_order(words, ended), steps,
    )  # fmt: skip


def missing_parameters(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """The parameters without which no threshold can be computed."""
    return tuple(name for name in _THRESHOLD if in_force(parameters, name, date.max) is None)


def thresholds(parameters: Sequence[Parameter]) -> tuple[Threshold, ...]:
    """The limits from every day on which the wage or a share of it changes, once all three are in force; exact to the fen."""
    days = {one.valid_from for one in parameters if one.name in _THRESHOLD and one.valid_from is not None}
    limits: list[Threshold] = []
    for day in sorted(days):
        wage, must, may = (in_force(parameters, name, day) for name in _THRESHOLD)
        if wage is not None and must is not None and may is not None:
            assert wage.valid_from is not None
            stale_from = add_interval(wage.valid_from, months=FRESH_MONTHS)
            amounts = (wage.value, wage.value * must.value / 100, wage.value * may.value / 100)
            limits.append(Threshold(day, stale_from, wage.year, *amounts))
    return tuple(limits)


def claims(
    connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice, limits: Sequence[Threshold]
) -> tuple[Claim, ...]:
    """Civil cases closed in the slice, by the band of their claim on the day of filing and by whether 小额 was used."""
    columns = {name: [getattr(limit, name) for limit in limits] for name in ("since", "stale_from", "must", "may")}
    rows = fetch_rows(connection, catalog, chosen, "claims", **columns)
    counts = {band: (used, others) for band, used, others in rows}
    return tuple(Claim(name, *counts.get(band, (0, 0))) for band, name in enumerate(BANDS))
