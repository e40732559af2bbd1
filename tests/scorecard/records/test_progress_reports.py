"""Who may report on a measure, what a report may not say, and where each report stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from etl.intake.accept import Refused, accept
from etl.intake.batch_notes import withdraw
from etl.intake.batches import list_batches
from etl.intake.entered_rows import progress
from etl.intake.examine import examine
from etl.versions.enter import one_row_csv
from etl.versions.pending import adds_only, pending_batches
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.records.progress_reports import LONGEST, TABLE, ProgressReport, may_report, report_statuses, reporters
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.extracts import cases_csv

GOOD = {
    "measure": "insolvency.3",
    "department": "民事审判庭",
    "reported_on": "2026-10-20",
    "status": "推进中",
    "percent": "60",
    "text": "操作规程已修订。",
    "evidence": "规程.pdf",
    "entered_by": "民庭内勤",
    "entered_at": "2026-10-21 09:00:00",
}


def row(catalog: Catalog, **cells: str) -> bytes:
    return one_row_csv({**GOOD, **cells}, catalog.tables[TABLE], catalog)


def enter(catalog: Catalog, data: DataDir, actor: Actor = CIVIL, **cells: str):
    contract = catalog.tables[TABLE]
    return accept(row(catalog, **cells), "进展.csv", contract, catalog, today(), actor, data)


def said(catalog: Catalog, **cells: str) -> list[str]:
    found = examine(row(catalog, **cells), "进展.csv", catalog.tables[TABLE], catalog, today())
    return [f"{one.column}：{one.reason}" for one in found.problems if one.severity == "refuse"]


# --- who ------------------------------------------------------------------------------------------------------


def test_a_measure_given_to_all_business_departments_may_be_reported_on_by_each_of_them(catalog: Catalog) -> None:
    measure = catalog.measures["minority_investors.1"]  # 各审判执行业务部门
    assert reporters(catalog, measure) == ("enforcement", "filing", "criminal", "civil", "tribunal")
    both = catalog.measures["commercial_disputes.1"]  # 执行局牵头,各审判执行部门配合办理
    assert reporters(catalog, both)[0] == "enforcement"
    assert len(set(reporters(catalog, both))) == len(reporters(catalog, both)) == 5


def test_every_measure_has_a_department_that_reports_and_none_is_a_collective(catalog: Catalog) -> None:
    for measure in catalog.measures.values():
        found = reporters(catalog, measure)
        assert found
        assert not any(catalog.departments[one].collective for one in found)


@pytest.mark.parametrize(
    ("actor", "own", "other"),
    [
        (CIVIL, ("civil",), ()),
        (OFFICER, ("civil",), ("filing",)),
        (LEADER, (), ()),
        (ADMINISTRATOR, (), ()),
        (VISITOR, (), ()),
    ],
    ids=lambda one: one.role if isinstance(one, Actor) else None,
)
def test_a_department_reports_for_itself_and_the_office_for_any(
    catalog: Catalog, actor: Actor, own: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert may_report(catalog, catalog.measures["insolvency.3"], actor) == own
    assert may_report(catalog, catalog.measures["commercial_disputes.3"], actor) == other


@pytest.mark.parametrize("actor", [LEADER, ADMINISTRATOR, VISITOR], ids=lambda one: one.role)
def test_whoever_may_not_report_is_refused_at_the_door_and_the_attempt_is_recorded(
    catalog: Catalog, data: DataDir, actor: Actor
) -> None:
    with pytest.raises(Forbidden):
        enter(catalog, data, actor)
    assert list_batches(data) == ()
    assert [(one.action, one.result) for one in audit.entries(data)] == [("填报进展", "拒绝")]


def test_a_department_cannot_report_for_another_one(catalog: Catalog, data: DataDir) -> None:
    with pytest.raises(Forbidden):
        enter(catalog, data, CIVIL, measure="insolvency.2", department="执行局")
    assert list_batches(data) == ()


# --- what -----------------------------------------------------------------------------------------------------


def test_a_sound_report_has_nothing_against_it(catalog: Catalog) -> None:
    assert said(catalog) == []
    assert said(catalog, status="已完成", percent="100") == []
    assert said(catalog, status="长期坚持", percent="", evidence="") == []
    assert said(catalog, status="未启动", percent="0") == []
    assert said(catalog, text="字" * LONGEST) == []


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        ({"percent": "100.01"}, "完成进度（%）：完成进度 100.01%"),
        ({"percent": "120"}, "完成进度（%）：完成进度 120%"),
        ({"percent": "-1"}, "完成进度（%）：小于 0"),
        ({"percent": "一半"}, "完成进度（%）：不是数字"),
        ({"percent": ""}, "完成进度（%）：按本行“状态”的内容，这一列应当填写"),
        ({"status": "已完成"}, "完成进度（%）：状态为“已完成”，完成进度却是 60%"),
        ({"status": "已完成", "percent": ""}, "完成进度（%）：按本行“状态”的内容，这一列应当填写"),
        ({"status": "未启动"}, "完成进度（%）：状态为“未启动”，完成进度却是 60%"),
        ({"status": "差不多"}, "状态：取值未登记"),
        ({"text": "　 "}, "进展情况：必填项空白"),
        ({"text": "字" * (LONGEST + 1)}, "进展情况：进展情况 1001 字"),
        ({"reported_on": "2999-01-01"}, "汇报日期："),
        ({"department": "刑事审判庭"}, "责任部门：“刑事审判庭”不是措施「推进破产审判专业化」的责任部门"),
        ({"department": "各审判执行业务部门"}, "责任部门：“各审判执行业务部门”是统称，不是一个部门"),
        ({"measure": "insolvency.7"}, "配套措施：取值未登记"),
    ],
    ids=lambda one: "、".join(f"{k} {v[:6]}" for k, v in one.items()) if isinstance(one, Mapping) else None,
)
def test_a_report_that_contradicts_itself_does_not_get_in(
    catalog: Catalog, data: DataDir, cells: dict[str, str], wanted: str
) -> None:
    assert any(one.startswith(wanted) for one in said(catalog, **cells)), said(catalog, **cells)
    with pytest.raises(Refused):
        enter(catalog, data, OFFICER, **cells)
    assert list_batches(data) == ()


# --- where it stands ------------------------------------------------------------------------------------------


def report(batch: str, day: int = 20, department: str = "civil") -> ProgressReport:
    on, at = date(2026, 10, day), datetime(2026, 10, 21)
    return ProgressReport("insolvency.3", department, on, "推进中", Decimal(60), "文", "", "", batch, "内勤", at)


def test_the_later_of_two_published_reports_holds_and_one_that_waits_replaces_nothing_yet() -> None:
    three = (report("a"), report("b"), report("c"))
    assert report_statuses(three, {"a"}, ()) == ("已发布", "待发布", "待发布")
    assert report_statuses(three, {"a", "b"}, ()) == ("已被替代", "已发布", "待发布")
    assert report_statuses(three, {"a", "b", "c"}, ()) == ("已被替代", "已被替代", "已发布")


def test_another_day_or_another_department_replaces_nothing() -> None:
    others = (report("a"), report("b", day=21), report("c", department="tribunal"))
    assert report_statuses(others, {"a", "b", "c"}, ()) == ("已发布",) * 3


def test_a_withdrawn_report_no_longer_replaces_once_it_left_the_published_version() -> None:
    two = (report("a"), report("b"))
    assert report_statuses(two, {"a", "b"}, {"b"}) == ("已被替代", "已发布")
    assert report_statuses(two, {"a"}, {"b"}) == ("已发布", "已撤回")


def test_a_correction_replaces_in_the_published_version_and_the_first_report_stays_on_record(
    catalog: Catalog, data: DataDir
) -> None:
    cases = catalog.tables["cases"]
    accept(cases_csv(60), "cases.csv", cases, catalog, date(2026, 10, 31), OFFICER, data)
    published = publish(data, build(catalog, data), OFFICER)
    enter(catalog, data, percent="60")
    enter(catalog, data, percent="70", entered_at="2026-10-22 09:00:00")
    assert [one.standing for one in progress(data, published)] == ["待发布", "待发布"]
    assert len(pending_batches(data, published.batches)) == 2
    assert adds_only(catalog, data, published, TABLE)
    published = publish(data, build(catalog, data), OFFICER)
    assert {(one.percent, one.standing) for one in progress(data, published)} == {
        (Decimal(60), "已被替代"),
        (Decimal(70), "已发布"),
    }
    connection = store.connect(data, published.version)
    kept = connection.execute(f'SELECT percent, entered_by FROM "{TABLE}"').fetchall()
    connection.close()
    assert kept == [(Decimal(70), "民庭内勤")]
    assert pending_batches(data, published.batches) == ()
    # Back to what was said first: a third entry of its own time, not the first one again.
    again = enter(catalog, data, percent="60", entered_at="2026-10-23 09:00:00")
    assert not again.already


def test_publishing_a_report_alone_is_told_apart_from_publishing_other_data_with_it(
    catalog: Catalog, data: DataDir
) -> None:
    cases = catalog.tables["cases"]
    accept(cases_csv(60), "cases.csv", cases, catalog, date(2026, 9, 30), OFFICER, data)
    published = publish(data, build(catalog, data), OFFICER)
    enter(catalog, data)
    assert adds_only(catalog, data, published, TABLE)
    changed = replace(catalog, digest="other definitions")
    assert not adds_only(changed, data, published, TABLE)
    accept(cases_csv(61), "cases.csv", cases, catalog, date(2026, 10, 31), OFFICER, data)
    assert not adds_only(catalog, data, published, TABLE)


def test_a_withdrawal_since_the_publication_is_a_change_of_its_own(catalog: Catalog, data: DataDir) -> None:
    cases = catalog.tables["cases"]
    for rows, cut in ((60, date(2026, 9, 30)), (61, date(2026, 10, 31))):
        accept(cases_csv(rows), "cases.csv", cases, catalog, cut, OFFICER, data)
    published = publish(data, build(catalog, data), OFFICER)
    enter(catalog, data)
    assert adds_only(catalog, data, published, TABLE)
    withdraw(data, "cases", list_batches(data)[-2].name, "重复报送", OFFICER)
    assert not adds_only(catalog, data, published, TABLE)
