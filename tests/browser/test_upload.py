"""The officer's month in a real browser: a broken GB18030 file, its repair, the impact, publication, and the way back."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from etl.intake.batches import list_batches
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.browser.conftest import Watched, account, sign_in
from tests.support.extracts import cases_csv

Visit = Callable[..., Watched]
Start = Callable[..., str]
SLOW = 60_000  # a busy machine builds a version in seconds, not in the browser's usual patience


def officer(watched: Watched, address: str, data: DataDir) -> Page:
    sign_in(watched.page, address, account(data, "case_management", "李四"), "/upload")
    watched.page.get_by_text("选择文件").first.wait_for(timeout=SLOW)
    watched.settle()
    return watched.page


def saved(page: Page, button: str, to: Path) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    waiting.value.save_as(to)
    return to.read_bytes()


def test_a_broken_gb18030_file_is_corrected_repaired_published_and_taken_back(
    data: DataDir, start: Start, visit: Visit, tmp_path: Path
) -> None:
    lines = cases_csv(200).decode().replace("（2026）", "(2026)").splitlines()
    broken = list(lines)
    broken[2] = broken[2].replace("简易程序", "简易程徐")
    broken[4] = re.sub(r"\d{4}-\d\d-\d\d", "2026-02-30", broken[4], count=1)
    file = tmp_path / "案件提取.csv"
    address, watched = start(data), visit()
    page = officer(watched, address, data)

    file.write_bytes("\r\n".join(broken).encode("gb18030"))
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("未通过，文件没有写入系统").wait_for(timeout=SLOW)
    rows = page.locator("table.problems").first.locator("tbody tr").all_inner_texts()
    assert any(row.split("\t")[1] == "3" and "简易程徐" in row and "是否为" in row for row in rows)
    assert any(row.split("\t")[1] == "5" and "2026-02-30" in row for row in rows)
    assert page.get_by_role("button", name="接收", exact=True).count() == 0
    listed = saved(page, "下载全部问题（CSV）", tmp_path / "problems.csv")
    assert listed.startswith(b"\xef\xbb\xbf")
    assert "简易程徐" in listed.decode("utf-8-sig")
    assert list_batches(data) == ()

    file.write_bytes("\r\n".join(lines).encode("gb18030"))
    page.reload()
    watched.settle()
    page.locator("input[type=file]").set_input_files(file)
    repaired = saved(page, "下载修复后的文件（CSV）", tmp_path / "已修复.csv")
    assert "（2026）鲁0117民初1号" in repaired.decode("utf-8-sig")
    page.get_by_role("button", name="接收", exact=True).click()
    page.get_by_text("已接收：审判案件表 200 行").wait_for(timeout=SLOW)
    page.reload()
    watched.settle()
    assert len(list_batches(data)) == 1, "a refresh submits nothing"
    page.locator("input[type=file]").set_input_files(tmp_path / "已修复.csv")
    page.get_by_text("可以接收").wait_for(timeout=SLOW)
    assert page.get_by_role("button", name="下载修复后的文件（CSV）").count() == 0, (
        "nothing is left to repair"
    )

    page.get_by_role("button", name="计算影响").click()
    page.get_by_role("button", name="发布", exact=True).click(timeout=SLOW)
    page.get_by_text("当前版本已包含全部批次").wait_for(timeout=SLOW)
    first = store.current(data).version
    page.get_by_role("link", name="总览").first.click()
    page.get_by_text("全部指标").wait_for(timeout=SLOW)
    assert "示例数据" not in page.locator("body").inner_text()

    page = officer(watched, address, data)
    second_file = tmp_path / "十一月.csv"
    lines[6] = ",".join([*lines[6].split(",")[:3], "", "", *lines[6].split(",")[5:]])
    second_file.write_bytes("\r\n".join(lines).encode("gb18030"))
    page.locator("input[type=file]").set_input_files(second_file)
    page.get_by_role("button", name="接收", exact=True).click(timeout=SLOW)
    page.get_by_text("已接收：审判案件表 200 行").wait_for(timeout=SLOW)
    page.get_by_role("button", name="计算影响").click()
    page.get_by_text("已结→未结").first.wait_for(timeout=SLOW)
    page.get_by_role("button", name="发布", exact=True).click(timeout=SLOW)
    page.get_by_text("当前版本已包含全部批次").wait_for(timeout=SLOW)
    assert store.current(data).version != first
    assert watched.errors == []
    assert watched.elsewhere == []

    other = visit()
    sign_in(other.page, address, account(data, "administrator", "王五"), "/versions")
    other.page.get_by_text("我确认改用这个版本").click(timeout=SLOW)
    other.page.get_by_role("button", name="回退", exact=True).click()
    other.page.get_by_text(f"版本 {first}").first.wait_for(timeout=SLOW)
    assert store.current(data).version == first
    assert other.errors == []
