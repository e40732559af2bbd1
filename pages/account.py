"""我的账户: name, role and way of signing in; a link to change one's password, or the ways to sign in."""

from scorecard.ui.admin import accounts
from scorecard.ui.shell import frame, identity

frame.heading("我的账户")
accounts.own(identity.identify())
