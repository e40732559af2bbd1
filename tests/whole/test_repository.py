"""What holds for the repository as a whole: locks, sizes, names, colours, layers, and the two commands."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from scorecard.catalog import loader, worked_examples
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts import theme
from tests.bench import accept as bench_accept, build as bench_build
from tests.conftest import ROOT
from tests.support.naive import evaluate

NOT_OURS = {
    "dist",
    ".git",
    ".venv",
    "data",
    ".keys",  # of a deployment that was started here
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".import_linter_cache",
    ".hypothesis",
}
LOCKS = ["requirements.lock", "requirements-test.lock", "requirements-spark.lock"]


def files(*suffixes: str, under: str = ".") -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT / under):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(names):
            if not suffixes or name.endswith(suffixes):
                yield Path(folder) / name


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def modules() -> list[Path]:
    return [*files(".py", under="scorecard"), *files(".py", under="etl")]


def pages() -> list[Path]:
    return list(files(".py", under="pages"))


def app_sources() -> list[Path]:
    return [ROOT / "app.py", *pages(), *modules()]


def hits(pattern: str, paths: list[Path]) -> list[str]:
    """`file:line text` of every line of `paths` in which `pattern` is found."""
    return [
        f"{relative(path)}:{number} {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]


# ------------------------------------------------------------------------------------------------------------- locks


def lock_entries(lock: str) -> list[str]:
    """One string a requirement, its continuation lines joined, comments left out."""
    lines = [line for line in (ROOT / lock).read_text("utf-8").splitlines() if not line.lstrip().startswith("#")]
    return [entry for entry in "\n".join(lines).replace("\\\n", " ").splitlines() if entry.strip()]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_is_pinned_and_hashed(lock: str) -> None:
    entries = lock_entries(lock)
    assert len(entries) > (1 if lock == "requirements-spark.lock" else 30)
    assert [
        entry for entry in entries if not re.match(r"[a-z0-9][a-z0-9.-]*==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_pip_option(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert re.findall(r"(?m)^\s*--(?!hash=)\S+|^-\S+", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_everything_pyproject_asks_for(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = list(project["project"]["dependencies"])
    if lock == "requirements-test.lock":
        asked += project["dependency-groups"]["test"]
    if lock == "requirements-spark.lock":  # beside the first, never alone
        asked = list(project["dependency-groups"]["spark"])
    locked = {entry.split("==")[0] for entry in lock_entries(lock)}
    assert {re.split(r"[\[~=<>!]", requirement)[0] for requirement in asked} - locked == set()


def test_what_runs_and_what_is_tested_are_the_same_versions() -> None:
    pins = [{entry.split(" --hash")[0].strip() for entry in lock_entries(lock)} for lock in LOCKS]
    assert pins[0] - pins[1] == set()


# Starlette and Uvicorn are Streamlit's own server: it says which versions go with it, we ask for none beside that.
IMPORTED_AS = {
    "ibis": "ibis-framework",
    "chinese_calendar": "chinesecalendar",
    "pydantic_core": "pydantic",
    "argon2": "argon2-cffi",
    "PIL": "pillow",
    "docx": "python-docx",
    "pptx": "python-pptx",
    "resvg_py": "resvg-py",
    "python_calamine": "python-calamine",
    # Streamlit's own, in the versions it decides on; Jinja's.
    "anyio": "streamlit",
    "google": "streamlit",
    "h11": "streamlit",
    "markupsafe": "jinja2",
    "stdnum": "python-stdnum",
    "pylopdf_fonts_zh_cn": "pylopdf-fonts-zh-cn",
    "starlette": "streamlit",
    "uvicorn": "streamlit",
}


def imports_of(path: Path) -> set[str]:
    """The top-level names of what a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def test_everything_the_app_imports_is_asked_for_by_name_and_nothing_else_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = {re.split(r"[\[~=<>!]", requirement)[0] for requirement in project["project"]["dependencies"]}
    imported = set.union(*(imports_of(path) for path in app_sources())) - sys.stdlib_module_names
    assert {IMPORTED_AS.get(name, name) for name in imported - {"scorecard", "etl", "pages"}} == asked


# ------------------------------------------------------------------------------------------------- sizes and names


def test_a_page_has_fewer_than_60_lines() -> None:
    assert pages()
    assert {relative(page): n for page in pages() if (n := len(page.read_text("utf-8").splitlines())) >= 60} == {}


def test_a_module_has_one_job_in_at_most_400_lines() -> None:
    assert modules()
    assert {relative(m): n for m in modules() if (n := len(m.read_text("utf-8").splitlines())) > 400} == {}


def test_a_package_holds_at_most_twelve_modules() -> None:
    packages = Counter(m.parent for m in modules() if m.name != "__init__.py")
    assert {relative(package): n for package, n in packages.items() if n > 12} == {}


def test_a_package_says_in_one_sentence_what_it_holds() -> None:
    packages = [m for m in modules() if m.name == "__init__.py"]
    assert packages
    for package in packages:
        assert (ast.get_docstring(ast.parse(package.read_text("utf-8"))) or "").endswith("."), relative(package)
    folders = {m.parent for m in modules()}
    assert folders == {package.parent for package in packages}


def test_no_module_is_named_after_nothing() -> None:
    empty = {"utils", "util", "common", "helpers", "helper", "core", "misc"}
    assert [relative(path) for path in files(".py") if empty & set(path.relative_to(ROOT).with_suffix("").parts)] == []


def test_the_top_level_holds_the_rooms_of_the_design_and_nothing_else() -> None:
    rooms = {"app.py", "pages", "scorecard", "etl", "seeds", "data", "deploy", "tests", "docs"}
    papers = {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "pyproject.toml", *LOCKS}
    names = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name not in NOT_OURS}
    assert names | {"data"} == rooms | papers


def test_nothing_names_the_place_it_was_written_at() -> None:
    places = r"(?<![\w.}])/(work|root|tmp)(?![\w-])|pyp[i]\.|pythonhoste[d]|deb\.debia[n]|npmj[s]|issue[s] show"
    own_words = [path for path in files() if path.suffix not in {".png", ".parquet"}]
    assert len(own_words) > 50
    assert hits(places, [path for path in own_words if path != Path(__file__)]) == []


# What a machine may lack; the same rule is tested there by other means.
# The optional engine is put there by .ci/run.
MAY_SKIP = ("no address but loopback", "no right to mount", "Spark is optional")


def test_no_test_is_skipped_but_for_what_a_machine_lacks() -> None:
    others = [path for path in files(".py", under="tests") if path != Path(__file__)]
    skips = hits(r"pytest\.(skip|importorskip|xfail)\(|mark\.(skip|xfail)", others)
    assert [skip for skip in skips if not any(lack in skip for lack in MAY_SKIP)] == []


def test_files_from_elsewhere_are_small_and_their_source_is_written_down() -> None:
    folder = ROOT / "tests" / "data"
    written = (folder / "README.md").read_text("utf-8")
    held = [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".csv", ".json")]
    assert held
    assert [path.name for path in held if path.name not in written] == []
    assert sum(path.stat().st_size for path in held) < 1_000_000


# ---------------------------------------------------------------------------------------------------- text and colour


def test_no_text_reaches_a_page_as_raw_html() -> None:
    assert hits("unsafe_allow_html", app_sources()) == []


def test_colours_live_in_the_theme_only() -> None:
    screen = [path for folder in ("scorecard", "pages") for path in files(".css", ".html", ".js", under=folder)]
    elsewhere = [path for path in [*app_sources(), *screen] if path != Path(theme.__file__)]
    assert hits(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|\brgba?\(", elsewhere) == []


# ------------------------------------------------------------------------------------------------------------- layers


def test_app_is_a_frame_that_touches_no_database_and_no_chart_library() -> None:
    # app.py is a script, not a package, so import-linter cannot look at it.
    assert imports_of(ROOT / "app.py") & {"duckdb", "ibis", "pyarrow", "plotly", "etl"} == set()


# ----------------------------------------------------------------------------------------------- papers and commands


def test_readme_opens_in_chinese_and_names_the_two_commands_and_its_picture() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    first = next(line for line in text.splitlines() if line and not line.startswith("#"))
    assert len(re.findall(r"[\u4e00-\u9fff]", first)) > len(first) / 2
    assert "make run" in text
    assert "make test" in text
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", text):
        assert (ROOT / picture).is_file(), f"README shows {picture}, which is not there"


def test_the_indicator_shown_in_the_readme_loads_and_its_example_is_right(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    shown = tmp_path / "seeds" / "indicators" / "commercial_disputes" / "shown_in_readme.toml"
    shown.write_text(text.split("```toml\n")[1].split("```")[0], "utf-8")
    catalog = loader.load(tmp_path / "seeds")
    indicator = catalog.indicators["shown_in_readme"]
    rows = {example.table: list(example.rows) for example in worked_examples.tables(indicator, catalog)}
    values = evaluate(catalog, indicator, rows, dict.fromkeys(rows, worked_examples.cut_date(indicator)))
    value = values["month", "2026-01", ALL_DEPARTMENTS, "all"]
    assert (value.numerator, value.denominator) == (
        indicator.example.expect.numerator,
        indicator.example.expect.denominator,
    )


def test_help_names_every_command_for_people() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {
        word for word in ("run", "test", "check", "sample", "bench", "lock") if f"make {word} " not in shown
    } == set()


def test_the_measurements_watch_functions_that_are_there() -> None:
    watched = (*bench_accept.STAGES, *bench_build.BUILD_STAGES)
    assert [(stage, name) for stage, owner, name in watched if not callable(getattr(owner, name, None))] == []


def test_decisions_are_numbered_in_order_and_say_what_and_why() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    decisions = re.split(r"(?m)^## ", text)[1:]
    assert [int(decision.split(".")[0]) for decision in decisions] == list(range(1, len(decisions) + 1))
    for decision in decisions:
        assert all(f"**{word}" in decision for word in ("What", "Why")), decision.splitlines()[0]


# -------------------------------------------------------------------------------------------------------- real data


def test_no_test_can_touch_the_real_data_folder() -> None:
    real = ROOT / "data" / "CURRENT"
    touches = [
        real.read_text,
        lambda: real.write_text("x"),
        lambda: list((ROOT / "data" / "batches").iterdir()),
        lambda: duckdb.connect(ROOT / "data" / "warehouse" / "x.duckdb", read_only=True),
        lambda: (ROOT / "data" / "batches").mkdir(parents=True),
    ]
    for touch in touches:
        with pytest.raises(pytest.fail.Exception, match="real data folder"):
            touch()
