"""What the overview, a domain's page and an indicator's drawer say of change over time."""

import json
import re
from datetime import date

import pytest

from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import ANALYSIS, markup, text

DAY = date(2026, 10, 31)  # to which the sample reaches


def asked(page: str) -> list[str]:
    """The indicators of 要过问的 in the overview's markup, in its order."""
    return [
        found
        for table in re.findall(r'<table class="asks">(.*?)</table>', page, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        for found in re.findall(r"indicator=(\w+)", row)[:1]
    ]


def test_the_answer_stands_first_and_everything_else_after_it(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample))
    places = [
        shown.index(title) for title in ("有目标可评", "要过问的", "好转的", "台账与预警", "全部指标", "文字表述")
    ]
    assert places == sorted(places)


def test_the_three_numbers_are_those_of_the_cards_and_every_miss_is_asked_about(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    """Counted a second time from the line of every indicator further down the page."""
    page = markup(open_page(sample))
    lines = re.findall(r"<tr>(.*?)</tr>", page.split("全部指标")[1], re.DOTALL)
    words = {found[0]: line for line in lines if (found := re.findall(r"indicator=(\w+)", line))}
    chips = {name: re.findall(r"</span>([^<]+)</span>", line)[0] for name, line in words.items()}
    missed = [name for name, chip in chips.items() if chip.startswith("未达标")]
    met = [name for name, chip in chips.items() if chip.removeprefix("稳定").startswith("达标")]
    told = re.search(r"有目标可评<b>(\d+)</b>.*?达标<b>(\d+)</b>.*?未达标<b>(\d+)</b>", page, re.DOTALL)
    assert told is not None
    assert [int(number) for number in told.groups()] == [len(met) + len(missed), len(met), len(missed)]
    listed = asked(page)
    assert missed
    assert set(missed) <= set(listed)
    assert listed == [name for name in catalog.indicators if name in listed], "the plan's order, not by value"
    for name in listed:
        assert catalog.department_names(catalog.indicators[name].departments) in page


def test_a_department_reads_first_what_it_answers_for(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    """Never that nothing is missed while one of its indicators is, by the whole court's values."""
    whole = asked(markup(open_page(sample)))
    for id, department in catalog.departments.items():
        duties = [name for name in whole if id in catalog.responsible(catalog.indicators[name].departments, DAY)]
        if not duties or department.collective:
            continue
        page = markup(open_page(sample, "overview", department=department.name))
        first, _, own = page.partition(f"{department.name}承办的案件")
        assert asked(first) == duties
        assert "无数据" not in re.sub(r"<details.*?</details>", "", own.split("全部指标")[0], flags=re.DOTALL) or own


@pytest.mark.parametrize("page", ANALYSIS)
def test_no_page_shows_a_score_or_a_ranking(page: str, sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample, page)).replace("不按数值排名", "")
    for word in ("得分", "总分", "排名", "名次", "排行", "第一名", "末位"):
        assert word not in shown, word


def test_a_month_and_its_year_so_far_lead_to_each_other(sample: DataDir, open_page: Open) -> None:
    month, year = (markup(open_page(sample, "overview", grain=grain)) for grain in ("单月", "年度累计"))
    for page, other in ((month, "年度累计"), (year, "单月")):
        told = re.search(r"按年度累计(\d+)项未达标，按单月（2026年10月）(\d+)项", page)
        assert told is not None
        assert f"按{other}看</a>" in page
        for shown, missed in ((year, told[1]), (month, told[2])):
            assert f"未达标<b>{missed}</b>" in shown
    assert "按单月数值判断" in text(open_page(sample, "overview", grain="年度累计"))


def test_a_card_has_one_chip_and_says_by_it_what_truly_changed(sample: DataDir, open_page: Open) -> None:
    shown = markup(open_page(sample, "commercial_disputes"))
    cards = re.findall(r'<a class="card.*?</a>', shown, re.DOTALL)
    assert cards
    assert {card.count('class="mark') for card in cards} == {1}
    for word in ("达标，明显好转", "稳定达标", "明显变化"):
        assert f"{word}</span>" in shown
    assert "控制界限" not in text(open_page(sample, "commercial_disputes")).split("文字表述")[0]


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
    for wanted in ("状态说明", "怎样会变", "同比环比", "是否真变化", "能否稳定达标", "基准", "固定基准", "均值"):
        assert wanted in shown
    layout = json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]
    words = " ".join(one["text"] for one in layout["annotations"])
    for wanted in ("控制上限", "控制下限", "均值", "固定基准"):
        assert wanted in words


def test_tables_nobody_has_to_hand_in_are_never_called_missing(sample: DataDir, open_page: Open) -> None:
    shown = text(open_page(sample))
    assert "张表齐" in shown
    assert "基准重设表" not in shown
    assert "时间轴标注表" not in shown


def test_a_quarter_has_no_limits(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    app = open_page(sample, "commercial_disputes")
    app.query_params["indicator"] = "small_claims_mean_days"
    app.get("button_group")[0].set_value("quarter").run()
    assert "2026年三季度" in text(app)
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert "控制上限" not in " ".join(one["text"] for one in spec["layout"]["annotations"])
