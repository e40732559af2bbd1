"""The second opinion on tabulations and listings, in plain Python, written from the rules: no SQL, no Ibis."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from scorecard.catalog.court import StatisticalMonths
from scorecard.catalog.definitions import Catalog
from scorecard.catalog.tabulations.declarations import RowChoice, RowListing, TabulatedFigure, Tabulation
from tests.support.naive import (
    Row,
    Span,
    as_date,
    belongs,
    day_table,
    derive,
    holds,
    later,
    median,
    month_end,
    quantile,
    spans,
)

Lines = list[list[str]]
TOO_FEW = {
    "ratio": "率", "mean": "平均数", "median": "中位数", "quantile": "分位数",
    "maximum": "最大值", "minimum": "最小值",
}  # fmt: skip


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
        if start is None:
            return choice.undated and (until is None or as_date(until) > last)
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
    if one.balance:
        return balance(catalog, one, rows, span, cut, part)
    kept = [row for _, row in chosen(catalog, one, rows, span, cut, part)]
    last = min(span.last, cut)
    unit = next((f.unit or "件" for f in one.figures if f.kind == "count" and f.distinct is None), "件")

    def texts(group: list[Row], only: Callable[[TabulatedFigure], bool] = lambda figure: True) -> list[str]:
        return [
            shown(figure, of_age(figure, group, last), unit, catalog.court.minimum_base) if only(figure) else ""
            for figure in one.figures
        ]

    if not one.by:
        names = [f"{f.name}（{f.unit or {'count': '件', 'ratio': '%'}[f.kind]}）" for f in one.figures]
        return [[name, text] for name, text in zip(names, texts(kept), strict=True)]
    rules = catalog.court.statistical_months
    keys = {tuple(key(row[column], rules) for column in one.by) for row in kept}
    orders = [order(catalog, one.table, column, {values[at] for values in keys}) for at, column in enumerate(one.by)]
    lines: Lines = []
    for values in sorted(
        keys, key=lambda values: [order.index(value) for order, value in zip(orders, values, strict=True)]
    ):
        group = [row for row in kept if tuple(key(row[column], rules) for column in one.by) == values]
        lines.append([*(label(catalog, one.table, *cell) for cell in zip(one.by, values, strict=True)), *texts(group)])
    adding = [figure for figure in one.figures if figure.kind in ("count", "sum") and figure.distinct is None]
    if lines and adding:
        lines.append(["合计", *[""] * (len(one.by) - 1), *texts(kept, lambda figure: figure in adding)])
    return lines


def of_age(figure: TabulatedFigure, group: list[Row], last: date) -> list[Row]:
    """The rows more than so many months old on the last day, and at most so many."""
    if figure.age is None:
        return group
    dated = [(row, as_date(row[figure.age.of])) for row in group if row[figure.age.of] is not None]
    old = [(row, day) for row, day in dated if not figure.age.over or later(day, figure.age.over) < last]
    return [row for row, day in old if figure.age.upto is None or later(day, figure.age.upto) >= last]


def balance(catalog: Catalog, one: Tabulation, rows: list[Row], span: Span, cut: date, part: tuple[str, str]) -> Lines:
    """Before, in, out and after for each month of the year up to that of the span, row by row; then the year so far."""
    table, named = (
        catalog.tables[one.table],
        list(spans(span.last - timedelta(800), span.last, catalog.court.statistical_months)),
    )
    year = next(known for known in named if known.grain == "year" and known.first <= span.last <= known.last)
    months = [known for known in named if known.grain == "month" and known.first >= year.first]
    dates = [name for name, told in table.columns.items() if told.type.name in ("date", "datetime") and not told.future]
    begin = min((as_date(row[name]) for row in rows for name in dates if row[name] is not None), default=date.max)
    own = [row for row in derive(table, rows) if all(holds(test, row) for test in one.where)]
    assert one.stock is not None
    clocks = (one.stock.start, one.stock.until)
    days = [
        tuple(as_date(row[name]) if row[name] is not None else None for name in clocks)
        for row in own
        if belongs(table, row, *part)
    ]

    def there(on: date) -> int:
        return sum(start is not None and start <= on and (until is None or until > on) for start, until in days)

    lines: list[list[int]] = []
    labels: list[str] = []
    for known in months:
        first, last = known.first, min(known.last, cut)
        if first <= cut and begin <= known.last:
            told = [[day for day in column if day is not None] for column in zip(*days, strict=True)] or [[], []]
            entered, left = (sum(first <= day <= last for day in when) for when in told)
            lines.append([there(first - timedelta(1)), entered, left, there(last)])
            labels.append(f"{known.key[:4]}年{int(known.key[5:]):d}月")
    if not lines:
        return []
    lines.append([lines[0][0], sum(line[1] for line in lines), sum(line[2] for line in lines), lines[-1][3]])
    wrong = [f"，不平：前三项得{a + b - c:,}，请核对日期" if a + b - c != d else "" for a, b, c, d in lines]
    return [
        [label, *(f"{number:,}" for number in line[:3]), f"{line[3]:,}{gap}"]
        for label, line, gap in zip([*labels, "合计"], lines, wrong, strict=True)
    ]


def key(value: Any, rules: tuple[StatisticalMonths, ...]) -> Any:
    if not isinstance(value, date):
        return value
    year, month = day_table(rules, value.year - 2, value.year + 3)[as_date(value)]
    return f"{year}年{month}月"


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
        case "maximum" | "minimum":
            value = Fraction({"maximum": max, "minimum": min}[figure.kind](row[figure.of] for row in known))
        case "median":
            value = median(sorted(Fraction(row[figure.of]) for row in known))
        case "quantile":
            value = quantile(sorted(Fraction(row[figure.of]) for row in known), Fraction(str(figure.quantile)))
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
        2
        if figure.kind == "ratio" or figure.unit in ("天", "小时", "万元", "元")
        else int(figure.kind in ("mean", "median", "quantile"))
    )
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,f}"
    text = text.removeprefix("-") if not text.strip("-0.,") else text
    return text.rstrip("0").rstrip(".") if figure.unit in ("天", "小时", "元") and "." in text else text


def listed(catalog: Catalog, one: RowListing, rows: list[Row], span: Span, cut: date) -> list[int]:
    """The numbers of the rows that come up, in their order: newest day first, other values ascending, unknown last."""
    kept = chosen(catalog, one, rows, span, cut)
    for column in reversed(one.order):
        newest = catalog.tables[one.table].type_of(column).name in ("date", "datetime")
        told = [pair for pair in kept if pair[1][column] is not None]
        told.sort(key=lambda pair: pair[1][column], reverse=newest)
        kept = told + [pair for pair in kept if pair[1][column] is None]
    return [number for number, _ in kept]
