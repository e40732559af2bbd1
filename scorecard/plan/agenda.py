"""The agenda of a session: only what needs a decision, each matter once, with the facts that are on the table.

First what earlier sessions left unresolved, by due date; then, in the plan's order, indicators that miss their target or
truly worsen, signals whose cause a department owes, worklists with overdue items, reports owed, targets to be reviewed,
and what somebody put on it. Nothing is scored and nothing ranked by value. What is decided today moves nothing: a session
goes through its matters in one order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Literal

from scorecard.assessment.cards import Card
from scorecard.assessment.number_format import target_text
from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import attention
from scorecard.narrative.provenance import untagged
from scorecard.plan.measure_matrix import MeasureLine
from scorecard.plan.signals import AskedSignal, answer_text
from scorecard.records.decisions import LISTED, Decision, latest_decisions, listed, unresolved
from scorecard.records.targets import Target, to_review
from scorecard.store.worklist_rows import Tally, counted

Subject = Literal["indicator", "signal", "worklist", "report", "target", "other"]
NEEDS_A_DECISION = ("未达标且未见改善", "未达标，是否改善无从判断", "真实恶化", "稳定不达标")


@dataclass(frozen=True)
class AgendaItem:
    """One thing to decide on.

    `reasons` say why it is here now; empty when only an earlier decision keeps it on the table. `history` holds what was
    decided on it, the latest first; `decided` that today's session has decided on it; `carried` that an earlier one left it
    unresolved; `reopened` that an earlier one marked it done, and it is still the matter.
    """

    id: str
    subject: Subject
    title: str
    reasons: tuple[str, ...]
    facts: tuple[str, ...]
    departments: tuple[str, ...]
    history: tuple[Decision, ...] = ()
    carried: bool = False
    decided: bool = False

    @property
    def name(self) -> str:
        """What its id names: an indicator, a worklist, a measure and department."""
        return self.id.partition(":")[2]

    @property
    def last(self) -> Decision | None:
        return self.history[0] if self.history else None

    @property
    def reopened(self) -> bool:
        done = self.last is not None and self.last.status == "已办结"
        return bool(self.reasons) and done and not self.decided


def agenda(
    catalog: Catalog,
    cards: Mapping[str, Card],
    lines: Sequence[MeasureLine],
    tallies: Iterable[Tally],
    decisions: Sequence[Decision],
    targets: Sequence[Target],
    today: date,
    signals: Sequence[AskedSignal] = (),
    unjudged: Mapping[str, str] = MappingProxyType({}),
) -> tuple[AgendaItem, ...]:
    """Every matter of the session in its order; those no longer followed are left out.

    `unjudged`: worklist -> why nobody can tell what belongs on it.
    """
    now = {
        item.id: item
        for item in (
            *_indicators(catalog, cards, today),
            *_unanswered(catalog, signals, today),
            *_worklists(catalog, tuple(tallies), today),
            *_owed(catalog, lines),
            *_targets(catalog, targets, today),
        )
    }
    for asked in listed(decisions):
        item = requested(catalog, cards, decisions, asked.item, today) or _kept(asked, cards, unjudged)
        now.setdefault(asked.item, replace(item, reasons=(LISTED,)))
    histories: dict[str, list[Decision]] = {}
    for decision in sorted(decisions, key=lambda decision: decision.decided_at, reverse=True):
        if decision.status != LISTED:
            histories.setdefault(decision.item, []).append(decision)
    before = [decision for decision in decisions if decision.session_on < today]
    dropped = {id for id, decision in latest_decisions(before).items() if decision.status == "不再跟踪"}
    dropped -= {asked.item for asked in listed(decisions)}
    carried = [now.get(decision.item) or _kept(decision, cards, unjudged) for decision in unresolved(before)]
    first = {item.id for item in carried}
    rest = [item for item in now.values() if item.id not in first and item.id not in dropped]
    return tuple(
        replace(
            item,
            history=tuple(histories.get(item.id, ())),
            carried=item.id in first,
            decided=any(decision.session_on >= today for decision in histories.get(item.id, ())),
        )
        for item in (*carried, *rest)
    )


def _indicators(catalog: Catalog, cards: Mapping[str, Card], today: date) -> Iterable[AgendaItem]:
    """Groups one after the other, in each the catalogue's order."""
    for group in attention.groups(tuple(cards.values())):
        if group.title not in NEEDS_A_DECISION:
            continue
        for item in group.items:
            card = item.card
            yield AgendaItem(
                id=f"indicator:{card.indicator.id}",
                subject="indicator",
                title=card.indicator.name,
                reasons=(group.title,),
                facts=(item.sentence, *_standing(card)),
                departments=catalog.responsible(card.indicator.departments, today),
            )


def requested(
    catalog: Catalog, cards: Mapping[str, Card], decisions: Sequence[Decision], name: str, today: date
) -> AgendaItem | None:
    """A matter that somebody puts before the session, though nothing asks for it: an indicator or a worklist, by its id."""
    kind, _, id = name.partition(":")
    earlier = [decision for decision in decisions if decision.item == name and decision.status != LISTED]
    history = tuple(sorted(earlier, key=lambda decision: decision.decided_at, reverse=True))
    if kind == "indicator" and id in cards:
        card = cards[id]
        whose = catalog.responsible(card.indicator.departments, today)
        facts = (f"{card.period}为{card.value}，{card.verdict.word}", *_standing(card))
        return AgendaItem(name, "indicator", card.indicator.name, (LISTED,), facts, whose, history)
    if kind == "worklist" and id in catalog.worklists:
        worklist = catalog.worklists[id]
        whose = catalog.responsible(worklist.departments, today)
        return AgendaItem(name, "worklist", worklist.name, (LISTED,), (worklist.definition,), whose, history)
    return None


def _standing(card: Card) -> tuple[str, ...]:
    return tuple(part for part in (card.halves, card.to_meet) if part)


def _unanswered(catalog: Catalog, signals: Sequence[AskedSignal], today: date) -> Iterable[AgendaItem]:
    for signal in signals:
        if signal.overdue(today):
            yield AgendaItem(
                id=signal.id,
                subject="signal",
                title=f"{signal.indicator.name}：{catalog.department_names(signal.owing)}没有说明{signal.span}的信号",
                reasons=("信号逾期未说明原因",),
                facts=(signal.rule, f"{day_text(signal.seen)}起可见；{answer_text(catalog, signal)}"),
                departments=signal.owing,
            )


def _worklists(catalog: Catalog, tallies: tuple[Tally, ...], today: date) -> Iterable[AgendaItem]:
    for worklist in catalog.worklists.values():
        numbers = counted(tallies, worklist.id)
        if numbers["超期"]:
            overdue = {
                department.name: counted(tallies, worklist.id, department.id)["超期"]
                for department in catalog.departments.values()
            }
            overdue[f"未登记{catalog.words.unit}"] = numbers["超期"] - sum(overdue.values())
            parts = [f"{name}{count:,}件" for name, count in overdue.items() if count]
            responsible = catalog.responsible(worklist.departments, today)
            names = [catalog.departments[one].name for one in responsible]
            said_already = len(parts) == 1 and [name for name in overdue if overdue[name]] == names
            beside = [f"{state}{numbers[state]:,}件" for state in ("临期", "期限不明") if numbers[state]]
            yield AgendaItem(
                id=f"worklist:{worklist.id}",
                subject="worklist",
                title=worklist.name,
                reasons=("台账超期",),
                facts=(
                    "，".join((f"到期未办{numbers['超期']:,}件", *beside)),
                    *([] if said_already else [f"其中{'、'.join(parts)}"]),
                    worklist.definition,
                ),
                departments=responsible,
            )


def _owed(catalog: Catalog, lines: Sequence[MeasureLine]) -> Iterable[AgendaItem]:
    for line in lines:
        for duty in line.owing:
            who = catalog.departments[duty.department].name
            since = (
                "从未汇报"
                if duty.latest is None
                else f"最近一次汇报在 {duty.latest.reported_on}，已 {duty.days} 天：{duty.latest.text}"
            )
            yield AgendaItem(
                id=f"report:{line.measure.id}:{duty.department}",
                subject="report",
                title=f"{line.measure.title}：{who}欠进展汇报",
                reasons=("欠进展汇报",),
                facts=(since, line.measure.text),
                departments=(duty.department,),
            )


def _targets(catalog: Catalog, targets: Sequence[Target], today: date) -> Iterable[AgendaItem]:
    notices = to_review(targets, today)
    for indicator in catalog.indicators.values():
        due = [target for target in notices if target.indicator == indicator.id]
        if due:
            yield AgendaItem(
                id=f"target:{indicator.id}",
                subject="target",
                title=f"{indicator.name}的目标须重新审定",
                reasons=("目标待复核",),
                facts=tuple(
                    f"{target_text(target, indicator.unit)}，{notices[target]}。依据文件：{untagged(target.document)}"
                    for target in due
                ),
                departments=catalog.responsible(indicator.departments, today),
            )


def _kept(decision: Decision, cards: Mapping[str, Card], unjudged: Mapping[str, str]) -> AgendaItem:
    """A matter that only its decision keeps on the table: what it is about now shows nothing against it, or nothing at all."""
    kind, _, name = decision.item.partition(":")
    card = cards.get(name) if kind == "indicator" else None
    subject: Subject = kind if kind in ("indicator", "signal", "worklist", "report", "target") else "other"
    now = "原因已说明，或者数据更正后没有这一信号" if kind == "signal" else "数据中没有这一问题"
    if kind == "worklist" and name in unjudged:
        now = f"{unjudged[name]}，无法判断，不等于没有问题"
    if card is not None:
        now = f"{card.period}为{card.value}，{card.verdict.word}"
    return AgendaItem(
        id=decision.item,
        subject=subject,
        title=decision.title,
        reasons=(),
        facts=(now,),
        departments=(decision.department,) if decision.department else (),
    )


def late(matters: Iterable[AgendaItem], today: date) -> int:
    """How many matters are past the due date a session gave them."""
    return sum(matter.last is not None and matter.last.late(today) > 0 for matter in matters)
