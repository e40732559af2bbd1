"""A digest of program text that only changes with what the program does: part of version ids and of export records."""

import ast
import hashlib
from collections.abc import Iterable


def digest_of(sources: Iterable[str]) -> str:
    """SHA-256 over the top-level statements of these sources, sorted, without comments, docstrings and imports.

    Rewording a comment, reordering imports, moving a function to another module or renaming a module leaves it as it
    is; changing a statement does not.
    """
    statements = sorted(statement for source in sources for statement in _statements(source))
    return hashlib.sha256("\0".join(statements).encode()).hexdigest()


def _statements(source: str) -> list[str]:
    def says_nothing(node: ast.stmt) -> bool:
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return text or isinstance(node, ast.Import | ast.ImportFrom)

    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [child for child in node.body if not says_nothing(child)] or [ast.Pass()]
    return [ast.dump(node, annotate_fields=False) for node in tree.body]
