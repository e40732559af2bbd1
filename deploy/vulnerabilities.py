"""`make audit`: known vulnerabilities of every locked package, each against its written answer in docs/security.md.

Ends with 0 when every package was looked up and every finding is answered; 1 when an answer is missing; 2 when something
could not be looked up, which is never taken for "nothing found".
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-spark.lock")
ANSWERS = ROOT / "docs" / "security.md"
_ROW = re.compile(r"^\| *((?:CVE|GHSA|PYSEC)-[\w-]+) *\| *(\S+) (\S+) *\|([^|]*)\|([^|]*)\|", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """A known vulnerability of a locked package, under all its names."""

    package: str
    version: str
    names: frozenset[str]


def answers(document: str) -> dict[tuple[str, str, str], str]:
    """(name of the vulnerability, package, version) -> the reason beside it; empty where the row gives none."""
    return {(row[0], row[1], row[2]): row[4].strip() for row in _ROW.findall(document)}


def findings(report: Any) -> tuple[list[Finding], list[str]]:
    """What a report of pip-audit found, and the packages it could not look up. It counts those as clean."""
    found = [
        Finding(package["name"], package["version"], frozenset((one["id"], *one["aliases"])))
        for package in report["dependencies"]
        for one in package.get("vulns", ())
    ]
    return found, [package["name"] for package in report["dependencies"] if "skip_reason" in package]


def verdict(report: Any, locked: Iterable[str], document: str) -> tuple[int, list[str]]:
    """The exit code and what to tell."""
    found, skipped = findings(report)
    reported = {package["name"] for package in report["dependencies"]} - set(skipped)
    missing = sorted({*skipped, *(set(locked) - reported)})
    if missing:
        remedy = "请在能连到公开漏洞库的机器上重新执行 make audit"
        return 2, [f"未能核查 {len(missing)} 个软件包：{'、'.join(missing)}；漏洞库没有答复，不等于没有漏洞。{remedy}"]
    given = answers(document)
    told: list[str] = []
    used: set[tuple[str, str, str]] = set()
    for one in found:
        keys = {(name, one.package, one.version) for name in one.names} & set(given)
        used |= keys
        if not any(len(given[key]) >= 10 for key in keys):
            name = "、".join(sorted(one.names))
            what = f"{one.package} {one.version}：{name} 在 docs/security.md 里没有答复，或没有写明理由"
            told.append(f"{what}；请升级，或写明为何不受影响")
    gone = sorted(set(given) - used)
    stale = [f"{name}（{package} {version}）已不再报告，请从 docs/security.md 删去" for name, package, version in gone]
    if told or stale:
        return 1, told + stale
    return 0, [f"已核查 {len(reported)} 个软件包，{len(found)} 处已知漏洞都有答复"]


def _asked(lock: str) -> Any:
    """The report of pip-audit on a lock; an empty one where it could not ask."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(ROOT / lock), "--disable-pip", "--no-deps", "-f", "json"]
    ran = subprocess.run([*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False)
    try:
        return json.loads(ran.stdout)
    except ValueError:
        return {"dependencies": []}


def main() -> int:
    """Ask for both locks; the exit code."""
    code, told = 0, dict[str, None]()
    for lock in LOCKS:
        locked = re.findall(r"^([a-z0-9][a-z0-9._-]*)==[^;\n]*$", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
        worse, lines = verdict(_asked(lock), locked, ANSWERS.read_text("utf-8"))
        code = max(code, worse)
        told |= dict.fromkeys(f"{lock}：{line}" for line in lines)
    sys.stdout.write("\n".join(told) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
