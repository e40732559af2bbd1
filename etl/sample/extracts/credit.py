"""The register of dishonest firms: listing, screening, deletion, repair, and the few that are listed again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.cn import uscc

from etl.sample.chance import Chance, Curve
from etl.sample.extracts.disputes import FIRM
from etl.sample.extracts.enforcement import COMPLETED, FIRST, Execution
from etl.sample.pace import after_workdays, known_on, months_later, workday_from

SCREENING_DRIVE = (date(2024, 1, 8), date(2024, 9, 27))  # everything in stock is screened once

PERFORMED = ("履行或执行完毕", "和解履行完毕", "申请人同意删除")
EXPIRED = "期限届满"
_REASONS: Mapping[str, float] = {
    "履行或执行完毕": 25,
    "和解履行完毕": 8,
    "申请人同意删除": 10,
    "终本后查询无财产": 4,
    "终结执行": 5,
    "审判监督或破产中止": 1.5,
    "纠正错误纳入": 0.8,
    EXPIRED: 45,
}
_UNTIL_MET: Curve = ((0, 15), (0.5, 150), (0.85, 380), (1, 690))
_LISTED_AGAIN = 0.04
_OTHER_DEBTORS = (5_000, 900)  # codes of firms that are in debt and on no list


@dataclass(slots=True)
class Listing:
    """The listing of a firm for an enforcement case, with its whole course."""

    firm: int
    case: Execution
    listed_on: date
    expires_on: date
    reason: str
    met_on: date
    removed_on: date
    certified_on: date | None
    screened_on: date | None
    relisted_on: date | None = None


def firm_code(firm: int) -> str:
    """A code that no firm has, though its check digit is right: no province has the number 99."""
    body = f"91990117EXA{firm:06d}"
    return f"{body}{uscc.calc_check_digit(body)}"


def debtor_codes(listings: Iterable[Listing]) -> Callable[[Execution], str | None]:
    """A function from an enforcement case to the code of its debtor: the listed firm, else one of a few hundred others."""
    listed = {listing.case.number: listing.firm for listing in listings}

    def code(case: Execution) -> str | None:
        if case.debtor != FIRM:
            return None
        serial = int("".join(character for character in case.number if character.isdigit()))
        return firm_code(listed.get(case.number, _OTHER_DEBTORS[0] + serial % _OTHER_DEBTORS[1]))

    return code


def firm_name(firm: int) -> str:
    """A name no firm would bear."""
    return f"示例企业{firm:04d}"


def listings(seed: int, executions: Iterable[Execution]) -> list[Listing]:
    """All listings in order; a repaired firm that owes again comes back under its own code."""
    candidates: list[tuple[date, int, Execution, Chance]] = []
    for n, case in enumerate(executions):
        chance = Chance(seed, "listing", case.number)
        after = timedelta(days=chance.between(25, 110))
        if case.kind == FIRST and case.debtor == FIRM and chance.happens(0.12 if case.outcome == COMPLETED else 0.58):
            candidates.append((workday_from(case.filed_on + after), n, case, chance))
    listed: list[Listing] = []
    returning: list[tuple[date, Listing]] = []
    for listed_on, _, case, chance in sorted(candidates, key=lambda candidate: candidate[:2]):
        due = [pair for pair in returning if pair[0] <= listed_on]
        listing = _listing(chance, case, listed_on, firm=len(listed) + 1)
        if due:
            returning.remove(due[0])
            listing.firm = due[0][1].firm
            due[0][1].relisted_on = listed_on
        if listing.reason in PERFORMED and chance.happens(_LISTED_AGAIN):
            returning.append((listing.removed_on + timedelta(days=chance.between(40, 330)), listing))
        listed.append(listing)
    return listed


def _listing(chance: Chance, case: Execution, listed_on: date, firm: int) -> Listing:
    expires_on = months_later(listed_on, 36 if chance.happens(0.05) else 24)
    reason = "履行或执行完毕" if case.outcome == COMPLETED else chance.pick(_REASONS)
    met_on = workday_from(listed_on + timedelta(days=chance.days(_UNTIL_MET)))
    if case.outcome == COMPLETED and case.closed_on:
        met_on = max(case.closed_on, listed_on)
    if reason == EXPIRED or met_on >= expires_on:
        reason, met_on = EXPIRED, expires_on
    removed_on = after_workdays(met_on, chance.pick({0: 8, 1: 36, 2: 32, 3: 21, 5: 2, 9: 1}))
    certified, ahead = chance.happens(0.6), chance.between(0, 3)
    if listed_on < SCREENING_DRIVE[1] - timedelta(days=60):
        first, last = max(SCREENING_DRIVE[0], listed_on), SCREENING_DRIVE[1]
        screened_on = first + timedelta(days=chance.between(0, (last - first).days))
    else:
        screened_on = listed_on + timedelta(days=chance.between(2, 16 if listed_on.year > 2024 else 34))
    return Listing(
        firm=firm,
        case=case,
        listed_on=listed_on,
        expires_on=expires_on,
        reason=reason,
        met_on=met_on,
        removed_on=removed_on,
        certified_on=after_workdays(met_on, ahead) if certified and reason in PERFORMED else None,
        screened_on=workday_from(screened_on) if chance.happens(0.985) else None,
    )


def row(listing: Listing, as_of: date) -> Mapping[str, object]:
    """The row of the listing in the extract of that day; a screening after the end of the listing is not recorded."""
    met_on, screened_on = known_on(listing.met_on, as_of), known_on(listing.screened_on, as_of)
    if screened_on and screened_on > min(listing.removed_on, listing.expires_on):
        screened_on = None
    return {
        "firm_code": firm_code(listing.firm),
        "firm_name": firm_name(listing.firm),
        "case_no": listing.case.number,
        "listed_on": listing.listed_on,
        "expires_on": listing.expires_on,
        "deletion_reason": listing.reason if met_on else None,
        "condition_met_on": met_on,
        "removed_on": known_on(listing.removed_on, as_of),
        "certified_on": known_on(listing.certified_on, as_of),
        "screened_on": screened_on,
        "relisted_on": known_on(listing.relisted_on, as_of),
    }
