"""The frame around every page: page set-up, navigation, masthead, and the choices made once for all pages."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import cache, partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from etl.warehouse.build import is_current
from scorecard.access import Actor, Capability
from scorecard.calendar.period import day_text
from scorecard.errors import ScorecardError, StorageError
from scorecard.narrative.provenance import short
from scorecard.store import versions as store
from scorecard.store.open_version import Version, complete_through, published_on
from scorecard.ui.shell import (
    addresses,
    downloads,
    identity,
    large_type,
    page_blocks,
    picture_buttons,
    search,
    sign_in_prompt,
)
from scorecard.ui.shell.cached import (
    all_cards,
    begin_run,
    data_dir,
    for_visitors,
    forget_versions,
    open_historic,
    open_version,
    seeds_catalog,
    served,
)
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.selection import WHOLE as WHOLE, View as View, choose, query_of, words_of
from scorecard.ui.shell.templating import favicon, render

PAGES = Path(__file__).resolve().parents[3] / "pages"
_FRAMED = "_framed"
_PAGES = "_pages"  # the pages of the menu that are open to the reader
_LEFT, _TRIES = "_versions_left", 3  # how often a page may be run again because its version is damaged
_TOLD, _TOLD_PLACE = "_told", "_told_place"  # the session's last act: (which, sentence); where it stands on this page
_ACTED = "_acted"  # the last run did an act, or met a damaged version: the next one looks at once what is to be shown
_READ = "_version_read"  # (page, older version its address named) of the last run
_EARLIER = (
    "这一版的数值由较早的程序计算，没有按现在的程序重算；请管理员看启动时的说明，或在“版本”页建库、看影响后发布。"
)
TITLE = "法治化营商环境指标看板"


def run(
    sections: Mapping[str, Sequence[tuple[str, str]]],
    needs: Mapping[str, Capability | None],
    instead: Mapping[str, Callable[[Actor], None]],
) -> None:
    """Set the page up, draw the navigation and run the chosen page. Sections hold (file name, title) of each page.

    `needs` names the right a page requires where that is not the right to view, None where everybody may open it. The menu
    lists the pages an actor has the right to; the acts on a page check again. `instead`: what an actor without a page's
    right is offered in its place.
    """
    # Who acted, and a window that opens, waits for a version just published; all others read on in the one before it.
    begin_run(at_once=st.session_state.pop(_ACTED, _FRAMED not in st.session_state))
    st.set_page_config(page_title=TITLE, page_icon=favicon(), layout="wide")
    signed_in = identity.identify()
    actor = signed_in.actor
    rights: dict[str, Capability | None] = {
        name: needs.get(name, "view") for listed in sections.values() for name, _ in listed
    }
    open_to = {name for name, right in rights.items() if right is None or actor.may_somewhere(right)}
    pages = {
        section: [
            copy(_page(PAGES / f"{name}.py", title, listed=name in open_to and name != search.PAGE))
            for name, title in listed
        ]
        for section, listed in sections.items()
    }
    page = st.navigation(pages, position="top" if actor.may("view") else "hidden")
    st.session_state[_FRAMED] = True
    addresses.keep_what_the_link_says()
    _stay_in_the_version(page.url_path)
    st.session_state[_PAGES] = {
        section: [(name, title) for name, title in listed if name in open_to and title != "查找"]
        for section, listed in sections.items()
    }
    if actor.may("view"):
        large_type.switch()
        search.box()
    right = rights[page.url_path or "overview"]
    if not actor.may("view"):
        sign_in_prompt.sign_in_first(signed_in)
    elif right is None or actor.may_somewhere(right):
        _run(page.run)
    else:
        sign_in_prompt.forbidden_page(page.title, right, signed_in)
        if page.url_path in instead:
            _run(partial(instead[page.url_path], actor))


@cache  # to look for the files of all pages takes as long as a whole page; navigation marks a copy as the one to run
def _page(file: Path, title: str, *, listed: bool) -> StreamlitPage:
    visibility = "visible" if listed else "hidden"
    return st.Page(file, title=title, url_path=file.stem, default=file.stem == "overview", visibility=visibility)


def _run(page: Callable[[], None]) -> None:
    """Run a page, or what stands in its place; a refusal is shown."""
    try:
        page_blocks.begin()
        downloads.begin()
        page()
        picture_buttons.of_page()
        st.session_state.pop(_LEFT, None)
    except ScorecardError as error:
        if isinstance(error, store.DamagedVersion) and _leave(page_blocks.current_blocks().version):
            st.rerun()  # the file is not offered again: the page shows the last whole version, and says so
        failure(error)


def _leave(version: Version | None) -> bool:
    """Close a version that turned out to be damaged; whether the page should be run again, with the last whole one."""
    tries = st.session_state.get(_LEFT, 0)
    if version is None or tries == _TRIES:
        return False
    version.connection.close()
    forget_versions()
    begin_run(at_once=True)  # the menu of the next run is drawn before that begins: it must not open the file again
    st.session_state[_ACTED] = True
    st.session_state[_LEFT] = tries + 1
    return True


def _stay_in_the_version(page: str) -> None:
    """Keep an older version on the next page: the framework's menu drops the query of the address."""
    before, version = st.session_state.get(_READ, (page, ""))
    if version and before != page and "version" not in st.query_params:
        st.query_params["version"] = version
    st.session_state[_READ] = (page, st.query_params.get("version", ""))


def _through_the_frame() -> None:
    """Start a page again through app.py if it was started without it.

    Until the first session has called st.navigation, the framework takes the folder pages/ for its older kind of pages,
    and a link straight to one of them runs it alone.
    """
    if st.session_state.get(_FRAMED):
        return
    name = urlsplit(st.context.url or "").path.rpartition("/")[2] or "overview"
    page = st.Page(PAGES / f"{name}.py", url_path=name, default=name == "overview")
    st.navigation([st.Page(_empty_page, url_path="start", default=name != "overview"), page], position="hidden")
    st.switch_page(page, query_params=st.query_params.to_dict())


def _empty_page() -> None:
    """Never shown: the framework requires a default page beside the page to switch to."""


def open_pages() -> dict[str, list[tuple[str, str]]]:
    """The menu as the reader has it: section -> (file name, title)."""
    return st.session_state[_PAGES]


def to_session() -> str:
    """The words of a link to a matter of a session: who records decisions puts it on the agenda there, others read."""
    return "列入会商 ＋" if identity.current().may("decisions") else "会商材料"


def domains() -> list[tuple[str, str]]:
    """(id, name) of the domains that have a page, in the plan's order."""
    try:
        version = current()
        catalog = version.catalog if version else seeds_catalog()
    except ScorecardError:
        return []  # the pages report the error; the navigation must still lead to them
    return [(domain.id, domain.name) for domain in catalog.domains.values() if (PAGES / f"{domain.id}.py").exists()]


def title_of(domain: str) -> str:
    """The domain's name, as the published version has it."""
    return dict(domains()).get(domain, domain)


def current() -> Version | None:
    """The published version, or None while nothing is published."""
    version = served().version
    return open_version(version) if version else None


def heading(title: str, *, any_version: bool = False) -> Version | None:
    """Show the masthead of a page; the published version, or None while nothing is published.

    With `any_version` it is the version in the address (?version=), marked as historic; pages that act never take that.
    """
    _through_the_frame()
    pointer = served()
    version = open_version(pointer.version) if pointer.version else None
    notice = pointer.notice
    if any_version and version is not None:
        version, refusal = _version_in_address(version)
        notice = f"{notice}　{refusal}".strip()
    if version is not None and not version.historic and not is_current(version.program):
        notice = f"{notice}　{_EARLIER}".strip()
    if version is not None and not identity.current().may("details"):
        version = for_visitors(version)
    court = (version.catalog if version else seeds_catalog()).court.name
    state = (
        f"数据截至 {day_text(complete_through(version))}　版本 {short(version.id)}" if version else "没有可显示的数据"
    )
    old = version is not None and version.historic
    signed_in = identity.identify()
    st.html(
        render(
            "ui/shell/masthead.html",
            court=court,
            title=title,
            state=state,
            version=version.id if version else "",
            sample=version is not None and version.manifest.sample,
            notice=notice,
            published=day_text(published_on(version)) if version is not None and old else "",
            back=f"?{urlencode(_without_version())}" if old else "",
            identity=signed_in,
            actor=sign_in_prompt.actor_text(signed_in),
            sign_in=sign_in_prompt.sign_in_href(),
        )
    )
    blocks = page_blocks.current_blocks()
    blocks.title, blocks.version = title, version
    return version


def _version_in_address(current: Version) -> tuple[Version, str]:
    """The version that ?version= names, or the current one and why the named version cannot be shown."""
    named = st.query_params.get("version", "")
    if named in ("", current.id):
        return current, ""
    try:
        return open_historic(named), ""
    except StorageError as error:
        return current, f"{error.where}：{error.found}。这里显示的是当前版本。"


def _without_version() -> dict[str, str]:
    return {name: value for name, value in st.query_params.to_dict().items() if name != "version"}


def analysis(title: str) -> View | None:
    """Masthead and selection of period, grain, department and scope; None while nothing is published."""
    version = heading(title, any_version=True)
    if version is None:
        first_steps()
        return None
    selection = choose(version)
    if version.public:
        words = version.catalog.words
        text = (
            f"访客只看{words.whole}、全部案件的单月数；分子分母、其他统计方式、各{words.unit}、专题和台账登录后可见。"
        )
        st.html(render("ui/shell/note.html", text=f"{text}件数不足5件的，或可由此推出的，不公开。"))
    if selection.period.span:
        st.html(render("ui/shell/note.html", text=f"{selection.period.label}：{selection.period.span}"))
    blocks = page_blocks.current_blocks()
    blocks.period, blocks.choice = selection.period.label, words_of(version, selection)
    return View(version, selection, all_cards(version, selection), query_of(version, selection))


def first_steps() -> None:
    """The next steps while nothing is published, or nothing that was published can be read."""
    if published := store.named(data_dir()):
        steps = [
            {
                "text": "请管理员在服务器上重新启动看板（或运行 python -m etl start）：会用发布时的批次重建它",
                "href": "",
            },
            {"text": "批次也缺失的，先从备份恢复数据目录，再启动", "href": ""},
        ]
        text = f"曾发布的版本（最近的是 {published}）都不能读取。登录、版本、账户、审计各页照常可用；没有发布别的数据代替它。"
        show(render("ui/shell/guide.html", title="已发布的数据暂时不能显示", text=text, steps=steps))
        return
    steps = [
        {"text": "在“数据报送”页选择数据表、下载模板、上传 CSV 提取文件", "href": "upload"},
        {"text": "检查无误后点“接收”，各表齐了再点“发布”", "href": ""},
        {"text": "想先看看样子：在服务器上运行 make sample，会发布一份标明“示例数据”的版本", "href": ""},
    ]
    text = "看板只显示已发布的数据。发布之后，这里会列出各项指标与目标的差距。"
    show(render("ui/shell/guide.html", title="还没有发布任何数据", text=text, steps=steps))


def guide(title: str, text: str) -> None:
    """A box with the situation and what to do."""
    show(render("ui/shell/guide.html", title=title, text=text, steps=[]))


def private_note(title: str, text: str) -> None:
    """The same for this actor only: which acts are closed to them is no part of the page's picture."""
    st.html(render("ui/shell/guide.html", title=title, text=text, steps=[]))


def told(*acts: str) -> None:
    """What the session's last act came to, if it was one of these: it stays until the next act."""
    act, text = st.session_state.get(_TOLD, ("", ""))
    if act in acts:
        pages = {title: name for listed in open_pages().values() for name, title in listed}
        place = st.session_state[_TOLD_PLACE] = st.empty()
        place.html(render("ui/shell/accepted.html", text=text, pages=pages))


def tell(act: str, text: str = "") -> None:
    """The sentence of an act that was just done; a page that it names, as in “总览”页, becomes a link. None: one has begun."""
    st.session_state[_TOLD] = (act, text)
    st.session_state[_ACTED] = bool(text)
    if not text and (place := st.session_state.pop(_TOLD_PLACE, None)):
        place.empty()


def failure(error: ScorecardError) -> None:
    """A refusal in its four parts."""
    st.html(render("ui/shell/failure.html", error=error))
