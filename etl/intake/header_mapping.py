"""Mapping of unknown headers to columns, and of unknown values to words: remembered with its author and time, offered next time.

What a header may be mapped to is validated here, what a value may be in etl/intake/word_mapping.py.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.intake.word_mapping import ColumnWords, choices, validate_words
from etl.reading.categories import fold_word
from etl.reading.headers import BATCH, LINE, LONGEST, REASON, fold, is_convertible, mapped_unit, names_of
from etl.reading.spelling.units import UnclearUnit
from etl.reading.typed_rows import UnreadWord
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError, hint
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, make_folder, remove_stale_temporaries, storage_errors
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir


@dataclass(frozen=True)
class RememberedAnswer:
    """What an officer said a header or a value is, and when.

    The answer is a column of the table, "" to leave it out; of a value it is a registered word, "" for unknown.
    """

    answer: str
    actor: str
    at: datetime


Answers = Mapping[str, RememberedAnswer]  # by folded header or value


def validate_mapping(table: Table, mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping by folded header (headers.find_header takes it so).

    Raises ScorecardError for a header that is blank, too long, known already (also as a personal column), a column that the
    table does not have, a unit that cannot be converted into the column's, and two headers for one column.
    """
    known = names_of(table)
    said: dict[str, str] = {}
    by_column: dict[str, str] = {}
    for header, column in mapping.items():
        folded, shown = fold(header), header.strip()[:40]
        if not folded or len(header) > LONGEST:
            raise _refusal(shown, "空白或过长，不是表头", f"1 至 {LONGEST} 个字符的表头", "请在文件里写上表头")
        if folded in known or folded in (BATCH, LINE, REASON):
            column_known = known.get(folded)
            what = f"就是“{table.columns[column_known].header}”" if column_known else "本系统另有处理"
            raise _refusal(shown, f"表头已登记，{what}", "没有登记的表头", "不必对应")
        if folded in said and said[folded] != column:
            raise _refusal(shown, "同一表头对应了两列", "一个表头只对应一列", "请只保留一个对应")
        if column and column not in table.columns:
            near = hint(column, table.columns)
            raise _refusal(shown, f"“{table.name}”没有列“{column}”", "本表登记的列", near)
        if column and by_column.get(column, folded) != folded:
            name = table.columns[column].header
            raise _refusal(shown, f"另有表头也对应到“{name}”", "一列只由一个表头对应", "请只保留一个")
        if column:
            _validate_unit(folded, shown, table.columns[column])
        said[folded] = column
        by_column.setdefault(column, folded)
    return said


def _validate_unit(folded: str, shown: str, column: Column) -> None:
    expected = f"与“{column.unit}”同类的单位" if column.unit else "不带单位的表头"
    try:
        unit = mapped_unit(folded, column)
    except UnclearUnit as unclear:
        problem = f"其中的单位“{unclear}”分不清是哪一个"
        raise _refusal(shown, problem, expected, "请在文件的表头里写明一个单位") from unclear
    if unit and not is_convertible(unit, column):
        raise _refusal(shown, f"单位是“{unit.word}”，不能换算", expected, "请核对这一列，或换算后再上传")


def remember_mapping(
    data: DataDir,
    table: Table,
    mapping: Mapping[str, str],
    actor: Actor,
    *,
    words: ColumnWords | None = None,
    catalog: Catalog | None = None,
) -> None:
    """Stores the mapping of headers and, with the catalogue they are words of, of values (column -> value -> word) for later files.

    Earlier answers stay on disk; the last answer counts. Raises Forbidden, and ScorecardError as `validate_mapping` and
    `validate_words` do. A mapping that is remembered already is not written again.
    """
    with audit.recorded(data, actor, "对应表头", table.id) as entry:
        actor.require("upload")
        said = validate_mapping(table, mapping)
        of_columns = validate_words(table, catalog, words or {}) if catalog else {}
        # Neither headers nor values: personal data may stand in place of them.
        entry.detail |= {"columns": sorted(filter(None, said.values())), "left_out": list(said.values()).count("")}
        if of_columns:
            entry.detail["values"] = {table.columns[name].header: len(words) for name, words in of_columns.items()}
        with exclusive_lock(data):
            now, said_now = _last_answers(data, table), {_HEADERS: said, **of_columns}
            known = {(name, text, past.answer) for name, answers in now.items() for text, past in answers.items()}
            if known >= {(name, text, word) for name, words in said_now.items() for text, word in words.items()}:
                entry.detail["already"] = True
                return
            _write(data, table, said, of_columns, actor)


def remembered_mapping(data: DataDir, table: Table) -> Answers:
    """The last answers by folded header, for headers that the contract does not know and columns that it has.

    Raises StorageError when a file cannot be read.
    """
    known, answers = names_of(table), {"", *table.columns}
    past = _last_answers(data, table).get(_HEADERS, {})
    return {folded: said for folded, said in past.items() if folded not in known and said.answer in answers}


def remembered_words(
    data: DataDir, table: Table, catalog: Catalog, unread: Iterable[UnreadWord]
) -> dict[UnreadWord, RememberedAnswer]:
    """The last answers for these values, as far as they are words of their columns still."""
    last, found = _last_answers(data, table), dict[UnreadWord, RememberedAnswer]()
    for value in unread:
        past = last.get(value.column, {}).get(fold_word(value.text))
        if past is not None and past.answer in choices(table, catalog, value.column, value.text):
            found[value] = past
    return found


def remembered_answers(headers: Iterable[str], past: Answers) -> dict[str, RememberedAnswer]:
    """The remembered answers for these headers, by the header as it is written."""
    return {header: past[fold(header)] for header in headers if fold(header) in past}


_HEADERS = ""  # stands in place of a column for the answers about headers


def _last_answers(data: DataDir, table: Table) -> dict[str, dict[str, RememberedAnswer]]:
    """The last answers about headers and about the values of each column, whether or not they may still be given."""
    last: dict[str, dict[str, RememberedAnswer]] = {}
    for path in _files(data, table):
        for column, answers in _read(data, path).items():
            last.setdefault(column, {}).update(answers)
    return last


def _write(data: DataDir, table: Table, said: Mapping[str, str], words: ColumnWords, actor: Actor) -> None:
    folder = data.mappings / table.id
    with storage_errors(f"表头对应 {table.id}"):
        make_folder(folder)
        remove_stale_temporaries(folder)
        number = max((int(path.name.split("-")[0]) for path in _files(data, table)), default=0) + 1
        now = datetime.now(COURT_TIME).isoformat(timespec="seconds")
        answers = {"number": number, "table": table.id, "mapping": said, "words": words}
        record = {**answers, "actor": actor.name, "at": now}
        content = json.dumps(record, ensure_ascii=False, indent=1).encode()
        checksums.write_once(data, folder / f"{number:06d}-{sha256(content).hexdigest()[:12]}.json", content)


def _files(data: DataDir, table: Table) -> list[Path]:
    """Every mapping of the table, the oldest first."""
    return FolderChecks(data, data.mappings / table.id).paths("*.json")


def _read(data: DataDir, path: Path) -> dict[str, dict[str, RememberedAnswer]]:
    try:
        record: dict[str, Any] = json.loads(checksums.read(data, path))
        actor, at = str(record["actor"]), datetime.fromisoformat(record["at"])
        said: dict[str, dict[str, str]] = {_HEADERS: record["mapping"], **record.get("words", {})}
        return {
            column: {text: RememberedAnswer(answer, actor, at) for text, answer in answers.items()}
            for column, answers in said.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StorageError) as error:
        where, found = f"表头对应 {path.parent.name}/{path.name}", "文件已损坏或不是本系统写入的"
        raise StorageError(where, found, "完整的对应记录", "请从备份恢复，或移走这个文件") from error


def _refusal(header: str, problem: str, expected: str, remedy: str) -> ScorecardError:
    return ScorecardError(f"表头“{header}”的对应", problem, expected, remedy)
