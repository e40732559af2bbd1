"""Every page for every role on every kind of version: nothing raises, nothing is in English, nothing is ranked.

The kinds: the sample; nothing published; the court's first month; a court that has set no target. One session a role and
kind turns through all pages, as a reader does; what can be opened on a page is opened by those who may see most.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import SEEDS_VARIABLE, DataDir
from tests.conftest import ROOT
from tests.pages.conftest import Open, turn
from tests.pages.legible import drawn, english, labels, out_of_order, text
from tests.pages.test_pages import markup
from tests.support.actors import ROLES
from tests.support.samples import published_month, published_without_targets

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
NOBODY = Actor("无名", "nobody")
EVERYBODY = (*ROLES, NOBODY)
KINDS = ("sample", "empty", "month", "untargeted")
TOPICAL = ("commercial_disputes", "minority_investors", "insolvency", "requirements")
GRAINS = ("month", "quarter", "ytd", "year")
# Pages that are not for everybody, written down once more: who may open them.
SIGNED_IN = {"leadership", "department", "case_management", "administrator"}
RESERVED = {
    **dict.fromkeys(
        ("measures", "registers", "worklists", "liaison", "meeting", "briefing", "evidence", "frameworks", "versions"),
        SIGNED_IN,
    ),
    "prompts": {"leadership", "department", "case_management"},
    "upload": {"case_management"},
    "go_live": {"case_management", "administrator"},
    "accounts": {"administrator"},
    "audit": {"administrator"},
    "self_check": {"administrator"},
    "digests": {"administrator"},
}
Sound = Callable[..., None]
READY = ("sample", "month", "untargeted")  # kinds with something to show

RANKING = re.compile(
    r"得分|总分|打分|评分|排名|名次|排行|榜|第一名|末位|倒数|垫底|领先|落后|最差|最好|优于其他|先进部门|综合指数|综合评价"
)
# What our own words say against it.
DENIED = re.compile(r"不(?:是|按数值)?(?:打分|排名|名次)")


@pytest.fixture(scope="session")
def month(shared: Path) -> DataDir:
    return published_month(shared)


@pytest.fixture(scope="session")
def untargeted(shared: Path) -> tuple[DataDir, Path]:
    return published_without_targets(shared)


@pytest.fixture
def version(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, data: DataDir) -> DataDir:
    """The data folder of the kind a test is given; the seeds that belong to it are those of the app."""
    kind: str = request.param
    if kind == "empty":
        return data
    found = request.getfixturevalue(kind)
    if kind == "untargeted":
        found, seeds = found
        monkeypatch.setenv(SEEDS_VARIABLE, str(seeds))
    return found


@pytest.fixture(scope="session")
def typed(catalog: Catalog) -> frozenset[str]:
    """The column names of case systems, which people here write themselves; the page of uploads lists them."""
    aliases = [
        name for table in catalog.tables.values() for column in table.columns.values() for name in column.aliases
    ]
    dropped = [name for table in catalog.tables.values() for name in table.drop]
    return frozenset([*aliases, *dropped])


def of_every_kind(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("version", kinds, indirect=True)


@pytest.fixture
def sound(typed: frozenset[str], catalog: Catalog) -> Sound:
    """What holds on every page whatever it shows; what other courts do is told as it is."""
    elsewhere = [indicator.reference for indicator in catalog.indicators.values() if indicator.reference]
    order = [department.name for department in catalog.departments.values()]

    def check(app: AppTest, *where: object) -> None:
        assert not app.exception, (where, [one.message for one in app.exception])
        assert english(app, typed) == [], where
        said = DENIED.sub("", "\n".join([text(app), *labels(app), *drawn(app)]))
        for told in elsewhere:
            said = said.replace(told, "")
        ranked = RANKING.search(said)
        assert not ranked, (where, ranked)
        assert out_of_order(app, order) == [], where

    return check


@pytest.mark.parametrize("actor", EVERYBODY, ids=lambda one: one.role)
@of_every_kind(*KINDS)
def test_every_page_renders_for_every_role_in_chinese_and_says_whose_it_is(
    version: DataDir, actor: Actor, sound: Sound, open_page: Open
) -> None:
    app = open_page(version, actor=actor)
    for page in PAGES:
        turn(app, page)
        sound(app, page)
        shown = text(app)
        assert len(re.findall(r"[\u4e00-\u9fff]", shown)) > 20, page
        closed = actor.role not in RESERVED.get(page, {actor.role})
        if actor is NOBODY:
            assert "请先登录" in shown, page
            assert "版本 " not in shown, page
        else:
            assert ("这一页需要" in shown) == closed, page
            assert ("法治化营商环境指标" in shown) or closed, page


@pytest.mark.parametrize("page", TOPICAL)
@of_every_kind(*READY)
def test_every_topic_of_every_grain_renders_in_chinese_and_ranks_nobody(
    version: DataDir, page: str, sound: Sound, open_page: Open
) -> None:
    app = open_page(version, page)
    for grain in GRAINS:
        app.segmented_control(key="grain").set_value(grain).run()
        for topic in app.segmented_control(key="topic").options:
            app.segmented_control(key="topic").set_value(topic).run()
            sound(app, grain, topic)


@of_every_kind(*READY)
def test_every_indicator_opens_in_chinese_with_one_figure_at_most(
    version: DataDir, catalog: Catalog, sound: Sound, open_page: Open
) -> None:
    app = open_page(version)
    for name, indicator in catalog.indicators.items():
        app.query_params["indicator"] = name
        turn(app, indicator.domain)
        sound(app, name)
        assert indicator.definition in text(app), name
        assert len(app.get("plotly_chart")) <= 1, name


@of_every_kind(*READY)
def test_every_indicator_shows_its_rows_or_why_there_are_none(
    version: DataDir, catalog: Catalog, sound: Sound, open_page: Open
) -> None:
    app = open_page(version)
    for name in catalog.indicators:
        app.query_params["indicator"] = name
        turn(app, "evidence")
        sound(app, name)
        assert ("逐行合计" in text(app)) or ("没有可列的案件" in text(app)), name
        assert "不一致" not in text(app), name


@of_every_kind(*READY)
def test_every_worklist_and_every_measure_opens_in_chinese(version: DataDir, sound: Sound, open_page: Open) -> None:
    for page, key in (("worklists", "list"), ("progress", "measure")):
        app = open_page(version, page)
        widget = app.selectbox(key=key)
        assert len(widget.options) >= 16
        for number in range(len(widget.options)):
            app.selectbox(key=key).select_index(number).run()
            sound(app, page, number)


@of_every_kind(*READY)
def test_every_matter_of_a_meeting_opens_in_chinese(version: DataDir, sound: Sound, open_page: Open) -> None:
    app = open_page(version, "meeting")
    matters = re.findall(r'<li[^>]*><a class="go" href="[^"]*matter=([^"&]+)', markup(app))
    assert len(matters) == len(set(matters)) > 5
    for matter in map(unquote, matters):
        app.query_params["matter"] = matter
        sound(app.run(), matter)


@of_every_kind("sample", "untargeted")
def test_every_department_reads_every_page_in_chinese(
    version: DataDir, catalog: Catalog, sound: Sound, open_page: Open
) -> None:
    for department in ("filing", "civil", "enforcement"):
        app = open_page(version, department=catalog.departments[department].name)
        for page in PAGES:
            turn(app, page)
            sound(app, department, page)


# --- the readers themselves can fail --------------------------------------------------------------------------------


class Shown:
    """A page of one piece of HTML."""

    exception = ()

    def __init__(self, html: str) -> None:
        self.html = html

    def get(self, kind: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(proto=SimpleNamespace(body=self.html))] if kind == "html" else []

    def __iter__(self) -> Iterator[object]:
        return iter(())


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>本月<b>Loading</b></p>", True),
        ('<img alt="Line chart">', True),
        ('<button title="close">×</button>', True),
        ("<p>see 说明</p>", True),
        ("<style>.card { color: red }</style><p class='grey'>案件</p>", False),
        ("<p>口径 small_claims_rate　版本 a1b2c3d4<code>SELECT count</code></p>", False),
        ("<p>示例-审判案件表.csv、seeds/parameters.csv，下载 CSV</p>", False),
    ],
)
def test_the_reader_finds_english_words_and_nothing_else(html: str, found: bool) -> None:
    assert bool(english(Shown(html))) == found


@pytest.mark.parametrize("html", ["<p>综合得分 95</p>", "<p>各庭排名</p>", "<td>第一名</td>"])
def test_the_reader_finds_a_ranking(html: str, sound: Sound) -> None:
    sound(Shown("<p>不打分、不排名。按方案次序，不是名次；不按数值排名</p>"))
    with pytest.raises(AssertionError):
        sound(Shown(html))


def test_the_reader_finds_departments_ordered_by_value(catalog: Catalog) -> None:
    order = [department.name for department in catalog.departments.values()]

    def table(*names: str, day: str = "12") -> Shown:
        rows = "".join(f"<tr><td>{name}</td><td>{day}</td></tr>" for name in names)
        return Shown(f"<table><tr><th>部门</th><th>件数</th></tr>{rows}</table>")

    def heads(*names: str) -> Shown:
        return Shown(f"<table><tr>{''.join(f'<th>{name}</th>' for name in names)}</tr></table>")

    assert out_of_order(table(*order), order) == []
    assert out_of_order(table(*order, *order[:3]), order) == []
    assert out_of_order(table(*order[::-1], day="2026年9月30日"), order) == []
    assert out_of_order(table(*order[::-1]), order) == [order[::-1]]
    assert out_of_order(table(order[0], order[2], order[1], day="2026年9月30日起"), order)
    assert out_of_order(heads(*order), order) == []
    assert out_of_order(heads(order[1], order[0]), order)
