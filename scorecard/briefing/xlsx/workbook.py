"""The annex as a workbook (indicators with exact numbers, trends, 口径, provenance) and as a CSV for Chinese Excel and WPS.

Text is written as text and a number as a number that shows the page's digits; nothing in it is a formula or a link. In the CSV
the halves as shown and the version begin with the word that stands before them in every provenance line, so that they are text
without an apostrophe: "3 / 8" alone would become the 8th of March.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

from xlsxwriter import Workbook

from scorecard.assessment.verdict import VerdictWord
from scorecard.briefing.layout.number_formats import Digits, bound_digits, unrounded
from scorecard.briefing.layout.office_package import FACE, made_at, printable
from scorecard.briefing.paper.model import Figure, IndicatorLine, Paper
from scorecard.charts import text_width
from scorecard.charts.theme import mark, palette
from scorecard.narrative.glossary import GlossaryEntry
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, write_csv

NO_GUESSING = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEAD = 2  # rows above the header: the paper's title, its provenance
_MOST = 32_767  # characters a cell holds
_CUT = "……（超出单元格容量，全文见其他格式）"
_MARGIN = 0.5  # inches
_A4, _ACROSS = 9, 10.7  # inches of A4 across, between its margins
_CHARACTER = 0.077  # inches of a column's unit of width
_SMALLEST = 0.7  # of full size; more columns go to a second page across
_SIZE, _LINE, _TALLEST = 10, 14.5, 409  # points: text, its line, the tallest row there may be
_MOST_FOOTER = 250  # characters; the format allows 255


@dataclass(frozen=True)
class VerdictCell:
    """A verdict: its symbol, its word and its colour."""

    word: VerdictWord


SheetCell = str | int | float | Digits | VerdictCell | None


@dataclass(frozen=True)
class SheetColumn:
    """A column and its width in characters of the standard face."""

    name: str
    width: float


def columns(text: str) -> tuple[SheetColumn, ...]:
    """The columns written as "指标编号 30 | 指标 30": each its name and width."""
    parts = (column.strip().rsplit(" ", 1) for column in text.split("|"))
    return tuple(SheetColumn(name, float(width)) for name, width in parts)


@dataclass(frozen=True)
class Worksheet:
    """A sheet; its first `frozen` columns stay when it is moved sideways."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Sequence[SheetCell]]
    frozen: int = 0


def workbook_bytes(paper: Paper, sheets: Sequence[Worksheet]) -> bytes:
    """The file. Its time is that of the manifest, so that the same paper gives the same bytes."""
    file = io.BytesIO()
    with Workbook(file, NO_GUESSING) as book:
        book.set_properties(
            {
                "title": printable(paper.title),
                "subject": printable(paper.audience),
                "author": printable(paper.manifest.made_by),
                "company": printable(paper.issuer),
                "comments": printable("；".join(paper.provenance)),
                "created": made_at(paper.manifest),
            }
        )
        formats = _Formats(book)
        for sheet in sheets:
            _write(book, formats, paper, sheet)
    return file.getvalue()


class _Formats:
    """The formats of the workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **changes: Any) -> Any:
        settings = {"font_name": FACE, "font_size": _SIZE, "font_color": palette().ink, "valign": "top", **changes}
        key = tuple(sorted(settings.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(settings)
        return self._made[key]


def _write(book: Any, formats: _Formats, paper: Paper, sheet: Worksheet) -> None:
    colours, drawn = palette(), book.add_worksheet(sheet.name)
    drawn.write_string(0, 0, printable(f"{paper.title}　{sheet.name}"), formats(bold=True, font_size=14))
    drawn.write_string(1, 0, printable("　".join(paper.provenance)), formats(font_color=colours.grey))
    head = formats(
        bold=True, text_wrap=True, bg_color=colours.panel, bottom=1, bottom_color=colours.ink, valign="vcenter"
    )
    for at, column in enumerate(sheet.columns):
        drawn.set_column(at, at, column.width)
        drawn.write_string(_HEAD, at, column.name, head)
    for at, row in enumerate(sheet.rows, _HEAD + 1):
        drawn.set_row(at, _height(sheet.columns, row))
        for across, cell in enumerate(row):
            _write_cell(drawn, formats, at, across, cell)
    drawn.freeze_panes(_HEAD + 1, sheet.frozen)
    if len(sheet.columns) > 1 and sheet.rows:
        drawn.autofilter(_HEAD, 0, _HEAD + len(sheet.rows), len(sheet.columns) - 1)
    drawn.set_landscape()
    drawn.set_paper(_A4)
    across = sum(column.width for column in sheet.columns) * _CHARACTER
    drawn.fit_to_pages(max(1, ceil(across * _SMALLEST / _ACROSS)), 0)
    drawn.set_margins(_MARGIN, _MARGIN, _MARGIN + 0.1, _MARGIN + 0.1)
    if sheet.frozen:
        drawn.repeat_columns(0, sheet.frozen - 1)
    drawn.repeat_rows(_HEAD)
    source = printable(paper.provenance[-1] if paper.provenance else "").replace("&", "&&")
    drawn.set_footer(f"&L&8{source[:_MOST_FOOTER]} &R&8第 &P 页，共 &N 页")


def _height(columns: Sequence[SheetColumn], row: Sequence[SheetCell]) -> float:
    """Points for its tallest text: some office programs do not compute the height of folded text."""
    needed = [
        text_width.lines(cell, _SIZE, column.width * _CHARACTER)
        for column, cell in zip(columns, row, strict=True)
        if isinstance(cell, str)
    ]
    return min(max(needed, default=1) * _LINE + 3, _TALLEST)


def _write_cell(drawn: Any, formats: _Formats, row: int, column: int, cell: SheetCell) -> None:
    line = {"bottom": 1, "bottom_color": palette().hairline}
    match cell:
        case None:
            drawn.write_blank(row, column, None, formats(**line))
        case VerdictCell(word):
            shown = mark(word)
            coloured = formats(font_color=shown.colour, bold=True, **line)
            drawn.write_string(row, column, f"{shown.symbol} {word}", coloured)
        case Digits(number, form):
            drawn.write_number(row, column, number, formats(num_format=form, align="right", indent=1, **line))
        case str(text):
            wrapped = formats(text_wrap=True, num_format="@", **line)
            held = printable(text)  # the library drops a longer text silently
            drawn.write_string(row, column, held if len(held) <= _MOST else held[: _MOST - len(_CUT)] + _CUT, wrapped)
        case number:
            form = "#,##0" if float(number).is_integer() else "#,##0.00######"
            drawn.write_number(row, column, number, formats(num_format=form, align="right", indent=1, **line))


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
    """A row for each period of a figure; a value that may not be shown has its text ("3件") and no number."""
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
