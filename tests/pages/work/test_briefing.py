"""简报: who may open it, what is said before anything is made, files once they are, nothing twice, past ones again."""

import re
from pathlib import Path

import pytest

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.briefing.browser import queue
from scorecard.briefing.composition.compose import numeral
from scorecard.briefing.export import export_records
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open, files
from tests.pages.legible import markup, text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import copied

DIGITS = "一二三四五六七八九十"
QUICK = ["csv", "html"]


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> DataDir:
    return copied(sample, tmp_path / "own")


def exports(data: DataDir) -> list[str]:
    return [one.result for one in audit.entries(data) if one.action == "导出"]


def test_a_visitor_is_told_that_the_page_is_not_for_him(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "briefing", actor=VISITOR)
    assert not app.exception
    assert not app.button
    assert "生成" not in [one.label for one in app.get("button")]


def test_before_anything_is_made_the_page_says_what_will_be_in_it(
    own: DataDir, open_page: Open, catalog: Catalog
) -> None:
    app = open_page(own, "briefing", actor=LEADER)
    assert not app.exception
    app.selectbox(key="template").set_value("monthly").run()
    shown = text(app)
    for said in (
        "1—10月7项未达标，债权清偿率距目标26.53个百分点",  # the judgement that stands where the writer gives none
        "示例数据，由程序生成",
        "项观察期未满",
    ):
        assert said in shown
    # Its sections, numbered without a gap in the template's order.
    sections = catalog.briefings["monthly"].sections
    numbered = re.findall(rf"([{DIGITS}]+)、(\S+)　?", shown[shown.index("一、总体情况") :])[: len(sections)]
    assert [number for number, _ in numbered] == [numeral(at) for at in range(1, len(sections) + 1)]
    known = {"asked": "需要过问的7项", "changes": "比上期的变化", "overdue": "需要督办的事项", "next": "下步工作"}
    for section, (_, heading) in zip(sections, numbered, strict=True):
        assert heading == (section.heading or known.get(section.kind, heading))
    assert re.search(rf"指标\s*{len(catalog.indicators)}", shown)
    assert not files(app)
    assert exports(own) == []
    assert not own.exports.exists()


def test_files_are_made_once_and_stay_for_the_next_run(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "briefing", actor=LEADER)
    app.selectbox(key="template").set_value("information").run()
    app.button_group(key="briefing_formats").set_value(QUICK).run()
    app.text_area(key="briefing_information_note").set_value("<b>请审阅</b> =1+1").run()
    app.button(key="briefing_make").click().run()
    assert not app.exception
    assert "已生成" in text(app)
    labels = files(app)
    assert labels == ["全部（ZIP）", "下载 HTML", "下载 CSV"]
    assert "<b>请审阅" not in markup(app)
    assert exports(own) == ["成功"]
    app.run()
    assert files(app) == labels
    assert exports(own) == ["成功"]
    (manifest, order) = export_records.all_records(own)[0]
    assert (manifest.made_by, order.template, order.note) == ("组长（领导小组）", "information", "<b>请审阅</b> =1+1")
    assert manifest.id in text(app)


def test_the_writer_changes_headline_order_and_rows_and_the_first_page_shows_it_before_it_is_made(
    own: DataDir, open_page: Open
) -> None:
    app = open_page(own, "briefing", actor=LEADER)
    app.selectbox(key="template").set_value("monthly").run()
    rows = [one for one in app.checkbox if (one.key or "").startswith("briefing_monthly_row_")]
    assert len(rows) > 2
    first, second, last = (str(rows[at].key).removeprefix("briefing_monthly_row_") for at in (0, 1, -1))
    headline = next(one for one in app.text_input if (one.key or "").startswith("briefing_monthly_headline"))
    assert headline.value
    headline.set_value("商事审判稳中有进").run()
    app.button(key=f"briefing_monthly_up_{second}").click().run()
    app.checkbox(key=f"briefing_monthly_row_{last}").uncheck().run()
    (sheet,) = app.get("iframe")
    assert "商事审判稳中有进" in sheet.proto.srcdoc
    assert "<script" not in sheet.proto.srcdoc
    app.button_group(key="briefing_formats").set_value(["csv"]).run()
    app.button(key="briefing_make").click().run()
    assert not app.exception
    _, order = export_records.all_records(own)[0]
    assert (order.headline, order.order[:2], order.omitted) == ("商事审判稳中有进", (second, first), (last,))
    assert "CSV" in text(app)[text(app).index("导出记录") :]


def test_a_headline_with_a_number_nobody_counted_is_refused_before_anything_is_made(
    own: DataDir, open_page: Open
) -> None:
    app = open_page(own, "briefing", actor=LEADER)
    headline = next(one for one in app.text_input if "_headline" in (one.key or ""))
    headline.set_value("结案率达到99.87%").run()
    assert "“99.87%”不是这份简报里的数" in text(app)
    assert "briefing_make" not in [one.key for one in app.button]


def test_a_past_export_is_made_again_and_its_lines_in_the_audit_are_named_to_who_may_read_it(
    own: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "browser", lambda: None)  # what needs none is enough here
    app = open_page(own, "briefing", actor=ADMINISTRATOR)
    app.selectbox(key="template").set_value("information").run()
    app.button_group(key="briefing_formats").set_value(["csv"]).run()
    app.button(key="briefing_make").click().run()
    app.button(key="briefing_again").click().run()
    assert not app.exception
    assert exports(own) == ["成功", "成功"]
    assert len(export_records.all_records(own)) == 1
    assert {"下载 HTML", "下载 DOCX", "下载 PPTX", "下载 XLSX", "下载 CSV"} <= set(files(app))
    lines = [one.number for one in audit.entries(own) if one.action == "导出"]
    assert "、".join(f"第{number}条" for number in lines) in text(app.run())
    assert "<th>审计</th>" not in markup(open_page(own, "briefing", actor=LEADER))


def test_without_a_browser_the_page_says_so_once_and_offers_the_rest(
    own: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "browser", lambda: None)
    app = open_page(own, "briefing", actor=OFFICER)
    assert not app.exception
    assert text(app).count("服务器上没有浏览器") == 1
    offered = app.button_group(key="briefing_formats").options
    assert len(offered) == 6
    assert not [one for one in offered if "PDF" in one]


@pytest.mark.parametrize("actor", [CIVIL, OFFICER], ids=lambda one: one.role)
def test_a_department_sheet_asks_for_a_department_and_says_that_case_rows_are_in_it(
    own: DataDir, open_page: Open, actor: Actor
) -> None:
    app = open_page(own, "briefing", actor=actor)
    app.selectbox(key="template").set_value("department").run()
    if actor.department is None:
        app.selectbox(key="briefing_department_department").set_value("civil").run()
    assert "含逐行清单（不公开的内容已遮盖）" in text(app)
    assert "民事审判庭2026年1—10月营商环境指标情况" in text(app)


def test_domains_and_indicators_without_anything_in_common_are_refused_before_anything_is_made(
    own: DataDir, open_page: Open
) -> None:
    app = open_page(own, "briefing", actor=OFFICER)
    app.selectbox(key="template").set_value("information").run()
    app.multiselect(key="briefing_information_domains").set_value(["requirements"]).run()
    assert not app.exception
    assert "一项指标也没有" in text(app)
    assert "briefing_make" not in [one.key for one in app.button]
