"""Mapping of values to registered words, column by column: checked before a file is read with it."""

from collections.abc import Mapping

from etl.reading.categories import LONGEST_WORD, Vocabulary, fold_word, lost_characters, vocabularies
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, hint

ColumnWords = Mapping[str, Mapping[str, str]]  # column -> value -> registered word, "" for unknown


def validate_words(table: Table, catalog: Catalog, words: ColumnWords) -> dict[str, dict[str, str]]:
    """The mapping by column and folded value.

    In a text column a value may also be said to be a value of its own: then the word is the value. Raises ScorecardError
    for a column without registered words or with private contents, a value that is blank, too long, damaged or registered,
    a word that is not registered, and two words for one value.
    """
    known = vocabularies(catalog, table)
    said: dict[str, dict[str, str]] = {}
    for column, answers in words.items():
        if column not in known or table.columns[column].private:
            header = table.columns[column].header if column in table.columns else column
            listed = "、".join(table.columns[name].header for name in known if not table.columns[name].private)
            problem = "这一列没有登记的取值，或含个人信息"
            raise ScorecardError(f"“{header}”取值的对应", problem, f"有登记取值的列：{listed or '无'}")
        for text, word in answers.items():
            folded, header = fold_word(text), table.columns[column].header
            stored = _word(known[column], header, text, folded, word)
            if said.setdefault(column, {}).setdefault(folded, stored) != stored:
                raise _refusal(header, text, "对应了两个取值", "一个写法只对应一个取值", "请只保留一个")
    return said


def columns_of_words(table: Table, catalog: Catalog) -> tuple[str, ...]:
    """The columns of a table whose values are compared with registered words."""
    return tuple(vocabularies(catalog, table))


def choices(table: Table, catalog: Catalog, column: str, text: str) -> dict[str, str]:
    """What an officer may say of a value, each with its name: a registered word, itself where texts may be, or unknown."""
    known = vocabularies(catalog, table)[column]
    itself = {fold_word(text): "照原样（不是其中任何一个）"} if known.open else {}
    return {**known.choices, **itself, "": "未知"}


def _word(known: Vocabulary, header: str, text: str, folded: str, word: str) -> str:
    """The word as it is stored: of a department its id."""
    if not folded or len(folded) > LONGEST_WORD or lost_characters(text):
        raise _refusal(header, text, "空白、过长或有字符丢失", f"1 至 {LONGEST_WORD} 个字符的取值", "请在文件里改正")
    spelt = {fold_word(one): name for name, others in known.words.items() for one in (name, *others)}
    if spelt.get(folded) in known.choices:
        raise _refusal(header, text, f"就是“{known.name(spelt[folded])}”", "没有登记的写法", "不必对应")
    if not word or word in known.choices:
        return word
    if known.open and fold_word(word) == folded:
        return folded
    by_name = {name: stored for stored, name in known.choices.items()}
    if word not in by_name:
        raise _refusal(header, text, f"“{word[:40]}”没有登记", "登记的取值，或空白（未知）", hint(word, by_name))
    return by_name[word]


def _refusal(header: str, text: str, problem: str, expected: str, remedy: str) -> ScorecardError:
    return ScorecardError(f"“{header}”取值“{text.strip()[:40]}”的对应", problem, expected, remedy)
