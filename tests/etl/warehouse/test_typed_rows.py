"""Rows of a register typed one by one tell of the months that they name; of other months nobody has said anything."""

from dataclasses import replace
from datetime import date

import pytest

from etl.intake.accept import accept
from etl.intake.declared_none import declare_none
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.support.actors import OFFICER
from tests.support.written import csv_of, hand_in

HEADER = "编号 | 日期 | 类别 | 部门 | 统一社会信用代码 | 问题数 | 办结数\n"
FIRM = "91370117MA3C12345X"


@pytest.fixture
def register(catalog: Catalog) -> Catalog:
    """The work log as a register with a form."""
    log = catalog.tables["work_log"].model_copy(update={"entered_by": "register"})
    return replace(catalog, tables={**catalog.tables, "work_log": log})


def typed(data: DataDir, catalog: Catalog, on: date, day: str, issues: str = " | ") -> None:
    raw = csv_of(f"{HEADER}{day} | {day} | 送法进企 | 民事审判庭 | {FIRM} | {issues}")
    accept(raw, "登记.csv", catalog.tables["work_log"], catalog, on, OFFICER, data, typed=f"{on} {day}")


def ask(data: DataDir, catalog: Catalog, query: str) -> list[tuple[object, ...]]:
    connection = store.connect(data, build(catalog, data))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


VALUES = (
    "SELECT period, value, state FROM indicator_value WHERE indicator = 'outreach_firm_count' AND grain = '{}'"
    " AND department = 'all' AND scope = 'all' ORDER BY 1"
)


def test_a_typed_row_says_nothing_of_other_months(data: DataDir, register: Catalog) -> None:
    typed(data, register, date(2026, 11, 20), "2026-07-03")
    assert ask(data, register, VALUES.format("month")) == [("2026-07", 1, "complete")], "no zero of August to November"
    assert ask(data, register, VALUES.format("quarter")) == []
    told = ask(data, register, "SELECT DISTINCT month % 12 + 1 FROM table_month WHERE table_id = 'work_log'")
    assert told == [(7,)], "and no other month is told of, for tabulations too"
    declare_none(register.tables["work_log"], date(2026, 8, 31), OFFICER, data)
    declare_none(register.tables["work_log"], date(2026, 9, 30), OFFICER, data)
    assert ask(data, register, VALUES.format("quarter")) == [("2026-Q3", 1, "complete")]


def test_a_later_date_of_a_typed_row_says_nothing_of_what_began_in_its_month(data: DataDir, catalog: Catalog) -> None:
    """A lead found in July and transferred in September: September has one transfer, and nobody said that none was found."""
    leads = catalog.tables["leads"]
    raw = csv_of(
        "线索编号 | 发现日期 | 发现部门 | 研判日期 | 研判结论 | 移送日期\n1 | 2026-07-03 | 执行局 | 2026-07-10 | 应当移送 | 2026-09-02"
    )
    accept(raw, "登记.csv", leads, catalog, date(2026, 11, 20), OFFICER, data, typed="2026-11-20")
    found = (
        "SELECT period, value FROM indicator_value WHERE indicator = 'illegal_finance_lead_count' AND grain = 'month'"
    )
    found += " AND department = 'all' ORDER BY 1"
    clocks = "SELECT clock, month % 12 + 1 FROM table_month WHERE table_id = 'leads' AND clock IN ('found_on', 'transferred_on')"
    assert ask(data, catalog, found) == [("2026-07", 1)], "no zero of September"
    assert set(ask(data, catalog, clocks)) == {("found_on", 7), ("transferred_on", 9)}
    declare_none(leads, date(2026, 9, 30), OFFICER, data)
    assert ask(data, catalog, found) == [("2026-07", 1), ("2026-09", 0)], "declared: none was found in September"


def test_the_month_of_a_typed_row_is_complete_only_when_it_is_over(data: DataDir, register: Catalog) -> None:
    typed(data, register, date(2026, 11, 29), "2026-11-20")
    assert ask(data, register, VALUES.format("month")) == [("2026-11", 1, "partial")]
    typed(data, register, date(2026, 11, 30), "2026-11-30")
    assert ask(data, register, VALUES.format("month")) == [("2026-11", 1, "partial")], "its last day is not over"


def test_a_row_typed_after_an_extract_leaves_the_extract_its_months(data: DataDir, register: Catalog) -> None:
    """An uploaded register tells of every month up to its day, zeros among them, as any extract does."""
    extract = f"{HEADER}x | 2026-07-03 | 送法进企 | 民事审判庭 | {FIRM} | 1 | 1"
    hand_in(data, register, "work_log", extract, date(2026, 9, 30))
    typed(data, register, date(2026, 11, 20), "2026-11-19")
    months = ask(data, register, VALUES.format("month"))
    assert months == [
        ("2026-07", 1, "complete"), ("2026-08", 0, "complete"), ("2026-09", 0, "complete"), ("2026-11", 1, "partial")
    ]  # fmt: skip


def test_a_column_is_silent_only_where_no_typed_row_fills_it_in(data: DataDir, register: Catalog) -> None:
    """Typed rows are one extract together: one with a blank cell withholds nothing, and all of them blank do."""
    silent = "SELECT column_name FROM silent_column WHERE column_name = 'issues'"
    typed(data, register, date(2026, 11, 20), "2026-11-18")
    assert ask(data, register, silent) == [("issues",)]
    typed(data, register, date(2026, 11, 20), "2026-11-19", "2 | 1")
    assert ask(data, register, silent) == []
