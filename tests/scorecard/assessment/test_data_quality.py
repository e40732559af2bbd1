"""What makes a table, and the indicators on it, not to be judged: worked out by hand."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.assessment.data_quality import TableState, aside_note, indicator_reasons, rejected, table_reasons
from scorecard.calendar.period import Period, parse
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.support.actors import TESTER
from tests.support.extracts import cases_csv

NOVEMBER_20 = date(2026, 11, 20)
CASES = TableState("cases", date(2026, 10, 31), rows=950, batches=1)


def month(key: str) -> Period:
    found = parse("month", key)
    assert found is not None
    return found


def reasons(
    catalog: Catalog, key: str, state: TableState | None, today: date = NOVEMBER_20, faults: tuple[str, ...] = ()
) -> tuple[str, ...]:
    indicator = catalog.indicators["small_claims_rate"]
    tables = {} if state is None else {"cases": state}
    return indicator_reasons(catalog, indicator, month(key), tables, faults, today)


def test_a_table_in_time_in_balance_and_with_few_rows_aside_has_nothing_against_it(catalog: Catalog) -> None:
    assert table_reasons(catalog, "cases", CASES, NOVEMBER_20) == ()
    assert reasons(catalog, "2026-10", CASES) == ()


@pytest.mark.parametrize(
    ("rows", "aside", "said"),
    [
        (950, 50, ""),  # 50 / 1000 is the limit itself
        (949, 50, "审判案件表搁置 50 行（占 5.01%，超过 5.00%）未改正"),  # 50 / 999 = 5.005 %
        (18_999, 1_000, "审判案件表搁置 1,000 行（占 5.0003%，超过 5.0000%）未改正"),  # 1000 / 19999 = 5.00025 %
        (0, 3, "审判案件表搁置 3 行（占 100.00%，超过 5.00%）未改正"),
        (1000, 0, ""),
        (0, 0, ""),
    ],
)
def test_more_than_a_twentieth_set_aside_is_too_much_and_the_limit_itself_is_not(
    catalog: Catalog, rows: int, aside: int, said: str
) -> None:
    assert rejected(catalog, replace(CASES, rows=rows, aside=aside)) == said


def test_the_share_is_of_all_rows_handed_in_not_of_those_taken(catalog: Catalog) -> None:
    assert replace(CASES, rows=75, aside=25).aside_share == Fraction(1, 4)


def test_each_court_sets_its_own_limit(catalog: Catalog) -> None:
    strict = replace(catalog, court=catalog.court.model_copy(update={"max_aside_share": 0.0}))
    assert rejected(strict, replace(CASES, aside=1)) == "审判案件表搁置 1 行（占 0.11%，超过 0.00%）未改正"
    assert rejected(strict, CASES) == ""


def test_too_many_rows_aside_make_every_period_doubtful_late_data_only_those_beyond_the_cut(catalog: Catalog) -> None:
    heavy = replace(CASES, aside=100)
    assert [len(reasons(catalog, key, heavy)) for key in ("2025-01", "2026-10")] == [1, 1]
    late = replace(CASES, as_of=date(2026, 9, 30))
    assert reasons(catalog, "2026-09", late) == ()
    assert reasons(catalog, "2026-10", late, date(2026, 11, 10)) == ()  # the tenth is in time
    assert reasons(catalog, "2026-10", late) == ("审判案件表数据截至2026-09-30，应报送至2026-10-31，已逾期10天",)


def test_all_reasons_are_named_and_none_twice(catalog: Catalog) -> None:
    everything = replace(CASES, as_of=date(2026, 8, 31), aside=500, faults=("审判案件表收结存不平",))
    found = table_reasons(catalog, "cases", everything, NOVEMBER_20)
    assert [reason for word in ("逾期", "不平", "搁置") for reason in found if word in reason] == list(found)
    assert len(found) == 3
    again = reasons(catalog, "2026-10", everything, faults=("审判案件表收结存不平",))
    assert sorted(again) == sorted(found)


def test_a_fault_of_columns_an_indicator_does_not_read_is_not_held_against_it(catalog: Catalog) -> None:
    assert reasons(catalog, "2026-10", replace(CASES, faults=("审判案件表收结存不平",))) == ()


def test_each_table_of_an_indicator_is_asked(catalog: Catalog) -> None:
    indicator = catalog.indicators["pre_mediation_diversion_rate"]
    tables = {"cases": replace(CASES, as_of=date(2026, 9, 30))}
    found = indicator_reasons(catalog, indicator, month("2026-10"), tables, (), NOVEMBER_20)
    assert len(found) == 2
    assert "诉前调解表尚未报送" in found


def test_rows_aside_are_counted_once_a_table_and_only_where_there_are_some(catalog: Catalog) -> None:
    tables = {"cases": replace(CASES, aside=50), "enforcement": TableState("enforcement", CASES.as_of, 10, 1)}
    assert aside_note(catalog, ["cases", "enforcement", "cases", "leads"], tables) == (
        "搁置待改正、未计入本页数字的行：审判案件表 50 行（占 5.00%）"
    )
    assert aside_note(catalog, ["enforcement"], tables) == ""


# --- from the door to the verdict -----------------------------------------------------------------------------


def spoilt(rows: int, bad: int) -> bytes:
    """Cases of which the first `bad` have a filing date that does not exist."""
    lines = cases_csv(rows).decode("utf-8-sig").splitlines()
    spoilt = [re.sub(r"\d{4}-\d\d-\d\d", "2026-02-30", line, count=1) for line in lines[1 : bad + 1]]
    return "\r\n".join([lines[0], *spoilt, *lines[bad + 1 :]]).encode()


def state(catalog: Catalog, data: DataDir) -> TableState:
    connection = store.connect(data, publish(data, build(catalog, data), TESTER).version)
    try:
        return warehouse.tables(connection)["cases"]
    finally:
        connection.close()


def test_rows_set_aside_at_the_door_stand_in_the_version_until_they_come_back_corrected(
    catalog: Catalog, data: DataDir
) -> None:
    cases, cut = catalog.tables["cases"], date(2026, 10, 31)
    accept(spoilt(60, 6), "案件.csv", cases, catalog, cut, TESTER, data, policy="set_aside")
    first = state(catalog, data)
    assert (first.rows, first.aside) == (54, 6)
    assert "审判案件表搁置 6 行（占 10.00%，超过 5.00%）未改正" in table_reasons(catalog, "cases", first, cut)
    good = cases_csv(60).decode("utf-8-sig").splitlines()
    accept("\r\n".join(good[:5]).encode(), "更正.csv", cases, catalog, cut, TESTER, data)  # four of the six
    second = state(catalog, data)
    assert (second.rows, second.aside) == (58, 2)
    assert rejected(catalog, second) == ""  # 2 of 60
    accept("\r\n".join(good).encode(), "全部.csv", cases, catalog, cut, TESTER, data)
    assert (state(catalog, data).rows, state(catalog, data).aside) == (60, 0)
