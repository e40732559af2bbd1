"""References between seeds: every id must exist, every column must suit its use, every example must be readable."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from scorecard.catalog import worked_examples
from scorecard.catalog.briefing_templates import Template, chosen_ids
from scorecard.catalog.columns import DEPARTMENT, dates, moments, numbers
from scorecard.catalog.contract_checks import Contract, contract_of, table_checks, test_checks
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import (
    COLUMN_UNIT,
    BibliographicSource,
    Catalog,
    Domain,
    Indicator,
    Measure,
    Requirement,
)
from scorecard.catalog.departments import Department
from scorecard.catalog.formulas import Term
from scorecard.catalog.tabulations.checks import choice_checks
from scorecard.catalog.worklists import Worklist
from scorecard.errors import SeedMistake, hint

_DUE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?")


def worklist_checks(
    catalog: Catalog, contracts: Mapping[str, Contract], worklist: Worklist, file: str, tables: list[str]
) -> Iterator[SeedMistake]:
    """Every mistake in one worklist; references to measures, departments and sources are checked elsewhere.

    `tables` are the tables that were written, readable or not: a mistake in worklist of them is not reported again here.
    """
    for key, name in zip(("table", "without.table"), worklist.tables, strict=False):
        if name not in tables:
            yield SeedMistake(file, key, f"没有数据表“{name}”", "tables/ 下的文件名", hint(name, tables))
    contract = contracts.get(worklist.table)
    if contract is None:
        return
    yield from _columns(contract, worklist, file)
    if worklist.without is not None and worklist.without.table in contracts:
        other = contracts[worklist.without.table]
        yield from contract.absent(file, "without.match", worklist.without.match)
        yield from other.absent(file, "without.match", worklist.without.match)
        yield from test_checks(other, worklist.without.where, file, "without.where")
    if all(name in catalog.tables for name in worklist.tables):
        yield from _example(catalog, worklist, file)


def _columns(contract: Contract, worklist: Worklist, file: str) -> Iterator[SeedMistake]:
    if worklist.department is not None:
        yield from contract.suits(file, "department", worklist.department, DEPARTMENT)
    if worklist.stock is not None:
        yield from contract.suits(file, "stock.from", worklist.stock.start, *dates())
        yield from contract.suits(file, "stock.until", worklist.stock.until, *dates())
    yield from test_checks(contract, worklist.where, file, "where")
    yield from test_checks(contract, worklist.unless, file, "unless")
    for number, tests in enumerate(worklist.one_of, 1):
        yield from test_checks(contract, tests, file, f"one_of.{number}")
    if worklist.repeated is not None:
        yield from contract.absent(file, "repeated.column", worklist.repeated.column)
    for due in worklist.due:
        yield from contract.suits(file, "due.of", due.of, *(moments() if due.hours else dates()))
    for column in worklist.columns:
        yield from contract.absent(file, "columns", column)


def _example(catalog: Catalog, worklist: Worklist, file: str) -> Iterator[SeedMistake]:
    read, mistakes = worked_examples.of_worklist(worklist, catalog)
    for key, what, expected, remedy in mistakes:
        yield SeedMistake(file, f"example.{key}", what, expected, remedy)
    for name in worklist.example.tables:
        if name not in worklist.tables[1:]:
            yield SeedMistake(
                file, f"example.tables.{name}", "台账用不到这张表", "、".join(worklist.tables[1:]) or "不写 tables"
            )
    rows = len(read[0].rows) if read else 0
    if not worklist.example.expect:
        yield SeedMistake(file, "example.expect", "没有应当列出的行", "至少一行")
    for number, wanted in enumerate(worklist.example.expect, 1):
        key = f"example.expect.{number}"
        if read and not 1 <= wanted.row <= rows:
            yield SeedMistake(file, key, f"第 {wanted.row} 行不存在", f"1 至 {rows}")
        if wanted.due and not _DUE.fullmatch(wanted.due):
            yield SeedMistake(file, key, f"期限“{wanted.due}”", "日期，如 2026-01-31，或时刻，如 2026-01-31T10:00")


@dataclass(frozen=True)
class SeedNames:
    """What the seed files name, whether or not it could be read.

    A mistake in one entry must not be reported again by everything that refers to it: `file_of` holds every id that
    was written ((Table, "cases") -> its file), `unreadable` the files of which not even the ids are known.
    """

    file_of: Mapping[tuple[type[BaseModel], str], str]
    unreadable: frozenset[str] = frozenset()

    def ids(self, model: type[BaseModel]) -> list[str]:
        return [id for kind, id in self.file_of if kind is model]


def cross_checks(catalog: Catalog, written: SeedNames) -> Iterator[SeedMistake]:
    """Every mistake that shows only when the seed files are read together."""

    def unknown(file: str, key: str, ids: Iterable[str], home: str, *models: type[BaseModel]) -> Iterator[SeedMistake]:
        choices = [id for model in models for id in written.ids(model)]
        if written.unreadable.intersection(home.split("、")):
            return
        for id in ids:
            if id not in choices:
                yield SeedMistake(file, key, f"“{id}”未登记", f"{home}中已登记的编号", hint(id, choices))

    for measure in catalog.measures.values():
        file, key = "measures.toml", measure.id
        yield from unknown(file, key, [measure.domain], "domains.toml", Domain)
        yield from unknown(file, f"{key}.departments", measure.departments, "departments.toml", Department)
    yield from _spellings(catalog)
    yield from _members(catalog, written.ids(Department))
    yield from _successors(catalog, written.ids(Department))
    departments = written.ids(Department)
    contracts = {table.id: contract_of(table, departments) for table in catalog.tables.values()}
    for contract in contracts.values():
        file = written.file_of[Table, contract.table.id]
        yield from unknown(file, "exported_by", contract.table.exported_by, "departments.toml", Department)
        yield from table_checks(contract, file)
    for folder in dict.fromkeys(indicator.domain for indicator in catalog.indicators.values()):
        yield from unknown(f"indicators/{folder}/", "", [folder], "domains.toml", Domain)
    for indicator in catalog.indicators.values():
        file = written.file_of[Indicator, indicator.id]
        yield from unknown(
            file, "measures", indicator.measures, "measures.toml、requirements.toml", Measure, Requirement
        )
        yield from unknown(file, "departments", indicator.departments, "departments.toml", Department)
        yield from unknown(file, "counterweight", [indicator.counterweight], "indicators/", Indicator)
        yield from unknown(file, "sources", indicator.sources, "sources.toml", BibliographicSource)
        yield from _indicator_checks(catalog, contracts, written, indicator, file)
    for worklist in catalog.worklists.values():
        file = written.file_of[Worklist, worklist.id]
        yield from unknown(
            file, "measures", worklist.measures, "measures.toml、requirements.toml", Measure, Requirement
        )
        yield from unknown(file, "departments", worklist.departments, "departments.toml", Department)
        yield from unknown(file, "sources", worklist.sources, "sources.toml", BibliographicSource)
        yield from worklist_checks(catalog, contracts, worklist, file, written.ids(Table))
    tables = written.ids(Table)
    for choice in (*catalog.tabulations.values(), *catalog.listings.values()):
        file = written.file_of[type(choice), choice.id]
        yield from unknown(file, "measures", choice.measures, "measures.toml、requirements.toml", Measure, Requirement)
        yield from unknown(file, "owner", filter(None, [choice.owner]), "departments.toml", Department)
        yield from unknown(file, "sources", choice.sources, "sources.toml", BibliographicSource)
        if choice.table not in tables:
            found = f"没有数据表“{choice.table}”"
            yield SeedMistake(file, "table", found, "tables/ 下的文件名", hint(choice.table, tables))
        elif choice.table in contracts:
            yield from choice_checks(catalog, contracts[choice.table], choice, file)
    for template in catalog.briefings.values():
        file = written.file_of[Template, template.id]
        yield from unknown(file, "indicators.domains", template.indicators.domains, "domains.toml", Domain)
        for key, ids in chosen_ids(template).items():
            yield from unknown(file, key, ids, "indicators/", Indicator)


def _spellings(catalog: Catalog) -> Iterator[SeedMistake]:
    """One spelling of a department in an extract must mean one department."""
    owner: dict[str, str] = {}
    for department in catalog.departments.values():
        for word in dict.fromkeys((department.id, department.name, *department.aliases)):
            if word in owner:
                found = f"“{word}”已是 {owner[word]} 的写法"
                yield SeedMistake("departments.toml", department.id, found, "一个写法只对应一个部门")
            owner[word] = department.id


def _successors(catalog: Catalog, known: list[str]) -> Iterator[SeedMistake]:
    """What answers for a department that ended is another one, was there the day after, and is not the department again."""
    for department in catalog.departments.values():
        key, heir = f"{department.id}.succeeded_by", catalog.departments.get(department.succeeded_by)
        if department.until is None:
            continue
        if department.succeeded_by not in known:
            remedy = hint(department.succeeded_by, known)
            expected = "departments.toml中已登记的编号"
            yield SeedMistake("departments.toml", key, f"“{department.succeeded_by}”未登记", expected, remedy)
        elif heir is not None and heir.collective:
            yield SeedMistake("departments.toml", key, f"“{heir.id}”是统称", "departments.toml中具体部门的编号")
        elif heir is not None and _succession(catalog, department.id) is None:
            yield SeedMistake("departments.toml", key, "承继关系成了圈", "最后一个承继部门没有 until")
        elif heir is not None and heir.start is not None and heir.start > department.until + timedelta(1):
            found = f"{heir.id} 自 {heir.start} 起，{department.id} 至 {department.until} 止，其间无人承继"
            yield SeedMistake(
                "departments.toml", key, found, f"承继部门的 from 不晚于 {department.until + timedelta(1)}"
            )
        elif heir is not None and heir.until is not None and heir.until <= department.until:
            found = f"{heir.id} 至 {heir.until} 止，不晚于 {department.id} 的 {department.until}"
            yield SeedMistake("departments.toml", key, found, "承继部门的 until 晚于被承继的部门")


def _succession(catalog: Catalog, department: str) -> str | None:
    """The last successor of a department; None where they go round in a circle."""
    seen: set[str] = set()
    while department not in seen:
        seen.add(department)
        heir = catalog.departments.get(department)
        if heir is None or not heir.succeeded_by:
            return department
        department = heir.succeeded_by
    return None


def _members(catalog: Catalog, known: list[str]) -> Iterator[SeedMistake]:
    """What a collective stands for are departments, not collectives."""
    for department in catalog.departments.values():
        for member in department.members:
            if member not in known:
                found, remedy = f"“{member}”未登记", hint(member, known)
            elif member in catalog.departments and catalog.departments[member].collective:
                found, remedy = f"“{member}”是统称", ""
            else:
                continue
            key = f"{department.id}.members"
            yield SeedMistake("departments.toml", key, found, "departments.toml中具体部门的编号", remedy)


def _indicator_checks(
    catalog: Catalog, contracts: Mapping[str, Contract], written: SeedNames, indicator: Indicator, file: str
) -> Iterator[SeedMistake]:
    tables = written.ids(Table)
    for name in indicator.formula.tables:
        if name not in tables:
            yield SeedMistake(file, "formula.table", f"没有数据表“{name}”", "tables/ 下的文件名", hint(name, tables))
    mistakes: dict[SeedMistake, None] = {}
    for term in dict.fromkeys(indicator.formula.terms):
        if term.table in contracts:
            mistakes |= dict.fromkeys(_term_checks(contracts[term.table], term, indicator, file))
    yield from mistakes
    for name in indicator.example.tables:
        if name not in indicator.formula.tables:
            expected = "、".join(indicator.formula.tables)
            yield SeedMistake(file, f"example.tables.{name}", "口径用不到这张表", expected)
    if indicator.counterweight == indicator.id:
        yield SeedMistake(file, "counterweight", "与自身制衡", "另一项指标")
    if (indicator.example.rows is None) == (not indicator.example.tables):
        yield SeedMistake(file, "example", "rows 与 tables 须恰好写一个", "算例的数据行")
    elif indicator.example.rows is not None and len(indicator.formula.tables) > 1:
        yield SeedMistake(file, "example.rows", "口径用到多张表", "写成 [example.tables]")
    else:
        yield from worked_examples.mistakes(indicator, catalog, file)


def _term_checks(contract: Contract, term: Term, indicator: Indicator, file: str) -> Iterator[SeedMistake]:
    table = contract.table
    clocks = {"stock.from": term.stock.start, "stock.until": term.stock.until} if term.stock is not None else {}
    if term.period is not None:
        clocks["period"] = term.period
    for key, column in clocks.items():
        yield from contract.suits(file, f"formula.{key}", column, *dates())
    yield from test_checks(contract, term.where, file, "formula.where")
    if term.column is None:
        return
    if term.aggregate not in ("sum", "median"):
        yield from contract.absent(file, "formula", term.column)
        return
    yield from contract.suits(file, "formula.of", term.column, *numbers())
    wanted = COLUMN_UNIT.get(indicator.unit)
    if wanted and contract.types.get(term.column) in numbers() and table.unit_of(term.column) != wanted:
        given = table.unit_of(term.column) or "空白"
        found = f"单位“{indicator.unit}”，而“{term.column}”的单位是“{given}”"
        yield SeedMistake(file, "unit", found, f"单位为“{wanted}”的列")
