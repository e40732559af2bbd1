"""期初 + 新收 − 结案 = 期末 between the published cut and the new one, and the rows behind every difference.

期初: rows open in the published version at its 数据截至. 期末: rows open in the candidate at its own. 新收 and 结案: rows
of the candidate dated after the first and up to the second. A row that fits the identity adds 0, every other row its
effect, so the differences are exactly the sum of the rows listed. A row that moves between departments breaks the identity
of both departments, not of the whole.
"""

from pathlib import Path

from etl.impact.attached_versions import AttachedVersions
from etl.impact.version_diff import Balance, BalanceCase, StockFlow
from scorecard.catalog.contracts import Table
from scorecard.storage.sql_text import quoted

NO_TYPE = "未识别类型"
_MOVES = Path(__file__).with_name("moves.sql").read_text("utf-8")


def balance(pair: AttachedVersions, table: Table) -> Balance | None:
    """The balance of a table with a stock; None for other tables and for tables that the candidate does not hold."""
    if table.stock is None or table.id not in pair.candidate.as_of:
        return None
    since, until = pair.published.as_of.get(table.id), pair.candidate.as_of[table.id]
    needed = (*table.key, table.stock.start, table.stock.until)
    skipped = ""
    if since is not None and until < since:
        skipped = f"候选版本的数据截至（{until}）早于已发布的（{since}），不作收结存核对"
    elif not all(pair.has(pair.published, table.id, column) for column in needed):
        skipped = "已发布版本的这张表没有所需的列，不作收结存核对"
    if since is None or skipped:
        return Balance(table.id, table.name, since, until, skipped=skipped or "此前没有发布过这张表，没有期初")
    _write_moves(pair, table, str(since), str(until))
    flows = [*_flows(pair, "all", "'全部'"), *(_flows(pair, "department", "department") if table.department else ())]
    if _case_type(table):
        flows += _flows(pair, "type", "kind")
    reasons = pair.fetch(f"SELECT reason, count(*) FROM moves WHERE {_BEHIND} GROUP BY 1 ORDER BY 2 DESC, 1")
    return Balance(table.id, table.name, since, until, tuple(flows), tuple(reasons), _cases(pair, table))


_BEHIND = "effect <> 0 OR split"


def _write_moves(pair: AttachedVersions, table: Table, since: str, until: str) -> None:
    """Creates the temporary table `moves`: each row of any of the four counts (o, n, x, e), with its effect and reason."""
    assert table.stock is not None
    keys = ", ".join(f'"{column}"' for column in table.key)
    day, case_type = table.stock, _case_type(table)
    cells = {"start": day.start, "until": day.until, "department": table.department, "kind": case_type}
    read = ", ".join(
        f"{_cell(pair, table, alias, name)} AS {alias}_{word}" for word, name in cells.items() for alias in "pc"
    )
    named = {"published": pair.rows(pair.published, table.id), "candidate": pair.rows(pair.candidate, table.id)}
    days = {"since": f"DATE '{since}'", "until": f"DATE '{until}'"}
    headers = {"start": quoted(table.header(table.stock.start)), "left": quoted(table.header(table.stock.until))}
    pair.connection.execute(_MOVES.format(keys=keys, read=read, **named, **days, **headers))


def _case_type(table: Table) -> str:
    """The derived column that holds the type in the case number; empty where the table has none."""
    types = (name for name, column in table.derived.items() if column.case_part and column.case_part.part == "type")
    return next(types, "")


def _cell(pair: AttachedVersions, table: Table, alias: str, column: str | None) -> str:
    side = pair.published if alias == "p" else pair.candidate
    if not column or not pair.has(side, table.id, column):
        return "NULL::VARCHAR"
    is_day = table.stock is not None and column in (table.stock.start, table.stock.until)
    return f'{alias}."{column}"{"::DATE" if is_day else ""}'


def _flows(pair: AttachedVersions, by: str, column: str) -> list[StockFlow]:
    """One flow per group; the opening stock counts for the group of the published version."""
    was, now = (column, column) if by == "all" else (f"p_{column}", f"c_{column}")
    rows = pair.fetch(
        "SELECT name, sum(o)::BIGINT, sum(n)::BIGINT, sum(x)::BIGINT, sum(e)::BIGINT FROM ("
        f"SELECT {was} AS name, o, 0 AS n, 0 AS x, 0 AS e FROM moves WHERE o = 1"
        f" UNION ALL SELECT {now}, 0, n, x, e FROM moves WHERE n + x + e > 0) GROUP BY 1 ORDER BY 1 NULLS LAST"
    )
    flows = {name: StockFlow(by, _name(pair, by, name), *counts) for name, *counts in rows}  # pyright: ignore[reportArgumentType]
    if by == "all":
        return list(flows.values()) or [StockFlow("all", "全部", 0, 0, 0, 0)]
    order = list(pair.catalog.departments) if by == "department" else []
    return [*(flows.pop(name) for name in order if name in flows), *flows.values()]


def _name(pair: AttachedVersions, by: str, name: str | None) -> str:
    if by == "department":
        known = pair.catalog.departments.get(name or "")
        return known.name if known else name or f"未填{pair.catalog.words.unit}"
    return name or NO_TYPE


def _cases(pair: AttachedVersions, table: Table) -> tuple[BalanceCase, ...]:
    """The rows that do not fit the identity, first those that break the whole."""
    rows = pair.fetch(
        f"SELECT is_there, _batch, _line, {pair.key_text(table)}, reason, effect, p_department, c_department, was FROM moves"
        f" WHERE {_BEHIND} ORDER BY effect = 0, reason, _batch, _line LIMIT {pair.listed}"
    )
    return tuple(
        BalanceCase(
            row=pair.row(pair.candidate if there else pair.published, (batch, line, key)),
            reason=reason,
            effect=effect,
            left=_name(pair, "department", left) if was and table.department else "",
            joined=_name(pair, "department", joined) if there and table.department else "",
        )
        for there, batch, line, key, reason, effect, left, joined, was in rows
    )
