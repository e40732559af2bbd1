"""Checks of the files of a data folder against what was noted of them, against each other, and against the audit."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from etl.doctor.findings import NOTHING, Finding
from etl.engines.choice import EngineChoice, chosen
from etl.intake.audit_recovery import note_checksums
from etl.intake.batch_notes import withdrawn
from etl.intake.batches import survey_batches
from etl.versions.rebuild import batches_of, repair
from etl.warehouse.build import build_of, version_id
from scorecard.audit import log as audit
from scorecard.catalog import loader
from scorecard.errors import StorageError
from scorecard.identity.accounts import read as read_accounts
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, remove_stale_temporaries, runs, write_atomically
from scorecard.storage.checksums import FileCheck, FolderChecks
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir
from scorecard.storage.data_format import FORMAT, written_by
from scorecard.store import versions as store

_LARGE = (".parquet", ".duckdb")
_KINDS = {
    "batches": ("建新版本要等它修复；已发布的版本照常", "从备份恢复这个文件，或把同一份抽取文件再报送一次"),
    "aside": ("搁置各行的原文；数值不受影响", "从备份恢复这个文件，或把同一份抽取文件再报送一次"),
}
_FROM_BACKUP = "从备份恢复这个文件"


def noted_files(data: DataDir, seeds: Path) -> Iterator[Finding]:
    """Every file of which a checksum was noted: whether it and its copy are as they were written."""
    checks: dict[Path, list[FileCheck]] = {}
    for path, check in checksums.all_checks(data):
        checks.setdefault(path, []).append(check)
    whole = 0
    for path, noted in checks.items():
        name = path.relative_to(data.root)
        state = checksums.state(data, path)
        if state != "whole" and path.parent != data.root:  # these say by themselves whether they are
            yield _lost(data, seeds, path, "文件缺失" if state == "missing" else "内容与写入时的校验值不符", noted)
            continue
        whole += 1
        if path.suffix not in _LARGE and not all(map(checksums.is_whole_copy, noted)):
            again = partial(_copy_again, data, path)
            yield Finding(f"{name} 的副本", "损坏", "checksums/ 下的副本与校验值不符", NOTHING, repair=again)
    yield Finding("有校验值的文件", "正常", f"{whole} 个与写入时一致")


def _lost(data: DataDir, seeds: Path, path: Path, text: str, noted: list[FileCheck]) -> Finding:
    name = path.relative_to(data.root)
    if path.suffix == ".duckdb":
        again = partial(_rebuild, data, seeds, path.stem)
        return Finding(str(name), "损坏", text, f"{NOTHING}，可由批次重建", repair=again)
    if path.suffix in _LARGE:
        return Finding(str(name), "损坏", text, *_KINDS[name.parts[0]])
    if any(map(checksums.is_whole_copy, noted)):
        lost = f"{NOTHING}，有完好的副本"
        return Finding(str(name), "损坏", text, lost, repair=lambda: write_atomically(path, checksums.read(data, path)))
    return Finding(str(name), "损坏", f"{text}，副本也已损坏", "文件的内容", _FROM_BACKUP)


def _copy_again(data: DataDir, path: Path) -> None:
    content = path.read_bytes()
    checksums.forget(data, path)
    checksums.note(data, path, content)


def _rebuild(data: DataDir, seeds: Path, version: str) -> str:
    """The version again from its batches; one that today's program computes otherwise is retired, its record stays."""
    catalog = loader.load(seeds)
    if version == store.named(data):
        rebuilt = repair(data, catalog)
        return f"由批次重建，现为版本 {rebuilt.version}" if rebuilt else "完好"
    found = batches_of(data, store.manifest(data, version), catalog) if data.manifest(version).exists() else ()
    engines = {engine.label: engine for engine in (EngineChoice(), chosen())}
    engine = next((one for label, one in engines.items() if version_id(catalog, found, label) == version), None)
    if found and engine is not None:
        build_of(catalog, data, found, anew=True, engine=engine)
        return "由批次重建"
    with exclusive_lock(data):
        checksums.forget(data, data.database(version))
        data.database(version).unlink(missing_ok=True)
    return "现在的程序不能重建这个较早的版本：数据文件已清理，发布记录和批次仍在"


def unnoted_files(data: DataDir, _: Path) -> Iterator[Finding]:
    """The files without a checksum: of an earlier program, or their check is gone."""
    for path in list(checksums.unnoted(data)):
        name = str(path.relative_to(data.root))
        try:
            if path.suffix == ".json":
                json.loads(path.read_bytes())
            yield Finding(name, "留意", "没有校验值，损坏时不能发现", NOTHING, repair=partial(note_checksums, data))
        except (OSError, ValueError):
            yield Finding(name, "损坏", "内容不能读取，也没有副本", "文件的内容", _FROM_BACKUP)


def batches(data: DataDir, _: Path) -> Iterator[Finding]:
    """The batches that can be read, and those that the record of a version names and that are not there."""
    whole, damaged = survey_batches(data)
    noted = {path.absolute() for path, _ in checksums.all_checks(data)}
    for batch in damaged:
        if batch.path.absolute() not in noted:  # the others are named already
            yield Finding(f"batches/{batch.table}/{batch.path.name}", "损坏", batch.error.found, *_KINDS["batches"])
    there = {(batch.table, batch.name) for batch in (*whole, *damaged)}
    named = {(one["table"], one["name"]) for manifest in store.manifests(data) for one in manifest.batches}
    for table, name in sorted(named - there):
        yield Finding(f"batches/{table}/{name}.parquet", "损坏", "已发布的版本由它建成，文件缺失", *_KINDS["batches"])
    try:
        taken_back = f"，其中撤回 {len(withdrawn(data))} 个"
    except StorageError as error:
        taken_back = ""
        yield Finding("withdrawals/", "损坏", str(error), "哪些批次已撤回", _FROM_BACKUP)
    yield Finding("批次", "正常", f"{len(whole)} 个可以读取{taken_back}")


def current_version(data: DataDir, seeds: Path) -> Iterator[Finding]:
    """The pointer, and the version it names."""
    version = store.named(data)
    put_right = partial(_rebuild, data, seeds, version or "")
    try:
        pointer = data.pointer.read_bytes()
    except OSError:
        pointer = b""
    if version is None:
        if pointer:
            yield Finding("CURRENT", "损坏", "指向的版本没有发布记录", "显示哪一个版本", _FROM_BACKUP)
        return
    if pointer != f"{version}\n".encode():
        text = f"不是已发布版本的编号；按审计和发布记录，最后的是 {version}"
        again = partial(write_atomically, data.pointer, f"{version}\n".encode())
        yield Finding("CURRENT", "损坏", text, NOTHING, repair=again)
    if reason := store.unreadable(data, version):
        yield Finding(f"warehouse/{version}.duckdb", "损坏", reason, f"{NOTHING}，可由批次重建", repair=put_right)
    else:
        yield Finding("当前版本", "正常", f"{version}，可以读取")


def data_format(data: DataDir, _: Path) -> Iterator[Finding]:
    """The number of the format, as a program of its time wrote it."""
    try:
        content = data.format.read_bytes()
    except FileNotFoundError:
        return
    if content == f"{FORMAT}\n".encode():
        yield Finding("数据格式", "正常", str(FORMAT))
        return
    written = written_by(data)
    text = f"写的是 {written}" if written is not None else "不能读取"
    remedy = "若数据由较新的程序写成，请改用那一版程序；否则运行 python -m etl doctor --repair"
    newer = written is not None and written > FORMAT
    again = None if newer else partial(write_atomically, data.format, f"{FORMAT}\n".encode())
    yield Finding("FORMAT", "损坏", f"{text}，本程序的格式是 {FORMAT}", NOTHING, remedy, repair=again)


def accounts(data: DataDir, _: Path) -> Iterator[Finding]:
    """The accounts, as the service reads them: from the copy where the file is damaged."""
    with suppress(StorageError):
        yield Finding("账户", "正常", f"{len(read_accounts(data).accounts)} 个")


def sealed_files(data: DataDir, _: Path) -> Iterator[Finding]:
    """The files that change and hold a seal: whether they are whole, or have a copy that is."""
    for path in (data.accounts, data.tokens, data.backup_note):
        copy = FolderChecks(data, data.root).copy(path)
        if path.is_file() and checksums.is_sealed(path.read_bytes()):
            continue
        if copy is not None:
            text = "文件缺失，或内容已损坏；现由副本读取"
            again = partial(write_atomically, path, copy)
            yield Finding(path.name, "损坏", text, f"{NOTHING}，有完好的副本", repair=again)
        elif path.exists():
            yield Finding(path.name, "损坏", "内容已损坏，没有副本", "文件的内容", _FROM_BACKUP)


def audit_record(data: DataDir, _: Path) -> Iterator[Finding]:
    """The chain of the audit, to its last line, and the file that names that line."""
    found = audit.verification(data)
    faults = found.faults
    if not data.audit.exists() and not faults:
        return
    for notice in found.notices[-_LISTED:]:
        yield Finding(f"审计记录第 {notice.line} 行", "留意", notice.reason, remedy="如实保留；查明原因后告知管理员")
    for fault in faults[:_LISTED]:
        text = f"第 {fault.line} 行：{fault.reason}"
        yield Finding("audit.jsonl、audit.head", "损坏", text, "被改动或删去的记录", "保留现场，从备份核对，报告管理员")
    if len(faults) > _LISTED:
        yield Finding("audit.jsonl", "损坏", f"另有 {len(faults) - _LISTED} 处", remedy="python -m etl audit verify")
    tail = data.audit.read_bytes()[-1:] if data.audit.exists() else b""
    head = data.audit_head.read_bytes()[-1:] if data.audit_head.exists() else b"\n"
    if not faults and (tail != b"\n" or head != b"\n"):
        text = "末尾不完整：写入时中断，或被截短；下一次记录时自动补齐"
        yield Finding(
            "audit.jsonl、audit.head", "损坏", text, NOTHING, repair=lambda: None
        )  # the line about it mends it
    if not faults:
        yield Finding("审计记录", "正常", f"{len(audit.entries(data))} 条，逐条相接")


_LISTED = 5


def temporaries(data: DataDir, _: Path) -> Iterator[Finding]:
    """Work in progress of processes that no longer run."""
    stale: list[Path] = []
    for path in sorted(data.root.rglob(f"{TEMPORARY_PREFIX}*")):
        owner = re.match(rf"{TEMPORARY_PREFIX}(\d+)-", path.name)
        stale += [] if owner and runs(int(owner[1])) else [path]
    if stale:
        names = "、".join(str(path.relative_to(data.root)) for path in stale[:_LISTED])
        text, folders = f"{len(stale)} 个中断的临时文件，不会再用", {path.parent for path in stale}
        yield Finding(names, "留意", text, NOTHING, repair=lambda: list(map(remove_stale_temporaries, folders)))


CHECKS = (
    noted_files,
    unnoted_files,
    batches,
    current_version,
    data_format,
    sealed_files,
    accounts,
    audit_record,
    temporaries,
)
