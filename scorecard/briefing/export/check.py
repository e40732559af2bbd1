"""An edited Word file compared with the paper made again from the record of its export: words may be changed, numbers not.

A number that stands after the words it stood after must be the one that stood there; after new words, it must be in its old place.
In a new paragraph any number that the paper says may stand. Pictures are not compared.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from scorecard.access import Actor
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.docx.document import write_docx
from scorecard.briefing.docx.written import WrittenText, read_docx
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.model import ExportManifest, parse
from scorecard.briefing.paper.numbers import numbers, own_numbers, plain
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published

_WHERE = "核对公文"
_ALIKE = 0.5  # of two texts without their numbers: less is a new text, not an edited one
_NOWHERE = "没有这个数"


@dataclass(frozen=True)
class WrongNumber:
    """A number that the version does not have at this place; `expected` is what it has."""

    place: str
    found: str
    expected: str
    text: str


@dataclass(frozen=True)
class EditedText:
    """A text that was changed, written (`before` is empty) or deleted (`after` is empty)."""

    place: str
    before: str
    after: str


@dataclass(frozen=True)
class CheckedFile:
    """What was found in the file of an export; `notice` says that the program is not the one that made it."""

    manifest: ExportManifest
    wrong: tuple[WrongNumber, ...]
    edited: tuple[EditedText, ...]
    notice: str


def check_docx(data: DataDir, raw: bytes, actor: Actor) -> CheckedFile:
    """The file compared. Raises ScorecardError for one that is no paper of this court's, Forbidden where the paper is not the actor's."""
    actor.require("export")
    given = read_docx(raw)
    try:
        manifest = parse(given.manifest)
    except (ValueError, KeyError, TypeError) as error:
        remedy = "请用导出的原文件改，另存时仍选 DOCX；由别的文件粘贴成的不能核对"
        raise ScorecardError(_WHERE, "文件里没有导出清单", "看板导出的 DOCX，改过文字的也可", remedy) from error
    record, order = export_records.read_record(data, manifest.id)
    export_records.check_seal(data, record)
    if record != manifest:
        remedy = f"请再做一次导出 {manifest.id}，以它为准"
        raise ScorecardError(_WHERE, f"文件里的清单与导出记录 {manifest.id} 不符，可能被改动", "导出时的原样", remedy)
    paper = compose(gather(open_published(data, record.version), order, actor), record)
    written = (read_docx(write_docx(one)).texts for one in (paper, *paper.annexes))
    again = min(written, key=lambda texts: len(_unlike(given.texts, texts)))  # the paper itself, or an annex of it
    wrong, edited = _compared(given.texts, again, own_numbers(paper) | {n for _, n in numbers(paper.title)})
    changed = record.program != export_records.program()
    notice = "程序在导出之后更新过，措辞可能不同；数字仍可核对。" if changed else ""
    return CheckedFile(record, tuple(wrong), tuple(edited), notice)


def _compared(
    given: Sequence[WrittenText], expected: Sequence[WrittenText], own: set[str]
) -> tuple[list[WrongNumber], list[EditedText]]:
    changed, missing = _unlike(given, expected), _unlike(expected, given)
    wrong, edited = list[WrongNumber](), list[EditedText]()
    for text in changed:
        before = max(missing, key=lambda other: _likeness(text, other), default=None)
        if before is None or _likeness(text, before) < _ALIKE:
            said = "　".join(filter(None, text.cells))
            edited.append(EditedText(text.place, "", said))
            foreign = dict.fromkeys(number for _, number in numbers(said) if number not in own)
            wrong += [WrongNumber(text.place, number, _NOWHERE, said) for number in foreign]
            continue
        missing.remove(before)
        for place, after, was in _cells(text, before):
            if plain(after) == plain(was):
                continue
            wrong += [WrongNumber(place, number, right, after) for number, right in _wrong(after, was)]
            if _wordy(after) != _wordy(was):
                edited.append(EditedText(place, was, after))
    edited += [EditedText(text.place, "　".join(filter(None, text.cells)), "") for text in missing]
    return wrong, edited


def _unlike(texts: Sequence[WrittenText], others: Sequence[WrittenText]) -> list[WrittenText]:
    """Those that do not stand among the others, wherever: a text that was only moved does."""
    left = Counter(tuple(map(plain, other.cells)) for other in others)
    unlike: list[WrittenText] = []
    for text in texts:
        key = tuple(map(plain, text.cells))
        left[key] -= 1
        if left[key] < 0:
            unlike.append(text)
    return unlike


def _likeness(text: WrittenText, other: WrittenText) -> float:
    """Of their words; rows of tables are alike by what they are about."""
    if (len(text.cells) > 1) != (len(other.cells) > 1):
        return 0.0
    about = 1.0 if len(text.cells) > 1 and text.cells[0] == other.cells[0] else 0.0
    return (
        about + SequenceMatcher(None, _wordy("".join(text.cells)), _wordy("".join(other.cells)), autojunk=False).ratio()
    )


def _wordy(text: str) -> str:
    return re.sub(r"\d+", "0", plain(text))


def _cells(text: WrittenText, before: WrittenText) -> Iterator[tuple[str, str, str]]:
    if len(text.cells) == len(before.cells) > 1:
        for at, (after, was) in enumerate(zip(text.cells, before.cells, strict=True), start=1):
            yield f"{text.place}第{at}列", after, was
    else:
        yield text.place, "　".join(text.cells), "　".join(before.cells)


def _wrong(after: str, before: str) -> Iterator[tuple[str, str]]:
    """Each number of an edited text that is not as before, with what stood there."""
    ours, theirs = numbers(after), numbers(before)
    places = SequenceMatcher(None, [number for _, number in ours], [number for _, number in theirs], autojunk=False)
    for tag, start, end, first, last in places.get_opcodes():
        for lead, number in ours[start:end]:
            words = len(re.findall(r"\w", lead)) > 1
            stood = [other for words_before, other in theirs if words and words_before == lead]
            if number not in stood if stood else tag != "equal":
                right = stood or [other for _, other in theirs[first:last]]
                yield number, "、".join(right) or _NOWHERE
