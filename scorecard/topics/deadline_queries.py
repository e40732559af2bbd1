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
from scorecard.topics.disputes import (
    ABOVE,
    BANDS,
    MAY,
    MUST,
    NO_CLAIM,
    NO_WAGE,
    Claim,
    Clock,
    DishonestyRegister,
    Threshold,
)
from scorecard.topics.slices import Slice, fetch_rows, rows_of

CLAIMS_NEEDED = {"cases": ("case_type", "closed_on", "filed_on", "procedure", "claimed_yuan")}
PRESERVATION_NEEDED = {"preservation": ("kind", "applied_at", "ruled_at")}
REGISTER_NEEDED = {
    "credit_register": (
        "firm_code",
        "listed_on",
        "left_on",
        "removed_on",
        "repaired_on",
        "relisted_on",
        "deletion_reason",
    )
}
# 民事诉讼法 165: names of the parameters as seeds/parameters.csv has them.
WAGE = "山东省城镇非私营单位就业人员年平均工资"
MUST_SHARE = "小额诉讼应当适用的标的额上限占年平均工资的比例"
MAY_SHARE = "小额诉讼约定适用的标的额上限占年平均工资的比例"
_THRESHOLD = (WAGE, MUST_SHARE, MAY_SHARE)
LIMIT_HOURS = 48
# The wage is published once a year. After this many months a newer wage exists that the table does not have: a threshold
# from the old wage would be a plausible wrong number, so the case has none.
FRESH_MONTHS = 15
_LIMITS = (
    "unnest(?::DATE[]) AS since, unnest(?::DATE[]) AS stale_from,"
    " unnest(?::DECIMAL(38, 10)[]) AS must, unnest(?::DECIMAL(38, 10)[]) AS may"
)
_REPAIRED = "deletion_reason IN ('履行或执行完毕', '和解履行完毕', '申请人同意删除')"


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
    rows = fetch_rows(
        connection,
        f"SELECT CASE WHEN l.since IS NULL OR c.filed_on >= l.stale_from THEN '{NO_WAGE}'"
        f" WHEN c.claimed_yuan IS NULL THEN '{NO_CLAIM}'"
        f" WHEN c.claimed_yuan <= l.must THEN '{MUST}' WHEN c.claimed_yuan <= l.may THEN '{MAY}' ELSE '{ABOVE}' END,"
        " count(*) FILTER (c.procedure = '小额诉讼'), count(*) FILTER (c.procedure IS DISTINCT FROM '小额诉讼')"
        f" FROM (SELECT * FROM {rows_of(catalog, 'cases', chosen)} WHERE case_type = '民初' AND closed_on BETWEEN ? AND ?) c"
        f" ASOF LEFT JOIN (SELECT {_LIMITS}) l ON c.filed_on >= l.since GROUP BY 1",
        [
            chosen.first,
            chosen.last,
            [limit.since for limit in limits],
            [limit.stale_from for limit in limits],
            [limit.must for limit in limits],
            [limit.may for limit in limits],
        ],
    )
    claims_by_band = {band: Claim(band, used, others) for band, used, others in rows}
    return tuple(claims_by_band.get(band, Claim(band, 0, 0)) for band in BANDS)


def preservation(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Clock:
    """诉前 and urgent applications ruled on in the slice, by hours; and those over 48 hours old at its end without a ruling."""
    source = f"(SELECT * FROM {rows_of(catalog, 'preservation', chosen)} WHERE kind IN ('诉前', '紧急'))"
    # Seconds, because datediff counts boundaries of hours: 48 hours and a minute are late.
    hours = "epoch(ruled_at - applied_at) / 3600.0"
    ruled = f"FROM {source} WHERE ruled_at::DATE BETWEEN ? AND ?"
    (row,) = fetch_rows(
        connection,
        f"SELECT count(*) FILTER ({hours} <= 24), count(*) FILTER ({hours} > 24 AND {hours} <= {LIMIT_HOURS}),"
        f" count(*) FILTER ({hours} > {LIMIT_HOURS} AND {hours} <= 120), count(*) FILTER ({hours} > 120),"
        f" median({hours}) {ruled}",
        [chosen.first, chosen.last],
    )
    (waiting,) = fetch_rows(
        connection,
        f"SELECT count(*) FROM {source} WHERE (ruled_at IS NULL OR ruled_at::DATE > ?)"
        f" AND applied_at + INTERVAL {LIMIT_HOURS} HOUR < ?::DATE + INTERVAL 1 DAY",
        [chosen.last, chosen.last],
    )
    names = ("24小时以内", "24至48小时", "48小时以上至5日", "5日以上")
    middle = None if row[4] is None else Fraction(str(row[4]))
    return Clock(tuple(zip(names, row[:4], strict=True)), waiting[0], middle)


def register(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> DishonestyRegister:
    """The register over the slice. A listing no longer counts on the day it is removed or expires."""
    day_before = "?::DATE - INTERVAL 1 DAY"
    (row,) = fetch_rows(
        connection,
        f"SELECT count(*) FILTER (listed_on <= {day_before} AND (left_on IS NULL OR left_on > {day_before})),"
        " count(*) FILTER (listed_on BETWEEN ? AND ?),"
        f" count(*) FILTER (left_on BETWEEN ? AND ? AND left_on = removed_on AND {_REPAIRED}),"
        f" count(*) FILTER (left_on BETWEEN ? AND ? AND NOT coalesce(left_on = removed_on AND {_REPAIRED}, false)),"
        " count(*) FILTER (listed_on <= ? AND (left_on IS NULL OR left_on > ?)),"
        " count(DISTINCT firm_code) FILTER (listed_on <= ? AND (left_on IS NULL OR left_on > ?)),"
        f" count(DISTINCT firm_code) FILTER (repaired_on BETWEEN ? AND ? AND {_REPAIRED}),"
        f" count(DISTINCT firm_code) FILTER (repaired_on BETWEEN ? AND ? AND {_REPAIRED}"
        " AND relisted_on <= repaired_on + INTERVAL 12 MONTH)"
        f" FROM {rows_of(catalog, 'credit_register', chosen)}",
        [
            chosen.first,
            chosen.first,
            *([chosen.first, chosen.last] * 3),
            *([chosen.last] * 4),
            *([chosen.first, chosen.last] * 2),
        ],
    )
    return DishonestyRegister(*row)
