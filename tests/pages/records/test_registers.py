"""登记 on the screen: a form from the contract, many rows pasted, a row corrected, a month declared to have none."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.batches import list_batches
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.calendar.period import month_index, month_label
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.actors import CIVIL, LEADER, OFFICER
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

ROW = {
    "文件名称（必填）": "示例：执行救助办法",
    "服务于（必填）": "商2",
    "类别（必填）": "本院制度",
    "存放位置（必填）": "执行局文件柜",
}


@pytest.fixture
def own(data: DataDir, catalog: Catalog) -> DataDir:
    """A small court of its own, published: each publication of the sample would take seconds."""
    hand_in(data, catalog, "cases", cases_csv(60), date(2026, 9, 30))
    published(data, catalog)
    return data


def fill(app: AppTest, button: str = "登记", day: str = "2026-03-02", **cells: str) -> AppTest:
    for box in (*app.selectbox, *app.text_input):
        if box.label in cells:
            box.set_value(cells[box.label])
    for one in app.date_input:
        if one.label in ("发文日期（必填）", "共享日期（必填）") and day:
            one.set_value(day)
    return press(app, button)


def press(app: AppTest, button: str) -> AppTest:
    next(one for one in app.button if one.label == button).click().run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [one.label for one in (*app.selectbox, *app.text_input, *app.date_input)]


def batches(data: DataDir) -> int:
    return len(list_batches(data, "documents"))


def test_the_form_is_the_contracts_and_a_row_is_published_at_once(own: DataDir, open_page: Open) -> None:
    app, before = open_page(own, "registers", table="documents"), store.current(own).version
    assert {*ROW, "文号", "发文日期（必填）", "有效期至", "附件名称", "备注"} <= set(labels(app))
    fill(app, day="", **ROW)
    assert "发文日期" in text(app) and "没有记录，请先改正" in text(app)
    assert batches(own) == 0
    fill(app, **ROW)
    assert "已登记：示例：执行救助办法　商2。已发布" in text(app)
    assert store.current(own).version != before
    assert batches(own) == 1
    assert next(one for one in app.text_input if one.label == "文件名称（必填）").value == ""
    entry = [one for one in audit.entries(own) if one.action == "登记"][-1]
    assert (entry.actor, entry.result) == (OFFICER.name, "成功")


def test_a_key_entered_before_is_no_new_row_and_a_correction_says_what_changed(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "registers", table="documents")
    fill(app, **ROW)
    fill(app, **ROW)
    assert "“示例：执行救助办法　商2”已登记过；要改正它，请在上面选“更正”，是别的部门登记的请换一个" in text(app)
    which = next(one for one in app.selectbox if one.label == "登记还是更正")
    which.select_index(1).run()
    assert next(one for one in app.text_input if one.label == "存放位置（必填）").value == "执行局文件柜"
    press(app, "更正")
    assert "没有可更正的内容" in text(app)
    fill(app, "更正", day="", **{"存放位置（必填）": "审管办文件柜"})
    assert "存放位置由“执行局文件柜”改为“审管办文件柜”" in text(app)
    assert batches(own) == 2
    assert markup(app).count(">示例：执行救助办法</td>") == 1, "the row stands there once, as it counts now"


def test_rows_pasted_with_and_without_a_header_are_examined_first(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "registers", table="documents")

    def paste(rows: str) -> str:
        app.text_area[0].set_value(rows).run()
        assert not app.exception
        return text(app)

    assert "一行有 10 格" in paste("\t".join("abcdefghij"))
    assert "未通过" in paste("名称\t措施\t类别\t印发日期\t网址\n示例甲\t商9\t本院规定\t2026-03-02\t一号柜")
    said = paste(
        "名称\t措施\t类别\t印发日期\t网址\n示例甲\t商1\t本院规定\t2026-03-02\t一号柜\n示例乙\t商-2\t其他\t2026/3/5\t二号柜"
    )
    assert "可以接收" in said and batches(own) == 0
    press(app, "登记这 2 行")
    assert "已登记 2 行。已发布" in text(app)
    said = paste("示例甲\t商1\t本院制度\t某〔2026〕1号\t2026-03-02\t\t一号柜")
    assert "没有认出表头" in said and "已登记过、将被更正的行（对照预览的 1 行）：示例甲　商1" in said
    press(app, "登记这 1 行")
    assert "已登记 1 行，其中 1 行更正了已登记的行。已发布" in text(app)
    assert batches(own) == 2


def test_who_may_not_enter_sees_counts_and_no_rows(sample: DataDir, open_page: Open) -> None:
    for actor in (CIVIL, LEADER):
        app = open_page(sample, "registers", actor=actor, table="documents")
        assert not app.text_area
        assert "这张表由审管办的账户登记" in text(app)
        assert "12 行" in text(app) and "审管办文件柜" not in text(app)


def test_a_month_without_is_declared(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "registers", table="documents")
    press(app, "声明该月没有")
    # What is offered first is the month before today's, whenever the test runs.
    month = month_label(month_index(today()) - 1)
    assert f"已声明：{month}没有可登记的内容。已发布" in text(app)
    assert [batch.none for batch in list_batches(own, "documents")].count(True) == 1


SHARED = {
    "共享编号（必填）": "金融共享-1",
    "机构类别（必填）": "金融监管部门",
    "机构名称（必填）": "示例监管分局",
    "信息种类（必填）": "监管提示",
    "方向（必填）": "法院提供",
}


def test_a_departments_row_waits_and_case_management_publishes_it(own: DataDir, open_page: Open) -> None:
    app, before = open_page(own, "registers", actor=CIVIL, table="finance_sharing"), store.current(own).version
    assert next(one for one in app.selectbox if one.label == "部门（必填）").options == ["民事审判庭"]
    fill(app, **SHARED)
    assert "已登记：金融共享-1。等待审管办发布，发布后显示在“办理破产 1．金融信息共享与重整企业信用修复”" in text(app)
    assert "待发布" in text(app) and "待发布 1" not in text(app)
    assert store.current(own).version == before
    app = open_page(own, "registers", table="finance_sharing")
    assert "有 1 行待发布：请核对后发布" in text(app)
    press(app, "发布 1 行")
    assert store.current(own).version != before
    other = Actor("执行局内勤", "department", department="enforcement")
    app = open_page(own, "registers", actor=other, table="finance_sharing")
    assert "其他部门登记的 1 行不在这里显示" in text(app) and "金融共享-1" not in markup(app).replace(
        "上一行：金融共享-1", ""
    )


def test_before_the_first_version_a_row_is_kept_and_waits(data: DataDir, open_page: Open) -> None:
    app = open_page(data, "registers", table="documents")
    fill(app, **ROW)
    assert "已登记：示例：执行救助办法　商2。" in text(app) and "待发布" in text(app)
    assert batches(data) == 1
