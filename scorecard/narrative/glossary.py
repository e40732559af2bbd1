"""The glossary of indicators, generated from the catalogue: one entry for the page, Markdown for docs/indicators.md.

Nothing here is written by hand twice: definition, formula in words, worked example and sources all come from the
indicator's own TOML, so a new indicator appears without touching this module.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from scorecard.assessment.number_format import value_text
from scorecard.calendar import period
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.definitions import BibliographicSource, Catalog, Indicator
from scorecard.catalog.frameworks.declarations import FrameworkItem
from scorecard.catalog.tabulations.declarations import RowListing, Tabulation
from scorecard.narrative.formula_words import choice_words, computed_columns, formula_words
from scorecard.storage.data_dir import default_seeds
from scorecard.templating import render

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "indicators.md"
DIRECTIONS = {"higher": "越高越好", "lower": "越低越好", "range": "在区间内为好", "neutral": "不分好坏，只作监测"}


@dataclass(frozen=True)
class ExampleSheet:
    """A table of a worked example as it is printed: its name, Chinese headers, rows of text."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class GlossaryEntry:
    """Everything the glossary says of one indicator."""

    indicator: Indicator
    domain: str
    measures: tuple[str, ...]
    departments: str
    direction: str
    formula: tuple[str, ...]
    computed: tuple[tuple[str, str], ...]
    counterweight: str
    sources: tuple[BibliographicSource, ...]
    sheets: tuple[ExampleSheet, ...]
    result: str
    life: tuple[str, ...]


def entry(indicator: Indicator, catalog: Catalog, day: date | None = None) -> GlossaryEntry:
    """The glossary entry of an indicator; with a day its departments are those that answer then."""
    partner = catalog.indicators.get(indicator.counterweight)
    return GlossaryEntry(
        indicator=indicator,
        domain=catalog.domains[indicator.domain].name,
        measures=tuple(serves(measure, catalog) for measure in indicator.measures),
        departments=catalog.department_names(indicator.departments, day),
        direction=DIRECTIONS[indicator.direction],
        formula=formula_words(indicator, catalog),
        computed=computed_columns(indicator, catalog),
        counterweight=partner.name if partner else "制衡指标未接入",
        sources=tuple(catalog.sources[source] for source in indicator.sources),
        sheets=tuple(_sheet(table, catalog) for table in worked_examples.tables(indicator, catalog)),
        result=_result(indicator),
        life=tuple(_in_force(one, catalog) for one in indicator.definitions if one.span),
    )


def _in_force(one: Indicator, catalog: Catalog) -> str:
    """A definition with its days, its document and its formula, newest first in the life of an indicator."""
    by = f"，依据{one.basis}" if one.basis else ""
    return (
        f"{one.span}{by}：{one.definition}{'；'.join(line.rstrip('。') for line in formula_words(one, catalog)[:-1])}。"
    )


def serves(measure: str, catalog: Catalog) -> str:
    """The measure or requirement of the plan as a reader finds it: "解决商业纠纷 5 推进小额诉讼程序适用"."""
    if measure in catalog.measures:
        part = catalog.measures[measure]
        return f"{catalog.domains[part.domain].name} {part.number} {part.title}"
    requirement = catalog.requirements[measure]
    return f"工作要求 {requirement.number} {requirement.title}"


def _sheet(example: worked_examples.ExampleTable, catalog: Catalog) -> ExampleSheet:
    table, departments = catalog.tables[example.table], catalog.departments
    return ExampleSheet(
        name=table.name,
        headers=tuple(table.header(column) for column in example.columns),
        rows=tuple(
            tuple(table.type_of(column).text(row[column], departments) for column in example.columns)
            for row in example.rows
        ),
    )


@dataclass(frozen=True)
class ChoiceEntry:
    """Everything the glossary says of a tabulation or listing; `result` is what its example gives, as a table."""

    choice: Tabulation | RowListing
    kind: str
    measures: tuple[str, ...]
    lines: tuple[str, ...]
    sources: tuple[BibliographicSource, ...]
    sheet: ExampleSheet
    result: ExampleSheet


def choice_entries(catalog: Catalog) -> tuple[ChoiceEntry, ...]:
    """The entries of all tabulations, then of all listings, each in the plan's order."""
    return tuple(choice_entry(one, catalog) for one in (*catalog.tabulations.values(), *catalog.listings.values()))


def choice_entry(choice: Tabulation | RowListing, catalog: Catalog) -> ChoiceEntry:
    """The entry of a tabulation or listing."""
    table = catalog.tables[choice.table]
    sheet = _sheet(
        worked_examples.read_rows(choice.example.rows, table, catalog.departments, choice.id, "rows", []), catalog
    )
    month = period.parse("month", choice.example.period)
    when = f"{month.label if month else '全部'}，数据截至{period.day_text(choice.example.as_of)}"
    if isinstance(choice, RowListing):
        result = ExampleSheet(when, sheet.headers, tuple(sheet.rows[row - 1] for row in choice.example.expect))
    else:
        shown = tuple(tuple(str(cell) for cell in line) for line in choice.example.expect)
        result = ExampleSheet(when, choice.head(table), shown)
    return ChoiceEntry(
        choice=choice,
        kind="清单" if isinstance(choice, RowListing) else "统计表",
        measures=tuple(catalog.row_title(measure) for measure in choice.measures),
        lines=choice_words(choice, catalog),
        sources=tuple(catalog.sources[source] for source in choice.sources),
        sheet=sheet,
        result=result,
    )


def _result(indicator: Indicator) -> str:
    """What the example gives: "2026年1月:1 ÷ 2 = 50.00%"."""
    expect = indicator.example.expect
    expected = period.parse(expect.grain, expect.period)
    assert expected is not None  # the catalogue refuses an example without a period
    label = f"{expected.label}{'（涉企）' if expect.scope == 'firm' else ''}"
    if expect.state == "immature" and expect.numerator is None and expect.value is None:
        return f"{label}：观察期未满，不评判"
    if expect.value is not None:
        return f"{label}：{value_text(Fraction(Decimal(expect.value)), indicator.unit)}"
    top, bottom = _fraction(expect.numerator), _fraction(expect.denominator)
    up, down = indicator.scale
    if top is None or indicator.formula.kind in ("count", "sum"):
        return f"{label}：{value_text(top if top is None else top * up / down, indicator.unit)}"
    shown = f"{_number(expect.numerator)} ÷ {_number(expect.denominator)}"
    if not bottom:
        return f"{label}：{shown}，分母为0，没有数值"
    return f"{label}：{shown} = {value_text(top / bottom * up / down, indicator.unit)}"


def _fraction(given: int | float | str | None) -> Fraction | None:
    return None if given is None else Fraction(Decimal(str(given)))


def _number(given: int | float | str | None) -> str:
    return "0" if given is None else f"{Decimal(str(given)).normalize():,f}"


def markdown(catalog: Catalog) -> str:
    """docs/indicators.md: every indicator under its domain, in the plan's order."""
    domains = [(domain.name, catalog.of_domain(domain.id)) for domain in catalog.domains.values()]
    entries = [(name, [entry(one, catalog) for one in indicators]) for name, indicators in domains if indicators]
    choices = choice_entries(catalog)

    def answers(item: FrameworkItem) -> str:
        """The indicator or line of a tabulation that answers an item, and where it differs."""
        cell = item.tabulation
        name = (
            f"{catalog.tabulations[cell.id].name}（{cell.line}）" if cell else catalog.indicators[item.indicator].name
        )
        return f"{name}；{item.differs}" if item.differs else name

    text = render(
        "narrative/indicators.md",
        court=catalog.court.name,
        domains=entries,
        choices=choices,
        frameworks=catalog.frameworks.values(),
        answers=answers,
        # Data as text, also where Markdown would read a table, a tag, a link or emphasis.
        md=lambda text: re.sub(r"[\\|<*_[`]", r"\\\g<0>", text),
    )
    return text.rstrip() + "\n"


def main() -> None:
    """Write docs/indicators.md from the seeds folder."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(markdown(loader.load(default_seeds())), encoding="utf-8")


if __name__ == "__main__":
    main()
