"""对标体系: what answers each item, judged by a registered range alone; what nothing answers says why."""

import re
from datetime import date

import pytest

from etl.intake import accept
from etl.versions import publish
from etl.warehouse import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.etl.warehouse.redefined import publish_rows
from tests.pages.conftest import Open
from tests.pages.test_pages import markup, text
from tests.support.actors import TESTER

# Invented for the test: no source states a range.
RANGES = """体系项目,区间下限,区间上限,起用日期,停用日期,区间依据文件,登记日期
诉前调解成功分流率,40,60,2026-01-01,,某文件,2026-01-05
诉前调解成功分流率,90,99,2025-01-01,2025-12-31,某旧文件,2026-01-05
案-件比,,1.3,2026-01-01,,某文件,2026-01-05
案-件比,,1.4,2025-01-01,2025-12-31,某旧文件,2025-01-05
"""
OFFICIAL = """指标名称,公布值年度,时段,案件范围,公布单位,公布数值,数值单位,公布文件,公布日期
案-件比,2025,全年,全部案件,某中院,1.35,无单位,上年通报,2026-01-10
案-件比,2026,1—3月,全部案件,某中院,1.32,无单位,第一季度通报,2026-04-10
案-件比,2026,1—5月,全部案件,某中院,1.29,无单位,五月通报,2026-06-10
上诉率,2026,1—3月,全部案件,某中院,8.5,%,第一季度通报,2026-04-10
"""


@pytest.fixture(scope="module")
def court(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> DataDir:
    """Ten mediations a month succeed (tests/etl/warehouse/redefined.py); in March 2026 twelve civil cases are filed."""
    data = DataDir(tmp_path_factory.mktemp("frameworks") / "data")
    cases = ["案号,案由,立案日期,结案日期,承办部门,是否涉企"]
    cases += [
        f"（2026）鲁0117民初{number}号,买卖合同纠纷,2026-03-{number:02},,民事审判庭,否" for number in range(1, 13)
    ]
    files = {"cases": "\n".join(cases), "framework_ranges": RANGES, "official_values": OFFICIAL}
    for table, content in files.items():
        accept.accept(content.encode(), f"{table}.csv", catalog.tables[table], catalog, date(2026, 6, 30), TESTER, data)
    publish_rows(data, catalog)
    publish.publish(data, build.build(catalog, data), TESTER)
    return data


def lines(app_markup: str) -> dict[str, str]:
    """Item -> the text of its line."""
    rows = re.findall(r"<tr>(.*?)</tr>", app_markup, flags=re.DOTALL)
    told = [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)).strip() for row in rows]
    return {line.partition(" ")[0]: line for line in told}


def test_each_item_has_its_answer_its_range_and_its_verdict_or_the_reason(court: DataDir, open_page: Open) -> None:
    """10 ÷ (10 + 12) = 45.45 %, inside 40—60; 1.29 is within 1.3, 1.32 was published of an earlier period."""
    app = open_page(court, "frameworks", period="2026年3月").run()
    assert not app.exception
    read = lines(markup(app))
    for said in ("45.45%", "2026年3月", "40%—60%", "2026-01-01起 某文件", "达标"):
        assert said in read["诉前调解成功分流率"]
    assert "未达标" not in read["诉前调解成功分流率"]
    assert (
        "1.32" in read["案-件比"] and "≤1.3" in read["案-件比"] and "未达标" in read["案-件比"]
    )  # of January to March
    assert "8.5%" in read["上诉率"] and "未载" in read["上诉率"] and "小额诉讼案件不能上诉" in read["上诉率"]
    assert "没有生效日期和有无履行内容两列" in read["民事裁判申请执行率"]
    assert "不再统计" in read["延长审限率"]
    later = lines(markup(open_page(court, "frameworks", period="2026年5月").run()))
    assert "1.29" in later["案-件比"] and "未达标" not in later["案-件比"] and "达标" in later["案-件比"]


def test_a_published_value_is_judged_by_the_range_of_its_own_period(court: DataDir, open_page: Open) -> None:
    """In February 2026 the latest is 1.35 of 2025: within that year's 1.4, above the 1.3 since January."""
    line = lines(markup(open_page(court, "frameworks", period="2026年2月").run()))["案-件比"]
    assert "1.35" in line and "≤1.4" in line and "2025-01-01起 某旧文件" in line
    assert "达标" in line and "未达标" not in line


def test_the_second_framework_is_chosen_by_the_address(court: DataDir, open_page: Open) -> None:
    app = open_page(court, "frameworks", framework="b_ready").run()
    assert not app.exception
    read = lines(markup(app))
    assert "评价法律制度，不由案件数据计算" in read["监管框架"]
    assert "《破产案件表》还没有报送" in read["重整时间"]  # the table has not come in: no number
    assert "世界银行营商环境成熟度评估" in text(app)


def test_the_row_of_requirement_two_leads_to_both(court: DataDir, open_page: Open) -> None:
    app = open_page(court, "measures", measure="requirements.2").run()
    for name in ("spc_18", "b_ready"):
        assert f"framework={name}" in markup(app)
