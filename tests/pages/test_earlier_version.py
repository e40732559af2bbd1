"""A version that an earlier program published is shown as it was, by every page."""

import shutil
from pathlib import Path

import duckdb
import pytest

from scorecard.storage.data_dir import DataDir
from scorecard.store.versions import current
from tests.conftest import ROOT
from tests.pages.conftest import Open, turn
from tests.pages.legible import text

# What versions have held since extracts are known to be silent of columns.
TABLES = ("value_doubt", "silent_column", "batch_column")
COLUMNS = (("indicator_value", "unknown"), ("indicator_part", "unknown"), ("worklist_state", "unknown"))


@pytest.fixture
def earlier(sample: DataDir, tmp_path: Path) -> DataDir:
    data = DataDir(Path(shutil.copytree(sample.root, tmp_path / "earlier")))
    with duckdb.connect(data.database(current(data).version or "")) as connection:
        for table in TABLES:
            connection.execute(f"DROP TABLE {table}")
        for table, column in COLUMNS:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    return data


def test_every_page_shows_a_version_of_an_earlier_program(earlier: DataDir, open_page: Open) -> None:
    app = open_page(earlier)
    for page in sorted(path.stem for path in (ROOT / "pages").glob("*.py")):
        turn(app, page)
        assert not app.exception, page
        assert "由较早的程序建成" not in text(app), page
