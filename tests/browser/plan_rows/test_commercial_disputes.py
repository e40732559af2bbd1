"""解决商业纠纷, row by row: from the menu to the numbers, worked out by hand from the extracts beside this file."""

from playwright.sync_api import expect

from tests.browser.plan_rows.conftest import Enter, answers, choose, follow, plan_row, reads, row, to_row

FEW = "太少不计平均数"


@plan_row("commercial_disputes.1")
def test_commercial_disputes_1_problems_and_objections_of_february_and_what_is_overdue(enter: Enter) -> None:
    # Found in February: P1 and P2 消极执行, closed on the 18th (term the 20th) and on 2 March (term 24 February); P3, P4 open.
    # Objections: 财保1 upheld in 11 days, 财保2 refused, 财保3 under review since the 26th. On 31 March P4 (term 15 March) and
    # 财保3 (15 days: 13 March) are overdue, P3 (3 April) is near.
    watched = enter("执行局", "落实", "措施与要求")
    follow(watched, "财产保全与集中执行")
    choose(watched, "部门", "执行局")
    page = choose(watched, "报告期", "2026年2月")
    found = page.get_by_role("region", name="突出问题按类别")
    reads(row(found, "消极执行"), ["2", "2", "1", f"2件，{FEW}", ""])
    reads(row(found, "合计"), ["4", "2", "1", "", ""])
    objections = page.get_by_role("region", name="超标的超范围异议办理情况")
    reads(row(objections, "超标的"), ["2", "1", "0", "1", f"1件，{FEW}"])
    reads(row(objections, "超范围"), ["1", "0", "1", "0", f"1件，{FEW}"])
    expect(row(page, "P2")).to_contain_text("2026-03-0226")  # closed, 26 days after it was found
    expect(row(page, "（2026）鲁0117财保1号")).to_contain_text("成立2026-02-2011")
    lists = page.get_by_role("region", name="台账", exact=True)
    expect(lists.locator("tr", has_text="超标的超范围异议审查")).to_contain_text("超期 1")
    follow(watched, "执行领域突出问题整改到期", lists)
    expect(page.locator("tr", has_text="P4")).to_contain_text("超期")
    expect(page.locator("tr", has_text="P3")).to_contain_text("临期")
    watched.undisturbed()


@plan_row("commercial_disputes.2")
def test_commercial_disputes_2_the_ledger_stands_by_firm_with_every_day_of_its_way(enter: Enter) -> None:
    # 甲: condition met on Tuesday 3 February, removed on Friday the 6th, the third working day; listed again in March.
    # 乙: met on Tuesday the 10th, removed on Saturday the 14th, which was worked for the Spring Festival: the fourth.
    # 丙 has applied and is still listed. Names in the order of their characters: 丙 4E19, 乙 4E59, 甲 7532.
    watched = enter("执行局", "落实", "措施与要求")
    follow(watched, "企业信用修复专项活动")
    choose(watched, "部门", "执行局")
    page = choose(watched, "报告期", "2026年2月")
    removed = page.get_by_role("region", name="失信信息删除情况")
    reads(row(removed, "履行或执行完毕"), ["1", "1", "0", "1"])
    reads(row(removed, "和解履行完毕"), ["1", "0", "1", "0"])
    reads(row(removed, "合计"), ["2", "1", "1", "1"])
    firms = page.locator("td[data-label=企业名称]")
    expect(firms).to_have_text(["示例丙公司", "示例乙公司", "示例甲公司", "示例甲公司"])
    reads(
        row(page, "示例乙公司"),
        [
            "91990117EXAMPLE026", "（2025）鲁0117执23号", "2025-08-04", "2025-08-20", "2026-02-10", "和解履行完毕",
            "2026-02-09", "2026-02-14", "4", "—", "第4行",
        ],
    )  # fmt: skip
    lists = page.get_by_role("region", name="台账", exact=True)
    expect(lists.locator("tr", has_text="信用修复申请待办")).to_contain_text("在列 1")
    follow(watched, "第4行", row(page, "示例乙公司"))
    expect(page.get_by_role("dialog")).to_contain_text("示例乙公司")
    watched.undisturbed()


@plan_row("commercial_disputes.3")
def test_commercial_disputes_3_organisations_of_february_and_agreements_of_september_that_were_enforced(
    enter: Enter,
) -> None:
    # 商会: 5 ended, 2 by video, 3 succeeded = 60 %; 10 + 10 + 20 + 20 + 18 days = 78 / 5 = 15.6. 人民调解委员会: one, by video.
    # Of the five agreements of September 2025 one was enforced within six months (15 January), one after them (20 March).
    watched = enter("立案庭", "落实", "措施与要求")
    follow(watched, "深化诉源治理")
    page = choose(watched, "报告期", "2026年2月")
    organisations = page.get_by_role("region", name="在线调解组织", exact=True)
    reads(row(organisations, "示例商会调解中心"), ["5", "2", "3", "60.00", "15.6"])
    reads(row(organisations, "示例人民调解委员会"), ["1", "1", "1", "1件，太少不计率", f"1件，{FEW}"])
    reads(row(organisations, "合计"), ["6", "3", "4", "", ""])
    figures = page.get_by_role("region", name="指标", exact=True)
    expect(row(figures, "在线调解组织数")).to_contain_text("2家")
    enforced = row(
        figures, "调解协议进入执行率"
    )  # February is under observation: September stands in its place, and says so
    expect(enforced).to_contain_text("2025年9月的值")
    expect(enforced).to_contain_text("2026年2月暂为")
    expect(enforced).to_contain_text("观察期未满")
    choose(watched, "报告期", "2025年9月")
    expect(row(figures, "调解协议进入执行率")).to_contain_text("20.00%")
    watched.undisturbed()


@plan_row("commercial_disputes.5")
def test_commercial_disputes_5_who_may_use_small_claims_and_who_does(enter: Enter) -> None:
    # Civil suits closed in February: 21-26 do not fit; 28 must, 29 by agreement, 30 not agreed, 31 must and was converted,
    # 32 nobody was asked. Of the five that fit, 28 and 29 were closed by small claims.
    watched = enter("立案庭", "落实", "措施与要求")
    follow(watched, "推进小额诉讼程序适用")
    page = choose(watched, "报告期", "2026年2月")
    used = page.get_by_role("region", name="小额诉讼：符合条件的与实际适用的")
    for name, count in {
        "一审民事案件审结": 11,
        "符合小额诉讼条件": 5,
        "用小额诉讼审结": 2,
        "其中约定适用": 1,
        "一方不同意约定": 1,
        "由小额转为其他程序": 1,
        "认定未填": 0,
    }.items():
        reads(row(used, f"{name}（件）"), [str(count), ""])
    watched.undisturbed()


@plan_row("commercial_disputes.4")
def test_commercial_disputes_4_online_filing_service_and_hearings_of_january(enter: Enter) -> None:
    # 网上立案率: approved civil first-instance applications W1 W2 W5 W6 = 4, and 3 of the 5 mediations applied for online:
    #   7. Filed in January: 8 civil suits + 5 mediations - 1 turned into a suit - 1 written mediation = 11. 7/11 = 63.64 %.
    # 电子送达: 8 civil suits closed, one of them not admitted: 6 of 7 = 85.71 %. 公告送达: 1 of 8 = 12.50 %.
    # 在线庭审: 1+1+0+0+0+1+0+0 = 3 of 1+2+1+1+0+1+1+0 = 7 hearings = 42.86 %.
    # 按期审核: 7 were due; W3 came a day late, W7 never: 5 of 7 = 71.43 %. 跨域: W1 and W4.
    watched = to_row(enter, "立案庭", "推进智慧法院建设", "2026年1月")
    answers(
        watched.page,
        {
            "网上立案率": "63.64%",
            "电子送达适用率（按案）": "85.71%",
            "公告送达率": "12.50%",
            "在线庭审率": "42.86%",
            "网上立案按期审核率": "71.43%",
            "跨域立案数": "2件",
        },
    )
    watched.undisturbed()
