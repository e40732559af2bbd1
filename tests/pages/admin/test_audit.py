"""审计 on screen: for the administrator only, whole or not said first, found by who, what and when, exported and recorded."""

import csv
import io
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scorecard.access import Forbidden
from scorecard.audit import listing, log as audit
from scorecard.audit.listing import AuditFilter
from scorecard.storage.data_dir import DataDir
from scorecard.ui.admin import audit as audit_page
from tests.pages.conftest import Open, files, turn
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, TESTER, VISITOR
from tests.support.samples import copied

NASTY = '<img src=x onerror="alert(1)">**粗**[链](http://x)'


@pytest.fixture
def data(sample: DataDir, tmp_path: Path) -> DataDir:
    """The sample with three more lines in its record."""
    data = copied(sample, tmp_path / "data")
    audit.record(data, OFFICER, "发布", "0123456789abcdef", rows=12)
    audit.record(data, CIVIL, "发布", "v2", "拒绝", reason="没有这项权限")
    audit.record(data, TESTER, "上传", NASTY, file=NASTY)
    return data


def rows(app: AppTest) -> list[str]:
    """The body rows of the list, as text."""
    table = next(html.proto.body for html in app.get("html") if "序号" in html.proto.body)
    return [unescape(row.split("</tr>")[0]) for row in table.split("<tbody>")[1].split("<tr>")[1:]]


@pytest.mark.parametrize("actor", [VISITOR, LEADER, CIVIL, OFFICER], ids=lambda actor: actor.role)
def test_nobody_but_the_administrator_sees_the_record(data: DataDir, open_page: Open, actor) -> None:
    app = open_page(data, "audit", actor=actor)
    assert not app.exception
    assert "查看审计记录" in text(app)
    assert "管理员" in text(app)
    assert "序号" not in text(app)
    assert not files(app)
    with pytest.raises(Forbidden):
        audit_page.verified(actor)
    with pytest.raises(Forbidden):
        listing.export(data, actor)
    assert audit.entries(data)[-1].action == "导出"
    assert audit.entries(data)[-1].result == "拒绝"


def test_the_newest_line_stands_first_and_the_chain_is_said_to_be_whole(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "audit", actor=ADMINISTRATOR)
    assert not app.exception
    assert "审计记录完整" in text(app)
    last = audit.entries(data)[-1]
    assert last.seal[:16] in text(app)
    assert f">{last.number}</td>" in rows(app)[0]
    assert "行数 12" in rows(app)[2]


def test_what_stands_in_the_record_is_text(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "audit", actor=ADMINISTRATOR)
    assert "<img src=x" not in markup(app)
    assert NASTY in unescape(markup(app))


def test_lines_are_found_by_who_what_result_and_day(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "audit", actor=ADMINISTRATOR)
    everything = len(rows(app))
    app.text_input(key="audit_who").set_value("李四").run()
    assert ["发布" in row and "李四" in row for row in rows(app)] == [True]
    app.text_input(key="audit_who").set_value("").run()
    app.selectbox(key="audit_result").set_value("拒绝").run()
    assert ["v2" in row for row in rows(app)] == [True]
    app.selectbox(key="audit_result").set_value("全部").run()
    app.selectbox(key="audit_action").set_value("发布").run()
    assert {"发布" in row for row in rows(app)} == {True}
    app.text_input(key="audit_subject").set_value("0123456789abcdef").run()
    assert len(rows(app)) == 1
    app.text_input(key="audit_subject").set_value("")
    app.selectbox(key="audit_action").set_value("全部").run()
    assert len(rows(app)) == everything
    app.date_input(key="audit_until").set_value(date(2020, 1, 1)).run()
    assert "没有符合条件的记录" in text(app)


def test_a_long_record_is_shown_a_page_at_a_time(data: DataDir, open_page: Open) -> None:
    for number in range(120):
        audit.record(data, TESTER, "登录", f"账户{number}")
    app = open_page(data, "audit", actor=ADMINISTRATOR)
    newest = audit.entries(data)[-1].number
    assert len(rows(app)) == 100
    assert f">{newest}</td>" in rows(app)[0]
    app.pagination[0].set_value(2).run()
    assert f">{newest - 100}</td>" in rows(app)[0]


def test_a_record_that_is_not_whole_is_said_before_anything_else(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "audit", actor=ADMINISTRATOR)
    assert "审计记录完整" in text(app)
    lines = data.audit.read_bytes().splitlines(keepends=True)
    data.audit.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    turn(app, "audit")
    shown = text(app)
    assert "审计记录未通过核对" in shown
    assert "第 4 行：应接在第 3 条之后，实为第 5 条" in shown
    assert shown.index("未通过核对") < shown.index("序号")


def test_an_export_holds_the_chosen_lines_and_is_itself_recorded(data: DataDir) -> None:
    raw = listing.export(data, ADMINISTRATOR, AuditFilter(action="发布", result="拒绝"))
    header, *lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert [dict(zip(header, row, strict=True))["经办"] for row in lines] == ["民庭内勤"]
    last = audit.entries(data)[-1]
    assert (last.actor, last.action, last.subject) == ("王五", "导出", "审计记录")
    assert last.detail == {"filter": "操作 发布，结果 拒绝", "lines": 1}
    assert audit.verify(data) == ()
