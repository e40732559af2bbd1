"""Chromium with one document and no network: it measures the document, takes pictures of it, prints it.

Chrome, Chromium or Edge is found and driven by choreographer over a pipe: no port is opened.
"""

import asyncio
import base64
import contextlib
import json
import os
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from choreographer import Browser
from choreographer.browser_async import Tab
from choreographer.browsers import BrowserClosedError, BrowserFailedError
from choreographer.channels import ChannelClosedError, Pipe
from choreographer.protocol import BrowserResponse, DevtoolsProtocolError

from scorecard.briefing.browser import launch
from scorecard.errors import ScorecardError

_PIECE = 1 << 20
_BYE = b"{bye}\n"  # choreographer's wrapper writes this for a browser that has gone


class LargePipe(Pipe):
    """choreographer's pipe; its own reading takes 10,000 bytes at a time and never ends when a message is cut short."""

    _left = b""

    def read_jsons(self, *, blocking: bool = True) -> tuple[Sequence[BrowserResponse], float]:
        """The whole messages that have come, at least one. Raises ChannelClosedError when the browser has gone."""
        if not self.is_ready():
            raise ChannelClosedError
        pieces = [self._left]
        while b"\0" not in pieces[-1]:
            try:
                piece = os.read(self._read_from_browser, _PIECE)
            except OSError as error:
                self.close()
                raise ChannelClosedError from error
            if not piece or piece == _BYE:
                self.close()
                raise ChannelClosedError
            pieces.append(piece)
        *whole, self._left = b"".join(pieces).split(b"\0")
        return [json.loads(message) for message in whole if message], time.perf_counter()


BROKEN = (
    BrowserClosedError,
    BrowserFailedError,
    ChannelClosedError,
    DevtoolsProtocolError,
    asyncio.CancelledError,
    OSError,
    TimeoutError,
    asyncio.InvalidStateError,  # the library gives up a message twice when the browser dies while it is being sent
)
"""Errors of a browser that died or no longer answers; choreographer cancels calls that wait for it."""
_READY, _BOXES = (Path(__file__).with_name(name).read_text("utf-8") for name in ("ready.js", "boxes.js"))


@dataclass(frozen=True)
class Box:
    """A rectangle of the document in CSS pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def right(self) -> float:
        return self.left + self.width


class Document:
    """The document that is open; all lengths are CSS pixels of it, `scale` pixels of a picture to each."""

    def __init__(self, tab: Tab, scale: float) -> None:
        self._tab = tab
        self._scale = scale

    async def evaluate(self, script: str) -> Any:
        answer = await command(self._tab, "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            remedy = "请把这段文字转给系统维护人员"
            raise ScorecardError(
                "版面",
                str(details.get("exception", {}).get("description", details.get("text", ""))),
                "能够测量的文档",
                remedy,
            )
        return answer["result"].get("value")

    async def boxes(self, selector: str) -> list[Box]:
        edges = await self.evaluate(f"({_BOXES})({json.dumps(selector)})")
        return [Box(*box) for box in edges]

    async def picture(self, box: Box, *, shrunk: float = 1) -> bytes:
        """PNG of a part of the document at the document's resolution; `shrunk` below 1 draws it smaller."""
        # The browser paints every edge on a whole CSS pixel; from there to the nearest pixel of the picture, because
        # between two of them every line would be blurred.
        left, top, right, bottom = (
            round(round(edge) * self._scale) / self._scale for edge in (box.left, box.top, box.right, box.bottom)
        )
        clip = {"x": left, "y": top, "width": right - left, "height": bottom - top, "scale": shrunk}
        answer = await command(
            self._tab, "Page.captureScreenshot", clip=clip, captureBeyondViewport=True, optimizeForSpeed=True
        )
        return base64.b64decode(answer["data"])

    async def pdf(self) -> bytes:
        """The document printed by its own @page, with an outline of its headings."""
        answer = await command(
            self._tab,
            "Page.printToPDF",
            preferCSSPageSize=True,
            printBackground=True,
            generateTaggedPDF=True,
            generateDocumentOutline=True,
            transferMode="ReturnAsStream",
        )
        parts: list[bytes] = []
        while True:
            part = await command(self._tab, "IO.read", handle=answer["stream"])
            parts.append(base64.b64decode(part["data"]) if part["base64Encoded"] else part["data"].encode())
            if part["eof"]:
                await command(self._tab, "IO.close", handle=answer["stream"])
                return b"".join(parts)


class BrowserProcess:
    """A running browser with one tab. `folder` holds its profile, its fonts and the document until it closes."""

    def __init__(self, browser: Browser, pipe: LargePipe, folder: Path) -> None:
        self._browser = browser
        self._pipe = pipe
        self._folder = folder
        self._allowed = ""
        self._tab: Tab | None = None

    @classmethod
    async def start(cls, path: Path) -> "BrowserProcess":
        """Raises one of BROKEN when the browser does not come up."""
        folder = launch.new_folder(path)
        # The sandbox is the browser's own; root cannot have it, and machines that forbid user namespaces have none.
        for sandboxed in (False,) if launch.runs_as_root() else (True, False):
            pipe = LargePipe()
            browser = Browser(
                path,
                # The library makes its channel itself; this one is needed to let go of a browser that is dead.
                channel_cls=cast("type[LargePipe]", lambda pipe=pipe: pipe),
                browser_cls=launch.IsolatedChromium,
                folder=folder,
                enable_sandbox=sandboxed,
            )
            machine = cls(browser, pipe, folder)
            try:
                await browser.open()
                await machine._prepare()
            except BROKEN:
                await machine.close()
                attempt = asyncio.current_task()
                if not sandboxed or (attempt is not None and attempt.cancelling()):
                    raise
                folder.mkdir()
            else:
                return machine
        raise BrowserFailedError

    async def _prepare(self) -> None:
        # A new tab: the browser may close those it starts with.
        tab = self._tab = await self._browser.create_tab("about:blank")
        tab.subscribe("Fetch.requestPaused", self._asked)
        for name, values in (
            ("Page.enable", {}),
            ("Fetch.enable", {"patterns": [{"urlPattern": "*"}]}),
            ("Page.setDownloadBehavior", {"behavior": "deny"}),
            # Calls between browsers would be the one way past that.
            ("Page.addScriptToEvaluateOnNewDocument", {"source": "delete window.RTCPeerConnection"}),
            # A server in dark mode must not darken pictures and papers.
            ("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "light"}]}),
        ):
            await command(tab, name, **values)

    async def _asked(self, event: BrowserResponse) -> None:
        """Intercept every request: the document itself may load, nothing else."""
        asked = event["params"]
        if self._tab is None:
            return
        with contextlib.suppress(*BROKEN):
            if asked["request"]["url"] == self._allowed:
                await command(self._tab, "Fetch.continueRequest", requestId=asked["requestId"])
            else:
                await command(
                    self._tab, "Fetch.failRequest", requestId=asked["requestId"], errorReason="BlockedByClient"
                )

    async def show(self, html: str, *, width: int, scale: float, patience: float) -> Document:
        """The document, laid out at this width, once its fonts are there and all its figures are drawn."""
        if self._tab is None:
            raise BrowserClosedError
        file = self._folder / "document.html"
        file.write_text(html, encoding="utf-8")
        self._allowed = file.as_uri()
        await command(
            self._tab,
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=width * 2,
            deviceScaleFactor=scale,
            mobile=False,
        )
        opened = Document(self._tab, scale)
        await command(self._tab, "Page.navigate", url=self._allowed)
        try:
            failed = await asyncio.wait_for(opened.evaluate(_READY), patience)
        except TimeoutError:
            raise _not_ready(f"{patience:g} 秒内没有画完") from None
        if failed:
            raise _not_ready(f"没有画成：{failed}")
        return opened

    async def forget_document(self) -> None:
        """Remove the document from memory and disk."""
        if self._tab is not None:
            await command(self._tab, "Page.navigate", url="about:blank")
        (self._folder / "document.html").unlink(missing_ok=True)

    def kill(self) -> None:
        """End the browser and all its processes, however busy they are."""
        process = getattr(self._browser, "subprocess", None)
        if process is not None and process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        # Readers of the pipe reach its end now; the library would wait seconds for that.
        self._pipe.close()

    async def close(self) -> None:
        """Close the browser, and take its profile and its document with it."""
        self._tab = None
        with contextlib.suppress(*BROKEN):
            await asyncio.wait_for(self._browser.close(), 5)
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


async def command(tab: Tab, name: str, **values: Any) -> Mapping[str, Any]:
    """The result of a DevTools command. Raises DevtoolsProtocolError when the browser refuses it."""
    answer = await tab.send_command(name, params=values)
    if "error" in answer:
        raise DevtoolsProtocolError(answer)
    return answer["result"]


def _not_ready(what: str) -> ScorecardError:
    return ScorecardError(
        "图片与PDF", f"文档{what}", "所有图形画完的文档", "请重试一次；仍不成时改用网页版（HTML），并告知系统维护人员"
    )
