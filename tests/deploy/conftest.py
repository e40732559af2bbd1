"""The files of deploy/ installed below a folder, and the real nginx on them in front of the real server."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import KEYS_VARIABLE
from tests.conftest import ROOT
from tests.support.actors import account
from tests.support.samples import copied
from tests.support.server import free_port, running

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# The files of a test belong to whoever runs it; a main process of root's would hand its requests to another user.
MAIN = """
{user}
daemon off;
pid {root}/nginx.pid;
error_log {root}/error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {root}/body;
    proxy_temp_path {root}/proxy;
    fastcgi_temp_path {root}/fastcgi;
    uwsgi_temp_path {root}/uwsgi;
    scgi_temp_path {root}/scgi;
    include conf.d/*.conf;
}}
"""


def installed(root: Path, *options: str) -> str:
    """What `deploy/install.sh --root` says; its files lie below `root`."""
    command = [str(ROOT / "deploy" / "install.sh"), "--root", str(root), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@contextmanager
def nginx(root: Path, port: int) -> Generator[None]:
    """The real nginx with the site installed below `root`, run by whoever runs the test, once it listens on `port`."""
    assert NGINX, "nginx is missing: apt-get install nginx-light"
    main = root / "etc" / "nginx" / "nginx.conf"
    main.write_text(MAIN.format(root=root, user="user root;" if os.getuid() == 0 else ""))
    command = [NGINX, "-p", f"{root}/usr/share/nginx/", "-c", str(main), "-e", f"{root}/error.log"]
    subprocess.run([*command, "-t", "-q"], check=True)
    server = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 30
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


@dataclass(frozen=True)
class Answer:
    """What came back for one request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass(frozen=True)
class Site:
    """The dashboard behind nginx: the port of TLS, the base path, the folder of the installation, the data."""

    port: int
    plain_port: int
    base: str
    root: Path
    data: DataDir

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"https://{self.host}{self.base}"

    @property
    def trust(self) -> ssl.SSLContext:
        """TLS as a browser that has taken the certificate of this site, and no other."""
        return ssl.create_default_context(cafile=str(self.root / "etc" / "nginx" / "ssl" / "scorecard.crt"))

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **given: str) -> Answer:
        """One request over TLS; `path` is without the base path, names of headers with underscores."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.trust)
        try:
            headers = {name.replace("_", "-"): value for name, value in given.items()}
            connection.request(method, self.base + path, body, headers)
            answer = connection.getresponse()
            pairs = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, pairs, answer.read())
        finally:
            connection.close()

    def window(self, cookie: str = "", origin: str = "") -> ClientConnection:
        """The socket of a page."""
        return connect(
            f"wss://{self.host}{self.base}/_stcore/stream",
            ssl=self.trust,
            origin=origin or f"https://{self.host}",  # pyright: ignore[reportArgumentType]
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": cookie} if cookie else {},
            max_size=None,
            open_timeout=60,  # a busy machine may be slow to answer, and to refuse
            proxy=None,
        )


@contextmanager
def site(folder: Path, sample: DataDir, base: str) -> Generator[Site]:
    """Server and proxy together, as deploy/install.sh installs them; 王五 administrates, 李四 reports data."""
    root, data = folder / "root", copied(sample, folder / "data")
    port, plain, behind = free_port(), free_port(), free_port()
    ports = ("--https-port", str(port), "--http-port", str(plain), "--port", str(behind))
    installed(root, "--host", "127.0.0.1,localhost", "--base", base, *ports)
    account(data, "administrator", "王五")
    account(data, "case_management", "李四")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv(KEYS_VARIABLE, str(root / "var" / "lib" / "scorecard" / "keys"))
        stack.enter_context(running(data, ROOT / "seeds", port=behind, base=base, hosts="127.0.0.1,localhost"))
        stack.enter_context(nginx(root, port))
        yield Site(port, plain, base, root, data)


@contextmanager
def changed(behind: Site, root: Path, *changes: tuple[str, str, str]) -> Generator[Site]:
    """The same server behind a second nginx, in whose files (below etc/nginx) each pattern is replaced."""
    port = free_port()
    shutil.copytree(behind.root, root, ignore=shutil.ignore_patterns("*.pid", "body", "proxy", "nginx.conf"))
    ports = (
        ("conf.d/scorecard.conf", f"listen {behind.port} ssl", f"listen {port} ssl"),
        ("conf.d/scorecard.conf", f"listen {behind.plain_port};", f"listen {free_port()};"),
    )
    for name, pattern, replacement in (*ports, *changes):
        file = root / "etc" / "nginx" / name
        text, count = re.subn(pattern, replacement, file.read_text(encoding="utf-8"))
        assert count, pattern
        file.write_text(text, encoding="utf-8")
    with nginx(root, port):
        yield replace(behind, port=port, root=root)


@pytest.fixture(scope="module", params=["", "/ysh"], ids=["host", "path"])
def behind(request: pytest.FixtureRequest, sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), sample, request.param) as made:
        yield made
