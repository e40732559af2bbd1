"""What a card says about one indicator in one period, to every page, figure and export: plain text and numbers, no screen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property

from scorecard.assessment.comparison import (
    PeriodChange,
    YearEnd,
    beyond,
    changes,
    comparable,
    of_like_length,
    pace_text,
    share_of_rows,
    to_meet,
    year_end,
)
from scorecard.assessment.control_chart import ControlChart, control
from scorecard.assessment.control_limits import Variation
from scorecard.assessment.data_quality import OfficialComparison, TableState, beside_official, indicator_reasons
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import figure_text, gap_text, halves_text, target_text, value_text
from scorecard.assessment.verdict import JudgedPeriod, Verdict, judge, withheld
from scorecard.calendar.period import GRAIN_LABELS, Period, year_before
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.records.annotations import Annotation, break_months
from scorecard.records.baselines import Baseline
from scorecard.records.official_values import OfficialValue
from scorecard.records.targets import FIRMS, Bounds, Target, bounds, effective
from scorecard.statistics.intervals import FEW, wilson

SPARK_POINTS = 13  # twelve months and the same month a year before


@dataclass(frozen=True)
class CardInputs:
    """What a version holds for one choice of grain, department and scope: the input of everything below."""

    catalog: Catalog
    series: Mapping[str, tuple[IndicatorValue, ...]]
    targets: tuple[Target, ...]
    doubts: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, TableState]
    department: str
    scope: str
    today: date
    baselines: tuple[Baseline, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    official: tuple[OfficialValue, ...] = ()
    # The same by month, read when first asked for; None where this is by month itself.
    months: "Callable[[], CardInputs] | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class Card:
    """One indicator in one period, ready to be read.

    `judged` is that period, or the last one before it whose cohort is through, where it is still under observation:
    `asked` is then the period that was asked for. `points` are all periods with a value in time order, later ones too.
    Each was judged once, when the card was made; everything else follows from them.
    """

    indicator: Indicator
    judged: JudgedPeriod
    points: tuple[JudgedPeriod, ...]
    departments: str
    changes: tuple[PeriodChange, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    responsible: tuple[str, ...] = ()  # ids of `departments`, and of a collective's members
    answering: tuple[str, ...] = ()  # the same on the day it is judged: who took over from one that ended since
    breaks: tuple[date, ...] = ()  # months from which on the indicator is counted otherwise
    asked: JudgedPeriod | None = None
    ahead: YearEnd | None = None  # where a count with a yearly target may stand at the end of the year
    # Values by former definitions beside newer ones, each with its span.
    former: tuple[tuple[str, JudgedPeriod], ...] = ()
    months: Callable[[], CardInputs] | None = field(default=None, compare=False, repr=False)

    def answered_by(self, department: str) -> bool:
        """Whether a department answers for it, by the plan or as the heir of one that ended."""
        return department in self.responsible or department in self.answering

    @property
    def verdict(self) -> Verdict:
        return self.judged.verdict

    @property
    def figure(self) -> str:
        """The large figure; a value on too small a base shows the base instead."""
        return self.judged.figure

    @property
    def unit(self) -> str:
        """The small unit beside the figure; empty where no value may be shown."""
        return self.judged.unit

    @property
    def value(self) -> str:
        """The figure with its unit, as it stands in a sentence."""
        return self.judged.text

    @property
    def target(self) -> str:
        return self.judged.target

    @property
    def period(self) -> str:
        return self.judged.label

    @property
    def halves(self) -> str:
        return self.judged.halves

    @property
    def hidden(self) -> str:
        """Why a visitor is not shown the number; empty where he is."""
        return self.judged.reading.hidden if self.judged.reading else ""

    @property
    def settled(self) -> bool:
        """False while the value will still move: a running period, a cohort under observation."""
        return self.judged.settled

    @property
    def official(self) -> tuple[str, ...]:
        """What others published of this value beside it, unless the verdict says it already."""
        return tuple(text for text in self.judged.official if text not in self.verdict.reason)

    @cached_property
    def gap(self) -> str:
        """The distance to the nearer bound, signed, in the unit of a difference; empty where nothing was judged."""
        limits, gap = self.judged.bounds, self.verdict.gap
        if limits is None or gap is None:
            return ""
        if limits.lower is not None and limits.upper is not None and self.verdict.word == "达标":
            return "在区间内"
        return f"较目标 {gap_text(gap, self.indicator.unit)}"

    @cached_property
    def through(self) -> tuple[JudgedPeriod, ...]:
        """The points up to the period that was asked for."""
        last = self.selected.period.last_month
        return tuple(point for point in self.points if point.period.last_month <= last)

    @property
    def selected(self) -> JudgedPeriod:
        """The period that was asked for, which is not read while its cohort is under observation."""
        return self.asked or self.judged

    @property
    def as_asked(self) -> "Card":
        """The card of the very period that was asked for, settled or not."""
        if self.asked is None:
            return self
        then = self.indicator.at(self.asked.period)
        return replace(self, indicator=then, judged=self.asked, asked=None, changes=(), ahead=None)

    @property
    def so_far(self) -> str:
        """What the period that was asked for says until now; empty where it is the one that is read."""
        if self.asked is None:
            return ""
        reading = self.asked.reading
        said = "暂无数值" if reading is None or reading.exact is None else f"暂为{self.asked.text}"
        return f"{self.asked.label}{said}，观察期未满"

    @property
    def formerly(self) -> str:
        """What the period that is read comes to by a former definition that was still in force; mostly empty."""
        beside = ((span, point) for span, point in self.former if point.period == self.judged.period)
        return "，".join(f"按原口径（{span}）为{point.text}" for span, point in beside)

    @property
    def trend(self) -> tuple[JudgedPeriod, ...]:
        return self.through[-SPARK_POINTS:]

    @cached_property
    def month(self) -> "Card | None":
        """The card of the last month of the period that was asked for: itself where that is one, None where no months are at hand."""
        asked = self.selected.period
        if asked.grain == "month" or self.months is None:
            return self if asked.grain == "month" else None
        monthly, last = self.months(), asked.months.containing("month", asked.last_month)
        return card(monthly, monthly.catalog.indicators[self.indicator.id], last)

    @cached_property
    def pace(self) -> str:
        """What is missing to this period's part of a yearly target, or how far it is exceeded."""
        judged = self.judged
        return pace_text(self.indicator, judged.reading, judged.goal, judged.bounds) if self._met else ""

    @cached_property
    def to_meet(self) -> str:
        """What the value would have had to be for the other verdict; a yearly total has its `pace` instead."""
        judged = self.judged
        paced = judged.goal is not None and judged.goal.kind == "累计" and self.indicator.accumulates
        return to_meet(self.indicator, judged.reading, judged.bounds) if self._met and not paced else ""

    @property
    def _met(self) -> bool:
        """Whether the period was judged against its target, for better or worse."""
        return self.verdict.word in ("达标", "未达标")

    @cached_property
    def control(self) -> ControlChart | None:
        """The months through the one that is read, with a reading or without, as a control chart; monthly grain only."""
        read = () if self.selected in self.through else (self.selected,)
        monthly = self.judged.period.grain == "month"
        return control(self.indicator, (*self.through, *read), self.baselines, self.breaks) if monthly else None

    @property
    def signal(self) -> Variation | None:
        """The chart's word of the very month that is read; an older month's word is not this one's."""
        chart = self.control
        return chart.variation if chart and chart.months and chart.last.period == self.judged.period else None

    @cached_property
    def whole_control(self) -> ControlChart | None:
        """The same of all months, later ones too: what a figure of all points draws."""
        if self.control is None or len(self.through) == len(self.points):
            return self.control
        return control(self.indicator, self.points, self.baselines, self.breaks)

    @cached_property
    def interval(self) -> str:
        """Within which a share of fewer than thirty rows may as well lie; empty for any other value."""
        reading = self.judged.reading
        if self.judged.exact is None or reading is None or not share_of_rows(self.indicator) or reading.public:
            return ""
        part, whole = reading.numerator, reading.denominator
        if part is None or not whole or whole >= FEW or not 0 <= part <= whole:
            return ""
        low, high = (value_text(bound * 100, "%") for bound in wilson(int(part), int(whole)))
        return f"95%区间{low}—{high}"

    @property
    def note(self) -> str:
        """In place of a gap, why there is none; beside a settled value, the one that was asked for and still moves."""
        if self.so_far:
            return self.so_far
        if self.verdict.word == "观察期未满":
            return "数值还会变化"
        if self.hidden:
            return "不公开"
        return {"样本不足": "只列数，不评价", "在途": "本期未结束"}.get(self.verdict.word, "")

    @property
    def made_of(self) -> str:
        """Numerator and denominator, or why there are none."""
        told = "，".join(filter(None, (self.halves, beyond(self.indicator, self.judged.reading), self.interval)))
        return told or self.hidden or (self.verdict.reason if self.verdict.word in ("无数据", "数据待核") else "")


def cards(inputs: CardInputs, period: Period) -> tuple[Card, ...]:
    """A card for every indicator of the catalogue, in its order."""
    return tuple(card(inputs, indicator, period) for indicator in inputs.catalog.indicators.values())


def card(inputs: CardInputs, indicator: Indicator, period: Period, judged_before: Sequence[JudgedPeriod] = ()) -> Card:
    """The card of one indicator. A base under the minimum shows its count, never a rate.

    `judged_before`: the points of another card of it from the same inputs, which need not be judged again.
    """
    points, day = tuple(judged_before) or trend(inputs, indicator), min(period.last, inputs.today)
    breaks = break_months(inputs.annotations, indicator.id)
    of_period = [point for point in points if point.period == period]
    asked = of_period[0] if of_period else judged_period(inputs, indicator, period)
    judged = asked
    if asked.word == "观察期未满":  # the last value before it that moves no more; itself where there is none
        before = (one for one in reversed(points) if one.period.last_month < period.last_month)
        judged = next((one for one in before if one.settled and one.exact is not None), asked)
    return Card(
        indicator=indicator.at(judged.period),
        judged=judged,
        asked=None if judged is asked else asked,
        points=points,
        departments=inputs.catalog.department_names(indicator.departments, day),
        responsible=inputs.catalog.answering(indicator.departments, day),
        answering=inputs.catalog.answering(indicator.departments, inputs.today),
        changes=changes(indicator, points, judged.period, inputs.catalog.court.minimum_base, breaks),
        baselines=inputs.baselines,
        breaks=breaks,
        ahead=year_end(indicator, points, judged, inputs.catalog.court.minimum_base, breaks),
        former=tuple((one.span, point) for one in indicator.definitions[1:] for point in trend(inputs, one)),
        months=inputs.months,
    )


def judged_period(inputs: CardInputs, indicator: Indicator, period: Period) -> JudgedPeriod:
    """One period, judged as its card judges it; also one that the version holds no value of."""
    readings = inputs.series.get(indicator.id, ())
    return _judged(inputs, indicator, period, next((one for one in readings if one.period == period), None))


def trend(inputs: CardInputs, indicator: Indicator) -> tuple[JudgedPeriod, ...]:
    """Every period of an indicator, each judged against the target in force in that period."""
    readings = inputs.series.get(indicator.id, ())
    return tuple(_judged(inputs, indicator, reading.period, reading) for reading in readings)


def sentence(card: Card) -> str:
    """What is wrong, by how much, in one sentence: "2026年10月为 18.20%，低于目标下限20%（-1.80个百分点）"."""
    return f"{card.period}{'为' if card.verdict.word == '未达标' else '：'}{card.verdict.reason}"


def _judged(inputs: CardInputs, indicator: Indicator, period: Period, reading: IndicatorValue | None) -> JudgedPeriod:
    catalog, goal, indicator = inputs.catalog, _goal(inputs, indicator, period), indicator.at(period)
    limits = None if goal is None else bounds(goal, period, _year_before(inputs, indicator, period, goal))
    exact, figure = None if reading is None else reading.exact, "—"
    if reading is not None and exact is not None:
        if withheld(indicator, reading, catalog.court.minimum_base):
            exact, figure = None, f"{reading.base}件"
        else:
            figure = figure_text(exact, indicator.unit)
    return JudgedPeriod(
        period=period,
        verdict=_verdict(inputs, indicator, period, reading, goal, limits),
        official=tuple(one.text for one in _beside_official(inputs, indicator, period, reading)),
        exact=exact,
        bounds=limits,
        base=0 if reading is None else reading.base,
        reading=reading,
        goal=goal,
        figure=figure,
        unit="" if exact is None else indicator.unit,
        halves="" if reading is None else halves_text(reading, indicator, catalog),
        target=target_text(goal, indicator.unit),
    )


def _goal(inputs: CardInputs, indicator: Indicator, period: Period) -> Target | None:
    """The target in force. The court's yearly total is the whole court's: no department and no part of the cases owes it."""
    department = "" if inputs.department == ALL_DEPARTMENTS else inputs.department
    scope = FIRMS if inputs.scope == "firm" else ""
    target = effective(inputs.targets, indicator.id, period, department, scope)
    own = target is not None and (target.department, target.scope) == (department, scope)
    return None if target is not None and target.kind == "累计" and not own else target


def _year_before(inputs: CardInputs, indicator: Indicator, period: Period, goal: Target) -> Fraction | None:
    """The value that a 较上年 target counts from; None where it could not stand in a comparison itself."""
    earlier, readings = year_before(period), inputs.series.get(indicator.id, ())
    reading = next((one for one in readings if one.period == earlier), None)
    if goal.kind != "较上年" or reading is None or withheld(indicator, reading, inputs.catalog.court.minimum_base):
        return None
    unbroken = comparable(period, earlier, break_months(inputs.annotations, indicator.id))
    if not (unbroken and of_like_length(indicator, period, earlier)):
        return None
    return reading.exact if _verdict(inputs, indicator, earlier, reading, None, None).word == "仅监测" else None


def _verdict(
    inputs: CardInputs,
    indicator: Indicator,
    period: Period,
    reading: IndicatorValue | None,
    goal: Target | None,
    limits: Bounds | None,
) -> Verdict:
    untold = _undivided(inputs, indicator, period) if reading is None else None
    if untold:
        return untold
    faults = [*inputs.doubts.get(indicator.id, ()), *(reading.doubts if reading is not None else ())]
    faults += [one.text for one in _beside_official(inputs, indicator, period, reading) if one.doubted]
    reasons = indicator_reasons(inputs.catalog, indicator, period, inputs.tables, faults, inputs.today)
    return judge(indicator, reading, goal, limits, reasons, inputs.catalog.court.minimum_base)


def _beside_official(
    inputs: CardInputs, indicator: Indicator, period: Period, reading: IndicatorValue | None
) -> tuple[OfficialComparison, ...]:
    """The published values of this very period and scope beside ours; they are the whole court's."""
    told = [one for one in inputs.official if one.speaks_of(indicator.name, period, inputs.scope)]
    whole = inputs.department == ALL_DEPARTMENTS
    return beside_official(told if whole else (), indicator, reading, inputs.catalog.court.minimum_base)


def _undivided(inputs: CardInputs, indicator: Indicator, period: Period) -> Verdict | None:
    """Why there can be no reading for this department, scope or period; None where there can."""
    uncounted = indicator.uncounted(period)
    if uncounted:
        return Verdict("无数据", uncounted)
    if period.grain not in inputs.catalog.grains(indicator.formula):
        by = "年" if inputs.catalog.row_period(*indicator.formula.terms) == "year" else "季"
        return Verdict("无数据", f"本指标的数据表按{by}报送，没有{GRAIN_LABELS[period.grain]}的数")
    contracts = [inputs.catalog.tables[name] for name in indicator.formula.tables]
    if inputs.scope == "firm" and not all(table.firm for table in contracts):
        return Verdict("不区分涉企", "本指标的数据表不区分涉企")
    if inputs.department != ALL_DEPARTMENTS and not all(table.department for table in contracts):
        words = inputs.catalog.words
        return Verdict("无数据", f"本指标只按{words.whole}统计，不分{words.unit}")
    return None
