"""Table contracts: what an extract must look like. Pydantic models of `seeds/tables/*.toml`, frozen.

A contract is the one declaration from which the door, the Parquet types, the derived columns, the template
and the glossary follow.
"""

from collections.abc import Iterable, Set as AbstractSet
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from scorecard.calendar.period import RowPeriod
from scorecard.catalog import columns
from scorecard.catalog.columns import AMOUNTS, DAYS, CellValue, Column, ColumnType, ColumnUse
from scorecard.catalog.conditions import Conditions, Frozen, Interval, Texts, TwoColumns, as_tuple, mistake
from scorecard.catalog.court import Departments

# How rows of a table come in: an extract of the case system, a target, a department's own report, what a session decided,
# a register that departments keep here, each its own rows.
Entrance = Literal["upload", "targets", "report", "decisions", "register"]

# What becomes of an extract with a wrong row: none of it gets in, or the rest does and that row is kept aside.
Policy = Literal["refuse", "set_aside"]


class After(Interval):
    """A date this much later than another column."""

    of: str


class CasePart(Frozen):
    """One element of a case number."""

    of: str
    part: Literal["year", "court", "type", "serial"]


class ValueGroup(Frozen):
    """Words gathered under one name; a word in no group falls under `other`, unknown stays unknown."""

    of: str
    groups: dict[str, Texts]
    other: str = "其他"


class OneForm(Frozen):
    """Something that is written in one of several forms: each is a field, of which one is given."""

    beside: ClassVar[tuple[str, ...]] = ()  # fields that are no forms

    @property
    def form(self) -> str:
        """The name of the form. Raises for none and for several."""
        forms = [name for name in type(self).model_fields if name not in self.beside]
        given = [form for form in forms if getattr(self, form) is not None]
        if len(given) != 1:
            raise mistake(f"写了 {len(given)} 种形式（{'、'.join(given) or '无'}）", f"恰好一种：{'、'.join(forms)}")
        return given[0]

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        _ = self.form
        return self


class Derived(OneForm):
    """A column computed from others, defined once for all indicators.

    Days between are calendar-day differences of dates, the first day not counted; an end before its start gives
    an unknown duration, never a negative one. Where all of `unknown_where` holds the value is unknown: a closing date of what
    continues is none.
    """

    beside = ("header", "description", "unknown_where")

    header: str
    description: str = ""
    unknown_where: Annotated[Conditions, Field(exclude_if=lambda tests: not tests)] = ()
    days_between: TwoColumns | None = None
    working_days_between: TwoColumns | None = None
    after: After | None = None
    earliest: Texts | None = None
    latest: Texts | None = None
    total: Texts | None = None
    difference: TwoColumns | None = None
    case_part: CasePart | None = None
    group: ValueGroup | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        given = getattr(self, self.form)
        return given if isinstance(given, tuple) else (given.of,)

    @property
    def reads(self) -> tuple[str, ...]:
        """Its inputs and the columns that decide whether it is known."""
        return (*self.inputs, *sorted(column for test in self.unknown_where for column in test.columns))


class RequiredWhen(Frozen):
    """A column must be known where the conditions hold."""

    column: Annotated[str, ColumnUse()]
    where: Conditions


class CutDate(Frozen):
    """One date shared by at least `share` of the rows while another column is blank: a data-cut sentinel."""

    date: Annotated[str, DAYS]
    missing: Annotated[str, ColumnUse()]
    share: float


class PartsSum(Frozen):
    """The known parts of a row add up to its total, give or take `tolerance`."""

    parts: Annotated[Texts, AMOUNTS, Field(min_length=2)]
    total: Annotated[str, AMOUNTS]
    tolerance: Annotated[int | float, Field(ge=0)] = 0


class CaseNumbers(Frozen):
    """The case numbers of a table: their type is one of these, their year that of the day `taken_on` or the one before.

    A number bears the year in which its case was received (法〔2015〕137号); one received in December may be filed in January.
    """

    column: Annotated[str, ColumnUse((columns.CASE_NO,))]
    types: Texts = ()
    taken_on: Annotated[str | None, DAYS] = None

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.types and self.taken_on is None:
            raise mistake("numbered 没有 types，也没有 taken_on", "类型代字、收案的日期列，至少写一项")
        return self


class Check(OneForm):
    """A rule between columns of one row, or between rows."""

    beside = ("on_problem",)

    on_problem: Literal["refuse", "report"] = "refuse"
    not_after: Annotated[TwoColumns | None, DAYS] = None
    required_when: RequiredWhen | None = None
    at_most: Annotated[TwoColumns | None, AMOUNTS] = None
    add_up: Annotated[PartsSum | None, Field(exclude_if=lambda rule: rule is None)] = None
    unique: Annotated[Texts | None, ColumnUse()] = None
    cut_date: CutDate | None = None
    numbered: Annotated[CaseNumbers | None, Field(exclude_if=lambda rule: rule is None)] = None


class Stock(Frozen):
    """Rows present on a day: `from` on or before it, `until` unknown or after it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    start: Annotated[str, DAYS] = Field(alias="from")
    until: Annotated[str, DAYS]


# How the cells of several lines of one case become one.
Combination = Literal["sum", "largest", "smallest", "earliest", "latest", "any", "all"]


class Unpivot(Frozen):
    """Headers of an extract may name periods (2014年, 1月): each cell below is then a row of its `period` and `value`."""

    period: Annotated[str, ColumnUse((columns.DATE,))]
    value: Annotated[str, ColumnUse()]


class Table(Frozen):
    """The contract of one extract. `exported_from` and `exported_by`: which system or register it comes from, and whose.

    Lines with one value of `one_row_per` are one case: `combine` says how their cells become one, in other columns they agree.
    `identical_rows`: whether rows alike in every column kept are one row, copied for each party, or each a row of its own.
    """

    id: str
    name: str
    description: str = ""
    exported_from: str = ""
    exported_by: Texts = ()
    key: Texts = ()
    replaces: Literal["rows", "all"] = "rows"
    department: Annotated[str | None, ColumnUse((columns.DEPARTMENT,))] = None
    firm: Annotated[str | None, ColumnUse((columns.BOOLEAN,))] = None
    split_by: Annotated[Texts, ColumnUse()] = ()
    due_day: int | None = None
    stock: Stock | None = None
    drop: Texts = ()
    seed: str | None = None
    entered_by: Entrance = "upload"
    on_error: Policy = "refuse"
    columns: dict[str, Column]
    derived: dict[str, Derived] = Field(default_factory=dict)
    checks: Annotated[tuple[Check, ...], BeforeValidator(as_tuple)] = ()
    unpivot: Annotated[Unpivot | None, Field(exclude_if=lambda unpivot: unpivot is None)] = None
    identical_rows: Annotated[Literal["one", "each"], Field(exclude_if=lambda kept: kept == "one")] = "one"
    one_row_per: Annotated[str | None, ColumnUse(), Field(exclude_if=lambda column: column is None)] = None
    combine: Annotated[dict[str, Combination], ColumnUse(), Field(exclude_if=lambda words: not words)] = Field(
        default_factory=dict[str, Combination]
    )

    @model_validator(mode="after")
    def _keyed_or_replaced(self) -> "Table":
        if bool(self.key) == (self.replaces == "all"):
            raise mistake("key 与 replaces 不成对", '写 key = ["列"，…]，或写 replaces = "all"')
        if self.key and self.identical_rows == "each" and self.one_row_per is None:
            raise mistake('有 key 而写 identical_rows = "each"', "有 key 的表一个键只有一行，删去 identical_rows")
        several = any(check.unique and check.on_problem == "report" for check in self.checks)
        if not self.key and several and not {"identical_rows", "one_row_per"} & self.model_fields_set:
            expected = 'identical_rows = "one"（相同的几行是重复，只留一行）或 "each"（各计一行）'
            raise mistake("没有 key、unique 只报告，而没有写 identical_rows", expected)
        if self.unpivot is not None and self.one_row_per is not None:
            raise mistake("unpivot 与 one_row_per 同时出现", "一行拆成几期的表，不再合并各行")
        if self.one_row_per is not None and self.key not in ((), (self.one_row_per,)):
            raise mistake(
                f"一件一行按“{self.one_row_per}”，而 key 是“{'、'.join(self.key)}”", f'key = ["{self.one_row_per}"]'
            )
        if self.combine and (self.one_row_per is None or self.one_row_per in self.combine):
            raise mistake(
                "combine 没有 one_row_per，或列了 one_row_per 的列",
                "one_row_per 写分件的列，combine 写其余各列如何合并",
            )
        if "sum" in self.combine.values() and "identical_rows" not in self.model_fields_set:
            expected = 'identical_rows = "one"（相同的两行是重复）或 "each"（各是一笔，都加）'
            raise mistake("combine 有 sum 而没有写 identical_rows", expected)
        if self.on_error == "set_aside" and (self.seed or self.entered_by != "upload"):
            raise mistake('on_error = "set_aside"', "只有从办案系统提取的表可以搁置有问题的行")
        return self

    @property
    def comes_as_file(self) -> bool:
        """Whether its rows may be uploaded as an extract: from the case system, or of a register."""
        return self.entered_by in ("upload", "register")

    @property
    def counts_departments(self) -> bool:
        """Whether it is a register of what is done: of an upper court, rows of its own departments count for that court."""
        whose = self.columns[self.department] if self.entered_by == "register" and self.department else None
        return whose is not None and not whose.responsible

    @property
    def private(self) -> frozenset[str]:
        """Private columns, and those derived from one: a masked cell must not stand beside its copy."""
        names = {name for name, column in self.columns.items() if column.private}
        for name, derived in self.derived.items():
            if names.intersection(derived.reads):
                names.add(name)
        return frozenset(names)

    @property
    def begins_on(self) -> str | None:
        """The date by which a row of it begins: that of its stock, else the first one that every row has."""
        dates = (name for name, column in self.columns.items() if column.type.is_date and column.required)
        return self.stock.start if self.stock is not None else next(dates, None)

    def row_period(self, columns: Iterable[str]) -> RowPeriod | None:
        """The longest period that a row stands for by these dates; None where they are days."""
        lengths = [self.columns[column].period for column in self.sources(columns) if column in self.columns]
        return max(filter(None, lengths), key=get_args(RowPeriod).index, default=None)

    @property
    def names_cases(self) -> bool:
        """Whether its rows name a case, a firm or anything private."""
        return bool(self.private) or any(
            column.type in (columns.CASE_NO, columns.CREDIT_CODE) for column in self.columns.values()
        )

    def sources(self, columns: Iterable[str]) -> frozenset[str]:
        """The extract's columns that these columns are made of: derived ones followed to their inputs."""
        sources: set[str] = set()
        for column in columns:
            derived = self.derived.get(column)
            sources |= {column} if derived is None else self.sources(derived.reads)
        return frozenset(sources)

    def made_of(self, columns: Iterable[str]) -> frozenset[str]:
        """These columns and all that they are made of, derived ones on the way included."""
        named = frozenset(columns)
        inputs = [self.derived[column].reads for column in named if column in self.derived]
        return named.union(*map(self.made_of, inputs))

    def resting_on(self, columns: AbstractSet[str]) -> frozenset[str]:
        """Every column, derived or not, that is one of these or that one of these goes into."""
        return frozenset(name for name in (*self.columns, *self.derived) if self.made_of([name]) & columns)

    def header(self, column: str) -> str:
        return self.columns[column].header if column in self.columns else self.derived[column].header

    def type_of(self, column: str) -> ColumnType:
        if column in self.columns:
            return self.columns[column].type
        derived = self.derived[column]
        match derived.form:
            case "days_between" | "working_days_between":
                return columns.INTEGER
            case "after":
                return columns.DATE
            case "total" | "difference" | "earliest" | "latest":
                return self.type_of(derived.inputs[0])
            case _ if derived.case_part is not None and derived.case_part.part in ("year", "serial"):
                return columns.INTEGER
            case _:
                return columns.TEXT

    def words(self, column: str, departments: Departments) -> tuple[CellValue, ...]:
        """The values of a column in their own order: of codes, departments and groups; empty where values order themselves."""
        derived = self.derived.get(column)
        if derived is not None:
            group = derived.group
            return () if group is None else (*(name for name in group.groups if name != group.other), group.other)
        return tuple(self.columns[column].words(departments)) or (True, False) * (
            self.type_of(column) == columns.BOOLEAN
        )

    def unit_of(self, column: str) -> str:
        """The unit of a numeric column: 天 for durations, the unit of the first part for totals."""
        if column in self.columns:
            return self.columns[column].unit
        derived = self.derived[column]
        if derived.form in ("days_between", "working_days_between"):
            return "天"
        return self.unit_of(derived.inputs[0]) if derived.form in ("total", "difference") else ""
