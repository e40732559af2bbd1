"""Everything lies below the base path: sign-in, cookies, redirects, files, sockets; nothing is answered beside it."""

import re
from collections.abc import Iterator

import pytest
from streamlit import config

from scorecard.errors import ScorecardError
from scorecard.identity.authentication import COOKIE
from scorecard.storage.data_dir import DataDir
from scorecard.ui.server import serve
from scorecard.ui.server.security_middleware import headers
from scorecard.ui.shell.addresses import inside, page_in, page_of
from scorecard.ui.shell.templating import behaviour
from tests.conftest import ROOT
from tests.scorecard.ui.server.test_security_middleware import (
    RIGHT,
    Request as Asked,
    Server,
    ask,
    by,
    form,
    redirected,
)
from tests.support.actors import account
from tests.support.server import running

ADDRESS = re.compile(r"""(?:href|src|action|url)=["']?([^"'> ]*)""")
NAMED = "kanban.court.example"


@pytest.fixture
def below() -> Iterator[None]:
    """The base path /ysh in this process."""
    config.set_option("server.baseUrlPath", "ysh")
    yield
    config.set_option("server.baseUrlPath", "")


@pytest.mark.parametrize(
    ("text", "path"),
    [("", ""), ("/", ""), ("ysh", "ysh"), ("/ysh/", "ysh"), ("/court/ysh", "court/ysh"), ("/ysh-2.0", "ysh-2.0")],
)
def test_a_base_path_is_read_as_people_write_it(text: str, path: str) -> None:
    serve.place(text, "")
    assert config.get_option("server.baseUrlPath") == path
    serve.place("", "")


@pytest.mark.parametrize("text", ["/ysh?x", "/a//b", "/../etc", "https://x", "/营商", "/a b", "/_stcore", "/ysh\nx"])
def test_what_cannot_be_a_base_path_is_refused_by_name(text: str) -> None:
    with pytest.raises(ScorecardError, match="SCORECARD_BASE_PATH"):
        serve.place(text, "")


@pytest.mark.parametrize("host", ["https://x.example", "x.example:8443", "*", "x/y", "a b c@d", ""])
def test_a_host_is_a_name_without_scheme_or_port(host: str) -> None:
    before = config.get_option("server.allowedHosts")
    if host:
        with pytest.raises(ScorecardError, match="SCORECARD_HOSTS"):
            serve.place("", host)
    else:
        serve.place("", host)
    assert config.get_option("server.allowedHosts") == before


@pytest.mark.parametrize(
    ("wanted", "page"),
    [
        ("/ysh/glossary?x=1", "/ysh/glossary?x=1"),
        ("/ysh/", "/ysh/"),
        ("/glossary", "/ysh/"),  # beside the base path is another server
        ("/yshx/glossary", "/ysh/"),
        ("/ysh//evil.example", "/ysh/"),
        ("//evil.example/ysh/", "/ysh/"),
        ("/ysh/../x", "/ysh/"),
        ("/", "/ysh/"),
    ],
)
@pytest.mark.usefixtures("below")
def test_nobody_is_led_beside_the_base_path(wanted: str, page: str) -> None:
    assert page_of(wanted) == page


@pytest.mark.usefixtures("below")
def test_a_path_below_is_known_without_its_base() -> None:
    assert inside("/ysh/media/a") == "/media/a"
    assert inside("/ysh") is inside("/media/a") is inside("/yshx/a") is None
    assert page_in("https://x.example/ysh/account?next=/ysh/upload") == "/ysh/upload"
    assert page_in("https://x.example/ysh/account?next=/upload") == "/ysh/"


@pytest.mark.usefixtures("below")
def test_what_is_closed_is_closed_below_the_base_path(data: DataDir) -> None:
    server, officer = Server(data, visitor_on_loopback=False), by("审管办")
    upload = "/ysh/_stcore/upload_file/session-1/file-1"
    assert server.ask(upload, officer, method="PUT")[0] == 403
    server.authenticator.allow_upload("session-1", True)
    assert server.ask(upload, officer, method="PUT")[0] == 200
    for path, status in (
        ("/ysh/media/a.csv", 403),
        ("/ysh/_stcore/metrics", 403),
        ("/ysh/auth/login", 404),
        ("/ysh/_stcore/agent/mcp", 404),
        ("/media/a.csv", 404),
        ("/_stcore/metrics", 404),
    ):
        assert server.ask(path)[0] == status, path


@pytest.mark.usefixtures("below")
def test_a_provider_leads_back_below_the_base_path() -> None:
    there = Asked((("referer", "http://127.0.0.1:8501/ysh/upload?x=1"),), "127.0.0.1")
    given = dict(redirected("/auth/login", there, "https://provider.example/authorize"))["set-cookie"]
    assert "Path=/ysh/;" in given
    back = Asked((("cookie", given.partition(";")[0]),), "127.0.0.1")
    assert dict(redirected("/oauth2callback", back, "/ysh/"))["location"] == "/ysh/upload?x=1"


# --- the real server ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of the server on /ysh, with a name that its environment gives it."""
    data = DataDir(tmp_path_factory.mktemp("below") / "data")
    account(data, "administrator", "王五")
    with running(data, ROOT / "seeds", base="/ysh", hosts=NAMED) as address:
        yield address.removeprefix("http://").removesuffix("/ysh")


ANSWERS = [
    ("/ysh/", 200), ("/ysh/glossary", 200), ("/ysh/signin", 200), ("/ysh/signout", 200), ("/ysh/password", 303),
    ("/ysh/_stcore/health", 200), ("/ysh/_stcore/metrics", 403), ("/ysh/media/nothing.csv", 404),
    ("/ysh/_stcore/upload_file/a/b", 403), ("/ysh/auth/login", 404), ("/ysh", 307), ("/", 307),
    ("/signin", 404), ("/glossary", 404), ("/_stcore/health", 404), ("/_stcore/host-config", 404), ("/yshx/", 404),
]  # fmt: skip


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_the_real_server_answers_below_its_base_path_and_no_address_leads_beside_it(
    path: str, status: int, real: str
) -> None:
    answered, given, body = ask(real, path)
    assert answered == status
    assert {name: dict(given)[name] for name in headers()} == headers()
    addresses = [
        dict(given).get("location", "/ysh/"),
        *ADDRESS.findall(re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL)),
    ]
    assert [one for one in addresses if not one.startswith(("/ysh/", "./", "data:"))] == []
    cookies = [value for name, value in given if name == "set-cookie"]
    assert [one for one in cookies if "path=/ysh" not in one.casefold()] == []


def test_a_host_of_the_environment_is_answered_and_another_is_not(real: str) -> None:
    assert ask(real, "/ysh/signin", Host=NAMED)[0] == 200
    assert ask(real, "/ysh/signin", Host=f"{NAMED}:8443")[0] == 200
    assert ask(real, "/ysh/signin", Host=f"x.{NAMED}")[0] == 421


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (
            "new.example:8443",
            ("new.example:8443", "SCORECARD_HOSTS=new.example，", "不带端口", "proxy_set_header Host $http_host;"),
        ),
        ("backend_upstream", ("backend_upstream", "proxy_set_header Host $http_host;")),
        ("<b>", ("&lt;b&gt;",)),
        ("", ("没有主机名", "proxy_set_header Host $http_host;")),
    ],
)
def test_a_wrong_host_is_told_with_the_value_and_the_setting_that_would_take_it(
    host: str, words: tuple[str, ...], real: str
) -> None:
    status, _, body = ask(real, "/ysh/", Host=host)
    assert status == 421
    for word in words:
        assert word in body


def test_the_first_page_is_in_chinese_and_says_what_a_proxy_without_sockets_lacks(real: str) -> None:
    pages = {path: ask(real, path)[2] for path in ("/ysh/", "/ysh/upload")}
    assert len(set(pages.values())) == 1
    body = pages["/ysh/"]
    assert '<html lang="zh-CN">' in body
    assert "<title>法治化营商环境指标看板</title>" in body
    for line in ("proxy_set_header Upgrade $http_upgrade;", 'proxy_set_header Connection "upgrade";', "没有允许脚本"):
        assert line in body
    shown = re.sub(r"<!--.*?-->|<(script|style|code)\b.*?</\1>|<[^>]+>", "", body, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{4,}", shown) == ["JavaScript", "WebSocket", "nginx", "location", "deploy", "nginx"]
    scripts = re.findall(r"<script>(.*?)</script>", body, re.DOTALL)
    assert [script == behaviour().removeprefix("<script>").removesuffix("</script>") for script in scripts] == [
        False,
        True,
    ], "the framework's own and ours, which the policy knows"


def test_signing_in_and_out_stays_below_the_base_path(real: str) -> None:
    status, given, _ = form(real, "/ysh/signin", {**RIGHT, "next": "/ysh/glossary?x=1"})
    assert (status, dict(given)["location"]) == (303, "/ysh/glossary?x=1")
    cookie = dict(given)["set-cookie"]
    assert "Path=/ysh/" in cookie
    token = cookie.split(";")[0]
    assert token.startswith(f"{COOKIE}=")
    assert ask(real, "/ysh/_stcore/metrics", Cookie=token)[0] == 200
    assert ask(real, "/ysh/password?next=/ysh/account", Cookie=token)[0] == 200
    status, given, body = form(real, "/ysh/signout", {}, Cookie=token)
    assert status == 200
    assert "Path=/ysh/" in dict(given)["set-cookie"]
    assert 'href="/ysh/signin"' in body
    assert ask(real, "/ysh/_stcore/metrics", Cookie=token)[0] == 403
