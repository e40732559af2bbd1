"""Enforcement: first cases out of judgments, mediations and other titles, resumed ones, preservations, objections."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from etl.sample.chance import Chance, Curve, yuan
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.extracts.mediation import Mediation
from etl.sample.extracts.preservation import BEFORE_SUIT, Preservation
from etl.sample.extracts.suits import Suit
from etl.sample.numbering import CaseRegister
from etl.sample.pace import WORLD_FROM, arrivals, closing_day, in_extract, known_on, workday_from

FIRST, RESUMED, PRESERVED, OBJECTED = "首次执行", "恢复执行", "保全执行", "执行异议"
COMPLETED, TERMINATED, ENDED = "执行完毕", "终结本次执行程序", "终结执行"
CHECK_DIP = (date(2025, 4, 1), date(2025, 6, 30))  # the quarter in which fewer terminations pass the check
ARREARS_DRIVE_FROM = date(2026, 1, 1)  # from here on arrears cases end in payment more often

_OTHER_TITLES_A_YEAR = {2022: 500}
_OLD_RESUMED_A_YEAR = {2022: 110}
_OBJECTIONS_A_YEAR = {2022: 38}
_ARREARS_AT_MOST = 40_000_000  # cents: one large account would hide what the drive changes
_GAP: Curve = ((0, 18), (0.5, 62), (0.9, 200), (1, 400))
_OUTCOMES = {
    COMPLETED: 43.5,
    TERMINATED: 37,
    ENDED: 15.5,
    "销案": 1.8,
    "驳回申请": 1.2,
    "不予执行": 0.5,
    "委托指定提级执行": 0.5,
}
_ARREARS_OUTCOMES = {**_OUTCOMES, COMPLETED: 31, TERMINATED: 50}
_DRIVE_OUTCOMES = {**_OUTCOMES, COMPLETED: 63, TERMINATED: 19}
_RESUMED_OUTCOMES = {COMPLETED: 31, TERMINATED: 46, ENDED: 21, "销案": 2}
_DAYS: Mapping[str, Curve] = {
    COMPLETED: ((0, 2), (0.3, 18), (0.5, 38), (0.9, 112), (1, 176)),
    TERMINATED: ((0, 48), (0.5, 94), (0.9, 145), (0.985, 178), (1, 260)),
}
_OTHER_DAYS: Curve = ((0, 4), (0.5, 52), (0.9, 130), (0.985, 178), (1, 300))


@dataclass(slots=True)
class Execution:
    """An enforcement case with its whole course."""

    kind: str
    cause: str | None
    debtor: str
    firm_related: bool | None
    arrears: bool | None
    filed_on: date
    closed_on: date | None
    outcome: str
    claimed_yuan: Decimal | None = None
    recovered_yuan: Decimal | None = None
    paid_on: date | None = None
    compliant: bool | None = None
    resumed_on: date | None = None
    basis: Suit | Mediation | None = None
    resumes: "Execution | None" = None
    number: str = ""
    resumed_number: str = ""


def executions(
    seed: int,
    until: date,
    suits: Iterable[Suit],
    mediations: Iterable[Mediation],
    preservations: Iterable[Preservation],
    register: CaseRegister,
) -> list[Execution]:
    """All enforcement cases filed up to a day; their numbers are written into the mediations and terminated cases behind them."""
    cases = [*_from_suits(seed, suits), *_from_mediations(seed, mediations)]
    for day, chance in arrivals(seed, "other title", _OTHER_TITLES_A_YEAR, WORLD_FROM, until):
        cases.append(_first(chance, day, dispute(chance), None))
    cases = [case for case in cases if case.filed_on <= until]
    cases += [
        _resumed(Chance(seed, "resumed", n), case.resumed_on, case)
        for n, case in enumerate(sorted(cases, key=lambda case: case.filed_on))
        if case.resumed_on and case.resumed_on <= until
    ]
    for day, chance in arrivals(seed, "old resumed", _OLD_RESUMED_A_YEAR, WORLD_FROM, until):
        cases.append(_resumed(chance, day, _first(chance, day - timedelta(days=900), dispute(chance), None)))
        cases[-1].resumes = None
    cases += [_preserving(preservation) for preservation in preservations if preservation.kind != BEFORE_SUIT]
    cases += [
        _objection(chance, day) for day, chance in arrivals(seed, "objection", _OBJECTIONS_A_YEAR, WORLD_FROM, until)
    ]
    cases.sort(key=lambda case: case.filed_on)
    for case in cases:
        case.number = case.number or register.number(_TYPES[case.kind], case.filed_on)
        if case.resumes:
            case.resumes.resumed_number = case.number
        if case.kind == FIRST and isinstance(case.basis, Mediation):
            case.basis.enforcement_number = case.number
    return cases


_TYPES = {FIRST: "执", RESUMED: "执恢", OBJECTED: "执异"}


def _from_suits(seed: int, suits: Iterable[Suit]) -> Iterable[Execution]:
    """Judgments and mediated agreements that the debtor did not perform; fines of criminal judgments."""
    shares = {("民初", "判决"): 0.62, ("民初", "调解"): 0.44, ("刑初", "判决"): 0.32}
    for suit in suits:
        chance = Chance(seed, "execution", suit.number)
        day = workday_from(suit.closed_on + timedelta(days=chance.days(_GAP)))
        owed = suit.dispute.claimed_yuan is not None or suit.kind == "刑初"
        if owed and chance.happens(shares.get((suit.kind, suit.outcome), 0)):
            yield _first(chance, day, suit.dispute, suit)


def _from_mediations(seed: int, mediations: Iterable[Mediation]) -> Iterable[Execution]:
    for mediation in mediations:
        if mediation.enforced_on:
            chance = Chance(seed, "execution", mediation.number)
            yield _first(chance, mediation.enforced_on, mediation.dispute, mediation)


def _first(chance: Chance, filed_on: date, matter: Dispute, basis: Suit | Mediation | None) -> Execution:
    claimed = int((matter.claimed_yuan or Decimal(0)) * 100) * chance.between(60, 100) // 100
    if not claimed:
        claimed = chance.between(20, 400) * 10_000
    arrears = matter.owed_to_firm and chance.happens(0.9)
    if arrears:
        claimed = min(claimed, _ARREARS_AT_MOST)
    drive = arrears and filed_on >= ARREARS_DRIVE_FROM - timedelta(days=45)
    outcome = chance.pick(_DRIVE_OUTCOMES if drive else _ARREARS_OUTCOMES if arrears else _OUTCOMES)
    case = _case(chance, FIRST, filed_on, outcome, claimed)
    case.cause, case.debtor, case.firm_related = matter.cause, matter.defendant, matter.firm_related
    case.arrears, case.basis = arrears, basis
    soon, late = chance.happens(0.078), chance.happens(0.1)
    after = chance.between(20, 176) if soon else chance.between(190, 520)
    if outcome == TERMINATED and case.closed_on and (soon or late):
        case.resumed_on = workday_from(case.closed_on + timedelta(days=after))
    return case


def _resumed(chance: Chance, filed_on: date, first: Execution) -> Execution:
    """A terminated case resumed for the sum still owed."""
    claimed, recovered = first.claimed_yuan, first.recovered_yuan or Decimal(0)
    owed = Decimal(50_000) if claimed is None else claimed - recovered
    case = _case(chance, RESUMED, filed_on, chance.pick(_RESUMED_OUTCOMES), int(owed * 100))
    case.cause, case.debtor, case.firm_related = first.cause, first.debtor, first.firm_related
    case.arrears, case.basis, case.resumes = first.arrears, first.basis, first
    return case


def _case(chance: Chance, kind: str, filed_on: date, outcome: str, claimed: int) -> Execution:
    closed_on = closing_day(chance, filed_on, chance.days(_DAYS.get(outcome, _OTHER_DAYS)))
    nothing, part = chance.happens(0.32), chance.between(10, 76)
    share = {COMPLETED: 100, TERMINATED: 0 if nothing else part * 2 // 3, ENDED: 0 if nothing else part}
    recovered = claimed * share.get(outcome, 0) // 100
    paid_on = max(closed_on - timedelta(days=chance.between(0, 14)), filed_on)
    dip = kind == FIRST and CHECK_DIP[0] <= closed_on <= CHECK_DIP[1]
    checked, passed = chance.happens(0.94), chance.happens(0.82 if dip else 0.957)
    return Execution(
        kind=kind,
        cause=None,
        debtor="",
        firm_related=None,
        arrears=False,
        filed_on=filed_on,
        closed_on=closed_on,
        outcome=outcome,
        claimed_yuan=chance.maybe(yuan(claimed), 0.003),
        recovered_yuan=chance.maybe(yuan(recovered), 0.005),
        paid_on=chance.maybe(paid_on, 0.01) if recovered else None,
        compliant=passed if checked and outcome == TERMINATED else None,
    )


def _preserving(preservation: Preservation) -> Execution:
    return Execution(
        kind=PRESERVED,
        cause=preservation.dispute.cause,
        debtor=preservation.dispute.defendant,
        firm_related=preservation.dispute.firm_related,
        arrears=False,
        filed_on=preservation.ruled_at.date(),
        closed_on=preservation.implemented_on or workday_from(preservation.ruled_at.date() + timedelta(days=25)),
        outcome="保全完毕" if preservation.implemented_on else "其他",
        basis=preservation.suit,
        number=preservation.number,
    )


def _objection(chance: Chance, filed_on: date) -> Execution:
    return Execution(
        kind=OBJECTED,
        cause=None,
        debtor="",
        firm_related=chance.happens(0.5),
        arrears=False,
        filed_on=filed_on,
        closed_on=closing_day(chance, filed_on, chance.between(6, 15)),
        outcome=chance.pick({"驳回申请": 6, "异议成立": 2, "销案": 2}),
    )


def row(case: Execution, as_of: date) -> Mapping[str, object]:
    """The row of the case in the extract of that day; with the case number of its basis where the same extracts hold it."""
    closed_on, paid_on = known_on(case.closed_on, as_of), known_on(case.paid_on, as_of)
    resumed_on = known_on(case.resumed_on, as_of)
    basis = case.basis
    began_on = basis.filed_on if isinstance(basis, Suit) else basis.received_on if basis else None
    ended_on = basis.closed_on if isinstance(basis, Suit) else basis.ended_on if basis else None
    named = basis is not None and began_on is not None and in_extract(began_on, ended_on, as_of)
    return {
        "case_no": case.number,
        "kind": case.kind,
        "cause": case.cause,
        "basis_case_no": basis.number if basis and named else None,
        "basis_filed_on": min(began_on, case.filed_on) if began_on else None,
        "filed_on": case.filed_on,
        "closed_on": closed_on,
        "outcome": case.outcome if closed_on else None,
        "claimed_yuan": case.claimed_yuan,
        "recovered_yuan": case.recovered_yuan if closed_on or paid_on else None,
        "paid_on": paid_on,
        "termination_compliant": case.compliant if closed_on else None,
        "resumed_case_no": case.resumed_number if resumed_on else None,
        "resumed_on": resumed_on,
        "arrears": case.arrears,
        "department": "enforcement",
        "firm_related": case.firm_related,
    }
