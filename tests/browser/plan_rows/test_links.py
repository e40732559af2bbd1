"""No dead end: every link of every page, for every role, opens a page that answers in Chinese and leads on."""

from urllib.parse import urlsplit

import pytest

from tests.bench.wire import signed_in
from tests.browser.conftest import App
from tests.browser.looks import LATIN, WORD
from tests.browser.plan_rows.conftest import PEOPLE, Office
from tests.support.actors import PASSWORD, account
from tests.support.plan.crawl import BY_VALUE, Visited, crawl, kind_of, target_of


def followed(app: App, who: str, *by_value: str) -> tuple[dict[str, list[str]], int]:
    role, department = PEOPLE[who]
    host = urlsplit(app.address).netloc
    cookie = signed_in(host, account(app.data, role, f"{who}内勤", department), PASSWORD)
    return crawl(host, cookie, WORD, LATIN, (*BY_VALUE, *by_value))


@pytest.mark.parametrize("who", ["审管办", "领导小组", "执行局", "管理员"])
def test_every_link_leads_on_in_the_courts_own_data(who: str, office: Office) -> None:
    # The office's own look takes every row of the plan and every worklist by itself.
    wrong, count = followed(office.app, who, *(("measure", "list") if who == "审管办" else ()))
    assert not wrong, "\n".join(f"{where}: {said}" for where, said in wrong.items())
    assert count > 25


def test_every_link_leads_on_in_the_sample(app: App) -> None:
    wrong, count = followed(app, "领导小组")
    assert not wrong, "\n".join(f"{where}: {said}" for where, said in wrong.items())
    assert count > 25


def test_every_link_leads_a_visitor_on(app: App) -> None:
    wrong, count = crawl(urlsplit(app.address).netloc, "", WORD, LATIN)
    assert not wrong, "\n".join(f"{where}: {said}" for where, said in wrong.items())
    assert count > 10


def test_targets_are_told_apart_by_page_and_kind_of_query() -> None:
    assert target_of("measures", "progress?measure=a#b") == ("progress", "measure=a")
    assert target_of("measures", "./") == ("", "")
    assert target_of("measures", "?period=a") == ("measures", "period=a")
    assert target_of("measures", "/signout") is None
    assert target_of("measures", "https://example.org/") is None
    assert kind_of("upload", "table=a&x=1") == kind_of("upload", "x=2&table=b")
    assert kind_of("insolvency", "topic=a") != kind_of("insolvency", "topic=b")


def test_a_dead_end_is_told() -> None:
    def complaints(**said: object) -> list[str]:
        return list(Visited(**{"links": ["measures"], **said}).complaints(WORD, LATIN))  # type: ignore[arg-type]

    assert complaints() == []
    assert complaints(found=False) == ["no such page"]
    assert complaints(text="没有这项权限") == ["it refuses: 没有这项权限"]
    assert complaints(links=["account"]) == ["no way on"]
    assert complaints(text="CSV 与 Table") == ["English: ['Table']"]
