"""One firm and one case have one spelling each: counted once, matched across tables, never another one, never lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings, strategies as st
from stdnum.cn import uscc

from etl.intake.accept import Refused, accept
from etl.intake.examine import Examination, examine
from etl.intake.repaired import repaired_csv
from etl.reading.cell_results import CellResult
from etl.reading.cells import reader
from etl.reading.sql_casts import clean_sql
from etl.warehouse import build
from scorecard.catalog import columns
from scorecard.catalog.columns import Column
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.conftest import ROOT
from tests.support.actors import TESTER

AS_OF = date(2026, 10, 31)
DOOR = ROOT / "tests/data/door"
FIRM = Column(header="统一社会信用代码", type=columns.CREDIT_CODE)
OWN = Column(header="案号", type=columns.CASE_NO, court="own")
ANY = Column(header="示范判决案号", type=columns.CASE_NO)
CODE = "91990117EXAMPLE013"
# Codes that large firms publish, and the example of the standard itself: the check digit was given out by the authority.
PUBLISHED = (
    "91330100799655058B",
    "9144030071526726XG",
    "914403001922038216",
    "91110000802100433B",
    "91350100M000100Y43",
)


@pytest.fixture(scope="module")
def court(catalog: Catalog) -> Catalog:
    """The committed court and departments alone: short enough to stand in a failing example."""
    return replace(catalog, files={}, indicators={}, tables={}, measures={}, sources={}, requirements={})


def judged(catalog: Catalog, column: Column, text: str) -> CellResult:
    return reader(column, catalog, AS_OF)(text)


def codes(outcome: CellResult) -> list[tuple[str, str]]:
    return [(note.code, note.severity) for note in outcome.notes]


def refusals(found: Examination) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.line) for problem in found.problems if problem.severity == "refuse"]


def value(catalog: Catalog, data: DataDir, indicator: str) -> Any:
    """The value of the last month of a version built from what was accepted."""
    connection = store.connect(data, build.build(catalog, data))
    try:
        return warehouse.series(connection, catalog, "month", "all", "all")[indicator][-1]
    finally:
        connection.close()


# --- credit codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [*PUBLISHED, CODE, "N2990117MF0000001"])
def test_a_published_code_is_taken_without_a_word(catalog: Catalog, code: str) -> None:
    valid = code[:17] + uscc.calc_check_digit(code[:17])
    assert code in PUBLISHED or valid[:17] == code[:17]
    assert judged(catalog, FIRM, valid) == CellResult(valid)
    assert code not in PUBLISHED or valid == code


WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
BODIES = st.builds(
    lambda head, region, tail: f"{head}{region:06d}{tail}",
    st.sampled_from(["91", "92", "52", "N2", "Y1"]),
    st.integers(110000, 659000),
    st.text(st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"), min_size=9, max_size=9),
)
GAPS = st.tuples(st.integers(0, 18), st.sampled_from([" ", "-", "　", "\u00a0", "－", "—"]))
FIRMS = BODIES.map(lambda body: body + uscc.calc_check_digit(body)).filter(lambda code: not code.endswith("000"))


@settings(deadline=None)
@given(FIRMS, st.lists(GAPS, max_size=4), st.booleans(), st.booleans())
def test_every_spelling_of_a_code_is_that_code_and_told(
    court: Catalog, code: str, gaps: list[tuple[int, str]], lower: bool, wide: bool
) -> None:
    written = code.lower() if lower else code
    written = written.translate(WIDE) if wide else written
    for place, gap in gaps:
        written = written[:place] + gap + written[place:]
    found = judged(court, FIRM, written)
    assert found.value == code
    assert bool(found.notes) == (written.strip() != code)
    assert {severity for _, severity in codes(found)} <= {"repair"}


@settings(deadline=None)
@given(FIRMS, st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ"))
def test_a_code_with_one_wrong_character_is_never_another_firm(
    court: Catalog, code: str, place: int, other: str
) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    found = judged(court, FIRM, wrong)
    assert found.value == (code if wrong == code else None)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("9.13701E+17", "credit_code_destroyed", "文本格式"),
        ("9.137E+17", "credit_code_destroyed", "科学计数法"),
        ("９．１３７Ｅ＋１７", "credit_code_destroyed", "科学计数法"),
        ("913701171234567000", "credit_code_destroyed", "后三位"),
        ("913701171234567890.0", "credit_code_destroyed", "小数"),
        ("370117123456789", "credit_code_old", "工商登记号"),
        ("12345678-9", "credit_code_old", "组织机构代码"),
        ("91990117EXAMPLE01", "credit_code_unreadable", "17 位"),
        ("A", "credit_code_unreadable", "18 位"),
        ("91990117EXAMPLEO13", "credit_code_unreadable", "“O”"),
        ("91990117EXAMPLE014", "credit_code_check", "校验码"),
        ("000000000000000000", "credit_code_destroyed", "后三位"),
        ("某公司", "credit_code_unreadable", "18 位"),
    ],
)
def test_what_is_no_code_is_refused_with_a_way_out(catalog: Catalog, text: str, code: str, words: str) -> None:
    found = judged(catalog, FIRM, text)
    assert (found.value, codes(found)) == (None, [(code, "refuse")])
    assert words in found.notes[0].reason + found.notes[0].suggestion
    assert found.notes[0].suggestion


@pytest.mark.parametrize("column", [FIRM, ANY], ids=["code", "case"])
@pytest.mark.parametrize(
    "word", ["无", "—", "——", "-", "不详", "暂无", "未知", "NA", "N/A", "n/a", "NULL", "／", "Ｎ／Ａ"]
)
def test_a_word_for_unknown_is_unknown_in_a_column_that_identifies(catalog: Catalog, column: Column, word: str) -> None:
    found = judged(catalog, column, word)
    assert found.value is None
    assert codes(found) == [("value_unknown", "repair")]


@settings(deadline=None)
@given(
    st.lists(
        FIRMS | BODIES.map(lambda body: f"{body}0") | st.text(st.sampled_from("019AEIOSX -"), max_size=18), min_size=1
    )
)
@example([*PUBLISHED, "913701171234567000", "91990117EXAMPLE014", "  91990117EXAMPLE013"])
def test_the_database_takes_the_codes_that_the_judge_takes_as_they_stand(court: Catalog, texts: list[str]) -> None:
    with duckdb.connect() as con:
        found = con.execute(f"SELECT t, {clean_sql('t', FIRM, court, None)} FROM unnest(?::VARCHAR[]) AS x(t)", [texts])
        for text, taken in found.fetchall():
            outcome = judged(court, FIRM, text)
            assert taken == (text if outcome == CellResult(text) and text else None)


WORK_LOG = "编号,日期,类别,部门,统一社会信用代码,问题数,办结数"


def log_of(written: Sequence[str]) -> bytes:
    rows = [f"{n},2026-10-05,送法进企,政治部,{code},1,1" for n, code in enumerate(written, 1)]
    return "\r\n".join([WORK_LOG, *rows]).encode()


def test_one_firm_in_four_spellings_is_counted_once(catalog: Catalog, data: DataDir) -> None:
    written = [CODE, CODE.lower(), CODE.translate(WIDE), "9199 0117-EXAMPLE01-3", "91990117EXAMPLE026"]
    accept(log_of(written), "a.csv", catalog.tables["work_log"], catalog, AS_OF, TESTER, data)
    assert value(catalog, data, "outreach_firm_count").numerator == 2


def test_a_misspelt_code_in_a_register_of_visits_is_an_unknown_firm_and_the_visit_stays(
    catalog: Catalog, data: DataDir
) -> None:
    batch = accept(log_of([CODE, "A", "无"]), "a.csv", catalog.tables["work_log"], catalog, AS_OF, TESTER, data)
    assert pq.read_table(batch.path).column("firm_code").to_pylist() == [CODE, None, None]
    told = {(count.code, count.severity): count.count for count in batch.counts}
    assert told["credit_code_unreadable", "report"] == 1
    assert told["value_unknown", "repair"] == 1


def test_a_destroyed_code_is_refused_even_where_a_wrong_one_counts_as_unknown(catalog: Catalog) -> None:
    found = examine(log_of([CODE, "9.13701E+17"]), "a.csv", catalog.tables["work_log"], catalog, AS_OF)
    assert refusals(found) == [("credit_code_destroyed", 3)]


def test_the_repaired_file_holds_the_code_in_its_form_and_blanks_for_unknown(catalog: Catalog) -> None:
    again = repaired_csv(log_of([CODE.lower(), "无"]), "a.csv", catalog.tables["work_log"], catalog, AS_OF).decode(
        "utf-8-sig"
    )
    assert CODE in again
    assert "无" not in again


def test_codes_that_a_spreadsheet_destroyed_are_refused_line_by_line(catalog: Catalog, data: DataDir) -> None:
    raw, table = (DOOR / "credit_code_scientific.csv").read_bytes(), catalog.tables["credit_register"]
    with pytest.raises(Refused) as refused:
        accept(raw, "a.csv", table, catalog, AS_OF, TESTER, data)
    assert refusals(refused.value.examination) == [("credit_code_destroyed", line) for line in range(2, 10)]


# --- case numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number", "code"),
    [
        ("（2026）鲁0117民初字第1号", "（2026）鲁0117民初1号", "case_no_form"),
        ("（2026）鲁0117民初1号之一", "（2026）鲁0117民初1号", "case_no_part"),
        ("（2026）鲁0117民初字第1号之二", "（2026）鲁0117民初1号", "case_no_part"),
        ("(2026)鲁0117民初1号（之3）", "（2026）鲁0117民初1号", "case_no_part"),
    ],
)
def test_a_case_is_itself_however_its_number_is_written(catalog: Catalog, text: str, number: str, code: str) -> None:
    for column in (OWN, ANY):
        found = judged(catalog, column, text)
        assert (found.value, codes(found)) == (number, [(code, "repair")])


def test_a_number_that_names_no_court_since_2016_is_not_taken_for_our_case(catalog: Catalog) -> None:
    found = judged(catalog, OWN, "（2026）钢城民初字第1号")
    assert (found.value, codes(found)) == (None, [("case_no_unreadable", "refuse")])
    assert judged(catalog, OWN, "（2015）钢城民初字第1号").value == "（2015）钢城民初字第1号"


def own_cases(name: str, catalog: Catalog, data: DataDir) -> tuple[list[str], dict[tuple[str, str], int]]:
    raw, table = (DOOR / name).read_bytes(), catalog.tables["cases"]
    batch = accept(raw, name, table, catalog, AS_OF, TESTER, data)
    told = {(count.code, count.severity): count.count for count in batch.counts}
    return sorted(pq.read_table(batch.path).column("case_no").to_pylist()), told


SIX = [f"（2026）鲁0117民初{n}号" for n in range(1, 7)]


def test_six_cases_written_in_the_old_style_are_six_cases(catalog: Catalog, data: DataDir) -> None:
    numbers, told = own_cases("case_zi_all_lost.csv", catalog, data)
    assert numbers == SIX
    assert told["case_no_form", "repair"] == 6
    assert value(catalog, data, "small_claims_rate").denominator == 6


def test_a_document_of_a_case_is_named_and_stands_for_its_case(catalog: Catalog) -> None:
    raw = (DOOR / "case_part_counted_twice.csv").read_bytes()
    found = examine(raw, "a.csv", catalog.tables["cases"], catalog, AS_OF)
    told = [(problem.line, problem.value) for problem in found.problems if problem.code == "case_no_part"]
    assert told == [(8, "（2026）鲁0117民初1号之一"), (9, "（2026）鲁0117民初2号之一")]


def test_a_document_of_a_case_is_no_second_case(catalog: Catalog, data: DataDir) -> None:
    numbers, told = own_cases("case_part_counted_twice.csv", catalog, data)
    assert numbers == SIX
    assert told["case_no_part", "repair"] == 2
    assert value(catalog, data, "small_claims_rate").denominator == 6


def test_a_part_that_says_something_else_than_its_case_is_refused_beside_it(catalog: Catalog) -> None:
    raw = (DOOR / "case_part_counted_twice.csv").read_text("utf-8-sig")
    lines = raw.splitlines()
    lines[7] = lines[7].replace("2026/10/5", "2026/10/6")
    found = examine("\r\n".join(lines).encode(), "a.csv", catalog.tables["cases"], catalog, AS_OF)
    assert refusals(found) == [("key_doubled", 2), ("key_doubled", 8)]
