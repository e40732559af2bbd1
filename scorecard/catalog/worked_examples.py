"""Worked examples: the text tables under `[example]` as typed rows, or every mistake in them, in Chinese.

One reader serves the catalogue's checks, the glossary (算例) and the tests, so an example that is shown is one that runs.
A text table has a header of column ids, cells parted by |, a blank cell is unknown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from scorecard.calendar import period
from scorecard.catalog import case_number
from scorecard.catalog.contracts import Column, ColumnType, Table
from scorecard.catalog.definitions import Catalog, Department, Indicator
from scorecard.catalog.worklists import Worklist
from scorecard.errors import SeedErrors, SeedMistake, hint

ExampleCell = str | int | bool | date | datetime | Decimal | None
ExampleRow = dict[str, ExampleCell]

_BOOLEANS = {"是": True, "否": False}
_EXPECTED: dict[ColumnType, str] = {
    "date": "日期，如 2026-01-05",
    "datetime": "日期和时间，如 2026-01-05T10:00",
    "integer": "整数，如 45",
    "decimal": "数字，最多四位小数，如 1234.5",
    "boolean": "是 或 否",
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_INTEGER = re.compile(r"-?\d+")
_DECIMAL = re.compile(r"-?\d+(\.\d{1,4})?")


@dataclass(frozen=True)
class ExampleTable:
    """One table of a worked example: the columns as written, and rows that hold every column of the contract."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[ExampleRow, ...]


def tables(indicator: Indicator, catalog: Catalog) -> tuple[ExampleTable, ...]:
    """The tables of an indicator's worked example, one for each table its formula reads. Raises SeedErrors."""
    read, found = _read_all(indicator, catalog)
    if found:
        raise SeedErrors(
            SeedMistake(indicator.id, f"example.{key}", what, expected, remedy)
            for key, what, expected, remedy in found
        )
    return read


def of_worklist(
    worklist: Worklist, catalog: Catalog
) -> tuple[tuple[ExampleTable, ...], list[tuple[str, str, str, str]]]:
    """The tables of a worklist's example, its own first, and (key, found, expected, remedy) of every mistake in them."""
    found: _Found = []
    texts = {"rows": worklist.example.rows}
    texts |= {f"tables.{name}": worklist.example.tables.get(name) for name in worklist.tables[1:]}
    read: list[ExampleTable] = []
    for name, (key, text) in zip(worklist.tables, texts.items(), strict=True):
        if text is None:
            found.append((key, "缺少这张表", "台账用到的每张表都给出数据行，可以只有表头", ""))
        else:
            read.append(_read(text, catalog.tables[name], catalog.departments, key, found))
    return tuple(read), found


def cut_date(indicator: Indicator) -> date:
    """数据截至 of the example: as written, otherwise the last day of the expected period."""
    if indicator.example.as_of is not None:
        return indicator.example.as_of
    expect = indicator.example.expect
    found = period.parse(expect.grain, expect.period)
    if found is None:
        raise SeedErrors([SeedMistake(indicator.id, "example.expect.period", *_bad_period(indicator))])
    return found.last


def mistakes(indicator: Indicator, catalog: Catalog, file: str) -> Iterator[SeedMistake]:
    """Everything wrong with a worked example that can be said without running it."""
    for key, what, expected, remedy in _read_all(indicator, catalog)[1]:
        yield SeedMistake(file, f"example.{key}", what, expected, remedy)
    expect = indicator.example.expect
    if period.parse(expect.grain, expect.period) is None:
        yield SeedMistake(file, "example.expect.period", *_bad_period(indicator))
    contracts = [catalog.tables[name] for name in indicator.formula.tables if name in catalog.tables]
    if expect.scope == "firm" and not all(table.firm for table in contracts):
        yield SeedMistake(
            file, "example.expect.scope", "口径的数据表分不清涉企", "all，或在各表写明 firm = “列”"
        )
    for key in ("numerator", "denominator", "value"):
        given = getattr(expect, key)
        if given is not None and not _is_number(given):
            yield SeedMistake(file, f"example.expect.{key}", f"值为“{given}”", "一个数，如 12 或 45.5")
    yield from _asked(indicator, file)


def _asked(indicator: Indicator, file: str) -> Iterator[SeedMistake]:
    """An example must say what its kind of formula gives, and nothing it cannot give."""
    expect, kind = indicator.example.expect, indicator.formula.kind
    wanted = {
        "median": ("value",), "stage_means": ("value",), "count": ("numerator",), "sum": ("numerator",),
    }.get(kind, ("numerator", "denominator"))  # fmt: skip
    given = tuple(key for key in ("numerator", "denominator", "value") if getattr(expect, key) is not None)
    complete = set(wanted) <= set(given) <= {*wanted, "value"}
    if complete or (not given and expect.state == "immature"):
        return
    yield SeedMistake(
        file,
        "example.expect",
        f"kind = “{kind}” 的算例写了 {'、'.join(given) or '空白'}",
        f"{'、'.join(wanted)}",
    )


def _is_number(given: object) -> bool:
    try:
        return Decimal(str(given)).is_finite()
    except InvalidOperation:
        return False


def _bad_period(indicator: Indicator) -> tuple[str, str]:
    expect = indicator.example.expect
    shape = {"month": "2026-01", "quarter": "2026-Q1", "ytd": "2026-03", "year": "2026"}[expect.grain]
    return f"“{expect.period}”不是 grain = “{expect.grain}” 的期间", f"形如 {shape}"


_Found = list[tuple[str, str, str, str]]


def _read_all(indicator: Indicator, catalog: Catalog) -> tuple[tuple[ExampleTable, ...], _Found]:
    """Every table that can be read, and (key, found, expected, remedy) of every mistake met on the way."""
    read: list[ExampleTable] = []
    found: _Found = []
    example = indicator.example
    for name in indicator.formula.tables:
        table = catalog.tables.get(name)
        if table is None:
            continue
        key = "rows" if example.rows is not None else f"tables.{name}"
        text = example.rows if example.rows is not None else example.tables.get(name)
        if text is None:
            found.append((key, "缺少这张表", "口径用到的每张表都给出数据行，可以只有表头", ""))
        else:
            read.append(_read(text, table, catalog.departments, key, found))
    return tuple(read), found


def _read(
    text: str, table: Table, departments: Mapping[str, Department], key: str, found: _Found
) -> ExampleTable:
    lines = [line for line in text.splitlines() if line.strip()]
    header = [cell.strip() for cell in lines[0].split("|")] if lines else []
    if not lines:
        found.append((key, "没有表头", "第一行是列名，以 | 相隔", ""))
    for position, column in enumerate(header):
        if column in table.derived:
            found.append((key, f"表头的“{column}”由其他列算出", "只写数据表自有的列", ""))
        elif column not in table.columns:
            found.append(
                (key, f"表头的“{column}”不是表“{table.id}”的列", "已登记的列", hint(column, table.columns))
            )
        if column in header[:position]:
            found.append((key, f"表头的“{column}”写了两次", "每列写一次", ""))
    rows: list[ExampleRow] = []
    for number, line in enumerate(lines[1:], 1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(header):
            found.append((key, f"第 {number} 行有 {len(cells)} 格", f"与表头相同的 {len(header)} 格", ""))
            continue
        row: ExampleRow = dict.fromkeys(table.columns)
        for column, cell in zip(header, cells, strict=True):
            if column in table.columns and cell:
                try:
                    row[column] = _value(cell, table.columns[column], departments)
                except ValueError:
                    what = f"第 {number} 行“{column}”的值为“{cell}”"
                    found.append((key, what, *_accepted(cell, table.columns[column], departments)))
        rows.append(row)
    return ExampleTable(table.id, tuple(header), tuple(rows))


def _value(cell: str, column: Column, departments: Mapping[str, Department]) -> ExampleCell:
    """The cell as it would be stored. Raises ValueError when it does not suit its column."""
    match column.type:
        case "date":
            return date.fromisoformat(_shaped(_DATE, cell))
        case "datetime":
            return datetime.fromisoformat(_shaped(_DATETIME, cell))
        case "integer":
            return int(_shaped(_INTEGER, cell))
        case "decimal":
            return Decimal(_shaped(_DECIMAL, cell))
        case "boolean":
            if cell not in _BOOLEANS:
                raise ValueError(cell)
            return _BOOLEANS[cell]
        case "code":
            if cell not in column.values:
                raise ValueError(cell)
            return cell
        case "department":
            return _department(cell, departments)
        case "case_no" if "号" in cell and _normal(cell) != cell:
            raise ValueError(cell)
        case "text" | "case_no":
            return cell


def _normal(cell: str) -> str | None:
    """The case number as it would be stored: another spelling would have no year, court or type in an example."""
    found = case_number.parse(cell)
    return found.text if found else None


def _shaped(pattern: re.Pattern[str], cell: str) -> str:
    if pattern.fullmatch(cell) is None:
        raise ValueError(cell)
    return cell


def _department(cell: str, departments: Mapping[str, Department]) -> str:
    for department in departments.values():
        if cell in (department.id, department.name, *department.aliases):
            return department.id
    raise ValueError(cell)


def _accepted(cell: str, column: Column, departments: Mapping[str, Department]) -> tuple[str, str]:
    """What the column takes, and the nearest registered word."""
    if column.type == "code":
        return "、".join(column.values), hint(cell, column.values)
    if column.type == "department":
        known = [word for one in departments.values() for word in (one.id, one.name, *one.aliases)]
        return "已登记的部门", hint(cell, known)
    if column.type == "case_no":
        return f"规范写法的案号，如 {_normal(cell) or '（2026）鲁0117民初1号'}", ""
    return _EXPECTED[column.type], ""
