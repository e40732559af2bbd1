"""The whole self-check, worst first; and the repair of everything that can be made again."""

from collections.abc import Callable, Iterable
from pathlib import Path

from etl.doctor import files, surroundings
from etl.doctor.findings import CONDITIONS, Finding
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import refused_by_system
from scorecard.storage.data_dir import DataDir

CHECKS: tuple[Callable[[DataDir, Path], Iterable[Finding]], ...] = (
    files.noted_files,
    lambda data, _: files.unnoted_files(data),
    lambda data, _: files.batches(data),
    files.current_version,
    lambda data, _: files.data_format(data),
    lambda data, _: files.sealed_files(data),
    lambda data, _: files.accounts(data),
    lambda data, _: files.audit_record(data),
    lambda data, _: files.temporaries(data),
    lambda data, _: surroundings.space(data),
    lambda data, _: surroundings.clock(data),
    lambda data, _: surroundings.calendar(data),
    lambda *_: surroundings.browser(),
    lambda *_: surroundings.certificate(),
    lambda data, _: surroundings.backup(data),
    lambda data, _: surroundings.lock_holders(data),
    lambda data, _: surroundings.sizes(data),
    lambda *_: surroundings.program(),
)


def examine(data: DataDir, seeds: Path) -> tuple[Finding, ...]:
    """All findings, the worst first. A check that cannot be made is a finding itself."""
    found: dict[str, Finding] = {}
    for number, check in enumerate(CHECKS):
        try:
            for finding in check(data, seeds):
                found.setdefault(finding.what if finding.condition != "正常" else f"{number} {finding.what}", finding)
        except (ScorecardError, OSError) as error:
            reason = str(error) if isinstance(error, ScorecardError) else refused_by_system(error.errno)[0]
            found[f"{number}"] = Finding("自检", "损坏", f"有一项没有完成：{reason}", remedy="检查数据目录的权限和磁盘")
    return tuple(sorted(found.values(), key=lambda finding: CONDITIONS.index(finding.condition)))


def repair(data: DataDir, seeds: Path, actor: Actor, told: Callable[[str], object]) -> None:
    """Carry out every repair, each with a line in the audit; `told` gets a sentence on each."""
    for finding in examine(data, seeds):
        if finding.repair is None:
            continue
        try:
            with audit.recorded(data, actor, "修复", finding.what):
                actor.require("publish")
                said = finding.repair()
            told(f"已修复：{finding.what}{f'（{said}）' if isinstance(said, str) else ''}")
        except ScorecardError as error:
            told(f"没有修复 {finding.what}：{error}")
