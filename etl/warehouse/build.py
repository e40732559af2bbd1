"""The build of a version: one DuckDB file named by its inputs. The same inputs give the same content and name.

The file is built under a temporary name and moved into place when it is whole, so a version file that exists is complete.
"""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from etl.duckdb_connection import insert_rows, open_build, system_errors
from etl.engines.choice import EngineChoice, chosen
from etl.engines.engine import Engine, fetch
from etl.intake import set_aside
from etl.intake.batch_notes import batches_in_use, rulings, withdrawn
from etl.intake.batches import Batch, survey_batches
from etl.warehouse import data_faults, increment, rollup, silent_columns, tables, worklist_items
from etl.warehouse.code_digest import code_digest
from etl.warehouse.declared_months import declared_months
from scorecard.calendar import workdays
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.queries import statements
from scorecard.queries.terms import unbound
from scorecard.storage import atomic_files, checksums
from scorecard.storage.atomic_files import make_folder, storage_errors
from scorecard.storage.data_dir import DataDir

_LOG = logging.getLogger(__name__)


def chosen_batches(data: DataDir) -> tuple[Batch, ...]:
    """The batches a version is built from: the court's own as soon as there is one, otherwise the sample's.

    Real and synthetic rows never meet in one version. Withdrawn batches are left out; when all of the court's own are,
    nothing is left, and never the sample instead.
    """
    whole, damaged = found = survey_batches(data)
    own = bool(damaged) or any(not batch.sample for batch in whole)
    ruled: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for (table, name, what), said in rulings(data).items():
        ruled[table, name].append((what, said))
    in_use = batches_in_use(data, not own, found)
    return tuple(replace(batch, rulings=tuple(sorted(ruled[batch.table, batch.name]))) for batch in in_use)


def version_id(catalog: Catalog, batches: Sequence[Batch], engine: str | None = None) -> str:
    """The name of the version these inputs give: 16 hex digits over seeds, batches in order, code and engine (its label)."""
    digest = hashlib.sha256(catalog.digest.encode())
    digest.update(json.dumps([[batch.table, batch.name, *batch.rulings] for batch in batches]).encode())
    digest.update(program(engine).encode())
    return digest.hexdigest()[:16]


def program(engine: str | None = None) -> str:
    """What computes the numbers, as every version file names it: code, DuckDB, calendar, and the engine of the rows.

    `engine` is its label; None is the one chosen for this process.
    """
    label = chosen().label if engine is None else engine
    return f"{code_digest()}{duckdb.__version__} {workdays.PACKAGE_VERSION} {label}".rstrip()


def engine_of(recorded: str) -> str:
    """The label of the engine that a version's `program` names."""
    _, named, version = recorded.partition(" spark ")
    return f"spark {version}" if named else ""


def is_current(recorded: str) -> bool:
    """Whether today's program computed a version, whichever engine did: a machine without Spark shows what Spark counted."""
    return recorded == program(engine_of(recorded))


def build(catalog: Catalog, data: DataDir, engine: EngineChoice | None = None) -> str:
    """The id of the version of all chosen batches; its file is complete when this returns.

    Raises ScorecardError when there are no batches, or when a seeded target or parameter is refused.
    """
    batches = chosen_batches(data)
    if not any(batch for batch in batches if catalog.tables[batch.table].seed is None):
        if withdrawn(data):
            remedy = "请上传改正后的文件，或在“版本”页恢复一个批次"
            raise ScorecardError("建库", "已接收的批次全部撤回，没有可用的数据", "至少一个没有撤回的批次", remedy)
        raise ScorecardError("建库", "没有已接收的数据", "至少一个批次", "请先在“数据报送”页上传，或运行 make sample")
    return build_of(catalog, data, batches, engine=engine)


def build_of(
    catalog: Catalog, data: DataDir, batches: Sequence[Batch], *, anew: bool = False, engine: EngineChoice | None = None
) -> str:
    """The id of the version of exactly these batches, in their order. `anew` replaces the file of it that is there already.

    It is begun as a copy of the published version where that may be (etl/warehouse/increment.py), and never `anew`.
    """
    engine = engine or chosen()
    version = version_id(catalog, batches, engine.label)
    path = data.database(version)
    if path.exists() and not anew and checksums.state(data, path) != "damaged":
        return version
    with storage_errors(f"建库 {version}"), system_errors():
        make_folder(path.parent)
        atomic_files.remove_stale_temporaries(path.parent)
        temporary = atomic_files.temporary_sibling(path)
        spill = Path(f"{temporary}.spill")
        try:
            if anew or not _begun(temporary, spill, catalog, data, batches, engine):
                _fill(temporary, spill, catalog, data, batches, engine)
                _LOG.info("版本 %s：整体重建", version)
            checksums.forget(data, path)
            atomic_files.replace_atomically(temporary, path)
            checksums.note(data, path)
        finally:
            for leftover in (temporary, Path(f"{temporary}.wal")):
                leftover.unlink(missing_ok=True)
            atomic_files.remove_stale_temporaries(path.parent, spill.name)
    return version


def _begun(
    path: Path, spill: Path, catalog: Catalog, data: DataDir, batches: Sequence[Batch], choice: EngineChoice
) -> bool:
    """Whether the version was made of the published one and its later batches. If not, nothing of the attempt is left."""
    if choice.label:
        return False
    begun = increment.beginning(data, batches, lambda some: version_id(catalog, some, choice.label))
    if begun is None:
        return False
    try:
        increment.copy(data, begun, path)
        _fill(path, spill, catalog, data, batches, choice, begun.batches)
    except (OSError, duckdb.Error) as error:
        _LOG.warning("从版本 %s 增量建库没有成功，改为整体重建：%s", begun.version, error)
        for leftover in (path, Path(f"{path}.wal")):
            leftover.unlink(missing_ok=True)
        return False
    _LOG.info("增量：版本 %s 的 %d 个批次之后加 %d 个", begun.version, begun.batches, len(batches) - begun.batches)
    return True


def _fill(
    path: Path,
    spill: Path,
    catalog: Catalog,
    data: DataDir,
    batches: Sequence[Batch],
    choice: EngineChoice,
    known: int = 0,
) -> None:
    recalled = statements.recall(data.statements, program(""))
    with open_build(path, spill) as connection, choice.opened(connection, data) as engine:
        if known:
            increment.keep_rows(engine, catalog)
        as_of = tables.load(engine, catalog, batches, known)
        connection.execute("BEGIN")  # what follows is small and many statements: one of them all need be made durable
        rollup.compute(engine, catalog, as_of, declared=declared_months(engine, catalog, batches))
        silent_columns.write(engine, catalog, batches, as_of)
        data_faults.write(engine, catalog)
        worklist_items.write(engine, catalog, as_of, batches)
        _describe(engine, catalog, data, batches, as_of)
        about = {"version": version_id(catalog, batches, choice.label), "program": program(choice.label)}
        about["sample"] = "true" if any(batch.sample for batch in batches) else "false"
        insert_rows(connection, "meta", list(about.items()))
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")
    statements.keep(data.statements, program(""), recalled)


def _describe(
    engine: Engine, catalog: Catalog, data: DataDir, batches: Sequence[Batch], as_of: Mapping[str, date]
) -> None:
    """Writes the provenance of the numbers: the seed files, the batches, the rows and 数据截至 of each table."""
    connection = engine.connection
    tables.create_schema(connection)
    left_aside = set_aside.outstanding_counts(data, batches)
    insert_rows(connection, "seed_file", list(catalog.files.items()))
    records = [json.dumps({**batch.record(), "rulings": batch.rulings}, ensure_ascii=False) for batch in batches]
    numbered = [
        (number, batch.table, record) for number, (batch, record) in enumerate(zip(batches, records, strict=True), 1)
    ]
    insert_rows(connection, "batch", numbered)
    for table, cut in as_of.items():
        count = sum(batch.table == table for batch in batches)
        ((rows,),) = fetch(
            engine, unbound(catalog.tables[table], table, derived=False).agg(rows=lambda all: all.count())
        )
        connection.execute(
            "INSERT INTO table_state VALUES (?, ?, ?, ?, ?)", [table, cut, rows, count, left_aside.get(table, 0)]
        )
