"""The rows that answer for themselves, the plan's 24 and the card's four, and the browser test that follows each.

`python -m tests.support.plan.plan_rows` writes docs/plan-rows.md anew.
"""

import ast
from collections.abc import Iterable
from pathlib import Path

from scorecard.catalog import loader
from scorecard.catalog.definitions import Catalog
from tests.conftest import ROOT

TESTS = ROOT / "tests" / "browser" / "plan_rows"
DOCUMENT = ROOT / "docs" / "plan-rows.md"
# What was asked for beside the plan, and where it is found.
CARD = {
    "card.etl": ("提取文件载入 DuckDB，有命令行", "命令行 `python -m etl accept`、`publish`；数据 → 数据报送"),
    "card.pages": ("每个领域一页，与目标对照", "解决商业纠纷、保护中小投资者、办理破产、工作要求"),
    "card.upload": ("错误的文件退回，改正后接收", "数据 → 数据报送"),
    "card.pictures": ("图片带出处导出", "每页右上“导出图片”"),
}
# Pages beside 措施与要求 on which the work of a row is done.
BESIDE = {"requirements.1": "落实 → 会商", "requirements.4": "落实 → 联络员"}


def rows(catalog: Catalog) -> dict[str, str]:
    """Every row and its title, in the plan's order."""
    titles = {row: catalog.row_title(row) for row in (*catalog.measures, *catalog.requirements)}
    return titles | {row: title for row, (title, _) in CARD.items()}


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


def document(catalog: Catalog) -> str:
    """docs/plan-rows.md: for each row its page, what answers there, and the test."""
    tested = followed_by()
    lines = ["# 方案逐项", ""]
    lines += ["由 `seeds/` 和浏览器测试生成（`python -m tests.support.plan.plan_rows`），请勿手改。", ""]
    for row, title in rows(catalog).items():
        code = f"{catalog.row_code(row)}　" if row not in CARD else ""
        lines += [f"## {code}{title}", ""]
        said = [("页面", CARD[row][1])] if row in CARD else _answers(catalog, row)
        said += [("测试", "、".join(f"`{name}`" for name in tested.get(row, ())))]
        lines += [f"- **{name}**：{text}" for name, text in said if text] + [""]
    return "\n".join(lines)


def _answers(catalog: Catalog, row: str) -> list[tuple[str, str]]:
    tabulations, listings = catalog.of_measure(row)
    worklists = [worklist for worklist in catalog.worklists.values() if row in worklist.measures]
    named = [one.table for one in (*tabulations, *listings, *worklists)]
    registers = [catalog.tables[name].name for name in dict.fromkeys(named) if _typed(catalog, name)]
    beside = f"；{BESIDE[row]}" if row in BESIDE else ""
    return [
        ("页面", f"落实 → 措施与要求（`measures?measure={row}`）{beside}"),
        ("指标", _names(one.name for one in catalog.indicators.values() if row in one.measures)),
        ("台账", _names(one.name for one in worklists)),
        ("统计表", _names(one.name for one in tabulations)),
        ("清单", _names(one.name for one in listings)),
        ("登记表", _names(registers)),
    ]


def _typed(catalog: Catalog, table: str) -> bool:
    return catalog.tables[table].entered_by == "register"


def _names(names: Iterable[str]) -> str:
    return "、".join(names)


if __name__ == "__main__":
    DOCUMENT.write_text(document(loader.load(ROOT / "seeds")), encoding="utf-8")
