"""The page of the rows: the chain for everybody, the rows for those allowed, the way there from an indicator."""

import re
from base64 import b64decode
from xml.etree import ElementTree

import pytest

from scorecard.access import Actor
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open, files
from tests.pages.test_pages import markup, text
from tests.support.actors import CIVIL, LEADER, OFFICER

ROWS = re.compile(r"共 ([\d,]+) 行")


def test_the_page_tells_the_chain_and_that_the_rows_agree_with_the_board(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "evidence", indicator="small_claims_rate")
    assert not app.exception
    read = text(app)
    for link in (
        "逐行合计",
        "与看板一致",
        "分母 = 《审判案件表》",
        "从《审判案件表》取行的 SQL",
        "数据截至 2026-10-31",
        "源文件行号",
    ):
        assert link in read
    assert "不一致" not in read


def test_half_and_text_narrow_the_rows(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "evidence", indicator="small_claims_rate")
    everything = ROWS.search(text(app))
    app.segmented_control(key="part").set_value("numerator").run()
    numerator = ROWS.search(text(app))
    app.text_input(key="find").set_value("人民法庭").run()
    found = ROWS.search(text(app))
    assert not app.exception
    assert everything
    assert numerator
    assert found
    assert int(everything[1]) > int(numerator[1]) > int(found[1]) > 0


@pytest.mark.parametrize("actor", [LEADER, CIVIL])
def test_who_may_not_see_the_rows_sees_the_chain_and_why(sample: DataDir, open_page: Open, actor: Actor) -> None:
    before = open_page(sample, "evidence", actor=OFFICER, indicator="small_claims_rate")
    assert "鲁0117民初" in text(before), "what is kept of an officer's page is of no use to anybody else"
    app = open_page(sample, "evidence", actor=actor, indicator="small_claims_rate")
    assert not app.exception
    assert "逐行合计" in text(app)
    assert "逐行清单不对当前账户开放" in text(app)
    assert ("部门账户只能看本部门的案件" in text(app)) == (actor is CIVIL)
    assert "鲁0117民初" not in text(app)
    assert not files(app)


def test_a_department_sees_its_own_rows(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "evidence", actor=CIVIL, indicator="small_claims_rate")
    app.selectbox(key="department").set_value("civil").run()
    assert not app.exception
    assert "鲁0117民初" in text(app)
    assert files(app)


@pytest.mark.parametrize(
    "indicator",
    ["sales_contract_total_days", "pre_mediation_diversion_rate", "credit_repair_firm_count", "bankruptcy_mean_days"],
)
def test_indicators_over_several_tables_or_without_a_denominator_have_their_rows_too(
    sample: DataDir, open_page: Open, indicator: str
) -> None:
    app = open_page(sample, "evidence", actor=OFFICER, indicator=indicator)
    app.segmented_control(key="grain").set_value("year").run()
    assert not app.exception
    assert "与看板一致" in text(app)
    assert "<td" in markup(app)


def test_the_detail_of_an_indicator_leads_to_its_rows(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "insolvency", indicator="bankruptcy_mean_days")
    assert "evidence?indicator=bankruptcy_mean_days" in markup(app)


def test_an_indicator_without_a_value_for_the_choice_says_why(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "evidence", indicator="pre_mediation_diversion_rate")
    app.selectbox(key="department").set_value("civil").run()
    assert not app.exception
    assert "只按全院统计" in text(app)


@pytest.mark.parametrize(("page", "rows"), [("evidence", True), ("worklists", True), ("glossary", False)])
def test_case_rows_say_faintly_who_reads_them_and_when(page: str, rows: bool, sample: DataDir, open_page: Open) -> None:
    """The account's name is data: it ends no element of the page and of the picture."""
    hostile = Actor('李四</text><script>"&', "case_management")
    app = open_page(sample, page, actor=hostile, indicator="small_claims_rate")
    assert not app.exception
    found = re.search(r"--trace:url\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)", markup(app))
    assert bool(found) == rows
    if found:
        picture = ElementTree.fromstring(b64decode(found[1]))
        (words,) = picture.itertext()
        assert re.fullmatch(re.escape(hostile.name) + r"　\d{4}-\d\d-\d\d \d\d:\d\d", words)
        assert len(list(picture)) == 1
