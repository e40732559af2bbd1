"""A column type is one object: a new one is read, printed, exported and explained without another line of code."""

import ast
import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from etl.intake.accept import accept, template
from etl.intake.examine import examine
from etl.intake.repaired import repaired_csv
from etl.reading.cells import reader
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog import loader
from scorecard.catalog.columns import COLUMN_TYPES, CellValue, Column, ColumnType, NumberType
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import SeedErrors
from scorecard.narrative import glossary
from scorecard.queries.evidence import evidence_queries
from scorecard.storage.data_dir import DataDir
from scorecard.store import evidence_rows, versions as store, warehouse
from tests.conftest import ROOT
from tests.support.actors import OFFICER
from tests.support.court import period

AS_OF = date(2026, 1, 31)
VALUES: dict[str, tuple[CellValue, ...]] = {
    "text": ("买卖", "它's"),
    "case_no": ("（2026）鲁0117民初1号",),
    "credit_code": ("91990117EXAMPLE013",),
    "date": (date(2026, 1, 5),),
    "datetime": (
        datetime(2026, 1, 5, 9, 30),
        datetime(2026, 1, 5),
        datetime(2026, 1, 5, 9, 30, 7),
        datetime(2026, 1, 5, 9, 30, 0, 120000),
    ),
    "integer": (0, -3, 100, 1_000_000),
    "decimal": (Decimal("0.0000"), Decimal("-3.5000"), Decimal("1200.0000"), Decimal("99999999999999.9999")),
    "boolean": (True, False),
    "code": ("判决",),
    "department": ("civil", "no_longer_there"),
    "indicator_name": ("小额诉讼程序适用率",),
}


def test_every_type_has_values_to_be_tested_with() -> None:
    assert VALUES.keys() == COLUMN_TYPES.keys()


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in VALUES for value in VALUES[name]])
def test_the_database_prints_a_value_as_python_does_and_it_is_read_back_as_it_was(
    name: str, value: CellValue, catalog: Catalog
) -> None:
    kind = COLUMN_TYPES[name]
    text = kind.text(value, catalog.departments)
    with closing(duckdb.connect()) as connection:
        connection.execute(f"CREATE TABLE t (cell {kind.sql})")
        connection.execute("INSERT INTO t VALUES (?)", [value])
        printed = connection.execute(f"SELECT {kind.text_sql('cell', catalog.departments)} FROM t").fetchall()
    assert printed == [(text,)]
    if value != "no_longer_there":
        column = Column(header="列", type=kind, values={"判决": ()} if kind.lists_values else {})
        assert reader(column, catalog, None)(text).value == value


def test_an_unknown_value_is_printed_as_nothing(catalog: Catalog) -> None:
    assert {kind.text(None, catalog.departments) for kind in COLUMN_TYPES.values()} == {""}


# --- two types that the project does not have -----------------------------------------------------------------

HOURS = NumberType(
    "duration_hours", "时长", "DECIMAL(18,4)", "decimal(18, 4)", "1.5", "小时，最多一位小数，如 1.5",
    fraction_digits=1, literals=(int, float),
)  # fmt: skip
FIRM_CODE = ColumnType(
    "firm_code", "企业代码", "VARCHAR", "string", "QY0001", "企业代码，如 QY0001", pattern="QY[0-9]{4}"
)
TABLE = """
name = "听证登记表"
key = ["no"]
due_day = 5

[columns.no]
header = "编号"
type = "text"
required = true

[columns.held_on]
header = "听证日期"
type = "date"

[columns.lasted]
header = "用时"
type = "duration_hours"
unit = "小时"

[columns.firm]
header = "企业"
type = "firm_code"
"""
INDICATOR = """
name = "长听证占比"
definition = "用时超过两小时的听证占全部听证的比例。"
exclusions = "无。"
why = "推动简易案件及时高效审结"
measures = ["commercial_disputes.5"]
departments = ["filing"]
unit = "%"
direction = "lower"
counterweight = "small_claims_rate"
sources = ["S25"]

[formula]
kind = "ratio"
table = "hearings"
period = "held_on"
where = { firm = { not = "QY0000" } }
numerator = { lasted = { gte = 2.5 } }

[example]
rows = \"\"\"
no | held_on    | lasted | firm
1  | 2026-01-05 | 2.5    | QY0001
2  | 2026-01-06 | 1      | QY0002
\"\"\"
expect = { period = "2026-01", numerator = 1, denominator = 2 }
"""
EXTRACT = "编号,听证日期,用时,企业\r\n甲,2026-01-05,2.5,QY0001\r\n乙,2026-01-06,１小时,ＱＹ0002\r\n丙,2026-01-07,,\r\n"


@dataclass(frozen=True)
class Hearings:
    """Seeds with a table and an indicator of the two types, and their catalogue."""

    seeds: Path
    catalog: Catalog


@pytest.fixture
def hearings(tmp_path: Path, seeds: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hearings]:
    for kind in (HOURS, FIRM_CODE):
        monkeypatch.setitem(COLUMN_TYPES, kind.name, kind)
    copied = Path(shutil.copytree(seeds, tmp_path / "seeds", ignore=shutil.ignore_patterns("sample")))
    (copied / "tables/hearings.toml").write_text(TABLE, encoding="utf-8")
    (copied / "indicators/commercial_disputes/long_hearings.toml").write_text(INDICATOR, encoding="utf-8")
    yield Hearings(copied, loader.load(copied))


def test_a_new_type_goes_all_the_way_from_contract_to_case_list(hearings: Hearings, data: DataDir) -> None:
    catalog, table = hearings.catalog, hearings.catalog.tables["hearings"]
    raw = EXTRACT.encode()
    found = examine(raw, "a.csv", table, catalog, AS_OF)
    assert not found.refused
    assert [(row["用时"], row["企业"]) for row in found.preview] == [("2.5", "QY0001"), ("1", "QY0002"), ("", "")]
    content = repaired_csv(raw, "a.csv", table, catalog, AS_OF).decode("utf-8-sig")
    assert [row[2:] for row in csv.reader(io.StringIO(content))][1:] == [["2.5", "QY0001"], ["1", "QY0002"], ["", ""]]
    assert template(table).decode("utf-8-sig") == "编号,听证日期,用时,企业\r\n"

    accept(raw, "a.csv", table, catalog, AS_OF, OFFICER, data)
    version = build(catalog, data)
    publish(data, version, OFFICER)
    with closing(store.connect(data, version)) as connection:
        (value,) = warehouse.series(connection, catalog, "month", "all", "all")["long_hearings"][-1:]
        assert (value.numerator, value.denominator) == (1, 2)
        indicator = catalog.indicators["long_hearings"]
        (behind,) = evidence_queries(catalog, indicator, period("2026-01"), ALL_DEPARTMENTS, "all", AS_OF)
        listed = evidence_rows.evidence_rows(connection, catalog, OFFICER, behind, limit=9)
        columns = evidence_rows.headers(behind)
        cells = [dict(zip(columns, row.cells, strict=True)) for row in listed]
        assert [(row["用时"], row["企业"]) for row in cells] == [("2.5", "QY0001"), ("1", "QY0002")]
        assert listed[0].values[columns.index("用时")] == Decimal("2.5")
        assert evidence_rows.count(connection, catalog, OFFICER, behind, text="qy0002") == 1


def test_a_new_type_is_explained_in_the_glossary_and_on_the_upload_page(hearings: Hearings) -> None:
    (sheet,) = glossary.entry(hearings.catalog.indicators["long_hearings"], hearings.catalog).sheets
    assert [row[2:] for row in sheet.rows] == [("2.5", "QY0001"), ("1", "QY0002")]
    assert [column.type.label for column in hearings.catalog.tables["hearings"].columns.values()][2:] == [
        "时长",
        "企业代码",
    ]


@pytest.mark.parametrize(
    ("cells", "code", "suggestion"),
    [
        ("1.25,QY0001", "number_precision", "四舍五入"),
        ("1,QY1", "value_unreadable", "QY0001"),
        ("1,无", "value_unreadable", "留空"),
    ],
)
def test_a_cell_that_is_no_value_of_a_new_type_is_refused(
    hearings: Hearings, cells: str, code: str, suggestion: str
) -> None:
    right = "乙,2026-01-05,1,QY0001"  # beside it, for 无 throughout a column is a blank column
    raw = f"编号,听证日期,用时,企业\r\n{right}\r\n甲,2026-01-05,{cells}\r\n".encode()
    found = examine(raw, "a.csv", hearings.catalog.tables["hearings"], hearings.catalog, AS_OF)
    (problem,) = [one for one in found.problems if one.severity == "refuse"]
    assert (problem.line, problem.code) == (3, code)
    assert suggestion in problem.suggestion


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("| QY0001", "| QY1", "第 1 行“firm”的值为“QY1”；应为：企业代码，如 QY0001"),
        ("| 2.5 ", "| 2.55", "第 1 行“lasted”的值为“2.55”；应为：小时，最多一位小数，如 1.5"),
        ('"QY0000"', '"QY"', "“QY”不是企业代码；应为：企业代码，如 QY0001"),
    ],
)
def test_a_wrong_value_of_a_new_type_in_a_seed_is_refused(hearings: Hearings, old: str, new: str, message: str) -> None:
    file = hearings.seeds / "indicators/commercial_disputes/long_hearings.toml"
    assert old in INDICATOR
    file.write_text(INDICATOR.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SeedErrors) as refused:
        loader.load(hearings.seeds)
    assert [message in str(one) for one in refused.value.mistakes] == [True]


# --- one place ------------------------------------------------------------------------------------------------


def _compared(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(what is compared, a text it is compared with) of every comparison and every case."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for side in sides:
                members = side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side]
                others = " ".join(ast.unparse(other) for other in sides if other is not side)
                yield from ((others, member) for member in members)
        elif isinstance(node, ast.Match):
            for pattern in ast.walk(node):
                if isinstance(pattern, ast.MatchValue):
                    yield ast.unparse(node.subject), pattern.value


def test_no_other_module_compares_the_names_of_types() -> None:
    """A role and a grouping may be called department too; nothing else is."""
    compared = {
        f"{path.relative_to(ROOT)}:{text.lineno} {other}"
        for folder in ("scorecard", "etl", "pages")
        for path in (ROOT / folder).rglob("*.py")
        for other, text in _compared(ast.parse(path.read_text("utf-8")))
        if isinstance(text, ast.Constant)
        and text.value in COLUMN_TYPES
        and not other.endswith("role")
        and other != "by"
    }
    assert compared == set()
