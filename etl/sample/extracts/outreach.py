"""Work with firms: the work log of visits and lectures, revisits after a suit."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from etl.sample import parameters
from etl.sample.chance import Chance, in_year
from etl.sample.extracts.credit import firm_code
from etl.sample.matters import Matter
from etl.sample.numbering import running
from etl.sample.pace import EXTRACTS_FROM, arrivals, workday_from

_PARAMETERS = parameters.of("outreach")


def _firm(chance: Chance) -> str:
    return firm_code(chance.between(*_PARAMETERS["firms"]))


def _issues(chance: Chance, day: date, weights: Mapping[int, float], as_of: date) -> Mapping[str, object]:
    """How many issues a firm raised, how many of them are closed, and by when they should be."""
    count = chance.pick(weights)
    closings = [day + timedelta(days=chance.days(_PARAMETERS["until_closed"])) for _ in range(count)]
    return {
        "rectify_by": day + timedelta(days=60) if closings else None,
        "issues": count,
        "closed_issues": sum(closed_on <= as_of for closed_on in closings),
    }


def work_rows(seed: int, as_of: date) -> list[Mapping[str, object]]:
    """The work log up to a day."""
    entries = [
        (day, kind, chance)
        for kind in _PARAMETERS["work"]
        for day, chance in arrivals(seed, kind, as_of, EXTRACTS_FROM)
    ]
    entries.sort(key=lambda entry: entry[0])
    numbers = running("台账", (day for day, _, _ in entries))
    return [
        {"entry_no": number, **_work_row(chance, day, kind, as_of)}
        for number, (day, kind, chance) in zip(numbers, entries, strict=True)
    ]


def _work_row(chance: Chance, day: date, kind: str, as_of: date) -> Mapping[str, object]:
    work = _PARAMETERS["work"][kind]
    department, firm = chance.pick(work["departments"]), _firm(chance)
    raised = _issues(chance, day, _PARAMETERS["issues_of_work"], as_of)
    row = {"held_on": day, "kind": kind, "topic": work["topic"], "department": department}
    return {**row, "firm_code": firm, **raised} if work["firm"] else row


def revisit_rows(seed: int, suits: Sequence[Matter], as_of: date) -> list[Mapping[str, object]]:
    """Revisits to firms after their suits, up to a day; a few are made twice, most that were missed are made late."""
    visits: list[tuple[date, int, Matter, Chance]] = []
    for n, suit in enumerate(suits):
        closed_on = suit["closed_on"]
        if not suit["firm_related"] or not EXTRACTS_FROM <= closed_on <= as_of:
            continue
        chance = Chance(seed, "revisit", suit["case_no"])
        day = workday_from(closed_on + timedelta(days=chance.days(_PARAMETERS["until_revisit"])))
        again, later = chance.happens(0.04), workday_from(day + timedelta(days=chance.between(20, 60)))
        if chance.happens(in_year(_PARAMETERS["revisited"], closed_on.year)):
            days = [day, later] if again else [day]
            visits += [(visited_on, n, suit, chance) for visited_on in days if visited_on <= as_of]
            continue
        chance = Chance(seed, "late revisit", suit["case_no"])
        day = workday_from(closed_on + timedelta(days=chance.days(_PARAMETERS["until_caught_up"])))
        if chance.happens(_PARAMETERS["caught_up"]) and day <= as_of:
            visits.append((day, n, suit, chance))
    visits.sort(key=lambda entry: entry[:2])
    numbers = running("回访", (day for day, _, _, _ in visits))
    return [
        {
            "revisit_no": number,
            "case_no": suit["case_no"],
            "closed_on": suit["closed_on"],
            "revisited_on": day,
            "department": suit["department"],
            **_issues(chance, day, _PARAMETERS["issues_of_revisits"], as_of),
            "firm_code": _firm(chance),
        }
        for number, (day, _, suit, chance) in zip(numbers, visits, strict=True)
    ]
