"""提示核查: a planted rush at a month's end on the page with its cases; who may see it; a result entered stands beside it."""

import re
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from scorecard.access import Actor
from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.conftest import ROOT
from tests.pages.conftest import Open, files
from tests.pages.test_pages import text
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR
from tests.support.written import hand_in, published

NAME, MONTH = "月末集中结案（审判）", "2026年6月"
AS_OF = date(2026, 7, 31)


def rush() -> bytes:
    """Every working day of June 2026 two cases of 民事审判庭 end, on its last three (26, 29, 30) twelve; filed 50 days before."""
    lines = ["案号,案由,立案日期,结案日期,结案方式,适用程序,承办部门,是否涉企,审限届满日"]
    for passed in range(60):
        day = date(2026, 6, 1) + timedelta(passed)
        if day.weekday() > 4 or day == date(2026, 6, 19):  # 端午节
            continue
        for _ in range(12 if day in (date(2026, 6, 26), date(2026, 6, 29), date(2026, 6, 30)) else 2):
            filed, limit = day - timedelta(50), day + timedelta(60)
            lines.append(
                f"（2026）鲁0117民初{len(lines)}号,买卖合同纠纷,{filed},{day},判决,简易程序,民事审判庭,否,{limit}"
            )
    return "\r\n".join(lines).encode()


@pytest.fixture(scope="module")
def rushed(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    data, catalog = DataDir(tmp_path_factory.mktemp("rush") / "data"), loader.load(ROOT / "seeds")
    hand_in(data, catalog, "cases", rush(), AS_OF)
    published(data, catalog)
    return data


def opened(open_page: Open, data: DataDir, actor: Actor = OFFICER, department: str = "") -> AppTest:
    """The page at the month."""
    app = open_page(data, "prompts", actor=actor)
    if actor.may_somewhere("prompts"):
        app.segmented_control(key="grain").set_value("month").run()
        app.selectbox(key="period").set_value(MONTH).run()
    return app.selectbox(key="department").set_value(department).run() if department else app


def test_a_planted_rush_is_told_with_its_numbers_other_reasons_and_cases(rushed: DataDir, open_page: Open) -> None:
    """36 of 72 cases on 3 of 21 working days. With their days off these are 5 of 30 days; 25 days have 36, which makes 7.2 of five."""
    app = opened(open_page, rushed)
    assert not app.exception
    shown = text(app)
    assert f"{MONTH}　1 项请核查" in shown
    assert f"{MONTH}：月末三个工作日36件，占72件的50.0%；按其余各日推算应约7.2件，是应有数的5.00倍。" in shown
    assert "可能原因：" in shown
    assert "不表示存在问题" in shown
    assert "36 行" in shown
    assert "第 1 至 20 行，共 36 行。" in shown
    assert files(app) == ["导出全部 36 行（CSV）"]
    for word in ("造假", "违规", "弄虚", "问责", "法官姓名"):
        assert word not in shown


def test_what_an_extract_does_not_say_is_refused_with_its_reason(rushed: DataDir, open_page: Open) -> None:
    shown = text(opened(open_page, rushed))
    assert re.search(r"撤诉、驳回后短期再立案（民事一审）\s*不作判断\s*[^。]*没有“前案案号”", shown)
    assert "《执行案件表》还没有报送" in shown


@pytest.mark.parametrize(
    ("actor", "department", "seen"),
    [
        (OFFICER, "", True),
        (LEADER, "", True),
        (CIVIL, "", False),
        (CIVIL, "civil", True),
        (CIVIL, "all", False),
        (ADMINISTRATOR, "", False),
        (VISITOR, "", False),
    ],
    ids=lambda one: one.role if isinstance(one, Actor) else str(one),
)
def test_the_office_the_leaders_and_a_department_of_its_own(
    actor: Actor, department: str, seen: bool, rushed: DataDir, open_page: Open
) -> None:
    app = opened(open_page, rushed, actor, department)
    assert not app.exception
    assert (NAME in text(app)) == seen


def test_a_result_that_was_entered_stands_beside_its_prompt(
    rushed: DataDir, catalog: Catalog, open_page: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = DataDir(tmp_path_factory.mktemp("checked") / "data")
    hand_in(data, catalog, "cases", rush(), AS_OF)
    said = f"{NAME}|{MONTH}|民事审判庭|2026-07-10|正常|20|集中宣判的系列案件"
    head = "提示|报告期|核查部门|核查日期|核查结果|抽查件数|情况说明"
    hand_in(data, catalog, "check_results", f"{head}\n{said}", AS_OF)
    published(data, catalog)
    shown = text(opened(open_page, data))
    assert re.search(rf"◆\s*已核查\s*{re.escape(NAME)}", shown)
    assert re.search(r"2026-07-10　民事审判庭核查20件：\s*正常\s*。集中宣判的系列案件", shown)


def test_the_link_to_the_register_fills_in_what_it_is_about(rushed: DataDir, open_page: Open) -> None:
    app = open_page(rushed, "registers", table="check_results", prompt=NAME, span=MONTH)
    assert not app.exception
    given = {one.label: (one.value, one.disabled) for one in app.text_input}
    assert (given["提示（必填）"], given["报告期（必填）"]) == ((NAME, False), (MONTH, False))
