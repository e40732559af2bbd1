"""办理破产, row by row: from the menu to the numbers, worked out by hand from the extracts beside this file."""

from playwright.sync_api import expect

from tests.browser.plan_rows.conftest import Enter, answers, follow, plan_row, to_row


@plan_row("insolvency.2")
def test_insolvency_2_transfers_from_enforcement_and_the_leads_to_them(enter: Enter) -> None:
    # Referred in January: 破申1 here and 破申2 to the intermediate court. Ruled on in January: 破申1 2 4 admitted, 3 not, 5
    # dismissed: 3 of 5 = 60.00 %. Leads: 执2 and 执3 are one firm's, both ended without assets, with money still owed.
    watched = to_row(enter, "执行局", "“执转破”案件节点有效衔接", "2026年1月")
    answers(watched.page, {"执转破移送审查数": "2件", "执转破受理率": "60.00%", "执转破线索筛查": "在列 2"})
    page = follow(watched, "执转破线索筛查")
    for number in (2, 3):
        expect(page.locator("tr", has_text=f"（2025）鲁0117执{number}号")).to_have_count(1)
    watched.undisturbed()


@plan_row("insolvency.3")
def test_insolvency_3_how_long_cases_took_and_which_are_over_two_years_old(enter: Enter) -> None:
    # Ended in January, days from acceptance: 190 + 153 + 122 + 92 + 84 = 641 of 5 cases: 128.2. Accepted on 20 December
    # 2023 and open: over two years. The one of 15 August 2024 will be in August, within the 180 days before.
    watched = to_row(enter, "民事审判庭", "推进破产审判专业化", "2026年1月")
    answers(
        watched.page,
        {
            "破产案件平均审理时长": "128.2天",
            "超两年未结破产案件数": "1件",
            "超两年未结破产案件": "超期 1　临期 1",
        },
    )
    page = follow(watched, "超两年未结破产案件", exact=True)
    expect(page.locator("tr", has_text="（2023）鲁0117破1号")).to_contain_text("2025-12-20")
    watched.undisturbed()


@plan_row("insolvency.6")
def test_insolvency_6_how_administrators_were_chosen_and_judged(enter: Enter) -> None:
    # Appointed in January: 甲 three times (破1 2 4 of 2026), 乙 and 丙 once: 3 of 5 = 60.00 %. Of the five cases that ended
    # in January four have an evaluation, 破5 of 2025 none: 80.00 %.
    watched = to_row(enter, "民事审判庭", "完善破产管理人选任制度", "2026年1月")
    answers(watched.page, {"管理人集中度（最多一家占比）": "60.00%", "管理人履职评价率": "80.00%"})
    watched.undisturbed()
