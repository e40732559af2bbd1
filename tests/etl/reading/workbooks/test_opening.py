"""Which sheet of which workbook is read: never a hidden one, never one of several by guess, and nothing else than a workbook."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.intake.accept import Refused, accept
from etl.intake.batches import list_batches
from etl.intake.examine import Examination, examine
from etl.intake.recognise import recognise
from etl.problems import Problem
from etl.reading.workbooks.opening import SheetText, read_sheet, read_sheet_apart, sheet_names
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.contracts import GOOD, HEADERS, TRIALS, extract, rows
from tests.support.office import Book, repacked, typed, with_sheet_xml, workbook

AS_OF = date(2026, 10, 31)
DATA = Path(__file__).parents[3] / "data" / "door"
ROWS = [HEADERS, *([line.get(header) for header in HEADERS] for line in map(typed, rows(2)))]


def seen(raw: bytes, catalog: Catalog, **how: Any) -> Examination:
    return examine(raw, "a.csv", TRIALS, catalog, AS_OF, **how)


def reason(raw: bytes, name: str = "", limit: int = 64) -> tuple[str, str]:
    problem = read_sheet(raw, limit, name)
    assert isinstance(problem, Problem)
    return problem.code, problem.reason


def several() -> bytes:
    book = Book()
    book.sheet("十月", ROWS)
    book.sheet("空白")
    book.sheet("九月", [HEADERS, *ROWS[2:]])
    book.sheet("底稿", ROWS).hide()
    book.sheet("深藏", ROWS).very_hidden()
    return book.content()


def test_of_several_sheets_one_is_to_be_named(catalog: Catalog) -> None:
    raw = several()
    assert sheet_names(raw, 64) == ("十月", "九月")
    assert reason(raw) == ("sheet_several", "工作簿有 2 个有内容的工作表：“十月”、“九月”")
    assert recognise(raw, replace(catalog, tables={"trials": TRIALS})) == ()
    assert recognise(raw, replace(catalog, tables={"trials": TRIALS}), "九月")[0].table == "trials"
    assert seen(raw, catalog, sheet="十月").rows == 2
    examination = seen(raw, catalog, sheet="九月")
    assert (examination.rows, examination.sheet, examination.encoding) == (1, "九月", "xlsx")
    unread = [one.reason for one in examination.problems if one.code == "sheet_unread"]
    assert [text.split("”")[0].split("“")[1] for text in unread] == ["十月", "底稿", "深藏"]
    assert sum("已隐藏" in text for text in unread) == 2


@pytest.mark.parametrize("name", ["底稿", "深藏", "空白", "没有"])
def test_a_hidden_empty_or_unknown_sheet_is_not_read_even_when_named(name: str) -> None:
    code, said = reason(several(), name)
    assert code == "sheet_unknown"
    assert name in said
    assert "“十月”、“九月”" in said


def test_a_workbook_whose_only_filled_sheet_is_hidden_is_refused() -> None:
    book = Book()
    book.sheet("看得见的")
    book.sheet("底稿", ROWS).hide()
    assert reason(book.content()) == ("sheet_unknown", "有内容的工作表都隐藏了")
    empty = Book()
    empty.sheet("一")
    assert reason(empty.content())[0] == "file_empty"


def test_the_sheet_is_part_of_what_a_batch_is(catalog: Catalog, tmp_path: Path) -> None:
    raw, data = several(), DataDir(tmp_path)
    names = {
        accept(raw, "a.xlsx", TRIALS, catalog, AS_OF, TESTER, data, sheet=sheet).name
        for sheet in ("十月", "九月", "十月")
    }
    assert len(names) == 2
    assert sorted(batch.sheet for batch in list_batches(data)) == ["九月", "十月"]
    one = workbook([typed(line) for line in rows(1)])
    assert accept(one, "b.xlsx", TRIALS, catalog, AS_OF, TESTER, data).name == (
        accept(one, "b.xlsx", TRIALS, catalog, AS_OF, TESTER, data, sheet="明细").name
    )


def test_a_csv_has_no_sheets(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        accept(extract(rows(1)), "a.csv", TRIALS, catalog, AS_OF, TESTER, DataDir(tmp_path), sheet="十月")
    assert refused.value.problems[0].code == "sheet_unknown"


def test_a_workbook_is_told_by_its_content_not_its_name(catalog: Catalog) -> None:
    for raw in (workbook([typed(GOOD)]), (DATA / "trials.xls").read_bytes()):
        assert not seen(raw, catalog).refused  # under the name a.csv
    examination = examine(extract(rows(2)), "a.xlsx", TRIALS, catalog, AS_OF)
    assert (examination.refused, examination.encoding) == (False, "UTF-8")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"<html><table><tr><td>\xe6\xa1\x88\xe5\x8f\xb7</td></tr></table></html>", "以 .xls 为名的 HTML"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "以 .xls 为名的 HTML",
        ),
        (b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet", ".ods"),
        (b"PK\x03\x04 word/document.xml", "Word"),
        (b"PK\x03\x04 other", "ZIP"),
    ],
)
def test_what_only_calls_itself_a_workbook_is_refused_with_a_remedy(catalog: Catalog, raw: bytes, words: str) -> None:
    examination = examine(raw, "a.xls", TRIALS, catalog, AS_OF)
    (problem,) = examination.problems
    assert problem.code == "file_not_csv"
    assert words in problem.reason
    assert "另存为" in problem.suggestion


def test_macros_binary_workbooks_and_passwords_are_refused_in_words() -> None:
    plain = workbook([typed(GOOD)])
    macro = with_sheet_xml(plain, b"spreadsheetml.sheet.main+xml", b"macro", "[Content_Types].xml")
    macro = with_sheet_xml(
        macro,
        b"application/vnd.openxmlformats-officedocument.macro",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        "[Content_Types].xml",
    )
    assert "带宏" in reason(macro)[1]
    assert "带宏" in reason(repacked(plain, lambda _, part: part, {"xl/vbaProject.bin": b"\0"}))[1]
    binary = with_sheet_xml(
        plain,
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.binary.macroEnabled.main",
        "[Content_Types].xml",
    )
    assert "xlsb" in reason(binary)[1]


def test_links_to_other_files_are_not_followed_and_reported(catalog: Catalog) -> None:
    raw = repacked(
        workbook([typed(GOOD)]), lambda _, part: part, {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    )
    examination = seen(raw, catalog)
    assert not examination.refused
    assert "external_links" in [one.code for one in examination.problems]


def test_prefixes_inline_texts_and_cells_without_places_are_read_alike() -> None:
    plain = read_sheet(workbook([typed(GOOD)]), 64)
    assert isinstance(plain, SheetText)
    header = "".join(f'<x:c t="inlineStr"><x:is><x:r><x:t>{name}</x:t></x:r></x:is></x:c>' for name in HEADERS)
    xml = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        f"<x:row>{header}</x:row><x:row><x:c t=\"inlineStr\"><x:is><x:t>甲</x:t><x:rPh sb=\"0\" eb=\"1\"><x:t>jia</x:t></x:rPh>"
        "</x:is></x:c><x:c><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )  # fmt: skip
    raw = repacked(workbook([]), lambda name, part: xml.encode() if name == "xl/worksheets/sheet1.xml" else part)
    read = read_sheet(raw, 64)
    assert isinstance(read, SheetText)
    first, second = read.utf8.decode().splitlines()
    assert first == plain.utf8.decode().splitlines()[0]
    assert second.startswith("甲,1,,")


@pytest.mark.parametrize("name", ["trials.xlsx", "trials.xls"])
def test_a_workbook_that_is_cut_is_refused_and_a_damaged_one_ends_no_process_of_ours(name: str) -> None:
    raw = (DATA / name).read_bytes()
    for end in range(9, len(raw) - 1, 997):
        assert isinstance(read_sheet_apart(raw[:end], 64), Problem)
    for place in range(0, len(raw), 499):  # of some of these the reader of values ends its process
        read_sheet_apart(raw[:place] + bytes([raw[place] ^ 0x5A]) + raw[place + 1 :], 64)
