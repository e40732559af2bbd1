"""Property preservations: before suit, urgent, and in suit. A handful of urgent rulings miss the 48 hours."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from etl.sample.chance import Chance, yuan
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.extracts.suits import Suit
from etl.sample.numbering import CaseRegister
from etl.sample.pace import (
    WORLD_FROM,
    after_workdays,
    arrivals,
    reported,
    seen,
    workday_from,
    workday_until,
    working,
)

BEFORE_SUIT, URGENT, IN_SUIT = "诉前", "紧急", "诉中"
MISSED_SHARE = 0.009  # urgent rulings that come later than 48 hours
# Which implemented preservations of a year had an objection for excess upheld: two in 2024, one in 2025, then none.
UPHELD: Mapping[int, Mapping[int, tuple[str, str]]] = {
    2024: {61: ("超标的", "成立"), 312: ("超范围", "自行纠正")},
    2025: {255: ("超标的超范围", "部分成立")},
}
_UNFILED_A_YEAR = {2022: 36}


@dataclass(slots=True)
class Preservation:
    """A preservation as it will have gone."""

    kind: str
    dispute: Dispute
    suit: Suit | None
    applied_at: datetime
    ruled_at: datetime
    implemented_on: date | None
    applied_yuan: Decimal
    preserved_yuan: Decimal | None
    department: str
    objection: tuple[str, str] | None
    number: str = ""


def preservations(
    seed: int, until: date, suits: Iterable[Suit], register: CaseRegister
) -> list[Preservation]:
    """All preservations, in the order of their numbers; suits learn that they were preserved."""
    found: list[Preservation] = []
    for suit in suits:
        chance = Chance(seed, "preservation", suit.number)
        claimed = suit.dispute.claimed_yuan
        if claimed is not None and chance.happens(0.36 if claimed > 60_000 else 0.1):
            found.append(_preservation(chance, suit.dispute, suit, suit.filed_on))
            suit.preserved_on = found[-1].ruled_at.date()
    for n, day in enumerate(arrivals(Chance(seed, "unfiled"), _UNFILED_A_YEAR, WORLD_FROM, until)):
        chance = Chance(seed, "unfiled", n)
        matter = dispute(chance)
        if matter.claimed_yuan is not None:
            found.append(_preservation(chance, matter, None, day))
    _number(found, register)
    return found


def _preservation(chance: Chance, matter: Dispute, suit: Suit | None, day: date) -> Preservation:
    kind = chance.pick({BEFORE_SUIT: 42, URGENT: 6, IN_SUIT: 52}) if suit else BEFORE_SUIT
    ahead, into = chance.between(3, 26), chance.between(0, 12)
    if kind == BEFORE_SUIT:
        day = workday_until(day - timedelta(days=ahead))
    elif suit:
        day = min(workday_from(day + timedelta(days=into)), suit.closed_on)
    applied_at = datetime.combine(day, time(8, 30)) + timedelta(minutes=chance.between(5, 490))
    ruled_at = _ruled_at(chance, kind, applied_at)
    implemented_on = workday_from(ruled_at.date() + timedelta(days=chance.pick({0: 5, 1: 4, 2: 2, 4: 1})))
    cents = int((matter.claimed_yuan or Decimal(0)) * 100) * chance.between(70, 100) // 100
    held = cents * (100 if chance.happens(0.3) else chance.between(0, 95)) // 100
    implemented = chance.happens(0.97)
    refused = {("超标的", "驳回"): 12, ("超范围", "撤回"): 4, ("其他", "驳回"): 10, ("其他", "成立"): 3}
    objected, objection = chance.happens(0.028), chance.pick(refused)
    return Preservation(
        kind=kind,
        dispute=matter,
        suit=suit,
        applied_at=applied_at,
        ruled_at=ruled_at,
        implemented_on=implemented_on if implemented else None,
        applied_yuan=yuan(cents),
        preserved_yuan=yuan(held) if implemented else None,
        department="filing" if kind == BEFORE_SUIT else "enforcement",
        objection=objection if objected and implemented else None,
    )


def _ruled_at(chance: Chance, kind: str, applied_at: datetime) -> datetime:
    """Within two days where the law says 48 hours, save for a few; within five days in an ordinary suit."""
    missed, next_day, minutes = chance.happens(MISSED_SHARE), chance.happens(0.55), chance.between(15, 150)
    morning = timedelta(hours=8, minutes=40 + chance.between(0, 480))
    midnight = datetime.combine(applied_at.date(), time())
    if kind == IN_SUIT:
        later = after_workdays(applied_at.date(), chance.between(1, 3))
        return datetime.combine(later, time()) + morning
    if missed:
        later = after_workdays(applied_at.date(), chance.between(2, 3))
        return datetime.combine(later, time(17, 30))
    if next_day and working(applied_at.date() + timedelta(days=1)):
        return midnight + timedelta(days=1) + morning
    return applied_at + timedelta(minutes=minutes)


def _number(found: list[Preservation], register: CaseRegister) -> None:
    """财保 for what stands alone, 执保 for what the enforcement bureau carries out in a suit."""
    found.sort(key=lambda one: one.applied_at)
    for one in found:
        if one.kind == BEFORE_SUIT:
            one.number = register.number("财保", one.applied_at.date())
    carried_out = sorted((one for one in found if one.kind != BEFORE_SUIT), key=lambda one: one.ruled_at)
    for one in carried_out:
        one.number = register.number("执保", one.ruled_at.date())
    implemented: Counter[int] = Counter()
    for one in sorted(found, key=lambda one: (one.implemented_on or date.max, one.applied_at)):
        if one.implemented_on:
            year = one.implemented_on.year
            implemented[year] += 1
            one.objection = UPHELD.get(year, {}).get(implemented[year], one.objection)


def known(one: Preservation, as_of: date) -> bool:
    """Whether it has a number by that day: on application before suit, on ruling otherwise."""
    return (one.applied_at if one.kind == BEFORE_SUIT else one.ruled_at).date() <= as_of


def row(one: Preservation, as_of: date) -> Mapping[str, Any]:
    """The preservation as the extract of that day tells it."""
    implemented_on, suit = seen(one.implemented_on, as_of), one.suit
    objection = one.objection if implemented_on and (as_of - implemented_on).days > 20 else None
    return {
        "case_no": one.number,
        "related_case_no": suit.number if suit and reported(suit.filed_on, suit.closed_on, as_of) else None,
        "kind": one.kind,
        "applied_at": one.applied_at,
        "ruled_at": one.ruled_at if one.ruled_at.date() <= as_of else None,
        "implemented_on": implemented_on,
        "applied_yuan": one.applied_yuan,
        "preserved_yuan": one.preserved_yuan if implemented_on else None,
        "objection_kind": objection[0] if objection else None,
        "objection_result": objection[1] if objection else None,
        "department": one.department,
        "firm_related": one.dispute.firm_related,
    }
