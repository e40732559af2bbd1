"""Online and cross-region filing: an application for every matter filed in this way, and applications that did not pass."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from etl.sample.chance import Chance, in_year
from etl.sample.extracts.enforcement import FIRST, Execution
from etl.sample.extracts.mediation import Mediation
from etl.sample.extracts.suits import CROSS_REGION, ONLINE, Suit
from etl.sample.numbering import running
from etl.sample.pace import WORLD_FROM, arrivals, known_on, workday_from, workday_until

PASSED = "通过"
_REVIEW_DAYS = 7
_NOT_PASSED_A_YEAR = {2022: 420, 2025: 470, 2026: 500}
_FOR_OTHER_COURTS_A_YEAR = {2022: 9, 2025: 13, 2026: 15}
_ENFORCEMENT_ONLINE = {2022: 0.34, 2024: 0.45, 2025: 0.54, 2026: 0.63}
_SUIT, _ENFORCEMENT, _MEDIATION, _ELSEWHERE = "民事一审", "首次执行", "诉前调解", "其他"


@dataclass(slots=True)
class Application:
    """An application and its result."""

    kind: str
    applied_on: date
    reviewed_on: date
    result: str
    department: str
    firm_related: bool | None
    cross_region: bool = False
    number: str = ""

    @property
    def due_on(self) -> date:
        return workday_from(self.applied_on + timedelta(days=_REVIEW_DAYS))


def applications(
    seed: int, until: date, suits: Iterable[Suit], mediations: Iterable[Mediation], executions: Iterable[Execution]
) -> list[Application]:
    """All applications in the order of their numbers."""
    received: list[Application] = []
    for suit in suits:
        if suit.channel in (ONLINE, CROSS_REGION):
            application = _passed(Chance(seed, "online", suit.number), _SUIT, suit.filed_on, suit.firm_related)
            application.cross_region = suit.channel == CROSS_REGION
            received.append(application)
    for mediation in mediations:
        if mediation.online:
            chance = Chance(seed, "online", mediation.number)
            received.append(_passed(chance, _MEDIATION, mediation.received_on, mediation.dispute.firm_related))
    for case in executions:
        chance = Chance(seed, "online", case.number)
        if case.kind == FIRST and chance.happens(in_year(_ENFORCEMENT_ONLINE, case.filed_on.year)):
            received.append(_passed(chance, _ENFORCEMENT, case.filed_on, case.firm_related))
    for day, chance in arrivals(seed, "not passed", _NOT_PASSED_A_YEAR, WORLD_FROM, until):
        received.append(_not_passed(chance, day))
    for day, chance in arrivals(seed, "elsewhere", _FOR_OTHER_COURTS_A_YEAR, WORLD_FROM, until):
        received.append(_passed(chance, _ELSEWHERE, day, None))
        received[-1].cross_region = True
    received.sort(key=lambda application: application.applied_on)
    for application, number in zip(
        received, running("网立", (application.applied_on for application in received), 5), strict=True
    ):
        application.number = number
    return received


def _passed(chance: Chance, kind: str, filed_on: date, firm_related: bool | None) -> Application:
    """An application that passes on the day of filing; it is made a few days before."""
    waited = chance.pick({0: 24, 1: 38, 2: 20, 3: 9, 5: 5.5, 9: 2.5, 11: 1})
    applied_on = workday_until(filed_on - timedelta(days=waited))
    return Application(kind, applied_on, filed_on, PASSED, chance.pick({"filing": 82, "tribunal": 18}), firm_related)


def _not_passed(chance: Chance, applied_on: date) -> Application:
    reviewed_on = workday_from(applied_on + timedelta(days=chance.pick({0: 10, 1: 35, 2: 28, 4: 16, 5: 8, 9: 3})))
    kind = chance.pick({_SUIT: 55, _MEDIATION: 20, _ENFORCEMENT: 25})
    result = chance.pick({"不通过": 27, "退回补正": 58, "撤回": 15})
    return Application(kind, applied_on, reviewed_on, result, "filing", chance.happens(0.5))


def row(application: Application, as_of: date) -> Mapping[str, object]:
    """The row of the application in the extract of that day."""
    reviewed_on = known_on(application.reviewed_on, as_of)
    return {
        "application_no": application.number,
        "kind": application.kind,
        "applied_on": application.applied_on,
        "reviewed_on": reviewed_on,
        "result": application.result if reviewed_on else None,
        "review_due_on": application.due_on,
        "cross_region": application.cross_region,
        "department": application.department,
        "firm_related": application.firm_related,
    }
