"""A chart of a page as HTML that the browser draws into a picture: its words are text that wraps, only the plot is drawn.

Self-contained: the chart library stands in the document, which asks nothing of any server. Papers have charts of their own
(scorecard/charts/paper_chart.py) and no script that draws.
"""

import json
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from scorecard.briefing.browser.figure_fit import fit
from scorecard.briefing.html.document import escape_for_script
from scorecard.charts.theme import mark, paper_variables
from scorecard.templating import render

_FOLDER = Path(__file__).resolve().parent
_FIGURE_CSS, _DRAW = ((_FOLDER / name).read_text("utf-8") for name in ("figure.css", "draw.js"))


def script_json(value: dict[str, Any]) -> str:
    """JSON that may stand inside a script element without ever ending it; equal values give equal text."""
    return escape_for_script(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


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


def figure_block(figure: go.Figure, *, width: int, height: int | None = None) -> str:
    """A `<figure>` of a chart, `width` CSS px wide, the plot itself `height` px high."""
    data = _plain(figure)
    title = data["layout"].get("title", {})
    words = data["layout"].get("meta", {})
    fitted = fit(data, width, height)
    return render(
        "briefing/browser/figure.html",
        width=width,
        height=fitted.height,
        title=_text(title.get("text", "")),
        subtitle=_text(title.get("subtitle", {}).get("text", "")),
        reading=_parts(unescape(words.get("reading", ""))),
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
        "briefing/browser/document.html",
        title=title,
        width=width,
        variables=paper_variables(),
        figures=_FIGURE_CSS,
        css=css,
        body=body,
        library=_library() if _DRAWN in body else "",
        draw=_DRAW,
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
