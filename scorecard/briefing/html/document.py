"""The paper as one HTML file: an official 简报 on the screen, and the very pages of the PDF when it is printed.

Self-contained: its figures are drawn by the library inside it, it asks nothing of any server, and the same paper gives
the same bytes.
"""

from collections.abc import Mapping

from scorecard.briefing.html import embedded
from scorecard.briefing.html.figure import document, figure_block
from scorecard.briefing.layout.column_widths import MARKED, widths
from scorecard.briefing.layout.text_width import largest
from scorecard.briefing.paper import appendix
from scorecard.briefing.paper.model import Block, Figure, Heading, Paper, PaperTable, Paragraph
from scorecard.charts.theme import VerdictMark, mark
from scorecard.charts.trend import trend
from scorecard.narrative.provenance import SAMPLE
from scorecard.templating import render

WIDTH = 590  # CSS px of the type area, 156 mm
_FIGURE = 588  # a figure is a hair narrower: 156 mm are 589.6 px, and nothing may be cut
_PLOT = 236  # px of a plot: two figures and a heading before them stand on a page
_SIZE = 10.5  # points of the text in a table
_LINE = (16.0, 11.0)  # points at most and at least of issuer and date, so that they take one line
_ROOM = 156 / 25.4 - 0.25  # inches of that line, less the air at its ends
_MARKS: Mapping[str, VerdictMark] = {word: mark(word) for word in MARKED}


def write_html(paper: Paper) -> bytes:
    """The .html, UTF-8. Printed by its own @page it is A4 with the type area of GB/T 9704-2012."""
    annexes = [
        *([(appendix.DEFINITIONS, [_definitions(paper)])] if paper.definitions else []),
        *(
            [(appendix.NUMBERS, [_table(table) for table in appendix.number_tables(paper.lines)])]
            if paper.lines
            else []
        ),
        (appendix.RECORD, [render("briefing/html/record.html", lines=(*paper.provenance, *paper.manifest.lines()))]),
    ]
    note = [line for line in paper.note.removeprefix("编者按：").splitlines() if line.strip()]
    body = render(
        "briefing/html/paper.html",
        paper=paper,
        sample=SAMPLE if paper.sample else "",
        line_size=f"{largest(f'{paper.issuer}　　{paper.date}', _ROOM, *_LINE):g}pt",
        note=note,
        blocks=[_block(each) for each in paper.blocks],
        annexes=list(enumerate(annexes, start=1)),
        manifest=embedded.escape_for_script(paper.manifest.text()),
    )
    css = f"{embedded.static_file('paper.css')}\n{_margins(paper)}"
    return document(body, width=WIDTH, title=f"{paper.masthead}　{paper.title}", css=css).encode(errors="replace")


def _block(content: Block) -> str:
    match content:
        case Heading(text, level):
            return render("briefing/html/heading.html", text=text, level=level)
        case Paragraph(text):
            lines = [line for line in text.splitlines() if line.strip()]
            return render("briefing/html/paragraphs.html", lines=lines)
        case PaperTable():
            return _table(content)
        case Figure():
            figure = trend(content.trend)
            return figure_block(figure, width=_FIGURE, height=_PLOT, caption=content.caption, alt=content.sentence)


def _table(table: PaperTable) -> str:
    """A cell that is a verdict is sign, word and colour; columns are as wide as in the Word paper."""
    wide = widths(table.columns, table.rows, _SIZE)
    return render(
        "briefing/html/table.html",
        table=table,
        widths=[f"{100 * width / sum(wide):.2f}%" for width in wide],
        marks=_MARKS,
    )


def _definitions(paper: Paper) -> str:
    entries = [(entry.indicator, appendix.definition_facts(entry)) for entry in paper.definitions]
    return render("briefing/html/definitions.html", entries=entries)


def _margins(paper: Paper) -> str:
    """CSS of the margins of every printed page: its number at the outer edge, and its provenance."""
    provenance = " \\a ".join(_quoted(line) for line in paper.provenance)
    head = _quoted(SAMPLE if paper.sample else "")
    return (
        embedded.static_file("pages.css").replace('"{provenance}"', f'"{provenance}"').replace('"{head}"', f'"{head}"')
    )


def _quoted(text: str) -> str:
    """The text for the inside of a CSS string in a style element: of ASCII only letters, digits and blanks stand as they are."""
    return "".join(
        sign if not sign.isascii() or sign.isalnum() or sign == " " else f"\\{ord(sign):06x}" for sign in text
    )
