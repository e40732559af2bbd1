"""Every tabulation and listing of the seeds: its worked example on DuckDB and in plain Python, and that it notices carelessness."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction

import pytest

from scorecard.access import Actor
from scorecard.calendar.period import parse
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.tabulations.declarations import RowChoice, RowListing, Tabulation
from scorecard.errors import SeedMistake
from scorecard.store.listings import listed
from scorecard.store.tabulations import Reading, TabulatedLine, flow_of, tabulate, with_unit
from tests.conftest import ROOT
from tests.scorecard.store import naive_tabulations
from tests.support.engine import built
from tests.support.naive import Row, evaluate

CATALOG = loader.load(ROOT / "seeds")
OFFICE = Actor("审管办", "case_management")


def _rows(choice: Tabulation | RowListing) -> list[Row]:
    mistakes: list[SeedMistake] = []
    table = CATALOG.tables[choice.table]
    read = worked_examples.read_rows(choice.example.rows, table, CATALOG.departments, choice.id, "rows", mistakes)
    assert mistakes == []
    return list(read.rows)


def _expected(one: Tabulation) -> list[list[str]]:
    return [[str(cell) for cell in line] for line in one.example.expect]


def _naive(one: Tabulation) -> list[list[str]]:
    span = naive_tabulations.month(one.example.period)
    return naive_tabulations.tabulated(CATALOG, one, _rows(one), span, one.example.as_of)


def _naive_list(one: RowListing) -> list[int]:
    span = naive_tabulations.month(one.example.period or "2026-01")
    return naive_tabulations.listed(CATALOG, one, _rows(one), span, one.example.as_of)


@pytest.mark.parametrize("name", CATALOG.tabulations)
def test_the_worked_example_of_a_tabulation_holds_in_plain_python(name: str) -> None:
    assert _naive(CATALOG.tabulations[name]) == _expected(CATALOG.tabulations[name])


@pytest.mark.parametrize("name", CATALOG.listings)
def test_the_worked_example_of_a_listing_holds_in_plain_python(name: str) -> None:
    assert _naive_list(CATALOG.listings[name]) == list(CATALOG.listings[name].example.expect)


@pytest.mark.parametrize(
    "table", sorted({one.table for one in (*CATALOG.tabulations.values(), *CATALOG.listings.values())})
)
def test_the_worked_examples_over_a_table_hold_on_duckdb(table: str) -> None:
    for one in (one for one in CATALOG.tabulations.values() if one.table == table):
        with _reading(one) as of:
            told = tabulate(of, one)
        assert told.basis.reason == ""
        assert [list(line) for line in told.printed] == _expected(one), one.id
    for one in (one for one in CATALOG.listings.values() if one.table == table):
        with _reading(one) as of:
            told = listed(of, one, OFFICE, limit=100)
        assert [row.line - 1 for row in told.rows] == list(one.example.expect), one.id
        assert told.count == len(one.example.expect)


@contextmanager
def _reading(one: Tabulation | RowListing) -> Generator[Reading]:
    as_of = {one.table: one.example.as_of}
    period = parse("month", one.example.period or "2026-01")
    assert period is not None
    with built(CATALOG, [], {one.table: _rows(one)}, as_of) as connection:
        yield Reading(connection, CATALOG, as_of, period, "all", "all")


def test_a_balance_with_nothing_entered_counts_what_was_there_and_has_a_line_for_each_of_its_periods() -> None:
    """Of the example the two cases pending at new year: the first leaves in January, the second in February."""
    one = CATALOG.tabulations["case_balance"]
    kept = {"cases": _rows(one)[:2]}
    with built(CATALOG, [], kept, {"cases": one.example.as_of}) as connection:
        month, quarter = parse("month", "2026-02"), parse("quarter", "2026-Q1")
        assert month is not None and quarter is not None
        told = tabulate(Reading(connection, CATALOG, {"cases": one.example.as_of}, quarter, "all", "all"), one)
    assert told.rows == 2
    assert flow_of(told, month).figures == ("1", "0", "1", "0")
    assert flow_of(told, quarter).figures == ("2", "0", "2", "0")


def test_a_unit_stands_behind_the_number_and_not_behind_what_is_said_of_it() -> None:
    """Five lengths known, two not; four are too few; none is no number."""
    texts = ("300，另有2件未填未计", "4件，太少不计平均数", "—", "30，不平：前三项得29，请核对日期")
    line = TabulatedLine(("甲",), texts, (Fraction(300), None, None, Fraction(30)))
    assert [with_unit(line, at, "天") for at in range(4)] == [
        "300天，另有2件未填未计", "4件，太少不计平均数", "—", "30天，不平：前三项得29，请核对日期",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name, one in CATALOG.tabulations.items() if any(f.age for f in one.figures)])
def test_the_ages_of_pending_cases_add_up_to_the_stock_of_the_table_and_those_without_a_day_stand_apart(
    name: str,
) -> None:
    """Every figure but the first is a band, or says that the day is not known: in each line they are the first one again."""
    for label, *figures in _naive(CATALOG.tabulations[name]):
        whole, *bands = (int(cell) for cell in figures)
        assert whole == sum(bands), label


def test_more_than_twelve_months_in_the_table_of_ages_are_those_of_the_indicator() -> None:
    rows = _rows(CATALOG.tabulations["pending_age"])
    share = CATALOG.indicators["pending_over_12m_share"]
    value = evaluate(CATALOG, share, {"cases": rows}, {"cases": date(2026, 2, 28)})["month", "2026-01", "all", "all"]
    *_, total = _naive(CATALOG.tabulations["pending_age"])
    assert (value.numerator, value.denominator) == (int(total[5]) + int(total[6]), int(total[1]))


def test_why_is_a_phrase_of_the_plan() -> None:
    texts = [entry.text for entry in (*CATALOG.measures.values(), *CATALOG.requirements.values())]
    choices = (*CATALOG.tabulations.values(), *CATALOG.listings.values())
    assert [one.id for one in choices if not any(one.why in text for text in texts)] == []


def _careless(one: RowChoice) -> Iterator[RowChoice]:
    for dropped in one.where:
        yield one.model_copy(update={"where": tuple(test for test in one.where if test != dropped)})
    for at, figure in enumerate(one.figures if isinstance(one, Tabulation) else ()):
        if figure.age is not None:
            changed = figure.model_copy(update={"age": None})
            yield one.model_copy(update={"figures": (*one.figures[:at], changed, *one.figures[at + 1 :])})
        for dropped in figure.where:
            kept = tuple(test for test in figure.where if test != dropped)
            changed = figure.model_copy(update={"where": kept})
            yield one.model_copy(update={"figures": (*one.figures[:at], changed, *one.figures[at + 1 :])})


@pytest.mark.parametrize("name", CATALOG.tabulations)
def test_the_worked_example_of_a_tabulation_notices_when_any_condition_is_left_out(name: str) -> None:
    one = CATALOG.tabulations[name]
    assert [changed for changed in _careless(one) if _naive(changed) == _expected(one)] == []


@pytest.mark.parametrize("name", CATALOG.listings)
def test_the_worked_example_of_a_listing_notices_when_any_condition_is_left_out(name: str) -> None:
    one = CATALOG.listings[name]
    assert [changed for changed in _careless(one) if _naive_list(changed) == list(one.example.expect)] == []


def test_the_ledger_of_firms_stands_by_their_names_in_clear_for_whose_it_is_and_is_a_number_for_others() -> None:
    """The example's two listings of firm 0001 and one of 0002; the table has no department, its owner is 执行局."""
    ledger = CATALOG.listings["dishonest_firm_ledger"]
    with _reading(ledger) as of:
        for reader in (OFFICE, Actor("执行局内勤", "department", "enforcement")):
            rows = listed(of, ledger, reader, limit=10).rows
            assert [row.cells[0] for row in rows] == ["示例企业0001", "示例企业0001", "示例企业0002"]
        other = listed(of, ledger, Actor("民庭内勤", "department", "civil"), limit=10)
    assert (other.count, other.rows) == (3, ())
    assert other.withheld
