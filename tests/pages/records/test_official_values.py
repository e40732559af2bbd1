"""公布值 on the screen: entered by the office, published after a look, 数据待核 until the same row is explained.

Of the sixty invented cases eight were closed in June, two of them small claims: 25 %.
"""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from etl.intake.examine import examine
from etl.versions.enter import one_row_csv
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.actors import CIVIL, LEADER, VISITOR
from tests.support.extracts import cases_csv
from tests.support.written import hand_in, published

ROW = {
    "指标名称（必填）": "小额诉讼程序适用率",
    "公布值年度（必填）": "2026",
    "时段（必填）": "6月",
    "案件范围（必填）": "全部案件",
    "公布单位（必填）": "市中院",
    "公布数值（必填）": "31",
    "数值单位（必填）": "%",
    "公布文件（必填）": "通报〔2026〕9号",
}
SAID = "本院25.00%，市中院公布31.00%（通报〔2026〕9号，2026年7月10日），本院较公布值-6.00个百分点"


@pytest.fixture
def own(data: DataDir, catalog: Catalog) -> DataDir:
    hand_in(data, catalog, "cases", cases_csv(60), date(2026, 9, 30))
    published(data, catalog)
    return data


def fill(app: AppTest, button: str, days: dict[str, str], cells: dict[str, str]) -> str:
    for box in (*app.selectbox, *app.text_input):
        if box.label in cells:
            box.set_value(cells[box.label])
    for one in app.date_input:
        if one.label in days:
            one.set_value(days[one.label])
    next(one for one in app.button if one.label == button).click().run()
    assert not app.exception
    return text(app)


def drawer(open_page: Open, data: DataDir, **who: object) -> str:
    chosen = {"period": "2026年6月", "indicator": "small_claims_rate"}
    return text(open_page(data, "commercial_disputes", **who, **chosen).run())  # pyright: ignore


def test_a_difference_is_data_to_be_checked_from_publication_until_its_explanation(
    own: DataDir, catalog: Catalog, open_page: Open
) -> None:
    app = open_page(own, "registers", table="official_values")
    fill(app, "登记", {"公布日期（必填）": "2026-07-10"}, ROW)
    linked = '下一次发布的版本按它计算，请审管办到<a class="go" href="upload">“数据报送”</a>页查看影响并发布'
    assert linked in markup(app), "the page that it names is one step away"
    assert SAID not in drawer(open_page, own)
    published(own, catalog)
    shown = drawer(open_page, own, actor=LEADER)
    assert f"{SAID}，超过允许差0.5个百分点" in shown and "数据待核" in shown

    app = open_page(own, "registers", table="official_values")
    next(one for one in app.selectbox if one.label == "登记还是更正").select_index(1).run()
    assert "说明日期" in fill(app, "更正", {}, {"差异说明": "上级按立案日期统计"}), "its day is asked for"
    fill(app, "更正", {"说明日期": "2026-07-20"}, {"差异说明": "上级按立案日期统计"})
    published(own, catalog)
    shown = drawer(open_page, own, actor=CIVIL)
    assert f"{SAID}；2026年7月20日说明：上级按立案日期统计" in shown
    assert "超过允许差" not in shown
    assert "市中院" not in text(open_page(own, "commercial_disputes", actor=VISITOR, indicator="small_claims_rate"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"indicator": "小额诉讼率"}, "小额诉讼"),
        ({"span": "13月"}, "取值未登记"),
        ({"unit": "件"}, "“小额诉讼程序适用率”的单位写作“件”"),
        ({"published_on": "2026-09-30"}, "2026-09-30 公布，2026年1—9月还没有结束"),
        ({"tolerance": "-1"}, "小于"),
    ],
)
def test_an_unknown_indicator_or_period_another_unit_and_an_early_day_are_refused_at_the_door(
    catalog: Catalog, change: dict[str, str], said: str
) -> None:
    row = {
        "indicator": "小额诉讼程序适用率", "value_year": "2026", "span": "1—9月", "scope": "全部案件", "issuer": "市中院",
        "value": "31", "unit": "%", "document": "通报", "published_on": "2026-10-08",
    }  # fmt: skip
    table = catalog.tables["official_values"]
    assert not examine(one_row_csv(row, table, catalog), "a.csv", table, catalog, date(2026, 10, 9)).refused
    found = examine(one_row_csv({**row, **change}, table, catalog), "a.csv", table, catalog, date(2026, 10, 9))
    assert found.refused
    assert any(said in f"{one.reason}{one.suggestion}" for one in found.problems), found.problems
