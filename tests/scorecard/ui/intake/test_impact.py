"""影响 on the screen and as files: data stay text, spreadsheets run nothing, a list that was cut says so."""

from collections.abc import Callable

import duckdb
import pytest

from etl.impact.attached_versions import AttachedVersions, describe_side
from etl.impact.row_changes import table_impact
from etl.impact.version_diff import Impact, RowChange, TableImpact
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.changes import IndicatorChanges
from scorecard.ui.intake import impact as screen
from scorecard.ui.shell.templating import render
from tests.support.contracts import contract

HOSTILE = '<img src=x onerror="alert(1)">'
NO_CHANGES = IndicatorChanges((), (), (), (), 0, 0, 0)


def impact_of(*tables: TableImpact) -> Impact:
    return Impact("0123456789abcdef", None, False, (), (), tables, (), (), NO_CHANGES)


def table_of(rows: tuple[RowChange, ...], new: int) -> TableImpact:
    return TableImpact("cases", "审判案件表", 0, new, new, 0, 0, 0, (), rows, (), ())


def files(impact: Impact) -> dict[str, Callable[[], bytes]]:
    return {file.name: file.made for file in screen._row_files(impact)}


def test_no_cell_of_a_file_is_run_by_a_spreadsheet() -> None:
    row = RowChange("=cmd.csv", 2, "+1+1", "列", "@SUM(A1)", "-2")
    content = files(impact_of(table_of((row,), 1)))["审判案件表-新增的行"]()
    assert content.startswith(b"\xef\xbb\xbf")
    cells = content.decode("utf-8-sig").splitlines()[1].split(",")
    assert cells == ["'=cmd.csv", "2", "'+1+1", "列", "'@SUM(A1)", "'-2"]


def test_a_list_that_was_cut_says_of_how_many() -> None:
    row = RowChange("一.csv", 2, "甲")
    lines = files(impact_of(table_of((row,), 12_345)))["审判案件表-新增的行"]().decode("utf-8-sig").splitlines()
    assert lines[-1].strip('"') == "只列前 1 条，共 12,345 条"


def test_names_and_cells_are_text_on_the_screen(catalog: Catalog) -> None:
    impact = impact_of(table_of((RowChange(HOSTILE, 2, HOSTILE, HOSTILE, HOSTILE, HOSTILE),), 1))
    shown = render(
        "ui/intake/impact.html",
        impact=impact,
        tables=impact.tables,
        backwards=[],
        unbalanced=[],
        closed=[],
        skipped=[],
        short=[],
        shown=screen.SHOWN,
        names={},
        words=catalog.words,
        **screen._of_indicators(NO_CHANGES),
    )
    assert "<img" not in shown
    assert "&lt;img src=x" in shown


@pytest.fixture
def pair(catalog: Catalog) -> AttachedVersions:
    """A table without a key in two versions: 甲 twice and 乙 before; 甲 once, 丙 and an unknown after."""
    connection = duckdb.connect()
    for place, causes in (("published", ["甲", "甲", "乙"]), ("candidate", ["甲", "丙", None])):
        connection.execute(f"ATTACH ':memory:' AS {place}")
        connection.execute(
            f"CREATE TABLE {place}.trials (cause VARCHAR, contact VARCHAR, _batch INTEGER, _line BIGINT)"
        )
        connection.execute(f"CREATE TABLE {place}.table_state (table_id VARCHAR, as_of DATE)")
        connection.execute(f"CREATE TABLE {place}.batch (number INTEGER, record VARCHAR)")
        for line, cause in enumerate(causes, 2):
            connection.execute(f"INSERT INTO {place}.trials VALUES (?, '张三丰', 0, ?)", [cause, line])
    return AttachedVersions(
        connection, describe_side(connection, "published"), describe_side(connection, "candidate"), catalog
    )


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (contract(key=(), replaces="all", checks=()), contract(key=(), replaces="all", checks=()), "没有主键"),
        (contract(key=("case_no",), checks=()), contract(key=("cause",), checks=()), "主键的约定已改变"),
    ],
)
def test_rows_that_no_key_matches_are_counted_and_said_not_to_be_compared(
    pair: AttachedVersions, before: Table, after: Table, why: str
) -> None:
    impact = table_impact(pair, after, before)
    assert why in impact.note
    assert (impact.before, impact.after, impact.touched) == (3, 3, True)
    assert "张三丰" not in str(impact)


def test_a_change_of_private_cells_alone_is_counted_and_masked(pair: AttachedVersions) -> None:
    pair.connection.execute("DELETE FROM published.trials WHERE _line = 3")
    pair.connection.execute("UPDATE candidate.trials SET contact = '李四' WHERE cause = '甲'")
    table = contract(key=("cause",), checks=())
    impact = table_impact(pair, table, table)
    assert (impact.changed, impact.columns) == (1, (("联系人", 1),))
    assert [(cell.column, cell.before, cell.after) for cell in impact.cells] == [("联系人", MASK, MASK)]
