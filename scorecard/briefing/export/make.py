"""A paper made and made again: composed once, written in every chosen format, on record before anybody gets it.

The record is the manifest inside the files. From it and its version any user makes the same paper again.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scorecard.access import Actor
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export import export_records, write
from scorecard.briefing.export.export_records import release
from scorecard.briefing.export.formats import FileFormat
from scorecard.briefing.export.write import ProgressCallback
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.model import ExportManifest
from scorecard.briefing.paper.request import BriefingRequest, BriefingSpec, resolve
from scorecard.calendar.clock import COURT_TIME
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import Version, open_published


@dataclass(frozen=True)
class BriefingExport:
    """A paper in its formats: name -> bytes, the ZIP of all among them where there are several.

    `notices` say what could not be made and why, or that the program is not the one that made it first.
    """

    manifest: ExportManifest
    content: Mapping[str, bytes]
    bundle: str
    notices: tuple[str, ...]


def make_paper(
    data: DataDir,
    version: Version,
    request: BriefingRequest,
    actor: Actor,
    chosen: Collection[FileFormat],
    progress: ProgressCallback = write.ignore_progress,
) -> BriefingExport:
    """The requested paper in the chosen formats, and its record. Raises ScorecardError in words of the request."""
    order = replace(resolve(version, request, actor, datetime.now(COURT_TIME)), formats=tuple(chosen))
    export = export_records.new_id(order.made_at)

    def described() -> ExportManifest:
        indicators = [card.indicator.id for card in gather(version, order, actor).spoken]
        return export_records.describe(data, version, order, indicators, export)

    return _made(data, version, order, export, described, actor, chosen, progress)


def make_again(
    data: DataDir,
    export: str,
    actor: Actor,
    chosen: Collection[FileFormat],
    progress: ProgressCallback = write.ignore_progress,
) -> BriefingExport:
    """An export made again from its record: the same paper. Raises ScorecardError when record or version is not there."""
    manifest, order = export_records.read_record(data, export)
    export_records.check_seal(data, manifest)
    version = open_published(data, manifest.version)
    return _made(data, version, order, export, lambda: manifest, actor, chosen, progress, again=True)


def _made(
    data: DataDir,
    version: Version,
    order: BriefingSpec,
    export: str,
    described: Callable[[], ExportManifest],
    actor: Actor,
    chosen: Collection[FileFormat],
    progress: ProgressCallback,
    **detail: Any,
) -> BriefingExport:
    written: list[write.WrittenFiles] = []
    digests: dict[str, Any] = {}

    def make() -> Mapping[str, bytes]:
        manifest = described()
        digests["manifest"] = export_records.seal(manifest)
        paper = compose(gather(version, order, actor), manifest)
        written.append(write.write_all(paper, chosen, progress))
        export_records.write_record(data, manifest)
        return written[0].content

    subject = f"简报/{order.template}/{order.grain} {order.period}"
    named = {"export": export, "formats": "、".join(chosen), **detail}
    content = release(data, actor, version.id, subject, make, lambda: digests, **named)
    manifest, _ = export_records.read_record(data, export)
    changed = ()
    if manifest.program != export_records.program():
        changed = (
            f"程序在导出之后更新过（当时 {manifest.program}，现在 {export_records.program()}）：数据和定义没有变，措辞和版式可能不同。",
        )
    return BriefingExport(manifest, content, written[0].bundle, (*written[0].notices, *changed))
