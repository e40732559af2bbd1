"""Rules of the vocabulary with hand-made rows and visible arithmetic, on DuckDB and in plain Python alike.

Each case is small enough to be checked with a calendar; several were disagreements the two engines once had.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import pytest

from scorecard.catalog.columns import DATETIME, Column
from scorecard.catalog.definitions import Catalog, Indicator
from scorecard.catalog.formulas import FormulaForm
from tests.support.court import CATALOG, indicator
from tests.support.engine import built, values
from tests.support.naive import Key, Row, Value, evaluate

Engine = Callable[..., dict[Key, Value]]
END_OF_MARCH = {"cases": date(2026, 3, 31)}


def _plain(of: Indicator, rows: dict[str, list[Row]], as_of: dict[str, date], catalog: Catalog = CATALOG) -> Any:
    return evaluate(catalog, of, rows, as_of)


def _duckdb(of: Indicator, rows: dict[str, list[Row]], as_of: dict[str, date], catalog: Catalog = CATALOG) -> Any:
    with built(catalog, [of], rows, as_of) as connection:
        return {key: value for key, (value, _) in values(connection, of).items()}


@pytest.fixture(params=[_plain, _duckdb], ids=["plain", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


def _cases(*rows: tuple[str, str], **columns: list[Any]) -> dict[str, list[Row]]:
    """Cases from (filed, closed) as month-day of 2026; "" is unknown."""
    made = [
        {
            "case_no": f"（2026）鲁0117民初{number}号",
            "filed_on": date.fromisoformat(f"2026-{filed}") if filed else None,
            "closed_on": date.fromisoformat(f"2026-{closed}") if closed else None,
            **{name: cells[number - 1] for name, cells in columns.items()},
        }
        for number, (filed, closed) in enumerate(rows, 1)
    ]
    return {"cases": made}


def _with_formula(base: Indicator, /, **form: Any) -> Indicator:
    return base.model_copy(update={"formula": FormulaForm.model_validate(form).formula()})


# --- flows and stocks -------------------------------------------------------------------------------------------


def test_a_flow_counts_a_row_in_the_period_of_its_date_and_a_row_without_date_nowhere(engine: Engine) -> None:
    found = engine(indicator("count"), _cases(("01-05", "01-31"), ("01-05", "02-01"), ("01-05", "")), END_OF_MARCH)
    counted = {key[:2]: value.numerator for key, value in found.items() if key[2:] == ("all", "all")}
    assert counted == {
        ("month", "2026-01"): 1, ("month", "2026-02"): 1, ("month", "2026-03"): 0, ("quarter", "2026-Q1"): 2,
        ("ytd", "2026-01"): 1, ("ytd", "2026-02"): 2, ("ytd", "2026-03"): 2, ("year", "2026"): 2,
    }  # fmt: skip


def test_a_stock_is_what_is_open_on_the_last_day_so_a_case_closed_that_day_is_gone(engine: Engine) -> None:
    rows = _cases(("01-05", "01-31"), ("01-31", "02-01"), ("01-10", ""), ("02-01", ""))
    found = engine(indicator("count", stock=True), rows, END_OF_MARCH)
    stock = {key[1]: value.numerator for key, value in found.items() if (key[0], *key[2:]) == ("month", "all", "all")}
    assert stock == {"2026-01": 2, "2026-02": 2, "2026-03": 2}


def test_a_stock_of_a_running_period_is_measured_on_the_data_cut(engine: Engine) -> None:
    """Cut on 15 March: the case that closes on the 20th is still open, the one filed on the 16th is not there yet."""
    rows = _cases(("01-05", "03-20"), ("03-16", ""), ("02-01", "03-15"))
    found = engine(indicator("count", stock=True), rows, {"cases": date(2026, 3, 15)})
    for grain, period in (("month", "2026-03"), ("quarter", "2026-Q1"), ("year", "2026")):
        value = found[grain, period, "all", "all"]
        assert (value.numerator, value.state) == (1, "partial")


def test_a_row_dated_after_the_data_cut_is_not_counted(engine: Engine) -> None:
    rows = _cases(("01-05", "03-10"), ("01-05", "03-20"))
    assert (
        engine(indicator("count"), rows, {"cases": date(2026, 3, 15)})["month", "2026-03", "all", "all"].numerator == 1
    )


def test_a_period_without_a_row_between_others_is_a_true_zero(engine: Engine) -> None:
    found = engine(indicator("ratio"), _cases(("01-05", "01-10"), ("01-05", "03-10")), END_OF_MARCH)
    empty = found["month", "2026-02", "all", "all"]
    assert (empty.numerator, empty.denominator, empty.base) == (0, 0, 0)


def test_months_before_the_statistics_begin_are_not_computed(engine: Engine) -> None:
    """Older rows are the survivors of their years; statistics_from is 2024-01-01."""
    old = {"case_no": "（2023）鲁0117民初9号", "filed_on": date(2023, 5, 1), "closed_on": date(2024, 1, 5)}
    found = engine(indicator("count", stock=True), {"cases": [old]}, {"cases": date(2024, 1, 31)})
    assert {key[:2] for key in found} == {
        ("month", "2024-01"), ("quarter", "2024-Q1"), ("ytd", "2024-01"), ("year", "2024"),
    }  # fmt: skip


@pytest.mark.parametrize("rows", [[], [("", "")], [("", "04-01")]])
def test_without_a_dated_row_inside_the_data_there_is_no_period_at_all(engine: Engine, rows: Any) -> None:
    """Once a crash: an extract with nothing to count must leave the rest of the build alone."""
    assert engine(indicator("count"), _cases(*rows), END_OF_MARCH) == {}


# --- cohorts ----------------------------------------------------------------------------------------------------


def test_a_cohort_matures_on_the_day_its_observation_ends(engine: Engine) -> None:
    """January 31 + 1 month is February 28, which the cut of February 28 reaches; February's ends on March 28."""
    of = indicator("ratio", matures_after={"months": 1})
    rows = _cases(("01-05", "01-20"), ("01-05", "02-20"))
    found = engine(of, rows, {"cases": date(2026, 2, 28)})
    assert found["month", "2026-01", "all", "all"].state == "complete"
    assert found["month", "2026-02", "all", "all"].state == "immature"
    assert found["quarter", "2026-Q1", "all", "all"].state == "partial"
    a_day_short = engine(of, rows, {"cases": date(2026, 2, 27)})
    assert a_day_short["month", "2026-01", "all", "all"].state == "immature"


# --- conditions -------------------------------------------------------------------------------------------------


def _matching(engine: Engine, test: Any, rows: dict[str, list[Row]]) -> Fraction | None:
    return engine(indicator("count", where=test), rows, END_OF_MARCH)["year", "2026", "all", "all"].numerator


def test_within_six_months_ends_on_the_last_day_of_a_shorter_month(engine: Engine) -> None:
    """Filed on 31 August: six months end on 28 February; 1 March is too late."""
    rows = _cases(("01-01", "02-28"), ("01-01", "03-01"))
    for row in rows["cases"]:
        row["filed_on"] = date(2025, 8, 31)
    assert _matching(engine, {"closed_on": {"within": {"months": 6, "of": "filed_on"}}}, rows) == 1
    assert _matching(engine, {"closed_on": {"beyond": {"months": 6, "of": "filed_on"}}}, rows) == 1


def test_beyond_counts_what_has_not_happened_and_within_does_not(engine: Engine) -> None:
    rows = {
        "cases": [
            {"case_no": "1", "filed_on": start, "served_at": served, "closed_on": date(2026, 3, 1)}
            for start, served in [
                (date(2026, 1, 1), datetime(2026, 1, 31, 23, 59)),  # day 30, late in the evening
                (date(2026, 1, 1), datetime(2026, 2, 1, 0, 0)),  # day 31
                (date(2026, 1, 1), None),
                (None, datetime(2026, 1, 2, 8, 0)),
            ]
        ]
    }
    assert _matching(engine, {"served_at": {"within": {"days": 30, "of": "filed_on"}}}, rows) == 1
    assert _matching(engine, {"served_at": {"beyond": {"days": 30, "of": "filed_on"}}}, rows) == 2


def test_hours_are_counted_by_the_clock(engine: Engine) -> None:
    """48 hours after 10:00 on 5 January end at 10:00 on the 7th, to the minute."""
    cases = CATALOG.tables["cases"]
    columns = {**cases.columns, "applied_at": Column(header="申请时间", type=DATETIME)}
    catalog = replace(CATALOG, tables={"cases": cases.model_copy(update={"columns": columns})})
    served = [datetime(2026, 1, 7, 10, 0), datetime(2026, 1, 7, 10, 1), None]
    rows = _cases(*[("01-05", "01-10")] * 3, served_at=served, applied_at=[datetime(2026, 1, 5, 10, 0)] * 3)
    for word, expected in (("within", 1), ("beyond", 2)):
        of = indicator("count", where={"served_at": {word: {"hours": 48, "of": "applied_at"}}})
        found = engine(of, rows, END_OF_MARCH, catalog)
        assert found["month", "2026-01", "all", "all"].numerator == expected, word


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ({"firm_related": True}, 1),
        ({"firm_related": False}, 1),
        ({"firm_related": {"not": True}}, 1),
        ({"firm_related": {"known": True}}, 2),
        ({"firm_related": {"known": False}}, 1),
        ({"procedure": {"not": "简易程序"}}, 1),
        ({"procedure": {"not_in": ["简易程序", "普通程序"]}}, 1),
        ({"procedure": {"in": ["简易程序", "普通程序"]}}, 1),
        ({"hearings": {"gte": 1, "lt": 3}}, 1),
        ({"hearings": {"lte": 3}}, 2),
    ],
)  # fmt: skip
def test_an_unknown_cell_matches_only_known_false(engine: Engine, test: Any, expected: int) -> None:
    rows = _cases(
        *[("01-05", "01-10")] * 3,
        firm_related=[True, False, None], procedure=["小额诉讼", "简易程序", None], hearings=[1, 3, None],
    )  # fmt: skip
    assert _matching(engine, test, rows) == expected


# --- aggregates -------------------------------------------------------------------------------------------------


def test_days_between_are_calendar_days_and_an_end_before_its_start_is_no_duration(engine: Engine) -> None:
    """28 February to 1 March 2026 is one day, the same day none; the third row has no duration."""
    found = engine(indicator("mean"), _cases(("02-28", "03-01"), ("03-05", "03-05"), ("03-09", "03-02")), END_OF_MARCH)
    value = found["month", "2026-03", "all", "all"]
    assert (value.numerator, value.denominator, value.base) == (1, 2, 2)


def test_a_median_of_an_even_number_lies_half_way_and_is_never_averaged_over_months(engine: Engine) -> None:
    """January 10 and 30 (median 20), February 31; of the three together 30, while the mean of medians is 25.5."""
    rows = _cases(("01-01", "01-11"), ("01-01", "01-31"), ("01-01", "02-01"))
    found = engine(indicator("median"), rows, END_OF_MARCH)
    assert found["month", "2026-01", "all", "all"].numerator == 20
    assert found["quarter", "2026-Q1", "all", "all"].numerator == 30
    assert found["month", "2026-03", "all", "all"].numerator is None


def test_a_distinct_count_of_a_quarter_is_not_the_sum_of_its_months(engine: Engine) -> None:
    of = indicator("count", distinct="cause")
    rows = _cases(
        ("01-01", "01-11"), ("01-01", "01-12"), ("01-01", "02-11"), ("01-01", "02-12"), cause=["甲", "甲", "甲", None]
    )
    found = engine(of, rows, END_OF_MARCH)
    assert [found["month", f"2026-0{month}", "all", "all"].numerator for month in (1, 2)] == [1, 1]
    assert found["quarter", "2026-Q1", "all", "all"].numerator == 1


def test_a_ratio_of_sums_takes_only_rows_where_both_are_known(engine: Engine) -> None:
    """100 ÷ 400: the row without a claim gives no recovery, the row without a recovery no claim."""
    of = _with_formula(
        indicator("ratio"), kind="ratio", table="cases", period="closed_on", of="paid_yuan", over="claimed_yuan"
    )
    rows = _cases(*[("01-05", "01-10")] * 3, paid_yuan=[100, 50, None], claimed_yuan=[400, None, 900])
    value = engine(of, rows, END_OF_MARCH)["month", "2026-01", "all", "all"]
    assert (value.numerator, value.denominator, value.base) == (100, 400, 1)


def test_a_sum_of_stage_means_has_no_value_when_a_stage_had_no_case(engine: Engine) -> None:
    """10 + 20 days in January; in February no case was served, and half a way is no whole way."""
    stage = {"table": "cases", "of": "trial_days"}
    of = _with_formula(
        indicator("mean"), kind="stage_means",
        stages=[{"name": "审理", "period": "closed_on", **stage}, {"name": "送达", "period": "served_at", **stage}],
    )  # fmt: skip
    served = [datetime(2026, 3, 1), datetime(2026, 1, 30), None]
    rows = _cases(("01-01", "01-11"), ("01-01", "01-21"), ("01-31", "02-05"), served_at=served)
    found = engine(of, rows, END_OF_MARCH)
    january, february = (found["month", f"2026-0{month}", "all", "all"] for month in (1, 2))
    assert [(name, top, bottom) for name, top, bottom in january.parts] == [("审理", 30, 2), ("送达", 20, 1)]
    assert (january.base, february.base) == (1, 0)
    assert february.parts[1][1:] == (0, 0)


# --- places -----------------------------------------------------------------------------------------------------


def test_the_whole_court_holds_rows_of_no_department_and_firm_scope_only_rows_known_to_be_so(engine: Engine) -> None:
    rows = _cases(
        *[("01-05", "01-10")] * 4,
        department=["civil", "filing", None, "civil"], firm_related=[True, False, True, None],
    )  # fmt: skip
    found = engine(indicator("count"), rows, END_OF_MARCH)
    january = {key[2:]: value.numerator for key, value in found.items() if key[:2] == ("month", "2026-01")}
    assert january == {
        ("all", "all"): 4, ("all", "firm"): 2, ("civil", "all"): 2, ("civil", "firm"): 1, ("filing", "all"): 1,
        ("filing", "firm"): 0,
    }  # fmt: skip


def test_an_indicator_of_two_tables_knows_departments_only_where_both_do(engine: Engine) -> None:
    of = _with_formula(
        indicator("ratio"), kind="ratio", may_exceed=True,
        numerator=[{"table": "leads", "period": "found_on"}], denominator=[{"table": "cases", "period": "closed_on"}],
    )  # fmt: skip
    rows = {**_cases(("01-05", "01-10"), department=["civil"]), "leads": [{"found_on": date(2026, 1, 3)}]}
    found = engine(of, rows, {"cases": date(2026, 1, 31), "leads": date(2026, 1, 31)})
    assert {key[2:] for key in found} == {("all", "all")}


def test_both_halves_end_on_the_earlier_data_cut_of_two_tables(engine: Engine) -> None:
    """Leads reach to March, cases to January: March's lead must not stand over January's cases. Once a disagreement."""
    of = _with_formula(
        indicator("ratio"), kind="ratio", may_exceed=True,
        numerator=[{"table": "leads", "period": "found_on"}], denominator=[{"table": "cases", "period": "closed_on"}],
    )  # fmt: skip
    leads: list[Row] = [{"found_on": date(2026, 1, 3)}, {"found_on": date(2026, 3, 3)}]
    rows = {**_cases(("01-05", "01-10")), "leads": leads}
    found = engine(of, rows, {"cases": date(2026, 1, 31), "leads": date(2026, 3, 31)})
    year = found["year", "2026", "all", "all"]
    assert (year.numerator, year.denominator, year.state) == (1, 1, "partial")
    assert ("month", "2026-02", "all", "all") not in found


def test_terms_marked_minus_are_taken_off_and_the_same_term_may_stand_on_both_sides(engine: Engine) -> None:
    filed, closed = {"table": "cases", "period": "filed_on"}, {"table": "cases", "period": "closed_on"}
    of = _with_formula(
        indicator("ratio"), kind="ratio", may_exceed=True, numerator=[filed, {**closed, "minus": True}],
        denominator=[filed],
    )  # fmt: skip
    value = engine(of, _cases(("01-05", "01-10"), ("01-06", ""), ("01-07", "")), END_OF_MARCH)[
        "month", "2026-01", "all", "all"
    ]
    assert (value.numerator, value.denominator) == (2, 3)


def test_a_period_that_began_before_the_later_of_two_tables_is_not_given(engine: Engine) -> None:
    """Leads are kept from March: a first quarter would set three months of cases against one month of leads."""
    of = _with_formula(
        indicator("ratio"), kind="ratio", may_exceed=True,
        numerator=[{"table": "leads", "period": "found_on"}], denominator=[{"table": "cases", "period": "closed_on"}],
    )  # fmt: skip
    rows = {**_cases(("01-05", "01-10"), ("01-05", "03-10")), "leads": [{"found_on": date(2026, 3, 3)}]}
    found = engine(of, rows, {"cases": date(2026, 6, 30), "leads": date(2026, 6, 30)})
    assert {key[:2] for key in found} == {
        ("month", "2026-03"), ("month", "2026-04"), ("month", "2026-05"), ("month", "2026-06"), ("quarter", "2026-Q2"),
    }  # fmt: skip


def test_a_year_in_the_middle_of_which_statistics_begin_is_not_given(engine: Engine) -> None:
    """From March on: the first quarter, 年度累计 and the year would count the survivors of January and February."""
    catalog = replace(CATALOG, court=CATALOG.court.model_copy(update={"statistics_from": date(2026, 3, 1)}))
    found = engine(indicator("count"), _cases(("01-05", "01-10"), ("01-05", "03-10")), END_OF_MARCH, catalog)
    assert {key[:2] for key in found} == {("month", "2026-03")}
