"""Reading comfort: at 200 %, in the dark, in the meeting room, on paper, for those who hear the page."""

import io
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.browser.conftest import ROOT, App, Watched
from tests.browser.test_screen import PAGES, opened

Visit = Callable[..., Watched]
# The pages with the widest tables and the figures of every kind.
FULL = [
    "overview",
    "commercial_disputes",
    f"commercial_disputes?topic={quote('纠纷去向')}",
    f"insolvency?topic={quote('案件时间轴')}",
    f"insolvency?topic={quote('审理时长')}",
    "commercial_disputes?indicator=small_claims_rate",
    "measures",
    "meeting",
]
OVER = (
    "() => { const main = document.querySelector('[data-testid=stMain]');"
    " return main.scrollWidth - main.clientWidth; }"
)
# What reaches beyond the right edge, other than inside a box that scrolls by itself.
OUTSIDE = (
    "() => [...document.querySelectorAll('.sc *, [data-testid=stPlotlyChart]')].filter(one => {"
    " const box = one.getBoundingClientRect();"
    " return box.width > 0 && box.right > innerWidth + 1 && !one.closest('.scroll'); })"
    ".map(one => one.tagName + ' ' + one.innerText.slice(0, 30)).slice(0, 5)"
)
# Text of less than 4.5 : 1 (3 : 1 when large) against what is painted below it. The switch of the meeting room stands on
# the band, which is no ancestor of it.
FAINT = r"""
() => {
  const parse = (text) => {
    const n = (text.match(/[\d.]+/g) || []).map(Number), scale = text.startsWith('color(srgb') ? 255 : 1;
    return [n[0] * scale, n[1] * scale, n[2] * scale, n[3] ?? 1];
  };
  const linear = (v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = (c) => .2126 * linear(c[0] / 255) + .7152 * linear(c[1] / 255) + .0722 * linear(c[2] / 255);
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const left = '[data-testid=stPlotlyChart], [data-testid=stIconMaterial], :disabled, [aria-disabled=true], style, script';
  const found = [];
  for (const one of document.querySelectorAll('[data-testid=stApp] *')) {
    const text = [...one.childNodes].filter(node => node.nodeType === 3).map(node => node.nodeValue).join('');
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (!/[\p{L}\d]/u.test(text) || !box.width || !box.height || one.closest(left)) continue;
    const switched = one.closest('.st-key-room');
    const below = ground(switched ? document.querySelector('[data-testid=stHeader]') : one);
    const [a, b] = [light(below), light(over(parse(style.color), below))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5))
      found.push(`${text.slice(0, 20)} ${style.color} on ${below.slice(0, 3)}`);
  }
  return [...new Set(found)].slice(0, 8);
}
"""


def whole(page: Page) -> None:
    """Wait for the figures, where the page has some."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=20_000)
    for chart in page.locator("[data-testid=stPlotlyChart]").all():
        chart.locator("svg.main-svg").first.wait_for(timeout=20_000)


@pytest.mark.parametrize("page", [*PAGES, *FULL[2:6]])
def test_at_two_hundred_percent_nothing_sticks_out_and_the_navigation_opens(
    page: str, app: App, visit: Visit
) -> None:
    watched = visit(720, 450)
    opened(watched, app, page)
    whole(watched.page)
    assert watched.page.evaluate(OVER) <= 0
    assert watched.page.evaluate(OUTSIDE) == []
    if "?indicator" in page:
        return
    button = watched.page.get_by_label("打开导航")
    colour, band = button.evaluate(
        "one => [getComputedStyle(one.querySelector('[data-testid=stIconMaterial]')).color,"
        " getComputedStyle(one.closest('header')).backgroundColor]"
    )
    assert colour != band
    button.focus()
    watched.page.keyboard.press("Enter")
    link = watched.page.locator("[data-testid=stSidebarNavLink]", has_text="办理破产").first
    link.wait_for(state="visible")
    link.focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/insolvency**")


@pytest.mark.parametrize(
    ("page", "scheme"),
    [*((page, "dark") for page in [*PAGES, *FULL[2:6]]), *((page, "light") for page in FULL)],
)
def test_every_word_can_be_read_in_the_dark_and_in_the_light(
    page: str, scheme: str, app: App, visit: Visit
) -> None:
    watched = visit()
    watched.page.emulate_media(color_scheme=scheme)
    opened(watched, app, page)
    whole(watched.page)
    ground = watched.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 150) == (scheme == "dark")
    assert watched.page.evaluate(FAINT) == []


def greys(shown: Locator) -> list[int]:
    """The brightness of every pixel of an element as it is on the screen, darkest first."""
    return sorted(Image.open(io.BytesIO(shown.screenshot())).convert("L").tobytes())


def test_a_figure_turns_dark_with_its_page(app: App, visit: Visit) -> None:
    for scheme in ("light", "dark"):
        watched = visit()
        watched.page.emulate_media(color_scheme=scheme)
        page = watched.open(f"{app}/{FULL[4]}")
        whole(page)
        pixels = greys(page.locator("[data-testid=stPlotlyChart]").first)
        ground, furthest = pixels[len(pixels) // 2], pixels[-1] if scheme == "dark" else pixels[0]
        assert (ground < 60, furthest > 190) == ((True, True) if scheme == "dark" else (False, False))


def test_the_sign_in_page_is_dark_too(app: App, visit: Visit) -> None:
    watched = visit()
    watched.page.emulate_media(color_scheme="dark")
    watched.page.goto(f"{app}/signin")
    ground, text = watched.page.evaluate(
        "() => [getComputedStyle(document.documentElement).backgroundColor,"
        " getComputedStyle(document.querySelector('h1')).color]"
    )
    assert sum(map(int, re.findall(r"\d+", ground))) < 150
    assert sum(map(int, re.findall(r"\d+", text))) > 600


@pytest.mark.parametrize("page", FULL)
def test_in_the_meeting_room_everything_is_larger_and_nothing_sticks_out(
    page: str, app: App, visit: Visit
) -> None:
    watched = visit(1920, 1080)
    address = f"{app}/{'' if page == 'overview' else page}"
    watched.open(address)
    whole(watched.page)
    heights = "one => one.getBoundingClientRect().height"
    measured = [".sc h1", ".sc .figure b", "[data-testid=stPlotlyChart] .gtitle"]
    before = {one: watched.page.locator(one).first.evaluate(heights) for one in found(watched.page, measured)}
    watched.open(f"{address}{'&' if '?' in address else '?'}room=true")
    whole(watched.page)
    assert watched.page.evaluate(OVER) <= 0
    assert watched.page.evaluate(OUTSIDE) == []
    assert before
    for one, height in before.items():
        assert watched.page.locator(one).first.evaluate(heights) > 1.5 * height, one


def found(page: Page, selectors: list[str]) -> list[str]:
    return [one for one in selectors if page.locator(one).count()]


def test_the_meeting_room_is_switched_in_the_band_and_kept_across_pages_links_and_reload(
    app: App, visit: Visit
) -> None:
    watched = visit(1920, 1080)
    page = watched.open(str(app))
    page.locator(".st-key-room label").click()
    page.wait_for_url("**room=true**")
    page.locator("[data-testid=stTopNavLink]", has_text="解决商业纠纷").click()
    page.wait_for_url("**/commercial_disputes**room=true**")
    watched.settle()
    page.locator(".card").first.click()
    page.locator("[data-testid=stDialog]").wait_for()
    assert "room=true" in page.url
    assert "indicator=" in page.url
    page.reload()
    watched.settle()
    assert page.locator(".sc h1").first.evaluate("one => one.getBoundingClientRect().height") > 50
    page.keyboard.press("Escape")
    page.locator("[data-testid=stDialog]").wait_for(state="detached")
    page.locator(".st-key-room label").click()
    page.wait_for_url(lambda address: "room" not in address)
    assert watched.errors == []


@pytest.mark.parametrize("page", ["", *FULL[1:5]])
def test_on_a_landscape_page_of_a4_nothing_is_cut(page: str, app: App, visit: Visit) -> None:
    watched = visit()
    watched.page.emulate_media(color_scheme="dark")  # a dark screen still prints on white paper
    watched.open(f"{app}/{page}")
    whole(watched.page)
    watched.page.emulate_media(
        media="print", color_scheme="light"
    )  # what the browser does itself when it prints
    watched.page.set_viewport_size({"width": 1047, "height": 718})  # 277 x 190 mm at 96 dots an inch
    watched.page.wait_for_timeout(500)
    assert watched.page.evaluate(OUTSIDE) == []
    hidden = watched.page.evaluate(
        "() => [...document.querySelectorAll('.stApp, [data-testid=stAppViewContainer], [data-testid=stMain]')]"
        ".filter(one => getComputedStyle(one).overflowY !== 'visible' || one.scrollHeight > one.clientHeight + 1).length"
    )
    assert hidden == 0
    last = watched.page.locator(".sc").last.bounding_box()
    height = watched.page.evaluate("document.documentElement.scrollHeight")
    assert last is not None
    assert last["y"] + last["height"] <= height + 1
    ground = watched.page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert ground == "rgb(255, 255, 255)"


@pytest.mark.parametrize("page", [one for one in FULL if "?" in one])
def test_every_figure_is_a_sentence_for_those_who_hear_it(page: str, app: App, visit: Visit) -> None:
    shown = visit().open(f"{app}/{page}")
    figures = shown.locator("[data-testid=stPlotlyChart]")
    figures.first.wait_for(timeout=20_000)  # a page may be at rest for a moment before its first run
    whole(shown)
    for figure in figures.all():
        said = figure.get_attribute("aria-label") or ""
        assert re.search(r"[\u4e00-\u9fff]{4}.*\d", said), said


def test_no_figure_reaches_the_screen_without_its_sentence() -> None:
    calls = [
        (path.name, line.strip())
        for room in ("scorecard", "pages")
        for path in (ROOT / room).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "plotly_chart(" in line
    ]
    assert len(calls) == 1, "figures are shown in one place, which asks for the sentence"
    assert "alt=alt" in calls[0][1]
