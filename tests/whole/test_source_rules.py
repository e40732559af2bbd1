"""Rules that the source keeps, read from its syntax tree."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import ROOT

# Playwright reads these at once, whatever is still on its way to the page.
READ_AT_ONCE = {
    "all_inner_texts", "all_text_contents", "count", "inner_text", "inner_html", "text_content", "get_attribute",
    "input_value", "is_checked", "is_disabled", "is_enabled", "is_editable", "is_hidden", "is_visible",
}  # fmt: skip


def reads_at_once(source: str) -> Iterator[int]:
    """Lines that assert on, or put aside, what a page shows at this very moment; and pauses of a fixed length."""

    def look(node: Any, judged: bool) -> Iterator[int]:
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else ""
        if name == "wait_for_timeout" or (judged and name in READ_AT_ONCE):
            yield node.lineno
        waits = isinstance(called, ast.Name) and called.id == "eventually"
        judged = (judged or isinstance(node, ast.Assert | ast.Assign | ast.Return | ast.For)) and not waits
        for child in ast.iter_child_nodes(node):
            yield from look(child, judged)

    return look(ast.parse(source), judged=False)


def test_browser_tests_wait_for_what_they_assert() -> None:
    tests = sorted((ROOT / "tests" / "browser").glob("test_*.py"))
    assert tests
    early = [f"{path.name}:{line}" for path in tests for line in reads_at_once(path.read_text("utf-8"))]
    assert early == [], "use expect(…) of Playwright or eventually(…)"


@pytest.mark.parametrize(
    ("source", "early"),
    [
        ("assert page.locator('table').count() == 0", True),
        ("rows = page.locator('tr').all_inner_texts()", True),
        ("page.wait_for_timeout(400)", True),
        ("expect(page.locator('table')).to_have_count(0)", False),
        ("assert eventually(lambda: page.locator('tr').count(), lambda count: count > 3) > 3", False),
    ],
)
def test_the_rule_of_waiting_tells_reads_that_wait_from_those_that_do_not(source: str, early: bool) -> None:
    assert bool(list(reads_at_once(source))) == early


def test_figures_are_shown_in_one_place_which_asks_for_their_sentence() -> None:
    calls = [
        {keyword.arg for keyword in node.keywords}
        for folder in ("scorecard", "pages")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "plotly_chart"
    ]
    assert len(calls) == 1
    assert "alt" in calls[0]
