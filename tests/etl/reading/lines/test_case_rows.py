"""One case on several lines: what the contract's words make of them, judged by plain Python and by answers known beforehand."""

import csv
import io
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow.parquet as pq
from hypothesis import given, settings, strategies as st

from etl.duckdb_connection import open_build
from etl.engines.engine import DuckDBEngine
from etl.intake.accept import accept
from etl.intake.batches import Batch
from etl.intake.examine import Examination, examine
from etl.intake.repaired import repaired_csv
from etl.warehouse import rollup, tables
from scorecard.catalog import loader
from scorecard.catalog.contracts import Table
from scorecard.storage.data_dir import DataDir
from tests.conftest import ROOT
from tests.support import registers
from tests.support.actors import OFFICER
from tests.support.engine import values

CATALOG = loader.load(ROOT / "tests" / "vocabulary_seeds")
LINES = CATALOG.tables["party_lines"]
HEADERS = {name: column.header for name, column in LINES.columns.items()}
AS_OF = date(2019, 12, 31)
KNOWN = (ROOT / "tests" / "data" / "door" / "mid_case_median_two_rows.csv").read_bytes()


def written(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(HEADERS.values()), restval="")
    writer.writeheader()
    writer.writerows([{HEADERS[name]: cell for name, cell in row.items()} for row in rows])
    return text.getvalue().encode()


def looked_at(rows: list[dict[str, str]], table: Table = LINES, **said: Any) -> Examination:
    return examine(written(rows), "a.csv", table, CATALOG, AS_OF, **said)


def told(found: Examination, code: str) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.column) for problem in found.problems if problem.code == code]


# --- known answers ----------------------------------------------------------------------------------------------


def of_2019(batch: Batch, names: list[str]) -> list[tuple[Fraction | None, Fraction | None, int]]:
    """Numerator, denominator and base of indicators in 2019, built from one batch as a version is."""
    connection = open_build(None)
    try:
        engine = DuckDBEngine(connection)
        as_of = tables.load(engine, CATALOG, [batch])
        chosen = [CATALOG.indicators[name] for name in names]
        rollup.compute(engine, CATALOG, as_of, chosen)
        found = [values(connection, one)["year", "2019", "all", "all"][0] for one in chosen]
        return [(value.numerator, value.denominator, value.base) for value in found]
    finally:
        connection.close()


def test_rate_mean_and_median_count_cases_not_lines(data: DataDir) -> None:
    """30 days by case, where the four lines have 65; the amounts of a case are added: 1 + (1 + 1) + 1 in three cases."""
    batch = accept(KNOWN, "a.csv", LINES, CATALOG, AS_OF, OFFICER, data)
    assert batch.rows == 3
    median, mean = of_2019(batch, ["median_days_per_case", "mean_claim_per_case"])
    assert median == (30, None, 3)
    assert mean == (4, 3, 3)


def test_a_later_extract_replaces_the_whole_case(data: DataDir) -> None:
    first = accept(KNOWN, "a.csv", LINES, CATALOG, date(2019, 6, 30), OFFICER, data)
    second = accept(
        written([{"case_no": "A2", "closed_on": "2019-04-11", "claimed_yuan": "7"}]),
        "b.csv",
        LINES,
        CATALOG,
        AS_OF,
        OFFICER,
        data,
    )
    connection = open_build(None)
    tables.load(DuckDBEngine(connection), CATALOG, [first, second])
    rows = connection.execute("SELECT case_no, claimed_yuan, _line FROM party_lines ORDER BY 1").fetchall()
    assert rows == [("A1", 1, 2), ("A2", 7, 2), ("A3", 1, 5)]
    connection.close()


def test_the_judgment_register_has_as_many_rows_as_different_cases() -> None:
    """The number in normal form is the case; three numbers stand under two courts, and which is right is not for us to say."""
    catalog = loader.load(ROOT / "tests" / "realdata_seeds")
    register = catalog.tables["judgment_register"].model_copy(
        update={
            "one_row_per": "case_no",
            "combine": {"published_on": "earliest"},
            "identical_rows": "one",
            "checks": (),
        }
    )
    cut = date(2020, 12, 31)
    found = examine(registers.judgments("utf8sig"), "a.csv", register, catalog, cut, policy="set_aside")
    plain = registers.rows(registers.judgments("utf8sig"))
    by_number: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in plain:
        by_number[row["案号"].replace("(", "（").replace(")", "）")].append(row)
    alone = sum(len(rows) for number, rows in by_number.items() if "号" not in number)
    several = [rows for number, rows in by_number.items() if "号" in number and len(rows) > 1]
    courts = [rows for rows in several if len({row["法院"] for row in rows}) > 1]
    assert (len(courts), {problem.column for problem in found.problems if problem.code == "rows_differ"}) == (
        3,
        {"法院"},
    )
    assert found.aside == sum(map(len, courts)) == 6
    one_each = len([number for number in by_number if "号" in number]) - len(courts)
    assert found.rows == 835 - 6 - sum(len(rows) - 1 for rows in several if rows not in courts)
    assert one_each + alone == found.rows


# --- every word -------------------------------------------------------------------------------------------------

CELLS: dict[str, list[str]] = {
    "case_no": ["A1", "A1", "A2", "A3"],
    "kind": ["民初", "民初", "民初", ""],
    "filed_on": ["2019-01-01", "2019-01-02", ""],
    "closed_on": ["2019-03-01", "2019-03-02", ""],
    "outcome": ["判决", "判决", "调解", ""],
    "claimed_yuan": ["1", "2.5", ""],
    "appealed": ["是", "否", ""],
    "reached": ["是", "否", ""],
    "oldest": ["40", "50", ""],
    "youngest": ["9", "12", ""],
}
PARSE: dict[str, Any] = {
    **dict.fromkeys(("filed_on", "closed_on"), date.fromisoformat), "claimed_yuan": Decimal, "oldest": int, "youngest": int,
    **dict.fromkeys(("appealed", "reached"), {"是": True, "否": False}.__getitem__),
}  # fmt: skip


def of_case(lines: list[dict[str, str]], name: str) -> Any:
    """The cell of a case by the words of the contract, line by line."""
    cells = [PARSE.get(name, str)(line[name]) if line[name] else None for line in lines]
    known = [cell for cell in cells if cell is not None]
    whole = len(known) == len(cells)
    match LINES.combine.get(name):
        case "sum":
            return sum(known) if whole else None
        case "largest" | "latest":
            return max(known) if whole else None
        case "smallest":
            return min(known) if whole else None
        case "earliest":
            return min(known, default=None)
        case "any":
            return True if True in known else False if whole else None
        case "all":
            return False if False in known else True if whole else None
        case _:
            return known[0] if len(set(known)) == 1 else None


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), min_size=1, max_size=7
    )
)
def test_the_lines_of_a_case_become_the_row_that_plain_python_makes_of_them(rows: list[dict[str, str]]) -> None:
    found = looked_at(rows)
    cases: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        cases[row["case_no"]].append(at)
    wrong = {case for case, own in cases.items() if len({rows[at]["kind"] for at in own} - {""}) > 1}
    assert not wrong
    expected = [
        {HEADERS[name]: shown(of_case([rows[at] for at in own], name)) for name in CELLS}
        for own in sorted(cases.values())
    ]
    assert [{header: row[header] for header in HEADERS.values()} for row in found.preview] == expected
    assert found.rows == len(cases)
    assert [line for line, _ in told(found, "rows_combined")] == sorted(
        at + 2 for own in cases.values() for at in own[1:]
    )
    unsure = [own for own in cases.values() if len({rows[at]["outcome"] for at in own} - {""}) > 1]
    assert sorted(line or 0 for line, _ in told(found, "rows_differ")) == sorted(at + 2 for own in unsure for at in own)


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def test_lines_that_must_agree_and_do_not_are_set_aside_with_each_other() -> None:
    rows = [{"case_no": "A1", "kind": "民初"}, {"case_no": "A2", "kind": "民初"}, {"case_no": "A1", "kind": "刑初"}]
    found = looked_at(rows)
    assert (found.rows, found.aside, told(found, "rows_differ")) == (1, 2, [(2, "案件类型"), (4, "案件类型")])
    reason = next(str(problem) for problem in found.problems if problem.code == "rows_differ")
    assert reason == "第2行「案件类型」：与第4行是同一件（“案号”相同），这一列却不同。请核对同一件的各行"
    refused = looked_at(rows, LINES.model_copy(update={"on_error": "refuse"}), policy="refuse")
    assert refused.refused


def test_a_case_of_which_one_line_is_wrong_is_set_aside_whole_for_a_part_of_a_sum_is_no_sum() -> None:
    rows = [{"case_no": "A1", "claimed_yuan": "3"}, {"case_no": "A1", "claimed_yuan": "三"}, {"case_no": "A2"}]
    found = looked_at(rows)
    assert (found.rows, found.aside, told(found, "case_line_wrong")) == (1, 2, [(2, "案号")])


def test_lines_alike_are_one_or_each_as_the_contract_says() -> None:
    rows = [{"case_no": "A1", "claimed_yuan": "3"}] * 2
    assert [row["标的额"] for row in looked_at(rows).preview] == ["6"]
    once = LINES.model_copy(update={"identical_rows": "one"})
    assert [row["标的额"] for row in looked_at(rows, once).preview] == ["3"]


def test_the_repaired_file_has_the_lines_and_not_their_sum(data: DataDir) -> None:
    rows = [{"case_no": "A1", "claimed_yuan": "3元", "filed_on": "2019/1/2"}, {"case_no": "A1", "claimed_yuan": "4"}]
    fixed = repaired_csv(written(rows), "a.csv", LINES, CATALOG, AS_OF)
    assert [line["标的额"] for line in registers.rows(fixed)] == ["3", "4"]
    batch = accept(fixed, "a.csv", LINES, CATALOG, AS_OF, OFFICER, data)
    assert pq.read_table(batch.path)["claimed_yuan"].to_pylist() == [7]


def test_a_case_that_is_over_by_one_line_and_pending_by_another_disagrees() -> None:
    stock = {"stock": {"from": "filed_on", "until": "closed_on"}, "combine": {}}
    pending = Table.model_validate({**LINES.model_dump(by_alias=True), **stock})
    lines = [{"case_no": "A", "filed_on": "2019-01-01", "closed_on": day} for day in ("2019-03-01", "")]
    found = looked_at(lines, pending, policy="refuse")
    assert told(found, "rows_differ") == [(2, "结案日期"), (3, "结案日期")]
    assert not looked_at(lines[:1] * 2, pending, policy="refuse").refused
