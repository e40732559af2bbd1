"""What the overview, a domain's page and an indicator's drawer say of change over time."""

import json
import re

import pytest

from scorecard.assessment.control_limits import ASSURANCES, VARIATIONS
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import ANALYSIS, markup, text
from tests.scorecard.narrative.test_attention import TITLES


def attention(page: str) -> str:
    """The block of exceptions of the overview's markup."""
    return page[page.index(TITLES[0]) : page.index("全部指标")]


def test_the_overview_groups_exceptions_before_improvements_before_everything(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample))
    places = [shown.index(title) for title in (*TITLES, "全部指标", "文字表述") if title in shown]
    assert places == sorted(places)
    assert len(places) >= 4


def test_each_exception_stands_once_in_the_plans_order_with_link_sentence_and_department(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    block = attention(markup(open_page(sample)))
    listed: list[str] = []
    for group in re.findall(r'<ul class="attention">(.*?)</ul>', block, re.DOTALL):
        ids = re.findall(r"indicator=(\w+)", group)
        assert ids == [name for name in catalog.indicators if name in ids]
        assert len(re.findall(r"<li>", group)) == len(ids)
        listed += ids
    assert len(listed) == len(set(listed)) > 5
    for name in listed:
        assert catalog.indicators[name].name in block
        assert catalog.department_names(catalog.indicators[name].departments) in block


def test_a_bad_group_is_not_ordered_by_value(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    """With a department chosen the values change and the order does not."""
    for department in ("执行局", "民事审判庭"):
        block = markup(open_page(sample, "overview", department=department))
        matrix = re.findall(r"indicator=(\w+)", block.split("全部指标")[1])
        assert matrix == list(catalog.indicators)


@pytest.mark.parametrize("page", ANALYSIS)
def test_no_page_shows_a_score_or_a_ranking(page: str, sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample, page)).replace("不按数值排名", "")
    for word in ("得分", "总分", "排名", "名次", "排行", "第一名", "末位"):
        assert word not in shown, word


def test_months_have_both_words_and_other_grains_say_where_they_are(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample))
    assert {word for word in VARIATIONS if word in shown} >= {"真实改善", "显著变化", "正常波动", "基准不稳"}
    assert sum(word in shown for word in ASSURANCES) >= 2
    wide = text(open_page(sample, "overview", grain="年度累计"))
    assert "变异、保障按单月数值判断" in wide
    assert not any(
        word in wide.split("怎样读")[0].replace("列出真实恶化、稳定不达标、真实改善和基准不稳", "")
        for word in ("正常波动", "真实恶化")
    )


def test_cards_carry_the_words_and_their_symbols(sample: DataDir, open_page: Open) -> None:
    shown = markup(open_page(sample, "commercial_disputes"))
    assert re.search(r'变异 <span class="mark met"><span aria-hidden="true">▲</span>真实改善</span>', shown)
    assert re.search(r'保障 <span class="mark met"><span aria-hidden="true">▲</span>稳定达标</span>', shown)
    assert re.search(r'变异 <span class="mark doubtful"><span aria-hidden="true">◆</span>基准不稳</span>', shown)
    assert re.search(r"同比上升[\d.]+个百分点", shown)


@pytest.mark.parametrize("page", ANALYSIS)
def test_the_words_to_copy_are_there_and_end_in_full_sentences(page: str, sample: DataDir, open_page: Open) -> None:
    shown = markup(open_page(sample, page))
    copied = re.findall(r'<div class="copy">(.*?)</div>', shown, re.DOTALL)
    assert len(copied) == 1
    assert all(line.endswith(("。", "：", "）")) for line in copied[0].splitlines() if line.strip())
    if page == "overview":
        assert "示例数据" in copied[0]


def test_the_drawer_explains_the_state_and_prints_the_baseline_on_the_figure(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    name = "small_claims_mean_days"
    app = open_page(sample, "overview", indicator=name)
    app.query_params["indicator"] = name
    turn(app, catalog.indicators[name].domain)
    assert not app.exception
    shown = text(app)
    for wanted in ("状态说明", "怎样会变", "同比环比", "变异", "保障", "基准", "固定基准", "均值"):
        assert wanted in shown
    layout = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]
    words = " ".join(one["text"] for one in layout["annotations"])
    for wanted in ("控制上限", "控制下限", "均值", "固定基准"):
        assert wanted in words


def test_tables_nobody_has_to_hand_in_are_never_called_missing(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample))
    assert "无逾期" in shown
    assert "基准重设表" not in shown
    assert "时间轴标注表" not in shown


def test_a_quarter_has_no_limits(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    app = open_page(sample, "commercial_disputes")
    app.query_params["indicator"] = "small_claims_mean_days"
    app.get("button_group")[0].set_value("quarter").run()
    assert "2026年三季度" in text(app)
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert "控制上限" not in " ".join(one["text"] for one in spec["layout"]["annotations"])
