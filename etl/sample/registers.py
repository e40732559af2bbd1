"""Rows of registers as recipes say them: `registers/<table>.toml`, a recipe a column, nothing in Python for a table.

The words of a recipe are explained at the head of `registers/documents.toml`. Later days never change earlier rows, and a
column that is added to a recipe changes no other column.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from etl.sample import parameters
from etl.sample.chance import Chance, Curve, yuan
from etl.sample.extracts.credit import firm_code
from etl.sample.pace import EXTRACTS_FROM, month_end, workday_from, working
from scorecard.catalog.conditions import Frozen, Texts
from scorecard.catalog.contracts import OneForm, Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError

_FOLDER = Path(__file__).with_name("registers")
_DAY = timedelta(days=1)
_Day = date  # beside a field of that name
InventedRow = dict[str, Any]
ByMonth = float | dict[str, float]  # a number, or numbers by the year or month from which each holds
CurvePoints = list[list[float]]  # a curve: [share, value] points
Wanted = dict[str, str | bool | list[str]]  # column -> a value, one of several, or whether it is known


class LinkedRows(Frozen):
    """Rows of another sample table: those of `where`, by the day in the column `date`."""

    table: str
    date: str
    where: Wanted = Field(default_factory=dict)
    share: ByMonth = 1
    among: int = 12


class RecipeRows(Frozen):
    """Which rows there are, and the column that holds each one's day."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    date: str
    start: _Day = Field(default=EXTRACTS_FROM, alias="from")
    a_month: ByMonth | None = None
    each: LinkedRows | None = None
    link: LinkedRows | None = None
    none: Texts = ()
    declared: Texts = ()
    most: int | None = None


class ColumnRecipe(OneForm):
    """What stands in a column: exactly one form, and how often it does."""

    beside: ClassVar[tuple[str, ...]] = ("known", "when", "days", "times", "at_most")

    value: Any = None
    choice: dict[str, ByMonth] | None = None
    text: list[str] | None = None
    running: str | None = None
    days_after: str | None = None
    amount: CurvePoints | None = None
    count: list[int] | None = None
    yes: ByMonth | None = None
    firm: str | None = None
    linked: str | None = None
    copy_of: str | None = None

    known: ByMonth = 1
    when: Wanted = Field(default_factory=dict)
    days: list[int] | CurvePoints = Field(default_factory=list[int])
    times: str = ""
    at_most: str = ""


class Recipe(Frozen):
    """The recipe of one table."""

    rows: RecipeRows
    columns: dict[str, ColumnRecipe]


def recipes() -> Mapping[str, Recipe]:
    """Table id -> its recipe."""
    return {
        path.stem: Recipe.model_validate(tomllib.loads(path.read_text("utf-8")))
        for path in sorted(_FOLDER.glob("*.toml"))
    }


def declared_months(as_of: date) -> Iterator[tuple[str, date]]:
    """(table, last day of a month) for every month up to a day that a recipe declares to have no such rows."""
    for table, recipe in recipes().items():
        for month in recipe.rows.declared:
            last = month_end(date.fromisoformat(f"{month}-01"))
            if last <= as_of:
                yield table, last


def with_registers(
    invented: Mapping[str, Sequence[Mapping[str, object]]], seed: int, as_of: date, catalog: Catalog
) -> Mapping[str, Sequence[Mapping[str, object]]]:
    """The invented rows by table, with those of every recipe; a recipe may read rows of tables that come before it."""
    tables = dict(invented)
    for name, recipe in recipes().items():
        tables[name] = _Register(name, recipe, tables, seed, as_of, catalog).rows()
    return tables


class _Register:
    """One table on its way from a recipe to rows."""

    def __init__(
        self,
        name: str,
        recipe: Recipe,
        tables: Mapping[str, Sequence[Mapping[str, object]]],
        seed: int,
        as_of: date,
        catalog: Catalog,
    ) -> None:
        if name not in catalog.tables:
            raise ScorecardError(f"示例数据 registers/{name}.toml", f"没有数据表“{name}”", "数据表的编号")
        self._table: Table = catalog.tables[name]
        self._name, self._recipe, self._seed, self._as_of, self._invented = name, recipe, seed, as_of, tables
        self._running: dict[int, int] = {}

    def rows(self) -> list[InventedRow]:
        """The rows up to the day, in order."""
        return [self._row(n, *one) for n, one in enumerate(islice(self._beginnings(), self._recipe.rows.most))]

    def _beginnings(self) -> Iterator[tuple[date, InventedRow, Mapping[str, object]]]:
        """(day, what is known of the row already, the row it is linked to), in order."""
        rows = self._recipe.rows
        if rows.each is not None:
            for n, (day, other) in enumerate(self._others(rows.each)):
                taken = Chance(self._seed, self._name, "each", n).happens(_at(rows.each.share, day))
                if taken and self._recorded(day):
                    yield day, {rows.date: day}, other
        elif rows.a_month is not None:
            others = [] if rows.link is None else list(self._others(rows.link))
            for n, day in enumerate(self._days(rows.a_month)):
                before = [other for on, other in others if on <= day]
                chance = Chance(self._seed, self._name, "link", n)
                yield day, {rows.date: day}, chance.one_of(before[-rows.link.among :]) if rows.link and before else {}
        else:
            for row in self._invented.get(self._name, ()):
                day = row.get(rows.date)
                yield day if isinstance(day, date) else self._as_of, dict(row), row

    def _days(self, a_month: ByMonth) -> Iterator[date]:
        """So many working days of each month, in order; a rate below one leaves some months without."""
        first = self._recipe.rows.start.replace(day=1)
        while first <= self._as_of:
            chance = Chance(self._seed, self._name, f"{first:%Y-%m}")
            days = [day for n in range(month_end(first).day) if working(day := first + n * _DAY)]
            for day in sorted(chance.one_of(days) for _ in range(chance.about(_at(a_month, first)))):
                if day <= self._as_of and self._recorded(day):
                    yield day
            first = month_end(first) + _DAY

    def _recorded(self, day: date) -> bool:
        rows = self._recipe.rows
        return day >= rows.start and f"{day:%Y-%m}" not in (*rows.none, *rows.declared)

    def _others(self, linked: LinkedRows) -> list[tuple[date, Mapping[str, object]]]:
        found = ((row.get(linked.date), row) for row in self._invented.get(linked.table, ()))
        dated = [(_day(on), row) for on, row in found if isinstance(on, date) and _fits(row, linked.where)]
        return sorted((one for one in dated if one[0] <= self._as_of), key=lambda one: one[0])

    def _row(self, n: int, day: date, row: InventedRow, other: Mapping[str, object]) -> InventedRow:
        serial = self._running[day.year] = self._running.get(day.year, 0) + 1
        firm = Chance(self._seed, self._name, n, "firm").between(*parameters.of("outreach")["firms"])
        for name, recipe in self._recipe.columns.items():
            chance = Chance(self._seed, self._name, n, name)
            known = chance.happens(_at(recipe.known, day)) and _fits(row, recipe.when)
            value = self._value(chance, recipe, name, day, row) if known else None
            match recipe.form if known else "":
                case "text":
                    assert recipe.text is not None
                    names = {key: _said(cell) for key, cell in row.items()}
                    value = recipe.text[n % len(recipe.text)].format(n=serial, year=day.year, month=day.month, **names)
                case "running":
                    value = f"{recipe.running}{day.year}-{serial:04d}"
                case "firm":
                    value = f"示例企业{firm:04d}" if recipe.firm == "name" else firm_code(firm)
                case "linked":
                    value = other.get(str(recipe.linked))
                case _:
                    pass
            row[name] = self._known(name, value)
        return {name: value for name, value in row.items() if name in self._table.columns}

    def _value(self, chance: Chance, recipe: ColumnRecipe, name: str, day: date, row: InventedRow) -> Any:
        """The value of the forms that look at this row alone; None for the others, and where their column is unknown."""
        if recipe.choice is not None:
            return chance.pick({word: _at(weight, day) for word, weight in recipe.choice.items()})
        if recipe.yes is not None:
            return chance.happens(_at(recipe.yes, day))
        if recipe.count is not None:
            drawn = chance.between(*recipe.count)
            most = row.get(recipe.at_most) if recipe.at_most else drawn
            return None if most is None else min(drawn, most)
        if recipe.amount is not None:
            drawn = chance.along(_curve(recipe.amount))
            of = row.get(recipe.times) if recipe.times else 1
            if of is None:
                return None
            value = float(of) * drawn
            return yuan(round(value * 100)) if self._table.columns[name].type.name == "decimal" else int(value)
        if recipe.days_after is not None:
            return self._later(chance, recipe, name, row.get(recipe.days_after))
        return row.get(recipe.copy_of) if recipe.copy_of is not None else recipe.value

    def _later(self, chance: Chance, recipe: ColumnRecipe, name: str, start: date | None) -> date | None:
        if start is None:
            return None
        days, ahead = recipe.days, self._table.columns[name]
        first = days[0] if days else 0
        after = chance.days(_curve(days)) if isinstance(first, list) else chance.between(*days)  # pyright: ignore[reportArgumentType]
        on = _day(start) + timedelta(days=after)
        if ahead.future:
            return on
        on = workday_from(on)
        return (
            datetime.combine(on, time(9 + chance.between(0, 7), chance.between(0, 59))) if ahead.type.has_time else on
        )

    def _known(self, name: str, value: Any) -> Any:
        """The value, unless it is of a day that has not come."""
        column = self._table.columns.get(name)
        ahead = isinstance(value, date) and not (column is not None and column.future) and _day(value) > self._as_of
        return None if ahead else value


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _curve(points: object) -> Curve:
    return [(share, value) for share, value in points]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]


def _at(value: ByMonth, day: date) -> float:
    """The number that holds in the month of a day: that of the last year or month given, else the first."""
    if not isinstance(value, dict):
        return value
    begun = [month for month in value if month <= f"{day:%Y-%m}"]
    return value[max(begun, default=min(value))]


def _fits(row: Mapping[str, object], wanted: Wanted) -> bool:
    """Whether a row has the wanted values; true and false of a column that is no boolean ask whether it is known."""
    for column, one in wanted.items():
        cell = row.get(column)
        if isinstance(one, bool) and not isinstance(cell, bool):
            fits = (cell is not None) == one
        else:
            fits = cell in one if isinstance(one, list) else cell == one
        if not fits:
            return False
    return True


def _said(cell: object) -> object:
    return "" if cell is None else f"{cell.normalize():f}" if isinstance(cell, Decimal) else cell
