"""Load and abuse of the real server: what a small file, a few requests or a guesser can do to everybody else."""

import http.client
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlencode

import pytest

from scorecard.audit import log as audit
from scorecard.identity.authentication import COOKIE
from scorecard.storage.data_dir import DataDir
from tests.scorecard.ui.server.test_security_middleware import with_settings
from tests.support.actors import PASSWORD, account
from tests.support.server import running

SETTINGS = "visitor_on_loopback = true\n[limits]\nconnections_per_address = 200\n"
PATIENT = 5.0  # seconds within which a page comes, whatever others do; idle it takes some milliseconds
Answer = tuple[int, dict[str, str], str]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, DataDir]]:
    folder = tmp_path_factory.mktemp("load")
    data = DataDir(folder / "data")
    for name in ("王五", "赵六"):
        account(data, "administrator", name)
    with running(data, with_settings(folder / "seeds", SETTINGS)) as address:
        yield address.removeprefix("http://"), data


def ask(host: str, method: str, path: str, body: str | bytes = "", source: str = "127.0.0.1", **given: str) -> Answer:
    with closing(http.client.HTTPConnection(host, timeout=60, source_address=(source, 0))) as connection:
        named = {name.replace("_", "-"): value for name, value in given.items()}
        connection.request(method, path, body or None, {"Origin": f"http://{host}", **named})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8")
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def sign_in(host: str, name: str, password: str, source: str = "127.0.0.1", **given: str) -> Answer:
    form = {"Content_Type": "application/x-www-form-urlencoded", **given}
    return ask(host, "POST", "/signin", urlencode({"name": name, "password": password}), source, **form)


def prompt(host: str) -> bool:
    """Whether the first page and the health of the server come in time."""
    began = time.monotonic()
    both = [ask(host, "GET", path, source="127.0.0.9")[0] for path in ("/", "/_stcore/health")]
    return both == [200, 200] and time.monotonic() - began < PATIENT


def test_guessing_from_one_address_leaves_the_owner_in_and_lets_him_in_from_another(real: tuple[str, DataDir]) -> None:
    host, data = real
    status, given, _ = sign_in(host, "王五", PASSWORD)
    assert status == 303
    session = given["set-cookie"].split(";")[0]
    assert session.startswith(f"{COOKIE}=")
    lines = len(audit.entries(data))
    answers = [sign_in(host, "王五", f"wrong {number}") for number in range(12)]
    assert [status for status, _, _ in answers] == [401] * 5 + [429] * 7
    assert int(answers[5][1]["retry-after"]) <= 30
    assert "账户没有锁定" in answers[5][2]
    assert len(audit.entries(data)) - lines <= 2, "a burst is a line of each kind"
    assert ask(host, "GET", "/_stcore/metrics", Cookie=session)[0] == 200, "the window that was open"
    assert sign_in(host, "王五", PASSWORD, Cookie=session)[0] == 303, (
        "a browser that was signed in, at the same address"
    )
    assert sign_in(host, "王五", PASSWORD)[0] == 429
    assert sign_in(host, "王五", PASSWORD, source="127.0.0.2")[0] == 303, "the owner elsewhere"


def test_many_who_sign_in_at_once_leave_pages_prompt_and_who_is_too_many_is_told_at_once(
    real: tuple[str, DataDir],
) -> None:
    host, _ = real
    with ThreadPoolExecutor(60) as crowd:
        trying = [crowd.submit(sign_in, host, "赵六", f"wrong {n}", f"127.0.1.{n % 20 + 1}") for n in range(60)]
        assert prompt(host)
        answers = [call.result(timeout=60) for call in trying]
    assert {status for status, _, _ in answers} <= {401, 429, 503}
    refused = [(given, text) for status, given, text in answers if status == 503]
    assert all(given["retry-after"] and "同时登录的人太多" in text for given, text in refused)
    deadline = time.monotonic() + 30
    while (status := sign_in(host, "赵六", PASSWORD, source="127.0.2.1")[0]) == 503 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert status == 303, "the right password is looked at in the end"


def opened(host: str, source: str, first: bytes) -> socket.socket:
    name, _, port = host.partition(":")
    connection = socket.create_connection((name, int(port)), timeout=10, source_address=(source, 0))
    connection.sendall(first)
    return connection


def over(connection: socket.socket) -> bytes | None:
    """What was answered, once the server has closed; None while it has not."""
    connection.settimeout(0.01)
    got = b""
    try:
        while piece := connection.recv(65536):
            got += piece
    except TimeoutError:
        return got or None
    except ConnectionError:
        pass
    return got


def test_requests_that_never_end_are_closed_in_time_and_hold_nobody_up(real: tuple[str, DataDir]) -> None:
    """150 connections that send a line of a head each second, and one that sends a form by the byte, for 20 seconds at most."""
    host, _ = real
    head = f"POST /signin HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n".encode()
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\n"
    began = time.monotonic()
    answers: list[bytes] = []
    with ExitStack() as held:
        waiting = [held.enter_context(opened(host, "127.0.0.1", head)) for _ in range(149)]
        waiting += [held.enter_context(opened(host, "127.0.0.3", first)) for first in (head + form, b"")]
        while waiting and time.monotonic() - began < 20:
            time.sleep(1)
            for connection in waiting.copy():
                if (answer := over(connection)) is not None:
                    waiting.remove(connection)
                    answers.append(answer)
                    continue
                with suppress(ConnectionError):  # closed meanwhile; the next look finds it
                    connection.sendall(b"a: b\r\n")
            if len(waiting) % 7 == 0:
                assert prompt(host)
    assert waiting == [], f"{len(waiting)} are still open"
    told = [answer.decode() for answer in answers if answer]
    assert told and all(text.startswith("HTTP/1.1 408 ") and "没有" in text for text in told)


def test_an_address_holds_a_bounded_number_of_connections_and_another_still_gets_in(real: tuple[str, DataDir]) -> None:
    host, _ = real
    with ExitStack() as held:
        for _ in range(200):
            held.enter_context(opened(host, "127.0.0.4", b""))
        time.sleep(0.2)
        with closing(opened(host, "127.0.0.4", b"")) as one_more:
            time.sleep(0.2)
            answer = over(one_more)
            assert answer and answer.startswith(b"HTTP/1.1 503 ") and "连接数过多" in answer.decode()
        assert prompt(host)


ODD_FORMS: list[tuple[bytes, int]] = [
    ("&".join(f"f{number}=1" for number in range(2000)).encode(), 413),
    ("&".join(f"f{number}=1" for number in range(200)).encode(), 400),
    (b"name=%ff%fe&password=x", 400),
    (b"name=%00&password=x", 400),
    ("name=王五&password=x".encode("gbk"), 400),
    (b"name=a&name=b", 400),
    (b"\xff\x00\x01", 400),
    (b"x" * 9000, 413),
    (b"%%%&&&===;;;", 401),
    (b"", 401),
]


@pytest.mark.parametrize(("body", "status"), ODD_FORMS)
@pytest.mark.parametrize("path", ["/signin", "/password"])
def test_a_form_no_page_sends_is_answered(path: str, body: bytes, status: int, real: tuple[str, DataDir]) -> None:
    host, _ = real
    given = {"Content_Type": "application/x-www-form-urlencoded"}
    if path == "/password":
        signed_in = sign_in(host, "赵六", PASSWORD, source="127.0.3.1")[1]["set-cookie"].split(";")[0]
        given["Cookie"], status = signed_in, 400 if status == 401 else status
    answered, _, text = ask(host, "POST", path, body, "127.0.3.1", **given)
    assert answered == status
    assert "<h1>" in text and "Error" not in text


LONG = b"a" * 70_000
ODD_REQUESTS: list[tuple[bytes, set[int]]] = [
    (b"BREW / HTTP/1.1\r\nHost: HOST\r\n\r\n", {405}),
    (b"TRACE / HTTP/1.1\r\nHost: HOST\r\n\r\n", {405}),
    (b"CONNECT x:1 HTTP/1.1\r\nHost: HOST\r\n\r\n", {400, 404, 405}),
    (b"GET /%00 HTTP/1.1\r\nHost: HOST\r\n\r\n", {400}),
    (b"GET /a%00b HTTP/1.1\r\nHost: HOST\r\n\r\n", {400}),
    (b"GET /%ff%fe HTTP/1.1\r\nHost: HOST\r\n\r\n", {400}),
    (b"GET /%zz HTTP/1.1\r\nHost: HOST\r\n\r\n", {200, 404}),
    (b"GET /..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: HOST\r\n\r\n", {400, 404}),
    (b"GET / HTTP/1.1\r\nHost: HOST\r\nX: " + LONG + b"\r\n\r\n", {200, 400}),
    (b"GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n", {400}),
    (b"GET / HTTP/1.1\r\n\r\n", {400}),
    (b"GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n", {400}),
    (b"GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", {200, 400}),
    (b"POST /signin HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", {400, 401}),
    (b"\x16\x03\x01\x02\x00\x01\x00", {400}),
    ("GET /总览 HTTP/1.1\r\nHost: HOST\r\n\r\n".encode(), {400}),
    (b"GET /_stcore/stream HTTP/1.1\r\nHost: HOST\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", {400}),
    (b"POST /_stcore/stream HTTP/1.1\r\nHost: HOST\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", {400}),
    (
        b"GET /_stcore/stream HTTP/1.1\r\nHost: HOST\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
        + b"".join(b"x%d: y\r\n" % number for number in range(150))
        + b"\r\n",
        {400},
    ),
]


@pytest.mark.parametrize(("request_", "statuses"), ODD_REQUESTS, ids=lambda value: str(value)[:40])
def test_a_request_no_browser_sends_is_answered(request_: bytes, statuses: set[int], real: tuple[str, DataDir]) -> None:
    host, _ = real
    with closing(opened(host, "127.0.0.5", request_.replace(b"HOST", host.encode()))) as connection:
        connection.settimeout(10)
        line = connection.recv(4096).partition(b"\r\n")[0].decode()
    assert line and int(line.split()[1]) in statuses, line
    assert prompt(host)
