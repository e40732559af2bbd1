"""Every mistake in the worklists that shows only beside their tables: columns, words, terms, worked examples."""

import re
from collections.abc import Iterator, Mapping

from scorecard import example
from scorecard.contract_checks import DATES, Contract, test_checks
from scorecard.definitions import Catalog
from scorecard.errors import SeedMistake, hint
from scorecard.worklists import Worklist

_DUE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?")


def worklist_checks(
    catalog: Catalog, contracts: Mapping[str, Contract], one: Worklist, file: str, tables: list[str]
) -> Iterator[SeedMistake]:
    """What is wrong with one worklist; references to measures, departments and sources are checked elsewhere.

    `tables` are the tables that were written, readable or not: a mistake in one of them is not reported again here.
    """
    for key, name in zip(("table", "without.table"), one.tables, strict=False):
        if name not in tables:
            yield SeedMistake(file, key, f"没有数据表“{name}”", "tables/ 下的文件名", hint(name, tables))
    contract = contracts.get(one.table)
    if contract is None:
        return
    yield from _columns(contract, one, file)
    if one.without is not None and one.without.table in contracts:
        other = contracts[one.without.table]
        yield from contract.absent(file, "without.match", one.without.match)
        yield from other.absent(file, "without.match", one.without.match)
        yield from test_checks(other, one.without.where, file, "without.where")
    if all(name in catalog.tables for name in one.tables):
        yield from _example(catalog, one, file)


def _columns(contract: Contract, one: Worklist, file: str) -> Iterator[SeedMistake]:
    if one.department is not None:
        yield from contract.suits(file, "department", one.department, "department")
    if one.stock is not None:
        yield from contract.suits(file, "stock.from", one.stock.start, *DATES)
        yield from contract.suits(file, "stock.until", one.stock.until, *DATES)
    yield from test_checks(contract, one.where, file, "where")
    yield from test_checks(contract, one.unless, file, "unless")
    for number, tests in enumerate(one.one_of, 1):
        yield from test_checks(contract, tests, file, f"one_of.{number}")
    if one.repeated is not None:
        yield from contract.absent(file, "repeated.column", one.repeated.column)
    for due in one.due:
        yield from contract.suits(file, "due.of", due.of, *(("datetime",) if due.hours else DATES))
    for column in one.columns:
        yield from contract.absent(file, "columns", column)


def _example(catalog: Catalog, one: Worklist, file: str) -> Iterator[SeedMistake]:
    read, found = example.of_worklist(one, catalog)
    for key, what, expected, remedy in found:
        yield SeedMistake(file, f"example.{key}", what, expected, remedy)
    for name in one.example.tables:
        if name not in one.tables[1:]:
            yield SeedMistake(
                file, f"example.tables.{name}", "台账用不到这张表", "、".join(one.tables[1:]) or "不写 tables"
            )
    rows = len(read[0].rows) if read else 0
    if not one.example.expect:
        yield SeedMistake(file, "example.expect", "没有应当列出的行", "至少一行")
    for number, wanted in enumerate(one.example.expect, 1):
        key = f"example.expect.{number}"
        if read and not 1 <= wanted.row <= rows:
            yield SeedMistake(file, key, f"第 {wanted.row} 行不存在", f"1 至 {rows}")
        if wanted.due and not _DUE.fullmatch(wanted.due):
            yield SeedMistake(
                file, key, f"期限“{wanted.due}”", "日期，如 2026-01-31，或时刻，如 2026-01-31T10:00"
            )
