"""Staged text -> the table `typed`: the contract's columns with their exact types, every cell judged.

SQL converts the cells that are written as they should be. Each other spelling is read once by `cells`, in Python, and
joined back: so one module decides what a cell means, and a clean file never leaves the database.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from etl.invisible_characters import BLANKS
from etl.problems import LISTED, LISTED_PER_KIND, TITLES, Findings, Problem, Severity
from etl.reading import cells, sql_casts
from etl.reading.categories import LONGEST_WORD, UNREAD, named_words
from etl.reading.cell_results import CellNote, CellResult, half_width, says_nothing, unknown
from etl.reading.headers import Header
from etl.reading.rejected_rows import RejectedRows
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
_SHARE = 2  # percent: what is not beyond may be a share of one, as a clearance rate of 1.05 is
_STATE_SHARE = "请在表头写明：百分数写（%），小数写（小数）；或在格里写 85.2%"
BLANK = CellNote("blank_required", "refuse", "必填项空白", "请补填")


@dataclass(frozen=True)
class UnreadWord:
    """A value that is no registered word of its column, and what is said about it: a mapping can settle it."""

    column: str
    text: str
    hint: str


@dataclass
class _Plan:
    """How one column becomes typed: `clean` is SQL for the values of cleanly written cells, NULL for the others.

    `named` are the words that conditions compare it with, `said` is what an officer said of its values (folded).
    """

    name: str
    column: Column
    cell: str
    named: tuple[str, ...]
    said: Mapping[str, str]
    required: bool
    unit: StatedUnit | None
    clean: str = "NULL"
    type: str = ""
    repaired: str | None = None
    answered: bool = False
    read: cells.CellReader | None = None  # where what one cell means depends on the column's other cells
    totals: Counter[tuple[int, str, Severity]] = field(default_factory=Counter)  # cells by weight and note
    unread: dict[UnreadWord, None] = field(default_factory=dict[UnreadWord, None])

    @property
    def answers(self) -> str:
        """The table that holds the answers of `cells`: text, value, weight."""
        return f"answers_{self.cell}"

    @property
    def places(self) -> int:
        """By how many digits the point of its numbers moves."""
        return self.unit.places_to(self.column.unit) if self.unit else 0

    def judge(self, outcome: CellResult) -> CellResult:
        """A blank is a problem in a required column; a refusal is only a report where bad cells count as unknown."""
        notes = outcome.notes
        if self.required and outcome.value is None and all(note.severity != "refuse" for note in notes):
            notes = (*notes, BLANK)
        return CellResult(outcome.value, tuple(map(self.softened, notes)))

    def softened(self, note: CellNote) -> CellNote:
        if self.column.on_problem == "refuse" or note.severity != "refuse" or note.final:
            return note
        return note._replace(severity="report", reason=f"{note.reason}，按“未知”处理")

    def problem(self, line: int, text: str, note: CellNote) -> Problem:
        header = self.column.header
        if self.column.private and text:
            return Problem(note.code, note.severity, line, header, MASK, TITLES[note.code])
        return Problem(note.code, note.severity, line, header, text.strip()[:80], note.reason, note.suggestion)


@dataclass(frozen=True)
class TypedRows:
    """Makes the table `typed` of the staged rows; problems go to `findings`.

    A column that the file does not have is NULL throughout. `sieve` learns the rows that have a refusing cell. `words`:
    column -> what an officer said of its values (folded).
    """

    con: duckdb.DuckDBPyConnection
    staged: Staged
    header: Header
    table: Table
    catalog: Catalog
    as_of: dt.date | None
    findings: Findings
    sieve: RejectedRows
    words: Mapping[str, Mapping[str, str]]

    def create(self) -> tuple[UnreadWord, ...]:
        """Creates it (_line, then the contract's columns in its order); the values of which nobody said anything."""
        plans = list(self._plans())
        for plan in plans:
            if plan.answered:
                self._answer(plan)
        self._create(plans)
        again = False
        for plan, (written, typed, repaired, blank) in zip(plans, self._survey(plans), strict=True):
            self._report_unit(plan, written)
            if written > typed and not plan.answered:
                again = plan.answered = True
                self._answer(plan)
            if plan.answered:
                self._report_judged(plan)
            if repaired:
                self._report_repaired(plan, repaired)
            if blank and plan.required:
                self._report_blank(plan, blank)
        if again:
            self._create(plans)
        for plan in plans:
            if plan.column.unit == "%":
                self._report_shares(plan) if plan.unit else self._report_unclear_shares(plan)
        return tuple(word for plan in plans for word in sorted(plan.unread, key=lambda word: word.text))

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.con.execute(sql).fetchall()

    def _reader(self, plan: _Plan) -> cells.CellReader:
        """How the cells are read that SQL does not take."""
        if plan.read is not None:
            return plan.read
        unit = plan.unit.unit if plan.unit else None
        return cells.reader(plan.column, self.catalog, self.as_of, unit, plan.named, plan.said)

    def _plans(self) -> Iterator[_Plan]:
        named = named_words(self.catalog, self.table)
        for position, name in enumerate(self.header.columns):
            if name is not None:
                column, said = self.table.columns[name], self.words.get(name, {})
                required = column.required or self.table.key == (name,)
                unit = self.header.units.get(name)
                plan = _Plan(name, column, f"c{position}", named.get(name, ()), said, required, unit)
                plan.type = column.type.sql
                self._complete(plan)
                yield plan

    def _complete(self, plan: _Plan) -> None:
        """Writes what SQL takes of the cells of a column, and how the others are read."""
        cell, column = plan.cell, plan.column
        words = {*plan.named, *column.words(self.catalog.departments)}
        if not plan.said and says_nothing(self.con, cell, column, words):
            plan.read, plan.unit = (lambda text: unknown(text) or CellResult(None)), None
        elif plan.named:  # a text that conditions or groups read: every other spelling is looked at
            registered = f"{cell} IN ({', '.join(map(sql_casts.literal, plan.named))})"
            other = self._rows(f"SELECT 1 FROM raw WHERE {cell} IS NOT NULL AND NOT {registered} LIMIT 1")
            plan.clean, plan.answered = f"CASE WHEN {registered} THEN {cell} END", bool(other)
        elif column.type.is_free_text and not self._rows(
            f"SELECT 1 FROM raw WHERE {sql_casts.needs_judgement_sql(cell, hidden=self.staged.hidden)} LIMIT 1"
        ):
            plan.clean = cell
        elif isinstance(column.type, BooleanType | WordType):
            self._few_words(plan)
        else:
            plan.clean = sql_casts.clean_sql(cell, column, self.catalog, self.as_of, plan.places)
            plan.repaired = sql_casts.repaired(cell, column, plan.clean)

    def _few_words(self, plan: _Plan) -> None:
        """Few distinct words: all are judged at once, and SQL maps those that are registered as they stand."""
        cell, word_type = plan.cell, isinstance(plan.column.type, WordType)
        few = f"SELECT DISTINCT {cell} FROM raw WHERE {cell} IS NOT NULL LIMIT {_AT_ONCE + 1}"
        spellings = self._rows(f"SELECT * FROM ({few}) ORDER BY 1")
        if len(spellings) > _AT_ONCE:
            return
        presence = any(half_width(text)[0] == "有" for (text,) in spellings)
        read = cells.reader(plan.column, self.catalog, self.as_of, said=plan.said, presence=presence)
        judged = {text: read(text) for (text,) in spellings}
        known = {text: outcome.value for text, outcome in judged.items() if outcome.value is not None}
        clean = {text: value for text, value in known.items() if not judged[text].notes}
        if len(clean) > _CASES_AT_MOST:
            clean = {}
        plan.answered = len(clean) < len(judged)
        if word_type and known:
            # A Parquet file takes a type of a few words more than ten times as fast as text, and reads back as text.
            plan.type = f"words_{cell}"
            values = ", ".join(sql_casts.literal(word) for word in sorted(map(str, set(known.values()))))
            self.con.execute(f"CREATE TYPE {plan.type} AS ENUM ({values})")
        plan.clean = sql_casts.registered_words_sql(cell, clean, all_of_them=not plan.answered)
        plan.read = None if presence or word_type else read

    def _create(self, plans: Sequence[_Plan]) -> None:
        by_name = {plan.name: plan for plan in plans}
        selected: list[str] = []
        joins: list[str] = []
        for name, column in self.table.columns.items():
            plan = by_name.get(name)
            value = f"NULL::{column.type.sql}" if plan is None else f"({plan.clean})::{plan.type}"
            if plan is not None and plan.answered:
                value = f"coalesce({value}, {plan.answers}.value)"
                joins.append(f"LEFT JOIN {plan.answers} ON {plan.cell} = {plan.answers}.text")
            selected.append(f'{value} AS "{name}"')
            if column.on_problem == "blank":
                written = "NULL" if plan is None else f"nullif(trim({plan.cell}, '{BLANKS}'), '')"
                selected.append(f'coalesce(({value})::VARCHAR, {written}) AS "{WRITTEN}{name}"')
        if self.header.clears is not None:
            batch, line = (f"nullif(trim(c{position}, '{BLANKS}' || chr(39)), '')" for position in self.header.clears)
            selected += [f"{batch} AS {CLEARED_BATCH}", f"try_cast({line} AS BIGINT) AS {CLEARED_LINE}"]
        columns = ", ".join(["line AS _line", *selected])
        self.con.execute(f"CREATE OR REPLACE TABLE typed AS SELECT {columns} FROM raw {' '.join(joins)}")

    def _survey(self, plans: Sequence[_Plan]) -> list[tuple[int, int, int, int]]:
        """Of every column: cells that are not blank, that SQL takes, that it takes with a repair; blank cells."""
        if not plans:
            return []
        written = ", ".join(f"count({plan.cell})" for plan in plans)
        mended = ", ".join(f"count(CASE WHEN {plan.repaired or 'false'} THEN 1 END)" for plan in plans)
        ((total, *counts),) = self._rows(f"SELECT count(*), {written}, {mended} FROM raw")
        known = ", ".join(f'count("{plan.name}")' for plan in plans)
        three = zip(
            counts[: len(plans)], self._rows(f"SELECT {known} FROM typed")[0], counts[len(plans) :], strict=True
        )
        return [(filled, typed, repaired, total - filled) for filled, typed, repaired in three]

    def _answer(self, plan: _Plan) -> None:
        """Creates the table of the answers of `cells`, one for every distinct spelling that SQL does not take; weight 2 refuses,
        0 has nothing to say.

        A piece at a time: a file of nothing but wrong cells must not become as many objects here.
        """
        spelt, read = f"spelt_{plan.cell}", self._reader(plan)
        self.con.execute(
            f"CREATE TABLE {spelt} AS SELECT {plan.cell} AS text, count(*) AS n FROM raw "
            f"WHERE {plan.cell} IS NOT NULL AND ({plan.clean}) IS NULL GROUP BY 1"
        )
        self.con.execute(f"CREATE TABLE {plan.answers} (text VARCHAR, value {plan.type}, weight TINYINT)")
        schema = pa.schema([("text", pa.string()), ("value", pa.string()), ("weight", pa.int8())])
        ((spellings,),) = self._rows(f"SELECT count(*) FROM {spelt}")
        for start in range(0, spellings, _AT_ONCE):
            piece = self._rows(f"SELECT text, n FROM {spelt} WHERE rowid >= {start} AND rowid < {start + _AT_ONCE}")
            outcomes = [plan.judge(read(text)) for text, _ in piece]
            values = [_as_text(outcome.value) for outcome in outcomes]
            refusing = (any(note.severity == "refuse" for note in outcome.notes) for outcome in outcomes)
            weights = [
                2 if refused else min(len(one.notes), 1) for refused, one in zip(refusing, outcomes, strict=True)
            ]
            for (text, cells_so), outcome, weight in zip(piece, outcomes, weights, strict=True):
                for note in outcome.notes:
                    plan.totals[weight, note.code, note.severity] += cells_so
                    # A mapping can settle it; values of a private column are shown to nobody.
                    offered = note.code in UNREAD and not plan.column.private and len(text) <= LONGEST_WORD
                    if offered and len(plan.unread) < _OFFERED:
                        said = note.reason + (f"，{note.suggestion}" if note.suggestion else "")
                        plan.unread[UnreadWord(plan.name, text.strip(BLANKS), said)] = None
            self.con.register("answers", pa.table([[text for text, _ in piece], values, weights], schema=schema))
            self.con.execute(f"INSERT INTO {plan.answers} SELECT text, value::{plan.type}, weight FROM answers")
            self.con.unregister("answers")
        self.con.execute(f"DROP TABLE {spelt}")

    def _report_judged(self, plan: _Plan) -> None:
        """Reports every cell whose spelling has a note, refusals first."""
        read = self._reader(plan)  # with all its hints for the cells that are listed
        cells_noted = f"FROM raw JOIN {plan.answers} AS answers ON {plan.cell} = answers.text WHERE weight"
        if any(weight == 2 for weight, _, _ in plan.totals):
            self.sieve.reject(f"SELECT line AS _line {cells_noted} = 2")
        for weight, room in ((2, LISTED), (1, LISTED_PER_KIND)):
            if not any(of == weight for of, *_ in plan.totals):
                continue
            lines = self._rows(f"SELECT line, text {cells_noted} = {weight} ORDER BY 1 LIMIT {room}")
            notes = {text: plan.judge(read(text)).notes for text in dict.fromkeys(text for _, text in lines)}
            listed = [plan.problem(line, text, note) for line, text in lines for note in notes[text]]
            for (of, code, severity), of_kind in plan.totals.items():
                kind = [one for one in listed if (of, one.code, one.severity) == (weight, code, severity)]
                self.findings.add_all(kind, code, severity, plan.column.header, of_kind if of == weight else 0)

    def _report_repaired(self, plan: _Plan, count: int) -> None:
        """Reports the cells that SQL takes with a repair; `cells` says which repair."""
        read, chosen = self._reader(plan), f"line, {plan.cell}"
        lines = self._rows(f"SELECT {chosen} FROM raw WHERE {plan.repaired} ORDER BY 1 LIMIT {LISTED_PER_KIND}")
        listed = [plan.problem(line, text, note) for line, text in lines for note in read(text).notes[:1]]
        self.findings.add_all(listed, listed[0].code, "repair", plan.column.header, count)

    def _report_unit(self, plan: _Plan, written: int) -> None:
        """Reports a column whose numbers stand in another unit, by its header or a line above: once, with the number of cells."""
        if plan.unit and plan.places and written:
            header, unit, to = plan.column.header, plan.unit, plan.column.unit
            how = f"单位是“{unit.unit.word}”，本表规定为“{to}”，已换算（{times(plan.places)}）"
            reason = f"{how}这一列的 {written:,} 格"
            problem = Problem("unit_converted", "repair", unit.line, header, unit.written, reason, "请核对单位")
            self.findings.add_all([problem], problem.code, "repair", header, written)

    def _report_shares(self, plan: _Plan) -> None:
        """Reports a column that is said to be of percentages of which none exceeds 1: they may be shares of one all the same."""
        ((most,),) = self._rows(f'SELECT max(abs("{plan.name}")) FROM typed')
        if plan.unit and not plan.places and most and most <= 1:
            reason = f"表头写明是百分数，而这一列最大只有 {plan.column.type.text(most, {})}%"
            where, suggestion = (
                (plan.unit.line, plan.column.header, plan.unit.written),
                "原是小数的，请把表头改为（小数）",
            )
            self.findings.add(Problem("shares_small", "report", *where, reason, suggestion))

    def _report_unclear_shares(self, plan: _Plan) -> None:
        """Refuses bare numbers under a header without a unit that are so small that 0.852 may well be 85.2 %, whatever the others are."""
        bare = (
            f"SELECT line AS _line, {plan.cell} AS text FROM raw WHERE regexp_matches({plan.cell}, '[0-9０-９]\\s*$')"
        )
        found = f'FROM ({bare}) JOIN typed USING (_line) WHERE "{plan.name}" <> 0 AND abs("{plan.name}") <= {_SHARE}'
        ((few,),) = self._rows(f"SELECT count(*) {found}")
        if few:
            self.sieve.reject(f"SELECT _line {found}")
            rows = self._rows(f"SELECT _line, text {found} ORDER BY 1 LIMIT {LISTED}")
            reason = "没有写明单位，分不清是百分数还是 0.852 这样的小数"
            said = CellNote("share_unclear", "refuse", reason, _STATE_SHARE)
            listed = [plan.problem(line, text, said) for line, text in rows]
            self.findings.add_all(listed, said.code, "refuse", plan.column.header, few)

    def _report_blank(self, plan: _Plan, count: int) -> None:
        blank = f"SELECT line AS _line FROM raw WHERE {plan.cell} IS NULL"
        lines = self._rows(f"{blank} ORDER BY 1 LIMIT {LISTED}")
        note = plan.softened(BLANK)
        if note.severity == "refuse":
            self.sieve.reject(blank)
        listed = [plan.problem(line, "", note) for (line,) in lines]
        self.findings.add_all(listed, note.code, note.severity, plan.column.header, count)


def _as_text(value: CellValue | None) -> str | None:
    return None if value is None else value.isoformat(" ") if isinstance(value, dt.datetime) else str(value)
