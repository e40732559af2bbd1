"""The invented court from mid-2022 on, and the rows of its extracts on a day.

Its matters do not depend on the day of the extract: a later extract repeats an earlier one and adds to it.
"""

from collections.abc import Mapping, Sequence
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
from etl.sample.matters import in_extract, shown
from etl.sample.numbering import CaseRegister
from etl.sample.pace import month_end
from scorecard.catalog.definitions import Catalog

InventedRows = Sequence[Mapping[str, object]]


def invented(day: date, seed: int, catalog: Catalog) -> Mapping[str, InventedRows]:
    """Table id -> its rows in an extract of that day.

    Matters reach to the end of the month after next: some are applied for before a day and filed after it.
    """
    until, register = month_end(day + timedelta(days=31)), CaseRegister(catalog.court.court_codes[0])
    mediations = mediation.mediations(seed, until, register)
    civil = suits.civil_suits(seed, until, mediations, register)
    public = public_suits.public_suits(seed, until, register)
    preservations = preservation.preservations(seed, until, civil, register)
    executions = enforcement.executions(seed, until, [*civil, *public], mediations, preservations, register)
    listings = credit.listings(seed, executions)
    estates = insolvency.estates(seed, until, register)
    estates = [one for one in estates if in_extract(one["applied_on"], one["_ended_on"], day)]
    debtors = credit.debtor_codes(listings)
    filed = sorted([*civil, *public], key=lambda suit: suit["filed_on"])
    return {
        "cases": [suits.row(one, day) for one in filed if in_extract(one["filed_on"], one["closed_on"], day)],
        "pre_mediations": [
            shown(one, "pre_mediations", day)
            for one in mediations
            if in_extract(one["received_on"], one["ended_on"], day)
        ],
        "enforcement": [
            {**enforcement.row(case, day), "debtor_code": debtors(case)}
            for case in executions
            if in_extract(case["filed_on"], case["closed_on"], day)
        ],
        "preservation": [preservation.row(one, day) for one in preservations if preservation.held(one, day)],
        "credit_register": [
            credit.row(one, day) for one in listings if in_extract(one["listed_on"], one["_ended_on"], day)
        ],
        "bankruptcies": [shown(estate, "bankruptcies", day) for estate in estates],
        "asset_disposals": [row for estate in estates for row in insolvency.auction_rows(estate, day)],
        "online_filings": [
            shown(one, "online_filings", day)
            for one in services.applications(seed, until, civil, mediations, executions)
            if in_extract(one["applied_on"], one["reviewed_on"], day)
        ],
        "work_log": outreach.work_rows(seed, day),
        "revisits": outreach.revisit_rows(seed, [*civil, *public], day),
        "information_reports": reports.report_rows(seed, day),
        "measure_progress": reports.progress_rows(seed, catalog, day),
    }
