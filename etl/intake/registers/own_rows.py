"""Whose rows of a register somebody may enter: a department its own, 审管办 every one.

Asked inside the act for every row that comes and for every accepted row that it replaces: a correction under the key of
another department's row would take that row over.
"""

from collections.abc import Sequence

import duckdb

from etl.intake.batches import Batch
from etl.intake.declared_none import newest_rows
from scorecard.access import Actor, Forbidden
from scorecard.calendar.clock import today
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog


def may_enter(table: Table, actor: Actor) -> bool:
    """Whether the actor may enter any row of a register: a table without departments is 审管办's."""
    return actor.may("upload") or (table.department is not None and actor.may("report", actor.department))


def is_own(department: str | None, catalog: Catalog, actor: Actor) -> bool:
    """Whether a row of this department is the actor's to enter today: what a department left is its successor's."""
    if actor.may("upload"):
        return True
    if department is None or actor.department is None:
        return False
    return catalog.department_on(department, today()) == catalog.department_on(actor.department, today())


def with_departments(table: Table, catalog: Catalog) -> Table:
    """A register as its form takes it: departments of an upper court too, whose rows count for that court (`within`).

    Not so a file of several courts, where 民事审判庭 may be any court's.
    """
    if not (table.counts_departments and table.department and catalog.within):
        return table
    named = table.columns[table.department].model_copy(update={"responsible": True})
    return table.model_copy(update={"columns": {**table.columns, table.department: named}})


def require_own_rows(
    con: duckdb.DuckDBPyConnection, table: Table, catalog: Catalog, actor: Actor, in_use: Sequence[Batch]
) -> None:
    """Raises Forbidden unless every row in the view `typed`, and every row that it replaces, is the actor's to enter."""
    if actor.may("upload"):
        return
    if table.department is None:
        actor.require("upload")
    own = [batch for batch in in_use if batch.table == table.id and not batch.none]
    arriving = con.sql(f'SELECT DISTINCT {", ".join(table.key)}, "{table.department}" FROM typed').to_arrow_table()
    with duckdb.connect() as beside:
        beside.register("arriving", arriving)
        queries = [f'SELECT "{table.department}" FROM arriving']
        if own:
            keys = ", ".join(f'"{name}"' for name in table.key)
            replaced = f"{newest_rows(table, own)} SEMI JOIN arriving USING ({keys})"
            queries.append(f'SELECT "{table.department}" FROM {replaced}')
        for query, whose in zip(queries, ("要登记的行", "要更正的原有行"), strict=False):
            for (department,) in beside.execute(f"SELECT DISTINCT * FROM ({query})").fetchall():
                if not is_own(department, catalog, actor):
                    words = catalog.words
                    name = catalog.departments[department].name if department in catalog.departments else "空白"
                    found = f"{whose}中，{words.unit}为“{name}”的不属于{words.own}"
                    remedy = f"没有写入；其他{words.unit}的行请由该{words.unit}或审管办登记"
                    raise Forbidden(table.name, found, f"{words.own}的行", remedy)
