"""The page to return to after signing in: the page it was begun on, and only ever a page of this server."""

import re
from urllib.parse import parse_qs, urlsplit

HOME = "/"
ACCOUNT = "/account"  # where the button of the identity provider is
_PAGE = re.compile(r"/[A-Za-z0-9_]*(\?[^\s\\#]*)?")  # no second slash, no host, no scheme


def page_of(text: str) -> str:
    """The text if it is a page of this server, otherwise the first page."""
    return text if len(text) < 2000 and _PAGE.fullmatch(text) else HOME


def page_in(address: str) -> str:
    """The page that an address of this server shows; of the account page, the page that led there."""
    parts = urlsplit(address)
    page = page_of((parts.path or HOME) + (f"?{parts.query}" if parts.query else ""))
    return page_of(parse_qs(parts.query).get("next", [page])[0]) if parts.path == ACCOUNT else page
