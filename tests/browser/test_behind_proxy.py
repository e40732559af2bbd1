"""The pages in Chromium behind the real nginx, below a path, over TLS: as installed, and as a technician may get it wrong."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import PATIENCE, Watched, fill_sign_in, who
from tests.deploy.conftest import Site, changed, site
from tests.support.actors import PASSWORD


@pytest.fixture(scope="module")
def behind(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), sample, "/ysh") as made:
        yield made


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    """A window that has taken the site's own certificate; it notes every address beside the base path."""
    context = chromium.new_context(ignore_https_errors=True, locale="zh-CN", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE * 1000)
    watched = Watched(context.new_page())
    beside = re.compile(r"(https|wss)://127\.0\.0\.1:\d+(?!\d|/ysh/)|https?://(?!127\.0\.0\.1:)")
    watched.page.on("request", lambda asked: watched.elsewhere.append(asked.url) if beside.match(asked.url) else None)
    watched.page.on("websocket", lambda made: watched.elsewhere.append(made.url) if beside.match(made.url) else None)
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    yield watched
    context.close()


def test_below_a_path_one_signs_in_reads_hands_in_downloads_and_signs_out(behind: Site, watched: Watched) -> None:
    page = watched.open(f"{behind.address}/")
    expect(page).to_have_title(re.compile("指标"))
    page.get_by_role("link", name="登录").click()
    page.get_by_label("账户", exact=True).fill("李四")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{behind.address}/")
    expect(who(page)).to_have_text(re.compile("^李四（审管办）"))
    watched.settle()
    page.locator("a.go[href^=commercial_disputes]").first.click()
    page.wait_for_url(f"{behind.address}/commercial_disputes**")
    watched.settle()
    page.reload()
    watched.settle()
    page.go_back()
    page.wait_for_url(f"{behind.address}/")
    watched.settle()
    watched.open(f"{behind.address}/glossary?indicator=small_claims_rate")
    with page.expect_download() as coming:
        page.get_by_text("下载全部口径（Markdown）").click()
    assert "小额诉讼程序适用率" in Path(coming.value.path()).read_text(encoding="utf-8")
    watched.open(f"{behind.address}/upload")
    page.locator("input[type=file]").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": "甲,乙\r\n1,2\r\n".encode()}
    )
    expect(page.get_by_text("未通过").first).to_be_visible()
    page.get_by_role("link", name="退出").click()
    page.wait_for_url(f"{behind.address}/signout**")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_text("您已退出")).to_be_visible()
    page.get_by_role("link", name="返回总览").click()
    page.wait_for_url(f"{behind.address}/**")
    watched.settle()
    watched.undisturbed()


def test_a_file_that_nginx_refuses_is_told_in_chinese_on_the_page(
    behind: Site, watched: Watched, tmp_path: Path
) -> None:
    small = ("snippets/scorecard-proxy.conf", "client_max_body_size 200m", "client_max_body_size 1m")
    with changed(behind, tmp_path / "root", small) as site:
        page = watched.page
        fill_sign_in(page, site.address, "李四", "/ysh/upload")
        watched.settle()
        big = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x" * 2_000_000}
        page.locator("input[type=file]").set_input_files(big)
        expect(page.get_by_text("client_max_body_size 200m").first).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("Axios")
        said = page.locator("[data-testid=stFileChip] [role=alert]")
        expect(said).to_have_text(re.compile("^未收下：文件没有传上去"))
        box = said.bounding_box()
        assert box is not None
        assert box["width"] > 300, "seen, not only read out"


def test_a_page_whose_socket_does_not_open_says_why(behind: Site, watched: Watched, tmp_path: Path) -> None:
    without = ("snippets/scorecard-app.conf", r"proxy_set_header (Upgrade|Connection) .*;", "")
    with changed(behind, tmp_path / "root", without) as site:
        page = watched.page
        page.goto(f"{site.address}/upload")
        note = page.get_by_text("与看板服务器的连接还没有建立")
        expect(note).to_be_visible()
        expect(page.locator(".unconnected")).to_have_css("opacity", "1")
        expect(page.get_by_text("proxy_set_header Upgrade $http_upgrade;")).to_be_visible()
    # As soon as there is a connection the word is gone.
    page.goto(f"{behind.address}/")
    watched.settle()
    expect(note).not_to_be_visible()
