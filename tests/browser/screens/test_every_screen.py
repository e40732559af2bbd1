"""Every page on a phone and for those who hear it; the answer above the fold of every screen, in the room and on paper."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from scorecard.identity.settings import Granted
from tests.browser.conftest import App, Watched
from tests.browser.test_screen import PAGES
from tests.support.actors import account

Visit = Callable[..., Watched]
_FIGURES = (
    "commercial_disputes?indicator=small_claims_rate",
    "commercial_disputes?topic=图览",
    "insolvency?topic=案件时间轴",
    "measures?measure=requirements.3",
    "search?q=破产",
)
_CLOSED = (
    "accounts",
    "audit",
    "self_check",
    "go_live",
    "upload",
    "search",
    "evidence",
    "registers",
)  # to a leader, or empty
# Whose pages, and where they show another form or list than the leader's.
READERS: dict[Granted, tuple[str, tuple[str, ...]]] = {
    "leadership": ("组长", (*(page for page in PAGES if page not in _CLOSED), *_FIGURES)),
    "case_management": ("李四", ("overview", "registers", "registers?table=remarks", "progress", "targets", "time_axis", "liaison",
        "evidence?indicator=small_claims_rate", "upload", "versions", "go_live", "meeting", "prompts", "worklists")),
    "department": ("孙七", ("overview", "registers", "progress", "worklists", "measures", "prompts")),
    "administrator": ("王五", ("accounts", "audit", "self_check", "versions")),
}  # fmt: skip
_DARK = ("overview", "commercial_disputes", "measures?measure=requirements.3", "worklists")
_GO = "to => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate', {state: {}})); }"
# What the framework does and no style or setting of ours can mend: (rule, where), and why.
_FRAMEWORK = {
    ("list", "[data-testid=stSidebarNavItems]"),  # the menu of a narrow window: its sections stand as <div> in the <ul>
    ("listitem", "[data-testid=stSidebarNavItems] *"),
}
_AXE = (
    "known => axe.run({resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}).then(found =>"
    " found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).flatMap(one => one.nodes"
    ".filter(node => !known.some(([rule, where]) => rule === one.id && document.querySelector(node.target.at(-1))?.matches(where)))"
    ".map(node => `${one.id}: ${node.target.join(' ')}: ${node.html.slice(0, 120)}`)))"
)
# Sideways scrolling of the page, what reaches beyond the edge outside a box that scrolls by itself, and words in a column
# narrower than four characters. A figure of the chart library is a picture, and scrolls in its own box.
_NARROW = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  const found = [document.documentElement, main].filter(one => one.scrollWidth > innerWidth).map(one => `scrolls to ${one.scrollWidth}`);
  const boxed = (one) => {
    for (let at = one; at && at !== main; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowX)) return true;
  };
  const words = document.createTreeWalker(main, NodeFilter.SHOW_TEXT, node =>
    node.nodeValue.trim().length < 4 || node.parentElement.closest('svg, style, [data-testid=stIconMaterial]') ? 2 : 1);
  while (words.nextNode()) {
    const range = document.createRange(), one = words.currentNode.parentElement;
    range.selectNodeContents(words.currentNode);
    const box = range.getBoundingClientRect(), size = parseFloat(getComputedStyle(one).fontSize);
    const text = words.currentNode.nodeValue.trim().slice(0, 20);
    if (box.width && box.right > innerWidth + 1 && !boxed(one)) found.push(`${text}: ends at ${box.right}`);
    if (box.width && box.width < 3.9 * size && box.height > 2.5 * 1.3 * size) found.push(`${text}: ${box.width} wide`);
  }
  return found.slice(0, 8);
}"""
# No leader reads a sum sign, a sample size, the name of a file or column, or a whole version; an indicator's id only in its address.
_NOT_WORDS = re.compile(r"Σ|\bn\s*=\s*\d|\b[0-9a-f]{16}\b|\b[a-z]+_[a-z_]+\b")
_CHIPS = (
    "() => [...document.querySelectorAll('.sc .card')].filter(one => one.querySelectorAll('.mark').length !== 1)"
    ".map(one => one.innerText)"
)


def _heard(page: Page) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(Axe().axe_script)  # stays while links change the page
    return page.evaluate(_AXE, [list(known) for known in _FRAMEWORK])


@pytest.mark.parametrize("role", READERS)
def test_no_page_has_a_fault_for_those_who_hear_it_or_hold_a_phone(role: Granted, app: App, visit: Visit) -> None:
    """axe-core's serious and critical faults; at 390 pixels the width, the columns of words and the words themselves."""
    name, pages = READERS[role]
    watched, found = visit(390, 844), dict[str, Any]()
    watched.sign_in(str(app), account(app.data, role, name, "enforcement" if role == "department" else None))
    watched.page.add_style_tag(
        content="* { transition: none !important; animation: none !important }"
    )  # half faded words are not what is read
    for page in pages:
        watched.page.evaluate(_GO, f"/{'' if page == 'overview' else page}")
        watched.settle()
        found[page] = [*watched.page.evaluate(_NARROW), *watched.page.evaluate(_CHIPS)]
        if role == "leadership":
            shown = watched.page.evaluate("() => [...document.querySelectorAll('.sc')].map(one => one.innerText)")
            found[page] += _NOT_WORDS.findall(" ".join(shown))
            watched.page.set_viewport_size({"width": 1440, "height": 900})
            watched.settle()
        found[page] += _heard(watched.page)
        if role == "leadership" and page in _DARK:
            watched.page.emulate_media(color_scheme="dark")
            watched.settle()
            found[page] += _heard(watched.page)
            watched.page.emulate_media(color_scheme="light")
        watched.page.set_viewport_size({"width": 390, "height": 844})
    assert {page: faults for page, faults in found.items() if faults} == {}


_FOLD = """rows => [...document.querySelectorAll('.first .answer, .first .strips > div, .first .asks tr')].slice(0, rows)
  .map(one => [one.getBoundingClientRect(), one.innerText])
  .filter(([box, text]) => !text.trim() || box.left < 0 || box.right > innerWidth || box.bottom > innerHeight)
  .map(([box, text]) => `${text} ends at ${box.right}, ${box.bottom}`)"""
_CLIPPED = """one => { const frame = one.getBoundingClientRect();
  return [...one.querySelectorAll('text')].filter(text => text.textContent.trim())
    .map(text => [text.getBoundingClientRect(), text.textContent])
    .filter(([box]) => box.width && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
      || box.bottom > frame.bottom + 1)).map(([, text]) => text) }"""
_HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"


def test_the_answer_stands_above_the_fold_of_every_screen_and_on_two_sheets(app: App, visit: Visit) -> None:
    """The verdict, a strip a domain, the rows that miss: at least four where so many do, as in the year so far."""
    watched = visit()
    page = watched.sign_in(str(app), account(app.data, "leadership", "组长"))
    below = dict[str, Any]()
    for width, height, query, rows in (
        (1440, 900, "", 8),
        (1440, 900, "?grain=年度累计", 9),
        (1920, 1080, "?grain=年度累计", 12),
        (1440, 900, "?room=true", 8),
        (1920, 1080, "?room=true", 8),
    ):
        page.set_viewport_size({"width": width, "height": height})
        watched.open(f"{app}/{query}")
        expect(page.locator(".first .asks tr").nth(3 if "grain" in query else 0)).to_be_visible()
        below[f"{width}{query}"] = page.evaluate(_FOLD, rows)
    page.set_viewport_size({"width": 390, "height": 844})
    watched.open(f"{app}/?room=false")
    below["phone"] = [] if page.evaluate(_HEIGHT) < 4000 else ["higher than 4000"]
    page.set_viewport_size({"width": 1440, "height": 900})
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    below["paper"] = [] if len(sheets) in (1, 2) else [f"{len(sheets)} sheets"]
    assert {where: faults for where, faults in below.items() if faults} == {}


def test_a_domain_is_two_screens_high_and_a_figure_is_whole_on_a_large_one(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.sign_in(str(app), account(app.data, "leadership", "组长"))
    for domain in ("commercial_disputes", "minority_investors", "insolvency"):
        watched.open(f"{app}/{domain}")
        assert page.evaluate(_HEIGHT) <= 1800
        shown = page.locator(".wall .card, .quiet .line").evaluate_all("all => all.length")
        expect(page.locator(".answer")).to_contain_text(f"共 {shown} 项指标")  # nothing was left out for it
    page.set_viewport_size({"width": 1920, "height": 1080})
    drawn = page.locator("[data-testid=stDialog] .js-plotly-plot")
    for room in ("false", "true"):
        watched.open(f"{app}/commercial_disputes?indicator=small_claims_rate&room={room}")
        box = drawn.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= 1080
        assert drawn.evaluate(_CLIPPED) == []
