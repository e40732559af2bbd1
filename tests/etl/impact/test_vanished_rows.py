"""Rows that a newer extract should hold again: asked about, taken out or kept by a ruling, and never asked of a file of one month."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from etl.duckdb_connection import open_build
from etl.engines.engine import DuckDBEngine
from etl.impact.vanished_rows import VanishedRows, taken_out, vanished_rows
from etl.impact.version_diff import RowChange
from etl.intake.batch_notes import RowRuling, rule_on_rows
from etl.intake.batches import Batch
from etl.warehouse.build import chosen_batches, version_id
from etl.warehouse.tables import load
from scorecard.audit import log as audit
from scorecard.calendar.period import CALENDAR, month_index
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER
from tests.support.written import hand_in

AUGUST, SEPTEMBER, OCTOBER = date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)
HEAD = "案号,立案日期,结案日期,结案方式,适用程序,承办部门,是否涉企"


@dataclass(frozen=True)
class Case:
    """A case of an invented court; its closing is entered in the system some days late."""

    number: int
    filed: date
    closed: date | None
    late: int = 0
    department: str = "民事审判庭"
    kind: str = "民初"

    def line(self, day: date) -> str:
        """Its row in an export of that day."""
        end = f"{self.closed},判决" if self.closed_by(day) else ","
        return f"（2026）鲁0117{self.kind}{self.number}号,{self.filed},{end},简易程序,{self.department},否"

    def closed_by(self, day: date) -> bool:
        """Whether an export of that day shows it as closed."""
        return self.closed is not None and self.closed + timedelta(self.late) <= day


def file_of(cases: Sequence[Case], day: date) -> bytes:
    return "\n".join([HEAD, *(case.line(day) for case in cases)]).encode()


def court(filed: date, still_open: int = 6) -> list[Case]:
    """Sixty cases, one a day from a day on, each closed after forty days, every sixth still open."""
    days = (filed + timedelta(n) for n in range(60))
    return [Case(n, day, None if n % still_open == 0 else day + timedelta(40)) for n, day in enumerate(days, 1)]


def handed_in(data: DataDir, catalog: Catalog, cases: Sequence[Case], day: date, name: str) -> Batch:
    return hand_in(data, catalog, "cases", file_of([one for one in cases if one.filed <= day], day), day, name)


def asked(data: DataDir, catalog: Catalog) -> tuple[VanishedRows, ...]:
    return vanished_rows(catalog, chosen_batches(data))


def count(data: DataDir, catalog: Catalog, where: str = "true") -> int:
    """Rows that the next version would hold."""
    with open_build(None) as connection:
        load(DuckDBEngine(connection), catalog, chosen_batches(data))
        return connection.execute(f"SELECT count(*) FROM cases WHERE {where}").fetchall()[0][0]


# 1 June to 30 July: 60 cases, 50 of them closed from 12 July to 8 September. Three closed ones are missing in October.
CASES = court(date(2026, 6, 1))
REMOVED = (15, 16, 27)


@pytest.fixture
def three(data: DataDir, catalog: Catalog) -> VanishedRows:
    handed_in(data, catalog, CASES, SEPTEMBER, "九月.csv")
    newer = [Case(n, date(2026, 10, 1), None) for n in range(61, 71)]
    left = [case for case in CASES if case.number not in REMOVED]
    handed_in(data, catalog, [*left, *newer], OCTOBER, "十月.csv")
    (question,) = asked(data, catalog)
    return question


def test_three_closed_cases_that_were_removed_are_listed_with_file_line_key_and_end(three: VanishedRows) -> None:
    # Line 1 holds the headers, so case 15 stands in line 16; 15 June + 40 days is 25 July.
    assert [one.row for one in three.open] == [
        RowChange("九月.csv", 16, "（2026）鲁0117民初15号", "结案日期", "2026-07-25"),
        RowChange("九月.csv", 17, "（2026）鲁0117民初16号", "结案日期", "2026-07-26"),
        RowChange("九月.csv", 28, "（2026）鲁0117民初27号", "结案日期", "2026-08-06"),
    ]
    assert three.batch.file_name == "十月.csv"
    assert three.sentence == ("审判案件表：“十月.csv”（截至 2026-10-31）没有此前报送过的 3 行，是否已在源头撤销待核定")


def test_until_somebody_says_what_it_means_they_stay_and_the_question_stays(
    data: DataDir, catalog: Catalog, three: VanishedRows
) -> None:
    assert count(data, catalog) == 70
    # A later file of November alone says nothing of them, and does not make the question go away.
    hand_in(
        data, catalog, "cases", file_of([Case(71, date(2026, 11, 2), None)], date(2026, 11, 29)), date(2026, 11, 29)
    )
    (still,) = asked(data, catalog)
    assert (still.batch, still.open) == (three.batch, three.open)


@pytest.mark.parametrize(("ruling", "rows"), [("源头已撤销", 67), ("漏报", 70)])
def test_a_ruling_takes_them_out_or_keeps_them_and_may_be_made_anew(
    data: DataDir, catalog: Catalog, three: VanishedRows, ruling: RowRuling, rows: int
) -> None:
    before = version_id(catalog, chosen_batches(data))
    ids = [one.id for one in three.rows]
    rule_on_rows(data, "cases", three.batch.name, ids, ruling, "已与办案系统核对", OFFICER)
    assert count(data, catalog) == rows
    assert version_id(catalog, chosen_batches(data)) != before
    (answered,) = asked(data, catalog)
    assert answered.open == ()
    assert {one.ruling for one in answered.rows} == {ruling}
    other: RowRuling = "漏报" if ruling == "源头已撤销" else "源头已撤销"
    rule_on_rows(data, "cases", three.batch.name, ids[:1], other, "再次核对", OFFICER)
    assert count(data, catalog) == {67: 68, 70: 69}[rows]
    assert audit.entries(data)[-1].action == "核定消失的行"
    assert "民初" not in str(audit.entries(data)[-1])


def test_what_comes_back_counts_again_and_is_asked_about_no_more(
    data: DataDir, catalog: Catalog, three: VanishedRows
) -> None:
    rule_on_rows(data, "cases", three.batch.name, [one.id for one in three.rows], "源头已撤销", "撤销", OFFICER)
    hand_in(data, catalog, "cases", file_of(CASES[14:15], OCTOBER), OCTOBER, "补报.csv")
    assert count(data, catalog, "case_no = '（2026）鲁0117民初15号'") == 1
    assert count(data, catalog) == 68
    (answered,) = asked(data, catalog)
    assert [one.row.key for one in answered.rows] == ["（2026）鲁0117民初16号", "（2026）鲁0117民初27号"]


@pytest.mark.parametrize("ruling", ["源头已撤销", "漏报"])
def test_what_came_back_and_is_lacking_again_is_asked_about_again(
    data: DataDir, catalog: Catalog, three: VanishedRows, ruling: RowRuling
) -> None:
    """A ruling is about what was held before it: the same three are back on 10 November, and gone again at its end."""
    rule_on_rows(data, "cases", three.batch.name, [one.id for one in three.rows], ruling, "已核对", OFFICER)
    newer = [Case(n, date(2026, 10, 1), None) for n in range(61, 71)]
    handed_in(data, catalog, [*CASES, *newer], date(2026, 11, 10), "补齐.csv")
    assert asked(data, catalog) == ()
    left = [case for case in CASES if case.number not in REMOVED]
    handed_in(data, catalog, [*left, *newer], date(2026, 11, 29), "又缺.csv")
    assert [(one.batch.file_name, len(one.open)) for one in asked(data, catalog)] == [("又缺.csv", 3)]
    assert count(data, catalog) == 70


def test_what_they_change_can_be_computed_before_anybody_rules(
    data: DataDir, catalog: Catalog, three: VanishedRows
) -> None:
    as_if = version_id(catalog, taken_out(chosen_batches(data), [three]))
    assert as_if != version_id(catalog, chosen_batches(data))
    rule_on_rows(data, "cases", three.batch.name, [one.id for one in three.rows], "源头已撤销", "撤销", OFFICER)
    assert as_if == version_id(catalog, chosen_batches(data))


def test_an_open_case_is_asked_about_where_its_closing_would_have_been_carried(data: DataDir, catalog: Catalog) -> None:
    # Fifteen open ones in September: of those that are left fourteen, one is closed in October and thirteen are open still.
    cases = court(date(2026, 6, 1), still_open=4)
    handed_in(data, catalog, cases, SEPTEMBER, "九月.csv")
    closed = Case(56, cases[55].filed, date(2026, 10, 9))
    handed_in(
        data, catalog, [one for one in (*cases[:55], closed, *cases[56:]) if one.number != 48], OCTOBER, "十月.csv"
    )
    (question,) = asked(data, catalog)
    assert [(one.row.key, one.row.before) for one in question.open] == [("（2026）鲁0117民初48号", "")]


def test_a_ruling_needs_rows_and_a_reason(data: DataDir, catalog: Catalog, three: VanishedRows) -> None:
    with pytest.raises(ScorecardError, match="没有要核定的行"):
        rule_on_rows(data, "cases", three.batch.name, [], "漏报", "理由", OFFICER)
    with pytest.raises(ScorecardError, match="没有写理由"):
        rule_on_rows(data, "cases", three.batch.name, ["x"], "漏报", " ", OFFICER)


# --- never asked of a file that is not about them ------------------------------------------------------------------


def test_no_table_is_asked_about_what_its_newer_file_repeats(sample: DataDir, catalog: Catalog) -> None:
    batches = chosen_batches(sample)
    assert vanished_rows(catalog, [*batches, *batches]) == ()


START = date(2026, 3, 1)
ENDS = [CALENDAR.month_end(month_index(START) + n) for n in range(6)]
Kept = Callable[[Case, date], bool]


def _in_month(day: date | None, end: date) -> bool:
    return day is not None and month_index(day) == month_index(end)


def _closed_in(case: Case, end: date) -> bool:
    return case.closed_by(end) and _in_month(case.closed, end)


# The ways in which a court may export a month, each from what its system knows at the end of it.
WAYS: dict[str, Kept] = {
    "filed": lambda case, end: _in_month(case.filed, end),
    "closed": _closed_in,
    "filed or closed": lambda case, end: _in_month(case.filed, end) or _closed_in(case, end),
    "open or closed in it": lambda case, end: not case.closed_by(end) or _closed_in(case, end),
    "open": lambda case, end: not case.closed_by(end),
    "closed in the last sixty days": lambda case, end: (
        case.closed is not None and case.closed_by(end) and case.closed > end - timedelta(60)
    ),
    "one department's": lambda case, end: case.department == "民事审判庭",
    "one kind": lambda case, end: case.kind == "民初",
    "everything": lambda case, end: True,
}

case_rows = st.tuples(
    st.integers(0, 150),
    st.one_of(st.none(), st.integers(1, 90)),
    st.sampled_from([0, 0, 0, 12, 35]),
    st.sampled_from(["民事审判庭", "民事审判庭", "民事审判庭", "立案庭"]),
    st.sampled_from(["民初", "民初", "民初", "刑初"]),
)


@st.composite
def courts(draw: st.DrawFn) -> list[Case]:
    rows = draw(st.lists(case_rows, min_size=15, max_size=60))
    return [
        Case(number, START + timedelta(filed), None if took is None else START + timedelta(filed + took), *rest)
        for number, (filed, took, *rest) in enumerate(rows, 1)
    ]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sets(st.integers(2, 59), max_size=4))
def test_what_was_removed_is_asked_about_and_nothing_else(catalog: Catalog, removed: set[int]) -> None:
    """Of sixty cases that closed between 11 July and 8 September, in exports of everything; up to four leave a month its nine
    tenths. The first and the last one stay: they show from which day to which the file reaches.
    """
    cases = [replace(case, closed=case.filed + timedelta(40)) for case in CASES]
    months = {month: [case for case in cases if case.filed.month == month] for month in (6, 7)}
    ends = {month: [case for case in cases if case.closed and case.closed.month == month] for month in (7, 8, 9)}
    kept_enough = all(
        10 * sum(case.number in removed for case in some) <= len(some) for some in (*months.values(), *ends.values())
    )
    assume(kept_enough)
    with tempfile.TemporaryDirectory() as folder:
        data = DataDir(Path(folder))
        handed_in(data, catalog, cases, SEPTEMBER, "九月.csv")
        handed_in(data, catalog, [case for case in cases if case.number not in removed], OCTOBER, "十月.csv")
        keys = [one.row.key for question in asked(data, catalog) for one in question.open]
    assert keys == [f"（2026）鲁0117民初{number}号" for number in sorted(removed)]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    courts(), st.lists(st.tuples(st.sampled_from(ENDS), st.sampled_from(list(WAYS))), min_size=2, max_size=5), st.data()
)
def test_nothing_is_asked_where_nothing_was_removed(
    catalog: Catalog, cases: list[Case], files: list[tuple[date, str]], choice: st.DataObject
) -> None:
    """One way of exporting all months, or several; handed in in any order; closings entered late."""
    one_way = choice.draw(st.one_of(st.none(), st.sampled_from(list(WAYS))))
    with tempfile.TemporaryDirectory() as folder:
        data = DataDir(Path(folder))
        for end, way in files:
            kept = WAYS[one_way or way]
            rows = [case for case in cases if case.filed <= end and kept(case, end)]
            if rows:
                hand_in(data, catalog, "cases", file_of(rows, end), end)
        assert asked(data, catalog) == ()
