"""目标 on the screen: everyone sees the targets, those with the right set one, nothing is published along unseen."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.accept import accept
from etl.intake.batches import list_batches
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.calendar.clock import today
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import markup, text
from tests.support.actors import CIVIL, OFFICER, ROLES
from tests.support.extracts import cases_csv
from tests.support.samples import copied

FIELDS = {
    "指标": "small_claims_rate",
    "类型": "下限",
    "下限": "40",
    "依据类别": "上级",
    "依据文件": "某院〔2026〕1号",
    "确认人": "院长办公会",
}


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> Iterator[DataDir]:
    """The sample in a folder this test may change."""
    yield copied(sample, tmp_path / "own")


def fill_target(app: AppTest, **fields: str) -> AppTest:
    for box in app.selectbox:
        if box.label in fields:
            box.set_value(fields[box.label])
    for line in app.text_input:
        if line.label in fields:
            line.set_value(fields[line.label])
    return next(one for one in app.button if one.label == "记录目标").click().run()


@pytest.mark.parametrize("actor", ROLES, ids=lambda one: one.role)
def test_everyone_sees_the_targets_and_only_the_office_the_form(actor: Actor, sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "targets", actor=actor)
    assert not app.exception
    assert "20%—35%（同类）" in text(app)
    assert any(one.label == "记录目标" for one in app.button) == (actor == OFFICER)
    assert ("目标由审管办的账户按领导小组的决定记录" in text(app)) == (actor != OFFICER)


@pytest.mark.parametrize("actor", [one for one in ROLES if one != OFFICER], ids=lambda one: one.role)
def test_hiding_the_form_is_not_what_keeps_others_out(actor: Actor, data: DataDir, catalog: Catalog) -> None:
    with pytest.raises(Forbidden):
        accept(b"", "t.csv", catalog.tables["targets"], catalog, today(), actor, data)
    assert list_batches(data) == ()


def test_who_decided_is_in_the_target_and_the_account_in_the_batch_and_the_audit(own: DataDir, open_page: Open) -> None:
    app = fill_target(open_page(own, "targets", actor=OFFICER), **FIELDS)
    assert not app.exception
    there = '<a class="go" href="commercial_disputes">“解决商业纠纷”</a>页'
    assert f"目标已记录并已发布：小额诉讼程序适用率。是否达标见{there}" in markup(app)
    assert "院长办公会" in text(app)
    batch = next(one for one in list_batches(own) if one.table == "targets")
    assert batch.actor == OFFICER.name
    recorded = next(one for one in audit.entries(own) if one.action == "设定目标")
    assert (recorded.actor, recorded.result) == (OFFICER.name, "成功")
    assert "院长办公会" not in str(recorded)


def test_a_second_press_records_no_second_target(
    own: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(own, "targets", actor=OFFICER)
    with monkeypatch.context() as lost:
        lost.setattr("scorecard.ui.records.entry_form.remember_result", lambda *_: None)
        fill_target(app, **FIELDS)
    next(one for one in app.button if one.label == "记录目标").click().run()
    assert "没有重复写入" in text(app)
    assert sum(one.table == "targets" for one in list_batches(own)) == 1


def test_a_target_does_not_publish_other_data_that_wait(data: DataDir, catalog: Catalog, open_page: Open) -> None:
    cases = catalog.tables["cases"]
    accept(cases_csv(60), "a.csv", cases, catalog, date(2026, 9, 30), OFFICER, data)
    published = publish(data, build(catalog, data), OFFICER).version
    accept(cases_csv(61), "b.csv", cases, catalog, date(2026, 10, 31), OFFICER, data)
    app = fill_target(open_page(data, "targets", actor=OFFICER), **FIELDS)
    assert not app.exception
    assert store.current(data).version == published
    assert sum(one.table == "targets" for one in list_batches(data)) == 1
    assert "另有数据、撤回或口径的变动尚未发布" in text(app)


def test_a_department_is_told_that_it_can_only_look(sample: DataDir, open_page: Open) -> None:
    assert "您的账户只能查看" in text(open_page(sample, "targets", actor=CIVIL))


def test_a_new_target_replaces_the_older_one_and_both_stay_on_the_list(own: DataDir, open_page: Open) -> None:
    app = open_page(own, "targets")
    before = markup(app).count("小额诉讼程序适用率")
    fill_target(
        app,
        指标="small_claims_rate",
        类型="下限",
        下限="40",
        依据类别="上级",
        依据文件="某院〔2026〕1号",
        确认人="院长办公会",
    )
    assert not app.exception
    assert markup(app).count("小额诉讼程序适用率") == before + 2  # the row, and the sentence that says so
    assert "≥40%（上级）" in text(app)
    assert "已被替代" in text(app)
    app.query_params["indicator"] = "small_claims_rate"
    assert "未达标" in text(turn(app, "commercial_disputes"))


def test_a_target_that_contradicts_its_indicator_is_refused_before_it_is_recorded(
    own: DataDir, open_page: Open
) -> None:
    batches = len(list_batches(own))
    app = fill_target(
        open_page(own, "targets"), 指标="small_claims_mean_days", 类型="下限", 下限="十天", 依据文件="x", 确认人="y"
    )
    assert "没有记录，请先改正" in text(app)
    assert "不是数字" in text(app)
    assert len(list_batches(own)) == batches


def test_an_indicator_leads_to_its_target_and_the_form_stands_first(sample: DataDir, open_page: Open) -> None:
    detail = open_page(sample, "commercial_disputes", indicator="small_claims_rate")
    assert "targets?indicator=small_claims_rate" in markup(detail)
    app = open_page(sample, "targets", indicator="small_claims_rate")
    assert next(one for one in app.selectbox if one.label == "指标").value == "small_claims_rate"
    assert text(app).index("新增目标") < text(app).index("20%—35%（同类）")
