"""Values said to be registered words: checked, part of what a batch is, remembered with who and when, offered next time."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from etl.intake.accept import Refused, accept
from etl.intake.batches import list_batches
from etl.intake.examine import UnreadWord, examine
from etl.intake.header_mapping import remember_mapping, remembered_mapping, remembered_words
from etl.intake.repaired import repaired_csv
from etl.warehouse.build import build
from scorecard.access import Forbidden
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.storage import checksums
from scorecard.storage.data_dir import DataDir
from tests.support.actors import LEADER, OFFICER, TESTER
from tests.support.contracts import TRIALS, contract, extract, rows
from tests.support.extracts import written

AS_OF = date(2026, 10, 31)
OWN = contract(checks=[{"required_when": {"column": "closed_on", "where": {"cause": {"in": ["买卖合同纠纷"]}}}}])
RAW = extract(
    [{**row, **cells} for row, cells in zip(
        rows(3),
        ({"结案方式": "判结"}, {"承办部门": "民一庭"}, {"案由": "买卖合同纠纷一案", "结案方式": "无", "承办部门": ""}),
        strict=True,
    )]
)  # fmt: skip
WORDS = {
    "outcome": {"判结": "判决", " 无": ""},
    "department": {"民一庭": "民事审判庭"},
    "cause": {"买卖合同纠纷一案": "买卖合同纠纷"},
}


def test_values_nothing_is_known_of_are_offered_by_column_with_what_is_near(catalog: Catalog) -> None:
    found = examine(RAW, "a.csv", OWN, catalog, AS_OF)
    assert found.refused
    assert {(value.column, value.text) for value in found.unread} == {
        ("outcome", "判结"), ("outcome", "无"), ("department", "民一庭"), ("cause", "买卖合同纠纷一案"),
    }  # fmt: skip
    assert "“买卖合同纠纷”" in next(value.hint for value in found.unread if value.column == "cause")


def test_mapped_values_are_read_as_their_words_and_said_so(catalog: Catalog, data: DataDir) -> None:
    batch = accept(RAW, "a.csv", OWN, catalog, AS_OF, TESTER, data, words=WORDS)
    read = pq.read_table(batch.path).to_pylist()
    assert [row["outcome"] for row in read] == ["判决", "判决", None]
    assert [row["department"] for row in read] == ["civil", "civil", None]
    assert [row["cause"] for row in read] == ["买卖合同纠纷"] * 3
    told = [problem for problem in batch.problems if problem.code == "word_mapped"]
    assert {(problem.line, problem.value, problem.reason) for problem in told} >= {
        (2, "判结", "按对应关系读作“判决”"), (3, "民一庭", "按对应关系读作“民事审判庭”"), (4, "无", "按对应关系读作“未知”"),
    }  # fmt: skip
    assert examine(RAW, "a.csv", OWN, catalog, AS_OF, words=WORDS).unread == ()
    assert list_batches(data) == (batch,)
    assert ("department", "民一庭", "civil") in batch.words


def test_another_mapping_is_another_batch_and_the_same_is_the_same(catalog: Catalog, data: DataDir) -> None:
    first = accept(RAW, "a.csv", OWN, catalog, AS_OF, TESTER, data, words=WORDS)
    other = accept(
        RAW, "a.csv", OWN, catalog, AS_OF, TESTER, data, words={**WORDS, "outcome": {"判结": "调解", "无": ""}}
    )
    assert (first.name != other.name, other.already) == (True, False)
    assert accept(RAW, "a.csv", OWN, catalog, AS_OF, TESTER, data, words=dict(reversed(WORDS.items()))).already
    lone = examine(RAW, "a.csv", OWN, catalog, AS_OF, words={"cause": {"买卖合同纠纷一案": "买卖合同纠纷一案"}})
    assert "cause" not in {value.column for value in lone.unread}, "a value of its own needs no second answer"


def test_the_repaired_file_needs_no_mapping(catalog: Catalog, data: DataDir) -> None:
    content = repaired_csv(RAW, "a.csv", OWN, catalog, AS_OF, words=WORDS)
    found = examine(content, "a.csv", OWN, catalog, AS_OF)
    assert (found.refused, found.unread) == (False, ())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"outcome": {"判结": "判"}}, "“判”没有登记"),
        ({"outcome": {"判决结案": "调解"}}, "就是“判决”"),
        ({"department": {"民一庭": "business"}}, "“business”没有登记"),
        ({"department": {"民一庭": "没有这个庭"}}, "没有登记"),
        ({"cause": {"买卖": "租赁合同纠纷"}}, "没有登记"),
        ({"hearings": {"两次": "2"}}, "没有登记的取值"),
        ({"contact": {"某": ""}}, "没有登记的取值"),
        ({"nobody": {"某": ""}}, "没有登记的取值"),
        ({"outcome": {" ": "判决"}}, "空白、过长"),
        ({"outcome": {"判\ufffd": "判决"}}, "有字符丢失"),
        ({"outcome": {"判 结": "判决", "判结": "调解"}}, "对应了两个"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_chinese_and_nothing_is_kept(
    catalog: Catalog, data: DataDir, words: dict[str, dict[str, str]], told: str
) -> None:
    for act in (
        lambda: examine(RAW, "a.csv", OWN, catalog, AS_OF, words=words),
        lambda: accept(RAW, "a.csv", OWN, catalog, AS_OF, TESTER, data, words=words),
        lambda: remember_mapping(data, OWN, {}, OFFICER, words=words, catalog=catalog),
    ):
        with pytest.raises(ScorecardError) as refused:
            act()
        assert told in str(refused.value)
    assert written(data) == []


def test_a_batch_of_an_earlier_release_is_read_and_keeps_its_name(catalog: Catalog, data: DataDir) -> None:
    batch = accept(extract(rows(2)), "a.csv", TRIALS, catalog, AS_OF, TESTER, data)
    record = {key: value for key, value in batch.record().items() if key not in ("words", "vocabulary")}
    # That release named a batch by these three alone, and noted no checksums.
    named = hashlib.sha256(f"{record['source_sha256']} {record['contract']} {record['sample']}".encode()).hexdigest()
    record["name"] = f"{AS_OF}-{named[:12]}"
    changed = pq.read_table(batch.path).replace_schema_metadata({"batch": json.dumps(record, ensure_ascii=False)})
    pq.write_table(changed, batch.path.with_stem(record["name"]))
    batch.path.unlink()
    checksums.forget(data, batch.path)
    (old,) = list_batches(data)
    assert (old.name, old.words, old.vocabulary) == (f"{AS_OF}-{named[:12]}", (), "")


def test_words_registered_since_are_another_reading_of_the_same_bytes(catalog: Catalog, data: DataDir) -> None:
    raw = extract(rows(2, 承办部门="城关人民法庭"))
    with pytest.raises(Refused):
        accept(raw, "a.csv", OWN, catalog, AS_OF, TESTER, data)
    aside = accept(
        extract(rows(1) + rows(2, 承办部门="城关人民法庭")[1:]),
        "a.csv",
        OWN,
        catalog,
        AS_OF,
        TESTER,
        data,
        policy="set_aside",
    )
    added = catalog.departments["tribunal"].model_copy(update={"id": "village", "name": "城关人民法庭", "aliases": ()})
    learnt = replace(catalog, departments={**catalog.departments, "village": added})
    again = accept(
        extract(rows(1) + rows(2, 承办部门="城关人民法庭")[1:]),
        "a.csv",
        OWN,
        learnt,
        AS_OF,
        TESTER,
        data,
        policy="set_aside",
    )
    assert (aside.aside, again.aside, again.already) == (1, 0, False)


# --- remembered ---------------------------------------------------------------------------------------------------


def test_what_was_said_of_values_is_offered_the_next_time_with_who_and_when(catalog: Catalog, data: DataDir) -> None:
    remember_mapping(data, OWN, {}, OFFICER, words=WORDS, catalog=catalog)
    unread = examine(RAW, "b.csv", OWN, catalog, AS_OF).unread
    past = remembered_words(data, OWN, catalog, unread)
    assert {(value.text, answer.answer, answer.actor) for value, answer in past.items()} == {
        ("判结", "判决", "李四"), ("无", "", "李四"), ("民一庭", "civil", "李四"), ("买卖合同纠纷一案", "买卖合同纠纷", "李四"),
    }  # fmt: skip
    assert {answer.at.date() for answer in past.values()} == {today()}
    assert remembered_mapping(data, OWN) == {}
    last = audit.entries(data)[-1]
    assert (last.action, last.subject, last.detail["values"]) == (
        "对应表头",
        "trials",
        {"结案方式": 2, "承办部门": 1, "案由": 1},
    )
    assert "判结" not in str(last.detail)
    remember_mapping(data, OWN, {}, TESTER, words=WORDS, catalog=catalog)
    assert len(list((data.mappings / "trials").iterdir())) == 1, "nothing new was said"


def test_a_word_that_is_registered_no_more_is_not_offered(catalog: Catalog, data: DataDir) -> None:
    remember_mapping(data, OWN, {}, OFFICER, words=WORDS, catalog=catalog)
    fewer = contract(columns={"outcome": {"values": {"调解": []}}})
    assert remembered_words(data, fewer, catalog, [UnreadWord("outcome", "判结", "")]) == {}


def test_who_may_not_upload_may_not_say_what_a_value_is(catalog: Catalog, data: DataDir) -> None:
    with pytest.raises(Forbidden):
        remember_mapping(data, OWN, {}, LEADER, words=WORDS, catalog=catalog)


# --- from the file to the number --------------------------------------------------------------------------------


def test_numbered_causes_count_in_their_group(catalog: Catalog, data: DataDir) -> None:
    """By hand from the file: 涉中小投资者案件审理中位天数 = 65 days, n = 5."""
    raw = Path("tests/data/door/cause_prefixed.csv").read_bytes()
    accept(raw, "cause_prefixed.csv", catalog.tables["cases"], catalog, AS_OF, TESTER, data)
    (indicator,) = [one.id for one in catalog.indicators.values() if one.name == "涉中小投资者案件审理中位天数"]
    with duckdb.connect(str(data.database(build(catalog, data))), read_only=True) as connection:
        value = connection.execute(
            "SELECT value, base FROM indicator_value WHERE indicator = ? AND grain = 'month' AND period = '2026-10'"
            " AND department = 'all' AND scope = 'all'",
            [indicator],
        ).fetchall()
    assert value == [(65.0, 5)]
