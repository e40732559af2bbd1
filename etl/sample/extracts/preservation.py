"""Property preservations: before suit, urgent, and in suit. A handful of urgent rulings miss the 48 hours."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from etl.sample import parameters
from etl.sample.chance import Chance, yuan
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.matters import Matter, happened, in_extract, shown
from etl.sample.numbering import CaseRegister
from etl.sample.pace import after_workdays, arrivals, workday_from, workday_until, working

BEFORE_SUIT, IN_SUIT = "诉前", "诉中"
_PARAMETERS = parameters.of("preservation")
_REFUSED = {(kind, result): weight for kind, result, weight in _PARAMETERS["refused"]}


def preservations(seed: int, until: date, suits: Iterable[Matter], register: CaseRegister) -> list[Matter]:
    """All preservations, in the order of their numbers; the day of the ruling is written into the suits."""
    applied: list[Matter] = []
    for suit in suits:
        chance = Chance(seed, "preservation", suit["case_no"])
        claimed = suit["claimed_yuan"]
        if claimed is not None and chance.happens(0.36 if claimed > 60_000 else 0.1):
            applied.append(_preservation(chance, suit["_dispute"], suit, suit["filed_on"]))
            suit["_preserved_on"] = applied[-1]["ruled_at"].date()
    for day, chance in arrivals(seed, "unfiled", until):
        matter = dispute(chance)
        if matter.claimed_yuan is not None:
            applied.append(_preservation(chance, matter, None, day))
    _number(applied, register)
    return applied


def _preservation(chance: Chance, matter: Dispute, suit: Matter | None, day: date) -> Matter:
    kind = chance.pick(_PARAMETERS["kinds"]) if suit else BEFORE_SUIT
    ahead, into = chance.between(3, 26), chance.between(0, 12)
    if kind == BEFORE_SUIT:
        day = workday_until(day - timedelta(days=ahead))
    elif suit:
        day = min(workday_from(day + timedelta(days=into)), suit["closed_on"])
    applied_at = datetime.combine(day, time(8, 30)) + timedelta(minutes=chance.between(5, 490))
    ruled_at = _ruled_at(chance, kind, applied_at)
    implemented_on = workday_from(ruled_at.date() + timedelta(days=chance.pick(_PARAMETERS["implemented_after"])))
    cents = int((matter.claimed_yuan or Decimal(0)) * 100) * chance.between(70, 100) // 100
    held = cents * (100 if chance.happens(0.3) else chance.between(0, 95)) // 100
    implemented = chance.happens(0.97)
    objected, objection = chance.happens(0.028), chance.pick(_REFUSED)
    return {
        "_suit": suit,
        "_dispute": matter,
        "_number_day": (applied_at if kind == BEFORE_SUIT else ruled_at).date(),
        "_objection": objection if objected and implemented else (None, None),
        "kind": kind,
        "applied_at": applied_at,
        "ruled_at": ruled_at,
        "implemented_on": implemented_on if implemented else None,
        "applied_yuan": yuan(cents),
        "preserved_yuan": yuan(held) if implemented else None,
        "department": "filing" if kind == BEFORE_SUIT else "enforcement",
        "firm_related": matter.firm_related,
    }


def _ruled_at(chance: Chance, kind: str, applied_at: datetime) -> datetime:
    """Within 48 hours where the law asks for it, except a few; within five days in an ordinary suit."""
    missed, next_day = chance.happens(_PARAMETERS["missed"]), chance.happens(0.55)
    minutes = chance.between(15, 150)
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


def _number(preservations: list[Matter], register: CaseRegister) -> None:
    """Numbers of type 财保 for preservations before suit, of type 执保 for those that the enforcement bureau carries out."""
    preservations.sort(key=lambda preservation: preservation["applied_at"])
    by_ruling = sorted(preservations, key=lambda preservation: preservation["ruled_at"])
    before = [one for one in preservations if one["kind"] == BEFORE_SUIT]
    for one in (*before, *(one for one in by_ruling if one["kind"] != BEFORE_SUIT)):
        one["case_no"] = register.number("财保" if one["kind"] == BEFORE_SUIT else "执保", one["_number_day"])
    implemented: Counter[int] = Counter()
    for one in sorted(preservations, key=lambda one: (one["implemented_on"] or date.max, one["applied_at"])):
        if day := one["implemented_on"]:
            implemented[day.year] += 1
            upheld = _PARAMETERS["upheld"].get(day.year, {})
            one["objection_kind"], one["objection_result"] = upheld.get(implemented[day.year], one["_objection"])
            if one["objection_kind"]:
                one["objected_on"] = day + timedelta(days=5 + day.day % 10)
                one["objection_closed_on"] = day + timedelta(days=21)


def held(preservation: Matter, as_of: date) -> bool:
    """Whether an extract of that day holds it: it has a number (on application before suit, on ruling otherwise)."""
    began_on, ended_on = preservation["applied_at"].date(), preservation["implemented_on"]
    numbered = happened(preservation["_number_day"], as_of)
    return numbered and in_extract(began_on, ended_on or preservation["ruled_at"].date(), as_of)


def row(preservation: Matter, as_of: date) -> Mapping[str, object]:
    """The row of the preservation in the extract of that day, with the suit where the same extracts hold it."""
    suit = preservation["_suit"]
    related = suit["case_no"] if suit and in_extract(suit["filed_on"], suit["closed_on"], as_of) else None
    return shown(preservation, "preservation", as_of, related_case_no=related)
