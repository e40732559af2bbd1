"""What a sheet says beside the values of its cells, and why a workbook cannot be read.

The reader of values (python-calamine) gives an error cell, and a formula without a result, as blank, and knows no percent
format. So each format has a pass of its own that marks such cells: silence is not a value.
"""

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from etl.problems import Problem

WorkbookFormat = Literal["xlsx", "xls"]
MergedRange = tuple[int, int, int, int]  # first row, first column, last row, last column; all from 0

ROWS, COLUMNS = 1 << 20, 1 << 14  # of the largest sheet
MAX_CELLS = 10_000_000  # of the rectangle that holds all values: the reader keeps it in memory, 32 bytes a cell
MAX_SHEETS = 500

EXPANDS = 8  # how many times larger than an upload the parts of a workbook may be together
TEXT_EXPANDS = 4  # and the text of a sheet

PERCENT, MONTH, UNCALCULATED, SCALED = range(4)
UNCALCULATED_CELL = "#公式没有结果!"
LONG_NUMBER_CELL = "#超过15位的数字"  # and the digits that are left
ERRORS = (
    "#N/A", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#EXTERNAL!", "#PYTHON!", "#GETTING_DATA",
)  # fmt: skip
_POWERS = ("百", "千", "仟", "万", "萬", "十万", "百万", "千万", "亿", "億", "十亿", "百亿")
_FOREIGN = ("美元", "港元", "欧元", "日元", "$", "US$", "HK$", "€", "£", "USD", "HKD", "EUR", "JPY", "GBP")
SHOWN_UNITS = (*_POWERS, *(f"{power}元" for power in _POWERS), "‰", *_FOREIGN)
MARKED = ("%", "yyyy-mm", UNCALCULATED_CELL, "0,", *ERRORS, *SHOWN_UNITS)  # what the number of a mark means


class WorkbookRefused(Exception):
    """A workbook that is not read, with the problem to show."""

    def __init__(self, code: str, reason: str, suggestion: str) -> None:
        super().__init__(code)
        self.problem = Problem(code, "refuse", None, "", "", reason, suggestion)


def damaged(what: str) -> WorkbookRefused:
    """The refusal of a workbook whose parts do not fit together."""
    return WorkbookRefused("workbook_unreadable", f"工作簿已损坏：{what}", SAVE_AGAIN)


def too_large(what: str) -> WorkbookRefused:
    """The refusal of a workbook that would fill the memory."""
    return WorkbookRefused("workbook_too_large", what, "请只留下要报送的工作表和行列，或按时间段拆成几个文件")


SAVE_AGAIN = "请用表格软件打开，核对后另存为 xlsx 工作簿再上传"


@dataclass(frozen=True)
class SheetName:
    """A sheet of a workbook: where it lies in the file, whether a person sees it and whether any cell of it has a value."""

    name: str
    hidden: bool
    place: str | int
    empty: bool


def checked_names(sheets: Sequence[SheetName]) -> tuple[SheetName, ...]:
    """The sheets, of which there are not too many and no two have one name."""
    if len(sheets) > MAX_SHEETS:
        raise too_large(f"工作簿有 {len(sheets):,} 个工作表")
    if len({sheet.name for sheet in sheets}) != len(sheets):
        raise damaged("有同名的工作表")
    return tuple(sheets)


@dataclass
class SheetFacts:
    """Of one sheet. `marks` are the cells not to be taken as the reader of values gives them, in the order of the sheet.

    Rows and columns count from 0; `height` and `width` reach to the last cell with a value.
    """

    height: int = 0
    width: int = 0
    formulas: int = 0
    first_formula: int = -1
    hidden_rows: "array[int]" = field(default_factory=lambda: array("L"))
    hidden_columns: list[int] = field(default_factory=list)
    filtered: bool = False
    linked: bool = False
    merged: list[MergedRange] = field(default_factory=list)
    marks: "array[int]" = field(default_factory=lambda: array("Q"))

    def mark(self, row: int, column: int, word: int) -> None:
        """Marks a cell: PERCENT, MONTH, UNCALCULATED, SCALED, or the number of an error's text."""
        self.marks.append((row * COLUMNS + column) << 8 | word)

    def mark_error(self, row: int, column: int, text: str) -> None:
        """Marks a cell that holds an error such as #N/A."""
        self.mark(row, column, MARKED.index(text if text in ERRORS else "#VALUE!"))

    def formula(self, row: int) -> None:
        """Counts a formula."""
        self.first_formula = row if self.formulas == 0 else self.first_formula
        self.formulas += 1

    def has_value(self, row: int, column: int) -> None:
        """Stretches the sheet to a cell with a value."""
        self.height, self.width = max(self.height, row + 1), max(self.width, column + 1)
        if self.height * self.width > MAX_CELLS:
            raise too_large(f"工作表有内容的区域是 {self.height:,} 行 × {self.width:,} 列，超过 {MAX_CELLS:,} 格")


def name_of_column(column: int) -> str:
    """The letters of a column, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def name_of_range(merged: MergedRange) -> str:
    """A range as a spreadsheet names it: A1:B2."""
    top, left, bottom, right = merged
    return f"{name_of_column(left)}{top + 1}:{name_of_column(right)}{bottom + 1}"


# The formats that files name by number only, as far as they matter here (ECMA-376, 18.8.30; the last ones are Chinese).
_BUILT_IN = {9: PERCENT, 10: PERCENT, **dict.fromkeys((17, 27, 36, 50, 52, 57), MONTH)}
_NOT_PATTERN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].', re.DOTALL)
_LITERAL = re.compile(r'"([^"]*)"|[\\!](.)|([^\x00-\x7f]+|\$)', re.DOTALL)
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
# A comma behind the last digit shows the number a thousand times smaller; a point that is a mere character, as one likes.
_SMALLER = re.compile(r"""[0#?],+(?![0#?,])|[0#?](?:\\\.|!\.|"\.")[0#?]""")


def meaning(number: int, code: str = "") -> int | None:
    """The mark of a format: PERCENT, MONTH, SCALED, or that of the unit it shows; None where it says nothing of the value.

    `code` is the format written out where it is not built in. A format that shows 500000 as 50万元 scales the number, which is
    in the unit it seems to be; one that only writes 万元 behind it says that the number is in 万元.
    """
    if not code:
        return _BUILT_IN.get(number)
    shown = code.split(";")[0]
    pattern = _NOT_PATTERN.sub("", shown).lower()
    if "%" in pattern:
        return PERCENT
    letters = set(pattern)
    if letters & {"0", "#", "?", "g"}:
        unit = _unit(shown)
        foreign = unit is not None and MARKED[unit] in _FOREIGN
        return unit if foreign or not _SMALLER.search(shown) else SCALED
    return MONTH if letters & {"y", "m"} and not letters & {"d", "h", "s"} else None


def _unit(shown: str) -> int | None:
    """The mark of the unit that a format writes beside the digits."""
    plain = re.sub(r"\[[^\]]*\]", "", _CURRENCY.sub(r'"\1"', shown))
    literal = "".join("".join(found) for found in _LITERAL.findall(plain))
    word = re.sub(r"[\s()¥]|人民币", "", unicodedata.normalize("NFKC", literal))
    return MARKED.index(word) if word in SHOWN_UNITS else None
