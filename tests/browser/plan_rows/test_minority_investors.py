"""保护中小投资者, row by row: from the menu to the numbers, worked out by hand from the extracts beside this file."""

from playwright.sync_api import expect

from tests.browser.plan_rows.conftest import Enter, Office, answers, choose, follow, go, plan_row, reads, row, to_row

FEW = "太少不计平均数"


@plan_row("minority_investors.1")
def test_minority_investors_1_leads_of_february_what_waits_and_the_zero_of_march(enter: Enter) -> None:
    # Found in February: L1-L5; judged all but L4; L1 L2 L5 to be transferred; L1 (3 days) and L2 (9 days) were; the police
    # answered on L1. L4 (term 25 March) is overdue on 31 March, L5 (2 April) near. None was found in March.
    watched = enter("审管办", "落实", "措施与要求")
    follow(watched, "涉非信息监测与线索移送")
    page = choose(watched, "报告期", "2026年2月")
    way = page.get_by_role("region", name="涉非线索办理情况")
    counts = {"发现": 5, "已研判": 4, "应当移送": 3, "已移送公安机关": 2, "公安机关已答复": 1}
    for name, count in counts.items():
        reads(row(way, f"{name}（件）"), [str(count), ""])
    replies = page.get_by_role("region", name="涉非线索公安答复")
    reads(row(replies, "立案侦查"), ["1", f"1件，{FEW}"])
    reads(row(replies, "合计"), ["2", ""])
    expect(row(page, "L2")).to_contain_text("2026-02-139")  # transferred, 9 days after it was found
    figures = page.get_by_role("region", name="指标", exact=True)
    expect(row(figures, "涉非线索发现数")).to_contain_text("5件")
    lists = page.get_by_role("region", name="台账", exact=True)
    waiting = lists.locator("tr", has_text="涉非线索待研判移送")
    expect(waiting).to_contain_text("超期 1　临期 1")
    choose(watched, "报告期", "2026年3月")
    expect(row(figures, "涉非线索发现数")).to_contain_text("0件")
    follow(watched, "涉非线索待研判移送", lists)
    expect(page.locator("tr", has_text="L4")).to_contain_text("超期")
    expect(page.locator("tr", has_text="L5")).to_contain_text("临期")
    watched.undisturbed()


@plan_row("minority_investors.1")
def test_minority_investors_1_a_month_declared_to_have_no_lead_is_zero(enter: Enter, own_office: Office) -> None:
    # Nobody has told of April yet; the office declares on 6 May that no lead was found in it.
    watched = enter("审管办", "落实", "措施与要求", office=own_office)
    follow(watched, "涉非信息监测与线索移送")
    page = follow(watched, "登记《涉非线索登记表》")
    page.get_by_text("本月没有", exact=True).click()
    page.get_by_role("button", name="声明该月没有").click()
    expect(page.get_by_text("已声明：2026年4月没有可登记的内容。已发布")).to_be_visible()
    go(watched, "落实", "措施与要求")
    follow(watched, "涉非信息监测与线索移送")
    choose(watched, "报告期", "2026年4月")
    figures = page.get_by_role("region", name="指标", exact=True)
    expect(row(figures, "涉非线索发现数")).to_contain_text("0件")
    expect(page.get_by_role("region", name="涉非线索公安答复")).to_contain_text("本期没有。")
    watched.undisturbed()


@plan_row("minority_investors.2")
def test_minority_investors_2_parallel_cases_after_the_model_judgment(enter: Enter) -> None:
    # Five followed （2025）鲁01民初7号: 2 settled, 1 withdrawn, 2 judged = 60 %; 50 + 40 + 10 + 20 + 40 days = 160 / 5 = 32.
    # One ordinary loan case was closed, 26.
    watched = enter("民事审判庭", "落实", "措施与要求")
    follow(watched, "健全证券类群体性纠纷民事案件审理模式")
    choose(watched, "部门", "民事审判庭")
    page = choose(watched, "报告期", "2026年2月")
    models = page.get_by_role("region", name="平行案件按示范判决")
    reads(row(models, "（2025）鲁01民初7号"), ["5", "2", "1", "2", "60.00", "32"])
    apart = page.get_by_role("region", name="平行案件与普通案件用时")
    reads(row(apart, "金融借款合同纠纷"), ["5", "32", "1", f"1件，{FEW}"])
    model = page.locator("tr", has_text="复利计算的条款效力")
    expect(model).to_contain_text("2025-09-01")
    figures = page.get_by_role("region", name="指标", exact=True)
    expect(row(figures, "示范判决带动平行案件化解数")).to_contain_text("3件")
    watched.undisturbed()


@plan_row("minority_investors.3")
def test_minority_investors_3_rights_brought_to_mediation_and_where_disputes_came_from(enter: Enter) -> None:
    # Received in February: 21 22 知情权, one succeeded; 23 股权转让, succeeded. Ended: from the police 21 23, both succeeded;
    # from the justice office 22 failed, 24 succeeded; by the parties 25 withdrawn, 26 succeeded.
    watched = enter("立案庭", "落实", "措施与要求")
    follow(watched, "推进与政府职能部门的诉调对接")
    page = choose(watched, "报告期", "2026年2月")
    rights = page.get_by_role("region", name="股东权利纠纷进入诉前调解")
    reads(row(rights, "知情权"), ["2", "2", "1", "0", ""])
    reads(row(rights, "出资与股权"), ["1", "1", "1", "0", ""])
    partners = page.get_by_role("region", name="诉前调解来源单位与结果")
    reads(row(partners, "公安机关"), ["2", "2", "0", "0", "2件，太少不计率", ""])
    reads(row(partners, "司法行政机关"), ["2", "1", "1", "0", "2件，太少不计率", ""])
    reads(row(partners, "合计"), ["6", "4", "1", "1", "", ""])
    watched.undisturbed()


@plan_row("minority_investors.4")
def test_minority_investors_4_arrears_recovered_and_the_green_channel(enter: Enter) -> None:
    # First enforcement of arrears closed in January, 执1 2 3 5 6: 100 + 30 + 0 + 150 + 70 = 350 of 100 + 60 + 40 + 200 + 100
    #   = 500 thousand = 70.00 %. 执4 is no arrears. Money paid in January, 执恢7 too: 350 + 20 thousand = 37.00 万元.
    # Days from the suit to the money: 130 (执1), 91 (执2), 179 (执5), 50 (执6), 112 (执恢7): the middle one is 112.
    # Still open on 31 March: 执8, six months over on the 25th; 执9, over on 1 June.
    watched = to_row(enter, "执行局", "拖欠企业账款常态化清理机制", "2026年1月")
    answers(
        watched.page,
        {
            "拖欠企业账款执行到位率": "70.00%",
            "拖欠企业账款到位金额": "37.00万元",
            "拖欠企业账款案件全流程中位天数": "112天",
            "拖欠企业账款绿色通道": "超期 1　未到期 1",
        },
    )
    page = follow(watched, "拖欠企业账款绿色通道")
    expect(page.locator("tr", has_text="（2025）鲁0117执8号")).to_contain_text("2026-03-25")
    watched.undisturbed()


@plan_row("minority_investors.5")
def test_minority_investors_5_firms_visited_and_their_problems(enter: Enter) -> None:
    # 送法进企 and 法治体检 of January: G1 and G3 are the same firm, G2 another: 2. Problems of G1 to G4 and G6:
    # 4+2+1+3+2 = 12, closed 3+2+1+2+2 = 10: 83.33 %. Open: one of G1, due on 20 March; one of G4, due on 5 April, five days after the cut.
    watched = to_row(enter, "政治部", "投资投保宣传工作", "2026年1月")
    answers(
        watched.page,
        {
            "送法进企/法治体检覆盖企业数": "2家",
            "走访体检问题办结率": "83.33%",
            "走访体检问题整改到期": "超期 1　临期 1",
        },
    )
    watched.undisturbed()


@plan_row("minority_investors.6")
def test_minority_investors_6_securities_crimes_tried(enter: Enter) -> None:
    # Closed in January: 刑初1 内幕交易 and 刑初2 操纵市场; 刑初3 集资诈骗 is no crime of securities.
    watched = to_row(enter, "刑事审判庭", "依法严厉打击证券违法活动", "2026年1月")
    answers(watched.page, {"证券期货犯罪案件审结数": "2件"})
    watched.undisturbed()
