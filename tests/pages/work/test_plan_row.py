"""The page of one row of the plan: every row answers by the same parts, and each says what comes next."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import markup, text
from tests.support.actors import CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import lacking

PARTS = ["指标", "台账", "所欠", "在哪里办"]


def row_page(open_page: Open, data: DataDir, row: str, actor: Actor = OFFICER, **query: str) -> AppTest:
    """The page of a row, as its address opens it."""
    app = open_page(data, "overview", actor, **query)
    app.query_params["measure"] = row
    app = turn(app, "measures")
    return app.run() if query else app  # the test runner gives a choice to the next page only in its second run


def test_every_row_of_the_plan_answers_with_its_words_and_the_same_parts(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = open_page(sample, "overview")
    for row, entry in catalog.plan_rows.items():
        app.query_params["measure"] = row
        turn(app, "measures")
        assert not app.exception
        assert entry.text in text(app)
        assert f"<h2>{catalog.row_title(row)}</h2>" in markup(app)
        assert re.findall(r'aria-label="(指标|台账|所欠|在哪里办)"', markup(app)) == PARTS
        shown = re.findall(r'indicator=(\w+)"', markup(app))
        assert [one.id for one in catalog.indicators.values() if row in one.measures] == list(
            dict.fromkeys(name for name in shown if row in catalog.indicators[name].measures)
        )
        assert "没有可由数据反映" not in text(app)


def test_a_choice_of_the_row_goes_into_the_address_and_back(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "measures")
    app.selectbox(key="plan_row").set_value("insolvency.2").run()
    assert app.query_params["measure"] == "insolvency.2"
    assert "<h2>办理破产 2．" in markup(app)
    app.selectbox(key="plan_row").set_value("").run()
    assert "measure" not in app.query_params
    assert "方案 17 项配套措施、7 项工作要求" in text(app)


def test_a_table_that_never_came_is_owed_by_name_with_who_hands_it_in(
    sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = lacking(sample, tmp_path / "partial", "revisits")
    shown = text(row_page(open_page, data, "requirements.3"))
    assert shown.count("涉诉企业回访表尚未报送") >= 2  # in the sentence at the head and among what is owed
    assert "报送《涉诉企业回访表》" in shown
    assert "缺少涉诉企业回访表，无法判断，不等于没有" in shown
    assert "审管办报送《涉诉企业回访表》" in text(row_page(open_page, data, "requirements.3", LEADER))


def test_a_department_sees_the_counts_of_its_own_rows_and_is_led_to_them(sample: DataDir, open_page: Open) -> None:
    app = row_page(open_page, sample, "requirements.3", CIVIL, department="民事审判庭")
    assert not app.exception
    assert re.search(r'href="worklists\?[^"]*whose=%E6%B0%91', markup(app))


@pytest.mark.parametrize("page", ["commercial_disputes", "requirements"])
def test_the_headings_of_a_domain_lead_to_the_rows_and_not_for_visitors(
    page: str, sample: DataDir, open_page: Open
) -> None:
    assert f'href="measures?measure={page}.1"' in markup(open_page(sample, page))
    assert "measures?measure=" not in markup(open_page(sample, page, VISITOR))


def test_a_worklist_and_what_is_owed_lead_to_their_row(sample: DataDir, open_page: Open) -> None:
    assert 'href="measures?measure=requirements.3"' in markup(open_page(sample, "worklists", list="涉诉企业回访到期"))
    assert 'href="measures?measure=minority_investors.1"' in markup(open_page(sample))
