"""Rules that the source keeps, read from its syntax tree."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
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
    tests = sorted((ROOT / "tests" / "browser").rglob("test_*.py"))
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


# ------------------------------------------------------------------------------------------------------------ names


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def public_types(path: Path) -> Iterator[str]:
    """Classes and capitalised aliases that a module defines for others."""
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if name[0].isupper() and not name.isupper():
                    yield name
            case _:
                pass


def test_a_public_type_name_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules("scorecard", "etl"):
        for name in public_types(path):
            if not name.startswith("_"):
                places[name].append(relative(path))
    assert len(places) > 200
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_a_folder_of_tests_holds_at_most_fifteen_modules() -> None:
    folders = Counter(relative(path.parent) for path in modules("tests"))
    assert {folder: count for folder, count in folders.items() if count > 15} == {}


# ----------------------------------------------------------------------------------------------- papers and paths

# Words by which a comment refers to a paper that a reader of this repository does not have.
OUTSIDE_PAPERS = re.compile(
    r"domain reference|domain facts|\(facts, [a-z]+[ )]|\bthe issue\b|\bthe plan of work\b|\.\./shared|house\.md",
    re.IGNORECASE,
)


def test_no_paper_outside_the_repository_is_referred_to() -> None:
    texts = [
        path
        for folder in ("scorecard", "etl", "pages", "seeds", "tests", "docs")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".toml", ".md", ".html", ".css", ".js") and path != Path(__file__)
    ]
    assert len(texts) > 300
    assert [
        f"{relative(path)}:{number}"
        for path in [*texts, *(ROOT / name for name in ("README.md", "Makefile", "pyproject.toml"))]
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if OUTSIDE_PAPERS.search(line)
    ] == []


def paths_named(text: str) -> Iterator[str]:
    """Paths of the repository that a text names: from the top, down to a file or a folder."""
    top = "scorecard|etl|pages|seeds|tests|docs"
    for found in re.finditer(rf"(?<![\w./-])(?:{top})/[\w./-]*\w|(?<![\w./-])(?:{top})\.\w[\w.]*\w", text):
        yield found[0]


def exists(named: str) -> bool:
    """A path as it stands, or the dotted name of a package, a module, or of something in it."""
    if "/" in named or (ROOT / named).exists():
        return (ROOT / named).exists() or (ROOT / f"{named}.py").is_file()
    parts = named.split(".")
    return any(
        (ROOT.joinpath(*parts[:length])).with_suffix(".py").is_file()
        or (length == len(parts) and ROOT.joinpath(*parts).is_dir())
        for length in range(2, len(parts) + 1)
    )


def test_every_path_that_a_paper_names_is_there() -> None:
    papers = [
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
        ROOT / ".streamlit" / "config.toml",
        *(path for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md"),  # which also names what was
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "tests").glob("*/README.md"),
    ]
    absent = {
        f"{relative(paper)}: {named}"
        for paper in papers
        for named in paths_named(paper.read_text("utf-8"))
        if not exists(named)
    }
    assert absent == set()


def test_every_module_that_code_names_in_words_is_there() -> None:
    """In docstrings, comments and strings; a move would otherwise leave them behind without anybody noticing."""
    absent = {
        f"{relative(path)}: {named}"
        for path in [*modules("scorecard", "etl", "pages", "tests"), ROOT / "app.py"]
        for named in paths_named(path.read_text("utf-8"))
        if named.endswith(".py") and not exists(named)
    }
    assert absent == set()


# --------------------------------------------------------------------------------------------------------- functions


MOST_LINES = 60


def test_a_function_is_short() -> None:
    long = {
        f"{relative(path)}: {node.name}": lines
        for path in modules("scorecard", "etl", "pages", "tests")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES
    }
    assert long == {}


def test_figures_are_shown_in_one_place_which_asks_for_their_sentence() -> None:
    calls = [
        {keyword.arg for keyword in node.keywords}
        for folder in ("scorecard", "pages")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "plotly_chart"
    ]
    assert len(calls) == 1
    assert "alt" in calls[0]


# ------------------------------------------------------------------------------------------------------------ files


def test_no_page_hands_files_to_the_framework() -> None:
    """Its store answers to anybody who knows an address, and its buttons keep the rights of the moment they were drawn."""
    stored = re.compile(r"\b(download_button|image|logo|audio|video|pdf|dataframe|data_editor|pyplot)\(")
    assert [
        f"{relative(path)}:{number}"
        for path in modules("scorecard/ui", "pages")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := stored.search(line)) and f"st.{found[1]}(" in line
    ] == []


def test_days_become_months_by_the_courts_own_calendar() -> None:
    """Names that count by calendar months are for what names no court (worked examples) and for months that are written as a
    day; everything else asks `Court.months` or the `months` of a period.
    """
    of_calendar = re.compile(
        r"calendar\.period import [^\n]*\b(containing|parse|between)\b|\bperiod\.(containing|between)\(|replace\(day=1\)"
    )
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in ("scorecard", "etl", "pages")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if of_calendar.search(path.read_text("utf-8")) and not path.is_relative_to(ROOT / "etl" / "sample")
    ]
    assert found == [], "ask catalog.court.months, or period.months"
