"""What the box in the band finds, and for whom."""

import pytest

from scorecard.access import Actor
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.legible import markup, text
from tests.support.actors import CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import copied


@pytest.mark.parametrize(("actor", "cases"), [(OFFICER, True), (CIVIL, True), (LEADER, False), (VISITOR, False)])
def test_cases_are_found_by_who_may_see_them_and_the_limit_is_said(
    actor: Actor, cases: bool, sample: DataDir, open_page: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = open_page(copied(sample, tmp_path_factory.mktemp("search") / "data"), "search", actor=actor)
    app.text_input(key="search_box").set_value("民初1").run()
    assert not app.exception
    assert ("前 50 件，请多输入几位" in text(app)) == cases
    assert ("没有找到" in text(app)) != cases
    assert ("案号中连续的" in text(app)) == (not cases and actor.may_somewhere("evidence"))


def test_a_name_leads_to_the_indicator_the_measure_the_list_and_the_page(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "search")
    app.text_input(key="search_box").set_value("回访").run()
    links = markup(app)
    for wanted in ("indicator=revisit", "measures?measure=", "worklists?list="):
        assert wanted in links
    app.text_input(key="search_box").set_value("简报").run()
    assert '<a class="go" href="briefing">简报</a>' in markup(app)
    visitor = open_page(sample, "search", actor=VISITOR)
    visitor.text_input(key="search_box").set_value("回访").run()
    assert "worklists?" not in markup(visitor)
    assert "measures?" not in markup(visitor)
