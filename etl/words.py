"""A cell that must be a registered word -> the word, or why it is none: 是/否, codes, departments."""

import re
import unicodedata
from collections.abc import Mapping

from etl.outcome import EMPTY_WORDS, LEAVE_BLANK, Note, Outcome, half_width, refused
from etl.reading import ASCII_BLANKS, BLANKS
from scorecard.definitions import Catalog
from scorecard.errors import nearest

BOOLEANS: dict[str, bool] = {
    **dict.fromkeys(("是", "1", "y", "yes", "true", "t", "有", "√", "✓"), True),
    **dict.fromkeys(("否", "0", "n", "no", "false", "f", "无", "×", "✗"), False),
}
_COMPARED = 100  # characters of a word that is compared with the registered ones
_HINTS = 500  # words of one column that are compared with the registered ones; more are no slips of the pen

_FULL_WIDTH = re.compile(
    "[０-９Ａ-Ｚａ-ｚ\u00a0\u2002\u2003\u3000\u200b-\u200d\u2060\ufeff]"
)  # not punctuation


def spellings(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Every spelling, folded, -> the registered word."""
    return {_folded_word(spelling): word for word, others in words.items() for spelling in (word, *others)}


def _folded_word(text: str) -> str:
    return re.sub(f"[{BLANKS}]", "", unicodedata.normalize("NFKC", text)).lower()


def boolean(text: str) -> Outcome:
    """是 or 否 in any of their spellings."""
    folded, notes = half_width(text)
    if not folded:
        return Outcome(None)
    value = BOOLEANS.get(folded.lower())
    if value is None:
        return refused("boolean_unknown", "应为“是”或“否”", "也可写 1/0、Y/N、有/无")
    return Outcome(value, notes)


class Words:
    """Reads the words of one column: registered as `known` (folded spelling -> word)."""

    def __init__(self, code: str, known: Mapping[str, str], words: tuple[str, ...]) -> None:
        self._code, self._known, self._words = code, known, words
        self._spellings = [*words, *(spelling for spelling in known if spelling not in words)]
        self._hints = _HINTS

    def __call__(self, text: str) -> Outcome:
        trimmed = text.strip(ASCII_BLANKS)
        folded = _folded_word(trimmed)
        if not folded:
            return Outcome(None)
        word = self._known.get(folded)
        if word is not None:
            if trimmed in self._words or _FULL_WIDTH.search(trimmed) is None:
                return Outcome(word)
            return Outcome(word, (Note("width_folded", "repair", f"含全角字符或空格，读作“{word}”"),))
        if folded in EMPTY_WORDS:
            return refused(self._code, "取值未登记", LEAVE_BLANK)
        return refused(self._code, "取值未登记", self._hint(trimmed))

    def _hint(self, trimmed: str) -> str:
        """The word to write, not another spelling of it; a department's id is no word. To compare costs: not for ever."""
        if self._hints > 0 and len(trimmed) <= _COMPARED:
            self._hints -= 1
            near = nearest(trimmed, self._spellings)
            if near is not None:
                return f"是否为“{self._known[near] if self._known.get(near) in self._words else near}”？"
        return f"已登记：{'、'.join(self._words[:12])}{'等' if len(self._words) > 12 else ''}"


def department(words: Words, collective: frozenset[str], catalog: Catalog, text: str) -> Outcome:
    """The id of a department; the name of several together is none."""
    found = words(text)
    if isinstance(found.value, str) and found.value in collective:
        name = catalog.departments[found.value].name
        return refused("department_unknown", f"“{name}”是统称，不是一个部门", "请写具体部门")
    return found
