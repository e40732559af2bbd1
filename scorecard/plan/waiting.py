"""What waits for a reader, by role: for the first page, and for papers that come to a reader. Each names where it is done.

A line with nothing to do is not there. Nothing is ranked; the order of a role's lines is fixed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scorecard.access import Role
from scorecard.assessment.cards import Card, cards
from scorecard.assessment.data_quality import overdue
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.narrative.plain_verdict import asks
from scorecard.plan.agenda import AgendaItem, agenda
from scorecard.plan.due_items import DueItem, due_items
from scorecard.plan.measure_matrix import MeasureLine, interval, lines
from scorecard.plan.signals import AskedSignal, asked_signals
from scorecard.records.decisions import Decision, falls_to, unresolved
from scorecard.records.remarks import TABLE as REMARKS, IndicatorRemark
from scorecard.records.targets import Target, to_review
from scorecard.store import warehouse
from scorecard.store.open_version import Version, card_inputs, judged_on
from scorecard.store.registers import progress
from scorecard.store.worklist_rows import Tally, counted, tallies, unjudged_lists

HOMES: tuple[Role, ...] = ("department", "case_management", "leadership", "administrator")


@dataclass(frozen=True)
class Waiting:
    """One line: what waits, the page and its query on which it is done, (text, tone) of each part, and the things by name.

    Tones are missed, doubtful, or none.
    """

    name: str
    page: str
    query: Mapping[str, str]
    parts: tuple[tuple[str, str], ...]
    things: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenWork:
    """What there is to do, whoever has to: the input of `waiting`.

    `cards` are the whole court's. `matters` are those before today's session, `late_tables` the names of tables that are
    owed, `aside` rows set aside and not corrected, `held` batches accepted and not published.
    """

    catalog: Catalog
    today: date
    cards: Mapping[str, Card]
    lines: Sequence[MeasureLine]
    tallies: Sequence[Tally]
    signals: Sequence[AskedSignal]
    decisions: Sequence[Decision]
    matters: Sequence[AgendaItem]
    targets: Sequence[Target]
    late_tables: tuple[str, ...]
    aside: int
    held: int = 0


def late_tables(version: Version) -> tuple[str, ...]:
    """The names of the tables that are owed on the day the version is judged by, in the order of the form."""
    today, as_of = judged_on(version), version.as_of
    named = (table for table in version.catalog.tables.values() if table.entered_by == "upload" and table.seed is None)
    return tuple(table.name for table in named if overdue(version.catalog, table.id, as_of.get(table.id), today))


def rows_aside(version: Version) -> int:
    """How many rows of all tables are set aside and not corrected."""
    return sum(state.aside for state in version.tables.values())


def open_work(
    version: Version, period: Period, decisions: Sequence[Decision], remarks: Sequence[IndicatorRemark], held: int = 0
) -> OpenWork:
    """What there is to do by a version and a period of it, whole court and all cases; signals as of the period's last month."""
    catalog, connection, today = version.catalog, version.connection, judged_on(version)
    known, counts = warehouse.parameters(connection), tallies(connection, catalog)
    months = catalog.court.months
    month = months.containing("month", period.last_month)
    by_month = cards(card_inputs(version, "month", ALL_DEPARTMENTS, "all", today), month)
    whole = (
        by_month
        if period == month
        else cards(card_inputs(version, period.grain, ALL_DEPARTMENTS, "all", today), period)
    )
    named = {card.indicator.id: card for card in whole}
    signals = asked_signals(version, by_month, remarks, known, today)
    rows = lines(catalog, named, progress(connection) or (), counts, today, interval(known, today))
    unjudged = unjudged_lists(connection, catalog)
    matters = agenda(catalog, named, rows, counts, decisions, version.targets, today, signals, unjudged)
    return OpenWork(
        catalog, today, named, rows, counts, signals, decisions, matters, version.targets,
        late_tables(version), rows_aside(version), held,
    )  # fmt: skip


def due_items_of(version: Version, work: OpenWork) -> tuple[DueItem, ...]:
    """Everything owed from here on, by a version and what was entered since."""
    every = interval(warehouse.parameters(version.connection), work.today)
    catalog, as_of = version.catalog, version.as_of
    return due_items(catalog, as_of, work.lines, work.decisions, work.tallies, work.today, every, work.signals)


def waiting(role: Role, department: str | None, work: OpenWork) -> tuple[Waiting, ...]:
    """The lines of a role, and for a department those of its own."""
    match role:
        case "department" if department in work.catalog.departments:
            found = _of_department(work, department or "")
        case "case_management":
            found = _of_case_management(work)
        case "leadership":
            found = [_decided(unresolved(work.decisions), work.today)]
        case "administrator":
            found = [Waiting("自检", "self_check", {}, (("逐个核对数据文件", ""),))]
        case _:
            found = []
    return tuple(line for line in found if line is not None)


def _of_department(work: OpenWork, own: str) -> list[Waiting | None]:
    name = work.catalog.departments[own].name
    missed = [card.indicator.name for card in work.cards.values() if own in card.answering and asks(card)]
    owed = [line.measure for line in work.lines if any(duty.department == own for duty in line.owing)]
    report = {"measure": work.catalog.row_title(owed[0].id)} if owed else {}
    asked = [signal for signal in work.signals if own in work.catalog.answering(signal.owing, work.today)]
    answer = {**asked[0].filled_in, "department": own, "said_on": work.today.isoformat()} if asked else {}
    signals = [f"{one.indicator.name}（{one.span}）" for one in asked]
    mine = [one for one in unresolved(work.decisions) if falls_to(one, own, work.catalog, work.today)]
    return [
        _line("要过问的指标", "", {"department": name}, "项", missed, "missed"),
        _overdue(work, own, name),
        _line("欠进展汇报", "progress", report, "项措施", [measure.title for measure in owed]),
        _line("待说明原因的信号", "registers", {"table": REMARKS, **answer}, "项", signals),
        _decided(mine, work.today),
    ]


def _overdue(work: OpenWork, own: str, name: str) -> Waiting | None:
    """The department's items on worklists that are overdue or soon will be; opened at the first list that has any."""
    numbers = {one.name: counted(work.tallies, one.id, own) for one in work.catalog.worklists.values()}
    late = {one: number["超期"] for one, number in numbers.items() if number["超期"]}
    soon = {one: number["临期"] for one, number in numbers.items() if number["临期"]}
    if not late and not soon:
        return None
    parts = [(f"超期 {sum(late.values()):,} 项", "missed")] if late else []
    parts += [(f"临期 {sum(soon.values()):,} 项", "")] if soon else []
    things = tuple(f"{one}超期 {number:,} 项" for one, number in late.items())
    return Waiting(
        "台账超期、临期", "worklists", {"list": next(iter(late or soon)), "whose": name}, tuple(parts), things
    )


def _of_case_management(work: OpenWork) -> list[Waiting | None]:
    matters = [item for item in work.matters if not item.decided]
    first = {"matter": matters[0].id} if matters else {}
    doubtful = tuple(card.indicator.name for card in work.cards.values() if card.verdict.word == "数据待核")
    names = {one.id: one.name for one in work.catalog.indicators.values()}
    reviews = to_review(work.targets, work.today)
    review = [f"{names.get(one.indicator, one.indicator)}：{why}" for one, why in reviews.items()]
    wrong = [(f"搁置未更正 {work.aside:,} 行", "doubtful")] if work.aside else []
    wrong += [(f"{len(doubtful)} 项指标数据待核", "doubtful")] if doubtful else []
    return [
        _line("应报未报的表", "upload", {}, "张", work.late_tables),
        Waiting("待发布", "upload", {}, ((f"{work.held} 个批次", "doubtful"),)) if work.held else None,
        Waiting("数据问题", "upload", {}, tuple(wrong), doubtful) if wrong else None,
        _line("会商待定", "meeting", first, "项", [one.title for one in matters], ""),
        _line("目标待复核", "targets", {}, "条", review),
        _decided(unresolved(work.decisions), work.today),
    ]


def _line(
    name: str, page: str, query: Mapping[str, str], unit: str, things: Iterable[str], tone: str = "doubtful"
) -> Waiting | None:
    named = tuple(things)
    return Waiting(name, page, query, ((f"{len(named)} {unit}", tone),), named) if named else None


def _decided(still: Sequence[Decision], today: date) -> Waiting | None:
    """Decisions that wait for their end, and how many of them too long; opened at the one due first."""
    late = sum(decision.late(today) > 0 for decision in still)
    parts = ((f"{len(still)} 项", ""), *(((f"过期 {late} 项", "missed"),) if late else ()))
    things = tuple(f"{one.title}：{one.conclusion}" for one in still)
    return Waiting("待落实的决定", "meeting", {"matter": still[0].item}, parts, things) if still else None
