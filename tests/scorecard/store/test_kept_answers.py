"""What is kept of a published version's answers is what the file says, to each reader only what is theirs."""

import itertools
from datetime import date

import duckdb
import pytest

from scorecard.access import Actor, Forbidden
from scorecard.calendar.period import parse
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.queries.evidence import evidence_queries
from scorecard.storage.data_dir import DataDir
from scorecard.store import evidence_rows, versions as store, warehouse
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR

CRIMINAL = Actor("刑庭内勤", "department", department="criminal")
READERS = (OFFICER, CIVIL, LEADER, ADMINISTRATOR, VISITOR)
CHOICES = tuple(itertools.product((ALL_DEPARTMENTS, "civil", "criminal"), ("all", "firm")))


def seen(opened: duckdb.DuckDBPyConnection, catalog: Catalog, actor: Actor, department: str, scope: str) -> object:
    """What a reader gets of the rows: how many and the first ones, or that they are refused."""
    period = parse("month", "2026-10")
    assert period is not None
    (behind,) = evidence_queries(
        catalog, catalog.indicators["small_claims_rate"], period, department, scope, date(2026, 10, 31)
    )
    try:
        counted = evidence_rows.count(opened, catalog, actor, behind)
        return counted, evidence_rows.evidence_rows(opened, catalog, actor, behind, limit=100)
    except Forbidden:
        return "refused"


def test_every_role_and_choice_reads_the_same_however_often_and_whoever_read_before(
    sample: DataDir, catalog: Catalog
) -> None:
    version = store.current(sample).version or ""
    shared = store.connect(sample, version)
    asked = [(actor, *choice) for actor in READERS for choice in CHOICES]
    for again in (asked, asked[::-1]):
        for actor, department, scope in again:
            with store.connect(sample, version) as alone:
                expected = seen(alone, catalog, actor, department, scope)
            assert seen(shared, catalog, actor, department, scope) == expected
            assert (
                actor is OFFICER
                or (actor, department) in ((CIVIL, "civil"), (CRIMINAL, "criminal"))
                or (expected == "refused")
            )
    shared.close()


def test_what_is_kept_is_bounded_and_nobody_changes_it(sample: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse, "_ANSWERS", 3)
    with store.connect(sample, store.current(sample).version or "") as opened:
        for number in range(9):
            warehouse.fetched(opened, "SELECT ?", [number]).clear()
            assert warehouse.fetched(opened, "SELECT ?", [number]) == [(number,)]
        warehouse.fetched(opened, "SELECT * FROM range(5000)")
        assert len(opened.answers) == 3  # pyright: ignore[reportAttributeAccessIssue]


def test_a_connection_that_writes_keeps_nothing() -> None:
    with duckdb.connect() as own:
        own.execute("CREATE TABLE t AS SELECT 1 AS n")
        assert warehouse.fetched(own, "SELECT n FROM t") == [(1,)]
        own.execute("UPDATE t SET n = 2")
        assert warehouse.fetched(own, "SELECT n FROM t") == [(2,)]
