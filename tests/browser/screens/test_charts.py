"""Charts as they are used: a small trend is told, a point opens its cases, a department filters, two indicators stand together."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import App, Watched, eventually
from tests.support.actors import account

Visit = Callable[..., Watched]


def test_a_small_trend_is_told_by_mouse_and_keys_and_a_point_opens_its_month_s_cases(app: App, visit: Visit) -> None:
    """The months are those of the sample, whose newest is October 2026; the second last point is September."""
    name = account(app.data, "case_management", "图表员")
    watched = visit()
    page = watched.sign_in(app.address, name, "/commercial_disputes")
    card = page.locator("a.card", has_text="首次执行案件平均用时")
    card.locator("img[data-places]").hover(position={"x": 2, "y": 10})
    told = page.locator(".told")
    expect(told).to_contain_text("2025年10月")
    expect(told).to_contain_text(re.compile(r"\d天 / \d+件"))
    expect(told).to_contain_text("最低")
    page.mouse.move(5, 600)
    expect(told).to_be_hidden()
    card.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(told).to_contain_text("2026年10月")
    page.keyboard.press("ArrowLeft")
    expect(told).to_contain_text("2026年9月")

    page = watched.open(f"{app}/commercial_disputes?indicator=small_claims_rate")
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("“小额转程序率”是本指标的制衡指标")).to_be_visible()
    point = drawer.locator(".js-plotly-plot .scatterlayer .point").nth(-2)
    point.scroll_into_view_if_needed()
    watched.settle()
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(drawer.locator(".hoverlayer")).to_contain_text("2026年9月")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".sc h1")).to_have_text("案件清单")
    expect(page.locator(".selection b")).to_have_text("2026年9月")
    watched.undisturbed()


def test_a_department_of_the_breakdown_filters_and_another_indicator_is_chosen_into_the_address(
    app: App, visit: Visit
) -> None:
    name = account(app.data, "leadership", "图表组长")
    watched = visit()
    page = watched.sign_in(app.address, name, "/commercial_disputes?indicator=small_claims_rate")
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("combobox", name="并看另一项指标").fill("财产保全率")
    page.get_by_role("option", name="财产保全率", exact=True).click()
    expect(drawer.get_by_text("不等于互为因果")).to_be_visible()
    assert "beside=preservation_rate" in eventually(lambda: page.url, lambda url: "beside=" in url)
    drawer.locator("summary", has_text="各部门").click()
    drawer.get_by_role("link", name="民事审判庭").click()
    expect(page.locator(".selection")).to_contain_text("民事审判庭")
    watched.undisturbed()


def test_all_indicators_of_a_domain_print_on_two_sheets(app: App, visit: Visit) -> None:
    name = account(app.data, "leadership", "图表组长")
    watched = visit()
    page = watched.sign_in(app.address, name, "/commercial_disputes?topic=图览")
    expect(page.locator(".gallery a")).to_have_count(34)  # the seeds of this domain
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
