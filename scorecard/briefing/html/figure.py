"""Figures as HTML that fits a sheet, and the document around them: one file, no request, the same bytes every time.

Title, reading, provenance and 示例数据 of a figure are text that wraps; only the plot itself is drawn, by the chart
library that stands in the document. No browser is needed to write it.
"""

import json
from functools import cache
from html import unescape
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from scorecard.briefing.html import embedded
from scorecard.briefing.html.figure_fit import fit
from scorecard.charts.theme import mark, paper_variables
from scorecard.templating import render

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
        data=embedded.script_json({**fitted.figure, "config": CONFIG}),
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
        figures=embedded.static_file("figure.css"),
        css=css,
        body=body,
        library=_library() if _DRAWN in body else "",
        draw=embedded.static_file("draw.js"),
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


@cache
def _library() -> str:
    return get_plotlyjs()
