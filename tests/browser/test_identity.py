"""Signing in and out in a real browser: local accounts, and a real OpenID Connect provider in a process of its own."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from scorecard.audit import log as audit
from scorecard.identity import account_file, accounts
from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import PASSWORD, Watched, account, free_port, running, sign_in
from tests.scorecard.ui.server.test_gateway import with_settings
from tests.support.actors import ADMINISTRATOR
from tests.support.samples import copied

Visit = Callable[..., Watched]
# The server's own clock, moved on by the minutes that stand in a file: nobody waits for half an hour here.
CLOCK = """
from datetime import UTC, datetime, timedelta
from pathlib import Path
from scorecard.identity.authentication import Authenticator
Authenticator.__init__.__defaults__ = (
    lambda: datetime.now(UTC) + timedelta(minutes=int(Path({file!r}).read_text() or 0)),
)
"""


@pytest.fixture
def own(sample: DataDir, tmp_path: Path) -> DataDir:
    """The sample in a folder this test may change."""
    return copied(sample, tmp_path / "own")


def who(page: Page) -> str:
    return page.locator(".masthead .here").inner_text()


def test_a_visitor_sees_aggregated_pages_and_nothing_else(
    own: DataDir, start: Callable[..., str], visit: Visit
) -> None:
    watched, address = visit(), start(own)
    page = watched.open(address)
    assert who(page).startswith("访客")
    listed = page.locator("[data-testid=stHeader]").inner_text()
    assert "解决商业纠纷" in listed
    for section in page.locator("[data-testid=stTopNavSection]").all():
        section.click()
        page.wait_for_timeout(300)
        listed += page.locator("body").inner_text()
    for hidden in ("数据报送", "审计"):
        assert hidden not in listed
    for path, right in (
        ("upload", "报送数据"),
        ("versions", "查看数据版本"),
        ("accounts", "管理账户"),
        ("audit", "查看审计"),
    ):
        watched.open(f"{address}/{path}")
        text = page.locator("body").inner_text()
        assert f"“{right}" in text
        assert "登录" in text
        assert page.locator("input[type=file], table").count() == 0
    assert watched.errors == []
    assert watched.elsewhere == []


def test_signing_in_leads_back_to_the_page_one_came_from_and_signing_out_ends_every_window(
    own: DataDir, start: Callable[..., str], visit: Visit
) -> None:
    watched, address = visit(), start(own)
    name = account(own, "case_management", "李四")
    page = watched.open(f"{address}/glossary?indicator=small_claims_rate")
    page.get_by_role("link", name="登录").click()
    page.get_by_label("账户", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary?indicator=small_claims_rate")
    watched.settle()
    assert who(page).startswith("李四（审管办）")
    other = Watched(page.context.new_page())
    other.open(f"{address}/upload")
    other.page.locator("input[type=file]").first.wait_for(state="attached")
    page.get_by_role("link", name="退出").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_text("您已退出").wait_for()
    # The window that was left open is nobody's from now on, without being loaded anew.
    other.page.get_by_role("link", name="总览").first.click()
    other.page.locator(".masthead .here", has_text="访客").wait_for(timeout=60_000)
    assert watched.errors == []
    kinds = [(one.action, one.actor, one.result) for one in audit.entries(own)][-2:]
    assert kinds == [("登录", "李四", "成功"), ("退出", "李四", "成功")]


def test_wrong_passwords_are_told_in_chinese_and_lock_the_account(
    own: DataDir, start: Callable[..., str], visit: Visit
) -> None:
    watched, address = visit(), start(own)
    name = account(own, "leadership", "组长")
    page = watched.page
    for said in ["账户或密码不对"] * 4 + ["账户已锁定"]:
        sign_in(page, address, name, password="wrong wrong wrong")
        page.get_by_text(said).wait_for(timeout=60_000)
    sign_in(page, address, name)
    page.get_by_text("15 分钟后再试").wait_for(timeout=60_000)
    assert page.get_by_label("账户", exact=True).input_value() == name


def test_a_first_sign_in_changes_the_password_before_anything_else(
    own: DataDir, start: Callable[..., str], visit: Visit
) -> None:
    watched, address = visit(), start(own)
    first = accounts.create(own, ADMINISTRATOR, "新人", "administrator", None, [])
    page = watched.page
    sign_in(page, address, "新人", "/accounts", first)
    page.get_by_text("请先换成只有您知道的密码").wait_for()
    watched.open(f"{address}/accounts")
    assert "请先修改密码" in page.locator("body").inner_text()
    assert page.locator("table").count() == 0
    page.get_by_role("link", name="修改密码").click()
    for new, again, said in (
        ("short", "short", "不少于 10"),
        (PASSWORD, "other", "不一样"),
        (PASSWORD, PASSWORD, ""),
    ):
        page.get_by_label("现在的密码").fill(first)
        page.get_by_label("新密码（").fill(new)
        page.get_by_label("再输一次").fill(again)
        page.get_by_role("button", name="修改密码").click()
        if said:
            page.get_by_text(said).first.wait_for(timeout=60_000)
    page.wait_for_url("**/accounts")
    watched.settle()
    page.locator("table.accounts").wait_for(timeout=60_000)
    assert who(page).startswith("新人（管理员）")


def test_an_administrator_keeps_accounts_on_the_page(
    own: DataDir, start: Callable[..., str], visit: Visit
) -> None:
    watched, address = visit(), start(own)
    sign_in(watched.page, address, account(own, "administrator", "王五"), "/accounts")
    watched.settle()
    page = watched.page
    page.get_by_label("账户名").fill("民庭内勤")
    page.get_by_label("账户名").press("Enter")
    page.get_by_label("身份").first.click()
    page.get_by_role("option", name="部门").click()
    page.get_by_label("部门").click()
    page.get_by_role("option", name="民事审判庭").click()
    watched.settle()
    page.get_by_role("button", name="新增", exact=True).click()
    password = page.locator("code.password").inner_text(timeout=60_000)
    made = account_file.read(own).find("民庭内勤")
    assert made is not None
    assert (made.role, made.department, made.must_change) == ("department", "civil", True)
    sign_in(visit().page, address, "民庭内勤", "/", password)
    page.reload()
    watched.settle()
    assert page.locator("code.password").count() == 0, "a password is shown once"
    assert watched.errors == []


def test_a_session_that_is_over_asks_to_sign_in_again(own: DataDir, tmp_path: Path, visit: Visit) -> None:
    minutes = tmp_path / "minutes"
    minutes.write_text("0")
    watched = visit()
    name = account(own, "case_management", "李四")
    with running(own, options=CLOCK.format(file=str(minutes))) as address:
        sign_in(watched.page, address, name, "/upload")
        watched.settle()
        assert who(watched.page).startswith("李四")
        minutes.write_text("31")
        page = watched.page
        page.get_by_role("link", name="总览").first.click()
        page.get_by_text("登录已过期，请重新登录").wait_for(timeout=60_000)
        assert who(page).startswith("访客")
        watched.open(f"{address}/upload")
        page.get_by_text("这一页需要").wait_for()
        assert page.locator("input[type=file]").count() == 0


def test_switched_off_a_visitor_sees_the_way_in_only(
    own: DataDir, tmp_path: Path, start: Callable[..., str], visit: Visit
) -> None:
    watched = visit()
    seeds = with_settings(tmp_path / "seeds", "visitor_on_loopback = false")
    address = start(own, seeds)
    for path in ("", "insolvency?indicator=bankruptcy_mean_days", "upload", "account"):
        page = watched.open(f"{address}/{path}")
        text = page.locator("body").inner_text()
        assert "登录" in text
        for leak in ("破产", "指标口径", "数据截至", "总览"):
            assert leak not in text
        assert page.locator("table, .card, svg.main-svg, input").count() == 0
    page.get_by_role("link", name="用本系统账户登录").click()
    page.get_by_label("账户", exact=True).wait_for()
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
    people = [word for one in PEOPLE for word in ("--user-claims", one)]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *people]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=2).close()
                break
            except (URLError, ConnectionError):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


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
    options = f"config.set_option('secrets.files', [{str(folder / 'secrets.toml')!r}])"
    with running(
        data, with_settings(folder / "seeds", OIDC), port, options + CLOCK.format(file=str(minutes))
    ) as running_at:
        yield Place(running_at, data, minutes)


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
    assert who(page).startswith("李四（审管办）")
    ours = [one for one in page.context.cookies() if one.get("name", "").startswith("_streamlit_user")]
    assert ours
    assert all(one.get("expires", 0) - time.time() <= 480 * 60 + 5 for one in ours)
    watched.open(f"{place.address}/upload")
    page.locator("input[type=file]").first.wait_for(state="attached")
    kept = page.context.cookies()
    page.get_by_role("link", name="退出").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url(lambda address: urlsplit(address).port != urlsplit(place.address).port)
    page.get_by_role("button").first.click()  # the provider asks whether its own session shall end too
    page.wait_for_url(f"{place.address}/**")
    watched.settle()
    assert who(page).startswith("访客")
    page.context.add_cookies(kept)  # a copy of the cookie taken before is worth nothing
    watched.open(place.address)
    assert who(page).startswith("访客")
    said = [(one.action, one.actor, one.detail.get("way")) for one in audit.entries(place.data)]
    assert ("登录", "李四", "统一身份认证") in said
    assert ("退出", "李四", "统一身份认证") in said


def test_signing_in_at_the_provider_leads_back_to_the_page_it_was_begun_on(
    place: Place, visit: Visit
) -> None:
    watched = visit()
    page = watched.open(f"{place.address}/glossary?indicator=bankruptcy_mean_days")
    page.get_by_role("link", name="登录").click()
    page.get_by_role("button", name="统一身份认证登录").click()
    page.get_by_role("button", name="u1", exact=True).click()
    page.wait_for_url(f"{place.address}/glossary?**indicator=bankruptcy_mean_days**")
    watched.settle()
    assert who(page).startswith("李四（审管办）")


def test_a_department_comes_with_its_claim_and_a_stranger_stays_a_visitor(place: Place, visit: Visit) -> None:
    assert who(by_provider(visit(), place, "u2")).startswith("内勤（部门 · 民事审判庭）")
    stranger = by_provider(visit(), place, "u3")
    assert who(stranger).startswith("访客")
    assert "没有本系统登记的身份" in stranger.locator("body").inner_text()


def test_a_sign_in_at_the_provider_is_over_after_our_session_length(place: Place, visit: Visit) -> None:
    watched = visit()
    page = by_provider(watched, place, "u1")
    assert who(page).startswith("李四")
    place.minutes.write_text("31")
    try:
        watched.open(f"{place.address}/upload")
        page.get_by_text("这一页需要").wait_for()
        assert page.locator("input[type=file]").count() == 0
        watched.open(place.address)
        assert who(page).startswith("访客")
        assert "登录已过期" in page.locator("body").inner_text()
    finally:
        place.minutes.write_text("0")
