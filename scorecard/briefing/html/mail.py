"""A brief paper as the HTML of a mail: every style stands at its element, and nothing is fetched from anywhere."""

from scorecard.briefing.paper.model import Heading, Paper, PaperTable, Paragraph
from scorecard.charts.theme import MASTHEAD, palette
from scorecard.narrative.provenance import SAMPLE
from scorecard.templating import render


def write_mail(paper: Paper, link: str) -> str:
    """The HTML. `link` is the dashboard's address, from which the rows' links begin; without it there are none."""
    return render(
        "briefing/html/mail.html",
        paper=paper,
        blocks=[(type(block).__name__, block) for block in paper.blocks],
        look=palette(),
        red=MASTHEAD,
        sample=SAMPLE if paper.sample else "",
        link=link.rstrip("/"),
    )


def write_text(paper: Paper, link: str) -> str:
    """The same as plain text."""
    lines = [paper.title, f"{paper.issuer}　{paper.date}", *([SAMPLE] if paper.sample else [])]
    for block in paper.blocks:
        match block:
            case Heading(text) | Paragraph(text):
                lines += ["", text]
            case PaperTable(title, _, rows, note):
                lines += ["", title, *("　".join(filter(None, row)) for row in rows), note]
            case _:
                pass
    return "\n".join((*lines, "", link, *paper.provenance))
