"""The server's event loop finishes what has begun before it takes in more, and no work keeps a socket waiting for good."""

import asyncio
import gc
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection

from scorecard.identity.settings import AddressLimits
from scorecard.storage.data_dir import DataDir
from scorecard.ui.server import event_loop, serve
from scorecard.ui.server.event_loop import BusySelector, new_event_loop
from tests.bench.wire import _request, reader
from tests.support.server import running

PAGES = {"overview": "总览", "glossary": "指标口径", "insolvency": "办理破产", "commercial_disputes": "解决商业纠纷"}


@dataclass
class Clock:
    now: float = 100

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    near.setblocking(False)
    with near, far:
        yield near, far


def test_what_comes_while_the_loop_works_is_taken_in_when_it_is_done(pair: tuple[socket.socket, socket.socket]) -> None:
    """Seventeen turns, as the framework makes one after each message of a page."""
    near, far = pair
    seen: list[str] = []
    clock = Clock()

    async def work() -> None:
        asyncio.get_running_loop().add_reader(near, lambda: seen.append(near.recv(1).decode()))
        await asyncio.sleep(0.01)  # idle: looks at the sockets
        far.send(b"n")
        for turn in range(17):
            await asyncio.sleep(0)
            seen.append(str(turn))
        while "n" not in seen:
            await asyncio.sleep(0.001)

    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(BusySelector(clock))) as runner:
        runner.run(work())
    assert seen == [*map(str, range(17)), "n"]


def test_a_loop_that_always_has_work_looks_at_its_sockets_now_and_then(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    near, far = pair
    clock = Clock()
    with BusySelector(clock) as selector:
        selector.register(near, 1)
        assert selector.select(0) == [], "nothing came"
        far.send(b"n")
        clock.now += event_loop._AT_MOST * 0.99
        assert selector.select(0) == []
        clock.now += event_loop._AT_MOST * 0.02
        assert [key.fileobj for key, _ in selector.select(0)] == [near]
        assert selector.select(0) == []
        assert [key.fileobj for key, _ in selector.select(5)] == [near], "with nothing to do it looks at once"
        assert [key.fileobj for key, _ in selector.select(None)] == [near]


def test_the_server_runs_on_it() -> None:
    async def app(*_: object) -> None: ...

    assert serve.server(app, AddressLimits(), 0).config.get_loop_factory() is new_event_loop


def test_what_the_program_consists_of_is_not_searched_for_garbage() -> None:
    usual = gc.get_threshold()
    try:
        new_event_loop().close()
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() > usual
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)


def test_readers_who_come_together_get_each_their_own_page_whole_and_in_order(data: DataDir) -> None:
    """Under load the messages of many runs go out side by side: each socket carries those of its own session, and of the page
    it asked for, from the first to the last.
    """
    together = Barrier(12)

    def came(session: ClientConnection, page: str) -> list[ForwardMsg]:
        session.send(_request("" if page == "overview" else page, ""))
        messages: list[ForwardMsg] = []
        while not messages or messages[-1].WhichOneof("type") != "script_finished":
            frame = session.recv(timeout=60)
            messages.append(ForwardMsg.FromString(frame if isinstance(frame, bytes) else frame.encode()))
        return messages

    def read(host: str, page: str) -> str:
        of: set[str] = set()
        with reader(host) as session:
            for _ in range(4):
                together.wait(60)
                messages = came(session, page)
                assert [message.WhichOneof("type") for message in messages].count("new_session") == 1
                text = "".join(message.delta.new_element.html.body for message in messages)
                assert [one for one, title in PAGES.items() if f"<h1>{title}</h1>" in text] == [page], text
                of |= {m.new_session.initialize.session_id for m in messages if m.HasField("new_session")}
        assert len(of) == 1
        return of.pop()

    with running(data) as address, ThreadPoolExecutor(12) as pool:
        host = address.removeprefix("http://")
        with reader(host) as first:  # which runs its page twice: the framework does not know the pages yet
            came(first, "overview")
        assert len(set(pool.map(read, [host] * 12, list(PAGES) * 3))) == 12
