"""The topics of the domain pages: all render for every choice, the cards come first, few charts, nothing private, no ranking."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from scorecard.access import Actor
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.storage.data_dir import DATA_VARIABLE, DataDir
from scorecard.store.open_version import Selection, open_published
from scorecard.store.warehouse import told_months
from scorecard.ui.shell.cached import periods
from scorecard.ui.shell.frame import View
from scorecard.ui.topics import topic as topics
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.actors import CIVIL, LEADER, OFFICER

TOPICS = {
    "insolvency": ("案件时间轴", "审理时长", "清偿与成本", "财产处置与管理人"),
    "commercial_disputes": ("各环节用时", "小额适用"),
    "minority_investors": ("拖欠账款",),
}
MOST_CHARTS = 8
NUMBER = re.compile(r"鲁0117破\d+号")


def figures(app: AppTest) -> list[str]:
    return [one.proto.spec for one in app.get("plotly_chart")]


@pytest.mark.parametrize("page", TOPICS)
def test_the_cards_come_first_and_every_topic_can_be_chosen(page: str, sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, page)
    assert app.segmented_control(key="topic").value == "指标"
    assert 'class="card go' in markup(app)
    assert app.segmented_control(key="topic").options == ["指标", "图览", *TOPICS[page]]


@pytest.mark.parametrize("page", TOPICS)
@pytest.mark.parametrize("grain", ["month", "year"])
def test_every_topic_renders_with_few_charts_each_with_provenance_and_a_sentence(
    page: str, grain: str, sample: DataDir, open_page: Open
) -> None:
    app = open_page(sample, page)
    app.segmented_control(key="grain").set_value(grain).run()
    for topic in TOPICS[page]:
        app.segmented_control(key="topic").set_value(topic).run()
        assert not app.exception, topic
        charts = app.get("plotly_chart")
        assert len(charts) <= MOST_CHARTS
        for chart in charts:
            shown = json.dumps(json.loads(chart.proto.spec), ensure_ascii=False)
            assert "口径 " in shown, topic
            assert "数据截至 " in shown, topic
            assert "示例数据" in shown, topic
            assert re.search(r"[\u4e00-\u9fff]{4}", chart.proto.alt), topic
        heads = re.findall(r"<(?:h2|th)[^>]*>(.*?)</(?:h2|th)>", markup(app))
        assert heads, topic
        assert not [head for head in heads if re.search(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", "", head))]


@pytest.mark.parametrize("page", TOPICS)
@pytest.mark.parametrize(("key", "value"), [("department", "civil"), ("scope", "firm")])
def test_a_topic_that_cannot_follow_a_choice_says_so_instead_of_showing_something_else(
    page: str, key: str, value: str, sample: DataDir, open_page: Open
) -> None:
    app = open_page(sample, page)
    widget = app.selectbox(key=key) if key == "department" else app.segmented_control(key=key)
    widget.set_value(value).run()
    for topic in TOPICS[page]:
        app.segmented_control(key="topic").set_value(topic).run()
        assert not app.exception, topic
        if page == "insolvency" and key == "scope":
            assert "请把上方" in text(app), topic
            assert key == "department" or not figures(app), topic


@pytest.mark.parametrize(("actor", "sees"), [(OFFICER, True), (LEADER, False), (CIVIL, False)])
def test_case_numbers_stand_beside_the_lines_for_those_who_may_see_cases_only(
    actor: Actor, sees: bool, sample: DataDir, open_page: Open
) -> None:
    app = open_page(sample, "insolvency", actor=actor)
    app.segmented_control(key="grain").set_value("year").run()
    for topic in ("案件时间轴", "清偿与成本"):
        app.segmented_control(key="topic").set_value(topic).run()
        shown = "".join(json.dumps(json.loads(one), ensure_ascii=False) for one in figures(app)) + text(app)
        assert bool(NUMBER.search(shown)) == sees, topic


def test_one_readers_case_numbers_are_not_kept_for_the_next_one(sample: DataDir, open_page: Open) -> None:
    for actor, sees in ((OFFICER, True), (LEADER, False), (OFFICER, True)):
        app = open_page(sample, "insolvency", actor=actor)
        app.segmented_control(key="topic").set_value("案件时间轴").run()
        (figure,) = figures(app)
        assert bool(NUMBER.search(json.dumps(json.loads(figure), ensure_ascii=False))) == sees


def test_no_administrator_is_named(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "insolvency")
    app.segmented_control(key="topic").set_value("财产处置与管理人").run()
    assert "管理人1" in text(app)
    assert "示例管理人" not in markup(app)
    assert "不是名次" in text(app)


def test_under_five_cases_there_are_counts_and_dots_only(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "insolvency")
    app.segmented_control(key="topic").set_value("清偿与成本").run()
    assert "只列数，不算比率" in text(app) or "没有两项数额都已填写" in text(app)
    app.segmented_control(key="topic").set_value("审理时长").run()
    row = re.search(r"本报告期终结的案件\s+(\d+)件\s+(\S+)\s+(\S+)", text(app))
    assert row
    assert int(row[1]) < 5
    assert (row[2], row[3]) == (f"{row[1]}件", f"{row[1]}件")


def test_the_pending_cases_are_why_the_estimate_stands_beside_the_mean(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "insolvency")
    app.segmented_control(key="topic").set_value("审理时长").run()
    assert "漏掉了正在拖长的案件" in text(app)
    assert "95%区间" in text(app)
    assert "2024年1月1日以前受理的" in text(app)


def test_a_wage_that_is_not_in_the_table_is_asked_for_and_no_share_is_drawn_of_the_few_left(
    sample: DataDir, open_page: Open
) -> None:
    app = open_page(sample, "commercial_disputes")
    app.segmented_control(key="grain").set_value("ytd").run()
    app.segmented_control(key="topic").set_value("小额适用").run()
    assert "缺工资参数，只列数，不算比例" in text(app)
    assert not figures(app)
    assert "年平均工资" in text(app)
    assert "请审管办在“登记”页的“参数表”登记" in text(app)


def test_where_the_wage_is_known_the_share_of_eligible_claims_is_told_with_its_own_denominator(
    sample: DataDir, open_page: Open
) -> None:
    app = open_page(sample, "commercial_disputes")
    app.segmented_control(key="grain").set_value("month").run()
    app.selectbox(key="period").set_value("2025年1月").run()
    app.segmented_control(key="topic").set_value("小额适用").run()
    assert "标的额应当适用小额的" in text(app)
    assert "分母只是这一档" in text(app)
    assert len(figures(app)) == 2  # the bands of this month, and the share month by month


def test_all_tables_must_tell_of_a_month_by_every_date() -> None:
    with duckdb.connect() as connection:
        assert told_months(connection, ["a"]) == frozenset(), "a version from before months were told"
        connection.execute("CREATE TABLE table_month (table_id VARCHAR, clock VARCHAR, month BIGINT)")
        connection.execute(
            "INSERT INTO table_month VALUES ('a', NULL, 1), ('a', NULL, 2), ('b', NULL, 2), ('b', 'day', 1)"
        )
        assert told_months(connection, ["a"]) == {1, 2}
        assert told_months(connection, ["a", "b"]) == {2}


def test_a_month_that_a_table_does_not_tell_of_is_a_gap_and_no_zero(
    sample: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the sample's newest four months the first is told of by nobody, and neither is the third."""
    monkeypatch.setenv(DATA_VARIABLE, str(sample.root))
    version = open_published(sample)
    with closing(version.connection):
        newest = periods(version, "month")[:4][::-1]
        drawn: list[tuple[list[str], Mapping[str, Sequence[Any]]]] = []
        monkeypatch.setattr(topics, "told_months", lambda *_: {newest[1].first_month, newest[3].first_month})
        monkeypatch.setattr(topics, "show_figure", lambda view, key, title, draw, *_, **__: draw(None))
        monkeypatch.setattr(topics, "months", lambda frame, labels, lines, unit: drawn.append((labels, lines)))
        view = View(version, Selection(newest[-1], ALL_DEPARTMENTS, "all"), {}, {})
        topics.show_months(
            view, "k", "t", {"enforcement": ()}, lambda *_: Fraction(0), lambda found: {"件数": found}, "件", basis=""
        )
    assert drawn == [([month.label for month in newest[1:]], {"件数": [Fraction(0), None, Fraction(0)]})]
