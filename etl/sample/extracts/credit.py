"""The register of dishonest firms: listing, screening, deletion, repair, and the few that are listed again."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from stdnum.cn import uscc

from etl.sample import parameters
from etl.sample.chance import Chance
from etl.sample.extracts.disputes import FIRM
from etl.sample.extracts.enforcement import COMPLETED, FIRST
from etl.sample.matters import Matter, shown
from etl.sample.pace import after_workdays, months_later, workday_from, workday_until

_EXPIRED = "期限届满"
_PARAMETERS = parameters.of("credit")


def firm_code(firm: int) -> str:
    """A code that no firm has, though its check digit is right: no province has the number 99."""
    body = f"91990117EXA{firm:06d}"
    return f"{body}{uscc.calc_check_digit(body)}"


def debtor_codes(listings: Iterable[Matter]) -> Callable[[Matter], str | None]:
    """A function from an enforcement case to the code of its debtor: the listed firm, else one of a few hundred others."""
    listed = {listing["case_no"]: listing["_firm"] for listing in listings}
    first, count = _PARAMETERS["other_debtors"]

    def code(case: Matter) -> str | None:
        if case["_debtor"] != FIRM:
            return None
        serial = int("".join(character for character in case["case_no"] if character.isdigit()))
        return firm_code(listed.get(case["case_no"], first + serial % count))

    return code


def listings(seed: int, executions: Iterable[Matter]) -> list[Matter]:
    """All listings in order; a repaired firm that owes again comes back under its own code."""
    candidates: list[tuple[date, int, Matter, Chance]] = []
    for n, case in enumerate(executions):
        chance = Chance(seed, "listing", case["case_no"])
        after = timedelta(days=chance.between(25, 110))
        firm = case["kind"] == FIRST and case["_debtor"] == FIRM
        if firm and chance.happens(0.12 if case["outcome"] == COMPLETED else 0.58):
            candidates.append((workday_from(case["filed_on"] + after), n, case, chance))
    listed: list[Matter] = []
    returning: list[tuple[date, Matter]] = []
    for listed_on, _, case, chance in sorted(candidates, key=lambda candidate: candidate[:2]):
        due = [pair for pair in returning if pair[0] <= listed_on]
        listing = _listing(chance, case, listed_on, firm=len(listed) + 1)
        if due:
            returning.remove(due[0])
            listing["_firm"] = due[0][1]["_firm"]
            due[0][1]["relisted_on"] = listed_on
        if listing["deletion_reason"] in _PARAMETERS["performed"] and chance.happens(_PARAMETERS["listed_again"]):
            returning.append((listing["removed_on"] + timedelta(days=chance.between(40, 330)), listing))
        listed.append(listing)
    return listed


def _listing(chance: Chance, case: Matter, listed_on: date, firm: int) -> Matter:
    expires_on = months_later(listed_on, 36 if chance.happens(0.05) else 24)
    reason = "履行或执行完毕" if case["outcome"] == COMPLETED else chance.pick(_PARAMETERS["reasons"])
    met_on = workday_from(listed_on + timedelta(days=chance.days(_PARAMETERS["until_met"])))
    if case["outcome"] == COMPLETED:
        met_on = max(case["closed_on"], listed_on)
    if reason == _EXPIRED or met_on >= expires_on:
        reason, met_on = _EXPIRED, expires_on
    removed_on = after_workdays(met_on, chance.pick(_PARAMETERS["removed_after"]))
    certified, ahead = chance.happens(0.6), chance.between(0, 3)
    repaired = certified and reason in _PARAMETERS["performed"]
    begin, end = _PARAMETERS["screening_drive"]
    if listed_on < end - timedelta(days=60):
        begin = max(begin, listed_on)
        screened_on = begin + timedelta(days=chance.between(0, (end - begin).days))
    else:
        screened_on = listed_on + timedelta(days=chance.between(2, 16 if listed_on.year > 2024 else 34))
    screened_on, left_on = workday_from(screened_on), min(removed_on, expires_on)
    screened = chance.happens(0.985) and screened_on <= left_on  # after the end of the listing it is not recorded
    return {
        "_firm": firm,
        "_ended_on": left_on,
        "case_no": case["case_no"],
        "listed_on": listed_on,
        "expires_on": expires_on,
        "deletion_reason": reason,
        "condition_met_on": met_on,
        "removed_on": removed_on,
        "repair_applied_on": max(listed_on, workday_until(met_on - timedelta(days=met_on.day % 8)))
        if repaired
        else None,
        "certified_on": after_workdays(met_on, ahead) if repaired else None,
        "screened_on": screened_on if screened else None,
        "relisted_on": None,
    }


def row(listing: Matter, as_of: date) -> Mapping[str, object]:
    """The row of the listing in the extract of that day, under a code and a name that no firm would bear."""
    firm = listing["_firm"]
    return shown(listing, "credit_register", as_of, firm_code=firm_code(firm), firm_name=f"示例企业{firm:04d}")
