"""Reading comfort: every page in every way it is looked at, in the dark, in the meeting room, for those who hear it."""

import io
import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser import looks
from tests.browser.conftest import App, Watched, eventually
from tests.browser.looks import Look
from tests.browser.test_screen import PAGES, opened

Visit = Callable[..., Watched]
FIGURES = [
    f"commercial_disputes?topic={quote('信用修复')}",
    f"insolvency?topic={quote('案件时间轴')}",
    f"insolvency?topic={quote('审理时长')}",
    "commercial_disputes?indicator=small_claims_rate",
]
PLAN_ROW = "measures?measure=requirements.3"  # tables of every width, bars, lists
ALWAYS: tuple[Look, ...] = (looks.read, looks.heard, looks.faint, looks.wide)
# The pages with the widest tables and the figures of every kind.
PRINTED = ["overview", "commercial_disputes", *FIGURES[:3], PLAN_ROW]
ROOM = ["overview", "commercial_disputes", *FIGURES, "measures", "meeting"]


def complaints(watched: Watched, page: str) -> dict[str, list[str]]:
    """Opened once, looked at in order: opening takes longer than any look. The last look leaves the page."""
    ways = [*ALWAYS]
    if page in ROOM:
        ways.append(looks.in_the_room)
    if page in PRINTED:
        ways.append(looks.printed)
    ways += [looks.behind, looks.at_two_hundred_percent]
    return {look.__name__: found for look in ways if (found := look(watched, page))}


@pytest.mark.parametrize("page", [*PAGES, *FIGURES, PLAN_ROW])
def test_a_page_is_right_in_every_way_it_is_looked_at(page: str, app: App, visit: Visit) -> None:
    watched = visit()
    opened(watched, app, page)
    assert complaints(watched, page) == {}


@pytest.mark.parametrize("page", ["overview", "commercial_disputes", "requirements", "progress", "time_axis"])
def test_what_a_visitor_sees_of_it_is_right_too(page: str, app: App, visit: Visit) -> None:
    """Hidden values, notes in place of forms, the word on what signing in shows."""
    watched = visit()
    watched.open(f"{app}/{'' if page == 'overview' else page}")
    assert complaints(watched, page) == {}


def greys(shown: Locator) -> tuple[int, int, int]:
    """The brightness of the darkest, the middle and the brightest pixel of an element as it is on the screen."""
    pixels = sorted(Image.open(io.BytesIO(shown.screenshot())).convert("L").tobytes())
    return pixels[0], pixels[len(pixels) // 2], pixels[-1]


def test_a_figure_turns_dark_with_its_page(app: App, visit: Visit) -> None:
    watched = visit()
    page = opened(watched, app, FIGURES[2])
    figure = page.locator("[data-testid=stPlotlyChart]").first
    darkest, middle, _ = eventually(lambda: greys(figure), lambda grey: grey[0] <= 190 and grey[1] >= 60)
    assert darkest <= 190
    assert middle >= 60
    page.emulate_media(color_scheme="dark")
    _, middle, brightest = eventually(lambda: greys(figure), lambda grey: grey[1] < 60 and grey[2] > 190)
    assert middle < 60
    assert brightest > 190


def test_the_sign_in_page_is_dark_too(app: App, visit: Visit) -> None:
    page = visit().page
    page.emulate_media(color_scheme="dark")
    page.goto(f"{app}/signin")
    heading = page.locator("h1")
    expect(heading).to_be_visible()
    ground, text = heading.evaluate(
        "shown => [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(shown).color]"
    )
    assert looks.is_dark(ground)
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
    expect(page.locator("[data-testid=stDialog]")).to_be_visible()
    page.wait_for_url(lambda address: "room=true" in address and "indicator=" in address)
    page.reload()
    watched.settle()
    heading = page.locator(".sc h1").first
    height = eventually(
        lambda: heading.evaluate("shown => shown.getBoundingClientRect().height"), lambda high: high > 50
    )
    assert height > 50
    page.keyboard.press("Escape")
    expect(page.locator("[data-testid=stDialog]")).to_have_count(0)
    watched.settle()
    page.locator(".st-key-room label").click()
    page.wait_for_url(lambda address: "room" not in address)
    assert watched.errors == []
