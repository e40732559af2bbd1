"""The rules of a contract between rows and between columns, over the view `typed`: keys, order, amounts, sentinels.

Each rule is written as the good condition and a row is named where that is not true, so that NULL never slips by.
Rules between columns hold where both are known.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import ibis

from etl.duckdb_connection import calendar_days
from etl.problems import LISTED, LISTED_PER_KIND, Findings, Problem, Severity
from etl.reading.case_rows import combine_cases
from etl.reading.headers import Header
from etl.reading.rejected_rows import RejectedRows
from etl.reading.typed_rows import WRITTEN
from scorecard.case_number import NORMAL_PATTERN
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Check, CutDate, PartsSum, RequiredWhen, Table
from scorecard.catalog.court import MemberCourt
from scorecard.catalog.definitions import Catalog
from scorecard.queries import terms
from scorecard.queries.derived_columns import CALENDAR, derive
from scorecard.queries.row_days import cut_days_sql, department_columns, own_day
from scorecard.queries.terms import located, sql, unbound
from scorecard.storage.sql_text import quoted

_QUOTED = 80  # characters of a value that are repeated
_OTHERS = 5  # lines named beside a doubled one


class Rules:
    """Checks one extract; what it finds goes to `findings`."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog, findings: Findings, sieve: RejectedRows,
        header: Header,
    ) -> None:  # fmt: skip
        self._con, self._table, self._findings, self._sieve = con, table, findings, sieve
        self._courts = [one for one in catalog.departments.values() if isinstance(one, MemberCourt)]
        self._source = "typed"
        self.identical = 0  # rows that were the same as another one, or of the same case
        self._there = there = set(header.columns)
        self._missing = {name for name, column in table.columns.items() if column.required} - there
        self._keyed = bool(there & set(table.key)) and not self._missing & set(table.key)

    def check(self) -> None:
        """Every rule of the contract, the key first.

        A doubled row rejects all that share its key, also those that have a wrong cell besides: which of them is right
        is not for us to say. Rules within a row are for rows whose cells are right, and what is only reported between
        rows is said of the rows that stay.
        """
        if any(set(self._columns_of(check)) & set(self._table.derived) for check in self._table.checks):
            # A view with the derived columns too, computed as the warehouse will compute them.
            self._con.register(CALENDAR, calendar_days())
            numbered = located(self._table, "numbered", derived=False)
            self._con.execute("CREATE VIEW numbered AS SELECT *, 0::INTEGER AS _batch FROM typed")
            self._con.execute(f"CREATE VIEW derived AS {sql(derive(self._table, numbered))}")
            self._source = "derived"
        case = self._table.one_row_per if self._table.one_row_per in self._there else None
        key = self._table.key if self._keyed else (case,) if case else ()
        names = ", ".join(f'"{column}"' for column in key or self._table.columns)
        # Equal hashes are looked at exactly, different ones are different values.
        ((distinct, total),) = self._con.execute(
            f"SELECT count(DISTINCT hash({names})), count(*) FROM typed"
        ).fetchall()
        if distinct != total and (case or self._table.identical_rows == "one"):
            if self._table.identical_rows == "one":
                self.identical = collapse(self._con, self._findings, key)
            if case:
                self.identical += combine_cases(self._con, self._table, self._findings, self._sieve)
            elif key:
                self._doubled("key_doubled", "refuse", self._table.key)
        self._unique("refuse")
        self._sieve.remove()
        if self._keyed:
            self._key_blank()
        for check in self._table.checks:
            if not self._missing & set(self._columns_of(check)):  # said once, of the header
                self._within_row(check)
        for name, column in self._table.columns.items():
            if column.court == "own" and self._table.department and self._courts:
                self._other_court(name, self._table.department)
        self._sieve.remove()
        self._unique("report")
        for check in self._table.checks:
            if check.cut_date is not None:
                self._cut_date(check.cut_date)

    def _within_row(self, check: Check) -> None:
        name = self._table.header
        if check.not_after is not None:
            first, second = check.not_after
            self._pair(check, "order_wrong", first, second, subject=second, relation=f"早于{name(first)}")
        if check.at_most is not None:
            first, second = check.at_most
            self._pair(check, "amount_exceeded", first, second, subject=first, relation=f"大于{name(second)}")
        if check.required_when is not None:
            self._required(check, check.required_when)
        if check.add_up is not None and self._there >= self._table.sources(self._columns_of(check)):
            self._add_up(check, check.add_up)

    def _other_court(self, number: str, court: str) -> None:
        """A case under the number of one court in a row of another: it would count for the wrong one."""
        codes = " ".join(f"WHEN {quoted(code)} THEN {quoted(one.id)}" for one in self._courts for code in one.codes)
        named = f'CASE regexp_extract("{number}", {quoted(NORMAL_PATTERN)}, 2) {codes} END'
        rows, count = self._found(
            f'SELECT _line, "{number}", {named}, "{court}" FROM typed WHERE {named} <> "{court}" ORDER BY 1', "refuse"
        )
        names, header = {one.id: one.name for one in self._courts}, self._table.header(number)
        listed = [
            Problem(
                "court_differs", "refuse", line, header, text,
                f"是{names[own]}的案号，“{self._table.header(court)}”写的是{names[written]}", "请核对这两列",
            )
            for line, text, own, written in rows
        ]  # fmt: skip
        self._findings.add_all(listed, "court_differs", "refuse", header, count)

    def _unique(self, severity: Severity) -> None:
        for check in self._table.checks:
            if check.unique is not None and check.on_problem == severity:
                self._doubled("unique_doubled", severity, check.unique)

    @staticmethod
    def _columns_of(check: Check) -> tuple[str, ...]:
        if check.required_when is not None:
            return (check.required_when.column, *(test.column for test in check.required_when.where))
        if check.cut_date is not None:
            return (check.cut_date.date, check.cut_date.missing)
        if check.add_up is not None:
            return (*check.add_up.parts, check.add_up.total)
        return check.not_after or check.at_most or check.unique or ()

    def _key_blank(self) -> None:
        blank = " AND ".join(f'"{column}" IS NULL' for column in self._table.key)
        headers = "、".join(map(self._table.header, self._table.key))
        rows, count = self._found(f"SELECT _line FROM typed WHERE {blank} ORDER BY 1", "refuse")
        reason = "主键的各列都空白，无法识别是哪一行"
        listed = [Problem("key_blank", "refuse", line, headers, "", reason, "请补填") for (line,) in rows]
        self._findings.add_all(listed, "key_blank", "refuse", headers, count)

    def _doubled(self, code: str, severity: Severity, columns: tuple[str, ...]) -> None:
        """Every row that shares its values with another one, with the lines of the others."""
        source = self._source if set(columns) & set(self._table.derived) else "typed"
        # What stands where a bad cell counts as unknown can be doubled all the same.
        blanked = {name for name, column in self._table.columns.items() if column.on_problem == "blank"}
        texts = [f'"{WRITTEN}{column}"' if column in blanked else f'"{column}"::VARCHAR' for column in columns]
        # One text that is equal for two rows exactly when all their values are, blanks included.
        blank = (f"coalesce({text}, '{_NOTHING}')" for text in texts)
        same = texts[0] if len(texts) == 1 else f" || '{_SEPARATOR}' || ".join(blank)
        rows = f"FROM {source} WHERE {' OR '.join(f'{text} IS NOT NULL' for text in texts)}"
        distinct, total = self._con.execute(f"SELECT count(DISTINCT hash({same})), count(*) {rows}").fetchall()[0]
        if distinct == total:
            return  # different hashes are different keys; equal ones are looked at exactly
        rows, count = self._found(
            f"WITH keyed AS (SELECT _line, {same} AS same {rows}), doubled AS (SELECT same, min(_line) AS first, "
            f"list(_line ORDER BY _line)[:{_OTHERS + 1}] AS lines, count(*) AS n "
            "FROM keyed GROUP BY same HAVING count(*) > 1) "
            "SELECT _line, lines, n, keyed.same FROM keyed JOIN doubled USING (same) ORDER BY first, _line, keyed.same",
            severity,
        )
        headers = "、".join(map(self._table.header, columns))
        private = not self._table.private.isdisjoint(columns)
        listed: list[Problem] = []
        for line, lines, n, text in rows:
            others = "、".join(f"第{other}行" for other in lines if other != line)
            reason = f"与{others}{'等' if n > len(lines) else ''}重复"
            value = MASK if private else text.replace(_SEPARATOR, "、").replace(_NOTHING, "（空白）")[:_QUOTED]
            listed.append(Problem(code, severity, line, headers, value, reason, "请只保留一行，或核对"))
        self._findings.add_all(listed, code, severity, headers, count)

    def _cut_date(self, cut: CutDate) -> None:
        """A day shared by a large part of the rows that have a date but lack the other column."""
        rows, _ = self._found(cut_days_sql(cut, self._source), "report")
        date, missing = self._table.header(cut.date), self._table.header(cut.missing)
        for day, count, line, total in rows:
            reason = (
                f"{total} 行有{date}而没有{missing}，其中 {count} 行的{date}都是这一天（首见于此行），"
                "像是导出时填上的截数日期"
            )
            suggestion = f"请核对这些案件是否真已办结；未结的请清空{date}，接收后也可在本页核定，核定前数据待核"
            self._findings.add(Problem("cut_date", "report", line, date, str(day), reason, suggestion))

    def _pair(self, check: Check, code: str, first: str, second: str, *, subject: str, relation: str) -> None:
        """`first` must not exceed `second`. A date and a moment are compared as days."""
        types = [self._table.type_of(column) for column in (first, second)]
        cast = "::DATE" if types[0].has_time != types[1].has_time else ""
        left, right = f'"{first}"{cast}', f'"{second}"{cast}'
        shown = f'"{first}"::{types[0].sql}, "{second}"::{types[1].sql}'
        rows, count = self._found(
            f"SELECT _line, {shown} FROM {self._source} "
            f"WHERE ({left} <= {right} OR {left} IS NULL OR {right} IS NULL) IS NOT TRUE ORDER BY 1",
            check.on_problem,
        )
        header = self._table.header(subject)
        listed: list[Problem] = []
        for line, *values in rows:
            low, high = (
                MASK if column in self._table.private else self._table.type_of(column).text(value, {})
                for column, value in zip((first, second), values, strict=True)
            )
            value, other = (low, high) if subject == first else (high, low)
            reason = f"{relation}（{other}）"
            listed.append(Problem(code, check.on_problem, line, header, value, reason, "请核对这两列"))
        self._findings.add_all(listed, code, check.on_problem, header, count)

    def _add_up(self, check: Check, rule: PartsSum) -> None:
        """Rows whose parts do not come to their total; and, told apart, those in which one of them is unknown."""
        header, parts = self._table.header(rule.total), " + ".join(f'"{part}"' for part in rule.parts)
        named = " + ".join(map(self._table.header, rule.parts))
        private, kind = not self._table.private.isdisjoint(self._columns_of(check)), self._table.type_of(rule.total)
        rows, count = self._found(
            f'SELECT _line, "{rule.total}", {parts} FROM {self._source}'
            f' WHERE abs({parts} - "{rule.total}") > {rule.tolerance} ORDER BY 1',
            check.on_problem,
        )
        beyond = f"，超过允许的 {rule.tolerance}" if rule.tolerance else ""
        listed: list[Problem] = []
        for line, total, added in rows:
            written, summed, off = (
                MASK if private else kind.text(one, {}) for one in (total, added, abs(added - total))
            )
            reason = f"各项之和（{named}）是 {summed}，相差 {off}{beyond}"
            listed.append(Problem("parts_differ", check.on_problem, line, header, written, reason, "请核对这几列"))
        self._findings.add_all(listed, "parts_differ", check.on_problem, header, count)
        known = ", ".join(f'"{column}"' for column in (*rule.parts, rule.total))
        some = f'SELECT _line FROM {self._source} WHERE ({parts} + "{rule.total}") IS NULL AND coalesce({known}) IS NOT NULL'
        rows, count = self._found(f"{some} ORDER BY 1", "report")
        reason = f"有一项未填，无法核对各项之和（{named}）与它是否相符"
        listed = [Problem("parts_unknown", "report", line, header, "", reason) for (line,) in rows]
        self._findings.add_all(listed, "parts_unknown", "report", header, count)

    def _required(self, check: Check, rule: RequiredWhen) -> None:
        """A column must be known where other columns say so."""
        schema = unbound(self._table, "rows", derived=self._source == "derived").schema()
        rows = ibis.table({**schema, "_line": "int64"}, name=self._source)
        lacking = rows.filter(terms.matches(rows, rule.where) & rows[rule.column].isnull())
        rows, count = self._found(sql(lacking.select("_line").order_by("_line")), check.on_problem)
        header = self._table.header(rule.column)
        conditions = "、".join(dict.fromkeys(self._table.header(test.column) for test in rule.where))
        reason = f"按本行“{conditions}”的内容，这一列应当填写"
        severity = check.on_problem
        listed = [Problem("required_missing", severity, line, header, "", reason, "请补填") for (line,) in rows]
        self._findings.add_all(listed, "required_missing", severity, header, count)

    def _found(self, sql: str, severity: Severity) -> tuple[list[Any], int]:
        """The rows of a query, as many as can be listed, and how many there are; those that refuse are caught."""
        rows = self._con.execute(f"{sql} LIMIT {LISTED}").fetchall()
        if rows and severity == "refuse":
            self._sieve.reject(sql)
        if len(rows) < LISTED:
            return rows, len(rows)
        return rows, self._con.execute(f"SELECT count(*) FROM ({sql})").fetchall()[0][0]


_SEPARATOR, _NOTHING = chr(31), chr(30)  # never in a cell that a person typed


def collapse(con: duckdb.DuckDBPyConnection, findings: Findings, key: Sequence[str]) -> int:
    """Takes all but the first of rows that are alike in every kept column out of `typed`, and says how many these were.

    A case system exports a row for each party and the parties are left out at the door: what remains is one case. A row with
    a wrong cell or a blank `key` stays: what is unknown of it is not the same as what is unknown of another.
    """
    columns = [name for name, *_ in con.execute("DESCRIBE typed").fetchall() if name != "_line"]
    alike = ", ".join('"' + name.replace('"', '""') + '"' for name in columns)
    right = "FROM typed WHERE _line NOT IN (SELECT _line FROM caught_lines)"
    if key:
        known = " OR ".join(f'"{column}" IS NOT NULL' for column in key)
        right += f" AND ({known})"
    hashed = f"hash({alike})"
    con.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS "
        f"WITH several AS (SELECT {hashed} AS h {right} GROUP BY h HAVING count(*) > 1), "
        f"rows AS (SELECT rowid AS row, _line, min(_line) OVER (PARTITION BY {alike}) AS first {right} "
        f"AND {hashed} IN (SELECT h FROM several)) SELECT * FROM rows WHERE _line > first"
    )
    con.execute("DELETE FROM typed WHERE rowid IN (SELECT row FROM repeated)")  # of a wide table a line is several rows
    ((count,),) = con.execute("SELECT count(*) FROM repeated").fetchall()
    lines = con.execute(f"SELECT _line, first FROM repeated ORDER BY ALL LIMIT {LISTED_PER_KIND}").fetchall()
    said = ((line, f"与第{first}行在保留的各列上完全相同，只计一行") for line, first in lines)
    listed = (Problem("row_doubled", "report", line, "", "", reason) for line, reason in said)
    findings.add_all(listed, "row_doubled", "report", "", count)
    return count


def report_department_days(
    con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog, as_of: date | None, findings: Findings
) -> None:
    """Reports rows whose own day lies outside the days of their department, with the department they count for."""
    turned = [one for one in catalog.departments.values() if one.start or one.until]
    if as_of is None or not turned:
        return
    typed = located(table, "typed", derived=False)
    for column in department_columns(table):
        outside = " OR ".join(
            f"(\"{column}\" = {quoted(one.id)} AND NOT _day BETWEEN DATE '{one.start or date.min}'"
            f" AND DATE '{one.until or date.max}')"
            for one in turned
        )
        dated = typed.select("_line", column, _day=own_day(table, typed, as_of))
        found = f"FROM ({sql(dated)}) WHERE {outside}"
        ((count,),) = con.execute(f"SELECT count(*) {found}").fetchall()
        rows = con.execute(f'SELECT _line, "{column}", _day {found} ORDER BY _line LIMIT {LISTED}').fetchall()
        listed = [_outside_its_days(catalog, table.header(column), *row) for row in rows]
        findings.add_all(listed, "department_day", "report", table.header(column), count)


def _outside_its_days(catalog: Catalog, header: str, line: int, department: str, day: date) -> Problem:
    one, other = catalog.departments[department], catalog.department_on(department, day)
    until = f"至 {one.until} 止" if one.until and day > one.until else f"自 {one.start} 起"
    counted = "照原样计" if other == department else f"按“{catalog.departments[other].name}”计"
    reason = f"“{one.name}”{until}，这一行的日期是 {day}，{counted}"
    return Problem(
        "department_day", "report", line, header, one.name, reason, f"请核对日期和{catalog.court.words.unit}"
    )
