"""What all Office files share: the manifest inside, fixed timestamps, text that XML can hold.

An Office file is a ZIP archive, and archives hold timestamps: the same paper would give other bytes a second later.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from scorecard.briefing.paper.model import ExportManifest, Paper

FACE = "微软雅黑"  # on every Windows and in WPS; elsewhere the program's own Chinese face stands in
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest an archive can say
_CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_NAMESPACE = "urn:scorecard:manifest"
_LONGEST = 255  # characters of a property
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def packed(template: Path) -> io.BytesIO:
    """The Office file whose parts lie in this folder: kept as text, so that a change of the look can be read in a diff."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as parts:
        for path in sorted(template.rglob("*")):
            if path.is_file():
                parts.writestr(path.relative_to(template).as_posix(), path.read_bytes())
    archive.seek(0)
    return archive


def manifest_xml(manifest: ExportManifest) -> bytes:
    """The manifest's JSON as a custom XML part: Office keeps it through editing and does not show it."""
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    text = f'{declaration}<manifest xmlns="{_NAMESPACE}">{escape(printable(manifest.text()))}</manifest>'
    return text.encode()


def manifest_properties() -> bytes:
    """What Word asks for beside a custom XML part: an id, the same in every file, and its namespace."""
    space = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
    item = f'<ds:datastoreItem xmlns:ds="{space}" ds:itemID="{{7B3F5A52-6B0E-4B7C-9C51-2D1F0C7A9E01}}">'
    return f'{item}<ds:schemaRefs><ds:schemaRef ds:uri="{_NAMESPACE}"/></ds:schemaRefs></ds:datastoreItem>'.encode()


def set_properties(core: Any, paper: Paper, subject: str, comments: str) -> None:
    """Who, when, what; the time is that of the manifest, so that making the paper again changes nothing."""
    manifest = paper.manifest
    texts = {"title": paper.title, "subject": subject, "author": manifest.made_by, "last_modified_by": manifest.made_by}
    texts |= {"comments": comments, "language": "zh-CN", "identifier": manifest.id, "version": manifest.version}
    for name, text in texts.items():
        setattr(core, name, printable(text)[:_LONGEST])
    core.created = core.modified = made_at(manifest)


def made_at(manifest: ExportManifest) -> datetime:
    """When the paper was made, in UTC and without a zone, as the properties of an Office file have it."""
    return datetime.fromisoformat(manifest.made_at).astimezone(UTC).replace(tzinfo=None, microsecond=0)


def printable(text: str) -> str:
    """The text without what XML cannot hold (control characters, halves of a surrogate pair): such a file opens nowhere."""
    return _FORBIDDEN.sub("", text)


def with_manifest(workbook: bytes, manifest: ExportManifest) -> bytes:
    """The workbook with the manifest as a custom part, which its library cannot write."""
    relation = f'<Relationship Id="rIdManifest" Type="{_CUSTOM_XML}" Target="../customXml/item1.xml"/></Relationships>'.encode()
    file = io.BytesIO(workbook)
    with zipfile.ZipFile(file) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    relations = "xl/_rels/workbook.xml.rels"
    content[relations] = content[relations].replace(b"</Relationships>", relation)
    content["customXml/item1.xml"] = manifest_xml(manifest)
    return _archive(content)


def with_fixed_timestamps(archive: bytes) -> bytes:
    """The ZIP with fixed timestamps, so that equal content gives equal bytes."""
    with zipfile.ZipFile(io.BytesIO(archive)) as parts:
        return _archive({part.filename: parts.read(part) for part in parts.infolist()})


def _archive(content: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, part in content.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            parts.writestr(entry, part)
    return file.getvalue()
