"""Cells that are compared with registered words: codes, departments, and texts that conditions or groups read.

A cell is the word it spells (width, blanks and case aside); else the word that an officer said it is; else the one word
that is left without numbering, trailing note, punctuation, or the upper levels of a path. Where what was dropped could
make it another word, nothing is dropped: a text then stays as it is, any other cell is refused, and both are said.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import chain
from typing import NamedTuple

from etl.invisible_characters import ASCII_BLANKS, HIDDEN
from etl.reading.cell_results import EMPTY_WORDS, LEAVE_BLANK, CellNote, CellResult, free_text, refused, unknown
from scorecard.catalog.columns import Column, DepartmentType, IndicatorType, WordType
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import nearest

LONGEST_WORD = 100  # characters of a cell that is compared with the registered words
_TRIED = 64  # texts left of one cell when numbering, notes and paths are dropped; a category has a few
_COMPARED = 2_000  # words of one column that are compared by likeness; a column of more holds no categories
_ALIKE = 0.8  # 合同纠纷 is not 买卖合同纠纷 (exactly this), 股权转让合同纠纷 resembles 股权转让纠纷
UNREAD = ("code_unknown", "department_unknown", "word_resembles")  # problems of words that a mapping can settle

_BLANK = re.compile(rf"[\s{HIDDEN}\u2800\u3164\u115f\u1160]+")
_LOST = re.compile(
    "[\ufffd\ufffe\uffff\u25a1\u3013\ue000-\uf8ff\U000f0000-\U0010fffd?？\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"
    r"|锟斤拷|烫烫|屯屯|&#x?[0-9a-fA-F]+;|\\u[0-9a-fA-F]{4}"
)


def fold_word(text: str) -> str:
    """A word as it is compared: half-width, lower case, without blanks and invisible characters."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).lower()


def lost_characters(text: str) -> bool:
    """Whether characters of a category were lost on the way: replaced by U+FFFD, ? or a box, by controls or by escapes."""
    return _LOST.search(text.strip(ASCII_BLANKS)) is not None


@dataclass(frozen=True)
class Vocabulary:
    """The registered words of a column with their other spellings, by the word as it is stored.

    `said` is what an officer said that other spellings are: folded -> word, "" unknown. `names` shows words by another
    name, `barred` words have a spelling and are no value (reason). Where it is `open`, every other text is a value too;
    where `noted`, a note in brackets behind a word may be dropped (behind a department it names a part of it).
    """

    code: str
    words: Mapping[str, tuple[str, ...]]
    said: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    barred: Mapping[str, str] = field(default_factory=dict[str, str])
    open: bool = False
    noted: bool = True

    def name(self, word: str) -> str:
        """A word as people write it."""
        return self.names.get(word, word)

    @property
    def choices(self) -> dict[str, str]:
        """The words that a cell can be, each with its name."""
        return {word: self.name(word) for word in self.words if word not in self.barred}


def vocabulary(
    column: Column, catalog: Catalog, named: Iterable[str] = (), said: Mapping[str, str] | None = None
) -> Vocabulary | None:
    """The words of a column; `named` are those that conditions and groups name. None where no words are registered."""
    match column.type:
        case DepartmentType():
            departments = catalog.departments.values()
            return Vocabulary(
                "department_unknown",
                column.words(catalog.departments),
                said or {},
                {department.id: department.name for department in departments},
                catalog.barred(column.responsible),
                noted=False,
            )
        case IndicatorType():
            return Vocabulary("code_unknown", catalog.indicator_names, said or {})
        case WordType():
            return Vocabulary("code_unknown", column.words(catalog.departments), said or {})
        case kind if kind.is_free_text and (words := tuple(named)):
            return Vocabulary("word_resembles", dict.fromkeys(words, ()), said or {}, open=True)
        case _:
            return None


def named_words(catalog: Catalog, table: Table) -> dict[str, tuple[str, ...]]:
    """For each text column of a table the words that conditions and groups of the whole catalogue compare it with."""
    terms = (term for definition in catalog.definitions.values() for term in definition.formula.terms)
    tests = [test for term in terms if term.table == table.id for test in term.where]
    for worklist in catalog.worklists.values():
        if worklist.table == table.id:
            tests += chain(worklist.where, worklist.unless, *worklist.one_of)
        if worklist.without is not None and worklist.without.table == table.id:
            tests += worklist.without.where
    tests += (test for check in table.checks if check.required_when for test in check.required_when.where)
    tests += (test for derived in table.derived.values() for test in derived.unknown_where)
    found: dict[str, dict[str, None]] = {}
    for test in tests:
        if test.operator in ("eq", "not", "in", "not_in"):
            values = test.value if isinstance(test.value, tuple) else (test.value,)
            found.setdefault(test.column, {}).update(dict.fromkeys(one for one in values if isinstance(one, str)))
    for group in (derived.group for derived in table.derived.values() if derived.group is not None):
        found.setdefault(group.of, {}).update(dict.fromkeys(chain.from_iterable(group.groups.values())))
    free = {name for name, column in table.columns.items() if column.type.is_free_text}
    return {name: tuple(words) for name, words in found.items() if words and name in free}


def vocabularies(
    catalog: Catalog, table: Table, said: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, Vocabulary]:
    """The words of every column of a table that has any."""
    named, answers, found = named_words(catalog, table), said or {}, dict[str, Vocabulary]()
    for name, column in table.columns.items():
        if words := vocabulary(column, catalog, named.get(name, ()), answers.get(name)):
            found[name] = words
    return found


_NUMBERING = re.compile(
    r"(?:[(\[【〔{]?(?:no\.?|第|[a-z]{1,3})?[0-9]{1,12}(?:[.\-][0-9]{1,6})*[条项类号款]?[)\]】〕}]?"
    r"|[(\[【〔{][一二三四五六七八九十百零〇]{1,5}[)\]】〕}]|[一二三四五六七八九十百千零]{1,7}(?=[、.,:)])|[a-z](?=[.、)]))"
    r"[.、,:)_\-·。]*"
)
_PATH = re.compile(r"[/\\>|→⇒»›—–―‐_~\-]+")
_BRACKETS = {")": "(", "]": "[", "】": "【", "〕": "〔", "}": "{"}
_PUNCTUATION = "。.,、;:·*/\\|_->“”\"'‘’《》"
# What may turn a note into the opposite of the word before it, or into doubt about it.
_DOUBT = re.compile("[不未非否无除撤疑待拟]")


class _Fold(NamedTuple):
    """One thing dropped from a cell: 编号, 附注, 标点 or 上级路径."""

    kind: str
    dropped: str


def _folds(text: str) -> Iterator[tuple[_Fold, str]]:
    """Everything that can be dropped next, with what is left."""
    if (numbering := _NUMBERING.match(text)) and numbering.end() < len(text):
        yield _Fold("编号", numbering[0]), text[numbering.end() :]
    if (start := _trailing_note(text)) > 0:
        yield _Fold("附注", text[start + 1 : -1]), text[:start]
    if (bare := text.strip(_PUNCTUATION)) and bare != text:
        yield _Fold("标点", ""), bare
    for separator in _PATH.finditer(text):
        if separator.start() > 0 and (rest := text[separator.end() :]):
            yield _Fold("上级路径", text[: separator.start()]), rest


def _trailing_note(text: str) -> int:
    """Where the note in brackets at the end of a text begins, -1 when there is none."""
    opening = _BRACKETS.get(text[-1:])
    depth = 0
    for position in range(len(text) - 1, -1, -1) if opening else ():
        depth += (text[position] == text[-1]) - (text[position] == opening)
        if depth == 0:
            return position
    return -1


class WordReader:
    """Reads the cells of one column against its registered words."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._exact = {spelling: word for word, others in words.words.items() for spelling in (word, *others)}
        by_folded: dict[str, set[str]] = {}
        for spelling, word in self._exact.items():
            by_folded.setdefault(fold_word(spelling), set()).add(word)
        # A spelling of several words is read only where it stands exactly as one of them.
        self._folded = {folded: words.pop() for folded, words in by_folded.items() if len(words) == 1}
        self._bracketed = {_brackets(spelling) for spelling in self._exact}
        self._left = _COMPARED

    def lost(self, cell: str) -> CellResult | None:
        """The refusal of a cell whose characters were lost on the way."""
        if not lost_characters(cell) or cell.strip(ASCII_BLANKS) in self._exact:
            return None
        reason = "有字符已丢失或损坏（�、?、控制字符等），不能确定原来的取值"
        return refused("characters_lost", reason, "请从原系统重新导出，或改回原来的文字")

    def __call__(self, text: str) -> CellResult:
        trimmed = text.strip(ASCII_BLANKS)
        if trimmed in self._exact:
            return self._as(self._exact[trimmed])
        folded = fold_word(trimmed)
        if not folded:
            return CellResult(None)
        if (word := self._folded.get(folded)) is not None:
            if not self._words.open and _brackets(trimmed) in self._bracketed:
                return self._as(word)
            note = CellNote("width_folded", "repair", f"含全角字符或空格，读作“{self._words.name(word)}”")
            return self._as(word, note)
        if (said := self._words.said.get(folded)) is not None:  # what an officer said it is
            if said and fold_word(said) == folded:
                return free_text(text)
            reason = f"按对应关系读作“{self._words.name(said) if said else '未知'}”"
            note = CellNote("word_mapped", "report", reason)
            return self._as(said, note) if said else CellResult(None, (note,))
        if self._words.open and (nothing := unknown(text)) is not None:
            return nothing
        return self._without_folds(text, folded)

    def _as(self, word: str, *notes: CellNote) -> CellResult:
        if word in self._words.barred:
            return refused(self._words.code, self._words.barred[word], "请写具体名称")
        return CellResult(word, notes)

    def _without_folds(self, text: str, folded: str) -> CellResult:
        """The one word that is left when numbering, notes and paths are dropped; otherwise why there is none."""
        reached = self._reached(folded)
        if len(reached) == 1:
            ((word, folds),) = reached.items()
            danger = self._danger(word, folds)
            if not danger:
                what = "、".join(dict.fromkeys(fold.kind for fold in folds))
                name = self._words.name(word)
                upper = self._registered_levels(word, folds)
                if upper and self._words.open:
                    reason = f"路径中的“{upper}”也是已登记的取值，按最后一级读作“{name}”"
                    return self._as(word, CellNote("word_path", "report", reason, "请核对是一个案由还是两个"))
                return self._as(word, CellNote("word_folded", "repair", f"去掉{what}，读作“{name}”"))
            return self._unread(text, folded, danger)
        both = "、".join(f"“{self._words.name(word)}”" for word in reached)
        return self._unread(text, folded, f"可能是{both}中的一个" if reached else "")

    def _reached(self, folded: str) -> dict[str, tuple[_Fold, ...]]:
        """Every registered word that dropping leads to, with what was dropped on the shortest way."""
        reached: dict[str, tuple[_Fold, ...]] = {}
        if len(folded) > LONGEST_WORD or not any(word in folded for word in self._folded):
            return reached
        open_ends: list[tuple[str, tuple[_Fold, ...]]] = [(folded, ())]
        seen = {folded}
        for text, before in open_ends:  # grows while it is read: the shortest ways first
            for fold, rest in _folds(text):
                if rest in seen or len(seen) > _TRIED or (fold.kind == "附注" and not self._words.noted):
                    continue
                seen.add(rest)
                if (word := self._folded.get(rest)) is not None:
                    reached.setdefault(word, (*before, fold))
                else:
                    open_ends.append((rest, (*before, fold)))
        return reached

    def _danger(self, word: str, folds: tuple[_Fold, ...]) -> str:
        """Why what was dropped might make it another word, "" when it cannot."""
        for fold in folds:
            if fold.kind == "附注" and (_DOUBT.search(fold.dropped) or self._refines(word, fold.dropped)):
                return f"附注“{fold.dropped}”可能改变含义"
        if not self._words.open and (upper := self._registered_levels(word, folds)):
            return f"又写有“{upper}”，不能确定是哪一个"
        return ""

    def _refines(self, word: str, note: str) -> bool:
        """Whether a note names another word, or a part of a word that says more than this one: 普通程序（合议）."""
        own = [spelling for spelling, other in self._folded.items() if other == word]
        others = [spelling for spelling, other in self._folded.items() if other != word]
        return any(
            (len(spelling) > 1 and spelling in note)
            or any(short in spelling and set(spelling.replace(short, "")) & set(note) for short in own)
            for spelling in others
        )

    def _registered_levels(self, word: str, folds: tuple[_Fold, ...]) -> str:
        """Another registered word among the upper levels of a path."""
        upper = "/".join(fold.dropped for fold in folds if fold.kind == "上级路径")
        return next((one for one, other in self._folded.items() if other != word and len(one) > 1 and one in upper), "")

    def _unread(self, text: str, folded: str, why: str) -> CellResult:
        """A cell that is no registered word: a value of its own, reported when it looks like one, or refused."""
        words = self._words
        near = self._near(folded)
        if not words.open:
            reason = "取值未登记" + (f"：{why}" if why else "")
            if folded in EMPTY_WORDS:
                return refused(words.code, reason, LEAVE_BLANK)
            listed = list(words.choices.values())
            more = f"已登记：{'、'.join(listed[:12])}{'等' if len(listed) > 12 else ''}"
            return refused(words.code, reason, f"是否为“{near}”？" if near else more)
        result = free_text(text)
        if not near and not why:
            return result
        reason = f"与已登记的“{near}”相近而不相同，照原样计" if near else f"{why}，照原样计"
        note = CellNote("word_resembles", "report", reason, "确是它的请对应到它；不是的可对应为“照原样”")
        return CellResult(result.value, (*result.notes, note))

    def _near(self, folded: str) -> str:
        """The name of the registered word that a cell contains or resembles. Comparing is slow, so it has a bound."""
        short = len(folded) <= LONGEST_WORD and self._left > 0
        self._left -= short
        if not self._words.open:
            names = list(self._words.choices.values())
            near = nearest(folded, [*names, *self._exact]) if short else None
            word = self._exact.get(near or "", near)
            return self._words.name(word) if word in self._words.choices else near or ""
        alike = [one for one in self._folded if _resembles(folded, one, compare=short)]
        best = max(alike, key=len, default="")
        return self._words.name(self._folded[best]) if best else ""


def _brackets(text: str) -> str:
    """A word with brackets in half width: so written it is nobody's mistake."""
    return text.replace("（", "(").replace("）", ")")


def _resembles(text: str, word: str, *, compare: bool) -> bool:
    """Whether a text has the word within, is its beginning cut off, or (to `compare` is slow) is like it."""
    if (len(word) > 1 and word in text) or (len(text) >= max(3, len(word) / 2) and word.startswith(text)):
        return True
    alike = SequenceMatcher(None, text, word)
    return compare and alike.real_quick_ratio() > _ALIKE and alike.quick_ratio() > _ALIKE and alike.ratio() > _ALIKE
