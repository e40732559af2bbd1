"""审计: who did what, when and from where; whether the log is whole; the matching lines as a file."""

from scorecard.audit import listing
from scorecard.ui.admin import audit
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir

frame.heading("审计")
actor, data = identity.current(), data_dir()
record = audit.verified(actor)
audit.show_faults(record)
choice = audit.choose()
audit.show_entries(record, choice)
audit.download(lambda: listing.export(data, actor, choice))
