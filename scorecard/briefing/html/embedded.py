"""What stands inside a document as it is: style sheets, the script that draws, JSON."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

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
