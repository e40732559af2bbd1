"""The frame around every page: page set-up, navigation, masthead, and what is chosen once for all pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from scorecard import store
from scorecard.cards import Card
from scorecard.definitions import Catalog
from scorecard.errors import ScorecardError
from scorecard.period import GRAIN_LABELS, GRAINS, Grain, Period, containing
from scorecard.provenance import SCOPES, day_text, scope_text
from scorecard.readings import ALL_DEPARTMENTS
from scorecard.ui.data import (
    Made,
    Selection,
    Version,
    all_cards,
    complete_through,
    data_dir,
    due_or_complete,
    kept,
    open_version,
    periods,
    seeds_catalog,
)
from scorecard.ui.markup import HERE, behaviour, render, style

PAGES = Path(__file__).resolve().parents[2] / "pages"
_FRAMED = "_framed"
TITLE = "法治化营商环境指标看板"
_SHOWN = "_period_shown"  # (grain, last month) of the period on screen, so that another grain keeps its place


@dataclass(frozen=True)
class View:
    """What an analysis page shows: a version, a choice, and the cards of all indicators for it."""

    version: Version
    selection: Selection
    cards: Mapping[str, Card]
    query: Mapping[str, str]

    @property
    def catalog(self) -> Catalog:
        return self.version.catalog

    @property
    def scope(self) -> str:
        return scope_text(self.catalog, self.selection.department, self.selection.scope)

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """A piece of a page, made once for this version and choice."""
        return kept(self.version, self.selection, name, make)

    def href(self, page: str, indicator: str = "") -> str:
        """The address of a page with the same choice, and an indicator opened in it."""
        query = {**self.query, **({"indicator": indicator} if indicator else {})}
        return f"{page or './'}{'?' if query else ''}{urlencode(query)}"

    def ytd_href(self, page: str) -> str:
        """The address of a page at 年度累计 through the month on screen; empty where there is no such period."""
        wanted = containing("ytd", self.selection.period.last_month)
        if self.selection.grain == "ytd" or wanted not in periods(self.version, "ytd"):
            return ""
        wider = Selection(wanted, self.selection.department, self.selection.scope)
        return f"{page}?{urlencode(_query(self.version, wider))}"

    def card_href(self, card: Card) -> str:
        """The address of an indicator's detail, on the page of its domain."""
        return self.href(card.indicator.domain, card.indicator.id)


def run(sections: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Set the page up, draw the navigation and run the chosen page. Sections hold (file name, title) of each page."""
    st.set_page_config(page_title=TITLE, page_icon=str(HERE / "favicon.png"), layout="wide")
    st.html(style())
    st.html(behaviour(), unsafe_allow_javascript=True)
    pages = {
        section: [
            st.Page(PAGES / f"{name}.py", title=title, url_path=name, default=name == "overview")
            for name, title in listed
        ]
        for section, listed in sections.items()
    }
    page = st.navigation(pages, position="top")
    st.session_state[_FRAMED] = True
    try:
        page.run()
    except ScorecardError as error:
        failure(error)


def _through_the_frame() -> None:
    """Send a page that was started without app.py through it.

    Until the first session has called st.navigation, the framework takes a folder named pages/ for its older kind of
    pages, and a link straight to one of them runs it alone.
    """
    if st.session_state.get(_FRAMED):
        return
    name = urlsplit(st.context.url or "").path.rpartition("/")[2] or "overview"
    page = st.Page(PAGES / f"{name}.py", url_path=name, default=name == "overview")
    st.navigation([st.Page(_nothing, url_path="start", default=name != "overview"), page], position="hidden")
    st.switch_page(page, query_params=st.query_params.to_dict())


def _nothing() -> None:
    """A page that is never shown: the framework wants a default one beside the page it is sent to."""


def domains() -> list[tuple[str, str]]:
    """(id, name) of the domains that have a page, in the plan's order."""
    try:
        version = current()
        found = version.catalog if version else seeds_catalog()
    except ScorecardError:
        return []  # the pages themselves say what is wrong; the navigation must still lead to them
    return [
        (domain.id, domain.name) for domain in found.domains.values() if (PAGES / f"{domain.id}.py").exists()
    ]


def title_of(domain: str) -> str:
    """The domain's name, as the published version has it."""
    return dict(domains()).get(domain, domain)


def current() -> Version | None:
    """The published version, or None while nothing is published."""
    named = store.current(data_dir()).version
    return open_version(named) if named else None


def heading(title: str) -> Version | None:
    """The masthead of a page; the published version, or None while nothing is published."""
    _through_the_frame()
    found = store.current(data_dir())
    version = open_version(found.version) if found.version else None
    court = (version.catalog if version else seeds_catalog()).court.name
    state = (
        f"数据截至 {day_text(complete_through(version))}　版本 {version.id}" if version else "尚未发布数据"
    )
    sample = version is not None and version.manifest.sample
    st.html(
        render("masthead.html", court=court, title=title, state=state, sample=sample, notice=found.notice)
    )
    return version


def analysis(title: str) -> View | None:
    """Masthead and the choice of period, grain, department and scope; None when there is nothing to analyse yet."""
    version = heading(title)
    if version is None:
        first_steps()
        return None
    selection = _choose(version)
    return View(version, selection, all_cards(version, selection), _query(version, selection))


def first_steps() -> None:
    """What a first-time visitor does next."""
    steps = [
        {"text": "在“数据报送”页选择数据表、下载模板、上传 CSV 提取文件", "href": "upload"},
        {"text": "检查无误后点“接收”，各表齐了再点“发布”", "href": ""},
        {"text": "想先看看样子：在服务器上运行 make sample，会发布一份标明“示例数据”的版本", "href": ""},
    ]
    text = "看板只显示已发布的数据。发布之后，这里会列出各项指标与目标的差距。"
    st.html(render("guide.html", title="还没有发布任何数据", text=text, steps=steps))


def guide(title: str, text: str) -> None:
    """A box that says what is the matter and what to do."""
    st.html(render("guide.html", title=title, text=text, steps=[]))


def failure(error: ScorecardError) -> None:
    """A refusal in its four parts, as text."""
    st.html(render("failure.html", error=error))


# --- what is chosen -------------------------------------------------------------------------------------------


def _choose(version: Version) -> Selection:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        grain: Grain = st.segmented_control(
            "统计方式",
            GRAINS,
            default="month",
            required=True,
            format_func=GRAIN_LABELS.__getitem__,
            key="grain",
            bind="query-params",
            persist_state="session",
            on_change=_keep_place,
            args=(version,),
        )
        period = _choose_period(version, grain)
        department = _choose_department(version)
        scope = _choose_scope(version)
    st.session_state[_SHOWN] = period.last_month
    return Selection(period, department, scope)


def _choose_period(version: Version, grain: Grain) -> Period:
    offered = {period.label: period for period in periods(version, grain)}
    labels = list(offered)
    label = st.selectbox(
        "报告期",
        labels,
        index=labels.index(_default(version, grain).label),
        key="period",
        bind="query-params",
        persist_state="session",
        width=190,
    )
    return offered[label]


def _default(version: Version, grain: Grain) -> Period:
    """The last period the extracts cover, or are due to cover, to its end; while there is none, the newest."""
    offered = periods(version, grain)
    return next((period for period in offered if period.last <= due_or_complete(version)), offered[0])


def _keep_place(version: Version) -> None:
    """Another grain shows the period that holds the one on screen, or the default one where there is none."""
    grain: Grain = st.session_state["grain"]
    wanted = containing(grain, st.session_state[_SHOWN])
    offered = periods(version, grain)
    st.session_state["period"] = (wanted if wanted in offered else _default(version, grain)).label


def _choose_department(version: Version) -> str:
    known = [department for department in version.catalog.departments if department in version.departments]
    if not known:
        return ALL_DEPARTMENTS
    names = {ALL_DEPARTMENTS: "全院", **{one: version.catalog.departments[one].name for one in known}}
    return st.selectbox(
        "部门",
        list(names),
        format_func=names.__getitem__,
        key="department",
        bind="query-params",
        persist_state="session",
        width=230,
    )


def _choose_scope(version: Version) -> str:
    if not any(table.firm for table in version.catalog.tables.values()):
        return "all"
    return st.segmented_control(
        "案件范围",
        list(SCOPES),
        default="all",
        required=True,
        format_func=SCOPES.__getitem__,
        key="scope",
        bind="query-params",
        persist_state="session",
    )


def _query(version: Version, selection: Selection) -> dict[str, str]:
    """The choice as it stands in the address: what differs from the default, in the words of the widgets."""
    query: dict[str, str] = {}
    if selection.grain != "month":
        query["grain"] = GRAIN_LABELS[selection.grain]
    if selection.period != _default(version, selection.grain):
        query["period"] = selection.period.label
    if selection.department != ALL_DEPARTMENTS:
        query["department"] = version.catalog.departments[selection.department].name
    if selection.scope != "all":
        query["scope"] = SCOPES[selection.scope]
    return query
