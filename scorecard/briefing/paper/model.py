"""The content of a paper: words, tables and figures, and the manifest in every file of it. Every format is written from this alone.

All text is plain and final: no format computes, rounds or words anything, so the same digits stand in all of them. The manifest
is written once, when the paper is first made; making it again uses it unchanged, so that the same request gives the same file.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from scorecard.assessment.verdict import VerdictWord
from scorecard.narrative.glossary import GlossaryEntry
from scorecard.narrative.trend import Trend


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


def parse(text: str) -> ExportManifest:
    """A manifest as `text` wrote it. Raises ValueError, KeyError or TypeError for anything else."""
    content = json.loads(text)
    content["sources"] = tuple(ExportSource(**source) for source in content["sources"])
    return ExportManifest(**content)


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator as the paper has it: text as on the page, and the exact halves behind it for the annex.

    `exact` is numerator ÷ denominator in the indicator's unit, None where nothing may be shown (no data, base under the
    minimum); `base` is the number of rows; `lower` and `upper` are the target's bounds in the unit. `period` is the one that is read; where
    that is not the paper's, whose cohort is under observation, `so_far` is what the paper's says until now.
    """

    id: str
    name: str
    domain: str
    measures: str
    departments: str
    period: str
    value: str
    unit: str
    word: VerdictWord
    reason: str
    target: str
    basis: str
    gap: str
    changes: tuple[str, ...]
    variation: str
    halves: str
    as_of: str
    exact: Fraction | None
    numerator: Decimal | None
    denominator: Decimal | None
    base: int
    lower: Fraction | None
    upper: Fraction | None
    so_far: str = ""

    @property
    def remark(self) -> str:
        """The gap, or why there is none; then what the paper's period says until now."""
        return "；".join(filter(None, (self.gap or self.reason, self.so_far)))


@dataclass(frozen=True)
class Heading:
    """A heading: 1 is 一、 in 黑体, 2 is （一） in 楷体 (GB/T 9704)."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the running text; `lead` stands before it on the same line, in 黑体 ("二、落实情况。").

    Where `level` is 1 or 2, the lead is a heading of that level without its mark, numbered with the others.
    """

    text: str
    lead: str = ""
    level: Literal[0, 1, 2] = 0


@dataclass(frozen=True)
class PaperColumn:
    """A column of a table; `weight` is its part of the width, numbers stand to the right.

    Where it is `drawn`, its cells are the table's drawings, and their text what a reader hears.
    """

    name: str
    weight: float = 1.0
    number: bool = False
    drawn: bool = False


def columns(text: str) -> tuple[PaperColumn, ...]:
    """The columns written as "指标 2.6 | 数值 1.3 # | 走势 1.5 ~": name, weight, # for numbers, ~ for drawn ones."""
    written = (column.strip() for column in text.split("|"))
    parts = ((*column.rstrip(" #~").rsplit(" ", 1), column[-1]) for column in written)
    return tuple(PaperColumn(name, float(weight), sign == "#", sign == "~") for name, weight, sign in parts)


@dataclass(frozen=True)
class PaperTable:
    """A table with a title of its own ("表1　…"); `note` stands below it. A cell that is a verdict is its word alone.

    `links` are the pages that its rows lead to, where the format can lead anywhere: in a mail. `drawings` are the small trends of
    its drawn column, one for each row.
    """

    title: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    links: tuple[str, ...] = ()
    drawings: tuple[Trend | None, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One indicator's trend. `number` counts the figures of the paper; `sentence` is the indicator in official words."""

    number: int
    line: IndicatorLine
    trend: Trend
    sentence: str

    @property
    def caption(self) -> str:
        """ "图3　诉前调解成功率（2026年1—10月，%）"."""
        return f"图{self.number}　{self.line.name}（{self.line.period}，{self.line.unit}）"


@dataclass(frozen=True)
class FigurePair:
    """Two figures beside each other, each half as wide as the type area; one alone stands at the left."""

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Beside:
    """A figure at the right, half as wide as the type area, and what is said of it at its left."""

    texts: tuple[Paragraph, ...]
    figure: Figure


Block = Heading | Paragraph | PaperTable | Figure | FigurePair | Beside


@dataclass(frozen=True)
class Slide:
    """One slide: `title` is a sentence with its number, `body` one chart, one table of at most seven rows, or a few lines.

    `notes` are what the speaker reads: definition, halves, source. `section` stands small above the title.
    """

    title: str
    body: Figure | PaperTable | tuple[str, ...]
    section: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """The whole paper. `name` is the stem of its files, `provenance` the lines on every page and slide.

    `lines` are the indicators it speaks of, in the plan's order, for the workbook; `definitions` their 口径, where they are printed.
    A `brief` one is set closer, so that it stays on its page or two. `annexes` are papers in files of their own, `slides` what
    a room is shown. `mark` stands at the head of every page ("内部资料"); `landscape` turns the sheet; `contents` are set before it.
    """

    name: str
    masthead: str
    issue: str
    issuer: str
    date: str
    audience: str
    title: str
    subtitle: str
    note: str
    blocks: tuple[Block, ...]
    lines: tuple[IndicatorLine, ...]
    definitions: tuple[GlossaryEntry, ...]
    provenance: tuple[str, ...]
    manifest: ExportManifest
    sample: bool
    brief: bool = False
    slides: tuple[Slide, ...] = ()
    annexes: "tuple[Paper, ...]" = ()
    mark: str = ""
    landscape: bool = False
    contents: bool = False

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, in the order of their numbers."""
        return tuple(figure for block in self.blocks for figure in figures_of(block))


def figures_of(block: Block) -> tuple[Figure, ...]:
    """The figures that stand in a block."""
    match block:
        case Figure():
            return (block,)
        case FigurePair(figures):
            return figures
        case Beside(_, figure):
            return (figure,)
        case _:
            return ()
