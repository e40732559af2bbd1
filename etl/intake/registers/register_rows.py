"""The rows of a register as they count now, published or waiting, with who entered each; and cells pasted from a spreadsheet."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import duckdb

from etl.intake.accept import read_seed_table
from etl.intake.batches import Batch
from etl.intake.declared_none import newest_rows
from etl.reading.headers import fold, names_of
from scorecard.calendar.period import StatisticalCalendar
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.store.versions import VersionManifest

RowStanding = Literal["已发布", "待发布", "初始值"]


@dataclass(frozen=True)
class RegisterRow:
    """One row by the columns of its table; `account` entered it at `at`; a row of the seeds was entered by nobody."""

    values: Mapping[str, Any]
    account: str
    at: datetime | None
    standing: RowStanding


def register_rows(
    catalog: Catalog, table: Table, batches: Sequence[Batch], published: VersionManifest | None
) -> tuple[RegisterRow, ...]:
    """The newest row of each key, the last entered first; then rows of the seeds that nobody has entered since."""
    in_version = {(record["table"], record["name"]) for record in published.batches} if published else set()
    own = [batch for batch in batches if batch.table == table.id and not batch.none]
    rows: list[RegisterRow] = []
    if own:
        with duckdb.connect() as con:
            found = con.sql(f"SELECT * FROM {newest_rows(table, own)} ORDER BY _place DESC, _line DESC")
            for row in found.to_arrow_table().to_pylist():
                batch = own[row["_place"]]
                standing: RowStanding = "已发布" if (batch.table, batch.name) in in_version else "待发布"
                rows.append(RegisterRow(_values(row, table), batch.actor, batch.accepted_at, standing))
    if table.seed:
        entered = {key_of(row.values, table) for row in rows}
        seeded = read_seed_table(catalog.files[table.seed], table, catalog).to_pylist()
        first = [RegisterRow(_values(row, table), "", None, "初始值") for row in seeded]
        rows += [row for row in first if key_of(row.values, table) not in entered]
    return tuple(rows)


def key_of(values: Mapping[str, Any], table: Table) -> tuple[Any, ...]:
    """What tells a row from every other row of its table."""
    return tuple(values[name] for name in table.key)


def untold_months(
    table: Table, rows: Sequence[RegisterRow], batches: Sequence[Batch], today: date, months: StatisticalCalendar
) -> tuple[int, ...]:
    """The months before this one of which nobody has said anything, since the register begins: no row that begins in them and
    no declaration; `batches` are those of the register.

    A register that came as a file tells of every month up to its 数据截至.
    """
    days = (row.values[table.begins_on] for row in rows) if table.begins_on else ()
    known = {months.month_of(day) for day in days if day is not None}
    known |= {month for batch in batches if batch.none and (month := months.ending_on(batch.as_of)) is not None}
    told = max((months.month_of(batch.as_of) for batch in batches if not batch.none and not batch.typed), default=0)
    begun = range(max(min(known, default=0), told + 1), months.month_of(today)) if known else ()
    return tuple(month for month in begun if month not in known)


def _values(row: Mapping[str, Any], table: Table) -> dict[str, Any]:
    return {name: row.get(name) for name in table.columns}


def pasted_csv(text: str, table: Table) -> tuple[bytes, bool, int]:
    """The cells as a CSV, whether the contract's headers were put above them, and the width of a row that is too wide for it.

    The first line is a header where at least half of its cells, two of them at the least, are headers of the table.
    """
    lines = [
        row for row in csv.reader(io.StringIO(text.replace("\r\n", "\n")), delimiter="\t") if any(map(str.strip, row))
    ]
    names = names_of(table)
    known = sum(fold(cell) in names for cell in lines[0])
    headed = known >= min(2, len(table.columns)) and 2 * known >= len(lines[0])
    widest = max(map(len, lines))
    if not headed:
        if widest > len(table.columns):
            return b"", True, widest
        lines.insert(0, [column.header for column in table.columns.values()][:widest])
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([*row, *[""] * (len(lines[0]) - len(row))] for row in lines)
    return out.getvalue().encode(), not headed, 0
