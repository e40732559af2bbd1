"""Pre-suit mediations. More of them succeed from July 2025 on; few overrun the thirty days."""

from datetime import date, timedelta

from etl.sample import parameters
from etl.sample.chance import Chance, in_year
from etl.sample.extracts.disputes import dispute
from etl.sample.matters import Matter
from etl.sample.numbering import CaseRegister
from etl.sample.pace import after_workdays, arrivals, workday_from, workday_until

_PARAMETERS = parameters.of("mediation")


def mediations(seed: int, until: date, register: CaseRegister) -> list[Matter]:
    """All mediations received up to a day, in the order of their numbers."""
    received = [
        _mediation(chance, day, shareholder=name != "mediation")
        for name in ("mediation", "shareholder mediation")
        for day, chance in arrivals(seed, name, until)
    ]
    received.sort(key=lambda mediation: mediation["received_on"])
    for mediation in received:
        mediation["mediation_no"] = register.number("民诉前调", mediation["received_on"])
    for mediation in sorted(received, key=lambda mediation: mediation["ended_on"]):
        if mediation["_confirmed"]:
            mediation["confirmation_case_no"] = register.number("诉前调确", mediation["ended_on"])
    return received


def _mediation(chance: Chance, received_on: date, *, shareholder: bool) -> Matter:
    matter = dispute(chance, shareholder)
    pace = chance.pick(_PARAMETERS["pace"])
    days = chance.days(_PARAMETERS["within" if pace == "in time" else "beyond"])
    ended_on = max(workday_until(received_on + timedelta(days=days)), received_on)
    if pace != "in time" and (ended_on - received_on).days <= 30:
        ended_on = workday_from(received_on + timedelta(days=31))
    success = _PARAMETERS["success_after" if ended_on >= _PARAMETERS["better_from"] else "success_before"]
    outcome = "成功" if chance.happens(success) else "失败" if chance.happens(0.87) else "撤回"
    document, confirmed, refiled = chance.happens(0.025), chance.happens(0.26), chance.happens(0.78)
    enforced = chance.happens(in_year(_PARAMETERS["enforced"], ended_on.year))
    enforced_on = workday_from(ended_on + timedelta(days=chance.between(25, 178)))
    waiting = chance.between(0, 8)
    return {
        "_dispute": matter,
        "_began_on": received_on,
        "_ended_on": ended_on,
        "_confirmed": outcome == "成功" and not document and (confirmed or enforced),
        "cause": matter.cause,
        "firm_related": matter.firm_related,
        "received_on": received_on,
        "ended_on": ended_on,
        "outcome": outcome,
        "extension_agreed": pace == "consent",
        "video": chance.maybe(chance.happens(in_year(_PARAMETERS["video"], received_on.year)), 0.01),
        "online_application": chance.happens(in_year(_PARAMETERS["online"], received_on.year)),
        "department": chance.pick(_PARAMETERS["departments"]),
        "document_on": ended_on if outcome == "成功" and document else None,
        "enforced_on": enforced_on if outcome == "成功" and enforced else None,
        "filed_on": after_workdays(ended_on, waiting) if outcome == "失败" and refiled else None,
    }
