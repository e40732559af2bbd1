"""The annex as a workbook: indicators with exact numbers, trends, 口径, provenance.

Text is written as text and a number as a number that shows the page's digits; nothing in it is a formula or a link.
"""

from collections.abc import Sequence
from fractions import Fraction

from scorecard.briefing.layout.number_formats import Digits, bound_digits, unrounded
from scorecard.briefing.paper.model import Figure, IndicatorLine, Paper
from scorecard.briefing.xlsx.csv_annex import INDICATOR_COLUMNS, annex_cells
from scorecard.briefing.xlsx.worksheets import SheetCell, VerdictCell, Worksheet, columns, workbook_bytes
from scorecard.narrative.glossary import GlossaryEntry

_TREND = columns(
    "图号 7 | 指标编号 30 | 指标 30 | 报告期 17 | 数值 14 | 精确值 14 | 单位 7 | 分子/分母 26 | 目标 22 | "
    "目标下限 12 | 目标上限 12 | 评价 13 | 评价说明 44"
)
_DEFINED = columns(
    "指标编号 30 | 指标 26 | 领域 16 | 定义 48 | 不含 30 | 单位 7 | 方向 14 | 口径 56 | 推算列 40 | "
    "方案依据 26 | 配套措施 34 | 责任部门 18 | 制衡指标 20 | 来源 40 | 公开值 24 | 说明 30"
)


def write_xlsx(paper: Paper) -> bytes:
    """Four sheets; the same paper gives the same bytes."""
    version = paper.manifest.version
    trends = [row for figure in paper.figures for row in _trend(figure)]
    origin = [*paper.manifest.lines(), "", "清单（JSON）：", *paper.manifest.text().splitlines()]
    return workbook_bytes(
        paper,
        (
            Worksheet("指标", INDICATOR_COLUMNS, [_line(line, version) for line in paper.lines], frozen=2),
            Worksheet("走势", _TREND, trends, frozen=4),
            Worksheet("口径", _DEFINED, [_definition(entry) for entry in paper.definitions], frozen=2),
            Worksheet("数据来源", columns("数据来源与校验 130"), [(line,) for line in origin]),
        ),
    )


def _line(line: IndicatorLine, version: str) -> Sequence[SheetCell]:
    return annex_cells(
        line,
        exact=None if line.exact is None else unrounded(line.exact, line.unit),
        numerator=None if line.numerator is None else float(line.numerator),
        denominator=None if line.denominator is None else float(line.denominator),
        lower=_bound(line.lower, line.unit),
        upper=_bound(line.upper, line.unit),
        word=VerdictCell(line.word),
        version=version,
    )


def _trend(figure: Figure) -> list[Sequence[SheetCell]]:
    """A row for each period of a figure; a value that may not be shown has its text ("n=3") and no number."""
    shown = figure.trend
    return [
        (
            figure.number,
            figure.line.id,
            shown.title,
            point.label,
            point.text,
            None if point.exact is None else unrounded(point.exact, shown.unit),
            shown.unit,
            point.halves,
            point.target,
            _bound(point.bounds.lower if point.bounds else None, shown.unit),
            _bound(point.bounds.upper if point.bounds else None, shown.unit),
            VerdictCell(point.verdict.word),
            point.verdict.reason,
        )
        for point in shown.points
    ]


def _definition(entry: GlossaryEntry) -> Sequence[SheetCell]:
    chosen = entry.indicator
    computed = "\n".join(f"“{header}” = {words}" for header, words in entry.computed)
    sources = "\n".join(f"{source.title}{f'（{source.year}）' if source.year else ''}" for source in entry.sources)
    return (
        chosen.id, chosen.name, entry.domain, chosen.definition, chosen.exclusions, chosen.unit, entry.direction,
        "\n".join(entry.formula), computed, chosen.why, "；".join(entry.measures), entry.departments, entry.counterweight,
        sources, chosen.reference, chosen.note,
    )  # fmt: skip


def _bound(value: Fraction | None, unit: str) -> Digits | None:
    return None if value is None else bound_digits(value, unit)
