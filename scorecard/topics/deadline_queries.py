"""Queries for 小额诉讼 by amount, the 48 hours of preservation rulings, and the register of dishonest firms.

Thresholds come from the parameters of the version. What the law leaves to the judge (clear facts, a claim for money) is
not in any extract: a band says only what the amount of the claim allows.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from duckdb import DuckDBPyConnection

from scorecard.calendar.period import add_interval
from scorecard.catalog.definitions import Catalog
from scorecard.records.parameters import Parameter, in_force
from scorecard.topics.disputes import BANDS, Claim, Clock, DishonestyRegister, Threshold
from scorecard.topics.slices import Slice, fetch_rows, needed

CLAIMS_NEEDED, PRESERVATION_NEEDED, REGISTER_NEEDED = map(needed, ("claims", "preservation", "register"))
# 民事诉讼法 165: names of the parameters as the table of parameters has them.
WAGE = "山东省城镇非私营单位就业人员年平均工资"
MUST_SHARE = "小额诉讼应当适用的标的额上限占年平均工资的比例"
MAY_SHARE = "小额诉讼约定适用的标的额上限占年平均工资的比例"
_THRESHOLD = (WAGE, MUST_SHARE, MAY_SHARE)
# The wage is published once a year. After this many months a newer wage exists that the table does not have: a threshold
# from the old wage would be a plausible wrong number, so the case has none.
FRESH_MONTHS = 15


def missing_parameters(parameters: Sequence[Parameter]) -> tuple[str, ...]:
    """The parameters without which no threshold can be computed."""
    return tuple(name for name in _THRESHOLD if in_force(parameters, name, date.max) is None)


def thresholds(parameters: Sequence[Parameter]) -> tuple[Threshold, ...]:
    """The limits from every day on which the wage or a share of it changes, once all three are in force; exact to the fen."""
    days = {
        parameter.valid_from
        for parameter in parameters
        if parameter.name in _THRESHOLD and parameter.valid_from is not None
    }
    limits: list[Threshold] = []
    for day in sorted(days):
        wage, must, may = (in_force(parameters, name, day) for name in _THRESHOLD)
        if wage is not None and must is not None and may is not None:
            assert wage.valid_from is not None
            limits.append(
                Threshold(
                    since=day,
                    stale_from=add_interval(wage.valid_from, months=FRESH_MONTHS),
                    year=wage.year,
                    wage=wage.value,
                    must=wage.value * must.value / 100,
                    may=wage.value * may.value / 100,
                )
            )
    return tuple(limits)


def claims(
    connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice, limits: Sequence[Threshold]
) -> tuple[Claim, ...]:
    """Civil cases closed in the slice, by the band of their claim on the day of filing and by whether 小额 was used."""
    columns = {name: [getattr(limit, name) for limit in limits] for name in ("since", "stale_from", "must", "may")}
    rows = fetch_rows(connection, catalog, chosen, "claims", **columns)
    counts = {band: (used, others) for band, used, others in rows}
    return tuple(Claim(name, *counts.get(band, (0, 0))) for band, name in enumerate(BANDS))


def preservation(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Clock:
    """诉前 and urgent applications ruled on in the slice, by hours; and those over 48 hours old at its end without a ruling."""
    ((*counts, waiting, middle),) = fetch_rows(connection, catalog, chosen, "preservation")
    names = ("24小时以内", "24至48小时", "48小时以上至5日", "5日以上")
    return Clock(tuple(zip(names, counts, strict=True)), waiting, None if middle is None else Fraction(str(middle)))


def register(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> DishonestyRegister:
    """The register over the slice. A listing no longer counts on the day it is removed or expires."""
    (row,) = fetch_rows(connection, catalog, chosen, "register")
    return DishonestyRegister(*row)
