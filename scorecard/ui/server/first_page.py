"""The page every window begins with: the framework's own, in Chinese, with our look and a word for the time its socket does
not open: without the socket the framework shows an empty page.
"""

import re
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit import config

from scorecard.ui.server.plain_pages import plain_page
from scorecard.ui.shell.addresses import address
from scorecard.ui.shell.templating import behaviour, render, style

_PATIENCE = 12  # seconds until the word is shown: a busy server on a slow line opens its socket in fewer
_HOME = "overview"  # the page that stands at the root
OIDC_END = "oauth2callback"  # the framework's
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
    """The same with our language, title and words, our style sheet and our script."""
    text = framework_page()
    for pattern, replacement in _REPLACED:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    note = render("ui/server/first_note.html", font=config.get_option("theme.font"), seconds=_PATIENCE)
    # Static, so it comes once with the window and not with every rerun; after the head, whose sheets it overrules.
    return text.replace("</body>", f"{note}{style()}{behaviour()}</body>")


class _PageName(StringConvertor):
    """One step of an address without a point: files of the framework have one. Where a provider sends people back is no page."""

    regex = rf"(?!{OIDC_END}$)[^./]+"


register_url_convertor("page", _PageName())


def routes(pages: Path) -> list[Route]:
    """The first page at the address of every page of the app; a page with the nearest names at any other."""
    titles = {
        path.stem: path.read_text(encoding="utf-8").split(":")[0].strip('"') for path in sorted(pages.glob("*.py"))
    }

    async def answer(_: Request) -> Response:
        return HTMLResponse(first_page(), headers={"cache-control": "no-cache"})

    async def home(request: Request) -> Response:
        return RedirectResponse(address("/") + (f"?{request.url.query}" if request.url.query else ""), 307)

    async def unknown(request: Request) -> Response:
        name = request.path_params["name"]
        near = get_close_matches(name.casefold(), [*titles, *titles.values()], 3, 0.5)
        named = dict.fromkeys(stem for stem, title in titles.items() if {stem, title} & set(near))
        links = [(titles[stem], address(f"/{'' if stem == _HOME else stem}")) for stem in named]
        return plain_page(
            "ui/server/plain_note.html",
            404,
            title="没有这个页面",
            what=f"看板没有名叫“{name[:60]}”的页面",
            remedy="您要找的可能是下面的页面" if links else "请从总览的菜单进入",
            links=links,
        )

    own = [Route(address(f"/{name}"), answer) for name in ("", *titles) if name != _HOME]
    return [*own, Route(address(f"/{_HOME}"), home), Route(address("/{name:page}"), unknown)]
