"""Extracts written as small tables, accepted, built and published through the production path."""

from datetime import date

from etl.intake.accept import accept
from etl.intake.batches import Batch
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER


def csv_of(table: str) -> bytes:
    """Lines of cells parted by | as a CSV; blank lines and indentation do not count."""
    lines = [line.strip() for line in table.strip().splitlines() if line.strip()]
    return "\r\n".join(",".join(cell.strip() for cell in line.split("|")) for line in lines).encode()


def hand_in(
    data: DataDir,
    catalog: Catalog,
    table: str,
    raw: bytes | str,
    as_of: date,
    name: str = "",
    *,
    corrects: bool = False,
) -> Batch:
    """The batch of an extract that must pass the door."""
    content = csv_of(raw) if isinstance(raw, str) else raw
    file = name or f"{table}{as_of}.csv"
    return accept(content, file, catalog.tables[table], catalog, as_of, OFFICER, data, corrects=corrects)


def published(data: DataDir, catalog: Catalog) -> str:
    """The version of everything handed in so far, current from now on."""
    version = build(catalog, data)
    publish(data, version, OFFICER)
    return version
