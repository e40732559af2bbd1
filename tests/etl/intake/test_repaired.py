"""The repaired file: what the door understood, taken in as the same rows, with nothing left to repair."""

import csv
import io
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from etl.intake.accept import Refused, accept
from etl.intake.examine import examine
from etl.intake.repaired import repaired_csv
from scorecard.catalog.contracts import Policy
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import escape_cell, unescape_cell
from tests.support.actors import TESTER
from tests.support.contracts import HEADERS, TRIALS, contract, extract, rows

AS_OF = date(2026, 10, 31)


@pytest.fixture(scope="module")
def court(catalog: Catalog) -> Catalog:
    """The committed court and departments alone: short enough to stand in a failing example."""
    return replace(catalog, files={}, indicators={}, tables={}, measures={}, sources={}, requirements={})


def repaired(catalog: Catalog, raw: bytes, policy: Policy | None = None, **more: Any) -> bytes:
    return repaired_csv(raw, "案件.csv", TRIALS, catalog, AS_OF, policy=policy, **more)


def kept(catalog: Catalog, raw: bytes, policy: Policy | None) -> list[dict[str, object]]:
    """The rows of the batch without their lines, which differ where a title stood above."""
    with tempfile.TemporaryDirectory() as folder:
        batch = accept(raw, "a.csv", TRIALS, catalog, AS_OF, TESTER, DataDir(Path(folder)), policy=policy)
        found = pq.read_table(batch.path).to_pylist()
    return [{name: cell for name, cell in row.items() if name != "_line"} for row in found]


def test_the_repaired_file_has_the_contracts_headers_and_usual_spellings(catalog: Catalog) -> None:
    untidy = {
        "案号": "(2026)鲁0117民初1号", "立案日期": "２０２６年1月5日", "结案日期": "2026.3.2", "申请时间": "2026/1/5 9:30",
        "标的额": "1,200.50元", "庭审次数": "2次", "是否涉企": "Y", "结案方式": "判决结案", "承办部门": "民庭", "案由": "　买卖",
        "联系人": "张三",
    }  # fmt: skip
    renamed = {"案号": "AH", "标的额": "标的额（元）"}
    lines = [{renamed.get(header, header): cell for header, cell in untidy.items()} | {"备注": "无"}]
    raw = extract(lines, [*(renamed.get(header, header) for header in HEADERS), "备注"], encoding="gb18030")
    content = repaired(catalog, raw)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == (
        ",".join(HEADERS) + "\r\n（2026）鲁0117民初1号,2026-01-05,2026-03-02,2026-01-05 09:30,1200.5,2,是,判决,"
        "民事审判庭,买卖,张三\r\n"
    )
    assert examine(raw, "a.csv", TRIALS, catalog, AS_OF).repairable
    assert not examine(content, "a.csv", TRIALS, catalog, AS_OF).repairable


def test_a_text_to_be_judged_beside_a_word_to_be_judged_is_no_trouble(catalog: Catalog) -> None:
    """The database takes no table in while an answer is half read."""
    lines = rows(2)
    lines[0]["联系人"], lines[1]["结案方式"] = "　张三", "判　决"
    assert examine(extract(lines), "a.csv", TRIALS, catalog, AS_OF).total("repair") == 2


def test_a_column_that_says_nothing_but_unknown_is_blank_in_the_repaired_file(catalog: Catalog) -> None:
    """A word for unknown is a blank where it is all that a column says; yes/no, date, number, category and text alike."""
    words = {"结案日期": "—", "标的额": "NA", "是否涉企": "无", "结案方式": "不详", "案由": "暂无", "联系人": "/"}
    content = repaired(catalog, extract(rows(2, **words)))
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))):
        assert {header: row[header] for header in words} == dict.fromkeys(words, "")
    assert not examine(content, "a.csv", TRIALS, catalog, AS_OF).repairable
    lines = rows(3, **words)
    lines[0]["立案日期"], lines[1]["结案方式"] = "2026-02-30", "判决"  # a row aside; and a column that says something
    raw = extract([*lines[:2], {**lines[2], "结案方式": ""}])
    again = repaired(catalog, raw, "set_aside")
    assert kept(catalog, again, "set_aside") == kept(catalog, raw, "set_aside")


def test_a_refused_extract_has_no_repaired_file(catalog: Catalog) -> None:
    with pytest.raises(Refused):
        repaired(catalog, extract(rows(2, 立案日期="2026-02-30")))


def test_mapped_headers_are_written_as_the_contracts_and_need_no_mapping_again(catalog: Catalog) -> None:
    headers = ["事由" if header == "案由" else header for header in HEADERS]
    lines = [{**row, "事由": row["案由"]} for row in rows(2)]
    content = repaired(catalog, extract(lines, headers), mapping={"事由": "cause"})
    assert content.decode("utf-8-sig").startswith(",".join(HEADERS))


def test_rows_set_aside_stay_in_the_repaired_file_and_are_set_aside_again(catalog: Catalog) -> None:
    lines = rows(4)
    lines[1]["结案日期"] = "2026-02-30"
    lines[2]["标的额"] = "1,200"
    content = repaired(catalog, extract(lines), policy="set_aside")
    again = examine(content, "a.csv", TRIALS, catalog, AS_OF, policy="set_aside")
    assert (again.rows, again.aside, again.total("repair")) == (3, 1, 0)
    assert "2026-02-30" in content.decode("utf-8-sig")


def test_what_a_corrected_row_clears_is_in_the_repaired_file_too(catalog: Catalog) -> None:
    headers = ["搁置批次", "搁置行号", *HEADERS]
    lines = [{**row, "搁置批次": "2026-10-31-123456789012", "搁置行号": "7", "标的额": "1,200"} for row in rows(1)]
    text = repaired(catalog, extract(lines, headers)).decode("utf-8-sig")
    cells = list(csv.reader(io.StringIO(text)))
    assert cells[0][:2] == ["搁置批次", "搁置行号"]
    assert cells[1][:2] == ["'2026-10-31-123456789012", "7"]
    found = kept(catalog, repaired(catalog, extract(lines, headers)), None)
    assert (found[0]["_cleared_batch"], found[0]["_cleared_line"]) == ("2026-10-31-123456789012", 7)


def test_a_repaired_file_that_would_not_be_read_the_same_is_not_given(catalog: Catalog) -> None:
    """Its first column gone, a row begins with 合计 and would be taken for a summary row."""
    table = contract(key=[], replaces="all", columns={"case_no": {"required": False}})
    headers = ["备注", "案由", "立案日期"]
    raw = extract([{"备注": "x", "案由": "合计", "立案日期": f"2026-01-0{day}"} for day in (5, 6)], headers)
    assert examine(raw, "a.csv", table, catalog, AS_OF).rows == 2
    with pytest.raises(Exception, match="再次体检"):
        repaired_csv(raw, "a.csv", table, catalog, AS_OF)


# --- properties -----------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=10) | st.sampled_from(
    ["=1+1", "'=1", "''-2", "+86", "@x", "＝A1", "370117199001011234", "'007", "1.10", "1-2", "\t=x", "合计", "　a", "a\u200bb", "\u202eba"]
)  # fmt: skip
SPELLINGS = {
    "立案日期": st.sampled_from(["2026-01-05", "2026/1/5", "２０２６-01-05", "20260105", "2026年1月5日 10:30"]),
    "结案日期": st.sampled_from(["", "2026-03-02", "2026.3.2", " 2026-03-02　"]),
    "申请时间": st.sampled_from(["", "2026-01-05 09:30", "2026-01-05T09:30:15.123", "2026-01-05"]),
    "标的额": st.sampled_from(["", "1,200.50", "１２", "0.1000元", "¥3", "99999999999999.9999"]),
    "庭审次数": st.sampled_from(["", "2次", "3.0", "＋4", "\u202e5"]),
    "是否涉企": st.sampled_from(["", "是", "Y", "无", "０"]),
    "结案方式": st.sampled_from(["", "判决结案", "判　决", "调解"]),
    "承办部门": st.sampled_from(["", "民庭", "民事审判庭", "立案庭（诉讼服务中心）"]),
    "案由": TEXTS,
    "联系人": TEXTS,
}
LINES = st.lists(st.fixed_dictionaries(SPELLINGS), min_size=1, max_size=6)
BAD = st.sampled_from([{}, {}, {"结案日期": "2026-02-30"}, {"案号": "（2026）鲁0117民初1号"}, {"立案日期": ""}])


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, st.lists(BAD, min_size=6, max_size=6))
def test_the_repaired_file_gives_the_same_rows_and_has_nothing_to_repair(
    court: Catalog, spellings: list[dict[str, str]], bad: list[dict[str, str]]
) -> None:
    lines = [
        {"案号": f"({2026}）鲁0117民初{number}号", **spelt, **wrong}
        for number, (spelt, wrong) in enumerate(zip(spellings, bad, strict=False), 1)
    ]
    raw = extract([{header: cell.replace("\0", "") for header, cell in line.items()} for line in lines])
    policy: Policy = "set_aside" if any(bad[: len(lines)]) else "refuse"
    first = examine(raw, "a.csv", TRIALS, court, AS_OF, policy=policy)
    if first.refused:
        return
    content = repaired(court, raw, policy)
    second = examine(content, "a.csv", TRIALS, court, AS_OF, policy=policy)
    assert not second.refused
    assert (second.rows, second.aside) == (first.rows, first.aside)
    if not first.aside:
        assert second.total("repair") == 0
    assert kept(court, content, policy) == kept(court, raw, policy)


@settings(deadline=None)
@given(st.text(max_size=20) | st.text(alphabet="'=+-@\t\r\n＝＠0123456789./:eE ", max_size=20))
@example("'")
@example("''''=")
def test_a_marked_text_is_read_back_as_it_was_and_no_spreadsheet_runs_or_changes_it(text: str) -> None:
    cell = escape_cell(text)
    assert unescape_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("370117199001011234", "'370117199001011234"),
        ("12345678901", "12345678901"),
        ("123456789012", "'123456789012"),
        ("007", "'007"),
        ("1.10", "'1.10"),
        ("1e5", "'1e5"),
        ("1-2", "'1-2"),
        ("3/4", "'3/4"),
        ("2026-01-05", "2026-01-05"),
        ("2026-01-05 09:30:00", "2026-01-05 09:30:00"),
        ("0", "0"),
        ("3次", "3次"),
        ("（2026）鲁0117民初1号", "（2026）鲁0117民初1号"),
    ],
)
def test_numbers_a_spreadsheet_would_change_are_marked_and_others_stand_as_they_are(text: str, cell: str) -> None:
    assert escape_cell(text) == cell
