"""The officer's month in a real browser: a broken GB18030 file, its repair, the impact, publication, and the way back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from etl.intake.batches import list_batches
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.browser.conftest import Watched, eventually
from tests.support.actors import account
from tests.support.extracts import cases_csv
from tests.support.server import running

Visit = Callable[..., Watched]


def officer(watched: Watched, address: str, data: DataDir) -> Page:
    page = watched.sign_in(address, account(data, "case_management", "李四"), "/upload")
    expect(page.get_by_text("选择文件").first).to_be_visible()
    return page


def saved(page: Page, button: str, to: Path) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    waiting.value.save_as(to)
    return to.read_bytes()


def problem(page: Page, line: int, *words: str) -> Locator:
    """The rows of the table of problems that name this line and these words."""
    rows = page.locator("table.problems tbody tr").filter(has=page.get_by_role("cell", name=str(line), exact=True))
    for word in words:
        rows = rows.filter(has_text=word)
    return rows


def publish(page: Page) -> None:
    Watched(page).press("发布")
    expect(page.get_by_text("当前版本已包含全部批次")).to_be_visible()


@dataclass(frozen=True)
class Month:
    """An officer's month: the windows, the server and the extract, right and with two errors."""

    visit: Visit
    address: str
    data: DataDir
    folder: Path
    lines: list[str]

    def extract(self, lines: list[str], name: str = "案件提取.csv") -> Path:
        """The lines as the case system writes them."""
        file = self.folder / name
        file.write_bytes("\r\n".join(lines).encode("gb18030"))
        return file


def hand_in(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)


def accept(page: Page) -> None:
    Watched(page).press("接收")
    expect(page.get_by_text("已接收：审判案件表 200 行")).to_be_visible()


def refuse_the_broken_file(month: Month, page: Page, watched: Watched) -> None:
    broken = list(month.lines)
    broken[2] = broken[2].replace("简易程序", "简易程徐")
    broken[4] = re.sub(r"\d{4}-\d\d-\d\d", "2026-02-30", broken[4], count=1)
    hand_in(page, month.extract(broken))
    expect(page.get_by_text("未通过，文件没有写入系统")).to_be_visible()
    expect(problem(page, 3, "简易程徐", "是否为")).to_have_count(1)
    expect(problem(page, 5, "2026-02-30")).to_have_count(1)
    watched.settle()
    expect(page.get_by_role("button", name="接收", exact=True)).to_have_count(0)
    listed = saved(page, "下载全部问题（CSV）", month.folder / "problems.csv")
    assert listed.startswith(b"\xef\xbb\xbf")
    assert "简易程徐" in listed.decode("utf-8-sig")
    assert list_batches(month.data) == ()


def accept_the_corrected_file(month: Month, page: Page, watched: Watched) -> None:
    page.reload()
    watched.settle()
    hand_in(page, month.extract(month.lines))
    repaired = saved(page, "下载修复后的文件（CSV）", month.folder / "已修复.csv")
    assert "（2026）鲁0117民初1号" in repaired.decode("utf-8-sig")
    accept(page)
    page.reload()
    watched.settle()
    assert len(list_batches(month.data)) == 1, "a refresh submits nothing"
    hand_in(page, month.folder / "已修复.csv")
    expect(page.get_by_text("可以接收")).to_be_visible()
    watched.settle()
    expect(page.get_by_role("button", name="下载修复后的文件（CSV）")).to_have_count(0)  # nothing to repair


def publish_next_month(month: Month, page: Page) -> None:
    """One case that was closed is handed in as pending."""
    lines = list(month.lines)
    lines[6] = ",".join([*lines[6].split(",")[:3], "", "", *lines[6].split(",")[5:]])
    hand_in(page, month.extract(lines, "十一月.csv"))
    accept(page)
    Watched(page).press("计算影响")
    expect(page.get_by_text("已结→未结").first).to_be_visible()
    publish(page)


def roll_back(month: Month, to: str | None) -> None:
    watched = month.visit()
    page = watched.sign_in(month.address, account(month.data, "administrator", "王五"), "/versions")
    page.get_by_text("我确认改用这个版本").click()
    watched.press("回退")
    expect(page.get_by_text(f"版本 {to[:8]}").first).to_be_visible()
    assert eventually(lambda: store.current(month.data).version, lambda version: version == to) == to
    watched.undisturbed()


def test_a_broken_gb18030_file_is_corrected_repaired_published_and_taken_back(
    data: DataDir, visit: Visit, tmp_path: Path
) -> None:
    lines = cases_csv(200).decode().replace("（2026）", "(2026)").splitlines()
    with running(data) as address:
        month, watched = Month(visit, address, data, tmp_path, lines), visit()
        page = officer(watched, address, data)
        refuse_the_broken_file(month, page, watched)
        accept_the_corrected_file(month, page, watched)
        watched.press("计算影响")
        page.get_by_text("这些表随后补报，先发布已有的", exact=True).click()
        publish(page)
        first = store.current(data).version
        page.get_by_role("link", name="总览").first.click()
        expect(page.get_by_text("全部指标")).to_be_visible()
        watched.settle()
        expect(page.locator("body")).not_to_contain_text("示例数据", use_inner_text=True)
        publish_next_month(month, watched.open(f"{address}/upload"))
        assert store.current(data).version != first
        watched.undisturbed()
        roll_back(month, first)
