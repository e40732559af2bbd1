"""The server's own doors: who may reach what, before the framework sees a request, and what every answer carries.

An ASGI application around the framework's: it lets nobody in by a forged header, closes what the framework leaves open
(uploads, metrics, files, sockets without an Origin), and puts the same headers on every answer, errors included.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from scorecard.identity.authentication import Authenticator
from scorecard.identity.connections import HEADER, Request
from scorecard.ui.shell import return_to
from scorecard.ui.shell.return_to import Message, Send
from scorecard.ui.shell.templating import behaviour, render

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
AsgiApplication = Callable[[AsgiScope, Receive, Send], Awaitable[None]]

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?")
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_OIDC = (return_to.BEGIN, "/auth/logout", return_to.END)
_COOKIE_AGE = re.compile(r";\s*(max-age=\d+|expires=[^;]*)", re.IGNORECASE)
# Their pages follow one another within seconds; nothing here needs a camera, a place or a payment.
_UNUSED = (
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation", "gyroscope",
    "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "usb",
)  # fmt: skip


@cache
def policy() -> str:
    """The Content-Security-Policy: our own server and nothing else; of inline scripts ours and the framework's own, by hash.

    Styles are inline because the framework and Plotly write them while they draw; Plotly's pictures are blobs.
    """
    first_page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = _INLINE.findall(first_page + behaviour())
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    known = " ".join(f"'sha256-{one}'" for one in hashes)
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {known}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "media-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'self'",
            "frame-ancestors 'none'",
        )
    )


@cache
def headers() -> tuple[tuple[bytes, bytes], ...]:
    """What every answer carries."""
    given = {
        "content-security-policy": policy(),
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",  # not no-referrer: forms would be sent with Origin: null
        "permissions-policy": ", ".join(f"{name}=()" for name in _UNUSED),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-robots-tag": "noindex, nofollow",
    }
    return tuple((name.encode(), value.encode()) for name, value in given.items())


class SecurityMiddleware:
    """The application, behind its doors."""

    def __init__(self, inside: AsgiApplication, reception: Authenticator) -> None:
        self._inside = inside
        self._reception = reception

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """One request, one socket, or the server's start and end."""
        if scope["type"] not in ("http", "websocket"):
            await self._inside(scope, receive, send)
            return
        own = HEADER.encode()
        scope = {
            **scope,
            "headers": [one for one in scope["headers"] if one[0].lower().replace(b"_", b"-") != own],
        }
        request = request_of(scope)
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, request)
            return
        refusal = self._refusal(scope, request)
        answer = _with_headers(send, request, self._reception.settings.session.absolute_minutes * 60)
        if refusal:
            await _refuse(answer, *refusal)
        else:
            await self._inside(scope, receive, return_to.remember_page(answer, scope["path"], request))

    async def _socket(self, scope: AsgiScope, receive: Receive, send: Send, request: Request) -> None:
        origin, host = request.one("origin"), request.one("host")
        # Browsers always say where a socket was opened. The framework checks an Origin that is given, so one is asked for.
        if origin is None or not is_host_allowed(host):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        key = self._reception.visit(request)
        scope["headers"] = [*scope["headers"], (HEADER.encode(), key.encode())]
        try:
            await self._inside(scope, receive, send)
        finally:
            self._reception.visits.went(key, self._reception.clock())

    def _refusal(self, scope: AsgiScope, request: Request) -> tuple[int, str, str] | None:
        """(status, what is the matter, what to do) of a request that goes no further; None for all others."""
        path: str = scope["path"]
        if not is_host_allowed(request.one("host")):
            return (
                421,
                "不认识这个主机名",
                "请用管理员登记的地址打开看板（.streamlit/config.toml 的 allowedHosts）",
            )
        if path in _OIDC and not self._reception.settings.oidc.enabled:
            return 404, "没有开启统一身份认证", "请用其他方式登录"
        if path.startswith("/_stcore/agent"):
            return 404, "没有这个地址", "请返回总览"
        if scope["method"] == "OPTIONS":
            return None
        if "/upload_file/" in path:
            found = _UPLOAD.fullmatch(path)
            visit = self._reception.visits.uploading(found[1]) if found else None
            actor = self._reception.of_request(request).actor if visit else None
            if actor is None or not actor.may("upload"):
                return 403, "没有报送数据的权限，文件没有收下", "请以审管办身份登录后重新选择文件"
        if path.startswith("/_stcore/metrics") and not self._reception.of_request(request).actor.may("audit"):
            return 403, "只有管理员可以查看运行指标", "请以管理员身份登录"
        if path.startswith("/media/") and not self._reception.of_request(request).actor.may("view"):
            return 403, "须先登录才能下载文件", "请登录后重新下载"
        return None


def request_of(scope: AsgiScope) -> Request:
    """The request as the ways in look at it. The peer is the TCP connection's: the server rewrites it by no header."""
    given = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
    )
    jar: SimpleCookie = SimpleCookie()
    for _, value in (one for one in given if one[0] == "cookie"):
        try:
            jar.load(value)
        except CookieError:
            continue  # a cookie no browser writes says nothing
    cookies = tuple((name, morsel.value) for name, morsel in jar.items())
    peer = scope.get("client")
    return Request(given, peer[0] if peer else "", scope.get("scheme", "http"), cookies)


def _with_headers(send: Send, request: Request, longest: int) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in headers()} | {b"server"}
            kept = [
                (name, _cookie(value, request.by_tls, longest) if name.lower() == b"set-cookie" else value)
                for name, value in message.get("headers", [])
                if name.lower() not in names
            ]
            message = {**message, "headers": [*kept, *headers()]}
        await send(message)

    return answer


def _cookie(raw: bytes, secure: bool, longest: int) -> bytes:
    """A cookie that outlives no session and, where the connection is encrypted, travels by no other."""
    text = raw.decode("latin-1")
    age = re.search(r";\s*max-age=(\d+)", text, re.IGNORECASE)
    if age and int(age[1]) > longest:
        text = _COOKIE_AGE.sub("", text) + f"; Max-Age={longest}"
    if secure and not re.search(r";\s*secure\b", text, re.IGNORECASE):
        text += "; Secure"
    return text.encode("latin-1")


async def _refuse(send: Send, status: int, what: str, remedy: str) -> None:
    body = render(
        "ui/server/plain_note.html", css=style_sheet(), title="未能打开", what=what, remedy=remedy
    ).encode()
    given = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*given, (b"content-length", str(len(body)).encode())],
        }
    )
    await send({"type": "http.response.body", "body": body})


@cache
def style_sheet() -> str:
    """The style of the pages that the server writes itself: the palette's variables and plain.css."""
    from scorecard.charts.theme import css_variables

    return css_variables() + Path(__file__).with_name("plain.css").read_text(encoding="utf-8")
