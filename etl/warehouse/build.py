"""The build of a version: one DuckDB file named by its inputs. The same inputs give the same content and name.

The file is built under a temporary name and moved into place when it is whole, so a version file that exists is complete.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from etl.duckdb_connection import open_build, system_errors
from etl.intake import set_aside
from etl.intake.batch_notes import batches_in_use, rulings, withdrawn
from etl.intake.batches import Batch, survey_batches
from etl.warehouse import data_faults, rollup, silent_columns, tables, worklist_items
from etl.warehouse.code_digest import code_digest
from etl.warehouse.declared_months import declared_months
from scorecard.calendar import workdays
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import (
    remove_stale_temporaries,
    replace_atomically,
    storage_errors,
    temporary_sibling,
)
from scorecard.storage.data_dir import DataDir
from scorecard.storage.private_files import make_folder


def chosen_batches(data: DataDir) -> tuple[Batch, ...]:
    """The batches a version is built from: the court's own as soon as there is one, otherwise the sample's.

    Real and synthetic rows never meet in one version. Withdrawn batches are left out; when all of the court's own are,
    nothing is left, and never the sample instead.
    """
    whole, damaged = survey_batches(data)
    own = bool(damaged) or any(not batch.sample for batch in whole)
    ruled = rulings(data)
    return tuple(
        replace(
            batch,
            rulings=tuple(
                sorted((key[2], said) for key, said in ruled.items() if key[:2] == (batch.table, batch.name))
            ),
        )
        for batch in batches_in_use(data, sample=not own)
    )


def version_id(catalog: Catalog, batches: Sequence[Batch]) -> str:
    """The name of the version these inputs give: 16 hex digits over seeds, batches in order, code and engine."""
    digest = hashlib.sha256(catalog.digest.encode())
    digest.update(json.dumps([[batch.table, batch.name, *batch.rulings] for batch in batches]).encode())
    digest.update(program().encode())
    return digest.hexdigest()[:16]


def program() -> str:
    """What computes the numbers, as every version file names it: code, engine, calendar."""
    return f"{code_digest()}{duckdb.__version__} {workdays.PACKAGE_VERSION}"


def build(catalog: Catalog, data: DataDir) -> str:
    """The id of the version of all chosen batches; its file is complete when this returns.

    Raises ScorecardError when there are no batches, or when a seeded target or parameter is refused.
    """
    batches = chosen_batches(data)
    if not any(batch for batch in batches if catalog.tables[batch.table].seed is None):
        if withdrawn(data):
            remedy = "请上传改正后的文件，或在“版本”页恢复一个批次"
            raise ScorecardError("建库", "已接收的批次全部撤回，没有可用的数据", "至少一个没有撤回的批次", remedy)
        raise ScorecardError("建库", "没有已接收的数据", "至少一个批次", "请先在“数据报送”页上传，或运行 make sample")
    return build_of(catalog, data, batches)


def build_of(catalog: Catalog, data: DataDir, batches: Sequence[Batch], *, anew: bool = False) -> str:
    """The id of the version of exactly these batches, in their order. `anew` replaces the file of it that is there already."""
    version = version_id(catalog, batches)
    path = data.database(version)
    if path.exists() and not anew and checksums.state(data, path) != "damaged":
        return version
    with storage_errors(f"建库 {version}"), system_errors():
        make_folder(path.parent)
        remove_stale_temporaries(path.parent)
        temporary = temporary_sibling(path)
        spill = Path(f"{temporary}.spill")
        try:
            _fill(temporary, spill, catalog, data, batches, version)
            checksums.forget(data, path)
            replace_atomically(temporary, path)
            checksums.note(data, path)
        finally:
            for leftover in (temporary, Path(f"{temporary}.wal")):
                leftover.unlink(missing_ok=True)
            remove_stale_temporaries(path.parent, spill.name)
    return version


def _fill(path: Path, spill: Path, catalog: Catalog, data: DataDir, batches: Sequence[Batch], version: str) -> None:
    connection = open_build(path, spill)
    try:
        as_of = tables.load(connection, catalog, batches)
        rollup.compute(connection, catalog, as_of, declared=declared_months(connection, catalog, batches))
        silent_columns.write(connection, catalog, batches, as_of)
        data_faults.write(connection, catalog)
        worklist_items.write(connection, catalog, as_of, batches)
        _describe(connection, catalog, batches, set_aside.outstanding_counts(data, batches), as_of, version)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()


def _describe(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    batches: Sequence[Batch],
    left_aside: Mapping[str, int],
    as_of: Mapping[str, date],
    version: str,
) -> None:
    """Writes the provenance of the numbers: the seed files, the batches, the rows and 数据截至 of each table."""
    connection.execute("CREATE TABLE seed_file (name VARCHAR, content BLOB)")
    connection.executemany("INSERT INTO seed_file VALUES (?, ?)", [list(item) for item in catalog.files.items()])
    connection.execute("CREATE TABLE batch (number INTEGER, table_id VARCHAR, record VARCHAR)")
    if batches:
        connection.executemany(
            "INSERT INTO batch VALUES (?, ?, ?)",
            [
                [n, batch.table, json.dumps({**batch.record(), "rulings": batch.rulings}, ensure_ascii=False)]
                for n, batch in enumerate(batches, 1)
            ],
        )
    connection.execute(
        "CREATE TABLE table_state (table_id VARCHAR, as_of DATE, rows BIGINT, batches INTEGER, aside BIGINT)"
    )
    for table, cut in as_of.items():
        count = sum(batch.table == table for batch in batches)
        connection.execute(
            f'INSERT INTO table_state SELECT ?, ?, count(*), ?, ? FROM "{table}"',
            [table, cut, count, left_aside.get(table, 0)],
        )
    connection.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
    sample = any(batch.sample for batch in batches)
    about = {"version": version, "sample": "true" if sample else "false", "program": program()}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [list(item) for item in about.items()])
