"""办理破产, row by row: from the menu to the numbers, worked out by hand from the extracts beside this file."""

from playwright.sync_api import expect

from tests.browser.plan_rows.conftest import Enter, answers, choose, counts, follow, plan_row, reads, row, to_row


@plan_row("insolvency.1")
def test_insolvency_1_what_is_shared_and_what_became_of_the_applications_for_repair(enter: Enter) -> None:
    # S1 (12 items) went out and S2 came in, without a number of items; S3 went out with 5. R1 to the tax office was promised
    # for 20 March and waits; R2 is promised for 5 April, within ten days; R3 was granted on the tenth day.
    watched = enter("民事审判庭", "落实", "措施与要求")
    page = follow(watched, "金融信息共享与重整企业信用修复")
    answers(page, {"法院与金融监管机构信息共享次数": "3次"})
    counts(page, "金融信息共享按机构", "人民银行", "1", "0", "5")
    counts(page, "金融信息共享按机构", "金融监管部门", "1", "1", "12，另有1次未填未计")
    counts(page, "信用修复申请按领域", "税务", "1", "0", "0", "1", "—")
    counts(page, "信用修复申请按领域", "市场监管", "1", "1", "0", "0", "1件，太少不计平均数")
    counts(page, "信用修复申请的障碍", "旧欠税款未核销", "1", "1")
    answers(page, {"信用修复申请待答复": "超期 1　临期 1"})
    follow(watched, "信用修复申请待答复")
    late = page.locator("tr", has_text="R1")
    expect(late).to_contain_text("2026-03-20已过 11 天")
    expect(late).to_contain_text("税务")
    watched.undisturbed()


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
        {"破产案件平均审理时长": "128.2天", "超两年未结破产案件数": "1件", "超两年未结破产案件": "超期 1　临期 1"},
    )
    page = follow(watched, "超两年未结破产案件", exact=True)
    expect(page.locator("tr", has_text="（2023）鲁0117破1号")).to_contain_text("2025-12-20")
    watched.undisturbed()


@plan_row("insolvency.4")
def test_insolvency_4_which_cases_are_simple_which_cannot_be_told_and_why_some_left_the_fast_track(
    enter: Enter,
) -> None:
    # 破31: 12 creditors, assets clear, debts of three million, no fast track: simple. Of the seven other open cases nobody
    # filled in the creditors. 破32 and 破33 left the fast track, both terminated in March; 破34 stayed. Criterion J2 ended.
    watched = enter("民事审判庭", "落实", "措施与要求")
    follow(watched, "持续推动破产简案快审")
    page = choose(watched, "部门", "民事审判庭")
    answers(page, {"简单破产案件识别": "在列 1"})
    answers(page, {"简单破产案件识别要素未填": "在列 7"})
    counts(page, "快审转普通的原因", "财产难以查清", "1", "1")
    counts(page, "快审转普通的原因", "衍生诉讼未结", "1", "1")
    criteria = page.get_by_role("region", name="简单破产案件识别标准", exact=True)
    expect(criteria).to_contain_text("1 行")
    expect(page.locator("tr", has_text="湖北快审规则")).to_contain_text("债权人人数不满二十人")
    follow(watched, "简单破产案件识别要素未填")
    expect(page.locator("tr", has_text="（2026）鲁0117破1号")).to_be_visible()
    watched.undisturbed()


@plan_row("insolvency.5")
def test_insolvency_5_rounds_premium_costs_and_days_to_the_money_by_kind(enter: Enter) -> None:
    # Six rounds: the plant unsold, then sold; car, machine and two stocks sold. Sold 90+6+11+2+1 = 110 of 98 (万元) at the start:
    # premium 12/98. Costs 9000+600+1100+200+100 = 11000 of 1100000. Days from the ruling: 42, 18, 20, 20, 21: 121/5 = 24.2.
    # First rounds: 4 of 5 sold, 18 at the start, 20 paid; the second round 80 and 90.
    watched = enter("民事审判庭", "落实", "措施与要求")
    follow(watched, "提升破产财产处置效率")
    page = choose(watched, "部门", "民事审判庭")
    answers(page, {"破产财产网拍成交率": "83.33%"})
    answers(page, {"破产财产网拍溢价率": "12.24%"})
    answers(page, {"破产财产处置费用率": "1.00%"})
    answers(page, {"破产财产处置到账平均用时": "24.2天"})
    counts(page, "破产财产处置按轮次", "一拍", "5", "4", "1", "80.00", "18.00", "20.00", "4次，太少不计率")
    counts(page, "破产财产处置按轮次", "二拍", "1", "1", "0", "1次，太少不计率", "80.00", "90.00", "1次，太少不计率")
    kinds = page.get_by_role("region", name="破产财产处置按财产类别", exact=True)
    expect(row(kinds, "不动产").locator("td").nth(4)).to_have_text("90.00")
    expect(row(kinds, "合计").locator("td").nth(4)).to_have_text("110.00")
    sold = page.locator("tr", has_text="二拍").filter(has_text="（2026）鲁0117破31号")
    expect(sold).to_contain_text("厂房")
    expect(sold.get_by_role("cell", name="42", exact=True)).to_be_visible()
    reads(row(kinds, "合计"), ["6", "5", "1", "110.00", "", "", "", ""])
    watched.undisturbed()


@plan_row("insolvency.6")
def test_insolvency_6_how_administrators_were_chosen_and_judged(enter: Enter) -> None:
    # Appointed in January: 甲 three times (破1 2 4 of 2026), 乙 and 丙 once: 3 of 5 = 60.00 %. Of the five cases that ended
    # in January four have an evaluation, 破5 of 2025 none: 80.00 %.
    watched = to_row(enter, "民事审判庭", "完善破产管理人选任制度", "2026年1月")
    answers(watched.page, {"管理人集中度（最多一家占比）": "60.00%", "管理人履职评价率": "80.00%"})
    watched.undisturbed()
