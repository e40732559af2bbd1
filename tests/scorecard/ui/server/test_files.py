"""Files are handed to whoever has the right at the moment they ask, and to nobody else; tried on the real server."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection

import pytest

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.identity import accounts
from scorecard.storage.data_dir import DataDir
from scorecard.ui.shell import downloads
from tests.scorecard.ui.window import Window, window
from tests.support.actors import ADMINISTRATOR, OFFICER, PASSWORD, account
from tests.support.samples import copied
from tests.support.server import running

# Page and query on which a role finds a file, and a word of its label.
CASES = ("case_management", "evidence", "indicator=small_claims_rate", "导出 CSV")
WORKLIST = ("case_management", "worklists", "", "导出全部")
AUDIT = ("administrator", "audit", "", "导出所选记录")
TEMPLATE = ("case_management", "upload", "", "下载模板（CSV）")
GLOSSARY = ("leadership", "glossary", "", "下载全部口径")
FILES = (CASES, WORKLIST, AUDIT, TEMPLATE, GLOSSARY)


@dataclass(frozen=True)
class Served:
    address: str
    data: DataDir


@pytest.fixture(scope="module")
def served(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = copied(sample, tmp_path_factory.mktemp("files") / "data")
    account(data, "administrator", "另一个管理员")  # so that any other administrator may be disabled
    with running(data) as address:
        yield Served(address, data)


@pytest.fixture
def visit(served: Served) -> Iterator[Callable[[str], tuple[str, Window]]]:
    """visit("leadership"): the name of a new account of this role, and a window it has signed in to."""
    with ExitStack() as stack:

        def opened(role: str) -> tuple[str, Window]:
            name = account(served.data, role, f"{role}{secrets.token_hex(3)}")  # type: ignore[arg-type]
            return name, stack.enter_context(window(served.address, name, PASSWORD))

        yield opened


Visit = Callable[[str], tuple[str, Window]]


def offered(browser: Window, page: str, query: str, word: str) -> str:
    return next(path for label, path in browser.files(page, query).items() if word in label)


def sign_out(browser: Window) -> None:
    """As another tab of the same browser does it."""
    connection = HTTPConnection(browser.address)
    connection.request("POST", "/signout", "", {"Cookie": browser.cookie, "Origin": f"http://{browser.address}"})
    assert connection.getresponse().status == 200
    connection.close()


def disable(served: Served, name: str) -> None:
    accounts.set_disabled(served.data, ADMINISTRATOR, name, True)


def assign(served: Served, name: str) -> None:
    accounts.assign(served.data, ADMINISTRATOR, name, "department", "civil", ["civil"])


def reset(served: Served, name: str) -> None:
    accounts.reset(served.data, ADMINISTRATOR, name)


ENDS: dict[str, Callable[[Served, str, Window], None]] = {
    "signed out in another tab": lambda served, name, browser: sign_out(browser),
    "account disabled": lambda served, name, browser: disable(served, name),
    "role changed": lambda served, name, browser: assign(served, name),
    "password reset": lambda served, name, browser: reset(served, name),
}


@pytest.mark.parametrize(
    ("file", "end"),
    [(FILES[0], end) for end in ENDS] + [(file, "signed out in another tab") for file in FILES[1:]],
    ids=lambda value: value if isinstance(value, str) else value[1],
)
def test_a_link_drawn_earlier_ends_with_the_right_it_was_drawn_for(
    served: Served, visit: Visit, file: tuple[str, str, str, str], end: str
) -> None:
    role, *place = file
    name, browser = visit(role)
    link = offered(browser, *place)
    status, headers, text = browser.get(link)
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert len(text) > 100
    ENDS[end](served, name, browser)
    exports = [entry.result for entry in audit.entries(served.data) if entry.action == "导出"]
    status, headers, text = browser.get(link)
    assert (status, headers["cache-control"]) == (403, "no-store")
    assert "登录已退出、已过期，或者账户的身份已改变，文件没有生成" in text
    assert [entry.result for entry in audit.entries(served.data) if entry.action == "导出"] == [*exports, "拒绝"]


def test_a_link_answers_the_browser_it_was_drawn_for_only(served: Served, visit: Visit) -> None:
    _, owner = visit("case_management")
    link = offered(owner, *CASES[1:])
    colleague, administrator = visit("case_management")[1], visit("administrator")[1]
    for cookie in ("", colleague.cookie, administrator.cookie):
        status, _, text = owner.get(link, cookie)
        assert (status, "民初" in text) == (403, False)
    assert owner.get(link)[0] == 200


def test_nothing_answers_where_the_framework_keeps_files(served: Served, visit: Visit) -> None:
    _, browser = visit("administrator")
    for path in ("media/", f"media/{'0' * 56}.csv", "media/x"):
        status, headers, text = browser.get(path)
        assert (status, headers["cache-control"]) == (404, "no-store")
        assert "这里没有文件" in text


def test_a_ticket_that_nobody_offers_is_refused_without_a_line_in_the_audit(served: Served, visit: Visit) -> None:
    _, browser = visit("administrator")
    before = len(audit.entries(served.data))
    status, _, text = browser.get("file/" + "x" * 32)
    assert (status, "这个下载链接已经失效" in text) == (403, True)
    assert len(audit.entries(served.data)) == before


def test_the_right_is_asked_of_whoever_asks() -> None:
    offer = downloads.FileOffer("名单.csv", "export", lambda actor: actor.name.encode(), "visit")
    downloads._offers["ticket"] = offer
    assert downloads.made("ticket", OFFICER, "visit") == (offer, OFFICER.name.encode())
    with pytest.raises(ScorecardError):
        downloads.made("ticket", Actor("访客", "visitor"), "visit")
