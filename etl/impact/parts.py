"""Parts against totals of a candidate: departments against 全院, 涉企 and 非涉企 against all; the difference is 其他.

A row whose department is unknown counts for the court and for no department: the sum of the parts then falls short of
the total, as in bulletins that print both. The difference is shown with its size and its rows, never spread or hidden.
"""

from collections.abc import Iterator
from datetime import date

from etl.impact.attached_versions import AttachedVersions
from scorecard.calendar.period import parse
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.store.version_diff import Parts, RowChange

OTHER = "其他"
# The newest month in which the departments of a half do not add up to the court.
_HALVES = """
SELECT indicator, half, max(period), arg_max(whole, period), arg_max(summed, period)
FROM (
    SELECT indicator, half, period, sum(amount) FILTER (department = $court) AS whole,
           coalesce(sum(amount) FILTER (department <> $court), 0) AS summed
    FROM (
        SELECT indicator, period, department, numerator, denominator FROM candidate.indicator_value
        WHERE grain = 'month' AND scope = 'all'
    ) UNPIVOT (amount FOR half IN (numerator, denominator))
    GROUP BY ALL
)
WHERE whole <> summed GROUP BY 1, 2
"""


def table_parts(pair: AttachedVersions, table: Table) -> tuple[Parts, ...]:
    """All rows and, of a table with a stock, the open, received and closed ones, by department and by 涉企."""
    if table.id not in pair.candidate.as_of:
        return ()
    parts: list[Parts] = []
    measures = dict(_measures(table, pair.published.as_of.get(table.id), pair.candidate.as_of[table.id]))
    if table.department:
        names = {
            department.id: department.name
            for department in pair.catalog.departments.values()
            if not department.collective
        }
        parts += _split(pair, table, measures, table.department, "部门", names)
    if table.firm:
        parts += _split(pair, table, measures, table.firm, "涉企", {True: "涉企", False: "非涉企"})
    return tuple(parts)


def indicator_parts(pair: AttachedVersions, catalog: Catalog) -> tuple[Parts, ...]:
    """Halves of indicators whose departments do not add up to 全院, at the newest month that shows it; one a half."""
    additive = [
        indicator
        for indicator in catalog.indicators.values()
        if len(indicator.formula.parts) == 1
        and all(term.aggregate in ("count", "sum") for term in indicator.formula.terms)
        and len(indicator.formula.tables) == 1
        and catalog.tables[indicator.formula.tables[0]].department
    ]
    halves = ("numerator", "denominator")
    rows = pair.fetch(_HALVES, {"court": ALL_DEPARTMENTS})
    shown = {(indicator, half): rest for indicator, half, *rest in rows}
    parts: list[Parts] = []
    for indicator in additive:
        for half, name in zip(halves, ("分子", "分母"), strict=True):
            if (indicator.id, half) in shown:
                key, whole, summed = shown[indicator.id, half]
                period = parse("month", key)
                assert period is not None
                what = f"{indicator.name}　{name}　{period.label}"
                parts.append(Parts(what, "部门", int(whole), (("各部门合计", int(summed)),)))
    return tuple(parts)


def _measures(table: Table, since: date | None, until: date) -> Iterator[tuple[str, str]]:
    """(name of the count, condition)."""
    yield "全部行", "true"
    if table.stock is None:
        return
    start, left = (f'"{column}"::DATE' for column in (table.stock.start, table.stock.until))
    yield "期末未结", f"{start} <= DATE '{until}' AND ({left} IS NULL OR {left} > DATE '{until}')"
    if since is not None and since < until:
        yield "本期新收", f"{start} > DATE '{since}' AND {start} <= DATE '{until}'"
        yield "本期结案", f"{left} > DATE '{since}' AND {left} <= DATE '{until}'"


def _split(
    pair: AttachedVersions,
    table: Table,
    measures: dict[str, str],
    column: str,
    by: str,
    names: dict[str, str] | dict[bool, str],
) -> Iterator[Parts]:
    """A total per measure with its registered parts; the rows in none of them are listed for all rows."""
    rows = pair.rows(pair.candidate, table.id)
    counts = pair.fetch(
        f'SELECT "{column}", {", ".join(f"count(*) FILTER ({condition})" for condition in measures.values())}'
        f" FROM {rows} GROUP BY 1"
    )
    outside: tuple[RowChange, ...] | None = None
    for number, what in enumerate(measures, 1):
        total = sum(row[number] for row in counts)
        by_value = {row[0]: row[number] for row in counts}
        parts = tuple((name, by_value[value]) for value, name in names.items() if by_value.get(value))
        if total != sum(count for _, count in parts) and outside is None:
            known = ", ".join("?" * len(names))
            shown = pair.text(table, column, f'"{column}"')
            unknown = f'"{column}" IS NULL OR "{column}" NOT IN ({known})'
            values = [table.header(column), *names]
            outside = pair.listing(pair.candidate, table, f", ?, {shown} FROM {rows} WHERE {unknown}", values)
        yield Parts(f"{table.name}　{what}", by, total, parts, outside or ())
