"""我的账户: who one is here, by which way; one's own password, or the ways to sign in."""

from scorecard.ui.admin import accounts
from scorecard.ui.shell import frame, identity

frame.heading("我的账户")
accounts.own(identity.arrival())
