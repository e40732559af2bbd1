"""Lines that are broken, doubled or no data: the files of tests/data/door, and others like them, from bytes to examination.

The rows were invented so that what is right for each file is known beforehand; it stands in the tests.
"""

from datetime import date
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies as st

from etl.intake.accept import accept
from etl.intake.examine import Examination, examine
from scorecard.catalog.contracts import Check, Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import OFFICER

DOOR = Path(__file__).parents[3] / "data" / "door"
AS_OF = date(2026, 11, 30)
PLACES = Table.model_validate(
    {
        "id": "places",
        "name": "统计表",
        "key": ["place"],
        "columns": {
            "place": {"header": "地区", "type": "text", "required": True},
            "total": {"header": "合计", "type": "integer"},
            "men": {"header": "男", "type": "integer"},
            "women": {"header": "女", "type": "integer"},
        },
    }
)
DISPUTES = Table.model_validate(
    {
        "id": "disputes",
        "name": "纠纷",
        "key": ["number"],
        "columns": {
            "number": {"header": "REFNO", "type": "text", "required": True, "aliases": ["CASE_ID"]},
            "kind": {"header": "TYPE OF DISPUTE", "type": "text"},
            "filed_on": {"header": "DATE DEMAND RECEIVED", "type": "date"},
            "closed_on": {"header": "DATE CASE RESULT", "type": "date"},
        },
    }
)
SEVERAL_ROWS = Table.model_validate(
    {
        "id": "several",
        "name": "案件",
        "replaces": "all",
        "columns": {
            "number": {"header": "案号", "type": "text", "required": True},
            "kind": {"header": "案件类型", "type": "text"},
            "filed_on": {"header": "立案日期", "type": "date"},
            "closed_on": {"header": "结案日期", "type": "date"},
        },
    }
)


def looked_at(name: str, table: Table, catalog: Catalog) -> Examination:
    return examine((DOOR / f"{name}.csv").read_bytes(), f"{name}.csv", table, catalog, AS_OF)


def texted(text: str, table: Table, catalog: Catalog) -> Examination:
    return examine(text.encode(), "a.csv", table, catalog, AS_OF)


def refused(found: Examination) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.line) for problem in found.problems if problem.severity == "refuse"]


def lines_of(found: Examination, code: str) -> list[int | None]:
    return [problem.line for problem in found.problems if problem.code == code]


# --- broken records -------------------------------------------------------------------------------------------


def test_a_quoted_cell_that_swallowed_a_record_is_refused_with_both_lines(catalog: Catalog) -> None:
    found = looked_at("quote_swallow_b", catalog.tables["work_log"], catalog)
    assert refused(found) == [("record_swallowed", 2)]
    assert "从第2行一直连到第3行" in next(p.reason for p in found.problems if p.code == "record_swallowed")


@pytest.mark.parametrize("place", range(8))
def test_a_record_is_missed_wherever_the_stray_quotes_stand(place: int, catalog: Catalog) -> None:
    text = (DOOR / "quote_swallow_b.csv").read_text("utf-8-sig").replace('"', "")
    lines = [line.split(",") for line in text.splitlines()]
    lines[1][place], lines[2][place] = '"' + lines[1][place], lines[2][place] + '"'
    found = texted("\n".join(map(",".join, lines)) + "\n", catalog.tables["work_log"], catalog)
    assert refused(found)[0] == ("record_swallowed", 2)


def test_a_long_note_of_several_lines_is_data_and_a_line_break_in_a_short_cell_is_not(catalog: Catalog) -> None:
    note = '"走访企业，了解需求：\n一、用工,二、融资\n三、其他"'
    text = "编号,日期,类别,事项,部门\n1,2026-10-05,送法进企,{},政治部\n2,2026-10-06,{},座谈,政治部\n"
    assert texted(text.format(note, "送法进企"), catalog.tables["work_log"], catalog).rows == 2
    broken = texted(text.format(note, '"送法\n进企"'), catalog.tables["work_log"], catalog)
    assert refused(broken) == [("record_swallowed", 5)]


def test_a_quote_inside_a_bare_cell_that_pairs_with_another_is_refused_with_its_line(catalog: Catalog) -> None:
    assert refused(looked_at("quote_inside_cell", PLACES, catalog)) == [("quotes_inside", 3), ("quotes_inside", 4)]


@pytest.mark.parametrize(
    ("cell", "right"), [('5" 管', True), ('"5"" 管"', True), ('"甲, ""乙"""', True), ('甲"乙"丙', True)]
)
def test_a_quote_that_hides_no_separator_is_a_character(cell: str, right: bool, catalog: Catalog) -> None:
    found = texted(f"地区,合计,男,女\n甲地,1,1,0\n{cell},2,1,1\n", PLACES, catalog)
    assert (found.rows, found.refused) == (2, not right)


def test_quotes_of_two_bare_cells_may_be_a_pair(catalog: Catalog) -> None:
    table = Table.model_validate({**PLACES.model_dump(), "columns": {
        **PLACES.model_dump()["columns"], "men": {"header": "男", "type": "text"}}})  # fmt: skip
    assert refused(texted('地区,合计,男,女\n5" 管,2,3" 管,1\n', table, catalog)) == [("quotes_inside", 2)]


# --- short and long rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "rows", "short"), [("excel16_trailing", 40, 9), ("onlyoffice_short", 2, 2)])
def test_rows_that_a_spreadsheet_cut_short_are_completed_in_one_notice(
    name: str, rows: int, short: int, catalog: Catalog
) -> None:
    found = looked_at(name, catalog.tables["cases"], catalog)
    assert (found.refused, found.rows) == (False, rows)
    assert [count.count for count in found.counts if count.code == "cells_completed"] == [short]
    assert len(lines_of(found, "cells_completed")) == 1


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("甲地,3,2,\n乙地,5,4\n", [3]),  # the 4 may be 女, for the row above does write its blank end
        ("甲地,3,2,1\n乙地\n丙地,1,1,0", []),
        ("甲地,3,2,1\n乙地,5", [3]),  # no line end either: cut off
        ('甲地,3,2,1\n"乙地,5,4"\n', [3]),  # separators are hidden in it
        ("甲地,3,2,1\n,5,4\n", []),
    ],
)
def test_a_short_row_that_may_have_lost_a_separator_is_refused(body: str, lines: list[int], catalog: Catalog) -> None:
    found = texted("地区,合计,男,女\n" + body, PLACES, catalog)
    assert [line for code, line in refused(found) if code == "cells_few"] == lines


@pytest.mark.parametrize(("surplus", "refusals"), [([1, 1, 1], 0), ([0, 1, 0], 1), ([1, 1, 2], 3)])
def test_surplus_blank_cells_are_left_out_where_all_rows_have_them(
    surplus: list[int], refusals: int, catalog: Catalog
) -> None:
    rows = (f"{name}地,3,2,1{',' * more}\n" for name, more in zip("甲乙丙", surplus, strict=True))
    found = texted("地区,合计,男,女\n" + "".join(rows), PLACES, catalog)
    assert len(refused(found)) == refusals


# --- rows written twice -----------------------------------------------------------------------------------------


def test_a_case_with_a_row_for_each_party_is_one_row_counted_and_reported(catalog: Catalog, data: DataDir) -> None:
    table = catalog.tables["cases"]
    raw = (DOOR / "dup_by_party.csv").read_bytes()
    batch = accept(raw, "a.csv", table, catalog, AS_OF, OFFICER, data)
    assert batch.rows == 7
    assert [(count.code, count.count) for count in batch.counts if count.code == "row_doubled"] == [("row_doubled", 1)]
    assert sorted(pq.read_table(batch.path)["case_no"].to_pylist()) == [f"（2026）鲁0117民初{n}号" for n in range(1, 8)]
    assert accept(raw, "a.csv", table, catalog, AS_OF, OFFICER, data, policy="set_aside").aside == 0


def test_rows_of_one_key_that_differ_are_refused_as_before(catalog: Catalog) -> None:
    found = texted("地区,合计,男,女\n甲地,2,1,1\n甲地,2,1,1\n甲地,3,2,1\n乙地,1,1,0\n", PLACES, catalog)
    assert refused(found) == [("key_doubled", 2), ("key_doubled", 4)]
    assert lines_of(found, "row_doubled") == [3]


def test_alike_rows_of_a_table_without_a_key_are_one_row_too(catalog: Catalog) -> None:
    found = looked_at("mid_case_median_two_rows", SEVERAL_ROWS, catalog)
    days = [(date.fromisoformat(row["结案日期"]) - date.fromisoformat(row["立案日期"])).days for row in found.preview]
    assert median(days) == 30


def test_where_a_contract_says_so_alike_rows_are_rows_each(catalog: Catalog) -> None:
    """Several documents of one case, say, told and kept: none is taken for a copy."""
    check = Check.model_validate({"unique": ("number",), "on_problem": "report"})
    kept = SEVERAL_ROWS.model_copy(update={"checks": (check,), "identical_rows": "each"})
    found = looked_at("mid_case_median_two_rows", kept, catalog)
    assert (found.rows, lines_of(found, "unique_doubled"), lines_of(found, "row_doubled")) == (4, [3, 4], [])
    copies = SEVERAL_ROWS.model_copy(update={"checks": (check,)})
    found = looked_at("mid_case_median_two_rows", copies, catalog)
    assert (found.rows, lines_of(found, "unique_doubled"), lines_of(found, "row_doubled")) == (3, [], [4])


# --- lines that are no data -------------------------------------------------------------------------------------


def test_summary_and_note_lines_are_told_by_label_and_by_value(catalog: Catalog) -> None:
    found = looked_at("total_and_footer_labels", PLACES, catalog)
    assert [row["地区"] for row in found.preview] == ["甲地", "乙地"]
    assert found.skipped_lines == tuple(range(4, 39))
    assert not found.refused


@pytest.mark.parametrize(("three", "differs"), [("３", [4]), (" 3 ", [4]), ("无", [4]), ("3千", []), ("叁", [])])
def test_a_summary_is_compared_with_numbers_in_every_spelling_or_not_at_all(
    three: str, differs: list[int], catalog: Catalog
) -> None:
    body = f"甲地,{three},2,1\n乙地,5,4,1\n合计,9,6,2\n"
    assert lines_of(texted("地区,合计,男,女\n" + body, PLACES, catalog), "summary_differs") == differs


def test_a_total_is_no_row_although_a_number_above_it_is_in_full_width(catalog: Catalog) -> None:
    found = texted("地区,合计,男,女\n甲地,３,２,1\n乙地,5,4,1\n全国,8,6,2\n", PLACES, catalog)
    assert (found.rows, lines_of(found, "summary_line"), lines_of(found, "summary_differs")) == (2, [4], [])


def test_summaries_of_a_log_are_set_aside_whatever_their_other_cells(catalog: Catalog) -> None:
    found = looked_at("sum_rows", catalog.tables["work_log"], catalog)
    assert (found.rows, found.refused) == (1, False)
    assert lines_of(found, "summary_line") == [3, 4, 5, 6, 7]
    assert lines_of(found, "note_line") == [8]
    assert lines_of(found, "summary_differs") == [3, 4, 6, 7]  # they say 9, the one row says 1


@pytest.mark.parametrize(
    ("line", "rows"),
    [("全院,30,18,12", 2), ("全院,31,18,13", 3), ("全国法院,30,18,12", 2), ("3,合计,18,12", 3), ("总医院,30,18,12", 3)],
)
def test_a_name_of_a_place_is_a_summary_only_where_it_is_the_sum(line: str, rows: int, catalog: Catalog) -> None:
    found = texted(f"地区,合计,男,女\n甲地,10,6,4\n乙地,20,12,8\n{line}\n", PLACES, catalog)
    assert found.rows == (rows if line[0] != "3" else 2)


def test_a_sum_above_its_rows_and_subtotals_between_them_are_found(catalog: Catalog) -> None:
    body = "全院,60,36,24\n甲地,10,6,4\n乙地,20,12,8\n小计,30,18,12\n丙地,30,18,12\n全市,30,18,12\n全国,60,36,24\n"
    found = texted("地区,合计,男,女\n" + body, PLACES, catalog)
    assert [row["地区"] for row in found.preview] == ["甲地", "乙地", "丙地"]
    assert lines_of(found, "summary_differs") == []


def test_a_line_that_may_be_a_note_or_data_is_refused(catalog: Catalog) -> None:
    found = texted("地区,合计,男,女\n甲地,10,6,4\n单位：乙厂,7,3,4\n", PLACES, catalog)
    assert refused(found) == [("line_unclear", 3)]


ORDINARY = (
    "合计划公司", "总医院", "全国人大书画社", "小计算机店", "小额贷款公司", "累计时商店", "共青团", "总务科",
    "注册处", "说明书店", "备案科", "单位食堂", "来源科技", "其中医院", "平均律琴行", "第一中学",
    "日期果园", "审核所", "本地人", "全聚德", "汇总通公司", "合计算力", "统计局", "会计所",
    "设计院", "附件厂", "页岩矿",
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(ORDINARY),
    st.text("甲乙丙丁戊合总小共计累注备说明全国院市审核单位来源第页数据制表人店公司庭", min_size=2, max_size=7),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(NAMES, min_size=1, max_size=8, unique=True), st.data())
def test_rows_with_ordinary_names_are_never_set_aside(catalog: Catalog, names: list[str], draw: st.DataObject) -> None:
    """A label counts as a whole: what ends in 合计 and the like, and the notes and wholes themselves, are no names."""
    words = ("合计", "总计", "小计", "共计", "累计", "总数", "备注", "说明")
    usable = [name for name in names if not any(name.endswith(word) for word in words) and len(name) > 2]
    usable = [name for name in usable if name not in ("资料来源", "数据来源", "制表人", "审核人") and "本" not in name]
    numbers = draw.draw(st.lists(st.integers(1, 10**6), min_size=len(usable), max_size=len(usable)))
    body = "".join(f"{name},{n},{n},{n * n + 7}\n" for name, n in zip(usable, numbers, strict=True))
    found = texted("地区,合计,男,女\n甲之地,1,1,3\n" + body, PLACES, catalog)
    wholes = {"全国法院", "全市法院", "全院法院"}
    if not wholes & set(usable):
        assert (found.skipped_lines, found.rows) == ((), len(usable) + 1)


# --- the file as a whole ----------------------------------------------------------------------------------------


def test_an_end_mark_and_a_repeated_header_with_a_mark_are_reported(catalog: Catalog) -> None:
    found = looked_at("ctrl_z", catalog.tables["cases"], catalog)
    assert (found.refused, found.rows, lines_of(found, "end_mark")) == (False, 3, [5])
    found = looked_at("concat_bom", catalog.tables["cases"], catalog)
    assert (found.refused, found.rows, lines_of(found, "header_again")) == (False, 4, [5])


def test_big5_below_an_ascii_header_is_refused_and_ascii_is_never_big5(catalog: Catalog) -> None:
    assert refused(looked_at("big5_body_ascii_header", DISPUTES, catalog)) == [("encoding_big5", None)]
    assert "encoding_big5" not in {code for code, _ in refused(looked_at("ascii_file_called_big5", DISPUTES, catalog))}


def test_a_last_date_cut_in_the_middle_is_reported(catalog: Catalog) -> None:
    found = looked_at("trunc_col", catalog.tables["cases"], catalog)
    assert lines_of(found, "file_cut_off") == [2]
    whole = (DOOR / "trunc_col.csv").read_text("utf-8-sig")
    for end in ("\n", "5", "5\n"):
        assert lines_of(texted(whole + end, catalog.tables["cases"], catalog), "file_cut_off") == []
