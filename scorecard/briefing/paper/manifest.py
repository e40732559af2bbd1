"""The manifest in every file of an export, for programs and for people: version, batches, definitions, user, time.

It is written once, when the paper is first made. Making the paper again uses it unchanged, so that the same request
gives the same file.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class ExportSource:
    """An accepted extract the version was built from; `sha256` is that of the file as uploaded."""

    table: str
    name: str
    sha256: str
    as_of: str
    rows: int


@dataclass(frozen=True)
class ExportManifest:
    """The record of one export. `order` is the request, as data; `definitions` maps seed files to their SHA-256.

    `program` is the digest of the code that made it, `audit` the "number seal" of the audit's last line before it.
    """

    id: str
    made_at: str
    made_by: str
    version: str
    published_at: str
    sample: bool
    order: Mapping[str, Any]
    sources: tuple[ExportSource, ...]
    definitions: Mapping[str, str]
    program: str
    audit: str

    def text(self) -> str:
        """Canonical JSON: the same manifest gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def lines(self) -> tuple[str, ...]:
        """The manifest in words, as it is printed at the end of a paper."""
        batches = tuple(
            f"批次 {source.table}/{source.name}　{source.rows:,} 行　截至 {source.as_of}　SHA-256 {source.sha256}"
            for source in self.sources
        )
        return (
            f"导出编号 {self.id}　{self.made_at}　{self.made_by}",
            f"数据版本 {self.version}　发布于 {self.published_at}{'　示例数据' if self.sample else ''}",
            *batches,
            *(f"定义 {name}　SHA-256 {digest}" for name, digest in self.definitions.items()),
            f"程序 {self.program}　审计 {self.audit or '无'}",
        )


def parse(text: str) -> ExportManifest:
    """A manifest as `text` wrote it. Raises ValueError, KeyError or TypeError for anything else."""
    content = json.loads(text)
    content["sources"] = tuple(ExportSource(**source) for source in content["sources"])
    return ExportManifest(**content)
