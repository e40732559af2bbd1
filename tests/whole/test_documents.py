"""The documents say what the code says: packages, the waist's schema, words, and paths that exist."""

import ast
import re
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT

ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
PACKAGES = sorted(path.parent for top in ("scorecard", "etl") for path in (ROOT / top).rglob("__init__.py"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The cells of the tables under a heading, without their heads and rules."""
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if not set("".join(row)) <= set("- ")]


def test_every_package_stands_in_the_architecture_with_its_own_sentence() -> None:
    written = {row[0].strip("`"): row[1] for row in rows_of(ARCHITECTURE, "Packages")[1:]}
    said = {
        path.relative_to(ROOT).as_posix(): ast.get_docstring(ast.parse((path / "__init__.py").read_text("utf-8")))
        for path in PACKAGES
    }
    assert written == said


@pytest.mark.parametrize("table", ["indicator_value", "indicator_part", "table_state", "value_doubt"])
def test_the_waist_has_the_columns_that_are_published(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    published = [
        (row[1].strip("`"), row[2])
        for row in rows_of(ARCHITECTURE, "The waist, a contract")[1:]
        if row[0] == f"`{table}`"
    ]
    with connection.cursor() as cursor:
        built = cursor.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [table]
        ).fetchall()
    assert published == built


def identifiers() -> set[str]:
    """Every public name of a module, class, function or field, and every package."""
    names: set[str] = {path.name for path in PACKAGES}
    for path in (file for top in ("scorecard", "etl") for file in (ROOT / top).rglob("*.py")):
        names.add(path.stem)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_the_glossary_speaks_of_what_is_there() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = [row for heading in re.findall(r"(?m)^## (.*)$", text) for row in rows_of(text, heading)[1:]]
    assert len(rows) > 40
    shown = "\n".join(
        path.read_text("utf-8")
        for top in ("scorecard", "etl", "pages", "seeds")
        for path in (ROOT / top).rglob("*")
        if path.suffix in {".py", ".toml", ".html", ".js"}
    )
    known = identifiers()
    for code, chinese, field in rows:
        words = re.findall(r"`(\w+)`", code)
        assert words, code
        assert set(words) <= known, f"{code}: not in the code"
        for word in re.split(r"[、/]", chinese):
            assert word.strip() in shown, f"{word}: no user reads it"
        assert field


def test_a_document_names_only_paths_that_exist() -> None:
    path_like = re.compile(r"`((?:scorecard|etl|tests|pages|seeds|docs)/[\w./-]*[\w/])`")
    missing = {
        f"{document.name}: {path}"
        for document in DOCUMENTS
        for path in path_like.findall(document.read_text("utf-8"))
        if not Path(ROOT / path).exists()
    }
    assert missing == set()
