"""The contracts of imports bite: a copy of the packages, with a forbidden import in each, breaks every one of them."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("scorecard", "etl", "pages")
# In a new module of this package, this import breaks the contract that begins so.
OFFENCES = [
    ("scorecard.access", "scorecard.catalog", "Within scorecard every package"),
    ("scorecard.catalog", "scorecard.queries", "Within scorecard every package"),
    ("scorecard.queries", "scorecard.records", "Within scorecard every package"),
    ("scorecard.topics", "scorecard.assessment", "Within scorecard every package"),
    ("scorecard.storage", "scorecard.store", "Within scorecard every package"),
    ("scorecard.store", "etl.warehouse", "Only the pages and the screen call etl"),
    ("scorecard.ui.shell", "pages.overview", "Pages stand on the screen"),
    ("etl.reading", "etl.intake", "Within etl"),
    ("scorecard.briefing.paper", "scorecard.briefing.docx", "A paper is composed first"),
    ("scorecard.ui.shell", "scorecard.ui.work", "Within the screen"),
    ("scorecard.assessment", "scorecard.store.versions", "What indicators mean"),
    ("scorecard.calendar", "streamlit", "What indicators mean"),
    ("scorecard.identity", "streamlit", "Rights, identity and the audit"),
    ("scorecard.plan", "duckdb", "Only the store and the topics read DuckDB"),
    ("scorecard.store", "ibis", "Only queries, and etl that runs them, know Ibis"),
    ("etl.engines", "pyspark", "Spark is optional"),
    ("scorecard.ui.indicators", "plotly", "Only charts know Plotly"),
    ("scorecard.briefing.paper.model", "scorecard.charts", "A paper's model is plain data"),
    ("scorecard.charts", "streamlit", "Only ui and the pages know Streamlit"),
    ("scorecard.identity", "starlette", "Only the server knows the web framework"),
    ("scorecard.identity", "argon2", "Passwords are hashed in one place"),
    ("scorecard.briefing.paper", "docx", "Word has one package"),
    ("scorecard.briefing.docx", "pptx", "PowerPoint has one package"),
    ("scorecard.briefing.docx", "xlsxwriter", "Excel has one package"),
    ("etl.intake", "python_calamine", "Workbooks that come in are read in one package"),
    ("scorecard.briefing.html", "PIL", "The browser and pictures have one package"),
    ("scorecard.briefing.docx", "pylopdf_fonts_zh_cn", "The faces that come with the program"),
    ("scorecard.briefing.docx", "resvg_py", "An SVG becomes a picture"),
    ("scorecard.briefing.docx", "scorecard.access", "A format only sets"),
    ("etl.warehouse", "scorecard.charts", "Etl never draws"),
    ("pages", "duckdb", "Pages touch no database"),
    ("pages", "etl.duckdb_connection", "Of etl, pages and the screen use"),
    ("scorecard.ui.intake", "etl.reading", "Of etl, pages and the screen use"),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of all offences at once, in one line."""
    copy = tmp_path_factory.mktemp("packages")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    for number, (package, imported, _) in enumerate(OFFENCES):
        with module_of(copy, package, number).open("a", encoding="utf-8") as module:
            module.write(f"\nimport {imported}\n")
    for package in containers():
        new = copy.joinpath(*package.split("."), "unlisted")
        new.mkdir()
        (new / "__init__.py").touch()
    command = "from importlinter.cli import lint_imports_command as run; run()"
    lint = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert lint.returncode == 1, lint.stdout + lint.stderr
    return " ".join(lint.stdout.split())


def module_of(copy: Path, package: str, number: int) -> Path:
    """A new module of the package; of a single module, itself."""
    path = copy.joinpath(*package.split("."))
    return path / f"offence_{number}.py" if path.is_dir() else path.with_suffix(".py")


def importer(number: int, package: str) -> str:
    single = (ROOT.joinpath(*package.split("."))).with_suffix(".py").is_file()
    return package if single else f"{package}.offence_{number}"


def contracts() -> list[dict[str, object]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


def containers() -> list[str]:
    """The packages in which every package must have its place."""
    return [name for contract in contracts() if contract.get("exhaustive") for name in contract["containers"]]  # type: ignore[union-attr]


def section(broken: str, contract: str) -> str:
    """What the linter says of one contract, in its second part, where each stands under its name."""
    details = broken.split("Broken contracts", 1)[1]
    names = "|".join(re.escape(str(known["name"])) for known in contracts())
    return re.split(names, details.split(contract, 1)[1], maxsplit=1)[0] if contract in details else ""


@pytest.mark.parametrize(
    ("number", "package", "imported", "contract"),
    [(number, *offence) for number, offence in enumerate(OFFENCES)],
    ids=[f"{package}-{imported}" for package, imported, _ in OFFENCES],
)
def test_a_forbidden_import_breaks_its_contract(
    broken: str, number: int, package: str, imported: str, contract: str
) -> None:
    assert f"{importer(number, package)} -> {imported}" in section(broken, contract)


def test_every_contract_is_broken_by_an_offence() -> None:
    names = [str(contract["name"]) for contract in contracts()]
    assert [name for name in names if not any(name.startswith(begin) for _, _, begin in OFFENCES)] == []


def test_a_new_package_must_find_its_place(broken: str) -> None:
    assert len(containers()) >= 4
    assert [package for package in containers() if f"{package}.unlisted" not in broken] == []
