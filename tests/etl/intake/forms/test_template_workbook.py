"""The template as a workbook: recognised as its own table, offers the allowed words, and is accepted when filled in."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from etl.intake.accept import accept
from etl.intake.examine import examine
from etl.intake.forms.template_workbook import choices, template_workbook
from etl.intake.recognise import recognise
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.contracts import GOOD, TRIALS
from tests.support.office import typed

AS_OF = date(2026, 10, 31)


def cell_format(sheet: Any, position: int) -> str:
    """The number format of the blank cells of a column."""
    groups = sheet.column_dimensions.values()
    return next(group.number_format for group in groups if group.min <= position <= group.max)


def filled(table: Table, catalog: Catalog, cells: dict[str, object]) -> bytes:
    """The template with one line, typed in as a person would: into the cells as the template formats them."""
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(table, catalog)))
    sheet: Any = book.worksheets[0]
    for position, column in enumerate(table.columns.values(), 1):
        value = cells.get(column.header)
        if value is not None:
            cell = sheet.cell(2, position, value)
            cell.number_format = cell_format(sheet, position)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_every_template_is_recognised_as_its_own_table_and_has_no_rows(catalog: Catalog) -> None:
    sent = [table for table in catalog.tables.values() if table.comes_as_file]
    for table in sent:
        raw = template_workbook(table, catalog)
        assert [one.table for one in recognise(raw, catalog)] == [table.id]
        examination = examine(raw, "a.xlsx", table, catalog, AS_OF)
        assert [count.code for count in examination.counts if count.severity == "refuse"] == ["rows_none"]


def test_a_filled_template_is_accepted_as_it_was_filled(catalog: Catalog, tmp_path: Path) -> None:
    raw = filled(TRIALS, catalog, typed({**GOOD, "案由": "0117"}))
    examination = examine(raw, "a.xlsx", TRIALS, catalog, AS_OF)
    assert [count.code for count in examination.counts if count.code != "sheet_unread"] == []
    row = {name: cell for name, cell in examination.preview[0].items() if name not in ("行号", "联系人")}
    assert row == {
        **{header: cell for header, cell in GOOD.items() if header != "联系人"},
        "案由": "0117",
        "标的额": "1200.5",
    } | {"申请时间": "2026-01-05 09:30"}
    assert accept(raw, "a.xlsx", TRIALS, catalog, AS_OF, TESTER, DataDir(tmp_path)).rows == 1


@pytest.mark.parametrize("table", ["cases", "enforcement"])
def test_registered_words_departments_and_yes_or_no_are_offered(catalog: Catalog, table: str) -> None:
    contract = catalog.tables[table]
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(contract, catalog)))
    sheet = book.worksheets[0]
    rules = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules
    for position, column in enumerate(contract.columns.values(), 1):
        offered = rules.get(f"{get_column_letter(position)}2")
        words = choices(column, catalog)
        assert (offered is not None) == bool(words), column.header
        if offered and offered.startswith('"'):
            assert offered.strip('"').split(",") == list(words)
        elif offered:
            values = book["取值"]
            assert values.sheet_state == "hidden"
            cells: Any = values[offered.split("!")[1].replace("$", "")]
            listed = [cell.value for (cell,) in cells]
            assert listed == list(words)


def test_a_code_of_eighteen_digits_typed_into_the_template_stays_whole(catalog: Catalog) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(TRIALS, catalog)))
    formats = {column.header: cell_format(book.worksheets[0], n) for n, column in enumerate(TRIALS.columns.values(), 1)}
    assert (formats["案由"], formats["案号"], formats["立案日期"]) == ("@", "@", "yyyy-mm-dd")
