"""更正: a correction reaches what later files only repeat, and undoes nothing that happened since.

The tables are compared with the rule in plain Python, cell by cell.
"""

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from etl.duckdb_connection import open_build
from etl.engines.engine import DuckDBEngine
from etl.intake.accept import accept
from etl.intake.batch_notes import withdraw
from etl.warehouse.build import chosen_batches
from etl.warehouse.tables import load
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 15)
HEADERS = ("案号", "立案日期", "结案日期", "案由")
Row = tuple[str | None, ...]  # filed, closed, cause
Rows = dict[int, Row]

days = st.sampled_from([None, "2026-07-01", "2026-08-15"])
row = st.tuples(
    st.sampled_from(["2026-06-01", "2026-06-02"]), days, st.sampled_from([None, "买卖合同纠纷", "民间借贷纠纷"])
)
files = st.dictionaries(st.integers(1, 4), row, min_size=1, max_size=4)


def content(rows: Rows, headers: tuple[str, ...] = HEADERS) -> bytes:
    lines = [",".join(headers)]
    for number, cells in rows.items():
        lines.append(",".join([f"（2026）鲁0117民初{number}号", *(cell or "" for cell in cells)]))
    return "\n".join(lines).encode()


def put_in(
    data: DataDir,
    catalog: Catalog,
    rows: Rows,
    as_of: date,
    *,
    corrects: bool = False,
    headers: tuple[str, ...] = HEADERS,
) -> str:
    table = catalog.tables["cases"]
    return accept(content(rows, headers), "案件.csv", table, catalog, as_of, OFFICER, data, corrects=corrects).name


def table(data: DataDir, catalog: Catalog) -> Rows:
    connection = open_build(None)
    try:
        load(DuckDBEngine(connection), catalog, chosen_batches(data))
        found = connection.execute(
            "SELECT regexp_extract(case_no, '初(\\d+)号', 1)::INTEGER, filed_on::VARCHAR, closed_on::VARCHAR, cause FROM cases"
        ).fetchall()
    finally:
        connection.close()
    assert len({number for number, *_ in found}) == len(found)
    return {number: tuple(cells) for number, *cells in found}


def test_a_correction_reaches_what_a_later_file_repeats_and_opens_no_case_that_was_closed_since(
    data: DataDir, catalog: Catalog
) -> None:
    put_in(data, catalog, {1: ("2026-06-01", None, "民间借贷纠纷"), 2: ("2026-06-02", None, None)}, OCTOBER)
    after = {1: ("2026-06-01", "2026-11-04", "民间借贷纠纷"), 2: ("2026-06-02", None, None)}
    put_in(data, catalog, after, NOVEMBER)
    corrected = {1: ("2026-06-02", None, "买卖合同纠纷"), 2: ("2026-06-02", "2026-10-20", None)}
    name = put_in(data, catalog, corrected, OCTOBER, corrects=True)
    assert table(data, catalog) == {
        1: ("2026-06-02", "2026-11-04", "买卖合同纠纷"),  # corrected, and closed in November as before
        2: ("2026-06-02", "2026-10-20", None),  # November's file only repeated that it was open
    }
    withdraw(data, "cases", name, "更正本身有误", OFFICER)
    assert table(data, catalog) == after


def test_a_column_that_the_correction_does_not_have_is_not_corrected(data: DataDir, catalog: Catalog) -> None:
    put_in(data, catalog, {1: ("2026-06-01", "2026-07-01", "民间借贷纠纷")}, OCTOBER)
    put_in(data, catalog, {1: ("2026-06-02", "2026-07-01")}, OCTOBER, corrects=True, headers=HEADERS[:3])
    assert table(data, catalog) == {1: ("2026-06-02", "2026-07-01", "民间借贷纠纷")}


def test_a_file_accepted_after_the_correction_is_what_it_says(data: DataDir, catalog: Catalog) -> None:
    put_in(data, catalog, {1: ("2026-06-01", None, None)}, OCTOBER)
    put_in(data, catalog, {1: ("2026-06-02", None, None)}, OCTOBER, corrects=True)
    put_in(data, catalog, {1: ("2026-06-01", None, None)}, NOVEMBER)
    assert table(data, catalog) == {1: ("2026-06-01", None, None)}


def test_a_correction_may_be_corrected(data: DataDir, catalog: Catalog) -> None:
    for as_of in (SEPTEMBER, OCTOBER, NOVEMBER):
        put_in(data, catalog, {1: ("2026-06-01", None, None), as_of.month: ("2026-06-02", None, None)}, as_of)
    put_in(data, catalog, {1: ("2026-06-05", None, None)}, OCTOBER, corrects=True)
    put_in(data, catalog, {1: ("2026-06-05", None, "民间借贷纠纷")}, OCTOBER, corrects=True)
    put_in(data, catalog, {1: ("2026-06-09", None, None)}, SEPTEMBER, corrects=True)
    # The one of September corrects 06-01, which October's file no longer stood for when it came.
    assert table(data, catalog)[1] == ("2026-06-05", None, "民间借贷纠纷")


def test_a_correction_may_be_corrected_where_the_key_does_not_stand_first(data: DataDir, catalog: Catalog) -> None:
    # Of 破产财产处置表 the key is 案号, 标的物, 轮次, and 财产类别 stands before 轮次.
    headers = "案号,标的物,财产类别,轮次,上拍日期,起拍价"
    first = "（2026）鲁0117破1号,厂房,不动产,一拍,2026-09-01"
    for corrects, said in (
        (False, f"{headers}\n{first},100.00"),
        (True, f"{headers}\n{first},200.00"),
        (True, f"{headers.removesuffix(',起拍价')}\n{first.replace('09-01', '09-02')}"),  # says nothing of the price
    ):
        lots = catalog.tables["asset_disposals"]
        accept(said.encode(), "处置.csv", lots, catalog, OCTOBER, OFFICER, data, corrects=corrects)
    with open_build(None) as connection:
        load(DuckDBEngine(connection), catalog, chosen_batches(data))
        query = "SELECT asset_kind, round, listed_on::VARCHAR, start_price_yuan::VARCHAR FROM asset_disposals"
        # The price of the correction before, which the last one does not correct.
        assert connection.execute(query).fetchall() == [("不动产", "一拍", "2026-09-02", "200.0000")]


@pytest.mark.parametrize("as_of", [SEPTEMBER, OCTOBER])
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plain=st.lists(st.tuples(st.sampled_from([SEPTEMBER, OCTOBER, NOVEMBER]), files), min_size=1, max_size=4),
    says=files,
)
def test_cell_by_cell_a_correction_changes_what_it_corrects_and_what_is_repeated_of_it(
    catalog: Catalog, plain: list[tuple[date, Rows]], says: Rows, as_of: date
) -> None:
    ordered = sorted(plain, key=lambda file: file[0])
    base: Rows = {}
    for _, rows in (file for file in ordered if file[0] <= as_of):
        base |= rows
    expected = base | says
    for _, rows in (file for file in ordered if file[0] > as_of):
        for number, cells in rows.items():
            if number in base and number in says:
                triples = zip(cells, base[number], says[number], strict=True)
                expected[number] = tuple(corrected if cell == was else cell for cell, was, corrected in triples)
            else:
                expected[number] = cells
    with tempfile.TemporaryDirectory() as folder:
        data = DataDir(Path(folder))
        put_in(data, catalog, {9: ("2026-06-01", None, None)}, as_of)  # there is something to correct
        for day, rows in plain:
            put_in(data, catalog, rows, day)
        put_in(data, catalog, says, as_of, corrects=True)
        found = table(data, catalog)
        del found[9]
        assert found == expected
