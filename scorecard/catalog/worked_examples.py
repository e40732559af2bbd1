"""Worked examples: the text tables under `[example]` as typed rows, or every mistake in them, in Chinese.

One reader serves the catalogue's checks, the glossary (算例) and the tests, so an example that is shown is one that runs.
A text table has a header of column ids, cells parted by |, a blank cell is unknown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from scorecard.calendar import period
from scorecard.catalog.columns import CellValue
from scorecard.catalog.contracts import Table
from scorecard.catalog.court import Departments
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import RANKED
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
    mistakes: list[SeedMistake] = []
    read = _of_indicator(indicator, catalog, indicator.id, mistakes)
    if mistakes:
        raise SeedErrors(mistakes)
    return read


def _of_indicator(
    indicator: Indicator, catalog: Catalog, file: str, mistakes: list[SeedMistake]
) -> tuple[ExampleTable, ...]:
    example, names = indicator.example, [name for name in indicator.formula.tables if name in catalog.tables]
    texts = {name: (f"tables.{name}", example.tables.get(name)) for name in names}
    if example.rows is not None:
        texts = dict.fromkeys(names, ("rows", example.rows))
    return _read_all(texts, catalog, file, mistakes)


def of_worklist(
    worklist: Worklist, catalog: Catalog, file: str, mistakes: list[SeedMistake]
) -> tuple[ExampleTable, ...]:
    """The tables of a worklist's example, its own first; every mistake in them is added."""
    texts = {worklist.table: ("rows", worklist.example.rows)}
    texts |= {name: (f"tables.{name}", worklist.example.tables.get(name)) for name in worklist.tables[1:]}
    return _read_all(texts, catalog, file, mistakes)


def _read_all(
    texts: Mapping[str, tuple[str, str | None]], catalog: Catalog, file: str, mistakes: list[SeedMistake]
) -> tuple[ExampleTable, ...]:
    """The tables of an example that are written, by name with place and text; every mistake met on the way is added."""
    read: list[ExampleTable] = []
    for name, (key, text) in texts.items():
        if text is None:
            expected = "用到的每张表都给出数据行，可以只有表头"
            mistakes.append(SeedMistake(file, f"example.{key}", "缺少这张表", expected))
        else:
            table = catalog.tables[name]
            read.append(read_rows(text, table, catalog.departments, file, f"example.{key}", mistakes))
    return tuple(read)


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
    found: list[SeedMistake] = []
    _of_indicator(indicator, catalog, file, found)
    yield from found
    expect = indicator.example.expect
    if period.parse(expect.grain, expect.period) is None:
        yield SeedMistake(file, "example.expect.period", *_bad_period(indicator))
    contracts = [catalog.tables[name] for name in indicator.formula.tables if name in catalog.tables]
    if expect.scope == "firm" and not all(table.firm for table in contracts):
        yield SeedMistake(file, "example.expect.scope", "口径的数据表分不清涉企", "all，或在各表写明 firm = “列”")
    for key in ("numerator", "denominator", "value"):
        given = getattr(expect, key)
        if isinstance(given, str) and not re.fullmatch(r"-?\d+(\.\d+)?", given):
            yield SeedMistake(file, f"example.expect.{key}", f"值为“{given}”", "一个数，如 12 或 45.5")
    yield from _asked(indicator, file)


def _asked(indicator: Indicator, file: str) -> Iterator[SeedMistake]:
    """An example must say what its kind of formula gives, and nothing it cannot give."""
    expect, kind = indicator.example.expect, indicator.formula.kind
    wanted = {
        **dict.fromkeys(RANKED, ("value",)), "stage_means": ("value",), "count": ("numerator",), "sum": ("numerator",),
    }.get(kind, ("numerator", "denominator"))  # fmt: skip
    given = tuple(key for key in ("numerator", "denominator", "value") if getattr(expect, key) is not None)
    complete = set(wanted) <= set(given) <= {*wanted, "value"}
    if complete or (not given and expect.state == "immature"):
        return
    yield SeedMistake(
        file, "example.expect", f"kind = “{kind}” 的算例写了 {'、'.join(given) or '空白'}", f"{'、'.join(wanted)}"
    )


def _bad_period(indicator: Indicator) -> tuple[str, str]:
    expect = indicator.example.expect
    shapes = {"month": "2026-01", "quarter": "2026-Q1", "ytd": "2026-03", "year": "2026", "total": "2025-03..2026-01"}
    return f"“{expect.period}”不是 grain = “{expect.grain}” 的期间", f"形如 {shapes[expect.grain]}"


def read_rows(
    text: str, table: Table, departments: Departments, file: str, key: str, mistakes: list[SeedMistake]
) -> ExampleTable:
    """One table of an example; what is wrong with it is added to `mistakes`."""

    def wrong(found: str, expected: str, remedy: str = "") -> None:
        mistakes.append(SeedMistake(file, key, found, expected, remedy))

    lines = [line for line in text.splitlines() if line.strip()]
    header = [cell.strip() for cell in lines[0].split("|")] if lines else []
    if not lines:
        wrong("没有表头", "第一行是列名，以 | 相隔")
    for position, column in enumerate(header):
        if column in table.derived:
            wrong(f"表头的“{column}”由其他列算出", "只写数据表自有的列")
        elif column not in table.columns:
            wrong(f"表头的“{column}”不是表“{table.id}”的列", "已登记的列", hint(column, table.columns))
        if column in header[:position]:
            wrong(f"表头的“{column}”写了两次", "每列写一次")
    rows: list[ExampleRow] = []
    for number, line in enumerate(lines[1:], 1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(header):
            wrong(f"第 {number} 行有 {len(cells)} 格", f"与表头相同的 {len(header)} 格")
            continue
        row: ExampleRow = dict.fromkeys(table.columns)
        for column, cell in zip(header, cells, strict=True):
            if column in table.columns and cell:
                kind, words = table.columns[column].type, table.columns[column].words(departments)
                try:
                    row[column] = kind.parse(cell, words)
                except ValueError:
                    wrong(f"第 {number} 行“{column}”的值为“{cell}”", *kind.expectation(cell, words))
        rows.append(row)
    return ExampleTable(table.id, tuple(header), tuple(rows))
