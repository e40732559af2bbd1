"""A court that is renamed, merged or new: its history stays under its name, its duties pass, and nothing is uploaded again."""

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given, strategies as st

from etl.intake.batches import list_batches
from etl.intake.examine import examine
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.plan.measure_matrix import lines
from scorecard.records.progress_reports import ProgressReport, contradictions, reporters
from scorecard.storage.data_dir import DataDir
from tests.support.written import hand_in

END, START = date(2026, 6, 30), date(2026, 7, 1)
OCTOBER = date(2026, 10, 31)


@pytest.fixture(scope="module")
def renamed(catalog: Catalog) -> Catalog:
    """民事审判庭 became 民商事审判庭 on 2026-07-01; 人民法庭 joined 刑事审判庭, which was there before."""
    old = catalog.departments
    new = old["civil"].model_copy(update={"id": "commercial", "name": "民商事审判庭", "aliases": (), "start": START})
    ended = old["civil"].model_copy(update={"until": END, "succeeded_by": "commercial"})
    joined = old["tribunal"].model_copy(update={"until": END, "succeeded_by": "criminal"})
    return replace(
        catalog, departments={**old, "civil": ended, "tribunal": joined, "commercial": new}, digest=f"{catalog.digest}x"
    )


def cases(*rows: tuple[str, str, str]) -> str:
    """Department, filed, closed."""
    body = "\n".join(
        f"（2026）鲁0117民初{n}号|买卖合同纠纷|{filed}|{closed}|{'判决' if closed else ''}|简易程序|{name}|否"
        for n, (name, filed, closed) in enumerate(rows, 1)
    )
    return f"案号|案由|立案日期|结案日期|结案方式|适用程序|承办部门|是否涉企\n{body}"


def departments(data: DataDir, catalog: Catalog) -> list[str]:
    with duckdb.connect(str(data.database(build(catalog, data))), read_only=True) as connection:
        return [one for (one,) in connection.execute('SELECT department FROM cases ORDER BY "_line"').fetchall()]


ROWS = (
    ("民事审判庭", "2026-03-02", "2026-05-06"),  # closed by the old one
    ("民事审判庭", "2026-03-02", "2026-09-07"),  # closed under a name that was gone
    ("民事审判庭", "2026-03-02", ""),  # still open at the end of October
    ("执行局", "2026-03-02", "2026-09-07"),
)


def test_a_row_belongs_to_the_department_of_its_own_day_and_no_upload_is_needed(
    catalog: Catalog, renamed: Catalog, data: DataDir
) -> None:
    hand_in(data, catalog, "cases", cases(*ROWS), OCTOBER)
    assert departments(data, catalog) == ["civil", "civil", "civil", "enforcement"]
    assert departments(data, renamed) == ["civil", "commercial", "commercial", "enforcement"]
    assert len(list_batches(data)) == 1


def test_an_extract_that_calls_everything_by_the_new_name_keeps_the_history(renamed: Catalog, data: DataDir) -> None:
    rows = tuple((name.replace("民事审判庭", "民商事审判庭"), *days) for name, *days in ROWS)
    hand_in(data, renamed, "cases", cases(*rows), OCTOBER)  # pyright: ignore[reportArgumentType]
    assert departments(data, renamed) == ["civil", "commercial", "commercial", "enforcement"]


def test_a_new_court_is_known_from_the_next_build_and_extract_on(catalog: Catalog, data: DataDir) -> None:
    hand_in(data, catalog, "cases", cases(ROWS[0]), date(2026, 5, 31))
    raw = cases(("城关人民法庭", "2026-08-03", "")).replace("|", ",").encode()
    refused = examine(raw, "a.csv", catalog.tables["cases"], catalog, OCTOBER)
    assert [value.text for value in refused.unread] == ["城关人民法庭"]
    village = catalog.departments["tribunal"].model_copy(
        update={"id": "village", "name": "城关人民法庭", "aliases": (), "start": START}
    )
    grown = replace(catalog, departments={**catalog.departments, "village": village}, digest=f"{catalog.digest}y")
    assert departments(data, grown) == ["civil"], "what came before is built as it is"
    hand_in(data, grown, "cases", cases(ROWS[0], ("城关人民法庭", "2026-08-03", "")), OCTOBER)
    assert departments(data, grown) == ["civil", "village"]


def test_rows_outside_the_days_of_their_department_are_reported_with_what_they_count_for(renamed: Catalog) -> None:
    raw = cases(*ROWS, ("民商事审判庭", "2026-03-02", "2026-05-06"), ("人民法庭", "2026-03-02", "2026-08-06"))
    found = examine(raw.replace("|", ",").encode(), "a.csv", renamed.tables["cases"], renamed, OCTOBER)
    told = {problem.line: problem.reason for problem in found.problems if problem.code == "department_day"}
    assert told == {
        3: "“民事审判庭”至 2026-06-30 止，这一行的日期是 2026-09-07，按“民商事审判庭”计",
        4: "“民事审判庭”至 2026-06-30 止，这一行的日期是 2026-10-31，按“民商事审判庭”计",
        6: "“民商事审判庭”自 2026-07-01 起，这一行的日期是 2026-05-06，按“民事审判庭”计",
        7: "“人民法庭”至 2026-06-30 止，这一行的日期是 2026-08-06，按“刑事审判庭”计",
    }


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_department_stands_for_another_from_the_day_after_its_end(renamed: Catalog, day: date) -> None:
    assert renamed.department_on("civil", day) == renamed.department_on("commercial", day)
    assert renamed.department_on("civil", day) == ("civil" if day <= END else "commercial")
    assert renamed.department_on("tribunal", day) == ("tribunal" if day <= END else "criminal")
    assert renamed.department_on("criminal", day) == "criminal", "who was there before is nobody's new name"


def test_two_that_became_one_cannot_be_told_apart_before(renamed: Catalog) -> None:
    also = renamed.departments["filing"].model_copy(update={"until": END, "succeeded_by": "commercial"})
    merged = replace(renamed, departments={**renamed.departments, "filing": also})
    assert merged.department_on("commercial", END) == "commercial"
    assert merged.department_on("filing", START) == "commercial"


def test_who_answers_is_named_by_the_day(renamed: Catalog) -> None:
    assert renamed.department_names(("civil", "enforcement"), END) == "民事审判庭、执行局"
    assert renamed.department_names(("civil", "enforcement"), START) == "民商事审判庭（原民事审判庭）、执行局"
    assert renamed.department_names(("criminal", "tribunal"), START) == "刑事审判庭（原人民法庭）"


def test_duties_pass_with_what_was_reported(renamed: Catalog) -> None:
    measure = next(one for one in renamed.measures.values() if "civil" in reporters(renamed, one))
    assert "civil" in reporters(renamed, measure, END)
    after = reporters(renamed, measure, START)
    assert ("civil" in after, "commercial" in after) == (False, True)
    report = ProgressReport(measure.id, "civil", date(2026, 6, 20), "推进中", None, "x", "")
    today = date(2026, 7, 10)
    (line,) = [one for one in lines(renamed, {}, [report], [], today, 30) if one.measure == measure]
    (duty,) = [one for one in line.duties if one.department == "commercial"]
    assert (duty.latest, duty.days, duty.owed) == (report, 20, False)
    row = {"measure": measure.id, "department": "civil", "status": "推进中", "percent": None, "text": ""}
    assert contradictions({**row, "reported_on": END}, renamed) == []
    assert contradictions({**row, "reported_on": END + timedelta(1)}, renamed) != []
