"""Bits flipped and bytes cut in every kind of file of a data folder: told by name, survived, and put right where it can be.

What is served beside the damage is compared with what the undamaged folder served.
"""

import os
import random
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from etl.doctor.examine import examine, repair
from etl.doctor.findings import Finding
from etl.intake.accept import accept
from etl.intake.batch_notes import withdraw, withdrawn
from etl.intake.batches import list_batches
from etl.intake.header_mapping import remember_mapping, remembered_mapping
from etl.versions.pending import pending_batches
from etl.versions.publish import publish
from etl.warehouse.build import build
from scorecard.api import tokens
from scorecard.audit import log as audit
from scorecard.briefing.export import export_records
from scorecard.briefing.paper.model import ExportManifest
from scorecard.calendar.clock import COURT_TIME
from scorecard.errors import ScorecardError
from scorecard.identity import accounts
from scorecard.storage import data_format
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store, warehouse
from scorecard.store.open_version import open_published
from scorecard.store.versions import retain, retained
from tests.support.actors import ADMINISTRATOR, OFFICER, TESTER
from tests.support.court import CATALOG, GOOD_SEEDS
from tests.support.extracts import AS_OF, cases_csv

CASES = CATALOG.tables["cases"]
PLACES = 3  # of seven, for each file
MAPPED = {"案由说明": "cause"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """A folder with every kind of file, made as the service makes them: two versions, a withdrawn batch, one that waits."""
    data = DataDir(tmp_path_factory.mktemp("whole") / "data")
    accounts.first_administrator(data)
    data_format.number(data)
    tokens.create(data, ADMINISTRATOR, "平台", None, datetime.now(COURT_TIME))
    remember_mapping(data, CASES, MAPPED, OFFICER)
    bad = cases_csv(9, 101).replace(b"2026-", b"2026-99-", 1)
    for raw in (cases_csv(12, 1), bad):
        accept(raw, "案件.csv", CASES, CATALOG, AS_OF, OFFICER, data, policy="set_aside")
        publish(data, build(CATALOG, data), OFFICER)
    last = accept(cases_csv(3, 301), "撤回.csv", CASES, CATALOG, AS_OF, OFFICER, data)
    withdraw(data, "cases", last.name, "重复", OFFICER)
    accept(cases_csv(5, 201), "待发布.csv", CASES, CATALOG, AS_OF, OFFICER, data)
    retain(data, store.manifests(data)[-1].version, "导出", OFFICER)
    made = "2026-11-09T09:00:00+08:00"
    order = {"asked": "图"}
    record = ExportManifest(export_records.new_id(made), made, "李四", "v", made, False, order, (), {}, "", "")
    export_records.write_record(data, record)
    there = {path.name for path in data.root.iterdir()}
    kinds = (
        "batches aside withdrawals mappings kept exports versions warehouse CURRENT FORMAT accounts.json tokens.json"
    )
    assert there >= {*kinds.split(), "audit.jsonl", "audit.head", "checksums"}
    return data


READERS: dict[str, Callable[[DataDir], Any]] = {
    "values": lambda data: warehouse.series(
        (version := open_published(data)).connection, version.catalog, "ytd", "all", "all"
    ),
    "rows": lambda data: open_published(data).connection.execute("SELECT * FROM cases ORDER BY ALL").fetchall(),
    "versions": store.manifests,
    "withdrawn": withdrawn,
    "mapped": lambda data: remembered_mapping(data, CASES),
    "kept": retained,
    "batches": list_batches,
    "pending": lambda data: pending_batches(data, store.manifests(data)[0].batches),
    "accounts": lambda data: accounts.read(data).accounts,
    "tokens": tokens.read,
    "audit": audit.entries,
    "exports": lambda data: [path.stem for path in sorted(data.exports.glob("*.json"))],
}


def served(data: DataDir) -> dict[str, Any]:
    """What every reader gets; a refusal in Chinese is one of its possible answers, any other error fails the test."""
    answers: dict[str, Any] = {}
    for name, read in READERS.items():
        try:
            answers[name] = read(data)
        except ScorecardError as error:
            answers[name] = error
    return answers


def harmed(raw: bytes, chance: random.Random) -> list[bytes]:
    """Some of: a bit flipped at the beginning, anywhere and at the end, and the content cut anywhere, by a byte, to nothing."""
    places = [0, chance.randrange(len(raw)), chance.randrange(len(raw)), len(raw) - 1]
    flipped = [raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :] for at in places]
    return chance.sample([*flipped, raw[: chance.randrange(len(raw))], raw[:-1], b""], PLACES)


def worst(data: DataDir) -> list[Finding]:
    return [finding for finding in examine(data, GOOD_SEEDS) if finding.condition == "损坏"]


def kinds(data: DataDir) -> list[Path]:
    """A file of every kind: of every folder the first and the last, and every file at the top.

    Not what can be deleted at any time: a damaged one is not believed (tests/scorecard/queries/test_statements.py).
    """
    files = [path for path in sorted(data.root.rglob("*")) if path.is_file() and path.stat().st_size]
    files.remove(data.statements)
    by_folder: dict[Path, list[Path]] = {}
    for path in files:
        by_folder.setdefault(path.parent, []).append(path)
    return [path for folder, of in by_folder.items() for path in (of if folder == data.root else {of[0], of[-1]})]


def test_an_undamaged_folder_has_nothing_damaged_and_every_reader_is_answered(whole: DataDir) -> None:
    assert worst(whole) == []
    assert [name for name, answer in served(whole).items() if isinstance(answer, ScorecardError)] == []


def test_any_damage_of_any_file_is_told_by_its_name_and_serves_no_other_value(whole: DataDir, tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    shutil.copytree(whole.root, data.root)
    before, chance, complaints = served(data), random.Random("damage"), list[str]()
    for path in kinds(data):
        raw, name = path.read_bytes(), str(path.relative_to(data.root))
        for number, harm in enumerate(harmed(raw, chance)):
            path.write_bytes(harm)
            after, marked = served(data), bool(store.current(data).notice)
            for reader, answer in after.items():
                same = isinstance(answer, ScorecardError) or repr(answer) == repr(before[reader])
                if not same and not (reader in ("values", "rows") and marked) and reader != "audit":
                    complaints.append(f"{name} {number}: {reader} is another one")
            told = " ".join(finding.what for finding in worst(data))
            if path.name.split(".")[0] not in told:
                complaints.append(f"{name} {number}: not named in “{told}”")
        path.write_bytes(raw)
        assert worst(data) == [], name
    assert complaints == []


def test_what_can_be_made_again_is_repaired_from_copies_batches_and_the_audit(whole: DataDir, tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data")
    shutil.copytree(whole.root, data.root)
    before = served(data)
    spared = ("batches", "aside", "audit.jsonl", "audit.head")
    for path in kinds(data):
        if path.relative_to(data.root).parts[0] not in spared and path.is_file():
            path.write_bytes(path.read_bytes()[:-3]) if path.parent.name != "checksums" else path.write_bytes(b"{")
    copies = [path for path in data.checksums.rglob("*") if path.is_file() and path.stat().st_size]
    for copy in copies:  # one fault at a time: the copies of the harmed files are whole
        shutil.copy(whole.root / copy.relative_to(data.root), copy)
    assert len(worst(data)) >= 9
    repair(data, GOOD_SEEDS, TESTER, lambda _: None)
    assert worst(data) == []
    for reader, answer in served(data).items():
        if reader != "audit":
            assert repr(answer) == repr(before[reader]), reader
    assert [entry.action for entry in audit.entries(data)][-1] == "修复"


def test_a_damaged_or_lost_batch_stops_the_build_and_is_whole_again_when_its_extract_comes_again(
    whole: DataDir, tmp_path: Path
) -> None:
    data = DataDir(tmp_path / "data")
    shutil.copytree(whole.root, data.root)
    before = served(data)
    first = next(batch for batch in list_batches(data) if batch.sequence == 1)
    for harm in (lambda: os.truncate(first.path, 100), first.path.unlink):
        harm()
        with pytest.raises(ScorecardError, match="再报送一次"):
            build(CATALOG, data)
        assert f"batches/cases/{first.path.name}" in [finding.what for finding in worst(data)]
        again = accept(cases_csv(12, 1), "另一个名.csv", CASES, CATALOG, AS_OF, TESTER, data, policy="set_aside")
        assert (again.already, again.sequence, again.actor) == (False, 1, "李四")
        assert repr(served(data)["batches"]) == repr(before["batches"])
        assert worst(data) == []
