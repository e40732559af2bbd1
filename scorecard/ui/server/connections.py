"""Connections: how many an address may hold, and how long it may take over a request's head, its body and the answer."""

import asyncio
from collections import Counter
from functools import cache
from http import HTTPStatus
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from scorecard.identity.request import Request
from scorecard.identity.settings import AddressLimits
from scorecard.ui.server.plain_pages import plain_page
from scorecard.ui.server.security_middleware import CONNECTION, headers

_LOOK = 5.0  # seconds between two looks at a connection
_HEAD = 10.0  # seconds for the head of a request, from the connection's start or the last answer on
_SLOWEST = 500  # bytes a second of a body
_PATIENCE = 3  # looks in a row at a body that comes slower
_UNREAD = 12  # looks in a row at an answer of which nothing is taken
_BODY = 15 * 60.0  # seconds for a whole body
_MOST_HEADERS, _LONGEST_LINE = 100, 8000  # of a request for a socket, whose library takes no more and fails on it


class BoundedConnection(H11Protocol):
    """One connection of a server with these limits; `held` counts those of each address that are not the trusted proxy's."""

    limits: ClassVar[AddressLimits]
    held: ClassVar[Counter[str]]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        served = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await served({**scope, CONNECTION: self}, receive, send)

        self.app = app
        self._address = ""  # for which it counts; empty when it counts for none
        self._look: asyncio.TimerHandle | None = None
        self._since = 0.0  # when the head of the next request began to be due, or its body
        self._body_due = False
        self._received = 0  # bytes since the last look
        self._unsent = 0
        self._slow = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = Request((), self.client[0] if self.client else "").address
        if len(self.connections) > self.limits.connections or self.held[address] >= self.limits.connections_per_address:
            self._answer(503, "连接数过多，服务器暂时不接受更多连接", "请稍后刷新页面")
            return
        self._address = address
        self.held[address] += 1
        self._since = self.loop.time()
        self._look = self.loop.call_later(_LOOK, self._looked_at)

    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()
        super().connection_lost(exc)

    def proven(self) -> None:
        """The trusted proxy's: it stands for many addresses, which are counted by request."""
        if self._address:
            self.held[self._address] -= 1
            if not self.held[self._address]:
                del self.held[self._address]
        self._address = ""

    def _let_go(self) -> None:
        self.proven()
        if self._look:
            self._look.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)

    def on_response_complete(self) -> None:
        self._since, self._body_due = self.loop.time(), False
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        lines = [event.target, *(name + value for name, value in self.headers)]
        if event.method != b"GET" or len(lines) > _MOST_HEADERS or max(map(len, lines)) > _LONGEST_LINE:
            self._answer(400, "请求无法识别", "请用浏览器打开看板")
            return
        self._let_go()  # open windows are counted, and looked at, elsewhere
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        self._answer(400, "请求无法识别，或请求头过大", "请清除本站点的 Cookie 后重试")

    def _looked_at(self) -> None:
        if self.transport.is_closing():
            return
        now, received, self._received = self.loop.time(), self._received, 0
        answering = self._answering()
        unsent, before = self.transport.get_write_buffer_size(), self._unsent
        self._unsent = unsent
        if self.conn.their_state is h11.SEND_BODY:
            if not self._body_due:
                self._since, self._body_due, self._slow = now, True, 0
            asked = not self.flow.read_paused and not (answering and self.cycle.waiting_for_100_continue)
            self._slow = self._slow + 1 if asked and received < _SLOWEST * _LOOK else 0
            if self._slow > _PATIENCE or now - self._since > _BODY:
                self.transport.abort()
                return
        elif answering or unsent:
            self._slow = self._slow + 1 if unsent >= before > 0 else 0
            if self._slow > _UNREAD:
                self.transport.abort()
                return
        elif now - self._since >= _HEAD:
            self._answer(408, "请求没有在规定时间内发完", "请刷新页面后重试")
            return
        self._look = self.loop.call_later(_LOOK, self._looked_at)

    def _answering(self) -> bool:
        cycle: Any = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _answer(self, status: int, what: str, remedy: str) -> None:
        """Answer what is no whole request, and close; without a word where another answer has begun."""
        if not self._answering() or not self.cycle.response_started:
            self.transport.write(_page(status, what, remedy))
        self.transport.close()


def bounded_connections(limits: AddressLimits) -> type[BoundedConnection]:
    """The connections of one server."""
    return type("Bounded", (BoundedConnection,), {"limits": limits, "held": Counter[str]()})


@cache
def _page(status: int, what: str, remedy: str) -> bytes:
    page = plain_page("ui/server/plain_note.html", status, title="未能打开", what=what, remedy=remedy)
    named = {**headers(), **dict(page.headers), "connection": "close"}
    if status in (408, 503):
        named["retry-after"] = "5"
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + bytes(page.body)
