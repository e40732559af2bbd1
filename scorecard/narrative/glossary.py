"""The glossary of indicators, generated from the catalogue: one entry for the page, Markdown for docs/indicators.md.

Nothing here is written by hand twice: definition, formula in words, worked example and sources all come from the
indicator's own TOML, so a new indicator appears without touching this module.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from scorecard.assessment.number_format import value_text
from scorecard.calendar import period
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.definitions import BibliographicSource, Catalog, Indicator
from scorecard.narrative.formula_words import computed_columns, formula_words
from scorecard.storage.data_dir import default_seeds

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
        sheets=_sheets(indicator, catalog),
        result=_result(indicator),
    )


def serves(measure: str, catalog: Catalog) -> str:
    """The measure or requirement of the plan as a reader finds it: "解决商业纠纷 5 推进小额诉讼程序适用"."""
    if measure in catalog.measures:
        part = catalog.measures[measure]
        return f"{catalog.domains[part.domain].name} {part.number} {part.title}"
    requirement = catalog.requirements[measure]
    return f"工作要求 {requirement.number} {requirement.title}"


def _sheets(indicator: Indicator, catalog: Catalog) -> tuple[ExampleSheet, ...]:
    return tuple(
        ExampleSheet(
            name=catalog.tables[table.table].name,
            headers=tuple(catalog.tables[table.table].header(column) for column in table.columns),
            rows=tuple(
                tuple(
                    catalog.tables[table.table].type_of(column).text(row[column], catalog.departments)
                    for column in table.columns
                )
                for row in table.rows
            ),
        )
        for table in worked_examples.tables(indicator, catalog)
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
    lines = [
        f"# {catalog.court.name}指标口径",
        "",
        "由 `seeds/` 生成（`python -m scorecard.narrative.glossary`），请勿手改。目标是带日期的数据，见看板的“目标”页。",
        "",
    ]
    for domain in catalog.domains.values():
        indicators = catalog.of_domain(domain.id)
        if indicators:
            lines += [f"## {domain.name}", ""]
            lines += [line for indicator in indicators for line in _markdown(entry(indicator, catalog))]
    return "\n".join(lines).rstrip() + "\n"


def _markdown(entry: GlossaryEntry) -> list[str]:
    indicator = entry.indicator
    facts = {
        "定义": indicator.definition,
        "不含": indicator.exclusions,
        "单位与方向": f"{indicator.unit}，{entry.direction}",
        "方案依据": f"“{indicator.why}”",
        "配套措施": "；".join(entry.measures),
        "责任部门": entry.departments,
        "制衡指标": entry.counterweight,
        "公开值": indicator.reference,
        "说明": indicator.note,
    }
    lines = [f"### {_escape(indicator.name)}", "", f"- **指标编号**：`{indicator.id}`"]
    lines += [f"- **{key}**：{_escape(value)}" for key, value in facts.items() if value]
    lines += ["", "口径：", "", *(f"- {_escape(line)}" for line in entry.formula)]
    lines += [f"- “{_escape(header)}” = {_escape(words)}" for header, words in entry.computed]
    lines += ["", "来源：", "", *(f"- {_source(source)}" for source in entry.sources)]
    lines += ["", "算例：", ""]
    for sheet in entry.sheets:
        lines += [f"{sheet.name}", "", "| " + " | ".join(sheet.headers) + " |"]
        lines += ["|" + " --- |" * len(sheet.headers)]
        lines += ["| " + " | ".join(_escape(cell) for cell in row) + " |" for row in sheet.rows]
        lines += [""]
    return [*lines, f"结果：**{entry.result}**", ""]


def _source(source: BibliographicSource) -> str:
    year = f"（{source.year}）" if source.year else ""
    return f"{_escape(source.title)}{year} <{source.url}>" if source.url else f"{_escape(source.title)}{year}"


def _escape(text: str) -> str:
    """Data as text, also where Markdown would read a table, a tag, a link or emphasis."""
    for sign in ("\\", "|", "<", "*", "_", "[", "`"):
        text = text.replace(sign, f"\\{sign}")
    return text


def main() -> None:
    """Write docs/indicators.md from the seeds folder."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(markdown(loader.load(default_seeds())), encoding="utf-8")


if __name__ == "__main__":
    main()
