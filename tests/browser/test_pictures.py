"""One click is one PNG: on a page and on a chart, at the size it is used at, without a request to anywhere."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import App, Watched, account, sign_in

Visit = Callable[..., Watched]


def downloaded(page: Page, key: str) -> tuple[str, bytes]:
    """Name and content of the file that one click on a button brings."""
    with page.expect_download(timeout=90_000) as coming:
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
    page = watched.page
    sign_in(page, str(app), account(app.data, "leadership", "组长"), "/minority_investors?topic=拖欠账款")
    watched.settle()
    page.locator(".stPlotlyChart").wait_for()
    name, content = downloaded(page, "chart_arrears_a4")
    assert re.fullmatch(r"拖欠企业账款案件执结去向_2026年10月_截至20261031_v[0-9a-f]{4}\.png", name)
    chart = Image.open(io.BytesIO(content))
    assert (chart.width, dpi(chart)) == (1842, 300)
    name, content = downloaded(page, "chart_arrears_projector")
    assert re.fullmatch(r"拖欠企业账款案件执结去向_2026年10月_截至20261031_v[0-9a-f]{4}_投影\.png", name)
    assert Image.open(io.BytesIO(content)).size == (1920, 1080)

    sign_in(page, str(app), account(app.data, "leadership", "组长"))
    watched.settle()
    name, content = downloaded(page, "page_a4")
    assert re.fullmatch(r"总览_2026年10月_截至20261031_v[0-9a-f]{4}\.zip", name)
    for picture in pictures(content):
        assert (picture.width, dpi(picture)) == (1842, 300)
        assert picture.height <= 2657
    name, content = downloaded(page, "page_projector")
    assert {picture.size for picture in pictures(content)} == {(1920, 1080)}
    page.get_by_role("button", name="再次下载").wait_for()
    assert watched.errors == []
    assert watched.elsewhere == []
