"""One reader of the app over its websocket, as a browser is one: a rerun is timed from the request to its last message."""

import asyncio
import random
import socket
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import quantiles
from time import perf_counter, time
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.sync.client import ClientConnection as SyncConnection, connect as connect_sync
from websockets.typing import Origin

ANSWER = 60  # seconds an answer may take before the run counts as failed
_SETTINGS: Any = {"subprotocols": ["streamlit"], "max_size": None, "compression": None}


def _request(page: str, query: str, known: Iterable[str] = ()) -> bytes:
    message = BackMsg()
    message.rerun_script.cached_message_hashes.extend(known)
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page
    return message.SerializeToString()


def _is_last(frame: str | bytes, known: set[str] | None = None) -> bool:
    """Whether this message ends a run; one to keep is noted in `known`. Raises RuntimeError when the run failed."""
    message = ForwardMsg()
    message.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
    if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
        raise RuntimeError(message.delta.new_element.exception.message)
    if known is not None and message.metadata.cacheable:
        known.add(message.hash)
    return message.WhichOneof("type") == "script_finished"


@contextmanager
def reader(address: str, cookie: str = "") -> Generator[SyncConnection, None, None]:
    """A session of the app at host:port, of whoever the cookie says it is."""
    with connect_sync(
        f"ws://{address}/_stcore/stream",
        origin=Origin(f"http://{address}"),
        additional_headers={"Cookie": cookie} if cookie else None,
        **_SETTINGS,
    ) as session:
        yield session


def signed_in(address: str, name: str, password: str) -> str:
    """The cookie of an account that went through the sign-in form."""
    connection = HTTPConnection(address)
    form = urlencode({"name": name, "password": password, "next": "/"})
    connection.request(
        "POST", "/signin", form, {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{address}"}
    )
    given = connection.getresponse().getheader("Set-Cookie")
    connection.close()
    if given is None:
        raise RuntimeError("the sign-in was refused")
    return given.split(";")[0]


def rerun(session: SyncConnection, page: str, query: str = "", known: set[str] | None = None) -> float:
    """Seconds of one rerun of a page. `known`: hashes of the messages this reader keeps, and grows by it."""
    start = perf_counter()
    session.send(_request(page, query, known or ()))
    while True:
        _acknowledge_at_once(session.socket)
        if _is_last(session.recv(timeout=ANSWER), known):
            return perf_counter() - start


@dataclass(frozen=True)
class Crowd:
    """Readers of one page with pauses: how many, seconds between two who arrive, mean seconds of a pause, seconds counted."""

    page: str
    readers: int
    arrival: float
    think: float
    period: float

    @property
    def all_there(self) -> float:
        """Seconds until all have come and have read once more: a first page costs more than a rerun."""
        return self.readers * self.arrival + self.think

    @property
    def seconds(self) -> float:
        return self.all_there + self.period


@dataclass(frozen=True)
class SeenRun:
    """One rerun as its reader saw it: when it ended (as time.time() has it), how long it took, whether the masthead said `sign`."""

    ended: float
    seconds: float
    sign: bool


def read(address: str, crowd: Crowd, sign: str = "") -> tuple[list[SeenRun], int, float]:
    """The reruns that were begun in the counted time, how many failed, and by how many seconds this process itself was late
    (p95): what a rerun took may be too long by that. Call it in a process of its own.
    """
    return asyncio.run(_read_together(address, crowd, sign.encode()))


async def _read_together(address: str, crowd: Crowd, sign: bytes) -> tuple[list[SeenRun], int, float]:
    begun = perf_counter()
    late: list[float] = []

    async def watch() -> None:
        while True:
            asked = perf_counter() + 0.01
            await asyncio.sleep(0.01)
            late.append(perf_counter() - asked)

    watching = asyncio.create_task(watch())
    seen = await asyncio.gather(*(_read(address, crowd, number, begun, sign) for number in range(crowd.readers)))
    watching.cancel()
    return [run for runs, _ in seen for run in runs], sum(failed for _, failed in seen), quantiles(late, n=20)[-1]


async def _read(address: str, crowd: Crowd, number: int, begun: float, sign: bytes) -> tuple[list[SeenRun], int]:
    """One reader, as a browser is one: compressed messages, and what it has already is not sent to it again.

    The pauses differ by half: with pauses all alike, readers who once met in a queue come back together for ever. Each address
    of the loopback may hold so many windows only.
    """
    pauses = random.Random(number)
    runs: list[SeenRun] = []
    failed = 0
    await asyncio.sleep(number * crowd.arrival)
    async with connect(
        f"ws://{address}/_stcore/stream",
        origin=Origin(f"http://{address}"),
        local_addr=(f"127.0.0.{1 + number % 40}", 0),
        **{**_SETTINGS, "compression": "deflate"},
    ) as session:
        known: set[str] = set()
        while (at := perf_counter() - begun) < crowd.seconds:
            try:
                seconds, signed = await asyncio.wait_for(_rerun(session, crowd.page, known, sign), ANSWER)
                runs += [SeenRun(time(), seconds, signed)] if at >= crowd.all_there else []
            except (RuntimeError, TimeoutError):
                failed += 1
            await asyncio.sleep(crowd.think * pauses.uniform(0.5, 1.5))
    return runs, failed


async def _rerun(
    session: ClientConnection, page: str, known: set[str] | None = None, sign: bytes = b""
) -> tuple[float, bool]:
    """Seconds of a rerun, and whether the sign came. `known`: hashes of the messages this reader keeps, and grows by it."""
    start, signed = perf_counter(), False
    await session.send(_request(page, "", known or ()))
    while True:
        _acknowledge_at_once(session.transport.get_extra_info("socket"))
        frame = await session.recv(decode=False)
        signed = signed or bool(sign and sign in frame)
        if _is_last(frame, known):
            return perf_counter() - start, signed


def _acknowledge_at_once(connection: socket.socket) -> None:
    """Without this, delayed acknowledgements on loopback add 40 ms to every rerun, to a one-line page too."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
