"""登记: registers that no system exports. One row typed, many rows pasted, a row corrected, a month declared to have none."""

from scorecard.ui.records.entry_form import publish_waiting
from scorecard.ui.registers.paste import paste_rows
from scorecard.ui.registers.register import declare_none, row_form, select_register, show_head, show_rows
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import seeds_catalog

version = frame.heading("登记")
published = version.manifest if version else None
register = select_register(seeds_catalog(), published)
frame.told(register.table.id)
show_head(register)
publish_waiting(register.table, register.catalog, published)
row_form(register)
paste_rows(register)
declare_none(register)
show_rows(register)
