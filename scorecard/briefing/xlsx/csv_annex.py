"""The annex as a CSV for Chinese Excel and WPS: the exact numbers of every indicator, then their provenance.

The halves as shown and the version begin with the word that stands before them in every provenance line, so that they
are text without an apostrophe: "3 / 8" alone would become the 8th of March.
"""

from fractions import Fraction
from typing import Any

from scorecard.briefing.paper.model import IndicatorLine, Paper
from scorecard.briefing.xlsx.worksheets import columns
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, write_csv

INDICATOR_COLUMNS = columns(
    "指标编号 30 | 指标 30 | 报告期 15 | 数值 14 | 精确值 14 | 单位 7 | 分子/分母 24 | 分子（原始计量） 16 | "
    "分母（原始计量） 16 | 基数 9 | 目标 20 | 目标下限 12 | 目标上限 12 | 评价 13 | 差距 22 | "
    "同比、环比 34 | 变异 26 | 评价说明 34 | 所选报告期情况 34 | 目标依据 24 | 领域 16 | 配套措施 34 | 责任部门 18 | "
    "数据截至 26 | 版本 16"
)
_CELLS = (
    "id", "name", "period", "value", "exact", "unit", "halves", "numerator", "denominator", "base", "target", "lower", "upper",
    "word", "gap", "changes", "variation", "reason", "so_far", "basis", "domain", "measures",
    "departments", "as_of", "version",
)  # fmt: skip


def write_csv_annex(paper: Paper) -> bytes:
    """Header, a row for each indicator, then below a blank line the paper's name, provenance and manifest."""
    rows = [_row(line, paper.manifest.version) for line in paper.lines]
    foot = (paper.title, paper.subtitle, *paper.provenance, *paper.manifest.lines())
    return write_csv([column.name for column in INDICATOR_COLUMNS], [*rows, (), *((text,) for text in foot if text)])


def annex_cells(line: IndicatorLine, **own: Any) -> tuple[Any, ...]:
    """The cells of an indicator in the order of the columns; `own` are those that an annex writes in its own way."""
    known = {**vars(line), "changes": "；".join(line.changes), **own}
    return tuple(known[name] for name in _CELLS)


def _row(line: IndicatorLine, version: str) -> tuple[CsvValue, ...]:
    return annex_cells(
        line,
        value=number_or_text(line.value.replace(",", "")),
        exact=_number(line.exact),
        halves=f"分子/分母 {line.halves}" if line.halves else "",
        numerator=None if line.numerator is None else line.numerator.normalize(),
        denominator=None if line.denominator is None else line.denominator.normalize(),
        lower=_number(line.lower),
        upper=_number(line.upper),
        version=f"版本 {version}",
    )


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
