"""The numbers of the invented court, read from court.toml: sizes, shares, weights, curves."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def of(section: str) -> dict[str, Any]:
    """A section of the file; keys that are numbers (years, days) as numbers, points and other lists as tuples."""
    return _read(tomllib.loads(Path(__file__).with_name("court.toml").read_text("utf-8"))[section])


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return {int(key) if key.isdigit() else key: _read(part) for key, part in value.items()}
    return tuple(map(_read, value)) if isinstance(value, list) else value
