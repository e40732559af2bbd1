"""Signals that a department is asked about: months in which the whole court's value truly worsened, and what was answered.

A signal is a run of charted months that all say 需要关注, known by the month in which its rule first held; runs whose rules
first held in one month are one signal. It is asked of every department that is responsible for the indicator today (a
collective answers by any of its members; without one 审管办 is asked), and of months of the last year only: with a history
older ones would come at once. An answer of any month of the run is its answer, whichever version it was written on; where
data are corrected and the run is gone, nothing is asked any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scorecard.assessment.cards import Card
from scorecard.assessment.control_chart import ChartedMonth, ControlChart
from scorecard.assessment.control_limits import RUN
from scorecard.assessment.number_format import value_text
from scorecard.calendar.period import Period, day_text, of_span, span_of
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.narrative.control_words import rule_sentence
from scorecard.records.parameters import Parameter, in_force
from scorecard.records.remarks import CAUSE, COMMENT, LASTING, IndicatorRemark
from scorecard.store.open_version import Version, first_shown

ANSWERED_WITHIN = "指标信号答复期限天数"
OFFICE = "case_management"  # asked where nobody is responsible
_ASKED = 12  # months back from the one that is read
_SHORT = 26  # characters of a text on a card


@dataclass(frozen=True)
class AskedSignal:
    """One signal: its months, the one in which it first showed, the rule in words; who is asked, who answered what.

    `current` while the last charted month still signals. `due` is None where no term is set.
    """

    indicator: Indicator
    months: tuple[ChartedMonth, ...]
    detected: ChartedMonth
    rule: str
    current: bool
    answers: tuple[IndicatorRemark, ...]
    owing: tuple[str, ...]
    seen: date
    due: date | None

    @property
    def id(self) -> str:
        return f"signal:{self.indicator.id}:{self.detected.period.key}"

    @property
    def span(self) -> str:
        first, last = self.months[0].period.label, self.months[-1].period.label
        return first if first == last else f"{first}至{last}"

    @property
    def filled_in(self) -> dict[str, str]:
        """What the form of its answer holds already: its last month, and the value of that month."""
        last = self.months[-1]
        said = filled_in(self.indicator, last.period, CAUSE)
        return {**said, "value_then": value_text(last.value, self.indicator.unit)}

    @property
    def lasting(self) -> IndicatorRemark | None:
        """The answer that says that the process itself has changed."""
        return next((one for one in self.answers if one.lasting == LASTING), None)

    @property
    def rebase_from(self) -> Period | None:
        """From which month on a re-basing is proposed; None while nobody says that it is lasting, and once it is over."""
        return self.months[0].period if self.current and self.lasting else None

    def overdue(self, today: date) -> bool:
        return bool(self.owing) and self.due is not None and today > self.due


def asked_signals(
    version: Version, cards: Iterable[Card], remarks: Sequence[IndicatorRemark], known: Sequence[Parameter], today: date
) -> tuple[AskedSignal, ...]:
    """The signals of these cards of months of the whole court, in the plan's order, the newest of an indicator first."""
    term = in_force(known, ANSWERED_WITHIN, today)
    return tuple(
        _asked(version, card, card.control.months[detected], run, remarks, term, today)
        for card in cards
        if card.control is not None
        for detected, run in reversed(_worsening(card.control).items())
        if card.control.read
        and card.control.months[run[-1]].period.first_month > card.control.read.first_month - _ASKED
    )


def _worsening(chart: ControlChart) -> dict[int, list[int]]:
    """The position at which a rule first held, and those of the months of its run that worsens; a new baseline begins a new one.

    Months may be of one signal though one between is not, as of two of three near a limit, or worse by another year's target.
    """
    runs: list[list[int]] = []
    starts = {part.start for part in chart.parts}
    for at, month in enumerate(chart.months):
        if month.word == "需要关注":
            if not runs or runs[-1][-1] != at - 1 or at in starts:
                runs.append([])
            runs[-1].append(at)
    signals: dict[int, list[int]] = {}
    for run in runs:
        signals.setdefault(max(run[0], min(_held(chart, at) for at in run)), []).extend(run)
    return signals


def _asked(
    version: Version,
    card: Card,
    detected: ChartedMonth,
    run: list[int],
    remarks: Sequence[IndicatorRemark],
    term: Parameter | None,
    today: date,
) -> AskedSignal:
    chart, catalog = card.control, version.catalog
    assert chart is not None
    months = tuple(chart.months[at] for at in run)
    spans = {span_of(month.period) for month in months}
    own = (one for one in remarks if one.kind == CAUSE and one.indicator == card.indicator.name)
    answers = tuple(one for one in own if one.at in spans)
    by = {catalog.department_on(one.department, today) for one in answers}
    asked = catalog.responsible(card.indicator.departments or (OFFICE,), today)
    members = {name: catalog.responsible(known.members, today) for name, known in catalog.departments.items()}
    seen = first_shown(version, card.indicator.formula.tables, detected.period.last_month)
    return AskedSignal(
        indicator=card.indicator,
        months=months,
        detected=detected,
        rule=rule_sentence(chart, run[-1]),
        current=run[-1] == len(chart.months) - 1,
        answers=answers,
        owing=tuple(one for one in asked if not by & {one, *members.get(one, ())}),
        seen=seen,
        due=None if term is None else seen + timedelta(days=int(term.value)),
    )


def _held(chart: ControlChart, position: int) -> int:
    """The position of the month with which the rule of this one's signal first held."""
    signal, start = chart.months[position].signal, chart.part_of(position).start
    assert signal is not None
    if signal.rule in ("trend", "shift"):
        return start + signal.first + RUN - 1
    return start + signal.last if signal.rule == "close" else position


def filled_in(indicator: Indicator, period: Period, kind: str) -> dict[str, str]:
    """The columns of a remark on an indicator in a period, as its form has them from an address."""
    year, span = span_of(period)
    return {"indicator": indicator.name, "kind": kind, "value_year": str(year), "span": span}


# --- in words ----------------------------------------------------------------------------------------------------


def answer_text(catalog: Catalog, signal: AskedSignal, *, dated: bool = True) -> str:
    """What was answered and by whom, and who still owes an answer, until when if `dated`."""
    said = [f"{remark_text(catalog, one)}{_moved(signal, one)}" for one in signal.answers]
    if signal.owing:
        until = f"（{day_text(signal.due)}前）" if signal.due and dated else ""
        said.append(f"待{catalog.department_names(signal.owing)}说明原因{until}")
    if signal.rebase_from:
        said.append(f"建议自{signal.rebase_from.label}起重设基准，待审管办决定")
    return "；".join(said)


def remark_text(catalog: Catalog, one: IndicatorRemark) -> str:
    """A remark with its department and day: "民事审判庭（2026年3月12日）说明原因：鉴定积压，属临时情况"."""
    name = catalog.departments[one.department].name if one.department in catalog.departments else one.department
    cause = one.kind == CAUSE
    lasting = f"（{one.lasting}）" if cause and one.lasting else ""
    return f"{name}{day_text(one.said_on)}{'说明原因' if cause else '评论'}{lasting}：{one.text.rstrip('。')}"


def _moved(signal: AskedSignal, answer: IndicatorRemark) -> str:
    """That the value is another since it was answered: the data were corrected."""
    now = next(
        value_text(one.value, signal.indicator.unit) for one in signal.months if span_of(one.period) == answer.at
    )
    return "" if answer.value_then in ("", now) else f"（说明时为{answer.value_then}，数据更正后为{now}）"


def said_text(
    catalog: Catalog,
    card: Card,
    signals: Iterable[AskedSignal],
    remarks: Iterable[IndicatorRemark],
    *,
    dated: bool = True,
) -> str:
    """What is said of a card's period: the answer to the signal that stands, or who owes one; comments of the period."""
    name, wanted = card.indicator.name, (card.indicator.name, COMMENT, *span_of(card.selected.period))
    own = (one for one in signals if one.current and one.indicator.name == name)
    monthly = card.judged.period.grain == "month"  # there the signal itself is read already
    said = [("" if monthly else f"{one.span}属真实恶化，") + answer_text(catalog, one, dated=dated) for one in own]
    comments = (one for one in remarks if (one.indicator, one.kind, one.value_year, one.span) == wanted)
    return "；".join([*said, *(remark_text(catalog, one) for one in comments)])


def said_ever(
    catalog: Catalog, card: Card, signals: Sequence[AskedSignal], remarks: Iterable[IndicatorRemark]
) -> tuple[tuple[str, str], ...]:
    """(period, what is said) of every signal of an indicator, then of every other remark on it; no remark is left out."""
    own = [one for one in signals if one.indicator.name == card.indicator.name]
    told = [(one.span, f"{one.rule}。{answer_text(catalog, one)}") for one in own]
    answers = {answer for one in own for answer in one.answers}
    for one in remarks:
        if one.indicator == card.indicator.name and one not in answers:
            gone = "（现在的数据中，该月没有要说明的信号）" if one.kind == CAUSE else ""
            told.append((of_span(*one.at, catalog.court.months).label, f"{remark_text(catalog, one)}{gone}"))
    return tuple(told)


def short_text(catalog: Catalog, card: Card, signals: Iterable[AskedSignal], remarks: Iterable[IndicatorRemark]) -> str:
    """The same on a card, cut to one short line."""
    said = said_text(catalog, card, signals, remarks, dated=False)
    return said if len(said) <= _SHORT else f"{said[: _SHORT - 1]}…"
