"""The screen's templates: what they may call, and the style sheets, script and sign of every page."""

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any, cast

import streamlit

from scorecard.calendar.clock import moment_text
from scorecard.calendar.period import day_text
from scorecard.charts.sparkline import sparkline_of
from scorecard.charts.theme import css_variables, mark
from scorecard.narrative.plain_verdict import grounds, plain_verdict
from scorecard.templating import environment, render as render
from scorecard.ui.shell.addresses import address

_FOLDER = Path(__file__).resolve().parent
# Templates of the screen may call these, so modules of the screen take `render` from here.
cast("dict[str, Any]", environment.globals).update(
    address=address, mark=mark, verdict_of=plain_verdict, grounds=grounds, sparkline=sparkline_of, day_text=day_text,
    moment_text=moment_text,
)  # fmt: skip


@cache
def style() -> str:
    """The style sheet with the palette's variables before it."""
    return f"<style>{css_variables()}{(_FOLDER / 'style.css').read_text(encoding='utf-8')}</style>"


@cache
def picture_style() -> str:
    """The style sheets of a picture; its document adds the palette, always that for white paper."""
    return "".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("style.css", "picture.css"))


@cache
def behaviour() -> str:
    """The one script: lively tables; then language, links, the framework's own words; and where its library of figures lies."""
    parts = "".join((_FOLDER / name).read_text(encoding="utf-8") for name in ("tables.js", "behaviour.js"))
    names = [path.name for path in (Path(streamlit.__file__).parent / "static").rglob("PlotlyChart.*.js")]
    figures = (
        f"./static/js/{names[0] if names else ''}"  # relative as all links are: every page lies one step below the base
    )
    return f"<script>window.scorecardFigures = '{figures}';{parts}</script>"


@cache
def favicon() -> str:
    """The browser tab's icon as a data address: a file would be refused to visitors who are not signed in."""
    return f"data:image/png;base64,{b64encode((_FOLDER / 'favicon.png').read_bytes()).decode()}"
