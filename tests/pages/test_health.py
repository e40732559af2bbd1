"""The overview says first whether its numbers can be trusted, why not, and what waits: for data built by hand."""

import re
from datetime import date

import pytest

from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import Actor
from scorecard.assessment.data_quality import TableState
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import text
from tests.support.actors import CIVIL, LEADER, OFFICER, VISITOR
from tests.support.extracts import cases_csv

NOVEMBER_24 = date(2026, 11, 24)


@pytest.fixture
def cases(data: DataDir, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    """A court that handed in its cases for September only, looked at on 24 November."""
    for module in ("scorecard.store.open_version", "etl.intake.batches"):
        monkeypatch.setattr(f"{module}.today", lambda: NOVEMBER_24)
    accept(cases_csv(60), "a.csv", catalog.tables["cases"], catalog, date(2026, 9, 30), OFFICER, data)
    publish(data, build(catalog, data), OFFICER)
    return data


def test_a_late_table_is_named_with_its_days_and_the_indicators_on_it_before_any_number(
    cases: DataDir, open_page: Open
) -> None:
    app = open_page(cases)
    assert not app.exception
    shown = text(app)
    assert "审判案件表数据截至2026-09-30，应报送至2026-10-31，已逾期14天" in shown
    assert "2026年10月数据，11月10日前" in shown
    assert "逾期 14 天" in shown
    assert re.search(r"逾期 1 张，\d+ 项指标数据待核", shown)
    assert shown.index("项指标数据待核") < shown.index("有目标可评")


def test_the_sample_is_never_late_and_is_said_to_be_sound(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample))
    assert re.search(r"数据\s+\d+ 张表齐", shown)
    assert "数据：" not in shown.split("有目标可评")[0]
    assert "数据，12月10日前" not in shown


@pytest.mark.parametrize(
    ("actor", "told"), [(OFFICER, True), (LEADER, False), (CIVIL, False), (VISITOR, False)],
    ids=lambda actor: actor.role if isinstance(actor, Actor) else None,
)  # fmt: skip
def test_batches_that_wait_are_mentioned_to_those_who_may_publish(
    actor: Actor, told: bool, cases: DataDir, catalog: Catalog, open_page: Open
) -> None:
    assert "待发布" not in text(open_page(cases, actor=actor))
    accept(cases_csv(61), "b.csv", catalog.tables["cases"], catalog, date(2026, 10, 31), OFFICER, cases)
    assert ("1 个批次待发布" in text(open_page(cases, actor=actor))) == told


def held_aside(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published cases as if so many of their rows were set aside."""
    real = warehouse.tables

    def with_aside(connection):
        return {
            name: TableState(name, state.as_of, state.rows, state.batches, rows, state.faults)
            for name, state in real(connection).items()
        }

    monkeypatch.setattr(warehouse, "tables", with_aside)


def test_rows_aside_are_counted_on_every_page_that_uses_the_table_and_judged_below_the_limit(
    cases: DataDir, catalog: Catalog, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_aside(3, monkeypatch)  # 3 of 63: 4.76 %
    app = open_page(cases, "overview", period="2026年9月")
    assert "审判案件表 3 行（占 4.76%）" in text(app)
    assert "超过 5.00%" not in text(app)
    for page in catalog.domains:
        used = any("cases" in indicator.formula.tables for indicator in catalog.of_domain(page))
        assert ("审判案件表 3 行（占 4.76%）" in text(turn(app, page))) == used
    app.query_params["indicator"] = "small_claims_rate"
    assert text(turn(app, "commercial_disputes")).count("审判案件表 3 行（占 4.76%）") == 2


def test_too_many_rows_aside_leave_nothing_of_the_table_judged(
    cases: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_aside(4, monkeypatch)  # 4 of 64: 6.25 %
    app = open_page(cases, "overview", period="2026年9月")
    reason = "审判案件表搁置 4 行（占 6.25%，超过 5.00%）未改正"
    assert reason in text(app)
    app.query_params["indicator"] = "small_claims_rate"
    assert reason in text(turn(app, "commercial_disputes")).split("状态说明")[1]


def test_an_older_version_on_screen_says_nothing_of_what_waits(
    cases: DataDir, catalog: Catalog, open_page: Open
) -> None:
    older = store.current(cases).version or ""
    accept(cases_csv(61), "b.csv", catalog.tables["cases"], catalog, date(2026, 10, 31), OFFICER, cases)
    publish(cases, build(catalog, cases), OFFICER)
    shown = text(open_page(cases, version=older))
    assert "历史版本" in shown
    assert "待发布" not in shown
