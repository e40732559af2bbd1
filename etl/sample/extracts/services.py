"""Online and cross-region filing: an application for every matter filed in this way, and applications that did not pass."""

from collections.abc import Iterable
from datetime import date, timedelta

from etl.sample import parameters
from etl.sample.chance import Chance, in_year
from etl.sample.extracts.enforcement import FIRST
from etl.sample.extracts.suits import CROSS_REGION, ONLINE
from etl.sample.matters import Matter
from etl.sample.numbering import running
from etl.sample.pace import arrivals, workday_from, workday_until

_PARAMETERS = parameters.of("services")


def applications(
    seed: int, until: date, suits: Iterable[Matter], mediations: Iterable[Matter], executions: Iterable[Matter]
) -> list[Matter]:
    """All applications in the order of their numbers."""
    received: list[Matter] = []
    for suit in suits:
        if suit["filing_channel"] in (ONLINE, CROSS_REGION):
            chance = Chance(seed, "online", suit["case_no"])
            received.append(_passed(chance, "民事一审", suit["filed_on"], suit["firm_related"]))
            received[-1]["cross_region"] = suit["filing_channel"] == CROSS_REGION
    for mediation in mediations:
        if mediation["online_application"]:
            chance = Chance(seed, "online", mediation["mediation_no"])
            received.append(_passed(chance, "诉前调解", mediation["received_on"], mediation["firm_related"]))
    for case in executions:
        chance = Chance(seed, "online", case["case_no"])
        share = in_year(_PARAMETERS["enforcement_online"], case["filed_on"].year)
        if case["kind"] == FIRST and chance.happens(share):
            received.append(_passed(chance, FIRST, case["filed_on"], case["firm_related"]))
    for day, chance in arrivals(seed, "not passed", until):
        received.append(_not_passed(chance, day))
    for day, chance in arrivals(seed, "elsewhere", until):
        received.append({**_passed(chance, "其他", day, None), "cross_region": True})
    received.sort(key=lambda application: application["applied_on"])
    numbers = running("网立", (application["applied_on"] for application in received), 5)
    return [{**one, "application_no": number} for one, number in zip(received, numbers, strict=True)]


def _passed(chance: Chance, kind: str, filed_on: date, firm_related: bool | None) -> Matter:
    """An application that passes on the day of filing; it is made a few days before."""
    applied_on = workday_until(filed_on - timedelta(days=chance.pick(_PARAMETERS["waited"])))
    department = chance.pick(_PARAMETERS["departments"])
    return _application(kind, applied_on, filed_on, "通过", department, firm_related)


def _not_passed(chance: Chance, applied_on: date) -> Matter:
    reviewed_on = workday_from(applied_on + timedelta(days=chance.pick(_PARAMETERS["refused_after"])))
    kind, result = chance.pick(_PARAMETERS["kinds"]), chance.pick(_PARAMETERS["results"])
    return _application(kind, applied_on, reviewed_on, result, "filing", chance.happens(0.5))


def _application(
    kind: str, applied_on: date, reviewed_on: date, result: str, department: str, firm_related: bool | None
) -> Matter:
    return {
        "kind": kind,
        "applied_on": applied_on,
        "reviewed_on": reviewed_on,
        "result": result,
        "review_due_on": workday_from(applied_on + timedelta(days=_PARAMETERS["review_days"])),
        "cross_region": False,
        "department": department,
        "firm_related": firm_related,
    }
