"""Those who act in tests: one of each role, the server's command line, and accounts for signing in."""

from scorecard.access import Actor, console
from scorecard.identity import accounts
from scorecard.identity.settings import AccessSettings, Granted
from scorecard.identity.sign_in import change_password
from scorecard.storage.data_dir import DataDir

TESTER = console("测试")
LEADER = Actor("组长", "leadership")
OFFICER = Actor("李四", "case_management")
ADMINISTRATOR = Actor("王五", "administrator")
CIVIL = Actor("民庭内勤", "department", department="civil")
VISITOR = Actor("访客", "visitor")
ROLES = (VISITOR, LEADER, CIVIL, OFFICER, ADMINISTRATOR)
PASSWORD = "brandnew harbour 47"


def account(data: DataDir, role: Granted, name: str, department: str | None = None) -> str:
    """The name of an account of this role whose password is PASSWORD, made as an administrator and its owner make it."""
    known = accounts.read(data).find(name)
    assert known is None or (known.role, known.department) == (role, department), (
        "tests that share a court give a name one role"
    )
    if known is None:
        first = accounts.create(data, ADMINISTRATOR, name, role, department, [department] if department else [])
        change_password(data, AccessSettings(), name, first, PASSWORD, "本机")
    return name
