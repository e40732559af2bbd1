"""The drawer of an indicator: what stands open, what is one tap away, and what only some readers get."""

import re
from dataclasses import replace
from fractions import Fraction

from scorecard.assessment.verdict import JudgedPeriod, Verdict
from scorecard.calendar.period import containing
from scorecard.storage.data_dir import DataDir
from scorecard.ui.shell.templating import render
from tests.pages.conftest import Open
from tests.pages.legible import markup
from tests.support.actors import VISITOR

NAME = "small_claims_rate"


def test_only_the_state_stands_open_and_every_section_says_what_it_holds(sample: DataDir, open_page: Open) -> None:
    shown = markup(open_page(sample, "commercial_disputes", indicator=NAME))
    assert re.findall(r"<section><h2>(.*?)</h2>", shown) == ["状态说明"]
    folded = dict(re.findall(r'<details><summary><b>(.*?)</b>(?:<span class="grey">(.*?)</span>)?</summary>', shown))
    wanted = ["判断依据", "变动从何而来", "各部门", "各期数值", "文字表述", "口径"]
    assert [title for title in folded if title in wanted] == wanted
    assert all(folded.values())


def test_a_count_of_too_few_says_beside_it_that_it_is_no_rate() -> None:
    """By these words a table that is sorted by its rates leaves it out, instead of 3件 between 2% and 4%."""
    rate, few, none = (
        JudgedPeriod(containing("month", 12 * 2026 + at), Verdict(word, ""), figure=figure, unit=unit)
        for at, (word, figure, unit) in enumerate(
            (("仅监测", "2.00", "%"), ("样本不足", "3件", ""), ("无数据", "—", ""))
        )
    )
    rate = replace(rate, exact=Fraction(2))
    shown = render(
        "ui/indicators/detail_values.html",
        points=[rate, few, none],
        earlier=[],
        all_time=None,
        chosen="",
        way=lambda point: "./",
    )
    cells = re.findall(r'<td class="number value">(.*?)</td>', shown)
    assert [re.sub("<[^>]+>", "", cell) for cell in cells] == ["2.00%", "3件太少不计率", "—"]


def test_all_months_since_counting_began_stand_above_the_periods_and_visitors_do_not_see_them(
    sample: DataDir, open_page: Open
) -> None:
    query = {"indicator": "bankruptcy_mean_days", "grain": "年度累计", "department": "民事审判庭"}
    shown = markup(open_page(sample, "insolvency", **query))
    said = re.findall(r"<p>自统计起（2024年1月—(.*?)）：<b>[0-9.]+天</b>（[0-9,]+天 / [0-9]+件）</p>", shown)
    assert len(said) == 1
    assert "自统计起" not in re.sub(r"<p>(?:另有)?自统计起.*?</p>", "", shown), "it is nobody's period"
    assert "<p>自统计起" not in markup(open_page(sample, "insolvency", VISITOR, indicator="bankruptcy_mean_days"))


def test_departments_stand_in_the_plans_order_and_no_drawing_is_lost(sample: DataDir, open_page: Open) -> None:
    """The framework takes <svg> out of the text of a page: small figures are made of boxes."""
    shown = markup(open_page(sample, "commercial_disputes", indicator=NAME)).split("sections")[-1]
    table = shown.split("<b>各部门</b>")[1].split("</details>")[0]
    places = [table.index(f">{name}</a></td>") for name in ("立案庭(诉讼服务中心)", "民事审判庭", "人民法庭")]
    assert places == sorted(places)
    assert "不排名" in table
    assert "<svg" not in shown


def test_a_department_is_not_set_beside_others(sample: DataDir, open_page: Open) -> None:
    app = open_page(sample, "commercial_disputes", indicator=NAME)
    app.selectbox(key="department").set_value("civil").run()
    shown = markup(app)
    assert "各期数值" in shown
    assert "<b>各部门</b>" not in shown
