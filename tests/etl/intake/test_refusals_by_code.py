"""Everything the door must refuse or report: the line, the column, the value and what is said about it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from etl.intake.accept import Refused, accept
from etl.intake.examine import Examination, examine
from etl.problems import LISTED, TITLES, Findings, Problem, problems_csv
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir
from tests.conftest import ROOT
from tests.support.actors import TESTER
from tests.support.contracts import GOOD, HEADERS, TRIALS, contract, extract, rows
from tests.support.extracts import written

AS_OF = date(2026, 10, 31)
Found = tuple[str, str, int | None, str, str]


def examined(catalog: Catalog, raw: bytes, table: Table = TRIALS) -> Examination:
    return examine(raw, "案件.csv", table, catalog, AS_OF)


def found(examination: Examination) -> list[Found]:
    return [(p.code, p.severity, p.line, p.column, p.value) for p in examination.problems]


def only(examination: Examination) -> Problem:
    """The one problem there is."""
    assert len(examination.problems) == 1, examination.problems
    return examination.problems[0]


def one_wrong(catalog: Catalog, header: str, value: str, table: Table = TRIALS) -> Problem:
    """The one problem of a file whose second row has this value there."""
    lines = rows(3)
    lines[1][header] = value
    return only(examined(catalog, extract(lines), table))


# --- the file as a whole --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        (b"", "file_empty", "没有任何内容"),
        (b"\xef\xbb\xbf\r\n \r\n", "file_empty", "没有任何内容"),
        (b"PK\x03\x04\x14\x00[Content_Types].xml xl/workbook.xml", "workbook_unreadable", "工作簿已损坏"),
        (b"PK\x03\x04\x14\x00 word/document.xml", "file_not_csv", "Word"),
        (b"PK\x03\x04\x14\x00 photo.jpg", "file_not_csv", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook_unreadable", "工作簿已损坏"),
        (b"%PDF-1.7\n", "file_not_csv", "PDF"),
        (b"\x1f\x8b\x08\x00", "file_not_csv", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "file_not_csv", "图片"),
        ("<html><table><tr><td>案号".encode(), "file_not_csv", "网页表格"),
        (b'<?xml version="1.0"?><Workbook>', "file_not_csv", "网页表格"),
        ("案号,立案日期\r\n".encode("utf-16"), "encoding_utf16", "UTF-16"),
        ("案号,立案日期\r\n".encode("utf-16-be"), "encoding_utf16", "UTF-16"),
        ("案号,larq,jarq\r\n1,2026-01-05,2026-01-06\r\n".encode("utf-16-le"), "encoding_utf16", "UTF-16"),
    ],
)
def test_what_is_no_csv_text_is_refused_by_its_kind_with_the_way_out(
    catalog: Catalog, raw: bytes, code: str, words: str
) -> None:
    problem = only(examined(catalog, raw))
    assert (problem.code, problem.severity, problem.line) == (code, "refuse", None)
    assert words in problem.reason
    assert problem.suggestion


def test_a_stray_nul_is_refused_at_its_line(catalog: Catalog) -> None:
    raw = extract(rows(60)).replace("（2026）鲁0117民初40号".encode(), b"\0", 1)
    problem = only(examined(catalog, raw))
    assert (problem.code, problem.line) == ("file_not_csv", 41)
    assert "NUL" in problem.reason


def test_a_file_over_the_configured_size_is_refused_before_it_is_read(catalog: Catalog) -> None:
    small = replace(catalog, court=catalog.court.model_copy(update={"max_upload_mb": 1}))
    raw = extract(rows(9000))
    assert len(raw) > 1_000_000
    problem = only(examined(small, raw))
    assert problem.code == "file_too_large"
    assert f"{len(raw) / 1_000_000:.1f} MB" in problem.reason
    assert "1 MB" in problem.reason


@pytest.mark.parametrize(
    "header", ["案號,立案日期,結案日期,結案方式,案由", "案號,立案日期,結案日期", "立案日期,案由,標的額,結案方式"]
)
def test_big5_is_recognised_by_its_headers(catalog: Catalog, header: str) -> None:
    raw = f"{header}\r\n{','.join('買賣合同糾紛' for _ in header.split(','))}\r\n".encode("big5")
    problem = only(examined(catalog, raw))
    assert problem.code == "encoding_big5"
    assert "Big5" in problem.reason


def test_two_encodings_in_one_file_are_refused_at_the_line_where_the_second_begins(catalog: Catalog) -> None:
    raw = extract(rows(8)) + extract(rows(2), encoding="gb18030")
    problem = only(examined(catalog, raw))
    assert (problem.code, problem.line) == ("encoding_damaged", 10)


# --- the header -----------------------------------------------------------------------------------------------


def test_a_file_of_headers_only_is_refused(catalog: Catalog) -> None:
    problem = only(examined(catalog, extract([])))
    assert (problem.code, problem.line) == ("rows_none", None)


def test_a_missing_header_is_refused_and_the_first_row_is_not_repeated(catalog: Catalog) -> None:
    problem = only(examined(catalog, extract(rows(3)).split(b"\r\n", 1)[1]))
    assert (problem.code, problem.line) == ("header_missing", 1)
    assert "案号、立案日期" in problem.reason
    assert GOOD["联系人"] not in str(problem)


@pytest.mark.parametrize(
    "header", ["??,????,????,??", "????????,????", "锟斤拷,锟斤拷锟斤拷,锟斤拷", "\ufffd\ufffd,\ufffd\ufffd\ufffd"]
)
def test_a_header_destroyed_to_question_marks_is_named_as_such(catalog: Catalog, header: str) -> None:
    problem = only(examined(catalog, f"{header}\r\n1,2\r\n".encode()))
    assert (problem.code, problem.line) == ("header_destroyed", 1)
    assert "无法恢复" in problem.reason


@pytest.mark.parametrize(("delimiter", "name"), [("\t", "制表符"), (";", "分号"), ("，", "全角逗号"), ("|", "竖线")])
def test_another_delimiter_is_named(catalog: Catalog, delimiter: str, name: str) -> None:
    raw = "\r\n".join([delimiter.join(HEADERS), delimiter.join(GOOD.values())]).encode()
    problem = only(examined(catalog, raw))
    assert (problem.code, problem.line) == ("header_missing", 1)
    assert name in problem.reason


@pytest.mark.parametrize(("second", "position"), [("案号", 12), ("ah", 12), (" 案 号 ", 12)])
def test_a_doubled_header_is_refused_with_both_places(catalog: Catalog, second: str, position: int) -> None:
    raw = extract(rows(2), [*HEADERS, second])
    problem = only(examined(catalog, raw))
    assert (problem.code, problem.line, problem.column) == ("header_doubled", 1, "案号")
    assert "第1列" in problem.reason
    assert f"第{position}列" in problem.reason


def test_a_missing_required_column_is_refused_with_the_nearest_header(catalog: Catalog) -> None:
    headers = ["立案日" if header == "立案日期" else header for header in HEADERS]
    examination = examined(catalog, extract(rows(2), headers))
    assert found(examination) == [
        ("header_required", "refuse", 1, "立案日期", ""),
        ("header_unknown", "report", 1, "立案日", ""),
    ]
    assert examination.problems[0].suggestion == "是否为“立案日”？"
    assert examination.problems[1].suggestion == "是否为“立案日期”？"


def test_a_header_with_a_unit_of_another_kind_is_refused(catalog: Catalog) -> None:
    headers = ["标的额（万美元）" if header == "标的额" else header for header in HEADERS]
    problem = only(examined(catalog, extract(rows(2), headers)))
    assert (problem.code, problem.line, problem.column) == ("header_unit", 1, "标的额")
    assert "“万美元”" in problem.reason
    assert "“元”" in problem.reason


def test_data_above_the_header_is_refused(catalog: Catalog) -> None:
    raw = b",".join([b"a", b"b", b"c", b"d", b"e", b"f", b"g"]) + b"\r\n" + extract(rows(2))
    problem = only(examined(catalog, raw))
    assert (problem.code, problem.line) == ("rows_above_header", 1)


@pytest.mark.parametrize(
    ("wide", "code"),
    [
        (b"a," * 4_000_000, "cells_many"),
        (b'"a\n",' * 400_000, "cells_many"),
        ("案\t".encode() * 30_000, "header_missing"),
    ],
)
def test_a_header_of_millions_of_cells_is_refused_before_it_is_compared(
    catalog: Catalog, wide: bytes, code: str
) -> None:
    problem = only(examined(catalog, wide))
    assert (problem.code, problem.line) == (code, 1)


def test_an_open_quote_in_the_header_is_refused_at_its_line(catalog: Catalog) -> None:
    problem = only(examined(catalog, b'"' + extract(rows(2))))
    assert (problem.code, problem.line) == ("quotes_open", 1)


# --- structure ------------------------------------------------------------------------------------------------


def test_an_open_quote_is_refused_at_the_line_that_opens_it(catalog: Catalog) -> None:
    raw = extract(rows(6)).replace("（2026）鲁0117民初3号,".encode(), '"（2026）鲁0117民初3号,'.encode())
    problem = only(examined(catalog, raw))
    assert (problem.code, problem.line) == ("quotes_open", 4)
    assert "第7行" in problem.reason


def test_rows_with_too_few_or_too_many_cells_are_all_named(catalog: Catalog) -> None:
    lines = extract(rows(5)).decode().split("\r\n")
    lines[2] = lines[2].replace("买卖合同纠纷", "买卖,合同纠纷")
    lines[4] = lines[4].split(",", 1)[0]  # nor is the date of filing there, which no row lacks
    lines[5] += ","
    assert found(examined(catalog, "\r\n".join(lines).encode())) == [
        ("cells_many", "refuse", 3, "", ""),
        ("cells_few", "refuse", 5, "", ""),
        ("cells_many", "refuse", 6, "", ""),
    ]


def test_a_broken_row_hides_no_wrong_cell_in_another(catalog: Catalog) -> None:
    raw = extract(rows(1, 立案日期="2026-02-30")) + "只有一格\r\n".encode()
    assert [(problem.code, problem.line) for problem in examined(catalog, raw).problems] == [
        ("date_impossible", 2),
        ("cells_few", 3),
    ]


def test_a_wrong_cell_hides_no_doubled_key_and_is_named_once(catalog: Catalog) -> None:
    lines = rows(3)
    lines[0] |= {"案号": lines[1]["案号"], "案由": "另一案由"}
    lines[2] |= {"立案日期": "2026-02-30", "结案日期": "2025-01-01"}
    assert [(problem.code, problem.line) for problem in examined(catalog, extract(lines)).problems] == [
        ("key_doubled", 2),
        ("key_doubled", 3),
        ("date_impossible", 4),
    ]


def test_seven_faults_of_every_stage_are_named_in_one_examination(catalog: Catalog) -> None:
    """One each: broken row, header twice, wrong date, unregistered word, doubled key, reversed dates, lone quote."""
    lines = rows(8)
    lines[1]["立案日期"] = "2026-02-30"
    lines[2]["结案方式"] = "判绝"
    lines[3] |= {"案号": lines[4]["案号"], "案由": "另一案由"}
    lines[5]["结案日期"] = "2025-01-01"
    texts = extract(lines).decode().split("\r\n")
    texts[7] = texts[7].replace("买卖合同纠纷", '"买卖"合同纠纷')
    texts = [text + (",标的额" if number == 0 else ",1") for number, text in enumerate(texts[:-1])]
    texts[8] = texts[8].split(",", 1)[0]
    expected = {
        ("header_doubled", 1), ("date_impossible", 3), ("code_unknown", 4), ("key_doubled", 5), ("key_doubled", 6),
        ("order_wrong", 7), ("quotes_open", 8), ("cells_few", 9),
    }  # fmt: skip
    refused = {
        (problem.code, problem.line)
        for problem in examined(catalog, "\r\n".join(texts).encode() + b"\r\n").problems
        if problem.severity == "refuse"
    }
    assert refused == expected


# --- cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value", "code", "words"),
    [
        ("立案日期", "2026-02-30", "date_impossible", "没有这一天"),
        ("立案日期", "1899-12-30", "date_placeholder", "1899"),
        ("立案日期", "1900-01-00", "date_placeholder", "1900"),
        ("立案日期", "2026-11-01", "date_future", "晚于数据截至 2026-10-31"),
        ("立案日期", "46027", "date_serial", "2026-01-05"),
        ("立案日期", "", "blank_required", "必填项空白"),
        ("立案日期", " 　", "blank_required", "必填项空白"),
        ("结案方式", "判绝", "code_unknown", "是否为“判决”？"),
        ("结案方式", "移送", "code_unknown", "判决、调解、撤诉"),
        ("承办部门", "民事一庭", "department_unknown", "是否为"),
        ("标的额", "12万美元", "number_unit", "“万美元”"),
        ("标的额", "-3", "number_minimum", "小于 0"),
        ("庭审次数", "2.5", "number_precision", "整数"),
        ("是否涉企", "不详", "boolean_unknown", "“是”或“否”"),
        ("案号", "（2026）鲁0116民初2号", "court_foreign", "“鲁0116”不是本院代字（鲁0117）"),
        ("案号", "民 事 判 决 书", "case_no_unreadable", "不是案号"),
    ],
)
def test_a_wrong_cell_is_named_by_line_column_value_reason_and_way_out(
    catalog: Catalog, header: str, value: str, code: str, words: str
) -> None:
    problem = one_wrong(catalog, header, value)
    assert (problem.code, problem.severity, problem.line, problem.column) == (code, "refuse", 3, header)
    assert problem.value == value.strip()
    assert words in str(problem)


def test_the_sentence_of_a_problem_reads_as_a_person_would_say_it(catalog: Catalog) -> None:
    assert str(one_wrong(catalog, "结案方式", "判绝")) == "第3行「结案方式」“判绝”：取值未登记。是否为“判决”？"


def test_lines_are_physical_lines_even_below_quoted_line_breaks_and_blank_lines(catalog: Catalog) -> None:
    lines = rows(4)
    lines[0]["案由"] = "买卖\r\n合同\r\n纠纷"
    lines[3]["立案日期"] = "2026-02-30"
    text = extract(lines).decode().split("\r\n")
    text.insert(4, "")
    assert only(examined(catalog, "\r\n".join(text).encode())).line == 8


def test_every_wrong_cell_is_named_not_only_the_first(catalog: Catalog) -> None:
    lines = rows(3, 立案日期="2026-02-30", 结案方式="判绝")
    examination = examined(catalog, extract(lines))
    assert len(examination.problems) == 6
    assert [(c.code, c.column, c.count) for c in examination.counts] == [
        ("code_unknown", "结案方式", 3),
        ("date_impossible", "立案日期", 3),
    ]
    assert [problem.line for problem in examination.problems] == [2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("立案日期", "２０２６-01-05", "width_folded"),
        ("庭审次数", "２", "width_folded"),
        ("是否涉企", "是　", "width_folded"),
        ("案由", "　买卖合同纠纷", "blanks_trimmed"),
        ("标的额", "1,200.50", "number_cleaned"),
        ("案号", "(2026)鲁0117民初2号", "case_no_brackets"),
        ("案号", "（２０２６）鲁0117民初2号", "case_no_form"),
    ],
)
def test_full_width_and_the_like_are_repaired_and_reported(
    catalog: Catalog, header: str, value: str, code: str
) -> None:
    lines = rows(3)
    lines[1][header] = value
    examination = examined(catalog, extract(lines))
    problem = only(examination)
    assert (problem.code, problem.severity, problem.line, problem.column) == (code, "repair", 3, header)
    assert not examination.refused
    shown = {**GOOD, "案号": "（2026）鲁0117民初2号"}[header]
    assert examination.preview[1][header].removesuffix("00").rstrip("0") == shown.rstrip("0")


def test_the_own_former_court_code_is_accepted_and_reported(catalog: Catalog) -> None:
    lines = rows(2)
    lines[0]["案号"] = "（2018）鲁1203民初9号"
    examination = examined(catalog, extract(lines))
    assert found(examination) == [("court_legacy", "report", 2, "案号", "（2018）鲁1203民初9号")]


def test_a_column_whose_bad_cells_count_as_unknown_reports_them_and_keeps_the_rows(catalog: Catalog) -> None:
    table = contract(columns={"closed_on": {"on_problem": "blank", "required": True}})
    lines = rows(3)
    lines[0]["结案日期"], lines[1]["结案日期"] = "undefined", ""
    examination = examined(catalog, extract(lines), table)
    assert found(examination) == [
        ("date_unreadable", "report", 2, "结案日期", "undefined"),
        ("blank_required", "report", 3, "结案日期", ""),
    ]
    assert all("按“未知”处理" in problem.reason for problem in examination.problems)
    assert [row["结案日期"] for row in examination.preview] == ["", "", GOOD["结案日期"]]


def test_a_private_value_appears_in_no_problem_no_preview_and_no_csv(catalog: Catalog) -> None:
    table = contract(columns={"contact": {"type": "case_no"}})
    lines = rows(2)
    lines[0]["联系人"], lines[1]["联系人"] = "秘密甲", "(2025)鲁0117民初77号"
    examination = examined(catalog, extract(lines), table)
    assert [(p.code, p.value) for p in examination.problems] == [
        ("case_no_unreadable", MASK),
        ("case_no_brackets", MASK),
    ]
    everything = repr(examination) + problems_csv(examination.problems).decode()
    assert "秘密" not in everything
    assert "民初77" not in everything


# --- rules ----------------------------------------------------------------------------------------------------


def test_closing_before_filing_is_refused_with_both_dates(catalog: Catalog) -> None:
    problem = one_wrong(catalog, "结案日期", "2026-01-04")
    assert (problem.code, problem.line, problem.column, problem.value) == (
        "order_wrong", 3, "结案日期", "2026-01-04",
    )  # fmt: skip
    assert problem.reason == "早于立案日期（2026-01-05）"


def test_a_date_and_a_moment_are_compared_as_days_and_two_moments_to_the_second(catalog: Catalog) -> None:
    same_day = contract(checks=[{"not_after": ["applied_at", "filed_on"]}])
    assert not examined(catalog, extract(rows(2)), same_day).problems
    moments = contract(columns={"closed_on": {"type": "datetime"}}, checks=[{"not_after": ["applied_at", "closed_on"]}])
    lines = rows(1, 结案日期="2026-01-05 09:29:59")
    assert only(examined(catalog, extract(lines), moments)).value == "2026-01-05 09:29:59"


def test_doubled_keys_are_refused_at_every_line_with_the_others(catalog: Catalog) -> None:
    lines = rows(5)
    lines[3] |= {"案号": "(2026)鲁0117民初1号", "案由": "股权转让纠纷"}
    lines[4] |= {"案号": "（2026）鲁0117民初001号", "案由": "公司解散纠纷"}
    examination = examined(catalog, extract(lines))
    doubled = [problem for problem in examination.problems if problem.code == "key_doubled"]
    assert [(problem.line, problem.severity) for problem in doubled] == [
        (2, "refuse"), (5, "refuse"), (6, "refuse"),
    ]  # fmt: skip
    assert doubled[0].reason == "与第5行、第6行重复"
    assert doubled[2].reason == "与第2行、第5行重复"
    assert {problem.value for problem in doubled} == {"（2026）鲁0117民初1号"}


def test_a_key_of_several_columns_takes_blanks_as_values_but_not_all_of_them(catalog: Catalog) -> None:
    table = contract(
        columns={"case_no": {"required": False}, "filed_on": {"required": False}}, key=["case_no", "filed_on"]
    )
    lines = rows(6)
    for line in lines[:2]:
        line["立案日期"] = line["案号"] = ""
    lines[2]["立案日期"] = ""
    lines[3]["立案日期"] = ""
    lines[4]["案号"] = lines[3]["案号"]
    lines[5] |= {"案号": lines[3]["案号"], "立案日期": "", "庭审次数": "3"}
    assert [(p.code, p.line, p.value) for p in examined(catalog, extract(lines), table).problems] == [
        ("key_blank", 2, ""),
        ("key_blank", 3, ""),
        ("key_doubled", 5, "（2026）鲁0117民初4号、（空白）"),
        ("key_doubled", 7, "（2026）鲁0117民初4号、（空白）"),
    ]


def test_a_blank_single_key_is_refused_even_where_the_contract_forgot_to_require_it(catalog: Catalog) -> None:
    table = contract(columns={"case_no": {"required": False}})
    assert one_wrong(catalog, "案号", "", table).code == "blank_required"


def test_the_other_checks_report_or_refuse_as_declared(catalog: Catalog) -> None:
    table = contract(
        checks=[
            {"at_most": ["hearings", "claimed_yuan"], "on_problem": "report"},
            {"required_when": {"column": "outcome", "where": {"closed_on": {"known": True}}}, "on_problem": "report"},
            {"unique": ["cause"], "on_problem": "report"},
        ]
    )  # fmt: skip
    lines = rows(4)
    for number, line in enumerate(lines):
        line["案由"] = f"案由{number}"
    lines[0]["标的额"] = "1"
    lines[1]["结案方式"] = ""
    lines[2]["结案方式"] = lines[2]["结案日期"] = ""
    lines[3]["案由"] = "案由0"
    examination = examined(catalog, extract(lines), table)
    assert not examination.refused
    assert found(examination) == [
        ("amount_exceeded", "report", 2, "庭审次数", "2"),
        ("unique_doubled", "report", 2, "案由", "案由0"),
        ("required_missing", "report", 3, "结案方式", ""),
        ("unique_doubled", "report", 5, "案由", "案由0"),
    ]
    assert examination.problems[0].reason == "大于标的额（1）"
    assert "“结案日期”" in examination.problems[2].reason


def test_a_check_may_stand_on_a_derived_column(catalog: Catalog) -> None:
    table = contract(
        derived={"over_on": {"header": "满一月次日", "after": {"of": "filed_on", "months": 1, "days": 1}}},
        checks=[{"not_after": ["closed_on", "over_on"], "on_problem": "report"}],
    )
    problem = only(examined(catalog, extract(rows(1)), table))
    assert (problem.code, problem.line, problem.column) == ("order_wrong", 2, "满一月次日")
    assert problem.value == "2026-02-06"


CUT = contract(checks=[{"cut_date": {"date": "closed_on", "missing": "outcome", "share": 0.2}}])


@pytest.mark.parametrize(
    ("at_cut", "elsewhere", "warned"), [(20, 80, True), (19, 0, False), (20, 81, False), (40, 0, True)]
)
def test_one_closing_date_of_many_rows_without_outcome_is_a_sentinel(
    catalog: Catalog, at_cut: int, elsewhere: int, warned: bool
) -> None:
    lines = rows(at_cut + elsewhere + 30)
    for number, line in enumerate(lines[: at_cut + elsewhere]):
        line["结案方式"] = ""
        line["结案日期"] = "2026-10-31" if number < at_cut else f"2026-{3 + number % 7}-{1 + number % 28}"
    examination = examined(catalog, extract(lines), CUT)
    assert not examination.refused
    if not warned:
        assert not examination.problems
        return
    problem = only(examination)
    assert (problem.code, problem.severity, problem.line, problem.column, problem.value) == (
        "cut_date", "report", 2, "结案日期", "2026-10-31",
    )  # fmt: skip
    assert f"{at_cut + elsewhere} 行" in problem.reason
    assert f"其中 {at_cut} 行" in problem.reason


def test_a_row_of_nothing_but_its_key_breaks_no_rule_between_columns(catalog: Catalog) -> None:
    table = contract(
        columns={"filed_on": {"required": False}},
        checks=[
            {"not_after": ["filed_on", "closed_on"]},
            {"at_most": ["hearings", "claimed_yuan"]},
            {"required_when": {"column": "outcome", "where": {"closed_on": {"known": True}}}},
            {"unique": ["cause"]},
            {"cut_date": {"date": "closed_on", "missing": "outcome", "share": 0.2}},
        ],
    )
    empty = [{"案号": f"（2026）鲁0117民初{n}号"} for n in range(1, 40)]
    assert not examined(catalog, extract(empty), table).problems


# --- what comes of it -----------------------------------------------------------------------------------------


def test_a_refused_extract_leaves_nothing_and_the_error_says_where_to_begin(catalog: Catalog, data: DataDir) -> None:
    raw = extract(rows(3, 立案日期="2026-02-30"))
    with pytest.raises(Refused) as refused:
        accept(raw, "C:\\报送\\..\\案件.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert refused.value.where == "文件“案件.csv”"
    assert "3 处须改正" in refused.value.found
    assert "第2行「立案日期」“2026-02-30”" in refused.value.found
    assert len(refused.value.problems) == 3
    assert written(data) == []


def test_a_full_disk_is_told_in_chinese_and_leaves_no_half_file(
    catalog: Catalog, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scorecard.storage.atomic_files.os.fsync", full)
    with pytest.raises(StorageError) as refused:
        accept(extract(rows(3)), "案件.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert "磁盘已满" in str(refused.value)
    assert written(data) == []
    monkeypatch.undo()
    assert accept(extract(rows(3)), "案件.csv", TRIALS, catalog, AS_OF, TESTER, data).rows == 3


def test_all_problems_are_counted_though_not_all_are_listed_and_refusals_come_first() -> None:
    findings = Findings()
    for line in range(LISTED + 10):
        findings.add(Problem("width_folded", "repair", line, "案由", "", ""))
    for line in range(LISTED + 5):
        findings.add(Problem("date_impossible", "refuse", line, "立案日期", "", ""))
    listed = findings.problems()
    assert len(listed) == LISTED
    assert {problem.severity for problem in listed} == {"refuse"}
    assert [(count.code, count.count) for count in findings.counts()] == [
        ("date_impossible", LISTED + 5),
        ("width_folded", LISTED + 10),
    ]


def test_the_list_of_problems_is_a_csv_that_no_spreadsheet_runs(tmp_path: Path) -> None:
    attacks = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "正常"]
    listed = [Problem("code_unknown", "refuse", 2, "案由", attack, "=理由", "+建议") for attack in attacks]
    raw = problems_csv(listed)
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    assert "级别,行号,列,值,原因,建议,问题编号" in text
    for attack in attacks[:-1]:
        assert f"'{attack}" in text
    assert "'正常" not in text
    assert "'=理由" in text


def test_every_code_that_the_door_uses_has_a_title() -> None:
    rooms = ("etl/reading", "etl/intake", "scorecard/records")
    sources = [path.read_text("utf-8") for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert {code for code in TITLES if any(f'"{code}"' in source for source in sources)} == set(TITLES)
