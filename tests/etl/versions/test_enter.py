"""One row typed on a page: refused without a trace, accepted once, published only where nothing else changes with it."""

from datetime import date

import pytest

from etl.intake.accept import accept
from etl.intake.batches import list_batches
from etl.versions.enter import EntryResult, enter_rows, one_row_csv
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.versions import VersionManifest
from tests.support.actors import CIVIL, OFFICER
from tests.support.extracts import cases_csv

ROW = {
    "indicator": "small_claims_rate",
    "from_month": "2026-03-01",
    "state": "有效",
    "reason": "=标的额上限调整",
    "decided_by": "某副院长",
    "decided_at": "2026-04-02 09:30:00",
}


@pytest.fixture
def version(data: DataDir, catalog: Catalog) -> VersionManifest:
    accept(cases_csv(60), "a.csv", catalog.tables["cases"], catalog, date(2026, 9, 30), OFFICER, data)
    return publish(data, build(catalog, data), OFFICER)


def enter(
    data: DataDir,
    catalog: Catalog,
    version: VersionManifest | None,
    actor: Actor = OFFICER,
    *,
    publishes: bool = True,
    **cells: str,
) -> EntryResult:
    table = catalog.tables["baselines"]
    raw = one_row_csv({**ROW, **cells}, table, catalog)
    return enter_rows(raw, "基准.csv", table, catalog, actor, data, version, publishes=publishes)


def test_a_row_that_stands_alone_is_published_at_once_and_says_what_was_typed(
    data: DataDir, catalog: Catalog, version: VersionManifest
) -> None:
    assert enter(data, catalog, version) == EntryResult(published=True)
    current = store.current(data).version or ""
    assert current != version.version
    connection = store.connect(data, current)
    assert [row.reason for row in warehouse.baselines(connection)] == ["=标的额上限调整"]
    connection.close()


def test_the_same_row_again_is_no_second_one(data: DataDir, catalog: Catalog, version: VersionManifest) -> None:
    enter(data, catalog, version)
    published = store.manifest(data, store.current(data).version or "")
    assert enter(data, catalog, published) == EntryResult(already=True, published=True)
    assert sum(batch.table == "baselines" for batch in list_batches(data)) == 1


def test_a_row_does_not_publish_other_data(data: DataDir, catalog: Catalog, version: VersionManifest) -> None:
    accept(cases_csv(61), "b.csv", catalog.tables["cases"], catalog, date(2026, 10, 31), OFFICER, data)
    assert enter(data, catalog, version) == EntryResult()
    assert store.current(data).version == version.version


def test_a_row_is_not_published_where_the_page_does_not_publish_or_nothing_is_published_yet(
    data: DataDir, catalog: Catalog, version: VersionManifest
) -> None:
    assert enter(data, catalog, version, publishes=False) == EntryResult()
    assert enter(data, catalog, None, state="撤销") == EntryResult()
    assert store.current(data).version == version.version


def test_a_row_with_contradictions_or_blanks_leaves_neither_a_batch_nor_a_line_of_the_audit(
    data: DataDir, catalog: Catalog, version: VersionManifest
) -> None:
    before = (list_batches(data), len(audit.entries(data)))
    result = enter(data, catalog, version, from_month="2026-03-17", reason=" ")
    assert {problem.code for problem in result.refusals} == {"blank_required"}
    result = enter(data, catalog, version, from_month="2026-03-17")
    assert [problem.code for problem in result.refusals] == ["baseline_contradicts"]
    assert (list_batches(data), len(audit.entries(data))) == before


def test_whoever_may_not_enter_a_row_is_refused(data: DataDir, catalog: Catalog, version: VersionManifest) -> None:
    with pytest.raises(Forbidden):
        enter(data, catalog, version, CIVIL)
