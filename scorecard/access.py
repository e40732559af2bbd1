"""The actor, and what each role may do. Rights are checked where an act is done, never by hiding a menu.

访客 sees values of the whole court's months, without small counts; 领导小组 reads everything and exports; 部门 sees its own
cases and reports progress; 审管办 uploads, sets targets and publishes; 管理员 keeps accounts, rolls back and reads the audit. The rights
themselves are data: rights.toml.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
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
    "view",
    "details",
    "prompts",
    "records",
    "export",
    "evidence",
    "names",
    "report",
    "upload",
    "targets",
    "decisions",
    "publish",
    "rollback",
    "go_live",
    "accounts",
    "audit",
]

COMMAND_LINE = "服务器命令行"  # an origin
_DECLARED = tomllib.loads(Path(__file__).with_name("rights.toml").read_text("utf-8"))
CAPABILITY_NAMES: dict[Capability, str] = _DECLARED["capabilities"]
ROLE_NAMES: dict[Role, str] = {role: entry["name"] for role, entry in _DECLARED["roles"].items()}
RIGHTS: dict[Role, frozenset[Capability]] = {
    role: frozenset(entry["may"]) for role, entry in _DECLARED["roles"].items()
}


def role_names(bound: str) -> dict[Role, str]:
    """The roles as readers know them; `bound`: that of departments, and of an upper court's courts (`UnitWords.role`)."""
    return {**ROLE_NAMES, "department": bound}


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
        """Whether the role has this right; 部门 has prompts, evidence, names and report for its own department only."""
        if capability not in RIGHTS[self.role]:
            return False
        bound = self.role == "department" and capability in ("prompts", "evidence", "names", "report")
        return not bound or (department is not None and department == self.department)

    def require(
        self, capability: Capability, department: str | None = None, bound: str = ROLE_NAMES["department"]
    ) -> None:
        """Raise Forbidden without this right; `bound`: what the role of departments is called here."""
        if not self.may(capability, department):
            allowed = "、".join(name for role, name in role_names(bound).items() if capability in RIGHTS[role])
            raise Forbidden(
                CAPABILITY_NAMES[capability],
                f"{self.name}（{ROLE_NAMES[self.role]}）没有这项权限",
                f"有权限的身份：{allowed}",
                "请换用有权限的账户登录，或联系管理员",
            )


def console(name: str) -> Actor:
    """The actor of an act on the server's command line."""
    return Actor(name, "console", origin=COMMAND_LINE)
