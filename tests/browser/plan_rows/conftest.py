"""The court's own version, served once, and people of every role in it who go by the menu to the answer."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from scorecard.identity.settings import Granted
from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import App, Watched, fill_sign_in
from tests.support.actors import account
from tests.support.plan.own_court import TODAY, published_own_court
from tests.support.samples import copied
from tests.support.server import ROOT, running

PEOPLE: dict[str, tuple[Granted, str | None]] = {
    "审管办": ("case_management", None),
    "领导小组": ("leadership", None),
    "管理员": ("administrator", None),
    "执行局": ("department", "enforcement"),
    "立案庭": ("department", "filing"),
    "民事审判庭": ("department", "civil"),
    "刑事审判庭": ("department", "criminal"),
    "综合办公室": ("department", "general_office"),
    "政治部": ("department", "political"),
}
NEWEST = (
    "2026年3月",
    "2026年4月",
)  # what the extracts reach, and what a test hands in: chosen by itself, so in no address
Case = TypeVar("Case", bound=Callable[..., object])


def plan_row(row: str) -> Callable[[Case], Case]:
    """Says of which row of the plan (or of the card) a test is the proof; tests/support/plan/plan_rows.py reads it."""

    def record(case: Case) -> Case:
        return pytest.mark.plan_row(row)(case)

    return record


@dataclass(frozen=True)
class Office:
    """The served app on the court's own data, and the cookies of those who have signed in once."""

    app: App
    cookies: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    @property
    def data(self) -> DataDir:
        return self.app.data


class Enter(Protocol):
    """enter("审管办", "落实", "台账与预警"): the page a person comes to who signs in and goes there by the menu."""

    def __call__(self, who: str, *menu: str, office: Office | None = None) -> Watched: ...


@pytest.fixture(scope="session")
def own_court(shared) -> DataDir:
    """The published version of the court's own extracts; a test that changes it copies it."""
    return published_own_court(shared)


def _served(data: DataDir) -> Iterator[Office]:
    with running(data, ROOT / "seeds", "--today", TODAY.isoformat()) as address:
        yield Office(App(address, data))


@pytest.fixture(scope="session")
def office(own_court: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One server for all tests that publish nothing."""
    yield from _served(copied(own_court, tmp_path_factory.mktemp("office") / "data"))


@pytest.fixture
def own_office(own_court: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server of this test alone, for one that hands in, enters or publishes: enter(…, office=own_office)."""
    yield from _served(copied(own_court, tmp_path_factory.mktemp("own") / "data"))


@pytest.fixture
def enter(office: Office, visit: Callable[..., Watched]) -> Enter:
    """Signs in (once a session: after that the browser still has the cookie) and goes by the menu."""
    common = office

    def entered(who: str, *menu: str, office: Office | None = None) -> Watched:
        there, watched = office or common, visit()
        role, department = PEOPLE[who]
        name = account(there.data, role, f"{who}内勤", department)
        if who in there.cookies:
            watched.page.context.add_cookies(there.cookies[who])
            watched.page.goto(there.app.address)
        else:
            fill_sign_in(watched.page, there.app.address, name)
        watched.settle()
        there.cookies.setdefault(who, watched.page.context.cookies())
        go(watched, *menu)
        return watched

    return entered


def go(watched: Watched, *menu: str) -> Page:
    """By the menu: go(…, "总览"), go(…, "落实", "台账与预警")."""
    page = watched.page
    if len(menu) > 1:
        page.locator("[data-testid=stTopNavSection]", has_text=menu[0]).click()
        page.locator("[data-testid=stTopNavPopoverBody]").get_by_text(menu[1], exact=True).click()
    elif menu:
        page.locator("[data-testid=stTopNavLink]", has_text=menu[0]).click()
    if menu:
        expect(page.locator(".sc h1").first).to_contain_text(menu[-1])
        watched.settle()
    return page


def follow(watched: Watched, name: str, within: Locator | None = None, *, exact: bool = False) -> Page:
    """By the first link with this in its name, or with exactly this name."""
    (within or watched.page).get_by_role("link", name=name, exact=exact).first.click()
    watched.settle()
    return watched.page


def choose(watched: Watched, label: str, option: str) -> Page:
    """In a select box, as people do: choose(…, "报告期", "2026年1月"), choose(…, "部门", "执行局")."""
    page = watched.page
    watched.choose(page.get_by_label(label, exact=True).last, option)
    if label == "报告期" and option not in NEWEST:  # its links carry the choice as soon as the address does
        expect(page).to_have_url(re.compile(quote(option)))
    watched.settle()
    return page


def row(table: Locator | Page, first: str) -> Locator:
    """The row of a table (or of all tables of a page) whose first cell says exactly this."""
    page = table.page if isinstance(table, Locator) else table
    cell = page.locator(":scope > :first-child").filter(has_text=re.compile(rf"^\s*{re.escape(first)}\s*$"))
    return table.locator("tr").filter(has=cell)


def reads(line: Locator, cells: Sequence[str]) -> None:
    """The cells of a row after its first one say this, each from its beginning to its end."""
    expect(line.locator("> :not(:first-child)")).to_have_text(list(cells))


def to_row(enter: Enter, who: str, title: str, period: str) -> Watched:
    """By the menu to the table of all rows, there to a period, and by the row's title to its page."""
    watched = enter(who, "落实", "措施与要求")
    choose(watched, "报告期", period)
    follow(watched, title)
    return watched


def answers(page: Page, facts: Mapping[str, str]) -> None:
    """The line of each indicator or list says this beside its name."""
    for name, value in facts.items():
        expect(row(page, name).locator("td").nth(1)).to_have_text(value)


def counts(page: Page, tabulation: str, first: str, *cells: str) -> None:
    """The line of a tabulation that begins with this has these cells; bars say nothing that the numbers do not."""
    section = page.get_by_role("region", name=tabulation, exact=True)
    expect(row(section, first).locator("td:not(.bar)")).to_have_text([first, *cells])
