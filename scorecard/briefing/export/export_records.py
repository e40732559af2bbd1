"""Records of exports, one file an export in data/exports, written before the user gets the files; and what releases a file.

A record is the manifest that stands in every file of the export, byte for byte; the paper is made again from it. `release` is the
only function that may let a file go: it checks the right, retains the version and writes the audit entry.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from scorecard.access import ROLE_NAMES, Actor
from scorecard.audit import log as audit
from scorecard.briefing.paper.model import ExportManifest, ExportSource, parse
from scorecard.briefing.paper.request import BriefingSpec, from_data
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError, StorageError
from scorecard.program_digest import digest_of
from scorecard.storage import checksums
from scorecard.storage.atomic_files import storage_errors
from scorecard.storage.checksums import FolderChecks
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import Version
from scorecard.store.versions import retain

# Libraries that decide on the form of a file.
_WRITERS = ("plotly", "jinja2", "resvg-py", "python-docx", "python-pptx", "xlsxwriter", "pillow")
_SHARED = (
    "court.toml", "domains.toml", "departments.toml", "measures.toml", "requirements.toml", "sources.toml",
    "targets.csv", "parameters.csv",
)  # fmt: skip
_ID = re.compile(r"\d{14}-[0-9a-f]{6}")


def new_id(made_at: str) -> str:
    """A new export number: its time, and six digits so that two of one second differ."""
    return f"{datetime.fromisoformat(made_at):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"


def describe(
    data: DataDir, version: Version, order: BriefingSpec, indicators: Iterable[str], export: str
) -> ExportManifest:
    """The manifest of a new paper: its sources and definitions, the program, the head of the audit."""
    definitions = _definitions(version, order.template, tuple(indicators))
    return _described(data, version, (export, order.made_at, order.made_by), order.data(), definitions)


def describe_picture(data: DataDir, version: Version, actor: Actor, asked: Mapping[str, Any]) -> ExportManifest:
    """The manifest of a picture of a page; `asked` is the choice on the screen. Its definitions are all seeds."""
    at = datetime.now(COURT_TIME).isoformat(timespec="seconds")
    by = f"{actor.name}（{ROLE_NAMES[actor.role]}）"
    return _described(data, version, (new_id(at), at, by), asked, _digests(version, version.catalog.files))


def _described(
    data: DataDir,
    version: Version,
    made: tuple[str, str, str],
    order: Mapping[str, Any],
    definitions: Mapping[str, str],
) -> ExportManifest:
    """`made`: number of the export, its time, and by whom."""
    published = datetime.fromisoformat(version.manifest.published_at).astimezone(COURT_TIME)
    return ExportManifest(
        *made,
        version=version.id,
        published_at=published.isoformat(timespec="seconds"),
        sample=version.manifest.sample,
        order=order,
        sources=tuple(
            ExportSource(batch["table"], batch["name"], batch["source_sha256"], batch["as_of"], batch["rows"])
            for batch in version.manifest.batches
        ),
        definitions=definitions,
        program=program(),
        audit=audit.head(data),
    )


def _definitions(version: Version, template: str, indicators: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of every seed file the paper rests on, as the version holds them."""
    catalog = version.catalog
    chosen = [catalog.indicators[name] for name in indicators]
    tables = [table for indicator in chosen for table in indicator.formula.tables]
    names = [
        *_SHARED,
        f"briefings/{template}.toml",
        *(f"tables/{table}.toml" for table in dict.fromkeys(tables)),
        *(f"indicators/{indicator.domain}/{indicator.id}.toml" for indicator in chosen),
    ]
    return _digests(version, (name for name in names if name in catalog.files))


def _digests(version: Version, names: Iterable[str]) -> dict[str, str]:
    """In the order in which the record's canonical JSON has them."""
    return {name: sha256(version.catalog.files[name]).hexdigest() for name in sorted(names)}


@cache
def program() -> str:
    """The digest of the running code, computed once."""
    return digest(Path(__file__).resolve().parents[2])


def digest(root: Path) -> str:
    """16 hex digits over the code that decides what a paper says and how: scorecard but its screens, and the writers.

    Comments, docstrings and moves of code count for nothing; templates and style sheets count with every byte.
    """
    files = [path for path in root.rglob("*") if path.is_file() and "ui" not in path.relative_to(root).parts]
    sources = (path.read_text(encoding="utf-8") for path in files if path.suffix == ".py")
    others = sorted(sha256(path.read_bytes()).hexdigest() for path in files if path.suffix not in (".py", ".pyc"))
    writers = [f"{name} {installed(name)}" for name in _WRITERS]
    return sha256("\n".join((digest_of(sources), *others, *writers)).encode()).hexdigest()[:16]


def write_record(data: DataDir, manifest: ExportManifest) -> None:
    """Write the record, whole or not at all; an existing one is not changed."""
    path = data.exports / f"{manifest.id}.json"
    if not path.exists():
        with storage_errors(f"导出记录 {manifest.id}"):
            checksums.write_once(data, path, manifest.text().encode("utf-8"))


def read_record(data: DataDir, export: str, checks: FolderChecks | None = None) -> tuple[ExportManifest, BriefingSpec]:
    """The record of this id and the order in it. Raises ScorecardError for any other text, StorageError for a damaged one."""
    path = data.exports / f"{export}.json"
    checks = checks or FolderChecks(data, data.exports)
    if not _ID.fullmatch(export) or (checks.state(path) == "missing" and not checks.of(path)):
        remedy = "用 python -m etl briefing --list 查看，或在“简报”页的导出记录中选择"
        raise ScorecardError("导出记录", f"没有导出编号“{export[:40]}”", "已有的导出编号", remedy)
    try:
        manifest = parse(checks.read(path).decode("utf-8"))
        return manifest, from_data(manifest.order)
    except (OSError, ValueError, KeyError, TypeError, StorageError) as error:
        raise StorageError(
            f"导出记录 {export}", "内容无法读取，可能被改动", "写入时的原样", "请从备份恢复 data/exports"
        ) from error


def check_seal(data: DataDir, manifest: ExportManifest) -> None:
    """Raise StorageError when the record's SHA-256 is not the one in the audit: no paper is made from it."""
    exports = (entry.detail for entry in audit.entries(data) if entry.action == "导出" and entry.result == "成功")
    known = next((told.get("manifest") for told in exports if told.get("export") == manifest.id), None)
    if known != seal(manifest):
        found = "与审计记录中的校验值不符，可能被改动" if known else "审计记录中没有这次导出"
        remedy = "请从备份恢复 data/exports，并报告管理员"
        raise StorageError(f"导出记录 {manifest.id}", found, "导出时写入、审计记下校验值的原样", remedy)


def seal(manifest: ExportManifest) -> str:
    """The SHA-256 of a record, as the audit has it."""
    return sha256(manifest.text().encode("utf-8")).hexdigest()


def all_records(data: DataDir) -> tuple[tuple[ExportManifest, BriefingSpec], ...]:
    """Every record that can be read, the newest first."""
    records: list[tuple[ExportManifest, BriefingSpec]] = []
    checks = FolderChecks(data, data.exports)
    for path in checks.paths("*.json"):
        try:
            records.append(read_record(data, path.stem, checks))
        except ScorecardError:
            continue  # a damaged record must not hide the others; making it again names the fault
    return tuple(sorted(records, key=lambda record: (record[0].made_at, record[0].id), reverse=True))


def release(
    data: DataDir,
    actor: Actor,
    version: str,
    subject: str,
    make: Callable[[], Mapping[str, bytes]],
    also: Callable[[], Mapping[str, Any]] = dict,
    **detail: Any,
) -> dict[str, bytes]:
    """The files of `make` by name, once they are on record; `subject` names them without personal data.

    `also` gives further details for the audit that are known only when the files are made.

    Raises Forbidden without the right to export, and whatever `make` refuses with; both are on record too.
    """
    with audit.recorded(data, actor, "导出", subject, version=version, **detail) as act:
        actor.require("export")
        files = dict(make())
        act.detail["files"] = {name: sha256(content).hexdigest() for name, content in files.items()}
        act.detail |= also()
        retain(data, version, subject, actor)
    return files
