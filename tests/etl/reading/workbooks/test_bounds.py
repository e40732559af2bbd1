"""A hostile workbook is refused, or read, in bounded memory: what it unpacks to is known before it is unpacked."""

import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from etl.reading.workbooks.opening import SheetText, read_sheet
from tests.conftest import ROOT
from tests.support.contracts import GOOD
from tests.support.office import Book, repacked, typed, workbook

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REPEATED = '<c t="s"><v>0</v></c>'
PLAIN = workbook([typed(GOOD)])
MEASURE = """
import re, resource, sys
from pathlib import Path
from etl.reading.workbooks.opening import read_sheet_apart
read = read_sheet_apart(sys.stdin.buffer.read(), int(sys.argv[1]))
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(peak // 1024, getattr(read, "code", "read"), getattr(read, "reason", ""))
"""


def measured(raw: bytes, limit_mb: int = 64) -> tuple[int, str, str]:
    """Peak memory in MB of a process that reads the workbook and of its child, the problem's code, and its reason."""
    command = [sys.executable, "-c", MEASURE, str(limit_mb)]
    done = subprocess.run(command, input=raw, capture_output=True, check=True, cwd=ROOT, timeout=120)
    peak, code, *reason = done.stdout.decode().split()
    return int(peak), code, " ".join(reason)


def with_part(name: str, content: bytes) -> bytes:
    return repacked(PLAIN, lambda part, old: content if part == name else old)


def sheet(rows: str, before: str = "", after: str = "") -> bytes:
    return f"<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>".encode()


def test_a_bomb_is_refused_by_the_size_in_its_directory() -> None:
    bomb = with_part(SHEET, sheet("", before=" " * 700_000_000))
    assert len(bomb) < 1_000_000
    peak, code, _ = measured(bomb)
    assert (peak < 200, code) == (True, "workbook_too_large")


def test_a_directory_that_lies_about_a_size_is_refused() -> None:
    raw = bytearray(with_part(SHEET, sheet("<row><c><v>1</v></c></row>", before=" " * 50_000_000)))
    size = struct.pack("<I", zipfile.ZipFile(io.BytesIO(bytes(raw))).getinfo(SHEET).file_size)
    while (place := raw.find(size)) >= 0:
        raw[place : place + 4] = struct.pack("<I", 1000)
    peak, code, _ = measured(bytes(raw))
    assert (peak < 200, code) == (True, "workbook_unreadable")


def test_one_long_text_repeated_a_million_times_is_refused() -> None:
    texts = f'<sst {MAIN} count="1" uniqueCount="1"><si><t>{"长" * 30_000}</t></si></sst>'.encode()
    rows = f"<row>{REPEATED * 20}</row>" * 20_000
    raw = repacked(PLAIN, lambda part, old: {STRINGS: texts, SHEET: sheet(rows)}.get(part, old))
    peak, code, reason = measured(raw)
    assert (peak < 300, code) == (True, "workbook_too_large")
    assert "文字" in reason


def test_a_long_note_in_a_large_table_is_no_bomb() -> None:
    texts = f"<sst {MAIN}><si><t>甲</t></si><si><t>{'长' * 30_000}</t></si></sst>".encode()
    rows = "".join(f'<row><c t="s"><v>{int(number == 7)}</v></c></row>' for number in range(5_000))
    read = read_sheet(repacked(PLAIN, lambda part, old: {STRINGS: texts, SHEET: sheet(rows)}.get(part, old)), 2)
    assert isinstance(read, SheetText)
    assert read.utf8.decode().splitlines()[6:9] == ["甲", "长" * 30_000, "甲"]


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_xml_with_a_document_type_is_refused_wherever_it_stands(part: str) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{ten}">' for n in range(1, 10) for ten in [f"&l{n - 1};" * 10])
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as package:
        content = package.read(part).decode()
    start = content.index("?>") + 2
    raw = with_part(part, f'{content[:start]}<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>{content[start:]}'.encode())
    peak, code, reason = measured(raw)
    assert (peak < 150, code) == (True, "workbook_unreadable")
    assert "DOCTYPE" in reason


def test_a_sheet_that_only_says_it_is_large_is_read() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row>'
    raw = with_part(SHEET, sheet(rows, before='<dimension ref="A1:XFD1048576"/>'))
    peak, code, _ = measured(raw)
    assert (peak < 150, code) == (True, "read")


def test_two_cells_at_the_ends_of_the_largest_sheet_are_refused() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    peak, code, reason = measured(with_part(SHEET, sheet(rows)))
    assert (peak < 150, code) == (True, "workbook_too_large")
    assert "1,048,576 行 × 16,384 列" in reason


def test_a_million_styled_blank_cells_are_nothing() -> None:
    book = Book()
    page = book.sheet("明细", [["案号"], ["甲"]])
    page.set_column(0, 16_383, 10, book.formats["date"])
    for row in range(2, 200):
        for column in range(500):
            page.write_blank(row, column, None, book.formats["date"])
    read = read_sheet(book.content(), 64)
    assert isinstance(read, SheetText)
    assert read.utf8.decode() == "案号\n甲\n"


def test_cells_out_of_order_or_outside_the_sheet_are_refused() -> None:
    for rows in (
        '<row r="2"><c><v>1</v></c></row><row r="1"><c><v>1</v></c></row>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        '<row r="99999999"><c><v>1</v></c></row>',
    ):
        peak, code, _ = measured(with_part(SHEET, sheet(rows)))
        assert (peak < 150, code) == (True, "workbook_unreadable"), rows


def test_the_committed_xls_with_its_sizes_overwritten_stays_bounded() -> None:
    raw = (Path(__file__).parents[3] / "data" / "door" / "trials.xls").read_bytes()
    for place in range(512, 1024, 64):
        peak, _, _ = measured(raw[:place] + b"\xff\xff\xff\x7f" * 4 + raw[place + 16 :])
        assert peak < 300
