"""What a visitor's pages say, whatever the address asks for; and which pages each role may open."""

import re

import pytest

from scorecard.access import ROLE_NAMES, Actor
from scorecard.assessment.small_counts import HIDDEN
from scorecard.storage.data_dir import DataDir
from scorecard.store import versions as store
from tests.pages.conftest import Open, files
from tests.pages.test_pages import PAGES, markup, text
from tests.support.actors import OFFICER, ROLES, VISITOR

SHOWN = ("overview", "commercial_disputes", "minority_investors", "insolvency", "requirements")
# What an address may ask for that a visitor is not shown.
ASKED = {
    "grain": "年度累计",
    "department": "民事审判庭",
    "scope": "涉企案件",
    "topic": "各环节用时",
    "indicator": "small_claims_rate",
}
SMALL = re.compile(r"(?<![\d.,])[1-4]\s?(?:件|家|篇|行|户|人)(?!法)")
HALVES = re.compile(r"\d+(?:件|天)? / \d|n=\d|Σ|分母\d")
# The pages of a role, by hand from the table of rights.
OPEN = {
    "overview",
    "commercial_disputes",
    "minority_investors",
    "insolvency",
    "requirements",
    "progress",
    "glossary",
    "targets",
    "time_axis",
    "account",
    "search",
}
SIGNED_IN = OPEN | {
    "measures",
    "registers",
    "worklists",
    "liaison",
    "meeting",
    "evidence",
    "frameworks",
    "briefing",
    "versions",
}
MAY_OPEN = {
    "visitor": OPEN,
    "leadership": SIGNED_IN | {"prompts"},
    "department": SIGNED_IN | {"prompts"},
    "case_management": SIGNED_IN | {"prompts", "upload", "go_live"},
    "administrator": SIGNED_IN | {"go_live", "accounts", "audit", "self_check", "digests"},
}


@pytest.mark.parametrize("page", SHOWN)
@pytest.mark.parametrize("asked", [{}, ASKED], ids=["plain", "asked"])
def test_a_visitor_reads_no_small_count_and_no_halves(
    page: str, asked: dict[str, str], sample: DataDir, open_page: Open
) -> None:
    app = open_page(sample, page, actor=VISITOR, **asked)
    assert not app.exception
    said = text(app).replace(HIDDEN, "").replace("件数不足5件的，或可由此推出的，不公开", "")
    drawn = "".join(chart.proto.spec for chart in app.get("plotly_chart"))
    assert "访客只看全院、全部案件的单月数" in said
    for shown in (said, drawn):
        assert [found[0] for found in SMALL.finditer(shown)] == []
        assert [found[0] for found in HALVES.finditer(shown)] == []
        assert not re.search(r"[\w-]+\.(csv|xlsx?)\b", shown)
    assert HIDDEN in text(app) or page == "overview"
    assert {"民事审判庭", "涉企案件"} & {
        app.session_state[key] for key in ("department", "scope") if key in app.session_state
    } == set()


def test_who_is_signed_in_sees_what_a_visitor_does_not(sample: DataDir, open_page: Open) -> None:
    inside = text(open_page(sample, "commercial_disputes", actor=OFFICER, indicator="small_claims_rate"))
    assert HALVES.search(inside)
    assert HIDDEN not in inside


@pytest.mark.parametrize("actor", ROLES, ids=lambda one: one.role)
def test_each_role_opens_its_pages_and_no_other(actor: Actor, data: DataDir, open_page: Open) -> None:
    """On an empty folder: which page opens does not depend on the data."""
    for page in PAGES:
        app = open_page(data, page, actor=actor)
        assert not app.exception, page
        closed = f"您现在的身份是{ROLE_NAMES[actor.role]}" in text(app)
        assert closed == (page not in MAY_OPEN[actor.role]), page


def test_a_visitor_is_offered_the_definitions_as_a_file_and_nothing_else(sample: DataDir, open_page: Open) -> None:
    assert files(open_page(sample, "glossary", actor=VISITOR)) == ["下载全部口径（Markdown）"]
    assert store.current(sample).version
    for page in SHOWN:
        assert files(open_page(sample, page, actor=VISITOR)) == []
        assert "file/" not in markup(open_page(sample, page, actor=VISITOR))
