"""Rows typed on a page: examined, accepted as a batch of their own, and published at once where nothing else changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Unpack

from etl.intake.accept import accept
from etl.intake.declared_none import declare_none
from etl.intake.examine import Said, examine
from etl.intake.registers.own_rows import with_departments
from etl.problems import Problem
from etl.versions.pending import adds_only
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import Actor
from scorecard.calendar.clock import today
from scorecard.catalog.columns import DEPARTMENT
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import write_csv
from scorecard.store.versions import VersionManifest


@dataclass(frozen=True)
class EntryResult:
    """The problems that refuse the rows; without any, whether they were there before and whether they are published now."""

    refusals: tuple[Problem, ...] = ()
    already: bool = False
    published: bool = False


def enter_rows(
    raw: bytes,
    file_name: str,
    table: Table,
    catalog: Catalog,
    actor: Actor,
    data: DataDir,
    version: VersionManifest | None,
    *,
    publishes: bool,
    typed: str = "",
    **said: Unpack[Said],
) -> EntryResult:
    """Accepts rows of a table whose rows people enter, unless one has problems; then nothing is written.

    `raw`: the rows under the headers of their contract. With `publishes` they are published at once, if the actor may
    publish and the next version would be `version` (the published one) with these rows and nothing else. Rows that are
    entered while the sample is published belong to the sample. `typed`: when the form of a register was
    filled in. Raises Forbidden.
    """
    table = with_departments(table, catalog) if typed else table
    examination = examine(raw, file_name, table, catalog, today(), **said)
    if examination.refused:
        refusals = (problem for problem in examination.problems if problem.severity == "refuse")
        return EntryResult(refusals=tuple(refusals))
    sample = version is not None and version.sample
    batch = accept(raw, file_name, table, catalog, today(), actor, data, sample=sample, typed=typed, **said)
    published = publishes and publish_alone(table, catalog, actor, data, version)
    return EntryResult(already=batch.already, published=published)


def declare_month(
    table: Table, as_of: date, catalog: Catalog, actor: Actor, data: DataDir, version: VersionManifest | None
) -> bool:
    """Declares that a register has no row in the month that ends with `as_of`; whether that is published now."""
    sample = version is not None and version.sample
    declare_none(table, as_of, actor, data, sample=sample, months=catalog.court.months)
    return publish_alone(table, catalog, actor, data, version)


def publish_alone(table: Table, catalog: Catalog, actor: Actor, data: DataDir, version: VersionManifest | None) -> bool:
    """Publishes what waits of a table, if the actor may and nothing else would change; whether it did."""
    alone = version is not None and actor.may("publish") and adds_only(catalog, data, version, table.id)
    if alone:
        publish(data, build(catalog, data), actor)
    return alone


def one_row_csv(row: Mapping[str, object], table: Table, catalog: Catalog) -> bytes:
    """The row under the headers of its contract, columns that are not filled in blank."""
    cells: list[str | None] = []
    for name, column in table.columns.items():
        value = row.get(name)
        if column.type == DEPARTMENT and (department := catalog.departments.get(str(value))):
            value = department.name
        cells.append(None if value is None else str(value))
    return write_csv([column.header for column in table.columns.values()], [cells])
