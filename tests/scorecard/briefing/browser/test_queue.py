"""The press: Chinese letters without any font installed, no request, jobs in order, a broken browser replaced."""

import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from scorecard.briefing.browser import launch, queue as browser_queue
from scorecard.briefing.browser.chromium import Document
from scorecard.briefing.browser.queue import BrowserQueue, NoBrowser
from scorecard.errors import ScorecardError
from tests.conftest import ROOT

READY = "<script>document.documentElement.dataset.ready = '1'</script>"
PROFILE = "/scorecard-press-"


def page(body: str, script: str = READY) -> str:
    return f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><body style="margin:0">{body}{script}'


def processes_of(parent: int) -> list[int]:
    """All descendants of a process, by the kernel's own record."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = list[int](), [parent]
    while waiting:
        for child in children.get(waiting.pop(), ()):
            found.append(child)
            waiting.append(child)
    return found


def command_of(process: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8").replace("\0", " ")
    return ""


def browsers_of(parent: int) -> list[int]:
    """The main process of every browser of the press that runs below `parent`."""
    return [
        process
        for process in processes_of(parent)
        if PROFILE in (told := command_of(process)) and "--type=" not in told and "wrapper.py" not in told
    ]


def running(folder: Path, processes: list[int]) -> list[int]:
    """Those of the processes that still run with files in the folder."""
    return [one for one in processes if str(folder) in command_of(one)]


def pressing(opened: BrowserQueue) -> list[int]:
    """All processes of the press's own browser; the worker that runs this test may have other browsers and servers."""
    begun = running(opened._machine._folder, processes_of(os.getpid()))
    return sorted({one for process in begun for one in (process, *processes_of(process))})


def soon(holds: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


@pytest.fixture(scope="module")
def shared_press() -> Iterator[BrowserQueue]:
    """One press for the tests that leave it was."""
    opened = BrowserQueue(ready=10, patience=30)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def own_press() -> Iterator[BrowserQueue]:
    """A press for the tests that break its browser."""
    opened = BrowserQueue()
    yield opened
    opened.close()


# ---------------------------------------------------------------------------------------------------- without browser


def test_without_a_browser_a_plain_chinese_sentence_says_what_is_missing_and_what_still_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    assert browser_queue.browser() is None
    with pytest.raises(NoBrowser) as refused:
        browser_queue.pdf(page("文字"))
    assert "服务器上没有浏览器" in str(refused.value)
    assert "HTML" in refused.value.remedy
    assert browser_queue.main() == 1
    told = capsys.readouterr().out
    assert "服务器上没有浏览器" in told
    assert re.findall(r"[A-Za-z]{3,}", told) == ["PDF", "Chrome", "Chromium", "Edge", "Chromium", "HTML", "Word"]


@pytest.mark.browser
def test_a_browser_is_found_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert browser_queue.main() == 0
    assert Path(capsys.readouterr().out.strip()).is_file()


# --------------------------------------------------------------------------------------------------------- what comes out


@pytest.mark.browser
def test_every_matching_element_is_photographed_in_order_at_exactly_the_size_asked_for(
    shared_press: BrowserQueue,
) -> None:
    blocks = "".join(f'<p style="margin:0;height:{h}px;background:{c}">{h}</p>' for h, c in
                     ((100, "red"), (250, "lime"), (40.4, "blue")))  # fmt: skip

    async def take(shown: Document) -> list[bytes]:
        return [await shown.picture(box) for box in await shown.boxes("p")]

    taken = [
        Image.open(io.BytesIO(one)).convert("RGB")
        for one in shared_press.work(page(blocks), take, width=590, scale=1842 / 590)
    ]
    assert [one.size for one in taken] == [(1842, 312), (1842, 781), (1842, 125)]
    assert [one.getpixel((1800, one.height - 3)) for one in taken] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


@pytest.mark.browser
def test_a_page_longer_than_any_texture_is_right_down_to_its_end(shared_press: BrowserQueue) -> None:
    async def take(shown: Document) -> list[bytes]:
        return [await shown.picture(box) for box in (await shown.boxes("p"))[-2:]]

    rows = "".join(f'<p style="margin:0;height:50px;background:rgb({n % 251},{n % 241},7)"></p>' for n in range(600))
    taken = shared_press.work(page(rows), take, width=300, scale=3)
    seen = [Image.open(io.BytesIO(one)).convert("RGB").getpixel((450, 75)) for one in taken]
    assert seen == [(598 % 251, 598 % 241, 7), (599 % 251, 599 % 241, 7)]


@pytest.mark.browser
def test_a_pdf_keeps_the_documents_own_paper_and_its_text(shared_press: BrowserQueue, tmp_path: Path) -> None:
    html = page("<style>@page{size:100mm 80mm;margin:10mm}h1{break-before:page}</style>第一页<h1>第二页</h1>")
    file = tmp_path / "a.pdf"
    file.write_bytes(shared_press.work(html, Document.pdf, width=794, scale=1))
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert re.search(r"Pages:\s+2\n", told)
    assert re.search(r"Page size:\s+28[23]\.\d+ x 22[67]\.\d+", told)
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
    assert text.split() == ["第一页", "第二页"]


@pytest.mark.browser
def test_the_browser_is_light_has_no_scroll_bar_and_stands_behind_everything_else(shared_press: BrowserQueue) -> None:
    asked = "[matchMedia('(prefers-color-scheme: light)').matches, document.documentElement.clientWidth]"
    seen = shared_press.work(
        page('<div style="height:9000px">高</div>'), lambda shown: shown.evaluate(asked), width=480, scale=2
    )
    assert seen == [True, 480]
    ours = pressing(shared_press)
    assert len(ours) > 3
    assert {os.getpriority(os.PRIO_PROCESS, one) for one in ours} == {10}


@pytest.mark.browser
def test_chinese_is_drawn_on_a_machine_without_any_font(tmp_path: Path) -> None:
    empty = tmp_path / "empty.conf"
    empty.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig></fontconfig>'
    )
    script = f"""
import hashlib, json, sys
from scorecard.briefing.browser import queue as browser_queue
cells = [("sans-serif", "法"), ("sans-serif", "院"), ("sans-serif", "\\ufffe"), ("sans-serif", "\\U00030000"),
         ("黑体", "法"), ("Noto Sans SC", "法"), ("仿宋_GB2312", "法"), ("KaiTi", "法"), ("Noto Serif SC", "法")]
body = "".join(f'<p style="margin:0;width:60px;height:60px;font:40px {{family}}">{{sign}}</p>' for family, sign in cells)
html = '<!DOCTYPE html><meta charset="utf-8"><body>' + body + {READY!r}
async def take(shown):
    return [await shown.picture(box) for box in await shown.boxes("p")]
taken = browser_queue.work(html, take, width=200, scale=2)
open(sys.argv[1], "wb").write(browser_queue.pdf(html))
print(json.dumps([hashlib.sha256(one).hexdigest() for one in taken]))
"""
    told = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c", script, tmp_path / "a.pdf"],
        env={**os.environ, "FONTCONFIG_FILE": str(empty)},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    law, court, box, unknown, hei, sans, fang, kai, serif = json.loads(told.stdout)
    assert len({law, court, box}) == 3, "two signs and the box of a missing one look different"
    assert unknown not in {law, court}
    assert hei == sans == law
    assert fang == kai == serif != sans
    text = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True)
    assert text.stdout.split().count("法") == 6
    fonts = subprocess.run(["pdffonts", tmp_path / "a.pdf"], capture_output=True, text=True, check=True)
    embedded = [line.split()[-5] for line in fonts.stdout.splitlines()[2:]]
    assert set(embedded) == {"yes"}


# ------------------------------------------------------------------------------------------------------------ no way out

OUTWARD = """<link rel="preload" as="image" href="http://127.0.0.1:{port}/link"><link rel="stylesheet" href="http://127.0.0.1:{port}/css">
<style>@import "http://localhost:{port}/import"; p {{ background: url(http://127.0.0.1:{port}/bg) }}
@font-face {{ font-family: x; src: url(http://127.0.0.1:{port}/font) }}</style>
<p style="font-family: x">文</p><img src="http://127.0.0.1:{port}/img"><img src="http://localhost:{port}/img">
<iframe src="http://127.0.0.1:{port}/frame"></iframe><script src="http://127.0.0.1:{port}/js"></script>
<script>
fetch("http://127.0.0.1:{port}/fetch").catch(() => 0);
navigator.sendBeacon("http://127.0.0.1:{port}/beacon");
new WebSocket("ws://127.0.0.1:{port}/socket");
new EventSource("http://localhost:{port}/events");
const Rtc = window.RTCPeerConnection ?? class {{ createDataChannel() {{}} async createOffer() {{}} setLocalDescription() {{}} }};
const rtc = new Rtc({{iceServers: [{{urls: "stun:127.0.0.1:{port}"}}]}});
rtc.createDataChannel("x"); rtc.createOffer().then(offer => rtc.setLocalDescription(offer));
const worker = new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:{port}/worker')"])));
const read = fetch("file:///etc/hostname").then(() => "read", () => "refused");
setTimeout(() => read.then(told => {{
  document.documentElement.dataset.told = told; document.documentElement.dataset.ready = "1"; }}), 700);
</script>"""


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    """A port of this machine, and the first line of everything that came in."""
    came: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.1)
    ended = threading.Event()

    def listen() -> None:
        while not ended.is_set():
            with suppress(TimeoutError):
                caller, _ = server.accept()
                with caller:
                    caller.settimeout(1)
                    with suppress(OSError):
                        came.append(caller.recv(200).decode("latin-1").partition("\r")[0])

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], came
    ended.set()
    thread.join()
    server.close()


def internet_sockets(processes: list[int]) -> list[str]:
    """What the kernel lists as TCP or UDP sockets of these processes."""
    inodes = set[str]()
    for process in processes:
        for handle in Path(f"/proc/{process}/fd").glob("*"):
            with suppress(OSError):
                inodes |= set(re.findall(r"socket:\[(\d+)]", str(handle.readlink())))
    return [
        line.strip()
        for table in ("tcp", "tcp6", "udp", "udp6")
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        if line.split()[9] in inodes
    ]


@pytest.mark.browser
def test_a_document_without_any_protection_reaches_nothing(
    listener: tuple[int, list[str]], tmp_path: Path, chromium: Browser
) -> None:
    port, came = listener
    hostile = page(OUTWARD.format(port=port), "")
    ours, held = list[int](), list[str]()

    async def look(shown: Document) -> str:
        ours.extend(pressing(closing))
        held.extend(internet_sockets(ours))
        return await shown.evaluate("document.documentElement.dataset.told")

    closing = BrowserQueue()
    try:
        assert closing.work(hostile, look, width=400, scale=1) == "refused"
    finally:
        closing.close()
    assert came == []
    assert len(ours) > 3, "the browser's processes were looked at"
    assert held == []

    # The very document does call out in a browser that may: the test can fail.
    file = tmp_path / "hostile.html"
    file.write_text(hostile, encoding="utf-8")
    shown = chromium.new_page()
    shown.goto(file.as_uri(), wait_until="commit")
    assert soon(lambda: len(came) >= 5)
    shown.close()


# -------------------------------------------------------------------------------------------------------- one after another


def held(queue: BrowserQueue) -> tuple[threading.Thread, threading.Event]:
    """A job that is being done until the event is set."""
    begun, released = threading.Event(), threading.Event()

    async def hold(shown: Document) -> None:
        begun.set()
        while not released.is_set():
            await asyncio.sleep(0.01)

    thread = threading.Thread(target=queue.work, args=(page(""), hold), kwargs={"width": 9, "scale": 1})
    thread.start()
    assert begun.wait(60)
    return thread, released


@pytest.mark.browser
def test_twenty_at_once_are_all_answered_in_the_order_they_came(shared_press: BrowserQueue) -> None:
    done, answers = list[int](), dict[int, list[str]]()

    def ask(number: int) -> None:
        async def take(shown: Document) -> list[str]:
            done.append(number)
            return await shown.evaluate("Array.from(document.querySelectorAll('p'), p => p.textContent)")

        answers[number] = shared_press.work(page(f"<p>第{number}件</p>"), take, width=300, scale=1)

    first, released = held(shared_press)
    threads = [first]
    for number in range(20):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        assert soon(lambda waiting=number + 1: shared_press.waiting() == waiting)
    released.set()
    for thread in threads:
        thread.join(60)
    assert done == list(range(20))
    assert answers == {number: [f"第{number}件"] for number in range(20)}
    assert shared_press.waiting() == 0


@pytest.mark.browser
def test_at_the_end_the_job_in_hand_is_finished_and_those_that_wait_are_refused(own_press: BrowserQueue) -> None:
    refused: list[str] = []

    def ask() -> None:
        with pytest.raises(ScorecardError) as error:
            own_press.work(page("文字"), Document.pdf, width=300, scale=1)
        refused.append(str(error.value))

    first, released = held(own_press)
    asking = threading.Thread(target=ask)
    asking.start()
    assert soon(lambda: own_press.waiting() == 1)
    closing = threading.Thread(target=own_press.close)
    closing.start()
    assert soon(lambda: own_press._line is None)
    released.set()
    for thread in (first, asking, closing):
        thread.join(60)
    assert refused
    assert "系统正在停止" in refused[0]
    assert own_press.work(page("文字"), Document.pdf, width=300, scale=1), "a later job starts anew"


@pytest.mark.browser
def test_a_killed_browser_is_replaced_and_the_job_done_once_more(own_press: BrowserQueue) -> None:
    tried: list[int] = []

    def kill() -> None:
        (browser,) = running(own_press._machine._folder, browsers_of(os.getpid()))
        os.kill(browser, signal.SIGKILL)

    def dying(times: int) -> Callable[[Document], Awaitable[list[str]]]:
        tried.clear()

        async def take(shown: Document) -> list[str]:
            tried.append(1)
            if len(tried) <= times:
                kill()
            return await shown.evaluate("[document.body.innerText]")

        return take

    assert own_press.work(page("完好"), dying(1), width=300, scale=1) == ["完好"]
    assert len(tried) == 2
    with pytest.raises(ScorecardError, match="浏览器两次都没有完成"):
        own_press.work(page("完好"), dying(2), width=300, scale=1)
    assert len(tried) == 2
    assert own_press.work(page("又好了"), dying(0), width=300, scale=1) == ["又好了"]
    # Killed while nobody asked for anything: the next one does not notice.
    kill()
    assert own_press.work(page("还是好的"), dying(0), width=300, scale=1) == ["还是好的"]


@pytest.mark.browser
def test_a_job_is_done_once_more_when_the_library_gives_a_message_up_twice(own_press: BrowserQueue) -> None:
    tried: list[int] = []

    async def take(shown: Document) -> list[str]:
        tried.append(1)
        if len(tried) == 1:
            raise asyncio.InvalidStateError
        return await shown.evaluate("[document.body.innerText]")

    assert own_press.work(page("完好"), take, width=300, scale=1) == ["完好"]
    assert len(tried) == 2


FAILING = {
    "never ready": ("", "没有画完"),
    "busy for ever": ("<script>setTimeout(() => { for (;;); }, 1)</script>", "没有画完"),
    "a figure failed": (
        "<script>document.documentElement.dataset.failed = '图3';"
        " document.documentElement.dataset.ready = '1'</script>",
        "没有画成：图3",
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("kind", FAILING)
def test_a_document_that_does_not_come_is_refused_in_words_and_the_next_one_is_made(
    own_press: BrowserQueue, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    script, found = FAILING[kind]
    with monkeypatch.context() as hurried, pytest.raises(ScorecardError, match=found):
        hurried.setattr(own_press, "_ready", 0.5)
        own_press.work(page("文字", script), Document.pdf, width=300, scale=1)
    assert own_press.work(page("文字"), Document.pdf, width=300, scale=1)


@pytest.mark.browser
def test_a_job_that_takes_too_long_is_given_up_and_the_queue_goes_on(
    own_press: BrowserQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forever(shown: Document) -> None:
        await shown.evaluate("new Promise(() => 0)")

    with monkeypatch.context() as hurried, pytest.raises(ScorecardError, match="浏览器两次都没有完成"):
        hurried.setattr(own_press, "_patience", 0.5)
        own_press.work(page("文字"), forever, width=300, scale=1)
    assert own_press.work(page("文字"), Document.pdf, width=300, scale=1)


@pytest.mark.browser
def test_what_a_job_raises_reaches_who_asked_and_nobody_else(own_press: BrowserQueue) -> None:
    async def wrong(shown: Document) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        own_press.work(page("文字"), wrong, width=300, scale=1)
    assert own_press.work(page("文字"), Document.pdf, width=300, scale=1)


@pytest.mark.browser
def test_where_the_browser_may_not_have_its_sandbox_it_works_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tries, strict = tmp_path / "tries", tmp_path / "strict"
    strict.write_text(
        f'#!/bin/sh\necho "$@" >> {tries}\n'
        f'case "$*" in *--no-sandbox*) exec {browser_queue.browser()} "$@";; *) exit 1;; esac\n'
    )
    strict.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(strict))
    monkeypatch.setattr(launch, "runs_as_root", lambda: False)
    mine = BrowserQueue()
    try:
        assert mine.work(page("文字"), Document.pdf, width=300, scale=1)
    finally:
        mine.close()
    assert ["--no-sandbox" in line for line in tries.read_text().splitlines()] == [False, True]


# --------------------------------------------------------------------------------------------------- nothing is left behind

CHILD = f"""
import sys
from scorecard.briefing.browser import queue as browser_queue
html = '<!DOCTYPE html><meta charset="utf-8"><body>文字' + {READY!r}
for idle in map(float, sys.argv[1:]):
    browser_queue.BrowserQueue(idle=idle).work(html, browser_queue.Document.pdf, width=300, scale=1)
    print("made", flush=True)
    sys.stdin.readline()
"""


class Child:
    """A process that makes a PDF with a press for each of the idle times, and waits for a line after each."""

    def __init__(self, folder: Path, *idle: float) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", CHILD, *map(str, idle)],
            env={**os.environ, "TMPDIR": str(folder)}, cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def made(self) -> list[int]:
        """The processes below it, once the next PDF is made."""
        assert self.process.stdout.readline() == "made\n"
        return processes_of(self.process.pid)

    def on(self) -> None:
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> str:
        """What it said to the end, as errors."""
        _, errors = self.process.communicate("\n", timeout=30)
        return errors

    def left(self) -> list[Path]:
        return list(self.folder.glob("scorecard-press-*"))


@pytest.fixture
def folder() -> Iterator[Path]:
    # Sockets of the browser lie in it, whose paths may not be long: pytest's own folders are.
    with tempfile.TemporaryDirectory(prefix="p-") as made:
        yield Path(made)


@pytest.mark.browser
def test_an_idle_browser_is_closed_and_the_end_of_the_process_is_the_end_of_all(folder: Path) -> None:
    child = Child(folder, 0.3, 60)
    idle = child.made()
    assert soon(lambda: not running(folder, idle) and not child.left())
    child.on()
    busy = child.made()
    assert running(folder, busy)
    assert child.left()
    assert child.end() == ""
    assert child.process.returncode == 0
    assert running(folder, busy) == []
    assert list(folder.iterdir()) == []


@pytest.mark.browser
def test_a_killed_process_leaves_no_browser_and_its_files_go_with_the_next_one(folder: Path) -> None:
    killed = Child(folder, 60)
    orphans = killed.made()
    assert running(folder, orphans)
    killed.process.kill()
    killed.process.communicate()
    assert soon(lambda: not running(folder, orphans))
    (left,) = killed.left()
    heir = Child(folder, 60)
    heir.made()
    assert left not in heir.left()
    assert heir.end() == ""
    assert heir.left() == []


def test_only_what_a_dead_process_left_is_swept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    prefix = f"scorecard-press-{os.getuid()}-"
    alive, dead, other = (folder / f"{prefix}{name}" for name in (f"{os.getpid()}-a", f"{gone.pid}-b", "x-c"))
    for made in (alive, dead, other):
        made.mkdir()
    launch._sweep()
    assert sorted(folder.iterdir()) == sorted([alive, other])
