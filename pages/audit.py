"""审计: who did what, when and from where; whether the log is whole; the matching lines as a file."""

from scorecard.ui.admin import audit
from scorecard.ui.shell import frame, identity

frame.heading("审计")
record = audit.verified(identity.current())
audit.show_faults(record)
choice = audit.choose()
audit.show_entries(record, choice)
audit.offer_file(choice)
