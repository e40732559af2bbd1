"""What a visitor is shown, against every way to compute a count from it. The attacks are written out here, one by one."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from scorecard.access import Forbidden
from scorecard.assessment.cards import CardInputs, cards
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.small_counts import HIDDEN, for_visitors
from scorecard.calendar.period import GRAINS, Period, parse
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.narrative import sentences
from scorecard.narrative.shortfall import missed_since
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import (
    Version,
    card_inputs,
    for_visitors as visitors_version,
    judged_on,
    open_published,
)
from tests.conftest import ROOT

SMALL = range(1, 5)


@cache
def committed() -> Catalog:
    """The committed catalogue; as a fixture Hypothesis would print it whole."""
    return loader.load(ROOT / "seeds")


Series = Mapping[str, Sequence[IndicatorValue]]


def month(key: str = "2026-10") -> Period:
    period = parse("month", key)
    assert period is not None
    return period


def computed(catalog: Catalog, true: Series, shown: Series) -> list[tuple[str, str, int]]:
    """Every count that a reader of `shown` can compute, who even guesses the halves of each rate he is shown.

    With a rate he knows numerator, denominator and the rest; with several shares of the same rows also what each two or
    more leave of the whole, and by how much one differs from the others together.
    """
    found: list[tuple[str, str, int]] = []
    parts: dict[tuple[object, ...], list[tuple[int, int]]] = defaultdict(list)
    for name, values in shown.items():
        formula = catalog.indicators[name].formula
        counts_rows = all(  # medians and sums of money or days are no counts
            term.aggregate not in ("sum", "median")
            for term in (*formula.parts[0].numerator, *formula.parts[0].denominator)
        )
        for value, real in zip(values, true[name], strict=True):
            if value.exact is None:
                continue
            found.append((name, value.period.key, real.base))
            if formula.kind == "count":
                found.append((name, value.period.key, int(value.exact)))
            if formula.share and counts_rows and real.numerator is not None and real.denominator is not None:
                top, whole = int(real.numerator), int(real.denominator)
                found += [(name, value.period.key, number) for number in (top, whole, whole - top)]
                parts[value.period, formula.parts[0].denominator].append((top, whole))
    for (period, *_), known in parts.items():
        for size in range(2, len(known) + 1):
            for some in combinations(known, size):
                total, whole = sum(top for top, _ in some), some[0][1]
                found.append(("rest of several shares", str(period), abs(whole - total)))
                found += [("difference of shares", str(period), abs(2 * top - total)) for top, _ in some]
    return found


def values_of(catalog: Catalog, numbers: Sequence[int], period: Period) -> dict[str, tuple[IndicatorValue, ...]]:
    """A month of every indicator, made of these small numbers; shares of the same rows have the same denominator."""
    drawn, wholes = iter([*numbers] * 99), dict[object, int]()
    series: dict[str, tuple[IndicatorValue, ...]] = {}
    for name, indicator in catalog.indicators.items():
        formula, first = indicator.formula, next(drawn)
        whole = wholes.setdefault(formula.parts[0].denominator, next(drawn)) if formula.parts[0].denominator else None
        top = first if whole is None else min(first, whole)
        exact = Fraction(top) if whole is None else Fraction(100 * top, whole) if whole else None
        bottom = None if whole is None else Decimal(whole)
        base = top if whole is None else whole
        value = IndicatorValue(name, period, "all", "all", Decimal(top), bottom, base, exact, "complete")
        series[name] = (value,)
    return series


@given(numbers=st.lists(st.integers(0, 14), min_size=40, max_size=160))
def test_no_small_count_can_be_computed_from_any_small_data(numbers: list[int]) -> None:
    catalog = committed()
    true = values_of(catalog, numbers, month())
    assert [each for each in computed(catalog, true, for_visitors(catalog, true)) if each[2] in SMALL] == []


@pytest.fixture(scope="module")
def version(sample: DataDir) -> Version:
    return open_published(sample)


def test_no_small_count_can_be_computed_from_the_sample_and_most_values_stay(version: Version) -> None:
    true = card_inputs(version, "month", "all", "all", judged_on(version)).series
    shown = card_inputs(visitors_version(version), "month", "all", "all", judged_on(version)).series
    assert [each for each in computed(version.catalog, true, shown) if each[2] in SMALL] == []
    assert [each for each in computed(version.catalog, true, true) if each[2] in SMALL] != []
    numbers = [value.exact is not None for values in shown.values() for value in values]
    had = [value.exact is not None for values in true.values() for value in values]
    assert sum(numbers) > sum(had) / 2
    for name, values in shown.items():
        for value, real in zip(values, true[name], strict=True):
            assert value.exact in (real.exact, None), "a number that is shown is the true one"
            assert (value.numerator, value.denominator, value.parts, value.unknown) == (None, None, (), 0)


def test_a_visitor_has_no_parts_to_take_from_a_total(version: Version) -> None:
    """Other grains, departments and scopes are refused, and so is everything that reads rows."""
    public = visitors_version(version)
    for grain in GRAINS:
        for department in ("all", *version.departments):
            for scope in ("all", "firm"):
                if (grain, department, scope) != ("month", "all", "all"):
                    with pytest.raises(Forbidden):
                        card_inputs(public, grain, department, scope, judged_on(version))
    with pytest.raises(Forbidden):
        public.connection.cursor()
    assert {(state.rows, state.aside, state.batches) for state in public.tables.values()} == {(0, 0, 0)}


def test_a_hidden_number_is_told_as_hidden_in_every_sentence(version: Version) -> None:
    inputs = card_inputs(visitors_version(version), "month", "all", "all", judged_on(version))
    hidden = 0
    for period in sorted({value.period for values in inputs.series.values() for value in values}, key=str)[-6:]:
        for card in cards(inputs, period):
            said = sentences.of_indicator(card)
            assert "（" not in card.figure
            assert card.halves == ""
            if card.hidden and card.verdict.word == "样本不足":
                hidden += 1
                assert (card.figure, card.note, card.verdict.reason) == ("—", "不公开", HIDDEN)
                assert HIDDEN in said
            assert not re.search(r"(?<![\d.,])[1-4]件", said.replace(HIDDEN, "")), said
    assert hidden > 10


def test_a_visitor_reads_the_same_limits_and_the_same_since_as_those_signed_in_or_none(version: Version) -> None:
    """Numbers without the hidden months would be others, and plausible."""
    public = card_inputs(visitors_version(version), "month", "all", "all", judged_on(version))
    true = card_inputs(version, "month", "all", "all", judged_on(version))
    same = closed = 0
    for shown, real in zip(cards(public, month()), cards(true, month()), strict=True):
        chart, whole = shown.control, real.control
        assert chart is not None
        assert whole is not None
        closed += chart.variation is None and whole.variation is not None
        if chart.months:
            same += 1
            words = [(each.period, each.value, each.limits, each.word) for each in chart.months]
            assert words == [(each.period, each.value, each.limits, each.word) for each in whole.months]
            assert (chart.variation, chart.assurance) == (whole.variation, whole.assurance)
        assert missed_since(shown) in ("", missed_since(real))
    assert same > 10
    assert closed > 5, "the sample has months that a visitor does not see"


def test_data_in_doubt_stay_in_doubt_for_a_visitor_who_is_not_told_of_files(version: Version) -> None:
    name = next(iter(version.catalog.indicators))
    table = version.catalog.indicators[name].formula.tables[0]
    doubted = replace(
        version,
        doubts={name: ("办案系统导出.csv 第3行",)},
        tables={**version.tables, table: replace(version.tables[table], faults=("差 2 件",))},
    )
    public = visitors_version(doubted)
    assert public.doubts[name] == public.tables[table].faults == ("数据待核，原因登录后可见",)
    inputs: CardInputs = card_inputs(public, "month", "all", "all", judged_on(version))
    assert {card.verdict.word for card in cards(inputs, month()) if card.indicator.id == name} == {"数据待核"}
