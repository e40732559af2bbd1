"""The actor, and what each role may do. Rights are checked where an act is done, never by hiding a menu.

访客 sees values of the whole court's months, without small counts; 领导小组 reads everything and exports; 部门 sees its own
cases and reports progress; 审管办 uploads, sets targets and publishes; 管理员 keeps accounts, rolls back and reads the audit.
"""

from dataclasses import dataclass
from typing import Literal

from scorecard.errors import ScorecardError

Role = Literal[
    "nobody",
    "visitor",
    "leadership",
    "department",
    "case_management",
    "administrator",
    "consumer",
    "public_consumer",
    "console",
]
Capability = Literal[
    "view",  # values of indicators, definitions, targets
    "details",  # halves of values, every grain, department and scope, topics, worklists' counts
    "records",  # which versions there are, and who uploaded and published them
    "export",  # figures and tables as files
    "evidence",  # case lists, private columns masked
    "names",  # private columns in clear, where a listing shows them
    "report",  # progress of a measure, rows of registers
    "upload",  # accept extracts, map headers, withdraw
    "targets",  # set a target
    "decisions",  # record what a meeting decided
    "publish",
    "rollback",
    "go_live",  # how far the court has come from the sample to its own data
    "accounts",
    "audit",  # read and export the audit log
]

ROLE_NAMES: dict[Role, str] = {
    "nobody": "未登录",
    "visitor": "访客",
    "leadership": "领导小组",
    "department": "部门",
    "case_management": "审管办",
    "administrator": "管理员",
    "consumer": "接口",
    "public_consumer": "公开接口",
    "console": "服务器命令行",
}
COMMAND_LINE = "服务器命令行"  # an origin
CAPABILITY_NAMES: dict[Capability, str] = {
    "view": "查看指标",
    "details": "查看明细",
    "records": "查看数据版本",
    "export": "导出",
    "evidence": "查看案件清单",
    "names": "查看企业名称",
    "report": "填报措施进展、登记本部门的行",
    "upload": "报送数据",
    "targets": "设定目标",
    "decisions": "记录会商决定",
    "publish": "发布",
    "rollback": "回退版本",
    "go_live": "查看启用进度",
    "accounts": "管理账户",
    "audit": "查看审计记录",
}


def _reads(*more: Capability) -> frozenset[Capability]:
    return frozenset({"view", "details", "records", "export", *more})


RIGHTS: dict[Role, frozenset[Capability]] = {
    "nobody": frozenset(),
    "visitor": frozenset({"view"}),
    "leadership": _reads(),
    "department": _reads("evidence", "names", "report"),
    "case_management": _reads("evidence", "names", "report", "upload", "targets", "decisions", "publish", "go_live"),
    "administrator": _reads("rollback", "go_live", "accounts", "audit"),
    "consumer": frozenset({"view", "details"}),  # another program, by its token: scorecard.api
    "public_consumer": frozenset({"view"}),  # one that shows to everybody what it reads
    # A user with a shell on the server can change the files directly; acts of the command line are recorded all the same.
    "console": frozenset(CAPABILITY_NAMES),
}


class Forbidden(ScorecardError):
    """The actor has no right to this."""


@dataclass(frozen=True)
class Actor:
    """Who acts: the name that records show, role, own department, and origin (an address, or 本机)."""

    name: str
    role: Role
    department: str | None = None
    origin: str = ""

    def may_somewhere(self, capability: Capability) -> bool:
        """Whether the role has this right at all, if only for its own department: then the menu lists the page."""
        return capability in RIGHTS[self.role]

    def may(self, capability: Capability, department: str | None = None) -> bool:
        """Whether the role has this right; 部门 has evidence, names and report for its own department only."""
        if capability not in RIGHTS[self.role]:
            return False
        bound = self.role == "department" and capability in ("evidence", "names", "report")
        return not bound or (department is not None and department == self.department)

    def require(self, capability: Capability, department: str | None = None) -> None:
        """Raise Forbidden unless the actor has this right."""
        if not self.may(capability, department):
            allowed = "、".join(name for role, name in ROLE_NAMES.items() if capability in RIGHTS[role])
            raise Forbidden(
                CAPABILITY_NAMES[capability],
                f"{self.name}（{ROLE_NAMES[self.role]}）没有这项权限",
                f"有权限的身份：{allowed}",
                "请换用有权限的账户登录，或联系管理员",
            )


def console(name: str) -> Actor:
    """The actor of an act on the server's command line."""
    return Actor(name, "console", origin=COMMAND_LINE)
