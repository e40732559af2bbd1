"""The browser queue: pictures and PDF of HTML documents, drawn by one browser, one job after another.

Any thread may put a job; jobs are done in their order. The browser starts with the first job, ends after a minute
without any or with the process, and a broken one is replaced. `python -m scorecard.briefing.browser.queue` says whether there is one.
"""

import asyncio
import atexit
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from scorecard.briefing.browser import chromium, launch
from scorecard.briefing.browser.chromium import BrowserProcess, Document
from scorecard.errors import ScorecardError

T = TypeVar("T")

IDLE = 60.0  # seconds without a job after which the browser is closed
READY = 40.0  # seconds a document may take to draw itself
PATIENCE = 90.0  # seconds a job may take in all
_CLOSING = 15.0  # seconds the end of the process waits for the browser's
_A4_WIDTH = 794  # CSS pixels of 210 mm


class NoBrowser(ScorecardError):
    """There is no Chrome, Chromium or Edge on this server: pictures and PDF cannot be made, everything else can."""

    def __init__(self) -> None:
        super().__init__(
            "图片与PDF",
            "服务器上没有浏览器",
            "装有 Chrome、Chromium 或 Edge 的服务器",
            "请系统维护人员安装 Chromium；在此之前可用图表右上角的相机按钮保存图片，简报可导出网页版（HTML）和 Word 版",
        )


def browser() -> Path | None:
    """The path of the browser; None without one."""
    return launch.find_browser()


class _Line:
    """An event loop in a thread of its own. Whoever has the turn, in the order of asking, has the browser."""

    def __init__(self) -> None:
        self.loop, self.turn, self.ending = asyncio.new_event_loop(), asyncio.Lock(), threading.Event()
        self.resting: asyncio.Task[None] | None = None  # closes the browser when nobody asks
        self.thread = threading.Thread(target=self._run, name="browser queue", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.close()


class BrowserQueue:
    """A queue, a thread and a browser. The module's functions use the only queue of the process."""

    def __init__(self, *, idle: float = IDLE, ready: float = READY, patience: float = PATIENCE) -> None:
        self._idle, self._ready, self._patience = idle, ready, patience
        self._lock = threading.Lock()
        self._line: _Line | None = None
        self._waiting = 0
        self._machine: BrowserProcess | None = None

    def work(self, html: str, work: Callable[[Document], Awaitable[T]], *, width: int, scale: float) -> T:
        """The result of `work` on the document once it is drawn at `width` CSS pixels and `scale` pixels to each of them.

        Raises NoBrowser, or ScorecardError when it fails twice.
        """
        if browser() is None:
            raise NoBrowser
        with self._lock:
            if self._line is None:
                self._line = _Line()
                atexit.register(self.close)
            self._waiting += 1
            job = self._serve(self._line, lambda: self._attempt(html, work, width, scale))
            answer = asyncio.run_coroutine_threadsafe(job, self._line.loop)
        return answer.result()

    def waiting(self) -> int:
        with self._lock:
            return self._waiting

    def close(self) -> None:
        """Close the browser after the running job; waiting jobs are refused. A later job starts a new browser."""
        with self._lock:
            line, self._line = self._line, None
            if line is not None:
                line.ending.set()
                asyncio.run_coroutine_threadsafe(self._end(line), line.loop)
        if line is not None:
            atexit.unregister(self.close)
            line.thread.join(_CLOSING)

    async def _serve(self, line: _Line, attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async with line.turn:
            with self._lock:
                self._waiting -= 1
            if line.ending.is_set():
                raise ScorecardError("图片与PDF", "系统正在停止", "运行中的系统", "请在系统重新启动后再试")
            if line.resting is not None:
                line.resting.cancel()
            try:
                return await self._do(attempt)
            finally:
                line.resting = line.loop.create_task(self._rest(line))

    async def _rest(self, line: _Line) -> None:
        await asyncio.sleep(self._idle)
        async with line.turn:
            await self._put_away()

    async def _end(self, line: _Line) -> None:
        async with line.turn:
            if line.resting is not None:
                line.resting.cancel()
            await self._put_away()
        await asyncio.sleep(0)  # what was cancelled ends, who was refused is told
        line.loop.stop()

    async def _do(self, attempt: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Do the job, once more with a new browser when the first one broke."""
        failure: BaseException | None = None
        for _ in range(2):
            trying = asyncio.create_task(attempt())
            # Waiting this way raises nothing, whatever becomes of the attempt.
            await asyncio.wait({trying}, timeout=self._patience)
            if not trying.done():
                trying.cancel()
                await asyncio.wait({trying}, timeout=_CLOSING)
            broken = not trying.done() or trying.cancelled()
            failure = None if broken else trying.exception()
            if not broken and failure is None:
                return trying.result()
            # A document that failed may still keep the tab busy: the next one gets a browser of its own.
            await self._put_away(broken=True)
            if failure is not None and not isinstance(failure, chromium.BROKEN):
                raise failure
        remedy = "请稍后重试；仍不成时请系统维护人员查看服务器的内存和浏览器"
        raise ScorecardError("图片与PDF", "浏览器两次都没有完成", "能完成排版的浏览器", remedy) from failure

    async def _attempt(self, html: str, work: Callable[[Document], Awaitable[T]], width: int, scale: float) -> T:
        if self._machine is None:
            path = browser()
            if path is None:
                raise NoBrowser
            self._machine = await BrowserProcess.start(path)
        result = await work(await self._machine.show(html, width=width, scale=scale, patience=self._ready))
        await self._machine.forget_document()
        return result

    async def _put_away(self, *, broken: bool = False) -> None:
        machine, self._machine = self._machine, None
        if machine is not None:
            if broken:
                machine.kill()
            await machine.close()


_queue = BrowserQueue()  # the only one of the process
work, waiting = _queue.work, _queue.waiting


def pdf(html: str) -> bytes:
    """The document as PDF, by its own @page."""
    return work(html, Document.pdf, width=_A4_WIDTH, scale=1)


def main() -> int:
    """0 and the path of the browser, or 1 and what to do."""
    path = browser()
    sys.stdout.write(f"{path or NoBrowser()}\n")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
