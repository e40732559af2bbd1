"""Months that close on the 20th, in the numbers: by hand around the closing days, and on the rows of the sample.

Rows and expected counts were worked out with a calendar; the second implementation counts day by day.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import duckdb

from etl.warehouse.declared_months import DeclaredMonths
from scorecard.catalog import loader
from scorecard.catalog.court import StatisticalMonths
from scorecard.catalog.definitions import Catalog
from scorecard.store import warehouse
from tests.support.court import CATALOG, indicator
from tests.support.engine import built, values
from tests.support.naive import Row, evaluate, months_from

TWENTIETH = (months_from(date(2000, 1, 1), 20),)
FROM_2026 = (months_from(date(2026, 1, 1), 20),)


def closing(catalog: Catalog, rules: tuple[StatisticalMonths, ...], since: date | None = None) -> Catalog:
    update = {"statistical_months": rules, "statistics_from": since}
    return replace(catalog, court=catalog.court.model_copy(update=update))


def cases(*days: tuple[date, date | None]) -> dict[str, list[Row]]:
    """Cases by the days on which they were filed and closed."""
    return {
        "cases": [
            {"case_no": f"（2026）鲁0117民初{n}号", "filed_on": filed, "closed_on": closed}
            for n, (filed, closed) in enumerate(days, 1)
        ]
    }


def counted(
    rows: dict[str, list[Row]], rules: tuple[StatisticalMonths, ...], *, stock: bool = False, grain: str = "month"
) -> Mapping[str, tuple[int, str]]:
    """Period -> how many, and its state, for the whole court; both implementations say the same."""
    of, as_of, catalog = indicator("count", stock=stock), {"cases": date(2026, 3, 20)}, closing(CATALOG, rules)
    with built(catalog, [of], rows, as_of) as connection:
        found = {key: (value.numerator, value.state) for key, (value, _) in values(connection, of).items()}
    expected = evaluate(catalog, of, rows, as_of)
    assert found == {key: (value.numerator, value.state) for key, value in expected.items()}
    return {
        name: (int(number or 0), state)
        for (of_grain, name, department, scope), (number, state) in found.items()
        if (of_grain, department, scope) == (grain, "all", "all")
    }


CLOSED = cases(
    *((date(2025, 11, 25), day) for day in (date(2025, 12, 20), date(2025, 12, 21), date(2025, 12, 31))),
    *((date(2025, 11, 25), day) for day in (date(2026, 1, 1), date(2026, 1, 20), date(2026, 1, 21))),
    *((date(2025, 11, 25), day) for day in (date(2026, 2, 20), date(2026, 2, 28), date(2026, 3, 20))),
)


def test_a_case_counts_in_the_statistical_month_of_the_day_it_was_closed() -> None:
    found = {"2025-12": 1, "2026-01": 4, "2026-02": 2, "2026-03": 2}  # 20; 21, 31, 1, 20; 21, 20; 28, 20
    assert counted(CLOSED, TWENTIETH) == {month: (number, "complete") for month, number in found.items()}
    assert counted(CLOSED, TWENTIETH, grain="year") == {"2025": (1, "complete"), "2026": (8, "partial")}


def test_the_first_month_that_closes_earlier_is_the_shorter_one() -> None:
    """December still has its 31 days; January ends on the 20th."""
    assert counted(CLOSED, FROM_2026) == {
        "2025-11": (0, "complete"), "2025-12": (3, "complete"), "2026-01": (2, "complete"), "2026-02": (2, "complete"),
        "2026-03": (2, "complete"),
    }  # fmt: skip


def test_a_stock_is_what_is_there_on_the_last_day_of_the_statistical_month() -> None:
    """Nine cases; on 20 December one is closed, on 20 January five, on 20 February seven, on 20 March all."""
    found = counted(CLOSED, TWENTIETH, stock=True)
    assert {month: number for month, (number, _) in found.items()} == {
        "2025-12": 8, "2026-01": 4, "2026-02": 2, "2026-03": 0,
    }  # fmt: skip


def test_the_month_in_which_the_statistics_begin_is_counted_only_where_it_is_whole() -> None:
    """From 1 January on: what ends on 20 January began in December. From 21 December on it is whole."""
    of, as_of = indicator("count"), {"cases": date(2026, 2, 20)}
    for since, first in ((date(2026, 1, 1), "2026-02"), (date(2025, 12, 21), "2026-01")):
        catalog = closing(CATALOG, TWENTIETH, since)
        with built(catalog, [of], CLOSED, as_of) as connection:
            found = {key[1] for key in values(connection, of) if key[0] == "month"}
        assert min(found) == first


def test_an_extract_that_ends_between_two_closing_days_tells_of_no_more_than_the_month_before() -> None:
    months = closing(CATALOG, TWENTIETH).court.months
    of = DeclaredMonths(frozenset(), extract=date(2026, 1, 31), typed_on=date(2026, 3, 1))
    silent = {
        key: of.is_silent(period, "", 2024 * 12, date(2026, 3, 1))
        for key in ("2026-01", "2026-02")
        if (period := months.parse("month", key))
    }
    assert silent == {"2026-01": False, "2026-02": True}


def test_values_of_the_sample_by_months_that_close_on_the_20th_are_what_plain_python_counts(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Every eighth indicator, by month and year, from the rows of the sample: flows, stocks, rates, medians, cohorts."""
    catalog = closing(warehouse.catalog(connection), TWENTIETH, date(2023, 12, 21))
    chosen = list(catalog.indicators.values())[::8]
    as_of = {name: state.as_of for name, state in warehouse.tables(connection).items()}
    needed = {name for one in chosen for name in one.formula.tables}
    rows: dict[str, list[Row]] = {}
    for name in needed:
        columns = list(catalog.tables[name].columns)
        names = ", ".join(f'"{column}"' for column in columns)
        found = connection.cursor().execute(f'SELECT {names} FROM "{name}"').fetchall()
        rows[name] = [dict(zip(columns, row, strict=True)) for row in found]
    compared = 0
    with built(catalog, chosen, rows, {name: as_of[name] for name in needed}) as con:
        for one in chosen:
            wanted = evaluate(catalog, one, rows, as_of, ("month", "year"))
            found = {key: value for key, (value, _) in values(con, one).items() if key[0] in ("month", "year")}
            for key in found.keys() | wanted.keys():
                assert replace(found[key], exact=None) == replace(wanted[key], exact=None), f"{one.id} {key}"
            compared += len(wanted)
    assert compared > 1000


def test_the_digest_that_names_a_version_depends_on_the_setting() -> None:
    line = b"\n[[statistical_months]]\nfrom = 2026-01-01\ncloses_on = 20\nyear_begins = 1\n"
    changed = loader.parse({**CATALOG.files, "court.toml": CATALOG.files["court.toml"] + line})
    assert changed.digest != CATALOG.digest
    assert (CATALOG.court.months_text, changed.court.months_text) == ("自然月", "2026年1月起每月20日结账")
