"""Rows set aside at acceptance and not corrected yet: how many, the first ones with their reasons, all as a file to correct."""

from collections import Counter
from collections.abc import Sequence

from etl.intake.batches import Batch
from etl.intake.set_aside import aside_csv, aside_rows, outstanding_batches
from scorecard.catalog.definitions import Catalog
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen

SHOWN = 20  # rows of a batch on screen; all of them are in the file


def show_rows_aside(batches: Sequence[Batch], catalog: Catalog) -> None:
    """Each batch that has such rows; nothing when none has."""
    data = data_dir()
    outstanding = outstanding_batches(data, batches)
    if not outstanding:
        return
    counts: Counter[str] = Counter()
    for aside in outstanding:
        counts[catalog.tables[aside.batch.table].name] += len(aside.lines)
    show_on_screen("ui/intake/asides.html", counts=counts)
    for number, aside in enumerate(outstanding, 1):
        batch, name = aside.batch, catalog.tables[aside.batch.table].name
        rows = aside_rows(data, batch, aside.lines, SHOWN)
        show_on_screen("ui/intake/asides_batch.html", name=name, batch=batch, count=len(aside.lines), rows=rows)
        download(
            f"下载第 {number} 批搁置的行（{name}，{len(aside.lines):,} 行）",
            f"搁置_{batch.table}_{batch.name}.csv",
            lambda actor, aside=aside: aside_csv(data, actor, aside.batch, aside.lines),
            needs="upload",
            key=f"aside_{batch.table}_{batch.name}",
        )
