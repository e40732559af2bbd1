"""The browser's back and forward keep what was chosen; a home's lines lead to the act, and common tasks take few clicks."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.browser import looks
from tests.browser.conftest import App, Watched
from tests.support.actors import account

Visit = Callable[..., Watched]
CHOSEN = f"period={quote('2026年9月')}&department={quote('民事审判庭')}"


def test_back_and_forward_show_each_page_with_the_choices_it_was_made_with(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.sign_in(app.address, account(app.data, "case_management", "li"), f"/?{CHOSEN}")
    page.locator(".sc a.go", has_text="办理破产").first.click()
    watched.settle()
    assert page.url.split("?")[0].endswith("/insolvency")
    page.goto(f"{app.address}/measures")
    watched.settle()
    page.go_back()
    watched.settle()
    page.go_back()
    watched.settle()
    expect(page.get_by_text("民事审判庭负责的指标").first).to_be_visible()
    expect(page.locator("body")).to_contain_text("2026年9月")
    page.go_forward()
    watched.settle()
    expect(page.locator(".sc h1")).to_have_text("办理破产")
    expect(page.get_by_text("民事审判庭负责的指标").first).to_be_visible()
    watched.undisturbed()


@pytest.mark.parametrize(
    ("role", "department"),
    [("department", "civil"), ("case_management", ""), ("leadership", ""), ("administrator", "")],
)
def test_every_line_of_a_home_leads_to_where_it_is_done(app: App, visit: Visit, role: str, department: str) -> None:
    watched = visit()
    name = account(app.data, role, f"home-{role}", department or None)  # pyright: ignore[reportArgumentType]
    page = watched.sign_in(app.address, name)
    home = page.locator(".standing.home")
    expect(page.locator(".sc.first")).to_contain_text(re.compile("待您处理|没有等您处理的事项"))
    links = home.locator("a").evaluate_all("all => all.map(one => one.getAttribute('href') ?? '')")
    expect(home).to_have_count(1 if links else 0)  # an empty one takes no room above the answer
    for at in range(len(links)):
        watched.open(f"{app.address}/")
        page.locator(".standing.home a").nth(at).click()
        watched.settle()
        expect(page.locator(".failure"), links[at]).to_have_count(0)
        heading = expect(page.locator(".sc h1").first, links[at])
        (heading.to_have_text if links[at].startswith(("./", "#")) else heading.not_to_have_text)("总览")
    watched.undisturbed()


def test_a_department_is_at_its_own_cases_by_two_clicks_and_at_what_is_overdue_by_one(app: App, visit: Visit) -> None:
    """Six before: menu, page, indicator, department, its name, the list."""
    watched = visit()
    page = watched.sign_in(app.address, account(app.data, "department", "home-department", "civil"))
    page.locator(".standing.home a", has_text="台账超期、临期").click()
    watched.settle()
    expect(page.get_by_text("民事审判庭").first).to_be_visible()
    expect(page.get_by_text("逐行清单不对当前账户开放")).to_have_count(0)
    watched.open(f"{app.address}/")
    page.locator("table.asks a.go", has_text="超两年未结破产案件数").first.click()  # 1
    watched.settle()
    page.get_by_role("link", name="本部门的案件清单").click()  # 2
    watched.settle()
    expect(page.locator(".sc h1").first).to_have_text("案件清单")
    expect(page.get_by_text("逐行清单不对当前账户开放")).to_have_count(0)
    expect(page.get_by_role("link", name="导出 CSV").or_(page.get_by_text("导出 CSV")).first).to_be_visible()
    watched.undisturbed()


def test_what_cannot_be_pressed_yet_is_read_by_day_and_night(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.sign_in(app.address, account(app.data, "administrator", "home-administrator"), "/accounts")
    expect(page.locator("button:disabled").first).to_be_visible()
    assert looks.faint(watched, "accounts") == []
