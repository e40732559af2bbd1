"""The records of what was exported: one file an export in data/exports, written before anybody gets the files.

A record is the manifest that stands in every file of the export, byte for byte; making it again begins with it.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from scorecard.access import ROLE_NAMES, Actor
from scorecard.audit import log as audit
from scorecard.briefing.paper.manifest import ExportManifest, ExportSource, parse
from scorecard.briefing.paper.request import BriefingSpec, from_data
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError, StorageError
from scorecard.program_digest import digest_of
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.store.open_version import Version

# What the form of a file depends on besides our own code.
_WRITERS = ("plotly", "jinja2", "python-docx", "python-pptx", "xlsxwriter", "pillow")
_SHARED = (
    "court.toml", "domains.toml", "departments.toml", "measures.toml", "requirements.toml", "sources.toml",
    "targets.csv", "parameters.csv",
)  # fmt: skip
_ID = re.compile(r"\d{14}-[0-9a-f]{6}")


def new_id(made_at: str) -> str:
    """A number for an export: when it was asked for, and six digits so that two of one second differ."""
    return f"{datetime.fromisoformat(made_at):%Y%m%d%H%M%S}-{secrets.token_hex(3)}"


def describe(
    data: DataDir, version: Version, order: BriefingSpec, indicators: Iterable[str], export: str
) -> ExportManifest:
    """The manifest of a paper that is about to be made: sources and definitions it rests on, program, head of the audit."""
    definitions = _definitions(version, order.template, tuple(indicators))
    return _described(data, version, export, order.made_at, order.made_by, order.data(), definitions)


def describe_picture(
    data: DataDir, version: Version, actor: Actor, asked: Mapping[str, Any]
) -> ExportManifest:
    """The manifest of a picture of a page; `asked` is what was on the screen. It rests on whatever the page showed: all seeds."""
    at = datetime.now(COURT_TIME).isoformat(timespec="seconds")
    by = f"{actor.name}（{ROLE_NAMES[actor.role]}）"
    return _described(data, version, new_id(at), at, by, asked, _digests(version, version.catalog.files))


def _described(
    data: DataDir,
    version: Version,
    export: str,
    made_at: str,
    made_by: str,
    order: Mapping[str, Any],
    definitions: Mapping[str, str],
) -> ExportManifest:
    return ExportManifest(
        id=export,
        made_at=made_at,
        made_by=made_by,
        version=version.id,
        published_at=datetime.fromisoformat(version.manifest.published_at)
        .astimezone(COURT_TIME)
        .isoformat(timespec="seconds"),
        sample=version.manifest.sample,
        order=order,
        sources=tuple(
            ExportSource(one["table"], one["name"], one["source_sha256"], one["as_of"], one["rows"])
            for one in version.manifest.batches
        ),
        definitions=definitions,
        program=program(),
        audit=audit.head(data),
    )


def _definitions(version: Version, template: str, indicators: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of every seed file the paper rests on, as the version holds them."""
    catalog = version.catalog
    found = [catalog.indicators[name] for name in indicators]
    tables = [table for one in found for table in one.formula.tables]
    names = [
        *_SHARED,
        f"briefings/{template}.toml",
        *(f"tables/{table}.toml" for table in dict.fromkeys(tables)),
        *(f"indicators/{one.domain}/{one.id}.toml" for one in found),
    ]
    return _digests(version, (name for name in names if name in catalog.files))


def _digests(version: Version, names: Iterable[str]) -> dict[str, str]:
    """In the order in which the record's canonical JSON has them."""
    return {name: sha256(version.catalog.files[name]).hexdigest() for name in sorted(names)}


@cache
def program() -> str:
    """The digest of the code that runs, taken once."""
    return digest(Path(__file__).resolve().parents[2])


def digest(root: Path) -> str:
    """16 hex digits over the code that decides what a paper says and how: scorecard but its screens, and the writers.

    Comments, docstrings and moves of code count for nothing; templates and style sheets count with every byte.
    """
    files = [path for path in root.rglob("*") if path.is_file() and "ui" not in path.relative_to(root).parts]
    sources = (path.read_text(encoding="utf-8") for path in files if path.suffix == ".py")
    others = sorted(
        sha256(path.read_bytes()).hexdigest() for path in files if path.suffix not in (".py", ".pyc")
    )
    writers = [f"{name} {installed(name)}" for name in _WRITERS]
    return sha256("\n".join((digest_of(sources), *others, *writers)).encode()).hexdigest()[:16]


def write(data: DataDir, manifest: ExportManifest) -> None:
    """Put the record down, whole or not at all; one that is there stays as it is."""
    path = data.exports / f"{manifest.id}.json"
    if not path.exists():
        with storage_errors(f"导出记录 {manifest.id}"):
            write_atomically(path, manifest.text().encode("utf-8"))


def read(data: DataDir, export: str) -> tuple[ExportManifest, BriefingSpec]:
    """The record of this id and the order in it. Raises ScorecardError for any other text, StorageError for a damaged one."""
    path = data.exports / f"{export}.json"
    if not _ID.fullmatch(export) or not path.is_file():
        raise ScorecardError(
            "导出记录",
            f"没有导出编号“{export[:40]}”",
            "已有的导出编号",
            "用 python -m etl briefing --list 查看，或在“简报”页的导出记录中选择",
        )
    try:
        manifest = parse(path.read_text(encoding="utf-8"))
        return manifest, from_data(manifest.order)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            f"导出记录 {export}", "内容无法读取，可能被改动", "写入时的原样", "请从备份恢复 data/exports"
        ) from error


def sealed(data: DataDir, manifest: ExportManifest) -> None:
    """Raise StorageError when the record is not the one the audit knows by its SHA-256: a paper must not come of it."""
    known = next(
        (
            one.detail.get("manifest")
            for one in audit.entries(data)
            if one.action == "导出" and one.result == "成功" and one.detail.get("export") == manifest.id
        ),
        None,
    )
    if known != seal(manifest):
        raise StorageError(
            f"导出记录 {manifest.id}",
            "与审计记录中的校验值不符，可能被改动" if known else "审计记录中没有这次导出",
            "导出时写入、审计记下校验值的原样",
            "请从备份恢复 data/exports，并报告管理员",
        )


def seal(manifest: ExportManifest) -> str:
    """The SHA-256 by which the audit knows a record."""
    return sha256(manifest.text().encode("utf-8")).hexdigest()


def listed(data: DataDir) -> tuple[tuple[ExportManifest, BriefingSpec], ...]:
    """Every record that can be read, the newest first."""
    found: list[tuple[ExportManifest, BriefingSpec]] = []
    for path in data.exports.glob("*.json"):
        if path.name.startswith(TEMPORARY_PREFIX):
            continue
        try:
            found.append(read(data, path.stem))
        except ScorecardError:
            continue  # one that is damaged must not hide the others; making it again says what is wrong
    return tuple(sorted(found, key=lambda one: (one[0].made_at, one[0].id), reverse=True))
