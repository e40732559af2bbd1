"""Reading comfort: every page in every way it is looked at, in the dark, in the meeting room, for those who hear it."""

import io
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Locator

from tests.browser import looks
from tests.browser.conftest import ROOT, App, Watched
from tests.browser.looks import Look, whole
from tests.browser.test_screen import PAGES, opened

Visit = Callable[..., Watched]
FIGURES = [
    f"commercial_disputes?topic={quote('纠纷去向')}",
    f"insolvency?topic={quote('案件时间轴')}",
    f"insolvency?topic={quote('审理时长')}",
    "commercial_disputes?indicator=small_claims_rate",
]
ALWAYS: tuple[Look, ...] = (looks.read, looks.heard, looks.faint, looks.wide)
# The pages with the widest tables and the figures of every kind.
PRINTED = ["overview", "commercial_disputes", *FIGURES[:3]]
ROOM = ["overview", "commercial_disputes", *FIGURES, "measures", "meeting"]


@pytest.mark.parametrize("page", [*PAGES, *FIGURES])
def test_a_page_is_right_in_every_way_it_is_looked_at(page: str, app: App, visit: Visit) -> None:
    """Opened once, looked at in order: opening takes longer than any look. The last look leaves the page."""
    watched = visit()
    opened(watched, app, page)
    whole(watched.page)
    ways = [*ALWAYS]
    if page in ROOM:
        ways.append(looks.in_the_room)
    if page in PRINTED:
        ways.append(looks.printed)
    ways += [looks.behind, looks.at_two_hundred_percent]
    complaints = {look.__name__: found for look in ways if (found := look(watched, page))}
    assert complaints == {}


def greys(shown: Locator) -> list[int]:
    """The brightness of every pixel of an element as it is on the screen, darkest first."""
    return sorted(Image.open(io.BytesIO(shown.screenshot())).convert("L").tobytes())


def test_a_figure_turns_dark_with_its_page(app: App, visit: Visit) -> None:
    for scheme in ("light", "dark"):
        watched = visit()
        watched.page.emulate_media(color_scheme=scheme)
        page = watched.open(f"{app}/{FIGURES[2]}")
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
