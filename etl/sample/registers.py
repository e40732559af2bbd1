"""Rows of registers as recipes say them: `registers/<table>.toml`, a recipe a column, nothing in Python for a table.

The words of a recipe are explained at the head of `registers/documents.toml`. Later days never change earlier rows, and a
column that is added to a recipe changes no other column.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from stdnum.cn import uscc

from etl.sample.chance import EXTRACTS_FROM, Chance, month_end, workday_from, working, yuan
from scorecard.calendar.period import StatisticalCalendar, month_index
from scorecard.catalog.columns import INTEGER
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, hint

_FOLDER = Path(__file__).with_name("registers")
_ROWS = ("date", "from", "most", "none", "declared", "a_month", "link", "each")
_FORMS = ("value", "choice", "text", "running", "days_after", "amount", "count", "yes", "firm", "linked", "copy_of")
_BESIDE = ("known", "when", "days", "times", "at_most")
_FIRMS = (2000, 2650)  # of the district, apart from those of the register of dishonest firms
_DAY = timedelta(days=1)
_Recipe = Mapping[str, Any]
_Row = dict[str, Any]
_Rows = Sequence[Mapping[str, object]]


def recipes(fill: Callable[[str], str] = str) -> Mapping[str, _Recipe]:
    """Table id -> its recipe, with the court's own words. Raises ScorecardError for a word that no recipe has."""
    found = {path.stem: tomllib.loads(fill(path.read_text("utf-8"))) for path in sorted(_FOLDER.glob("*.toml"))}
    for name, recipe in found.items():
        lines = [(recipe["rows"], _ROWS), *((line, (*_FORMS, *_BESIDE)) for line in recipe["columns"].values())]
        for word, words in ((word, words) for line, words in lines for word in line):
            if word not in words:
                raise ScorecardError(f"示例数据 {name}", f"没有“{word}”这个词", "、".join(words), hint(word, words))
    return found


def declared_months(as_of: date, months: StatisticalCalendar) -> Iterator[tuple[str, date]]:
    """(table, last day of a month) for every month up to a day that a recipe declares to have no such rows."""
    for table, recipe in recipes().items():
        for month in recipe["rows"].get("declared", ()):
            last = months.month_end(month_index(date.fromisoformat(f"{month}-01")))
            if last <= as_of:
                yield table, last


def with_registers(invented: Mapping[str, _Rows], seed: int, as_of: date, catalog: Catalog) -> Mapping[str, _Rows]:
    """The invented rows by table, with those of every recipe; a recipe may read rows of tables that come before it."""
    tables = dict(invented)
    for name, recipe in recipes(catalog.words.fill).items():
        tables[name] = _Register(catalog.tables[name], recipe, tables, seed, as_of, catalog.court.months).rows()
    return tables


@dataclass(frozen=True)
class _Register:
    """One table on its way from a recipe to rows."""

    table: Table
    recipe: _Recipe
    invented: Mapping[str, _Rows]
    seed: int
    as_of: date
    months: StatisticalCalendar

    def rows(self) -> list[_Row]:
        """The rows up to the day, in order."""
        serials: Counter[int] = Counter()
        rows: list[_Row] = []
        for n, (day, row, other) in enumerate(islice(self._beginnings(), self.recipe["rows"].get("most"))):
            serials[day.year] += 1
            firm = self._chance(n, "firm").between(*_FIRMS)
            for name, recipe in self.recipe["columns"].items():
                chance = self._chance(n, name)
                known = chance.happens(_at(recipe.get("known", 1), day)) and _fits(row, recipe.get("when", {}))
                of_row = (n, serials[day.year], firm, day, row, other)
                value = self._value(chance, recipe, name, *of_row) if known else None
                column = self.table.columns.get(name)
                ahead = isinstance(value, date) and not (column and column.future) and _day(value) > self.as_of
                row[name] = None if ahead else value
            rows.append({name: value for name, value in row.items() if name in self.table.columns})
        return rows

    def _chance(self, *name: object) -> Chance:
        return Chance(self.seed, self.table.id, *name)

    def _beginnings(self) -> Iterator[tuple[date, _Row, Mapping[str, object]]]:
        """(day, what is known of the row already, the row it is linked to), in order."""
        rows = self.recipe["rows"]
        if each := rows.get("each"):
            for n, (day, other) in enumerate(self._others(each)):
                if self._chance("each", n).happens(_at(each.get("share", 1), day)) and self._recorded(day):
                    yield day, {rows["date"]: day}, other
        elif "a_month" in rows:
            link = rows.get("link", {})
            others = self._others(link) if link else []
            for n, day in enumerate(self._days(rows["a_month"])):
                before = [other for on, other in others if on <= day][-link.get("among", 12) :]
                yield day, {rows["date"]: day}, self._chance("link", n).one_of(before) if before else {}
        else:
            for row in self.invented.get(self.table.id, ()):
                day = row.get(rows["date"])
                yield day if isinstance(day, date) else self.as_of, dict(row), row

    def _days(self, a_month: object) -> Iterator[date]:
        """So many working days of each month, in order; a rate below one leaves some months without."""
        first = self.recipe["rows"].get("from", EXTRACTS_FROM).replace(day=1)
        while first <= self.as_of:
            chance = self._chance(f"{first:%Y-%m}")
            days = [day for n in range(month_end(first).day) if working(day := first + n * _DAY)]
            for day in sorted(chance.one_of(days) for _ in range(chance.about(_at(a_month, first)))):
                if day <= self.as_of and self._recorded(day):
                    yield day
            first = month_end(first) + _DAY

    def _recorded(self, day: date) -> bool:
        rows = self.recipe["rows"]
        without = (*rows.get("none", ()), *rows.get("declared", ()))
        month = self.months.containing("month", self.months.month_of(day)).key
        return day >= rows.get("from", EXTRACTS_FROM) and month not in without

    def _others(self, linked: _Recipe) -> list[tuple[date, Mapping[str, object]]]:
        found = ((row.get(linked["date"]), row) for row in self.invented.get(linked["table"], ()))
        fitting = [(_day(on), row) for on, row in found if isinstance(on, date) and _fits(row, linked.get("where", {}))]
        return sorted((one for one in fitting if one[0] <= self.as_of), key=lambda one: one[0])

    def _value(
        self, chance: Chance, recipe: _Recipe, name: str, n: int, serial: int, firm: int, day: date, row: _Row,
        other: Mapping[str, object],
    ) -> Any:  # fmt: skip
        """The value by the recipe's form; None where a column that it needs is unknown."""
        form = next(word for word in recipe if word in _FORMS)
        given = recipe[form]
        if texts := recipe.get("text"):  # in turn
            known = {key: "" if cell is None else cell for key, cell in row.items()}
            said = {key: f"{cell.normalize():f}" if isinstance(cell, Decimal) else cell for key, cell in known.items()}
            return texts[n % len(texts)].format(n=serial, year=day.year, month=day.month, **said)
        match form:
            case "choice":
                return chance.pick({word: _at(weight, day) for word, weight in given.items()})
            case "running":
                return f"{given}{day.year}-{serial:04d}"
            case "yes":
                return chance.happens(_at(given, day))
            case "count":
                most = row.get(recipe["at_most"]) if "at_most" in recipe else given[1]
                return None if most is None else min(chance.between(*given), most)
            case "amount":
                of = row.get(recipe["times"]) if "times" in recipe else 1
                value = None if of is None else float(of) * chance.along([tuple(point) for point in given])
                whole = self.table.columns[name].type == INTEGER
                return None if value is None else int(value) if whole else yuan(round(value * 100))
            case "days_after":
                return self._later(chance, recipe["days"], name, row.get(given))
            case "firm":
                body = f"91990117EXA{firm:06d}"  # no firm has it, though its check digit is right: no province is 99
                return f"示例企业{firm:04d}" if given == "name" else f"{body}{uscc.calc_check_digit(body)}"
            case "linked" | "copy_of":
                return (other if form == "linked" else row).get(given)
            case _:
                return given

    def _later(self, chance: Chance, days: Sequence[Any], name: str, start: date | None) -> date | None:
        if start is None:
            return None
        curve = isinstance(days[0], list)
        after = chance.days([tuple(point) for point in days]) if curve else chance.between(*days)
        on, column = _day(start) + timedelta(days=after), self.table.columns[name]
        if column.future:
            return on
        on = workday_from(on)
        timed = column.type.has_time
        return datetime.combine(on, time(9 + chance.between(0, 7), chance.between(0, 59))) if timed else on


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _at(value: Any, day: date) -> float:
    """The number that holds in the month of a day: of numbers by year or month the last one begun, else the first."""
    if not isinstance(value, dict):
        return value
    begun = [month for month in value if month <= f"{day:%Y-%m}"]
    return value[max(begun, default=min(value))]


def _fits(row: Mapping[str, object], wanted: _Recipe) -> bool:
    """Whether a row has the wanted values; true and false of a column that is no boolean ask whether it is known."""

    def fits(cell: object, one: object) -> bool:
        if isinstance(one, bool) and not isinstance(cell, bool):
            return (cell is not None) == one
        return cell in one if isinstance(one, list) else cell == one

    return all(fits(row.get(column), one) for column, one in wanted.items())
