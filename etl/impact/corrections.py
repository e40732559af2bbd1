"""What a correction (更正) could not change: cells that a later batch says otherwise than the correction."""

from collections.abc import Mapping
from typing import Any

from etl.impact.attached_versions import AttachedVersions
from scorecard.storage.data_dir import DataDir
from scorecard.storage.sql_text import quoted
from scorecard.store.version_diff import CorrectionImpact


def correction_impacts(pair: AttachedVersions, data: DataDir) -> tuple[CorrectionImpact, ...]:
    """Every correction that only the candidate is built from."""
    fresh = pair.candidate.records_without(pair.published)
    return tuple(_impact(pair, data, record) for record in fresh if record.get("corrects"))


def _impact(pair: AttachedVersions, data: DataDir, record: Mapping[str, Any]) -> CorrectionImpact:
    """The cells of this correction that stand otherwise in the candidate, and in which file they stand so."""
    table = pair.catalog.tables[record["table"]]
    path = data.batches / table.id / f"{record['name']}.parquet"
    absent = {count["column"] for count in record["counts"] if count["code"] == "header_absent"}
    columns = [name for name, column in table.columns.items() if name not in table.key and column.header not in absent]
    keys = ", ".join(f'"{name}"' for name in table.key)
    read = ", ".join(f'"{name}"::{table.columns[name].type.sql} AS "{name}"' for name in (*table.key, *columns))
    cells = "".join(f', c."{name}" AS c{n}, r."{name}" AS r{n}' for n, name in enumerate(columns))
    pair.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE standing AS SELECT r._batch, r._line, {keys}{cells}"
        f" FROM (SELECT {read} FROM read_parquet({quoted(str(path))})) c"
        f" JOIN {pair.rows(pair.candidate, table.id)} r USING ({keys})"
    )
    differs = [f"c{n} IS DISTINCT FROM r{n}" for n in range(len(columns))]
    ((rows,),) = pair.fetch(f"SELECT count(*) FROM standing WHERE {' OR '.join(differs) or 'false'}")
    key = pair.key_text(table)
    each = " UNION ALL ".join(
        f"SELECT _batch, _line, {key} AS _key, {n} AS n, {pair.text(table, name, f'c{n}')} AS said,"
        f" {pair.text(table, name, f'r{n}')} AS stands FROM standing WHERE {differs[n]}"
        for n, name in enumerate(columns)
    )
    found = pair.fetch(f"SELECT * FROM ({each}) ORDER BY _batch, _line, n LIMIT {pair.listed}") if rows else []
    return CorrectionImpact(
        table=table.name,
        file=str(record["file_name"]),
        as_of=str(record["as_of"]),
        rows=int(record["rows"]),
        overridden=rows,
        cells=tuple(
            pair.row(pair.candidate, (batch, line, row_key, table.header(columns[n]), said, stands))
            for batch, line, row_key, n, said, stands in found
        ),
    )
