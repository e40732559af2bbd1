"""The annex as a CSV for Chinese Excel and WPS: the exact numbers of every indicator, then their provenance.

The halves as shown and the version begin with the word that stands before them in every provenance line, so that they
are text without an apostrophe: "3 / 8" alone would become the 8th of March.
"""

from fractions import Fraction

from scorecard.briefing.paper.model import IndicatorLine, Paper
from scorecard.briefing.xlsx.worksheets import columns
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, write_csv

INDICATOR_COLUMNS = columns(
    "指标编号 30 | 指标 30 | 报告期 15 | 数值 14 | 精确值 14 | 单位 7 | 分子/分母 24 | 分子（原始计量） 16 | "
    "分母（原始计量） 16 | 基数 9 | 目标 20 | 目标下限 12 | 目标上限 12 | 评价 13 | 差距 22 | "
    "同比、环比 34 | 变异 26 | 评价说明 34 | 目标依据 24 | 领域 16 | 配套措施 34 | 责任部门 18 | "
    "数据截至 26 | 版本 16"
)


def write_csv_annex(paper: Paper) -> bytes:
    """Header, a row for each indicator, then below a blank line the paper's name, provenance and manifest."""
    rows = [_row(line, paper.manifest.version) for line in paper.lines]
    foot = (paper.title, paper.subtitle, *paper.provenance, *paper.manifest.lines())
    return write_csv([column.name for column in INDICATOR_COLUMNS], [*rows, (), *((text,) for text in foot if text)])


def text_cells(line: IndicatorLine) -> tuple[str, ...]:
    """The cells from 差距 to 数据截至: text in every annex."""
    return (
        line.gap,
        "；".join(line.changes),
        line.variation,
        line.reason,
        line.basis,
        line.domain,
        line.measures,
        line.departments,
        line.as_of,
    )


def _row(line: IndicatorLine, version: str) -> tuple[CsvValue, ...]:
    return (
        line.id,
        line.name,
        line.period,
        number_or_text(line.value.replace(",", "")),
        _number(line.exact),
        line.unit,
        f"分子/分母 {line.halves}" if line.halves else "",
        None if line.numerator is None else line.numerator.normalize(),
        None if line.denominator is None else line.denominator.normalize(),
        line.base,
        line.target,
        _number(line.lower),
        _number(line.upper),
        line.word,
        *text_cells(line),
        f"版本 {version}",
    )


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
