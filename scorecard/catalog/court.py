"""The court of a deployment, its statistical months, its departments or courts and the days on which they exist."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal

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


class MemberCourt(Department):
    """A court of an upper court's area, by which rows are counted, with the codes of its case numbers."""

    codes: Texts = Field(min_length=1)


ALL_DEPARTMENTS = "all"  # stands in place of a department's id for 全院, the whole court, or all courts together
Departments = Mapping[str, Department]  # id -> department


@dataclass(frozen=True)
class UnitWords:
    """What readers call the parts that rows are counted by. In seeds `{unit}`, `{whole}`, `{own}` and `{ours}` stand for these words,
    and the court's own names of things in its plan (`named`) for theirs.
    """

    unit: str = "部门"
    whole: str = "全院"  # all of them together
    own: str = "本部门"  # of an account that belongs to one
    ours: str = "本院"  # whose cases these are
    choice: str = "部门"  # what a reader may choose: parts, and departments for what they answer for
    role: str = "部门"  # an account that belongs to one of these
    named: tuple[tuple[str, str], ...] = ()

    def fill(self, text: str) -> str:
        """The text of a seed file with the words in place of their names."""
        own = (("unit", self.unit), ("whole", self.whole), ("own", self.own), ("ours", self.ours))
        for name, word in (*own, *self.named):
            text = text.replace(f"{{{name}}}", word)
        return text


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
    """The deployment: whose court this is and what its data can say.

    Rows are counted by department, or, of an upper court, by the courts of courts.toml: then their codes are `court_codes`, and
    `whole` is what they are called together. `plan_words`: what the plan's text names that another court's would name otherwise.
    """

    name: str
    short_name: str
    unit: Literal["department", "court"] = "department"
    whole: str = ""
    plan_words: dict[str, str] = Field(default_factory=dict)
    court_codes: Texts = ()
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
        several, codes = self.unit == "court", "court_codes" in self.model_fields_set
        if several == codes or several != bool(self.whole):
            found = f"unit = “{self.unit}”，{'有' if codes else '没有'} court_codes，whole = “{self.whole}”"
            expected = "按部门统计的只写 court_codes；按法院统计的（unit = “court”）只写 whole，如“全市法院”"
            raise mistake(found, expected, "各法院的代字写在 courts.toml")
        if not self.months.is_sound():
            expected = "from 依次变晚；改变 year_begins 的，每个季度的月份仍前后相连"
            raise mistake("statistical_months 前后接不上", expected, "新的年度从它的第一个月起算")
        return self

    @property
    def words(self) -> UnitWords:
        """The words for what rows are counted by."""
        named = (("court_name", self.name), *self.plan_words.items())
        if self.unit != "court":
            return UnitWords(named=named)
        return UnitWords("法院", self.whole, "本院", self.whole, "法院（责任部门）", "法院或部门", named)

    @property
    def months_text(self) -> str:
        """The rules of its months in words."""
        return "；".join(rule.words for rule in self.statistical_months) or "自然月"

    @property
    def months(self) -> StatisticalCalendar:
        rules = ((month_index(rule.start), rule.closes_on, rule.year_begins) for rule in self.statistical_months)
        return StatisticalCalendar(tuple(MonthRule(*rule) for rule in rules))


class CourtParts:
    """What a catalogue knows of the parts of its court: their names, who they are on a day, and what rows are counted by."""

    court: Court
    departments: dict[str, Department]

    @cached_property
    def units(self) -> tuple[str, ...]:
        """What rows are counted by, in the plan's order: the courts, otherwise every department that is no collective."""
        courts = tuple(name for name, one in self.departments.items() if isinstance(one, MemberCourt))
        return courts or tuple(name for name, one in self.departments.items() if not one.collective)

    @property
    def words(self) -> UnitWords:
        """What readers call what rows are counted by."""
        return self.court.words

    def has_own_values(self, department: str) -> bool:
        """Whether papers of it read its own values: of a court, not of a department, which answers for those of the whole."""
        return self.court.unit == "court" and department in self.units

    def own_word(self, department: str | None) -> str:
        """What an account of this department or court calls it: 本部门, 本院."""
        return self.words.own if department in self.units else "本部门"

    @cached_property
    def within(self) -> Mapping[str, str]:
        """Department -> the court that its rows count for: where rows are counted by court, the upper court itself."""
        own = next((one for one in self.units if self.departments[one].name == self.court.name), None)
        departments = (one for one in self.departments.values() if one.id not in self.units and not one.collective)
        return {one.id: own for one in departments if own} if self.court.unit == "court" else {}

    def barred(self, responsible: bool) -> dict[str, str]:
        """The registered names that a column of rows, or of who is `responsible`, does not take, each with the reason."""
        unit, single = self.words.unit, () if responsible else self.units
        return {
            one.id: f"“{one.name}”是统称，不是一个部门" if one.collective else f"“{one.name}”不是{unit}"
            for one in self.departments.values()
            if one.collective or (single and one.id not in single)
        }

    def department_name(self, department: str) -> str:
        """The name of a department or court, or what all of them are called: 全院."""
        return self.words.whole if department == ALL_DEPARTMENTS else self.departments[department].name

    def department_names(self, ids: tuple[str, ...], day: date | None = None) -> str:
        """Departments by name; on a day those that answer for them then, each with the names it took over: 民商事庭（原民事庭）."""
        if day is None:
            return "、".join(self.departments[department].name for department in ids)
        names: list[str] = []
        for heir in self.responsible(ids, day):
            former = [self.departments[one].name for one in ids if one != heir and self.department_on(one, day) == heir]
            names.append(self.departments[heir].name + (f"（原{'、'.join(former)}）" if former else ""))
        return "、".join(names)

    def responsible(self, ids: Iterable[str], day: date) -> tuple[str, ...]:
        """Who answers on a day for what these departments answer for, each once."""
        return tuple(dict.fromkeys(self.department_on(department, day) for department in ids))

    def answering(self, ids: Iterable[str], day: date) -> tuple[str, ...]:
        """The same with the members of a collective, each of which answers for what it is named for."""
        named = self.responsible(ids, day)
        known = (self.departments.get(name) for name in named)
        return tuple(
            dict.fromkeys((*named, *self.responsible((id for one in known if one for id in one.members), day)))
        )

    def department_on(self, department: str, day: date) -> str:
        """The department that stands for this one on a day: its successor after its end, its only predecessor before its start.

        A department made of several has no predecessor that could be told from the others, and stands for itself.
        """
        known = self.departments.get(department)
        while known is not None and known.until is not None and day > known.until:
            department, known = known.succeeded_by, self.departments.get(known.succeeded_by)
        while known is not None and known.start is not None and day < known.start:
            eve = known.start - timedelta(1)
            before = [one for one in self.departments.values() if one.succeeded_by == department and one.until == eve]
            if len(before) != 1:
                break
            department, known = before[0].id, before[0]
        return department

    @property
    def department_turns(self) -> tuple[date, ...]:
        """The days on which a department is another than the day before, in their order."""
        starts = {one.start for one in self.departments.values() if one.start}
        return tuple(sorted(starts | {one.until + timedelta(1) for one in self.departments.values() if one.until}))
