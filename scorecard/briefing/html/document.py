"""The paper as one HTML file: an official 简报 on the screen, and the very pages of the PDF when it is printed.

Self-contained and drawn: its figures are SVG, no script draws them, it asks nothing of any server, and the same paper gives the
same bytes. No browser is needed to write it.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from markupsafe import Markup, escape

from scorecard.briefing.layout.column_widths import MARKED, TWIPS, widths
from scorecard.briefing.layout.page import HALF, SMALL, WHOLE, WIDE, across, head, table_size
from scorecard.briefing.paper import appendix
from scorecard.briefing.paper.model import Paper, PaperTable
from scorecard.charts.paper_chart import paper_chart, small_trend
from scorecard.charts.text_width import POINTS, largest
from scorecard.charts.theme import VerdictMark, mark, paper_variables
from scorecard.templating import render

# In a script element HTML reads on to "</script", whatever JSON says around it.
_OUTSIDE_SCRIPT = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
_PAPER_CSS, _PAGES_CSS, _LAST_PAGE = (
    Path(__file__).with_name(name).read_text("utf-8") for name in ("paper.css", "pages.css", "last_page.js")
)
_TURNED = "@page { size: A4 landscape; margin: 28mm 35mm 26mm 37mm; }"
_LINE = (16.0, 11.0)  # points at most and at least of issuer and date, so that they take one line
_AIR = 0.25  # inches at the ends of that line
_MARKS: Mapping[str, VerdictMark] = {word: mark(word) for word in MARKED}


def escape_for_script(text: str) -> str:
    """JSON text for the inside of a script element: what HTML could read there is written as JSON's escapes."""
    return text.translate(_OUTSIDE_SCRIPT)


def write_html(paper: Paper) -> bytes:
    """The .html, UTF-8. Printed by its own @page it is A4 with the type area of GB/T 9704-2012."""
    room = across(paper) / TWIPS / POINTS - _AIR
    return render(
        "briefing/html/paper.html",
        paper=paper,
        css=f"{paper_variables()}\n{_PAPER_CSS}\n{_margins(paper)}",
        head=head(paper),
        line_size=f"{largest(f'{paper.issuer}　　{paper.date}', room, *_LINE):g}pt",
        note=[line for line in paper.note.removeprefix("编者按：").splitlines() if line.strip()],
        blocks=[(type(block).__name__, block) for block in paper.blocks],
        whole=_whole,
        drawn=lambda trend, size: Markup(paper_chart(trend, *size)),
        small=lambda trend: Markup(small_trend(trend, *SMALL)),
        wide=WIDE,
        half=HALF,
        marks=_MARKS,
        size=partial(table_size, paper),
        parts=partial(_parts, paper),
        facts=appendix.definition_facts,
        manifest=escape_for_script(paper.manifest.text()),
        last_page=_LAST_PAGE,
    ).encode(errors="replace")


def _whole(text: str) -> Markup:
    """The text, in which no line ends inside a date or a number (GB/T 9704, 7.3.1), but may before a bracket."""
    shown = WHOLE.sub(lambda found: f"\0{found[0]}\1", text.replace("\0", "").replace("\1", ""))
    return Markup(
        str(escape(shown)).replace("\0", '<span class="whole">').replace("\1", "</span>").replace("（", "<wbr>（")
    )


def _parts(paper: Paper, table: PaperTable) -> list[str]:
    """The widths of the columns, as in the Word paper."""
    wide = widths(table.columns, table.rows, table_size(paper, table), across(paper))
    return [f"{100 * width / sum(wide):.2f}%" for width in wide]


def _margins(paper: Paper) -> str:
    """CSS of the margins of every printed page: its number at the outer edge, its provenance, its mark."""
    known = {"provenance": " \\a ".join(map(_quoted, paper.provenance)), "head": _quoted(head(paper))}
    css = f"{_PAGES_CSS}{_TURNED if paper.landscape else ''}"
    for name, text in known.items():
        css = css.replace(f'"{{{name}}}"', f'"{text}"')
    return css


def _quoted(text: str) -> str:
    """The text for the inside of a CSS string in a style element: of ASCII only letters, digits and blanks stand as they are."""
    return "".join(
        sign if not sign.isascii() or sign.isalnum() or sign == " " else f"\\{ord(sign):06x}" for sign in text
    )
