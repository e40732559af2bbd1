"""What the catalogue holds: court, departments, the plan's measures, sources and indicators. Frozen pydantic models."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from scorecard.calendar.period import Grain
from scorecard.catalog.briefing_templates import Template
from scorecard.catalog.conditions import Frozen, Texts, mistake
from scorecard.catalog.contracts import Table
from scorecard.catalog.departments import Department
from scorecard.catalog.formulas import Formula, to_formula
from scorecard.catalog.tabulations.declarations import RowListing, Tabulation
from scorecard.catalog.worklists import Worklist

Direction = Literal["higher", "lower", "range", "neutral"]
Scope = Literal["all", "firm"]
PeriodState = Literal["complete", "partial", "immature"]
ALL_DEPARTMENTS = "all"  # stands in place of a department's id for 全院, the whole court

# How many of the base unit (the unit of the column, or a plain number of rows) make one displayed unit.
# A percentage is a hundredth; 万元 is ten thousand 元.
UNIT_SCALE: dict[str, tuple[int, int]] = {"%": (100, 1), "万元": (1, 10_000)}
UNITS = ("%", "天", "件", "家", "篇", "个", "万元")
COLUMN_UNIT: dict[str, str] = {"天": "天", "万元": "元"}


class Issuing(Frozen):
    """What stands at the head of a paper: the red name, and who issues it."""

    masthead: str = "工作简报"
    issuer: str = ""


class Court(Frozen):
    """The deployment: whose court this is and what its data can say."""

    name: str
    short_name: str
    court_codes: Texts
    legacy_court_codes: Texts = ()
    statistics_from: date | None = None
    minimum_base: int = 5
    max_upload_mb: int = 64
    due_day: int = 10
    max_aside_share: float = 0.05
    briefing: Issuing = Issuing()

    @model_validator(mode="after")
    def _in_range(self) -> "Court":
        if not 0 <= self.max_aside_share <= 1:
            raise mistake(f"max_aside_share = {self.max_aside_share}", "0 至 1 之间的数，如 0.05")
        if not 1 <= self.due_day <= 31:
            raise mistake(f"due_day = {self.due_day}", "1 至 31 之间的整数")
        return self


class Domain(Frozen):
    """One of the plan's domains, or the cross-domain home of the requirements."""

    id: str
    name: str
    short: str = ""
    goal: str = ""
    cross: bool = False


class Measure(Frozen):
    """One of the 17 配套措施 in the plan's own words."""

    id: str
    domain: str
    number: int
    title: str
    text: str
    responsible: str
    departments: Texts
    cites: Texts = ()


class Requirement(Measure):
    """One of the seven 工作要求 in the plan's own words, which name no department that reports on it."""

    responsible: str = ""
    departments: Texts = ()


class BibliographicSource(Frozen):
    """Where a formula, a limit or a peer figure comes from."""

    id: str
    title: str
    year: int | str | None = None
    grade: str = ""
    url: str = ""


class Expectation(Frozen):
    """What the worked example must give."""

    grain: Grain = "month"
    period: str
    scope: Scope = "all"
    numerator: int | float | str | None = None
    denominator: int | float | str | None = None
    base: int | None = None
    value: str | None = None
    state: PeriodState | None = None


class Example(Frozen):
    """A worked example: shown in the glossary as 算例, run as a test on every engine."""

    as_of: date | None = None
    rows: str | None = None
    tables: dict[str, str] = Field(default_factory=dict)
    expect: Expectation


class Indicator(Frozen):
    """One indicator: the file name is its id, the folder its domain."""

    id: str
    domain: str
    name: str
    definition: str
    exclusions: str
    why: str
    measures: Texts
    departments: Texts
    unit: str
    direction: Direction
    counterweight: str
    sources: Texts
    takes_target: bool = True
    reference: str = ""
    note: str = ""
    formula: Annotated[Formula, BeforeValidator(to_formula)]
    example: Example = Field(repr=False)

    @model_validator(mode="after")
    def _unit_fits(self) -> "Indicator":
        if self.unit not in UNITS:
            raise mistake(f"单位“{self.unit}”", "、".join(UNITS))
        if (self.unit == "%") != (self.formula.kind == "ratio"):
            raise mistake(f"kind = “{self.formula.kind}” 的单位是“{self.unit}”", "比率的单位是 %，其他指标不是 %")
        return self

    @property
    def scale(self) -> tuple[int, int]:
        """numerator ÷ denominator × this (a fraction) = value in the indicator's unit."""
        return UNIT_SCALE.get(self.unit, (1, 1))

    @property
    def accumulates(self) -> bool:
        """Whether its months add up to its year: counts and sums of what happened, not rates and not what is there on a day."""
        flow = all(term.stock is None for term in self.formula.terms)
        return self.formula.kind in ("count", "sum") and flow


@dataclass(frozen=True)
class Catalog:
    """Everything the seeds say, in the plan's order. `digest` changes when any seed file changes."""

    court: Court
    domains: dict[str, Domain]
    departments: dict[str, Department]
    measures: dict[str, Measure]
    requirements: dict[str, Requirement]
    sources: dict[str, BibliographicSource]
    tables: dict[str, Table]
    indicators: dict[str, Indicator]
    digest: str
    files: Mapping[str, bytes]
    worklists: Mapping[str, Worklist] = field(default_factory=dict[str, Worklist])
    briefings: Mapping[str, Template] = field(default_factory=dict[str, Template])
    tabulations: Mapping[str, Tabulation] = field(default_factory=dict[str, Tabulation])
    listings: Mapping[str, RowListing] = field(default_factory=dict[str, RowListing])

    @property
    def plan_rows(self) -> dict[str, Measure]:
        """The rows of the plan, in its order: its measures, then its requirements."""
        return {**self.measures, **self.requirements}

    def row_title(self, row: str) -> str:
        """A row of the plan as a reader finds it: 解决商业纠纷 5．推进小额诉讼程序适用."""
        entry = self.plan_rows[row]
        part = "工作要求" if row in self.requirements else self.domains[entry.domain].name
        return f"{part} {entry.number}．{entry.title}"

    def row_code(self, row: str) -> str:
        """A row of the plan as registers name it: 商1, 要3."""
        entry = self.plan_rows[row]
        return f"{self.domains[entry.domain].short}{entry.number}" if entry.domain in self.domains else ""

    def of_domain(self, domain: str) -> tuple[Indicator, ...]:
        """The indicators of a domain, in the order of the measures they serve."""
        return tuple(indicator for indicator in self.indicators.values() if indicator.domain == domain)

    def of_measure(self, measure: str) -> tuple[tuple[Tabulation, ...], tuple[RowListing, ...]]:
        """The tabulations and the listings that answer for a measure or requirement."""
        tabulations = (one for one in self.tabulations.values() if measure in one.measures)
        return tuple(tabulations), tuple(one for one in self.listings.values() if measure in one.measures)

    def department_name(self, department: str) -> str:
        """The name of a department, or 全院 for the whole court."""
        return "全院" if department == ALL_DEPARTMENTS else self.departments[department].name

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
