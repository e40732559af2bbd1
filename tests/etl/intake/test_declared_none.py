"""本月无此类数据: a declared zero is a true zero of that month and of no other; rows that contradict it are never hushed up."""

from dataclasses import replace
from datetime import date

import pytest

from etl.impact.compute import impact
from etl.intake.accept import accept
from etl.intake.batch_notes import withdraw
from etl.intake.batches import list_batches
from etl.intake.declared_none import declare_none
from etl.warehouse.build import build
from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.support.actors import LEADER, OFFICER
from tests.support.naive import months_from
from tests.support.written import hand_in

JULY, AUGUST, SEPTEMBER, OCTOBER = date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)
HEADER = "编号 | 日期 | 类别 | 部门 | 统一社会信用代码\n"


def visits(*days: str) -> str:
    """One firm visited on each day."""
    rows = (f"{day}-1 | {day} | 送法进企 | 民事审判庭 | 91370117MA3C12345X" for day in days)
    return HEADER + "\n".join(rows)


def values(data: DataDir, catalog: Catalog, indicator: str = "outreach_firm_count") -> dict[str, float]:
    """Period -> value of the whole court, as a version built now has them."""
    connection = store.connect(data, build(catalog, data))
    try:
        rows = connection.execute(
            "SELECT grain || ' ' || period, value FROM indicator_value"
            " WHERE indicator = ? AND department = 'all' AND scope = 'all'",
            [indicator],
        ).fetchall()
    finally:
        connection.close()
    return dict(rows)


def none(data: DataDir, catalog: Catalog, *ends: date, table: str = "work_log") -> None:
    for end in ends:
        declare_none(catalog.tables[table], end, OFFICER, data)


def test_a_declared_zero_is_the_zero_of_its_month_and_of_nothing_else(data: DataDir, catalog: Catalog) -> None:
    none(data, catalog, AUGUST, OCTOBER)
    running = {"quarter 2026-Q4": 0}  # it has begun, and all of it so far is declared
    assert values(data, catalog) == {"month 2026-08": 0, "month 2026-10": 0, **running}
    none(data, catalog, SEPTEMBER, JULY)
    assert values(data, catalog) == {
        "month 2026-07": 0,
        "month 2026-08": 0,
        "month 2026-09": 0,
        "month 2026-10": 0,
        "quarter 2026-Q3": 0,
        **running,
    }, "no year to date: nobody has told of January"


def test_a_table_with_a_declared_zero_is_delivered(data: DataDir, catalog: Catalog) -> None:
    none(data, catalog, OCTOBER)
    connection = store.connect(data, build(catalog, data))
    try:
        rows = connection.execute("SELECT table_id, as_of, rows, batches FROM table_state").fetchall()
    finally:
        connection.close()
    assert rows == [("work_log", OCTOBER, 0, 1)]


def test_a_month_of_which_nobody_has_told_is_no_zero_between_an_extract_and_a_declared_zero(
    data: DataDir, catalog: Catalog
) -> None:
    hand_in(data, catalog, "work_log", visits("2026-07-03", "2026-08-05"), AUGUST)
    alone = values(data, catalog)
    none(data, catalog, OCTOBER)
    found = values(data, catalog)
    assert (found.pop("month 2026-10"), found.pop("quarter 2026-Q4")) == (0, 0)
    assert found.keys() <= alone.keys(), "no September, no third quarter, no year to date in October"
    assert "month 2026-09" not in found
    assert "quarter 2026-Q3" not in found, "it was partial and nobody has told the rest"
    none(data, catalog, SEPTEMBER)
    found = values(data, catalog)
    assert (found["month 2026-09"], found["quarter 2026-Q3"], found["ytd 2026-10"]) == (0, 1, 1)


def test_a_declared_zero_before_the_first_row_is_a_month_of_its_own(data: DataDir, catalog: Catalog) -> None:
    none(data, catalog, JULY)
    hand_in(data, catalog, "work_log", visits("2026-09-05"), SEPTEMBER)
    found = values(data, catalog)
    assert [key for key in found if key.startswith("month")] == ["month 2026-07", "month 2026-09"]
    assert found["ytd 2026-09"] == 1, "an extract tells of every month up to its date, as ever"


def test_rows_of_the_month_refuse_the_declaration(data: DataDir, catalog: Catalog) -> None:
    batch = hand_in(data, catalog, "work_log", visits("2026-09-05", "2026-10-06"), OCTOBER)
    with pytest.raises(ScorecardError, match="已接收的数据中有 1 行的日期在2026年10月"):
        none(data, catalog, OCTOBER)
    assert list_batches(data) == (batch,)
    none(data, catalog, AUGUST)
    withdraw(data, batch.table, batch.name, "报错了", OFFICER)
    none(data, catalog, OCTOBER)


def test_rows_that_come_later_count_and_the_contradiction_is_told_at_the_door_and_in_the_impact(
    data: DataDir, catalog: Catalog
) -> None:
    none(data, catalog, SEPTEMBER)
    batch = hand_in(data, catalog, "work_log", visits("2026-09-05", "2026-10-06"), OCTOBER)
    (warning,) = batch.warnings
    assert "2026年9月声明过“本月无此类数据”" in warning
    assert "1 行的日期在这个月" in warning
    assert values(data, catalog)["month 2026-09"] == 1
    assert impact(data, catalog, build(catalog, data), None).contradicted == (warning,)


def test_a_declaration_of_another_closing_day_speaks_of_no_month(data: DataDir, catalog: Catalog) -> None:
    """Declared for September by the calendar; from July on months then close on the 20th, and 30 September lies in October."""
    none(data, catalog, SEPTEMBER)
    line = b"\n[[statistical_months]]\nfrom = 2026-07-01\ncloses_on = 20\n"
    other = loader.parse({**catalog.files, "court.toml": catalog.files["court.toml"] + line})
    batch = hand_in(data, other, "work_log", visits("2026-09-05", "2026-10-06"), OCTOBER)
    assert batch.warnings == ()
    assert impact(data, other, build(other, data), None).contradicted == ()


def test_declaring_twice_is_declaring_once_and_a_withdrawn_declaration_counts_no_more(
    data: DataDir, catalog: Catalog
) -> None:
    none(data, catalog, SEPTEMBER, OCTOBER, OCTOBER)
    first, second = list_batches(data)
    assert (second.none, second.rows, second.actor, second.already) == (True, 0, OFFICER.name, False)
    withdraw(data, "work_log", first.name, "有数据", OFFICER)
    assert values(data, catalog) == {"month 2026-10": 0, "quarter 2026-Q4": 0}
    assert [entry.result for entry in audit.entries(data)] == ["成功"] * 4
    assert audit.entries(data)[0].subject == f"work_log/{first.name}"


def test_only_an_officer_declares_and_only_a_whole_month_of_a_table_that_is_handed_in(
    data: DataDir, catalog: Catalog
) -> None:
    with pytest.raises(Forbidden):
        declare_none(catalog.tables["work_log"], OCTOBER, LEADER, data)
    with pytest.raises(ScorecardError, match="不是月末"):
        none(data, catalog, date(2026, 10, 30))
    with pytest.raises(ScorecardError, match="在今天之后"):
        none(data, catalog, date(2036, 10, 31))
    with pytest.raises(ScorecardError, match="不是每月报送的表"):
        none(data, catalog, OCTOBER, table="targets")
    assert list_batches(data) == ()


def test_a_register_that_is_replaced_as_a_whole_is_empty_as_of_a_declared_zero(data: DataDir, catalog: Catalog) -> None:
    whole = catalog.tables["work_log"].model_copy(update={"key": (), "replaces": "all"})
    replaced = replace(catalog, tables={**catalog.tables, "work_log": whole})
    hand_in(data, replaced, "work_log", visits("2026-09-05"), SEPTEMBER)
    declare_none(whole, OCTOBER, OFFICER, data)
    assert values(data, replaced) == {"month 2026-10": 0, "quarter 2026-Q4": 0}


def test_an_empty_file_is_refused_and_told_of_the_declaration(data: DataDir, catalog: Catalog) -> None:
    with pytest.raises(ScorecardError, match="声明“本月无此类数据”"):
        accept(
            HEADER.replace(" | ", ",").encode(), "空.csv", catalog.tables["work_log"], catalog, OCTOBER, OFFICER, data
        )


def test_a_statistical_month_is_declared_by_the_day_it_closes_on(data: DataDir, catalog: Catalog) -> None:
    """October ends on the 20th. What was declared by calendar months before is no whole month of it."""
    update = {"statistical_months": (months_from(date(2000, 1, 1), 20),)}
    closing = replace(catalog, court=catalog.court.model_copy(update=update))
    none(data, catalog, SEPTEMBER)
    with pytest.raises(ScorecardError, match="2026-10-31 不是月末；应为：一个月的最后一天，如 2026-11-20"):
        declare_none(catalog.tables["work_log"], OCTOBER, OFFICER, data, months=closing.court.months)
    declare_none(catalog.tables["work_log"], date(2026, 10, 20), OFFICER, data, months=closing.court.months)
    running = {"quarter 2026-Q4": 0}  # begun on 21 September, and all of it so far is declared
    assert values(data, closing) == {"month 2026-10": 0, **running}
