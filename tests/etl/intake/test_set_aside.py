"""Rows kept aside: the rest gets in, they are counted until they come back, and nothing of them is lost or shown too much."""

import csv
import io
import json
import shutil
from datetime import date
from typing import Any

import pyarrow.parquet as pq
import pytest

from etl.intake.accept import Refused, accept
from etl.intake.batches import Batch, list_batches
from etl.intake.examine import examine
from etl.intake.set_aside import aside_csv, aside_rows, outstanding_batches, outstanding_counts
from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir
from tests.support.actors import LEADER, OFFICER, TESTER
from tests.support.contracts import HEADERS, TRIALS, contract, extract, rows
from tests.support.extracts import written

AS_OF = date(2026, 10, 31)
SIFTED = contract(on_error="set_aside")


def spoilt() -> list[dict[str, str]]:
    """Six rows on lines 2 to 7: 3 with a wrong date, 4 and 5 differ under one key, 6 closed before it was filed."""
    lines = rows(6)
    lines[1]["结案日期"] = "2026-02-30"
    lines[2] |= {"案号": lines[3]["案号"], "庭审次数": "3"}
    lines[4]["结案日期"] = "2026-01-04"
    return lines


def taken(
    catalog: Catalog,
    data: DataDir,
    lines: list[dict[str, str]],
    table: Table = SIFTED,
    as_of: date = AS_OF,
    headers: Any = HEADERS,
    **more: Any,
) -> Batch:
    return accept(extract(lines, headers), "案件.csv", table, catalog, as_of, TESTER, data, **more)


def lines_of(batch: Batch) -> list[int]:
    return [row["_line"] for row in pq.read_table(batch.path).to_pylist()]


# --- what gets in -----------------------------------------------------------------------------------------------


def test_good_rows_get_in_and_rows_with_a_wrong_cell_or_rule_stay_outside_with_their_reasons(
    catalog: Catalog, data: DataDir
) -> None:
    batch = taken(catalog, data, spoilt())
    assert (batch.rows, batch.aside, batch.policy) == (2, 4, "set_aside")
    assert lines_of(batch) == [2, 7]
    kept = aside_rows(data, batch)
    assert [(row.line, len(row.reasons)) for row in kept] == [(3, 1), (4, 1), (5, 1), (6, 1)]
    assert kept[0].reasons == ("「结案日期」“2026-02-30”：没有这一天或这一时刻",)
    assert "与第5行重复" in kept[1].reasons[0]
    assert "早于立案日期" in kept[3].reasons[0]
    assert kept[0].cells["结案日期"] == "2026-02-30"
    assert list_batches(data) == (batch,)


def test_the_counts_of_the_examination_are_those_of_the_batch(catalog: Catalog) -> None:
    found = examine(extract(spoilt()), "a.csv", SIFTED, catalog, AS_OF)
    assert (found.refused, found.rows, found.aside, found.total("aside"), found.total("refuse")) == (
        False, 2, 4, 4, 0,
    )  # fmt: skip
    assert [row["行号"] for row in found.preview] == ["2", "7"]


def test_the_contracts_policy_can_be_overruled_for_one_file(catalog: Catalog, data: DataDir) -> None:
    assert examine(extract(spoilt()), "a.csv", SIFTED, catalog, AS_OF, policy="refuse").refused
    assert not examine(extract(spoilt()), "a.csv", TRIALS, catalog, AS_OF, policy="set_aside").refused
    with pytest.raises(Refused):
        taken(catalog, data, spoilt(), policy="refuse")
    assert written(data) == []


def test_no_row_of_a_doubled_key_gets_in_even_if_another_cell_of_one_is_wrong(catalog: Catalog, data: DataDir) -> None:
    """With one of them gone for its date, the other would look unique; which is right nobody knows."""
    lines = rows(3)
    lines[1]["案号"] = lines[0]["案号"]
    lines[1]["结案日期"] = "2026-02-30"
    batch = taken(catalog, data, lines)
    assert lines_of(batch) == [4]
    assert [len(row.reasons) for row in aside_rows(data, batch)] == [1, 2]


def test_a_broken_structure_refuses_the_whole_file_under_any_policy(catalog: Catalog) -> None:
    raw = extract(rows(3)) + "只有一格\r\n".encode()
    assert examine(raw, "a.csv", SIFTED, catalog, AS_OF).refused
    headers = [header for header in HEADERS if header != "立案日期"]
    assert examine(extract(rows(2), headers), "a.csv", SIFTED, catalog, AS_OF).refused


def test_a_file_without_a_good_row_is_refused_with_all_its_reasons(catalog: Catalog, data: DataDir) -> None:
    with pytest.raises(Refused) as refused:
        taken(catalog, data, rows(3, 立案日期="2026-02-30"))
    found = refused.value.examination
    assert [(one.code, one.severity, one.count) for one in found.counts] == [
        ("rows_all_aside", "refuse", 1),
        ("date_impossible", "aside", 3),
    ]
    assert (found.rows, found.aside) == (3, 0)
    assert written(data) == []


def test_rules_between_rows_are_reported_of_the_rows_that_stay(catalog: Catalog) -> None:
    table = contract(on_error="set_aside", checks=[{"unique": ["cause"], "on_problem": "report"}])
    lines = rows(3)
    lines[2]["案由"] = "股权转让纠纷"
    lines[1]["立案日期"] = "x"
    found = examine(extract(lines), "a.csv", table, catalog, AS_OF)
    assert [one.code for one in found.problems] == ["date_unreadable"]


# --- what lies aside ----------------------------------------------------------------------------------------------


def test_private_cells_are_masked_on_screen_and_personal_columns_never_get_there(
    catalog: Catalog, data: DataDir
) -> None:
    lines = [{**row, "当事人": "某甲", "备注": "阅后即焚", "联系人": "秘密乙"} for row in spoilt()]
    batch = taken(catalog, data, lines, headers=[*HEADERS, "当事人", "备注"])
    assert {row.cells["联系人"] for row in aside_rows(data, batch)} == {MASK}
    text = aside_csv(data, OFFICER, batch).decode("utf-8-sig")
    assert "秘密乙" in text  # without it the corrected row would lose it
    stored = pq.read_table(data.aside / "trials" / f"{batch.name}.parquet")
    for word in ("某甲", "阅后即焚"):
        assert word not in text
        assert word not in repr(stored.to_pylist())
    assert "秘密" not in data.audit.read_text("utf-8")


def test_only_who_may_upload_takes_the_rows_home_and_it_is_recorded(catalog: Catalog, data: DataDir) -> None:
    batch = taken(catalog, data, spoilt())
    with pytest.raises(Forbidden):
        aside_csv(data, LEADER, batch)
    aside_csv(data, OFFICER, batch)
    last = audit.entries(data)[-2:]
    assert [(one.action, one.result, one.subject) for one in last] == [
        ("导出", "拒绝", f"trials/{batch.name}"),
        ("导出", "成功", f"trials/{batch.name}"),
    ]


def test_what_comes_out_to_be_corrected_is_safe_in_a_spreadsheet_and_comes_back_as_it_was(
    catalog: Catalog, data: DataDir
) -> None:
    lines = rows(2, 结案日期="2026-02-30", 案由="=HYPERLINK(1)", 联系人="370117199001011234", 标的额="1200.50")
    batch = taken(catalog, data, [*lines, rows(3)[2]])
    raw = aside_csv(data, OFFICER, batch)
    cells = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert (cells[0]["案由"], cells[0]["联系人"], cells[0]["标的额"]) == (
        "'=HYPERLINK(1)", "'370117199001011234", "1200.50",
    )  # fmt: skip
    back = accept(raw.replace(b"2026-02-30", b"2026-02-28"), "b.csv", SIFTED, catalog, AS_OF, TESTER, data)
    found = pq.read_table(back.path).to_pylist()
    assert {(row["cause"], row["contact"]) for row in found} == {("=HYPERLINK(1)", "370117199001011234")}
    assert {(problem.code, problem.severity) for problem in back.problems} == {("apostrophe_removed", "report")}


def test_a_batch_whose_rows_aside_are_gone_is_named_and_nothing_is_guessed(catalog: Catalog, data: DataDir) -> None:
    batch = taken(catalog, data, spoilt())
    (data.aside / "trials" / f"{batch.name}.parquet").unlink()
    for ask in (lambda: aside_rows(data, batch), lambda: outstanding_counts(data, [batch])):
        with pytest.raises(StorageError) as refused:
            ask()
        assert batch.name in str(refused.value)


def test_rows_of_a_batch_that_never_came_are_swept_and_read_by_nobody(
    catalog: Catalog, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("etl.intake.batches.write_batch", dies)
        with pytest.raises(KeyboardInterrupt):
            taken(catalog, data, spoilt())
    left = [path for path in written(data) if path.is_relative_to(data.aside)]
    assert len(left) == 1
    assert list_batches(data) == ()
    batch = taken(catalog, data, rows(9)[6:])
    assert not left[0].exists()
    assert outstanding_counts(data, [batch]) == {}
    assert taken(catalog, data, spoilt()).aside == 4


def test_a_batch_that_could_not_be_written_leaves_no_rows_aside(
    catalog: Catalog, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("写入批次", "磁盘已满", "空间", "")

    monkeypatch.setattr("etl.intake.batches.write_batch", full)
    with pytest.raises(StorageError):
        taken(catalog, data, spoilt())
    assert written(data) == []


def test_a_batch_of_the_time_before_rows_could_be_set_aside_still_reads(catalog: Catalog, data: DataDir) -> None:
    batch = taken(catalog, data, rows(2), TRIALS)
    table = pq.read_table(batch.path)
    known = json.loads(table.schema.metadata[b"batch"])
    for later in ("note", "mapping", "policy", "aside"):
        del known[later]
    old = table.replace_schema_metadata({b"batch": json.dumps(known).encode()})
    pq.write_table(old, batch.path)
    shutil.rmtree(data.checksums)
    assert list_batches(data) == (batch,)
    assert taken(catalog, data, rows(2), TRIALS).already


# --- until they come back -----------------------------------------------------------------------------------------


def corrected(data: DataDir, batch: Batch, *lines: int) -> bytes:
    """These lines as they come back, with their dates put right."""
    text = aside_csv(data, OFFICER, batch).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text)))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([found[0], *(row for row in found[1:] if int(row[1]) in lines)])
    return out.getvalue().replace("2026-02-30", "2026-02-28").replace("2026-01-04", "2026-01-14").encode("utf-8-sig")


def test_a_corrected_row_clears_the_line_it_names_and_the_key_clears_its_double(
    catalog: Catalog, data: DataDir
) -> None:
    batch = taken(catalog, data, spoilt())
    assert outstanding_counts(data, list_batches(data)) == {"trials": 4}
    accept(corrected(data, batch, 3), "b.csv", SIFTED, catalog, AS_OF, TESTER, data)
    assert outstanding_counts(data, list_batches(data)) == {"trials": 3}
    accept(corrected(data, batch, 4), "c.csv", SIFTED, catalog, AS_OF, TESTER, data)
    assert outstanding_counts(data, list_batches(data)) == {"trials": 1}  # line 5 has the key of line 4
    last = accept(corrected(data, batch, 6), "d.csv", SIFTED, catalog, AS_OF, TESTER, data)
    assert outstanding_counts(data, list_batches(data)) == {}
    assert outstanding_counts(data, [one for one in list_batches(data) if one != last]) == {"trials": 1}


def test_what_still_waits_is_shown_and_taken_out_without_what_came_back(catalog: Catalog, data: DataDir) -> None:
    batch = taken(catalog, data, spoilt())
    accept(corrected(data, batch, 3), "b.csv", SIFTED, catalog, AS_OF, TESTER, data)
    (left,) = outstanding_batches(data, list_batches(data))
    assert (left.batch, left.lines) == (batch, {4, 5, 6})
    assert [row.line for row in aside_rows(data, batch, left.lines, first=2)] == [4, 5]
    text = aside_csv(data, OFFICER, batch, left.lines).decode("utf-8-sig")
    assert [row["搁置行号"] for row in csv.DictReader(io.StringIO(text))] == ["4", "5", "6"]


def test_the_marks_of_a_corrected_row_clear_even_where_the_key_could_not_be_read(
    catalog: Catalog, data: DataDir
) -> None:
    lines = rows(2)
    lines[0]["案号"] = "不是案号"
    batch = taken(catalog, data, lines)
    raw = corrected(data, batch, 2).replace("不是案号".encode(), "（2026）鲁0117民初77号".encode())
    back = accept(raw, "b.csv", TRIALS, catalog, date(2026, 9, 30), TESTER, data)
    assert outstanding_counts(data, [batch]) == {"trials": 1}
    assert outstanding_counts(data, [batch, back]) == {}


def test_a_row_that_comes_back_still_wrong_is_counted_once(catalog: Catalog, data: DataDir) -> None:
    batch = taken(catalog, data, spoilt())
    raw = corrected(data, batch, 3, 6).replace(b"2026-02-28", b"2026-02-31")
    again = accept(raw, "b.csv", SIFTED, catalog, AS_OF, TESTER, data)
    assert (again.rows, again.aside) == (1, 1)
    assert outstanding_counts(data, list_batches(data)) == {"trials": 3}


def test_a_later_extract_with_the_same_key_clears_and_an_earlier_one_does_not(catalog: Catalog, data: DataDir) -> None:
    earlier = taken(catalog, data, rows(6), as_of=date(2026, 9, 30))
    batch = taken(catalog, data, spoilt())
    sooner = taken(catalog, data, rows(8), as_of=date(2026, 9, 30))
    assert outstanding_counts(data, [earlier, sooner, batch]) == {"trials": 4}
    later = taken(catalog, data, rows(4))
    assert outstanding_counts(data, [earlier, sooner, batch, later]) == {"trials": 1}  # line 6 is number 5


def test_where_each_extract_replaces_the_table_the_next_one_clears_all(catalog: Catalog, data: DataDir) -> None:
    table = contract(on_error="set_aside", key=[], replaces="all")
    lines = spoilt()
    batch = taken(catalog, data, lines, table)
    assert batch.aside == 2
    assert outstanding_counts(data, [batch]) == {"trials": 2}
    assert outstanding_counts(data, [batch, taken(catalog, data, rows(1), table)]) == {}


def test_other_tables_and_batches_without_rows_aside_count_nothing(catalog: Catalog, data: DataDir) -> None:
    clean = taken(catalog, data, rows(3), TRIALS)
    other = contract(id="others")
    assert outstanding_counts(data, [clean, taken(catalog, data, rows(4), other)]) == {}


def test_a_key_of_several_columns_clears_with_its_blanks_but_not_where_it_could_not_be_read(
    catalog: Catalog, data: DataDir
) -> None:
    table = contract(
        columns={"case_no": {"required": False}, "filed_on": {"required": False}},
        key=["case_no", "filed_on"], on_error="set_aside",
    )  # fmt: skip
    lines = rows(3)
    lines[0] |= {"立案日期": "", "庭审次数": "x"}
    lines[1] |= {"立案日期": "x"}
    batch = taken(catalog, data, lines, table)
    assert batch.aside == 2
    good = rows(3)
    good[0]["立案日期"] = good[1]["立案日期"] = ""
    later = taken(catalog, data, good, table)
    assert outstanding_counts(data, [batch, later]) == {"trials": 1}


def test_marks_are_kept_only_where_both_stand_in_the_header(catalog: Catalog) -> None:
    found = examine(extract(rows(1), [*HEADERS, "搁置批次"]), "a.csv", TRIALS, catalog, AS_OF)
    assert [(one.code, one.column) for one in found.problems] == [("header_unknown", "搁置批次")]
    assert not examine(
        extract(rows(1), [*HEADERS, "搁置批次", "搁置行号", "搁置原因"]), "a.csv", TRIALS, catalog, AS_OF
    ).problems


def test_every_line_is_in_the_batch_or_aside_or_the_same_as_another_or_no_data(catalog: Catalog) -> None:
    lines = spoilt()
    raw = extract([*lines, lines[5], lines[0], lines[5]]) + f"合计,6{',' * 9}\r\n".encode()
    found = examine(raw, "a.csv", SIFTED, catalog, AS_OF)
    same = [problem.line for problem in found.problems if problem.code == "row_doubled"]
    assert same == [8, 9, 10]
    assert (found.rows, found.aside, found.skipped_lines) == (2, 4, (11,))
    assert 1 + found.rows + found.aside + len(same) + len(found.skipped_lines) == len(raw.decode().splitlines())
