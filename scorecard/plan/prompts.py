"""Prompts (提示核查) of a published version: each pattern counted when it is read, some stretches against the others beside them.

Nothing is said of fewer rows than the minimum base, nor where a month, a column or the working days of a year are unknown:
such a prompt is refused with its reason, which is not the same as nothing noticed.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from scorecard.assessment.number_format import half_up
from scorecard.calendar.period import day_text, month_label, year_before
from scorecard.calendar.workdays import WorkCalendar
from scorecard.catalog.conditions import Test
from scorecard.catalog.tabulations.declarations import RowListing
from scorecard.catalog.tabulations.prompts import Prompt
from scorecard.queries.tabulations import stretches_sql
from scorecard.statistics.rate_ratio import RateRatio, Stretch, rate_ratio
from scorecard.store.tabulations import Reading, part_of
from scorecard.store.warehouse import work_calendar

PromptState = Literal["提示核查", "未提示", "件数过少", "不作判断"]
Stretches = tuple[Any, ...]  # (looked at, exposure, exposure by the other clock, keys), as the query gives them


@dataclass(frozen=True)
class PromptReading:
    """What a prompt says of a period; `reason` why it says nothing. `of` is the reading its rows lie in."""

    prompt: Prompt
    of: Reading
    period: str
    reason: str = ""
    stretches: Stretches = ()

    @cached_property
    def clocks(self) -> tuple[RateRatio, ...]:
        """The comparison by working days, or what else the kind counts by, and the one with the days off after them."""
        if self.reason:
            return ()

        def side(looked_at: bool, clock: int) -> list[Stretch]:
            return [(len(keys or ()), both[clock]) for which, *both, keys in self.stretches if which is looked_at]

        fewer = self.prompt.kind == "year_end"
        return tuple(rate_ratio(side(True, clock), side(False, clock), fewer=fewer) for clock in (0, 1))

    @property
    def found(self) -> RateRatio | None:
        """The comparison by the clock that leads to expect more; None where there is none."""
        return max(self.clocks, key=lambda one: one.expected, default=None)

    @property
    def state(self) -> PromptState:
        found, fewer, times = self.found, self.prompt.kind == "year_end", Fraction(str(self.prompt.times))
        if found is None:
            return "不作判断"
        if (found.expected if fewer else found.count) < self.of.catalog.court.minimum_base:
            return "件数过少"
        far = found.ratio is None or (found.ratio <= times if fewer else found.ratio >= times)
        return "提示核查" if far and all(one.beyond(self.prompt.alpha) for one in self.clocks) else "未提示"

    @property
    def sentence(self) -> str:
        """What was counted, or why nothing could be."""
        found = self.found
        if found is None:
            return self.reason
        expected, total = half_up(found.expected, 1), found.count + found.other
        if self.state == "件数过少":
            return f"{self.period}：{found.count:,}件，按参照推算{expected}件，件数过少，不作比较。"
        said = self.prompt.sentence.format(
            count=f"{found.count:,}", total=f"{total:,}", share=f"{half_up(Fraction(100 * found.count, total), 1)}%",
            expected=expected, times="—" if found.ratio is None else half_up(found.ratio, 2),
        )  # fmt: skip
        unsaid = sum(len(keys or ()) for looked_at, *_, keys in self.stretches if looked_at is None)
        return f"{self.period}：{said}" + (f"另有{unsaid:,}件没有登记期限，未计。" if unsaid else "")

    @property
    def listing(self) -> RowListing:
        """The rows that are looked at."""
        (key,) = self.of.catalog.tables[self.prompt.table].key
        keys = tuple(one for looked_at, *_, rows in self.stretches if looked_at for one in rows or ())
        return self.prompt.model_copy(
            update={"where": (*self.prompt.where, Test(column=key, operator="in", value=keys))}
        )


def read_prompts(of: Reading) -> tuple[PromptReading, ...]:
    """What each prompt says for a reader's selection. Raises Forbidden for visitors."""
    calendar = work_calendar(of.connection)
    return tuple(read_prompt(of, prompt, calendar) for prompt in of.catalog.prompts.values())


def a_year_before(now: PromptReading) -> PromptReading:
    """The same a year earlier."""
    of = replace(now.of, period=year_before(now.of.period))
    return read_prompt(of, now.prompt, work_calendar(of.connection))


def read_prompt(of: Reading, prompt: Prompt, calendar: WorkCalendar) -> PromptReading:
    """What a prompt says of the period; of a year's end the last one that is over."""
    label = of.period.label
    if prompt.kind == "year_end":
        months = of.period.months
        over = months.month_of(of.as_of.get(prompt.table, of.period.last) + timedelta(1)) - 1
        running = months.containing("year", min(of.period.last_month, over) + 1)
        year = months.containing("year", running.first_month - 1)
        of, label = replace(of, period=year), month_label(year.last_month)
    period, since = of.period, of.period.first_month - 12 * (prompt.kind == "filed_again")
    part, basis = part_of(replace(of, period=replace(period, first_month=since)), prompt)
    earlier, reason = None, basis.reason
    if prompt.earlier is not None:  # what ended up to `days` before the first that may follow it
        before = replace(of, period=replace(period, first_month=since - prompt.days // 28 - 1))
        earlier, told = part_of(before, prompt.earlier)
        reason = reason or told.reason
    days = [period.first + timedelta(passed) for passed in range((period.last - period.first).days + 1)]
    if prompt.kind in ("period_end", "year_end"):
        reason = reason or _unfinished(of, prompt, calendar)
        days = [day for day in days if calendar.is_workday(day)]
    if reason or part is None:
        return PromptReading(prompt, of, label, reason)
    limit, off = prompt.limit, [_with_days_off(day, calendar) for day in days] if prompt.kind == "period_end" else []
    known: dict[str, Any] = {"days": days, "off": off, "width": prompt.days, "first": period.first}
    known["starts"] = [period.months.month_start(month) for month in range(since, period.last_month + 2)]
    known |= {"months": limit.months, "days": limit.days} if limit else {}
    query = stretches_sql(of.catalog.tables[prompt.table], prompt, part, earlier)
    with of.connection.cursor() as cursor:
        rows = cursor.execute(query, {name: known[name] for name in re.findall(r"\$(\w+)", query)}).fetchall()
    if sum(row[0] is False for row in rows) < 2 or not any(row[0] for row in rows):
        return PromptReading(prompt, of, label, f"{period.label}或者作为参照的各月没有可比的行。")
    return PromptReading(prompt, of, label, stretches=tuple(rows))


def _unfinished(of: Reading, prompt: Prompt, calendar: WorkCalendar) -> str:
    """Why the working days of a period are not all told yet; empty where they are."""
    period, after, cut = of.period, of.period.last + timedelta(1), of.as_of[prompt.table]
    if period.last > cut:
        return f"数据只到{day_text(cut)}，{period.label}还没有结束。"
    if calendar.is_workday(after) is None:
        return f"没有登记{after.year}年的放假安排，不知道哪些天是工作日。请在“登记”页登记《工作日安排表》。"
    return ""


def _with_days_off(day: date, calendar: WorkCalendar) -> int:
    """A working day and the days off after it: before a holiday what would have ended in it is ended."""
    days = 1
    while calendar.is_workday(day + timedelta(days)) is False:
        days += 1
    return days
