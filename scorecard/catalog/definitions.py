"""What the catalogue holds: the plan's measures, sources, indicators, beside the court and its departments. Frozen pydantic models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from scorecard.calendar.period import GRAINS, Grain, Period, RowPeriod, day_text, month_index, month_label
from scorecard.catalog.briefing_templates import Template
from scorecard.catalog.conditions import Frozen, Texts, as_tuple, mistake
from scorecard.catalog.contracts import Table
from scorecard.catalog.court import ALL_DEPARTMENTS as ALL_DEPARTMENTS, Court as Court, CourtParts, Department
from scorecard.catalog.formulas import Formula, Term, to_formula
from scorecard.catalog.frameworks.declarations import Framework
from scorecard.catalog.tabulations.declarations import RowListing, Tabulation
from scorecard.catalog.tabulations.prompts import Prompt
from scorecard.catalog.worklists import Worklist

Direction = Literal["higher", "lower", "range", "neutral"]
Scope = Literal["all", "firm"]
PeriodState = Literal["complete", "partial", "immature"]

# How many of the base unit (the unit of the column, or a plain number of rows) make one displayed unit.
# A percentage is a hundredth; 万元 is ten thousand 元.
UNIT_SCALE: dict[str, tuple[int, int]] = {"%": (100, 1), "万元": (1, 10_000)}
_POWERS = {"": 1, "百": 100, "千": 1_000, "万": 10_000}
COUNTED_UNITS = ("件", "家", "篇", "个", "人", "次")
UNITS = ("%", "天", "小时", *COUNTED_UNITS, "万元", "元")
COLUMN_UNIT: dict[str, str] = {unit: unit for unit in UNITS if unit != "%"} | {"万元": "元"}


@dataclass(frozen=True)
class PerUnit:
    """A unit like 件/人, 元/千件: so much `of` this for every `each` (in words `per`) of what is counted below."""

    of: str
    each: int
    per: str

    @classmethod
    def read(cls, unit: str) -> "PerUnit | None":
        """None for a unit that is not of this form."""
        of, slash, per = unit.partition("/")
        power = per[:1] if per[:1] in _POWERS else ""
        per = per.removeprefix(power)
        return cls(of, _POWERS[power], per) if slash and of in COLUMN_UNIT and per in COUNTED_UNITS else None


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


class FormerDefinition(Frozen):
    """How an indicator was counted until a day. What it cannot say here (name, unit, direction) never changes."""

    valid_from: date | None = None
    valid_until: date
    basis: str = ""
    definition: str
    exclusions: str
    note: str = ""
    formula: Annotated[Formula, BeforeValidator(to_formula)]
    example: Example = Field(repr=False)


class Indicator(Frozen):
    """One indicator: the file name is its id, the folder its domain.

    Its own words and formula are in force from `valid_from` by the document `basis`; `earlier` are those before, newest first.
    """

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
    all_time: bool = False  # whether it has a value 自统计起 too, of all months since it is counted
    shortfall: str = ""  # what one of its rows that falls short is called, behind its measure word: "家未排查"
    reference: str = ""
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    basis: str = ""
    formula: Annotated[Formula, BeforeValidator(to_formula)]
    example: Example = Field(repr=False)
    earlier: Annotated[tuple[FormerDefinition, ...], BeforeValidator(as_tuple)] = ()
    _newest: "Indicator | None" = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _unit_fits(self) -> "Indicator":
        if self.unit not in UNITS and self.per is None:
            raise mistake(f"单位“{self.unit}”", f"{'、'.join(UNITS)}，或 件/人、元/千件 这样的单位")
        for one in (self, *self.earlier):
            kind = one.formula.kind
            if self.per is not None and kind != "mean" and (kind != "ratio" or one.formula.share):
                expected = "比率（写 may_exceed = true，它不是部分占整体）或平均数才有 件/人 这样的单位"
            elif self.per is None and (self.unit == "%") != (kind == "ratio"):
                expected = "比率的单位是 %，其他指标不是 %" + ("；单位变了就是另一项指标" if self.earlier else "")
            elif self.unit in COUNTED_UNITS and kind in ("mean", "median", "stage_means", "disposition"):
                expected = "平均数、中位数会有小数，单位如 天、元，平均数也可用 次/件"
            else:
                continue
            raise mistake(f"kind = “{kind}” 的单位是“{self.unit}”", expected)
        return self

    @property
    def per(self) -> PerUnit | None:
        """The parts of a unit like 件/人; None for any other."""
        return PerUnit.read(self.unit)

    @model_validator(mode="after")
    def _adds_up(self) -> "Indicator":
        formula = self.formula
        if self.all_time and (formula.matures_after or any(term.stock is not None for term in formula.terms)):
            found = "all_time 用在存量或有观察期的指标上"
            raise mistake(found, "按日期计入的数；存量没有自统计起的数，未满的观察期使它永远不定")
        examples = [*([] if self.all_time else [self.example]), *(one.example for one in self.earlier)]
        if any(example.expect.grain == "total" for example in examples):
            raise mistake("算例的 grain = “total”，而口径没有自统计起的数", "all_time = true，或另一种统计方式")
        return self

    @model_validator(mode="after")
    def _one_life(self) -> "Indicator":
        """Whole months, one definition after the other, without a gap; an overlap is allowed."""
        for one in (self, *self.earlier):
            if one.valid_from and one.valid_from.day != 1:
                raise mistake(f"valid_from = {one.valid_from}", "某月1日")
            if one.valid_until and (one.valid_until + timedelta(1)).day != 1:
                raise mistake(f"valid_until = {one.valid_until}", "某月最后一日")
            if one.valid_from and one.valid_until and one.valid_until < one.valid_from:
                raise mistake(f"自 {one.valid_from} 起、至 {one.valid_until} 止", "止日不早于起日")
        for newer, older in zip((self, *self.earlier), self.earlier, strict=False):
            if newer.valid_from is None or not newer.basis:
                raise mistake("口径有前后两段，后一段没有 valid_from 或 basis", "起用之日，和改口径所依据的文件")
            if older.valid_from and older.valid_from >= newer.valid_from:
                found = f"原口径自 {older.valid_from} 起，不早于后一口径的 {newer.valid_from}"
                raise mistake(found, "由近及远，先起的写在后面")
            if newer.valid_until and newer.valid_until <= older.valid_until:
                raise mistake(f"原口径至 {older.valid_until} 止，不早于后一口径的 {newer.valid_until}", "先起的先止")
            if older.valid_until < newer.valid_from - timedelta(1):
                found = f"原口径至 {older.valid_until} 止，后一口径自 {newer.valid_from} 起，其间没有口径"
                raise mistake(found, f"原口径的 valid_until 不早于 {newer.valid_from - timedelta(1)}")
        return self

    @property
    def definitions(self) -> tuple["Indicator", ...]:
        """The definition in force last and those before it; a former one's id and name tell its last month."""
        newest = self._newest or self
        former = (
            newest.model_copy(
                update={
                    **{name: getattr(one, name) for name in FormerDefinition.model_fields},
                    "id": f"{newest.id}@{one.valid_until:%Y-%m}",
                    "name": f"{newest.name}（{month_label(month_index(one.valid_until))}止的口径）",
                    "earlier": (),
                    "all_time": False,  # months by two formulas do not add up
                }
            )
            for one in newest.earlier
        )
        return (newest, *former)

    @property
    def span(self) -> str:
        """From when until when this definition is in force: 2024年1月1日至2026年3月31日; empty for one that always was."""
        first = day_text(self.valid_from) if self.valid_from else ""
        return f"{first}至{day_text(self.valid_until)}" if self.valid_until else first and f"{first}起"

    def covers(self, period: Period) -> bool:
        """Whether this definition is in force throughout a period."""
        begun = self.valid_from is None or month_index(self.valid_from) <= period.first_month
        return begun and (self.valid_until is None or period.last_month <= month_index(self.valid_until))

    def counted_by(self, period: Period) -> "Indicator | None":
        """The one of `definitions` by which a period is read: the newest in force throughout it; None where none is."""
        return next((one for one in self.definitions if one.covers(period)), None)

    def uncounted(self, period: Period) -> str:
        """Why a period has no value by any definition; empty where it may have one."""
        oldest, newest = self.definitions[-1], self.definitions[0]
        if self.counted_by(period) is not None:
            return ""
        if oldest.valid_from and period.first_month < month_index(oldest.valid_from):
            return f"本指标自{day_text(oldest.valid_from)}起统计"
        if newest.valid_until and period.last_month > month_index(newest.valid_until):
            return f"本指标统计至{day_text(newest.valid_until)}"
        return f"{period.label}横跨新旧口径，不合并计算"

    def at(self, period: Period) -> "Indicator":
        """The indicator in the words and by the formula of a period; in those of today where none was in force throughout."""
        newest, known = self._newest or self, self.counted_by(period)
        if known is None or known.id == newest.id:
            return newest
        then = known.model_copy(update={"id": newest.id, "name": newest.name})
        then._newest = newest
        return then

    @property
    def measured_terms(self) -> dict[tuple[Term, str], None]:
        """Every term with the unit that its amounts must be in; of a base none."""
        above, below = (self.per.of, self.per.per) if self.per else (self.unit, self.unit)
        halves = ((above, "numerator"), (below, "denominator"), ("", "base"))
        parts = self.formula.parts
        return {(term, unit): None for part in parts for unit, half in halves for term in getattr(part, half)}

    @property
    def scale(self) -> tuple[int, int]:
        """numerator ÷ denominator × this (a fraction) = value in the indicator's unit."""
        if self.per is None:
            return UNIT_SCALE.get(self.unit, (1, 1))
        up, down = UNIT_SCALE.get(self.per.of, (1, 1))
        return up * self.per.each, down

    @property
    def accumulates(self) -> bool:
        """Whether its months add up to its year: counts and sums of what happened, not rates and not what is there on a day."""
        flow = all(term.stock is None for term in self.formula.terms)
        return self.formula.kind in ("count", "sum") and flow


@dataclass(frozen=True, repr=False)  # all the seeds, written out, hide what an error says
class Catalog(CourtParts):
    """Everything the seeds say, in the plan's order. `digest` changes when any seed file changes.

    `departments` are the courts by which rows are counted, where they are, then the departments.
    """

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
    prompts: Mapping[str, Prompt] = field(default_factory=dict[str, Prompt])
    frameworks: Mapping[str, Framework] = field(default_factory=dict[str, Framework])

    @cached_property
    def definitions(self) -> dict[str, Indicator]:
        """Every definition that any month was counted by, by the id it has in the waist."""
        return {one.id: one for indicator in self.indicators.values() for one in indicator.definitions}

    def row_period(self, *terms: Term) -> RowPeriod | None:
        """The longest period that one row of their tables stands for; None where rows have days of their own."""
        lengths = (self.tables[one.table].row_period(one.clocks) for one in terms if one.table in self.tables)
        return max(filter(None, lengths), key=get_args(RowPeriod).index, default=None)

    def grains(self, formula: Formula) -> tuple[Grain, ...]:
        """Those that a value can have: none finer than its rows, for a year's number is no month's."""
        finer = {"quarter": ("month", "ytd"), "year": ("month", "ytd", "quarter")}
        return tuple(grain for grain in GRAINS if grain not in finer.get(self.row_period(*formula.terms) or "", ()))

    @property
    def indicator_names(self) -> dict[str, tuple[str, ...]]:
        """What a register can speak of, with other spellings: indicators by name, then items of frameworks."""
        names: dict[str, tuple[str, ...]] = {one.name: (one.id,) for one in self.indicators.values()}
        items = (item.name for framework in self.frameworks.values() for item in framework.items)
        return names | {name: () for name in items if name not in names}

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
