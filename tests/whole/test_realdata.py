"""Real registers that nobody on this project wrote, through the whole way: accept, build, publish, store.

Their contracts and indicators are seeds of their own (`tests/realdata_seeds`), without a line of Python. Expected numbers
were computed elsewhere: `tests/data/README.md` and `insolvency_register/expected.json`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from etl.intake import accept
from etl.intake.batches import Batch
from etl.intake.examine import Examination, examine
from etl.versions import publish
from etl.warehouse import build
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.number_format import half_up, value_text
from scorecard.catalog import loader, worked_examples
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.conftest import ROOT
from tests.support import registers
from tests.support.actors import TESTER
from tests.support.naive import evaluate
from tests.support.registers import Encoding

SEEDS = ROOT / "tests" / "realdata_seeds"
INSOLVENCY_CUT, JUDGMENT_CUT = date(2023, 9, 30), date(2020, 2, 29)


@dataclass(frozen=True)
class Built:
    """Both registers accepted, built and published in a folder of this module."""

    catalog: Catalog
    connection: duckdb.DuckDBPyConnection
    batches: dict[str, Batch]

    def years(self, indicator: str, department: str = "all") -> dict[str, IndicatorValue]:
        series = warehouse.series(self.connection, self.catalog, "year", department, "all")
        return {reading.period.key: reading for reading in series[indicator]}

    def row(self, sql: str) -> Any:
        return self.connection.cursor().execute(sql).fetchall()[0]


def top(reading: IndicatorValue) -> Decimal:
    assert reading.numerator is not None
    return reading.numerator


def bottom(reading: IndicatorValue) -> Decimal:
    assert reading.denominator is not None
    return reading.denominator


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    catalog, data = loader.load(SEEDS), DataDir(tmp_path_factory.mktemp("registers"))
    wanted = {
        "insolvency_register": (registers.insolvencies(), INSOLVENCY_CUT),
        "judgment_register": (registers.judgments("gb18030"), JUDGMENT_CUT),
    }
    batches = {
        table: accept.accept(raw, "register.csv", catalog.tables[table], catalog, cut, TESTER, data)
        for table, (raw, cut) in wanted.items()
    }
    publish.publish(data, build.build(catalog, data), TESTER)
    connection = store.connect(data, store.current(data).version or "")
    yield Built(warehouse.catalog(connection), connection, batches)
    connection.close()


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return registers.expected_of_insolvencies()


# --- insolvency register ----------------------------------------------------------------------------------------


def test_every_row_of_the_insolvency_register_is_accepted_without_a_word(built: Built) -> None:
    batch = built.batches["insolvency_register"]
    assert (batch.rows, batch.encoding, batch.counts) == (7472, "UTF-8", ())


def test_case_keys_keep_their_leading_zeros(built: Built, expected: dict[str, Any]) -> None:
    sql = "SELECT count(DISTINCT case_key), count(*) FILTER (starts_with(case_key, '0')) FROM insolvency_register"
    assert built.row(sql) == (expected["unique_CASEKEY"], expected["leading_zero_CASEKEY"])


def test_durations_of_all_closed_insolvencies_are_those_published(built: Built, expected: dict[str, Any]) -> None:
    """6,236 closed, mean 1,111.84, median 937.5, quartiles 337 and 1,746.25, 4,563 over a year; 1,236 open."""
    closed = expected["closed"]
    n, total, median, low, high, over, least, most, pending = built.row(
        "SELECT count(days), sum(days), median(days), quantile_cont(days, 0.25), quantile_cont(days, 0.75),"
        " count(*) FILTER (days > 365), min(days), max(days), count(*) FILTER (closed_on IS NULL)"
        " FROM insolvency_register"
    )
    assert (n, median, low, high, over) == (closed["n"], closed["median_days"], closed["p25"], closed["p75"], 4563)
    assert (n, half_up(Fraction(int(total), n), 2), pending) == (6236, "1,111.84", 1236)
    assert (least, most, over) == (closed["min"], closed["max"], closed["over_365"])


def test_the_years_of_the_waist_add_up_to_all_closed_insolvencies(built: Built) -> None:
    """Additive halves roll up exactly: the mean of all years is Σ days ÷ Σ cases, never a mean of means."""
    years = built.years("mean_days").values()
    days, cases = sum(map(top, years)), sum(map(bottom, years))
    assert cases == 6236
    assert value_text(Fraction(days) / Fraction(cases), "天") == "1,111.84天"
    assert sum(map(top, built.years("over_a_year_share").values())) == 4563


def test_filed_closed_pending_and_clearance_of_every_year_are_those_published(
    built: Built, expected: dict[str, Any]
) -> None:
    series = {name: built.years(name) for name in ("filed_count", "closed_count", "pending_count", "clearance_rate")}
    for year, known in expected["by_calendar_year"].items():
        assert series["filed_count"][year].numerator == known["filed"], year
        assert series["closed_count"][year].numerator == known["closed"], year
        assert series["pending_count"][year].numerator == known["pending_end"], year
        rate = series["clearance_rate"][year]
        assert (rate.numerator, rate.denominator) == (known["closed"], known["filed"]), year
        assert value_text(rate.exact, "%") == f"{Decimal(str(known['clearance_pct'])):.2f}%", year
    assert set(series["filed_count"]) == set(expected["by_calendar_year"])


def test_pending_of_a_year_is_pending_of_the_year_before_plus_filed_minus_closed(built: Built) -> None:
    filed, closed, pending = (built.years(name) for name in ("filed_count", "closed_count", "pending_count"))
    before = Decimal(0)
    for year in filed:
        assert top(pending[year]) == before + top(filed[year]) - top(closed[year]), year
        before = top(pending[year])


def test_medians_by_year_of_closing_are_those_published(built: Built, expected: dict[str, Any]) -> None:
    medians = {
        year: [reading.base, float(reading.exact)]
        for year, reading in built.years("median_days").items()
        if reading.exact is not None
    }
    assert medians == expected["median_by_close_year"]


def test_medians_by_outcome_are_those_published(built: Built, expected: dict[str, Any]) -> None:
    rows = built.connection.cursor().execute(
        "SELECT outcome, count(*), median(days) FROM insolvency_register WHERE outcome IS NOT NULL GROUP BY outcome"
    )
    medians = {outcome: {"n": n, "median": median} for outcome, n, median in rows.fetchall()}
    assert medians == expected["closed_by_result"]
    assert sum(reading.base for reading in built.years("discharge_median_days").values()) == medians["discharge"]["n"]


def test_the_last_year_of_a_register_cut_in_september_is_still_running(built: Built) -> None:
    states = {year: reading.state for year, reading in built.years("closed_count").items()}
    assert states.pop("2023") == "partial"
    assert set(states.values()) == {"complete"}


def test_ninety_districts_add_up_to_the_whole(built: Built) -> None:
    departments = [name for name in warehouse.departments(built.connection) if name != "all"]
    assert len(departments) == 90
    for name in ("filed_count", "closed_count", "pending_count"):
        whole = {year: top(reading) for year, reading in built.years(name).items()}
        parts = [built.years(name, department) for department in departments]
        assert {year: sum(top(part[year]) for part in parts) for year in whole} == whole, name


def test_the_second_opinion_reads_the_same_register_to_the_same_values(built: Built) -> None:
    """Two districts in plain Python from the file itself, every grain, against the waist."""
    header = {column.header: name for name, column in built.catalog.tables["insolvency_register"].columns.items()}
    rows = [
        {header[name]: _typed(header[name], cell) for name, cell in row.items()}
        for row in registers.rows(registers.insolvencies())
        if row["承办部门"] in ("DE", "VT")
    ]
    assert len(rows) == 23 + 65
    for indicator in built.catalog.of_domain("insolvency"):
        values = evaluate(
            built.catalog, indicator, {"insolvency_register": rows}, {"insolvency_register": INSOLVENCY_CUT}
        )
        for grain in ("month", "quarter", "ytd", "year"):
            for district in ("de", "vt"):
                series = warehouse.series(built.connection, built.catalog, grain, district, "all")[indicator.id]
                waist = {value.period.key: (value.exact, value.base, value.state) for value in series}
                naive = {
                    key[1]: (value.exact, value.base, value.state)
                    for key, value in values.items()
                    if (key[0], key[2]) == (grain, district)
                }
                assert naive.items() <= waist.items(), f"{indicator.id} {grain} {district}"
                assert naive


def _typed(column: str, cell: str) -> object:
    if not cell:
        return None
    if column.endswith("_on"):
        return date.fromisoformat(cell)
    if column == "claimed_yuan":
        return Decimal(cell)
    return cell.lower() if column == "district" else cell


# --- judgment register ------------------------------------------------------------------------------------------


def _examined(catalog: Catalog, encoding: Encoding) -> Examination:
    table = catalog.tables["judgment_register"]
    return examine(registers.judgments(encoding), "register.csv", table, catalog, JUDGMENT_CUT)


def _plainly_read() -> list[dict[str, str]]:
    return registers.rows(registers.judgments("utf8sig"))


def test_both_encodings_of_the_judgment_register_are_told_apart_and_say_the_same() -> None:
    catalog = loader.load(SEEDS)
    utf8, gb = _examined(catalog, "utf8sig"), _examined(catalog, "gb18030")
    assert (utf8.encoding, gb.encoding) == ("UTF-8", "GB18030")
    assert utf8.rows == gb.rows == 835
    assert utf8.problems == gb.problems
    assert utf8.counts == gb.counts
    assert utf8.preview == gb.preview


def test_the_judgment_register_gives_its_exact_list_of_problems() -> None:
    """The counts of the README: 1 "undefined", 29 blank, 23 that are no case number, 75 brackets, 3 negative.

    The 75 rows that share a case number are all members of such groups, each counted once; 49 of them are later ones.
    """
    examination = _examined(loader.load(SEEDS), "utf8sig")
    assert not examination.refused
    assert {(count.code, count.severity, count.column, count.count) for count in examination.counts} == {
        ("date_unreadable", "report", "结案日期", 1),
        ("blank_required", "report", "案号", 29),
        ("case_no_unreadable", "report", "案号", 23),
        ("case_no_brackets", "repair", "案号", 75),
        ("unique_doubled", "report", "案号", 75),
        ("order_wrong", "report", "结案日期", 3),
        ("case_no_form", "repair", "案号", 4),
        ("case_no_several", "report", "案号", 1),
        ("case_no_yearless", "report", "案号", 1),
    }


def test_every_problem_names_the_line_it_stands_on() -> None:
    """Lines counted by a plain reading of the file, not by the door."""
    rows = dict(enumerate(_plainly_read(), 2))
    numbers = Counter(row["案号"].replace("(", "（").replace(")", "）") for row in rows.values())
    wanted = {
        "blank_required": [line for line, row in rows.items() if not row["案号"]],
        "case_no_unreadable": [line for line, row in rows.items() if row["案号"] and "号" not in row["案号"]],
        "case_no_brackets": [line for line, row in rows.items() if "(" in row["案号"]],
        "date_unreadable": [line for line, row in rows.items() if row["结案日期"] == "undefined"],
        "unique_doubled": [
            line
            for line, row in rows.items()
            if row["案号"] and numbers[row["案号"].replace("(", "（").replace(")", "）")] > 1
        ],
    }
    problems = _examined(loader.load(SEEDS), "gb18030").problems
    for code, lines in wanted.items():
        assert sorted(problem.line for problem in problems if problem.code == code) == lines, code


def test_a_judgment_before_its_filing_is_reported_with_both_dates() -> None:
    problems = _examined(loader.load(SEEDS), "utf8sig").problems
    (line,) = [line for line, row in enumerate(_plainly_read(), 2) if row["案号"] == "（2018）内0602民初4465号"]
    told = [str(problem) for problem in problems if problem.code == "order_wrong" and problem.line == line]
    assert told == [f"第{line}行「结案日期」“2018-01-15”：早于立案日期（2018-07-04）。请核对这两列"]


def test_durations_of_the_judgment_register_are_those_published(built: Built) -> None:
    """445 filing dates, 444 with both, 441 durations: median 102, mean 155.8073; by procedure 313/141 and 118/69."""
    known = "count(filed_on), count(*) FILTER (filed_on IS NOT NULL AND judged_on IS NOT NULL)"
    assert built.row(f"SELECT {known}, count(days), median(days) FROM judgment_register") == (445, 444, 441, 102)
    for procedure, n, median in (("民事一审", 313, 141), ("民事二审", 118, 69)):
        sql = f"SELECT count(days), median(days) FROM judgment_register WHERE procedure = '{procedure}'"
        assert built.row(sql) == (n, median)
    readings = built.years("judged_mean_days").values()
    known = [reading for reading in readings if reading.numerator is not None]
    assert all(reading.unknown for reading in readings if reading not in known), "no duration known is no sum of 0"
    days, cases = sum(map(top, known)), sum(map(bottom, known))
    assert (cases, half_up(Fraction(days) / Fraction(cases), 4)) == (441, "155.8073")


def test_a_bad_cell_is_unknown_and_its_row_is_kept(built: Built) -> None:
    sql = "SELECT count(*), count(judged_on), count(case_no) FROM judgment_register"
    assert built.row(sql) == (835, 834, 835 - 29 - 23)


def test_case_numbers_are_stored_with_full_width_brackets_and_give_their_type(built: Built) -> None:
    """305 standard 民初 numbers and two of 2016 with 字第 in them by habit; 107 old ones (…民初字第…) do not tell where the
    court ends, two name no single case.
    """
    half_width, first_instance = built.row(
        "SELECT count(*) FILTER (case_no LIKE '%(%'), count(*) FILTER (case_type = '民初') FROM judgment_register"
    )
    standard = re.compile(r"[（(]\d{4}[）)][\u4e00-\u9fff]\d{0,4}民初\d+号")
    plainly = sum(standard.fullmatch(row["案号"]) is not None for row in _plainly_read())
    assert (half_width, first_instance, plainly) == (0, 307, 305)


# --- the seeds of the registers ---------------------------------------------------------------------------------


def test_the_worked_examples_of_the_registers_hold() -> None:
    catalog = loader.load(SEEDS)
    assert len(catalog.indicators) == 13
    for indicator in catalog.indicators.values():
        expect = indicator.example.expect
        rows = {example.table: list(example.rows) for example in worked_examples.tables(indicator, catalog)}
        cut = dict.fromkeys(rows, worked_examples.cut_date(indicator))
        value = evaluate(catalog, indicator, rows, cut)[expect.grain, expect.period, "all", expect.scope]
        for name, result in (
            ("numerator", value.numerator),
            ("denominator", value.denominator),
            ("value", value.exact),
        ):
            wanted = getattr(expect, name)
            assert wanted is None or result == Fraction(str(wanted)), f"{indicator.id} {name}"
