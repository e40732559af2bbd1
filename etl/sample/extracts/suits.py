"""First-instance suits: civil ones from mediation and straight from the counter, criminal and administrative ones."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from etl.sample import parameters
from etl.sample.chance import Chance, in_year
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.matters import Matter, shown
from etl.sample.numbering import CaseRegister
from etl.sample.pace import arrivals, closing_day, months_later, workday_until

SMALL, SIMPLE, SINGLE = "小额诉讼", "简易程序", "普通程序独任"
ONLINE, COUNTER, CROSS_REGION, MAILED = "网上立案", "现场立案", "跨域立案", "其他"
_CLASSES = {"民初": "0301", "刑初": "0201", "行初": "0401"}
_PARAMETERS = parameters.of("suits")


def civil_suits(seed: int, until: date, mediations: Iterable[Matter], register: CaseRegister) -> list[Matter]:
    """All civil suits filed up to a day, in the order of their numbers; these are written into the mediations before them."""
    filed: list[tuple[Matter, Matter | None]] = []
    for mediation in mediations:
        chance = Chance(seed, "suit after", mediation["mediation_no"])
        if mediation["filed_on"]:
            filed.append((_civil(chance, mediation["filed_on"], mediation["_dispute"]), mediation))
        elif mediation["document_on"]:
            filed.append((_settled(_civil(chance, mediation["document_on"], mediation["_dispute"])), None))
    for name in ("suit", "shareholder suit"):
        for day, chance in arrivals(seed, name, until):
            filed.append((_civil(chance, day, dispute(chance, name != "suit")), None))
    filed.sort(key=lambda pair: pair[0]["filed_on"])
    for suit, mediation in filed:
        give_number(suit, register)
        if mediation:
            mediation["filed_case_no"] = suit["case_no"]
    return [suit for suit, _ in filed]


def give_number(suit: Matter, register: CaseRegister) -> None:
    """Writes its number, and leaves a few outcomes blank: acceptance reports them."""
    kind, year = suit["_kind"], suit["filed_on"].year
    suit["case_no"], serial = register.numbered(kind, year)
    suit["case_id"] = f"0117{year}{_CLASSES[kind]}{serial:06d}"
    suit["outcome"] = suit["_outcome"] if serial % 397 else None


def _civil(chance: Chance, filed_on: date, matter: Dispute) -> Matter:
    original = _procedure(chance, filed_on, matter)
    turned, at, extra = chance.happens(0.055 if original == SMALL else 0.03), chance.between(12, 52), 0
    procedure = original
    if turned and original in (SMALL, SIMPLE):
        procedure = SIMPLE if original == SMALL and chance.happens(0.8) else SINGLE
        extra = 30
    of_procedure = _PARAMETERS[procedure]
    days = chance.days(of_procedure["days"]) + extra
    if procedure == SMALL and filed_on >= _PARAMETERS["faster_from"]:
        days = days * 4 // 5
    closed_on = closing_day(chance, filed_on, days)
    converted_on = None
    if procedure != original:
        converted_on = min(workday_until(filed_on + timedelta(days=at)), closed_on)
        converted_on = max(converted_on, filed_on)
    outcome = chance.pick(of_procedure["outcomes"])
    hearings = chance.pick(_PARAMETERS["hearings"]) if outcome in ("判决", "调解") else chance.between(0, 1)
    held_online = [chance.happens(in_year(_PARAMETERS["online_hearing"], filed_on.year)) for _ in range(3)]
    late_in = chance.pick(_PARAMETERS["late_in"])
    recorded, told = chance.happens(0.985), chance.happens(0.995)
    return {
        **suit_of("民初", matter, filed_on, closed_on, outcome),
        "received_on": chance.maybe(workday_until(filed_on - timedelta(days=late_in)), 0.02),
        "limit_on": _limit(chance, filed_on, closed_on, of_procedure["limit_months"]),
        "procedure": procedure,
        "original_procedure": original,
        "converted_on": converted_on,
        "department": chance.maybe(chance.pick(of_procedure["departments"]), 0.002),
        "filing_channel": chance.maybe(_channel(chance, filed_on), 0.004),
        "appealed": chance.happens(0.2) and outcome == "判决" and procedure != SMALL,
        "e_service": chance.maybe(chance.happens(in_year(_PARAMETERS["e_service"], filed_on.year)), 0.006),
        "announcement_service": chance.happens(of_procedure["announced"]),
        "hearings": hearings if recorded else None,
        "online_hearings": sum(held_online[:hearings]) if recorded else None,
        "firm_related": matter.firm_related if told else None,
        "small_claims_basis": chance.maybe(_basis(chance, original, matter), 0.01),
    }


def _basis(chance: Chance, original: str, matter: Dispute) -> str:
    """What the counter found on filing: whether small claims must, may by agreement, or may not be used."""
    claimed, otherwise = matter.claimed_yuan, chance.pick(_PARAMETERS["not_agreed"])
    fits = original in (SMALL, SIMPLE) and not matter.kind.personal
    if not fits or claimed is None or claimed > _PARAMETERS["agreed_below"]:
        return "不符合条件"
    if claimed <= _PARAMETERS["mandatory_below"]:
        return "应当适用"
    return "约定适用" if original == SMALL else otherwise


def suit_of(kind: str, matter: Dispute, filed_on: date, closed_on: date, outcome: str) -> Matter:
    """What every suit has."""
    return {
        "_kind": kind,
        "_dispute": matter,
        "_began_on": filed_on,
        "_ended_on": closed_on,
        "_outcome": outcome,
        "cause": matter.cause,
        "filed_on": filed_on,
        "closed_on": closed_on,
        "claimed_yuan": matter.claimed_yuan,
        "plaintiff_type": matter.plaintiff,
        "defendant_type": matter.defendant,
        "firm_related": matter.firm_related,
        "converted_on": None,
        "announcement_service": False,
        "_preserved_on": None,
    }


def _settled(suit: Matter) -> Matter:
    """A suit that only turns a mediated agreement into a court document: closed on the day of filing."""
    return {
        **suit,
        "_ended_on": suit["filed_on"],
        "_outcome": "调解",
        "closed_on": suit["filed_on"],
        "limit_on": months_later(suit["filed_on"], 3),
        **dict.fromkeys(("procedure", "original_procedure"), SIMPLE),
        "converted_on": None,
        "small_claims_basis": "不符合条件",
        "department": "filing",
        **dict.fromkeys(("appealed", "announcement_service"), False),
        **dict.fromkeys(("hearings", "online_hearings"), 0),
    }


def _procedure(chance: Chance, filed_on: date, matter: Dispute) -> str:
    hard, small = chance.happens(matter.kind.hard), chance.happens(in_year(_PARAMETERS["small"], filed_on.year))
    by_agreement, ordinary = chance.happens(0.11), chance.pick(_PARAMETERS["ordinary"])
    claimed = matter.claimed_yuan
    if hard:
        return ordinary
    if claimed is None or matter.kind.personal:
        return SIMPLE
    mandatory, agreed = claimed <= _PARAMETERS["mandatory_below"], claimed <= _PARAMETERS["agreed_below"]
    return SMALL if (mandatory and small) or (agreed and by_agreement) else SIMPLE


def _limit(chance: Chance, filed_on: date, closed_on: date, months: int) -> date | None:
    """The last day of the limit: the statutory one, as a rule lawfully extended where it was not enough."""
    limit_on, extended, spare = months_later(filed_on, months), chance.happens(0.9), chance.between(2, 25)
    if closed_on > limit_on and extended:
        limit_on = max(months_later(limit_on, 1), closed_on + timedelta(days=spare))
    return chance.maybe(limit_on, 0.003)


def _channel(chance: Chance, filed_on: date) -> str:
    online = in_year(_PARAMETERS["online"], filed_on.year)
    return chance.pick({ONLINE: online, CROSS_REGION: 0.004, MAILED: 0.015, COUNTER: 1 - online - 0.019})


def row(suit: Matter, as_of: date) -> Mapping[str, object]:
    """The row of the suit in the extract of that day."""
    converted_on, preserved_on = suit["converted_on"], suit["_preserved_on"]
    converted = converted_on is not None and converted_on <= as_of
    procedure = suit["procedure" if converted else "original_procedure"]
    preserved = preserved_on is not None and preserved_on <= as_of if suit["_kind"] == "民初" else None
    return shown(suit, "cases", as_of, converted=converted, procedure=procedure, preserved=preserved)
