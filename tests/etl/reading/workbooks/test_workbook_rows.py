"""The same table as CSV, .xlsx and .xls gives the same rows; what a cell is decides what it says, never how it looks."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.accept import Refused, accept
from etl.intake.batches import Batch
from etl.intake.examine import Examination, examine
from etl.intake.recognise import recognise
from etl.intake.repaired import repaired_csv
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.contracts import GOOD, HEADERS, TRIALS, contract, extract, rows
from tests.support.office import Book, typed, with_sheet_xml, workbook

AS_OF = date(2026, 10, 31)
DATA = Path(__file__).parents[3] / "data" / "door"


def accepted(raw: bytes, catalog: Catalog, **how: Any) -> tuple[Batch, list[dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        batch = accept(raw, "a.xlsx", TRIALS, catalog, AS_OF, TESTER, DataDir(Path(folder)), **how)
        return batch, pq.read_table(batch.path).to_pylist()


def seen(raw: bytes, catalog: Catalog, **how: Any) -> Examination:
    return examine(raw, "a.xlsx", how.pop("table", TRIALS), catalog, AS_OF, **how)


def codes(examination: Examination, severity: str | None = None) -> list[str]:
    return [count.code for count in examination.counts if severity in (None, count.severity)]


days = st.dates(date(1950, 1, 1), AS_OF)
moments = st.datetimes(datetime(1950, 1, 1), datetime(2026, 10, 31)).map(lambda moment: moment.replace(microsecond=0))
texts = st.text("买卖合同,\"'=+@#0123 \nａ１", max_size=12).map(str.strip)


@st.composite
def lines(draw: st.DrawFn) -> dict[str, str]:
    filed = draw(days)
    closed = draw(st.none() | st.dates(filed, AS_OF))
    return {
        "立案日期": filed.isoformat(),
        "结案日期": closed.isoformat() if closed else "",
        "申请时间": draw(st.just("") | moments.map(lambda moment: moment.isoformat(" "))),
        "标的额": draw(st.just("") | st.decimals(0, 10**10, places=2).map(str)),
        "庭审次数": draw(st.just("") | st.integers(0, 999).map(str)),
        "是否涉企": draw(st.sampled_from(["", "是", "否"])),
        "结案方式": draw(st.sampled_from(["", "判决", "调解"])),
        "承办部门": draw(st.sampled_from(["", "民事审判庭"])),
        "案由": draw(texts),
        "联系人": draw(texts),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(lines(), min_size=1, max_size=5), date_1904=st.booleans())
def test_a_table_as_csv_and_as_workbook_is_the_same_rows(
    catalog: Catalog, drawn: list[dict[str, str]], date_1904: bool
) -> None:
    written = [{**line, "案号": f"（2026）鲁0117民初{number}号"} for number, line in enumerate(drawn, 1)]
    # A line break within a cell is a blank in a sheet: a line of the text must stay a row of the sheet.
    flat = [{header: " ".join(cell.split("\n")) for header, cell in line.items()} for line in written]
    book = workbook([typed(line) for line in written], date_1904=date_1904)
    try:
        _, of_csv = accepted(extract(flat), catalog)
    except Refused as refused:
        with pytest.raises(Refused) as again:
            accepted(book, catalog)
        assert {str(one) for one in again.value.problems} >= {
            str(one) for one in refused.problems if one.severity == "refuse"
        }
        return
    _, of_book = accepted(book, catalog)
    assert of_book == of_csv


@pytest.mark.parametrize("name", ["trials.xlsx", "trials.xls"])
def test_the_committed_workbooks_say_what_the_csv_says(catalog: Catalog, name: str) -> None:
    batch, found = accepted((DATA / name).read_bytes(), catalog)
    _, expected = accepted((DATA / "trials.csv").read_bytes(), catalog)
    assert found == expected
    assert (batch.encoding, batch.sheet) == (name.removeprefix("trials."), "明细")


def test_a_title_and_a_total_line_are_read_as_in_a_csv_and_lines_are_rows_of_the_sheet(catalog: Catalog) -> None:
    above = [["2026年10月案件明细表"], []]
    bad = {**typed(rows(3)[2]), "立案日期": "昨天"}
    raw = workbook([*map(typed, rows(2)), {}, bad, {"案号": "合计", "标的额": 2401.0}], above=above)
    examination = seen(raw, catalog)
    assert [(one.code, one.line) for one in examination.problems if one.severity == "refuse"] == [
        ("date_unreadable", 7)
    ]
    assert examination.skipped_lines == (8,)
    assert "title_line" in codes(examination)


def test_a_header_merged_over_two_lines_is_read_in_its_lower_line(catalog: Catalog) -> None:
    book = Book()
    groups = [[] for _ in range(2)]
    sheet = book.sheet("明细", [*groups, *([line.get(header) for header in HEADERS] for line in map(typed, rows(2)))])
    for column, header in enumerate(HEADERS):
        if header in ("立案日期", "结案日期"):
            sheet.write(1, column, header)
        else:
            sheet.merge_range(0, column, 1, column, header)
    sheet.merge_range(0, 1, 0, 2, "日期")
    raw = book.content()
    _, found = accepted(raw, catalog)
    assert [row["_line"] for row in found] == [3, 4]
    assert [{k: v for k, v in row.items() if k != "_line"} for row in found] == [
        {k: v for k, v in row.items() if k != "_line"} for row in accepted(extract(rows(2)), catalog)[1]
    ]
    assert recognise(raw, replace(catalog, tables={"trials": TRIALS}))[0].missing == ()


def test_a_merged_cell_among_the_data_is_refused_by_its_range_but_not_in_a_total_line(catalog: Catalog) -> None:
    book = Book()
    sheet = book.sheet("明细", [HEADERS, *([line.get(header) for header in HEADERS] for line in map(typed, rows(2)))])
    sheet.merge_range(3, 0, 3, 3, "合计")
    assert not seen(book.content(), catalog).refused
    book = Book()
    sheet = book.sheet("明细", [HEADERS, *([line.get(header) for header in HEADERS] for line in map(typed, rows(3)))])
    sheet.merge_range(1, 9, 3, 9, "买卖合同纠纷")
    examination = seen(book.content(), catalog)
    assert codes(examination, "refuse") == ["cells_merged"]
    assert "J2:J4" in examination.problems[0].reason


@pytest.mark.parametrize(
    ("cells", "header", "code"),
    [
        ({"案由": 913701170000000000}, "案由", "digits_lost"),
        ({"联系人": 370117199001011234}, "联系人", "digits_lost"),
        ({"标的额": 1e15}, "标的额", "digits_lost"),
        ({"立案日期": 46027}, "立案日期", "date_serial"),
        ({"立案日期": (46027, "month")}, "立案日期", "date_unreadable"),  # shown as 2026年1月: nobody wrote the day
        ({"庭审次数": (0.3, "percent")}, "庭审次数", "number_unit"),
        ({"标的额": (0.3, "percent")}, "标的额", "number_unit"),
        ({"庭审次数": date(2026, 1, 5)}, "庭审次数", "number_unreadable"),
        ({"立案日期": (0, "date")}, "立案日期", "date_placeholder"),
        ({"案由": "#N/A"}, "案由", "error_value"),
        ({"案由": "####"}, "案由", "error_value"),
    ],
)
def test_what_a_cell_is_decides(catalog: Catalog, cells: dict[str, Any], header: str, code: str) -> None:
    examination = seen(workbook([{**typed(GOOD), **cells}]), catalog)
    assert [(one.code, one.column, one.line) for one in examination.problems if one.severity == "refuse"] == [
        (code, header, 2)
    ]


def test_a_share_shown_as_percent_is_in_percent(catalog: Catalog) -> None:
    table = contract(columns={"claimed_yuan": {"unit": "%", "header": "标的额（%）", "aliases": ["标的额"]}})
    examination = seen(workbook([{**typed(GOOD), "标的额": (0.305, "percent")}]), catalog, table=table)
    assert not examination.refused
    assert examination.preview[0]["标的额（%）"] == "30.5"


@pytest.mark.parametrize(
    ("shown", "value"),
    [("unit", "500000"), ("power", "500000"), ("scaled", "50"), ("thousands", "50"), ("number", "50")],
)
def test_a_unit_that_only_the_format_of_a_cell_shows_is_taken(catalog: Catalog, shown: str, value: str) -> None:
    """50 shown as 50.00万元 is 500000元; where the format also scales what it shows (0.0万元), the number is in yuan."""
    examination = seen(workbook([{**typed(GOOD), "标的额": (50, shown)}]), catalog)
    assert not examination.refused
    assert examination.preview[0]["标的额"] == value
    assert ("unit_converted" in codes(examination)) == (value == "500000")


def test_a_currency_that_only_the_format_shows_is_refused(catalog: Catalog) -> None:
    examination = seen(workbook([{**typed(GOOD), "标的额": (50, "foreign")}]), catalog)
    assert codes(examination, "refuse") == ["number_unit"]


def test_a_number_in_a_column_of_texts_is_reported(catalog: Catalog) -> None:
    examination = seen(workbook([{**typed(GOOD), "案由": 117}]), catalog)
    assert [(one.code, one.column, one.line) for one in examination.problems if one.code == "numbers_as_text"] == [
        ("numbers_as_text", "案由", 2)
    ]
    assert examination.preview[0]["案由"] == "117"


def test_a_text_that_looks_like_a_formula_is_a_text(catalog: Catalog) -> None:
    _, found = accepted(workbook([{**typed(GOOD), "案由": "=1+1"}]), catalog)
    assert found[0]["cause"] == "=1+1"


def formula(cells: Sequence[tuple[str, str, Any]]) -> bytes:
    """Good rows below, in the first of which these cells (header, formula, stored result) are formulas."""
    book = Book()
    sheet = book.sheet("明细", [HEADERS, *([line.get(header) for header in HEADERS] for line in map(typed, rows(2)))])
    for header, text, result in cells:
        sheet.write_formula(1, HEADERS.index(header), text, None, result)
    return book.content()


def test_formulas_count_by_their_stored_result_and_are_reported(catalog: Catalog) -> None:
    examination = seen(formula([("标的额", "=100*12", 1200), ("案由", '="买卖"', "买卖")]), catalog)
    assert not examination.refused
    assert (examination.preview[0]["标的额"], examination.preview[0]["案由"]) == ("1200", "买卖")
    assert [one.code for one in examination.problems if "公式" in one.reason] == ["formulas_stored"]


def test_a_formula_without_a_result_is_refused(catalog: Catalog) -> None:
    raw = with_sheet_xml(formula([("标的额", "=SUM(A1)", 7)]), b"<f>SUM(A1)</f><v>7</v>", b"<f>SUM(A1)</f>")
    examination = seen(raw, catalog)
    assert [(one.code, one.column, one.line) for one in examination.problems if one.severity == "refuse"] == [
        ("formula_empty", "标的额", 2)
    ]
    # A program that leaves the calculation to the spreadsheet stores 0: that is no result either.
    assert codes(seen(formula([("标的额", "=SUM(A1)", 0)]), catalog), "refuse") == ["formula_empty"]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"])
@pytest.mark.parametrize("header", ["案由", "结案方式", "标的额", "结案日期", "是否涉企"])
def test_an_error_is_no_value_and_no_blank(catalog: Catalog, error: str, header: str) -> None:
    examination = seen(formula([(header, "=1/0", error)]), catalog)
    assert [(one.code, one.column, one.line) for one in examination.problems if one.severity == "refuse"] == [
        ("error_value", header, 2)
    ]
    aside = seen(formula([(header, "=1/0", error)]), catalog, policy="set_aside")
    assert (aside.refused, aside.rows, aside.aside) == (False, 1, 1)
    of_csv = seen(extract([{**GOOD, header: error}]), catalog)
    assert codes(of_csv, "refuse") == ["error_value"]


def test_hidden_rows_and_columns_and_filters_are_reported_and_read(catalog: Catalog) -> None:
    book = Book()
    sheet = book.sheet("明细", [HEADERS, *([line.get(header) for header in HEADERS] for line in map(typed, rows(5)))])
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_column(9, 9, None, None, {"hidden": True})
    sheet.autofilter(0, 0, 5, 10)
    sheet.filter_column(6, "x == 是")
    examination = seen(book.content(), catalog)
    assert (examination.refused, examination.rows) == (False, 5)
    told = {one.code: (one.line, one.reason) for one in examination.problems}
    assert told["rows_hidden"] == (3, "有 1 个隐藏的行，也已读取")
    assert told["columns_hidden"] == (None, "有 1 个隐藏的列，同样对待：J“案由”")
    assert "sheet_filtered" in told


def test_a_line_break_within_a_cell_becomes_a_blank_and_is_reported(catalog: Catalog) -> None:
    raw = workbook([{**typed(GOOD), "案由": "买卖\r\n合同"}, {**typed(rows(2)[1]), "立案日期": "x"}])
    examination = seen(raw, catalog)
    assert [
        (one.code, one.line) for one in examination.problems if one.code in ("line_break_removed", "date_unreadable")
    ] == [("line_break_removed", 2), ("date_unreadable", 3)]


def test_a_moment_counted_in_days_is_the_second_it_shows(catalog: Catalog) -> None:
    moment = datetime(2026, 1, 5) + timedelta(seconds=86_399)
    _, found = accepted(workbook([{**typed(GOOD), "申请时间": (46027 + 86_399 / 86_400 + 1e-8, "moment")}]), catalog)
    assert found[0]["applied_at"] == moment
    examination = seen(workbook([{**typed(GOOD), "立案日期": (46027.9999999, "date")}]), catalog)
    assert examination.preview[0]["立案日期"] == "2026-01-06"  # as every spreadsheet shows it


def test_the_repaired_file_of_a_workbook_is_a_csv_of_the_same_rows(catalog: Catalog) -> None:
    lines_sent = [{**typed(line), "案号": line["案号"].replace("（", "(").replace("）", ")")} for line in rows(2)]
    raw = workbook(lines_sent)
    content = repaired_csv(raw, "a.xlsx", TRIALS, catalog, AS_OF)
    assert accepted(content, catalog)[1] == accepted(raw, catalog)[1]
