"""What a leader reads names no file of ours, on any page."""

import re

from scorecard.storage.data_dir import DataDir
from tests.conftest import ROOT
from tests.pages.conftest import Open, turn
from tests.pages.test_pages import MANAGING, PAGES, text
from tests.support.actors import LEADER

FILE = re.compile(
    r"\bseeds\b|\betl\b|scorecard[/.]|(?<!\w)[a-z_]+\.(?:toml|csv|py|json|duckdb|parquet)\b", re.IGNORECASE
)
NOT_FOR_LEADERS = (
    *MANAGING,
    "upload",
    "go_live",
    "versions",
)  # versions: what the office handed in, by the files' own names


def test_no_page_that_a_leader_may_open_names_a_file_of_ours(sample: DataDir, open_page: Open) -> None:
    app, named = open_page(sample, actor=LEADER), {}
    for page in PAGES:
        if page not in NOT_FOR_LEADERS:
            found = FILE.findall(text(app if page == "overview" else turn(app, page)))
            assert not app.exception, page
            named |= {page: found} if found else {}
    assert named == {}


def test_no_template_of_the_screen_or_the_papers_names_one_either() -> None:
    """Words in the templates themselves, as some stand only in cases the sample does not have; the self-check may."""
    own = re.compile(r"seeds/|\b\w+\.(?:toml|csv)\b")
    for folder in ("scorecard/ui", "scorecard/briefing", "scorecard/narrative"):
        for path in (ROOT / folder).rglob("templates/*.html"):
            if "admin" not in path.parts and path.name != "first_note.html":
                assert not own.search(path.read_text("utf-8")), path
