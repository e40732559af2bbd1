"""The annex as a CSV for Chinese Excel and WPS: every indicator's very numbers, then where they come from.

The halves as shown and the version begin with the word that stands before them in every provenance line, so that they
are text without an apostrophe: "3 / 8" alone would become the 8th of March.
"""

from fractions import Fraction

from scorecard.briefing.paper.model import IndicatorLine, Paper
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, write_csv

HEADERS = (
    "指标编号",
    "指标",
    "报告期",
    "数值",
    "精确值",
    "单位",
    "分子/分母",
    "分子（原始计量）",
    "分母（原始计量）",
    "基数",
    "目标",
    "目标下限",
    "目标上限",
    "评价",
    "差距",
    "同比、环比",
    "变异",
    "评价说明",
    "目标依据",
    "领域",
    "配套措施",
    "责任部门",
    "数据截至",
    "版本",
)


def write(paper: Paper) -> bytes:
    """Header, a row for each indicator, then below a blank line the paper's name, provenance and manifest."""
    rows = [_row(line, paper.manifest.version) for line in paper.lines]
    foot = (paper.title, paper.subtitle, *paper.provenance, *paper.manifest.lines())
    return write_csv(HEADERS, [*rows, (), *((text,) for text in foot if text)])


def said(line: IndicatorLine) -> tuple[str, ...]:
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
        *said(line),
        f"版本 {version}",
    )


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
