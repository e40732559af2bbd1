"""Every file of tests/data/door is taken through the door by a test that names it."""

import ast

import pytest

from tests.conftest import ROOT

FILES = sorted(path.name for path in (ROOT / "tests/data/door").iterdir())


def _strings() -> set[str]:
    """Every text that a test writes, alone or as part of a path."""
    trees = (ast.parse(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("test_*.py"))
    texts = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {part for text in texts if isinstance(text, str) for part in (text, text.rsplit("/", 1)[-1])}


@pytest.fixture(scope="module")
def strings() -> set[str]:
    return _strings()


@pytest.mark.parametrize("name", FILES)
def test_every_file_at_the_door_is_named_by_a_test(name: str, strings: set[str]) -> None:
    assert {name, name.rsplit(".", 1)[0]} & strings
