"""Property preservations: before suit, urgent, and in suit. A handful of urgent rulings miss the 48 hours."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from etl.sample.chance import Chance, yuan
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.extracts.suits import Suit
from etl.sample.numbering import CaseRegister
from etl.sample.pace import (
    WORLD_FROM,
    after_workdays,
    arrivals,
    in_extract,
    known_on,
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
    """A preservation with its whole course."""

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


def preservations(seed: int, until: date, suits: Iterable[Suit], register: CaseRegister) -> list[Preservation]:
    """All preservations, in the order of their numbers; the day of the ruling is written into the suits."""
    applied: list[Preservation] = []
    for suit in suits:
        chance = Chance(seed, "preservation", suit.number)
        claimed = suit.dispute.claimed_yuan
        if claimed is not None and chance.happens(0.36 if claimed > 60_000 else 0.1):
            applied.append(_preservation(chance, suit.dispute, suit, suit.filed_on))
            suit.preserved_on = applied[-1].ruled_at.date()
    for day, chance in arrivals(seed, "unfiled", _UNFILED_A_YEAR, WORLD_FROM, until):
        matter = dispute(chance)
        if matter.claimed_yuan is not None:
            applied.append(_preservation(chance, matter, None, day))
    _number(applied, register)
    return applied


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
    """Within 48 hours where the law asks for it, except a few; within five days in an ordinary suit."""
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


def _number(preservations: list[Preservation], register: CaseRegister) -> None:
    """Numbers of type 财保 for preservations before suit, of type 执保 for those that the enforcement bureau carries out."""
    preservations.sort(key=lambda preservation: preservation.applied_at)
    for preservation in preservations:
        if preservation.kind == BEFORE_SUIT:
            preservation.number = register.number("财保", preservation.applied_at.date())
    for preservation in sorted(preservations, key=lambda preservation: preservation.ruled_at):
        if preservation.kind != BEFORE_SUIT:
            preservation.number = register.number("执保", preservation.ruled_at.date())
    implemented: Counter[int] = Counter()
    for preservation in sorted(
        preservations, key=lambda preservation: (preservation.implemented_on or date.max, preservation.applied_at)
    ):
        if preservation.implemented_on:
            year = preservation.implemented_on.year
            implemented[year] += 1
            preservation.objection = UPHELD.get(year, {}).get(implemented[year], preservation.objection)


def known(preservation: Preservation, as_of: date) -> bool:
    """Whether it has a number by that day: on application before suit, on ruling otherwise."""
    return (preservation.applied_at if preservation.kind == BEFORE_SUIT else preservation.ruled_at).date() <= as_of


def row(preservation: Preservation, as_of: date) -> Mapping[str, object]:
    """The row of the preservation in the extract of that day."""
    implemented_on, suit = known_on(preservation.implemented_on, as_of), preservation.suit
    objection = preservation.objection if implemented_on and (as_of - implemented_on).days > 20 else None
    return {
        "case_no": preservation.number,
        "related_case_no": suit.number if suit and in_extract(suit.filed_on, suit.closed_on, as_of) else None,
        "kind": preservation.kind,
        "applied_at": preservation.applied_at,
        "ruled_at": preservation.ruled_at if preservation.ruled_at.date() <= as_of else None,
        "implemented_on": implemented_on,
        "applied_yuan": preservation.applied_yuan,
        "preserved_yuan": preservation.preserved_yuan if implemented_on else None,
        "objection_kind": objection[0] if objection else None,
        "objection_result": objection[1] if objection else None,
        "department": preservation.department,
        "firm_related": preservation.dispute.firm_related,
    }
