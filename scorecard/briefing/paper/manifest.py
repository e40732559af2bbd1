"""Where a paper comes from, for machines and for people: version, batches, definitions, who, when. Stands in every file.

It is written once, when the paper is first made, and kept; making the paper again takes it as it stands, so the same
order gives the same file.
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
    """The record of one export. `order` is what was asked for, as data; `definitions` maps seed files to their SHA-256.

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
        """The same for people, as it is printed at the end of a paper."""
        batches = tuple(
            f"批次 {one.table}/{one.name}　{one.rows:,} 行　截至 {one.as_of}　SHA-256 {one.sha256}"
            for one in self.sources
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
    content["sources"] = tuple(ExportSource(**one) for one in content["sources"])
    return ExportManifest(**content)
