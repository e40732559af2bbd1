"""Every worked example of the seeds, on both engines. The expected numbers were written by hand beside the definition."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pytest

from scorecard.catalog import conditions, loader, worked_examples
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog, Indicator
from scorecard.catalog.formulas import Term
from scorecard.store import warehouse
from tests.conftest import ROOT
from tests.support.engine import built
from tests.support.naive import Rows, Value, evaluate

CATALOGS = [loader.load(ROOT / "seeds"), loader.load(ROOT / "tests" / "vocabulary_seeds")]
CATALOG_OF = {name: one for one in CATALOGS for name in one.definitions}
IDS = list(CATALOG_OF)


def _inputs(indicator: Indicator) -> tuple[Rows, dict[str, date]]:
    tables = worked_examples.tables(indicator, CATALOG_OF[indicator.id])
    rows = {one.table: list(one.rows) for one in tables}
    return rows, dict.fromkeys(rows, worked_examples.cut_date(indicator))


def _naive(indicator: Indicator) -> Value:
    expect = indicator.example.expect
    catalog = CATALOG_OF[indicator.id]
    return evaluate(catalog, indicator, *_inputs(indicator))[expect.grain, expect.period, ALL_DEPARTMENTS, expect.scope]


def _duckdb(indicator: Indicator) -> Value:
    """The reading as a page would get it: from the waist, through the store."""
    expect, catalog = indicator.example.expect, CATALOG_OF[indicator.id]
    with built(catalog, [indicator], *_inputs(indicator)) as connection:
        found = warehouse.series(connection, catalog, expect.grain, ALL_DEPARTMENTS, expect.scope)[indicator.id]
    (reading,) = [one for one in found if one.period.key == expect.period]
    return Value(
        reading.numerator, reading.denominator, reading.base, reading.exact, reading.state, reading.parts
    )  # Decimals compare equal to the fractions they are


def _wrong(value: Value, indicator: Indicator) -> Iterator[str]:
    expect = indicator.example.expect
    found = {"numerator": value.numerator, "denominator": value.denominator, "value": value.exact, "base": value.base}
    for name, number in found.items():
        wanted = getattr(expect, name)
        if wanted is not None and (number is None or Fraction(number) != Fraction(str(wanted))):
            yield f"{name}: expected {wanted}, found {number}"
    if value.state != (expect.state or "complete"):
        yield f"state: expected {expect.state or 'complete'}, found {value.state}"


@pytest.mark.parametrize("indicator", IDS)
def test_the_worked_example_holds_in_plain_python(indicator: str) -> None:
    chosen = CATALOG_OF[indicator].definitions[indicator]
    assert list(_wrong(_naive(chosen), chosen)) == []


@pytest.mark.parametrize("indicator", IDS)
def test_the_worked_example_holds_on_duckdb_read_through_the_store(indicator: str) -> None:
    chosen = CATALOG_OF[indicator].definitions[indicator]
    assert list(_wrong(_duckdb(chosen), chosen)) == []


@pytest.mark.parametrize("indicator", IDS)
def test_the_worked_example_notices_when_any_condition_is_left_out(indicator: str) -> None:
    """An example whose rows all count cannot tell a right formula from a careless one."""
    chosen = CATALOG_OF[indicator].definitions[indicator]
    unnoticed = [column for column, changed in _careless(chosen) if not list(_wrong(_naive(changed), changed))]
    assert unnoticed == []


def _careless(indicator: Indicator) -> Iterator[tuple[str, Indicator]]:
    """The indicator with one test of one table left out, for each of its tests but the implied `known`."""
    formula = indicator.formula
    tests = {(term.table, test) for term in formula.terms for test in term.where if test.operator != "known"}
    for table, dropped in sorted(tests, key=str):
        halves = [
            {half: _without(getattr(part, half), table, dropped) for half in ("numerator", "denominator", "base")}
            for part in formula.parts
        ]
        parts = tuple(part.model_copy(update=half) for part, half in zip(formula.parts, halves, strict=True))
        yield (dropped.column, indicator.model_copy(update={"formula": formula.model_copy(update={"parts": parts})}))


def _without(terms: tuple[Term, ...], table: str, dropped: conditions.Test) -> tuple[Term, ...]:
    return tuple(
        term.model_copy(update={"where": tuple(test for test in term.where if test != dropped)})
        if term.table == table
        else term
        for term in terms
    )


def test_every_indicator_of_the_catalogue_has_a_worked_example(catalog: Catalog) -> None:
    files = (ROOT / "seeds" / "indicators").glob("*/*.toml")
    assert sorted(catalog.indicators) == sorted(file.stem for file in files)
    assert list(catalog.definitions) == list(CATALOGS[0].definitions)
