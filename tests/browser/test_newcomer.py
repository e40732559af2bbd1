"""The walk of a newcomer: an empty folder, the office's account made in place, the first file, its publication; a month later."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from scorecard.audit import log as audit
from scorecard.catalog.definitions import Catalog
from scorecard.identity import accounts
from scorecard.narrative.provenance import short
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.browser.conftest import Watched, eventually, fill_sign_in
from tests.support.actors import PASSWORD, account
from tests.support.extracts import cases_csv
from tests.support.server import running

OFFICER = "李四"


def extract(folder: Path, name: str, rows: int) -> Path:
    """The cases as an office would export them: GB18030, and a heading that nobody has registered."""
    file = folder / name
    file.write_bytes(cases_csv(rows).decode().replace("案由", "案件由来", 1).encode("gb18030"))
    return file


def make_the_office(watched: Watched, address: str, data: DataDir) -> str:
    """admin opens 数据报送 and makes the account of the office right there; its first password."""
    page = watched.sign_in(address, account(data, "administrator", "admin"), "/upload")
    expect(page.locator("body")).to_contain_text("现在还没有审管办的账户", use_inner_text=True)
    page.get_by_label("账户名").fill(OFFICER)
    page.get_by_label("账户名").press("Enter")
    watched.press("新增")
    password = page.locator("code.password")
    expect(password).to_have_text(re.compile(r"\S{10,}"))
    expect(page.get_by_text(f"请其打开 {address}/signin")).to_be_visible()
    expect(page.get_by_text(f"审管办账户：{OFFICER}")).to_be_visible()
    first = eventually(lambda: password.inner_text(), len)
    page.reload()
    watched.settle()
    expect(password).to_have_count(0)
    expect(page.get_by_label("账户名")).to_have_count(0)
    made = accounts.read(data).find(OFFICER)
    assert made is not None
    assert (made.role, made.must_change) == ("case_management", True)
    kept = [(one.actor, one.subject) for one in audit.entries(data) if one.action == "账户" and one.actor == "admin"]
    assert kept[-1] == ("admin", OFFICER)
    return first


def first_sign_in(page: Page, address: str, first: str) -> None:
    """As the page told the administrator to tell the officer."""
    fill_sign_in(page, address, OFFICER, "/upload", first)
    page.get_by_label("现在的密码").fill(first)
    page.get_by_label("新密码（").fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    page.get_by_role("button", name="修改密码").click()
    page.wait_for_url("**/upload")


def told(page: Page) -> Locator:
    """What the last act came to."""
    return page.get_by_role("status").filter(has_text="所有读者现在看到")


def test_a_newcomer_comes_from_an_empty_folder_to_a_publication_and_a_month_later_needs_three_clicks(
    data: DataDir, catalog: Catalog, visit: Callable[..., Watched], tmp_path: Path
) -> None:
    account(data, "administrator", "admin")  # before the first start, which would make one with a password of its own
    with running(data) as address:
        first = make_the_office(visit(), address, data)
        watched = visit()
        page = watched.page
        first_sign_in(page, address, first)
        watched.settle()
        page.locator("input[type=file]").set_input_files(extract(tmp_path, "十月案件.csv", 200))
        watched.choose(page.get_by_label("未登记的列 1 对应", exact=True), "案由")
        watched.press("记住这些对应关系", "接收", "计算影响")
        asked_once(watched, data, catalog)
        version = store.current(data).version or ""
        expect(told(page)).to_contain_text(f"已发布版本 {short(version)}")
        page.reload()
        watched.settle()
        expect(page.get_by_text("当前版本已包含全部批次")).to_contain_text(OFFICER)
        assert [one.version for one in store.manifests(data)] == [version], "a reload publishes nothing again"
        page.locator("input[type=file]").set_input_files(extract(tmp_path, "十一月案件.csv", 230))
        assert watched.press("接收", "计算影响", "发布") == 3
        expect(told(page)).to_be_visible()
        later = store.current(data).version or ""
        assert later != version
        expect(told(page)).to_contain_text(f"已发布版本 {short(later)}")
        told(page).get_by_role("link", name="“总览”").click()
        expect(page.locator(".sc h1").first).to_contain_text("总览")
        watched.undisturbed()


def asked_once(watched: Watched, data: DataDir, catalog: Catalog) -> None:
    """The headline counts what a reading of the definitions counts: cases came, so every other system's table is owed."""
    page = watched.page
    owed = {one.id for one in catalog.tables.values() if one.exported_from and one.seed is None} - {"cases"}
    lost = sum(bool(owed & set(one.formula.tables)) for one in catalog.indicators.values())
    expect(page.get_by_text(f"{len(owed)} 张表未报，{lost} 项指标将无法评价")).to_be_visible()
    page.get_by_text(f"未报的 {len(owed)} 张表").click()
    expect(page.get_by_role("cell", name="诉前调解表", exact=True)).to_be_visible()
    watched.press("发布")
    expect(page.get_by_text("请勾选“这些表随后补报，先发布已有的”")).to_be_visible()
    assert store.current(data).version is None, "nothing is published before the answer"
    page.get_by_text("这些表随后补报，先发布已有的", exact=True).click()
    watched.press("发布")
    expect(page.get_by_text("这些表随后补报，先发布已有的", exact=True)).to_have_count(0)
