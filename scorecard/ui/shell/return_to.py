"""Where somebody goes on to after signing in: the page they came from, and only ever a page of this server.

Our own forms carry it in their address. The framework's sign-in by an identity provider ends at the first page, so a
cookie of ten minutes remembers the page it was begun on, and the framework's last redirect is sent there instead.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from scorecard.identity.connections import Request

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

HOME = "/"
ACCOUNT = "/account"  # where the button of the identity provider is
BEGIN, END = "/auth/login", "/oauth2callback"  # the framework's: off to the provider, and back
_PAGE = re.compile(r"/[A-Za-z0-9_]*(\?[^\s\\#]*)?")  # a page of ours: no second slash, no host, no scheme
_COOKIE = "scorecard_onward"
_SECONDS = 600
_WITH = "Path=/; HttpOnly; SameSite=Lax"  # Lax: the way back from the provider comes from another site


def page_of(text: str) -> str:
    """A path of this server to go on to; anything else leads to the first page."""
    return text if len(text) < 2000 and _PAGE.fullmatch(text) else HOME


def page_in(address: str) -> str:
    """The page that an address of this server shows; of the account page, the page that led there."""
    parts = urlsplit(address)
    page = page_of((parts.path or HOME) + (f"?{parts.query}" if parts.query else ""))
    return page_of(parse_qs(parts.query).get("next", [page])[0]) if parts.path == ACCOUNT else page


def remember_page(send: Send, path: str, request: Request) -> Send:
    """`send` for a request to this path: off to the provider it leaves the cookie, on the way back it follows it."""
    if path == BEGIN:
        page = page_in(request.one("referer") or HOME)
        return _also(send, f"{_COOKIE}={quote(page, safe='')}; Max-Age={_SECONDS}; {_WITH}", "")
    if path == END and (kept := request.cookie(_COOKIE)):
        return _also(send, f"{_COOKIE}=; Max-Age=0; {_WITH}", page_of(unquote(kept)))
    return send


def _also(send: Send, cookie: str, page: str) -> Send:
    """`send` with one cookie more; a redirect to the first page leads to `page`, where there is one."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [
                (name, page.encode() if page and (name.lower(), value) == (b"location", b"/") else value)
                for name, value in message.get("headers", [])
            ]
            message = {**message, "headers": [*given, (b"set-cookie", cookie.encode())]}
        await send(message)

    return answer
