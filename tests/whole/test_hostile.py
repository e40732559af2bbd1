"""Hostile files: intake answers in bounded time, loses no row without a word, and shows hidden characters."""

import csv
import io
from dataclasses import replace
from datetime import date
from time import process_time

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.accept import accept
from etl.intake.examine import Examination, examine
from etl.intake.recognise import recognise
from etl.intake.repaired import repaired_csv
from etl.problems import KINDS, LISTED, SEVERITY_NAMES, Problem, problems_csv
from scorecard.catalog.contracts import Policy
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.contracts import HEADERS, TRIALS, contract, extract, rows

AS_OF = date(2026, 10, 31)
RLO, ZWSP, BELL = "\u202e", "\u200b", "\x07"


@pytest.fixture(scope="module")
def court(catalog: Catalog) -> Catalog:
    """The committed court and departments alone: short enough to stand in a failing example."""
    return replace(catalog, files={}, indicators={}, tables={}, measures={}, sources={}, requirements={})


def looked_at(catalog: Catalog, raw: bytes, policy: Policy | None = None) -> Examination:
    return examine(raw, "案件.csv", TRIALS, catalog, AS_OF, policy=policy)


# --- characters nobody sees ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden", [RLO, ZWSP, BELL, "\u2066", "\u200f", "\x85", "\xad", "\ufeff", "\U000e0041", "\x1f"]
)
def test_hidden_characters_in_a_text_are_taken_out_and_named(catalog: Catalog, data: DataDir, hidden: str) -> None:
    lines = rows(3)
    lines[1]["案由"] = f"买卖{hidden}合同纠纷"
    batch = accept(extract(lines), "a.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert [(p.code, p.severity, p.line) for p in batch.problems] == [("hidden_removed", "repair", 3)]
    name = f"U+{ord(hidden):04X}"
    assert name in batch.problems[0].reason
    assert batch.problems[0].value == f"买卖⟨{name}⟩合同纠纷"
    assert {row["cause"] for row in pq.read_table(batch.path).to_pylist()} == {"买卖合同纠纷"}


@pytest.mark.parametrize(
    ("header", "cell", "shown"),
    [
        ("立案日期", f"2026{ZWSP}-01-05", "2026-01-05"),
        ("标的额", f"12{RLO}00", "1200"),
        ("结案方式", f"判{ZWSP}决", "判决"),
        ("承办部门", f"{RLO}民庭", "民事审判庭"),
        ("案号", f"（2026）鲁0117{ZWSP}民初2号", "（2026）鲁0117民初2号"),
    ],
)
def test_hidden_characters_in_other_cells_are_repaired_too(
    catalog: Catalog, header: str, cell: str, shown: str
) -> None:
    lines = rows(3)
    lines[1][header] = cell
    examination = looked_at(catalog, extract(lines))
    assert [(p.severity, p.line, p.column) for p in examination.problems] == [("repair", 3, header)]
    assert examination.preview[1][header] == shown


def test_two_keys_that_only_look_different_by_hidden_characters_are_doubled(catalog: Catalog) -> None:
    table = contract(key=["cause"], columns={"cause": {"required": True}})
    lines = rows(2)
    lines[1]["案由"] = f"买卖{ZWSP}合同纠纷"
    examination = examine(extract(lines), "a.csv", table, catalog, AS_OF)
    assert {p.line for p in examination.problems if p.code == "key_doubled"} == {2, 3}


def test_a_required_cell_of_hidden_characters_only_is_blank(catalog: Catalog) -> None:
    table = contract(columns={"cause": {"required": True}})
    lines = rows(2)
    lines[0]["案由"] = RLO
    examination = examine(extract(lines), "a.csv", table, catalog, AS_OF)
    assert ("blank_required", "refuse", 2) in [(p.code, p.severity, p.line) for p in examination.problems]


def test_hidden_characters_in_headers_do_not_hide_a_column_and_are_shown(catalog: Catalog) -> None:
    headers = [f"{RLO}案{ZWSP}由" if header == "案由" else header for header in HEADERS] + [f"备{RLO}注"]
    examination = looked_at(catalog, extract([{**row, headers[9]: row["案由"]} for row in rows(2)], headers))
    assert [(p.code, p.column) for p in examination.problems] == [("header_unknown", "备⟨U+202E⟩注")]
    assert examination.preview[0]["案由"] == "买卖合同纠纷"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\报送\\..\\案件.csv", "案件.csv"),
        (f"案件{RLO}vsc.exe", "案件vsc.exe"),
        (f"a{ZWSP}b\n\x07.csv", "ab.csv"),
        ("..", "未命名"),
        ("/", "未命名"),
        (RLO, "未命名"),
        ("x" * 5000, "x" * 200),
    ],
)
def test_a_file_name_is_shown_without_folders_and_hidden_characters(
    catalog: Catalog, data: DataDir, name: str, shown: str
) -> None:
    batch = accept(extract(rows(1)), name, TRIALS, catalog, AS_OF, TESTER, data)
    assert batch.file_name == shown
    assert {path.parent.name for path in data.root.rglob("*.parquet")} == {"trials"}


def test_formulas_html_and_markdown_in_cells_are_text_and_stay_as_they_are(catalog: Catalog, data: DataDir) -> None:
    texts = [
        "=1+1",
        "+86",
        "-1",
        "@SUM(A1)",
        "＝A1",
        "<script>alert(1)</script>",
        "![x](http://x/y.png)",
        "[a](b)",
        "**粗**",
    ]
    lines = [{**row, "案由": text} for row, text in zip(rows(len(texts)), texts, strict=True)]
    batch = accept(extract(lines), "a.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert not batch.problems
    assert [row["cause"] for row in pq.read_table(batch.path).to_pylist()] == texts


# --- size ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["甲" * 3_400_000, "a" * 10_000_000, "1" * 10_000_000, "x" * 40_000, "甲" * 140_000])
@pytest.mark.parametrize("header", ["案由", "结案方式", "标的额"])
def test_ten_megabytes_in_one_cell_are_refused_at_their_line_and_not_repeated(
    catalog: Catalog, cell: str, header: str
) -> None:
    lines = rows(3)
    lines[1][header] = cell
    examination = looked_at(catalog, extract(lines))
    assert [(p.code, p.line) for p in examination.problems] == [("cell_too_long", 3)]
    assert len(repr(examination)) < 5_000


def test_ten_megabytes_in_a_header_are_no_header(catalog: Catalog) -> None:
    raw = extract(rows(2), [*HEADERS, "案由" * 50_000])
    examination = looked_at(catalog, raw)
    assert [p.code for p in examination.problems] == ["header_unknown"]
    assert examination.unknown == ()
    assert len(repr(examination)) < 5_000
    assert looked_at(catalog, ("案" * 3_000_000 + ",a\n1,2\n").encode()).refused


def test_a_row_of_a_million_cells_is_refused_at_its_line(catalog: Catalog) -> None:
    examination = looked_at(catalog, extract(rows(3)) + b"a," * 1_000_000 + b"\r\n")
    assert [(p.code, p.line) for p in examination.problems] == [("cells_many", 5)]


@pytest.mark.parametrize("policy", ["refuse", "set_aside"])
def test_hundred_thousand_problems_are_counted_bounded_and_cost_a_few_times_a_clean_file(
    catalog: Catalog, policy: Policy
) -> None:
    clean = rows(60_000)
    bad = [{**row, "结案方式": f"判{n}", "立案日期": f"2026-02-3{n % 10}"} for n, row in enumerate(clean[:-1])] + clean[
        -1:
    ]
    begin = process_time()
    assert not looked_at(catalog, extract(clean)).problems
    usual = process_time() - begin
    begin = process_time()
    examination = looked_at(catalog, extract(bad), policy)
    spent = process_time() - begin
    total = examination.total("refuse" if policy == "refuse" else "aside")
    assert total == 2 * 59_999
    assert len(examination.problems) <= LISTED
    assert examination.aside == (59_999 if policy == "set_aside" else 0)
    assert spent < 25 * usual + 1, (spent, usual)


# --- the list of problems -----------------------------------------------------------------------------------------


def test_the_list_of_problems_opens_right_in_chinese_excel_and_wps() -> None:
    """Both take UTF-8 only with a BOM, want CRLF between rows, and make numbers of what looks like one."""
    values = [
        "370117199001011234",
        "007",
        "1e5",
        "01/05/2026",
        "2026-02-30",
        "3",
        "甲,乙",
        '甲"乙',
        "甲\n乙",
        "=1+1",
        "＝1",
    ]
    raw = problems_csv(
        [Problem("code_unknown", "aside", n, "案由", value, "理由", "") for n, value in enumerate(values, 2)]
    )
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\xef\xbb\xbf") == 1
    text = raw.decode("utf-8-sig")
    assert text.endswith("\r\n")
    assert text.replace("\r\n", "").count("\n") == 1  # only the line break within a cell, which is quoted
    assert '"甲\n乙"' in text
    assert '"甲""乙"' in text
    cells = [row[3] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert cells == [
        "'370117199001011234", "'007", "'1e5", "'01/05/2026", "2026-02-30", "3", "甲,乙", '甲"乙', "甲\n乙", "'=1+1", "'＝1",
    ]  # fmt: skip
    assert {row[0] for row in csv.reader(io.StringIO(text, newline=""))} == {"级别", SEVERITY_NAMES["aside"]}


# --- fuzz ---------------------------------------------------------------------------------------------------------


def accounted(raw: bytes, examination: Examination) -> None:
    """Lines = titles + header + rows + aside + no data, by Python's own reader; or the extract is refused."""
    if examination.refused:
        return
    text = raw.decode("utf-8-sig" if examination.encoding == "UTF-8" else "gb18030").removeprefix("\ufeff")
    records = [cells for cells in csv.reader(io.StringIO(text, newline="")) if any(map(_seen, cells))]
    titles = sum(count.count for count in examination.counts if count.code == "title_line")
    assert len(records) == titles + 1 + examination.rows + examination.aside + len(examination.skipped_lines)


def _seen(cell: str) -> str:
    return cell.strip(" \t\r\n\v\f\u00a0\u2002\u2003\u3000\u200b\u200c\u200d\u2060\ufeff")


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["cut", "insert", "double", "swap"]),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from([b'"', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xe2\x80\xae", "合计".encode(), "注：".encode(), b"0"]),
    ),
    max_size=6,
)  # fmt: skip


def mutated(raw: bytes, mutations: list[tuple[str, float, bytes]]) -> bytes:
    for kind, place, piece in mutations:
        at = int(place * len(raw))
        line = raw.find(b"\n", at) + 1 or len(raw)
        match kind:
            case "cut":
                raw = raw[:at] + raw[at + len(piece) :]
            case "insert":
                raw = raw[:at] + piece + raw[at:]
            case "double":
                raw = raw[:line] + raw[at:line] + raw[line:]
            case _:
                raw = raw[line:] + raw[:line]
    return raw


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(MUTATIONS, st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), st.sampled_from(["refuse", "set_aside"]))
def test_a_mutated_extract_is_refused_or_every_line_is_accounted_for(
    court: Catalog, mutations: list[tuple[str, float, bytes]], encoding: str, policy: Policy
) -> None:
    raw = mutated(extract(rows(5), encoding=encoding), mutations)
    examination = looked_at(court, raw, policy)
    accounted(raw, examination)
    recognise(raw, replace(court, tables={"trials": TRIALS}))
    if not examination.refused:
        try:
            repaired_csv(raw, "a.csv", TRIALS, court, AS_OF, policy=policy)
        except ScorecardError as error:
            assert "再次体检" in str(error)


@pytest.mark.parametrize("line", ["\u202e", "*", "：", "\u00ad,,*"])
def test_a_line_above_the_header_of_marks_that_no_header_keeps_is_told_as_a_title(court: Catalog, line: str) -> None:
    raw = f"{line}\n".encode() + extract(rows(5), encoding="utf-8")
    examination = looked_at(court, raw)
    assert not examination.refused
    assert [count.count for count in examination.counts if count.code == "title_line"] == [1]
    accounted(raw, examination)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.booleans())
def test_random_bytes_below_a_header_or_alone_never_break_the_door(court: Catalog, raw: bytes, headed: bool) -> None:
    whole = (extract([]) if headed else b"") + raw
    accounted(whole, looked_at(court, whole, "set_aside"))
    recognise(whole, replace(court, tables={"trials": TRIALS}))


# --- codes --------------------------------------------------------------------------------------------------------


def test_every_code_says_what_to_do_and_how_severe_it_can_be() -> None:
    assert len(KINDS) > 50
    for code, kind in KINDS.items():
        assert code.isascii()
        assert code == code.lower()
        assert kind["title"]
        assert kind["remedy"]
        assert kind["as"] in ("refuse", "row", "cell", "repair", "report")
