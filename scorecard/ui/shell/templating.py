"""HTML from templates that escape every value: a name from an extract or a file is text, whatever it contains."""

from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scorecard.charts.sparkline import sparkline
from scorecard.charts.theme import css_variables, mark

HERE = Path(__file__).resolve().parent


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast("dict[str, Any]", environment.globals).update(mark=mark, sparkline=sparkline)
    return environment


def render(template: str, **values: Any) -> str:
    """The template filled with values, each of them escaped."""
    return _environment().get_template(template).render(**values)


@cache
def style() -> str:
    """The style sheet with the palette's variables before it."""
    return f"<style>{css_variables()}{(HERE / 'style.css').read_text(encoding='utf-8')}</style>"


@cache
def picture_style() -> str:
    """The same as text, for a page that becomes a picture; its document brings the palette, always that for white paper."""
    return "".join((HERE / name).read_text(encoding="utf-8") for name in ("style.css", "picture.css"))


@cache
def behaviour() -> str:
    """The one static script: language, links, the framework's own words."""
    return f"<script>{(HERE / 'behaviour.js').read_text(encoding='utf-8')}</script>"


@cache
def favicon() -> str:
    """The sign of the browser's tab, in the address itself: as a file it would be closed to who has not signed in."""
    return f"data:image/png;base64,{b64encode((HERE / 'favicon.png').read_bytes()).decode()}"
