"""工作要求, row by row: from the menu to the numbers, worked out by hand from the extracts beside this file."""

from playwright.sync_api import expect

from tests.browser.plan_rows.conftest import Enter, follow, plan_row, reads, row


@plan_row("requirements.4")
def test_requirements_4_the_liaison_sees_what_is_due_this_week_and_goes_there(enter: Enter) -> None:
    # Wednesday 6 May: the decision of 20 March is due on Friday the 8th, in 2 days; the tables that reach 31 March owe April
    # by the 10th, the Sunday of this week, in 4. 政治部 never reported on its only measure. 审判案件表 of March came on
    # 8 April, before the 10th: one month of one in time.
    watched = enter("审管办", "落实", "联络员")
    page = watched.page
    decided = ["还有 2 天", "会商决定：公告送达率：逐案核对公告送达的必要性", "立案庭(诉讼服务中心)", "领导小组"]
    reads(row(page, "2026年5月8日"), decided)
    expect(row(page, "2026年5月10日")).to_contain_text("还有 4 天")
    never = page.locator("tr", has_text="政治部").filter(has_text="从未汇报")
    expect(never).to_contain_text("投资投保宣传工作")
    reads(row(page, "审判案件表"), ["1 / 1", "▲2026年3月按期（2026年4月8日）"])
    follow(watched, "审判案件表", row(page, "2026年5月10日"))
    expect(page.locator(".sc h1").first).to_have_text("数据报送")
    page.go_back()
    watched.settle()
    follow(watched, "投资投保宣传工作", never)
    expect(page.locator(".sc h1").first).to_have_text("措施进展")
    expect(page.get_by_text("探索性建立面向企业的普法宣传阵地").first).to_be_visible()
    watched.undisturbed()
