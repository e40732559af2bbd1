"""Staged text -> the table `typed`: the contract's columns with their exact types, every cell judged.

SQL converts the cells that are written as they should be. Each other spelling is read once by `cells`, in Python, and
joined back: so one module decides what a cell means, and a clean file never leaves the database.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from etl.invisible_characters import BLANKS
from etl.problems import LISTED, LISTED_PER_KIND, TITLES, Findings, Problem, Severity
from etl.reading import cells, sql_casts
from etl.reading.categories import LONGEST_WORD, UNREAD, named_words
from etl.reading.cell_results import CellNote, CellResult, half_width
from etl.reading.headers import Header
from etl.reading.rejected_rows import RejectedRows
from etl.reading.spelling.silence import says_nothing, unknown_text
from etl.reading.spelling.units import StatedUnit, times
from etl.reading.staging import Staged
from scorecard.catalog.columns import MASK, BooleanType, CellValue, Column, WordType
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog

_AT_ONCE = 50_000  # spellings of one column that are looked at together
_OFFERED = 200  # values of one column that a mapping may settle
_CASES_AT_MOST = 40  # spellings of one column that a CASE takes; more are joined
WRITTEN = "_written_"  # prefix of the text of columns whose bad cells count as unknown
CLEARED_BATCH, CLEARED_LINE = ("_cleared_batch", "_cleared_line")  # of corrected rows: the row kept aside they replace
BLANK = CellNote("blank_required", "refuse", "必填项空白", "请补填")


@dataclass(frozen=True)
class UnreadWord:
    """A value that is no registered word of its column, and what is said about it: a mapping can settle it."""

    column: str
    text: str
    hint: str


@dataclass(frozen=True)
class _Words:
    """What a column's cells are compared with beside its contract: words of conditions, and what an officer said (folded)."""

    named: tuple[str, ...]
    said: Mapping[str, str]


@dataclass
class _Plan:
    """How one column becomes typed: `clean` is SQL for the values of cleanly written cells, NULL for the others."""

    name: str
    column: Column
    cell: str
    clean: str
    type: str
    words: _Words
    repaired: str | None = None
    unit: StatedUnit | None = None
    answered: bool = False
    read: cells.CellReader | None = None  # where what one cell means depends on the column's other cells
    totals: Counter[tuple[int, str, Severity]] = field(default_factory=Counter)  # cells by weight and note
    unread: dict[UnreadWord, None] = field(default_factory=dict[UnreadWord, None])

    @property
    def answers(self) -> str:
        """The table that holds the answers of `cells`: text, value, weight."""
        return f"answers_{self.cell}"

    def reader(self, catalog: Catalog, as_of: dt.date | None) -> cells.CellReader:
        """How the cells are read that SQL does not take."""
        if self.read is not None:
            return self.read
        unit = self.unit.unit if self.unit else None
        return cells.reader(self.column, catalog, as_of, unit, self.words.named, self.words.said)


def create_typed(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    header: Header,
    table: Table,
    catalog: Catalog,
    as_of: dt.date | None,
    findings: Findings,
    sieve: RejectedRows,
    words: Mapping[str, Mapping[str, str]],
) -> tuple[UnreadWord, ...]:
    """Create the table `typed` (_line, then the contract's columns in its order); problems go to `findings`.

    A column that the file does not have is NULL throughout. `sieve` learns the rows that have a refusing cell. `words`:
    column -> what an officer said of its values (folded). The result are the values of which nobody said anything.
    """
    plans = _plans(con, staged, header, table, catalog, as_of, words)
    required = {*table.key} if len(table.key) == 1 else set[str]()
    required |= {name for name, column in table.columns.items() if column.required}
    for plan in plans:
        if plan.answered:
            _answer(con, plan, plan.reader(catalog, as_of), plan.name in required)
    _create(con, staged, header, table, plans)
    again = False
    for plan, survey in zip(plans, _survey(con, plans), strict=True):
        _report_unit(plan, survey.written, findings)
        if survey.unclean and not plan.answered:
            again = plan.answered = True
            _answer(con, plan, plan.reader(catalog, as_of), plan.name in required)
        read = plan.reader(catalog, as_of)  # with all its hints for the cells that are listed
        if plan.answered:
            _report_judged(con, staged, plan, read, plan.name in required, findings, sieve)
        if survey.repaired:
            _report_repaired(con, staged, plan, read, survey.repaired, findings)
        if survey.blank and plan.name in required:
            _report_blank(con, staged, plan, survey.blank, findings, sieve)
    if again:
        _create(con, staged, header, table, plans)
    return tuple(word for plan in plans for word in sorted(plan.unread, key=lambda word: word.text))


def _plans(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    header: Header,
    table: Table,
    catalog: Catalog,
    as_of: dt.date | None,
    words: Mapping[str, Mapping[str, str]],
) -> list[_Plan]:
    """How each column of the file becomes typed."""
    named = named_words(catalog, table)
    plans: list[_Plan] = []
    for position, name in enumerate(header.columns):
        if name is None:
            continue
        column, unit, cell = table.columns[name], header.units.get(name), f"c{position}"
        known = _Words(named.get(name, ()), words.get(name, {}))
        if not words.get(name) and says_nothing(con, cell, column, {*known.named, *column.words(catalog.departments)}):
            plans.append(_Plan(name, column, cell, "NULL", column.type.sql, known, read=unknown_text))
            continue
        plans.append(
            _category(con, name, column, cell, known)
            if known.named
            else _plan(con, name, column, cell, catalog, as_of, unit, known, hidden=staged.hidden)
        )
    return plans


def _category(con: duckdb.DuckDBPyConnection, name: str, column: Column, cell: str, words: _Words) -> _Plan:
    """A text that conditions or groups read: SQL takes the registered words, every other spelling is looked at."""
    registered = f"{cell} IN ({', '.join(map(sql_casts.literal, words.named))})"
    other = con.execute(f"SELECT 1 FROM raw WHERE {cell} IS NOT NULL AND NOT {registered} LIMIT 1").fetchall()
    clean = f"CASE WHEN {registered} THEN {cell} END"
    return _Plan(name, column, cell, clean, column.type.sql, words, answered=bool(other))


def _plan(
    con: duckdb.DuckDBPyConnection,
    name: str,
    column: Column,
    cell: str,
    catalog: Catalog,
    as_of: dt.date | None,
    unit: StatedUnit | None,
    words: _Words,
    *,
    hidden: bool,
) -> _Plan:
    kind = column.type.sql
    if (
        column.type.is_free_text
        and not con.execute(
            f"SELECT 1 FROM raw WHERE {sql_casts.needs_judgement_sql(cell, hidden=hidden)} LIMIT 1"
        ).fetchall()
    ):
        return _Plan(name, column, cell, cell, kind, words)
    if not isinstance(column.type, BooleanType | WordType):
        value = sql_casts.clean_sql(cell, column, catalog, as_of, unit.places_to(column.unit) if unit else 0)
        return _Plan(name, column, cell, value, kind, words, sql_casts.repaired(cell, column, value), unit)
    # Few distinct words: all are judged at once, and SQL maps those that are registered as they stand.
    few = f"SELECT DISTINCT {cell} FROM raw WHERE {cell} IS NOT NULL LIMIT {_AT_ONCE + 1}"
    spellings = con.execute(f"SELECT * FROM ({few}) ORDER BY 1").fetchall()
    if len(spellings) > _AT_ONCE:
        return _Plan(name, column, cell, "NULL", kind, words)
    presence = any(half_width(text)[0] == "有" for (text,) in spellings)
    read = cells.reader(column, catalog, as_of, said=words.said, presence=presence)
    judged = {text: read(text) for (text,) in spellings}
    known = {text: outcome.value for text, outcome in judged.items() if outcome.value is not None}
    clean = {text: value for text, value in known.items() if not judged[text].notes}
    if len(clean) > _CASES_AT_MOST:
        clean = {}
    left = len(clean) < len(judged)
    if isinstance(column.type, WordType) and known:
        # A Parquet file takes a type of a few words more than ten times as fast as text, and reads back as text.
        kind = f"words_{cell}"
        values = ", ".join(sql_casts.literal(word) for word in sorted(map(str, set(known.values()))))
        con.execute(f"CREATE TYPE {kind} AS ENUM ({values})")
    value = sql_casts.registered_words_sql(cell, clean, all_of_them=not left)
    return _Plan(
        name,
        column,
        cell,
        value,
        kind,
        words,
        answered=left,
        read=None if presence or isinstance(column.type, WordType) else read,
    )


# --- cells that SQL does not take -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Survey:
    """Of one column: cells that are not blank, that SQL does not take, that it takes with a repair; blank cells."""

    written: int
    unclean: int
    repaired: int
    blank: int


def _survey(con: duckdb.DuckDBPyConnection, plans: list[_Plan]) -> list[_Survey]:
    """The counts of every column, by comparing `typed` with `raw`."""
    counted = ["count(*)", *(f"count({plan.cell})" for plan in plans)]
    mended = [f"count(CASE WHEN {plan.repaired} THEN 1 END)" if plan.repaired else "0" for plan in plans]
    total, *counts = con.execute(f"SELECT {', '.join(counted + mended)} FROM raw").fetchall()[0]
    known = ", ".join(f'count("{plan.name}")' for plan in plans)
    cells_typed = con.execute(f"SELECT {known} FROM typed").fetchall()[0] if plans else ()
    cells_written, cells_repaired = counts[: len(plans)], counts[len(plans) :]
    return [
        _Survey(written, written - typed, repaired, total - written)
        for written, repaired, typed in zip(cells_written, cells_repaired, cells_typed, strict=True)
    ]


def _answer(con: duckdb.DuckDBPyConnection, plan: _Plan, read: cells.CellReader, required: bool) -> None:
    """Creates the table of the answers of `cells`, one for every distinct spelling that SQL does not take.

    A piece at a time: a file of nothing but wrong cells must not become as many objects here.
    """
    spelt = f"spelt_{plan.cell}"
    con.execute(
        f"CREATE TABLE {spelt} AS SELECT {plan.cell} AS text, count(*) AS n FROM raw "
        f"WHERE {plan.cell} IS NOT NULL AND ({plan.clean}) IS NULL GROUP BY 1"
    )
    con.execute(f"CREATE TABLE {plan.answers} (text VARCHAR, value {plan.type}, weight TINYINT)")
    schema = pa.schema([("text", pa.string()), ("value", pa.string()), ("weight", pa.int8())])
    ((spellings,),) = con.execute(f"SELECT count(*) FROM {spelt}").fetchall()
    for start in range(0, spellings, _AT_ONCE):
        piece = con.execute(
            f"SELECT text, n FROM {spelt} WHERE rowid >= {start} AND rowid < {start + _AT_ONCE}"
        ).fetchall()
        outcomes = [_for_column(plan.column, read(text), required) for text, _ in piece]
        values = [None if outcome.value is None else _as_text(outcome.value) for outcome in outcomes]
        weights = [_weight(outcome.notes) for outcome in outcomes]
        for (text, cells_so), outcome, weight in zip(piece, outcomes, weights, strict=True):
            for note in outcome.notes:
                plan.totals[weight, note.code, note.severity] += cells_so
                if note.code in UNREAD:
                    _offer(plan, text, note)
        con.register("answers", pa.table([[text for text, _ in piece], values, weights], schema=schema))
        con.execute(f"INSERT INTO {plan.answers} SELECT text, value::{plan.type}, weight FROM answers")
        con.unregister("answers")
    con.execute(f"DROP TABLE {spelt}")


def _offer(plan: _Plan, text: str, note: CellNote) -> None:
    """Keeps a value that a mapping can settle; those of a private column are shown to nobody."""
    if not plan.column.private and len(text) <= LONGEST_WORD and len(plan.unread) < _OFFERED:
        hint = note.reason + (f"，{note.suggestion}" if note.suggestion else "")
        plan.unread[UnreadWord(plan.name, text.strip(BLANKS), hint)] = None


def _for_column(column: Column, outcome: CellResult, required: bool) -> CellResult:
    """A blank is a problem in a required column; a refusal is only a report where bad cells count as unknown."""
    notes = outcome.notes
    if required and outcome.value is None and all(note.severity != "refuse" for note in notes):
        notes = (*notes, BLANK)
    return CellResult(outcome.value, tuple(_softened(column, note) for note in notes))


def _softened(column: Column, note: CellNote) -> CellNote:
    if column.on_problem == "refuse" or note.severity != "refuse" or note.final:
        return note
    return note._replace(severity="report", reason=f"{note.reason}，按“未知”处理")


def _weight(notes: tuple[CellNote, ...]) -> int:
    """0 nothing to say, 1 repaired or reported, 2 refused."""
    return 2 if any(note.severity == "refuse" for note in notes) else min(len(notes), 1)


def _as_text(value: CellValue) -> str:
    return value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)


# --- problems ---------------------------------------------------------------------------------------------


def _report_judged(
    con: duckdb.DuckDBPyConnection,
    staged: Staged,
    plan: _Plan,
    read: cells.CellReader,
    required: bool,
    findings: Findings,
    sieve: RejectedRows,
) -> None:
    """Reports every cell whose spelling has a note, refusals first."""
    cells_noted = f"FROM raw JOIN {plan.answers} AS answers ON {plan.cell} = answers.text WHERE weight"
    if any(weight == 2 for weight, _, _ in plan.totals):
        sieve.reject(f"SELECT {staged.line} AS _line {cells_noted} = 2")
    for weight, room in ((2, LISTED), (1, LISTED_PER_KIND)):
        totals: dict[tuple[str, Severity], int] = {
            (code, severity): n for (of, code, severity), n in plan.totals.items() if of == weight
        }
        if not totals:
            continue
        lines = con.execute(f"SELECT {staged.line}, text {cells_noted} = {weight} ORDER BY 1 LIMIT {room}").fetchall()
        notes = {
            text: _for_column(plan.column, read(text), required).notes
            for text in dict.fromkeys(text for _, text in lines)
        }
        listed = [_problem(plan, line, text, note) for line, text in lines for note in notes[text]]
        for (code, severity), of_kind in totals.items():
            kind = [problem for problem in listed if (problem.code, problem.severity) == (code, severity)]
            findings.add_all(kind, code, severity, plan.column.header, of_kind)


def _report_repaired(
    con: duckdb.DuckDBPyConnection, staged: Staged, plan: _Plan, read: cells.CellReader, count: int, findings: Findings
) -> None:
    """Reports the cells that SQL takes with a repair; `cells` says which repair."""
    lines = con.execute(
        f"SELECT {staged.line}, {plan.cell} FROM raw WHERE {plan.repaired} ORDER BY 1 LIMIT {LISTED_PER_KIND}"
    ).fetchall()
    listed = [_problem(plan, line, text, note) for line, text in lines for note in read(text).notes[:1]]
    findings.add_all(listed, listed[0].code, "repair", plan.column.header, count)


def _report_unit(plan: _Plan, written: int, findings: Findings) -> None:
    """Reports a column whose numbers stand in another unit, by its header or a line above: once, with the number of cells."""
    places = plan.unit.places_to(plan.column.unit) if plan.unit else 0
    if plan.unit and places and written:
        header, unit = plan.column.header, plan.unit
        reason = f"单位是“{unit.unit.word}”，本表规定为“{plan.column.unit}”，已换算（{times(places)}）这一列的 {written:,} 格"
        problem = Problem("unit_converted", "repair", unit.line, header, unit.written, reason, "请核对单位")
        findings.add_all([problem], problem.code, "repair", header, written)


def _report_blank(
    con: duckdb.DuckDBPyConnection, staged: Staged, plan: _Plan, count: int, findings: Findings, sieve: RejectedRows
) -> None:
    blank = f"SELECT {staged.line} AS _line FROM raw WHERE {plan.cell} IS NULL"
    lines = con.execute(f"{blank} ORDER BY 1 LIMIT {LISTED}").fetchall()
    note = _softened(plan.column, BLANK)
    if note.severity == "refuse":
        sieve.reject(blank)
    listed = [_problem(plan, line, "", note) for (line,) in lines]
    findings.add_all(listed, note.code, note.severity, plan.column.header, count)


def _problem(plan: _Plan, line: int, text: str, note: CellNote) -> Problem:
    header = plan.column.header
    if plan.column.private and text:
        return Problem(note.code, note.severity, line, header, MASK, TITLES[note.code])
    return Problem(note.code, note.severity, line, header, text.strip()[:80], note.reason, note.suggestion)


# --- the table ------------------------------------------------------------------------------------------------


def _create(con: duckdb.DuckDBPyConnection, staged: Staged, header: Header, table: Table, plans: list[_Plan]) -> None:
    by_name = {plan.name: plan for plan in plans}
    selected: list[str] = []
    joins: list[str] = []
    for name, column in table.columns.items():
        plan = by_name.get(name)
        value = f"NULL::{column.type.sql}" if plan is None else f"({plan.clean})::{plan.type}"
        if plan is not None and plan.answered:
            value = f"coalesce({value}, {plan.answers}.value)"
            joins.append(f"LEFT JOIN {plan.answers} ON {plan.cell} = {plan.answers}.text")
        selected.append(f'{value} AS "{name}"')
        if column.on_problem == "blank":
            written = "NULL" if plan is None else f"nullif(trim({plan.cell}, '{BLANKS}'), '')"
            selected.append(f'coalesce(({value})::VARCHAR, {written}) AS "{WRITTEN}{name}"')
    if header.clears is not None:
        batch, line = (f"nullif(trim(c{position}, '{BLANKS}' || chr(39)), '')" for position in header.clears)
        selected += [f"{batch} AS {CLEARED_BATCH}", f"try_cast({line} AS BIGINT) AS {CLEARED_LINE}"]
    con.execute(
        f"CREATE OR REPLACE TABLE typed AS SELECT {staged.line} AS _line, {', '.join(selected)} FROM raw {' '.join(joins)}"
    )
