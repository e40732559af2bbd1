"""Tabulations (统计表) and listings (清单): one file of seeds/tabulations/ or seeds/listings/ each, its file name the id.

A tabulation counts the rows of one table in the selected period, by at most two columns; its figures are formulas. A listing
shows the rows themselves. Both are computed when they are read, in the catalogue's closed vocabulary of conditions.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from scorecard.catalog.columns import AMOUNTS, BOOLEAN, CASE_NO, CODE, DAYS, DEPARTMENT, INTEGER, TEXT, ColumnUse, dates
from scorecard.catalog.conditions import Conditions, Frozen, Scalar, Texts, as_tuple, mistake
from scorecard.catalog.contracts import Stock, Table
from scorecard.catalog.formulas import Formula, FormulaForm, Ranking, Term

FigureKind = Literal["count", "sum", "mean", Ranking, "ratio"]
_USUAL_UNIT: Mapping[FigureKind, str] = {"count": "件", "ratio": "%"}
FIGURE_UNITS = (
    "%", "天", "件", "家", "篇", "个", "万元", "元", "次", "人", "条", "份", "场", "轮", "项", "期", "名", "小时",
)  # fmt: skip


class RowChoice(Frozen):
    """The rows of one table that a tabulation counts or a listing shows, and which words of the plan they answer.

    `owner` is the department whose rows they all are, of a table that does not say. With `undated` the rows count too that have
    not left the stock and do not say when they entered it.
    """

    id: str
    name: str
    definition: str
    why: str
    measures: Texts = Field(min_length=1)
    table: str
    period: Annotated[str | None, DAYS] = None
    stock: Stock | None = None
    undated: bool = False
    where: Conditions = ()
    owner: str = ""
    sources: Texts
    note: str = ""

    @model_validator(mode="after")
    def _of_the_plan(self) -> "RowChoice":
        if self.period is not None and self.stock is not None:
            raise mistake("period 与 stock 同时出现", '只写一个：period = "日期列"，或 stock = { from = …, until = … }')
        if self.undated and self.stock is None:
            raise mistake("写了 undated 而没有 stock", "stock = { from = …, until = … }")
        return self

    @property
    def clocks(self) -> tuple[str, ...]:
        """The date columns that place a row in time; empty for a listing of all rows."""
        stock = () if self.stock is None else (self.stock.start, self.stock.until)
        return stock if self.period is None else (self.period,)

    @property
    def rows(self) -> Term:
        """A count of all these rows. Only for a choice with a period or a stock."""
        return Term(table=self.table, period=self.period, stock=self.stock, where=self.where)

    @property
    def read(self) -> frozenset[str]:
        """Every column that decides about a row, or a number made of it."""
        return frozenset((*self.clocks, *(column for test in self.where for column in test.columns)))


class AgeBand(Frozen):
    """How old a row is on the day that is looked at, in whole months since a date: more than `over`, at most `upto`."""

    of: Annotated[str, DAYS]
    over: int = 0
    upto: int | None = None

    @model_validator(mode="after")
    def _grows(self) -> "AgeBand":
        if self.over < 0 or (self.upto is not None and self.upto <= self.over):
            raise mistake(f"over = {self.over}，upto = {self.upto}", "零或正整数，upto 大于 over")
        return self


class TabulatedFigure(Frozen):
    """One figure of a tabulation: a formula without table, period and stock; `where` is added to the tabulation's own."""

    name: str
    kind: FigureKind = "count"
    unit: str = ""
    where: Conditions = ()
    numerator: Conditions = ()
    of: Annotated[str | None, AMOUNTS] = None
    over: Annotated[str | None, AMOUNTS] = None
    distinct: Annotated[str | None, ColumnUse()] = None
    quantile: float | None = None
    age: AgeBand | None = None

    @property
    def measured_in(self) -> str:
        """The unit as written; without one 件 for a count and % for a ratio."""
        return self.unit or _USUAL_UNIT.get(self.kind, "")

    @property
    def title(self) -> str:
        """Its name with its unit, as it heads a column."""
        return f"{self.name}（{self.measured_in}）"

    @property
    def adds_up(self) -> bool:
        """Whether the figures of all groups together are the figure of the whole."""
        return self.kind in ("count", "sum") and self.distinct is None

    def formula(self, rows: RowChoice) -> Formula:
        """The canonical formula of the figure over these rows. Raises a mistake for keys that do not fit its kind."""
        keys = ("numerator", "of", "over", "distinct", "quantile")
        own = {key: getattr(self, key) for key in keys if key in self.model_fields_set}
        own |= {"stock": rows.stock} if rows.period is None else {"period": rows.period}
        return FormulaForm(kind=self.kind, table=rows.table, where=(*rows.where, *self.where), **own).formula()


class TabulationExample(Frozen):
    """Rows of a table -> the lines of the tabulation for a month, as they are shown."""

    as_of: date
    period: str
    rows: str
    expect: Annotated[tuple[tuple[Scalar, ...], ...], BeforeValidator(as_tuple)]


class Tabulation(RowChoice):
    """Counts of a table's rows by group. Without `by` it has one column of figures, a line each: a funnel.

    `balance` names what is there before a month, what enters in it, what leaves, what is there after it: a line for each month.
    """

    by: Annotated[Texts, ColumnUse((BOOLEAN, CASE_NO, CODE, DEPARTMENT, INTEGER, TEXT, *dates()))] = ()
    figures: Annotated[tuple[TabulatedFigure, ...], BeforeValidator(as_tuple)] = (TabulatedFigure(name="件数"),)
    balance: Texts = ()
    chart: bool = False
    example: TabulationExample = Field(repr=False)

    @model_validator(mode="after")
    def _whole(self) -> "Tabulation":
        if self.period is None and self.stock is None:
            raise mistake("没有 period，也没有 stock", 'period = "日期列"，或 stock = { from = …, until = … }')
        if len(set(self.by)) != len(self.by) or len(self.by) > 2:
            raise mistake(f"by 有 {len(self.by)} 列", "不写，或一至两个不同的列")
        unfit = len(self.balance) != 4 or self.stock is None or self.by or len(self.figures) != 1 or self.chart
        if self.balance and unfit:
            raise mistake(
                "balance 缺 stock 或四个名称，或与 by、chart、多项 figures 同写", "期初、收、结、期末四个名称和 stock"
            )
        names = [figure.name for figure in self.figures]
        if not names or len(set(names)) != len(names):
            raise mistake(f"figures 的名称：{'、'.join(names) or '无'}", "至少一项，名称各不相同")
        for figure in self.figures:
            if figure.measured_in not in FIGURE_UNITS or (figure.measured_in == "%") != (figure.kind == "ratio"):
                found = f"“{figure.name}”的 kind = “{figure.kind}”，单位是“{figure.measured_in}”"
                raise mistake(found, f"比率的单位是 %，其他写 unit：{'、'.join(FIGURE_UNITS[1:])}")
            try:
                figure.formula(self)
            except PydanticCustomError as error:
                found, expected = ((error.context or {})[key] for key in ("found", "expected"))
                raise mistake(f"“{figure.name}”：{found}", expected) from None
        return self

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Name and unit of each number of a line."""
        return tuple((name, self.figures[0].measured_in) for name in self.balance) or tuple(
            (figure.name, figure.measured_in) for figure in self.figures
        )

    def head(self, table: Table | None) -> tuple[str, ...]:
        """What stands over the columns of its lines."""
        if table is None or not (self.by or self.balance):
            return ("项目", "数字")
        groups = ("月份",) if self.balance else tuple(table.header(column) for column in self.by)
        return (*groups, *(f"{name}（{unit}）" for name, unit in self.numbers))

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        return tuple(figure.formula(self) for figure in self.figures)

    @property
    def read(self) -> frozenset[str]:
        terms = (term for formula in self.formulas for term in formula.terms)
        aged = (figure.age.of for figure in self.figures if figure.age)
        return frozenset((*self.by, *aged)).union(super().read, *(term.columns for term in terms))

    @property
    def row_unit(self) -> str:
        """What one row is: the unit of the first figure that counts rows, otherwise 件."""
        counts = (figure.measured_in for figure in self.figures if figure.kind == "count" and figure.distinct is None)
        return next(counts, "件")


class ListingExample(Frozen):
    """Rows of a table -> the numbers of those that come up, in the order they are shown."""

    as_of: date
    period: str = ""
    rows: str
    expect: Annotated[tuple[int, ...], BeforeValidator(as_tuple)]


class RowListing(RowChoice):
    """The rows themselves. `named`: private cells stand in clear for those who may see the names of the row's department.

    `printed` are the columns that have room on a paper, all where it is empty.
    """

    columns: Annotated[Texts, ColumnUse()]
    printed: Texts = ()
    order: Annotated[Texts, ColumnUse()] = ()
    named: bool = False
    example: ListingExample = Field(repr=False)

    @model_validator(mode="after")
    def _shows_something(self) -> "RowListing":
        if not self.columns or len(set(self.columns)) != len(self.columns):
            raise mistake(f"columns 有 {len(self.columns)} 列", "至少一列，每列写一次")
        if not set(self.printed) <= set(self.columns):
            raise mistake(f"printed = “{'、'.join(self.printed)}”", "columns 中的列")
        if not self.example.expect:
            raise mistake("example.expect 为空", "至少一行应当列出的行")
        if bool(self.example.period) != bool(self.clocks):
            raise mistake("example.period 与 period、stock 不成对", "有 period 或 stock 的写 example.period，其余不写")
        return self
