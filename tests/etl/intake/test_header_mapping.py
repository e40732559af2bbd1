"""Unknown headers said to be columns: refused where that cannot be, remembered with who and when, part of what a batch is."""

import shutil
from datetime import date

import pyarrow.parquet as pq
import pytest

from etl.intake.accept import accept
from etl.intake.batches import list_batches
from etl.intake.examine import examine
from etl.intake.header_mapping import remember_mapping, remembered_answers, remembered_mapping
from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from tests.support.actors import LEADER, OFFICER, TESTER
from tests.support.contracts import HEADERS, TRIALS, contract, extract, rows
from tests.support.extracts import written

AS_OF = date(2026, 10, 31)
RENAMED = [{"立案日期": "立案时间戳", "案由": "事由"}.get(header, header) for header in HEADERS] + ["备注"]
LINES = [{**row, "立案时间戳": row["立案日期"], "事由": row["案由"], "备注": "x"} for row in rows(2)]
RAW = extract(LINES, RENAMED)
MAPPING = {"立案时间戳": "filed_on", "事由": "cause"}


def test_headers_nothing_is_known_of_are_named_even_where_the_file_is_refused(catalog: Catalog) -> None:
    found = examine(RAW, "a.csv", TRIALS, catalog, AS_OF)
    assert found.refused
    assert found.unknown == ("立案时间戳", "事由", "备注")


def test_a_mapped_header_is_read_as_its_column_and_said_so(catalog: Catalog, data: DataDir) -> None:
    batch = accept(RAW, "a.csv", TRIALS, catalog, AS_OF, TESTER, data, mapping=MAPPING, note="  系统升级后改了表头 ")
    assert [(p.code, p.severity, p.column) for p in batch.problems] == [
        ("header_mapped", "report", "立案时间戳"),
        ("header_mapped", "report", "事由"),
        ("header_unknown", "report", "备注"),
    ]
    row = pq.read_table(batch.path).to_pylist()[0]
    assert (row["filed_on"], row["cause"]) == (date(2026, 1, 5), "买卖合同纠纷")
    assert (batch.mapping, batch.note) == ((("事由", "cause"), ("立案时间戳", "filed_on")), "系统升级后改了表头")
    assert list_batches(data) == (batch,)


def test_a_header_left_out_knowingly_is_not_reported(catalog: Catalog) -> None:
    found = examine(RAW, "a.csv", TRIALS, catalog, AS_OF, mapping={**MAPPING, "备注": ""})
    assert {problem.code for problem in found.problems} == {"header_mapped"}
    assert found.unknown == ()


def test_the_same_bytes_under_another_mapping_or_policy_are_another_batch(catalog: Catalog, data: DataDir) -> None:
    def named(**how: object) -> str:
        return accept(RAW, "a.csv", TRIALS, catalog, AS_OF, TESTER, data, **how).name

    names = {
        named(mapping=MAPPING),
        named(mapping={"立案时间戳": "filed_on"}),
        named(mapping={**MAPPING, "备注": ""}),
        named(mapping=MAPPING, policy="set_aside"),
    }
    assert len(names) == len(list_batches(data)) == 4
    again = accept(RAW, "a.csv", TRIALS, catalog, AS_OF, TESTER, data, mapping=dict(reversed(MAPPING.items())))
    assert again.already


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"事由": "causes"}, "没有列“causes”"),
        ({"事由": "cause", "备注": "cause"}, "另有表头也对应到“案由”"),
        ({"案由": "outcome"}, "就是“案由”"),
        ({"AH": "case_no"}, "就是“案号”"),
        ({"当事人": "cause"}, "另有处理"),
        ({"搁置批次": "cause"}, "另有处理"),
        ({" ": "cause"}, "空白或过长"),
        ({"x" * 201: "cause"}, "空白或过长"),
        ({"标的（万美元）": "claimed_yuan"}, "单位是“万美元”"),
        ({"事由": "cause", " 事由": "outcome"}, "对应了两列"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_chinese_and_nothing_is_kept(
    catalog: Catalog, data: DataDir, mapping: dict[str, str], words: str
) -> None:
    for act in (
        lambda: examine(RAW, "a.csv", TRIALS, catalog, AS_OF, mapping=mapping),
        lambda: accept(RAW, "a.csv", TRIALS, catalog, AS_OF, TESTER, data, mapping=mapping),
        lambda: remember_mapping(data, TRIALS, mapping, OFFICER),
    ):
        with pytest.raises(ScorecardError) as refused:
            act()
        assert words in str(refused.value)
    assert written(data) == []


def test_two_headers_of_one_column_by_mapping_and_by_contract_are_doubled(catalog: Catalog) -> None:
    raw = extract([{**row, "事由": "x"} for row in rows(1)], [*HEADERS, "事由"])
    found = examine(raw, "a.csv", TRIALS, catalog, AS_OF, mapping={"事由": "cause"})
    assert "header_doubled" in {problem.code for problem in found.problems}
    assert found.refused


def test_a_mapped_header_with_the_columns_own_unit_is_that_column(catalog: Catalog) -> None:
    headers = ["标的（元）" if header == "标的额" else header for header in HEADERS]
    raw = extract([{**row, "标的（元）": row["标的额"]} for row in rows(1)], headers)
    found = examine(raw, "a.csv", TRIALS, catalog, AS_OF, mapping={"标的（元）": "claimed_yuan"})
    assert found.preview[0]["标的额"] == "1200.5"


# --- remembered ---------------------------------------------------------------------------------------------------


def test_what_was_said_is_offered_the_next_time_with_who_and_when(data: DataDir) -> None:
    remember_mapping(data, TRIALS, MAPPING, OFFICER)
    past = remembered_mapping(data, TRIALS)
    assert {header: (one.answer, one.actor) for header, one in past.items()} == {
        "立案时间戳": ("filed_on", "李四"),
        "事由": ("cause", "李四"),
    }
    assert past["事由"].at.date() == today()
    assert remembered_answers([" 事由：", "备注"], past) == {" 事由：": past["事由"]}
    last = audit.entries(data)[-1]
    assert (last.action, last.result, last.subject) == ("对应表头", "成功", "trials")
    assert last.detail == {"columns": ["cause", "filed_on"], "left_out": 0}


def test_a_later_word_wins_and_the_earlier_one_stays_on_the_disk(data: DataDir) -> None:
    remember_mapping(data, TRIALS, {"事由": "cause"}, OFFICER)
    first = {path: path.read_bytes() for path in (data.mappings / "trials").iterdir()}
    remember_mapping(data, TRIALS, {"事由": ""}, TESTER)
    assert remembered_mapping(data, TRIALS)["事由"].answer == ""
    assert remembered_mapping(data, TRIALS)["事由"].actor == TESTER.name
    assert all(path.read_bytes() == content for path, content in first.items())
    remember_mapping(data, TRIALS, {"事由": ""}, OFFICER)
    assert len(list((data.mappings / "trials").iterdir())) == 2  # nothing new was said


def test_what_the_contract_has_learnt_or_lost_since_is_not_offered(data: DataDir) -> None:
    remember_mapping(data, TRIALS, MAPPING, OFFICER)
    learnt = contract(columns={"cause": {"aliases": ["事由"]}})
    assert list(remembered_mapping(data, learnt)) == ["立案时间戳"]
    lost = learnt.model_copy(update={"columns": {k: v for k, v in TRIALS.columns.items() if k != "cause"}})
    assert list(remembered_mapping(data, lost)) == ["立案时间戳"]
    assert remembered_mapping(data, contract(id="others")) == {}


def test_who_may_not_upload_may_not_say_what_a_header_is(data: DataDir) -> None:
    with pytest.raises(Forbidden):
        remember_mapping(data, TRIALS, MAPPING, LEADER)
    assert remembered_mapping(data, TRIALS) == {}


def test_a_damaged_memory_is_named(data: DataDir) -> None:
    remember_mapping(data, TRIALS, MAPPING, OFFICER)
    path = next((data.mappings / "trials").iterdir())
    remembered = remembered_mapping(data, TRIALS)
    path.write_text("{", "utf-8")
    assert remembered_mapping(data, TRIALS) == remembered != {}  # from the copy
    shutil.rmtree(data.checksums)
    with pytest.raises(StorageError) as refused:
        remembered_mapping(data, TRIALS)
    assert path.name in str(refused.value)
