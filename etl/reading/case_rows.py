"""Several lines -> one row: of lines alike in every column, and of one case, as `one_row_per` and `combine` of a contract say.

What is unknown stays so: of a sum, the largest and the latest one part unknown makes the whole unknown (as in derived columns). Lines
that must agree and do not are refused together, and so is a case of which one line has a problem: a part of a sum is no sum.
"""

from collections.abc import Iterator, Sequence

import duckdb

from etl.problems import LISTED, LISTED_PER_KIND, Findings, Problem, Severity
from etl.reading.rejected_rows import RejectedRows
from scorecard.catalog.contracts import Combination, Table

SEPARATE = "separate"  # the table of these lines as they were
_OTHERS = 5  # lines named beside one
_ALL = "count({0}) = count(*)"
_COMBINED: dict[Combination, str] = {
    "sum": f"CASE WHEN {_ALL} THEN try_cast(sum({{0}}) AS {{1}}) END",
    "largest": f"CASE WHEN {_ALL} THEN max({{0}}) END",
    "smallest": f"CASE WHEN {_ALL} THEN min({{0}}) END",
    "earliest": "min({0})",
    "latest": f"CASE WHEN {_ALL} THEN max({{0}}) END",
    "any": f"CASE WHEN bool_or({{0}}) THEN true WHEN {_ALL} THEN false END",
    "all": f"CASE WHEN NOT bool_and({{0}}) THEN false WHEN {_ALL} THEN true END",
}


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


def combine_cases(con: duckdb.DuckDBPyConnection, table: Table, findings: Findings, sieve: RejectedRows) -> int:
    """Makes one row of each case in `typed`; how many lines went into the row of another one. A blank is no case."""
    key = f'"{table.one_row_per}"'
    several = f"SELECT {key} FROM typed GROUP BY 1 HAVING count(*) > 1"
    con.execute(f"CREATE TABLE {SEPARATE} AS SELECT * FROM typed WHERE {key} IN ({several})")
    caught = "SELECT _line FROM caught_lines"
    wrong = f"bool_or(_line IN ({caught}))"
    _report(con, table, findings, sieve, "", wrong, f"AND _line NOT IN ({caught})")
    for name, differs in _agreeing(table):
        _report(con, table, findings, sieve, name, differs, "")
    con.execute(f"DELETE FROM {SEPARATE} WHERE _line IN ({caught})")
    names = [name for name, *_ in con.execute("DESCRIBE typed").fetchall() if name not in ("_line", table.one_row_per)]
    cells = ", ".join(f'{_cell(table, name)} AS "{name}"' for name in names)
    combined = f"SELECT min(_line) AS _line, {key}, {cells} FROM {SEPARATE} GROUP BY {key}"
    kept = f"SELECT * FROM typed WHERE _line NOT IN (SELECT _line FROM {SEPARATE})"
    con.execute(f"CREATE OR REPLACE TABLE typed AS SELECT * FROM ({kept} UNION ALL BY NAME {combined}) ORDER BY _line")
    first = f"(SELECT _line, min(_line) OVER (PARTITION BY {key}) AS first FROM {SEPARATE})"
    ((count,),) = con.execute(f"SELECT count(*) FROM {first} WHERE _line > first").fetchall()
    lines = f"SELECT _line, first FROM {first} WHERE _line > first ORDER BY _line LIMIT {LISTED_PER_KIND}"
    said = (
        (line, f"与第{other}行是同一件（“{_header(table)}”相同），合为一行")
        for line, other in con.execute(lines).fetchall()
    )
    listed = (Problem("rows_combined", "report", line, "", "", reason) for line, reason in said)
    findings.add_all(listed, "rows_combined", "report", "", count)
    return count


def _cell(table: Table, name: str) -> str:
    """SQL for the cell of a case: as `combine` says, otherwise the one known value of its lines."""
    cell, word = f'"{name}"', table.combine.get(name)
    if word is not None:
        return _COMBINED[word].format(cell, table.columns[name].type.sql)
    differs = dict(_agreeing(table)).get(name)
    return f"CASE WHEN NOT ({differs}) THEN min({cell}) END" if differs else f"min({cell})"


def _agreeing(table: Table) -> Iterator[tuple[str, str]]:
    """The columns whose lines must agree, with SQL for a case in which they do not; a blank that says something (pending) is a value."""
    pending = table.stock.until if table.stock else None
    for name, column in table.columns.items():
        if name not in (table.one_row_per, *table.combine):
            blank = f' OR count("{name}") NOT IN (0, count(*))' if column.blank_means or name == pending else ""
            yield name, f'count(DISTINCT "{name}") > 1{blank}'


def _header(table: Table) -> str:
    return table.header(str(table.one_row_per))


def _report(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    findings: Findings,
    sieve: RejectedRows,
    name: str,
    having: str,
    only: str,
) -> None:
    """Names the lines of the cases for which a condition holds; they are refused, or one cell is unknown where `name` allows it."""
    key, column = f'"{table.one_row_per}"', table.columns.get(name)
    severity: Severity = "report" if column is not None and column.on_problem == "blank" else "refuse"
    cases = (
        f"SELECT {key}, list(_line ORDER BY _line)[:{_OTHERS + 1}] AS lines FROM {SEPARATE} GROUP BY 1 HAVING {having}"
    )
    found = f"SELECT _line, lines FROM {SEPARATE} JOIN ({cases}) USING ({key}) WHERE true {only}"
    ((count,),) = con.execute(f"SELECT count(*) FROM ({found})").fetchall()
    if not count:
        return
    rows = con.execute(f"{found} ORDER BY lines[1], _line LIMIT {LISTED}").fetchall()
    if severity == "refuse":
        sieve.reject(found)
    code, header = ("rows_differ", column.header) if column is not None else ("case_line_wrong", _header(table))
    differ = "这一列却不同" + ("，按未知计" if severity == "report" else "")
    listed: list[Problem] = []
    for line, lines in rows:
        others = "、".join(f"第{other}行" for other in lines if other != line)
        reason = f"与{others}是同一件（“{_header(table)}”相同），{differ if column is not None else '其中有一行须改正'}"
        listed.append(Problem(code, severity, line, header, "", reason, "请核对同一件的各行"))
    findings.add_all(listed, code, severity, header, count)
