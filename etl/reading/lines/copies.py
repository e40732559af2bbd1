"""Rows that are alike in every column that is kept: one row, written several times.

A case system exports a row for each party and the parties are left out at the door: what remains is one case. Rows of one key
that differ stay, for the rules to refuse.
"""

from collections.abc import Sequence

import duckdb

from etl.problems import LISTED_PER_KIND, Findings, Problem


def collapse(con: duckdb.DuckDBPyConnection, findings: Findings, key: Sequence[str]) -> int:
    """Takes all but the first of alike rows out of `typed`, and says how many these were.

    A row with a wrong cell or a blank `key` stays: what is unknown of it is not the same as what is unknown of another.
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
        f"rows AS (SELECT _line, min(_line) OVER (PARTITION BY {alike}) AS first {right} "
        f"AND {hashed} IN (SELECT h FROM several)) SELECT _line, first FROM rows WHERE _line > first"
    )
    con.execute("DELETE FROM typed WHERE _line IN (SELECT _line FROM repeated)")
    ((count,),) = con.execute("SELECT count(*) FROM repeated").fetchall()
    if count:
        lines = con.execute(f"SELECT _line, first FROM repeated ORDER BY _line LIMIT {LISTED_PER_KIND}").fetchall()
        listed = (
            Problem("row_doubled", "report", line, "", "", f"与第{first}行在保留的各列上完全相同，只计一行")
            for line, first in lines
        )
        findings.add_all(listed, "row_doubled", "report", "", count)
    return count
