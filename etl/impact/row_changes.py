"""Changes between two versions of a table by row: new, changed, unchanged, missing, absent from the new file, backwards.

Rows are matched by the contract's key. Without one, or when the key itself was redefined, rows are counted and not compared.
Everything is one pass of SQL over both files and lists of bounded length. What a correction could not change stands here too.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from etl.impact.attached_versions import AttachedVersions
from etl.impact.version_diff import BackwardsRows, CorrectionImpact, RowChange, TableImpact
from scorecard.catalog.contracts import Combination, Table
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted


def table_impact(pair: AttachedVersions, table: Table, before: Table | None) -> TableImpact:
    """The changes to the rows of a table; `before` is the contract of the published version."""
    old, new = pair.rows(pair.published, table.id), pair.rows(pair.candidate, table.id)
    before_rows, after_rows = pair.fetch(f"SELECT (SELECT count(*) FROM {old}), (SELECT count(*) FROM {new})")[0]
    if not table.key or (before is not None and before.key != table.key):
        what = "主键的约定已改变" if table.key else "没有主键"
        return TableImpact(table.id, table.name, before_rows, after_rows, note=f"{what}，只比较行数，没有逐行比较")
    keys = ", ".join(f'"{column}"' for column in table.key)
    ((matched,),) = pair.fetch(f"SELECT count(*) FROM {new} c SEMI JOIN {old} p USING ({keys})")
    columns = [name for name in table.columns if name not in table.key]
    _write_changed(pair, table, columns, f"{old} p JOIN {new} c USING ({keys})", keys)
    tests = ["count(*)", *(f"count(*) FILTER ({_differs(n)})" for n in range(len(columns)))]
    ((changed, *per_column),) = pair.fetch(f"SELECT {', '.join(tests)} FROM changed")
    added, gone, same = after_rows - matched, before_rows - matched, matched - changed
    arriving = pair.listing(pair.candidate, table, f"FROM {new} r ANTI JOIN {old} o USING ({keys})") if added else ()
    leaving = pair.listing(pair.published, table, f"FROM {old} r ANTI JOIN {new} o USING ({keys})") if gone else ()
    impact = replace(
        TableImpact(table.id, table.name, before_rows, after_rows, added, changed, same, gone),
        columns=tuple((table.header(name), count) for name, count in zip(columns, per_column, strict=True) if count),
        new_rows=arriving,
        cells=_cells(pair, table, columns) if changed else (),
        missing_rows=leaving,
        backwards=_backwards(pair, table, columns) if changed else (),
    )
    return _with_absent(pair, table, impact)


def _differs(number: int) -> str:
    return f"p{number} IS DISTINCT FROM c{number}"


def _write_changed(pair: AttachedVersions, table: Table, columns: list[str], join: str, keys: str) -> None:
    """Creates the temporary table `changed`: the rows that differ in any cell, old cells as p0 …, new ones as c0 …."""
    cells: list[str] = []
    for number, column in enumerate(columns):
        cast = "::VARCHAR" if _retyped(pair, table.id, column) else ""
        for alias, side in (("p", pair.published), ("c", pair.candidate)):
            cell = f'{alias}."{column}"{cast}' if pair.has(side, table.id, column) else "NULL"
            cells.append(f"{cell} AS {alias}{number}")
    where = " OR ".join(_differs(number) for number in range(len(columns))) or "false"
    listed = ", ".join(["c._batch AS _batch", "c._line AS _line", keys, *cells])
    pair.fetch(f"CREATE OR REPLACE TEMP TABLE changed AS SELECT * FROM (SELECT {listed} FROM {join}) WHERE {where}")


def _retyped(pair: AttachedVersions, table: str, column: str) -> bool:
    """Whether the two versions store the column as different types: then only its text can be compared."""
    kinds = {side.columns.get(table, {}).get(column) for side in (pair.published, pair.candidate)}
    return len(kinds - {None}) > 1


def _cells(pair: AttachedVersions, table: Table, columns: list[str]) -> tuple[RowChange, ...]:
    """Every changed cell, in the order of the files."""
    each = " UNION ALL ".join(
        f"(SELECT _batch, _line, {pair.key_text(table)} AS _key, {n} AS n, {_shown(pair, table, name, n, 'p')} AS old,"
        f" {_shown(pair, table, name, n, 'c')} AS new FROM changed WHERE {_differs(n)}"
        f" ORDER BY _batch, _line LIMIT {pair.listed})"
        for n, name in enumerate(columns)
    )
    return pair.changed_cells(table, columns, each)


def _shown(pair: AttachedVersions, table: Table, column: str, number: int, side: str) -> str:
    cell = f"{side}{number}"
    if _retyped(pair, table.id, column) and not table.columns[column].private:
        return f"coalesce({cell}, '')"
    return pair.text(table, column, cell)


# How a case that is made of several lines differs once some of them are no longer delivered.
_LESS: dict[Combination, tuple[str, str]] = {
    "sum": ("变小", "{c} < {p}"),
    "largest": ("变小", "{c} < {p}"),
    "smallest": ("变大", "{c} > {p}"),
    "earliest": ("变晚", "{c} > {p}"),
    "latest": ("变早", "{c} < {p}"),
    "any": ("由是变否", "{p} AND NOT {c}"),
    "all": ("由否变是", "{c} AND NOT {p}"),
}


def _backwards(pair: AttachedVersions, table: Table, columns: list[str]) -> tuple[BackwardsRows, ...]:
    """Rows whose history changed: closed and open again, another start or end day, or made of fewer lines as it seems."""
    kinds = [
        (name, f"{table.header(name)}{_LESS[word][0]}（后来的文件可能只有同一件的几行）", _LESS[word][1])
        for name, word in table.combine.items()
        if not _retyped(pair, table.id, name)
    ]
    if table.stock is not None:
        start, until = table.stock.start, table.stock.until
        kinds += [
            (until, f"已有{table.header(until)}，改为空白（已结→未结）", "{p} IS NOT NULL AND {c} IS NULL"),
            (until, f"{table.header(until)}改动", "{p} IS NOT NULL AND {c} IS NOT NULL AND {p} <> {c}"),
            (start, f"{table.header(start)}改动", "{p} IS NOT NULL AND {p} IS DISTINCT FROM {c}"),
        ]
    backwards: list[BackwardsRows] = []
    for column, words, condition in kinds:
        if column in columns:
            n = columns.index(column)
            where = condition.format(p=f"p{n}", c=f"c{n}")
            ((count,),) = pair.fetch(f"SELECT count(*) FROM changed WHERE {where}")
            texts = f", ?, {_shown(pair, table, column, n, 'p')}, {_shown(pair, table, column, n, 'c')}"
            listing = pair.listing(pair.candidate, table, f"{texts} FROM changed WHERE {where}", [table.header(column)])
            backwards += [BackwardsRows(words, count, listing)] if count else []
    return tuple(backwards)


def _with_absent(pair: AttachedVersions, table: Table, impact: TableImpact) -> TableImpact:
    """Adds the rows that stay from earlier batches although a newly accepted file of this table does not hold them.

    Asked only of a file as new as what is published: a correction, or a file of an earlier day, is not meant to hold them.
    """
    known, since = pair.published.names, str(pair.published.as_of.get(table.id, ""))
    fresh = {
        number: batch
        for number, batch in pair.candidate.batches.items()
        if batch["table"] == table.id and (table.id, batch["name"]) not in known
    }
    whole = any(not batch.get("corrects") and batch["as_of"] >= since for batch in fresh.values())
    if not whole or not impact.before:
        return impact
    stays = f"_batch NOT IN ({', '.join(map(str, fresh))})"
    is_open = f'"{table.stock.start}" IS NOT NULL AND "{table.stock.until}" IS NULL' if table.stock else "true"
    rows = pair.rows(pair.candidate, table.id)
    absent, still_open = pair.fetch(f"SELECT count(*), count(*) FILTER ({is_open}) FROM {rows} WHERE {stays}")[0]
    listing = pair.listing(pair.candidate, table, f"FROM {rows} WHERE {stays} AND {is_open}")
    return replace(impact, absent=absent, absent_open=still_open if table.stock else None, absent_rows=listing)


def correction_impacts(pair: AttachedVersions, data: DataDir) -> tuple[CorrectionImpact, ...]:
    """Every correction that only the candidate is built from, with the cells that a later batch says otherwise."""
    fresh = pair.candidate.records_without(pair.published)
    return tuple(_correction(pair, data, record) for record in fresh if record.get("corrects"))


def _correction(pair: AttachedVersions, data: DataDir, record: Mapping[str, Any]) -> CorrectionImpact:
    """The cells of this correction that stand otherwise in the candidate, and in which file they stand so."""
    table = pair.catalog.tables[record["table"]]
    path = data.batches / table.id / f"{record['name']}.parquet"
    absent = {count["column"] for count in record["counts"] if count["code"] == "header_absent"}
    columns = [name for name, column in table.columns.items() if name not in table.key and column.header not in absent]
    keys = ", ".join(f'"{name}"' for name in table.key)
    read = ", ".join(f'"{name}"::{table.columns[name].type.sql} AS "{name}"' for name in (*table.key, *columns))
    cells = "".join(f', c."{name}" AS c{n}, r."{name}" AS r{n}' for n, name in enumerate(columns))
    pair.fetch(
        f"CREATE OR REPLACE TEMP TABLE standing AS SELECT r._batch, r._line, {keys}{cells}"
        f" FROM (SELECT {read} FROM read_parquet({quoted(str(path))})) c"
        f" JOIN {pair.rows(pair.candidate, table.id)} r USING ({keys})"
    )
    differs = [f"c{n} IS DISTINCT FROM r{n}" for n in range(len(columns))]
    ((rows,),) = pair.fetch(f"SELECT count(*) FROM standing WHERE {' OR '.join(differs) or 'false'}")
    each = " UNION ALL ".join(
        f"SELECT _batch, _line, {pair.key_text(table)} AS _key, {n} AS n, {pair.text(table, name, f'c{n}')} AS old,"
        f" {pair.text(table, name, f'r{n}')} AS new FROM standing WHERE {differs[n]}"
        for n, name in enumerate(columns)
    )
    found = pair.changed_cells(table, columns, each) if rows else ()
    return CorrectionImpact(table.name, record["file_name"], record["as_of"], record["rows"], rows, found)
