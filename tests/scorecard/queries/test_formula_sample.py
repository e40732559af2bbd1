"""The whole sample, three years of an invented court, through the door and the build, against the second opinion.

Every indicator of the plan, every department, all and 涉企 cases: what the warehouse holds is what plain Python counts.
"""

from datetime import date

import duckdb
import pytest

from scorecard.catalog.definitions import Catalog
from scorecard.store import warehouse
from tests.support.naive import Row, evaluate

GRAINS = ("quarter", "year")


@pytest.fixture(scope="module")
def whole(connection: duckdb.DuckDBPyConnection) -> tuple[Catalog, dict[str, list[Row]], dict[str, date]]:
    """The catalogue of the version, its accepted rows without derived columns, and 数据截至."""
    catalog = warehouse.catalog(connection)
    states = warehouse.tables(connection)
    rows: dict[str, list[Row]] = {}
    for name in states:
        columns = list(catalog.tables[name].columns)
        chosen = ", ".join(f'"{column}"' for column in columns)
        found = connection.cursor().execute(f'SELECT {chosen} FROM "{name}"').fetchall()
        rows[name] = [dict(zip(columns, row, strict=True)) for row in found]
    return catalog, rows, {name: state.as_of for name, state in states.items()}


def test_every_indicator_of_the_sample_is_what_plain_python_counts(
    connection: duckdb.DuckDBPyConnection, whole: tuple[Catalog, dict[str, list[Row]], dict[str, date]]
) -> None:
    catalog, rows, as_of = whole
    compared = 0
    for indicator in catalog.indicators.values():
        expected = evaluate(catalog, indicator, rows, as_of, GRAINS)
        found = {
            tuple(key): (numerator, denominator, base, state)
            for *key, numerator, denominator, base, state in connection.cursor()
            .execute(
                "SELECT grain, period, department, scope, numerator, denominator, base, state FROM indicator_value"
                f" WHERE indicator = ? AND grain IN {GRAINS}",
                [indicator.id],
            )
            .fetchall()
        }
        wanted = {key: (value.numerator, value.denominator, value.base, value.state) for key, value in expected.items()}
        assert found == wanted, indicator.id
        compared += len(wanted)
    assert compared > 3000  # 60 indicators, 15 periods, their departments and scopes
