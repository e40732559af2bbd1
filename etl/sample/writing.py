"""Rows as the bytes that a case system would export: GB18030, Chinese headers, and the untidiness of real exports.

Headers, names of departments and other spellings come from the contracts, so an extract follows its contract. The
untidiness is only of kinds that acceptance repairs or skips, so that its list of problems is not empty.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from etl.sample.chance import Chance
from scorecard.catalog import columns
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, hint

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_HALF_WIDTH = str.maketrans("（）", "()")
_TOTAL = "合计"

_BRACKETS, _SLASHES, _WIDE_DIGITS, _OTHER_SPELLING = 0.004, 0.002, 0.0015, 0.003


def extract(rows: Sequence[Mapping[str, object]], table: Table, catalog: Catalog, seed: int) -> bytes:
    """The rows as a CSV extract of this table. A row with a column the contract does not have is refused."""
    _fits(rows, table)
    chance = Chance(seed, "untidiness", table.id)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.header for column in table.columns.values()])
    for row in rows:
        writer.writerow([_cell(row.get(name), column, catalog, chance) for name, column in table.columns.items()])
    if table.stock and rows:
        writer.writerow(_totals(rows, table))
    return out.getvalue().encode("gb18030")


def _fits(rows: Sequence[Mapping[str, object]], table: Table) -> None:
    for name in {name for row in rows for name in row}:
        if name not in table.columns:
            found = f"列“{name}”不在数据表定义中"
            raise ScorecardError(f"示例数据 {table.id}", found, "定义中的列", hint(name, table.columns))


def _cell(value: Any, column: columns.Column, catalog: Catalog, chance: Chance) -> str:
    if value is None:
        return ""
    match column.type:
        case columns.DepartmentType():
            department = catalog.departments[value]
            return _spelling(department.name, department.aliases, chance)
        case columns.IndicatorType():
            return value
        case columns.WordType():
            if value not in column.values:
                raise ScorecardError(f"示例数据「{column.header}」", f"值“{value}”", "、".join(column.values))
            return _spelling(value, column.values[value], chance)
        case columns.CaseNumberType():
            return value.translate(_HALF_WIDTH) if chance.happens(_BRACKETS) else value
        case columns.TimeOfDayType():
            return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
        case columns.MomentType():
            return f"{value.year}/{value.month}/{value.day}" if chance.happens(_SLASHES) else value.isoformat()
        case columns.NumberType():
            text = str(value)
            return text.translate(_FULL_WIDTH) if chance.happens(_WIDE_DIGITS) else text
        case kind:
            return kind.text(value, catalog.departments)


def _spelling(name: str, others: Sequence[str], chance: Chance) -> str:
    """The registered name, or sometimes another spelling that the contract knows."""
    other = chance.happens(_OTHER_SPELLING)
    return chance.one_of(others) if other and others else name


def _totals(rows: Sequence[Mapping[str, object]], table: Table) -> list[str]:
    """The 合计 line that a person adds below an exported list: the sums of money."""
    cells = [_TOTAL]
    for name, column in list(table.columns.items())[1:]:
        values = [row.get(name) for row in rows] if column.type == columns.DECIMAL else []
        cells.append(str(sum((value for value in values if isinstance(value, Decimal)), Decimal(0))) if values else "")
    return cells
