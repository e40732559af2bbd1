"""What reading one cell gives: its value, or the reason why it has none."""

import re
import unicodedata
from collections.abc import Callable, Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from etl.invisible_characters import ASCII_BLANKS, BLANKS
from etl.problems import Severity
from scorecard.catalog.columns import CellValue, Column

QUOTED = 80  # characters of a cell that are repeated in a sentence


class CellNote(NamedTuple):
    """A problem of a cell, without its place: see Problem."""

    code: str
    severity: Severity
    reason: str
    suggestion: str = ""
    final: bool = False  # refused also where the contract takes a bad cell for unknown


@dataclass(frozen=True)
class CellResult:
    """The value of a cell (None: unknown) and its notes."""

    value: CellValue | None
    notes: tuple[CellNote, ...] = ()


CellReader = Callable[[str], CellResult]

LEAVE_BLANK = "没有内容时请留空"
EMPTY_WORDS = frozenset((  # the one list of words that say "unknown", folded
    "null", "(null)", "<null>", "\\n", "none", "nil", "nan", "na", "n/a", "n.a.", "undefined", "-", "--", "---", "—", "——",
    "/", "//", "\\", "无", "暂无", "没有", "空", "空白", "不详", "不明", "未知", "不清楚", "待定", "待补", "待查", "待核",
    "未填", "未填写", "未登记", "未提供", "无代码", "无信用代码", "无统一社会信用代码", "无案号",
))  # fmt: skip
_STROKES = re.compile(r"[-‐‑‒–—―−/\\]+")


def unknown(written: str) -> CellResult | None:
    """An unknown value for a blank cell or a word that says so (无, —, 不详, N/A); None for any other."""
    text = unicodedata.normalize("NFKC", written).strip(BLANKS)
    if not text:
        return CellResult(None)
    if text.lower() in EMPTY_WORDS or _STROKES.fullmatch(text):
        return CellResult(None, (CellNote("value_unknown", "repair", f"“{text}”表示没有或不详，按空白（未知）处理"),))
    return None


def half_width(text: str) -> tuple[str, tuple[CellNote, ...]]:
    """Half-width and trimmed, with a note when full-width characters or blanks had to be folded."""
    trimmed = text.strip(ASCII_BLANKS)
    folded = unicodedata.normalize("NFKC", text).replace("−", "-").strip(BLANKS)
    if folded == trimmed:
        return folded, ()
    return folded, (CellNote("width_folded", "repair", f"全角字符或空格已改为“{folded[:QUOTED]}”"),)


def refused(code: str, reason: str, suggestion: str = "", *, final: bool = False) -> CellResult:
    """No value, because it is wrong or could mean two things; `final` also where a bad cell counts as unknown."""
    return CellResult(None, (CellNote(code, "refuse", reason, suggestion, final),))


def free_text(text: str) -> CellResult:
    """A text as it stands, without blanks at its ends."""
    trimmed = text.strip(BLANKS)
    if trimmed == text.strip(ASCII_BLANKS) or not trimmed:
        return CellResult(trimmed or None)
    return CellResult(trimmed, (CellNote("blanks_trimmed", "repair", "首尾的全角空格或不可见字符已去掉"),))


_SPELLINGS = 100  # a column of more says something


def says_nothing(
    con: duckdb.DuckDBPyConnection, cell: str, column: Column, registered: AbstractSet[str], table: str = "raw"
) -> bool:
    """Whether every cell of a column that is filled in says that nothing is known: 无, — or NA throughout is a blank column.

    Beside other values such a word is judged as the column's type has it. So it is throughout a column that must be filled in,
    and where a blank would mean something: to say nothing is not to say that. A `registered` word is a value. The first
    cell settles most.
    """
    if column.required or column.blank_means:
        return False
    filled = f"SELECT {{}} {cell} FROM {table} WHERE {cell} IS NOT NULL LIMIT {{}}"
    for distinct, most in (("", 1), ("DISTINCT", _SPELLINGS + 1)):
        texts = [text for (text,) in con.execute(filled.format(distinct, most)).fetchall()]
        if not 0 < len(texts) <= _SPELLINGS:
            return False
        if any(unknown(text) is None or text.strip(BLANKS) in registered for text in texts):
            return False
    return True
