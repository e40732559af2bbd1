"""The paths in the data folder; other processes and older data rely on these names."""

import os
from dataclasses import dataclass
from pathlib import Path

SEEDS_VARIABLE = "SCORECARD_SEEDS"
DATA_VARIABLE = "SCORECARD_DATA"
TEMPORARY_PREFIX = ".tmp-"


@dataclass(frozen=True)
class DataDir:
    """The data folder of one deployment: batches never change, versions have ids, CURRENT is the only pointer."""

    root: Path

    @property
    def batches(self) -> Path:
        return self.root / "batches"

    @property
    def versions(self) -> Path:
        return self.root / "versions"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def pointer(self) -> Path:
        return self.root / "CURRENT"

    @property
    def format(self) -> Path:
        return self.root / "FORMAT"

    @property
    def sampling(self) -> Path:
        return self.root / ".sampling"

    @property
    def lock(self) -> Path:
        return self.root / ".lock"

    @property
    def audit(self) -> Path:
        return self.root / "audit.jsonl"

    @property
    def audit_head(self) -> Path:
        return self.root / "audit.head"

    @property
    def backup_note(self) -> Path:
        return self.root / "backup.json"

    @property
    def withdrawals(self) -> Path:
        return self.root / "withdrawals"

    @property
    def kept(self) -> Path:
        return self.root / "kept"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def accounts(self) -> Path:
        return self.root / "accounts.json"

    @property
    def tokens(self) -> Path:
        return self.root / "tokens.json"

    @property
    def accounts_lock(self) -> Path:
        return self.root / ".accounts.lock"

    @property
    def aside(self) -> Path:
        return self.root / "aside"

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    @property
    def checksums(self) -> Path:
        return self.root / "checksums"

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
