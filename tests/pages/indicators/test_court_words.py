"""Every page, paper and form of an upper court says 法院 where rows are counted by court, and names no other court's plan."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from scorecard.access import Actor
from scorecard.briefing.composition.compose import compose
from scorecard.briefing.export.export_records import describe
from scorecard.briefing.paper.material import gather
from scorecard.briefing.paper.request import BriefingRequest, resolve
from scorecard.catalog import loader
from scorecard.storage.data_dir import SEEDS_VARIABLE, DataDir
from scorecard.store.open_version import open_published
from tests.pages.conftest import Open
from tests.pages.legible import labels, text
from tests.support.actors import ADMINISTRATOR, OFFICER
from tests.support.samples import AREA_SEEDS, published_area

UPPER = loader.load(AREA_SEEDS)
PAGES = sorted(path.stem for path in (Path(__file__).parents[3] / "pages").glob("*.py"))
ADMIN = {"accounts", "audit", "digests", "self_check"}
# Departments themselves: who answers (责任部门), those of the plan's text, of the government, and both together.
_MEANT = re.compile(
    "责任部门|部门考核|说明部门|部门说明|法院或部门|部门或法院|部门负责人|各部门登记本部门的行|(?:主管|业务|职能|执行|证监|牵头|监管|管理|区直)部门"
)
_PLAN = sorted(
    {one for row in UPPER.plan_rows.values() for one in (row.title, row.text)}
    | {one.responsible for one in UPPER.measures.values()}
    | {one.name for one in UPPER.departments.values()},
    key=len, reverse=True,
)  # fmt: skip
_SOURCES = {one.title for one in UPPER.sources.values()} | {
    title for row in UPPER.plan_rows.values() for title in row.cites
}


def wrong(said: str) -> list[str]:
    for one in _SOURCES:
        said = said.replace(one, "")
    other = re.findall(".{0,20}(?:钢城|张信林).{0,10}", said)
    for one in _PLAN:
        said = said.replace(one, "")
    return other + re.findall(".{0,20}(?:部门|全院).{0,10}", _MEANT.sub("", said))


@pytest.fixture
def area(shared: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setenv(SEEDS_VARIABLE, str(AREA_SEEDS))
    return published_area(shared)


@pytest.mark.parametrize("page", PAGES)
def test_a_page(page: str, area: DataDir, open_page: Open) -> None:
    for actor in (ADMINISTRATOR if page in ADMIN else OFFICER, Actor("城东内勤", "department", department="east")):
        app = open_page(area, page, actor)
        assert not app.exception
        assert wrong("\n".join((text(app), *labels(app)))) == []


def test_papers(shared: Path) -> None:
    data = published_area(shared)
    with closing((version := open_published(data)).connection):
        for template in (one for one in version.catalog.briefings.values() if not one.id.startswith("digest_")):
            whose = "east" if template.department == "asked" else None
            asked = BriefingRequest(template.id, "2024-01", "month", whose)
            order = resolve(version, asked, OFFICER, datetime(2026, 12, 1))
            paper = compose(gather(version, order, OFFICER), describe(data, version, order, (), "1"))
            assert wrong(repr(paper)) == [], template.id


def test_forms_and_all_that_the_seeds_say() -> None:
    """But the plan's words that a definition quotes (`why`), and values of columns."""
    quoted = {"why", "cites", "example", "values", "aliases", "groups", "where"}

    def said(one: object) -> Iterator[str]:
        if isinstance(one, dict):
            yield from (text for name, value in one.items() if name not in quoted for text in said(value))
        elif isinstance(one, (list, tuple)):
            yield from (text for value in one for text in said(value))
        elif isinstance(one, str):
            yield one

    families = (UPPER.tables, UPPER.definitions, UPPER.worklists, UPPER.tabulations, UPPER.listings, UPPER.prompts)
    for family in (*families, UPPER.briefings):
        for one in family.values():
            assert wrong("\n".join(said(one.model_dump()))) == [], one.id
