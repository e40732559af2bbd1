"""Registers and known answers published elsewhere; tests/data/README.md says where they come from and what is expected."""

import csv
import json
from typing import Any, Literal

from tests.conftest import ROOT

Encoding = Literal["utf8sig", "gb18030"]
DATA = ROOT / "tests" / "data"


def insolvencies() -> bytes:
    """The register of US chapter-12 bankruptcies."""
    return (DATA / "insolvency_register" / "register.csv").read_bytes()


def expected_of_insolvencies() -> dict[str, Any]:
    """What was computed elsewhere from that register."""
    return json.loads((DATA / "insolvency_register" / "expected.json").read_bytes())


def judgments(encoding: Encoding) -> bytes:
    """The register of Chinese judgments, as a court's system writes it or as Excel saves it."""
    written = (DATA / "judgment_register" / "register.csv").read_bytes()
    if encoding == "gb18030":
        return written
    return b"\xef\xbb\xbf" + written.decode("gb18030").replace("\r\n", "\n").encode()


def rows(raw: bytes) -> list[dict[str, str]]:
    """The cells of a CSV in UTF-8, read without the project's own reader."""
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))


def known_answers(name: str) -> list[dict[str, str]]:
    """The rows of a published series."""
    return rows((DATA / "known_answers" / f"{name}.csv").read_bytes())
