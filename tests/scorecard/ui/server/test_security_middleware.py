"""The server's own doors: every answer's headers, forged headers, uploads, metrics, cookies. First alone, then for real."""

import asyncio
import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from scorecard.identity.authentication import COOKIE, PEER_HEADER, Authenticator
from scorecard.identity.request import Request
from scorecard.identity.sessions import Session
from scorecard.identity.settings import AccessSettings
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import key
from scorecard.ui.server.security_middleware import SecurityMiddleware, _with_return_page, headers
from scorecard.ui.shell.addresses import page_in, page_of
from tests.conftest import ROOT
from tests.support.actors import PASSWORD, account
from tests.support.server import running

PROXY = {"enabled": True, "roles": {"审管办": "case_management", "管理员": "administrator", "领导小组": "leadership"}}
HOST = "127.0.0.1:8501"
ORIGIN = f"http://{HOST}"


class Inside:
    """Stands for the framework: keeps what reaches it and answers with cookies like its own."""

    def __init__(self) -> None:
        self.reached: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.reached.append(scope)
        if scope["type"] != "http":
            return
        cookies = (
            b"_streamlit_user=x; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax",
            b"_streamlit_xsrf=y; expires=Thu, 24 Dec 2026 00:00:00 GMT; Max-Age=2592000; Path=/",
            b"short=z; Max-Age=60; Path=/",
            b"gone=; Max-Age=0; Path=/",
        )
        own = [
            (b"server", b"Framework"),
            (b"X-Frame-Options", b"ALLOWALL"),
            *((b"set-cookie", cookie) for cookie in cookies),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": own})
        await send({"type": "http.response.body", "body": b"inside"})


class Server:
    """Doors over that, and requests to them as a server hands them on."""

    def __init__(self, data: DataDir, **settings: Any) -> None:
        self.inside = Inside()
        given = {"visitor_on_loopback": True, "proxy": PROXY, **settings}
        self.authenticator = Authenticator(data, AccessSettings.model_validate(given), dict)
        self.doors = SecurityMiddleware(self.inside, self.authenticator)

    def ask(
        self,
        path: str,
        given: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        peer: str = "127.0.0.1",
        scheme: str = "http",
        socket: bool = False,
    ) -> tuple[int, list[tuple[str, str]], str]:
        raw = {"host": HOST, **(given or {})}
        scope: dict[str, Any] = {
            "type": "websocket" if socket else "http",
            "method": method,
            "path": path,
            "scheme": scheme,
            "client": (peer, 40000),
            "headers": [(name.encode(), value.encode()) for name, value in raw.items() if value],
        }
        sent_messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "websocket.connect" if socket else "http.request", "body": b""}

        async def send(message: Any) -> None:
            sent_messages.append(message)

        asyncio.run(self.doors(scope, receive, send))
        if socket:
            return (sent_messages[0]["code"] if sent_messages else 101), [], ""
        body = b"".join(message.get("body", b"") for message in sent_messages[1:]).decode()
        return (
            sent_messages[0]["status"],
            [(n.decode().lower(), v.decode()) for n, v in sent_messages[0]["headers"]],
            body,
        )


@pytest.fixture
def server(data: DataDir) -> Server:
    return Server(data)


def by(role: str) -> dict[str, str]:
    """What the trusted proxy writes for somebody of this role."""
    return {"x-remote-user": "someone", "x-remote-role": role, "x-scorecard-proxy": key("proxy")}


# --- headers and cookies --------------------------------------------------------------------------------------


def test_every_answer_carries_the_same_headers_once_and_says_no_server(server: Server) -> None:
    for path, given in (("/", {}), ("/_stcore/metrics", {}), ("/", {"host": "evil.example"})):
        _, pairs, _ = server.ask(path, given)
        names = [name for name, _ in pairs]
        assert "server" not in names
        for name, value in headers().items():
            assert [text for known, text in pairs if known == name] == [value]


def test_the_policy_allows_no_other_server_no_eval_and_no_script_of_a_page() -> None:
    rules = {rule.split()[0]: rule.split()[1:] for rule in headers()["content-security-policy"].split("; ")}
    assert rules["default-src"] == ["'none'"]
    assert rules["frame-ancestors"] == ["'none'"]
    assert rules["form-action"] == ["'self'"]
    scripts = rules["script-src"]
    assert scripts[0] == "'self'"
    assert len(scripts) == 3, "the framework's own line and ours"
    assert all(script.startswith("'sha256-") for script in scripts[1:])
    allowed = {word for words in rules.values() for word in words if not word.startswith("'sha256-")}
    assert allowed == {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:"}


@pytest.mark.parametrize(
    ("scheme", "given", "peer", "secure"),
    [
        ("http", {}, "127.0.0.1", False),
        ("https", {}, "10.0.0.1", True),
        ("http", {"x-forwarded-proto": "https"}, "127.0.0.1", True),
        ("http", {"x-forwarded-proto": "https"}, "10.0.0.1", False),
    ],
)
def test_cookies_are_secure_behind_tls_and_outlive_no_session(
    scheme: str, given: dict[str, str], peer: str, secure: bool, server: Server
) -> None:
    _, pairs, _ = server.ask("/", given, scheme=scheme, peer=peer)
    cookies = [value for name, value in pairs if name == "set-cookie"]
    assert len(cookies) == 4
    for cookie in cookies:
        ages = re.findall(r"(?i)max-age=(\d+)", cookie)
        assert len(ages) == 1
        assert int(ages[0]) <= 480 * 60
        assert ("secure" in cookie.lower()) is secure
    assert "Max-Age=60" in cookies[2]
    assert "Max-Age=0" in cookies[3]
    assert "expires" not in cookies[1]


# --- who is let in --------------------------------------------------------------------------------------------


def test_a_window_s_key_is_ours_and_what_the_browser_sends_under_its_name_is_thrown_away(server: Server) -> None:
    for name in (PEER_HEADER, PEER_HEADER.upper(), PEER_HEADER.title(), PEER_HEADER.replace("-", "_")):
        assert server.ask("/_stcore/stream", {"origin": ORIGIN, name: "forged"}, socket=True)[0] == 101
        keys = [
            value.decode()
            for known, value in server.inside.reached[-1]["headers"]
            if known.lower().replace(b"_", b"-") == PEER_HEADER.encode()
        ]
        assert len(keys) == 1
        assert keys != ["forged"]
        assert server.authenticator.window_request([(PEER_HEADER, keys[0])]) is not None
        server.ask("/", {name: "forged"})
        assert not any(b"scorecard" in known.lower() for known, _ in server.inside.reached[-1]["headers"])


@pytest.mark.parametrize("given", [{}, {"origin": ORIGIN, "host": "evil.example"}])
def test_a_socket_without_an_origin_or_under_another_name_is_closed(given: dict[str, str], server: Server) -> None:
    assert server.ask("/_stcore/stream", given, socket=True)[0] == 1008
    assert server.inside.reached == []


def test_a_name_of_this_machine_nobody_registered_is_refused(server: Server) -> None:
    status, _, body = server.ask("/", {"host": "evil.example"})
    assert status == 421
    assert "主机名：evil.example" in body
    assert "SCORECARD_HOSTS=evil.example，" in body
    assert server.inside.reached == []


METRICS = [
    ("管理员", "127.0.0.1", 200),
    ("审管办", "127.0.0.1", 403),
    ("管理员", "10.1.2.3", 403),
    ("", "127.0.0.1", 403),
]


@pytest.mark.parametrize(("role", "peer", "status"), METRICS)
def test_metrics_are_an_administrator_s(role: str, peer: str, status: int, server: Server) -> None:
    assert server.ask("/_stcore/metrics", by(role) if role else {}, peer=peer)[0] == status


@pytest.mark.parametrize("peer", ["10.1.2.3", "8.8.8.8", "::ffff:10.1.2.3"])
def test_forged_proxy_headers_from_another_address_do_nothing(peer: str, server: Server) -> None:
    forged = {**by("管理员"), "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1"}
    assert server.ask("/_stcore/metrics", forged, peer=peer)[0] == 403
    assert server.ask("/media/a.csv", forged, peer=peer)[0] == 403
    server.ask("/_stcore/stream", {**forged, "origin": ORIGIN}, peer=peer, socket=True)
    pairs = [(name.decode(), value.decode()) for name, value in server.inside.reached[-1]["headers"]]
    opened = server.authenticator.window_request(pairs)
    assert opened is not None
    now = server.authenticator.clock()
    identity = server.authenticator.of_window(opened, {}, Session(None, now, now))
    assert identity.actor.role == "nobody"


def test_an_upload_is_taken_for_windows_whose_script_registered_them_only(server: Server) -> None:
    path = "/_stcore/upload_file/session-1/file-1"
    officer = by("审管办")
    for method in ("PUT", "DELETE", "POST"):
        status, _, body = server.ask(path, officer, method=method)
        assert status == 403
        assert "没有收下" in body
    server.authenticator.allow_upload("session-1", True)
    assert server.ask(path, officer, method="PUT")[0] == 200
    assert server.ask(path.replace("session-1", "session-2"), officer, method="PUT")[0] == 403
    assert server.ask(path, by("领导小组"), method="PUT")[0] == 403, "the session of somebody else"
    assert server.ask(path, {}, method="PUT")[0] == 403
    assert server.ask(path, officer, method="PUT", peer="10.1.2.3")[0] == 403
    assert server.ask(f"/{path}", officer, method="PUT")[0] == 403
    server.authenticator.allow_upload("session-1", False)
    assert server.ask(path, officer, method="PUT")[0] == 403


def test_the_store_of_the_framework_answers_nobody(server: Server) -> None:
    for given in ({}, by("领导小组"), by("管理员")):
        assert server.ask("/media/a.csv", given)[0] == 404
    assert Server(server.authenticator.data, visitor_on_loopback=False).ask("/")[0] == 200, "the empty frame"
    assert all(scope["path"] != "/media/a.csv" for scope in server.inside.reached)


def test_ways_that_are_switched_off_are_closed(server: Server) -> None:
    for path in ("/auth/login", "/auth/logout", "/oauth2callback", "/_stcore/agent/interact", "/_stcore/agent/mcp"):
        assert server.ask(path, by("管理员"))[0] == 404


@pytest.mark.parametrize(
    ("wanted", "page"),
    [
        ("/glossary?x=1&grain=全年", "/glossary?x=1&grain=全年"),
        ("/", "/"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/a//evil", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x=1", "/"),
        ("/x?" + "a" * 3000, "/"),
    ],
)
def test_after_signing_in_one_comes_back_to_a_page_of_this_server_only(wanted: str, page: str) -> None:
    assert page_of(wanted) == page


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("http://127.0.0.1:8501/commercial?period=2026-10", "/commercial?period=2026-10"),
        ("http://127.0.0.1:8501/account?next=/upload%3Fx%3D1", "/upload?x=1"),
        ("http://127.0.0.1:8501/account", "/account"),
        ("http://127.0.0.1:8501/account?next=//evil.example", "/"),
        ("http://127.0.0.1:8501", "/"),
        ("http://evil.example//x", "/"),
    ],
)
def test_the_page_somebody_left_is_read_from_its_address(address: str, page: str) -> None:
    assert page_in(address) == page


def redirected(path: str, request: Request, location: str = "/") -> list[tuple[str, str]]:
    """The headers of a redirect of the framework's, as the browser gets them."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    start = {"type": "http.response.start", "status": 302, "headers": [(b"location", location.encode())]}
    asyncio.run(_with_return_page(send, path, request)(start))
    return [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]


def test_a_provider_leads_back_to_the_page_it_was_left_for_once_and_to_nowhere_else() -> None:
    there = Request((("referer", "http://127.0.0.1:8501/upload?x=1"),), "127.0.0.1")
    headers = dict(redirected("/auth/login", there, "https://provider.example/authorize"))
    assert headers["location"] == "https://provider.example/authorize"
    given, _, rest = headers["set-cookie"].partition("; ")
    assert rest == "Max-Age=600; Path=/; HttpOnly; SameSite=Lax"
    name, _, value = given.partition("=")
    back = Request((("cookie", f"{name}={value}"),), "127.0.0.1")
    headers = dict(redirected("/oauth2callback", back))
    assert headers["location"] == "/upload?x=1"
    assert headers["set-cookie"].startswith(f"{name}=; Max-Age=0")
    assert redirected("/oauth2callback", Request((), "127.0.0.1")) == [("location", "/")]
    forged = Request((("cookie", f"{name}=https%3A%2F%2Fevil.example%2F"),), "127.0.0.1")
    assert dict(redirected("/oauth2callback", forged))["location"] == "/"
    assert redirected("/", back) == [("location", "/")], "no other answer is touched"


# --- the real server ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, DataDir]]:
    """The server as it is started, listening on every address, with a proxy switched on."""
    folder = tmp_path_factory.mktemp("doors")
    settings = 'visitor_on_loopback = true\n[proxy]\nenabled = true\n[proxy.roles]\n"admins" = "administrator"\n'
    seeds = with_settings(folder / "seeds", settings)
    data = DataDir(folder / "data")
    account(data, "administrator", "王五")
    with running(data, seeds, "--listen", "0.0.0.0") as address:
        yield address.removeprefix("http://"), data


def with_settings(folder: Path, settings: str) -> Path:
    """The committed seeds with other settings of who gets in."""
    folder.mkdir()
    for path in (ROOT / "seeds").iterdir():
        if path.name != "access.toml":
            (folder / path.name).symlink_to(path)
    (folder / "access.toml").write_text(settings, encoding="utf-8")
    return folder


def ask(
    address: str, path: str, method: str = "GET", body: str = "", where: str = "", **given: str
) -> tuple[int, list[tuple[str, str]], str]:
    """One request over the wire; `where` is another address of this machine to connect to."""
    host, _, port = address.partition(":")
    connection = http.client.HTTPConnection(where or host, int(port), timeout=60)
    try:
        sent = {"Host": address, **{name.replace("_", "-"): value for name, value in given.items()}}
        connection.request(method, path, body or None, sent)
        answer = connection.getresponse()
        return (
            answer.status,
            [(n.lower(), v) for n, v in answer.getheaders()],
            answer.read().decode("utf-8", "replace"),
        )
    finally:
        connection.close()


# For a path it does not know the framework gives its first page.
ANSWERS = [
    ("/", 200), ("/glossary", 200), ("/signin", 200), ("/signout", 200), ("/password", 303), ("/_stcore/health", 200),
    ("/_stcore/host-config", 200), ("/_stcore/metrics", 403), ("/static/nothing.js", 200), ("/_stcore/nothing", 200),
    ("/media/nothing.csv", 404), ("/_stcore/upload_file/a/b", 403), ("/auth/login", 404), ("/component/x/y", 404),
]  # fmt: skip


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_kind_of_answer_of_the_real_server_has_the_headers(
    path: str, status: int, real: tuple[str, DataDir]
) -> None:
    answered, given, _ = ask(real[0], path)
    assert answered == status
    for name, value in headers().items():
        assert [text for known, text in given if known == name] == [value]
    assert "server" not in dict(given)


def test_metrics_of_the_real_server_are_an_administrator_s(real: tuple[str, DataDir]) -> None:
    status, _, text = ask(
        real[0], "/_stcore/metrics", X_Remote_User="wang", X_Remote_Role="admins", X_Scorecard_Proxy=key("proxy")
    )
    assert status == 200
    assert "active_sessions" in text


def other_address() -> str:
    """An address of this machine that is not loopback; connecting asks for a route only, nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 9))
        except OSError:
            return ""
        address = probe.getsockname()[0]
    return "" if address.startswith(("127.", "0.")) else address


def test_forged_headers_from_another_address_do_nothing_to_the_real_server(real: tuple[str, DataDir]) -> None:
    elsewhere = other_address()
    if not elsewhere:
        pytest.skip("this machine has no address but loopback; the same is tested above without a network")
    forged = {"X_Remote_User": "wang", "X_Remote_Role": "admins", "X_Forwarded_For": "127.0.0.1"}
    assert ask(real[0], "/_stcore/metrics", where=elsewhere, **forged)[0] == 403
    assert ask(real[0], "/media/nothing.csv", where=elsewhere, **forged)[0] == 403, "not even a visitor"


def form(address: str, path: str, fields: dict[str, str], **given: str) -> tuple[int, list[tuple[str, str]], str]:
    sent = {"Content_Type": "application/x-www-form-urlencoded", "Origin": f"http://{address}", **given}
    return ask(address, path, "POST", urlencode(fields), **{name: value for name, value in sent.items() if value})


RIGHT = {"name": "王五", "password": PASSWORD, "next": "/glossary?x=1"}


def test_signing_in_over_the_wire_sets_a_short_strict_cookie_and_signing_out_ends_it(real: tuple[str, DataDir]) -> None:
    address, _ = real
    status, given, _ = form(address, "/signin", RIGHT)
    assert (status, dict(given)["location"]) == (303, "/glossary?x=1")
    cookie = dict(given)["set-cookie"]
    for word in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=28800"):
        assert word in cookie
    assert "Secure" not in cookie
    assert "; Secure" in dict(form(address, "/signin", RIGHT, X_Forwarded_Proto="https")[1])["set-cookie"]
    token = cookie.split(";")[0]
    assert token.startswith(f"{COOKIE}=")
    assert ask(address, "/_stcore/metrics", Cookie=token)[0] == 200
    assert form(address, "/signout", {}, Cookie=token)[0] == 200
    assert ask(address, "/_stcore/metrics", Cookie=token)[0] == 403


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://127.0.0.1:1"])
def test_a_form_from_another_page_signs_nobody_in_or_out(origin: str, real: tuple[str, DataDir]) -> None:
    address, _ = real
    status, given, body = form(address, "/signin", RIGHT, Origin=origin)
    assert status == 401
    assert "set-cookie" not in dict(given)
    assert "不是从本看板" in body
    token = dict(form(address, "/signin", RIGHT)[1])["set-cookie"].split(";")[0]
    form(address, "/signout", {}, Cookie=token, Origin=origin)
    assert ask(address, "/_stcore/metrics", Cookie=token)[0] == 200


def test_what_was_typed_comes_back_as_text_and_a_huge_form_is_not_read(real: tuple[str, DataDir]) -> None:
    address, _ = real
    hostile = '"><script>alert(1)</script>'
    status, _, body = form(address, "/signin", {"name": hostile, "password": "x", "next": hostile})
    assert status == 401
    assert hostile not in body
    assert "&lt;script&gt;" in body
    assert form(address, "/signin", {**RIGHT, "more": "x" * 20000})[0] == 413


def test_the_first_start_tells_its_password_once_and_a_reset_another(tmp_path: Path) -> None:
    given = {**os.environ, "SCORECARD_DATA": str(tmp_path / "data"), "SCORECARD_SEEDS": str(ROOT / "seeds")}
    command = [sys.executable, "-m", "scorecard.ui.server.serve", "--reset-admin"]
    printed = [
        subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=True).stdout for _ in "12"
    ]
    passwords = [re.findall(r"密码：(\S{19})\n", text) for text in printed]
    assert all(len(found) == 1 for found in passwords)
    assert passwords[0] != passwords[1]
    accounts = json.loads((tmp_path / "data" / "accounts.json").read_text(encoding="utf-8"))["accounts"]
    assert [(account["name"], account["role"], account["must_change"]) for account in accounts] == [
        ("admin", "administrator", True)
    ]
