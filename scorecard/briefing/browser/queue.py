"""The browser queue: pictures and PDF of HTML documents, drawn by one browser, one job after another.

Any thread may put a job; jobs are done in their order. The browser starts with the first job, ends after a minute
without any or with the process, and a broken one is replaced. `python -m scorecard.briefing.browser.queue` says whether there is one.
"""

import asyncio
import atexit
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

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


@dataclass(frozen=True)
class _Job(Generic[T]):
    html: str
    width: int
    scale: float
    work: Callable[[Document], Awaitable[T]]
    answer: Future[T]


class _Worker(threading.Thread):
    """A thread with an event loop of its own, which does the jobs in the order they were put."""

    def __init__(self, serve: "Callable[[_Worker], Coroutine[Any, Any, None]]") -> None:
        super().__init__(name="browser queue", daemon=True)
        self._serve = serve
        self._loop = asyncio.new_event_loop()
        self.jobs: asyncio.Queue[_Job[Any] | None] = asyncio.Queue()
        self.ending = threading.Event()
        self.start()

    def put(self, job: _Job[Any] | None) -> None:
        """None ends the worker."""
        self._loop.call_soon_threadsafe(self.jobs.put_nowait, job)

    def run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve(self))
        finally:
            self._loop.close()


class BrowserQueue:
    """A queue, a thread and a browser. The module's functions use the only queue of the process."""

    def __init__(self, *, idle: float = IDLE, ready: float = READY, patience: float = PATIENCE) -> None:
        self._idle, self._ready, self._patience = idle, ready, patience
        self._lock = threading.Lock()
        self._line: _Worker | None = None
        self._waiting = 0
        self._machine: BrowserProcess | None = None

    def work(self, html: str, work: Callable[[Document], Awaitable[T]], *, width: int, scale: float) -> T:
        """The result of `work` on the document once it is drawn at `width` CSS pixels and `scale` pixels to each of them.

        Raises NoBrowser, or ScorecardError when it fails twice.
        """
        if browser() is None:
            raise NoBrowser
        job = _Job(html, width, scale, work, Future[T]())
        with self._lock:
            if self._line is None:
                self._line = _Worker(self._serve)
                atexit.register(self.close)
            self._waiting += 1
            self._line.put(job)
        return job.answer.result()

    def waiting(self) -> int:
        """The number of jobs that have not begun."""
        with self._lock:
            return self._waiting

    def close(self) -> None:
        """Close the browser after the running job; waiting jobs are refused. A later job starts a new browser."""
        with self._lock:
            line, self._line = self._line, None
            if line is not None:
                line.ending.set()
                line.put(None)
        if line is not None:
            atexit.unregister(self.close)
            line.join(_CLOSING)

    async def _serve(self, line: _Worker) -> None:
        while True:
            try:
                job = await asyncio.wait_for(line.jobs.get(), self._idle if self._machine else None)
            except TimeoutError:
                await self._put_away()
                continue
            if job is None:
                await self._put_away()
                return
            with self._lock:
                self._waiting -= 1
            if line.ending.is_set():
                job.answer.set_exception(
                    ScorecardError("图片与PDF", "系统正在停止", "运行中的系统", "请在系统重新启动后再试")
                )
            else:
                await self._do(job)

    async def _do(self, job: _Job[Any]) -> None:
        """Do the job, once more with a new browser when the first one broke. The caller gets an answer in every case."""
        failure: BaseException | None = None
        for _ in range(2):
            attempt = asyncio.create_task(self._attempt(job))
            # Waiting this way raises nothing: an error belongs to the caller, not to the next job.
            await asyncio.wait({attempt}, timeout=self._patience)
            if not attempt.done():
                attempt.cancel()
                await asyncio.wait({attempt}, timeout=_CLOSING)
            broken = not attempt.done() or attempt.cancelled()
            failure = None if broken else attempt.exception()
            if not broken and failure is None:
                job.answer.set_result(attempt.result())
                return
            # A document that failed may still keep the tab busy: the next one gets a browser of its own.
            await self._put_away(broken=True)
            if failure is not None and not isinstance(failure, chromium.BROKEN):
                job.answer.set_exception(failure)
                return
        refused = ScorecardError(
            "图片与PDF",
            "浏览器两次都没有完成",
            "能完成排版的浏览器",
            "请稍后重试；仍不成时请系统维护人员查看服务器的内存和浏览器",
        )
        refused.__cause__ = failure
        job.answer.set_exception(refused)

    async def _attempt(self, job: _Job[T]) -> T:
        if self._machine is None:
            path = browser()
            if path is None:
                raise NoBrowser
            self._machine = await BrowserProcess.start(path)
        shown = await self._machine.show(job.html, width=job.width, scale=job.scale, patience=self._ready)
        result = await job.work(shown)
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


def elements(html: str, selector: str, *, width: int, scale: float) -> list[bytes]:
    """PNG of every matching element, in document order."""

    async def take(shown: Document) -> list[bytes]:
        return [await shown.picture(box) for box in await shown.boxes(selector)]

    return work(html, take, width=width, scale=scale)


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
