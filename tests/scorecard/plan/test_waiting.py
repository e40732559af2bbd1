"""What waits for each role, over the whole sample: nothing that waits is silent, nothing that does not is said."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from scorecard.access import ROLE_NAMES
from scorecard.calendar.period import CALENDAR, month_index
from scorecard.catalog.definitions import Catalog
from scorecard.plan.waiting import HOMES, OpenWork, open_work, waiting
from scorecard.records.decisions import Decision
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import judged_on, open_published
from scorecard.store.worklist_rows import counted
from tests.support.actors import CIVIL

OCTOBER = CALENDAR.containing("month", month_index(date(2026, 10, 1)))


@pytest.fixture(scope="module")
def work(sample: DataDir) -> OpenWork:
    version = open_published(sample)
    return open_work(version, OCTOBER, (), version.remarks)


def decided(of: str, department: str, due: date) -> Decision:
    at = datetime(2026, 10, 20, 9)
    return Decision(of, "事项", at.date(), "情况", "结论", department, due, "待办", "v", "李四", at)


def test_every_miss_of_a_department_is_on_its_own_home(work: OpenWork, catalog: Catalog) -> None:
    """Counted a second time, from who the catalogue says is responsible on the day."""
    for id, department in catalog.departments.items():
        missed = {
            card.indicator.name
            for card in work.cards.values()
            if card.verdict.word == "未达标" and id in catalog.answering(card.indicator.departments, work.today)
        }
        lines = {line.name: line for line in waiting("department", id, work)}
        told = set(lines["要过问的指标"].things) if "要过问的指标" in lines else set()
        assert missed <= told
        if told:
            assert lines["要过问的指标"].query == {"department": department.name}


def test_a_signal_asked_of_a_collective_waits_for_each_of_its_members(work: OpenWork, catalog: Catalog) -> None:
    """各审判执行业务部门 has no account: what it owes stood on no home."""
    (collective,) = [one for one in catalog.departments.values() if one.collective]
    asked = replace(work.signals[0], owing=(collective.id,))
    for id in catalog.departments:
        lines = {line.name for line in waiting("department", id, replace(work, signals=(asked,)))}
        assert ("待说明原因的信号" in lines) == (id in {collective.id, *collective.members})


def test_overdue_cases_of_a_department_lead_to_its_own_list_that_has_some(work: OpenWork, catalog: Catalog) -> None:
    seen = 0
    for id, department in catalog.departments.items():
        late = {one.name: counted(work.tallies, one.id, id)["超期"] for one in catalog.worklists.values()}
        line = next((one for one in waiting("department", id, work) if one.page == "worklists"), None)
        if sum(late.values()):
            assert line is not None
            assert line.parts[0][0] == f"超期 {sum(late.values()):,} 项"
            assert late[line.query["list"]] > 0
            assert line.query["whose"] == department.name
            seen += 1
    assert seen


def test_no_line_says_nothing(work: OpenWork) -> None:
    for role in ROLE_NAMES:
        for line in waiting(role, CIVIL.department, work):
            assert role in HOMES
            assert line.parts
            assert not any(re.search(r"(^|\D)0 ", text) for text, _ in line.parts), line


def test_decisions_wait_for_the_department_they_were_given_to(work: OpenWork) -> None:
    soon, past = (
        decided(f"indicator:{name}", "civil", work.today + timedelta(days)) for name, days in (("a", 3), ("b", -3))
    )
    work = replace(work, decisions=(soon, past, decided("indicator:c", "filing", work.today)))
    for role, department, whole in (("department", "civil", 2), ("leadership", None, 3), ("case_management", None, 3)):
        line = next(one for one in waiting(role, department, work) if one.name == "待落实的决定")
        assert line.parts == ((f"{whole} 项", ""), ("过期 1 项", "missed"))
        assert line.query == {"matter": "indicator:b"}, "the one due first"
    assert not [one for one in waiting("department", "insolvency", work) if one.name == "待落实的决定"]


def test_what_was_given_to_a_collective_waits_for_each_of_its_members(work: OpenWork, catalog: Catalog) -> None:
    """The plan gives some measures to all departments that try or enforce: nobody signs in as all of them."""
    work = replace(work, decisions=(decided("indicator:a", "business", work.today),))
    told = {id for id in catalog.departments if "待落实的决定" in {one.name for one in waiting("department", id, work)}}
    assert told == {"business", *catalog.departments["business"].members}


def test_the_office_sees_what_waits_for_it(work: OpenWork, sample: DataDir) -> None:
    lines = {one.name: one for one in waiting("case_management", None, replace(work, held=2, late_tables=("案件表",)))}
    assert lines["待发布"].parts[0][0] == "2 个批次"
    assert lines["应报未报的表"].things == ("案件表",)
    assert lines["会商待定"].parts[0][0] == f"{len(work.matters)} 项"
    assert work.today == judged_on(open_published(sample))
    assert "待发布" not in {one.name for one in waiting("case_management", None, work)}
