"""`make sbom`: what the program consists of, as CycloneDX JSON, from the lock: packages, hashes, licences, who asked for whom.

Equal locks give equal bytes: no time, no chance; the licences are those that the installed packages declare.
"""

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(.*\n(?:[ #].*\n?)*)", re.MULTILINE)
_PROGRAM = "scorecard"


@dataclass(frozen=True)
class LockedPackage:
    """An entry of a lock: the SHA-256 of its files, and the names of those that asked for it."""

    name: str
    version: str
    hashes: tuple[str, ...]
    askers: frozenset[str]

    @property
    def reference(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def packages(lock: str) -> tuple[LockedPackage, ...]:
    """The packages of a lock in its order; one of several versions, each for other Pythons, is there several times."""
    found: list[LockedPackage] = []
    for name, version, rest in _ENTRY.findall(lock):
        files, _, via = rest.partition("# via")
        askers = re.findall(r"([a-z0-9][a-z0-9._-]*)(?: \(pyproject\.toml\))? *$", via, re.MULTILINE)
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})", files)
        found.append(LockedPackage(name, version, tuple(hashes), frozenset(askers)))
    return tuple(found)


def licence(name: str) -> str:
    """The licence that the installed package declares; empty when it says nothing or is not installed."""
    try:
        about = dict(metadata.metadata(name).json)
    except metadata.PackageNotFoundError:
        return ""
    classified = [str(text).rpartition(" :: ")[2] for text in about.get("classifier", ()) if "License ::" in str(text)]
    said = about.get("license_expression") or "；".join(classified) or str(about.get("license", "")).partition("\n")[0]
    return str(said).strip()


def bill(lock: str, version: str, licences: Mapping[str, str]) -> dict[str, Any]:
    """The bill of materials of a lock (CycloneDX 1.6)."""
    locked = packages(lock)
    program = f"pkg:generic/{_PROGRAM}@{version}"
    components: list[dict[str, Any]] = []
    for one in locked:
        hashes = [{"alg": "SHA-256", "content": digest} for digest in one.hashes]
        component = {"type": "library", "bom-ref": one.reference, "name": one.name, "version": one.version}
        declared = [{"license": {"name": licences[one.name]}}] if licences.get(one.name) else []
        components.append({**component, "hashes": hashes, "purl": one.reference, "licenses": declared})
    named = [(_PROGRAM, program), *((one.name, one.reference) for one in locked)]
    asked = {name: [one.reference for one in locked if name in one.askers] for name, _ in named}
    needs = [{"ref": reference, "dependsOn": asked[name]} for name, reference in named]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'{version}{lock}')}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": program, "name": _PROGRAM, "version": version}},
        "components": components,
        "dependencies": needs,
    }


def main() -> None:
    """Write the bill of the program as it is locked and installed here."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    told = {one.name: licence(one.name) for one in packages(lock)}
    sys.stdout.write(json.dumps(bill(lock, version, told), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
