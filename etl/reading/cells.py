"""The value of one cell of an extract, or the reason why it has none. SQL only takes cells that give the same value here.

A reader gets the text of the cell and gives a CellResult. Repairs (full-width digits, separators, brackets) are noted;
what could mean two things (万元, 05/01/2026, scientific notation) is refused, never guessed.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from etl import invisible_characters
from etl.invisible_characters import BLANKS
from etl.reading.categories import WordReader, vocabulary
from etl.reading.cell_results import (
    EMPTY_WORDS,
    LEAVE_BLANK,
    CellNote,
    CellReader,
    CellResult,
    free_text,
    half_width,
    refused,
)
from etl.reading.spelling import identities, units
from etl.reading.spelling.periods import named_period
from etl.reading.spelling.units import Unit
from etl.reading.workbooks.facts import ERRORS, LONG_NUMBER_CELL, UNCALCULATED_CELL
from scorecard.calendar.period import RowPeriod
from scorecard.catalog import columns
from scorecard.catalog.definitions import Catalog
from scorecard.storage.spreadsheet_csv import unescape_cell

BOOLEANS: dict[str, bool] = {
    **dict.fromkeys(("是", "1", "y", "yes", "true", "t", "有", "√", "✓"), True),
    **dict.fromkeys(("否", "0", "n", "no", "false", "f", "无", "×", "✗"), False),
}


def boolean(text: str, *, presence: bool = True) -> CellResult:
    """是 or 否 in any of their spellings; 无 is one only where the column says 有 too (`presence`), else it may be unknown."""
    folded, notes = half_width(text)
    if not folded:
        return CellResult(None)
    if folded == "无" and not presence:
        return refused(
            "boolean_unknown", "这一列没有写“有”，“无”是“否”还是不详，无法确定", "请写“是”或“否”，不详的留空"
        )
    value = BOOLEANS.get(folded.lower())
    if value is None:
        return refused("boolean_unknown", "应为“是”或“否”", "也可写 1/0、Y/N、有/无")
    return CellResult(value, notes)


FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)
EPOCH = date(1970, 1, 1)
INTEGER_DIGITS = 14  # what DECIMAL(18,4) holds before the point, and more than any amount has
LONGEST = 32_767  # characters of a cell: no spreadsheet holds more

_NOISE = Decimal("1e-9")

_DAY = re.compile(
    r"(?:(\d{4})([-/. \\])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日?|(\d{4})(\d{2})(\d{2}))"
    r"(?:[T ]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.(\d{1,6})\d*)?)?[分秒]?)?",
    re.ASCII,
)
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)


def reader(
    column: columns.Column,
    catalog: Catalog,
    as_of: date | None,
    unit: Unit | None = None,
    named: Iterable[str] = (),
    said: Mapping[str, str] | None = None,
    *,
    presence: bool = True,
) -> CellReader:
    """How a cell of this column is read. Without `as_of` no date is too late; `unit` is what its header or a line above says.

    `named`: the words that conditions and groups compare a text with; `said`: an officer's words for other spellings, folded;
    `presence`: see `boolean`.
    """
    if isinstance(column.type, columns.BooleanType):
        return partial(_seen, partial(boolean, presence=presence))
    if words := vocabulary(column, catalog, named, said):
        read = WordReader(words)
        # Before invisible characters are taken out, those among them that stand for lost ones are looked for.
        return lambda cell: _lost(cell.strip(BLANKS)) or read.lost(cell) or _seen(read, cell)
    return partial(_seen, _reader(column, catalog, as_of, unit))


def _seen(read: CellReader, cell: str) -> CellResult:
    """The result for the text of the cell without a spreadsheet's apostrophe and invisible characters."""
    if len(cell) > LONGEST:
        reason = f"单元格有 {len(cell):,} 个字符，超过 {LONGEST:,} 个"
        return refused("cell_too_long", reason, "请核对引号是否成对，或删去不属于这一格的内容")
    text = unescape_cell(cell)
    core = text.strip(BLANKS)
    bare = invisible_characters.remove_hidden(core)
    outcome = _lost(core) or read(text if bare == core else bare)
    notes = outcome.notes
    if bare != core and all(note.severity != "refuse" for note in notes):
        hidden = f"不可见的字符已去掉：{invisible_characters.hidden_names(core)}"
        notes = (*notes, CellNote("hidden_removed", "repair", hidden))
    if text != cell:
        notes = (*notes, CellNote("apostrophe_removed", "report", "表格软件留在前面的撇号（'）已去掉"))
    return CellResult(outcome.value, notes)


def _lost(core: str) -> CellResult | None:
    """The refusal of what a spreadsheet writes where it has no value, or not the whole of it."""
    if not core.startswith("#"):
        return None
    if core == UNCALCULATED_CELL:
        return refused("formula_empty", "公式没有存下结果", "请用表格软件打开文件，待计算完毕后保存，再上传")
    if core.startswith(LONG_NUMBER_CELL):
        remedy = "请把这一列设为文本格式，从原系统重新导出"
        return refused("digits_lost", "表格软件只保留 15 位数字，末尾已丢失", remedy, final=True)
    if core.upper() in ERRORS or re.fullmatch("#{3,}", core):
        return refused("error_value", "是表格软件的错误值，不是内容", f"请在表格软件中改正；{LEAVE_BLANK}")
    return None


def _reader(column: columns.Column, catalog: Catalog, as_of: date | None, unit: Unit | None) -> CellReader:
    match column.type:
        case columns.CaseNumberType():
            return partial(identities.case_no, column, catalog)
        case columns.CreditCodeType():
            return identities.credit_code
        case columns.MomentType() as kind:
            latest = None if column.future else as_of
            return partial(_period, column.period, catalog, latest) if column.period else partial(_moment, kind, latest)
        case columns.NumberType() as kind:
            return partial(_number, column, kind, unit)
        case kind:
            return free_text if kind.is_free_text else partial(_spelt, kind)


def _spelt(kind: columns.ColumnType, text: str) -> CellResult:
    """A text that a type takes in one spelling only, in half width."""
    folded, notes = half_width(text)
    if not folded:
        return CellResult(None)
    try:
        return CellResult(kind.parse(folded, {}), notes)
    except ValueError:
        return refused("value_unreadable", f"不是{kind.label}", f"应形如 {kind.example}；{LEAVE_BLANK}")


def _moment(kind: columns.MomentType, latest: date | None, text: str) -> CellResult:
    folded, notes = half_width(text)
    if not folded:
        return CellResult(None)
    match = _DAY.fullmatch(folded)
    if match is None:
        return _not_a_date(folded)
    groups = (1, 3, 4) if match[1] else (5, 6, 7) if match[5] else (8, 9, 10)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.group(*groups, 11, 12, 13))
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        return refused("date_placeholder", f"年份 {year} 不可能，多为空日期的占位值", LEAVE_BLANK)
    try:
        moment = datetime(year, month, day, hour, minute, second, int((match[14] or "0").ljust(6, "0")))
    except ValueError:
        return refused("date_impossible", "没有这一天或这一时刻", "请核对")
    if moment.date() == EPOCH:
        return refused("date_placeholder", "1970-01-01 多为空日期的占位值", LEAVE_BLANK)
    if latest is not None and moment.date() > latest:
        return refused("date_future", f"晚于数据截至 {latest}", "请核对日期，或核对数据截至日期")
    if not kind.has_time:
        return CellResult(moment.date(), notes)
    if match[11] is None:
        notes = (*notes, CellNote("time_missing", "report", "只有日期没有时间，按当日零时计"))
    return CellResult(moment, notes)


_PERIODS = {"month": ("月", "2026年1月"), "quarter": ("季", "2026年一季度"), "year": ("年", "2026年")}


def _period(length: RowPeriod, catalog: Catalog, latest: date | None, text: str) -> CellResult:
    folded, notes = half_width(text)
    if not folded:
        return CellResult(None)
    period, (word, example) = named_period(folded, length, catalog.court.months), _PERIODS[length]
    if period is None or not FIRST_DAY.year <= period.last.year <= LAST_DAY.year:
        suggestion = LEAVE_BLANK if folded.lower() in EMPTY_WORDS else f"应形如 {example}，或写它的最后一天"
        return refused("period_unreadable", f"不是整{word}", suggestion)
    if latest is not None and period.last > latest:
        reason = f"{period.label}到 {period.last} 才满，晚于数据截至 {latest}"
        return refused("date_future", reason, f"未满的{word}不能当作整{word}，请留到期满后报送")
    return CellResult(period.last, notes)


def _not_a_date(folded: str) -> CellResult:
    if serial := _SERIAL.fullmatch(folded):
        day = date(1899, 12, 30) + timedelta(days=int(serial[1]))
        reason = f"日期成了表格软件的序号，可能是 {day}"
        return refused("date_serial", reason, "请把这一列设为日期格式后重新导出")
    if re.fullmatch(r"0+([:.]0+)*", folded):
        return refused("date_placeholder", "0 不是日期", LEAVE_BLANK)
    if folded.lower() in EMPTY_WORDS:
        return refused("date_unreadable", "不是日期", LEAVE_BLANK)
    if re.fullmatch(r"\d{4}[-/.年]\d{1,2}月?", folded, re.ASCII):
        return refused("date_unreadable", "缺少“日”", "请写全年月日，如 2026-01-05")
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{1,4}", folded, re.ASCII):
        return refused("date_unreadable", "年份须写四位并放在最前，否则分不清月和日", "如 2026-01-05")
    return refused("date_unreadable", "不是日期", "应形如 2026-01-05、2026/1/5 或 2026年1月5日")


def _number(column: columns.Column, kind: columns.NumberType, stated: Unit | None, text: str) -> CellResult:
    folded, notes = half_width(text)
    if not folded:
        return CellResult(None)
    if re.search(r"[\d.,]\s+[\d.,]", folded):  # of a workbook also a line break
        return refused("number_unreadable", "数字中间有空格，像是两个数", "请在一格里只写一个数，中间不留空格")
    bare = re.sub(r"\s", "", folded).removeprefix("¥")
    written = units.in_cell(bare, column.unit)
    unit = written[1] if written else stated
    places = units.shift_to(unit, column.unit) if unit else 0
    measures = {(one.kind, one.power) for one in (unit, stated) if one}
    if written and (places is None or len(measures) > 1):
        return _other_unit(column, *written, stated)
    digits = written[0] if written else bare
    if _NUMBER.fullmatch(digits) is None:
        return _not_a_number(bare)
    value = units.shifted(Decimal(digits.replace(",", "")), places or 0)
    if column.minimum is not None and value < Decimal(str(column.minimum)):
        return refused("number_minimum", f"小于 {column.minimum}", "请核对")
    if abs(value) >= 10**INTEGER_DIGITS:
        return refused("number_range", f"整数部分超过 {INTEGER_DIGITS} 位", "请核对单位")
    nearest = round(value, kind.fraction_digits)
    off = abs(value - nearest)
    # What binary fractions leave lies far behind the last digit that the column has.
    if off and off <= abs(value) * _NOISE and off <= Decimal(1).scaleb(-kind.fraction_digits - 3):
        notes = (*notes, CellNote("number_noise", "repair", f"表格软件的计算误差已去掉，读作 {nearest:f}"))
        value = nearest
    if value != nearest:
        after = f"换算成“{column.unit}”后" if places else ""
        if not kind.fraction_digits:
            return refused("number_precision", f"{after}应为整数", "请核对")
        return refused("number_precision", f"{after}小数超过 {kind.fraction_digits} 位", "请四舍五入后再上传")
    if written and unit and places:
        reason = f"已由“{unit.word}”换算为“{column.unit}”（{units.times(places)}），读作 {value.normalize():f}"
        notes = (*notes, CellNote("unit_converted", "repair", reason))
    elif digits.replace(",", "") != folded:
        notes = (*notes, CellNote("number_cleaned", "repair", f"已读作 {digits.replace(',', '')}"))
    return CellResult(kind.number(value), notes)


def _other_unit(column: columns.Column, digits: str, unit: Unit, stated: Unit | None) -> CellResult:
    """A unit that cannot be converted, or contradicts what the header says: which is right is not for us to say."""
    expected = f"本列单位是“{column.unit}”" if column.unit else "本列不带单位"
    if stated is not None and units.shift_to(unit, column.unit) is not None:
        expected = f"表头或表头上方写明是“{stated.word}”"
    return refused("number_unit", f"“{digits}”后带有“{unit.word}”，{expected}", "请核对单位，按本列的单位只写数字")


def _not_a_number(bare: str) -> CellResult:
    unit = units.read_unit(bare)
    if unit is not None and not (unit.power and unit.kind in ("天", "小时")):  # of all rows then; 十天 are ten days
        reason = "这一格只写了单位，像是表头的第二行：以下各行的单位无法确定"
        return refused("header_unit", reason, "请删去这一行，把单位写进表头，如 标的额（万元）", final=True)
    if re.fullmatch(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", bare, re.ASCII):
        return refused("number_unreadable", "科学计数法，位数可能已丢失", "请把这一列设为数值格式后重新导出")
    suggestion = LEAVE_BLANK if bare.lower() in EMPTY_WORDS else "请只写数字"
    return refused("number_unreadable", "不是数字", suggestion)
