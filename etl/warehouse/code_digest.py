"""The digest of the program that computes a version's numbers: part of the version's id."""

import ast
import functools
import hashlib
import pkgutil
from importlib import util
from pathlib import Path

# A version's id changes when any of this code does, because its numbers may. What else the build imports only moves
# bytes: tests/etl/warehouse/test_code_digest.py lists it with reasons and fails when something new joins.
PACKAGES = ("scorecard.calendar", "scorecard.catalog", "scorecard.queries", "etl.warehouse")
MODULES = ("scorecard.records.targets", "etl.intake.set_aside")


@functools.cache
def code_digest() -> str:
    """SHA-256 over the syntax of `PACKAGES` and `MODULES`."""
    return digest_of([path.read_text(encoding="utf-8") for path in _sources()])


def digest_of(sources: list[str]) -> str:
    """SHA-256 over the top-level statements of these sources, sorted, without comments, docstrings and imports.

    Rewording a comment, reordering imports, moving a function to another module or renaming a module leaves it as it
    is; changing a statement does not.
    """
    statements = sorted(statement for source in sources for statement in _statements(source))
    return hashlib.sha256("\0".join(statements).encode()).hexdigest()


def _statements(source: str) -> list[str]:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            kept = [child for child in node.body if not _says_nothing(child)]
            node.body = kept or [ast.Pass()]
    return [ast.unparse(node) for node in tree.body]


def _says_nothing(node: ast.stmt) -> bool:
    """Whether a statement is an import or a docstring (a bare string)."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _sources() -> list[Path]:
    found = [_origin(name) for name in MODULES]
    for name in PACKAGES:
        package = _origin(name).parent
        found += [package / f"{module.name}.py" for module in pkgutil.iter_modules([str(package)])]
    return found


def _origin(name: str) -> Path:
    spec = util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)
