"""The door in a real browser: three years in one drop, a workbook, a mapped value, a declared zero, a correction."""

import io
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from playwright.sync_api import Page, expect

from etl.intake.batches import list_batches
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import Watched, eventually
from tests.support.actors import account
from tests.support.extracts import cases_csv, without
from tests.support.server import running
from tests.support.written import hand_in, published

Visit = Callable[..., Watched]
SHOTS = os.environ.get("SHOTS", "")  # a folder for pictures to be looked at


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.set_viewport_size({"width": 1440, "height": 2600})
        page.wait_for_load_state("networkidle")
        page.screenshot(path=f"{SHOTS}/{name}.png")
        page.set_viewport_size({"width": 1440, "height": 900})


def cases(year: int, first: int) -> str:
    """Sixty cases of one year, closed in it."""
    return cases_csv(60, first).decode().replace("2026", str(year))


def workbook(csv: str) -> bytes:
    """The same table as a workbook, with a title above it and a sheet of notes."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet, notes = book.add_worksheet("案件"), book.add_worksheet("填表说明")
        notes.write(0, 0, "按月导出")
        sheet.write(0, 0, "审判案件明细表")
        for number, line in enumerate(csv.splitlines(), 1):
            for position, cell in enumerate(line.split(",")):
                if number > 1 and position in (2, 3):
                    sheet.write_datetime(number, position, datetime.fromisoformat(cell))
                else:
                    sheet.write(number, position, cell)
    return content.getvalue()


def drop(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files(list(files))


def pick(watched: Watched, label: str, option: str) -> None:
    """Types into a select box and takes the option, as people do in long lists."""
    watched.settle()
    page = watched.page
    box = page.get_by_label(label, exact=True).last
    offered = page.get_by_role("option", name=option, exact=True)
    for _ in range(
        3
    ):  # the page may draw the box anew while somebody types: what was typed is gone, and one types again
        box.press_sequentially(option)
        with suppress(AssertionError):
            expect(offered).to_be_visible(timeout=10_000)
            break
        box.fill("")
    expect(offered).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value(option)


def test_the_officer_hands_in_everything_a_court_hands_in(visit: Visit, tmp_path: Path, data: DataDir) -> None:
    files = [tmp_path / f"{year}年案件.csv" for year in (2025, 2024)]
    for file, year in zip(files, (2025, 2024), strict=True):
        file.write_bytes(cases(year, 1).encode("gb18030"))
    book = tmp_path / "2026年案件.xlsx"
    book.write_bytes(workbook(cases(2026, 1).replace("民事审判庭", "民事审判一庭")))
    with running(data) as address:
        watched = visit()
        page = watched.sign_in(address, account(data, "case_management", "李四"), "/upload")
        drop(page, *files, book)
        expect(page.get_by_text("工作表", exact=True)).to_be_visible()
        shoot(page, "1_three_files")
        pick(watched, "工作表", "案件")
        expect(page.get_by_text("未登记的取值 1 读作")).to_be_visible()
        shoot(page, "2_sheet_chosen")
        pick(watched, "未登记的取值 1 读作", "民事审判庭")
        watched.press("记住这些对应关系")
        expect(page.get_by_role("button", name="接收全部 3 个合格的文件")).to_be_visible()
        shoot(page, "3_mapped")
        watched.press("接收全部 3 个合格的文件")
        expect(page.get_by_text("已接收：审判案件表 60 行")).to_have_count(3)
        accepted = list_batches(data)
        assert [batch.as_of.year for batch in accepted] == [2024, 2025, 2026]
        assert [batch.rows for batch in accepted] == [60, 60, 60]
        declare(watched, data)
        watched.press("计算影响")
        shoot(page, "4_impact")
        page.get_by_text("这些表随后补报，先发布已有的", exact=True).click()
        watched.press("发布")
        expect(page.get_by_text("当前版本已包含全部批次")).to_be_visible()
        correct(watched, data, tmp_path)
    watched.undisturbed()


def declare(watched: Watched, data: DataDir) -> None:
    page = watched.page
    watched.unfold("本月无此类数据", page.get_by_role("button", name="声明该月无此类数据"))
    pick(watched, "数据表", "涉非线索登记表")
    watched.press("声明该月无此类数据")
    shoot(page, "5_declared")
    expect(page.get_by_text("已声明")).to_be_visible(timeout=15000)
    assert [batch.none for batch in list_batches(data) if batch.table == "leads"] == [True]


def correct(watched: Watched, data: DataDir, folder: Path) -> None:
    page = watched.page
    wrong = cases(2026, 1).splitlines()
    fixed = folder / "更正.csv"
    fixed.write_text("\n".join([wrong[0], wrong[1].replace("简易程序", "小额诉讼")]), encoding="utf-8")
    drop(page, fixed)
    pick(watched, "用途", "更正截至 2026-09-30 的数据")
    shoot(page, "6_correction")
    watched.press("接收")
    eventually(lambda: list_batches(data), lambda batches: any(batch.corrects for batch in batches))
    watched.press("计算影响")
    expect(page.get_by_text("更正").first).to_be_visible()
    shoot(page, "7_correction_impact")


def test_the_officer_rules_on_rows_that_vanished(visit: Visit, data: DataDir, catalog: Catalog) -> None:
    hand_in(data, catalog, "cases", cases_csv(60), date(2026, 9, 30), "九月.csv")
    published(data, catalog)
    hand_in(data, catalog, "cases", without(cases_csv(70), 15, 16, 26), date(2026, 10, 31), "十月.csv")
    with running(data) as address:
        watched = visit()
        page = watched.sign_in(address, account(data, "case_management", "李四"), "/upload")
        expect(page.get_by_text("没有此前报送过的 3 行，是否已在源头撤销待核定")).to_be_visible()
        watched.press("计算影响")
        expect(page.get_by_text("消失待核定的行3")).to_be_visible(timeout=60_000)
        page.get_by_text("这些不再出现的行若全部按“源头已撤销”核定，指标怎么变").click()
        shoot(page, "8_vanished")
        page.get_by_label("核定的依据").fill("已与办案系统核对")
        page.get_by_label("核定的依据").press("Enter")
        watched.press("源头已撤销：不再计入")
        expect(page.get_by_text("已核定撤销不计 3 行，漏报照计 0 行")).to_be_visible()
        watched.press("计算影响")
        expect(page.get_by_text("消失待核定的行0")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("不再计入的行3")).to_be_visible()
        shoot(page, "9_ruled")
        watched.press("发布")
        expect(page.get_by_text("当前版本已包含全部批次")).to_be_visible()
    watched.undisturbed()
