"""The small registers in texts: every word of a benchmark's span names the period whose values stand beside it."""

from decimal import ROUND_HALF_UP, Decimal

import pytest

from scorecard.calendar.period import CALENDAR, Period, containing, of_span, span_of
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import warehouse
from scorecard.store.open_version import open_published


def test_the_last_month_and_the_first_of_a_year_so_far_have_one_name_each() -> None:
    """1—12月 is the whole year, and January alone a month: a register has one word for each number."""
    assert [span_of(containing("ytd", 2025 * 12 + month)) for month in (0, 11)] == [(2025, "1月"), (2025, "全年")]


@pytest.mark.parametrize(
    ("span", "grain", "key"),
    [
        ("全年", "year", "2025"),
        ("第一季度", "quarter", "2025-Q1"),
        ("第四季度", "quarter", "2025-Q4"),
        ("1—2月", "ytd", "2025-02"),
        ("1—11月", "ytd", "2025-11"),
        ("1月", "month", "2025-01"),
        ("12月", "month", "2025-12"),
    ],
)
def test_a_span_is_the_period_that_its_words_say(span: str, grain: str, key: str) -> None:
    period = of_span(2025, span, CALENDAR)
    assert (period.grain, period.key) == (grain, key)
    assert span_of(period) == (2025, span)


def test_no_two_words_of_the_contract_are_one_period(catalog: Catalog) -> None:
    spans = list(catalog.tables["benchmarks"].columns["span"].values)
    for other in ("official_values", "remarks"):
        assert list(catalog.tables[other].columns["span"].values) == spans
    periods = [of_span(2025, span, CALENDAR) for span in spans]
    assert len({(period.grain, period.key) for period in periods}) == len(spans) == 1 + 4 + 10 + 12


def test_the_sample_says_its_own_values_where_it_answers_and_what_is_published_agrees_or_is_explained(
    sample: DataDir,
) -> None:
    """The numbers in recipes are the store's, by the decimal module: nothing invented looks corrected or contradicted."""
    version = open_published(sample)
    ids = {one.name: one.id for one in version.catalog.indicators.values()}

    def percent(name: str, period: Period) -> Decimal:
        found = version.connection.execute(
            "SELECT numerator, denominator FROM indicator_value"
            " WHERE indicator = ? AND grain = ? AND period = ? AND department = 'all' AND scope = 'all'",
            [ids[name], period.grain, period.key],
        ).fetchone()
        assert found is not None
        return found[0] * 100 / found[1]

    answered = [one for one in warehouse.remarks(version.connection) if one.value_then]
    assert answered
    for one in answered:
        now = percent(one.indicator, of_span(*one.at, CALENDAR)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert one.value_then == f"{now}%"
    published = warehouse.official_values(version.connection)
    assert published
    for one in published:
        assert one.tolerance is not None
        difference = abs(one.value - percent(one.indicator, of_span(one.value_year, one.span, CALENDAR)))
        assert (difference > one.tolerance) == bool(one.explanation)
