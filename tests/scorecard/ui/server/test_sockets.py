"""Sockets of the real server: whose pages may open one, what may be said through it, and that nobody else notices."""

import asyncio
import http.client
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Subprotocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from scorecard.identity.request import Request
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import key
from scorecard.ui.server.sockets import LARGEST, Sockets
from tests.scorecard.ui.server.test_security_middleware import with_settings
from tests.support.server import running

HOST = "127.0.0.1:8501"


def opened(origin: str, host: str = HOST, scheme: str = "ws", peer: str = "127.0.0.1", **more: Any) -> bool:
    """Whether a request with these is taken for one of this server's own pages."""
    relay = more.pop("relay", "direct")
    named = [("x-forwarded-proto", more.get("proto")), ("x-forwarded-host", more.get("forwarded"))]
    headers = [("origin", origin), ("host", host), *((name, value) for name, value in named if value)]
    return Request(tuple(headers), peer, scheme, relay).from_own_page


@pytest.mark.parametrize(
    ("own", "more"),
    [
        (f"http://{HOST}", {}),
        ("http://LOCALHOST", {"host": "localhost:80"}),
        ("https://court.example", {"host": "court.example:443", "scheme": "wss"}),
        ("http://[::1]:8501", {"host": "[::1]:8501"}),
        ("https://court.example", {"host": "127.0.0.1:8501", "relay": "trusted", "proto": "https", "forwarded": "court.example"}),
        ("https://court.example:8443", {"host": "court.example:8443", "relay": "trusted", "proto": "https"}),
        ("https://court.example", {"host": "court.example", "proto": "https"}),
    ],
)  # fmt: skip
def test_the_origin_is_the_scheme_host_and_port_the_browser_sees(own: str, more: dict[str, Any]) -> None:
    """Origins as RFC 6454, section 6, has browsers write them; 80 and 443 are not written."""
    assert opened(own, **more)


@pytest.mark.parametrize(
    ("foreign", "more"),
    [
        ("http://127.0.0.1:8502", {}), ("http://127.0.0.1", {}), (f"https://{HOST}", {}), ("null", {}), ("", {}),
        ("http://evil.example", {}), (f"http://{HOST}/", {}), (f"http://a@{HOST}", {}), (f"http://{HOST}.evil.example", {}),
        (f" http://{HOST}", {}), (f"http://{HOST}\n", {}), (f"http://{HOST}, http://{HOST}", {}), ("http://[::1", {}),
        (f"file://{HOST}", {}), ("http://127.0.0.1:0008501x", {}),
        ("http://court.example", {"host": "court.example", "relay": "trusted", "proto": "https"}),
        ("https://court.example", {"forwarded": "court.example", "proto": "https"}),
        ("https://court.example", {"host": "court.example", "proto": "https", "peer": "10.1.2.3"}),
    ],
)  # fmt: skip
def test_any_other_origin_is_foreign(foreign: str, more: dict[str, Any]) -> None:
    assert not opened(foreign, **more)


# --- the real server ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """host:port of a server with few windows an address, and a file that names every address outside it asks for."""
    folder = tmp_path_factory.mktemp("sockets")
    asked = folder / "asked"
    settings = "visitor_on_loopback = true\n[limits]\nwindows_per_address = 12\n"
    with running(DataDir(folder / "data"), with_settings(folder / "seeds", settings), "--asked", str(asked)) as address:
        yield address.removeprefix("http://"), asked


@contextmanager
def window(host: str, *origins: str, source: str = "", **given: str) -> Generator[ClientConnection]:
    """A window that is open inside the block."""
    named = [("Origin", origin) for origin in origins]
    extra = [(name.replace("_", "-"), value) for name, value in given.items()]
    with connect(
        f"ws://{host}/_stcore/stream",
        additional_headers=[*named, *extra],
        subprotocols=[Subprotocol("streamlit")],
        source_address=(source, 0) if source else None,
        max_size=None,
        open_timeout=60,
        close_timeout=2,
    ) as socket:
        yield socket


def opens(host: str, *origins: str, **given: str) -> bool:
    """Whether such a window opens at all; a refusal is an HTTP answer, not an error."""
    try:
        with window(host, *origins, **given):
            return True
    except InvalidStatus as refused:
        assert refused.response.status_code in (400, 403), refused
        return False


def healthy(host: str) -> bool:
    with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200


def drawn(socket: ClientConnection) -> int:
    """Run the page; the number of messages until it is drawn."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    socket.send(message.SerializeToString())
    for count in range(1, 2000):
        got = ForwardMsg()
        got.ParseFromString(socket.recv(timeout=60))  # pyright: ignore
        if got.WhichOneof("type") == "script_finished":
            return count
    raise AssertionError("the page never ends")


def test_sockets_of_other_pages_are_refused_and_nobody_outside_is_asked(real: tuple[str, Path]) -> None:
    host, asked = real
    foreign = ["http://evil.example", "http://127.0.0.1:1", "http://127.0.0.1", f"https://{host}", "null",
               "http://8.8.8.8", "http://" + host.replace("127.0.0.1", "localhost")]  # fmt: skip
    for origins in (*([origin] for origin in foreign), [], [f"http://{host}", f"http://{host}"]):
        assert not opens(host, *origins), origins
    assert not opens(host, "http://evil.example", Host="evil.example")
    assert opens(host, f"http://{host}")
    for origin in foreign:
        with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
            connection.request("GET", "/_stcore/host-config", headers={"Origin": origin})
            assert connection.getresponse().status == 200
    assert healthy(host)
    assert not asked.exists(), asked.read_text(encoding="utf-8")


def kind(name: str) -> bytes:
    message = BackMsg()
    setattr(message, name, True)
    return message.SerializeToString()


def operation(name: str) -> bytes:
    message = BackMsg()
    getattr(message.backend_operation_request, name).SetInParent()
    return message.SerializeToString()


HOSTILE: list[tuple[bytes | str, int]] = [
    *((kind(name), 1008) for name in ("clear_cache", "load_git_info", "set_run_on_save", "app_heartbeat")),
    *((kind(name), 1008) for name in ("debug_disconnect_websocket", "debug_shutdown_runtime")),
    *((operation(name), 1008) for name in ("install_skills", "dismiss_skills_nudge")),
    (b"", 1008),
    ("text", 1003),
    (b"\xff\xff\xff no message", 1002),
    (b"\x00" * (LARGEST + 1), 1009),
]


def test_what_no_page_sends_closes_its_own_socket_and_no_other(real: tuple[str, Path]) -> None:
    host, _ = real
    with window(host, f"http://{host}") as other:
        before = drawn(other)
        for content, code in HOSTILE:
            with window(host, f"http://{host}") as socket:
                socket.send(content)
                with pytest.raises(ConnectionClosed) as closed:
                    while True:
                        socket.recv(timeout=60)
                assert closed.value.rcvd and closed.value.rcvd.code == code, (content[:20], closed.value)
        assert drawn(other) == before, "the other window is drawn as before"
    assert healthy(host)


def test_an_address_holds_a_bounded_number_of_windows_and_another_still_opens_one(real: tuple[str, Path]) -> None:
    host, _ = real
    own, named = f"http://{host}", {"X_Forwarded_For": "10.1.2.3"}
    with ExitStack() as held:
        for _ in range(12):
            held.enter_context(window(host, own))
        assert not opens(host, own)
        assert not opens(host, own, **named), "nobody but the trusted proxy says whose window it is"
        assert opens(host, own, X_Scorecard_Proxy=key("proxy"), **named)
        assert opens(host, own, source="127.0.0.2")
    assert opens(host, own)


def test_what_comes_too_fast_waits(data: DataDir) -> None:
    """Sixty messages at once, then twenty a second: with no more than that a flood of reruns cannot hold the server."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    flood = {"type": "websocket.receive", "bytes": message.SerializeToString()}

    async def taken() -> int:
        count = 0

        async def receive() -> dict[str, Any]:
            return flood

        async def app(_scope: Any, receive: Any, _send: Any) -> None:
            nonlocal count
            while True:
                await receive()
                count += 1

        async def send(_message: Any) -> None: ...

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(Sockets(app, 1).open({}, receive, send, "10.1.2.3"), 0.5)
        return count

    assert 60 <= asyncio.run(taken()) <= 75
