"""Parts against totals of a candidate: departments against 全院, 涉企 and 非涉企 against all; the difference is 其他.

A row whose department is unknown counts for the court and for no department: the sum of the parts then falls short of
the total, as in bulletins that print both. The difference is shown with its size and its rows, never spread or hidden.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from etl.impact.attached_versions import AttachedVersions
from etl.impact.version_diff import Parts, RowChange
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator

_HALVES = Path(__file__).with_name("halves.sql").read_text("utf-8")


def table_parts(pair: AttachedVersions, table: Table) -> tuple[Parts, ...]:
    """All rows and, of a table with a stock, the open, received and closed ones, by department and by 涉企."""
    if table.id not in pair.candidate.as_of:
        return ()
    parts: list[Parts] = []
    measures = dict(_measures(table, pair.published.as_of.get(table.id), pair.candidate.as_of[table.id]))
    if table.department:
        names = {one.id: one.name for one in pair.catalog.departments.values() if not one.collective}
        parts += _split(pair, table, measures, table.department, pair.catalog.words.unit, names)
    if table.firm:
        parts += _split(pair, table, measures, table.firm, "涉企", {True: "涉企", False: "非涉企"})
    return tuple(parts)


def indicator_parts(pair: AttachedVersions, catalog: Catalog) -> tuple[Parts, ...]:
    """Halves of indicators whose departments do not add up to 全院, at the newest month that shows it; one a half."""
    rows = pair.fetch(_HALVES, {"court": ALL_DEPARTMENTS})
    shown = {(indicator, half): rest for indicator, half, *rest in rows}
    parts, unit = list[Parts](), catalog.words.unit
    for indicator in catalog.definitions.values():
        if not all(_adds_up(one, catalog) for one in indicator.definitions):
            continue
        for half, name in (("numerator", "分子"), ("denominator", "分母")):
            if (indicator.id, half) in shown:
                key, whole, summed = shown[indicator.id, half]
                period = catalog.court.months.parse("month", key)
                assert period is not None
                what = f"{indicator.name}　{name}　{period.label}"
                parts.append(Parts(what, unit, int(whole), ((f"各{unit}合计", int(summed)),)))
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
    pair: AttachedVersions, table: Table, measures: dict[str, str], column: str, by: str, names: Mapping[Any, str]
) -> Iterator[Parts]:
    """A total per measure with its registered parts; the rows in none of them are listed for all rows."""
    rows = pair.rows(pair.candidate, table.id)
    counted = ", ".join(f"count(*) FILTER ({condition})" for condition in measures.values())
    counts = pair.fetch(f'SELECT "{column}", {counted} FROM {rows} GROUP BY 1')
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


def _adds_up(indicator: Indicator, catalog: Catalog) -> bool:
    """Whether the halves of departments must come to those of the whole court."""
    formula = indicator.formula
    counted = len(formula.parts) == 1 and all(term.aggregate in ("count", "sum") for term in formula.terms)
    return counted and len(formula.tables) == 1 and bool(catalog.tables[formula.tables[0]].department)
