"""The calendar's address: opens for its secret alone, by the role it was made for, and shows no case."""

from collections.abc import Iterator
from datetime import date

import pytest

from scorecard.identity.accounts import read, set_disabled
from scorecard.storage import reader_notes
from scorecard.storage.data_dir import DataDir
from tests.scorecard.api.client import InterfaceClient, interface
from tests.scorecard.plan.test_due_calendar import parsed
from tests.support.actors import ADMINISTRATOR, account
from tests.support.samples import copied

UNTIL = date(2099, 12, 31)


@pytest.fixture(scope="module")
def client(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InterfaceClient]:
    data = copied(sample, tmp_path_factory.mktemp("feed") / "data")
    with pytest.MonkeyPatch.context() as monkeypatch, interface(data, monkeypatch) as made:
        yield made


def test_it_opens_for_its_secret_by_the_role_it_was_made_for_and_shows_counts_alone(client: InterfaceClient) -> None:
    data, name = client.data, account(client.data, "department", "民庭内勤", "civil")
    secret = reader_notes.new_calendar(data, (name, "department", "civil"), UNTIL)
    answer = client.ask(f"/calendar/{secret}.ics", {})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "private, no-store"
    parsed(answer.text)
    assert "民事审判庭" in answer.text.replace("\r\n ", "")
    assert "民初" not in answer.text
    for wrong in ("x" * 43, secret[:-1], f"{secret}x"):
        refused = client.ask(f"/calendar/{wrong}.ics", {})
        assert (refused.status_code, "没有这个日历" in refused.text) == (404, True)
    # A namesake by another way to sign in, or the account before its role was changed, made this one.
    other = reader_notes.new_calendar(data, (name, "leadership", ""), UNTIL)
    assert client.ask(f"/calendar/{other}.ics", {}).status_code == 404
    secret = reader_notes.new_calendar(data, (name, "department", "civil"), UNTIL)
    lines = data.audit.read_text("utf-8")
    assert secret not in lines
    client.ask(f"/calendar/{secret}.ics", {})
    assert data.audit.read_text("utf-8").count("当日首次读取") == 1, "a calendar asks every hour"


def test_an_account_that_is_disabled_and_an_address_that_is_over_open_nothing(client: InterfaceClient) -> None:
    data, name = client.data, account(client.data, "leadership", "组长")
    over = reader_notes.new_calendar(data, (name, "leadership", ""), date(2026, 1, 1))
    assert client.ask(f"/calendar/{over}.ics", {}).status_code == 404
    secret = reader_notes.new_calendar(data, (name, "leadership", ""), UNTIL)
    account(data, "administrator", "王五")
    set_disabled(data, ADMINISTRATOR, name, True)
    assert read(data).find(name) is not None
    assert client.ask(f"/calendar/{secret}.ics", {}).status_code == 404
    nobody = reader_notes.new_calendar(data, ("外来", "leadership", ""), UNTIL)
    assert client.ask(f"/calendar/{nobody}.ics", {}).status_code == 404, "no other way to sign in is open"
