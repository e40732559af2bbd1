"""One reader of the app over its websocket, as a browser is one: a rerun is timed from the request to its last message."""

import asyncio
import random
import socket
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPConnection
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.sync.client import ClientConnection as SyncConnection, connect as connect_sync
from websockets.typing import Origin

ANSWER = 60  # seconds an answer may take before the run counts as failed
_SETTINGS: Any = {"subprotocols": ["streamlit"], "max_size": None, "compression": None}


def _request(page: str, query: str) -> bytes:
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page
    return message.SerializeToString()


def _is_last(frame: str | bytes) -> bool:
    """Whether this message ends a run. Raises RuntimeError when the run failed."""
    message = ForwardMsg()
    message.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
    if message.WhichOneof("type") == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
        raise RuntimeError(message.delta.new_element.exception.message)
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


def rerun(session: SyncConnection, page: str, query: str = "") -> float:
    """Seconds of one rerun of a page."""
    start = perf_counter()
    session.send(_request(page, query))
    while True:
        _acknowledge_at_once(session.socket)
        if _is_last(session.recv(timeout=ANSWER)):
            return perf_counter() - start


async def read_for(
    address: str, page: str, number: int, start_after: float, count_after: float, end_after: float, think: float
) -> tuple[list[float], int]:
    """Seconds of the reruns that reader `number` saw in the counted time, and how many failed.

    The reader pauses for `think` seconds, give or take half: with pauses all alike, readers who once met in a queue
    come back together for ever.
    """
    pauses = random.Random(number)
    taken: list[float] = []
    failed = 0
    begun = perf_counter()
    await asyncio.sleep(start_after)
    address_of = f"ws://{address}/_stcore/stream"
    async with connect(address_of, origin=Origin(f"http://{address}"), **_SETTINGS) as session:
        while (at := perf_counter() - begun) < end_after:
            try:
                seconds = await asyncio.wait_for(_rerun(session, page), ANSWER)
                taken += [seconds] if at >= count_after else []
            except (RuntimeError, TimeoutError):
                failed += 1
            await asyncio.sleep(think * pauses.uniform(0.5, 1.5))
    return taken, failed


async def _rerun(session: ClientConnection, page: str) -> float:
    start = perf_counter()
    await session.send(_request(page, ""))
    while True:
        _acknowledge_at_once(session.transport.get_extra_info("socket"))
        if _is_last(await session.recv()):
            return perf_counter() - start


def _acknowledge_at_once(connection: socket.socket) -> None:
    """Without this, delayed acknowledgements on loopback add 40 ms to every rerun, to a one-line page too."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
