"""References between seeds: every id must exist, every column must suit its use, every example must be readable."""

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from pydantic import BaseModel

from scorecard.calendar import period
from scorecard.catalog import worked_examples
from scorecard.catalog.briefing_templates import Template
from scorecard.catalog.columns import dates, moments, numbers
from scorecard.catalog.conditions import Frozen
from scorecard.catalog.contract_checks import Contract, column_checks, contract_of, table_checks, test_checks
from scorecard.catalog.contracts import Table
from scorecard.catalog.court import Department, MemberCourt
from scorecard.catalog.definitions import (
    COLUMN_UNIT,
    BibliographicSource,
    Catalog,
    Domain,
    Indicator,
    Measure,
    Requirement,
)
from scorecard.catalog.formulas import RANKED, Term
from scorecard.catalog.frameworks.declarations import Framework, TabulationCell
from scorecard.catalog.tabulations.declarations import RowChoice, RowListing, Tabulation
from scorecard.catalog.tabulations.prompts import Prompt
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
    yield from _columns(catalog, contract, worklist, file)
    if worklist.without is not None and worklist.without.table in contracts:
        other = contracts[worklist.without.table]
        yield from contract.absent(file, "without.match", worklist.without.match)
        yield from other.absent(file, "without.match", worklist.without.match)
        yield from test_checks(other, worklist.without.where, file, "without.where")
    if all(name in catalog.tables for name in worklist.tables):
        yield from _example(catalog, worklist, file)


def _columns(catalog: Catalog, contract: Contract, worklist: Worklist, file: str) -> Iterator[SeedMistake]:
    yield from column_checks(contract, worklist, file)
    if contract.table.unpivot is not None:  # a line of it is several rows, and an item is found by its line
        yield SeedMistake(file, "table", f"表“{worklist.table}”按时段分列（unpivot）", "一行一事的表")
    lists = {one.id: one for one in catalog.worklists.values() if one.table == worklist.table and one.due}
    for name in worklist.gathers:
        if name not in lists or lists[name].without or lists[name].repeated:
            yield SeedMistake(file, "gathers", f"“{name}”不能汇入", "同一张表、有期限而没有 without、repeated 的台账")
    for due in worklist.due:
        yield from contract.suits(file, "due.of", due.of, *(moments() if due.hours else dates()))


def _example(catalog: Catalog, worklist: Worklist, file: str) -> Iterator[SeedMistake]:
    mistakes: list[SeedMistake] = []
    read = worked_examples.of_worklist(worklist, catalog, file, mistakes)
    yield from mistakes
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

    def unknown(
        self, file: str, key: str, ids: Iterable[str], home: str, *models: type[BaseModel]
    ) -> Iterator[SeedMistake]:
        """The mistakes of ids that no file has written; none where not even the ids are known."""
        choices = [id for model in models for id in self.ids(model)]
        if self.unreadable.intersection(home.split("、")):
            return
        for id in ids:
            if id not in choices:
                yield SeedMistake(file, key, f"“{id}”未登记", f"{home}中已登记的编号", hint(id, choices))


# Key of an entry -> where what it names is registered: the file as messages name it, and what is written there.
_HOMES: Mapping[str, tuple[str, *tuple[type[BaseModel], ...]]] = {
    "measures": ("measures.toml、requirements.toml", Measure, Requirement),
    "sources": ("sources.toml", BibliographicSource),
    "domains": ("domains.toml", Domain),
    **dict.fromkeys(("counterweight", "indicator", "ids"), ("indicators/", Indicator)),
    "shows": ("tabulations/、listings/", Tabulation, RowListing),
    **dict.fromkeys(("departments", "exported_by", "owner"), ("departments.toml", Department)),
}


def cross_checks(catalog: Catalog, written: SeedNames) -> Iterator[SeedMistake]:
    """Every mistake that shows only when the seed files are read together."""
    unknown = written.unknown

    def named(file: str, entry: Frozen, key: str = "") -> Iterator[SeedMistake]:
        """The unknown ids in the fields of an entry, and of its parts, that are named as in `_HOMES`."""
        for name in type(entry).model_fields:
            value, place = getattr(entry, name), f"{key}.{name}".removeprefix(".")
            if name in _HOMES:
                ids = filter(None, [value] if isinstance(value, str) else value)
                yield from unknown(file, place, ids, *_HOMES[name])
            elif isinstance(value, Frozen):
                yield from named(file, value, place)
            for number, part in enumerate(cast("tuple[object, ...]", value) if isinstance(value, tuple) else (), 1):
                if isinstance(part, Frozen):
                    yield from named(file, part, f"{place}.{number}")

    for measure in catalog.measures.values():
        yield from unknown("measures.toml", measure.id, [measure.domain], "domains.toml", Domain)
        yield from named("measures.toml", measure, measure.id)
    yield from _spellings(catalog)
    yield from _members(catalog, written.ids(Department))
    departments = [*written.ids(MemberCourt), *written.ids(Department)]
    yield from _successors(catalog, departments)
    contracts = {table.id: contract_of(table, departments) for table in catalog.tables.values()}
    for contract in contracts.values():
        file = written.file_of[Table, contract.table.id]
        yield from named(file, contract.table)
        yield from table_checks(contract, file)
    for folder in dict.fromkeys(indicator.domain for indicator in catalog.indicators.values()):
        yield from unknown(f"indicators/{folder}/", "", [folder], "domains.toml", Domain)
    for indicator in catalog.indicators.values():
        file = written.file_of[Indicator, indicator.id]
        yield from named(file, indicator)
        for number, one in enumerate(indicator.definitions):
            for mistake in _indicator_checks(catalog, contracts, written, one, file):
                yield replace(mistake, key=f"earlier.{number}.{mistake.key}") if number else mistake
    for worklist in catalog.worklists.values():
        file = written.file_of[Worklist, worklist.id]
        yield from named(file, worklist)
        yield from worklist_checks(catalog, contracts, worklist, file, written.ids(Table))
    tables = written.ids(Table)
    for choice in (*catalog.tabulations.values(), *catalog.listings.values(), *catalog.prompts.values()):
        file = written.file_of[type(choice), choice.id]
        yield from named(file, choice)
        if choice.table not in tables:
            found = f"没有数据表“{choice.table}”"
            yield SeedMistake(file, "table", found, "tables/ 下的文件名", hint(choice.table, tables))
        elif choice.table in contracts:
            yield from choice_checks(catalog, contracts[choice.table], choice, file)
    for framework in catalog.frameworks.values():
        yield from named(written.file_of[Framework, framework.id], framework)
        yield from _framework_checks(catalog, framework, written)
    annexes = [name for name, template in catalog.briefings.items() if template.annex]
    for template in catalog.briefings.values():
        file = written.file_of[Template, template.id]
        yield from named(file, template)
        for name in template.annexes:
            if name not in annexes:
                yield SeedMistake(file, "annexes", f"没有附件“{name}”", "annex = true 的模板", hint(name, annexes))


def _framework_checks(catalog: Catalog, framework: Framework, written: SeedNames) -> Iterator[SeedMistake]:
    """What its items name must exist, and each item stands there once."""
    file = written.file_of[Framework, framework.id]
    cells = (one.tabulation.id for one in framework.items if one.tabulation)
    yield from written.unknown(file, "items.tabulation.id", cells, "tabulations/", Tabulation)
    for cell in (one.tabulation for one in framework.items if one.tabulation):
        if cell.id in catalog.tabulations:
            yield from _cell_checks(catalog, cell, catalog.tabulations[cell.id], file)
    for name, number in Counter(one.name for one in framework.items).items():
        if number > 1:
            yield SeedMistake(file, "items", f"“{name}”写了 {number} 次", "每个项目写一次")


def _cell_checks(catalog: Catalog, cell: TabulationCell, tabulation: Tabulation, file: str) -> Iterator[SeedMistake]:
    """The figure is one of the tabulation's, and the line can come up: it is a word of the one column that the lines are told by."""
    figures, table = [figure.name for figure in tabulation.figures], catalog.tables.get(tabulation.table)
    if cell.figure not in figures:
        yield SeedMistake(file, "items.tabulation.figure", f"没有“{cell.figure}”这一项", "、".join(figures))
    if len(tabulation.by) != 1:
        yield SeedMistake(
            file, "items.tabulation.id", f"“{cell.id}”按 {len(tabulation.by)} 列分组", "按一列分组的统计表"
        )
    elif table is not None and tabulation.by[0] in (*table.columns, *table.derived):
        (column,) = tabulation.by
        kind = table.type_of(column)
        words = [kind.text(word, catalog.departments) for word in table.words(column, catalog.departments)]
        if cell.line not in words:
            expected = "、".join(words) or "按登记了用词的列分组的统计表"
            yield SeedMistake(file, "items.tabulation.line", f"没有“{cell.line}”这一行", expected)


def _spellings(catalog: Catalog) -> Iterator[SeedMistake]:
    """One spelling of a department or court in an extract must mean one of them, and one code one court."""
    owner: dict[str, str] = {}
    for department in catalog.departments.values():
        codes = department.codes if isinstance(department, MemberCourt) else ()
        for word in dict.fromkeys((department.id, department.name, *department.aliases, *codes)):
            if word in owner:
                found, file = f"“{word}”已是 {owner[word]} 的写法", "courts.toml" if codes else "departments.toml"
                yield SeedMistake(file, department.id, found, f"一个写法只对应一个{'法院' if codes else '部门'}")
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
    for term, unit in indicator.measured_terms:
        if term.table in contracts:
            mistakes |= dict.fromkeys(_term_checks(contracts[term.table], term, unit, file))
    yield from mistakes
    for name in indicator.example.tables:
        if name not in indicator.formula.tables:
            expected = "、".join(indicator.formula.tables)
            yield SeedMistake(file, f"example.tables.{name}", "口径用不到这张表", expected)
    shown = period.parse(indicator.example.expect.grain, indicator.example.expect.period)
    if shown is not None and not indicator.covers(shown):
        yield SeedMistake(file, "example.expect.period", f"{shown.label}不在口径施行的期间", "口径施行期间之内的一期")
    if shown is not None and shown.grain not in ("total", *catalog.grains(indicator.formula)):
        found = f"数据行是整{'年' if catalog.row_period(*indicator.formula.terms) == 'year' else '季'}的，没有{shown.label}的数"
        yield SeedMistake(file, "example.expect.period", found, "不短于一行的一期")
    if indicator.counterweight == indicator.id:
        yield SeedMistake(file, "counterweight", "与自身制衡", "另一项指标")
    if (indicator.example.rows is None) == (not indicator.example.tables):
        yield SeedMistake(file, "example", "rows 与 tables 须恰好写一个", "算例的数据行")
    elif indicator.example.rows is not None and len(indicator.formula.tables) > 1:
        yield SeedMistake(file, "example.rows", "口径用到多张表", "写成 [example.tables]")
    else:
        yield from worked_examples.mistakes(indicator, catalog, file)


def _term_checks(contract: Contract, term: Term, unit: str, file: str) -> Iterator[SeedMistake]:
    yield from column_checks(contract, term, file, "formula")
    if term.column is None:
        return
    if term.aggregate not in ("sum", *RANKED):
        yield from contract.absent(file, "formula", term.column)
        return
    yield from contract.suits(file, "formula.of", term.column, *numbers())
    if unit in COLUMN_UNIT:
        yield from _unit(contract, term.column, unit, file, "unit")


def _unit(contract: Contract, column: str, unit: str, file: str, key: str) -> Iterator[SeedMistake]:
    """A mistake where amounts of this column are no amounts of this unit."""
    wanted, given = COLUMN_UNIT.get(unit, unit), contract.table.unit_of(column) if column in contract.types else ""
    if contract.types.get(column) in numbers() and given != wanted:
        found = f"单位“{unit}”，而“{column}”的单位是“{given or '空白'}”"
        yield SeedMistake(file, key, found, f"单位为“{wanted}”的列")


# --- tabulations, listings and prompts ---------------------------------------------------------------------------


def choice_checks(catalog: Catalog, contract: Contract, choice: RowChoice, file: str) -> Iterator[SeedMistake]:
    """Every mistake in one tabulation or listing; references to measures and sources are checked elsewhere."""
    if choice.owner and contract.table.department is not None:
        yield SeedMistake(
            file, "owner", f"表“{choice.table}”有“{contract.table.header(contract.table.department)}”一列", "删去 owner"
        )
    yield from column_checks(contract, choice, file)
    if contract.table.row_period(choice.clocks) in ("quarter", "year"):
        key = "stock" if choice.period is None else "period"
        yield SeedMistake(
            file, key, f"“{choice.clocks[0]}”是整季或整年，不能按月列出", "日期列，或 period 为 month 的列"
        )
    if isinstance(choice, Tabulation):
        for column in contract.table.private.intersection(choice.by):
            yield SeedMistake(file, "by", f"“{column}”是不公开的列", "可以公开的列")
        for figure in choice.figures:
            if figure.of is not None and figure.kind != "ratio":
                yield from _unit(contract, figure.of, figure.measured_in, file, f"figures.{figure.name}.unit")
        yield from _expected(catalog, contract, choice, file)
    if isinstance(choice, RowListing):
        for column in () if choice.named else contract.table.private.intersection(choice.order):
            yield SeedMistake(file, "order", f"“{column}”是不公开的列", "可以公开的列，或写 named = true")
        read = yield from _choice_example(catalog, contract, choice, choice.example.rows, choice.example.period, file)
        for row in choice.example.expect:
            if not 1 <= row <= read:
                yield SeedMistake(file, "example.expect", f"第 {row} 行不存在", f"1 至 {read}")
    if isinstance(choice, Prompt) and choice.limit is not None:
        yield from contract.suits(file, "limit.of", choice.limit.of, *dates())


def _expected(catalog: Catalog, contract: Contract, choice: Tabulation, file: str) -> Iterator[SeedMistake]:
    yield from _choice_example(catalog, contract, choice, choice.example.rows, choice.example.period, file)
    cells = 5 if choice.balance else len(choice.by) + len(choice.figures) if choice.by else 2
    if not choice.example.expect:
        yield SeedMistake(file, "example.expect", "没有应当得出的行", "至少一行")
    for number, line in enumerate(choice.example.expect, 1):
        if len(line) != cells:
            yield SeedMistake(
                file, f"example.expect.{number}", f"有 {len(line)} 格", f"{cells} 格：先是分组，再是各项数字"
            )


def _choice_example(
    catalog: Catalog, contract: Contract, choice: RowChoice, text: str, key: str, file: str
) -> Generator[SeedMistake, None, int]:
    """The number of rows of the example; its mistakes on the way."""
    mistakes: list[SeedMistake] = []
    read = worked_examples.read_rows(text, contract.table, catalog.departments, file, "example.rows", mistakes)
    yield from mistakes
    if choice.clocks and period.parse("month", key) is None:
        yield SeedMistake(file, "example.period", f"“{key}”不是一个月份", "形如 2026-01")
    return len(read.rows)
