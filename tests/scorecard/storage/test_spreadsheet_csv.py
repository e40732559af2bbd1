"""What leaves as a text is a text in a spreadsheet and comes back as it was; LibreOffice opens it as the second opinion."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, strategies as st

from etl.intake.accept import accept
from etl.intake.repaired import repaired_csv
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import escape_cell, number_or_text, unescape_cell, write_csv
from tests.support.actors import TESTER
from tests.support.office import converted

DOOR = Path(__file__).resolve().parents[2] / "data" / "door"
# Texts that Excel, WPS or LibreOffice makes something else of when it opens a CSV: formulas, error and truth values,
# numbers, amounts, dates, times, fractions.
CHANGED = """
    =1+1|+1|-1|@A1|＝1+1|＋1|－1|＠A1|−5| =1+1|#N/A|#ref!|TRUE|false|011400000063|913701177654321098|0117|00|3E5|1e-5|.5|1.|1.10|
    123456789012|1,234|1,2|(100)|（100）|$5|￥100|¥ 100|12%|12.345%|１２３|　１２３|１／２| 0117|1/2|1-2|1.2.3|1 1/2|2026-1-5|2026/1/5|
    20260105 1|2026-10|10:30|10:30 AM|9 pm|1:2:3|2026-01-05T10:30|Jan-5|5-Jan|1 Jan 2026|SEPT2|MAR1|Dec 2026|1月2日|12月|26年1月5日|
    2026年1月5日|2026年01月|10时30分|上午9时
"""
# Texts that it leaves alone, or takes for what they mean and shows as they are.
KEPT = "民初1号|（2026）鲁0117民初1号|3次|1件|3.5万元|2026年|2026年10月|二月三日|May Li|Marta|ab1|①|第1条|真|12|3.5|58.20%|2026-01-05|—|.|…"
SPELT = st.text(st.sampled_from("'=+-@０9＝－ 　\t\r\n.,/:%()$年月日eETrueJan0123456789民"), max_size=12)


def texts(listed: str) -> list[str]:
    return [text.removeprefix("\n    ") for text in listed.removesuffix("\n").replace("|\n    ", "|").split("|")]


@pytest.mark.parametrize("text", texts(CHANGED))
def test_what_a_spreadsheet_would_change_is_escaped(text: str) -> None:
    assert escape_cell(text) == f"'{text}"
    assert unescape_cell(f"'{text}") == text


@pytest.mark.parametrize("text", texts(KEPT))
def test_ordinary_texts_carry_no_mark(text: str) -> None:
    assert escape_cell(text) == text


@given(st.text() | SPELT)
@example("'")
@example("''0117")
@example("'TRUE")
@example("'民")
def test_every_text_comes_back_exactly(text: str) -> None:
    assert unescape_cell(escape_cell(text)) == text


@given(SPELT)
def test_what_would_change_never_leaves_bare(text: str) -> None:
    """An escaped cell begins with the mark; a bare one is its own text for the door."""
    cell = escape_cell(text)
    assert cell == f"'{text}" or (cell == text and unescape_cell(text) == text)


@pytest.mark.parametrize("language", ["2052", "1033"])  # Chinese as written in China, English of the United States
def test_libreoffice_shows_every_text_as_it_was_written(language: str, tmp_path: Path) -> None:
    """It recognises dates and numbers in the file ("detect special numbers"), as Excel always does."""
    whole = [text for text in (*texts(CHANGED), *texts(KEPT)) if "\n" not in text]
    content = write_csv(["序号", "原文"], ([f"第{at}条", text] for at, text in enumerate(whole)))
    (made,) = converted(
        tmp_path, "a.csv", content, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
        reads=f"CSV:44,34,76,1,,{language},false,true,false",
    )  # fmt: skip
    shown = [row[1] for row in csv.reader(io.StringIO(made.read_text("utf-8-sig"), newline=""))][1:]
    changed = {text: cell for text, cell in zip(whole, shown, strict=True) if unescape_cell(cell) != text}
    assert changed == {}


@pytest.mark.parametrize("spelt", ["-5", "-0.21", "0", "12", "1234567.5"])
def test_a_number_written_as_a_text_in_a_column_of_numbers_stays_a_number(spelt: str) -> None:
    assert number_or_text(spelt) == Decimal(spelt)
    assert write_csv(["数"], [[number_or_text(spelt)]]).decode("utf-8-sig") == f"数\r\n{spelt}\r\n"


EVIDENCE = Table.model_validate(
    {
        "id": "evidence",
        "name": "材料表",
        "key": ["number"],
        "columns": {
            "number": {"header": "编号", "type": "text", "required": True},
            "party": {"header": "当事人", "type": "text"},
            "note": {"header": "备注", "type": "text"},
            "closed_on": {"header": "结案日期", "type": "date"},
            "office": {"header": "承办部门", "type": "text"},
        },
    }
)


def test_parties_that_look_like_numbers_or_formulas_leave_as_texts_and_come_back(
    data: DataDir, catalog: Catalog, tmp_path: Path
) -> None:
    raw = (DOOR / "evidence_csv_fullwidth_formula_and_long_numbers.csv").read_bytes()
    day = date(2026, 1, 31)
    content = repaired_csv(raw, "a.csv", EVIDENCE, catalog, day)
    parties = [row[1] for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))][1:]
    assert parties == ["'＝1+1", "'011400000063", "'913701177654321098", "'1/2"]
    first = accept(raw, "a.csv", EVIDENCE, catalog, day, TESTER, data)
    again = accept(content, "b.csv", EVIDENCE, catalog, day, TESTER, DataDir(tmp_path / "again"))
    assert pq.read_table(first.path).to_pylist() == pq.read_table(again.path).to_pylist()
