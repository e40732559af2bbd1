"""The pages of the app in the order of the menu. `make run` starts it."""

from scorecard.ui.admin import accounts
from scorecard.ui.shell import frame

frame.run(
    {
        "": [("overview", "总览"), *frame.domains(), ("search", "查找")],
        "落实": [
            ("measures", "措施与要求"),
            ("progress", "措施进展"),
            ("registers", "登记"),
            ("worklists", "台账与预警"),
            ("prompts", "提示核查"),
            ("liaison", "联络员"),
            ("meeting", "会商"),
            ("briefing", "简报"),
        ],
        "口径与目标": [
            ("glossary", "指标口径"),
            ("targets", "目标"),
            ("time_axis", "基准与标注"),
            ("frameworks", "对标体系"),
            ("evidence", "案件清单"),
        ],
        "数据": [("upload", "数据报送"), ("versions", "版本")],
        "管理": [
            ("go_live", "启用"),
            ("accounts", "账户"),
            ("audit", "审计"),
            ("self_check", "自检"),
            ("digests", "提要"),
            ("account", "我的账户"),
        ],
    },
    # The right a page requires, where that is not the right to view; None: open to everybody, signed in or not.
    needs={
        "measures": "details",
        "registers": "details",
        "worklists": "details",
        "prompts": "prompts",
        "liaison": "details",
        "meeting": "details",
        "evidence": "details",
        "frameworks": "details",
        "briefing": "export",
        "upload": "upload",
        "versions": "records",
        "go_live": "go_live",
        "accounts": "accounts",
        "audit": "audit",
        "self_check": "audit",
        "digests": "accounts",
        "account": None,
    },
    instead={"upload": accounts.offer_office},
)
