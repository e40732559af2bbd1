"""What the court's liaison looks after: tables, reports, causes of signals, decisions, terms of requirements; who owes them, and by when.

Nothing is ranked: in the order of their last days, those without one last.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scorecard.assessment.data_quality import next_delivery
from scorecard.calendar.period import month_label
from scorecard.catalog.definitions import Catalog
from scorecard.plan.measure_matrix import MeasureLine
from scorecard.plan.signals import AskedSignal
from scorecard.records.decisions import Decision, unresolved
from scorecard.records.remarks import TABLE as REMARKS
from scorecard.store.open_version import in_order
from scorecard.store.worklist_rows import Tally, counted

OFFICE = "领导小组办公室"
_ABOVE = {"requirements.2": "上级法院、区主管部门"}  # whom the plan names in a requirement beside the office


@dataclass(frozen=True)
class DueItem:
    """One thing owed. `things` are (name, page, query): where each is done; `by` is None where no day can be named."""

    what: str
    things: tuple[tuple[str, str, Mapping[str, str]], ...]
    who: str
    to: str
    by: date | None
    note: str = ""

    def standing(self, today: date) -> str:
        """How late it is, or how long there still is."""
        if self.by is None:
            return self.note
        days = (self.by - today).days
        return f"逾期 {-days} 天" if days < 0 else f"还有 {days} 天" if days else "今天到期"


def due_items(
    catalog: Catalog,
    as_of: Mapping[str, date],
    lines: Sequence[MeasureLine],
    decisions: Sequence[Decision],
    tallies: Sequence[Tally],
    today: date,
    every: int | None,
    signals: Sequence[AskedSignal] = (),
) -> tuple[DueItem, ...]:
    """Everything owed from here on. `as_of`: how far each table that has come reaches; `every`: days between reports."""
    found = [
        *_tables(catalog, as_of, today),
        *_reports(catalog, lines, every),
        *_signals(catalog, signals, today),
        *_decisions(catalog, decisions),
        *_worklists(catalog, tallies, today),
    ]
    return tuple(sorted(found, key=lambda item: item.by or date.max))


def week_end(today: date) -> date:
    """The Sunday of this day's week."""
    return today + timedelta(days=6 - today.weekday())


def _tables(catalog: Catalog, as_of: Mapping[str, date], today: date) -> Iterable[DueItem]:
    """What is due on one day stands in one line, and what has never come in another."""
    together: dict[tuple[date | None, date], list[str]] = {}
    for table in in_order(catalog):
        if table.entered_by == "upload" and table.seed is None:
            owed = next_delivery(catalog, table.id, as_of.get(table.id), today)
            together.setdefault((owed.by if table.id in as_of else None, owed.through), []).append(table.name)
    for (by, through), names in together.items():
        month = month_label(catalog.court.months.month_of(through))
        what = f"数据表 {len(names)} 张，从未报送，先报至{month}" if by is None else f"数据表 {len(names)} 张，{month}"
        things = tuple((name, "upload", {"table": name}) for name in names)
        yield DueItem(what, things, catalog.department_name("case_management"), "本看板", by, "从未报送")


def _reports(catalog: Catalog, lines: Sequence[MeasureLine], every: int | None) -> Iterable[DueItem]:
    """A department's measures that fall due on one day stand in one line; without an interval nobody owes a report."""
    together: dict[tuple[str, date | None], list[tuple[str, str, Mapping[str, str]]]] = {}
    for line in lines if every is not None else ():
        domain, measure = catalog.domains[line.measure.domain].name, line.measure
        query = {"measure": f"{domain} {measure.number}．{measure.title}"}
        for duty in line.duties:
            by = duty.latest.reported_on + timedelta(days=every) if duty.latest and every is not None else None
            together.setdefault((duty.department, by), []).append((measure.title, "progress", query))
    for (department, by), things in together.items():
        name = catalog.departments[department].name
        yield DueItem(f"措施进展汇报 {len(things)} 项", tuple(things), name, OFFICE, by, "从未汇报")


def _signals(catalog: Catalog, signals: Sequence[AskedSignal], today: date) -> Iterable[DueItem]:
    """A department's signals that fall due on one day stand in one line, each with its form filled in."""
    together: dict[tuple[str, date | None], list[tuple[str, str, Mapping[str, str]]]] = {}
    for signal in signals:
        for department in signal.owing:
            known = catalog.departments.get(department)
            whose = {} if known is None or known.collective else {"department": department}
            query = {"table": REMARKS, **signal.filled_in, **whose, "said_on": str(today)}
            thing = (f"{signal.indicator.name}（{signal.span}）", "registers", query)
            together.setdefault((department, signal.due), []).append(thing)
    for (department, by), things in together.items():
        name = catalog.department_name(department)
        yield DueItem(f"说明信号原因 {len(things)} 项", tuple(things), name, OFFICE, by, "没有期限")


def _decisions(catalog: Catalog, decisions: Sequence[Decision]) -> Iterable[DueItem]:
    for decision in unresolved(decisions):
        who = catalog.departments[decision.department].name if decision.department else "未定责任部门"
        things = ((f"{decision.title}：{decision.conclusion}", "meeting", {"matter": decision.item}),)
        yield DueItem("会商决定", things, who, "领导小组", decision.due_on, "没有期限")


def _worklists(catalog: Catalog, tallies: Sequence[Tally], today: date) -> Iterable[DueItem]:
    """The lists that serve a requirement of the plan, each with how much of it is overdue or soon will be."""
    for worklist in catalog.worklists.values():
        numbers = counted(tallies, worklist.id)
        note = "，".join(f"{state} {numbers[state]:,} 项" for state in ("超期", "临期") if numbers[state])
        if note and any(name in catalog.requirements for name in worklist.measures):
            things = ((worklist.name, "worklists", {"list": worklist.name}),)
            who = catalog.department_names(worklist.departments, today)
            to = next((_ABOVE[name] for name in worklist.measures if name in _ABOVE), OFFICE)
            yield DueItem("台账", things, who, to, None, note)
