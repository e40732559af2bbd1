"""First-instance suits: civil ones from mediation and straight from the counter, criminal and administrative ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from etl.sample.chance import Chance, Curve, in_year
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.extracts.mediation import Mediation
from etl.sample.numbering import CaseRegister
from etl.sample.pace import WORLD_FROM, arrivals, closing_day, known_on, months_later, workday_until

SMALL, SIMPLE, SINGLE, PANEL = "小额诉讼", "简易程序", "普通程序独任", "普通程序合议"
ONLINE, COUNTER, CROSS_REGION, MAILED = "网上立案", "现场立案", "跨域立案", "其他"
FASTER_FROM = date(2025, 12, 1)  # small claims filed from this day on are closed faster

_DIRECT_A_YEAR = {2022: 2_430, 2024: 2_470, 2025: 2_500, 2026: 2_540}
_SHAREHOLDER_A_YEAR = {2022: 3.5}
_ONLINE = {2022: 0.26, 2024: 0.37, 2025: 0.47, 2026: 0.58}
_E_SERVICE = {2022: 0.85, 2024: 0.89, 2025: 0.93, 2026: 0.962}
_ONLINE_HEARING = {2022: 0.12, 2024: 0.15, 2025: 0.18, 2026: 0.21}
_SMALL = {2022: 0.44, 2024: 0.46, 2025: 0.49, 2026: 0.53}  # of the money claims below the threshold
_MANDATORY_BELOW, _AGREED_BELOW = Decimal(53_566), Decimal(214_262)

_DAYS: Mapping[str, Curve] = {
    SMALL: ((0, 3), (0.1, 14), (0.5, 40), (0.9, 58), (0.98, 76), (1, 105)),
    SIMPLE: ((0, 3), (0.1, 18), (0.5, 54), (0.85, 88), (0.97, 118), (1, 175)),
    SINGLE: ((0, 25), (0.5, 112), (0.9, 180), (0.97, 260), (1, 520)),
    PANEL: ((0, 40), (0.5, 160), (0.85, 245), (0.94, 420), (1, 900)),
}
_LIMIT_MONTHS = {SMALL: 2, SIMPLE: 3, SINGLE: 6, PANEL: 6}
_OUTCOMES: Mapping[str, Mapping[str, float]] = {
    SMALL: {"判决": 37, "调解": 28, "撤诉": 33.5, "驳回起诉": 0.5, "移送": 1},
    SIMPLE: {"判决": 40, "调解": 31, "撤诉": 25, "驳回起诉": 2, "移送": 1.6, "终结": 0.4},
    SINGLE: {"判决": 66, "调解": 13, "撤诉": 15, "驳回起诉": 4, "移送": 1, "终结": 1},
    PANEL: {"判决": 74, "调解": 10, "撤诉": 10, "驳回起诉": 4, "移送": 1, "终结": 1},
}
_DEPARTMENTS: Mapping[str, Mapping[str, float]] = {
    SMALL: {"filing": 0.56, "tribunal": 0.27, "civil": 0.17},
    SIMPLE: {"civil": 0.44, "tribunal": 0.39, "filing": 0.17},
    SINGLE: {"civil": 0.74, "tribunal": 0.26},
    PANEL: {"civil": 0.86, "tribunal": 0.14},
}


@dataclass(slots=True)
class Suit:
    """A suit with its whole course."""

    kind: str
    dispute: Dispute
    received_on: date | None
    filed_on: date
    closed_on: date
    limit_on: date | None
    outcome: str
    procedure: str
    original: str
    converted_on: date | None
    department: str | None
    channel: str | None
    appealed: bool
    e_service: bool | None
    announced: bool
    hearings: int | None
    online_hearings: int | None
    firm_related: bool | None
    number: str = ""
    serial: int = 0
    preserved_on: date | None = None


def civil_suits(seed: int, until: date, mediations: Iterable[Mediation], register: CaseRegister) -> list[Suit]:
    """All civil suits filed up to a day, in the order of their numbers; these are written into the mediations before them."""
    filed: list[tuple[Suit, Mediation | None]] = []
    for mediation in mediations:
        chance = Chance(seed, "suit after", mediation.number)
        if mediation.refiled_on:
            filed.append((_civil(chance, mediation.refiled_on, mediation.dispute), mediation))
        elif mediation.document_on:
            filed.append((_settled(_civil(chance, mediation.document_on, mediation.dispute)), None))
    for name, a_year in (("suit", _DIRECT_A_YEAR), ("shareholder suit", _SHAREHOLDER_A_YEAR)):
        for day, chance in arrivals(seed, name, a_year, WORLD_FROM, until):
            filed.append((_civil(chance, day, dispute(chance, a_year is _SHAREHOLDER_A_YEAR)), None))
    filed.sort(key=lambda pair: pair[0].filed_on)
    for suit, mediation in filed:
        suit.number, suit.serial = register.numbered("民初", suit.filed_on.year)
        if mediation:
            mediation.filed_number = suit.number
    return [suit for suit, _ in filed]


def _civil(chance: Chance, filed_on: date, matter: Dispute) -> Suit:
    original = _procedure(chance, filed_on, matter)
    turned, at, extra = chance.happens(0.055 if original == SMALL else 0.03), chance.between(12, 52), 0
    procedure = original
    if turned and original in (SMALL, SIMPLE):
        procedure = SIMPLE if original == SMALL and chance.happens(0.8) else SINGLE
        extra = 30
    days = chance.days(_DAYS[procedure]) + extra
    if procedure == SMALL and filed_on >= FASTER_FROM:
        days = days * 4 // 5
    closed_on = closing_day(chance, filed_on, days)
    converted_on = None
    if procedure != original:
        converted_on = min(workday_until(filed_on + timedelta(days=at)), closed_on)
        converted_on = max(converted_on, filed_on)
    outcome = chance.pick(_OUTCOMES[procedure])
    hearings = chance.pick({1: 72, 2: 14, 3: 3, 0: 11}) if outcome in ("判决", "调解") else chance.between(0, 1)
    held_online = [chance.happens(in_year(_ONLINE_HEARING, filed_on.year)) for _ in range(3)]
    late_in = chance.pick({0: 74, 1: 12, 2: 5, 3: 4, 5: 3, 7: 2})
    recorded, told = chance.happens(0.985), chance.happens(0.995)
    return Suit(
        kind="民初",
        dispute=matter,
        received_on=chance.maybe(workday_until(filed_on - timedelta(days=late_in)), 0.02),
        filed_on=filed_on,
        closed_on=closed_on,
        limit_on=_limit(chance, filed_on, closed_on, _LIMIT_MONTHS[procedure]),
        outcome=outcome,
        procedure=procedure,
        original=original,
        converted_on=converted_on,
        department=chance.maybe(chance.pick(_DEPARTMENTS[procedure]), 0.002),
        channel=chance.maybe(_channel(chance, filed_on), 0.004),
        appealed=chance.happens(0.2) and outcome == "判决" and procedure != SMALL,
        e_service=chance.maybe(chance.happens(in_year(_E_SERVICE, filed_on.year)), 0.006),
        announced=chance.happens({SMALL: 0, SIMPLE: 0.025, SINGLE: 0.3, PANEL: 0.34}[procedure]),
        hearings=hearings if recorded else None,
        online_hearings=sum(held_online[:hearings]) if recorded else None,
        firm_related=matter.firm_related if told else None,
    )


def _settled(suit: Suit) -> Suit:
    """A suit that only turns a mediated agreement into a court document: closed on the day of filing."""
    return replace(
        suit,
        closed_on=suit.filed_on,
        limit_on=months_later(suit.filed_on, 3),
        outcome="调解",
        procedure=SIMPLE,
        original=SIMPLE,
        converted_on=None,
        department="filing",
        appealed=False,
        announced=False,
        hearings=0,
        online_hearings=0,
    )


def _procedure(chance: Chance, filed_on: date, matter: Dispute) -> str:
    hard, small = chance.happens(matter.kind.hard), chance.happens(in_year(_SMALL, filed_on.year))
    by_agreement, ordinary = chance.happens(0.11), chance.pick({SINGLE: 0.62, PANEL: 0.38})
    claimed = matter.claimed_yuan
    if hard:
        return ordinary
    if claimed is None or matter.kind.personal:
        return SIMPLE
    if (claimed <= _MANDATORY_BELOW and small) or (claimed <= _AGREED_BELOW and by_agreement):
        return SMALL
    return SIMPLE


def _limit(chance: Chance, filed_on: date, closed_on: date, months: int) -> date | None:
    """The last day of the limit: the statutory one, as a rule lawfully extended where it was not enough."""
    limit_on, extended, spare = months_later(filed_on, months), chance.happens(0.9), chance.between(2, 25)
    if closed_on > limit_on and extended:
        limit_on = max(months_later(limit_on, 1), closed_on + timedelta(days=spare))
    return chance.maybe(limit_on, 0.003)


def _channel(chance: Chance, filed_on: date) -> str:
    online = in_year(_ONLINE, filed_on.year)
    return chance.pick({ONLINE: online, CROSS_REGION: 0.004, MAILED: 0.015, COUNTER: 1 - online - 0.019})


def row(suit: Suit, as_of: date) -> Mapping[str, object]:
    """The row of the suit in the extract of that day."""
    closed_on, converted_on = known_on(suit.closed_on, as_of), known_on(suit.converted_on, as_of)
    civil = suit.kind == "民初"
    return {
        "case_no": suit.number,
        "case_id": f"0117{suit.filed_on.year}{_CLASSES[suit.kind]}{suit.serial:06d}",
        "cause": suit.dispute.cause,
        "received_on": suit.received_on,
        "filed_on": suit.filed_on,
        "closed_on": closed_on,
        # A few blank outcomes: acceptance reports them.
        "outcome": suit.outcome if closed_on and suit.serial % 397 else None,
        "procedure": suit.procedure if converted_on or not suit.converted_on else suit.original,
        "original_procedure": suit.original if converted_on else None,
        "converted": converted_on is not None,
        "converted_on": converted_on,
        "limit_on": suit.limit_on,
        "claimed_yuan": suit.dispute.claimed_yuan,
        "department": suit.department,
        "firm_related": suit.firm_related,
        "plaintiff_type": suit.dispute.plaintiff,
        "defendant_type": suit.dispute.defendant,
        "preserved": known_on(suit.preserved_on, as_of) is not None if civil else None,
        "appealed": suit.appealed if closed_on else None,
        "filing_channel": suit.channel,
        "e_service": suit.e_service if closed_on else None,
        "announcement_service": suit.announced if closed_on else None,
        "hearings": suit.hearings if closed_on else None,
        "online_hearings": suit.online_hearings if closed_on else None,
        "model_case_no": None,  # no securities suits reach this court: nothing to follow a model judgment
    }


_CLASSES = {"民初": "0301", "刑初": "0201", "行初": "0401"}
