"""Who finds which case by its number. Expected cases are counted by a query of the test's own over the version's tables."""

import json
from pathlib import Path

import pytest

from scorecard.access import Actor
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.case_lookup import MOST_CASES, FoundCase, find_cases
from scorecard.store.open_version import Version, open_version
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import copied


@pytest.fixture(scope="module")
def data(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    return copied(sample, tmp_path_factory.mktemp("lookup") / "data")


@pytest.fixture(scope="module")
def version(data: DataDir) -> Version:
    return open_version(data, store.current(data).version or "")


def found(data: DataDir, version: Version, actor: Actor, text: str) -> list[FoundCase]:
    return find_cases(data, version.connection, version.catalog, version.id, actor, text)


def last_line(data: DataDir) -> dict[str, object]:
    return json.loads(Path(data.audit).read_text(encoding="utf-8").splitlines()[-1])


def test_a_department_finds_its_own_cases_however_many_others_bear_such_a_number(
    data: DataDir, version: Version
) -> None:
    # 民初1 stands in the numbers of hundreds of cases, of several departments.
    own = {
        row[0] for row in version.connection.execute("SELECT case_no FROM cases WHERE department = 'civil'").fetchall()
    }
    cases = found(data, version, CIVIL, "民初1")
    assert len(cases) == MOST_CASES + 1
    assert all(case.departments == ("民事审判庭",) for case in cases)
    assert {case.case_no for case in cases if case.tables == ("审判案件表",) and "0117" in case.case_no} <= own
    assert {case.departments for case in found(data, version, OFFICER, "刑初1")} > {("刑事审判庭",)}
    assert {case.departments for case in found(data, version, CIVIL, "刑初1")} <= {("民事审判庭",)}


def test_a_whole_number_is_found_as_people_type_it_with_the_lists_it_is_on(data: DataDir, version: Version) -> None:
    number, worklist = version.connection.execute(
        "SELECT case_no, any_value(worklist) FROM cases JOIN worklist_item USING (_batch, _line)"
        " GROUP BY case_no ORDER BY case_no DESC LIMIT 1"
    ).fetchall()[0]
    typed = number.replace("（", "(").replace("）", ")")
    (case,) = found(data, version, OFFICER, typed)
    assert case.case_no == number
    assert version.catalog.worklists[worklist].name in case.worklists


@pytest.mark.parametrize("actor", [LEADER, ADMINISTRATOR, VISITOR])
def test_who_may_see_no_case_list_finds_no_case_and_asks_nothing(actor: Actor, data: DataDir, version: Version) -> None:
    before = last_line(data)
    assert found(data, version, actor, "民初1") == []
    assert last_line(data) == before


def test_a_search_is_on_record_without_what_was_typed(data: DataDir, version: Version) -> None:
    cases = found(data, version, OFFICER, "民初2210")
    line = last_line(data)
    assert (line["actor"], line["action"], line["result"]) == ("李四", "查找案号", "成功")
    assert line["detail"] == {"version": version.id, "rows": len(cases)}
    assert "2210" not in json.dumps({**line, "previous": "", "seal": ""}, ensure_ascii=False)


@pytest.mark.parametrize("text", ["民初", "1", "合同纠纷", "'; DROP TABLE cases; --"])
def test_words_and_scraps_are_no_case_number(text: str, data: DataDir, version: Version) -> None:
    assert found(data, version, OFFICER, text) == []
