"""会商: only what needs a decision; what is decided is kept as data and the next session begins with what is unresolved."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.accept import Refused, accept
from etl.intake.batches import list_batches
from etl.intake.entered_rows import recorded_decisions
from etl.warehouse.build import build, chosen_batches
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.calendar.period import containing, month_index
from scorecard.catalog.definitions import Catalog
from scorecard.plan.agenda import agenda
from scorecard.records.decisions import Decision, latest_decisions, unresolved
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.open_version import Selection, open_published
from scorecard.store.worklist_rows import Tally
from scorecard.ui.shell.frame import View
from scorecard.ui.work import meeting
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.court import target
from tests.support.samples import copied

DAY = date(2026, 11, 25)


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> DataDir:
    return copied(sample, tmp_path / "own")


def decision(item: str, at: str, status: str = "待办", due: date | None = date(2026, 11, 30)) -> Decision:
    moment = datetime.fromisoformat(at)
    return Decision(
        item, "事项", moment.date(), "情况", "结论", "civil", due if status == "待办" else None, status, "v", "李四", moment
    )  # fmt: skip


def field(app: AppTest, kind: str, name: str) -> object:
    return next(one for one in getattr(app, kind) if one.key and one.key.startswith(f"{name} "))


def decide(app: AppTest, conclusion: str, status: str = "待办", document: str = "") -> AppTest:
    field(app, "text_area", "conclusion").set_value(conclusion)
    field(app, "selectbox", "status").set_value(status)
    field(app, "text_input", "document").set_value(document)
    return next(one for one in app.button if one.label == "记录").click().run()


def test_a_target_that_is_to_be_reviewed_or_ends_within_a_month_is_a_matter(catalog: Catalog) -> None:
    name, other = "small_claims_rate", "pre_mediation_success_rate"
    due = [
        replace(target("下限", "30", of=name), review_on=DAY + timedelta(days=30)),
        target("下限", "60", of=other, until=DAY + timedelta(days=31)),
    ]
    (matter,) = agenda(catalog, {}, (), (), (), due, DAY)
    assert (matter.id, matter.reasons) == (f"target:{name}", ("目标待复核",))
    assert "临近复核日期" in matter.facts[0]
    two = agenda(catalog, {}, (), (), (), due, DAY + timedelta(days=1))
    assert {one.id for one in two} == {f"target:{name}", f"target:{other}"}


# --- the agenda ---------------------------------------------------------------------------------------------------


def test_the_agenda_holds_overdue_worklists_and_owed_reports_in_the_order_of_the_plan(catalog: Catalog) -> None:
    found = [Tally("revisit_due", "civil", "超期", 3), Tally("revisit_due", None, "超期", 1)]
    found += [Tally("pre_mediation_30d", "filing", "超期", 2), Tally("summary_limit", "civil", "临期", 9)]
    matters = agenda(catalog, {}, (), found, (), (), DAY)
    assert [one.id for one in matters] == ["worklist:pre_mediation_30d", "worklist:revisit_due"]
    assert matters[1].facts[0] == "到期未办4件"
    assert matters[1].facts[1] == "其中民事审判庭3件、未登记部门1件"


def test_what_is_unresolved_comes_first_by_its_due_date(catalog: Catalog) -> None:
    found = [Tally(name, "civil", "超期", 1) for name in ("revisit_due", "summary_limit", "pre_mediation_30d")]
    decisions = [
        decision("worklist:revisit_due", "2026-10-01T09:00", due=date(2026, 12, 1)),
        decision("worklist:summary_limit", "2026-10-01T09:05", due=date(2026, 11, 1)),
    ]
    matters = agenda(catalog, {}, (), found, decisions, (), DAY)
    assert [one.name for one in matters] == ["summary_limit", "revisit_due", "pre_mediation_30d"]
    assert [one.carried for one in matters] == [True, True, False]


def test_what_is_decided_today_moves_nothing_until_the_next_session(catalog: Catalog) -> None:
    found = [Tally(name, "civil", "超期", 1) for name in ("revisit_due", "summary_limit", "pre_mediation_30d")]
    decisions = [
        decision("worklist:summary_limit", "2026-10-01T09:05"),
        decision("worklist:summary_limit", "2026-11-25T09:00", status="已办结"),
        decision("worklist:revisit_due", "2026-11-25T09:05", due=date(2026, 11, 26)),
    ]
    matters = agenda(catalog, {}, (), found, decisions, (), DAY)
    assert [one.name for one in matters] == ["summary_limit", "pre_mediation_30d", "revisit_due"]
    assert [one.decided for one in matters] == [True, False, True]
    assert not any(one.reopened for one in matters)
    after = agenda(catalog, {}, (), found, decisions, (), date(2026, 11, 26))
    assert [one.name for one in after] == ["revisit_due", "pre_mediation_30d", "summary_limit"]
    assert after[2].reopened


def test_a_later_row_corrects_an_earlier_one_and_both_are_kept() -> None:
    first = decision("other:1", "2026-10-01T09:00")
    later = decision("other:1", "2026-10-08T09:00", status="已办结")
    assert latest_decisions([later, first]) == {"other:1": later}
    assert unresolved([first, later]) == ()
    assert unresolved([first]) == (first,)


def test_a_matter_marked_done_that_still_is_one_comes_back_and_says_so(catalog: Catalog) -> None:
    found = [Tally("revisit_due", "civil", "超期", 1)]
    done = [decision("worklist:revisit_due", "2026-10-01T09:00", status="已办结")]
    (matter,) = agenda(catalog, {}, (), found, done, (), DAY)
    assert matter.reopened
    dropped = [*done, decision("worklist:revisit_due", "2026-10-02T09:00", status="不再跟踪")]
    assert agenda(catalog, {}, (), found, dropped, (), DAY) == ()


def test_an_open_matter_stays_on_the_table_when_the_data_show_nothing_any_more(catalog: Catalog) -> None:
    (matter,) = agenda(catalog, {}, (), (), [decision("worklist:revisit_due", "2026-10-01T09:00")], (), DAY)
    assert matter.carried
    assert matter.facts == ("数据中没有这一问题",)


def test_a_list_that_nobody_can_judge_is_not_said_to_be_without_fault(catalog: Catalog) -> None:
    """Its table has not come in: an empty list is then no evidence that the matter is done."""
    open_one, why = decision("worklist:revisit_due", "2026-10-01T09:00"), {"revisit_due": "缺少回访记录"}
    (matter,) = agenda(catalog, {}, (), (), [open_one], (), DAY, unjudged=why)
    assert matter.facts == ("缺少回访记录，无法判断，不等于没有问题",)


def test_a_decision_is_late_from_the_day_after_its_due_date_until_it_is_done() -> None:
    one = decision("other:1", "2026-10-01T09:00", due=date(2026, 11, 30))
    assert [one.late(date(2026, 11, day)) for day in (29, 30)] == [0, 0]
    assert one.late(date(2026, 12, 2)) == 2
    assert decision("other:1", "2026-10-01T09:00", status="已办结").late(date(2027, 1, 1)) == 0


# --- the page -----------------------------------------------------------------------------------------------------


def test_a_decision_is_kept_shown_and_the_next_session_begins_with_it(
    own: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(own, "meeting")
    assert not app.exception
    before = text(app)
    assert "还没有记录" in before
    decide(app, "逐案核查，月底前清零")
    assert not app.exception
    (one,) = recorded_decisions(own, sample=True)
    assert (one.conclusion, one.status, one.recorded_by) == ("逐案核查，月底前清零", "待办", OFFICER.name)
    assert one.due_on == today() + timedelta(days=30)
    assert one.session_on == today()
    assert one.version == store.current(own).version
    shown = text(app)
    assert "逐案核查，月底前清零" in shown
    assert "本次已记录 1 项" in shown
    monkeypatch.setattr("scorecard.ui.work.meeting.today", lambda: one.session_on + timedelta(days=1))
    again = text(open_page(own, "meeting"))
    assert "其中以前会商未了结的 1 项" in again
    assert again.index("上次未了结") < again.index("会商记录")
    last = audit.entries(own)[-1]
    assert (last.action, last.result, last.actor) == ("记录决定", "成功", OFFICER.name)


def test_a_matter_is_closed_by_the_newest_month_whatever_month_is_read(sample: DataDir) -> None:
    """The sample's newest whole month is October 2026; a better month chosen above proves nothing of the later ones."""
    version = open_published(sample)
    one = Selection(containing("month", month_index(date(2026, 6, 1))), "civil", "all")
    view = View(version, one, {}, {})
    assert {card.selected.period.label for card in view.newest.values()} == {"2026年10月"}
    assert {card.selected.period.label for card in view.monthly.values()} == {"2026年6月"}


def test_an_older_version_records_no_decision(sample: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(meeting.frame, "private_note", lambda title, text: told.append(text))
    monkeypatch.setattr(meeting, "_record", pytest.fail)
    older = replace(open_published(sample), historic=True)
    view = View(older, Selection(containing("month", month_index(date(2026, 6, 1))), "all", "all"), {}, {})
    (matter,) = agenda(older.catalog, {}, (), [Tally("revisit_due", "civil", "超期", 1)], (), (), DAY)
    meeting.decision_form(view, matter, OFFICER)
    meeting.list_matter(view, matter, OFFICER, ())
    assert told == ["会商决定只按当前版本记录：请点上方的“返回当前版本”。"]


def test_a_rerun_records_nothing_twice_and_a_second_row_resolves_the_matter(own: DataDir, open_page: Open) -> None:
    app = decide(open_page(own, "meeting"), "先查原因")
    app.run()
    assert len(recorded_decisions(own, sample=True)) == 1
    decide(app, "已查清并整改", status="已办结")
    assert "办结须有依据" in text(app)
    assert len(recorded_decisions(own, sample=True)) == 1, "nothing is closed without evidence"
    decide(app, "已查清并整改", status="已办结", document="《整改报告》")
    found = recorded_decisions(own, sample=True)
    assert [one.status for one in found] == ["待办", "已办结"]
    assert [one.evidence for one in found] == ["", "文件：《整改报告》"]
    assert "办结依据：文件：《整改报告》" in text(app)
    assert len({one.item for one in found}) == 1
    assert unresolved(found) == ()
    assert [one.action for one in audit.entries(own)[-2:]] == ["记录决定", "记录决定"]  # and nothing made good later


def test_a_matter_put_on_the_agenda_stays_there_until_it_is_decided(
    own: DataDir, catalog: Catalog, open_page: Open
) -> None:
    """An indicator that asks for nothing by itself, by the address of its link; the office alone may keep it there."""
    waiting = markup(open_page(own, "meeting"))
    address = next(f"indicator:{name}" for name in catalog.indicators if f"indicator%3A{name}" not in waiting)
    reader = open_page(own, "meeting", actor=LEADER, matter=address)
    assert not [one for one in reader.button if one.label == "列入议程"]
    app = open_page(own, "meeting", matter=address)
    app.query_params["matter"] = address
    app.run()
    next(one for one in app.button if one.label == "列入议程").click().run()
    assert not app.exception
    assert "已列入议程" in text(app)
    assert address.replace(":", "%3A") in markup(open_page(own, "meeting", actor=LEADER)), (
        "for everybody, without the address"
    )
    app = open_page(own, "meeting")
    app.query_params["matter"] = address
    app.run()
    assert not [one for one in app.button if one.label == "列入议程"]
    decide(app, "持续关注", status="不再跟踪")
    assert [one.status for one in recorded_decisions(own, sample=True)] == ["列入会商", "不再跟踪"]


def test_of_a_department_the_agenda_has_what_it_answers_for_by_the_whole_courts_values(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:

    def answers(names: Sequence[str]) -> set[str]:
        """By the seeds, of which none has ended: those named, and the members of a collective."""
        return {*names, *(member for name in names for member in catalog.departments[name].members)}

    app = open_page(sample, "meeting")
    whole = re.findall(r"matter=indicator%3A(\w+)", markup(app))
    for id, department in catalog.departments.items():
        if department.collective:
            continue
        app.selectbox("department").set_value(id).run()
        found = re.findall(r"matter=indicator%3A(\w+)", markup(app))
        assert found == [name for name in whole if id in answers(catalog.indicators[name].departments)]


def test_an_empty_conclusion_is_refused_before_anything_is_written(own: DataDir, open_page: Open) -> None:
    app = decide(open_page(own, "meeting"), "   ")
    assert "请填写结论" in text(app)
    assert recorded_decisions(own, sample=True) == ()


@pytest.mark.parametrize("actor", [LEADER, CIVIL, ADMINISTRATOR], ids=lambda one: one.role)
def test_only_the_office_of_the_leading_group_records(actor: Actor, sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "meeting", actor=actor)
    assert not app.exception
    assert "由审管办记录" in text(app)
    assert not [one for one in app.button if one.label == "记录"]


def _csv(catalog: Catalog, **cells: str) -> bytes:
    contract = catalog.tables["decisions"]
    row = {
        "item": "indicator:small_claims_rate", "title": "小额诉讼程序适用率", "session_on": "2026-10-31",
        "conclusion": "扩大适用", "department": "立案庭", "due_on": "2026-12-31", "status": "待办",
        "decided_at": "2026-10-31 10:00", **cells,
    }  # fmt: skip
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([contract.columns[name].header for name in row])
    writer.writerow(list(row.values()))
    return out.getvalue().encode()


@pytest.mark.parametrize(
    "cells",
    [{"due_on": ""}, {"department": ""}, {"due_on": "2026-10-30"}, {"item": "indicator:small_claim_rate"},
     {"item": "小额"}, {"status": "随便"}, {"status": "已办结"},
     {"conclusion": ""}, {"conclusion": "字" * 501}, {"session_on": "2099-01-01"}],
    ids=lambda cells: "-".join(f"{key}={value[:20]}" for key, value in cells.items()),
)  # fmt: skip
def test_a_decision_that_says_less_or_more_than_it_may_does_not_get_in(
    cells: dict[str, str], data: DataDir, catalog: Catalog
) -> None:
    contract = catalog.tables["decisions"]
    accept(_csv(catalog), "会商.csv", contract, catalog, today(), OFFICER, data)
    with pytest.raises(Refused):
        accept(_csv(catalog, **cells), "会商.csv", contract, catalog, today(), OFFICER, data)
    assert len(list_batches(data)) == 1


@pytest.mark.parametrize("actor", [VISITOR, LEADER, CIVIL, ADMINISTRATOR], ids=lambda one: one.role)
def test_the_door_asks_for_the_right_too(actor: Actor, data: DataDir, catalog: Catalog) -> None:
    with pytest.raises(Forbidden):
        accept(_csv(catalog), "会商.csv", catalog.tables["decisions"], catalog, today(), actor, data)
    assert audit.entries(data)[-1].result == "拒绝"


def test_recording_on_the_sample_does_not_turn_the_deployment_away_from_it(
    own: DataDir, open_page: Open, catalog: Catalog
) -> None:
    decide(open_page(own, "meeting"), "先查原因")
    assert all(batch.sample for batch in chosen_batches(own))
    assert recorded_decisions(own, sample=False) == ()
    named = build(catalog, own)
    connection = store.connect(own, named)
    try:
        assert connection.execute("SELECT count(*) FROM decisions").fetchall() == [(1,)]
    finally:
        connection.close()


def test_names_in_a_conclusion_are_shown_as_text(own: DataDir, open_page: Open) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    app = decide(open_page(own, "meeting"), hostile)
    assert "<img src=x" not in markup(app)
    assert "&lt;img src=x" in markup(app)
