"""What the data themselves say against an indicator: a balance that does not hold."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from etl.engines.engine import DuckDBEngine
from etl.warehouse import data_faults
from scorecard.catalog.definitions import Catalog
from scorecard.store import warehouse


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(tmp_path / "doubts.duckdb"))


def cases(connection: duckdb.DuckDBPyConnection, rows: list[tuple[date | None, date | None]]) -> None:
    connection.execute("CREATE TABLE cases (filed_on DATE, closed_on DATE)")
    connection.executemany("INSERT INTO cases VALUES (?, ?)", [list(row) for row in rows])


def faults(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """What is said of a table as a whole, whether or not an indicator reads the columns it is about."""
    return connection.execute("SELECT table_id, reason FROM table_fault").fetchall()


def test_a_balance_that_holds_raises_no_doubt(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    cases(connection, [(date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 1, 1), None)])
    data_faults.write(DuckDBEngine(connection), catalog)
    assert warehouse.doubts(connection) == {}
    assert faults(connection) == []


@pytest.mark.parametrize(
    ("row", "gap"),
    [((None, date(2026, 2, 1)), 1), ((date(2026, 3, 1), date(2026, 2, 1)), 1)],
    ids=["closed but never filed", "closed before filed"],
)
def test_cases_that_leave_without_entering_turn_their_indicators_to_be_checked(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, row: tuple[date | None, date | None], gap: int
) -> None:
    cases(connection, [(date(2026, 1, 1), date(2026, 2, 1)), row])
    data_faults.write(DuckDBEngine(connection), catalog)
    found = warehouse.doubts(connection)
    assert f"相差 {gap} 件" in found["small_claims_rate"][0]  # counts by the closing date
    assert "pending_over_12m_share" in found  # the stock itself
    assert "enforcement_completion_rate" not in found  # another table
    assert faults(connection) == [("cases", found["small_claims_rate"][0])]
