"""The sockets of open windows: how many an address may hold, how fast it may speak, and which messages reach the framework.

Messages that no page sends would act for everybody (clear_cache), read or write files of the program (load_git_info,
install_skills) or stop it; a browser that sends one, or something that is no message, is closed with a code.
"""

import asyncio
from collections import Counter

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

LARGEST = 4_000_000  # bytes of one message, unpacked: the state of all fields of a page; files come another way
_KINDS = {"rerun_script", "stop_script", "file_urls_request", "backend_operation_request"}
_OPERATIONS = {"deferred_file", "dataframe_chunk"}  # of backend_operation_request
_POLICY, _BAD_DATA, _NOT_BINARY, _BUSY = 1008, 1002, 1003, 1013
_BURST, _PER_SECOND = 60, 20  # messages: what comes faster waits, and so does who sends it


class Sockets:
    """The application behind the sockets that pass; counts them by address."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._open: Counter[str] = Counter()

    async def open(self, scope: Scope, receive: Receive, send: Send, address: str) -> None:
        """Serve one socket of this address for as long as it is open."""
        if self._open[address] >= self._most:
            await refuse(receive, send, _BUSY)
            return
        self._open[address] += 1
        try:
            await self._app(scope, *_guarded(receive, send))
        finally:
            self._open[address] -= 1
            self._open += Counter()  # addresses with none are forgotten


async def refuse(receive: Receive, send: Send, code: int = _POLICY) -> None:
    """Close a socket before it was open."""
    await receive()
    await send({"type": "websocket.close", "code": code})


def _guarded(receive: Receive, send: Send) -> tuple[Receive, Send]:
    closed = False
    clock = asyncio.get_running_loop().time
    rested = clock() - _BURST / _PER_SECOND  # the moment at which the messages until now would all have been in time

    async def guarded_receive() -> Message:
        nonlocal closed, rested
        message = await receive()
        if message["type"] != "websocket.receive":
            return message
        if code := _fault(message):
            closed = True
            await send({"type": "websocket.close", "code": code, "reason": "看板不接受这类消息"})
            return {"type": "websocket.disconnect", "code": code}
        rested = max(rested, clock() - _BURST / _PER_SECOND) + 1 / _PER_SECOND
        await asyncio.sleep(max(0, rested - clock()))
        return message

    async def guarded_send(message: Message) -> None:
        if not closed:  # what the framework had under way when the socket was closed
            await send(message)

    return guarded_receive, guarded_send


def _fault(message: Message) -> int:
    """The code to close with; 0 for a message that a page sends."""
    content = message.get("bytes")
    if content is None:
        return _NOT_BINARY
    parsed = BackMsg()
    try:
        parsed.ParseFromString(content)
    except DecodeError:
        return _BAD_DATA
    kind = parsed.WhichOneof("type")
    if kind == "backend_operation_request":
        request = parsed.backend_operation_request
        known = request.WhichOneof("payload") in _OPERATIONS
    else:
        known = kind in _KINDS
    return 0 if known else _POLICY
