"""Bytes to staged rows: encodings told apart, structure exact, physical lines right, nothing lost silently."""

import csv
import io
from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import example, given, settings, strategies as st

from etl.invisible_characters import BLANKS
from etl.problems import Findings, Problem
from etl.reading import decoding, staging
from etl.reading.decoding import Decoded
from etl.reading.headers import Header
from etl.reading.lines.records import layout_of
from tests.support.contracts import TRIALS

Row = list[str]
CON = duckdb.connect()


def staged(content: str, width: int, line_end_of_header: str = "\n") -> tuple[list[tuple[int, Row]] | None, Findings]:
    """Line and cells of every row below a header of `width` cells, through the production path."""
    utf8 = (",".join(f"h{n}" for n in range(width)) + line_end_of_header + content).encode()
    header = Header(utf8.index(line_end_of_header.encode()) + len(line_end_of_header), 2,
                    tuple(f"h{n}" for n in range(width)), (None,) * width)  # fmt: skip
    findings = Findings()
    with staging.as_file(memoryview(utf8)[header.body :]) as path:
        found = staging.stage(CON, path, utf8, header, TRIALS, findings)
        if findings.refused:
            return None, findings
        rows = CON.execute("SELECT * FROM raw").fetchall()
    assert found.rows == len(rows)
    return [(line, [cell or "" for cell in row]) for line, *row in rows], findings


def read_in_columns(content: str, width: int) -> list[tuple[int, Row]] | None:
    """The rows of the plain lines; None where all lines are read one by one."""
    utf8 = content.encode()
    header = Header(0, 1, tuple(f"h{n}" for n in range(width)), (None,) * width)
    with staging.as_file(utf8) as path:
        if staging._plain_rows(CON, path, utf8, header, layout_of(header, TRIALS)) is None:
            return None
        rows = CON.execute("SELECT * FROM raw").fetchall()
    return [(line, [cell or "" for cell in cells]) for line, *cells in rows]


def said(findings: Findings) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.line) for problem in findings.problems()]


# --- encodings ------------------------------------------------------------------------------------------------

NAMES = "案号,当事人\r\n（2026）鲁0117民初1号,䶮㛃𠮷镕喆"


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (NAMES.encode("utf-8"), "UTF-8"),
        (NAMES.encode("utf-8-sig"), "UTF-8"),
        (NAMES.encode("gb18030"), "GB18030"),
        ("\ufeff".encode("gb18030") + NAMES.encode("gb18030"), "GB18030"),
        (b"ah,dsr\n1,2", "UTF-8"),
    ],
)
def test_utf8_and_gb18030_are_told_apart_and_rare_names_survive(raw: bytes, encoding: str) -> None:
    found = decoding.decode(raw)
    assert isinstance(found, Decoded)
    assert found.encoding == encoding
    assert found.utf8.decode() == (NAMES if len(raw) > 20 else raw.decode())


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_character_that_crosses_the_border_of_a_piece_survives(encoding: str) -> None:
    for shift in range(5):
        text = "x" * (decoding._CHUNK - shift) + "䶮𠮷" * 3
        found = decoding.decode(text.encode(encoding))
        assert isinstance(found, Decoded)
        assert found.utf8.decode() == text


def test_a_damaged_utf8_file_is_no_gb18030_file_and_its_line_is_named() -> None:
    lines = ["案号,案由", *["（2026）鲁0117民初1号,买卖合同纠纷"] * 20]
    raw = bytearray("\r\n".join(lines).encode())
    broken = raw.index(b"\n", 300) + 2
    raw[broken] = 0xFF
    found = decoding.decode(bytes(raw))
    assert isinstance(found, Problem)
    assert (found.code, found.line) == ("encoding_damaged", raw[:broken].count(b"\n") + 1)
    assert "UTF-8" in found.reason


def test_a_file_cut_off_in_the_middle_of_a_character_is_refused_at_its_last_line() -> None:
    lines = ["案号,案由", *["（2026）鲁0117民初1号,买卖合同纠纷"] * 20]
    found = decoding.decode("\n".join(lines).encode()[:-1])
    assert isinstance(found, Problem)
    assert (found.code, found.line) == ("encoding_damaged", 21)


def test_damaged_gb18030_is_refused_with_its_line() -> None:
    raw = "案号,案由\n一,买卖合同\n二,".encode("gb18030") + b"\xff\xff" + "合同\n".encode("gb18030")
    found = decoding.decode(raw)
    assert isinstance(found, Problem)
    assert (found.code, found.line) == ("encoding_damaged", 3)
    assert "FF FF" in found.reason


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1a"), min_size=1),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_every_text_comes_back_from_the_encoding_it_was_recognised_in(text: str, encoding: str) -> None:
    found = decoding.decode(text.encode(encoding))
    if isinstance(found, Decoded):
        named = found.encoding.lower()
        assert found.utf8 == text.encode(encoding).decode(named).removeprefix("\ufeff").encode()


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=12) | st.text(max_size=4).map(str.encode))
@example(b"\xed\xa0\x80")
@example(b"\xc0\x80")
@example(b"\xf4\x90\x80\x80")
@example(b"")
def test_both_validations_of_utf8_agree(raw: bytes) -> None:
    try:
        raw.decode("utf-8")
        valid = True
    except UnicodeDecodeError:
        valid = False
    assert decoding._is_utf8(raw) is valid


# --- structure ------------------------------------------------------------------------------------------------


def test_plain_rows_are_read_in_columns_with_their_lines() -> None:
    assert read_in_columns("一,2\n三,4\n", 2) == [(1, ["一", "2"]), (2, ["三", "4"])]
    assert staged("一,2\n三,4\n", 2)[0] == [(2, ["一", "2"]), (3, ["三", "4"])]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_and_a_missing_last_one_make_no_difference(end: str) -> None:
    for tail in ("", end, end * 3):
        rows, findings = staged(f"a,1{end}b,2{tail}", 2, end)
        assert rows == [(2, ["a", "1"]), (3, ["b", "2"])]
        assert not said(findings)


def test_lone_carriage_returns_end_lines_too() -> None:
    assert staged("a,1\rb,2\r", 2, "\r")[0] == [(2, ["a", "1"]), (3, ["b", "2"])]


def test_line_breaks_in_quotes_belong_to_the_cell_and_later_lines_stay_exact() -> None:
    rows, _ = staged('a,"1\n2\n3"\nb,2\n"c ""x"", y",3\n', 2)
    assert rows == [(2, ["a", "1\n2\n3"]), (5, ["b", "2"]), (6, ['c "x", y', "3"])]


def test_blank_lines_are_ignored_and_counted() -> None:
    rows, findings = staged("a,1\n\n,\n \u3000,\nb,2\n\n", 2)
    assert rows == [(2, ["a", "1"]), (6, ["b", "2"])]
    assert not said(findings)


@pytest.mark.parametrize(
    "line",
    [
        "合计,3",
        "合 计,3",
        "总计：,3",
        "小计,3",
        "　合计　,3",
        ",合计",
        "合计：3件,",
        "累计,3",
        '"合计",3',
        "∑,3",
        "总计、,3",
        "总计共3件,3",
        "合计/平均,3",
        "总件数,3",
        "去年同期,3",
        "增幅（%）,3",
        "全院平均,3",
        "占比,3",
    ],
)
def test_summary_rows_are_recognised_set_aside_and_reported(line: str) -> None:
    rows, findings = staged(f"a,1\n{line}\nb,2\n", 2)
    assert rows == [(2, ["a", "1"]), (4, ["b", "2"])]
    assert said(findings) == [("summary_line", 3)]
    assert not findings.refused


@pytest.mark.parametrize(
    "line",
    ["注：本表不含法庭数据", "备注:数据有误差,", "说明：,,,", "注1：不含再审", "附注、见后", "注,", "填表说明：如下"],
)
def test_notes_are_recognised_set_aside_and_reported_whatever_their_width(line: str) -> None:
    rows, findings = staged(f"a,1\n{line}\n", 2)
    assert rows == [(2, ["a", "1"])]
    assert said(findings) == [("note_line", 3)]
    assert not findings.refused


@pytest.mark.parametrize(
    "cell",
    ["合同纠纷", "小额诉讼", "注册商标", "总经理", "说明义务", "备案", "合计算", "占比权", "增幅器", "去年", "中位"],
)
def test_data_that_begins_like_a_summary_or_note_is_data(cell: str) -> None:
    assert read_in_columns(f"{cell},1\n", 2) == [(1, [cell, "1"])]
    assert staged(f"{cell},1\n", 2)[0] == [(2, [cell, "1"])]


def test_a_repeated_header_is_set_aside_and_reported() -> None:
    rows, findings = staged("a,1\nh0,h1\nb,2\n", 2)
    assert rows == [(2, ["a", "1"]), (4, ["b", "2"])]
    assert said(findings) == [("header_again", 3)]


@pytest.mark.parametrize("line", ["h1,h0", "h0,h1,h2", "立案日期,h0", "h1（万元）,h0"])
def test_another_header_in_the_middle_refuses_the_file_for_what_stands_below_it_may_be_of_other_columns(
    line: str,
) -> None:
    rows, findings = staged(f"a,1\n{line}\nb,2\n", 2)
    assert rows is None
    assert ("header_differs", 3) in said(findings)
    assert staged("a,1\nh1,x\nb,2\n", 2)[0] == [(2, ["a", "1"]), (3, ["h1", "x"]), (4, ["b", "2"])]


def test_rows_with_too_few_or_too_many_cells_are_refused_with_both_widths() -> None:
    rows, findings = staged('a,1\n"b,"\nc,"2\n3",4\nd,5,6,\ne,7\n', 2)
    assert rows is None
    assert said(findings) == [("cells_few", 3), ("cells_many", 4), ("cells_many", 6)]
    few, spanning, _ = findings.problems()
    assert few.reason == "这一行有 1 个单元格，表头有 2 个"
    assert "连到第5行" in spanning.reason


@pytest.mark.parametrize("surplus", [",", ",,", ',""'])
def test_a_surplus_empty_cell_is_refused_too_for_it_may_be_the_end_of_a_shifted_row(surplus: str) -> None:
    rows, findings = staged(f"a,1\nb,2{surplus}\nc,3\n", 2)
    assert rows is None
    assert said(findings) == [("cells_many", 3)]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,1\nb,"2\nc,3\nd,4\n', 3),
        ('a,1\nb,"2\nc,"3"\nd,4\n', 3),
        ('a,1\nb,"2"x\nc,3\n', 3),
        ('"a,1\nb,2\n', 2),
        ('a,1\nb,2\nc,"', 4),
    ],
)
def test_quotes_that_are_never_closed_are_refused_at_the_line_that_opens_them(content: str, line: int) -> None:
    rows, findings = staged(content, 2)
    assert rows is None
    assert said(findings) == [("quotes_open", line)]


def test_a_closed_quote_that_swallowed_lines_is_refused_with_its_extent() -> None:
    rows, findings = staged('a,1\n"b,2\nc,3\nd,"\ne,5\n', 2)
    assert rows is None
    assert said(findings) == [("record_swallowed", 3)]
    assert "连到第5行" in findings.problems()[0].reason


def test_blank_lines_below_a_header_are_no_rows_and_no_problem_of_theirs() -> None:
    for content in ("", "\n\n", ",\n"):
        rows, findings = staged(content, 2)
        assert (rows, said(findings)) == ([], [])


# --- the two ways in agree ------------------------------------------------------------------------------------

MESSY = st.lists(
    st.sampled_from(['"', ",", "\n", "\r\n", "\r", " ", "\t", "a", "合", "计", "注", "：", "é", "\u3000", "'", "\\", "#"]),
    max_size=40,
).map("".join)  # fmt: skip


def read_by_the_book(content: str) -> list[tuple[int, Row]] | None:
    """The records that are not blank with the line each begins on, by a plain loop over the csv module."""
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    found: list[tuple[int, Row]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip(BLANKS) for cell in cells):
                found.append((line, cells))
            line = reader.line_num + 1
    except csv.Error:
        return None
    return found


@settings(deadline=None, max_examples=200)
@given(MESSY)
@example('1, "2,2"\n')
@example('1,"2" \n')
@example('"a\rb",1\n')
@example("a,1\rb,2\n")
@example("a,1,\nb,2\n")
@example("a,1,\nb\n")
@example('"a,1",2\nb,"2",\n')
@example("\ufeffa,1\n\ufeffb,2\n")
def test_what_is_read_in_columns_are_rows_of_the_file(content: str) -> None:
    """Unless a record that is broken or of several lines begins above: what it takes in is taken out again."""
    expected = read_by_the_book(content)
    if expected is None or len(content.splitlines()) != len(expected):
        return
    for row in read_in_columns(content, 2) or ():
        assert row in expected


@settings(deadline=None, max_examples=200)
@given(MESSY)
def test_every_line_is_a_row_or_set_aside_or_the_file_is_refused(content: str) -> None:
    rows, findings = staged(content, 2)
    expected = read_by_the_book(content)
    if rows is None:
        assert findings.refused
        return
    assert expected is not None
    aside = [problem.line for problem in findings.problems() if problem.severity == "report"]
    assert [line + 1 for line, _ in expected] == sorted([line for line, _ in rows] + aside)


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",\n\r\n 案'), max_size=8)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=20), st.sampled_from(["\r\n", "\n"]))
@example([[",", "\r,", ""]], "\r\n")
def test_what_is_written_comes_back_with_its_lines(rows: list[Sequence[str]], end: str) -> None:
    text = io.StringIO(newline="")
    # The csv module leaves a lone carriage return unquoted when it does not end its lines.
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    expected: list[tuple[int, Row]] = []
    for row in rows:
        cells = [f"x{row[0]}x", *row[1:]]  # x合计 alone would be the line of a sum
        line = 2 + text.getvalue().replace("\r\n", "\n").replace("\r", "\n").count("\n")
        expected.append((line, cells))
        writer.writerow(cells)
    found, findings = staged(text.getvalue(), 3, end)
    lines_and_commas = any("," in cell and {"\n", "\r"} & set(cell) for _, cells in expected for cell in cells)
    if lines_and_commas and findings.refused:  # it may have taken another row in: refused, and never for another reason
        assert {code for code, _ in said(findings)} == {"record_swallowed"}
        return
    assert found == expected
    assert not findings.problems()


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_blank_line_and_a_surplus_blank_cell_do_not_make_up_for_each_other(end: str) -> None:
    """Together they have as many separators as two rows: no row below may take the line, or the place, of another one."""
    for lines in (["a,1", "", ",2", "b,3,", "c,4"], ["a,1,", "", "b,2", "c,3", ",4"]):
        content = end.join(lines) + end
        book = [(n, line.split(",")) for n, line in enumerate(lines, 1) if line.count(",") == 1]
        assert [row for row in read_in_columns(content, 2) or () if row[1][0]] == [row for row in book if row[1][0]]
