"""基准与标注: who may record what, and that what was recorded is drawn, printed and never lost."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.batches import list_batches
from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import copied


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> DataDir:
    return copied(sample, tmp_path / "own")


def send(app: AppTest, label: str) -> AppTest:
    return next(one for one in app.button if one.label == label).click().run()


def batches(data: DataDir, table: str) -> int:
    return sum(batch.table == table for batch in list_batches(data))


def figure(app: AppTest, catalog: Catalog, indicator: str) -> tuple[str, list[dict[str, object]]]:
    app.query_params["indicator"] = indicator
    app.query_params["grain"] = "单月"
    turn(app, catalog.indicators[indicator].domain)
    assert not app.exception
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    words = " ".join(one["text"] for one in spec["layout"]["annotations"]).replace("<br>", "")
    return words, spec["layout"].get("shapes", [])


def test_a_recorded_rebasing_is_printed_on_the_figure_with_reason_and_name(
    own: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = open_page(own, "time_axis")
    app.selectbox(key="baseline_of").set_value("small_claims_rate")
    app.date_input(key="baseline_from").set_value("2025-06-17")
    app.text_input(key="baseline_why").set_value("标的额上限调整 <b>")
    app.text_input(key="baseline_who").set_value("某副院长")
    send(app, "记录重设基准")
    assert not app.exception
    assert "已记录并已发布" in text(app)
    assert "标的额上限调整 <b>" in text(app)
    words, shapes = figure(app, catalog, "small_claims_rate")
    assert "2025年6月起重设基准：标的额上限调整 &lt;b&gt;（某副院长" in words
    assert "以2025年6月至2026年5月的12个月为固定基准" in words
    assert shapes
    assert "重设基准" in text(app)


def test_a_mark_for_all_indicators_stands_on_every_figure_until_it_is_withdrawn(
    own: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = open_page(own, "time_axis")

    def record(state: str) -> None:
        turn(app, "time_axis")
        app.date_input(key="mark_month").set_value("2025-03-09")
        app.selectbox(key="mark_state").set_value(state)
        app.text_input(key="mark_text").set_value("集中送达中心启用")
        app.text_input(key="mark_why").set_value("院务会纪要")
        app.text_input(key="mark_who").set_value("审管办")
        send(app, "记录标注")
        assert not app.exception

    record("有效")
    for indicator in ("small_claims_rate", "outreach_firm_count"):
        words, _ = figure(app, catalog, indicator)
        assert "① 2025年3月　集中送达中心启用（院务会纪要；审管办" in words
    record("撤销")
    assert batches(own, "annotations") == 2
    words, _ = figure(app, catalog, "small_claims_rate")
    assert "集中送达中心" not in words


def test_a_decision_without_reason_or_name_is_refused_and_nothing_is_written(own: DataDir, open_page: Open) -> None:
    app = send(open_page(own, "time_axis"), "记录重设基准")
    assert "请填写理由" in text(app)
    assert "请填写决定人" in text(app)
    assert batches(own, "baselines") == 0


@pytest.mark.parametrize("actor", [VISITOR, LEADER, CIVIL, ADMINISTRATOR])
def test_who_may_not_set_a_target_reads_and_is_told_who_may(actor: Actor, sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "time_axis", actor=actor)
    assert "由审管办的账户记录" in text(app)
    assert [one.label for one in app.button if one.label.startswith("记录")] == []


def test_the_officer_has_both_forms(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "time_axis", actor=OFFICER)
    assert {"记录重设基准", "记录标注"} <= {one.label for one in app.button}


def test_an_unfit_baseline_is_a_matter_with_a_proposal_that_one_press_accepts(
    own: DataDir, catalog: Catalog, open_page: Open
) -> None:
    """失信企业台账排查率 climbs through its first year in the sample and stands level afterwards."""
    name = "dishonest_firm_screening_rate"
    app = open_page(own, "time_axis")
    (waiting,) = re.findall(r"待审管办决定 (\d+) 项", text(app))
    app.query_params["rebase"] = name
    app.run()
    assert app.selectbox(key=f"baseline_of {name}").value == name
    assert "基准期内" in str(app.text_input(key=f"baseline_why {name}").value)
    app.text_input(key="baseline_who").set_value("某副院长")
    send(app, "记录重设基准")
    assert not app.exception
    assert "已记录并已发布" in text(app)
    assert f"待审管办决定 {int(waiting) - 1} 项" in text(app)  # its own months are fit
