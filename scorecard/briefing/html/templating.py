"""HTML of papers from templates that escape every value: a name from an extract is text, whatever it contains."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).resolve().parent / "templates"
# In a script element HTML reads on to "</script", whatever JSON says around it.
_OUTSIDE_SCRIPT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """The template filled with values, each of them escaped but those it marks safe: HTML, scripts and styles of ours."""
    return _environment().get_template(template).render(**values)


@cache
def sheet(name: str) -> str:
    """A style sheet or script of ours, as it stands."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def data(value: Mapping[str, Any]) -> str:
    """JSON that may stand inside a script element without ever ending it; equal values give equal text."""
    return inert(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def inert(text: str) -> str:
    """JSON text for the inside of a script element: what HTML could read there is written as JSON's escapes."""
    return text.translate(_OUTSIDE_SCRIPT)
