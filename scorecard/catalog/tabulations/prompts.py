"""Prompts (提示): patterns in a table's rows that may come from work done for the figures; one file of seeds/prompts/ each.

A prompt asks for a look at its cases and accuses nobody. Each kind compares one stretch of events with the others beside it:

    period_end    the last `days` working days of each month of a period with the other ones: more
    year_end      the last month of a year, by working days, with its other months: fewer
    before_limit  the `days` days up to a limit with the twice as many before them, by days left: more
    filed_again   of all rows that begin in a period those that follow, within `days`, one that ended: with the year before: more
"""

from string import Formatter
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, model_validator

from scorecard.catalog.columns import DAYS, ColumnUse
from scorecard.catalog.conditions import Conditions, Frozen, Reach, Texts, as_tuple, mistake
from scorecard.catalog.tabulations.declarations import ListingExample, RowListing

PromptKind = Literal["period_end", "year_end", "before_limit", "filed_again"]
PLACES = ("count", "total", "share", "expected", "times")  # what a sentence may name, in braces


class EarlierRow(Frozen):
    """Rows of the same table that ended: what `column` of a later row names is their `named`."""

    column: Annotated[str, ColumnUse()]
    named: Annotated[str, ColumnUse()]
    ended: Annotated[str, DAYS]
    where: Conditions = ()


class PromptExample(ListingExample):
    """Rows -> those looked at, then how many events the others have; `exposure`: of the one and of the others."""

    others: int
    exposure: Annotated[tuple[int, int], BeforeValidator(as_tuple)]


class Prompt(RowListing):
    """One pattern. It is noticed where chance makes it rarer than `alpha` and it is at least (year_end: at most) `times` the expected.

    `basis` says where both come from, `causes` what else may explain it.
    """

    kind: PromptKind
    days: int = 0
    limit: Reach | None = None
    again: EarlierRow | None = None
    alpha: float
    times: float
    basis: str
    sentence: str
    causes: Texts
    example: PromptExample  # pyright: ignore[reportIncompatibleVariableOverride]  # frozen

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Prompt":
        if self.period is None:
            raise mistake("没有 period", 'period = "日期列"')
        for key, kind in (("limit", "before_limit"), ("again", "filed_again")):
            if (getattr(self, key) is not None) != (self.kind == kind):
                raise mistake(f"kind = “{self.kind}” 与 {key} 不成对", f"只有 {kind} 必须、且可以写 {key}")
        if (self.days > 0) != (self.kind != "year_end"):
            raise mistake(f"days = {self.days}", "正整数；year_end 不写")
        if not 0 < self.alpha <= 0.01 or (self.times > 1) == (self.kind == "year_end"):
            found = f"alpha = {self.alpha}，times = {self.times}"
            raise mistake(found, "alpha 不超过 0.01；times 大于 1，year_end 的小于 1")
        unknown = [place for _, place, _, _ in Formatter().parse(self.sentence) if place and place not in PLACES]
        if unknown or not self.causes:
            raise mistake(f"sentence 中的“{'、'.join(unknown)}”，causes 有 {len(self.causes)} 项", "、".join(PLACES))
        return self

    @property
    def read(self) -> frozenset[str]:
        more = {self.limit.of} if self.limit else set[str]()
        return super().read | more | ({self.again.column} if self.again else set())

    @property
    def earlier(self) -> RowListing | None:
        """The rows that others may follow, by the day they ended."""
        if self.again is None:
            return None
        return self.model_copy(update={"period": self.again.ended, "where": self.again.where, "again": None})


def by_kind(prompt: Prompt) -> tuple[int, str]:
    """The order of prompts: by kind, then by table."""
    return get_args(PromptKind).index(prompt.kind), prompt.table
