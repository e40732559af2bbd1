"""The glossary: complete, generated, and the same everywhere."""

from dataclasses import replace

import pytest

from scorecard.catalog.definitions import Catalog
from scorecard.narrative import glossary


def test_docs_indicators_is_what_the_seeds_say(catalog: Catalog) -> None:
    fresh = glossary.markdown(catalog)
    assert glossary.DOCUMENT.read_text(encoding="utf-8") == fresh, "stale: python -m scorecard.narrative.glossary"


def test_every_indicator_has_an_entry_with_words_example_and_result(catalog: Catalog) -> None:
    for indicator in catalog.indicators.values():
        found = glossary.entry(indicator, catalog)
        assert found.formula
        assert found.sheets
        assert found.sources
        assert "：" in found.result
        assert all(len(row) == len(sheet.headers) for sheet in found.sheets for row in sheet.rows)


def test_every_tabulation_and_listing_has_an_entry_whose_example_has_cells_under_every_header(catalog: Catalog) -> None:
    entries = glossary.choice_entries(catalog)
    assert len(entries) == len(catalog.tabulations) + len(catalog.listings)
    for found in entries:
        assert found.lines[0].startswith("行 = 《")
        assert found.measures
        assert all(len(row) == len(sheet.headers) for sheet in (found.sheet, found.result) for row in sheet.rows)


@pytest.mark.parametrize(
    ("id", "expected", "result"),
    [
        ("small_claims_rate", {"numerator": 1, "denominator": 3}, "1 ÷ 3 = 33.33%"),
        ("small_claims_rate", {"numerator": 220, "denominator": 548}, "220 ÷ 548 = 40.15%"),
        ("small_claims_rate", {"numerator": 0, "denominator": 0}, "0 ÷ 0，分母为0，没有数值"),
        ("arrears_recovered_amount", {"numerator": 54325}, "5.43万元"),
        ("small_claims_mean_days", {"numerator": 131, "denominator": 2}, "131 ÷ 2 = 65.5天"),
        ("arrears_total_median_days", {"value": "45.50"}, "45.5天"),
        ("small_claims_rate", {"state": "immature"}, "观察期未满，不评判"),
    ],
)
def test_the_result_of_an_example_is_rounded_half_up_in_its_unit(
    id: str, expected: dict[str, object], result: str, catalog: Catalog
) -> None:
    one = catalog.indicators[id]
    expect = one.example.expect.__class__(period="2026-01", **expected)
    example = one.example.model_copy(update={"expect": expect})
    assert glossary.entry(one.model_copy(update={"example": example}), catalog).result == f"2026年1月：{result}"


def test_data_never_becomes_markdown(catalog: Catalog) -> None:
    one = catalog.indicators["small_claims_rate"]
    hostile = one.model_copy(update={"definition": "a|b <img src=x> [c](http://d) *e* `f`"})
    written = glossary.markdown(replace(catalog, indicators={**catalog.indicators, one.id: hostile}))
    assert r"a\|b \<img src=x> \[c](http://d) \*e\* \`f\`" in written
