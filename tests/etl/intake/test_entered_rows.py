"""Re-basings and marks come in by the door like targets: checked, immutable, recorded, and read from the version."""

from datetime import date, datetime

import pytest

from etl.intake.accept import Refused, accept
from etl.intake.examine import examine
from etl.warehouse.build import build
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.catalog.definitions import Catalog
from scorecard.records.annotations import Annotation
from scorecard.records.baselines import Baseline
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.extracts import AS_OF, cases_csv

BASELINES = (
    "指标id,重设起始月,状态,理由,决定人,决定时间\r\n"
    "small_claims_rate,2026-03-01,有效,标的额上限调整,某副院长,2026-04-02 09:30:00\r\n"
)
MARKS = (
    "指标id,月份,类别,事项,原因或依据,状态,记录人,记录时间\r\n"
    ",2026-03-01,事项,集中送达中心启用,院务会纪要,有效,审管办,2026-04-02 09:30:00\r\n"
    "small_claims_rate,2026-05-01,口径调整,上限提高,省高院通知,有效,审管办,2026-05-02 09:30:00\r\n"
)


def test_what_was_accepted_is_read_from_the_version_it_was_built_into(data: DataDir, catalog: Catalog) -> None:
    for table, raw in (("cases", cases_csv(30)), ("baselines", BASELINES.encode()), ("annotations", MARKS.encode())):
        accept(raw, f"{table}.csv", catalog.tables[table], catalog, AS_OF, OFFICER, data)
    connection = store.connect(data, build(catalog, data))
    at = datetime(2026, 4, 2, 9, 30)
    assert warehouse.baselines(connection) == (
        Baseline("small_claims_rate", date(2026, 3, 1), "有效", "标的额上限调整", "某副院长", at),
    )
    first, second = warehouse.annotations(connection)
    assert first == Annotation("", date(2026, 3, 1), "事项", "集中送达中心启用", "院务会纪要", "有效", "审管办", at)
    assert second.breaks
    connection.close()
    assert [entry.action for entry in audit.entries(data)] == ["上传", "设定目标", "设定目标"]


def test_a_version_built_before_there_were_such_tables_has_none(data: DataDir, catalog: Catalog) -> None:
    accept(cases_csv(30), "a.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    connection = store.connect(data, build(catalog, data))
    assert (warehouse.baselines(connection), warehouse.annotations(connection)) == ((), ())
    connection.close()


@pytest.mark.parametrize(
    ("table", "raw", "wrong", "column"),
    [
        ("baselines", BASELINES, ("2026-03-01", "2026-03-02"), "重设起始月"),
        ("baselines", BASELINES, ("2026-03-01", "2026-05-01"), "重设起始月"),
        ("baselines", BASELINES, ("small_claims_rate", "small_claim_rate"), "指标id"),
        ("baselines", BASELINES, ("标的额上限调整", ""), "理由"),
        ("baselines", BASELINES, ("有效", "生效"), "状态"),
        ("annotations", MARKS, ("2026-05-01", "2026-05-31"), "月份"),
        ("annotations", MARKS, ("small_claims_rate", "x"), "指标id"),
        ("annotations", MARKS, ("集中送达中心启用", "长" * 61), "事项"),
        ("annotations", MARKS, ("院务会纪要", ""), "原因或依据"),
    ],
)
def test_a_row_that_cannot_stand_is_refused_by_column_and_nothing_is_kept(
    data: DataDir, catalog: Catalog, table: str, raw: str, wrong: tuple[str, str], column: str
) -> None:
    changed = raw.replace(*wrong).encode()
    contract = catalog.tables[table]
    found = examine(changed, "a.csv", contract, catalog, AS_OF)
    assert column in [problem.column for problem in found.problems if problem.severity == "refuse"]
    with pytest.raises(Refused):
        accept(changed, "a.csv", contract, catalog, AS_OF, OFFICER, data)
    assert not data.batches.exists()


@pytest.mark.parametrize("actor", [VISITOR, LEADER, CIVIL, ADMINISTRATOR])
@pytest.mark.parametrize("table", ["baselines", "annotations"])
def test_only_who_may_set_targets_may_rebase_or_annotate(
    data: DataDir, catalog: Catalog, table: str, actor: Actor
) -> None:
    raw = {"baselines": BASELINES, "annotations": MARKS}[table].encode()
    with pytest.raises(Forbidden):
        accept(raw, "a.csv", catalog.tables[table], catalog, AS_OF, actor, data)
    assert not data.batches.exists()
