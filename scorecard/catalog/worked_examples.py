"""Worked examples: the text tables under `[example]` as typed rows, or every mistake in them, in Chinese.

One reader serves the catalogue's checks, the glossary (算例) and the tests, so an example that is shown is one that runs.
A text table has a header of column ids, cells parted by |, a blank cell is unknown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from scorecard.calendar import period
from scorecard.catalog.columns import CellValue
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.departments import Departments
from scorecard.catalog.worklists import Worklist
from scorecard.errors import SeedErrors, SeedMistake, hint

ExampleRow = dict[str, CellValue | None]


@dataclass(frozen=True)
class ExampleTable:
    """One table of a worked example: the columns as written, and rows that hold every column of the contract."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[ExampleRow, ...]


def tables(indicator: Indicator, catalog: Catalog) -> tuple[ExampleTable, ...]:
    """The tables of an indicator's worked example, one for each table its formula reads. Raises SeedErrors."""
    read, mistakes = _read_all(indicator, catalog)
    if mistakes:
        raise SeedErrors(
            SeedMistake(indicator.id, f"example.{key}", what, expected, remedy)
            for key, what, expected, remedy in mistakes
        )
    return read


def of_worklist(
    worklist: Worklist, catalog: Catalog
) -> tuple[tuple[ExampleTable, ...], list[tuple[str, str, str, str]]]:
    """The tables of a worklist's example, its own first, and (key, found, expected, remedy) of every mistake in them."""
    mistakes: _Found = []
    texts = {"rows": worklist.example.rows}
    texts |= {f"tables.{name}": worklist.example.tables.get(name) for name in worklist.tables[1:]}
    read: list[ExampleTable] = []
    for name, (key, text) in zip(worklist.tables, texts.items(), strict=True):
        if text is None:
            mistakes.append((key, "缺少这张表", "台账用到的每张表都给出数据行，可以只有表头", ""))
        else:
            read.append(read_rows(text, catalog.tables[name], catalog.departments, key, mistakes))
    return tuple(read), mistakes


def cut_date(indicator: Indicator) -> date:
    """数据截至 of the example: as written, otherwise the last day of the expected period."""
    if indicator.example.as_of is not None:
        return indicator.example.as_of
    expect = indicator.example.expect
    expected = period.parse(expect.grain, expect.period)
    if expected is None:
        raise SeedErrors([SeedMistake(indicator.id, "example.expect.period", *_bad_period(indicator))])
    return expected.last


def mistakes(indicator: Indicator, catalog: Catalog, file: str) -> Iterator[SeedMistake]:
    """Everything wrong with a worked example that can be said without running it."""
    for key, what, expected, remedy in _read_all(indicator, catalog)[1]:
        yield SeedMistake(file, f"example.{key}", what, expected, remedy)
    expect = indicator.example.expect
    if period.parse(expect.grain, expect.period) is None:
        yield SeedMistake(file, "example.expect.period", *_bad_period(indicator))
    contracts = [catalog.tables[name] for name in indicator.formula.tables if name in catalog.tables]
    if expect.scope == "firm" and not all(table.firm for table in contracts):
        yield SeedMistake(file, "example.expect.scope", "口径的数据表分不清涉企", "all，或在各表写明 firm = “列”")
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
        file, "example.expect", f"kind = “{kind}” 的算例写了 {'、'.join(given) or '空白'}", f"{'、'.join(wanted)}"
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
    mistakes: _Found = []
    example = indicator.example
    for name in indicator.formula.tables:
        table = catalog.tables.get(name)
        if table is None:
            continue
        key = "rows" if example.rows is not None else f"tables.{name}"
        text = example.rows if example.rows is not None else example.tables.get(name)
        if text is None:
            mistakes.append((key, "缺少这张表", "口径用到的每张表都给出数据行，可以只有表头", ""))
        else:
            read.append(read_rows(text, table, catalog.departments, key, mistakes))
    return tuple(read), mistakes


def read_rows(text: str, table: Table, departments: Departments, key: str, mistakes: _Found) -> ExampleTable:
    """One table of an example; what is wrong with it is added to `mistakes`."""
    lines = [line for line in text.splitlines() if line.strip()]
    header = [cell.strip() for cell in lines[0].split("|")] if lines else []
    if not lines:
        mistakes.append((key, "没有表头", "第一行是列名，以 | 相隔", ""))
    for position, column in enumerate(header):
        if column in table.derived:
            mistakes.append((key, f"表头的“{column}”由其他列算出", "只写数据表自有的列", ""))
        elif column not in table.columns:
            mistakes.append((key, f"表头的“{column}”不是表“{table.id}”的列", "已登记的列", hint(column, table.columns)))
        if column in header[:position]:
            mistakes.append((key, f"表头的“{column}”写了两次", "每列写一次", ""))
    rows: list[ExampleRow] = []
    for number, line in enumerate(lines[1:], 1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(header):
            mistakes.append((key, f"第 {number} 行有 {len(cells)} 格", f"与表头相同的 {len(header)} 格", ""))
            continue
        row: ExampleRow = dict.fromkeys(table.columns)
        for column, cell in zip(header, cells, strict=True):
            if column in table.columns and cell:
                kind, words = table.columns[column].type, table.columns[column].words(departments)
                try:
                    row[column] = kind.parse(cell, words)
                except ValueError:
                    what = f"第 {number} 行“{column}”的值为“{cell}”"
                    mistakes.append((key, what, *kind.expectation(cell, words)))
        rows.append(row)
    return ExampleTable(table.id, tuple(header), tuple(rows))
