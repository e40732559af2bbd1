"""Mapping of unknown headers to columns: validated for a file, remembered with its author and time, offered next time."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from etl.reading.header_names import BATCH, LINE, LONGEST, REASON, fold, is_convertible, mapped_unit, names_of
from etl.reading.spelling.units import UnclearUnit
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.columns import Column
from scorecard.catalog.contracts import Table
from scorecard.errors import ScorecardError, StorageError, hint
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, storage_errors, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir


@dataclass(frozen=True)
class RememberedColumn:
    """An officer's answer for a header: a column of the table, "" to leave it out; with the officer and the time."""

    column: str
    actor: str
    at: datetime


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
        raise _refusal(
            shown, f"其中的单位“{unclear}”分不清是哪一个", expected, "请在文件的表头里写明一个单位"
        ) from unclear
    if unit and not is_convertible(unit, column):
        raise _refusal(shown, f"单位是“{unit.word}”，不能换算", expected, "请核对这一列，或换算后再上传")


def remember_mapping(data: DataDir, table: Table, mapping: Mapping[str, str], actor: Actor) -> None:
    """Stores the mapping for later files. Earlier answers stay on disk; the last answer for a header counts.

    Raises Forbidden, and ScorecardError as `validate_mapping` does. A mapping that is remembered already is not written again.
    """
    with audit.recorded(data, actor, "对应表头", table.id) as entry:
        actor.require("upload")
        said = validate_mapping(table, mapping)
        # Not the headers: personal data may stand in place of a header.
        entry.detail |= {"columns": sorted(filter(None, said.values())), "left_out": list(said.values()).count("")}
        with exclusive_lock(data):
            now = remembered_mapping(data, table)
            if all(folded in now and now[folded].column == column for folded, column in said.items()):
                entry.detail["already"] = True
                return
            _write(data, table, said, actor)


def remembered_mapping(data: DataDir, table: Table) -> Mapping[str, RememberedColumn]:
    """Folded header -> the last answer, for headers that the contract does not know and columns that it has.

    Raises StorageError when a file cannot be read.
    """
    known = names_of(table)
    last: dict[str, RememberedColumn] = {}
    for path in _files(data, table):
        last |= _read(path)
    return {
        folded: answer
        for folded, answer in last.items()
        if folded not in known and (not answer.column or answer.column in table.columns)
    }


def remembered_answers(headers: Iterable[str], past: Mapping[str, RememberedColumn]) -> dict[str, RememberedColumn]:
    """The remembered answers for these headers, by the header as it is written."""
    return {header: past[fold(header)] for header in headers if fold(header) in past}


def _write(data: DataDir, table: Table, said: Mapping[str, str], actor: Actor) -> None:
    folder = data.mappings / table.id
    with storage_errors(f"表头对应 {table.id}"):
        folder.mkdir(parents=True, exist_ok=True)
        remove_stale_temporaries(folder)
        number = max((int(path.name.split("-")[0]) for path in _files(data, table)), default=0) + 1
        record = {
            "number": number,
            "table": table.id,
            "mapping": said,
            "actor": actor.name,
            "at": datetime.now(COURT_TIME).replace(microsecond=0).isoformat(),
        }
        content = json.dumps(record, ensure_ascii=False, indent=1).encode()
        write_atomically(folder / f"{number:06d}-{sha256(content).hexdigest()[:12]}.json", content)


def _files(data: DataDir, table: Table) -> list[Path]:
    """Every mapping of the table, the oldest first."""
    paths = (data.mappings / table.id).glob("*.json")
    return sorted(path for path in paths if not path.name.startswith(TEMPORARY_PREFIX))


def _read(path: Path) -> dict[str, RememberedColumn]:
    try:
        record: dict[str, Any] = json.loads(path.read_bytes())
        actor, at = str(record["actor"]), datetime.fromisoformat(record["at"])
        return {folded: RememberedColumn(column, actor, at) for folded, column in record["mapping"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageError(
            f"表头对应 {path.parent.name}/{path.name}",
            "文件已损坏或不是本系统写入的",
            "完整的对应记录",
            "请从备份恢复，或移走这个文件",
        ) from error


def _refusal(header: str, problem: str, expected: str, remedy: str) -> ScorecardError:
    return ScorecardError(f"表头“{header}”的对应", problem, expected, remedy)
