"""Tokens and their limits without a server: what is kept, who is let in, how often, and what the audit says."""

import json
import shutil
import stat
from datetime import UTC, date, datetime, timedelta

import pytest

from scorecard.access import Actor, Forbidden
from scorecard.api import gate, tokens
from scorecard.api.gate import Gate, InterfaceRefused, RateLimit
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from tests.support.actors import ADMINISTRATOR, OFFICER, VISITOR

NOW = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # a minute before midnight at the court
PLACE = "10.1.2.3"


def made(data: DataDir, name: str = "市中院", until: date | None = None) -> str:
    return tokens.create(data, ADMINISTRATOR, name, until, NOW)


def admitted(door: Gate, *headers: str, origin: str = PLACE, now: datetime = NOW) -> Actor | int:
    """The consumer, or the status of the refusal."""
    try:
        return door.admit(headers, origin, now)
    except InterfaceRefused as refused:
        return refused.status


def test_a_token_is_kept_as_a_hash_in_a_file_of_the_server_alone(data: DataDir) -> None:
    secret = made(data)
    written = data.tokens.read_text("utf-8")
    assert tokens.SPELLING.fullmatch(secret)
    assert secret not in written + data.audit.read_text("utf-8")
    assert stat.S_IMODE(data.tokens.stat().st_mode) == 0o600
    assert admitted(Gate(data), f"Bearer {secret}") == Actor("市中院", "consumer", origin=PLACE)


@pytest.mark.parametrize("actor", [OFFICER, VISITOR, Actor("市中院", "consumer")])
def test_only_who_keeps_accounts_makes_and_revokes_tokens(actor: Actor, data: DataDir) -> None:
    made(data)
    with pytest.raises(Forbidden):
        tokens.create(data, actor, "区平台", None, NOW)
    with pytest.raises(Forbidden):
        tokens.revoke(data, actor, "市中院", NOW)
    assert [token.state(NOW) for token in tokens.read(data)] == ["有效"]


@pytest.mark.parametrize("name", ["", "x", "a\nb", "=cmd", "市中院", "<b>x</b>", "市" * 33])
def test_a_name_is_plain_and_used_once(name: str, data: DataDir) -> None:
    made(data)
    with pytest.raises(ScorecardError):
        made(data, name)


def test_a_token_ends_after_its_last_day_at_the_court_or_when_it_is_revoked(data: DataDir) -> None:
    today = date(2026, 10, 31)
    bearer = f"Bearer {made(data, until=today)}"
    door = Gate(data)
    assert isinstance(admitted(door, bearer), Actor)
    assert admitted(door, bearer, now=NOW + timedelta(minutes=1)) == 401
    other = f"Bearer {made(data, '区平台')}"
    assert isinstance(admitted(door, other), Actor)
    tokens.revoke(data, ADMINISTRATOR, "区平台", NOW)
    assert admitted(door, other) == 401
    with pytest.raises(ScorecardError, match="已经过去"):
        made(data, "昨天到期", today - timedelta(days=1))


def test_the_last_use_is_noted_once_a_day(data: DataDir) -> None:
    bearer, door = f"Bearer {made(data)}", Gate(data)
    admitted(door, bearer)
    first = data.tokens.stat().st_ino
    admitted(door, bearer)
    assert data.tokens.stat().st_ino == first, "written again"
    admitted(door, bearer, now=NOW + timedelta(days=1))
    assert tokens.read(data)[0].used_on == date(2026, 11, 1)


def test_headers_in_any_other_form_open_nothing(data: DataDir) -> None:
    secret, door = made(data), Gate(data)
    wrong = (
        (), ("",), (secret,), ("Bearer",), (f"Basic {secret}",), (f"Bearer{secret}",), (f"Bearer {secret} ",) * 2,
        (f"Bearer {secret}x",), (f"Bearer {secret[:-1]}",), (f"Bearer {secret},",), (f'Bearer "{secret}"',),
        (f"Bearer {secret.upper()}",), (f"Bearer {tokens.digest(secret)}",), ("Bearer ysh_" + "０" * 43,), ("Bearer \udcff",),
    )  # fmt: skip
    for number, headers in enumerate(wrong):
        assert admitted(door, *headers, origin=f"10.0.0.{number}") == 401, headers
    for right in (f"bearer {secret}", f"BEARER   {secret}", f" Bearer {secret} "):  # RFC 9110: the scheme has no case
        assert isinstance(admitted(door, right), Actor), right


def test_a_limit_lets_so_many_through_at_once_and_then_so_many_a_minute() -> None:
    limit = RateLimit(per_minute=6, at_once=3)
    assert [limit.take("a", NOW) for _ in range(4)] == [0, 0, 0, 10]
    assert limit.take("b", NOW) == 0, "another key"
    assert limit.take("a", NOW + timedelta(seconds=9)) == 1
    assert limit.take("a", NOW + timedelta(seconds=10)) == 0
    assert limit.take("a", NOW - timedelta(hours=1)) == 10, "a clock that goes back gives nothing"
    assert [limit.take("a", NOW + timedelta(days=1)) for _ in range(4)].count(0) == 3, "no more is saved up than that"


def test_strangers_are_limited_by_address_and_shut_no_consumer_out(data: DataDir) -> None:
    bearer, door = f"Bearer {made(data)}", Gate(data)
    answers = [admitted(door, "Bearer ysh_wrong") for _ in range(gate.UNKNOWN_AT_ONCE + 5)]
    assert answers == [401] * gate.UNKNOWN_AT_ONCE + [429] * 5
    assert isinstance(admitted(door, bearer), Actor), "from the same address, as behind a proxy"
    assert [admitted(door, bearer) for _ in range(gate.AT_ONCE)][-1] == 429


def test_refused_calls_are_in_the_audit_but_cannot_flood_it(data: DataDir) -> None:
    bearer, door = f"Bearer {made(data)}", Gate(data)
    for number in range(300):
        admitted(door, "Bearer ysh_guess", origin=f"10.9.{number // 250}.{number % 250}")
    for _ in range(gate.AT_ONCE + 50):
        admitted(door, bearer)
    admitted(door, "Bearer x", origin="10.8.0.1", now=NOW + timedelta(minutes=2))
    lines = [entry for entry in audit.entries(data) if entry.action == "接口读取"]
    assert [(line.actor, line.subject, line.result, line.detail["count"]) for line in lines] == [
        ("未登录", gate.UNKNOWN, "拒绝", 1),
        ("市中院", "市中院", "拒绝", 1),
        ("未登录", gate.UNKNOWN, "拒绝", 300),
        ("市中院", "市中院", "拒绝", 49),  # with the first refusal of any kind after the pause
    ]


def test_memory_for_addresses_has_an_end() -> None:
    limit = RateLimit(6, 3)
    for number in range(5000):
        limit.take(str(number), NOW)
    assert len(limit._buckets) <= 1000


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"tokens": [{"name": "x"}]}', b'{"accounts": []}'])
def test_a_damaged_file_lets_nobody_in_and_is_not_overwritten(content: bytes, data: DataDir) -> None:
    secret = made(data)
    shutil.rmtree(data.checksums)  # its copy is lost too
    data.tokens.write_bytes(content)
    with pytest.raises(StorageError, match=r"tokens\.json"):
        Gate(data).admit([f"Bearer {secret}"], PLACE, NOW)
    with pytest.raises(StorageError):
        made(data, "另一个")
    assert data.tokens.read_bytes() == content


def test_a_damaged_file_is_read_from_its_copy_and_brings_no_revoked_token_back(data: DataDir) -> None:
    bearer, other = f"Bearer {made(data)}", f"Bearer {made(data, '区平台')}"
    tokens.revoke(data, ADMINISTRATOR, "市中院", NOW)
    data.tokens.write_bytes(data.tokens.read_bytes()[:-20])
    assert admitted(Gate(data), bearer) == 401
    assert isinstance(admitted(Gate(data), other), Actor)


def test_making_and_revoking_are_in_the_audit(data: DataDir) -> None:
    made(data, until=date(2027, 12, 31))
    tokens.revoke(data, ADMINISTRATOR, "市中院", NOW)
    lines = [(entry.action, entry.subject, entry.actor, dict(entry.detail)) for entry in audit.entries(data)]
    assert lines == [
        ("接口令牌", "市中院", "王五", {"change": "新增", "until": "2027-12-31", "public": False}),
        ("接口令牌", "市中院", "王五", {"change": "撤销"}),
    ]
    assert json.loads(data.tokens.read_bytes())["tokens"][0]["name"] == "市中院", "nothing is removed"
