"""The annexes of a Word paper: 指标口径, 指标数值, 数据来源与校验. Each begins a page."""

from docx.document import Document

from scorecard.briefing.docx.table import SMALL, add_table
from scorecard.briefing.docx.text import HEI, add_paragraph, add_run
from scorecard.briefing.paper import appendix
from scorecard.briefing.paper.model import Paper
from scorecard.narrative.glossary import GlossaryEntry

RECORD = "本文件内另附可由程序读取的清单（customXml/item1.xml），与以下所列一致。"


def add_annexes(document: Document, paper: Paper) -> None:
    """All of them, in order; a paper that speaks of no indicator has only the last."""
    titles = [
        *([appendix.DEFINITIONS] if paper.definitions else []),
        *([appendix.NUMBERS] if paper.lines else []),
        appendix.RECORD,
    ]
    for number, title in enumerate(titles, start=1):
        add_paragraph(document, "附件序号", f"附件{number}")
        add_paragraph(document, "附件标题", title)
        if title == appendix.DEFINITIONS:
            for entry in paper.definitions:
                _add_definition(document, entry)
        elif title == appendix.NUMBERS:
            for table in appendix.number_tables(paper.lines):
                add_table(document, table)
        else:
            for text in (RECORD, *paper.manifest.lines()):
                add_paragraph(document, "校验信息", text)


def _add_definition(document: Document, entry: GlossaryEntry) -> None:
    """The indicator's name and id, then each fact behind its name; an address is text here, never a link."""
    heading = add_paragraph(document, "附件小标题", f"{entry.indicator.name}　")
    add_run(heading, entry.indicator.id, size=SMALL)
    for name, lines in appendix.definition_facts(entry):
        paragraph = document.add_paragraph(style="附件文字")
        add_run(paragraph, f"{name}\t", face=HEI)
        add_run(paragraph, "\n".join(lines))
