"""The record of who did what: whatever is done to the file afterwards is found, whatever happens while writing leaves it whole."""

import ast
import errno
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.accept import Refused, accept
from etl.versions.publish import publish, rollback
from etl.warehouse.build import build
from scorecard.access import Forbidden
from scorecard.audit import listing, log as audit
from scorecard.audit.entry import LONGEST, START, read, sealed, written
from scorecard.audit.head_seal import Witness, read_state, write_head, write_witness
from scorecard.catalog.definitions import Catalog
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import key
from tests.conftest import ROOT
from tests.support.actors import ADMINISTRATOR, LEADER, OFFICER, TESTER
from tests.support.extracts import AS_OF, cases_csv

LINES = 6


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """A record of six lines."""
    data = DataDir(tmp_path_factory.mktemp("audit") / "data")
    for number in range(1, LINES + 1):
        audit.record(data, TESTER, "登录", f"账户{number}", rows=number)
    return data


@pytest.fixture
def chain(original: DataDir, tmp_path: Path) -> DataDir:
    """A copy of it that a test may damage."""
    shutil.copytree(original.root, tmp_path / "data")
    return DataDir(tmp_path / "data")


def lines(data: DataDir) -> list[bytes]:
    return data.audit.read_bytes().splitlines(keepends=True)


def test_every_line_says_who_when_from_where_what_and_with_what_result(data: DataDir) -> None:
    entry = audit.record(data, replace(OFFICER, origin="10.1.2.3"), "上传", "cases/x", "拒绝", rows=3)
    assert (entry.actor, entry.role, entry.origin) == ("李四", "审管办", "10.1.2.3")
    assert (entry.action, entry.subject, entry.result, entry.detail) == ("上传", "cases/x", "拒绝", {"rows": 3})
    assert entry.at.endswith("+08:00")
    assert audit.entries(data) == (entry,)
    assert audit.head(data) == f"1 {entry.seal}"
    assert audit.verify(data) == ()


def test_the_seal_is_the_hash_of_the_seal_before_and_of_all_that_is_said(chain: DataDir) -> None:
    import hashlib

    previous = "0" * 64
    for line in lines(chain):
        fields = json.loads(line)
        claimed = fields["seal"]
        assert fields["previous"] == previous
        text = json.dumps({**fields, "seal": ""}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == claimed
        previous = claimed


def _changed(content: list[bytes]) -> list[bytes]:
    return [*content[:2], content[2].replace("账户3".encode(), "账户9".encode()), *content[3:]]


def _resealed(content: list[bytes]) -> list[bytes]:
    """Changed by somebody who knows how seals are made, but did not do all lines after it."""
    entry = read(content[2].rstrip())
    assert entry is not None
    return [*content[:2], written(sealed(replace(entry, subject="账户9"))), *content[3:]]


def _all_resealed(content: list[bytes]) -> list[bytes]:
    """The whole chain made anew after a change: only what other files say of it tells."""
    previous, made = "0" * 64, []
    for number, line in enumerate(content[1:], 1):
        entry = read(line.rstrip())
        assert entry is not None
        made.append(sealed(replace(entry, number=number, previous=previous)))
        previous = made[-1].seal
    return [written(entry) for entry in made]


TAMPERINGS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], int]] = {
    "changed": (_changed, 3),
    "changed and sealed again": (_resealed, 4),
    "spelt in another way": (lambda content: [*content[:2], content[2].replace(b'": ', b'":'), *content[3:]], 3),
    "first removed": (lambda content: content[1:], 1),
    "middle removed": (lambda content: [*content[:2], *content[3:]], 3),
    "two exchanged": (lambda content: [*content[:2], content[3], content[2], *content[4:]], 3),
    "one doubled": (lambda content: [*content[:3], content[2], *content[3:]], 4),
    "blank line inserted": (lambda content: [*content[:3], b"\n", *content[3:]], 4),
    "foreign line inserted": (lambda content: [*content[:3], b'{"number": "x"}\n', *content[3:]], 4),
    "number of another type": (lambda content: [*content[:2], content[2].replace(b'": 3', b'": "3"', 1), *content[3:]], 3),
    "tail cut off": (lambda content: content[:4], 5),
    "last cut off": (lambda content: content[:-1], LINES),
    "all cut off": (lambda content: [], 1),
    "made anew without the first": (_all_resealed, LINES),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_changed_removed_reordered_or_inserted_line_is_found_with_its_place(chain: DataDir, name: str) -> None:
    tamper, place = TAMPERINGS[name]
    chain.audit.write_bytes(b"".join(tamper(lines(chain))))
    faults = audit.verify(chain)
    assert faults
    assert faults[0].line == place


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_found_once_is_found_for_ever_though_the_record_goes_on(chain: DataDir, name: str) -> None:
    tamper, _ = TAMPERINGS[name]
    chain.audit.write_bytes(b"".join(tamper(lines(chain))))
    for _ in range(3):
        assert audit.record(chain, TESTER, "登录", "之后").result == "成功"
        assert audit.verify(chain) != ()
    assert [entry.subject for entry in audit.entries(chain)][-3:] == ["之后"] * 3


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), byte=st.integers(0, 255))
def test_any_single_byte_changed_is_found(original: DataDir, tmp_path: Path, place: int, byte: int) -> None:
    raw = original.audit.read_bytes()
    place %= len(raw) - 1  # the last byte is the last line end: without it the line was never confirmed
    changed = raw[:place] + bytes([byte]) + raw[place + 1 :]
    copy = DataDir(tmp_path)
    copy.audit.write_bytes(changed)
    copy.audit_head.write_bytes(original.audit_head.read_bytes())
    assert (audit.verify(copy) != ()) == (changed != raw)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.binary(max_size=60))
def test_no_content_of_the_file_makes_reading_fail(original: DataDir, tmp_path: Path, text: bytes) -> None:
    copy = DataDir(tmp_path)
    copy.audit.write_bytes(original.audit.read_bytes() + text + b"\n" + text)
    assert len(audit.entries(copy)) == LINES
    assert audit.verify(copy) != ()
    assert audit.head(copy).startswith(f"{LINES} ")


@pytest.mark.parametrize("torn", [b"{", b'{"number": 7, "at": "2026', b"\x00" * 300, b"\xe5\xbc" * 50_000])
def test_a_torn_last_line_was_never_confirmed_and_the_next_one_takes_its_place(chain: DataDir, torn: bytes) -> None:
    with chain.audit.open("ab") as file:
        file.write(torn)
    assert audit.verify(chain) == ()
    assert audit.head(chain).startswith(f"{LINES} ")
    assert audit.record(chain, TESTER, "退出", "账户1").number == LINES + 1
    assert audit.verify(chain) == ()
    assert len(lines(chain)) == LINES + 1


def test_a_lost_or_unreadable_head_is_said_and_stays_said(chain: DataDir) -> None:
    for damage in (None, b"", b"\xff\xfe", b"6\n", b"-1 " + b"0" * 64):
        chain.audit_head.unlink(missing_ok=True)
        if damage is not None:
            chain.audit_head.write_bytes(damage)
        assert [fault.line for fault in audit.verify(chain)] == [LINES + 1]
    audit.record(chain, TESTER, "登录", "x")
    assert ["audit.head 缺失或无法读取" in fault.reason for fault in audit.verify(chain)] == [True]


def test_a_process_killed_between_the_head_and_its_line_leaves_no_fault(data: DataDir) -> None:
    for number in (1, 2, 3):
        written = data.audit.read_bytes() if number > 1 else b""
        witness = read_state(data).witness
        audit.record(data, TESTER, "登录", "x")
        data.audit.write_bytes(written)
        write_witness(data, witness or Witness(1, 0, START))
        assert audit.verify(data) == ()
        assert audit.record(data, TESTER, "登录", "x").number == number
        assert audit.verify(data) == ()


@pytest.mark.parametrize("room", range(0, 700, 97))
def test_a_disk_that_fills_in_the_middle_of_a_line_leaves_nothing_of_it(chain: DataDir, room: int) -> None:
    """The system itself stops the file at a size (RLIMIT_FSIZE), in a process of its own."""
    before, limit = chain.audit.read_bytes(), chain.audit.stat().st_size + room
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            audit.record(chain, TESTER, "登录", "写不下" * 100)
        except StorageError:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    recorded = os.waitstatus_to_exitcode(status) == 0
    assert recorded == (len(lines(chain)) == LINES + 1)
    assert recorded or chain.audit.read_bytes() == before
    assert audit.verify(chain) == ()
    assert not [path for path in chain.root.iterdir() if path.name.startswith(".tmp-")]
    assert audit.record(chain, TESTER, "登录", "又有空间").number == LINES + 1 + recorded
    assert audit.verify(chain) == ()


def test_an_act_that_cannot_be_recorded_says_that_it_is_done(chain: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    acted = []

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with (
        pytest.raises(StorageError, match=r"发布已完成，但没有记入审计：磁盘已满.*不必重复") as refused,
        audit.recorded(chain, TESTER, "发布", "v"),
    ):
        acted.append(1)
        monkeypatch.setattr(audit.os, "write", full)
    monkeypatch.undo()
    assert acted == [1]
    assert refused.value.where == "审计记录"
    assert len(audit.entries(chain)) == LINES


def test_two_processes_at_once_make_one_chain(data: DataDir) -> None:
    code = (
        "import sys; from pathlib import Path; from scorecard.audit import log as audit; from scorecard.storage.data_dir import DataDir\n"
        "from tests.support.actors import TESTER\n"
        "for n in range(25): audit.record(DataDir(Path(sys.argv[1])), TESTER, '登录', f'{sys.argv[2]}-{n}')"
    )
    command = [sys.executable, "-c", code, str(data.root)]
    running = [subprocess.Popen([*command, name], cwd=ROOT) for name in ("a", "b", "c")]
    seen: set[tuple[audit.Fault, ...]] = set()
    while any(process.poll() is None for process in running):
        seen.add(audit.verify(data))
    assert [process.returncode for process in running] == [0, 0, 0]
    assert seen <= {()}  # whoever looks while others write sees a whole chain too
    subjects = [entry.subject for entry in audit.entries(data)]
    assert len(subjects) == 75
    for name in ("a", "b", "c"):
        assert [subject for subject in subjects if subject.startswith(name)] == [f"{name}-{n}" for n in range(25)]


def test_a_record_that_begins_while_it_is_read_is_whole(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    read_state = audit.head_seal.read_state

    def begun_meanwhile(of: DataDir) -> audit.head_seal.SealState:
        state = read_state(of)
        if not of.audit.exists():
            for number in range(3):
                audit.record(of, TESTER, "登录", str(number))
        return state

    monkeypatch.setattr(audit.head_seal, "read_state", begun_meanwhile)
    assert audit.verify(data) == ()
    assert len(audit.entries(data)) == 3


def test_an_act_is_recorded_however_it_ends(data: DataDir) -> None:
    with audit.recorded(data, TESTER, "发布", "v1") as act:
        act.detail["rows"] = 5
    with pytest.raises(Forbidden), audit.recorded(data, LEADER, "发布", "v2"):
        LEADER.require("publish")
    with pytest.raises(StorageError), audit.recorded(data, TESTER, "发布", "v3"):
        raise StorageError("磁盘", "磁盘已满", "空间")
    with pytest.raises(ZeroDivisionError), audit.recorded(data, TESTER, "发布", "v4"):
        _ = 1 / 0
    assert [(entry.subject, entry.result) for entry in audit.entries(data)] == [
        ("v1", "成功"), ("v2", "拒绝"), ("v3", "失败"), ("v4", "失败"),
    ]  # fmt: skip
    reasons = [entry.detail.get("reason") for entry in audit.entries(data)]
    assert reasons == [None, "组长（领导小组）没有这项权限", "磁盘已满", "操作中断（ZeroDivisionError）"]


def test_what_somebody_else_wrote_can_neither_fill_nor_break_the_record(data: DataDir) -> None:
    nasty = 'x"\n{"number": 1}\r\u2028\ud800' + "长" * 10_000
    entry = audit.record(data, TESTER, "上传", nasty, file=nasty, deep=[[[[[[nasty]]]]]], when=AS_OF)
    assert len(lines(data)) == 1
    assert len(entry.subject) == LONGEST
    assert entry.detail["when"] == "2026-10-31"
    assert len(lines(data)[0]) < 20_000
    assert audit.verify(data) == ()
    forged = 'x", "result": "成功"} "action": "上传", "subject": "cases/forged", "result": "成功"'
    audit.record(data, TESTER, "上传", forged, "拒绝", file=forged)
    assert audit.subjects_of(data, ("上传",)) == ()  # the first had a quote in its subject, the second was refused


def test_no_cell_of_a_refused_extract_is_kept(data: DataDir, catalog: Catalog) -> None:
    raw = cases_csv(4).replace("小额诉讼".encode(), "赵钱孙诉李周吴".encode())
    with pytest.raises(Refused, match="赵钱孙"):
        accept(raw, "案件.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    no_header = "赵钱孙,李周吴\n1,2\n".encode()
    with pytest.raises(Refused):
        accept(no_header, "案件.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
    assert [entry.result for entry in audit.entries(data)] == ["拒绝", "拒绝"]
    assert "处须改正" in audit.entries(data)[0].detail["reason"]
    text = data.audit.read_text("utf-8")
    assert "赵钱孙" not in text
    assert "李周吴" not in text


# --- versions carry the seal of their day ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory, catalog: Catalog) -> tuple[DataDir, str, str]:
    """A folder with two published versions, the second current."""
    data = DataDir(tmp_path_factory.mktemp("published") / "data")
    versions = []
    for first in (1, 101):
        raw = cases_csv(8, first)
        accept(raw, f"案件{first}.csv", catalog.tables["cases"], catalog, AS_OF, OFFICER, data)
        versions.append(build(catalog, data))
        publish(data, versions[-1], OFFICER)
    return data, versions[0], versions[1]


@pytest.fixture
def published(published_once: tuple[DataDir, str, str], tmp_path: Path) -> tuple[DataDir, str, str]:
    original, old, new = published_once
    shutil.copytree(original.root, tmp_path / "data")
    return DataDir(tmp_path / "data"), old, new


def test_a_published_version_carries_the_seal_of_its_day(published: tuple[DataDir, str, str]) -> None:
    data, old, new = published
    entries = {entry.number: entry for entry in audit.entries(data)}
    for version in (old, new):
        number, seal = json.loads(data.manifest(version).read_text("utf-8"))["audit"].split()
        assert entries[int(number)].seal == seal
        assert entries[int(number)].action == "上传"  # the line before its own publication
    assert audit.verify(data) == ()


def test_a_chain_made_anew_with_its_head_is_found_by_the_versions(published: tuple[DataDir, str, str]) -> None:
    data, old, new = published
    made = _all_resealed(lines(data))
    data.audit.write_bytes(b"".join(made))
    last = read(made[-1].rstrip())
    assert last is not None
    data.audit_head.write_text(f"{last.number} {last.seal}\n", "ascii")
    reasons = [fault.reason for fault in audit.verify(data)]
    assert [f"版本 {version} 的发布记录" in "".join(reasons) for version in (old, new)] == [True, True]


def test_a_record_of_before_there_were_seals_is_no_fault(published: tuple[DataDir, str, str]) -> None:
    data, old, _ = published
    content = json.loads(data.manifest(old).read_text("utf-8"))
    del content["audit"]
    data.manifest(old).write_text(json.dumps(content), "utf-8")
    assert audit.verify(data) == ()


# --- killed between the act and its line ----------------------------------------------------------------------


def _without_the_last(data: DataDir, count: int) -> None:
    """The record as it is when the process was killed before it wrote its last lines."""
    remaining = lines(data)[:-count]
    data.audit.write_bytes(b"".join(remaining))
    last = read(remaining[-1].rstrip()) if remaining else None
    if last is None:
        data.audit_head.unlink()
    else:
        write_head(data, last.number, last.seal, key("audit"))
    write_witness(data, Witness(1, last.number if last else 0, last.seal if last else START))


def test_an_accepted_batch_without_a_line_gets_one_at_the_next_upload(
    data: DataDir, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = catalog.tables["cases"]
    batch = accept(cases_csv(5), "甲.csv", table, catalog, AS_OF, OFFICER, data)
    _without_the_last(data, 1)
    accept(cases_csv(5, 50), "乙.csv", table, catalog, AS_OF, TESTER, data)
    assert [entry.action for entry in audit.entries(data)] == ["上传"]  # so young that its own line may still come
    monkeypatch.setattr("etl.intake.audit_recovery.AGE", 0.0)
    accept(cases_csv(5, 90), "丙.csv", table, catalog, AS_OF, TESTER, data)
    recovered = [entry for entry in audit.entries(data) if entry.action == "补记"]
    assert [entry.subject for entry in recovered] == [f"cases/{batch.name}"]
    assert recovered[0].detail["by"] == "李四"
    assert recovered[0].detail["when"] == batch.accepted_at.isoformat()
    accept(cases_csv(5, 130), "丁.csv", table, catalog, AS_OF, TESTER, data)
    assert [entry.action for entry in audit.entries(data)].count("补记") == 1
    assert audit.verify(data) == ()


def test_a_publication_without_a_line_gets_one_at_the_next(
    published: tuple[DataDir, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, old, new = published
    monkeypatch.setattr("etl.intake.audit_recovery.AGE", 0.0)
    _without_the_last(data, 1)
    rollback(data, old, ADMINISTRATOR)
    recorded = [
        (entry.action, entry.subject, entry.detail.get("act"), entry.detail.get("by")) for entry in audit.entries(data)
    ]
    assert recorded[-2:] == [("补记", new, "发布", "李四"), ("回退", old, None, None)]
    assert audit.verify(data) == ()


def test_a_pointer_that_was_moved_without_a_line_gets_one(
    published: tuple[DataDir, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, old, new = published
    monkeypatch.setattr("etl.intake.audit_recovery.AGE", 0.0)
    rollback(data, old, ADMINISTRATOR)
    _without_the_last(data, 1)
    publish(data, new, OFFICER)
    recorded = [(entry.action, entry.subject, entry.detail.get("act")) for entry in audit.entries(data)]
    assert recorded[-2:] == [("补记", old, "改为当前版本"), ("发布", new, None)]
    publish(data, new, OFFICER)
    assert [entry.action for entry in audit.entries(data)].count("补记") == 1


def test_a_refusal_is_recorded_with_who_wanted_what(published: tuple[DataDir, str, str]) -> None:
    data, old, _ = published
    with pytest.raises(ScorecardError):
        rollback(data, old, OFFICER)
    last = audit.entries(data)[-1]
    assert (last.actor, last.action, last.subject, last.result) == ("李四", "回退", old, "拒绝")


def details_of(path: Path) -> set[str]:
    """The names of what a file's code tells the audit beside the columns of a line, also by dictionaries that it makes first."""
    tree = ast.parse(path.read_text("utf-8"))
    made: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]:
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name) and node.value:
                made.setdefault(target.id, []).append(node.value)
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("recorded", "record", "release"):
                names |= {keyword.arg for keyword in node.keywords if keyword.arg}
                for keyword in node.keywords:
                    names |= set() if keyword.arg else keys_of(keyword.value, made)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute) and node.target.attr == "detail":
            names |= keys_of(node.value, made)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            held = node.value
            if isinstance(held, ast.Attribute) and held.attr == "detail":
                names.add(str(node.slice.value))
    return names


def keys_of(value: ast.expr, made: dict[str, list[ast.expr]]) -> set[str]:
    """The keys of a dictionary that is written out there or under the name there, with those that it takes over."""
    match value:
        case ast.Dict():
            own = {str(key.value) for key in value.keys if isinstance(key, ast.Constant)}
            taken = [one for key, one in zip(value.keys, value.values, strict=True) if key is None]
            return own.union(*(keys_of(one, made) for one in taken))
        case ast.IfExp():
            return keys_of(value.body, made) | keys_of(value.orelse, made)
        case ast.Name():
            return set[str]().union(*(keys_of(one, made) for one in made.get(value.id, ())))
        case _:
            return set()


def test_every_detail_the_code_tells_has_a_chinese_name() -> None:
    sources = [path for room in ("scorecard", "etl") for path in (ROOT / room).rglob("*.py")]
    names = set.union(*(details_of(path) for path in sources)) | {"again", "manifest"}
    assert {"files", "export", "rows", "version"} <= names
    assert {"sent", "replaces", "replaced", "backup", "already", "formats"} <= names, "by a dictionary made first"
    for name in names - {"also"}:  # a function that gives more of them
        assert not re.search("[a-z]", listing.words({name: "值"})), name
