"""The second opinion on tabulations and listings, in plain Python, written from the rules: no SQL, no Ibis."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from scorecard.catalog.definitions import Catalog
from scorecard.catalog.tabulations.declarations import RowChoice, RowListing, TabulatedFigure, Tabulation
from tests.support.naive import Row, Span, as_date, belongs, derive, holds, median, month_end

Lines = list[list[str]]
TOO_FEW = {"ratio": "率", "mean": "平均数", "median": "中位数"}


def month(key: str) -> Span:
    year, number = map(int, key.split("-"))
    return Span("month", key, date(year, number, 1), month_end(year, number))


def chosen(
    catalog: Catalog, choice: RowChoice, rows: list[Row], span: Span, cut: date, part: tuple[str, str] = ("all", "all")
) -> list[tuple[int, Row]]:
    """(number from 1, row) of the rows of a choice."""
    table, last = catalog.tables[choice.table], min(span.last, cut)

    def there(row: Row) -> bool:
        if choice.period is not None:
            day = row[choice.period]
            return day is not None and span.first <= as_date(day) <= last
        if choice.stock is None:
            return True
        start, until = row[choice.stock.start], row[choice.stock.until]
        return start is not None and as_date(start) <= last and (until is None or as_date(until) > last)

    return [
        (number, row)
        for number, row in enumerate(derive(table, rows), 1)
        if there(row) and all(holds(test, row) for test in choice.where) and belongs(table, row, *part)
    ]


def tabulated(
    catalog: Catalog, one: Tabulation, rows: list[Row], span: Span, cut: date, part: tuple[str, str] = ("all", "all")
) -> Lines:
    """Every line as it is shown: groups, figures, 合计 where figures add up."""
    kept = [row for _, row in chosen(catalog, one, rows, span, cut, part)]
    unit = next((f.unit or "件" for f in one.figures if f.kind == "count" and f.distinct is None), "件")

    def texts(group: list[Row], only: Callable[[TabulatedFigure], bool] = lambda figure: True) -> list[str]:
        return [
            shown(figure, group, unit, catalog.court.minimum_base) if only(figure) else "" for figure in one.figures
        ]

    if not one.by:
        names = [f"{f.name}（{f.unit or {'count': '件', 'ratio': '%'}[f.kind]}）" for f in one.figures]
        return [[name, text] for name, text in zip(names, texts(kept), strict=True)]
    keys = {tuple(key(row[column]) for column in one.by) for row in kept}
    orders = [order(catalog, one.table, column, {values[at] for values in keys}) for at, column in enumerate(one.by)]
    lines: Lines = []
    for values in sorted(
        keys, key=lambda values: [order.index(value) for order, value in zip(orders, values, strict=True)]
    ):
        group = [row for row in kept if tuple(key(row[column]) for column in one.by) == values]
        lines.append([*(label(catalog, one.table, *cell) for cell in zip(one.by, values, strict=True)), *texts(group)])
    adding = [figure for figure in one.figures if figure.kind in ("count", "sum") and figure.distinct is None]
    if lines and adding:
        lines.append(["合计", *[""] * (len(one.by) - 1), *texts(kept, lambda figure: figure in adding)])
    return lines


def key(value: Any) -> Any:
    return f"{value.year}年{value.month}月" if isinstance(value, date) else value


def order(catalog: Catalog, table: str, column: str, values: set[Any]) -> list[Any]:
    """The declared order, then 未填; what declares none stands in its own."""
    contract = catalog.tables[table]
    kind = contract.type_of(column).name
    if column in contract.derived and contract.derived[column].group is not None:
        group = contract.derived[column].group
        return [*sorted(group.groups, key=lambda name: name == group.other), group.other, None]
    if kind == "code":
        return [*contract.columns[column].values, None]
    if kind == "department":
        return [*catalog.departments, None]
    if kind == "boolean":
        return [True, False, None]
    if kind in ("date", "datetime"):
        return [*sorted(values - {None}, key=lambda text: [int(n) for n in text[:-1].split("年")]), None]
    return [*sorted(values - {None}), None]


def label(catalog: Catalog, table: str, column: str, value: Any) -> str:
    if value is None:
        return "未填"
    if catalog.tables[table].type_of(column).name == "department":
        return catalog.departments[value].name
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def shown(figure: TabulatedFigure, group: list[Row], unit: str, minimum: int) -> str:
    """One figure of one group as text."""
    about = [row for row in group if all(holds(test, row) for test in figure.where)]
    read = [column for column in (figure.of, figure.over, figure.distinct) if column]
    known = [row for row in about if all(row[column] is not None for column in read)]
    parts = [row for row in known if all(holds(test, row) for test in figure.numerator)]
    asked = [row for row in about if all(holds(test, row) for test in figure.numerator)]
    missing = len(asked) - len(parts)
    more = f"，另有{missing:,}{unit}未填未计" if missing else ""
    different = len({row[figure.distinct] for row in known}) if figure.distinct else len(known)
    if figure.kind in TOO_FEW and different < minimum:
        return (f"{different}{unit}，太少不计{TOO_FEW[figure.kind]}" if different else "—") + more
    value: Fraction | None
    match figure.kind:
        case "count":
            value = Fraction(different)
        case "sum":
            value = sum((Fraction(row[figure.of]) for row in known), Fraction(0))
        case "mean":
            value = sum((Fraction(row[figure.of]) for row in known), Fraction(0)) / len(known)
        case "median":
            value = median(sorted(Fraction(row[figure.of]) for row in known))
        case _ if figure.over is not None:
            below = sum((Fraction(row[figure.over]) for row in known), Fraction(0))
            above = sum((Fraction(row[figure.of]) for row in parts), Fraction(0))
            value = None if below <= 0 or (asked and not parts) else above / below * 100
        case _:
            above = len({row[figure.distinct] for row in parts}) if figure.distinct else len(parts)
            value = None if asked and not parts else Fraction(above, different) * 100
    if value is None or (figure.kind in ("count", "sum") and about and not known):
        return f"—{more}"
    return number(value / 10_000 if figure.unit == "万元" else value, figure) + more


def number(value: Fraction, figure: TabulatedFigure) -> str:
    digits = (
        2 if figure.kind == "ratio" or figure.unit in ("天", "万元", "元") else int(figure.kind in ("mean", "median"))
    )
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"
    text = text.removeprefix("-") if not text.strip("-0.,") else text
    return text.rstrip("0").rstrip(".") if figure.unit in ("天", "元") and "." in text else text


def listed(catalog: Catalog, one: RowListing, rows: list[Row], span: Span, cut: date) -> list[int]:
    """The numbers of the rows that come up, in their order: newest day first, other values ascending, unknown last."""
    kept = chosen(catalog, one, rows, span, cut)
    for column in reversed(one.order):
        newest = catalog.tables[one.table].type_of(column).name in ("date", "datetime")
        told = [pair for pair in kept if pair[1][column] is not None]
        told.sort(key=lambda pair: pair[1][column], reverse=newest)
        kept = told + [pair for pair in kept if pair[1][column] is None]
    return [number for number, _ in kept]
