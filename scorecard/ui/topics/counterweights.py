"""制衡对照: every indicator of a page beside the one that must not get worse while it gets better."""

from scorecard.assessment import counterweights
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render


def pairs(view: View, domain: str) -> None:
    """The table of pairs, those that went apart first named above it."""
    show(view.cached(f"pairs {domain}", lambda: _table(view, domain)))


def _table(view: View, domain: str) -> str:
    pairs = counterweights.pairs(view.cards, domain)
    hints = [pair for pair in pairs if pair.hint]
    wider = view.ytd_href(domain)
    return render("ui/topics/pairs.html", pairs=pairs, hints=hints, text=_text, href=view.card_href, wider=wider)


def _text(card: counterweights.Card) -> str:
    change = counterweights.year_on_year(card)
    return "无同比" if change is None else change.text
