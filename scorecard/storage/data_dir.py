"""The paths in the data folder; other processes and older data rely on these names."""

import os
from dataclasses import dataclass
from pathlib import Path

SEEDS_VARIABLE = "SCORECARD_SEEDS"
DATA_VARIABLE = "SCORECARD_DATA"
TEMPORARY_PREFIX = ".tmp-"


class DataPath:
    """A path below the root of a data folder."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, data: "DataDir", owner: object) -> Path:
        return data.root / self._name


@dataclass(frozen=True)
class DataDir:
    """The data folder of one deployment: batches never change, versions have ids, CURRENT is the only pointer."""

    root: Path

    batches = DataPath("batches")
    versions = DataPath("versions")
    warehouse = DataPath("warehouse")
    pointer = DataPath("CURRENT")
    format = DataPath("FORMAT")
    sampling = DataPath(".sampling")
    lock = DataPath(".lock")
    audit = DataPath("audit.jsonl")
    audit_head = DataPath("audit.head")
    backup_note = DataPath("backup.json")
    withdrawals = DataPath("withdrawals")
    kept = DataPath("kept")
    looked = DataPath("looked")
    readers = DataPath("readers")
    readers_lock = DataPath(".readers.lock")
    outbox = DataPath("outbox")
    outbox_lock = DataPath(".outbox.lock")
    exports = DataPath("exports")
    accounts = DataPath("accounts.json")
    tokens = DataPath("tokens.json")
    accounts_lock = DataPath(".accounts.lock")
    aside = DataPath("aside")
    mappings = DataPath("mappings")
    checksums = DataPath("checksums")
    statements = DataPath("statements.json")

    def manifest(self, version: str) -> Path:
        return self.versions / f"{version}.json"

    def database(self, version: str) -> Path:
        return self.warehouse / f"{version}.duckdb"


def default_data() -> DataDir:
    """The data folder named by SCORECARD_DATA, otherwise `data/` beside the working directory."""
    return DataDir(Path(os.environ.get(DATA_VARIABLE, "data")))


def default_seeds() -> Path:
    """The seeds folder named by SCORECARD_SEEDS, otherwise `seeds/` beside the working directory."""
    return Path(os.environ.get(SEEDS_VARIABLE, "seeds"))
