"""措施进展 on the screen: every role, entered once, replaced by a later entry only, published by those who may."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.accept import accept
from etl.intake.batches import list_batches
from scorecard.access import Actor
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.records.progress_reports import TABLE
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, ROLES, VISITOR
from tests.support.extracts import cases_csv
from tests.support.samples import copied

MINE = "办理破产 3．推进破产审判专业化"
NOT_MINE = "解决商业纠纷 3．深化诉源治理"


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> Iterator[DataDir]:
    """The sample in a folder this test may change."""
    yield copied(sample, tmp_path / "own")


def fill(app: AppTest, *, say: str = "规程已修订。", **fields: str) -> AppTest:
    for box in app.selectbox:
        if box.label in fields:
            box.set_value(fields[box.label])
    for line in app.text_input:
        if line.label in fields:
            line.set_value(fields[line.label])
    next(iter(app.text_area)).set_value(say)
    return submit(app).click().run()


def submit(app: AppTest):
    return next((one for one in app.button if one.label == "提交进展"), None)


def entered(data: DataDir) -> int:
    return sum(one.table == TABLE for one in list_batches(data))


PERCENT = "完成进度（%）"


@pytest.mark.parametrize("actor", ROLES, ids=lambda one: one.role)
def test_the_form_is_there_for_those_who_may_report_and_the_others_are_told_who_does(
    actor: Actor, own: DataDir, open_page: Open
) -> None:
    app = open_page(own, "progress", actor=actor, measure=MINE)
    assert not app.exception
    assert (submit(app) is not None) == (actor in (CIVIL, OFFICER))
    assert ("审管办可以代填" in text(app)) == (actor in (VISITOR, LEADER, ADMINISTRATOR))


def test_a_department_sees_but_does_not_report_on_a_measure_of_another_one(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "progress", actor=CIVIL, measure=NOT_MINE)
    assert submit(app) is None
    assert "这项措施由立案庭(诉讼服务中心)填报" in text(app)
    assert "推进破产审判专业化" in text(app)
    assert "已填报的进展" in text(app)


def test_a_departments_own_measures_stand_first_and_the_collective_ones_are_among_them(
    own: DataDir, catalog: Catalog, open_page: Open
) -> None:
    box = open_page(own, "progress", actor=CIVIL).selectbox(key="measure")
    assert len(box.options) == 17
    assert "涉非信息监测" in "".join(box.options[:9])  # 各审判执行业务部门
    assert "深化诉源治理" in "".join(box.options[9:])
    office = open_page(own, "progress", actor=OFFICER).selectbox(key="measure")
    assert "1．财产保全与集中执行" in office.options[0]


def test_a_visitor_sees_what_is_in_force_and_neither_words_nor_accounts(own: DataDir, open_page: Open) -> None:
    inside = text(open_page(own, "progress", actor=LEADER, measure=MINE))
    outside = text(open_page(own, "progress", actor=VISITOR, measure=MINE))
    assert "按计划推进" in inside or "常态化机制" in inside
    assert "按计划推进" not in outside
    assert "常态化机制" not in outside
    assert "填报账户" not in outside
    assert "民事审判庭" in outside


def test_a_report_waits_until_the_office_publishes_it(own: DataDir, open_page: Open) -> None:
    version, before = store.current(own).version, entered(own)
    app = fill(open_page(own, "progress", actor=CIVIL, measure=MINE), 状态="推进中", **{PERCENT: "65%"})
    assert not app.exception
    assert entered(own) == before + 1
    assert "已记录：推进破产审判专业化" in text(app)
    assert "待发布" in text(app)
    assert "民庭内勤" in text(app)
    assert store.current(own).version == version
    assert not any(one.key == "publish" for one in app.button)  # a department cannot publish
    app = open_page(own, "progress", actor=OFFICER, measure=MINE)
    assert "有 1 条进展已接收，尚未发布" in text(app)
    next(one for one in app.button if one.key == "publish").click().run()
    assert not app.exception
    assert store.current(own).version != version
    assert "待发布" not in text(app)
    assert "65%" in text(app)


def test_a_report_into_a_sample_stays_in_the_sample_and_the_page_says_so(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "progress", actor=OFFICER, measure=MINE)
    assert "只用于示例版本" in text(app)
    fill(app, 状态="长期坚持")
    assert all(one.sample for one in list_batches(own))
    next(one for one in app.button if one.key == "publish").click().run()
    assert store.manifest(own, store.current(own).version or "").sample
    shown = text(turn(app, "overview"))
    assert "示例数据" in shown
    assert "数据截至 2026年10月31日" in shown  # a report says nothing of how far the cases reach
    assert "尚未报送" not in shown


def test_a_second_press_and_a_rerun_submit_nothing_twice(own: DataDir, open_page: Open) -> None:
    before = entered(own)
    app = open_page(own, "progress", actor=CIVIL, measure=MINE)
    old = submit(app)
    fill(app, 状态="长期坚持")
    assert entered(own) == before + 1
    assert next(iter(app.text_area)).value in ("", None)  # the form is empty again
    app.run()
    assert entered(own) == before + 1
    assert submit(app).id != old.id  # a late click goes to a form that is gone


def test_a_press_whose_answer_was_lost_is_the_same_report_when_pressed_again(
    own: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = entered(own)
    app = open_page(own, "progress", actor=CIVIL, measure=MINE)
    with monkeypatch.context() as lost:
        lost.setattr("scorecard.ui.records.entry_form.remember_result", lambda *_: None)
        fill(app, 状态="长期坚持")
    assert entered(own) == before + 1
    submit(app).click().run()
    assert entered(own) == before + 1
    assert "没有重复写入" in text(app)


@pytest.mark.parametrize(
    ("fields", "say", "wanted"),
    [
        ({"状态": "推进中", PERCENT: "120"}, "文", "完成进度 120%"),
        ({"状态": "已完成", PERCENT: "60"}, "文", "完成进度却是 60%"),
        ({"状态": "推进中", PERCENT: "一半"}, "文", "不是数字"),
        ({"状态": "推进中"}, "文", "应当填写"),
        ({"状态": "长期坚持"}, "  ", "必填项空白"),
    ],
)
def test_what_contradicts_itself_is_said_before_anything_is_written(
    own: DataDir, open_page: Open, fields: dict[str, str], say: str, wanted: str
) -> None:
    before = entered(own)
    app = fill(open_page(own, "progress", actor=CIVIL, measure=MINE), say=say, **fields)
    assert "没有记录，请先改正" in text(app)
    assert wanted in text(app)
    assert entered(own) == before


def test_markup_in_a_report_is_shown_as_text(own: DataDir, open_page: Open) -> None:
    hostile = '<img src=x onerror="alert(1)"> **粗** [链接](http://x)'
    app = open_page(own, "progress", actor=CIVIL, measure=MINE)
    fill(app, say=hostile, 状态="长期坚持", **{"佐证材料的文件名（可不填）": "<b>a</b>.pdf"})
    assert hostile in text(app)
    assert "<img src=x" not in markup(app)
    assert "<b>a</b>" not in markup(app)


def test_a_correction_of_the_same_day_takes_the_place_of_the_first_and_both_are_listed(
    own: DataDir, open_page: Open
) -> None:
    app = open_page(own, "progress", actor=OFFICER, measure=MINE)
    for percent in ("40", "45", "40"):  # back to what was said first is an entry of its own
        fill(app, say=f"完成{percent}。", 状态="推进中", **{PERCENT: percent})
        assert not app.exception
    next(one for one in app.button if one.key == "publish").click().run()
    shown = text(app)
    assert shown.count("已被替代") >= 2
    assert shown.count("完成40。") + shown.count("完成45。") == 3


def test_other_data_that_wait_are_not_published_along_unseen(data: DataDir, catalog: Catalog, open_page: Open) -> None:
    cases = catalog.tables["cases"]
    accept(cases_csv(60), "cases.csv", cases, catalog, today(), OFFICER, data)
    app = open_page(data, "progress", actor=OFFICER, measure=MINE)
    fill(app, 状态="长期坚持")
    assert not app.exception
    assert not any(one.key == "publish" for one in app.button)
    assert "看过影响后一起发布" in text(app)
    assert not any(one.sample for one in list_batches(data))
