"""The dashboard behind the real nginx, as deploy/ configures it: on its own host and below a path, other port, own certificate."""

import http.client
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection

from scorecard.audit import log as audit
from scorecard.identity.authentication import COOKIE
from scorecard.storage.data_dir import DataDir
from tests.deploy.conftest import Answer, Site, changed, installed, nginx
from tests.support.actors import PASSWORD
from tests.support.server import free_port

FORM = "application/x-www-form-urlencoded"


def sign_in(site: Site, name: str, onward: str = "/", **given: str) -> Answer:
    fields = urlencode({"name": name, "password": PASSWORD, "next": site.base + onward}).encode()
    origin = {"Origin": f"https://{site.host}", **given}
    return site.ask("/signin", "POST", fields, Content_Type=FORM, **origin)


def cookie_of(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def received(window: ClientConnection, wanted: str, right: Callable[[Any], object] = lambda _: True) -> Any:
    """The first right message of this kind that comes through a socket."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        message = ForwardMsg()
        message.ParseFromString(window.recv(timeout=60))  # pyright: ignore[reportArgumentType]
        if message.WhichOneof("type") == wanted and right(getattr(message, wanted)):
            return getattr(message, wanted)
    raise AssertionError(f"no {wanted} came")


def opened_page(window: ClientConnection, page: str) -> str:
    """The id of the session whose script has run for this page."""
    ask = BackMsg()
    ask.rerun_script.page_name = page
    window.send(ask.SerializeToString())
    session = received(window, "new_session").initialize.session_id
    received(window, "script_finished", lambda end: end == ForwardMsg.FINISHED_SUCCESSFULLY)
    return session


def test_one_signs_in_through_the_proxy_and_the_cookie_is_sent_over_tls_only(behind: Site) -> None:
    answer = sign_in(behind, "王五", "/glossary?x=1")
    assert (answer.status, answer.headers["location"]) == (303, f"{behind.base}/glossary?x=1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert f"Path={behind.base}/" in cookie
    assert "Secure" in cookie
    assert behind.ask("/_stcore/metrics", Cookie=cookie_of(answer)).status == 200
    # The address of the browser, which only the proxy knows, stands in the audit. Nothing of this machine's own is shown.
    assert [entry.origin for entry in audit.entries(behind.data) if entry.action == "登录"][-1] == "127.0.0.1"
    forged = {"X_Forwarded_For": "127.0.0.1", "X_Remote_User": "wang", "X_Remote_Role": "%E7%AE%A1%E7%90%86%E5%91%98"}
    assert behind.ask("/_stcore/metrics", **forged).status == 403


def test_a_form_of_another_port_signs_nobody_in(behind: Site) -> None:
    for origin in (f"https://127.0.0.1:{behind.plain_port}", f"http://{behind.host}", "https://127.0.0.1"):
        refused = sign_in(behind, "王五", Origin=origin)
        assert refused.status == 401
        # Both addresses are named, and the lines of nginx that would make them one.
        for words in (
            f"来自 {origin}，",
            f"却是 https://{behind.host}；",
            "Host $http_host;",
            "X-Forwarded-Proto $scheme;",
        ):
            assert words in refused.text


def test_a_file_of_20_mb_arrives_whole_through_the_proxy(behind: Site) -> None:
    cookie = cookie_of(sign_in(behind, "李四"))
    xsrf = behind.ask("/_stcore/health").headers["set-cookie"].partition(";")[0]
    with behind.window(f"{cookie}; {xsrf}") as window:
        session = opened_page(window, "upload")
        content = b"0123456789abcdef" * (20 * 65536)
        body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n' + content + b"\r\n--x--\r\n"
        given = {"Cookie": f"{cookie}; {xsrf}", "Content_Type": "multipart/form-data; boundary=x"}
        given["X_Xsrftoken"] = xsrf.partition("=")[2]
        path = f"/_stcore/upload_file/{session}/00000000-0000-0000-0000-000000000001"
        assert behind.ask(path, "PUT", body, **given).status == 204
        # 65 MB pass nginx and are refused by the program; 201 MB are refused by nginx.
        assert behind.ask(path, "PUT", b"x" * (65 * 1024 * 1024), **given).status == 413


def test_what_nginx_refuses_is_said_in_chinese(behind: Site) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", behind.port, timeout=60, context=behind.trust)
    connection.putrequest("PUT", f"{behind.base}/_stcore/upload_file/a/b")
    connection.putheader("Content-Length", str(201 * 1024 * 1024))
    connection.endheaders()  # nginx refuses by the announced length
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    assert answer.status == 413
    assert "文件太大" in body
    assert "200 MB" in body
    long = behind.ask(f"/?{'x' * 12000}")
    assert (long.status, "代理（nginx）没有接收" in long.text) == (414, True)
    for page in (body, long.text):
        assert 'lang="zh-CN"' in page
        assert "nginx/" not in page


def test_pages_and_files_of_the_framework_pass_and_redirects_keep_port_and_path(behind: Site) -> None:
    page = behind.ask("/upload")
    assert page.status == 200
    script = re.findall(r'src="\./(static/js/[^"]+)"', page.text)[0]
    assert len(behind.ask(f"/{script}").body) > 100_000
    connection = http.client.HTTPConnection("127.0.0.1", behind.plain_port, timeout=60)
    connection.request("GET", f"{behind.base}/upload?x=1")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, f"{behind.address}/upload?x=1")
    connection.close()
    connection = http.client.HTTPConnection("127.0.0.1", behind.port, timeout=60)  # plain HTTP on the port of TLS
    connection.request("GET", f"{behind.base}/upload", headers={"Host": behind.host})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, f"{behind.address}/upload")
    connection.close()


def test_below_a_path_the_rest_of_the_host_is_not_the_dashboard_s(behind: Site) -> None:
    if not behind.base:
        return
    at_root = Site(behind.port, behind.plain_port, "", behind.root, behind.data)
    for path in ("/", "/ysh"):
        answer = at_root.ask(path)
        assert (answer.status in (301, 302), answer.headers["location"]) == (True, "/ysh/")
    for path in ("/signin", "/_stcore/health", "/media/a.csv"):
        assert at_root.ask(path).status == 404


def test_a_socket_stays_open_longer_than_a_page_may_take(behind: Site, tmp_path: Path) -> None:
    """The site's own times are hours and minutes; where a page may take one second the difference shows in three."""
    short = ("snippets/scorecard-app.conf", "proxy_read_timeout 120s", "proxy_read_timeout 1s")
    with changed(behind, tmp_path / "root", short) as site, site.window() as window:
        time.sleep(3)
        assert opened_page(window, "")


@pytest.mark.parametrize("origin", ["https://evil.example", "https://127.0.0.1", "null"])
def test_a_socket_of_another_page_is_refused_through_the_proxy_too(origin: str, behind: Site) -> None:
    with pytest.raises(InvalidStatus):
        behind.window(origin=origin)


def test_a_proxy_that_changes_the_host_is_told_what_arrived_and_what_to_set(behind: Site, tmp_path: Path) -> None:
    wrong = ("snippets/scorecard-proxy.conf", r"\$http_host", "kanban_upstream")
    with changed(behind, tmp_path / "root", wrong) as site:
        answer = site.ask("/")
    assert answer.status == 421
    assert "主机名：kanban_upstream" in answer.text
    assert "proxy_set_header Host $http_host;" in answer.text


def test_while_the_service_does_not_run_nginx_says_so_in_chinese(tmp_path: Path) -> None:
    port, plain = free_port(), free_port()
    ports = ("--https-port", str(port), "--http-port", str(plain), "--port", str(free_port()))
    installed(tmp_path, "--host", "127.0.0.1", "--base", "/ysh", *ports)
    site = Site(port, plain, "/ysh", tmp_path, DataDir(tmp_path / "data"))
    with nginx(tmp_path, port):
        answer = site.ask("/signin")
    assert answer.status == 502
    assert "看板没有运行" in answer.text
    assert "systemctl status scorecard" in answer.text
    assert answer.headers["cache-control"] == "no-store"
