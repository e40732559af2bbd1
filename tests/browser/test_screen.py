"""What a reader sees and can reach in a real browser."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

from playwright.sync_api import Page, expect

from scorecard.identity.settings import Granted
from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import App, Watched, eventually
from tests.conftest import ROOT
from tests.support.actors import account
from tests.support.samples import copied
from tests.support.server import running

Visit = Callable[..., Watched]
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
NAMES: dict[Granted, str] = {"case_management": "李四", "administrator": "王五", "leadership": "组长"}
# Whom a page shows most, forms included; to everybody, a visitor too, the others show the same.
MEANT_FOR: dict[str, Granted] = {
    "overview": "leadership",
    "commercial_disputes": "leadership",
    "minority_investors": "leadership",
    "insolvency": "leadership",
    "requirements": "leadership",
    "progress": "case_management",
    "time_axis": "case_management",
    "frameworks": "case_management",
    "registers": "case_management",
    "measures": "leadership",
    "worklists": "leadership",
    "prompts": "case_management",
    "liaison": "case_management",
    "meeting": "leadership",
    "evidence": "case_management",
    "targets": "case_management",
    "upload": "case_management",
    "versions": "administrator",
    "go_live": "case_management",
    "accounts": "administrator",
    "audit": "administrator",
    "self_check": "administrator",
    "digests": "administrator",
    "account": "leadership",
    "briefing": "leadership",
}


def opened(watched: Watched, app: App, page: str) -> Page:
    """The page, by somebody it is meant for."""
    path = f"/{'' if page == 'overview' else page}"
    role = MEANT_FOR.get(page.partition("?")[0])
    if role is None:
        return watched.open(f"{app}{path}")
    return watched.sign_in(str(app), account(app.data, role, NAMES[role]), path)


def says(page: Page, text: str) -> None:
    """The page comes to say this."""
    expect(page.locator("body")).to_contain_text(text, use_inner_text=True)


def test_the_cards_of_a_measure_stand_four_in_a_row_and_five_that_are_all_alone_in_one(app: App, visit: Visit) -> None:
    page = visit().open(f"{app}/commercial_disputes")

    def walls() -> list[list[int]]:
        """Of each measure the number of cards in each row."""
        tops = "walls => walls.map(wall => [...wall.children].map(card => card.getBoundingClientRect().top))"
        return [[len(list(row)) for _, row in groupby(wall)] for wall in page.locator(".wall").evaluate_all(tops)]

    def full(walls: list[list[int]]) -> bool:
        cards = [sum(rows) for rows in walls]
        return max(cards, default=0) > 3 and walls == [
            [5] if count == 5 else [4] * (count // 4) + [count % 4] * (count % 4 > 0) for count in cards
        ]

    assert full(eventually(walls, full)), walls()
    answer = page.locator(".answer").first.bounding_box()
    assert answer is not None
    assert answer["y"] < 300


def test_an_indicator_opens_beside_its_page_with_a_drawn_trend_and_closes_again(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.open(f"{app}/commercial_disputes")
    page.evaluate("window.sameDocument = true")
    page.locator(".card", has_text="小额诉讼程序适用率").click()
    chart = page.locator("[data-testid=stPlotlyChart]")
    expect(chart.locator(".scatterlayer path").nth(1)).to_be_attached()
    for wanted in ("分子/分母", "数据截至", "示例数据", "2026年10月"):
        expect(chart).to_contain_text(wanted, use_inner_text=True)
    expect(chart).not_to_contain_text("small_claims_rate", use_inner_text=True)  # no reader needs our names of things
    page.wait_for_url("**indicator=small_claims_rate**")
    assert page.evaluate("window.sameDocument") is True, "a link of ours must not load the page anew"
    page.keyboard.press("Escape")
    expect(page.locator("[data-testid=stDialog]")).to_have_count(0)
    page.wait_for_url(lambda address: "indicator=" not in address)
    watched.undisturbed()


def test_the_choice_lives_in_the_address_and_survives_pages_and_reload(app: App, visit: Visit) -> None:
    watched = visit()
    opened(watched, app, "upload")
    page = watched.open(str(app))
    watched.set(page.get_by_role("radio", name="年度累计", exact=True))
    page.wait_for_url("**grain=**")
    says(page, "2026年1—10月")
    watched.settle()
    page.get_by_role("link", name="办理破产").first.click()
    page.wait_for_url(lambda address: "/insolvency" in address and "grain=年度累计" in unquote(address))
    says(page, "2026年1—10月")
    watched.settle()
    page.reload()
    watched.settle()
    says(page, "2026年1—10月")
    assert "grain=年度累计" in unquote(page.url)
    page.locator("[data-testid=stTopNavSection]", has_text="数据").click()
    page.get_by_text("版本", exact=True).first.click()
    page.wait_for_url("**/versions**")
    watched.settle()
    page.get_by_role("link", name="总览").first.click()
    says(page, "2026年1—10月")


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
    assert any("跳到正文" in label for label in seen)
    page = watched.open(f"{app}/insolvency")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('card')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page.locator("[data-testid=stDialog]")).to_be_visible()
    page.wait_for_url("**indicator=**")


def test_a_link_straight_to_a_page_works_on_a_server_that_just_started(
    sample: DataDir, visit: Visit, tmp_path: Path
) -> None:
    with running(copied(sample, tmp_path / "own")) as address:
        page = visit().open(f"{address}/insolvency?indicator=bankruptcy_mean_days&grain=全年")
        expect(page.locator("[data-testid=stDialog]")).to_be_visible()
        says(page, "破产案件平均审理时长")
        expect(page.locator("[data-testid=stTopNavLink]").nth(4)).to_be_attached()
        expect(page.locator("[data-testid=stSidebar]")).to_have_count(0)
