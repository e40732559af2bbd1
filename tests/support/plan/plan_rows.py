"""The rows that answer for themselves, the plan's 24 and the card's four, and the browser test that follows each."""

import ast
from pathlib import Path

from scorecard.catalog.definitions import Catalog
from tests.conftest import ROOT

TESTS = ROOT / "tests" / "browser" / "plan_rows"
# What was asked for beside the plan.
CARD = {
    "card.etl": "提取文件载入DuckDB，有命令行",
    "card.pages": "每个领域一页，与目标对照",
    "card.upload": "错误的文件退回，改正后接收",
    "card.pictures": "图片带出处导出",
}


def rows(catalog: Catalog) -> dict[str, str]:
    """Every row and its title, in the plan's order."""
    return {row.id: row.title for row in (*catalog.measures.values(), *catalog.requirements.values())} | CARD


def followed_by(folder: Path = TESTS) -> dict[str, list[str]]:
    """Row -> the tests that are decorated with it, as file::name."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
                match decorator:
                    case ast.Call(func=ast.Name(id="plan_row"), args=[ast.Constant(value=str(row))]):
                        found.setdefault(row, []).append(f"{path.name}::{getattr(node, 'name', '')}")
                    case _:
                        pass
    return found
