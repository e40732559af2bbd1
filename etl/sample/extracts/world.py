"""The invented court from mid-2022 on, and the rows of its extracts on a day.

Its matters do not depend on the day of the extract: a later extract repeats an earlier one and adds to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from etl.sample.extracts import (
    credit,
    enforcement,
    insolvency,
    mediation,
    outreach,
    preservation,
    public_suits,
    reports,
    services,
    suits,
)
from etl.sample.numbering import CaseRegister
from etl.sample.pace import in_extract, month_end
from scorecard.catalog.definitions import Catalog

InventedRows = Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class World:
    """All matters begun up to some weeks after a day, each with its whole course."""

    seed: int
    as_of: date
    mediations: Sequence[mediation.Mediation]
    civil: Sequence[suits.Suit]
    public: Sequence[suits.Suit]
    preservations: Sequence[preservation.Preservation]
    executions: Sequence[enforcement.Execution]
    listings: Sequence[credit.Listing]
    estates: Sequence[insolvency.Estate]
    applications: Sequence[services.Application]


def invented(as_of: date, seed: int, court: str) -> World:
    """The matters up to the end of the month after next: some are applied for before a day and filed after it."""
    until = month_end(as_of + timedelta(days=31))
    register = CaseRegister(court)
    mediations = mediation.mediations(seed, until, register)
    civil = suits.civil_suits(seed, until, mediations, register)
    public = public_suits.public_suits(seed, until, register)
    preservations = preservation.preservations(seed, until, civil, register)
    executions = enforcement.executions(seed, until, [*civil, *public], mediations, preservations, register)
    return World(
        seed=seed,
        as_of=as_of,
        mediations=mediations,
        civil=civil,
        public=public,
        preservations=preservations,
        executions=executions,
        listings=credit.listings(seed, executions),
        estates=insolvency.estates(seed, until, register),
        applications=services.applications(seed, until, civil, mediations, executions),
    )


def rows_of(world: World, catalog: Catalog) -> Mapping[str, Callable[[], InventedRows]]:
    """Table id -> the function that gives its rows."""
    day, seed = world.as_of, world.seed
    debtors = credit.debtor_codes(world.listings)
    public_and_civil = sorted([*world.civil, *world.public], key=lambda suit: suit.filed_on)
    estates = [estate for estate in world.estates if in_extract(estate.applied_on, _ended_on(estate), day)]
    return {
        "cases": lambda: [
            suits.row(suit, day) for suit in public_and_civil if in_extract(suit.filed_on, suit.closed_on, day)
        ],
        "pre_mediations": lambda: [
            mediation.row(case, day) for case in world.mediations if in_extract(case.received_on, case.ended_on, day)
        ],
        "enforcement": lambda: [
            {**enforcement.row(case, day), "debtor_code": debtors(case)}
            for case in world.executions
            if in_extract(case.filed_on, case.closed_on, day)
        ],
        "preservation": lambda: [
            preservation.row(case, day)
            for case in world.preservations
            if preservation.known(case, day)
            and in_extract(case.applied_at.date(), case.implemented_on or case.ruled_at.date(), day)
        ],
        "credit_register": lambda: [
            credit.row(listing, day)
            for listing in world.listings
            if in_extract(listing.listed_on, min(listing.removed_on, listing.expires_on), day)
        ],
        "bankruptcies": lambda: [insolvency.row(estate, day) for estate in estates],
        "asset_disposals": lambda: [row for estate in estates for row in insolvency.auction_rows(estate, day)],
        "online_filings": lambda: [
            services.row(application, day)
            for application in world.applications
            if in_extract(application.applied_on, application.reviewed_on, day)
        ],
        "work_log": lambda: outreach.work_rows(seed, day),
        "leads": lambda: outreach.lead_rows(seed, world.civil, day),
        "revisits": lambda: outreach.revisit_rows(seed, [*world.civil, *world.public], day),
        "information_reports": lambda: reports.report_rows(seed, day),
        "measure_progress": lambda: reports.progress_rows(seed, catalog, day),
    }


def _ended_on(estate: insolvency.Estate) -> date | None:
    return estate.terminated_on if estate.number else estate.reviewed_on
