"""However many batches a table has, they are read as one source: each row as its last batch says it, a column unknown where lacked."""

from datetime import date

import duckdb
import pytest

from etl.intake.accept import accept
from etl.warehouse import silent_columns, tables
from etl.warehouse.build import build_of, chosen_batches
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.extracts import cases_csv

# 数据截至 with the first case and the number of cases of each; the third has no column of 涉企.
BATCHES = (
    (date(2026, 10, 10), 1, 40),
    (date(2026, 10, 17), 21, 40),
    (date(2026, 10, 24), 31, 5),
    (date(2026, 10, 31), 50, 3),
)
LACKING = date(2026, 10, 24)


def _without_firm(extract: bytes) -> bytes:
    rows = [line.split(",") for line in extract.decode().split("\r\n")]
    place = rows[0].index("是否涉企")
    return "\r\n".join(",".join(row[:place] + row[place + 1 :]) for row in rows).encode()


def _rows(data: DataDir, version: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that does not name the version."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with duckdb.connect(str(data.database(version)), read_only=True) as connection:
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            if name != "meta":
                found[name] = sorted(connection.execute(f'FROM "{name}"').fetchall(), key=repr)
    return found


def test_rows_of_many_batches_are_the_last_ones_as_when_each_is_read_alone(
    data: DataDir, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected: dict[str, tuple[int, bool | None]] = {}
    for number, (as_of, first, count) in enumerate(BATCHES, 1):
        raw = cases_csv(count, first)
        raw = _without_firm(raw) if as_of == LACKING else raw
        accept(raw, f"{as_of}.csv", catalog.tables["cases"], catalog, as_of, TESTER, data)
        firm = {one: None if as_of == LACKING else one % 3 == 0 for one in range(first, first + count)}
        expected |= {f"（2026）鲁0117民初{one}号": (number, known) for one, known in firm.items()}
    batches = chosen_batches(data)
    together = _rows(data, version := build_of(catalog, data, batches))
    with duckdb.connect(str(data.database(version)), read_only=True) as connection:
        loaded = connection.execute("SELECT case_no, _batch, firm_related FROM cases").fetchall()
    assert {case: tuple(rest) for case, *rest in loaded} == expected
    assert len(loaded) == len(expected)

    monkeypatch.setattr(tables, "as_they_are", lambda _: False)
    monkeypatch.setattr(silent_columns, "as_they_are", lambda _: False, raising=False)
    assert together == _rows(data, build_of(catalog, data, batches, anew=True))
    assert ("cases", "firm_related") in {(row[1], row[2]) for row in together["batch_column"] if row[-1]}
