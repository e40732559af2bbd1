"""Statements by what they are made of: an expression is built and compiled only where its text is not known yet.

A build compiles some two hundred expressions, most of them as the build before did. Their texts are kept in the process and,
between processes, in one file, under a digest of the function and of everything that it is given. Days are not part of a
text: it is compiled for days that no court has, and these are replaced.
"""

import functools
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec

import ibis
from pydantic import BaseModel

from scorecard.storage.atomic_files import write_atomically

P = ParamSpec("P")
_MOST = 4096  # texts kept: a process that sees many catalogues forgets them all and begins anew
_TEXTS: dict[str, str] = {}


@dataclass(frozen=True)
class Statement:
    """The rows that a function of definitions and days declares, not built yet."""

    declared_by: Callable[..., Any]
    given: tuple[object, ...]

    def expression(self) -> Any:
        """The rows as an Ibis expression."""
        return self.declared_by(*self.given)

    def sql(self) -> str:
        """The rows as DuckDB SQL."""
        days = [one for one in self.given if isinstance(one, date)]
        stands_for = [date(9000 + place, 1, 1) for place in range(len(days))]
        left = iter(stands_for)
        given = [next(left) if isinstance(one, date) else one for one in self.given]
        name = f"{self.declared_by.__module__}.{self.declared_by.__qualname__}"
        key = sha256("\0".join([name, *map(_told, given)]).encode()).hexdigest()
        if key not in _TEXTS:
            if len(_TEXTS) >= _MOST:
                _TEXTS.clear()
            _TEXTS[key] = compiled(self.declared_by(*given))
        text = _TEXTS[key]
        for placeholder, day in zip(stands_for, days, strict=True):
            text = text.replace(_written(placeholder), _written(day))
        return text


def statement(declared_by: Callable[P, Any]) -> Callable[P, Statement]:
    """The function as one that only says what it would build. It must read a day nowhere but in expressions."""

    @functools.wraps(declared_by)
    def said(*given: P.args, **named: P.kwargs) -> Statement:
        assert not named, "a statement is known by what stands in its place"
        return Statement(declared_by, given)

    return said


def compiled(expression: Any) -> str:
    """The expression as DuckDB SQL."""
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))


def _written(day: date) -> str:
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"


_SAID: dict[int, tuple[BaseModel, str]] = {}


def _told(one: object) -> str:
    """What a definition says, whole. Once for each frozen one, which is kept so that its number stays its own."""
    if not isinstance(one, BaseModel):
        return repr(one)
    if id(one) not in _SAID:
        if len(_SAID) >= _MOST:
            _SAID.clear()
        _SAID[id(one)] = one, repr(one)
    return _SAID[id(one)][1]


def recall(path: Path, program: str) -> int:
    """Takes the texts of the file, where this program wrote it and it is whole; how many there were."""
    try:
        kept = json.loads(path.read_bytes())
        if kept["digest"] == _digest(program, kept["texts"]):
            _TEXTS.update(kept["texts"])
            return len(kept["texts"])
    except (OSError, ValueError, TypeError, KeyError):
        pass  # nothing is lost: what is not known is compiled
    return 0


def keep(path: Path, program: str, recalled: int = 0) -> None:
    """Writes the texts for the next process, where there are more than were recalled."""
    if len(_TEXTS) > recalled:
        kept = {"digest": _digest(program, _TEXTS), "texts": _TEXTS}
        with suppress(OSError):  # a version is not refused because of what could be compiled again
            write_atomically(path, json.dumps(kept, ensure_ascii=False).encode())


def _digest(program: str, texts: object) -> str:
    said = json.dumps([program, ibis.__version__, texts], ensure_ascii=False, sort_keys=True)
    return sha256(said.encode()).hexdigest()
