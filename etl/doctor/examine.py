"""The whole self-check, worst first; and the repair of everything that can be made again."""

from collections.abc import Callable
from pathlib import Path

from etl.doctor import files, surroundings
from etl.doctor.findings import CONDITIONS, Finding
from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import refused_by_system
from scorecard.storage.data_dir import DataDir


def examine(data: DataDir, seeds: Path) -> tuple[Finding, ...]:
    """All findings, the worst first. A check that cannot be made is a finding itself."""
    found: dict[str, Finding] = {}
    for number, check in enumerate((*files.CHECKS, *surroundings.CHECKS)):
        try:
            for finding in check(data, seeds):
                found.setdefault(finding.what if finding.condition != "正常" else f"{number} {finding.what}", finding)
        except (ScorecardError, OSError) as error:
            reason = str(error) if isinstance(error, ScorecardError) else refused_by_system(error.errno)[0]
            found[f"{number}"] = Finding("自检", "损坏", f"有一项没有完成：{reason}", remedy="检查数据目录的权限和磁盘")
    return tuple(sorted(found.values(), key=lambda finding: CONDITIONS.index(finding.condition)))


def shortcomings(data: DataDir, seeds: Path) -> list[str]:
    """What is not as it should be, a sentence each: for the administrator's digest."""
    return [f"{one.what}：{one.text}" for one in examine(data, seeds) if one.condition != "正常"]


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
