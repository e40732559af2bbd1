"""A statement that is remembered is the one that would be compiled now, whatever day it is asked for."""

import json
import shutil
from pathlib import Path

import pytest

from etl.warehouse.build import build
from scorecard.catalog.definitions import Catalog
from scorecard.queries import statements
from scorecard.queries.statements import Statement, compiled
from scorecard.storage.data_dir import DataDir


@pytest.fixture(scope="module")
def asked(sample: DataDir, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Statement, str]]:
    """Every statement of a build of the sample, with the text that it gave."""
    data, said = DataDir(tmp_path_factory.mktemp("court")), list[tuple[Statement, str]]()
    shutil.copytree(sample.batches, data.batches)
    written = Statement.sql

    def noting(one: Statement) -> str:
        said.append((one, written(one)))
        return said[-1][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statement, "sql", noting)
        build(catalog, data)
    return said


def test_the_text_is_what_its_expression_compiles_to_on_its_own_days(asked: list[tuple[Statement, str]]) -> None:
    assert len(asked) > 90
    assert [text for _, text in asked] == [compiled(one.expression()) for one, _ in asked]


def test_what_one_process_wrote_the_next_one_need_not_compile(
    asked: list[tuple[Statement, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "statements.json"
    statements.keep(path, "program")
    monkeypatch.setattr(statements, "_TEXTS", {})
    assert statements.recall(path, "another program") == 0
    assert statements.recall(path, "program") > 0
    monkeypatch.setattr(statements, "compiled", None)
    assert [one.sql() for one, _ in asked] == [text for _, text in asked]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"digest": "", "texts": {"a": "SELECT 1"}}', None])
def test_a_file_that_is_not_whole_is_not_believed(
    damage: bytes | None, asked: list[tuple[Statement, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "statements.json"
    statements.keep(path, "program")
    kept = json.loads(path.read_bytes())
    kept["texts"] = dict.fromkeys(kept["texts"], "SELECT 1")
    path.write_bytes(json.dumps(kept).encode() if damage is None else damage)
    monkeypatch.setattr(statements, "_TEXTS", {})
    assert statements.recall(path, "program") == 0
