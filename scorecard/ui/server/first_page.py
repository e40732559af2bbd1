"""The page every window begins with: the framework's own, in Chinese, with a word for the time its socket does not open.

Without the socket none of our scripts arrives, and the framework shows an empty page; so the word is in the page itself.
"""

import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from streamlit import config

from scorecard.ui.shell.addresses import address
from scorecard.ui.shell.templating import render

_PATIENCE = 12  # seconds until the word is shown: a busy server on a slow line opens its socket in fewer
_REPLACED = (
    (r'<html lang="en">', '<html lang="zh-CN">'),
    (r"<title>.*?</title>", "<title>法治化营商环境指标看板</title>"),
    (r'<link rel="service-desc"[^>]*>', ""),  # describes an interface that is closed here
    (r"<noscript>.*?</noscript>", ""),
)


def framework_page() -> str:
    """The framework's own first page."""
    return (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")


@cache
def first_page() -> str:
    """The same with our language, title and words."""
    text = framework_page()
    for pattern, replacement in _REPLACED:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    note = render("ui/server/first_note.html", font=config.get_option("theme.font"), seconds=_PATIENCE)
    return text.replace("</body>", f"{note}</body>")


def routes(pages: Path) -> list[Route]:
    """The first page at the address of every page of the app."""

    async def answer(_: Request) -> Response:
        return HTMLResponse(first_page(), headers={"cache-control": "no-cache"})

    names = ["", *(path.stem for path in sorted(pages.glob("*.py")))]
    return [Route(address(f"/{name}"), answer) for name in names]
