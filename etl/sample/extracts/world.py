"""One invented court from mid-2022 on, and the rows of its extracts on a day.

What happens does not depend on the day of the extract: a later extract repeats an earlier one and adds to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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
from etl.sample.pace import month_end, reported
from scorecard.catalog.definitions import Catalog

InventedRows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class World:
    """Everything that will have happened to the matters begun up to some weeks after a day."""

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
    """The world up to the end of the month after next: what is applied for before a day is filed after it."""
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


def rows_of(found: World, catalog: Catalog) -> Mapping[str, Callable[[], InventedRows]]:
    """Table id -> what gives its rows."""
    day, seed = found.as_of, found.seed
    debtors = credit.debtor_codes(found.listings)
    estates = [one for one in found.estates if reported(one.applied_on, _ended_on(one), day)]
    return {
        "cases": lambda: [
            suits.row(one, day)
            for one in sorted([*found.civil, *found.public], key=lambda suit: suit.filed_on)
            if reported(one.filed_on, one.closed_on, day)
        ],
        "pre_mediations": lambda: [
            mediation.row(one, day)
            for one in found.mediations
            if reported(one.received_on, one.ended_on, day)
        ],
        "enforcement": lambda: [
            {**enforcement.row(one, day), "debtor_code": debtors(one)}
            for one in found.executions
            if reported(one.filed_on, one.closed_on, day)
        ],
        "preservation": lambda: [
            preservation.row(one, day)
            for one in found.preservations
            if preservation.known(one, day)
            and reported(one.applied_at.date(), one.implemented_on or one.ruled_at.date(), day)
        ],
        "credit_register": lambda: [
            credit.row(one, day)
            for one in found.listings
            if reported(one.listed_on, min(one.removed_on, one.expires_on), day)
        ],
        "bankruptcies": lambda: [insolvency.row(one, day) for one in estates],
        "asset_disposals": lambda: [line for one in estates for line in insolvency.auction_rows(one, day)],
        "online_filings": lambda: [
            services.row(one, day)
            for one in found.applications
            if reported(one.applied_on, one.reviewed_on, day)
        ],
        "work_log": lambda: outreach.work_rows(seed, day),
        "leads": lambda: outreach.lead_rows(seed, found.civil, day),
        "revisits": lambda: outreach.revisit_rows(seed, [*found.civil, *found.public], day),
        "information_reports": lambda: reports.report_rows(seed, day),
        "measure_progress": lambda: reports.progress_rows(seed, catalog, day),
    }


def _ended_on(estate: insolvency.Estate) -> date | None:
    return estate.terminated_on if estate.number else estate.reviewed_on
