"""The annex as a workbook (summary, indicators with exact numbers, trends, 口径) and as a CSV for Chinese Excel and WPS.

Text is written as text and a number as a number that shows the page's digits; nothing in it is a formula or a link. In the CSV
the halves as shown and the version begin with the word that stands before them in every provenance line, so that they are text
without an apostrophe: "3 / 8" alone would become the 8th of March.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xlsxwriter import Workbook

from scorecard.assessment.verdict import WORDS, VerdictWord
from scorecard.briefing.layout.number_formats import Digits, bound_digits, unrounded
from scorecard.briefing.layout.office_package import FACE, made_at, printable, with_manifest
from scorecard.briefing.paper.appendix import exceptions, standing
from scorecard.briefing.paper.model import Figure, IndicatorLine, Paper, PaperColumn, columns
from scorecard.charts import text_width
from scorecard.charts.theme import mark, palette
from scorecard.narrative.glossary import GlossaryEntry
from scorecard.storage.spreadsheet_csv import CsvValue, number_or_text, write_csv

NO_GUESSING = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEAD = 2  # rows above the header: the paper's title, its provenance
_MOST = 32_767  # characters a cell holds
_CUT = "……（超出单元格容量，全文见其他格式）"
_MARGIN = 0.5  # inches
_A4 = 9
_CHARACTER = 0.077  # inches of a column's unit of width
_SIZE, _LINE, _TALLEST = 10, 14.5, 409  # points: text, its line, the tallest row there may be
_MOST_FOOTER = 250  # characters; the format allows 255


@dataclass(frozen=True)
class VerdictCell:
    """A verdict: its symbol, its word and its colour."""

    word: VerdictWord


SheetCell = str | int | float | Digits | VerdictCell | None


@dataclass(frozen=True)
class Worksheet:
    """A sheet; its first column stays when it is moved sideways, its first `printed` columns are what a printer prints.

    The weight of a column is its width in characters of the standard face.
    """

    name: str
    columns: tuple[PaperColumn, ...]
    rows: Sequence[Sequence[SheetCell]]
    printed: int


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
        _write_summary(book, formats, paper)
        for sheet in sheets:
            _write(book, formats, paper, sheet)
    return with_manifest(file.getvalue(), paper.manifest)


class _Formats:
    """The formats of the workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **changes: Any) -> Any:
        settings = {"font_name": FACE, "font_size": _SIZE, "font_color": palette().ink, "valign": "vcenter", **changes}
        key = tuple(sorted(settings.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(settings)
        return self._made[key]


def _opened(book: Any, formats: _Formats, paper: Paper, name: str, widths: Sequence[float]) -> Any:
    """A sheet with its title and provenance, printed on A4 across as wide as a page."""
    drawn = book.add_worksheet(name)
    drawn.write_string(0, 0, printable(f"{paper.title}　{name}"), formats(bold=True, font_size=14))
    drawn.write_string(1, 0, printable("　".join(paper.provenance)), formats(font_color=palette().grey))
    for at, width in enumerate(widths):
        drawn.set_column(at, at, width)
    drawn.set_landscape()
    drawn.set_paper(_A4)
    drawn.fit_to_pages(1, 0)
    drawn.set_margins(_MARGIN, _MARGIN, _MARGIN + 0.1, _MARGIN + 0.1)
    source = printable(paper.provenance[-1] if paper.provenance else "").replace("&", "&&")
    drawn.set_footer(f"&L&8{source[:_MOST_FOOTER]} &R&8第 &P 页，共 &N 页")
    return drawn


def _head(formats: _Formats, **changes: Any) -> Any:
    colours = palette()
    return formats(bold=True, text_wrap=True, bg_color=colours.panel, bottom=1, bottom_color=colours.ink, **changes)


def _write_summary(book: Any, formats: _Formats, paper: Paper) -> None:
    """How many stand at which word in each domain; the exceptions; the number of the export."""
    drawn = _opened(book, formats, paper, "概览", [column.weight for column in _SUMMARY])
    row = _HEAD
    for table in (standing(paper.lines), exceptions(paper.lines)):
        drawn.write_string(row, 0, printable(table.title), formats(bold=True, font_size=12))
        for at, column in enumerate(table.columns):
            drawn.write_string(row + 1, at, column.name, _head(formats, align="right" if column.number else "left"))
        for down, texts in enumerate(table.rows, row + 2):
            drawn.set_row(down, _height(_SUMMARY[: len(texts)], texts))
            for at, text in enumerate(texts):
                number = int(text) if table.columns[at].number and text.isdecimal() else text
                _write_cell(drawn, formats, down, at, VerdictCell(text) if text in WORDS else number)
        row += 2 + len(table.rows)
        drawn.write_string(row, 0, printable(table.note), formats(font_color=palette().grey))
        row += 2
    drawn.print_area(0, 0, row - 2, len(_SUMMARY) - 1)


def _write(book: Any, formats: _Formats, paper: Paper, sheet: Worksheet) -> None:
    drawn = _opened(book, formats, paper, sheet.name, [column.weight for column in sheet.columns])
    for at, column in enumerate(sheet.columns):
        drawn.write_string(_HEAD, at, column.name, _head(formats))
    for at, row in enumerate(sheet.rows, _HEAD + 1):
        drawn.set_row(at, _height(sheet.columns[: sheet.printed], row[: sheet.printed]))
        for across, cell in enumerate(row):
            _write_cell(drawn, formats, at, across, cell, folded=across < sheet.printed)
    drawn.freeze_panes(_HEAD + 1, 1)
    if sheet.rows:
        drawn.autofilter(_HEAD, 0, _HEAD + len(sheet.rows), len(sheet.columns) - 1)
    drawn.print_area(0, 0, _HEAD + len(sheet.rows), sheet.printed - 1)
    drawn.repeat_rows(_HEAD)


def _height(columns: Sequence[PaperColumn], row: Sequence[SheetCell]) -> float:
    """Points for its tallest text: some office programs do not compute the height of folded text."""
    needed = [
        text_width.lines(cell, _SIZE, column.weight * _CHARACTER)
        for column, cell in zip(columns, row, strict=True)
        if isinstance(cell, str)
    ]
    return min(max(needed, default=1) * _LINE + 3, _TALLEST)


def _write_cell(drawn: Any, formats: _Formats, row: int, column: int, cell: SheetCell, *, folded: bool = True) -> None:
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
            wrapped = formats(text_wrap=folded, num_format="@", **line)
            held = printable(text)  # the library drops a longer text silently
            drawn.write_string(row, column, held if len(held) <= _MOST else held[: _MOST - len(_CUT)] + _CUT, wrapped)
        case number:
            form = "#,##0" if float(number).is_integer() else "#,##0.00######"
            drawn.write_number(row, column, number, formats(num_format=form, align="right", indent=1, **line))


_SUMMARY = columns("指标 32 | 数值 15 | 目标 20 | 评价 13 | 差距或说明 42 | 责任部门 24")
# What a reader wants first; ids and the version, which only programs want, last.
INDICATOR_COLUMNS = columns(
    "指标 30 | 报告期 15 | 数值 14 | 目标 20 | 评价 13 | 差距 22 | 同比、环比 44 | 责任部门 18 | 单位 7 | 精确值 14 | "
    "分子/分母 24 | 分子（原始计量） 16 | 分母（原始计量） 16 | 基数 9 | 目标下限 12 | 目标上限 12 | 变异 26 | 评价说明 34 | "
    "所选报告期情况 34 | 目标依据 24 | 领域 16 | 配套措施 34 | 数据截至 26 | 指标编号 30 | 版本 16"
)
_CELLS = (
    "name", "period", "value", "target", "word", "gap", "changes", "departments", "unit", "exact", "halves", "numerator",
    "denominator", "base", "lower", "upper", "variation", "reason", "so_far", "basis", "domain", "measures", "as_of", "id",
    "version",
)  # fmt: skip


def write_csv_annex(paper: Paper) -> bytes:
    """Header, a row for each indicator, then below a blank line the paper's name, provenance."""
    rows = [_row(line, paper.manifest.version) for line in paper.lines]
    foot = (paper.title, paper.subtitle, *paper.provenance)
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
    "指标 30 | 报告期 17 | 数值 14 | 目标 22 | 评价 13 | 评价说明 44 | 单位 7 | 精确值 14 | 分子/分母 26 | "
    "目标下限 12 | 目标上限 12 | 图号 7 | 指标编号 30"
)
_DEFINED = columns(
    "指标 26 | 定义 48 | 不含 30 | 口径 56 | 责任部门 18 | 领域 16 | 单位 7 | 方向 14 | 推算列 40 | 方案依据 26 | "
    "配套措施 34 | 制衡指标 20 | 来源 40 | 公开值 24 | 说明 30 | 指标编号 30"
)


def write_xlsx(paper: Paper) -> bytes:
    """Four sheets, those that are empty left out; the same paper gives the same bytes."""
    version = paper.manifest.version
    trends = [row for figure in paper.figures for row in _trend(figure)]
    sheets = (
        Worksheet("指标", INDICATOR_COLUMNS, [_line(line, version) for line in paper.lines], printed=8),
        Worksheet("走势", _TREND, trends, printed=6),
        Worksheet("口径", _DEFINED, [_definition(entry) for entry in paper.definitions], printed=5),
    )
    return workbook_bytes(paper, [sheet for sheet in sheets if sheet.rows])


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
            shown.title,
            point.label,
            point.text,
            point.target,
            VerdictCell(point.verdict.word),
            point.verdict.reason,
            shown.unit,
            None if point.exact is None else unrounded(point.exact, shown.unit),
            point.halves,
            _bound(point.bounds.lower if point.bounds else None, shown.unit),
            _bound(point.bounds.upper if point.bounds else None, shown.unit),
            figure.number,
            figure.line.id,
        )
        for point in shown.points
    ]


def _definition(entry: GlossaryEntry) -> Sequence[SheetCell]:
    chosen = entry.indicator
    computed = "\n".join(f"“{header}” = {words}" for header, words in entry.computed)
    sources = "\n".join(f"{source.title}{f'（{source.year}）' if source.year else ''}" for source in entry.sources)
    return (
        chosen.name, chosen.definition, chosen.exclusions, "\n".join(entry.formula), entry.departments, entry.domain,
        chosen.unit, entry.direction, computed, chosen.why, "；".join(entry.measures), entry.counterweight, sources,
        chosen.reference, chosen.note, chosen.id,
    )  # fmt: skip


def _bound(value: Fraction | None, unit: str) -> Digits | None:
    return None if value is None else bound_digits(value, unit)
