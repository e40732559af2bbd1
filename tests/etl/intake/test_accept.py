"""What passes the door: typed, immutable, named by content, in order, once."""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from etl.intake import examine as looking
from etl.intake.accept import Refused, accept, read_seed_table, template
from etl.intake.batch_notes import withdraw
from etl.intake.batches import contract_digest, list_batches
from etl.intake.examine import examine
from etl.reading.cell_results import unknown
from scorecard.access import console
from scorecard.calendar.clock import today
from scorecard.catalog.columns import MASK
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from tests.support.actors import OFFICER
from tests.support.contracts import GOOD, HEADERS, TRIALS, contract, extract, rows
from tests.support.extracts import written

AS_OF = date(2026, 10, 31)


def accepted(catalog: Catalog, data: DataDir, raw: bytes, table: Table = TRIALS, as_of: date = AS_OF, **more: Any):
    return accept(raw, "案件.csv", table, catalog, as_of, console("张三"), data, **more)


def stored(path: Path) -> list[dict[str, Any]]:
    return pq.read_table(path).to_pylist()


# --- what is stored -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_gives_the_same_typed_rows(catalog: Catalog, data: DataDir, encoding: str) -> None:
    batch = accepted(catalog, data, extract(rows(2), encoding=encoding))
    assert batch.encoding == ("GB18030" if encoding == "gb18030" else "UTF-8")
    assert stored(batch.path) == [
        {
            "_line": line,
            "case_no": f"（2026）鲁0117民初{line - 1}号",
            "filed_on": date(2026, 1, 5),
            "closed_on": date(2026, 3, 2),
            "applied_at": datetime(2026, 1, 5, 9, 30),
            "claimed_yuan": Decimal("1200.5000"),
            "hearings": 2,
            "firm_related": True,
            "outcome": "判决",
            "department": "civil",
            "cause": "买卖合同纠纷",
            "contact": "张三丰",
        }
        for line in (2, 3)
    ]


def test_columns_have_the_types_of_the_contract_in_its_order(catalog: Catalog, data: DataDir) -> None:
    batch = accepted(catalog, data, extract(rows(1), HEADERS[::-1]))
    with duckdb.connect() as con:
        described = con.execute(f"DESCRIBE SELECT * FROM '{batch.path}'").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("_line", "BIGINT"), ("case_no", "VARCHAR"), ("filed_on", "DATE"), ("closed_on", "DATE"),
        ("applied_at", "TIMESTAMP"), ("claimed_yuan", "DECIMAL(18,4)"), ("hearings", "BIGINT"),
        ("firm_related", "BOOLEAN"), ("outcome", "VARCHAR"), ("department", "VARCHAR"), ("cause", "VARCHAR"),
        ("contact", "VARCHAR"),
    ]  # fmt: skip


def test_a_column_the_file_lacks_is_unknown_throughout_and_reported(catalog: Catalog, data: DataDir) -> None:
    headers = [header for header in HEADERS if header not in ("结案方式", "联系人")]
    batch = accepted(catalog, data, extract(rows(2), headers))
    assert [(p.code, p.severity, p.line, p.column) for p in batch.problems] == [
        ("header_absent", "report", 1, "结案方式"),
        ("header_absent", "report", 1, "联系人"),
    ]
    assert [row["outcome"] for row in stored(batch.path)] == [None, None]


def test_aliases_pinyin_units_and_required_marks_in_headers_are_understood(catalog: Catalog, data: DataDir) -> None:
    renamed = {
        "案号": "AH",
        "立案日期": "*立案日期",
        "结案日期": "jarq",
        "标的额": "标的额（元）",
        "承办部门": "cbbm：",
        "案由": "案 由",
    }
    lines = [{renamed.get(header, header): cell for header, cell in row.items()} for row in rows(2)]
    batch = accepted(catalog, data, extract(lines, [renamed.get(header, header) for header in HEADERS]))
    assert not batch.problems
    assert stored(batch.path)[0]["claimed_yuan"] == Decimal("1200.5")


def test_personal_columns_are_thrown_away_unknown_ones_ignored_and_both_reported(
    catalog: Catalog, data: DataDir
) -> None:
    lines = [{**row, "当事人": "某甲某乙", "备注": "阅后即焚"} for row in rows(2)]
    batch = accepted(catalog, data, extract(lines, [*HEADERS, "当事人", "备注"]))
    assert [(p.code, p.column) for p in batch.problems] == [("header_dropped", "当事人"), ("header_unknown", "备注")]
    content = batch.path.read_bytes()
    assert set(pq.read_schema(batch.path).names) == {"_line", *TRIALS.columns}
    for kept_out in ("某甲", "阅后即焚"):
        assert kept_out.encode() not in content
        assert kept_out not in repr(batch.problems)


def test_titles_above_and_totals_and_notes_below_are_set_aside_and_reported(catalog: Catalog, data: DataDir) -> None:
    body = extract(rows(3)).decode()
    raw = f"2026年10月审判案件明细表{',' * 10}\r\n填报单位：审管办\r\n{body}合计,3{',' * 9}\r\n注：不含再审案件\r\n".encode()
    batch = accepted(catalog, data, raw)
    assert [(p.code, p.line) for p in batch.problems] == [
        ("title_line", 1), ("title_line", 2), ("summary_line", 7), ("note_line", 8),
    ]  # fmt: skip
    assert [row["_line"] for row in stored(batch.path)] == [4, 5, 6]
    assert examine(raw, "x.csv", TRIALS, catalog, AS_OF).skipped_lines == (7, 8)


def test_rows_stay_in_the_order_of_the_file_even_where_cells_had_to_be_judged(catalog: Catalog, data: DataDir) -> None:
    lines = rows(5000)
    for line in lines[::3]:
        line["立案日期"], line["结案方式"], line["标的额"] = "2026.1.5", "准予撤诉", "1,200.50"
    batch = accepted(catalog, data, extract(lines))
    found = stored(batch.path)
    assert [row["_line"] for row in found] == list(range(2, 5002))
    assert {row["filed_on"] for row in found} == {date(2026, 1, 5)}
    assert [row["outcome"] for row in found[:4]] == ["撤诉", "判决", "判决", "撤诉"]
    assert batch.repaired == len(lines[::3])


def test_one_big_file_with_many_spellings_is_read_as_its_parts_would_be(catalog: Catalog, data: DataDir) -> None:
    day = date(2020, 1, 1)
    lines = rows(3000)
    for number, line in enumerate(lines):
        filed = day + timedelta(days=number % 2000)
        line["立案日期"] = (f"{filed}", f"{filed.year}年{filed.month}月{filed.day}日", f"{filed:%Y%m%d}")[number % 3]
        line["结案日期"] = ""
        line["案由"] = f"案由“{number}”,\n第二行" if number % 7 == 0 else f"案由{number}"
    batch = accepted(catalog, data, extract(lines, encoding="gb18030"))
    found = stored(batch.path)
    assert [row["filed_on"] for row in found] == [day + timedelta(days=n % 2000) for n in range(3000)]
    assert [row["cause"] for row in found] == [line["案由"] for line in lines]
    assert [row["_line"] for row in found] == [2 + n + (n + 6) // 7 for n in range(3000)]


TEXTS = (  # but words that say nothing (NULL, 无): tests of their own
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Zs", "Cf"]) | st.sampled_from("\",\n'# 、（）案"), max_size=12
    )
    .map(lambda text: text.strip(" \n"))
    .filter(lambda text: not text or unknown(text) is None)
)
ROWS = st.fixed_dictionaries(
    {
        "立案日期": st.dates(date(1990, 1, 1), AS_OF),
        "标的额": st.none() | st.decimals(0, 10**13, places=4),
        "庭审次数": st.none() | st.integers(0, 10**13),
        "是否涉企": st.sampled_from([None, True, False]),
        "结案方式": st.sampled_from([None, "判决", "调解", "撤诉"]),
        "案由": TEXTS,
    }
)


def _written(cell: object) -> str:
    if cell is None or isinstance(cell, bool):
        return {None: "", True: "是", False: "否"}[cell]
    return str(cell)


_NOTHING_SAID = {"立案日期": date(2000, 1, 1), "标的额": None, "庭审次数": None, "是否涉企": None, "结案方式": None}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@example([{**_NOTHING_SAID, "案由": cause} for cause in ("", "两行\n一格", "")], "utf-8")  # read apart, in its place
@given(st.lists(ROWS, min_size=1, max_size=12), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_any_rows_come_back_from_any_encoding_with_their_lines(
    catalog: Catalog, found: list[dict[str, Any]], encoding: str
) -> None:
    headers = ["案号", "立案日期", "标的额", "庭审次数", "是否涉企", "结案方式", "案由"]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headers)
    expected: list[tuple[object, ...]] = []
    for number, row in enumerate(found, 1):
        line = 1 + text.getvalue().count("\n")
        case_no = f"（2026）鲁0117民初{number}号"
        cells = [row[header] for header in headers[1:]]
        writer.writerow([case_no, *map(_written, cells)])
        expected.append((line, case_no, *(cell if cell != "" else None for cell in cells)))
    with tempfile.TemporaryDirectory() as folder:
        batch = accepted(catalog, DataDir(Path(folder)), text.getvalue().encode(encoding))
        names = ["_line", "case_no", "filed_on", "claimed_yuan", "hearings", "firm_related", "outcome", "cause"]
        assert [tuple(row[name] for name in names) for row in stored(batch.path)] == expected


# --- the preview ----------------------------------------------------------------------------------------------


def test_the_preview_shows_the_first_rows_as_they_were_understood_with_private_cells_masked(catalog: Catalog) -> None:
    examination = examine(
        extract(rows(30, 立案日期="2026/1/5", 是否涉企="Y", 承办部门="民庭")), "a.csv", TRIALS, catalog, AS_OF
    )
    assert len(examination.preview) == 20
    assert examination.preview[0] == {
        **GOOD, "行号": "2", "标的额": "1200.5", "申请时间": "2026-01-05 09:30", "联系人": MASK, "立案日期": "2026-01-05",
    }  # fmt: skip
    assert (examination.rows, examination.refused, examination.encoding) == (30, False, "UTF-8")


# --- batches --------------------------------------------------------------------------------------------------


def test_a_batch_says_what_it_is_and_reads_back_the_same(catalog: Catalog, data: DataDir) -> None:
    lines = rows(3)
    lines[0]["案号"] = "(2026)鲁0117民初1号"
    lines[1]["案号"] = "（2019）鲁1203民初2号"
    batch = accept(extract(lines), "../../etc/案件\n.csv", TRIALS, catalog, AS_OF, console("李四"), data)
    assert batch.path == data.batches / "trials" / f"{batch.name}.parquet"
    assert batch.name.startswith("2026-10-31-")
    assert len(batch.name) == len("2026-10-31-") + 12
    assert (batch.file_name, batch.actor, batch.rows, batch.sequence) == ("案件.csv", "李四", 3, 1)
    assert (batch.repaired, batch.sample, batch.already) == (1, False, False)
    assert [count.count for count in batch.counts if count.severity == "report"] == [1]
    assert batch.accepted_at.utcoffset() == timedelta(hours=8)
    assert list_batches(data) == (batch,)
    record = json.loads(json.dumps(batch.record()))
    assert record["counts"][0] == {"code": "case_no_brackets", "severity": "repair", "column": "案号", "count": 1}
    assert "path" not in record


def test_the_same_bytes_of_the_same_date_are_one_batch_whatever_the_name(catalog: Catalog, data: DataDir) -> None:
    raw = extract(rows(3))
    first = accepted(catalog, data, raw)
    content = first.path.read_bytes()
    again = accept(raw, "另一个名字.csv", TRIALS, catalog, first.as_of, console("王五"), data)
    assert again == first
    assert again.already
    assert not first.already
    assert len(list_batches(data)) == 1
    assert first.path.read_bytes() == content


def test_the_same_bytes_may_be_taken_with_another_date_and_the_officer_is_told_of_the_first(
    catalog: Catalog, data: DataDir
) -> None:
    raw = extract(rows(3))
    first = accepted(catalog, data, raw)
    second = accept(raw, "案件.csv", TRIALS, catalog, date(2026, 11, 15), console("李四"), data)
    assert (second.already, second.as_of) == (False, date(2026, 11, 15))
    (warning,) = second.warnings
    assert first.name in warning
    assert "撤回" in warning
    assert list_batches(data) == (first, second)
    withdraw(data, second.table, second.name, "日期选错了", OFFICER)
    third = accept(raw, "案件.csv", TRIALS, catalog, date(2026, 11, 16), console("李四"), data)
    assert [first.name in word for word in third.warnings] == [True], "a withdrawn batch is no longer in use"


def test_a_correction_is_a_batch_of_its_own_and_needs_something_to_correct(catalog: Catalog, data: DataDir) -> None:
    raw = extract(rows(3))
    with pytest.raises(ScorecardError, match="没有截至 2026-10-31 的数据可以更正"):
        accept(raw, "案件.csv", TRIALS, catalog, AS_OF, OFFICER, data, corrects=True)
    first = accepted(catalog, data, raw)
    again = accept(raw, "案件.csv", TRIALS, catalog, AS_OF, OFFICER, data, corrects=True)
    assert (first.corrects, again.corrects) == (False, True)
    assert [batch.corrects for batch in list_batches(data)] == [False, True], "it is read back as it was written"
    assert first.name != again.name
    with pytest.raises(ScorecardError, match="已接收并计入的一期：2026-10-31"):
        accept(raw, "案件.csv", TRIALS, catalog, date(2026, 9, 30), OFFICER, data, corrects=True)


def test_other_bytes_another_contract_or_another_kind_are_another_batch(catalog: Catalog, data: DataDir) -> None:
    raw = extract(rows(3))
    stricter = contract(columns={"hearings": {"minimum": 1}})
    names = {
        accepted(catalog, data, raw).name,
        accepted(catalog, data, extract(rows(4))).name,
        accepted(catalog, data, raw, stricter).name,
        accepted(catalog, data, raw, sample=True).name,
    }
    assert len(names) == len(list_batches(data)) == 4


def test_words_about_a_contract_do_not_make_another_one_of_it() -> None:
    described = contract(columns={"cause": {"description": "新的说明"}}, description="新的说明", due_day=5)
    assert contract_digest(described) == contract_digest(TRIALS)
    assert contract_digest(contract(columns={"cause": {"required": True}})) != contract_digest(TRIALS)
    assert contract_digest(contract(checks=[])) != contract_digest(TRIALS)


def test_batches_are_ordered_by_cut_then_by_acceptance(catalog: Catalog, data: DataDir) -> None:
    for count, as_of in ((1, AS_OF), (2, date(2026, 9, 30)), (3, AS_OF), (4, date(2026, 8, 31))):
        accepted(catalog, data, extract(rows(count, 立案日期="2026-01-05", 结案日期="")), as_of=as_of)
    assert [(batch.as_of.month, batch.rows, batch.sequence) for batch in list_batches(data)] == [
        (8, 4, 4), (9, 2, 2), (10, 1, 1), (10, 3, 3),
    ]  # fmt: skip


def test_a_cut_after_today_is_refused_for_it_would_outrank_every_later_batch(catalog: Catalog, data: DataDir) -> None:
    with pytest.raises(ScorecardError) as refused:
        accepted(catalog, data, extract(rows(1)), as_of=today() + timedelta(days=1))
    assert "在今天之后" in str(refused.value)
    assert not list_batches(data)


def test_many_accepting_the_same_bytes_at_once_make_one_batch(catalog: Catalog, data: DataDir) -> None:
    found: list[str] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        batch = accepted(catalog, data, extract(rows(50 if number % 2 else 60)))
        with lock:
            found.append(batch.name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert sorted(set(found)) == sorted(batch.name for batch in list_batches(data))
    assert sorted(batch.sequence for batch in list_batches(data)) == [1, 2]


def test_what_a_killed_process_left_is_swept_by_the_next_acceptance(catalog: Catalog, data: DataDir) -> None:
    folder = data.batches / "trials"
    folder.mkdir(parents=True)
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    leftover = folder / f"{TEMPORARY_PREFIX}{int(dead.stdout)}-abcdef01-x.parquet"
    leftover.write_bytes(b"PAR1 half a file")
    assert list_batches(data) == ()
    accepted(catalog, data, extract(rows(1)))
    assert not leftover.exists()


def test_a_damaged_batch_is_named_and_nothing_is_guessed(catalog: Catalog, data: DataDir) -> None:
    batch = accepted(catalog, data, extract(rows(3)))
    batch.path.write_bytes(batch.path.read_bytes()[:-100])
    with pytest.raises(StorageError) as refused:
        list_batches(data)
    assert batch.name in str(refused.value)
    assert "损坏" in str(refused.value)


FULL_DISK = """
import resource, sys
from datetime import date
from etl.intake import accept as door
from etl.intake.accept import accept
from scorecard.catalog import loader as catalog
from scorecard.access import console
from scorecard.errors import StorageError
from scorecard.storage.data_dir import DataDir
from pathlib import Path
from tests.support.contracts import TRIALS, extract, rows
raw = extract([{**row, "案由": f"{n * 7919:x}" * 40} for n, row in enumerate(rows(5000))])
found = catalog.load(Path(sys.argv[1]))


def write(*arguments):
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    write_batch(*arguments)


write_batch, door.batches.write_batch = door.batches.write_batch, write
try:
    accept(raw, "案件.csv", TRIALS, found, date(2026, 10, 31), console("测试"), DataDir(Path(sys.argv[2])))
except StorageError as error:
    print(error)
"""


def test_a_disk_that_refuses_in_the_middle_of_the_file_leaves_nothing(data: DataDir, seeds: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(seeds), str(data.root)],
        cwd=seeds.parent, env=environment, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    assert "写入批次" in ran.stdout
    assert "未留下不完整的文件" in ran.stdout
    assert written(data) == []


def test_the_database_behind_the_door_opens_nothing_but_the_extract(catalog: Catalog, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    raw = extract(rows(1))
    with looking.open_examination(
        raw, looking.decode_extract(raw, catalog), "a.csv", looking.read_options(TRIALS, catalog, AS_OF), catalog
    ) as (_, con):
        assert con is not None
        for attempt in (
            f"SELECT * FROM read_csv('{secret}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'other.duckdb'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(attempt)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


# --- seeds and templates --------------------------------------------------------------------------------------


def test_seed_tables_come_through_the_same_door_with_their_lines(catalog: Catalog) -> None:
    for name in ("targets", "parameters"):
        table = catalog.tables[name]
        raw = catalog.files[str(table.seed)]
        found = read_seed_table(raw, table, catalog)
        assert found.column_names == ["_line", *table.columns]
        assert found.num_rows == len(list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))) - 1


def test_a_wrong_seed_table_is_refused_with_its_line(catalog: Catalog) -> None:
    table = catalog.tables["targets"]
    row = {
        "指标id": "small_claims_rate",
        "类型": "大概",
        "下限": "20",
        "生效起": "2026-01-01",
        "依据类别": "同类",
        "确认人": "某人",
    }
    row["确认时间"] = "2026-01-01 10:00"
    raw = template(table) + f"{','.join(row.get(one.header, '') for one in table.columns.values())}\r\n".encode()
    with pytest.raises(Refused) as refused:
        read_seed_table(raw, table, catalog)
    assert "第2行「类型」“大概”" in str(refused.value)
    assert "targets.csv" in refused.value.where


def test_a_seed_table_with_its_header_only_says_that_nothing_is_set_yet(catalog: Catalog) -> None:
    for name in ("targets", "parameters"):
        table = catalog.tables[name]
        found = read_seed_table(template(table), table, catalog)
        assert (found.column_names, found.num_rows) == (["_line", *table.columns], 0)


def test_a_template_is_an_extract_with_its_header_only(catalog: Catalog) -> None:
    for table in catalog.tables.values():
        raw = template(table)
        assert raw.startswith(b"\xef\xbb\xbf")
        problems = examine(raw, "模板.csv", table, catalog, AS_OF).problems
        assert [problem.code for problem in problems] == ["rows_none"]
