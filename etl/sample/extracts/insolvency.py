"""Bankruptcy applications and cases, and the online auctions of the estates: a handful a year, as in a real basic court."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from etl.sample.chance import Chance, Curve, yuan
from etl.sample.numbering import CaseRegister
from etl.sample.pace import WORLD_FROM, known_on, workday_from, workday_until

OWN, JINAN = "本院", "济南中院"
JINAN_CODE = "鲁01"
OLD_CASE_ACCEPTED_ON = date(2023, 9, 14)  # the one that stays pending: over two years from 2025-09-15
REORGANISATION_ACCEPTED_ON = date(2024, 3, 20)  # the one whose firm asks for credit repair under its plan

# Chosen out of sixty series: in this one two fast-track cases are converted and one overruns its time.
_SERIES = 43
_DAYS_APART = (17, 46)  # applications come one by one: some eleven a year
_SOURCES = {"执转破": 38, "债权人": 40, "债务人": 18, "清算责任人": 4}
_RESULTS = {"受理": 66, "不予受理": 12, "撤回申请": 14, "驳回申请": 8}
_TRANSFER_RESULTS = {"受理": 68, "不予受理": 16, "驳回申请": 4, "退回": 12}
_FAST_DAYS: Curve = ((0, 66), (0.5, 118), (0.92, 172), (1, 205))
_DAYS: Curve = ((0, 190), (0.5, 380), (0.9, 600), (1, 700))
_CLAIMS: Curve = ((0, 90_000_000), (0.5, 620_000_000), (0.9, 2_400_000_000), (1, 4_200_000_000))
_WORTH: Curve = ((0, 0.1), (0.5, 0.4), (0.9, 0.66), (1, 0.75))
_ADMINISTRATORS = {f"示例管理人{n:02d}": weight for n, weight in enumerate((30, 22, 18, 14, 10, 6), 1)}
_LOTS = ("厂房及土地", "机器设备", "存货", "车辆", "办公设备", "应收账款", "商标专利", "原材料")
_PREMIUM: Curve = ((0, 0), (0.45, 0.01), (0.8, 0.1), (1, 0.42))


@dataclass(slots=True)
class Auction:
    """One round of one lot; without a price when it was not sold or withdrawn."""

    lot: str
    round: str
    listed_on: date
    ended_on: date
    start_cents: int
    sold_cents: int | None
    outcome: str


@dataclass(slots=True)
class Estate:
    """An application and, where it is accepted, its case."""

    source: str
    applied_on: date
    referred_on: date | None
    reviewed_on: date
    result: str
    court: str
    procedure: str = "清算"
    fast_track: bool = False
    converted: bool = False
    terminated_on: date | None = None
    administrator: str = ""
    selection: str = ""
    appointed_on: date | None = None
    claims: int = 0
    costs: tuple[int, int] = (0, 0)
    realised: int = 0
    evaluated_on: date | None = None
    repair: tuple[date, date, date] | None = None
    auctions: list[Auction] = field(default_factory=list[Auction])
    application_number: str = ""
    number: str = ""

    @property
    def accepted_on(self) -> date | None:
        return self.reviewed_on if self.result == "受理" else None


def estates(seed: int, until: date, register: CaseRegister) -> list[Estate]:
    """All applications up to a day, in order; the two planted cases among them."""
    applications = [_estate(Chance(seed, "insolvency", _SERIES, n), day) for n, day in enumerate(_days(seed, until))]
    applications += [_old_case(Chance(seed, "old bankruptcy")), _reorganisation(Chance(seed, "reorganisation"))]
    applications.sort(key=lambda estate: estate.applied_on)
    others = Chance(seed, "applications to the intermediate court")
    for estate in applications:
        if estate.court == JINAN:
            register.skip("破申", estate.applied_on.year, others.between(3, 40), JINAN_CODE)
        court = JINAN_CODE if estate.court == JINAN else None
        estate.application_number = register.number("破申", estate.applied_on, court)
    accepted = [estate for estate in applications if estate.accepted_on and estate.court == OWN]
    for estate in sorted(accepted, key=lambda estate: estate.reviewed_on):
        estate.number = register.number("破", estate.reviewed_on)
    return applications


def _days(seed: int, until: date) -> Iterator[date]:
    chance, day = Chance(seed, "bankruptcy"), WORLD_FROM
    while day <= until:
        yield workday_from(day)
        day += timedelta(days=chance.between(*_DAYS_APART))


def _estate(chance: Chance, applied_on: date) -> Estate:
    source = chance.pick(_SOURCES)
    court = JINAN if source == "执转破" and chance.happens(0.45) else OWN
    estate = Estate(
        source=source,
        applied_on=applied_on,
        referred_on=workday_until(applied_on - timedelta(days=2)) if source == "执转破" else None,
        reviewed_on=workday_from(applied_on + timedelta(days=chance.between(9, 38))),
        result=chance.pick(_TRANSFER_RESULTS if source == "执转破" else _RESULTS),
        court=court,
    )
    if estate.accepted_on and court == OWN:
        _proceed(chance, estate, fast=chance.happens(0.55), converts=chance.happens(0.12))
    return estate


def _proceed(chance: Chance, estate: Estate, fast: bool, converts: bool, days: int | None = None) -> None:
    """Writes the course after acceptance: administrator, auctions, distribution, termination, evaluation."""
    start = estate.reviewed_on
    estate.procedure = "清算" if fast else chance.pick({"清算": 88, "和解": 12})
    estate.fast_track, estate.converted = fast, fast and converts
    lasting = chance.days(_FAST_DAYS if fast and not converts else _DAYS) if days is None else days
    estate.claims = int(chance.along(_CLAIMS)) // (3 if fast else 1)
    _auction(chance, estate, int(estate.claims * chance.along(_WORTH)), lasting)
    estate.realised = sum(auction.sold_cents or 0 for auction in estate.auctions)
    estate.claims = max(estate.claims, estate.realised)
    estate.costs = (estate.realised * chance.between(20, 85) // 1000, estate.realised * chance.between(0, 30) // 1000)
    distributed_on = max(auction.ended_on for auction in estate.auctions) + timedelta(days=9)
    end = workday_from(max(start + timedelta(days=lasting), distributed_on))
    estate.terminated_on = end
    estate.administrator = chance.pick(_ADMINISTRATORS)
    estate.selection = chance.pick({"随机": 74, "竞争": 16, "推荐": 10})
    estate.appointed_on = workday_from(start + timedelta(days=chance.between(0, 4)))
    evaluated = chance.happens(0.9)
    estate.evaluated_on = workday_from(end + timedelta(days=chance.between(3, 28))) if evaluated else None


def _auction(chance: Chance, estate: Estate, worth: int, days: int) -> None:
    """Writes the auctions: lots between a quarter and half of the case's time, unsold ones again for a fifth less."""
    lots = chance.between(2, 6)
    for n in range(lots):
        day = estate.reviewed_on + timedelta(days=days * chance.between(25, 50) // 100)
        price = worth * chance.between(60, 140) // 100 // lots
        price -= price % 100_000
        for round_, success in (("一拍", 0.58), ("二拍", 0.6), ("变卖", 0.75)):
            listed_on, sold = workday_from(day), chance.happens(success)
            ended_on = listed_on + timedelta(days=1 if round_ != "变卖" else 14)
            premium, withdrawn = chance.along(_PREMIUM), chance.happens(0.03)
            outcome = "撤回" if withdrawn else "成交" if sold else "流拍"
            paid = price + int(price * premium) // 10_000 * 10_000 if outcome == "成交" else None
            lot = f"{_LOTS[n]}（示例标的{n + 1:02d}）"
            estate.auctions.append(Auction(lot, round_, listed_on, ended_on, price, paid, outcome))
            if outcome != "流拍":
                break
            day, price = ended_on + timedelta(days=chance.between(8, 16)), price * 8 // 10


def _old_case(chance: Chance) -> Estate:
    """A case accepted in 2023 with property that cannot be valued yet: open on every day of the extracts."""
    applied_on = workday_until(OLD_CASE_ACCEPTED_ON - timedelta(days=30))
    estate = Estate("债权人", applied_on, None, OLD_CASE_ACCEPTED_ON, "受理", OWN)
    _proceed(chance, estate, fast=False, converts=False, days=690)
    estate.procedure, estate.terminated_on, estate.evaluated_on, estate.auctions = "清算", None, None, []
    return estate


def _reorganisation(chance: Chance) -> Estate:
    start = REORGANISATION_ACCEPTED_ON
    estate = Estate("债务人", workday_until(start - timedelta(days=25)), None, start, "受理", OWN)
    _proceed(chance, estate, fast=False, converts=False, days=330)
    approved = workday_from(start + timedelta(days=260))
    estate.procedure = "重整"
    estate.repair = (approved, workday_from(approved + timedelta(days=35)), workday_from(approved + timedelta(days=96)))
    return estate


def row(estate: Estate, as_of: date) -> Mapping[str, object]:
    """The row of the application or case in the extract of that day; sums are known once the case has ended."""
    reviewed_on = known_on(estate.reviewed_on, as_of)
    own = reviewed_on is not None and estate.accepted_on is not None and estate.court == OWN
    ended_on = known_on(estate.terminated_on, as_of) if own else None
    approved, asked, repaired = estate.repair or (None, None, None)
    expenses, common = estate.costs
    return {
        "application_no": estate.application_number,
        "case_no": estate.number if own else None,
        "applied_on": estate.applied_on,
        "source": estate.source,
        "referred_on": estate.referred_on,
        "reviewed_on": reviewed_on,
        "review_result": estate.result if reviewed_on else None,
        "accepting_court": estate.court if reviewed_on and estate.accepted_on else None,
        "accepted_on": estate.accepted_on if reviewed_on else None,
        "terminated_on": ended_on,
        "procedure": estate.procedure if own else None,
        "fast_track": estate.fast_track if own else None,
        "fast_track_on": reviewed_on if own and estate.fast_track else None,
        "converted": estate.converted if own and estate.fast_track else None,
        "administrator": estate.administrator if own and known_on(estate.appointed_on, as_of) else None,
        "appointed_on": known_on(estate.appointed_on, as_of) if own else None,
        "selection": estate.selection if own and known_on(estate.appointed_on, as_of) else None,
        "creditors": 3 + estate.claims // 55_000_000 if own else None,
        "debts_yuan": yuan(estate.claims) if own else None,
        "assets_yuan": yuan(estate.realised) if own else None,
        "assets_clear": estate.fast_track or estate.procedure == "清算" if own else None,
        "confirmed_claims_yuan": yuan(estate.claims) if ended_on else None,
        "paid_yuan": yuan(estate.realised - expenses - common) if ended_on else None,
        "expenses_yuan": yuan(expenses) if ended_on else None,
        "common_debts_yuan": yuan(common) if ended_on else None,
        "realised_yuan": yuan(estate.realised) if ended_on else None,
        "evaluated_on": known_on(estate.evaluated_on, as_of) if own else None,
        "plan_approved_on": known_on(approved, as_of),
        "repair_applied_on": known_on(asked, as_of),
        "repair_closed_on": known_on(repaired, as_of),
        "department": "civil",
    }


def auction_rows(estate: Estate, as_of: date) -> list[Mapping[str, object]]:
    """The auctions announced by that day: three weeks ahead of their start."""
    return [
        {
            "case_no": estate.number,
            "lot": auction.lot,
            "round": auction.round,
            "listed_on": auction.listed_on,
            "ended_on": known_on(auction.ended_on, as_of),
            "start_price_yuan": yuan(auction.start_cents),
            "sold_price_yuan": yuan(auction.sold_cents)
            if auction.sold_cents is not None and auction.ended_on <= as_of
            else None,
            "outcome": auction.outcome if auction.ended_on <= as_of else None,
            "department": "civil",
        }
        for auction in estate.auctions
        if auction.listed_on <= as_of or (auction.round == "一拍" and auction.listed_on - timedelta(days=21) <= as_of)
    ]
