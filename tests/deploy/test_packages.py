"""Known vulnerabilities and the bill of materials: from the lock and from reports as pip-audit writes them, without a network."""

import json
import re
from typing import Any

import pytest

from deploy.sbom import bill, licence, packages
from deploy.vulnerabilities import verdict
from tests.conftest import ROOT

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
ANSWER = "| GHSA-aaaa-bbbb-cccc | pillow 13.0.0 | 不受影响 | 只解码本程序自己画的图片 |\n"


def report(*vulnerable: str, skipped: tuple[str, ...] = ()) -> dict[str, Any]:
    """What pip-audit 2.10 writes with `-f json`."""
    known = [{"name": "numpy", "version": "2.5.5", "vulns": []}]
    if vulnerable:
        fault = [{"id": name, "aliases": ["CVE-2026-1"], "fix_versions": [], "description": "…"} for name in vulnerable]
        known.append({"name": "pillow", "version": "13.0.0", "vulns": fault})
    return {"dependencies": [*known, *({"name": name, "skip_reason": "not found"} for name in skipped)], "fixes": []}


def test_every_package_looked_up_and_nothing_found_is_well() -> None:
    assert verdict(report(), ["numpy"], "") == (0, ["已核查 1 个软件包，0 处已知漏洞都有答复"])


@pytest.mark.parametrize("said", [report(skipped=("pillow",)), report(), {"dependencies": []}])
def test_what_was_not_looked_up_is_never_taken_for_clean(said: dict[str, Any]) -> None:
    code, (told,) = verdict(said, ["numpy", "pillow"], ANSWER)
    assert code == 2
    assert "pillow" in told and "不等于没有漏洞" in told


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (ANSWER, 0),
        (ANSWER.replace("GHSA-aaaa-bbbb-cccc", "CVE-2026-1"), 0),  # the same fault by its other name
        ("", 1),
        (ANSWER.replace("13.0.0", "12.9.0"), 1),  # an answer for another version
        (ANSWER.replace("pillow", "numpy"), 1),
        (ANSWER.replace("只解码本程序自己画的图片", " "), 1),  # without a reason
        (ANSWER.replace("只解码本程序自己画的图片", "忽略"), 1),
        (ANSWER + ANSWER.replace("GHSA-aaaa-bbbb-cccc", "GHSA-gone-gone-gone"), 1),  # excuses what is no longer found
    ],
)
def test_a_finding_needs_an_answer_with_its_reason(document: str, code: int) -> None:
    assert verdict(report("GHSA-aaaa-bbbb-cccc"), ["numpy", "pillow"], document)[0] == code


def test_the_bill_names_every_locked_package_with_the_hashes_of_its_files() -> None:
    """The expectation is read from the lock line by line."""
    locked = re.findall(r"^([\w.-]+)==(\S+)", LOCK, re.MULTILINE)
    components = bill(LOCK, "0.1.0", {})["components"]
    assert [(one["name"], one["version"]) for one in components] == locked
    assert sum(len(one["hashes"]) for one in components) == LOCK.count("--hash=sha256:")


def test_the_bill_says_who_asked_for_whom_and_reaches_every_package() -> None:
    made = bill(LOCK, "0.1.0", {})
    needs = {one["ref"]: one["dependsOn"] for one in made["dependencies"]}
    program = made["metadata"]["component"]["bom-ref"]
    reached, open_ = set(), [program]
    while open_:
        reached.add(open_[-1])
        open_ += [one for one in needs[open_.pop()] if one not in reached]
    assert reached == {program, *(one["bom-ref"] for one in made["components"])}
    asked = re.findall(
        r'^    "([\w-]+)',
        (ROOT / "pyproject.toml").read_text("utf-8").partition("[dependency-groups]")[0],
        re.MULTILINE,
    )
    assert {one.split("/")[1].split("@")[0] for one in needs[program]} == set(asked)


def test_the_bill_is_the_same_each_time_and_names_no_address() -> None:
    told = {one.name: licence(one.name) for one in packages(LOCK)}
    first, second = (json.dumps(bill(LOCK, "0.1.0", told)) for _ in range(2))
    assert first == second
    assert "://" not in first
    assert sum(map(bool, told.values())) >= 0.9 * len(told), "most packages declare a licence"
