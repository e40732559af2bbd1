"""Changes between two versions of a table by row: new, changed, unchanged, missing, absent from the new file, backwards.

Rows are matched by the contract's key; without one, or when the key itself was redefined, both sides are compared as
multisets of whole rows. Everything is one pass of SQL over both files and lists of bounded length.
"""

from dataclasses import replace

from etl.impact.attached_versions import AttachedVersions, VersionSide
from scorecard.catalog.contracts import Table
from scorecard.store.version_diff import Backward, BackwardsRows, RowChange, TableImpact


def table_impact(pair: AttachedVersions, table: Table, before: Table | None) -> TableImpact:
    """The changes to the rows of a table; `before` is the contract of the published version."""
    if table.key and (before is None or before.key == table.key):
        return _by_key(pair, table)
    compared = _as_multiset(pair, table)
    if before is not None and before.key != table.key:
        words = "主键的约定已改变，只能按整行比较，同一案件改动一格即计为一增一减"
        return replace(compared, note=words)
    return compared


# --- by key ---------------------------------------------------------------------------------------------------


def _by_key(pair: AttachedVersions, table: Table) -> TableImpact:
    keys = ", ".join(f'"{column}"' for column in table.key)
    old, new = pair.rows(pair.published, table.id), pair.rows(pair.candidate, table.id)
    before, after, matched = pair.fetch(
        f"SELECT (SELECT count(*) FROM {old}), (SELECT count(*) FROM {new}),"
        f" (SELECT count(*) FROM {new} c SEMI JOIN {old} p USING ({keys}))"
    )[0]
    columns = [name for name in table.columns if name not in table.key]
    _write_changed(pair, table, columns, f"{old} p JOIN {new} c USING ({keys})", keys)
    counts = pair.fetch(
        f"SELECT {', '.join(['count(*)', *(f'count(*) FILTER ({_differs(n)})' for n in range(len(columns)))])}"
        " FROM changed"
    )[0]
    changed, per_column = counts[0], counts[1:]
    impact = TableImpact(
        table=table.id,
        name=table.name,
        before=before,
        after=after,
        new=after - matched,
        changed=changed,
        unchanged=matched - changed,
        missing=before - matched,
        columns=tuple((table.header(name), count) for name, count in zip(columns, per_column, strict=True) if count),
        new_rows=pair.listing(pair.candidate, table, f"FROM {new} r ANTI JOIN {old} o USING ({keys})")
        if after > matched
        else (),
        cells=_cells(pair, table, columns) if changed else (),
        missing_rows=pair.listing(pair.published, table, f"FROM {old} r ANTI JOIN {new} o USING ({keys})")
        if before > matched
        else (),
        backwards=_backwards(pair, table, columns) if changed else (),
    )
    return _with_absent(pair, table, impact)


def _differs(number: int) -> str:
    return f"p{number} IS DISTINCT FROM c{number}"


def _write_changed(pair: AttachedVersions, table: Table, columns: list[str], join: str, keys: str) -> None:
    """Creates the temporary table `changed`: the rows that differ in any cell, old cells as p0 …, new ones as c0 …."""
    cells: list[str] = []
    for number, column in enumerate(columns):
        old, new = (
            f'{alias}."{column}"' if pair.has(side, table.id, column) else "NULL"
            for alias, side in (("p", pair.published), ("c", pair.candidate))
        )
        if _retyped(pair, table.id, column):
            old, new = f"({old})::VARCHAR", f"({new})::VARCHAR"
        cells += [f"{old} AS p{number}", f"{new} AS c{number}"]
    where = " OR ".join(_differs(number) for number in range(len(columns))) or "false"
    listed = ", ".join(["c._batch AS _batch", "c._line AS _line", keys, *cells])
    pair.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE changed AS SELECT * FROM (SELECT {listed} FROM {join}) WHERE {where}"
    )


def _retyped(pair: AttachedVersions, table: str, column: str) -> bool:
    """Whether the two versions store the column as different types: then only its text can be compared."""
    kinds = {side.columns.get(table, {}).get(column) for side in (pair.published, pair.candidate)}
    return len(kinds - {None}) > 1


def _cells(pair: AttachedVersions, table: Table, columns: list[str]) -> tuple[RowChange, ...]:
    """Every changed cell, in the order of the files."""
    key = pair.key_text(table)
    each = " UNION ALL ".join(
        f"(SELECT _batch, _line, {key} AS _key, {n} AS n, {_shown(pair, table, name, n, 'p')} AS old,"
        f" {_shown(pair, table, name, n, 'c')} AS new FROM changed WHERE {_differs(n)}"
        f" ORDER BY _batch, _line LIMIT {pair.listed})"
        for n, name in enumerate(columns)
    )
    changed = pair.fetch(
        f"SELECT _batch, _line, _key, n, old, new FROM ({each}) ORDER BY _batch, _line, n LIMIT {pair.listed}"
    )
    return tuple(
        pair.row(pair.candidate, (batch, line, key, table.header(columns[n]), old, new))
        for batch, line, key, n, old, new in changed
    )


def _shown(pair: AttachedVersions, table: Table, column: str, number: int, side: str) -> str:
    cell = f"{side}{number}"
    if _retyped(pair, table.id, column) and not table.columns[column].private:
        return f"coalesce({cell}, '')"
    return pair.text(table, column, cell)


def _backwards(pair: AttachedVersions, table: Table, columns: list[str]) -> tuple[BackwardsRows, ...]:
    """Rows whose history changed: closed and open again, or another start or end day."""
    if table.stock is None:
        return ()
    start, until = table.stock.start, table.stock.until
    entered, left = table.header(start), table.header(until)
    kinds: tuple[tuple[Backward, str, str, str], ...] = (
        ("reopened", until, f"已有{left}，改为空白（已结→未结）", "{p} IS NOT NULL AND {c} IS NULL"),
        ("left_altered", until, f"{left}改动", "{p} IS NOT NULL AND {c} IS NOT NULL AND {p} <> {c}"),
        ("entered_altered", start, f"{entered}改动", "{p} IS NOT NULL AND {p} IS DISTINCT FROM {c}"),
    )
    backwards: list[BackwardsRows] = []
    for kind, column, words, condition in kinds:
        if column not in columns:
            continue
        n = columns.index(column)
        where = condition.format(p=f"p{n}", c=f"c{n}")
        ((count,),) = pair.fetch(f"SELECT count(*) FROM changed WHERE {where}")
        if count:
            texts = f", ?, {_shown(pair, table, column, n, 'p')}, {_shown(pair, table, column, n, 'c')}"
            listing = pair.listing(pair.candidate, table, f"{texts} FROM changed WHERE {where}", [table.header(column)])
            backwards.append(BackwardsRows(kind, words, count, listing))
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
    return replace(
        impact,
        absent=absent,
        absent_open=still_open if table.stock else None,
        absent_rows=pair.listing(pair.candidate, table, f"FROM {rows} WHERE {stays} AND {is_open}"),
    )


# --- as multisets ---------------------------------------------------------------------------------------------


def _as_multiset(pair: AttachedVersions, table: Table) -> TableImpact:
    """Whole rows counted on both sides: a row that stands twice and then once is one missing."""
    shared = [
        name for name in table.columns if all(pair.has(s, table.id, name) for s in (pair.published, pair.candidate))
    ]
    cells = ", ".join(
        f'"{name}"::VARCHAR AS "{name}"' if _retyped(pair, table.id, name) else f'"{name}"' for name in shared
    )
    old, new = pair.rows(pair.published, table.id), pair.rows(pair.candidate, table.id)
    names = ", ".join(f'"{name}"' for name in shared)
    pair.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE counted AS SELECT {names},"
        " count(*) FILTER (s = 'p') AS b, count(*) FILTER (s = 'c') AS a,"
        " min([_batch, _line]) FILTER (s = 'p') AS b_place, min([_batch, _line]) FILTER (s = 'c') AS a_place FROM ("
        f"SELECT 'p' AS s, _batch, _line, {cells} FROM {old} UNION ALL"
        f" SELECT 'c' AS s, _batch, _line, {cells} FROM {new}) GROUP BY {names}"
    )
    before, after, unchanged = pair.fetch(
        "SELECT coalesce(sum(b), 0)::BIGINT, coalesce(sum(a), 0)::BIGINT, coalesce(sum(least(a, b)), 0)::BIGINT FROM counted"
    )[0]
    retyped = {name for name in shared if _retyped(pair, table.id, name)}
    key = " || '　' || ".join(
        f"coalesce(\"{name}\", '')" if name in retyped else pair.text(table, name, f'"{name}"')
        for name in shared
        if not table.columns[name].private
    )

    def listing(side: VersionSide, place: str, where: str) -> tuple[RowChange, ...]:
        rows = pair.fetch(
            f"SELECT {place}[1], {place}[2], {key or repr('')} FROM counted WHERE {where} ORDER BY ALL LIMIT {pair.listed}"
        )
        return tuple(pair.row(side, row) for row in rows)

    return TableImpact(
        table=table.id,
        name=table.name,
        before=before,
        after=after,
        new=after - unchanged,
        changed=0,
        unchanged=unchanged,
        missing=before - unchanged,
        columns=(),
        new_rows=listing(pair.candidate, "a_place", "a > b"),
        cells=(),
        missing_rows=listing(pair.published, "b_place", "b > a"),
    )
