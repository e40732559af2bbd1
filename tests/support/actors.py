"""Those who act in tests: one of each role, and whoever works on the server's command line."""

from scorecard.access import Actor, console

TESTER = console("测试")
LEADER = Actor("组长", "leadership")
OFFICER = Actor("李四", "case_management")
ADMINISTRATOR = Actor("王五", "administrator")
CIVIL = Actor("民庭内勤", "department", department="civil")
VISITOR = Actor("访客", "visitor")
ROLES = (VISITOR, LEADER, CIVIL, OFFICER, ADMINISTRATOR)
