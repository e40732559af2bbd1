"""What a reader sees and can reach in a real browser."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import Page

from scorecard.identity.settings import Granted
from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import ROOT, App, Watched, account, sign_in
from tests.support.samples import copied

Visit = Callable[..., Watched]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
NAMES: dict[Granted, str] = {"case_management": "李四", "administrator": "王五", "leadership": "组长"}


# Whom a page is meant for; a visitor sees the others.
MEANT_FOR: dict[str, Granted] = {
    "targets": "case_management",
    "upload": "case_management",
    "versions": "administrator",
    "accounts": "administrator",
    "audit": "administrator",
    "account": "leadership",
    "briefing": "leadership",
}


def opened(watched: Watched, app: App, page: str) -> Page:
    """The page, by somebody it is meant for."""
    path = f"/{'' if page == 'overview' else page}"
    role = MEANT_FOR.get(page.partition("?")[0])
    if role is None:
        return watched.open(f"{app}{path}")
    sign_in(watched.page, str(app), account(app.data, role, NAMES[role]), path)
    watched.settle()
    return watched.page


def visible(watched: Watched) -> str:
    return watched.page.locator("body").inner_text()


def test_four_cards_stand_in_a_row(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.open(f"{app}/commercial_disputes")
    tops = page.locator(".card").evaluate_all("cards => cards.map(card => card.getBoundingClientRect().top)")
    assert tops[:4] == [tops[0]] * 4
    assert tops[4] > tops[0]
    answer = page.locator(".answer").first.bounding_box()
    assert answer is not None
    assert answer["y"] < 300


def test_an_indicator_opens_beside_its_page_with_a_drawn_trend_and_closes_again(
    app: App, visit: Visit
) -> None:
    watched = visit()
    page = watched.open(f"{app}/commercial_disputes")
    page.evaluate("window.sameDocument = true")
    page.locator(".card", has_text="小额诉讼程序适用率").click()
    chart = page.locator("[data-testid=stPlotlyChart] svg.main-svg").first
    chart.wait_for(timeout=60_000)
    assert page.locator("[data-testid=stPlotlyChart] .scatterlayer path").count() > 1
    words = page.locator("[data-testid=stPlotlyChart]").inner_text()
    for wanted in ("口径 small_claims_rate", "数据截至", "示例数据", "2026年10月"):
        assert wanted in words
    assert "indicator=small_claims_rate" in page.url
    assert page.evaluate("window.sameDocument") is True, "a link of ours must not load the page anew"
    page.keyboard.press("Escape")
    page.locator("[data-testid=stDialog]").wait_for(state="detached")
    watched.settle()
    assert "indicator=" not in page.url
    assert watched.errors == []
    assert watched.elsewhere == []


def test_the_choice_lives_in_the_address_and_survives_pages_and_reload(app: App, visit: Visit) -> None:
    watched = visit()
    opened(watched, app, "upload")
    page = watched.open(str(app))
    page.get_by_role("radio", name="年度累计").or_(page.get_by_role("button", name="年度累计")).first.click()
    page.wait_for_url("**grain=**")
    watched.settle()
    assert "2026年1—10月" in visible(watched)
    page.get_by_role("link", name="办理破产").first.click()
    page.wait_for_url("**/insolvency**")
    watched.settle()
    assert "grain=年度累计" in unquote(page.url)
    assert "2026年1—10月" in visible(watched)
    page.reload()
    watched.settle()
    assert "grain=年度累计" in unquote(page.url)
    assert "2026年1—10月" in visible(watched)
    page.locator("[data-testid=stTopNavSection]", has_text="数据").click()
    page.get_by_text("版本", exact=True).first.click()
    page.wait_for_url("**/versions**")
    watched.settle()
    page.get_by_role("link", name="总览").first.click()
    watched.settle()
    assert "2026年1—10月" in visible(watched)


def test_navigation_and_cards_are_reached_and_opened_by_keyboard(app: App, visit: Visit) -> None:
    watched = visit()
    opened(watched, app, "upload")
    page = watched.open(str(app))
    focused = "() => (document.activeElement.innerText || document.activeElement.ariaLabel || '').trim()"
    seen: list[str] = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(focused))
    for wanted in ("总览", "解决商业纠纷", "保护中小投资者", "办理破产", "工作要求", "口径与目标", "数据"):
        assert wanted in seen
    assert any("跳到正文" in one for one in seen)
    page = watched.open(f"{app}/insolvency")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('card')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    page.locator("[data-testid=stDialog]").wait_for()
    assert "indicator=" in page.url


def test_a_link_straight_to_a_page_works_on_a_server_that_just_started(
    sample: DataDir, start: Callable[[DataDir], str], visit: Visit, tmp_path: Path
) -> None:
    watched = visit()
    page = watched.open(
        f"{start(copied(sample, tmp_path / 'own'))}/insolvency?indicator=bankruptcy_mean_days&grain=全年"
    )
    page.locator("[data-testid=stDialog]").wait_for()
    assert "破产案件平均审理时长" in visible(watched)
    assert page.locator("[data-testid=stTopNavLink]").count() >= 5
    assert page.locator("[data-testid=stSidebar]").count() == 0
