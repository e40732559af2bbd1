"""The plan's measures and requirements as a matrix: responsible departments, reports, verdicts of indicators, worklist items.

What it must show at a glance is which measure nothing speaks for, and which department owes a report. How often reports
are due is a dated parameter: without one, days are counted and nobody owes anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scorecard.assessment.cards import Card
from scorecard.catalog.definitions import Catalog, Measure
from scorecard.catalog.worklists import ItemState
from scorecard.records.parameters import Parameter, in_force
from scorecard.records.progress_reports import ProgressReport, reporters
from scorecard.store.worklist_rows import Tally, counted

REPORTED_EVERY = "配套措施进展汇报间隔天数"  # the parameter
SILENT = ("无数据", "数据待核")  # verdicts that speak for nothing


@dataclass(frozen=True)
class Duty:
    """What one department owes a measure: its latest report, days since it (None: never), whether one is overdue.

    `owed` is None where no interval is set.
    """

    department: str
    latest: ProgressReport | None
    days: int | None
    owed: bool | None


@dataclass(frozen=True)
class MeasureLine:
    """One measure or requirement: who answers for it, what its indicators say, what waits on worklists, what was reported."""

    measure: Measure
    duties: tuple[Duty, ...]
    cards: tuple[Card, ...]
    worklists: tuple[tuple[str, dict[ItemState, int]], ...]
    reports: tuple[ProgressReport, ...]

    @property
    def speaking(self) -> tuple[Card, ...]:
        """Indicators that have a sound value."""
        return tuple(card for card in self.cards if card.verdict.word not in SILENT)

    @property
    def missed(self) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if card.verdict.word == "未达标")

    @property
    def lacking(self) -> tuple[str, ...]:
        """What does not speak for this measure: indicators, reports, evidence named in a report. A requirement owes none."""
        if not self.duties:
            return ()
        lacking = [] if self.speaking else ["指标"]
        if not self.reports:
            lacking.append("汇报")
        elif not any(report.evidence for report in self.reports):
            lacking.append("佐证材料")
        return tuple(lacking)

    @property
    def silent(self) -> bool:
        """Whether neither a sound indicator nor any report speaks for a measure."""
        return bool(self.duties) and not self.speaking and not self.reports

    @property
    def owing(self) -> tuple[Duty, ...]:
        return tuple(duty for duty in self.duties if duty.owed)

    def waiting(self, state: ItemState) -> int:
        return sum(numbers[state] for _, numbers in self.worklists)


def lines(
    catalog: Catalog,
    cards: Mapping[str, Card],
    reports: Sequence[ProgressReport],
    tallies: Iterable[Tally],
    today: date,
    every: int | None,
) -> tuple[MeasureLine, ...]:
    """The plan's rows in its order. `reports` newest first; `every` how many days may pass between two of them."""
    counts = tuple(tallies)
    return tuple(
        MeasureLine(
            measure=measure,
            duties=_duties(catalog, measure, reports, today, every),
            cards=tuple(card for card in cards.values() if measure.id in card.indicator.measures),
            worklists=tuple(
                (worklist.id, counted(counts, worklist.id))
                for worklist in catalog.worklists.values()
                if measure.id in worklist.measures
            ),
            reports=tuple(report for report in reports if report.measure == measure.id and report.reported_on <= today),
        )
        for measure in catalog.plan_rows.values()
    )


def _duties(
    catalog: Catalog, measure: Measure, reports: Sequence[ProgressReport], today: date, every: int | None
) -> tuple[Duty, ...]:
    """One duty for each department that may report on the measure (scorecard.records.progress_reports): a collective's members each.

    What a department reported that has ended since counts for the one that answers today.
    """
    own = [report for report in reports if report.measure == measure.id and report.reported_on <= today]
    duties: list[Duty] = []
    for department in reporters(catalog, measure, today):
        latest = next((one for one in own if catalog.department_on(one.department, today) == department), None)
        days = (today - latest.reported_on).days if latest else None
        owed = None if every is None else days is None or days > every
        duties.append(Duty(department, latest, days, owed))
    return tuple(duties)


def interval(parameters: Iterable[Parameter], day: date) -> int | None:
    """How many days may pass between two reports on this day; None where nobody has set it."""
    parameter = in_force(parameters, REPORTED_EVERY, day)
    return None if parameter is None else int(parameter.value)
