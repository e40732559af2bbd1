"""Twenty pictures of a page asked for at once, and what readers of the pages notice of it."""

import asyncio
import random
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from scorecard.storage.data_dir import DataDir
from tests.bench import wire
from tests.bench.pages import officer
from tests.bench.process import app
from tests.bench.report import Finding, ratio
from tests.bench.wire import signed_in

PAGE = "commercial_disputes"
BUTTONS = ("picture_page_a4", "picture_page_projector")
EXPORTS, READERS = 20, 10
THINK, QUIET = (1.0, 20.0)  # mean seconds between two reruns of a reader, seconds of the measurement without exports
AT_MOST = 600  # seconds the last of the exports may take


def measure(folder: Path, sample: DataDir) -> list[Finding]:
    """Seconds of a reader's rerun while pictures are made, against the same readers before; and whether all came."""
    with app(sample, folder) as (address, _):
        cookie = signed_in(address, *officer(sample))
        before, _, _ = asyncio.run(_together(address, cookie, 0))
        one = asyncio.run(_together(address, cookie, 1))[2]
        during, files, seconds = asyncio.run(_together(address, cookie, EXPORTS))
    calm, busy = quantiles(before, n=100)[94], quantiles(during, n=100)[94]
    note = f"{len(before)} and {len(during)} reruns of {READERS} readers"
    return [
        ratio("rerun beside exports: p95 / p95 without", busy, calm, 5, note),
        Finding(
            f"exports that gave a file, of {EXPORTS}",
            str(len(files)),
            f"{EXPORTS}",
            len(files) == EXPORTS,
            f"all within {seconds:.0f} s, one alone {one:.1f} s",
        ),
    ]


async def _together(address: str, cookie: str, exports: int) -> tuple[list[float], list[str], float]:
    """Readers' seconds, names of the files made, and seconds until the last one, with so many exports at once."""
    settings = {
        "origin": Origin(f"http://{address}"), "additional_headers": {"Cookie": cookie}, **wire._SETTINGS
    }  # fmt: skip
    ended = asyncio.Event()
    taken: list[float] = []
    sessions = [await connect(f"ws://{address}/_stcore/stream", **settings) for _ in range(READERS + exports)]
    try:
        shown = [await _run(session, []) for session in sessions]
        readers = [
            asyncio.create_task(_read(session, number, ended, taken))
            for number, session in enumerate(sessions[:READERS])
        ]
        start = perf_counter()
        made = await asyncio.gather(
            *(
                _run(session, [button for key, button in elements if key == BUTTONS[number % 2]])
                for number, (session, elements) in enumerate(zip(sessions[READERS:], shown[READERS:], strict=True))
            )
        )
        seconds = perf_counter() - start
        await asyncio.sleep(0 if exports else QUIET)
        ended.set()
        await asyncio.gather(*readers)
    finally:
        for session in sessions:
            await session.close()
    return (taken, [files[0] for elements in made if (files := [v for k, v in elements if k == "made"])], seconds)


async def _read(session: ClientConnection, number: int, ended: asyncio.Event, taken: list[float]) -> None:
    pauses = random.Random(number)
    while not ended.is_set():
        taken.append((await wire._rerun(session, PAGE))[0])
        await asyncio.sleep(THINK * pauses.uniform(0.5, 1.5))


async def _run(session: ClientConnection, pressed: Sequence[str]) -> list[tuple[str, str]]:
    """Run the page, as if these buttons were pressed: its buttons as (key, id), and the file made as ("made", address)."""
    message = BackMsg()
    message.rerun_script.page_name = PAGE
    for button in pressed:
        message.rerun_script.widget_states.widgets.add(id=button, trigger_value=True)
    await session.send(message.SerializeToString())
    found: list[tuple[str, str]] = []
    while True:
        told = ForwardMsg()
        told.ParseFromString(await asyncio.wait_for(session.recv(decode=False), AT_MOST))
        if told.WhichOneof("type") == "script_finished":
            return found
        if told.WhichOneof("type") == "delta":
            element = told.delta.new_element
            kind = element.WhichOneof("type")
            if kind == "exception":
                raise RuntimeError(element.exception.message)
            if kind == "button":
                found += [(key, element.button.id) for key in BUTTONS if element.button.id.endswith(key)]
            if kind == "html" and (file := re.search(r'href="(file/[^"]+)"', element.html.body)):
                found.append(("made", file[1]))
