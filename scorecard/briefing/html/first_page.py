"""The first page of a paper for the screen: the very document that is printed, broken into pages by the reader's own browser.

The pages are columns as high and wide as the type area, of which the sheet shows the first; how many there are is counted by
behaviour.js on the page. No browser is needed on the server.
"""

import re
from pathlib import Path

from scorecard.briefing.html.document import write_html
from scorecard.briefing.paper.model import Paper
from scorecard.templating import render

_SHEET = Path(__file__).with_name("first_page.css").read_text("utf-8")
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)


def first_page(paper: Paper) -> str:
    """An HTML document 210 × 297 mm, without scripts."""
    page = _SCRIPT.sub("", write_html(paper).decode("utf-8")).replace("@media print", "@media all")
    sheet = render("briefing/html/first_page.html", css=_SHEET, provenance=paper.provenance)
    return page.replace("</body>", f"{sheet}</body>")
