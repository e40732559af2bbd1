"""Extracts in any split and order that respects their dates give the same tables; repeats change nothing; withdrawing undoes.

The tables of a version are compared with a naive reading in plain Python: of all rows in use, the last one of each key.
"""

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from etl.duckdb_connection import open_build
from etl.engines.engine import DuckDBEngine
from etl.intake.accept import accept
from etl.intake.batch_notes import restore, withdraw
from etl.intake.batches import Batch, list_batches
from etl.warehouse.build import chosen_batches, version_id
from etl.warehouse.tables import load
from scorecard.calendar.period import CALENDAR, month_index
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER

# A file: its month's end, and the state of some cases (number -> closing day or none) as the extract shows them.
File = tuple[date, dict[int, int | None]]
ENDS = (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30))
Rows = dict[str, tuple[date, date | None]]

states = st.dictionaries(st.integers(1, 6), st.one_of(st.none(), st.integers(1, 28)), min_size=1, max_size=6)
files = st.lists(st.tuples(st.sampled_from(ENDS), states), min_size=1, max_size=3)
few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def case_no(number: int) -> str:
    return f"（2026）鲁0117民初{number}号"


def rows_of(file: File) -> Rows:
    """What a file says of each case: filed in June, closed on a day of July or still open."""
    return {
        case_no(number): (date(2026, 6, number), None if day is None else date(2026, 7, day))
        for number, day in file[1].items()
    }


def content(rows: Rows) -> bytes:
    lines = ["案号,立案日期,结案日期,结案方式,适用程序"]
    for number, (filed, closed) in rows.items():
        lines.append(f"{number},{filed},{closed or ''},{'判决' if closed else ''},简易程序")
    return "\r\n".join(lines).encode()


def told_apart(files: list[File]) -> list[tuple[date, Rows]]:
    """Files of equal content and date are one batch; its place is where it was first handed in."""
    first = {(file[0], content(rows_of(file))): (file[0], rows_of(file)) for file in files}
    return list(first.values())


def taken_in(data: DataDir, catalog: Catalog, as_of: date, rows: Rows, name: str) -> Batch:
    return accept(content(rows), name, catalog.tables["cases"], catalog, as_of, OFFICER, data)


def table(data: DataDir, catalog: Catalog) -> Rows:
    """The cases of a version built now."""
    batches = chosen_batches(data)
    if not batches:
        return {}
    connection = open_build(None)
    try:
        load(DuckDBEngine(connection), catalog, batches)
        found = connection.execute("SELECT case_no, filed_on, closed_on FROM cases").fetchall()
    finally:
        connection.close()
    assert len({row[0] for row in found}) == len(found)
    return {number: (filed, closed) for number, filed, closed in found}


def naive(given_files: Sequence[tuple[date, Rows]]) -> Rows:
    """Of the files by 数据截至, then in the order they came: the last word on each case."""
    last: Rows = {}
    for _, rows in sorted(given_files, key=lambda file: file[0]):
        last |= rows
    return last


@few
@given(files=files, data=st.data())
def test_files_split_in_any_way_and_sent_in_any_order_give_the_same_table(
    catalog: Catalog, files: list[File], data: st.DataObject
) -> None:
    # One file a month; two files of one month could contradict each other, and then the later one is right.
    months = {as_of: rows_of((as_of, state)) for as_of, state in files}
    pieces: list[tuple[date, Rows]] = []
    for as_of, rows in months.items():
        parts: list[Rows] = [{}, {}]
        for number, row in rows.items():
            parts[data.draw(st.integers(0, 1))][number] = row
        pieces += [(as_of, part) for part in parts if part]
    ordered = data.draw(st.permutations(pieces))
    with tempfile.TemporaryDirectory() as folder:
        home = DataDir(Path(folder))
        for number, (as_of, rows) in enumerate(ordered):
            taken_in(home, catalog, as_of, rows, f"{number}.csv")
        assert table(home, catalog) == naive(list(months.items()))


@few
@given(states=st.lists(states, min_size=2, max_size=4), data=st.data())
def test_years_of_extracts_in_any_order_give_one_version(
    catalog: Catalog, states: list[dict[int, int | None]], data: st.DataObject
) -> None:
    ends = [CALENDAR.month_end(month_index(ENDS[-1]) - 11 * back) for back in range(len(states))]
    months: list[tuple[date, Rows]] = []
    for end, state in zip(ends, states, strict=True):
        rows = rows_of((end, state)).items()
        past = {number: tuple(day and day.replace(year=2022) for day in days) for number, days in rows}
        months.append((end, past))  # pyright: ignore[reportArgumentType]
    orders = data.draw(st.permutations(months)), months[::-1]
    versions: set[str] = set()
    for order in orders:
        with tempfile.TemporaryDirectory() as folder:
            home = DataDir(Path(folder))
            for number, (as_of, rows) in enumerate(order):
                taken_in(home, catalog, as_of, rows, f"{number}.csv")
            assert table(home, catalog) == naive(months)
            # A version is named by all that decides its tables and values: one name, one content.
            versions.add(version_id(catalog, chosen_batches(home)))
    assert len(versions) == 1


@few
@given(files=files, data=st.data())
def test_the_same_file_any_number_of_times_changes_nothing(
    catalog: Catalog, files: list[File], data: st.DataObject
) -> None:
    distinct = told_apart(files)
    with tempfile.TemporaryDirectory() as folder:
        home = DataDir(Path(folder))
        for as_of, rows in distinct:
            taken_in(home, catalog, as_of, rows, "一.csv")
        before = (list_batches(home), version_id(catalog, chosen_batches(home)))
        for as_of, rows in data.draw(st.lists(st.sampled_from(distinct), max_size=5)):
            assert taken_in(home, catalog, as_of, rows, "又一次.csv").already
        assert (list_batches(home), version_id(catalog, chosen_batches(home))) == before
        assert table(home, catalog) == naive(distinct)


@few
@given(files=files, data=st.data())
def test_withdrawing_any_batches_gives_the_table_without_them_and_restoring_gives_it_back(
    catalog: Catalog, files: list[File], data: st.DataObject
) -> None:
    distinct = told_apart(files)
    with tempfile.TemporaryDirectory() as folder:
        home = DataDir(Path(folder))
        batches = [taken_in(home, catalog, as_of, rows, "一.csv") for as_of, rows in distinct]
        whole = version_id(catalog, chosen_batches(home))
        chosen = data.draw(st.sets(st.sampled_from(range(len(batches)))))
        for number in data.draw(st.permutations(sorted(chosen))):
            withdraw(home, "cases", batches[number].name, "试", OFFICER)
        left = [file for number, file in enumerate(distinct) if number not in chosen]
        assert table(home, catalog) == naive(left)
        for number in data.draw(st.permutations(sorted(chosen))):
            restore(home, "cases", batches[number].name, "试", OFFICER)
        assert version_id(catalog, chosen_batches(home)) == whole
        assert table(home, catalog) == naive(distinct)


@few
@given(
    files=st.lists(
        st.tuples(st.sampled_from(ENDS), states), min_size=2, max_size=3, unique_by=lambda f: content(rows_of(f))
    )
)
def test_accepting_and_withdrawing_the_last_file_gives_the_version_before_it(
    catalog: Catalog, files: list[File]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = DataDir(Path(folder))
        for file in files[:-1]:
            taken_in(home, catalog, file[0], rows_of(file), "一.csv")
        before = version_id(catalog, chosen_batches(home))
        last = taken_in(home, catalog, files[-1][0], rows_of(files[-1]), "二.csv")
        assert version_id(catalog, chosen_batches(home)) != before
        withdraw(home, "cases", last.name, "试", OFFICER)
        assert version_id(catalog, chosen_batches(home)) == before
