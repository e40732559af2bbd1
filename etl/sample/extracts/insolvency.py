"""Bankruptcy applications and cases, and the online auctions of the estates: a handful a year, as in a real basic court."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from etl.sample import parameters
from etl.sample.chance import Chance, yuan
from etl.sample.matters import Matter, shown
from etl.sample.numbering import CaseRegister
from etl.sample.pace import WORLD_FROM, workday_from, workday_until

OWN, JINAN = "本院", "济南中院"
JINAN_CODE = "鲁01"
_PARAMETERS = parameters.of("insolvency")


def estates(seed: int, until: date, register: CaseRegister) -> list[Matter]:
    """All applications up to a day, in order; the two planted cases among them."""
    series = _PARAMETERS["series"]
    applications = [_estate(Chance(seed, "insolvency", series, n), day) for n, day in enumerate(_days(seed, until))]
    applications += [_old_case(Chance(seed, "old bankruptcy")), _reorganisation(Chance(seed, "reorganisation"))]
    applications.sort(key=lambda estate: estate["applied_on"])
    others = Chance(seed, "applications to the intermediate court")
    for estate in applications:
        elsewhere = estate["accepting_court"] == JINAN
        if elsewhere:
            register.skip("破申", estate["applied_on"].year, others.between(3, 40), JINAN_CODE)
        court = JINAN_CODE if elsewhere else None
        estate["application_no"] = register.number("破申", estate["applied_on"], court)
    for estate in sorted(applications, key=lambda estate: estate["reviewed_on"]):
        if estate["_own_on"]:
            estate["case_no"] = register.number("破", estate["reviewed_on"])
            known = bool(estate["_auctions"])  # of a case with nothing put up yet nobody has filled it in
            estate["assets_clear"] = estate["fast_track"] or estate["procedure"] == "清算" if known else None
        estate["_ended_on"] = estate["terminated_on"] if estate["_own_on"] else estate["reviewed_on"]
    return applications


def _days(seed: int, until: date) -> Iterator[date]:
    chance, day = Chance(seed, "bankruptcy"), WORLD_FROM
    while day <= until:
        yield workday_from(day)
        day += timedelta(days=chance.between(*_PARAMETERS["days_apart"]))


def _estate(chance: Chance, applied_on: date) -> Matter:
    source = chance.pick(_PARAMETERS["sources"])
    transferred = source == "执转破"
    court = JINAN if transferred and chance.happens(0.45) else OWN
    reviewed_on = workday_from(applied_on + timedelta(days=chance.between(9, 38)))
    result = chance.pick(_PARAMETERS["transfer_results" if transferred else "results"])
    estate = _application(source, applied_on, reviewed_on, result, court)
    estate["referred_on"] = workday_until(applied_on - timedelta(days=2)) if transferred else None
    if estate["_own_on"]:
        _proceed(chance, estate, fast=chance.happens(0.55), converts=chance.happens(0.12))
    return estate


def _application(source: str, applied_on: date, reviewed_on: date, result: str, court: str) -> Matter:
    accepted_on = reviewed_on if result == "受理" else None
    return {
        "_own_on": accepted_on if court == OWN else None,
        "_auctions": [],
        "source": source,
        "applied_on": applied_on,
        "reviewed_on": reviewed_on,
        "review_result": result,
        "accepting_court": court,
        "accepted_on": accepted_on,
        "terminated_on": None,
        "department": "civil",
    }


def _proceed(chance: Chance, estate: Matter, fast: bool, converts: bool, days: int | None = None) -> None:
    """Writes the course after acceptance: administrator, auctions, distribution, termination, evaluation."""
    start = estate["reviewed_on"]
    procedure = "清算" if fast else chance.pick(_PARAMETERS["procedures"])
    drawn = chance.days(_PARAMETERS["fast_days" if fast and not converts else "days"]) if days is None else days
    claims = int(chance.along(_PARAMETERS["claims"])) // (3 if fast else 1)
    auctions = list(_auctions(chance, start, int(claims * chance.along(_PARAMETERS["worth"])), drawn))
    realised = sum(auction["_sold"] or 0 for auction in auctions)
    claims, reasons = max(claims, realised), _PARAMETERS["conversion_reasons"]
    expenses, common = realised * chance.between(20, 85) // 1000, realised * chance.between(0, 30) // 1000
    distributed_on = max(auction["ended_on"] for auction in auctions) + timedelta(days=9)
    end = workday_from(max(start + timedelta(days=drawn), distributed_on))
    estate |= {
        "_auctions": auctions,
        "procedure": procedure,
        "fast_track": fast,
        "fast_track_on": start if fast else None,
        "converted": converts if fast else None,
        "conversion_reason": reasons[claims % len(reasons)] if fast and converts else None,
        "terminated_on": end,
        "administrator": chance.pick(_PARAMETERS["administrators"]),
        "selection": chance.pick(_PARAMETERS["selection"]),
        "appointed_on": workday_from(start + timedelta(days=chance.between(0, 4))),
        "creditors": 3 + claims // 55_000_000,
        **dict.fromkeys(("debts_yuan", "confirmed_claims_yuan"), yuan(claims)),
        **dict.fromkeys(("assets_yuan", "realised_yuan"), yuan(realised)),
        "paid_yuan": yuan(realised - expenses - common),
        "expenses_yuan": yuan(expenses),
        "common_debts_yuan": yuan(common),
    }
    evaluated = chance.happens(0.9)
    estate["evaluated_on"] = workday_from(end + timedelta(days=chance.between(3, 28))) if evaluated else None


def _auctions(chance: Chance, start: date, worth: int, days: int) -> Iterator[Matter]:
    """The auctions: lots between a quarter and half of the case's time, unsold ones again for a fifth less."""
    lots, (fee, share), paid_after = chance.between(2, 6), _PARAMETERS["fees"], _PARAMETERS["paid_after"]
    for n, (lot, kind) in enumerate(list(_PARAMETERS["lots"].items())[:lots]):
        day = start + timedelta(days=days * chance.between(25, 50) // 100)
        price = worth * chance.between(60, 140) // 100 // lots
        price -= price % 100_000
        ruled_on, cost = workday_until(max(start, day - timedelta(days=_PARAMETERS["ruled_before"]))), 0
        for round_, success in _PARAMETERS["rounds"]:
            listed_on, sold = workday_from(day), chance.happens(success)
            ended_on = listed_on + timedelta(days=1 if round_ != "变卖" else 14)
            premium, withdrawn = chance.along(_PARAMETERS["premium"]), chance.happens(0.03)
            outcome = "撤回" if withdrawn else "成交" if sold else "流拍"
            cost += fee + price * share // 1000
            paid = price + int(price * premium) // 10_000 * 10_000 if outcome == "成交" else None
            yield {
                "_sold": paid,
                "lot": f"{lot}（示例标的{n + 1:02d}）",
                "asset_kind": kind,
                "round": round_,
                "ruled_on": ruled_on,
                "listed_on": listed_on,
                "ended_on": ended_on,
                "start_price_yuan": yuan(price),
                "sold_price_yuan": None if paid is None else yuan(paid),
                "paid_on": workday_from(ended_on + timedelta(days=paid_after[n % 2])) if paid else None,
                "cost_yuan": yuan(cost),
                "outcome": outcome,
                "department": "civil",
            }
            if outcome != "流拍":
                break
            day, price = ended_on + timedelta(days=chance.between(8, 16)), price * 8 // 10


def _old_case(chance: Chance) -> Matter:
    """A case accepted in 2023 with property that cannot be valued yet: open on every day of the extracts."""
    start = _PARAMETERS["old_case"]
    estate = _application("债权人", workday_until(start - timedelta(days=30)), start, "受理", OWN)
    _proceed(chance, estate, fast=False, converts=False, days=690)
    return {**estate, "procedure": "清算", "terminated_on": None, "evaluated_on": None, "_auctions": []}


def _reorganisation(chance: Chance) -> Matter:
    start = _PARAMETERS["reorganisation"]
    estate = _application("债务人", workday_until(start - timedelta(days=25)), start, "受理", OWN)
    _proceed(chance, estate, fast=False, converts=False, days=330)
    approved = workday_from(start + timedelta(days=260))
    asked, repaired = (workday_from(approved + timedelta(days=days)) for days in (35, 96))
    plan = {"plan_approved_on": approved, "repair_applied_on": asked, "repair_closed_on": repaired}
    return {**estate, **plan, "procedure": "重整"}


def auction_rows(estate: Matter, as_of: date) -> list[Mapping[str, object]]:
    """The auctions announced by that day: three weeks ahead of their start."""
    ahead = {"一拍": timedelta(days=21)}
    return [
        shown(auction, "asset_disposals", as_of, case_no=estate["case_no"])
        for auction in estate["_auctions"]
        if auction["listed_on"] - ahead.get(auction["round"], timedelta()) <= as_of
    ]
