"""Queries for the outcomes and the length of disputes in one slice of a version.

They count the same rows as the indicators: first-instance civil cases are 民初, first enforcements 首次执行. A row belongs
to the slice by the day its stage ended.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from duckdb import DuckDBPyConnection

from scorecard.catalog.definitions import Catalog
from scorecard.topics.disputes import UNKNOWN, Arrears, Mediations, Stage, Stages, Trials
from scorecard.topics.slices import Slice, counts_in_order, fetch_rows, needed

MEDIATIONS_NEEDED, TRIALS_NEEDED, STAGES_NEEDED = map(needed, ("mediations", "trials", "stages"))
ARREARS_NEEDED = needed("arrears", "arrears_outcomes", "arrears_steps")


def mediations(
    connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice, groups: Sequence[str] = ()
) -> Mediations:
    """Pre-suit mediations that ended in the slice, by outcome."""
    (row,) = fetch_rows(connection, catalog, chosen, "mediations", groups=list(groups))
    return Mediations(*row)


def trials(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice, groups: Sequence[str] = ()) -> Trials:
    """First-instance civil cases closed in the slice, by procedure and 结案方式."""
    rows = fetch_rows(connection, catalog, chosen, "trials", groups=list(groups))
    counts = {(procedure, outcome): count for procedure, outcome, count in rows}
    known = [*catalog.tables["cases"].columns["outcome"].values, UNKNOWN]
    return Trials(tuple(word for word in known if any(word == outcome for _, outcome in counts)), counts)


def stages(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Stages:
    """The length of 立案, 一审 and 首次执行: each over its own cases, and all over the same cases."""
    *lengths, (_, _, enforced, _, _) = fetch_rows(connection, catalog, chosen, "stages")
    return Stages(tuple(_stage(*row) for row in lengths[:3]), tuple(_stage(*row) for row in lengths[3:]), enforced)


def _stage(place: int, name: str, count: int, days: int | None, middle: float | None) -> Stage:
    return Stage(name, count, int(days or 0), None if middle is None else Fraction(str(middle)))


def arrears(connection: DuckDBPyConnection, catalog: Catalog, chosen: Slice) -> Arrears:
    """拖欠企业账款: the length of 快立, 快审 and 快执, and the money recovered, over the rows the indicators count.

    Counts cover first and resumed enforcements; the rate, as in the indicator, first ones with both amounts known.
    """
    ((filed, closed, pending, claimed, recovered, known, arrived),) = fetch_rows(connection, catalog, chosen, "arrears")
    words = [*catalog.tables["enforcement"].columns["outcome"].values, UNKNOWN]
    ended = [(word, count) for word, count in fetch_rows(connection, catalog, chosen, "arrears_outcomes")]
    steps = tuple(_stage(*row) for row in fetch_rows(connection, catalog, chosen, "arrears_steps"))
    return Arrears(
        filed, closed, pending, Decimal(claimed), Decimal(recovered), known, Decimal(arrived),
        counts_in_order(words, ended), steps,
    )  # fmt: skip
