"""Every page on every kind of data: nothing raises, and the page says what it must."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from scorecard.access import Actor
from scorecard.assessment.cards import cards
from scorecard.calendar.period import CALENDAR, month_index
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from scorecard.store.open_version import card_inputs, judged_on, open_published
from tests.conftest import ROOT
from tests.pages.conftest import Open, turn
from tests.pages.legible import TAG, markup, text
from tests.support.actors import ADMINISTRATOR, OFFICER
from tests.support.samples import copied, lacking

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
ANALYSIS = ("overview", "commercial_disputes", "minority_investors", "insolvency", "requirements")
MANAGING = ("accounts", "audit", "self_check", "digests")  # pages of the administrator


def reader(page: str) -> Actor:
    """A user who may open the page."""
    return ADMINISTRATOR if page in MANAGING else OFFICER


def lively(table: str) -> bool:
    """Whether the script finds heads and rows to search, sort and copy, as on every table of more than ten rows but two kinds:
    the overview's matrix, which stands in the plan's order, and lists of names without heads.
    """
    rows = table.partition("<tbody")[2].count("<tr")
    return rows <= 10 or table.count("<thead") == 1 or re.match('<table class="(matrix|lines|asks)"', table) is not None


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_data_says_what_to_do(page: str, data: DataDir, open_page: Open) -> None:
    app = open_page(data, page, actor=reader(page))
    assert not app.exception
    if page in ANALYSIS or page == "versions":
        assert "还没有发布任何数据" in text(app)
        assert "数据报送" in text(app)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_sample_says_so_in_chinese_and_paints_few_figures(
    page: str, sample: DataDir, open_page: Open
) -> None:
    app = open_page(sample, page, actor=reader(page))
    assert not app.exception
    assert "示例数据" in text(app)
    heads = re.findall(r"<(?:h1|h2|h3|th)[^>]*>(.*?)</(?:h1|h2|h3|th)>", markup(app), re.DOTALL)
    assert [head for head in heads if re.search(r"[A-Za-z]{3,}", unescape(TAG.sub("", head)))] == []
    assert len(app.get("plotly_chart")) <= 8
    assert [table[:80] for table in re.findall(r"<table.*?</table>", markup(app), re.DOTALL) if not lively(table)] == []


@pytest.mark.parametrize("page", ANALYSIS[1:])
def test_a_domain_page_has_a_card_for_each_of_its_indicators(
    page: str, sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    shown = re.findall(r'class="(?:card go|go line)[^"]*" href="([^"]*)"', markup(open_page(sample, page)))
    wanted = [indicator.id for indicator in catalog.of_domain(page)]
    assert sorted(re.findall(r"indicator=(\w+)", " ".join(shown))) == sorted(wanted)


def test_the_overview_lists_every_indicator_in_the_order_of_the_plan(
    sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    matrix = next(block.proto.body for block in open_page(sample).get("html") if "matrix" in block.proto.body[:3000])
    shown = re.findall(r"indicator=(\w+)", matrix.split("全部指标")[1])
    assert shown == list(catalog.indicators)


@pytest.mark.parametrize(("page", "end"), [("overview", "</tr>"), ("commercial_disputes", "</a>")])
def test_a_value_of_an_earlier_month_names_its_month_wherever_it_stands(
    page: str, end: str, sample: DataDir, open_page: Open
) -> None:
    """A cohort still under observation shows the last month that is through: under the chosen month's head it says which."""
    version = open_published(sample)
    october = CALENDAR.containing("month", month_index(date(2026, 10, 1)))
    shown, seen = markup(open_page(sample, page)), 0
    for card in cards(card_inputs(version, "month", ALL_DEPARTMENTS, "all", judged_on(version)), october):
        name = card.indicator.id
        for place in re.findall(rf"indicator={name}\".*?{end}", shown, re.DOTALL):
            if card.asked is not None and card.value in place:
                assert card.period in place, (name, place)
                seen += 1
    assert seen > 2


def test_the_first_period_shown_is_the_last_complete_month(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample)
    assert app.selectbox(key="period").value == "2026年10月"
    # No month after it is told of; days are (when the reader last looked).
    assert not re.search(r"2026年11月(?!\d)", text(app))


def test_the_choice_survives_a_change_of_page(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "overview", period="2026年6月", department="民事审判庭")
    assert app.selectbox(key="period").value == "2026年6月"
    turn(app, "insolvency")
    assert app.selectbox(key="period").value == "2026年6月"
    assert app.selectbox(key="department").value == "civil"


def test_another_grain_keeps_the_place_in_time(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "overview", period="2025年5月")
    app.get("button_group")[0].set_value("quarter").run()
    assert app.selectbox(key="period").value == "2025年二季度"


def test_departments_stand_in_the_order_of_the_plan(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    names = open_page(sample).selectbox(key="department").options
    order = ["全院", *(department.name for department in catalog.departments.values())]
    assert names == [name for name in order if name in names]
    assert len(names) > 3


@pytest.mark.parametrize("indicator", ["small_claims_rate", "bankruptcy_mean_days", "sales_contract_total_days"])
def test_a_chosen_indicator_opens_with_one_figure_that_carries_its_provenance(
    indicator: str, sample: DataDir, catalog: Catalog, open_page: Open
) -> None:
    chosen = catalog.indicators[indicator]
    app = open_page(sample, "overview", indicator=indicator)
    app.query_params["indicator"] = indicator
    turn(app, chosen.domain)
    assert not app.exception
    charts = app.get("plotly_chart")
    assert len(charts) == 1
    words = " ".join(note["text"] for note in json.loads(charts[0].proto.spec)["layout"]["annotations"])
    for wanted in ("分子/分母", "数据截至 2026年10月31日", "版本 ", "示例数据"):
        assert wanted in words
    config = json.loads(charts[0].proto.config)
    assert config["modeBarButtons"] == [["toImage"]]
    version = store.current(sample).version or ""
    named = f"{chosen.name}_2026年10月_截至20261031_v{version[:4]}"
    assert config["toImageButtonOptions"]["filename"] == named
    assert config["showSendToCloud"] is False
    assert chosen.definition in text(app)


def test_the_glossary_shows_the_whole_of_an_entry(sample: DataDir, catalog: Catalog, open_page: Open) -> None:
    app = open_page(sample, "overview")
    app.query_params["indicator"] = "small_claims_rate"
    turn(app, "glossary")
    shown = text(app)
    for wanted in ("算例", "÷", "小额转程序率", "20%—35%（同类）", "SELECT"):
        assert wanted in shown
    del app.query_params["indicator"]
    app.query_params["tabulation"] = "mediation_by_cause_group"
    shown = text(app.run())
    for wanted in (
        "成功率（%） = 其中“结果”为“成功”的行数 ÷ 其中“结果”已填的行数",
        "1件，太少不计率",
        "2026年1月，数据截至",
    ):
        assert wanted in shown


def test_a_table_not_handed_in_is_named_first(sample: DataDir, tmp_path: Path, open_page: Open) -> None:
    shown = text(open_page(lacking(sample, tmp_path / "partial", "revisits")))
    assert "尚未报送：涉诉企业回访表" in shown
    assert shown.index("未报 1 张表") < shown.index("未达标")


@pytest.mark.parametrize("page", PAGES)
def test_a_broken_pointer_is_reported_and_the_last_good_version_is_shown(
    page: str, sample: DataDir, tmp_path: Path, open_page: Open
) -> None:
    data = copied(sample, tmp_path / "broken")
    data.pointer.write_bytes(b"\xff\xfe")
    app = open_page(data, page, actor=reader(page))
    assert not app.exception
    assert "发布指针损坏" in text(app)
