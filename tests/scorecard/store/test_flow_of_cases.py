"""结收比 and 存案清结天数 of the seeds against published numbers of other courts."""

from decimal import Decimal

import pytest

from scorecard.assessment.number_format import figure_text
from scorecard.calendar.period import parse
from scorecard.catalog import loader
from scorecard.store.warehouse import exact_value
from tests.conftest import ROOT

CATALOG = loader.load(ROOT / "seeds")
CLEARANCE, DISPOSITION = (CATALOG.indicators[name] for name in ("case_clearance_rate", "case_disposition_days"))

# Incoming, resolved and pending cases of all courts of Croatia with the two numbers printed beside them (CEPEJ's definitions;
# the Ministry of Justice's statistical survey for 2022).
CROATIA = {"2022": (557_759, 610_476, 413_953, "109.45", "248"), "2021": (593_464, 539_125, 456_489, "90.84", "309")}


@pytest.mark.parametrize("year", CROATIA)
def test_clearance_rate_and_disposition_time_are_the_published_ones(year: str) -> None:
    incoming, resolved, pending, rate, days = CROATIA[year]
    period = parse("year", year)
    assert period is not None
    assert period.days == 365
    clearance = exact_value(CLEARANCE, Decimal(resolved), Decimal(incoming), (), period.days)
    disposition = exact_value(DISPOSITION, Decimal(pending), Decimal(resolved), (), period.days)
    assert clearance is not None
    assert figure_text(clearance, "%") == rate
    assert disposition is not None
    assert round(disposition) == int(days)


def test_the_clearance_rate_of_zhengzhou_is_the_published_one() -> None:
    """郑州市两级法院2021年上半年：结案 126,927，新收 146,484，结收比 86.65%."""
    rate = exact_value(CLEARANCE, Decimal(126_927), Decimal(146_484), (), 181)
    assert rate is not None
    assert figure_text(rate, "%") == "86.65"


def test_a_month_is_counted_by_its_own_days_and_no_running_period_is_projected() -> None:
    """Thirty pending and thirty resolved: a month's work, which is 28 days in February and 31 in March."""
    thirty = Decimal(30)
    for key, days in (("2026-02", 28), ("2026-03", 31)):
        period = parse("month", key)
        assert period is not None
        assert exact_value(DISPOSITION, thirty, thirty, (), period.days) == days
    assert exact_value(DISPOSITION, thirty, thirty, (), 0) is None
