"""导出图片 on the pages: the picture is made of exactly what the page shows, by those who may, and it is on record."""

import io
import json
import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.audit.entry import AuditEntry
from scorecard.briefing.browser.pictures import A4, PROJECTOR, PageSheet, Picture, PictureSize, PictureSubject
from scorecard.briefing.paper import model as manifest
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version as opened
from scorecard.store.versions import current, retained
from scorecard.ui.shell import picture_buttons
from scorecard.ui.shell.cached import open_version
from scorecard.ui.shell.page_blocks import PageBlocks
from tests.pages.conftest import Open, files
from tests.pages.indicators.test_topics import TOPICS
from tests.support.actors import CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import copied

TOPICS_OF = {**{page: ("图览", *topics) for page, topics in TOPICS.items()}, "requirements": ("图览", "部门考核")}
PAGES = (
    "overview", "commercial_disputes", "minority_investors", "insolvency", "requirements", "measures", "liaison",
    "meeting", "worklists", "evidence", "glossary", "targets", "time_axis", "frameworks",
)  # fmt: skip
# What stands on a page and in no picture: who is here, what is only pressed or filled in, the framework's own; and the line
# of what was chosen, which stands at the head of the picture with its labels.
CHOSEN = re.compile(r'<div class="sc selection"')
NOT_PICTURED = re.compile(
    r'<style|<script|class="masthead"|class="sc selection"|class="file |pictures-label|这个数由哪些案件构成|<h2>新增目标'
)
BYTES = b"\x89PNG of a test"


@dataclass
class Press:
    """A browser queue that records its orders instead of printing them."""

    pages: list[tuple[PageSheet, PictureSize, PictureSubject]] = field(default_factory=list)
    charts: list[tuple[str, PictureSize, PictureSubject]] = field(default_factory=list)
    refuses: bool = False

    def page(self, sheet: PageSheet, size: PictureSize, about: PictureSubject) -> tuple[Picture, ...]:
        self.pages.append((sheet, size, about))
        if self.refuses:
            raise ScorecardError("图片", "浏览器停了", "一台能用的浏览器", "请稍后再试")
        return (Picture(f"{about.title}.png", BYTES),)

    def chart(self, block: str, size: PictureSize, about: PictureSubject) -> Picture:
        self.charts.append((block, size, about))
        return Picture(f"{about.title}.png", BYTES)


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    made = Press()
    monkeypatch.setattr("scorecard.ui.shell.picture_buttons.picture_page", made.page)
    monkeypatch.setattr("scorecard.ui.shell.picture_buttons.picture_chart", made.chart)
    monkeypatch.setattr("scorecard.briefing.browser.queue.browser", lambda: Path("browser"))
    return made


@pytest.fixture(scope="module")
def exporting(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """The sample of this module alone: exports are recorded in it."""
    return copied(sample, tmp_path_factory.mktemp("exporting") / "data")


def shown(app: AppTest) -> list[str]:
    """The HTML of the page that belongs into its picture, as it was sent to the reader."""
    bodies = [block.proto.body for block in app.get("html")]
    return [body for body in bodies if not NOT_PICTURED.search(body)]


def pressed(app: AppTest, key: str) -> AppTest:
    app.button(key=f"picture_{key}").click().run()
    assert not app.exception
    return app


def buttons(app: AppTest) -> list[str]:
    return [button.key for button in app.button if button.key and button.key.startswith("picture_")]


def numbers_drawn(spec: str) -> list[object]:
    """Every value a figure draws, trace by trace."""
    return [[trace.get("x"), trace.get("y")] for trace in json.loads(spec)["data"]]


def drawn_in(blocks: list[str]) -> list[list[object]]:
    plots = [
        script[1] for block in blocks if (script := re.search(r'<script type="application/json">(.*?)</script>', block))
    ]
    return [numbers_drawn(unescape(plot)) for plot in plots]


def last_export(data: DataDir) -> AuditEntry:
    return [entry for entry in audit.entries(data) if entry.action == "导出"][-1]


def everything_shown_is_pictured(app: AppTest, press: Press) -> None:
    pressed(app, "page_a4")
    sheet, size, _ = press.pages.pop()
    assert size is A4
    html = [block.replace("<details open", "<details") for block in sheet.blocks if "<figure" not in block]
    assert html == shown(app)
    for line in (block.proto.body for block in app.get("html") if CHOSEN.match(block.proto.body)):
        for chosen in re.findall(r"<(?:b|span)>([^<]+)<", line):
            assert chosen in re.sub(r"<[^>]+>", "", sheet.head), chosen
    figures = [chart.proto.spec for chart in app.get("plotly_chart")]
    blocks = [block for block in sheet.blocks if "<figure" in block]
    assert drawn_in(blocks) == [numbers_drawn(spec) for spec in figures]
    assert "<button" not in "".join(sheet.blocks)


@pytest.mark.parametrize("page", PAGES)
def test_the_picture_of_a_page_and_of_each_topic_holds_all_it_shows_and_the_same_numbers(
    page: str, exporting: DataDir, open_page: Open, press: Press
) -> None:
    app = open_page(exporting, page)
    assert len(shown(app)) > 0
    everything_shown_is_pictured(app, press)
    offered = [topic for control in app.segmented_control if control.key == "topic" for topic in control.options]
    assert tuple(offered[1:]) == TOPICS_OF.get(page, ())
    for topic in offered[1:]:
        app.segmented_control(key="topic").set_value(topic).run()
        everything_shown_is_pictured(app, press)


def test_only_those_who_may_export_are_offered_pictures(exporting: DataDir, open_page: Open, press: Press) -> None:
    sizes = [f"picture_page_{A4.id}", f"picture_page_{PROJECTOR.id}"]
    for actor in (LEADER, CIVIL, OFFICER):
        assert buttons(open_page(exporting, "overview", actor=actor)) == sizes, actor
    visitor = open_page(exporting, "commercial_disputes", actor=VISITOR, indicator="small_claims_rate")
    assert visitor.get("plotly_chart")
    assert buttons(visitor) == []
    assert "没有浏览器" not in "".join(block.proto.body for block in visitor.get("html"))


def test_the_choice_stands_on_the_picture_in_words_and_in_its_name(
    exporting: DataDir, open_page: Open, press: Press
) -> None:
    app = open_page(exporting, "commercial_disputes")
    app.segmented_control(key="grain").set_value("ytd").run()
    app.selectbox(key="department").set_value("civil").run()
    app.segmented_control(key="scope").set_value("firm").run()
    app.segmented_control(key="topic").set_value("各环节用时").run()
    pressed(app, "page_projector")
    sheet, size, about = press.pages[-1]
    said = re.sub(r"<[^>]+>", "", sheet.head)
    for words in (
        "解决商业纠纷·各环节用时",
        "统计方式　年度累计",
        "报告期　2026年1—10月",
        "部门　民事审判庭",
        "涉企案件",
        "示例数据",
    ):
        assert words in said, words
    assert OFFICER.name not in sheet.head + sheet.foot
    foot = re.sub(r"<[^>]+>", "", sheet.foot)
    assert f"数据截至 2026年10月31日　版本 {current(exporting).version[:8]}" in foot
    assert "示例数据" in foot
    assert size is PROJECTOR
    assert (about.title, about.period) == ("解决商业纠纷·各环节用时", "2026年1—10月")
    assert f"{about.as_of:%Y%m%d}" == "20261031"
    assert about.version == current(exporting).version


def test_one_chart_is_pictured_alone_under_its_own_title(exporting: DataDir, open_page: Open, press: Press) -> None:
    app = open_page(exporting, "insolvency")
    app.segmented_control(key="topic").set_value("审理时长").run()
    specs = [chart.proto.spec for chart in app.get("plotly_chart")]
    charts = [key for key in buttons(app) if key.endswith("_projector") and "_chart_" in key]
    assert len(charts) == len(specs) == 2
    for key, spec in zip(charts, specs, strict=True):
        pressed(app, key.removeprefix("picture_"))
        block, size, about = press.charts[-1]
        assert drawn_in([block]) == [numbers_drawn(spec)]
        assert about.title in json.loads(spec)["layout"]["title"]["text"]
        assert size is PROJECTOR


def test_the_drawer_of_an_indicator_is_a_sheet_of_its_own(exporting: DataDir, open_page: Open, press: Press) -> None:
    app = open_page(exporting, "overview", indicator="pre_mediation_success_rate")
    app.switch_page("../../pages/commercial_disputes.py")
    app.query_params["indicator"] = "pre_mediation_success_rate"
    app.run()
    pressed(app, "drawer_a4")
    drawer, _, about = press.pages[-1]
    assert about.title == "诉前调解成功率"
    assert drawn_in(list(drawer.blocks)) == [numbers_drawn(app.get("plotly_chart")[0].proto.spec)]
    text = "".join(drawer.blocks)
    assert "状态说明" in text
    assert "各期数值" in text
    assert 'class="card' not in text
    pressed(app, "page_a4")
    page, _, _ = press.pages[-1]
    assert "各期数值" not in "".join(page.blocks)


def test_a_picture_is_on_record_and_its_version_stays(exporting: DataDir, open_page: Open, press: Press) -> None:
    version = current(exporting).version
    pressed(open_page(exporting, "measures", actor=LEADER), "page_a4")
    line = last_export(exporting)
    assert (line.actor, line.result, line.subject) == (LEADER.name, "成功", "图片 措施与要求　2026年10月")
    assert line.detail["version"] == version
    assert line.detail["files"] == {"措施与要求.png": sha256(BYTES).hexdigest()}
    assert line.detail["way"] == A4.name
    for words in ("统计方式 单月", "报告期 2026年10月", "部门 全院", "案件范围 全部案件"):
        assert words in line.detail["filter"]
    assert version in retained(exporting)
    inside = manifest.parse(press.pages[-1][2].manifest)
    assert (inside.version, inside.made_by, inside.sample) == (version, f"{LEADER.name}（领导小组）", True)
    assert line.detail["export"] == inside.id
    assert line.detail["manifest"] == sha256(press.pages[-1][2].manifest.encode()).hexdigest()
    assert len(inside.sources) > 5
    assert all(re.fullmatch(r"[0-9a-f]{64}", source.sha256) for source in inside.sources)


def test_what_is_looked_for_in_case_lists_is_in_no_record(exporting: DataDir, open_page: Open, press: Press) -> None:
    app = open_page(exporting, "evidence")
    app.text_input(key="find").set_value("张三建材").run()
    pressed(app, "page_a4")
    assert "张三建材" in "".join(press.pages[-1][0].blocks)
    assert "张三建材" not in exporting.audit.read_text("utf-8") + press.pages[-1][2].manifest


def test_a_press_that_fails_is_told_in_four_parts_and_hands_out_nothing(
    exporting: DataDir, open_page: Open, press: Press
) -> None:
    press.refuses = True
    app = pressed(open_page(exporting, "measures"), "page_a4")
    said = "".join(block.proto.body for block in app.get("html"))
    for part in ("浏览器停了", "一台能用的浏览器", "请稍后再试"):
        assert part in said
    assert not files(app)
    assert last_export(exporting).result == "拒绝"


def test_without_a_browser_the_page_says_so_once_and_offers_no_button(
    exporting: DataDir, open_page: Open, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scorecard.briefing.browser.queue.browser", lambda: None)
    app = open_page(exporting, "commercial_disputes")
    app.segmented_control(key="topic").set_value("各环节用时").run()
    said = "".join(block.proto.body for block in app.get("html"))
    assert said.count("服务器上没有浏览器") == 1
    assert "相机按钮" in said
    assert buttons(app) == []


def test_a_trend_goes_to_word_in_one_click_without_a_browser(
    exporting: DataDir, open_page: Open, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """156 and 78 mm at 300 dpi and as SVG: caption and origin below it, the record inside, and the sentence to copy."""
    handed: dict[str, bytes] = {}
    monkeypatch.setattr("scorecard.briefing.browser.queue.browser", lambda: None)
    monkeypatch.setattr(
        picture_buttons, "download", lambda label, name, make, **_: handed.__setitem__(name, make(OFFICER))
    )
    app = open_page(exporting, "commercial_disputes", indicator="pre_mediation_success_rate")
    assert [key for key in buttons(app) if "_chart_" in key] == [
        f"picture_chart_trend_{way}" for way in ("156", "78", "svg")
    ]
    ids: list[str] = []
    for way in ("156", "78", "svg"):
        pressed(app, f"chart_trend_{way}")
        ids.append(last_export(exporting).detail["export"])
    wide, narrow, drawing = handed.values()
    stem = f"诉前调解成功率_2026年10月_截至20261031_v{current(exporting).version[:4]}"
    assert list(handed) == [f"{stem}_156毫米.png", f"{stem}_78毫米.png", f"{stem}.svg"]
    for content, width, export in ((wide, 156, ids[0]), (narrow, 78, ids[1])):
        with Image.open(io.BytesIO(content)) as picture:
            assert abs(picture.width - width / 25.4 * 300) <= 1
            assert [round(one) for one in picture.info["dpi"]] == [300, 300]
            inside = manifest.parse(picture.info["manifest"])
        assert inside.id == export
    root = ElementTree.fromstring(drawing)
    kept = next(one.text for one in root if one.tag.endswith("metadata"))
    assert manifest.parse(kept or "").version == current(exporting).version
    said = " ".join(one.text or "" for one in root if one.tag.endswith("text"))
    for words in (
        "诉前调解成功率（2026年10月，%）",
        "分子/分母",
        f"导出编号 {ids[2]}",
        f"版本 {current(exporting).version[:8]}",
        "示例数据",
    ):
        assert words in said
    assert str(current(exporting).version) not in said
    assert "pre_mediation" not in said
    (sentence,) = re.findall(r'data-copied="([^"]+)"', "".join(block.proto.body for block in app.get("html")))
    assert re.fullmatch(
        r"2026年10月，诉前调解成功率为[\d.]+%.*同比.*目标.*（数据截至2026年10月31日，版本\w{8}，示例数据）。",
        unescape(sentence),
    )


def test_the_meeting_room_changes_no_picture(exporting: DataDir, open_page: Open, press: Press) -> None:
    """A figure without a row for each case is enlarged with the page and keeps its height; the one with rows grows."""
    blocks: list[list[str]] = []
    layouts: list[dict[str, Any]] = []
    rows: list[float] = []
    for room in (False, True):
        app = open_page(exporting, "minority_investors")
        app.segmented_control(key="topic").set_value("拖欠账款").run()
        app.toggle(key="room").set_value(room).run()
        layouts.append(json.loads(app.get("plotly_chart")[0].proto.spec)["layout"])
        pressed(app, "page_a4")
        blocks.append(list(press.pages[-1][0].blocks))
        app = open_page(exporting, "insolvency")
        app.segmented_control(key="topic").set_value("案件时间轴").run()
        app.toggle(key="room").set_value(room).run()
        rows.append(json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["height"])
    words = [layout["title"]["subtitle"]["font"]["size"] for layout in layouts]
    assert words[1] == pytest.approx(1.7 * words[0])  # as the page is: the smallest words of a card are then 20 px
    assert layouts[1]["height"] == layouts[0]["height"]
    assert rows[1] == pytest.approx(1.7 * rows[0])
    assert blocks[0] == blocks[1]


def test_a_picture_of_an_older_version_says_which_it_is(
    exporting: DataDir, open_page: Open, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "scorecard.ui.shell.frame.open_version", lambda name: replace(open_version(name), historic=True)
    )
    app = open_page(exporting, "minority_investors")
    app.segmented_control(key="topic").set_value("拖欠账款").run()
    pressed(app, "page_a4")
    pressed(app, "chart_arrears_months_a4")
    for picture in (press.pages[-1][0].head, press.charts[-1][0]):
        assert "历史版本" in picture
        assert "不是当前版本" in picture
    assert f"版本 {current(exporting).version[:8]}" in press.pages[-1][0].foot
    assert f"版本 {current(exporting).version[:8]}" in press.charts[-1][0]


def test_the_right_is_asked_again_when_the_picture_is_made(exporting: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Press()
    monkeypatch.setattr("scorecard.ui.shell.picture_buttons.picture_page", made.page)
    monkeypatch.setattr("scorecard.ui.shell.picture_buttons.data_dir", lambda: exporting)
    monkeypatch.setattr("scorecard.ui.shell.identity.current", lambda: VISITOR)
    version = opened.open_version(exporting, current(exporting).version or "")
    with pytest.raises(Forbidden):
        picture_buttons._page_file(PageBlocks("总览", version, "2026年10月", {}, ["<p>1</p>"]), A4)
    assert made.pages == []
    assert (last_export(exporting).actor, last_export(exporting).result) == (VISITOR.name, "拒绝")
