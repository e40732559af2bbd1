"""What a department says of its indicator: from the drawer into the form filled in, and back on card and drawer at once."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from scorecard.storage.data_dir import DataDir
from tests.browser.conftest import Watched, fill_sign_in
from tests.support.actors import account
from tests.support.samples import copied
from tests.support.server import running

PLACE = "commercial_disputes?period=2026年4月"


def test_a_department_reads_the_answer_to_a_signal_and_adds_a_comment_that_all_read_at_once(
    sample: DataDir, tmp_path: Path, visit: Callable[..., Watched]
) -> None:
    """In the sample 诉前调解超三十日率 of April 2026 is above its limits, and 立案庭 has said why."""
    data = copied(sample, tmp_path / "data")
    with running(data) as address:
        watched = visit()
        page = watched.page
        fill_sign_in(page, address, account(data, "department", "立案庭内勤", "filing"), f"/{PLACE}")
        watched.settle()
        card = page.locator("a.card", has_text="诉前调解超三十日率")
        expect(card).to_contain_text("立案庭(诉讼服务中心)2026年5月")
        card.click()
        watched.settle()
        section = page.locator(".sections details", has_text="部门说明")
        section.locator("summary").click()
        expect(section).to_contain_text("说明原因（临时）：示例：调解员换届")
        section.get_by_role("link", name="写评论").click()
        watched.settle()
        expect(page.get_by_label("说明的年度（必填）")).to_have_value("2026")
        page.get_by_label("说明内容（必填）").fill("调解员已到岗")
        watched.press("登记")
        expect(page.get_by_text("已显示在指标卡、详情和联络员页").first).to_be_visible()
        reader = visit()
        where = f"/{PLACE}&indicator=pre_mediation_overdue_rate"
        fill_sign_in(reader.page, address, account(data, "leadership", "组长"), where)
        reader.settle()
        told = reader.page.locator(".sections details", has_text="部门说明")
        told.locator("summary").click()
        expect(told).to_contain_text("评论：调解员已到岗")
        expect(told.get_by_role("link")).to_have_count(0)
        watched.undisturbed()
