"""Two registers nobody here wrote go through the door, under contracts written here; no Python knows them."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from etl.intake.accept import accept
from etl.intake.examine import examine
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.registers import Encoding, insolvencies, judgments

AS_OF = date(2023, 9, 30)
JUDGMENTS = Table.model_validate(
    {
        "id": "judgments",
        "name": "裁判文书登记",
        "replaces": "all",
        "identical_rows": "each",
        "columns": {
            "case_no": {"header": "案号", "type": "case_no", "required": True, "on_problem": "blank"},
            "court": {"header": "法院", "type": "text"},
            "kind": {"header": "案件类型", "type": "text"},
            "cause": {"header": "案由", "type": "text"},
            "stage": {"header": "审理程序", "type": "text"},
            "filed_on": {"header": "立案日期", "type": "date"},
            "closed_on": {"header": "结案日期", "type": "date", "on_problem": "blank"},
            "published_on": {"header": "文书上网日期", "type": "date"},
            "outcome": {"header": "结案方式", "type": "text"},
        },
        "checks": [
            {"not_after": ["filed_on", "closed_on"], "on_problem": "report"},
            {"unique": ["case_no"], "on_problem": "report"},
        ],
    }
)
INSOLVENCIES = Table.model_validate(
    {
        "id": "insolvencies",
        "name": "破产登记",
        "key": ["number"],
        "columns": {
            "number": {"header": "案号", "type": "text", "required": True},
            "kind": {"header": "案件类型", "type": "text"},
            "filed_on": {"header": "立案日期", "type": "date", "required": True},
            "closed_on": {"header": "结案日期", "type": "date"},
            "outcome": {"header": "结案方式", "type": "text"},
            "claimed": {"header": "标的额", "type": "decimal", "unit": "元"},
            "office": {"header": "承办部门", "type": "text"},
        },
        "checks": [{"not_after": ["filed_on", "closed_on"]}],
    }
)
ENCODINGS: tuple[Encoding, ...] = ("utf8sig", "gb18030")


def test_a_contract_whose_rows_may_repeat_a_number_says_whether_alike_ones_are_copies() -> None:
    """Without a word 13 of the judgments, alike in all that is kept, would be gone."""
    silent = JUDGMENTS.model_dump(exclude={"identical_rows"}, exclude_unset=True, by_alias=True)
    with pytest.raises(ValidationError, match="没有写 identical_rows"):
        Table.model_validate(silent)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_judgment_register_gives_its_exact_list_of_problems(catalog: Catalog, encoding: Encoding) -> None:
    raw = judgments(encoding)
    examination = examine(raw, "register.csv", JUDGMENTS, catalog, AS_OF)
    assert (examination.rows, examination.refused) == (835, False)
    assert {(count.code, count.column): count.count for count in examination.counts} == {
        ("case_no_brackets", "案号"): 75,
        ("unique_doubled", "案号"): 75,
        ("blank_required", "案号"): 29,
        ("case_no_unreadable", "案号"): 23,
        ("order_wrong", "结案日期"): 3,
        ("case_no_form", "案号"): 4,
        ("case_no_several", "案号"): 1,
        ("case_no_yearless", "案号"): 1,
        ("date_unreadable", "结案日期"): 1,
    }
    assert len(examination.problems) == 75 + 75 + 29 + 23 + 3 + 4 + 1 + 1 + 1


def test_each_named_line_is_the_line_of_the_file(catalog: Catalog) -> None:
    raw = judgments("utf8sig")
    lines = raw.decode("utf-8-sig").splitlines()
    for problem in examine(raw, "register.csv", JUDGMENTS, catalog, AS_OF).problems:
        assert problem.line is not None
        if problem.code in ("case_no_brackets", "case_no_unreadable", "date_unreadable", "order_wrong"):
            assert problem.value in lines[problem.line - 1]
    wrong = [p for p in examine(raw, "r.csv", JUDGMENTS, catalog, AS_OF).problems if p.code == "order_wrong"]
    assert any(
        lines[(p.line or 0) - 1].startswith("（2018）内0602民初4465号") and "2018-07-04" in p.reason for p in wrong
    )


def test_both_encodings_of_the_judgment_register_load_alike(catalog: Catalog, data: DataDir, tmp_path: Path) -> None:
    first, second = (
        accept(judgments(encoding), f"{encoding}.csv", JUDGMENTS, catalog, AS_OF, TESTER, DataDir(tmp_path / encoding))
        for encoding in ENCODINGS
    )
    assert (first.encoding, second.encoding) == ("UTF-8", "GB18030")
    rows = pq.read_table(first.path).to_pylist()
    assert rows == pq.read_table(second.path).to_pylist()
    assert first.problems == second.problems
    durations = [
        (row["closed_on"] - row["filed_on"]).days
        for row in rows
        if row["filed_on"] and row["closed_on"] and row["closed_on"] >= row["filed_on"]
    ]
    assert sum(row["filed_on"] is not None for row in rows) == 445
    assert len(durations) == 441
    assert sorted(durations)[220] == 102
    assert round(sum(durations) / 441, 4) == 155.8073


def test_the_insolvency_register_loads_whole_with_its_leading_zeros(catalog: Catalog, data: DataDir) -> None:
    raw = insolvencies()
    batch = accept(raw, "register.csv", INSOLVENCIES, catalog, AS_OF, TESTER, data)
    rows = pq.read_table(batch.path).to_pylist()
    assert len(rows) == batch.rows == 7472
    assert sum(row["number"].startswith("0") for row in rows) == 5986
    closed = [(row["closed_on"] - row["filed_on"]).days for row in rows if row["closed_on"]]
    assert len(closed) == 6236
    assert round(sum(closed) / len(closed), 2) == 1111.84
