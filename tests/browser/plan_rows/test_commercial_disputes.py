"""解决商业纠纷, row by row: from the menu to the numbers, worked out by hand from the extracts beside this file."""

import re

from playwright.sync_api import expect

from tests.browser.plan_rows.conftest import Enter, choose, plan_row


@plan_row("commercial_disputes.4")
def test_commercial_disputes_4_online_filing_service_and_hearings_of_january(enter: Enter) -> None:
    # 网上立案率: approved civil first-instance applications W1 W2 W5 W6 = 4, and 3 of the 5 mediations applied for online:
    #   7. Filed in January: 8 civil suits + 5 mediations - 1 turned into a suit - 1 written mediation = 11. 7/11 = 63.64 %.
    # 电子送达: 8 civil suits closed, one of them not admitted: 6 of 7 = 85.71 %. 公告送达: 1 of 8 = 12.50 %.
    # 在线庭审: 1+1+0+0+0+1+0+0 = 3 of 1+2+1+1+0+1+1+0 = 7 hearings = 42.86 %.
    # 按期审核: 7 were due; W3 came a day late, W7 never: 5 of 7 = 71.43 %. 跨域: W1 and W4.
    watched = enter("立案庭", "解决商业纠纷")
    page = choose(watched, "报告期", "2026年1月")
    for name, value in {
        "网上立案率": "63.64%",
        "电子送达适用率（按案）": "85.71%",
        "公告送达率": "12.50%",
        "在线庭审率": "42.86%",
        "网上立案按期审核率": "71.43%",
        "跨域立案数": "2件",
    }.items():
        expect(page.get_by_role("link", name=re.compile(f"^{re.escape(f'{name}，{value}')}"))).to_be_visible()
    watched.undisturbed()
