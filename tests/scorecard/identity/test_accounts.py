"""Local accounts: signing in, guessing, changing, closing; nothing in the record or on the disk that should not be there."""

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import argon2
import pytest

from scorecard.access import Actor, Forbidden
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError, StorageError
from scorecard.identity import accounts, passwords
from scorecard.identity.accounts import Account
from scorecard.identity.authentication import COOKIE, Authenticator
from scorecard.identity.request import Request
from scorecard.identity.sessions import Session
from scorecard.identity.settings import AccessSettings
from scorecard.identity.sign_in import FailedAttempts, MustWait, SignInRefused, change_password, sign_in
from scorecard.storage import atomic_files
from scorecard.storage.data_dir import DataDir
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR

SETTINGS = AccessSettings()
GOOD = "brandnew harbour 47"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE = "10.1.2.3"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cheap hashes: what is tested here is the rules around them. One test looks at the real parameters."""
    monkeypatch.setattr(passwords, "_HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._decoy.cache_clear()


@pytest.fixture
def lisi(data: DataDir) -> str:
    """The name of an account whose password is GOOD."""
    first = accounts.create(data, ADMINISTRATOR, "李四", "case_management", None, ["civil"])
    change_password(data, SETTINGS, "李四", first, GOOD, HERE)
    return "李四"


def enter(
    data: DataDir, name: str, password: str, guesses: FailedAttempts | None = None, now: datetime = NOON, at: str = HERE
) -> Account:
    return sign_in(data, SETTINGS, guesses or FailedAttempts(), name, password, at, now)


def refused(
    data: DataDir, name: str, password: str, guesses: FailedAttempts | None = None, now: datetime = NOON, at: str = HERE
) -> str:
    with pytest.raises(SignInRefused) as refusal:
        enter(data, name, password, guesses, now, at)
    return str(refusal.value)


def lines(data: DataDir) -> list[tuple[str, str, str, str]]:
    return [(entry.action, entry.actor, entry.subject, entry.result) for entry in audit.entries(data)]


# --- signing in -----------------------------------------------------------------------------------------------


def test_the_right_password_signs_in_whatever_the_case_of_the_name_and_is_recorded(data: DataDir) -> None:
    first = accounts.create(data, ADMINISTRATOR, "Li.Si", "department", "civil", ["civil"])
    account = enter(data, "  li.SI ", first)
    assert account.must_change
    assert account.actor(HERE) == Actor("Li.Si", "department", "civil", HERE)
    last = audit.entries(data)[-1]
    assert (last.action, last.actor, last.role, last.origin, last.result) == (
        "登录", "Li.Si", "部门", HERE, "成功",
    )  # fmt: skip


def test_full_width_digits_are_the_same_password(data: DataDir, lisi: str) -> None:
    assert enter(data, lisi, "brandnew harbour ４７").name == lisi


def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(data: DataDir, lisi: str) -> None:
    assert refused(data, lisi, "wrong") == refused(data, "王麻子", "wrong")
    assert [entry.result for entry in audit.entries(data)[-2:]] == ["拒绝", "拒绝"]


def test_a_wrong_name_costs_as_many_hashes_as_a_wrong_password(
    data: DataDir, lisi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    hasher = passwords._HASHER

    class Counting:
        def verify(self, digest: str, password: str) -> bool:
            counted.append(digest)
            return hasher.verify(digest, password)

        def hash(self, password: str) -> str:
            return hasher.hash(password)

        def check_needs_rehash(self, digest: str) -> bool:
            return hasher.check_needs_rehash(digest)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    refused(data, lisi, "wrong")
    known = len(counted)
    refused(data, "王麻子", "wrong")
    assert len(counted) == 2 * known == 2
    assert all(digest.startswith("$argon2id$") for digest in counted)


def test_what_was_typed_as_a_name_is_in_no_record_unless_it_is_an_account(data: DataDir, lisi: str) -> None:
    refused(data, GOOD, "李四")
    assert GOOD not in data.audit.read_text(encoding="utf-8")
    assert audit.entries(data)[-1].subject == "未登记的账户"


def test_the_decoy_lets_nobody_in(data: DataDir) -> None:
    assert not passwords.matches("", "")
    assert not passwords.matches("no hash at all", GOOD)


# --- guessing -------------------------------------------------------------------------------------------------


def test_who_guesses_waits_longer_each_time_and_the_owner_gets_in_from_elsewhere(data: DataDir, lisi: str) -> None:
    """The numbers are those of seeds/access.toml: five free attempts, 30 seconds, doubled up to 15 minutes."""
    guesses, now = FailedAttempts(), NOON
    for _ in range(5):
        assert "账户或密码不对" in refused(data, lisi, "wrong", guesses, now)
    for seconds in (30, 60, 120, 240, 480, 900, 900):
        assert "须等一等" in refused(data, lisi, GOOD, guesses, now + timedelta(seconds=seconds - 1)), (
            "the right one too"
        )
        assert enter(data, lisi, GOOD, guesses, now, at="10.9.9.9").name == lisi, "from another address at once"
        now += timedelta(seconds=seconds)
        assert "账户或密码不对" in refused(data, lisi, "wrong", guesses, now)
    assert enter(data, lisi, GOOD, guesses, now + timedelta(minutes=15)).failures == 0, (
        "the guesser too, with the right one"
    )


def test_guessing_from_many_addresses_leaves_each_one_attempt_and_never_stops_the_owner(
    data: DataDir, lisi: str
) -> None:
    guesses = FailedAttempts()
    for number in range(20):
        assert "账户或密码不对" in refused(data, lisi, "wrong", guesses, at=f"10.7.0.{number}")
    assert "账户或密码不对" in refused(data, lisi, "wrong", guesses, at="10.8.0.1")
    assert "须等一等" in refused(data, lisi, "wrong", guesses, at="10.8.0.1"), "a second one at once is not looked at"
    assert accounts.read(data).accounts[0].failures == 21
    assert enter(data, lisi, GOOD, guesses, at="10.8.0.2").failures == 0


def test_an_address_that_guesses_at_many_accounts_waits_and_no_other_does(data: DataDir, lisi: str) -> None:
    guesses = FailedAttempts()
    for number in range(20):
        assert "账户或密码不对" in refused(data, f"无名{number}", "wrong", guesses)
    assert "须等一等" in refused(data, lisi, GOOD, guesses)
    assert enter(data, lisi, GOOD, guesses, at="10.9.9.9")
    assert enter(data, lisi, GOOD, guesses, now=NOON + timedelta(seconds=61)), (
        "a minute at most: an office may share it"
    )


def test_a_browser_that_is_signed_in_is_not_the_address_it_shares_with_a_guesser(
    opened: tuple[Authenticator, "Clock", str], lisi: str
) -> None:
    known, _, token = opened
    assert known.source(at("guess"), lisi) == known.source(at(token), "somebody else") == HERE
    assert known.source(at(token), lisi.upper()) not in ("", HERE, token)


def test_an_account_closed_by_an_earlier_program_is_read_and_open(data: DataDir, lisi: str) -> None:
    """Before delays grew, five wrong passwords closed an account until `locked_until`."""
    kept = json.loads(data.accounts.read_bytes())
    del kept["seal"]
    kept["accounts"][0] |= {"failures": 4, "locked_until": (NOON + timedelta(minutes=15)).isoformat()}
    data.accounts.write_text(json.dumps(kept), encoding="utf-8")
    assert enter(data, lisi, GOOD).failures == 0


def test_how_often_an_account_was_failed_on_outlives_a_restart(data: DataDir, lisi: str) -> None:
    for _ in range(3):
        refused(data, lisi, "wrong", FailedAttempts())
    accounts._parsed.cache_clear()
    assert accounts.read(data).accounts[0].failures == 3


def test_a_name_that_does_not_exist_is_delayed_in_the_same_words(data: DataDir, lisi: str) -> None:
    both = [[refused(data, name, "wrong", guesses) for _ in range(7)] for name, guesses in
            ((lisi, FailedAttempts()), ("王麻子", FailedAttempts()))]  # fmt: skip
    assert both[0] == both[1]
    assert "须等一等" in both[0][-1]


def test_a_right_password_forgets_the_wrong_ones(data: DataDir, lisi: str) -> None:
    for _ in range(3):
        for _ in range(4):
            refused(data, lisi, "wrong")
        enter(data, lisi, GOOD)


def test_guesses_that_run_at_the_same_time_are_all_counted(data: DataDir, lisi: str) -> None:
    guesses, start = FailedAttempts(), threading.Barrier(12)

    def guess(_: int) -> str:
        start.wait()
        return refused(data, lisi, "wrong", guesses)

    with ThreadPoolExecutor(12) as pool:
        refusals = list(pool.map(guess, range(12)))
    assert sum("账户或密码不对" in text for text in refusals) == 5
    assert "须等一等" in refused(data, lisi, GOOD, guesses)


def test_guesses_do_not_fill_the_record_or_the_memory(data: DataDir, lisi: str) -> None:
    guesses = FailedAttempts(most=50)
    before = len(audit.entries(data))
    for number in range(100):
        refused(data, f"无名{number}", "wrong", guesses, at=f"10.1.{number}.1")
        refused(data, lisi, "wrong", guesses, at=f"10.2.{number}.1")
    assert len(audit.entries(data)) == before + 2
    assert len(guesses.unknown) <= 50
    assert len(guesses._failures) <= 50
    refused(data, "无名", "wrong", guesses, NOON + timedelta(minutes=1))
    told = [(entry.subject, entry.detail["count"]) for entry in audit.entries(data)[before:]]
    assert told == [("未登记的账户", 1), (lisi, 1), ("未登记的账户", 100), (lisi, 99)], "none is left out"
    enter(data, lisi, GOOD, guesses, at="10.9.9.9")
    assert "连续输错 100 次" in str(audit.entries(data)[-1].detail["reason"])


def test_at_most_two_hashes_are_computed_at_once(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    hasher = passwords._HASHER

    class Watched:
        def hash(self, password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            try:
                threading.Event().wait(0.02)
                return hasher.hash(password)
            finally:
                with lock:
                    running -= 1

    monkeypatch.setattr(passwords, "_HASHER", Watched())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(passwords.hashed, ["x"] * 12))
    assert most == 2


# --- passwords ------------------------------------------------------------------------------------------------


def test_hashes_are_argon2id_with_current_parameters_and_old_ones_are_renewed(
    data: DataDir, lisi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = accounts.read(data).accounts[0].digest
    monkeypatch.setattr(passwords, "_HASHER", argon2.PasswordHasher())
    monkeypatch.setattr(passwords, "_decoy", lambda: old)
    enter(data, lisi, GOOD)
    new = accounts.read(data).accounts[0].digest
    parameters = argon2.extract_parameters(new)
    assert parameters.type is argon2.Type.ID
    assert (parameters.memory_cost, parameters.time_cost) >= (65536, 3)
    assert new != old
    enter(data, lisi, GOOD)
    assert accounts.read(data).accounts[0].digest == new


@pytest.mark.parametrize(
    "weak",
    [
        "short", "李四李四", "zhangsan", "zhangsan2026", "ZhangSan!!", "2026zhangsan", "password123", "Password2026!",
        "１２３４５６７８９０", "1234567890", "2026112400", "aaaaaaaaaaaa", "abababababab", "qwertyuiop", "abcdefghij",
        "admin12345", "x" * 129,
    ],
)  # fmt: skip
def test_a_weak_password_is_refused(weak: str) -> None:
    with pytest.raises(ScorecardError):
        passwords.refuse_weak(weak, "zhangsan", 10)


@pytest.mark.parametrize("good", [GOOD, "秋天的第一杯热豆浆真好", "correct horse battery", "T7-kq/0z.Lw"])
def test_a_good_password_needs_no_zoo_of_signs(good: str) -> None:
    passwords.refuse_weak(good, "zhangsan", 10)


def test_invented_passwords_are_good_and_never_the_same() -> None:
    random = {passwords.invented() for _ in range(200)}
    assert len(random) == 200
    for password in random:
        passwords.refuse_weak(password, "admin", 16)
        assert not set(password) & set("0o1li")


def test_a_password_is_changed_by_who_knows_it_and_only_to_a_new_one(data: DataDir, lisi: str) -> None:
    for old, new, reason in (
        ("wrong", "another harbour 48", "不对"),
        (GOOD, GOOD, "相同"),
        (GOOD, "short", "不少于 10"),
    ):
        with pytest.raises(ScorecardError, match=reason):
            change_password(data, SETTINGS, lisi, old, new, HERE)
        assert enter(data, lisi, GOOD)
    change_password(data, SETTINGS, lisi, GOOD, "another harbour 48", HERE)
    refused(data, lisi, GOOD)
    assert not enter(data, lisi, "another harbour 48").must_change


def test_guessing_the_old_password_is_delayed_too(data: DataDir, lisi: str) -> None:
    guesses = FailedAttempts()
    for _ in range(5):
        with pytest.raises(ScorecardError, match="不对"):
            change_password(data, SETTINGS, lisi, "wrong", "another harbour 48", HERE, guesses)
    with pytest.raises(MustWait):
        change_password(data, SETTINGS, lisi, GOOD, "another harbour 48", HERE, guesses)
    change_password(data, SETTINGS, lisi, GOOD, "another harbour 48", HERE, guesses, "another browser")


# --- an administrator's work ----------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [VISITOR, LEADER, CIVIL, OFFICER], ids=lambda actor: actor.role)
def test_only_an_administrator_changes_accounts_and_a_refusal_is_recorded(
    actor: Actor, data: DataDir, lisi: str
) -> None:
    before = data.accounts.read_bytes()
    acts = (
        lambda: accounts.create(data, actor, "赵六", "administrator", None, []),
        lambda: accounts.assign(data, actor, lisi, "administrator", None, []),
        lambda: accounts.reset(data, actor, lisi),
        lambda: accounts.set_disabled(data, actor, lisi, True),
    )
    for act in acts:
        count = len(audit.entries(data))
        with pytest.raises(Forbidden):
            act()
        last = audit.entries(data)[-1]
        assert (len(audit.entries(data)), last.action, last.actor, last.result) == (
            count + 1, "账户", actor.name, "拒绝",
        )  # fmt: skip
    assert data.accounts.read_bytes() == before


@pytest.mark.parametrize("name", ["", "李", "访客", "系统", "管理员", "a b", "<b>", "../x", "a" * 33, "x\ny"])
def test_a_name_that_would_confuse_the_record_is_refused(name: str, data: DataDir) -> None:
    with pytest.raises(ScorecardError, match="账户名"):
        accounts.create(data, ADMINISTRATOR, name, "leadership", None, [])
    assert not data.accounts.exists()


def test_a_name_is_given_once_whatever_its_case(data: DataDir) -> None:
    accounts.create(data, ADMINISTRATOR, "Wang", "leadership", None, [])
    with pytest.raises(ScorecardError, match="已有账户"):
        accounts.create(data, ADMINISTRATOR, "wANG", "leadership", None, [])


def test_a_department_account_has_a_department_and_no_other_has_one(data: DataDir) -> None:
    for role, department in (("department", None), ("department", "物业"), ("leadership", "civil")):
        with pytest.raises(ScorecardError, match="部门"):
            accounts.create(data, ADMINISTRATOR, "赵六", role, department, ["civil"])


def test_the_last_administrator_stays(data: DataDir) -> None:
    password = accounts.first_administrator(data)
    assert password
    for act in (
        lambda: accounts.set_disabled(data, ADMINISTRATOR, "admin", True),
        lambda: accounts.assign(data, ADMINISTRATOR, "admin", "leadership", None, []),
    ):
        with pytest.raises(ScorecardError, match="最后一个"):
            act()
    accounts.create(data, ADMINISTRATOR, "第二人", "administrator", None, [])
    accounts.set_disabled(data, ADMINISTRATOR, "admin", True)
    assert "已停用" in refused(data, "admin", password)
    assert "已停用" not in refused(data, "admin", "wrong"), "who does not know the password learns nothing"


def test_a_first_start_creates_an_administrator_once_and_keeps_its_hash_only(data: DataDir) -> None:
    password = accounts.first_administrator(data)
    assert password
    assert accounts.first_administrator(data) is None
    assert enter(data, "admin", password).must_change
    everything = b"".join(path.read_bytes() for path in data.root.rglob("*") if path.is_file())
    assert password.encode() not in everything
    assert oct(data.accounts.stat().st_mode & 0o777) == "0o600"


def test_a_forgotten_administrator_gets_a_new_password_and_is_open_again(data: DataDir) -> None:
    first = accounts.first_administrator(data)
    accounts.create(data, ADMINISTRATOR, "第二人", "administrator", None, [])
    accounts.set_disabled(data, ADMINISTRATOR, "admin", True)
    again = accounts.reset_administrator(data)
    assert again != first
    assert enter(data, "admin", again).role == "administrator"


def test_every_change_of_an_account_is_recorded(data: DataDir, lisi: str) -> None:
    accounts.assign(data, ADMINISTRATOR, lisi, "department", "civil", ["civil"])
    accounts.reset(data, ADMINISTRATOR, lisi)
    accounts.set_disabled(data, ADMINISTRATOR, lisi, True)
    accounts.set_disabled(data, ADMINISTRATOR, lisi, False)
    changes = [entry.detail["change"] for entry in audit.entries(data)]
    assert changes == ["新增", "修改密码", "调整身份", "重置密码", "停用", "启用"]
    assert audit.verify(data) == ()


def test_a_damaged_file_is_told_and_never_overwritten(data: DataDir, lisi: str) -> None:
    whole = accounts.read(data)
    for harm in (lambda: data.accounts.write_text("{broken", encoding="utf-8"), data.accounts.unlink):
        harm()
        assert accounts.read(data).accounts == whole.accounts  # from the copy
    shutil.rmtree(data.checksums)
    data.accounts.write_text("{broken", encoding="utf-8")
    for act in (
        lambda: enter(data, lisi, GOOD),
        lambda: accounts.create(data, ADMINISTRATOR, "赵六", "leadership", None, []),
        lambda: accounts.reset_administrator(data),
    ):
        with pytest.raises(StorageError, match="备份"):
            act()
    assert data.accounts.read_text(encoding="utf-8") == "{broken"
    assert accounts.first_administrator(data) is None


def test_a_disk_that_refuses_leaves_the_accounts_as_they_were(
    data: DataDir, lisi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = data.accounts.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_files, "replace_atomically", full)
    with pytest.raises(StorageError, match="磁盘已满"):
        accounts.create(data, ADMINISTRATOR, "赵六", "leadership", None, [])
    assert data.accounts.read_bytes() == before
    assert not list(data.root.glob(".tmp-accounts*")) and not [p for p in data.root.iterdir() if "-accounts" in p.name]


def test_two_who_create_accounts_at_once_lose_none(data: DataDir) -> None:
    names = [f"人员{number}" for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: accounts.create(data, ADMINISTRATOR, name, "leadership", None, []), names))
    assert {account.name for account in accounts.read(data).accounts} == set(names)
    json.loads(data.accounts.read_bytes())


def test_another_process_s_change_is_seen_at_once(data: DataDir, lisi: str) -> None:
    copy = DataDir(Path(f"{data.root}-copy"))
    copy.root.mkdir()
    copy.accounts.write_bytes(data.accounts.read_bytes())
    accounts.set_disabled(copy, Actor("另一进程", "administrator"), lisi, False)
    assert accounts.read(data).accounts[0].epoch == 2
    copy.accounts.replace(data.accounts)
    assert accounts.read(data).accounts[0].epoch == 3


# --- sessions -------------------------------------------------------------------------------------------------


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


def at(token: str) -> Request:
    return Request((("host", "kanban.court"), ("cookie", f"{COOKIE}={token}")), HERE)


@pytest.fixture
def opened(data: DataDir, lisi: str) -> tuple[Authenticator, Clock, str]:
    clock = Clock()
    known = Authenticator(data, SETTINGS, dict, clock)
    account = accounts.read(data).accounts[0]
    return known, clock, known.begin(account)


def test_a_session_lasts_while_something_is_done_and_ends_after_a_pause(
    opened: tuple[Authenticator, Clock, str],
) -> None:
    known, clock, token = opened
    clock.now += timedelta(minutes=29)
    assert known.of_request(at(token)).actor.name == "李四"
    clock.now += timedelta(minutes=29)
    assert known.of_request(at(token)).actor.name == "李四"
    clock.now += timedelta(minutes=31)
    over = known.of_request(at(token))
    assert (over.actor.role, over.note) == ("nobody", "登录已过期，请重新登录")
    clock.now -= timedelta(minutes=31)
    assert known.of_request(at(token)).actor.role == "nobody", "what is over stays over"


def test_a_session_ends_after_its_longest_time_however_busy(opened: tuple[Authenticator, Clock, str]) -> None:
    known, clock, token = opened
    while clock.now - NOON < timedelta(hours=8):
        assert known.of_request(at(token)).signed_in
        clock.now += timedelta(minutes=20)
    clock.now += timedelta(minutes=1)
    assert not known.of_request(at(token)).signed_in


def test_a_window_left_open_is_nobody_s_once_the_session_is_over(opened: tuple[Authenticator, Clock, str]) -> None:
    known, clock, token = opened
    window = Session(None, clock.now, clock.now)
    assert known.of_window(at(token), {}, window).signed_in
    clock.now += timedelta(minutes=31)
    assert known.of_window(at(token), {}, window).actor.role == "nobody"


@pytest.mark.parametrize("change", ["disable", "assign", "reset", "password", "sign_out"])
def test_a_changed_or_closed_account_is_out_at_once(
    change: str, opened: tuple[Authenticator, Clock, str], data: DataDir
) -> None:
    known, _, token = opened
    assert known.of_request(at(token)).signed_in
    accounts.create(data, ADMINISTRATOR, "王五", "administrator", None, [])
    {
        "disable": lambda: accounts.set_disabled(data, ADMINISTRATOR, "李四", True),
        "assign": lambda: accounts.assign(data, ADMINISTRATOR, "李四", "leadership", None, []),
        "reset": lambda: accounts.reset(data, ADMINISTRATOR, "李四"),
        "password": lambda: change_password(data, SETTINGS, "李四", GOOD, "another harbour 48", HERE),
        "sign_out": lambda: known.sign_out(at(token)),
    }[change]()
    assert not known.of_request(at(token)).signed_in
    if change == "sign_out":
        assert lines(data)[-1] == ("退出", "李四", "李四", "成功")


def test_somebody_with_a_given_password_has_no_right_before_it_is_changed(data: DataDir) -> None:
    accounts.create(data, ADMINISTRATOR, "赵六", "administrator", None, [])
    known = Authenticator(data, SETTINGS, dict, Clock())
    identity = known.of_request(at(known.begin(accounts.read(data).accounts[0])))
    assert identity.must_change
    assert not any(identity.actor.may(right) for right in ("view", "accounts", "audit"))


def test_tokens_are_long_random_and_kept_as_hashes_only(
    opened: tuple[Authenticator, Clock, str], data: DataDir
) -> None:
    known, clock, _ = opened
    account = accounts.read(data).accounts[0]
    tokens = {known.begin(account) for _ in range(100)}
    assert len(tokens) == 100
    assert min(len(token) for token in tokens) >= 43
    sessions = known._local
    assert not any(token in str(vars(sessions)) for token in tokens)
    assert not known.of_request(at("guess")).signed_in
    clock.now += timedelta(hours=1)
    known.begin(account)
    assert len(sessions._open) == 1, "dead sessions are not kept"
