"""Signing in and out in a real browser: local accounts, and a real OpenID Connect provider in a process of its own."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from scorecard.audit import log as audit
from scorecard.identity import accounts
from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import App, Watched, fill_sign_in, who
from tests.conftest import ROOT
from tests.scorecard.ui.server.test_security_middleware import with_settings
from tests.support.actors import ADMINISTRATOR, PASSWORD, account
from tests.support.samples import copied
from tests.support.server import free_port, process, running

Visit = Callable[..., Watched]
VISITOR = re.compile("^访客")


def says(page: Page, *texts: str) -> None:
    """The page comes to say all of this."""
    for text in texts:
        expect(page.locator("body")).to_contain_text(text, use_inner_text=True)


def test_a_visitor_sees_aggregated_pages_and_nothing_else(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.open(app.address)
    expect(who(page)).to_have_text(VISITOR)
    header, sections = page.locator("[data-testid=stHeader]"), page.locator("[data-testid=stTopNavSection]")
    expect(header).to_contain_text("解决商业纠纷")
    expect(sections).not_to_have_count(0)
    popover = page.locator("[data-testid=stTopNavPopoverBody]")
    for section in sections.all():
        section.click()
        expect(popover).to_be_visible()
        for hidden in ("数据报送", "审计"):
            expect(page.locator("body")).not_to_contain_text(hidden, use_inner_text=True)
        page.keyboard.press("Escape")
        expect(popover).to_have_count(0)
    for path, right in (
        ("upload", "报送数据"),
        ("versions", "查看数据版本"),
        ("accounts", "管理账户"),
        ("audit", "查看审计"),
        ("self_check", "查看审计"),
        ("measures", "查看明细"),
        ("worklists", "查看明细"),
        ("prompts", "查看提示核查"),
        ("meeting", "查看明细"),
        ("evidence", "查看明细"),
    ):
        watched.open(f"{app}/{path}")
        says(page, f"“{right}", "登录")
        expect(page.locator("input[type=file], table")).to_have_count(0)
    watched.undisturbed()


def test_signing_in_leads_back_to_the_page_one_came_from_and_signing_out_ends_every_window(
    app: App, visit: Visit
) -> None:
    watched, name = visit(), account(app.data, "case_management", "赵六")
    page = watched.open(f"{app}/glossary?indicator=small_claims_rate")
    page.get_by_role("link", name="登录").click()
    page.get_by_label("账户", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary?indicator=small_claims_rate")
    expect(who(page)).to_have_text(re.compile("^赵六（审管办）"))
    watched.settle()
    other = Watched(page.context.new_page())
    other.open(f"{app}/upload")
    expect(other.page.locator("input[type=file]").first).to_be_attached()
    other.page.get_by_text("模板与各列的要求").click()
    other.settle()
    template = other.page.get_by_role("button", name="下载模板（CSV）")
    with other.page.expect_download() as coming:
        template.click()
    assert coming.value.suggested_filename.endswith("模板.csv")
    page.get_by_role("link", name="退出").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_text("您已退出")).to_be_visible()
    # The window that was left open belongs to no session from now on, without being loaded anew: nor do its files.
    template.click()
    expect(other.page.get_by_role("alert").filter(has_text="登录已退出")).to_contain_text("请重新登录后再下载")
    other.page.get_by_role("link", name="总览").first.click()
    expect(who(other.page)).to_have_text(VISITOR)
    assert watched.errors == []
    entries = [(entry.action, entry.result) for entry in audit.entries(app.data) if entry.actor == name]
    assert entries[-2:] == [("登录", "成功"), ("退出", "成功")]


def test_wrong_passwords_are_told_in_chinese_and_make_one_wait(app: App, visit: Visit) -> None:
    page, name = visit().page, account(app.data, "leadership", "副组长")
    for answer in ["账户或密码不对"] * 5 + ["输错次数过多"]:
        fill_sign_in(page, app.address, name, password="wrong wrong wrong")
        expect(page.get_by_text(answer)).to_be_visible()
    expect(page.get_by_text(re.compile(r"\d+ 秒后再试，账户没有锁定"))).to_be_visible()
    expect(page.get_by_label("账户", exact=True)).to_have_value(name)


def test_a_first_sign_in_changes_the_password_before_anything_else(app: App, visit: Visit) -> None:
    watched = visit()
    first = accounts.create(app.data, ADMINISTRATOR, "新人", "administrator", None, [])
    page = watched.page
    fill_sign_in(page, app.address, "新人", "/accounts", first)
    expect(page.get_by_text("请先换成只有您知道的密码")).to_be_visible()
    watched.open(f"{app}/accounts")
    says(page, "请先修改密码")
    expect(page.locator("table")).to_have_count(0)
    page.get_by_role("link", name="修改密码").click()
    for new, again, answer in (
        ("short", "short", "不少于 10"),
        (PASSWORD, "other", "不一样"),
        (PASSWORD, PASSWORD, ""),
    ):
        page.get_by_label("现在的密码").fill(first)
        page.get_by_label("新密码（").fill(new)
        page.get_by_label("再输一次").fill(again)
        page.get_by_role("button", name="修改密码").click()
        if answer:
            # The form that comes back also says how long a password is: the refusal is an alert.
            expect(page.get_by_role("alert").filter(has_text=answer)).to_be_visible()
    page.wait_for_url("**/accounts")
    expect(page.locator("table.accounts")).to_be_visible()
    expect(who(page)).to_have_text(re.compile("^新人（管理员）"))


def test_an_administrator_keeps_accounts_on_the_page(app: App, visit: Visit) -> None:
    watched = visit()
    page = watched.sign_in(app.address, account(app.data, "administrator", "王五"), "/accounts")
    page.get_by_label("账户名").fill("新来的内勤")
    page.get_by_label("账户名").press("Enter")
    boxes = page.locator("[data-testid=stSelectbox]")  # the table of accounts has filters of the same names
    watched.choose(boxes.get_by_label("身份").first, "部门")
    watched.choose(boxes.get_by_label("部门").first, "民事审判庭")
    watched.press("新增")
    password = page.locator("code.password")
    expect(password).to_have_text(re.compile(r"\S{10,}"))
    made = accounts.read(app.data).find("新来的内勤")
    assert made is not None
    assert (made.role, made.department, made.must_change) == ("department", "civil", True)
    newcomer = visit().page
    fill_sign_in(newcomer, app.address, "新来的内勤", "/", password.inner_text())
    expect(newcomer.get_by_text("请先换成只有您知道的密码")).to_be_visible()
    page.reload()
    watched.settle()
    expect(password).to_have_count(0)  # a password is shown once
    assert watched.errors == []


def test_a_session_that_is_over_asks_to_sign_in_again(sample: DataDir, tmp_path: Path, visit: Visit) -> None:
    minutes, data = tmp_path / "minutes", copied(sample, tmp_path / "own")
    minutes.write_text("0")
    watched = visit()
    name = account(data, "case_management", "李四")
    with running(data, ROOT / "seeds", "--minutes", str(minutes)) as address:
        page = watched.sign_in(address, name, "/upload")
        expect(who(page)).to_have_text(re.compile("^李四"))
        minutes.write_text("31")
        page.get_by_role("link", name="总览").first.click()
        expect(page.get_by_text("登录已过期，请重新登录")).to_be_visible()
        expect(who(page)).to_have_text(VISITOR)
        watched.open(f"{address}/upload")
        expect(page.get_by_text("这一页需要")).to_be_visible()
        expect(page.locator("input[type=file]")).to_have_count(0)


def test_switched_off_a_visitor_sees_the_way_in_only(sample: DataDir, tmp_path: Path, visit: Visit) -> None:
    watched = visit()
    seeds = with_settings(tmp_path / "seeds", "visitor_on_loopback = false")
    with running(copied(sample, tmp_path / "own"), seeds) as address:
        for path in ("", "insolvency?indicator=bankruptcy_mean_days", "upload", "account"):
            page = watched.open(f"{address}/{path}")
            says(page, "登录")
            for leak in ("破产", "指标口径", "数据截至", "总览"):
                expect(page.locator("body")).not_to_contain_text(leak, use_inner_text=True)
            expect(page.locator("table, .card, svg.main-svg, input")).to_have_count(0)
        page.get_by_role("link", name="用本系统账户登录").click()
        expect(page.get_by_label("账户", exact=True)).to_be_visible()
        assert watched.errors == []


# --- OpenID Connect -------------------------------------------------------------------------------------------

OIDC = """
visitor_on_loopback = true
local_accounts = false
[oidc]
enabled = true
[oidc.roles]
"spgl" = "case_management"
"bm" = "department"
"""
SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "a secret of this test alone, long enough"
client_id = "kanban"
client_secret = "also secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
PEOPLE = (
    '{"sub": "u1", "preferred_username": "李四", "role": "spgl"}',
    '{"sub": "u2", "preferred_username": "内勤", "role": ["x", "bm"], "department": "民庭"}',
    '{"sub": "u3", "preferred_username": "路人", "role": "guest"}',
)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a real provider in a process of its own, with three people."""
    port = free_port()
    claims = [word for person in PEOPLE for word in ("--user-claims", person)]
    command = ["-m", "oidc_provider_mock", "--port", str(port), *claims]
    address = f"http://127.0.0.1:{port}"
    with process(command, f"{address}/.well-known/openid-configuration"):
        yield address


@dataclass(frozen=True)
class Place:
    """An app that trusts the provider, its data, and the file that moves its clock."""

    address: str
    data: DataDir
    minutes: Path


@pytest.fixture(scope="module")
def place(provider: str, sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("oidc")
    data, port = copied(sample, folder / "data"), free_port()
    address = f"http://127.0.0.1:{port}"
    (folder / "secrets.toml").write_text(SECRETS.format(address=address, provider=provider), encoding="utf-8")
    minutes = folder / "minutes"
    minutes.write_text("0")
    seeds, options = with_settings(folder / "seeds", OIDC), ("--secrets", str(folder / "secrets.toml"))
    with running(data, seeds, *options, "--minutes", str(minutes), port=port):
        yield Place(address, data, minutes)


def by_provider(watched: Watched, place: Place, sub: str) -> Page:
    page = watched.open(place.address)
    page.get_by_role("link", name="登录").click()
    page.get_by_role("button", name="统一身份认证登录").click()
    page.get_by_role("button", name=sub, exact=True).click()
    page.wait_for_url(f"{place.address}/**")
    watched.settle()
    return page


def test_the_provider_s_claim_gives_the_role_and_signing_out_ends_it(place: Place, visit: Visit) -> None:
    watched = visit()
    page = by_provider(watched, place, "u1")
    expect(who(page)).to_have_text(re.compile("^李四（审管办）"))
    cookies = page.context.cookies()
    ours = [cookie for cookie in cookies if cookie.get("name", "").startswith("_streamlit_user")]
    assert ours
    assert all(cookie.get("expires", 0) - time.time() <= 480 * 60 + 5 for cookie in ours)
    watched.open(f"{place.address}/upload")
    expect(page.locator("input[type=file]").first).to_be_attached()
    copies = page.context.cookies()
    page.get_by_role("link", name="退出").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(lambda address: urlsplit(address).port != urlsplit(place.address).port)
    page.get_by_role("button").first.click()  # the provider asks whether its own session shall end too
    page.wait_for_url(f"{place.address}/**")
    watched.settle()
    expect(who(page)).to_have_text(VISITOR)
    page.context.add_cookies(copies)  # a copy of the cookie taken before is worth nothing
    watched.open(place.address)
    expect(who(page)).to_have_text(VISITOR)
    entries = [(entry.action, entry.actor, entry.detail.get("way")) for entry in audit.entries(place.data)]
    assert ("登录", "李四", "统一身份认证") in entries
    assert ("退出", "李四", "统一身份认证") in entries


def test_signing_in_at_the_provider_leads_back_to_the_page_it_was_begun_on(place: Place, visit: Visit) -> None:
    watched = visit()
    page = watched.open(f"{place.address}/glossary?indicator=bankruptcy_mean_days")
    page.get_by_role("link", name="登录").click()
    page.get_by_role("button", name="统一身份认证登录").click()
    page.get_by_role("button", name="u1", exact=True).click()
    page.wait_for_url(f"{place.address}/glossary?**indicator=bankruptcy_mean_days**")
    watched.settle()
    expect(who(page)).to_have_text(re.compile("^李四（审管办）"))


def test_a_department_comes_with_its_claim_and_a_stranger_stays_a_visitor(place: Place, visit: Visit) -> None:
    expect(who(by_provider(visit(), place, "u2"))).to_have_text(re.compile("^内勤（部门 · 民事审判庭）"))
    stranger = by_provider(visit(), place, "u3")
    expect(who(stranger)).to_have_text(VISITOR)
    says(stranger, "没有本系统登记的身份")


def test_a_sign_in_at_the_provider_is_over_after_our_session_length(place: Place, visit: Visit) -> None:
    watched = visit()
    page = by_provider(watched, place, "u1")
    expect(who(page)).to_have_text(re.compile("^李四"))
    place.minutes.write_text("31")
    try:
        watched.open(f"{place.address}/upload")
        expect(page.get_by_text("这一页需要")).to_be_visible()
        expect(page.locator("input[type=file]")).to_have_count(0)
        watched.open(place.address)
        expect(who(page)).to_have_text(VISITOR)
        says(page, "登录已过期")
    finally:
        place.minutes.write_text("0")
