"""The rules of a contract between rows and between columns, over the view `typed`: keys, order, amounts, sentinels.

Each rule is written as the good condition and a row is named where that is not true, so that NULL never slips by.
Rules between columns hold where both are known.
"""

from datetime import date
from typing import Any

import duckdb
import ibis

from etl.duckdb_connection import calendar_days
from etl.problems import LISTED, Findings, Problem, Severity
from etl.reading.case_rows import collapse, combine_cases
from etl.reading.headers import Header
from etl.reading.rejected_rows import RejectedRows
from etl.reading.typed_rows import WRITTEN
from scorecard.case_number import NORMAL_PATTERN
from scorecard.catalog.columns import DECIMAL, MASK, TEXT
from scorecard.catalog.contracts import CaseNumbers, Check, CutDate, PartsSum, RequiredWhen, Table
from scorecard.catalog.court import MemberCourt
from scorecard.catalog.definitions import Catalog
from scorecard.queries import terms
from scorecard.queries.derived_columns import CALENDAR, derive
from scorecard.queries.row_days import cut_days_sql, department_columns, own_day
from scorecard.queries.terms import located, sql, unbound
from scorecard.storage.sql_text import quoted

_QUOTED = 80  # characters of a value that are repeated
_TEN_THOUSAND, _SCALED_FROM = 10_000, 5  # times the median; of fewer amounts than five nobody knows what is usual
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
            self._keys_alike()
        for check in self._table.checks:
            if not self._missing & set(self._columns_of(check)):  # said once, of the header
                self._within_row(check)
        for name, column in self._table.columns.items():
            if column.court == "own" and self._table.department and self._courts:
                self._other_court(name, self._table.department)
        self._sieve.remove()
        self._out_of_scale()
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
        if check.numbered is not None:
            self._numbered(check, check.numbered)

    def _numbered(self, check: Check, rule: CaseNumbers) -> None:
        """Numbers of a type that the table is not for, and of another year than their day."""
        column = f'"{rule.column}"'
        if rule.types:
            # Which rows are right a search tells many times faster than taking every number apart would.
            right = f"regexp_matches({column}, '[0-9]({'|'.join(rule.types)})[0-9]')"
            kind = f"CASE WHEN NOT {right} THEN nullif(regexp_extract({column}, {quoted(NORMAL_PATTERN)}, 3), '') END"
            reason = f"类型代字是“{{}}”，本表只报{'、'.join(rule.types)}案件"
            remedy = "请核对案号；不属于本表的请删去"
            self._misnumbered(check, rule, "case_type_other", kind, f"{kind} IS NOT NULL", reason, remedy)
        if rule.taken_on is not None:
            day = f'"{rule.taken_on}"::DATE'
            year = f"try_cast(substr({column}, 2, 4) AS INTEGER)"  # every number begins （year）
            reason = f"案号的年度与{self._table.header(rule.taken_on)}（{{}}）不符"
            differs = f"{year} NOT BETWEEN year({day}) - 1 AND year({day})"
            self._misnumbered(check, rule, "case_year_differs", day, differs, reason, "请核对这两列")

    def _misnumbered(
        self, check: Check, rule: CaseNumbers, code: str, beside: str, where: str, reason: str, remedy: str
    ) -> None:
        header, severity = self._table.header(rule.column), check.on_problem
        found = f'SELECT _line, "{rule.column}", {beside} FROM {self._source} WHERE {where} ORDER BY 1'
        rows, count = self._found(found, severity)
        listed = [
            Problem(code, severity, line, header, text, reason.format(other), remedy) for line, text, other in rows
        ]
        self._findings.add_all(listed, code, severity, header, count)

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

    def _out_of_scale(self) -> None:
        """Amounts of money as far above the others as 万元 is above 元: one cell written in another unit makes most of a sum."""
        for name in (name for name, one in self._table.columns.items() if one.type == DECIMAL and one.unit == "元"):
            known = f'(SELECT median("{name}") AS middle, count(*) AS n FROM typed WHERE "{name}" > 0)'
            rows, count = self._found(
                f'SELECT _line, "{name}", middle FROM typed, {known}'
                f' WHERE n >= {_SCALED_FROM} AND "{name}" >= middle * {_TEN_THOUSAND} ORDER BY 1',
                "report",
            )
            header, private = self._table.header(name), name in self._table.private
            listed: list[Problem] = []
            for line, *amounts in rows:
                text, middle = (MASK if private else DECIMAL.text(one, {}) for one in amounts)
                reason = f"是这一列中位数（{middle}）的一万倍以上，可能写成了别的单位"
                listed.append(Problem("amount_scale", "report", line, header, text, reason, "请核对这一格的单位"))
            self._findings.add_all(listed, "amount_scale", "report", header, count)

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
        if check.numbered is not None:
            return tuple(filter(None, (check.numbered.column, check.numbered.taken_on)))
        return check.not_after or check.at_most or check.unique or ()

    def _key_blank(self) -> None:
        blank = " AND ".join(f'"{column}" IS NULL' for column in self._table.key)
        headers = "、".join(map(self._table.header, self._table.key))
        rows, count = self._found(f"SELECT _line FROM typed WHERE {blank} ORDER BY 1", "refuse")
        reason = "主键的各列都空白，无法识别是哪一行"
        listed = [Problem("key_blank", "refuse", line, headers, "", reason, "请补填") for (line,) in rows]
        self._findings.add_all(listed, "key_blank", "refuse", headers, count)

    def _keys_alike(self) -> None:
        """Keys that differ only in how they are written (Ａ1, a1, A01): a spreadsheet's work, which makes two rows of one matter."""
        texts = [column for column in self._table.key if self._table.columns[column].type == TEXT]
        if not texts:
            return
        cells = [f'"{column}"::VARCHAR' for column in self._table.key]
        folded = [
            _folded_sql(cell) if column in texts else cell for column, cell in zip(self._table.key, cells, strict=True)
        ]
        same, alike = (f"concat_ws('{_SEPARATOR}', {', '.join(some)})" for some in (cells, folded))
        rows, count = self._found(
            f"WITH keyed AS (SELECT _line, {same} AS same, {alike} AS folded FROM typed), several AS (SELECT folded,"
            " min(_line) AS line, arg_min(same, _line) AS other FROM keyed GROUP BY folded HAVING count(DISTINCT same) > 1)"
            " SELECT _line, same, line, other FROM keyed JOIN several USING (folded) WHERE same <> other ORDER BY 1",
            "report",
        )
        headers = "、".join(map(self._table.header, self._table.key))
        private = not self._table.private.isdisjoint(self._table.key)
        listed: list[Problem] = []
        for line, written, first, other in rows:
            text, before = (MASK if private else one.replace(_SEPARATOR, "、")[:_QUOTED] for one in (written, other))
            reason = f"与第{first}行的“{before}”只差全角半角、大小写、空格或开头的零，各计一行"
            listed.append(Problem("key_alike", "report", line, headers, text, reason, "是同一件的，请改成同一种写法"))
        self._findings.add_all(listed, "key_alike", "report", headers, count)

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
_HALF_WIDTH = "".join(map(chr, range(0x21, 0x7F)))
_FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F)))


def _folded_sql(cell: str) -> str:
    """SQL for a text without what tells two spellings of one identity apart: width, case, blanks, leading zeros."""
    plain = f"lower(translate({cell}, {quoted(_FULL_WIDTH)}, {quoted(_HALF_WIDTH)}))"
    return f"regexp_replace(regexp_replace({plain}, '\\s', '', 'g'), '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')"


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
