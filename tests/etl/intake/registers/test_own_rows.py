"""Registers: a department enters its own rows and no other's, typed or pasted; 审管办 every row; never another's by its key."""

from dataclasses import replace
from datetime import date

import duckdb
import pytest

from etl.intake.accept import Refused, accept
from etl.intake.batches import Batch, list_batches
from etl.intake.registers.register_rows import register_rows
from etl.versions.enter import EntryResult, enter_rows
from etl.warehouse.build import build, chosen_batches
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import CIVIL, LEADER, OFFICER
from tests.support.samples import AREA_SEEDS
from tests.support.written import csv_of

DAY = date(2026, 10, 20)
HEADER = "编号 | 日期 | 类别 | 部门\n"
ENFORCEMENT = Actor("执行局内勤", "department", department="enforcement")


@pytest.fixture
def register(catalog: Catalog) -> Catalog:
    """The work log as a register with a form."""
    log = catalog.tables["work_log"].model_copy(update={"entered_by": "register"})
    return replace(catalog, tables={**catalog.tables, "work_log": log})


def enter(data: DataDir, catalog: Catalog, rows: str, actor: Actor, typed: str = "2026-10-20T09:00:00") -> Batch:
    return accept(csv_of(HEADER + rows), "登记.csv", catalog.tables["work_log"], catalog, DAY, actor, data, typed=typed)


def test_a_department_enters_its_own_rows_and_the_audit_says_so(data: DataDir, register: Catalog) -> None:
    assert enter(data, register, "a | 2026-10-19 | 走访座谈 | 民事审判庭", CIVIL).rows == 1
    entry = audit.entries(data)[-1]
    assert (entry.action, entry.actor, entry.result) == ("登记", CIVIL.name, "成功")


@pytest.mark.parametrize(
    ("rows", "actor"),
    [
        ("a | 2026-10-19 | 走访座谈 | 执行局", CIVIL),
        ("a | 2026-10-19 | 走访座谈 | 民事审判庭\n b | 2026-10-19 | 走访座谈 | 执行局", CIVIL),  # one among many
        ("a | 2026-10-19 | 走访座谈 | 民事审判庭", LEADER),
    ],
)
def test_a_row_of_another_department_refuses_all_and_writes_nothing(
    data: DataDir, register: Catalog, rows: str, actor: Actor
) -> None:
    with pytest.raises(Forbidden):
        enter(data, register, rows, actor)
    assert list_batches(data) == ()
    assert audit.entries(data)[-1].result == "拒绝"


def test_another_departments_row_cannot_be_taken_over_under_its_key(data: DataDir, register: Catalog) -> None:
    enter(data, register, "a | 2026-10-19 | 走访座谈 | 执行局", ENFORCEMENT)
    with pytest.raises(Forbidden, match="要更正的原有行中，部门为“执行局”的不属于本部门"):
        enter(data, register, "a | 2026-10-19 | 走访座谈 | 民事审判庭", CIVIL)
    enter(data, register, "a | 2026-10-18 | 走访座谈 | 执行局", ENFORCEMENT, "2026-10-20T10:00:00")
    enter(data, register, "a | 2026-10-17 | 走访座谈 | 民事审判庭", OFFICER, "2026-10-20T11:00:00")
    assert len(list_batches(data)) == 3


def test_a_department_enters_what_one_that_ended_left_to_it(data: DataDir, register: Catalog) -> None:
    ended = {"until": date(2026, 6, 30), "succeeded_by": "civil"}
    departments = {
        **register.departments, "tribunal": register.departments["tribunal"].model_copy(update=ended)
    }  # fmt: skip
    merged = replace(register, departments=departments)
    assert enter(data, merged, "a | 2026-05-19 | 走访座谈 | 人民法庭", CIVIL).rows == 1


def test_a_table_without_departments_is_case_managements(data: DataDir, catalog: Catalog) -> None:
    raw = csv_of("文件名称 | 服务于 | 类别 | 发文日期 | 存放位置\n 示例办法 | 商1 | 本院制度 | 2026-03-02 | 三号柜")
    documents = catalog.tables["documents"]
    with pytest.raises(Forbidden):
        accept(raw, "登记.csv", documents, catalog, DAY, CIVIL, data, typed="1")
    assert accept(raw, "登记.csv", documents, catalog, DAY, OFFICER, data, typed="1").rows == 1


def test_the_same_row_filled_in_again_after_another_counts_again(data: DataDir, register: Catalog) -> None:
    """A correction taken back on the same day: the bytes are those of the first row, and it must be the newest."""
    first = enter(data, register, "a | 2026-10-19 | 走访座谈 | 民事审判庭", CIVIL, "09:00")
    again = enter(data, register, "a | 2026-10-19 | 走访座谈 | 民事审判庭", CIVIL, "09:05")
    twice = enter(data, register, "a | 2026-10-19 | 走访座谈 | 民事审判庭", CIVIL, "09:05")
    assert (first.name != again.name, again.already, twice.name, twice.already) == (True, False, again.name, True)


REVIEWS = "评查编号 | 评查日期 | 评查主题 | 抽查件数 | 有问题件数 | 查出问题数 | 已纠正问题数 | 被评查法院\n"


def test_departments_of_an_upper_court_enter_their_own_rows_which_count_for_it(data: DataDir) -> None:
    """Typed, not in files: there 民事审判庭 may be any court's."""
    upper = loader.load(AREA_SEEDS)
    table = upper.tables["case_reviews"]

    def typed(rows: str, actor: Actor) -> EntryResult:
        raw = csv_of(REVIEWS + rows)
        return enter_rows(raw, "登记.csv", table, upper, actor, data, None, publishes=False, typed=rows)

    assert not typed("甲 | 2026-10-19 | 财产保全 | 10 | 1 | 1 | 1 | 民事审判庭", CIVIL).refusals
    assert not typed(
        "乙 | 2026-10-19 | 财产保全 | 8 | 0 | 0 | 0 | 城东法院", Actor("城东", "department", department="east")
    ).refusals
    for actor in (ENFORCEMENT, Actor("城东", "department", department="east")):
        with pytest.raises(Forbidden):
            typed("甲 | 2026-10-19 | 财产保全 | 10 | 0 | 0 | 0 | 民事审判庭", actor)
    with pytest.raises(Refused):
        accept(
            csv_of(REVIEWS + "丙 | 2026-10-19 | 财产保全 | 9 | 0 | 0 | 0 | 民事审判庭"),
            "评查.csv",
            table,
            upper,
            DAY,
            OFFICER,
            data,
        )
    shown = register_rows(upper, table, chosen_batches(data), None)
    assert {row.values["review_no"]: row.values["department"] for row in shown} == {"甲": "civil", "乙": "east"}
    with duckdb.connect(data.database(build(upper, data)), read_only=True) as con:
        counted = con.execute("SELECT review_no, department FROM case_reviews ORDER BY 1").fetchall()
    assert counted == [("乙", "east"), ("甲", "intermediate")]
