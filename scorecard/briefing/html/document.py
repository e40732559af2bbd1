"""The paper as one HTML file: an official 简报 on the screen, and the very pages of the PDF when it is printed; and its figures.

Self-contained: its figures are drawn by the library inside it, it asks nothing of any server, and the same paper gives the same
bytes. Title, reading, provenance and 示例数据 of a figure are text that wraps; only the plot itself is drawn, by the chart library that
stands in the document. No browser is needed to write it.
"""

import json
from collections.abc import Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from scorecard.briefing.html.figure_fit import fit
from scorecard.briefing.layout.column_widths import MARKED, widths
from scorecard.briefing.paper import appendix
from scorecard.briefing.paper.model import Beside, Block, Figure, FigurePair, Heading, Paper, PaperTable, Paragraph
from scorecard.charts.text_width import largest
from scorecard.charts.theme import VerdictMark, mark, paper_variables
from scorecard.charts.trend import trend
from scorecard.narrative.provenance import SAMPLE
from scorecard.templating import render

_FOLDER = Path(__file__).resolve().parent
# In a script element HTML reads on to "</script", whatever JSON says around it.
_OUTSIDE_SCRIPT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@cache
def static_file(name: str) -> str:
    """A style sheet or script of this package, unchanged."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def script_json(value: Mapping[str, Any]) -> str:
    """JSON that may stand inside a script element without ever ending it; equal values give equal text."""
    return escape_for_script(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def escape_for_script(text: str) -> str:
    """JSON text for the inside of a script element: what HTML could read there is written as JSON's escapes."""
    return text.translate(_OUTSIDE_SCRIPT)


CONFIG = {
    "staticPlot": True,
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "responsive": False,
    "locale": "zh-CN",
    # Otherwise the library looks for words of this language and tells the reader's console that there are none.
    "locales": {"zh-CN": {"dictionary": {}, "format": {}}},
}
_CLASSES = {verdict.symbol: verdict.css for verdict in (mark("达标"), mark("未达标"), mark("数据待核"))}
_library = cache(get_plotlyjs)
_DRAWN = '<div class="plot" data-plot='


def figure_block(
    figure: go.Figure,
    *,
    width: int,
    height: int | None = None,
    number: str = "",
    caption: str = "",
    reading: str = "",
    alt: str = "",
) -> str:
    """A `<figure>` of a chart, `width` CSS px wide, the plot itself `height` px high.

    `number` ("图3") stands before the title; `caption` takes the title's place where a paper names the figure itself;
    `reading` takes the place of the figure's own; `alt` says the figure to those who hear it, otherwise title and
    reading do.
    """
    data = _plain(figure)
    title = data["layout"].get("title", {})
    words = data["layout"].get("meta", {})
    name = caption or _text(title.get("text", ""))
    fitted = fit(data, width, height)
    return render(
        "briefing/html/figure.html",
        width=width,
        height=fitted.height,
        number=number,
        title=name,
        subtitle=_text(title.get("subtitle", {}).get("text", "")),
        alt=alt,
        reading=_parts(reading or unescape(words.get("reading", ""))),
        lines=[unescape(line) for line in words.get("lines", ())],
        sample=words.get("sample", False),
        unnamed=fitted.unnamed,
        data=script_json({**fitted.figure, "config": CONFIG}),
    )


def document(body: str, *, width: int, title: str, css: str = "") -> str:
    """A whole document around `body`, trusted HTML, laid out at `width` CSS px on white paper.

    `document.documentElement.dataset.ready` is "1" once fonts are there and every figure is drawn; the names of those
    that could not be drawn stand in `dataset.failed`, and a sentence in their place.
    """
    return render(
        "briefing/html/document.html",
        title=title,
        width=width,
        variables=paper_variables(),
        figures=static_file("figure.css"),
        css=css,
        body=body,
        library=_library() if _DRAWN in body else "",
        draw=static_file("draw.js"),
    )


def _plain(figure: go.Figure) -> dict[str, Any]:
    text = figure.to_json()
    assert text is not None  # typed so for the library's writing to files
    data: dict[str, Any] = json.loads(text)
    return data


def _text(shown: str) -> str:
    """The words of a figure's title: without emphasis and escapes."""
    return unescape(shown.removeprefix("<b>").removesuffix("</b>"))


def _parts(reading: str) -> list[tuple[str, str]]:
    """The parts of a reading, the one that begins with a verdict's sign with the CSS class that colours it."""
    parts = reading.split("　") if reading else []
    return [(_CLASSES.get(part[:1], ""), part) for part in parts]


WIDTH = 590  # CSS px of the type area, 156 mm
_FIGURE = 588  # a figure is a hair narrower: 156 mm are 589.6 px, and nothing may be cut
_PLOT = 236  # px of a plot: two figures and a heading before them stand on a page
_SIZE = 10.5  # points of the text in a table
_LINE = (16.0, 11.0)  # points at most and at least of issuer and date, so that they take one line
_ROOM = 156 / 25.4 - 0.25  # inches of that line, less the air at its ends
_MARKS: Mapping[str, VerdictMark] = {word: mark(word) for word in MARKED}


def write_html(paper: Paper) -> bytes:
    """The .html, UTF-8. Printed by its own @page it is A4 with the type area of GB/T 9704-2012."""
    annexes: list[tuple[str, list[str]]] = []
    if paper.definitions:
        entries = [(entry.indicator, appendix.definition_facts(entry)) for entry in paper.definitions]
        annexes.append((appendix.DEFINITIONS, [render("briefing/html/definitions.html", entries=entries)]))
    if paper.lines:
        annexes.append((appendix.NUMBERS, [_table(table) for table in appendix.number_tables(paper.lines)]))
    record = render("briefing/html/record.html", lines=(*paper.provenance, *paper.manifest.lines()))
    annexes.append((appendix.RECORD, [record]))
    note = [line for line in paper.note.removeprefix("编者按：").splitlines() if line.strip()]
    body = render(
        "briefing/html/paper.html",
        paper=paper,
        sample=SAMPLE if paper.sample else "",
        line_size=f"{largest(f'{paper.issuer}　　{paper.date}', _ROOM, *_LINE):g}pt",
        note=note,
        blocks=[_block(each) for each in paper.blocks],
        annexes=list(enumerate(annexes, start=1)),
        manifest=escape_for_script(paper.manifest.text()),
    )
    css = f"{static_file('paper.css')}\n{_margins(paper)}"
    return document(body, width=WIDTH, title=f"{paper.masthead}　{paper.title}", css=css).encode(errors="replace")


def _block(content: Block) -> str:
    match content:
        case Heading(text, level):
            return render("briefing/html/heading.html", text=text, level=level)
        case Paragraph(text):
            lines = [line for line in text.splitlines() if line.strip()]
            return render("briefing/html/paragraphs.html", lines=lines)
        case PaperTable():
            return _table(content)
        case Figure():
            figure = trend(content.trend)
            return figure_block(figure, width=_FIGURE, height=_PLOT, caption=content.caption, alt=content.sentence)
        case FigurePair(figures):
            return "".join(map(_block, figures))
        case Beside(texts, figure):
            return "".join(map(_block, (*texts, figure)))


def _table(table: PaperTable) -> str:
    """A cell that is a verdict is sign, word and colour; columns are as wide as in the Word paper."""
    wide = widths(table.columns, table.rows, _SIZE)
    parts = [f"{100 * width / sum(wide):.2f}%" for width in wide]
    return render("briefing/html/table.html", table=table, widths=parts, marks=_MARKS)


def _margins(paper: Paper) -> str:
    """CSS of the margins of every printed page: its number at the outer edge, and its provenance."""
    provenance = " \\a ".join(_quoted(line) for line in paper.provenance)
    head = _quoted(SAMPLE if paper.sample else "")
    return static_file("pages.css").replace('"{provenance}"', f'"{provenance}"').replace('"{head}"', f'"{head}"')


def _quoted(text: str) -> str:
    """The text for the inside of a CSS string in a style element: of ASCII only letters, digits and blanks stand as they are."""
    return "".join(
        sign if not sign.isascii() or sign.isalnum() or sign == " " else f"\\{ord(sign):06x}" for sign in text
    )
