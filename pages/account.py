"""我的账户: name, role and way of signing in; what comes to the reader; or the ways to sign in."""

from scorecard.ui.admin import accounts, own_settings
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog

frame.heading("我的账户")
signed_in = identity.identify()
accounts.own(signed_in)
if signed_in.signed_in and not signed_in.must_change:
    own_settings.section(data_dir(), signed_in.actor, seeds_catalog())
