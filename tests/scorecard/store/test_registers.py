"""The small registers in texts: every word of a benchmark's span names the period whose values stand beside it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scorecard.catalog.definitions import Catalog
from scorecard.store.registers import Benchmark

ONE = Benchmark("债权清偿率", "示例市", 2025, "全年", Decimal(40), "%", "示例公报", None)


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
    period = replace(ONE, span=span).period
    assert (period.grain, period.key) == (grain, key)


def test_no_two_words_of_the_contract_are_one_period(catalog: Catalog) -> None:
    spans = list(catalog.tables["benchmarks"].columns["span"].values)
    periods = [replace(ONE, span=span).period for span in spans]
    assert len({(period.grain, period.key) for period in periods}) == len(spans) == 1 + 4 + 10 + 12
