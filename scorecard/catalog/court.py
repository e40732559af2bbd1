"""The court of a deployment, its statistical months, its departments and the days on which they exist."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from scorecard.calendar.period import LAST_DAY, MonthRule, StatisticalCalendar, month_index, month_label
from scorecard.catalog.conditions import Frozen, Texts, as_tuple, mistake


class Department(Frozen):
    """A department as the plan names it; a collective one has no cases of its own and stands for its members.

    It exists from the day `from` to the day `until`, both included; afterwards `succeeded_by` answers for what was its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    id: str
    name: str
    aliases: Texts = ()
    collective: bool = False
    members: Texts = ()
    start: date | None = Field(default=None, alias="from")
    until: date | None = None
    succeeded_by: str = ""

    @model_validator(mode="after")
    def _stands_for_members(self) -> "Department":
        if self.collective != bool(self.members):
            raise mistake(
                f"collective = {str(self.collective).lower()}，members 有 {len(self.members)} 个",
                "统称（collective = true）必须、且只有统称可以写 members = [部门编号，…]",
            )
        if self.collective and (self.start or self.until):
            raise mistake("统称写了 from 或 until", "统称没有起止，由它的 members 决定")
        if bool(self.until) != bool(self.succeeded_by):
            raise mistake(
                f"until {'有' if self.until else '没有'}，succeeded_by {'有' if self.succeeded_by else '没有'}",
                "撤并的部门两者都写：until = 最后一日，succeeded_by = “承继部门编号”",
            )
        if self.start and self.until and self.start > self.until:
            raise mistake(f"from = {self.start}，until = {self.until}", "from 不晚于 until")
        return self


Departments = Mapping[str, Department]  # id -> department


class Issuing(Frozen):
    """What stands at the head of a paper: the red name, and who issues it; on which day of a month the court reports."""

    masthead: str = "工作简报"
    issuer: str = ""
    report_day: int = Field(default=12, ge=1, le=31)


class StatisticalMonths(Frozen):
    """From the month that is written as its first day on, months close on a day and years begin with a month."""

    start: date = Field(alias="from")
    closes_on: int = Field(default=LAST_DAY, ge=1, le=LAST_DAY)
    year_begins: int = Field(default=1, ge=1, le=12)

    @model_validator(mode="after")
    def _in_range(self) -> "StatisticalMonths":
        if self.start.day != 1:
            raise mistake(f"from = {self.start}", "一个月的1日，如 2026-01-01", "从这个月起按新的结账日统计")
        return self

    @property
    def words(self) -> str:
        """2026年1月起每月20日结账，年度从10月开始."""
        closes = "月末" if self.closes_on == LAST_DAY else f"每月{self.closes_on}日"
        year = "" if self.year_begins == 1 else f"，年度从{self.year_begins}月开始"
        return f"{month_label(month_index(self.start))}起{closes}结账{year}"


class Court(Frozen):
    """The deployment: whose court this is and what its data can say."""

    name: str
    short_name: str
    court_codes: Texts
    legacy_court_codes: Texts = ()
    statistics_from: date | None = None
    statistical_months: Annotated[tuple[StatisticalMonths, ...], BeforeValidator(as_tuple)] = ()
    minimum_base: int = 5
    max_upload_mb: int = 64
    due_day: int = Field(default=10, ge=1, le=31)
    max_aside_share: float = Field(default=0.05, ge=0, le=1)
    briefing: Issuing = Issuing()

    @model_validator(mode="after")
    def _in_range(self) -> "Court":
        if not self.months.is_sound():
            expected = "from 依次变晚；改变 year_begins 的，每个季度的月份仍前后相连"
            raise mistake("statistical_months 前后接不上", expected, "新的年度从它的第一个月起算")
        return self

    @property
    def months_text(self) -> str:
        """The rules of its months in words."""
        return "；".join(rule.words for rule in self.statistical_months) or "自然月"

    @property
    def months(self) -> StatisticalCalendar:
        rules = ((month_index(rule.start), rule.closes_on, rule.year_begins) for rule in self.statistical_months)
        return StatisticalCalendar(tuple(MonthRule(*rule) for rule in rules))
