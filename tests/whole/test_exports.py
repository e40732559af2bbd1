"""Every file for a spreadsheet: its texts are neither run nor changed, and its numbers are numbers. One writer for all."""

import ast
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from etl.impact.version_diff import BalanceCase, RowChange
from etl.intake.accept import accept, template
from etl.intake.registers import register_rows
from etl.intake.repaired import repaired_csv
from etl.intake.set_aside import aside_csv
from etl.problems import Problem, problems_csv
from etl.reading.workbooks import sheet_text
from etl.reading.workbooks.facts import ERRORS
from etl.sample import writing
from etl.versions.enter import one_row_csv
from scorecard.audit import listing
from scorecard.audit.entry import AuditEntry
from scorecard.briefing.xlsx import workbook
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.narrative.changes import IndicatorChanges, UnpairedValue, ValueChange
from scorecard.queries.evidence import EvidenceQuery
from scorecard.records.decisions import Decision
from scorecard.storage import spreadsheet_csv
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import CsvValue, write_csv
from scorecard.store import row_files
from scorecard.store.row_files import EvidenceSelection
from scorecard.ui.intake import impact
from scorecard.ui.work import meeting
from tests.conftest import ROOT
from tests.support.actors import OFFICER
from tests.support.contracts import TRIALS, extract, rows
from tests.support.court import period
from tests.support.papers import paper

AS_OF = date(2026, 10, 31)
CELLS = {  # text -> the cell it must be
    "370112199001011234": "'370112199001011234",
    "0117": "'0117",
    "=1+1": "'=1+1",
    "＝1+1": "'＝1+1",
    "1/2": "'1/2",
    "-3.5": "'-3.5",
    "@SUM(A1)": "'@SUM(A1)",
    "'0117": "''0117",
    "１／２": "'１／２",
    "3E5": "'3E5",
    "TRUE": "'TRUE",
    "'TRUE": "''TRUE",
    "(100)": "'(100)",
    "3月5日": "'3月5日",
    "#N/A": "'#N/A",
    "3次": "3次",
}
NUMBER = Decimal("-3.5")
UNDER = TRIALS.model_copy(update={"on_error": "set_aside"})


@dataclass(frozen=True)
class Given:
    """What an export is made from."""

    texts: Sequence[str]
    data: DataDir
    catalog: Catalog
    sample: DataDir
    monkeypatch: pytest.MonkeyPatch


def with_trials(catalog: Catalog, **changes: Any) -> Catalog:
    return replace(catalog, tables={**catalog.tables, "trials": TRIALS}, **changes)


def in_memory(given: Given) -> tuple[duckdb.DuckDBPyConnection, str]:
    """A version with the batches and rows of `trials`; the query of the rows."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE batch (number INT, record VARCHAR)")
    connection.execute(
        "CREATE TABLE trials (cause VARCHAR, claimed_yuan DECIMAL(18, 4), hearings BIGINT, _batch INT, _line INT)"
    )
    for line, text in enumerate(given.texts, 2):
        connection.execute("INSERT INTO trials VALUES (?, ?, -3, 1, ?)", [text, NUMBER, line])
    return connection, "SELECT * FROM trials"


def case_list(given: Given) -> bytes:
    connection, query = in_memory(given)
    behind = EvidenceQuery(TRIALS, ALL_DEPARTMENTS, (), ("cause", "claimed_yuan", "hearings"), query)
    chosen = EvidenceSelection(behind, "all", "", "测试", tuple(given.texts))
    return row_files.export(given.data, connection, with_trials(given.catalog), OFFICER, chosen)


def worklist(given: Given) -> bytes:
    connection, _ = in_memory(given)
    one = given.catalog.worklists["fast_track_6m"].model_copy(
        update={"table": "trials", "columns": ("cause", "claimed_yuan", "hearings")}
    )
    connection.execute("CREATE TABLE worklist_state AS SELECT ? AS worklist, ?::DATE AS as_of", [one.id, AS_OF])
    connection.execute(
        "CREATE TABLE worklist_item AS SELECT ? AS worklist, '在列' AS state, NULL::TIMESTAMP AS due_at,"
        " NULL::VARCHAR AS department, 1 AS group_no, _batch, _line FROM trials",
        [one.id],
    )
    catalog = with_trials(given.catalog, worklists={one.id: one})
    return row_files.exported(given.data, connection, catalog, "v", one, OFFICER, ALL_DEPARTMENTS)


def changed_cells(given: Given) -> bytes:
    return impact._made(tuple(RowChange(text, 2, text, text, text, text) for text in given.texts), 1)()


def stock_and_flow(given: Given) -> bytes:
    cases = tuple(BalanceCase(RowChange(text, 2, text), text, -3, text, text) for text in given.texts)
    return impact._csv(impact._CASES, cases)


def changed_values(given: Given) -> bytes:
    one = next(iter(given.catalog.indicators.values()))
    changes = tuple(
        ValueChange(one, period(), "value", text, text, text, "达标", "达标", text, text, text) for text in given.texts
    )
    return _download("下载指标变化", IndicatorChanges(changes, (), (), (), 0, 0, 0))


def new_periods(given: Given) -> bytes:
    one = next(iter(given.catalog.indicators.values()))
    reached = tuple(UnpairedValue(one, period(), text, "达标") for text in given.texts)
    return _download("下载新报告期", IndicatorChanges((), reached, (), (), 0, 0, 0))


def _download(label: str, changes: IndicatorChanges) -> bytes:
    return next(file.made() for file in impact._indicator_files(changes) if file.label.startswith(label))


def minutes(given: Given) -> bytes:
    given.monkeypatch.setattr(meeting, "data_dir", lambda: given.data)
    view: Any = SimpleNamespace(catalog=given.catalog, version=SimpleNamespace(id="v"))
    decisions = [
        Decision("甲", text, AS_OF, text, text, None, None, "办结", "v", text, datetime(2026, 10, 31, 9))
        for text in given.texts
    ]
    return meeting.minutes_csv(view, decisions, OFFICER)


def audit_record(given: Given) -> bytes:
    entries = (
        AuditEntry(-3, "2026-10-31T09:00:00+08:00", text, text, text, "导出", text, "成功", {"note": text})
        for text in given.texts
    )
    return write_csv(listing.HEADER, (listing._row(entry) for entry in entries))


def annex(given: Given) -> bytes:
    whole = paper(given.sample, given.catalog)
    lines = tuple(
        replace(
            whole.lines[0], name=text, basis=text, departments=text, value="-3.50", exact=Fraction(-7, 2),
            numerator=NUMBER, denominator=Decimal(100), lower=Fraction(-7, 2), upper=None,
        )
        for text in given.texts
    )  # fmt: skip
    return workbook.write_csv_annex(replace(whole, lines=lines))


def problem_list(given: Given) -> bytes:
    return problems_csv(Problem("code_unknown", "refuse", 7, text, text, text, text) for text in given.texts)


def aside(given: Given) -> bytes:
    lines = [
        {**line, "案由": text, "标的额": "-3.5"} for line, text in zip(rows(len(given.texts)), given.texts, strict=True)
    ]
    lines.append({**lines[0], "案号": "（2026）鲁0117民初999号", "标的额": "3.5"})
    raw = extract([{**line, "案由": f"'{line['案由']}"} for line in lines])
    batch = accept(raw, "a.csv", UNDER, with_trials(given.catalog), AS_OF, OFFICER, given.data)
    return aside_csv(given.data, OFFICER, batch)


def repaired(given: Given) -> bytes:
    """Error values are refused at the door with and without an apostrophe: no accepted file has one."""
    table = TRIALS.model_copy(
        update={
            "columns": {
                **TRIALS.columns,
                "claimed_yuan": TRIALS.columns["claimed_yuan"].model_copy(update={"minimum": None}),
            }
        }
    )
    lines = [
        {**line, "案由": f"'{text}", "标的额": "-3.50"}
        for line, text in zip(rows(len(given.texts)), given.texts, strict=True)
        if text not in ERRORS
    ]
    return repaired_csv(extract(lines), "a.csv", table, given.catalog, AS_OF)


def typed_row(given: Given) -> bytes:
    whole = b""
    for text in given.texts:
        header, row = one_row_csv({"cause": text}, TRIALS, given.catalog).splitlines(keepends=True)
        whole = (whole or header) + row
    return whole


def empty_template(given: Given) -> bytes:
    columns = {
        f"c{n}": TRIALS.columns["cause"].model_copy(update={"header": text}) for n, text in enumerate(given.texts)
    }
    return template(Table(id="t", name="表", replaces="all", columns=columns))


# Export -> (headers of the columns that hold the texts, headers of the columns that hold NUMBER as a number)
EXPORTS: dict[Callable[[Given], bytes], tuple[tuple[str, ...], dict[str, str]]] = {
    case_list: (("案由",), {"标的额": "-3.5", "庭审次数": "-3"}),
    worklist: (("案由",), {"标的额": "-3.5", "庭审次数": "-3"}),
    changed_cells: (("文件", "主键", "列", "原值", "新值"), {"行号": "2"}),
    stock_and_flow: (("文件", "主键", "原因", "原归属", "现归属"), {"对期末的影响": "-3"}),
    changed_values: (("原值", "新值", "差", "原分子分母", "说明"), {}),
    new_periods: (("数值",), {}),
    minutes: (("事项", "结论", "记录人", "会商时的情况"), {}),
    audit_record: (("经办", "身份", "来源", "对象"), {"序号": "-3"}),
    annex: (
        ("指标", "目标依据", "责任部门"),
        {"数值": "-3.50", "精确值": "-3.5", "分子（原始计量）": "-3.5", "分母（原始计量）": "100", "目标下限": "-3.5", "目标上限": ""},
    ),
    problem_list: (("列", "值", "原因", "建议"), {"行号": "7"}),
    aside: (("案由",), {"标的额": "-3.5"}),
    repaired: (("案由",), {"标的额": "-3.5"}),
    typed_row: (("案由",), {}),
}  # fmt: skip


@pytest.fixture
def given(data: DataDir, catalog: Catalog, sample: DataDir, monkeypatch: pytest.MonkeyPatch) -> Given:
    return Given(tuple(CELLS), data, catalog, sample, monkeypatch)


@pytest.mark.parametrize("export", EXPORTS, ids=lambda one: one.__name__)
def test_no_text_of_an_export_is_run_or_changed_by_a_spreadsheet_and_its_numbers_are_numbers(
    export: Callable[[Given], bytes], given: Given
) -> None:
    content = export(given)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    wanted = [cell for text, cell in CELLS.items() if export is not repaired or text not in ERRORS]
    read = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))[: len(wanted)]
    texts, numbers = EXPORTS[export]
    for header in texts:
        assert [row[header] for row in read] == wanted, header
    for header, cell in numbers.items():
        assert {row[header] for row in read} == {cell}, header


def test_a_template_escapes_its_headers(given: Given) -> None:
    (header,) = csv.reader(io.StringIO(empty_template(given).decode("utf-8-sig"), newline=""))
    assert header == list(CELLS.values())


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-3, "-3"),
        (Decimal("1E+2"), "100"),
        (Decimal("-0.0000001"), "-0.0000001"),
        (1e-9, "0.000000001"),
        (1 / 3, "0.333333333333333"),
        (1e17, "100000000000000000"),
    ],
)
def test_a_number_is_written_with_its_digits_and_no_power_of_ten(value: CsvValue, cell: str) -> None:
    assert write_csv(["数", "空"], [[value, None]]).decode("utf-8-sig") == f"数,空\r\n{cell},\r\n"


def test_a_truth_value_has_no_spelling_in_a_file() -> None:
    with pytest.raises(TypeError, match="是 or 否"):
        write_csv(["是否涉企"], [[True]])


def test_only_one_module_writes_csv_files() -> None:
    """The sample writes what a case system would, untidy on purpose; what a workbook or a paste says is text for the door."""
    writers = {
        path
        for folder in ("scorecard", "etl", "pages")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter", "to_csv", "write_csv")
    }
    assert writers == {Path(module.__file__) for module in (spreadsheet_csv, writing, sheet_text, register_rows)}
