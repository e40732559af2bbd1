"""The annexes of a Word paper: 指标口径, 指标数值, 数据来源与校验. Each begins a page."""

from scorecard.briefing.docx.styles import HEI, SMALL, sizes
from scorecard.briefing.docx.table import table
from scorecard.briefing.docx.xml import Element, paragraph, run
from scorecard.briefing.paper import appendix
from scorecard.briefing.paper.manifest import ExportManifest
from scorecard.briefing.paper.model import Paper
from scorecard.narrative.glossary import GlossaryEntry

RECORD = "本文件内另附可由程序读取的清单（customXml/item1.xml），与以下所列一致。"


def annexes(paper: Paper) -> list[Element]:
    """All of them, in order; a paper that speaks of no indicator has only the last."""
    parts: list[tuple[str, list[Element]]] = []
    if paper.definitions:
        parts.append((appendix.DEFINITIONS, [part for one in paper.definitions for part in _definition(one)]))
    if paper.lines:
        parts.append(
            (appendix.NUMBERS, [part for one in appendix.numbers(paper.lines) for part in table(one)])
        )
    parts.append((appendix.RECORD, _record(paper.manifest)))
    return [
        one
        for number, (title, content) in enumerate(parts, start=1)
        for one in (paragraph("AnnexMark", f"附件{number}"), paragraph("AnnexTitle", title), *content)
    ]


def _definition(entry: GlossaryEntry) -> list[Element]:
    """The indicator's name and id, then each fact behind its name; an address is text here, never a link."""
    one = entry.indicator
    return [
        paragraph("AnnexHeading", f"{one.name}　", run(one.id, *sizes(SMALL))),
        *(
            paragraph("AnnexText", run(f"{name}\t", face=HEI.name), "\n".join(lines))
            for name, lines in appendix.facts(entry)
        ),
    ]


def _record(manifest: ExportManifest) -> list[Element]:
    return [paragraph("Record", one) for one in (RECORD, *manifest.lines())]
