"""What must hold between a tabulation or listing and the other seeds: its columns suit their use, its example can be read."""

from collections.abc import Generator, Iterator

from scorecard.calendar import period
from scorecard.catalog import worked_examples
from scorecard.catalog.columns import BOOLEAN, CASE_NO, CODE, DEPARTMENT, INTEGER, TEXT, dates, numbers
from scorecard.catalog.contract_checks import Contract, test_checks
from scorecard.catalog.definitions import COLUMN_UNIT, Catalog
from scorecard.catalog.tabulations.declarations import RowChoice, RowListing, TabulatedFigure, Tabulation
from scorecard.errors import SeedMistake


def choice_checks(catalog: Catalog, contract: Contract, choice: RowChoice, file: str) -> Iterator[SeedMistake]:
    """Every mistake in one tabulation or listing; references to measures and sources are checked elsewhere."""
    if choice.owner and contract.table.department is not None:
        yield SeedMistake(file, "owner", f"表“{choice.table}”有部门一列", "删去 owner")
    if choice.period is not None:
        yield from contract.suits(file, "period", choice.period, *dates())
    if choice.stock is not None:
        yield from contract.suits(file, "stock.from", choice.stock.start, *dates())
        yield from contract.suits(file, "stock.until", choice.stock.until, *dates())
    yield from test_checks(contract, choice.where, file, "where")
    if isinstance(choice, Tabulation):
        for column in choice.by:
            yield from contract.suits(file, "by", column, BOOLEAN, CASE_NO, CODE, DEPARTMENT, INTEGER, TEXT, *dates())
            if column in contract.table.private:
                yield SeedMistake(file, "by", f"“{column}”是不公开的列", "可以公开的列")
        for figure in choice.figures:
            yield from _figure(contract, figure, file)
        yield from _expected(catalog, contract, choice, file)
    if isinstance(choice, RowListing):
        for key, columns in (("columns", choice.columns), ("order", choice.order)):
            for column in columns:
                yield from contract.absent(file, key, column)
        for column in () if choice.named else contract.table.private.intersection(choice.order):
            yield SeedMistake(file, "order", f"“{column}”是不公开的列", "可以公开的列，或写 named = true")
        yield from _listed(catalog, contract, choice, file)


def _figure(contract: Contract, figure: TabulatedFigure, file: str) -> Iterator[SeedMistake]:
    key = f"figures.{figure.name}"
    yield from test_checks(contract, figure.where, file, f"{key}.where")
    yield from test_checks(contract, figure.numerator, file, f"{key}.numerator")
    if figure.distinct is not None:
        yield from contract.absent(file, f"{key}.distinct", figure.distinct)
    for name, column in (("of", figure.of), ("over", figure.over)):
        if column is not None:
            yield from contract.suits(file, f"{key}.{name}", column, *numbers())
    if figure.of is not None and figure.of in contract.types and figure.kind != "ratio":
        given, unit = contract.table.unit_of(figure.of), figure.measured_in
        if given != COLUMN_UNIT.get(unit, unit):
            found = f"单位“{unit}”，而“{figure.of}”的单位是“{given or '空白'}”"
            yield SeedMistake(file, f"{key}.unit", found, f"单位为“{COLUMN_UNIT.get(unit, unit)}”的列")


def _expected(catalog: Catalog, contract: Contract, choice: Tabulation, file: str) -> Iterator[SeedMistake]:
    yield from _example(catalog, contract, choice, choice.example.rows, choice.example.period, file)
    cells = len(choice.by) + len(choice.figures) if choice.by else 2
    if not choice.example.expect:
        yield SeedMistake(file, "example.expect", "没有应当得出的行", "至少一行")
    for number, line in enumerate(choice.example.expect, 1):
        if len(line) != cells:
            yield SeedMistake(
                file, f"example.expect.{number}", f"有 {len(line)} 格", f"{cells} 格：先是分组，再是各项数字"
            )


def _listed(catalog: Catalog, contract: Contract, choice: RowListing, file: str) -> Iterator[SeedMistake]:
    read = yield from _example(catalog, contract, choice, choice.example.rows, choice.example.period, file)
    for row in choice.example.expect:
        if not 1 <= row <= read:
            yield SeedMistake(file, "example.expect", f"第 {row} 行不存在", f"1 至 {read}")


def _example(
    catalog: Catalog, contract: Contract, choice: RowChoice, text: str, key: str, file: str
) -> Generator[SeedMistake, None, int]:
    """The number of rows of the example; its mistakes on the way."""
    mistakes: list[tuple[str, str, str, str]] = []
    read = worked_examples.read_rows(text, contract.table, catalog.departments, "rows", mistakes)
    for place, what, expected, remedy in mistakes:
        yield SeedMistake(file, f"example.{place}", what, expected, remedy)
    if choice.clocks and period.parse("month", key) is None:
        yield SeedMistake(file, "example.period", f"“{key}”不是一个月份", "形如 2026-01")
    return len(read.rows)
