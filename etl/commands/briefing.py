"""Papers from the command line: what `python -m etl briefing` makes, makes again or lists, without a session in a browser.

The libraries that write papers are loaded when one is made: no other command waits for them.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scorecard.access import console
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published


@dataclass(frozen=True)
class BriefingFiles:
    """The files as they lie on the disk, what could not be made, and the number of the export."""

    paths: tuple[Path, ...]
    notices: tuple[str, ...]
    export: str


def make(call: argparse.Namespace, say: Callable[[str], None]) -> BriefingFiles:
    """Make the paper of the call, or one of before again, and write its files, each whole or not at all."""
    from scorecard.briefing.export import make as making
    from scorecard.briefing.paper.request import BriefingRequest

    data, actor = DataDir(call.data), console(call.actor)

    def progress(done: int, total: int, words: str) -> None:
        say(f"[{done}/{total}] {words}")

    if call.again:
        files = making.again(data, call.again, actor, call.formats, progress)
    else:
        wish = BriefingRequest(
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
        files = making.make_paper(
            data, open_published(data, call.version), wish, actor, call.formats, progress
        )
    paths = tuple(call.out / name for name in files.content)
    with storage_errors(f"写出 {call.out}"):
        for path, content in zip(paths, files.content.values(), strict=True):
            write_atomically(path, content)
    return BriefingFiles(paths, files.notices, files.manifest.id)


def list_exports(data: DataDir) -> list[str]:
    """A line for every export on record, the newest first."""
    from scorecard.briefing.export import records

    return [
        f"{manifest.id}  {manifest.made_at}  {manifest.made_by}  {order.template}  {order.span.label}"
        f"  版本 {manifest.version}{'  示例数据' if manifest.sample else ''}"
        for manifest, order in records.listed(data)
    ]
