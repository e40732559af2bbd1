"""Dated parameters: wages, shares, points, intervals. One rule says which value is in force on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from scorecard.catalog.definitions import Catalog
from scorecard.records.rows import Contradiction, records

TABLE, PROBLEM_CODE = "parameters", "parameter_contradicts"
_UNITS = {"工资": "元", "比例": "%", "天数": "天", "级": "分"}  # by how the name of a parameter ends
_WAGE = "工资"
_WAGES = (Decimal(20_000), Decimal(1_000_000))  # a wage of a year in yuan; beyond these it is in another unit


@dataclass(frozen=True)
class Parameter:
    """One value of a parameter; it speaks for `year` and is in force from `valid_from` on."""

    name: str
    year: int
    value: Decimal
    valid_from: date | None
    source: str = ""


from_rows = partial(records, Parameter)  # in the order of the rows


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right: a value in another unit would be a plausible wrong number."""
    name, unit, value, year, begun = str(row["name"]), row["unit"], row["value"], row["year"], row["valid_from"]
    expected = next((one for end, one in _UNITS.items() if name.endswith(end)), unit)
    wrong: list[Contradiction] = []
    if unit != expected:
        wrong.append(Contradiction("unit", f"“{name}”的单位写作“{unit}”", f"“{expected}”", "请按这个单位换算数值"))
    if name.endswith(_WAGE) and isinstance(value, Decimal) and not _WAGES[0] <= value <= _WAGES[1]:
        wrong.append(Contradiction("value", f"年平均工资 {value.normalize():f} 元", "一年的工资，以元计", "请核对单位"))
    if name.endswith(_WAGE) and isinstance(begun, date) and isinstance(year, int) and begun.year <= year:
        found = f"{year} 年度的平均工资自 {begun} 起适用"
        wrong.append(Contradiction("valid_from", found, f"{year + 1} 年公布之日", "年度填统计的那一年，公布在次年"))
    return wrong


def in_force(parameters: Iterable[Parameter], name: str, day: date) -> Parameter | None:
    """The value of a parameter on a day, or None.

    It holds from its `valid_from`, that day included, until the next one begins; of two that begin on one day the one
    for the later year holds. A value without a `valid_from` is in force on no day: nobody has said from when it counts.
    """
    begun = {
        (parameter.valid_from, parameter.year): parameter
        for parameter in parameters
        if parameter.name == name and parameter.valid_from is not None and parameter.valid_from <= day
    }
    return begun[max(begun)] if begun else None
