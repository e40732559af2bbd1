"""`python -m etl briefing`: makes a briefing, makes an earlier one again, or lists the exports.

The libraries that write papers are imported when they are needed: no other command waits for them.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scorecard.access import console
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir
from scorecard.storage.private_files import THEIRS
from scorecard.store.open_version import open_published


@dataclass(frozen=True)
class BriefingFiles:
    """The paths of the files, notices about formats that could not be made, and the number of the export."""

    paths: tuple[Path, ...]
    notices: tuple[str, ...]
    export: str


def make(call: argparse.Namespace, say: Callable[[str], None]) -> BriefingFiles:
    """Makes the briefing of the call, or an earlier one again, and writes its files, each whole or not at all."""
    from scorecard.briefing.export import make as making
    from scorecard.briefing.paper.request import BriefingRequest

    data, actor = DataDir(call.data), console(call.actor)

    def progress(done: int, total: int, words: str) -> None:
        say(f"[{done}/{total}] {words}")

    if call.again:
        files = making.make_again(data, call.again, actor, call.formats, progress)
    else:
        request = BriefingRequest(
            template=call.template,
            period=call.period,
            grain=call.grain or "",
            department=call.department,
            scope=call.scope,
            audience=call.audience,
            issue=call.issue,
            dated=call.date,
            note=call.note,
        )
        files = making.make_paper(data, open_published(data, call.version), request, actor, call.formats, progress)
    paths = tuple(call.out / name for name in files.content)
    with storage_errors(f"写出 {call.out}"):
        for path, content in zip(paths, files.content.values(), strict=True):
            write_atomically(path, content, THEIRS)
    return BriefingFiles(paths, files.notices, files.manifest.id)


def list_exports(data: DataDir) -> list[str]:
    """A line for every export on record, the newest first."""
    from scorecard.briefing.export import export_records

    return [
        f"{manifest.id}  {manifest.made_at}  {manifest.made_by}  {order.template}  {order.span.label}"
        f"  版本 {manifest.version}{'  示例数据' if manifest.sample else ''}"
        for manifest, order in export_records.all_records(data)
    ]
