"""From the sample to the court's own data: the page that says how far one has come, in a real browser."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from etl.intake.accept import accept
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import Watched
from tests.support.actors import OFFICER, account
from tests.support.extracts import AS_OF, cases_csv
from tests.support.samples import copied
from tests.support.server import running


def test_the_office_leaves_the_sample_step_by_step(
    sample: DataDir, catalog: Catalog, visit: Callable[..., Watched], tmp_path: Path
) -> None:
    data = copied(sample, tmp_path / "data")
    with running(data) as address:
        watched = visit()
        page = watched.sign_in(address, account(data, "case_management", "李四"), "/go_live")
        expect(page.locator(".answer")).to_contain_text("现在显示的是示例数据")
        expect(page.locator(".answer")).to_contain_text("0 / 13")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="审判案件表").click()
        sheet = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes())).active
        assert sheet is not None
        assert sheet["A1"].value == "案号"
        accept(cases_csv(200), "案件.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
        watched.open(f"{address}/go_live")
        expect(page.locator("tr", has_text="已接收，还没有发布")).to_contain_text("审判案件表")
        publish(data, build(catalog, data), OFFICER)
        watched.open(f"{address}/go_live")
        expect(page.locator(".answer")).to_contain_text("已改用本院数据")
        expect(page.locator(".answer")).to_contain_text("1 / 13")
        expect(page.locator("body")).not_to_contain_text("现在显示的是示例数据", use_inner_text=True)
        watched.undisturbed()
