"""A column of an extract, and the types a column can have: how a value is stored, read, compared, printed and exported.

A type is one entry of `COLUMN_TYPES`; nothing else in the project names it. A type of its own spelling needs a `pattern`;
one of numbers, moments or registered words is an instance of the class that is so read, and needs no code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, PlainValidator, model_validator
from stdnum.cn import uscc

from scorecard import case_number
from scorecard.calendar.period import RowPeriod
from scorecard.catalog.conditions import Frozen, Texts, mistake, shown
from scorecard.catalog.court import Departments
from scorecard.errors import hint
from scorecard.storage.spreadsheet_csv import CsvValue
from scorecard.storage.sql_text import quoted

CellValue = str | int | Decimal | bool | date | datetime
MASK = "＊＊"  # stands for a private value

Words = Mapping[str, Texts]  # registered word -> its other spellings


# --- types ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ColumnType:
    """A type of columns, and the type of free text; with a `pattern`, of texts in one spelling only.

    `name` stands in seeds, `label` and `expected` in messages and on the upload page; `sql` and `ibis` say how values are
    stored, in batches and in the warehouse alike. `literals` are the Python types a condition may compare with.
    """

    name: str
    label: str
    sql: str
    ibis: str
    example: str
    expected: str
    pattern: str = ""  # read alike by Python's re and the database's RE2
    ordered: bool = False
    literals: tuple[type, ...] = (str,)

    is_number = False
    is_date = False  # a date, or a date with the time of day
    has_time = False
    lists_values = False  # whether a column lists its words in `values`

    @property
    def is_free_text(self) -> bool:
        """Whether every text is a value."""
        return type(self) is ColumnType and not self.pattern

    @property
    def is_text(self) -> bool:
        """Whether its values are texts of any spelling or of one, but not registered words: a number there has lost its form."""
        return type(self) is ColumnType

    def words(self, values: Words, departments: Departments) -> Words:
        """The registered words of a column with these `values`; empty where any value may stand."""
        return {}

    def parse(self, text: str, words: Words) -> CellValue:
        """The value of a cell that is spelt as it should be. Raises ValueError for any other."""
        if self.pattern and re.fullmatch(self.pattern, text) is None:
            raise ValueError(text)
        return text

    def expectation(self, text: str, words: Words) -> tuple[str, str]:
        """What should stand in place of `text`, and a hint."""
        return self.expected, ""

    def text(self, value: CellValue | None, departments: Departments) -> str:
        """The value as people and the upload page read it, exact; unknown is empty."""
        return "" if value is None else self._text(value, departments)

    def _text(self, value: CellValue, departments: Departments) -> str:
        return str(value)

    def text_sql(self, cell: str, departments: Departments) -> str:
        """SQL for `text`; NULL where the value is unknown."""
        return f"{cell}::VARCHAR"

    def file_value(self, value: CellValue | None, departments: Departments) -> CsvValue:
        """The value in a file for spreadsheets: its text, or the number it is."""
        return self.text(value, departments)


@dataclass(frozen=True)
class NumberType(ColumnType):
    """Numbers with at most so many digits after the point; whole ones are int, others Decimal."""

    fraction_digits: int = 0
    ordered: bool = True
    literals: tuple[type, ...] = (int,)

    is_number = True

    def parse(self, text: str, words: Words) -> CellValue:
        fraction = rf"(\.\d{{1,{self.fraction_digits}}})?" if self.fraction_digits else ""
        if re.fullmatch(rf"-?\d+{fraction}", text) is None:
            raise ValueError(text)
        return self.number(Decimal(text))

    def number(self, value: Decimal) -> CellValue:
        return value if self.fraction_digits else int(value)

    def _text(self, value: CellValue, departments: Departments) -> str:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)

    def text_sql(self, cell: str, departments: Departments) -> str:
        text = super().text_sql(cell, departments)
        return f"rtrim(rtrim({text}, '0'), '.')" if self.fraction_digits else text

    def file_value(self, value: CellValue | None, departments: Departments) -> CsvValue:
        if isinstance(value, Decimal):
            return value.normalize()
        return value if isinstance(value, int) else self.text(value, departments)


@dataclass(frozen=True)
class MomentType(ColumnType):
    """Days, or moments to the second where the time of day counts; moments are compared with each other only."""

    ordered: bool = True

    is_date = True

    def parse(self, text: str, words: Words) -> CellValue:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is None:
            raise ValueError(text)
        return date.fromisoformat(text)

    def _text(self, value: CellValue, departments: Departments) -> str:
        return f"{value:%Y-%m-%d}"


@dataclass(frozen=True)
class TimeOfDayType(MomentType):
    """Moments."""

    ordered: bool = False
    literals: tuple[type, ...] = ()

    has_time = True

    def parse(self, text: str, words: Words) -> CellValue:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", text) is None:
            raise ValueError(text)
        return datetime.fromisoformat(text)

    def _text(self, value: CellValue, departments: Departments) -> str:
        assert isinstance(value, datetime)
        fraction = f".{value:%f}".rstrip("0") if value.microsecond else ""
        return f"{value:%Y-%m-%d %H:%M:%S}{fraction}".removesuffix(":00")

    def text_sql(self, cell: str, departments: Departments) -> str:
        return f"regexp_replace({cell}::VARCHAR, ':00$', '')"


@dataclass(frozen=True)
class CaseNumberType(ColumnType):
    """Case numbers in their normal form. An example may also hold any other text, such as a plain number."""

    def parse(self, text: str, words: Words) -> CellValue:
        if "号" in text and _normal_case_number(text) != text:
            raise ValueError(text)
        return text

    def expectation(self, text: str, words: Words) -> tuple[str, str]:
        return f"规范写法的案号，如 {_normal_case_number(text) or self.example}", ""


@dataclass(frozen=True)
class CreditCodeType(ColumnType):
    """Unified social credit codes of GB 32100-2015: 18 characters without I, O, S, V, Z, the last of them a check digit.

    The package's own validation asks for eight leading digits; offices registered elsewhere than at the market authority
    begin with a letter (N2 for village cooperatives).
    """

    def parse(self, text: str, words: Words) -> CellValue:
        super().parse(text, words)
        if uscc.calc_check_digit(text[:-1]) != text[-1]:
            raise ValueError(text)
        return text


@dataclass(frozen=True)
class BooleanType(ColumnType):
    """是 or 否."""

    literals: tuple[type, ...] = (bool,)

    def parse(self, text: str, words: Words) -> CellValue:
        if text not in ("是", "否"):
            raise ValueError(text)
        return text == "是"

    def _text(self, value: CellValue, departments: Departments) -> str:
        return "是" if value else "否"

    def text_sql(self, cell: str, departments: Departments) -> str:
        return f"CASE WHEN {cell} THEN '是' WHEN NOT {cell} THEN '否' END"


@dataclass(frozen=True)
class WordType(ColumnType):
    """Words that the column registers with their other spellings."""

    lists_values = True

    def words(self, values: Words, departments: Departments) -> Words:
        return values

    def parse(self, text: str, words: Words) -> CellValue:
        if text not in words:
            raise ValueError(text)
        return text

    def expectation(self, text: str, words: Words) -> tuple[str, str]:
        return "、".join(words), hint(text, words)


@dataclass(frozen=True)
class DepartmentType(WordType):
    """Departments, stored by their id, written by name or alias."""

    lists_values = False

    def words(self, values: Words, departments: Departments) -> Words:
        return {department.id: (department.name, *department.aliases) for department in departments.values()}

    def parse(self, text: str, words: Words) -> CellValue:
        for department, spellings in words.items():
            if text in (department, *spellings):
                return department
        raise ValueError(text)

    def expectation(self, text: str, words: Words) -> tuple[str, str]:
        return self.expected, hint(text, [spelling for word, others in words.items() for spelling in (word, *others)])

    def _text(self, value: CellValue, departments: Departments) -> str:
        department = departments.get(str(value))
        return str(value) if department is None else department.name

    def text_sql(self, cell: str, departments: Departments) -> str:
        names = " ".join(
            f"WHEN {quoted(department.id)} THEN {quoted(department.name)}" for department in departments.values()
        )
        return f"CASE {cell} {names} ELSE {cell} END" if names else cell


@dataclass(frozen=True)
class IndicatorType(WordType):
    """Names of indicators and of items of frameworks. The door knows which there are; what was accepted keeps the name it had."""

    lists_values = False

    def parse(self, text: str, words: Words) -> CellValue:
        return text


def _normal_case_number(text: str) -> str | None:
    """The case number as it would be stored: another spelling would have no year, court or type in an example."""
    number = case_number.parse(text)
    return number.text if number else None


TEXT = ColumnType("text", "文字", "VARCHAR", "string", "买卖合同纠纷", "文字")
CASE_NO = CaseNumberType("case_no", "案号", "VARCHAR", "string", "（2026）鲁0117民初1号", "案号")
CREDIT_CODE = CreditCodeType(
    "credit_code", "统一社会信用代码", "VARCHAR", "string", "91990117EXAMPLE013", "统一社会信用代码，18 位，末位是校验码",
    pattern="[1-9A-HJ-NP-RTUWXY][0-9A-HJ-NP-RTUWXY][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}",
)  # fmt: skip
DATE = MomentType("date", "日期", "DATE", "date", "2026-01-05", "日期，如 2026-01-05")
DATETIME = TimeOfDayType(
    "datetime", "日期和时间", "TIMESTAMP", "timestamp", "2026-01-05T10:00", "日期和时间，如 2026-01-05T10:00"
)
INTEGER = NumberType("integer", "整数", "BIGINT", "int64", "45", "整数，如 45")
DECIMAL = NumberType(
    "decimal", "数字", "DECIMAL(18,4)", "decimal(18, 4)", "1234.5", "数字，最多四位小数，如 1234.5",
    fraction_digits=4, literals=(int, float),
)  # fmt: skip
BOOLEAN = BooleanType("boolean", "是/否", "BOOLEAN", "boolean", "是", "是 或 否")
CODE = WordType("code", "取值", "VARCHAR", "string", "", "已登记的取值")
DEPARTMENT = DepartmentType("department", "登记的名称", "VARCHAR", "string", "民事审判庭", "已登记的名称")
INDICATOR = IndicatorType(
    "indicator_name", "指标", "VARCHAR", "string", "小额诉讼程序适用率",
    "“指标口径”页所列的指标或“对标体系”页所列的项目",
)  # fmt: skip

COLUMN_TYPES: dict[str, ColumnType] = {
    kind.name: kind
    for kind in (TEXT, CASE_NO, CREDIT_CODE, DATE, DATETIME, INTEGER, DECIMAL, BOOLEAN, CODE, DEPARTMENT, INDICATOR)
}


def dates() -> tuple[ColumnType, ...]:
    """The types of days and moments."""
    return tuple(kind for kind in COLUMN_TYPES.values() if kind.is_date)


def moments() -> tuple[ColumnType, ...]:
    """The types that know the time of day."""
    return tuple(kind for kind in COLUMN_TYPES.values() if kind.has_time)


def numbers() -> tuple[ColumnType, ...]:
    """The types of numbers."""
    return tuple(kind for kind in COLUMN_TYPES.values() if kind.is_number)


@dataclass(frozen=True)
class ColumnUse:
    """Marks a field of a declaration that names columns of its table: of these types, or of any where none is given."""

    types: tuple[ColumnType, ...] = ()


DAYS, AMOUNTS = ColumnUse(dates()), ColumnUse(numbers())

# --- columns --------------------------------------------------------------------------------------------------


def _registered(name: object) -> ColumnType:
    """The type of this name. Raises a mistake for any other."""
    if isinstance(name, ColumnType):
        return name
    kind = COLUMN_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise mistake(f"值为 {shown(name)}", "、".join(COLUMN_TYPES), hint(str(name), COLUMN_TYPES))
    return kind


class Column(Frozen):
    """A column of an extract, by its Chinese header and its other ones. A date of a `period` is the last day of a whole one."""

    header: str
    type: Annotated[ColumnType, PlainValidator(_registered), PlainSerializer(attrgetter("name"), return_type=str)]
    aliases: Texts = ()
    blank_header_at: Annotated[int | None, Field(ge=1, exclude_if=lambda place: place is None)] = None  # read there too
    required: bool = False
    unit: str = ""
    court: Literal["own", "any"] = "any"
    private: bool = False
    values: dict[str, Texts] = Field(default_factory=dict)
    minimum: int | float | None = None
    future: bool = False
    period: Annotated[RowPeriod | None, Field(exclude_if=lambda period: period is None)] = None
    on_problem: Literal["refuse", "blank"] = "refuse"
    description: str = ""
    responsible: bool = Field(default=False, exclude=True)  # names who answers: a department of any court
    blank_means: str = ""  # what the source system says by a blank; without it a blank says nothing

    @model_validator(mode="after")
    def _fits_its_type(self) -> "Column":
        if self.type.lists_values != bool(self.values):
            listing = "、".join(kind.name for kind in COLUMN_TYPES.values() if kind.lists_values)
            raise mistake(
                f"类型 {self.type.name}，values 有 {len(self.values)} 项",
                f"{listing} 列必须、且只有 {listing} 列可以列出 values",
            )
        if self.unit and not self.type.is_number:
            expected = f"只有 {'、'.join(kind.name for kind in numbers())} 列有单位"
            raise mistake(f"类型 {self.type.name} 带单位“{self.unit}”", expected)
        if self.unit == "%" and not {"%", "％"}.intersection(self.header):  # 0.852 may be 85.2 under another
            raise mistake(f"单位是 %，表头“{self.header}”没有写明", f"header = “{self.header}（%）”")
        if self.period and (not self.type.is_date or self.type.has_time):
            raise mistake(f"类型 {self.type.name} 写了 period", "只有 date 列写整月、整季或整年")
        if self.responsible and self.type != DEPARTMENT:
            raise mistake(f"类型 {self.type.name} 写了 responsible", "只有 department 列可以写 responsible = true")
        if self.blank_means and self.required:
            raise mistake("required 与 blank_means 同时出现", "必填的列没有空白，删去 blank_means")
        return self

    @property
    def blank_value(self) -> CellValue | None:
        """The value that a blank cell of a delivered column stands for, where `blank_means` is a value of its type."""
        says_values = self.type.literals == (bool,) or self.type.lists_values or self.type.is_number
        if not self.blank_means or not says_values:
            return None
        try:
            return self.type.parse(self.blank_means, self.values)
        except ValueError:
            return None

    def words(self, departments: Departments) -> Words:
        """The registered words of the column; empty where any value may stand."""
        return self.type.words(self.values, departments)
