"""Where a long page is cut into pictures: never through a line of text, a row, a card or a figure.

All lengths are CSS pixels of the document, measured in the browser by `MEASURE`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scorecard.briefing.browser.chromium import Box

_HAIR = 0.6  # px two boxes may overlap and still count as one after the other: layout rounds to fractions
_FILLED = (
    0.7  # a cut between blocks is preferred to a later one within a block when it leaves the part this full
)
_SNUG = 1.25  # a box that is with the air above it so much taller than the room is still drawn whole, smaller
_LEAST = 40.0  # px a part shows at least

MEASURE = r"""(() => {
  const body = document.querySelector(".sheet-body");
  const box = at => [at.left + scrollX, at.top + scrollY, at.width, at.height];
  const all = (css, of = body) => Array.from(of.querySelectorAll(css), one => box(one.getBoundingClientRect()));
  const seen = boxes => boxes.filter(one => one[2] > 0 && one[3] > 0);
  const lines = [], pairs = [];
  // No line of a paragraph stands alone: its first two stay together, and its last two.
  const pair = range => {
    const rows = new Map(Array.from(range.getClientRects(), at => [Math.round(at.bottom), at]));
    const at = Array.from(rows.values()).sort((a, b) => a.top - b.top);
    const joined = (a, b) => pairs.push([a.left + scrollX, a.top + scrollY, a.width, b.bottom - a.top]);
    if (at.length > 1) joined(at[0], at[1]), joined(at.at(-2), at.at(-1));
  };
  const range = document.createRange();
  for (const one of body.querySelectorAll("p")) range.selectNodeContents(one), pair(range);
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    if (!node.data.trim() || node.parentElement.closest("figure, svg, script, style")) continue;
    range.selectNodeContents(node);
    for (const at of range.getClientRects()) lines.push(box(at));
    // Where line ends of the text are kept, each is the end of a paragraph.
    let begin = getComputedStyle(node.parentElement).whiteSpace.startsWith("pre") ? 0 : NaN;
    for (const part of begin === 0 ? node.data.split("\n") : []) {
      range.setStart(node, begin);
      range.setEnd(node, (begin += part.length));
      pair(range);
      begin += 1;
    }
  }
  return {
    extent: box(body.getBoundingClientRect()),
    blocks: all(":scope > *"),
    figures: seen(all("figure, img, svg, canvas")),
    solid: seen(all("tr, li, dt, .card, [data-solid]")),
    pairs,
    leading: seen(all("h1, h2, h3, h4, h5, h6, caption, thead, summary, dt, [data-leading]")),
    lines: seen(lines),
    heads: Array.from(body.querySelectorAll("thead"), head => {
      const table = head.closest("table");
      const later = Array.from(table.querySelectorAll(":scope > thead")).find(
        one => one.compareDocumentPosition(head) & Node.DOCUMENT_POSITION_PRECEDING);
      const end = later ? later.getBoundingClientRect().top : table.getBoundingClientRect().bottom;
      return [box(head.getBoundingClientRect()), end + scrollY];
    }).filter(([at]) => at[3] > 0),
  };
})()"""


@dataclass(frozen=True)
class Span:
    """A stretch no cut may go through. `hard`: rather drawn smaller than cut, however tall."""

    top: float
    bottom: float
    hard: bool = False

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True)
class Head:
    """The header of a table's rows down to `until`; it is shown again where they go on."""

    box: Box
    until: float


@dataclass(frozen=True)
class Layout:
    """A page as measured: its extent, its solid boxes, lines of text, borders of blocks, headers of tables."""

    extent: Box
    solid: tuple[Span, ...]
    lines: tuple[Span, ...]
    borders: tuple[float, ...]
    heads: tuple[Head, ...]


@dataclass(frozen=True)
class PicturePart:
    """What one picture shows: a stretch of the page, headers repeated above it, and how much it is drawn smaller."""

    top: float
    bottom: float
    headers: tuple[Box, ...] = ()
    shrunk: float = 1

    @property
    def above(self) -> float:
        """The height of the repeated headers."""
        return max((header.height for header in self.headers), default=0)


def layout(measured: Mapping[str, Any]) -> Layout:
    """What `MEASURE` found, in our words."""

    def boxes(name: str) -> list[Box]:
        return [Box(*one) for one in measured[name]]

    lines = tuple(_inked(box) for box in boxes("lines"))
    figures = [Span(box.top, box.bottom, hard=True) for box in boxes("figures")]
    solid = [
        *figures,
        *(Span(box.top, box.bottom) for box in boxes("solid")),
        *(_inked(box) for box in boxes("pairs")),
    ]
    following = sorted([*solid, *lines], key=lambda one: (one.top, -one.bottom))
    leading = [
        Span(box.top, after.bottom, after.hard)
        for box in boxes("leading")
        if (after := next((one for one in following if one.top >= box.bottom - _HAIR), None))
    ]
    return Layout(
        Box(*measured["extent"]),
        (*solid, *leading),
        lines,
        tuple(sorted({edge for box in boxes("blocks") for edge in (box.top, box.bottom)})),
        tuple(Head(Box(*box), until) for box, until in measured["heads"]),
    )


def _inked(box: Box) -> Span:
    """A line without the air a font has above and below, so that tightly set lines do not overlap."""
    air = box.height / 10
    return Span(box.top + air, box.bottom - air)


def parts(page: Layout, room: float) -> list[PicturePart]:
    """The page in stretches of at most `room`, in order and without a gap; a figure taller than that is drawn smaller."""
    found: list[PicturePart] = []
    at = page.extent.top
    while at < page.extent.bottom - _HAIR or not found:
        headers = tuple(
            head.box for head in page.heads if head.box.bottom <= at + _HAIR and at < head.until - _HAIR
        )
        free = room - max((header.height for header in headers), default=0)
        if free < _LEAST:
            headers, free = (), room
        if page.extent.bottom - at <= free + _HAIR:
            found.append(PicturePart(at, page.extent.bottom, headers))
            break
        until = _cut(page, at, free)
        found.append(PicturePart(at, until, headers, min(1, free / (until - at))))
        at = until
    return found


def _cut(page: Layout, at: float, free: float) -> float:
    """Where the stretch that begins at `at` ends."""
    limit = at + free
    for spans in ((*page.solid, *page.lines), (*(one for one in page.solid if one.hard), *page.lines)):
        standing = [
            one for one in spans if one.bottom > at + _HAIR and (one.hard or one.height <= free + _HAIR)
        ]
        cuts = [cut for cut in _gaps(standing, page.borders, at, limit) if cut > at + _LEAST / 4]
        between = [cut for cut in cuts if cut in page.borders and cut >= at + _FILLED * free]
        if cuts:
            return max(between or cuts)
        # What begins here and is a little too tall with the air above it, or a figure of any height, is drawn smaller.
        whole = [
            one.bottom
            for one in standing
            if one.top < at + _LEAST < one.bottom and (one.hard or one.bottom - at < free * _SNUG)
        ]
        if whole and not any(one.top + _HAIR < max(whole) < one.bottom - _HAIR for one in standing):
            return max(whole)
    return limit


def _gaps(spans: Sequence[Span], borders: Sequence[float], at: float, limit: float) -> Iterator[float]:
    """A place to cut in every gap between the spans up to `limit`: a block's border if one lies there, else its end."""
    begin = at
    for top, bottom in (*_merged(spans), (limit + 1, limit + 1)):
        if top >= begin - _HAIR:
            end = min(top, limit)
            inside = [edge for edge in borders if begin - _HAIR <= edge <= end + _HAIR]
            if begin <= limit + _HAIR:
                yield inside[-1] if inside else max(begin, end)
        begin = max(begin, bottom)
        if begin > limit + _HAIR:
            return


def _merged(spans: Sequence[Span]) -> Iterator[tuple[float, float]]:
    """The stretches the spans cover together, where one that ends as the next begins stays apart from it."""
    covered: tuple[float, float] | None = None
    for one in sorted(spans, key=lambda span: span.top):
        if covered is not None and one.top < covered[1] - _HAIR:
            covered = (covered[0], max(covered[1], one.bottom))
        else:
            if covered is not None:
                yield covered
            covered = (one.top, one.bottom)
    if covered is not None:
        yield covered
