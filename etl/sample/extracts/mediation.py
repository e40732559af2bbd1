"""Pre-suit mediations. More of them succeed from July 2025 on; few overrun the thirty days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from etl.sample.chance import Chance, Curve, in_year
from etl.sample.extracts.disputes import Dispute, dispute
from etl.sample.numbering import CaseRegister
from etl.sample.pace import WORLD_FROM, after_workdays, arrivals, known_on, workday_from, workday_until

SUCCEEDED, FAILED, WITHDRAWN = "成功", "失败", "撤回"
BETTER_FROM = date(2025, 7, 1)  # the day from which mediation succeeds more often

_A_YEAR = {2022: 2_300, 2024: 2_450, 2025: 2_650, 2026: 2_800}
_SHAREHOLDER_A_YEAR = {2022: 4, 2025: 5}
_SUCCESS_BEFORE, _SUCCESS_AFTER = 0.618, 0.666
_ENFORCED = {2022: 0.062, 2025: 0.053, 2026: 0.044}
_VIDEO = {2022: 0.34, 2024: 0.40, 2025: 0.45, 2026: 0.50}
_ONLINE = {2022: 0.30, 2024: 0.40, 2025: 0.50, 2026: 0.58}
_WITHIN: Curve = ((0, 1), (0.2, 8), (0.5, 17), (0.85, 27), (1, 30))
_BEYOND: Curve = ((0, 31), (0.7, 48), (1, 60))
_DEPARTMENTS = {"filing": 0.74, "tribunal": 0.26}


@dataclass(slots=True)
class Mediation:
    """A mediation with its whole course; an extract holds the part of it up to its day."""

    dispute: Dispute
    received_on: date
    ended_on: date
    outcome: str
    extended: bool
    video: bool | None
    online: bool
    department: str
    document_on: date | None
    confirmed: bool
    enforced_on: date | None
    refiled_on: date | None
    number: str = ""
    filed_number: str = ""
    confirmation_number: str = ""
    enforcement_number: str = ""


def mediations(seed: int, until: date, register: CaseRegister) -> list[Mediation]:
    """All mediations received up to a day, in the order of their numbers."""
    received: list[Mediation] = []
    for name, a_year in (("mediation", _A_YEAR), ("shareholder mediation", _SHAREHOLDER_A_YEAR)):
        received += [
            _mediation(chance, day, a_year is _SHAREHOLDER_A_YEAR)
            for day, chance in arrivals(seed, name, a_year, WORLD_FROM, until)
        ]
    received.sort(key=lambda mediation: mediation.received_on)
    for mediation in received:
        mediation.number = register.number("民诉前调", mediation.received_on)
    for mediation in sorted(received, key=lambda mediation: mediation.ended_on):
        if mediation.confirmed:
            mediation.confirmation_number = register.number("诉前调确", mediation.ended_on)
    return received


def _mediation(chance: Chance, received_on: date, shareholder: bool) -> Mediation:
    matter = dispute(chance, shareholder)
    pace = chance.pick({"in time": 93.4, "consent": 5.4, "late": 1.2})
    days = chance.days(_WITHIN if pace == "in time" else _BEYOND)
    ended_on = max(workday_until(received_on + timedelta(days=days)), received_on)
    if pace != "in time" and (ended_on - received_on).days <= 30:
        ended_on = workday_from(received_on + timedelta(days=31))
    success = _SUCCESS_AFTER if ended_on >= BETTER_FROM else _SUCCESS_BEFORE
    outcome = SUCCEEDED if chance.happens(success) else FAILED if chance.happens(0.87) else WITHDRAWN
    year = received_on.year
    document, confirmed, refiled = chance.happens(0.025), chance.happens(0.26), chance.happens(0.78)
    enforced = chance.happens(in_year(_ENFORCED, ended_on.year))
    enforced_on = workday_from(ended_on + timedelta(days=chance.between(25, 178)))
    waiting = chance.between(0, 8)
    return Mediation(
        dispute=matter,
        received_on=received_on,
        ended_on=ended_on,
        outcome=outcome,
        extended=pace == "consent",
        video=chance.maybe(chance.happens(in_year(_VIDEO, year)), 0.01),
        online=chance.happens(in_year(_ONLINE, year)),
        department=chance.pick(_DEPARTMENTS),
        document_on=ended_on if outcome == SUCCEEDED and document else None,
        confirmed=outcome == SUCCEEDED and not document and (confirmed or enforced),
        enforced_on=enforced_on if outcome == SUCCEEDED and enforced else None,
        refiled_on=after_workdays(ended_on, waiting) if outcome == FAILED and refiled else None,
    )


def row(mediation: Mediation, as_of: date) -> Mapping[str, object]:
    """The row of the mediation in the extract of that day."""
    ended_on = known_on(mediation.ended_on, as_of)
    filed_on, enforced_on = known_on(mediation.refiled_on, as_of), known_on(mediation.enforced_on, as_of)
    return {
        "mediation_no": mediation.number,
        "cause": mediation.dispute.cause,
        "received_on": mediation.received_on,
        "ended_on": ended_on,
        "outcome": mediation.outcome if ended_on else None,
        "video": mediation.video if ended_on else None,
        "extension_agreed": mediation.extended,
        "filed_case_no": mediation.filed_number if filed_on else None,
        "filed_on": filed_on,
        "document_on": known_on(mediation.document_on, as_of),
        "confirmation_case_no": mediation.confirmation_number if ended_on and mediation.confirmed else None,
        "enforcement_case_no": mediation.enforcement_number if enforced_on else None,
        "enforced_on": enforced_on,
        "online_application": mediation.online,
        "department": mediation.department,
        "firm_related": mediation.dispute.firm_related,
    }
