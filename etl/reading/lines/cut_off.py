"""A file that seems to end in the middle: no line end, and a last cell with fewer characters than any other of its kind."""

import duckdb

from etl.problems import Problem
from etl.reading.lines.layout import Layout
from scorecard.catalog.columns import MASK

_OTHERS = 20  # cells of one length, from which a shorter one is told; of dates one is enough


def cut_off(con: duckdb.DuckDBPyConnection, utf8: bytes, line: str, layout: Layout) -> Problem | None:
    """What to say of the last row of `raw`; `line` is SQL for a row's physical line. None where nothing seems to be missing."""
    place = layout.width - 1
    column = layout.columns[place]
    if utf8[-1:] in (b"\n", b"\r", b'"', b"") or column is None:
        return None
    rows = con.execute(f"SELECT {line} AS line, c{place} FROM raw ORDER BY line DESC LIMIT 1").fetchall()
    if not rows or not rows[0][1]:
        return None
    ((last, cell),) = rows
    alike = [place]
    if column.type.is_date:
        alike = [p for p, other in enumerate(layout.columns) if other is not None and other.type == column.type]
    lengths = " UNION ALL ".join(
        f"SELECT length(trim(c{p})) AS n FROM raw WHERE c{p} IS NOT NULL"
        + (f" AND {line} <> {last}" if p == place else "")
        for p in alike
    )
    ((least, most, count),) = con.execute(f"SELECT min(n), max(n), count(*) FROM ({lengths})").fetchall()
    told = count > 0 if column.type.is_date else count >= _OTHERS and least == most
    if not told or len(cell.strip()) >= least:
        return None
    reason = f"文件末尾没有换行，最后一格只有 {len(cell.strip())} 个字符，比其他同类的格都短：文件似乎在中间断掉"
    value = MASK if column.private else cell.strip()[:80]
    return Problem("file_cut_off", "report", last, column.header, value, reason, "请核对最后一行，或重新导出")
