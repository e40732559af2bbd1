"""The end of the record is sealed: who can rewrite all of data/ and knows this code, but has no key, is found."""

import errno
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etl.backup.make import backup
from etl.backup.recover import recover
from scorecard.access import Forbidden, console
from scorecard.audit import log as audit
from scorecard.audit.entry import AuditEntry, sealed, written
from scorecard.audit.head_seal import mac, read_state, witness_path
from scorecard.audit.listing import AuditFilter, inspection_files
from scorecard.errors import StorageError
from scorecard.identity.settings import AccessSettings
from scorecard.identity.sign_in import change_password
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import key
from tests.support.actors import ADMINISTRATOR, OFFICER, PASSWORD, account

LINES = 6
Files = Mapping[str, bytes]


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of keys of this test alone."""
    monkeypatch.setenv("SCORECARD_KEYS", str(tmp_path / "keys"))
    return tmp_path / "keys"


@pytest.fixture
def chain(data: DataDir) -> DataDir:
    """A record of six lines, where it was written."""
    for number in range(1, LINES + 1):
        audit.record(data, OFFICER, "登录", f"账户{number}")
    return data


def files(data: DataDir) -> Files:
    """What an attacker copies today."""
    return {path.name: path.read_bytes() for path in (data.audit, data.audit_head) if path.exists()}


def put(data: DataDir, content: Files) -> None:
    for path in (data.audit, data.audit_head):
        path.unlink(missing_ok=True)
        if path.name in content:
            path.write_bytes(content[path.name])


def chained(subjects: list[str], at: list[str]) -> list[AuditEntry]:
    """A chain as this program makes it, of these subjects."""
    made: list[AuditEntry] = []
    for number, (subject, when) in enumerate(zip(subjects, at, strict=True), 1):
        previous = made[-1].seal if made else "0" * 64
        made.append(sealed(AuditEntry(number, when, "李四", "审管办", "", "登录", subject, "成功", {}, previous)))
    return made


def test_a_head_holds_number_seal_and_their_hmac_under_the_key(chain: DataDir) -> None:
    import hashlib
    import hmac

    last = audit.entries(chain)[-1]
    secret = bytes.fromhex(key("audit"))
    expected = hmac.new(secret, f"{LINES} {last.seal}".encode(), hashlib.sha256).hexdigest()
    assert chain.audit_head.read_text("ascii") == f"{LINES} {last.seal} {expected}\n"
    assert mac(key("audit"), f"{LINES} {last.seal}") == expected
    assert audit.head(chain) == f"{LINES} {last.seal}"
    assert audit.verify(chain) == ()
    assert key("audit").encode() not in b"".join(path.read_bytes() for path in chain.root.iterdir())


def rewritings(data: DataDir, kept: list[Files]) -> dict[str, Callable[[], None]]:
    """What somebody can do who may write all of data/, knows the code, and kept each earlier state of it."""
    content = data.audit.read_bytes().splitlines(keepends=True)
    entries = audit.entries(data)
    times = [entry.at for entry in entries]
    names = [entry.subject for entry in entries]

    def write(made: list[AuditEntry], head: str) -> None:
        last = made[-1]
        forged = {"none": "", "own": f" {mac('ab' * 32, f'{last.number} {last.seal}')}", "old": f" {old_mac}"}
        put(
            data,
            {
                "audit.jsonl": b"".join(map(written, made)),
                "audit.head": f"{last.number} {last.seal}{forged[head]}\n".encode(),
            },
        )

    old_mac = kept[-1]["audit.head"].decode().split()[2]
    variants = {
        "changed": chained([*names[:2], "账户9", *names[3:]], times),
        "last changed": chained([*names[:-1], "账户9"], times),
        "middle cut": chained([*names[:2], *names[3:]], times[:-1]),
        "last cut": chained(names[:-1], times[:-1]),
        "inserted": chained([*names[:3], "账户9", *names[3:]], [times[0], *times]),
        "appended": chained([*names, "账户9"], [*times, times[-1]]),
        "exchanged": chained([names[1], names[0], *names[2:]], times),
        "all of it": chained(["另一段历史"], times[:1]),
    }
    acts: dict[str, Callable[[], None]] = {
        f"{name}, head {head}": lambda made=made, head=head: write(made, head)
        for name, made in variants.items()
        for head in ("none", "own", "old")
    }
    acts |= {
        f"back to line {number}": lambda state=state: put(data, state) for number, state in enumerate(kept[:-1], 1)
    }
    head = kept[-1]["audit.head"]
    next_line = written(sealed(replace(entries[-1], number=LINES + 1, previous=entries[-1].seal, subject="账户9")))
    return acts | {
        "everything removed": lambda: put(data, {}),
        "head removed": lambda: put(data, {"audit.jsonl": b"".join(content)}),
        "seal taken off": lambda: put(data, {"audit.jsonl": b"".join(content), "audit.head": head[:67] + b"\n"}),
        "last cut, its head kept": lambda: put(data, {"audit.jsonl": b"".join(content[:-1]), "audit.head": head}),
        "one more line, the head kept": lambda: put(data, {"audit.jsonl": b"".join(content) + next_line, "audit.head": head}),
    }  # fmt: skip


def test_whatever_is_rewritten_without_the_key_is_seen_now_and_for_ever(data: DataDir) -> None:
    kept: list[Files] = []
    for number in range(1, LINES + 1):
        audit.record(data, OFFICER, "登录", f"账户{number}")
        kept.append(files(data))
    witness = witness_path(data).read_bytes()
    acts = rewritings(data, kept)
    assert len(acts) == 34
    for name, act in acts.items():
        act()
        assert audit.verify(data) != (), name
        for number in range(2):
            assert audit.record(data, OFFICER, "登录", f"之后{number}").result == "成功"
            assert audit.verify(data) != (), name
        put(data, kept[-1])
        witness_path(data).write_bytes(witness)
        assert audit.verify(data) == ()


def test_a_record_of_before_there_was_a_key_is_read_and_sealed_from_its_next_line_on(data: DataDir, keys: Path) -> None:
    made = chained(["甲", "乙"], ["2026-01-02T09:00:00+08:00"] * 2)
    lines = b"".join(map(written, made))
    data.root.mkdir()
    for named in made:  # earlier programs wrote the line first: a killed one left the head one behind
        put(data, {"audit.jsonl": lines, "audit.head": f"{named.number} {named.seal}\n".encode()})
        assert audit.verify(data) == ()
        assert audit.verification(data).sealed_since is None
    assert not keys.exists()
    audit.record(data, OFFICER, "登录", "丙")
    found = audit.verification(data)
    assert (found.faults, found.sealed_since) == ((), 3)
    audit.record(data, OFFICER, "登录", "丁")
    assert audit.verification(data).sealed_since == 3


def test_two_unsealed_lines_after_an_unsealed_head_are_seen(data: DataDir) -> None:
    made = chained(["甲", "乙", "丙"], ["2026-01-02T09:00:00+08:00"] * 3)
    data.root.mkdir()
    put(data, {"audit.jsonl": b"".join(map(written, made)), "audit.head": f"1 {made[0].seal}\n".encode()})
    assert "其后有 2 条没有封印" in audit.verify(data)[0].reason


# --- the key --------------------------------------------------------------------------------------------------


def test_a_lost_key_is_no_tampering_and_stops_no_sign_in(chain: DataDir, keys: Path) -> None:
    account(chain, "administrator", "管理")
    shutil.rmtree(keys)
    (fault,) = audit.verify(chain)
    assert "密钥" in fault.reason
    assert "不在，封印没有核对" in fault.reason
    change_password(chain, AccessSettings(), "管理", PASSWORD, f"{PASSWORD} neu", "10.0.0.1")
    found = audit.verification(chain)
    assert found.faults == ()
    assert ["原来的密钥不在" in notice.reason for notice in found.notices] == [True]
    assert [entry.action for entry in found.entries][-2:] == ["换用密钥", "账户"]


def test_the_command_line_acts_only_where_the_key_of_the_service_is(
    chain: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called without the setting of the service, it would seal the record with a key of its own."""
    before = files(chain)
    monkeypatch.setenv("SCORECARD_KEYS", str(tmp_path / "elsewhere"))
    with pytest.raises(StorageError, match="SCORECARD_KEYS"), audit.recorded(chain, console("技术员"), "发布", "v"):
        pytest.fail("the act began")
    assert files(chain) == before
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("content", ["", "x" * 64, "\x00" * 64, "ab" * 32])
def test_a_key_that_is_another_or_none_is_told_and_stops_nobody(chain: DataDir, keys: Path, content: str) -> None:
    right = (keys / "audit").read_text()
    (keys / "audit").write_text(content)
    (fault,) = audit.verify(chain)
    assert "密钥" in fault.reason
    assert not re.search("[A-Za-z]{12}", fault.reason.replace(str(keys), ""))
    assert audit.record(chain, OFFICER, "登录", "之后").result == "成功"
    assert audit.verify(chain) != ()
    (keys / "audit").write_text(right)
    assert audit.record(chain, OFFICER, "登录", "之后").result == "成功"
    assert audit.verify(chain) != ()  # told for ever


def test_a_folder_of_keys_that_takes_nothing_stops_nobody_and_is_told(chain: DataDir, keys: Path) -> None:
    witness_path(chain).unlink()
    witness_path(chain).mkdir()
    for _ in range(3):
        assert audit.record(chain, OFFICER, "登录", "之后").result == "成功"
    assert "见证" in audit.verify(chain)[0].reason
    shutil.rmtree(keys)
    keys.write_text("no folder")
    assert audit.record(chain, OFFICER, "登录", "之后").result == "成功"
    assert audit.verify(chain) != ()


def test_a_line_that_the_disk_refuses_leaves_the_head_before_it_also_without_a_witness(
    chain: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    witness_path(chain).unlink()
    monkeypatch.setattr("scorecard.audit.head_seal.write_witness", full)
    monkeypatch.setattr(audit.os, "write", full)
    before = files(chain)
    with pytest.raises(StorageError):
        audit.record(chain, OFFICER, "登录", "写不下")
    monkeypatch.undo()
    assert files(chain) == before
    assert {path.name for path in chain.root.iterdir()} == {"audit.jsonl", "audit.head"}


def test_a_damaged_witness_is_told(chain: DataDir) -> None:
    for damaged in (b"", b"{}", b"[]", b"null", b'{"since": "x", "number": 1, "seal": ""}', b"\xff"):
        witness_path(chain).write_bytes(damaged)
        assert "见证" in audit.verify(chain)[-1].reason


def test_a_folder_that_was_moved_keeps_its_seal(chain: DataDir, tmp_path: Path) -> None:
    moved = DataDir(tmp_path / "moved")
    chain.root.rename(moved.root)
    assert audit.verify(moved) == ()
    audit.record(moved, OFFICER, "登录", "之后")
    assert audit.verification(moved).sealed_since == LINES + 1
    state = read_state(moved)
    assert state.witness is not None
    assert state.witness.number == LINES + 1


# --- recovery -------------------------------------------------------------------------------------------------


def test_an_older_backup_put_back_by_the_command_is_recorded_with_what_it_replaced(
    chain: DataDir, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    backup(chain, tmp_path / "disk", console("技术员"))
    last = [audit.record(chain, OFFICER, "登录", f"以后{number}") for number in range(4)][-1]
    chain.root.rename(tmp_path / "old")
    recover(tmp_path / "disk", chain, console("技术员"))
    assert audit.verify(chain) == ()  # killed here, before the witness knows of it, the record is whole too
    entry = audit.entries(chain)[-1]
    assert (entry.action, entry.number) == ("恢复备份", LINES + 1)
    assert (entry.detail["lines"], entry.detail["replaced"]) == (last.number, last.seal)
    audit.record(chain, OFFICER, "登录", "恢复以后")
    assert audit.verify(chain) == ()


def test_the_same_files_put_back_by_hand_are_seen(chain: DataDir) -> None:
    older = files(chain)
    audit.record(chain, OFFICER, "登录", "以后")
    put(chain, older)
    assert "换成了较早的文件" in audit.verify(chain)[0].reason


def test_recovered_without_the_key_the_seal_is_not_called_broken(chain: DataDir, tmp_path: Path, keys: Path) -> None:
    (tmp_path / "disk").mkdir()
    backup(chain, tmp_path / "disk", console("技术员"))
    shutil.rmtree(keys)
    new = DataDir(tmp_path / "new")
    (fault,) = recover(tmp_path / "disk", new, console("技术员")).faults
    assert "不在，封印没有核对" in fault.reason
    assert [entry.action for entry in audit.entries(new)][-2:] == ["换用密钥", "恢复备份"]
    assert audit.verify(new) == ()


# --- the clock ------------------------------------------------------------------------------------------------


def _at(monkeypatch: pytest.MonkeyPatch, moved: timedelta) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # pyright: ignore[reportIncompatibleMethodOverride]
            return datetime.now(tz) + moved  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(audit, "datetime", Clock)


def test_a_clock_that_goes_back_gets_a_line_with_both_times(chain: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    before = audit.entries(chain)[-1].at
    _at(monkeypatch, -timedelta(seconds=30))
    audit.record(chain, OFFICER, "登录", "两台服务器之差")
    assert audit.verification(chain).notices == ()
    _at(monkeypatch, -timedelta(days=400))
    for _ in range(2):
        audit.record(chain, OFFICER, "登录", "倒退以后")
    found = audit.verification(chain)
    told = [entry for entry in found.entries if entry.action == "时钟倒退"]
    assert [entry.number for entry in told] == [LINES + 2]
    assert told[0].detail["from"] == found.entries[LINES].at
    assert before > told[0].detail["to"] == told[0].at
    assert found.faults == ()
    assert [notice.line for notice in found.notices] == [LINES + 2]
    assert told[0].detail["to"] in found.notices[0].reason


# --- for the discipline inspection ----------------------------------------------------------------------------


def test_the_inspection_gets_lines_their_raw_form_and_a_statement(chain: DataDir) -> None:
    found = inspection_files(chain, ADMINISTRATOR)
    table, raw, statement = (found[name] for name in ("审计记录.csv", "audit.jsonl", "核对说明.txt"))
    assert table.decode("utf-8-sig").count("账户") == LINES
    assert [json.loads(line)["number"] for line in raw.splitlines()] == list(range(1, LINES + 1))
    said = statement.decode("utf-8-sig")
    assert "核对结果：完整" in said
    assert audit.entries(chain)[LINES - 1].seal in said
    assert "自第 1 条起由密钥封印" in said
    last = audit.entries(chain)[-1]
    assert (last.actor, last.action, last.detail["what"]) == ("王五", "导出", "纪检核查")
    day = datetime.fromisoformat(last.at).date()
    later = inspection_files(chain, ADMINISTRATOR, AuditFilter(since=day + timedelta(days=1)))
    assert later["audit.jsonl"] == b""
    with pytest.raises(Forbidden):
        inspection_files(chain, OFFICER)
    assert audit.entries(chain)[-1].result == "拒绝"


def test_the_statement_names_what_is_wrong(chain: DataDir) -> None:
    raw = chain.audit.read_bytes()
    chain.audit.write_bytes(raw.replace("账户3".encode(), "账户9".encode()))
    found = inspection_files(chain, ADMINISTRATOR)
    assert "第 3 行：内容与印记不符" in found["核对说明.txt"].decode("utf-8-sig")
    assert "账户9".encode() in found["audit.jsonl"]
