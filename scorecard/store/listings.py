"""Listings of a published version: the rows themselves, a page at a time, for those who may see them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scorecard.access import Actor, Forbidden
from scorecard.catalog.contracts import Table
from scorecard.catalog.tabulations.declarations import RowListing
from scorecard.queries.tabulations import listed_sql
from scorecard.store.evidence_rows import SEEDED, ShownRow, masked_cells, require_evidence, source_files
from scorecard.store.tabulations import Basis, Reading, owner_of, part_of
from scorecard.store.warehouse import fetched


@dataclass(frozen=True)
class ListedRow(ShownRow):
    """A row in the order of the head, private cells masked or in clear; where it was read: number of the batch, file, line."""

    batch: int
    source: str
    line: int


@dataclass(frozen=True)
class Listed:
    """A page of a listing: `count` rows in all. `withheld` says why the reader is shown none of them."""

    listing: RowListing
    head: tuple[str, ...]
    basis: Basis
    rows: tuple[ListedRow, ...] = ()
    count: int = 0
    withheld: str = ""


def listed(of: Reading, listing: RowListing, actor: Actor, *, limit: int, offset: int = 0) -> Listed:
    """How many rows a listing has, and a page of them for those who may see case lists. Raises Forbidden for visitors."""
    part, basis = part_of(of, listing)
    table = of.catalog.tables.get(listing.table)
    head = () if table is None else tuple(table.header(column) for column in listing.columns)
    if part is None or table is None:
        return Listed(listing, head, basis)
    query = listed_sql(table, listing, part)
    ((count,),) = fetched(of.connection, f"SELECT count(*) FROM ({query})")
    try:
        require_rows(of, listing, actor)
    except Forbidden as refused:
        return Listed(listing, head, basis, (), count, str(refused))
    rows = tuple(_rows(of, table, listing, actor, query, limit, offset)) if limit else ()
    return Listed(listing, head, basis, rows, count)


def require_rows(of: Reading, listing: RowListing, actor: Actor) -> None:
    """Raise Forbidden unless the actor may see the rows of this listing.

    Rows that name a case or a firm are for 审管办 and the department whose rows they are; others for all who see details.
    """
    if of.catalog.tables[listing.table].names_cases:
        require_evidence(actor, owner_of(of, listing) or of.department, of.catalog)
    else:
        actor.require("details")


@dataclass(frozen=True)
class RowKey:
    """The key of a row of a listing, by column, and whether the reader sees its private cells in clear."""

    cells: Mapping[str, Any]
    clear: bool


def row_key(of: Reading, listing: RowListing, actor: Actor, batch: int, line: int) -> RowKey | None:
    """The key of the row that stands at this line of this batch; None where the listing has no such row for this reader."""
    require_rows(of, listing, actor)
    part, _ = part_of(of, listing)
    if part is None:
        return None
    table = of.catalog.tables[listing.table]
    columns = "".join(f', "{column}"' for column in table.key)
    query = f"SELECT {_whose(table)}{columns} FROM ({listed_sql(table, listing, part)}) WHERE _batch = ? AND _line = ?"
    for whose, *key in fetched(of.connection, query, [batch, line]):
        return RowKey(dict(zip(table.key, key, strict=True)), _clear(of, listing, actor, whose))
    return None


def _whose(table: Table) -> str:
    return f'"{table.department}"' if table.department else "NULL"


def _clear(of: Reading, listing: RowListing, actor: Actor, department: str | None) -> bool:
    """Whether private cells of a row of this department stand in clear."""
    return listing.named and actor.may("names", department or owner_of(of, listing))


def _rows(
    of: Reading, table: Table, listing: RowListing, actor: Actor, query: str, limit: int, offset: int
) -> Iterator[ListedRow]:
    columns = "".join(f', "{column}"' for column in listing.columns)
    owner = owner_of(of, listing)
    # Rows in the order of what is masked would tell of it.
    seen = [one for one in listing.order if one not in table.private or actor.may("names", owner)]
    order = ", ".join(f'"{one}" {"DESC" if table.type_of(one).is_date else "ASC"} NULLS LAST' for one in seen)
    page = (
        f"SELECT _batch, _line, {_whose(table)}{columns} FROM ({query})"
        f" ORDER BY {order}{', ' if order else ''}_batch, _line LIMIT ? OFFSET ?"
    )
    files = source_files(of.connection)
    for batch, line, department, *values in fetched(of.connection, page, [limit, offset]):
        clear = _clear(of, listing, actor, department)
        masked = frozenset[str]() if clear else table.private
        cells = masked_cells(of.catalog, table, listing.columns, values, masked)
        yield ListedRow(cells, batch, files.get(batch, (SEEDED, ""))[0], line)
