"""Looks at an open page, each a list of complaints: in light and dark, at both screen sizes, at 200 %, in the meeting
room, on paper, by ear, and at what it does unseen.
"""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Watched, eventually

Look = Callable[[Watched, str], list[str]]
# A word stands by itself: letters beside a digit belong to the name of a version or batch, which is a hash.
WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2,}(?![A-Za-z0-9])")
# Words a Chinese reader of such pages expects in Latin letters.
LATIN = {
    "CSV",
    "csv",
    "xlsx",
    "xls",
    "pdf",
    "PNG",
    "SVG",
    "Word",
    "UTF",
    "GB",
    "Big",
    "MB",
    "Markdown",
    "SQL",
    "id",
    "Kaplan",
    "Meier",
    "Outlook",
    "Thunderbird",
}
# What is not ours to translate: code, versions, and on two pages names of accounts and lines of the record.
_NOT_WORDS = "code, pre, .state, [data-testid=stIconMaterial]"
_NAMES_TOO = f"{_NOT_WORDS}, table, [data-testid=stSelectbox]"
_LABELS = (
    "() => [...document.querySelectorAll('body *')].flatMap(one =>"
    " ['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt'].map(name => one.getAttribute(name)))"
    ".filter(Boolean)"
)
_OVER = (
    "() => { const main = document.querySelector('[data-testid=stMain]'), over = main.scrollWidth - main.clientWidth;"
    " return over > 0 ? [`${over} px`] : []; }"
)
# What reaches beyond the right edge, other than inside a box that scrolls by itself.
_OUTSIDE = (
    "() => [...document.querySelectorAll('.sc *, [data-testid=stPlotlyChart]')].filter(one => {"
    " const box = one.getBoundingClientRect();"
    " return box.width > 0 && box.right > innerWidth + 1 && !one.closest('.scroll'); })"
    ".map(one => one.tagName + ' ' + one.innerText.slice(0, 30)).slice(0, 5)"
)
# Text of less than 4.5 : 1 (3 : 1 when large) against what is painted below it. The switch of the meeting room stands on
# the band, which is no ancestor of it.
_FAINT = r"""
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
  const left = '[data-testid=stPlotlyChart], [data-testid=stIconMaterial], input:disabled, [aria-disabled=true], style, script';
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


_GROUND = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
_HIDDEN = (
    "() => [...document.querySelectorAll('.stApp, [data-testid=stAppViewContainer], [data-testid=stMain]')]"
    ".filter(one => getComputedStyle(one).overflowY !== 'visible' || one.scrollHeight > one.clientHeight + 1)"
    ".map(one => `${one.dataset.testid} hides what does not fit`)"
)
_ENDS_BELOW = (
    "() => { const blocks = [...document.querySelectorAll('.sc')], height = document.documentElement.scrollHeight;"
    " const end = blocks.at(-1).getBoundingClientRect().bottom;"
    " return end > height + 1 ? [`the last block ends at ${end}, below ${height}`] : []; }"
)
_COLOURS = (
    "one => [getComputedStyle(one.querySelector('[data-testid=stIconMaterial]')).color,"
    " getComputedStyle(one.closest('header')).backgroundColor]"
)
_WHITE = "rgb(255, 255, 255)"
_HEIGHT = "one => one.getBoundingClientRect().height"
_LARGER = (".sc h1", ".sc .figure b", "[data-testid=stPlotlyChart] .gtitle")


def lasting(watched: Watched, script: str) -> list[str]:
    """The complaints of a script that do not go away: a page that is resized or changes colour needs a moment."""
    return eventually(lambda: watched.page.evaluate(script), lambda complaints: not complaints, seconds=10)


def ground(watched: Watched, right: Callable[[str], object]) -> str:
    """The colour of the page as soon as it is right, or in the end."""
    return eventually(lambda: watched.page.evaluate(_GROUND), right, seconds=10)


def is_dark(colour: str) -> bool:
    return sum(map(int, re.findall(r"\d+", colour)[:3])) < 150


def sized(watched: Watched, width: int, height: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": height})
    watched.settle()


def behind(watched: Watched, page: str) -> list[str]:
    """Errors in the console, requests to anybody else, the framework's name, a language that is not Chinese.

    One line of all pages names the framework: the versions in the administrator's self-check.
    """
    lang = watched.page.evaluate("document.documentElement.lang")
    lines = [watched.page.title(), *watched.page.locator("body").inner_text().splitlines()]
    versions = "正常\t程序版本\t程序 " if page == "self_check" else "\0"
    named = [line for line in lines if "treamlit" in line and not line.startswith(versions)]
    return [*watched.errors, *watched.elsewhere, *named, *([] if lang == "zh-CN" else [lang])]


def read(watched: Watched, page: str) -> list[str]:
    """Words in English, or hardly a word of Chinese."""
    text = watched.page.locator("body").inner_text()
    few = len(re.findall(r"[\u4e00-\u9fff]", text)) <= (60 if page == "account" else 100)
    left_out = _NAMES_TOO if page in ("accounts", "audit", "self_check") else _NOT_WORDS
    style = watched.page.add_style_tag(content=f"{left_out} {{ display: none !important; }}")
    # The id of the indicator that is open stands in its provenance.
    text = watched.page.locator("body").inner_text().replace(page.partition("indicator=")[2] or "\0", "")
    english = set(WORD.findall(text)) - LATIN
    style.evaluate("sheet => sheet.remove()")
    return [*sorted(word for word in english if word.islower() or word.istitle()), *(["hardly a word"] if few else [])]


def heard(watched: Watched, page: str) -> list[str]:
    """Labels with English words, figures without a sentence that has a number."""
    labels = watched.page.evaluate(_LABELS)
    figures = watched.page.locator("[data-testid=stPlotlyChart]").all()
    sentences = [figure.get_attribute("aria-label") or "" for figure in figures]
    return [
        *(label for label in labels if {word for word in WORD.findall(label) if len(word) > 2} - LATIN),
        *(sentence for sentence in sentences if not re.search(r"[\u4e00-\u9fff]{4}.*\d", sentence)),
        *([] if labels else ["no label at all"]),
    ]


def outside(watched: Watched) -> list[str]:
    """What reaches beyond the right edge."""
    return [*lasting(watched, _OUTSIDE), *lasting(watched, _OVER)]


def wide(watched: Watched, page: str) -> list[str]:
    """What reaches beyond the edge at the two sizes of screen the court has."""
    complaints: list[str] = []
    for width, height in ((1920, 1080), (1440, 900)):
        sized(watched, width, height)
        complaints += outside(watched)
    return complaints


def faint(watched: Watched, page: str) -> list[str]:
    """Words too faint to read on the ground they stand on, in the light and in the dark."""
    complaints: list[str] = []
    for scheme in ("dark", "light"):
        watched.page.emulate_media(color_scheme=scheme)
        colour = ground(watched, lambda colour, dark=scheme == "dark": is_dark(colour) == dark)
        if is_dark(colour) != (scheme == "dark"):
            complaints.append(f"{scheme}: ground {colour}")
        complaints += lasting(watched, _FAINT)
    return complaints


def printed(watched: Watched, page: str) -> list[str]:
    """What is cut off on a landscape page of A4, from a dark screen too: paper is white."""
    watched.page.emulate_media(color_scheme="dark")
    ground(watched, is_dark)
    # What the browser does itself when it prints; 277 x 190 mm at 96 dots an inch.
    watched.page.emulate_media(media="print", color_scheme="light")
    watched.page.set_viewport_size({"width": 1047, "height": 718})
    watched.settle()
    complaints = [complaint for script in (_OUTSIDE, _HIDDEN, _ENDS_BELOW) for complaint in lasting(watched, script)]
    if (colour := ground(watched, lambda colour: colour == _WHITE)) != _WHITE:
        complaints.append(colour)
    watched.page.emulate_media(media="screen")
    return complaints


def in_the_room(watched: Watched, page: str) -> list[str]:
    """What is not larger in the meeting room, or reaches beyond the edge there."""
    sized(watched, 1920, 1080)
    before = heights(watched)
    address = watched.page.url
    watched.open(f"{address}{'&' if '?' in address else '?'}room=true")

    def too_small() -> list[str]:
        after = heights(watched)
        return [
            f"{part}: {height} -> {after.get(part)}"
            for part, height in before.items()
            if after.get(part, 0) <= 1.5 * height
        ]

    small = eventually(too_small, lambda parts: not parts, seconds=10)
    complaints = [*outside(watched), *small, *([] if before else ["nothing to measure"])]
    watched.open(address)
    return complaints


def heights(watched: Watched) -> dict[str, float]:
    """The height of the first of each part that must be larger in the meeting room, of those on the page."""
    parts = {part: watched.page.locator(part) for part in _LARGER}
    return {part: shown.first.evaluate(_HEIGHT) for part, shown in parts.items() if shown.count()}


def at_two_hundred_percent(watched: Watched, page: str) -> list[str]:
    """What sticks out on half the screen, and whether the navigation opens by keyboard there; leaves the page."""
    sized(watched, 720, 450)
    complaints = outside(watched)
    if "?indicator" in page:
        return complaints  # an open indicator lies over the navigation
    button = watched.page.get_by_label("打开导航")
    colour, band = button.evaluate(_COLOURS)
    if colour == band:
        complaints.append(f"the button is {colour} on {band}")
    button.focus()
    watched.page.keyboard.press("Enter")
    link = watched.page.locator("[data-testid=stSidebarNavLink]", has_text="办理破产").first
    expect(link).to_be_visible()
    link.focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_url("**/insolvency**")
    return complaints
