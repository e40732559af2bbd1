"""The HTML paper in a reader's browser and the camera of a figure: whole, in Chinese, without a request to elsewhere."""

import io
import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect

from scorecard.briefing.html import document as html
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.browser.conftest import App, Watched
from tests.support import papers

Visit = Callable[..., Watched]
# What reaches beyond its own box or beyond the type area.
CUT = """
() => {
  const main = document.querySelector("main").getBoundingClientRect();
  return [...document.querySelectorAll("main *")].filter(one => {
    const box = one.getBoundingClientRect();
    const cut = one.clientWidth && getComputedStyle(one).display !== "inline" && one.scrollWidth > one.clientWidth + 1;
    return box.width && !one.closest("svg") && (cut || box.right > main.right + 1 || box.left < main.left - 1);
  }).map(one => `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}`).slice(0, 5);
}
"""


def test_the_paper_opens_anywhere_asks_nobody_and_is_drawn_whole(
    chromium: Browser, sample: DataDir, catalog: Catalog, tmp_path: Path
) -> None:
    """On a wide screen in the dark, on a small one, and as it is printed."""
    paper = papers.laid_out(papers.paper(sample, catalog))
    file = tmp_path / "简报.html"
    file.write_bytes(html.write_html(paper))
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    page = context.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text))
    page.goto(file.as_uri())
    expect(page.locator("html")).to_have_attribute("data-ready", "1")
    expect(page.locator("figure svg")).to_have_count(len(paper.figures))
    expect(page.locator("a, button, input, form, iframe, img, object, .modebar-btn")).to_have_count(0)
    for width, medium in ((1280, "screen"), (800, "screen"), (794, "print")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=medium)
        assert page.evaluate(CUT) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        ground = page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
        assert ground == "rgb(255, 255, 255)"
    assert asked == [file.as_uri()]
    assert wrong == []
    context.close()


def test_the_camera_of_a_figure_saves_the_whole_figure_under_its_name_and_says_so_in_chinese(
    app: App, visit: Visit
) -> None:
    watched = visit()
    page = watched.open(f"{app}/commercial_disputes?indicator=small_claims_rate")
    camera = page.locator(".modebar-btn")
    page.locator(".js-plotly-plot").first.hover()
    expect(camera).to_have_count(1)
    expect(camera).to_have_attribute("data-title", "保存图片（PNG）")
    drawn = page.locator(".js-plotly-plot").first.bounding_box()
    assert drawn is not None
    with page.expect_download() as download:
        camera.click()
    version = store.current(app.data).version or ""
    assert download.value.suggested_filename == f"小额诉讼程序适用率_2026年10月_截至20261031_v{version[:4]}.png"
    picture = Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert picture.size == (round(drawn["width"]) * 3, round(drawn["height"]) * 3)
    assert len(picture.convert("L").getcolors() or [0] * 256) > 100  # a drawing, not an empty sheet
    # Plotly's notes, without the name of the file, which holds the version.
    notes = page.locator(".plotly-notifier .notifier-note")
    expect(notes.first).to_have_text(re.compile("图片已保存|正在生成图片"))
    expect(notes.filter(has_text=re.compile("(?<![_A-Za-z0-9])[A-Za-z]{5,}"))).to_have_count(0)
    watched.undisturbed()
