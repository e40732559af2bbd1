"""Enforcement: first cases out of judgments, mediations and other titles, resumed ones, preservations, objections."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from etl.sample import parameters
from etl.sample.chance import Chance, yuan
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.extracts.preservation import BEFORE_SUIT
from etl.sample.matters import Matter, in_extract, shown
from etl.sample.numbering import CaseRegister
from etl.sample.pace import arrivals, closing_day, workday_from

FIRST, RESUMED, PRESERVED, OBJECTED = "首次执行", "恢复执行", "保全执行", "执行异议"
COMPLETED, TERMINATED, ENDED = "执行完毕", "终结本次执行程序", "终结执行"
_TYPES = {FIRST: "执", RESUMED: "执恢", OBJECTED: "执异"}
_PARAMETERS = parameters.of("enforcement")


def executions(
    seed: int,
    until: date,
    suits: Iterable[Matter],
    mediations: Iterable[Matter],
    preservations: Iterable[Matter],
    register: CaseRegister,
) -> list[Matter]:
    """All enforcement cases filed up to a day; their numbers are written into the mediations and terminated cases behind them."""
    cases = [*_from_titles(seed, suits, mediations)]
    for day, chance in arrivals(seed, "other title", until):
        cases.append(_first(chance, day, dispute(chance), None))
    cases = [case for case in cases if case["filed_on"] <= until]
    cases += [
        _resumed(Chance(seed, "resumed", n), case["resumed_on"], case)
        for n, case in enumerate(sorted(cases, key=lambda case: case["filed_on"]))
        if case["resumed_on"] and case["resumed_on"] <= until
    ]
    for day, chance in arrivals(seed, "old resumed", until):
        cases.append(_resumed(chance, day, _first(chance, day - timedelta(days=900), dispute(chance), None)))
        cases[-1]["_resumes"] = None
    cases += [_preserving(preservation) for preservation in preservations if preservation["kind"] != BEFORE_SUIT]
    cases += [_objection(chance, day) for day, chance in arrivals(seed, "objection", until)]
    cases.sort(key=lambda case: case["filed_on"])
    for case in cases:
        case["case_no"] = case.get("case_no") or register.number(_TYPES[case["kind"]], case["filed_on"])
        if case["_resumes"]:
            case["_resumes"]["resumed_case_no"] = case["case_no"]
        if case["kind"] == FIRST and case["_basis"] and "mediation_no" in case["_basis"]:
            case["_basis"]["enforcement_case_no"] = case["case_no"]
    return cases


def _from_titles(seed: int, suits: Iterable[Matter], mediations: Iterable[Matter]) -> Iterator[Matter]:
    """Judgments and mediated agreements that the debtor did not perform; fines of criminal judgments."""
    for suit in suits:
        chance = Chance(seed, "execution", suit["case_no"])
        day = workday_from(suit["closed_on"] + timedelta(days=chance.days(_PARAMETERS["gap"])))
        owed = suit["claimed_yuan"] is not None or suit["_kind"] == "刑初"
        if owed and chance.happens(_PARAMETERS["after_suits"][suit["_kind"]].get(suit["_outcome"], 0)):
            yield _first(chance, day, suit["_dispute"], suit)
    for mediation in mediations:
        if mediation["enforced_on"]:
            chance = Chance(seed, "execution", mediation["mediation_no"])
            yield _first(chance, mediation["enforced_on"], mediation["_dispute"], mediation)


def _first(chance: Chance, filed_on: date, matter: Dispute, basis: Matter | None) -> Matter:
    claimed = int((matter.claimed_yuan or Decimal(0)) * 100) * chance.between(60, 100) // 100
    if not claimed:
        claimed = chance.between(20, 400) * 10_000
    arrears = matter.owed_to_firm and chance.happens(0.9)
    if arrears:
        claimed = min(claimed, _PARAMETERS["arrears_at_most"])
    drive = arrears and filed_on >= _PARAMETERS["arrears_drive_from"] - timedelta(days=45)
    outcome = chance.pick(_PARAMETERS["outcomes"]["drive" if drive else "arrears" if arrears else "usual"])
    case = _case(chance, FIRST, filed_on, outcome, claimed)
    case |= {"cause": matter.cause, "_debtor": matter.defendant, "firm_related": matter.firm_related}
    case |= {"arrears": arrears, "_basis": basis}
    soon, late = chance.happens(0.078), chance.happens(0.1)
    after = chance.between(20, 176) if soon else chance.between(190, 520)
    if outcome == TERMINATED and (soon or late):
        case["resumed_on"] = workday_from(case["closed_on"] + timedelta(days=after))
    return case


def _resumed(chance: Chance, filed_on: date, first: Matter) -> Matter:
    """A terminated case resumed for the sum still owed."""
    claimed, recovered = first["claimed_yuan"], first["recovered_yuan"] or Decimal(0)
    owed = Decimal(50_000) if claimed is None else claimed - recovered
    case = _case(chance, RESUMED, filed_on, chance.pick(_PARAMETERS["outcomes"]["resumed"]), int(owed * 100))
    copied = ("cause", "_debtor", "firm_related", "arrears", "_basis")
    return {**case, **{name: first[name] for name in copied}, "_resumes": first}


def _matter(kind: str, filed_on: date, closed_on: date, outcome: str) -> Matter:
    blank = ("cause", "_basis", "_resumes", "claimed_yuan", "recovered_yuan", "paid_on", "resumed_on")
    return {
        **dict.fromkeys(blank),
        "kind": kind,
        "filed_on": filed_on,
        "closed_on": closed_on,
        "outcome": outcome,
        "arrears": False,
        "department": "enforcement",
    }


def _case(chance: Chance, kind: str, filed_on: date, outcome: str, claimed: int) -> Matter:
    days = _PARAMETERS["days"]
    closed_on = closing_day(chance, filed_on, chance.days(days.get(outcome, days["other"])))
    nothing, part = chance.happens(0.32), chance.between(10, 76)
    share = {COMPLETED: 100, TERMINATED: 0 if nothing else part * 2 // 3, ENDED: 0 if nothing else part}
    recovered = claimed * share.get(outcome, 0) // 100
    paid_on = max(closed_on - timedelta(days=chance.between(0, 14)), filed_on)
    first, last = _PARAMETERS["check_dip"]
    dip = kind == FIRST and first <= closed_on <= last
    checked, passed = chance.happens(0.94), chance.happens(0.82 if dip else 0.957)
    case = _matter(kind, filed_on, closed_on, outcome)
    case["claimed_yuan"] = chance.maybe(yuan(claimed), 0.003)
    case["recovered_yuan"] = chance.maybe(yuan(recovered), 0.005)
    case["paid_on"] = chance.maybe(paid_on, 0.01) if recovered else None
    case["_recovered_on"] = case["paid_on"] or closed_on
    case["termination_compliant"] = passed if checked and outcome == TERMINATED else None
    return case


def _preserving(preservation: Matter) -> Matter:
    ruled_on, implemented_on, matter = (
        preservation["ruled_at"].date(),
        preservation["implemented_on"],
        preservation["_dispute"],
    )
    closed_on = implemented_on or workday_from(ruled_on + timedelta(days=25))
    return {
        **_matter(PRESERVED, ruled_on, closed_on, "保全完毕" if implemented_on else "其他"),
        "case_no": preservation["case_no"],
        "cause": matter.cause,
        "_debtor": matter.defendant,
        "firm_related": matter.firm_related,
        "_basis": preservation["_suit"],
    }


def _objection(chance: Chance, filed_on: date) -> Matter:
    firm_related = chance.happens(0.5)
    closed_on = closing_day(chance, filed_on, chance.between(6, 15))
    outcome = chance.pick(_PARAMETERS["objections"])
    return {**_matter(OBJECTED, filed_on, closed_on, outcome), "_debtor": "", "firm_related": firm_related}


def row(case: Matter, as_of: date) -> Mapping[str, object]:
    """The row of the case in the extract of that day; with the case number of its basis where the same extracts hold it."""
    basis = case["_basis"]
    if basis is None:
        return shown(case, "enforcement", as_of)
    named = in_extract(basis["_began_on"], basis["_ended_on"], as_of)
    number = (basis.get("case_no") or basis["mediation_no"]) if named else None
    began_on = min(basis["_began_on"], case["filed_on"])
    return shown(case, "enforcement", as_of, basis_case_no=number, basis_filed_on=began_on)
