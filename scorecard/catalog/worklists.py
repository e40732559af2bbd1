"""Worklists (台账): declared lists of cases and firms that somebody must act on, each row with the day it is due by.

A worklist is one file of seeds/worklists/. Which rows come up is said in the catalogue's closed vocabulary; an unknown cell
never matches. A row is judged on 数据截至: 超期 once its last day has passed, 临期 within `warn_days` of it, 未到期 before that,
期限不明 where no date to count from is known; rows of a list without a term are 在列. Nothing here ranks anybody.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from scorecard.catalog.conditions import Conditions, Frozen, Interval, Test, Texts, as_tuple, mistake, read_conditions
from scorecard.catalog.contracts import Stock

ItemState = Literal["超期", "临期", "期限不明", "未到期", "在列"]
STATES: tuple[ItemState, ...] = ("超期", "临期", "期限不明", "未到期", "在列")


class Deadline(Interval):
    """The last day (or moment) of a term that runs from a column: the day after it the row is 超期."""

    of: str
    working_days: int = 0

    @model_validator(mode="after")
    def _one_calendar(self) -> "Deadline":
        if self.working_days and (self.months or self.days or self.hours):
            raise mistake("working_days 与 months、days、hours 同时出现", "只用一种历法")
        return self


class Without(Frozen):
    """Rows of another table that settle a row of this one: same value of `match` in both."""

    table: str
    match: str
    where: Conditions = ()


class Repeated(Frozen):
    """Only rows whose value of this column occurs at least so often among the rows that match."""

    column: str
    at_least: int

    @model_validator(mode="after")
    def _more_than_one(self) -> "Repeated":
        if self.at_least < 2:
            raise mistake(f"at_least = {self.at_least}", "2 或以上的整数")
        return self


class Expected(Frozen):
    """One row of a worked example that comes up: its number in the table, its state, the day or moment it is due."""

    row: int
    state: ItemState
    due: str = ""


class WorklistExample(Frozen):
    """Rows on a day -> which of them come up, in which state, due when. Shown and run as a test."""

    as_of: date
    rows: str
    tables: dict[str, str] = Field(default_factory=dict)
    expect: Annotated[tuple[Expected, ...], BeforeValidator(as_tuple)]


def _alternatives(value: Any) -> Any:
    """A list of condition tables; each must hold as a whole for its alternative to hold."""
    if not isinstance(value, list):
        return value
    return tuple(read_conditions(alternative) for alternative in value)


def _dues(value: Any) -> Any:
    """One term or several: the first whose column is known counts."""
    return (value,) if isinstance(value, dict) else as_tuple(value)


class Worklist(Frozen):
    """One worklist: the file name is its id.

    `department` names the column that says whose row it is; without one every row is the first of `departments`'.
    """

    id: str
    name: str
    definition: str
    why: str
    measures: Texts
    departments: Texts
    table: str
    department: str | None = None
    stock: Stock | None = None
    where: Conditions = ()
    one_of: Annotated[tuple[tuple[Test, ...], ...], BeforeValidator(_alternatives)] = ()
    unless: Conditions = ()
    without: Without | None = None
    repeated: Repeated | None = None
    due: Annotated[tuple[Deadline, ...], BeforeValidator(_dues)] = ()
    warn_days: int = 0
    from_warning: bool = False
    columns: Texts
    sources: Texts
    note: str = ""
    example: WorklistExample = Field(repr=False)

    @model_validator(mode="after")
    def _whole(self) -> "Worklist":
        if not self.departments:
            raise mistake("departments 为空", "至少一个责任部门")
        if not self.measures:
            raise mistake("measures 为空", "至少一项配套措施或工作要求")
        if not self.due and (self.warn_days or self.from_warning):
            raise mistake("没有 due 而写了 warn_days 或 from_warning", "期限 due，或删去这两键")
        if self.warn_days < 0:
            raise mistake(f"warn_days = {self.warn_days}", "零或正整数")
        return self

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table the list reads, its own first."""
        return (self.table, *((self.without.table,) if self.without else ()))

    @property
    def to_the_minute(self) -> bool:
        """Whether its terms are counted in hours."""
        return any(deadline.hours for deadline in self.due)


def state_of(worklist: Worklist, due: date | None, as_of: date) -> ItemState:
    """The state of a row on 数据截至; a moment counts by its day, since an extract does not say its hour."""
    if not worklist.due:
        return "在列"
    if due is None:
        return "期限不明"
    day = due.date() if isinstance(due, datetime) else due
    if day < as_of:
        return "超期"
    return "临期" if day <= as_of + timedelta(days=worklist.warn_days) else "未到期"
