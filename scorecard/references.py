"""References between seeds: every id must exist, every column must suit its use, every code must be registered."""

from collections.abc import Iterable, Iterator
from typing import Any

from scorecard.conditions import Reach, Test
from scorecard.contracts import Column, Table
from scorecard.definitions import COLUMN_UNIT, Catalog, Indicator
from scorecard.errors import SeedMistake, hint
from scorecard.terms import Term


def cross_checks(catalog: Catalog, file_of: dict[str, str]) -> Iterator[SeedMistake]:
    """References between seeds: every id must exist, every column must suit its use."""

    def unknown(
        file: str, key: str, ids: Iterable[str], registered: Iterable[str], what: str
    ) -> Iterator[SeedMistake]:
        choices = list(registered)
        for one in ids:
            if one not in choices:
                expected = f"{what}中已登记的编号"
                yield SeedMistake(file, key, f"“{one}”未登记", expected, hint(one, choices))

    for measure in catalog.measures.values():
        yield from unknown("measures.toml", measure.id, [measure.domain], catalog.domains, "domains.toml")
        yield from unknown(
            "measures.toml",
            f"{measure.id}.departments",
            measure.departments,
            catalog.departments,
            "departments.toml",
        )
    for table in catalog.tables.values():
        yield from _table_checks(table, file_of[f"Table:{table.id}"])
    plan = [*catalog.measures, *catalog.requirements]
    for indicator in catalog.indicators.values():
        file = file_of[f"Indicator:{indicator.id}"]
        yield from unknown(file, "（所在文件夹）", [indicator.domain], catalog.domains, "domains.toml")
        yield from unknown(file, "measures", indicator.measures, plan, "measures.toml、requirements.toml")
        yield from unknown(
            file, "departments", indicator.departments, catalog.departments, "departments.toml"
        )
        yield from unknown(
            file, "counterweight", [indicator.counterweight], catalog.indicators, "indicators/"
        )
        yield from unknown(file, "sources", indicator.sources, catalog.sources, "sources.toml")
        yield from _formula_checks(catalog, indicator, file)


def _table_checks(table: Table, file: str) -> Iterator[SeedMistake]:
    known = [*table.columns, *table.derived]
    headers: dict[str, str] = {}
    for column_id, column in table.columns.items():
        for header in (column.header, *column.aliases):
            if header in headers:
                yield SeedMistake(
                    file,
                    f"columns.{column_id}",
                    f"表头“{header}”已属于 {headers[header]}",
                    "一个表头只对应一列",
                )
            headers[header] = column_id

    def named(key: str, column: str | None, *kinds: str) -> Iterator[SeedMistake]:
        if column is None:
            return
        if column not in known:
            yield SeedMistake(file, key, f"没有列“{column}”", "本表已登记的列", hint(column, known))
        elif kinds and table.kind_of(column) not in kinds:
            yield SeedMistake(file, key, f"列“{column}”的类型是 {table.kind_of(column)}", "、".join(kinds))

    for column in table.key:
        yield from named("key", column)
    yield from named("department", table.department, "department")
    yield from named("firm", table.firm, "boolean")
    if table.stock is not None:
        yield from named("stock.from", table.stock.start, "date")
        yield from named("stock.until", table.stock.until, "date")
    seen: set[str] = set(table.columns)
    dates = ("date", "datetime")
    for derived_id, derived in table.derived.items():
        if derived_id in table.columns:
            yield SeedMistake(file, f"derived.{derived_id}", "与 columns 同名", "另取一个名字")
        kinds: tuple[str, ...] = {
            "total": ("integer", "decimal"),
            "difference": ("integer", "decimal"),
            "case_part": ("case_no",),
            "group": ("text", "code"),
        }.get(derived.form, dates)
        for column in derived.inputs:
            if column in table.derived and column not in seen:
                yield SeedMistake(
                    file, f"derived.{derived_id}", f"“{column}”写在它后面", "只引用写在前面的列"
                )
                continue
            yield from named(f"derived.{derived_id}", column, *kinds)
        seen.add(derived_id)
    for number, check in enumerate(table.checks, 1):
        key = f"checks.{number}"
        for column in check.not_after or ():
            yield from named(key, column, *dates)
        for column in check.at_most or ():
            yield from named(key, column, "integer", "decimal")
        for column in check.unique or ():
            yield from named(key, column)
        if check.cut_date:
            yield from named(key, check.cut_date.date, *dates)
            yield from named(key, check.cut_date.missing)
        if check.required_when:
            yield from named(key, check.required_when.column)
            yield from _test_checks(table, check.required_when.where, file, key)


def _test_checks(table: Table, tests: tuple[Test, ...], file: str, key: str) -> Iterator[SeedMistake]:
    known = [*table.columns, *table.derived]
    for test in tests:
        where = f"{key}.{test.column}"
        others = [test.value.of] if isinstance(test.value, Reach) else []
        others += [str(test.value)] if test.operator in ("not_after", "after") else []
        absent = [column for column in (test.column, *others) if column not in known]
        for column in absent:
            yield SeedMistake(
                file, where, f"表“{table.id}”没有列“{column}”", "已登记的列", hint(column, known)
            )
        if absent or others or test.operator == "known":
            continue
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        for value in values:
            yield from _value_check(table, test, value, file, where)


def _value_check(table: Table, test: Test, value: Any, file: str, where: str) -> Iterator[SeedMistake]:
    """A misspelt code would silently match nothing: it is refused here, with the nearest one."""
    kind = table.kind_of(test.column)
    column: Column | None = table.columns.get(test.column)
    if column is not None and column.type == "code" and value not in column.values:
        yield SeedMistake(
            file,
            where,
            f"“{value}”不是“{column.header}”的取值",
            "、".join(column.values),
            hint(str(value), column.values),
        )
    derived = table.derived.get(test.column)
    if derived is not None and derived.group is not None:
        words = [*derived.group.groups, derived.group.other]
        if value not in words:
            yield SeedMistake(
                file,
                where,
                f"“{value}”不是“{derived.header}”的取值",
                "、".join(words),
                hint(str(value), words),
            )
    fits = {"integer": (int,), "decimal": (int, float), "boolean": (bool,)}.get(kind, (str,))
    if not isinstance(value, fits) or (isinstance(value, bool) and kind != "boolean"):
        yield SeedMistake(file, where, f"值为 {value!r}", f"与列的类型 {kind} 相符的值")
    if test.operator in ("lt", "lte", "gt", "gte") and kind not in ("integer", "decimal", "date"):
        yield SeedMistake(file, where, f"{kind} 列用了 {test.operator}", "数字列或日期列")


def _formula_checks(catalog: Catalog, indicator: Indicator, file: str) -> Iterator[SeedMistake]:
    for term in dict.fromkeys(indicator.formula.terms):
        table = catalog.tables.get(term.table)
        if table is None:
            yield SeedMistake(
                file,
                "formula.table",
                f"没有数据表“{term.table}”",
                "tables/ 下的文件名",
                hint(term.table, catalog.tables),
            )
            continue
        yield from _term_checks(table, term, indicator, file)
    for name in indicator.example.tables:
        if name not in indicator.formula.tables:
            yield SeedMistake(
                file, f"example.tables.{name}", "口径用不到这张表", "、".join(indicator.formula.tables)
            )
    if (indicator.example.rows is None) == (not indicator.example.tables):
        yield SeedMistake(file, "example", "rows 与 tables 须恰好写一个", "算例的数据行")
    if indicator.example.rows is not None and len(indicator.formula.tables) > 1:
        yield SeedMistake(file, "example.rows", "口径用到多张表", "写成 [example.tables]")
    if indicator.counterweight == indicator.id:
        yield SeedMistake(file, "counterweight", "与自身制衡", "另一项指标")


def _term_checks(table: Table, term: Term, indicator: Indicator, file: str) -> Iterator[SeedMistake]:
    known = [*table.columns, *table.derived]
    clocks = (
        [("period", term.period)]
        if term.stock is None
        else [("stock.from", term.stock.start), ("stock.until", term.stock.until)]
    )
    if term.period is None and term.stock is None:
        yield SeedMistake(file, "formula", "没有 period，也没有 stock", "恰好写一个")
        return
    for key, column in clocks:
        if column not in known:
            yield SeedMistake(
                file,
                f"formula.{key}",
                f"表“{table.id}”没有列“{column}”",
                "已登记的日期列",
                hint(str(column), known),
            )
        elif table.kind_of(str(column)) not in ("date", "datetime"):
            yield SeedMistake(file, f"formula.{key}", f"“{column}”不是日期列", "date 列")
    if term.column is not None:
        if term.column not in known:
            yield SeedMistake(
                file,
                "formula",
                f"表“{table.id}”没有列“{term.column}”",
                "已登记的列",
                hint(term.column, known),
            )
        elif term.aggregate in ("sum", "median"):
            if table.kind_of(term.column) not in ("integer", "decimal"):
                yield SeedMistake(file, "formula.of", f"“{term.column}”不是数字列", "integer 或 decimal 列")
            wanted, given = COLUMN_UNIT.get(indicator.unit), table.unit_of(term.column)
            if wanted and given != wanted:
                yield SeedMistake(
                    file,
                    "unit",
                    f"单位“{indicator.unit}”，而“{term.column}”的单位是“{given}”",
                    f"单位为“{wanted}”的列",
                )
    yield from _test_checks(table, term.where, file, "formula.where")
