"""One click is one PNG: on a page and on a chart, at the size it is used at, without a request to anywhere."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from scorecard.briefing.browser.figure_block import document
from scorecard.briefing.browser.pictures import PageSheet, Picture, PictureSize, PictureSubject
from scorecard.storage.data_dir import DataDir
from scorecard.ui.shell.templating import style
from tests.browser.conftest import App, Watched
from tests.pages.conftest import Open, open_page as open_page
from tests.support.actors import account

Visit = Callable[..., Watched]


def downloaded(page: Page, key: str) -> tuple[str, bytes]:
    """Name and content of the file that one click on a button brings."""
    with page.expect_download() as coming:
        page.locator(f".st-key-picture_{key} button").click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def pictures(content: bytes) -> list[Image.Image]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return [Image.open(io.BytesIO(packed.read(name))) for name in packed.namelist()]


def dpi(picture: Image.Image) -> int:
    across, down = picture.info["dpi"]
    assert across == down
    return round(across)


def test_a_click_on_a_page_and_on_a_chart_brings_its_picture(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.sign_in(str(app), account(app.data, "leadership", "组长"), "/minority_investors?topic=拖欠账款")
    expect(page.locator(".stPlotlyChart")).to_be_visible()
    name, content = downloaded(page, "chart_arrears_months_a4")
    assert re.fullmatch(
        r"拖欠企业账款执行案件的收、结和未结，近十三个月_2026年10月_截至20261031_v[0-9a-f]{4}\.png", name
    )
    chart = Image.open(io.BytesIO(content))
    assert (chart.width, dpi(chart)) == (1842, 300)
    name, content = downloaded(page, "chart_arrears_months_projector")
    assert re.fullmatch(
        r"拖欠企业账款执行案件的收、结和未结，近十三个月_2026年10月_截至20261031_v[0-9a-f]{4}_投影\.png", name
    )
    assert Image.open(io.BytesIO(content)).size == (1920, 1080)

    watched.open(str(app))
    name, content = downloaded(page, "page_a4")
    assert re.fullmatch(r"总览_2026年10月_截至20261031_v[0-9a-f]{4}\.zip", name)
    for picture in pictures(content):
        assert (picture.width, dpi(picture)) == (1842, 300)
        assert picture.height <= 2657
    name, content = downloaded(page, "page_projector")
    assert {picture.size for picture in pictures(content)} == {(1920, 1080)}
    expect(page.get_by_role("button", name="再次下载")).to_be_visible()
    watched.undisturbed()


DENSE = ("overview", "commercial_disputes", "measures", "worklists", "evidence", "targets")
# Whatever stands past the sheet's edge, spills out of its cell, or is smaller than 7.5 pt on the paper.
CLIPPED = """edge => Array.from(document.querySelectorAll(".sc *")).flatMap(one => {
  const at = one.getBoundingClientRect(), said = `${one.tagName} ${one.textContent.trim().slice(0, 40)}`;
  if (!at.width || !at.height) return [];
  const written = Array.from(one.childNodes).some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const spilt = /^(TD|TH|DD|P|LI|H2)$/.test(one.tagName) && one.scrollWidth > one.clientWidth + 1;
  const small = written && parseFloat(getComputedStyle(one).fontSize) < 12;
  return at.right > edge + 1 || spilt || small ? [said] : [];
})"""


def clipped(chromium: Browser, sheet: PageSheet, size: PictureSize, css: str) -> list[str]:
    """What does not fit the sheet, laid out as the press lays it out; figures are the figures' own affair."""
    blocks = (f"<section>{block}</section>" for block in sheet.blocks if "<figure" not in block)
    wide = sheet.width or size.chart
    page = chromium.new_page(viewport={"width": round(wide * size.layout / size.chart), "height": 900})
    page.set_content(document("".join((sheet.head, *blocks, sheet.foot)), width=wide, title=sheet.title, css=css))
    edge = page.evaluate("document.querySelector('main').getBoundingClientRect().right")
    complaints = page.evaluate(CLIPPED, edge)
    page.close()
    return complaints


def test_nothing_of_a_dense_page_is_clipped_or_too_small_on_paper_and_on_a_slide(
    sample: DataDir, chromium: Browser, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets: list[tuple[PageSheet, PictureSize]] = []

    def keep(sheet: PageSheet, size: PictureSize, about: PictureSubject) -> tuple[Picture, ...]:
        sheets.append((sheet, size))
        return (Picture("a.png", b""),)

    monkeypatch.setattr("scorecard.ui.shell.picture_buttons.picture_page", keep)
    monkeypatch.setattr("scorecard.ui.shell.picture_buttons.release", lambda *given, **_: given[4]())
    for name in DENSE:
        page = open_page(sample, name)
        page.button(key="picture_page_a4").click().run()
        page.button(key="picture_page_projector").click().run()
    assert len(sheets) == 2 * len(DENSE)
    assert {(sheet.title, size.id): clipped(chromium, sheet, size, sheet.css) for sheet, size in sheets} == {
        (sheet.title, size.id): [] for sheet, size in sheets
    }
    measures, paper = next((sheet, size) for sheet, size in sheets if sheet.title == "措施与要求")
    assert clipped(chromium, measures, paper, style().removeprefix("<style>").removesuffix("</style>"))
