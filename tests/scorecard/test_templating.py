"""Templates lie in the room that renders them."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from scorecard import templating
from scorecard.templating import environment, render
from scorecard.ui.shell import templating as shell
from tests.conftest import ROOT

ROOM = ROOT / "scorecard"
TEMPLATES = {
    f"{path.parent.parent.relative_to(ROOM).as_posix()}/{path.name}": path for path in sorted(ROOM.rglob("templates/*"))
}


def package(template: str) -> str:
    return template.rpartition("/")[0]


@cache
def rendered() -> dict[str, set[str]]:
    """Template to the packages of which a module names it."""
    users: dict[str, set[str]] = defaultdict(set)
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Constant(value=str(text)) if (
                    re.fullmatch(r"[a-z_/]+/[a-z_]+\.(html|md|xml|svg)", text) and (ROOM / package(text)).is_dir()
                ):
                    users[text].add(path.parent.relative_to(ROOM).as_posix())
                case _:
                    pass
    return users


@cache
def included() -> dict[str, set[str]]:
    """Template to the packages of which a template includes, imports or extends it."""
    users: dict[str, set[str]] = defaultdict(set)
    for name, path in TEMPLATES.items():
        for other in re.findall(r'\{%-?\s*(?:include|import|from|extends)\s+"([^"]+)"', path.read_text("utf-8")):
            users[other].add(package(name))
    return users


def test_every_template_is_used_and_every_template_named_is_there() -> None:
    assert len(TEMPLATES) > 90
    assert rendered().keys() | included().keys() == TEMPLATES.keys()


def test_a_template_lies_in_the_package_that_uses_it_and_only_in_the_shell_if_several_do() -> None:
    users = {name: rendered()[name] | included()[name] for name in TEMPLATES}
    foreign = {
        name: names
        for name, names in users.items()
        if names != {package(name)} and not (package(name) == "ui/shell" and len(names) > 1)
    }
    assert foreign == {}


def test_a_folder_of_templates_holds_nothing_else() -> None:
    """HTML; the XML of Word papers and slides, the sparkline, and the Markdown of the one document that is generated."""
    assert [name for name in TEMPLATES if name.endswith(".md")] == ["narrative/indicators.md"]
    others = {"narrative": ".md", "briefing/docx": ".xml", "briefing/pptx": ".xml", "charts": ".svg"}
    assert {name for name, path in TEMPLATES.items() if path.suffix != others.get(package(name), ".html")} == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_can_be_read(name: str) -> None:
    environment.get_template(name)


def test_values_are_escaped_and_a_value_nobody_gave_is_an_error() -> None:
    hostile = "<script>alert(1)</script>"
    assert hostile not in render("ui/shell/note.html", text=hostile)
    assert "&lt;script&gt;" in render("ui/shell/note.html", text=hostile)
    with pytest.raises(UndefinedError):
        render("ui/shell/note.html")


def test_there_is_one_environment() -> None:
    assert shell.render is render
    modules = [path for path in ROOM.rglob("*.py") if re.search(r"\bEnvironment\(", path.read_text("utf-8"))]
    assert modules == [Path(templating.__file__)]
