"""部门说明 on the screen: the form opened filled in, shown at once, on record with its account; nothing of it for visitors."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.batches import list_batches
from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.ui.records import time_axis
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.scorecard.assessment.test_cards import card
from tests.scorecard.plan import test_signals as signals
from tests.support.actors import CIVIL, LEADER, VISITOR
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

FILING = Actor("立案庭内勤", "department", "filing")
CHOSEN = {"period": "2026年8月", "indicator": "small_claims_rate"}


def opened(open_page: Open, data: DataDir, actor: Actor, **query: str) -> AppTest:
    """The indicator's drawer in the chosen month."""
    return open_page(data, "commercial_disputes", actor=actor, **CHOSEN, **query).run()


@pytest.fixture
def own(data: DataDir, catalog: Catalog) -> DataDir:
    hand_in(data, catalog, "cases", cases_csv(60), date(2026, 9, 30))
    published(data, catalog)
    return data


def address(page: AppTest) -> dict[str, str]:
    """The query of the link to the form."""
    found = markup(page)
    href = found[found.index('href="registers?table=remarks') + 6 :].partition('"')[0].replace("&amp;", "&")
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}


def test_a_department_comments_on_its_indicator_and_everybody_reads_it_at_once(
    own: DataDir, catalog: Catalog, open_page: Open
) -> None:
    asked = address(opened(open_page, own, FILING))
    assert (asked["indicator"], asked["kind"], asked["span"]) == ("小额诉讼程序适用率", "评论", "8月")
    app = open_page(own, "registers", actor=FILING, **asked)
    filled = {one.label: one.value for one in (*app.selectbox, *app.text_input)}
    assert (filled["指标名称（必填）"], filled["说明的年度（必填）"]) == ("小额诉讼程序适用率", "2026")
    assert filled["说明部门（必填）"] == "filing"
    next(one for one in app.text_input if one.label == "说明内容（必填）").set_value("八月集中审理 <b>物业</b> 纠纷")
    next(one for one in app.button if one.label == "登记").click().run()
    assert "已显示在指标卡、详情和联络员页；下一次发布后进入简报" in text(app)
    assert next(one for one in app.text_input if one.label == "说明的年度（必填）").value == "", (
        "once, not for the next row"
    )
    (batch,) = list_batches(own, "remarks")
    assert batch.actor == FILING.name

    shown = opened(open_page, own, LEADER)
    assert "评论：八月集中审理 <b>物业</b> 纠纷" in text(shown)
    assert "<b>物业" not in markup(shown)
    assert "registers?table=remarks" not in markup(shown), "a reader has no form"
    assert "部门说明" not in text(opened(open_page, own, VISITOR))
    assert "八月集中审理" not in text(opened(open_page, own, VISITOR))


def test_a_department_that_does_not_answer_for_an_indicator_has_no_form_there(own: DataDir, open_page: Open) -> None:
    assert "registers?table=remarks" not in markup(opened(open_page, own, CIVIL))


def test_who_took_over_from_a_department_has_its_form(
    own: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """立案庭 ended after the month that is read: who answers is asked of today."""

    def department_on(_: Catalog, department: str, day: date) -> str:
        return "civil" if department == "filing" and day > date(2026, 8, 31) else department

    monkeypatch.setattr(Catalog, "department_on", department_on)
    assert address(opened(open_page, own, CIVIL))["department"] == "civil"
    assert "registers?table=remarks" not in markup(opened(open_page, own, FILING))


def test_each_member_of_a_collective_has_the_form_of_what_the_collective_answers_for(
    own: DataDir, open_page: Open
) -> None:
    """各审判执行业务部门 answers for the indicator; 民事审判庭 is one of its members and speaks for itself."""
    chosen = {"period": "2026年8月", "indicator": "investor_case_median_days"}
    page = open_page(own, "minority_investors", actor=CIVIL, **chosen).run()
    assert address(page)["department"] == "civil"


def test_a_year_so_far_that_registers_have_no_word_for_says_so(
    own: DataDir, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scorecard.ui.indicators.drawer.has_no_word", lambda _: True)
    shown = opened(open_page, own, FILING)
    assert "登记表没有这个累计时段：请选单月、季度或全年再写评论。" in text(shown)
    assert "registers?table=remarks" not in markup(shown)


def test_an_older_version_shows_what_it_held(own: DataDir, catalog: Catalog, open_page: Open) -> None:
    before = published(own, catalog)
    hand_in(own, catalog, "remarks", REMARK, date(2026, 9, 30))
    now = text(opened(open_page, own, LEADER))
    assert "评论：统计口径相同" in now
    published(own, catalog)
    then = opened(open_page, own, LEADER, version=before)
    assert "历史版本" in text(then) or before in text(then)
    assert "统计口径相同" not in text(then)


def test_a_damaged_batch_of_remarks_hides_no_indicator(own: DataDir, catalog: Catalog, open_page: Open) -> None:
    hand_in(own, catalog, "remarks", REMARK, date(2026, 9, 30))
    published(own, catalog)
    (batch,) = list_batches(own, "remarks")
    batch.path.write_bytes(b"PAR1 no more")
    shown = opened(open_page, own, LEADER)
    assert not shown.exception
    assert "评论：统计口径相同" in text(shown), "as it was published"


REMARK = """
指标名称 | 说明种类 | 说明的年度 | 时段 | 说明部门 | 说明内容 | 说明日期
小额诉讼程序适用率 | 评论 | 2026 | 8月 | 立案庭 | 统计口径相同 | 2026-09-05
"""


def test_an_answer_that_says_lasting_is_a_matter_of_the_office_with_its_proposal(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """February 2026 falls below the limits; its department says that it will stay so."""
    of = catalog.indicators[signals.NAME]
    month = signals.containing("month", signals.FIRST + 13)
    found = card(signals.judged(catalog, of, signals.FELL), of, month)
    lasting = signals.shown(catalog, signals.FELL, [signals.answer(catalog, lasting="长期")])
    monkeypatch.setattr(time_axis, "periods", lambda version, grain: (month,))
    monkeypatch.setattr(time_axis, "all_cards", lambda version, selection: {of.id: found})
    monkeypatch.setattr(time_axis, "signals_of", lambda version: lasting)
    (proposed,) = time_axis.proposals(signals.version(catalog))
    assert (proposed.indicator.id, proposed.start) == (of.id, month)
    assert proposed.why.endswith("2026年3月12日说明原因（长期）：调解员换届")
    monkeypatch.setattr(time_axis, "signals_of", lambda version: signals.shown(catalog, signals.FELL))
    assert time_axis.proposals(signals.version(catalog)) == (), "unanswered, it proposes nothing"
