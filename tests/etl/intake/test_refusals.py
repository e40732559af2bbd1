"""What the door refuses, repairs or reports: every kind of bad extract with its line, column, value and remedy."""

import io
import os
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from etl.intake.accept import Refused, accept
from etl.intake.batches import list_batches
from etl.intake.examine import Examination, examine
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from tests.support.actors import TESTER
from tests.support.contracts import GOOD, HEADERS, TRIALS, contract
from tests.support.extracts import written

AS_OF = date(2026, 10, 31)
HEADER = ",".join(HEADERS)


def line(number: int = 1, **cells: str) -> str:
    """A good line with a case number of its own, some cells changed, by header."""
    return ",".join({**GOOD, "案号": f"（2026）鲁0117民初{number}号", **cells}.values())


def text(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def looked_at(catalog: Catalog, raw: bytes, table: object = TRIALS) -> Examination:
    return examine(raw, "案件.csv", table, catalog, AS_OF)  # pyright: ignore[reportArgumentType]


def said(found: Examination, severity: str = "refuse") -> list[tuple[str, int | None, str, str]]:
    return [(p.code, p.line, p.column, p.value) for p in found.problems if p.severity == severity]


def xlsx() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    return held.getvalue()


FILES = {
    "an empty file": (b"", "file_empty", None, ""),
    "headers only": (text(HEADER), "rows_none", None, ""),
    "no header": (text(line(1), line(2)), "header_missing", None, ""),
    "a header destroyed to question marks": (text(",".join("??" for _ in HEADERS), line()), "header_destroyed", 1, ""),
    "UTF-16": (text(HEADER, line()).decode().encode("utf-16"), "encoding_utf16", None, ""),
    "a broken xlsx named .csv": (xlsx(), "workbook_unreadable", None, ""),
    "a broken xls named .csv": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook_unreadable", None, ""),
    "a header twice": (text(HEADER + ",案号", line() + ",x"), "header_doubled", 1, "案号"),
    "a column under two of its headers": (text(HEADER + ",ah", line() + ",x"), "header_doubled", 1, "案号"),
    "a required column missing": (text(HEADER.replace("立案日期", "立案"), line()), "header_required", 1, "立案日期"),
    "quotes never closed": (text(HEADER, line(1, 案由='"买卖合同纠纷'), line(2)), "quotes_open", 2, ""),
    "too few cells": (text(HEADER, line(1), "（2026）鲁0117民初2号,2026-01-05"), "cells_few", 3, ""),
    "too many cells": (text(HEADER, line(1) + ",多,余"), "cells_many", 2, ""),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "code", "where", "column"), FILES.values(), ids=FILES)
def test_a_file_that_is_not_whole_is_refused_with_its_reason(
    catalog: Catalog, raw: bytes, code: str, where: int | None, column: str
) -> None:
    found = looked_at(catalog, raw)
    assert found.refused
    first = next(problem for problem in found.problems if problem.severity == "refuse")
    assert first.code == code
    assert where is None or first.line == where
    assert first.column == column or not column
    assert first.reason
    assert first.suggestion


def test_big5_is_named_and_not_read_as_gb18030(catalog: Catalog) -> None:
    """案號 and 結案日期 in Big5: the bytes are valid GB18030 too, and mean other characters there."""
    raw = "案號,立案日期,結案日期\r\n1,2026-01-05,2026-02-01\r\n".encode("big5")
    found = looked_at(catalog, raw)
    assert said(found)[0][0] == "encoding_big5"


CELLS = {
    "a day that does not exist": ({"结案日期": "2026-02-30"}, "date_impossible", "结案日期", "2026-02-30"),
    "the zero date of 1899": ({"结案日期": "1899-12-30"}, "date_placeholder", "结案日期", "1899-12-30"),
    "the zero date of 1900": ({"结案日期": "1900-01-01"}, "date_placeholder", "结案日期", "1900-01-01"),
    "a date as Excel's number": ({"结案日期": "46083"}, "date_serial", "结案日期", "46083"),
    "a date after the data cut": ({"结案日期": "2026-11-05"}, "date_future", "结案日期", "2026-11-05"),
    "words for a date": ({"结案日期": "三月"}, "date_unreadable", "结案日期", "三月"),
    "closing before filing": ({"结案日期": "2026-01-04"}, "order_wrong", "结案日期", "2026-01-04"),
    "a code nobody registered": ({"结案方式": "判绝"}, "code_unknown", "结案方式", "判绝"),
    "a department nobody registered": ({"承办部门": "民事审判厅"}, "department_unknown", "承办部门", "民事审判厅"),
    "another court's case": ({"案号": "（2026）鲁0116民初9号"}, "court_foreign", "案号", "（2026）鲁0116民初9号"),
    "no case number": ({"案号": "民事判决书"}, "case_no_unreadable", "案号", "民事判决书"),
    "a required cell left blank": ({"立案日期": ""}, "blank_required", "立案日期", ""),
    "a share where money is asked for": ({"标的额": "12%"}, "number_unit", "标的额", "12%"),
    "a negative amount": ({"标的额": "-5"}, "number_minimum", "标的额", "-5"),
    "neither yes nor no": ({"是否涉企": "也许"}, "boolean_unknown", "是否涉企", "也许"),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "code", "column", "value"), CELLS.values(), ids=CELLS)
def test_a_bad_cell_is_refused_with_its_line_column_value_reason_and_remedy(
    catalog: Catalog, cells: dict[str, str], code: str, column: str, value: str
) -> None:
    found = looked_at(catalog, text(HEADER, line(1), line(2), line(3, **cells), line(4)))
    assert said(found) == [(code, 4, column, value)]
    (problem,) = [p for p in found.problems if p.severity == "refuse"]
    assert problem.reason
    assert problem.suggestion


def test_an_unknown_code_and_department_come_with_the_nearest_registered_word(catalog: Catalog) -> None:
    found = looked_at(catalog, text(HEADER, line(1, 结案方式="判绝", 承办部门="民事审判厅")))
    suggestions = {p.column: p.suggestion for p in found.problems if p.severity == "refuse"}
    assert "判决" in suggestions["结案方式"]
    assert "民事审判庭" in suggestions["承办部门"]


def test_the_same_key_twice_is_refused_and_both_lines_are_named(catalog: Catalog) -> None:
    found = looked_at(catalog, text(HEADER, line(7), line(8), line(7, 结案方式="调解")))
    assert [(code, where) for code, where, _, _ in said(found)] == [("key_doubled", 2), ("key_doubled", 4)]


def test_the_same_row_twice_is_one_row_and_the_second_line_is_named(catalog: Catalog) -> None:
    found = looked_at(catalog, text(HEADER, line(7), line(8), line(7)))
    assert (found.refused, found.rows) == (False, 2)
    assert ("row_doubled", 4) in [problem[:2] for problem in said(found, "report")]


def test_all_problems_are_listed_at_once_and_in_the_order_of_the_file(catalog: Catalog) -> None:
    bad = [line(n, 结案日期="2026-02-30", 结案方式="判绝") for n in range(1, 31)]
    found = looked_at(catalog, text(HEADER, *bad))
    assert found.total("refuse") == 60
    assert [where for _, where, _, _ in said(found)] == sorted(where for _, where, _, _ in said(found))


def test_full_width_digits_and_spaces_are_repaired_and_reported(catalog: Catalog) -> None:
    found = looked_at(catalog, text(HEADER, line(1, 立案日期="２０２６－０１－０５", 标的额="　１２００．５０")))
    assert not found.refused
    assert {(where, column) for _, where, column, _ in said(found, "repair")} == {(2, "立案日期"), (2, "标的额")}
    assert found.preview[0]["立案日期"] == "2026-01-05"


def test_half_width_brackets_are_repaired_and_a_legacy_court_is_reported(catalog: Catalog) -> None:
    raw = text(HEADER, line(1, 案号="(2026)鲁0117民初5号"), line(2, 案号="（2018）鲁1203民初6号"))
    found = looked_at(catalog, raw)
    assert not found.refused
    assert ("case_no_brackets", 2) in [problem[:2] for problem in said(found, "repair")]
    assert ("court_legacy", 3) in [problem[:2] for problem in said(found, "report")]
    assert found.preview[0]["案号"] == "（2026）鲁0117民初5号"


def test_total_and_note_rows_are_recognised_and_not_counted(catalog: Catalog) -> None:
    raw = text("审判案件表（2026年10月）", HEADER, line(1), line(2), "合计,,,,2401.00,4,,,,,", "注：系统原因略有误差")
    found = looked_at(catalog, raw)
    assert not found.refused
    assert found.rows == 2
    assert found.skipped_lines == (5, 6)


def test_one_closing_date_shared_by_many_rows_without_an_outcome_is_reported_as_a_data_cut(catalog: Catalog) -> None:
    table = contract(checks=[{"cut_date": {"date": "closed_on", "missing": "outcome", "share": 0.2}}])
    cut = [line(n, 结案日期="2026-10-31", 结案方式="") for n in range(1, 26)]
    found = looked_at(catalog, text(HEADER, *cut, *(line(n) for n in range(26, 60))), table)
    assert not found.refused
    assert [code for code, *_ in said(found, "report")] == ["cut_date"]
    assert "25" in str(found.problems[0])


def test_a_file_over_the_configured_size_is_refused_before_it_is_read(catalog: Catalog) -> None:
    small = replace(catalog, court=catalog.court.model_copy(update={"max_upload_mb": 1}))
    found = looked_at(small, text(HEADER, *(line(n) for n in range(1, 12_000))))
    assert [code for code, *_ in said(found)] == ["file_too_large"]


def test_private_and_dropped_values_never_show(catalog: Catalog, data: DataDir) -> None:
    raw = text(HEADER + ",当事人,身份证号", line(1, 结案日期="2026-02-30") + ",赵某某,370117199001011234")
    found = looked_at(catalog, raw)
    everything = repr(found) + "".join(map(str, found.problems))
    assert "370117199001011234" not in everything
    assert "赵某某" not in everything
    assert "张三丰" not in everything
    good = accept(text(HEADER + ",当事人", line(1) + ",赵某某"), "a.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert "赵某某".encode() not in good.path.read_bytes()


def test_both_encodings_give_the_same_batch_content_and_the_same_bytes_twice_are_one_batch(
    catalog: Catalog, data: DataDir
) -> None:
    words = text(HEADER, line(1), line(2)).decode()
    first = accept(words.encode("utf-8-sig"), "a.csv", TRIALS, catalog, AS_OF, TESTER, data)
    again = accept(words.encode("utf-8-sig"), "b.csv", TRIALS, catalog, AS_OF, TESTER, data)
    other = accept(words.encode("gb18030"), "c.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert again.name == first.name
    assert again.already
    assert (first.encoding, other.encoding) == ("UTF-8", "GB18030")
    assert [batch.rows for batch in list_batches(data)] == [2, 2]


def test_a_refused_file_leaves_nothing_behind(catalog: Catalog, data: DataDir) -> None:
    with pytest.raises(Refused, match="1 处须改正"):
        accept(text(HEADER, line(1, 结案日期="2026-02-30")), "a.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert written(data) == []


def test_a_full_disk_is_said_in_chinese_and_leaves_no_half_batch(
    catalog: Catalog, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("scorecard.storage.atomic_files.os.replace", full)
    with pytest.raises(StorageError, match="磁盘已满"):
        accept(text(HEADER, line(1)), "a.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert list_batches(data) == ()
    assert list(data.root.rglob(f"{TEMPORARY_PREFIX}*")) == []


def test_a_file_name_with_path_parts_stays_a_name(catalog: Catalog, data: DataDir, tmp_path: Path) -> None:
    batch = accept(text(HEADER, line(1)), "../../etc/案件.csv", TRIALS, catalog, AS_OF, TESTER, data)
    assert batch.file_name == "案件.csv"
    assert batch.path.resolve().is_relative_to(data.root.resolve())
