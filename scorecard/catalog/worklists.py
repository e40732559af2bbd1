"""Worklists (台账): declared lists of cases and firms that somebody must act on, each row with the day it is due by.

A worklist is one file of seeds/worklists/. Which rows come up is said in the catalogue's closed vocabulary; an unknown cell
never matches. A row is judged on 数据截至: 超期 once its last day has passed, 临期 within `warn_days` of it, 未到期 before that,
期限不明 where no date to count from is known; rows of a list without a term are 在列. Nothing here ranks anybody.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from scorecard.catalog.columns import DEPARTMENT, ColumnUse
from scorecard.catalog.conditions import (
    ELSEWHERE,
    Conditions,
    Frozen,
    Interval,
    Test,
    Texts,
    as_tuple,
    mistake,
    read_conditions,
)
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

    column: Annotated[str, ColumnUse()]
    at_least: int = Field(ge=2)


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


class Worklist(Frozen):
    """One worklist: the file name is its id.

    `department` names the column that says whose row it is; without one every row is the first of `departments`'.
    With `gathers` it has the rows of other lists of its table, by their terms, that fall due before the month is over: what
    has to be done this month. The month is that of the day after 数据截至.
    """

    id: str
    name: str
    definition: str
    why: str
    measures: Texts = Field(min_length=1)
    departments: Texts = Field(min_length=1)
    table: str
    department: Annotated[str | None, ColumnUse((DEPARTMENT,))] = None
    stock: Stock | None = None
    where: Conditions = ()
    one_of: Annotated[tuple[tuple[Test, ...], ...], BeforeValidator(_alternatives)] = ()
    unless: Conditions = ()
    without: Annotated[Without | None, ELSEWHERE] = None
    repeated: Repeated | None = None
    # One term or several: the first whose column is known counts.
    due: Annotated[
        tuple[Deadline, ...], BeforeValidator(lambda due: (due,) if isinstance(due, dict) else as_tuple(due))
    ] = ()
    gathers: Texts = ()
    warn_days: int = Field(default=0, ge=0)
    from_warning: bool = False
    columns: Annotated[Texts, ColumnUse()]
    sources: Texts
    note: str = ""
    example: WorklistExample = Field(repr=False)

    @model_validator(mode="after")
    def _whole(self) -> "Worklist":
        if not self.due and (self.warn_days or self.from_warning):
            raise mistake("没有 due 而写了 warn_days 或 from_warning", "期限 due，或删去这两键")
        if self.gathers and (self.due or self.stock or self.where or self.without or self.repeated):
            raise mistake(
                "gathers 与 due、stock、where、without、repeated 同时出现", "条件和期限都由 gathers 的台账规定"
            )
        return self

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table the list reads, its own first."""
        return (self.table, *((self.without.table,) if self.without else ()))

    @property
    def dated(self) -> bool:
        """Whether its rows have a day they are due by."""
        return bool(self.due or self.gathers)

    @property
    def to_the_minute(self) -> bool:
        """Whether its terms are counted in hours."""
        return any(deadline.hours for deadline in self.due)
