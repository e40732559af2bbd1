"""Pages that the server writes itself: no script, no framework, never stored by the browser."""

from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse

from scorecard.charts.theme import css_variables
from scorecard.ui.shell.templating import render


def plain_page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page that a template of the server makes."""
    text = render(template, css=_style_sheet(), **values)
    return HTMLResponse(text, status, headers={"cache-control": "no-store"})


@cache
def _style_sheet() -> str:
    return css_variables() + Path(__file__).with_name("plain.css").read_text(encoding="utf-8")
