"""Checks within one table contract: its columns exist, suit their use, and their values are registered words.

A derived column built on a mistake has no type here, so one mistake is reported once and not again by everything
that stands on it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from scorecard.catalog import columns
from scorecard.catalog.conditions import BESIDE, ELSEWHERE, Frozen, Reach, Test, shown
from scorecard.catalog.contracts import Combination, Derived, Table
from scorecard.errors import SeedMistake, hint


@dataclass(frozen=True)
class Contract:
    """A table with the types of its sound columns and the registered departments."""

    table: Table
    types: Mapping[str, columns.ColumnType]
    departments: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [*self.table.columns, *self.table.derived]

    def absent(self, file: str, key: str, column: str) -> Iterator[SeedMistake]:
        if column not in self.names:
            found = f"表“{self.table.id}”没有列“{column}”"
            yield SeedMistake(file, key, found, "已登记的列", hint(column, self.names))

    def suits(self, file: str, key: str, column: str, *types: columns.ColumnType) -> Iterator[SeedMistake]:
        """A mistake when the column is absent, or of none of these types (any type when none is given)."""
        yield from self.absent(file, key, column)
        kind = self.types.get(column)
        if types and kind is not None and kind not in types:
            expected = f"{'、'.join(each.name for each in types)} 列"
            yield SeedMistake(file, key, f"列“{column}”的类型是 {kind.name}", expected)


def contract_of(table: Table, departments: Iterable[str]) -> Contract:
    """The table with the types of its columns; a derived column over a mistake is left without one."""
    types = {name: column.type for name, column in table.columns.items()}
    for name, derived in table.derived.items():
        if derived.inputs and all(column in types for column in derived.inputs) and name not in types:
            types[name] = table.type_of(name)
    return Contract(table, types, tuple(departments))


_COMBINED: Mapping[Combination, tuple[columns.ColumnType, ...]] = {
    **dict.fromkeys(("sum", "largest", "smallest"), columns.numbers()),
    **dict.fromkeys(("earliest", "latest"), columns.dates()),
    **dict.fromkeys(("any", "all"), (columns.BOOLEAN,)),
}


def table_checks(contract: Contract, file: str) -> Iterator[SeedMistake]:
    """Every mistake within one contract."""
    table = contract.table
    yield from _headers(table, file)
    arriving = [("key", column) for column in table.key]  # compared as rows arrive, before anything is derived
    arriving += [("one_row_per", column) for column in (table.one_row_per,) if column]
    arriving += [(f"combine.{column}", column) for column in table.combine]
    for key, column in arriving:
        if key == "key":
            yield from contract.absent(file, key, column)
        if column in table.derived:
            yield SeedMistake(file, key, f"“{column}”是算出的列", "数据表自有的列")
    for column, word in table.combine.items():
        if column in contract.types:
            yield from contract.suits(file, f"combine.{column}", column, *_COMBINED[word])
    seen: set[str] = set(table.columns)
    for name, derived in table.derived.items():
        yield from _derived(contract, file, name, derived, seen)
        seen.add(name)
    yield from column_checks(contract, table, file)
    for number, check in enumerate(table.checks, 1):
        if check.add_up is not None:
            yield from _one_unit(contract, (*check.add_up.parts, check.add_up.total), file, f"checks.{number}.add_up")
    if table.unpivot is not None:
        for key, column in (("period", table.unpivot.period), ("value", table.unpivot.value)):
            if column in table.derived:
                yield SeedMistake(file, f"unpivot.{key}", f"“{column}”是算出的列", "数据表自有的列")
            elif table.key and (column in table.key) == (key == "value"):  # one period would take another's place
                found = f"“{column}”{'在' if key == 'value' else '不在'} key 里"
                yield SeedMistake(file, f"unpivot.{key}", found, "key 含 period 的列，不含 value 的列")
        value, length = table.columns.get(table.unpivot.value), table.columns.get(table.unpivot.period)
        if value is not None and (value.required or value.on_problem == "blank"):
            found = f"“{table.unpivot.value}”写了 required 或 on_problem"
            yield SeedMistake(file, "unpivot.value", found, "空白的格是未知，不必填；写错的格须改正")
        if length is not None and length.type == columns.DATE and length.period is None:
            found = f"“{table.unpivot.period}”没有写 period"
            yield SeedMistake(file, "unpivot.period", found, 'period = "year"、"quarter" 或 "month" 的日期列')


def column_checks(contract: Contract, entry: Frozen, file: str, key: str = "") -> Iterator[SeedMistake]:
    """Every mistake in the columns and conditions that a declaration names, also in its parts, as its fields are marked."""
    for name, field in type(entry).model_fields.items():
        value, place = getattr(entry, name), f"{key}.{field.alias or name}".removeprefix(".")
        use = next((one for one in field.metadata if isinstance(one, columns.ColumnUse)), None)
        if use is not None:
            for column in (value,) if isinstance(value, str) else value or ():
                yield from contract.suits(file, place, column, *use.types)
        elif isinstance(value, Frozen) and ELSEWHERE not in field.metadata:
            yield from column_checks(contract, value, file, place)
        elif isinstance(value, tuple):
            for number, part in enumerate(cast("tuple[Any, ...]", value), 1):
                if isinstance(part, Test):
                    yield from test_checks(contract, (part,), file, place)
                elif isinstance(part, tuple):
                    tests = tuple(one for one in cast("tuple[object, ...]", part) if isinstance(one, Test))
                    yield from test_checks(contract, tests, file, f"{place}.{number}")
                elif isinstance(part, Frozen):
                    yield from column_checks(contract, part, file, f"{place}.{getattr(part, 'name', number)}")


def _headers(table: Table, file: str) -> Iterator[SeedMistake]:
    headers, places = dict[str, str](), dict[int, str]()
    for name, column in table.columns.items():
        for header in (column.header, *column.aliases):
            if header in headers:
                found = f"表头“{header}”已属于 {headers[header]}"
                yield SeedMistake(file, f"columns.{name}", found, "一个表头只对应一列")
            headers[header] = name
        place = column.blank_header_at
        if place is not None and (other := places.setdefault(place, name)) != name:
            found = f"第 {place} 列的空白表头已属于 {other}"
            yield SeedMistake(file, f"columns.{name}.blank_header_at", found, "一个位置只对应一列")
        words: dict[str, str] = {}
        for value, spellings in column.values.items():
            for word in dict.fromkeys((value, *spellings)):
                if word in words:
                    found = f"“{word}”已是“{words[word]}”的写法"
                    yield SeedMistake(file, f"columns.{name}.values", found, "一个写法只对应一个取值")
                words[word] = value


def _derived(contract: Contract, file: str, name: str, derived: Derived, seen: set[str]) -> Iterator[SeedMistake]:
    key, table = f"derived.{name}", contract.table
    if name in table.columns:
        yield SeedMistake(file, key, "与 columns 同名", "另取一个名字")
    if not derived.inputs:
        yield SeedMistake(file, key, f"{derived.form} 没有列", "至少一列")
    inputs = dict.fromkeys(("total", "difference"), columns.numbers())
    inputs |= {"case_part": (columns.CASE_NO,), "group": (columns.TEXT, columns.CODE)}
    for column in derived.inputs:
        if column in table.derived and column not in seen:
            found = "引用了自身" if column == name else f"“{column}”写在它后面"
            yield SeedMistake(file, key, found, "只引用写在前面的列")
        else:
            yield from contract.suits(file, key, column, *inputs.get(derived.form, columns.dates()))
        if column in contract.names and derived.form not in inputs and table.row_period([column]):
            yield SeedMistake(file, key, f"“{column}”是整段时间，不是一天", "没有 period 的日期列")
    if derived.form in ("earliest", "latest", "total", "difference") and name in contract.types:
        types = dict.fromkeys(contract.types[c].name for c in derived.inputs if c in contract.types)
        if len(types) > 1:
            yield SeedMistake(file, key, f"各列的类型不一：{'、'.join(types)}", "同一类型的列")
        yield from _one_unit(contract, derived.inputs, file, key)
    if derived.after is not None and derived.after.hours:
        yield SeedMistake(file, f"{key}.after.hours", "日期加上小时", "months、days")
    if derived.group is not None:
        yield from _groups(contract, file, key, derived)
    for column in sorted(
        {column for test in derived.unknown_where for column in test.columns} & table.derived.keys() - seen
    ):
        yield SeedMistake(file, f"{key}.unknown_where", f"“{column}”不在它前面", "只引用写在前面的列")
    yield from test_checks(contract, derived.unknown_where, file, f"{key}.unknown_where")
    if derived.unknown_where and derived.working_days_between:  # there an unknown number means a calendar that ends
        expected = "写在被计天数的日期上：latest = [日期列]，再从它计工作日"
        yield SeedMistake(file, f"{key}.unknown_where", "working_days_between 不带条件", expected)


def _one_unit(contract: Contract, named: Iterable[str], file: str, key: str) -> Iterator[SeedMistake]:
    """A mistake where numbers that are added up have several units."""
    numbers = (column for column in named if contract.types.get(column) in columns.numbers())
    units = dict.fromkeys(contract.table.unit_of(column) or "无单位" for column in numbers)
    if len(units) > 1:
        yield SeedMistake(file, key, f"各列的单位不一：{'、'.join(units)}", "同一单位的列")


def _groups(contract: Contract, file: str, key: str, derived: Derived) -> Iterator[SeedMistake]:
    assert derived.group is not None
    column = contract.table.columns.get(derived.group.of)
    gathered: dict[str, str] = {}
    for group, words in derived.group.groups.items():
        for word in words:
            if word in gathered:
                found = f"“{word}”已归入“{gathered[word]}”"
                yield SeedMistake(file, f"{key}.{group}", found, "一个词只归入一组")
            gathered[word] = group
            if column is not None and column.values and word not in column.values:
                found = f"“{word}”不是“{column.header}”的取值"
                yield SeedMistake(file, f"{key}.{group}", found, "、".join(column.values), hint(word, column.values))


# --- conditions -----------------------------------------------------------------------------------------------


def test_checks(contract: Contract, tests: tuple[Test, ...], file: str, key: str) -> Iterator[SeedMistake]:
    """Every mistake in the conditions on one table: columns, comparisons with columns, values."""
    for test in tests:
        where = f"{key}.{test.column}"
        yield from contract.absent(file, where, test.column)
        if test.operator in ("same_as", "differs_from"):
            yield from _alike(contract, test, file, where)
        elif isinstance(test.value, Reach) or test.operator in BESIDE:
            yield from _between_columns(contract, test, file, where)
        elif test.operator != "known" and test.column in contract.types:
            for value in test.value if isinstance(test.value, tuple) else (test.value,):
                yield from _value(contract, test, value, file, where)


def _between_columns(contract: Contract, test: Test, file: str, where: str) -> Iterator[SeedMistake]:
    """Both sides of a comparison in time must be dates; hours can only be counted between two moments."""
    other = test.value.of if isinstance(test.value, Reach) else str(test.value)
    wanted = columns.moments() if isinstance(test.value, Reach) and test.value.hours else columns.dates()
    if test.column in contract.types:
        yield from contract.suits(file, where, test.column, *wanted)
    yield from contract.suits(file, where, other, *wanted)


def _alike(contract: Contract, test: Test, file: str, where: str) -> Iterator[SeedMistake]:
    """Two columns are compared where what stands in them can be equal: of one type, in one unit."""
    other = str(test.value)
    yield from contract.absent(file, where, other)
    if test.column == other:
        yield SeedMistake(file, where, f"“{other}”与自身相比", "同一张表的另一列")
    if test.column in contract.types and other in contract.types:
        yield from contract.suits(file, where, other, contract.types[test.column])
        units = [contract.table.unit_of(column) or "无单位" for column in (test.column, other)]
        if contract.types[test.column] in columns.numbers() and units[0] != units[1]:
            yield SeedMistake(file, where, f"两列的单位不一：{'、'.join(units)}", "同一单位的列")


def _value(contract: Contract, test: Test, value: Any, file: str, where: str) -> Iterator[SeedMistake]:
    """A misspelt word would silently match nothing: it is refused here, with the nearest one."""
    kind = contract.types[test.column]
    if not kind.literals:
        expected = "known、within、beyond、not_after、after、same_as、differs_from"
        yield SeedMistake(
            file, where, f"{kind.name} 列用了 {'等于' if test.operator == 'eq' else test.operator}", expected
        )
        return
    if test.operator in ("lt", "lte", "gt", "gte") and not kind.ordered:
        yield SeedMistake(file, where, f"{kind.name} 列用了 {test.operator}", "数字列或日期列")
    if type(value) not in kind.literals:
        yield SeedMistake(file, where, f"值为 {shown(value)}", f"与列的类型 {kind.name} 相符的值")
        return
    words = _words(contract, test.column)
    if isinstance(value, str) and not words:
        try:
            kind.parse(value, {})
        except ValueError:
            yield SeedMistake(file, where, f"“{value}”不是{kind.label}", kind.expected)
    if words and value not in words:
        header = contract.table.header(test.column)
        yield SeedMistake(file, where, f"“{value}”不是“{header}”的取值", "、".join(words), hint(str(value), words))


def _words(contract: Contract, column: str) -> list[str]:
    """The registered words of a code, a grouping or a department column; empty where any text may stand."""
    table = contract.table
    if contract.types[column] == columns.DEPARTMENT:
        return list(contract.departments)
    if column in table.columns:
        return list(table.columns[column].values)
    group = table.derived[column].group
    return [*group.groups, group.other] if group is not None else []
