"""查找: the box in the band, and what a text names: indicators, rows of the plan, worklists, pages, cases."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from scorecard.access import Actor
from scorecard.catalog.definitions import Catalog
from scorecard.store.case_lookup import LEAST_TEXT, MOST_CASES, FoundCase, find_cases
from scorecard.store.open_version import Version
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.page_blocks import show, show_case_rows
from scorecard.ui.shell.templating import render

PAGE, _BOX = "search", "search_box"
_FOUND = "_cases_found"  # (version, text, cases): asked and recorded once, however often the page runs


def box() -> None:
    """The box in the band on top. The script leads the key / into it, and Enter to the page of results: the framework's own
    way there is closed from a page whose choices stand in its address.
    """
    st.text_input("查找", key=_BOX, placeholder="查找　/", label_visibility="collapsed", max_chars=60)


def results(version: Version, pages: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Everything the text in the box names, by kind, with the way there. The text stands in no address: proxies log those."""
    text = str(st.session_state.get(_BOX) or "").strip()
    wanted, catalog, actor = text.casefold(), version.catalog, identity.current()
    named = [
        (one.name, f"{one.domain}?{urlencode({'indicator': one.id})}", one.definition)
        for one in catalog.indicators.values()
        if wanted in f"{one.name}{one.definition}".casefold()
    ]
    rows = [
        (catalog.row_title(id), f"measures?{urlencode({'measure': id})}", one.text)
        for id, one in (*catalog.measures.items(), *catalog.requirements.items())
        if wanted in f"{catalog.row_title(id)}{one.text}".casefold()
    ]
    lists = [
        (one.name, f"worklists?{urlencode({'list': one.name})}", one.definition)
        for one in catalog.worklists.values()
        if wanted in f"{one.name}{one.definition}".casefold()
    ]
    places = [(title, name, "") for listed in pages.values() for name, title in listed if wanted in title.casefold()]
    groups = {
        "指标": sorted(named, key=lambda one: wanted not in one[0].casefold()),
        "方案条目": [] if version.public else rows,
        "台账": [] if version.public else lists,
        "页面": places,
    }
    found = _cases(version, actor, text)
    cases = [(one, _ways(catalog, actor, one)) for one in found[:MOST_CASES]]
    html = render(
        "ui/shell/search.html", text=text, groups=groups if text else {}, cases=cases, more=len(found) > MOST_CASES,
        most=MOST_CASES, least=LEAST_TEXT, may=actor.may_somewhere("evidence"), unit=catalog.words.unit,
    )  # fmt: skip
    show_case_rows(html, actor) if cases else show(html)


def _cases(version: Version, actor: Actor, text: str) -> list[FoundCase]:
    if version.public or not text:
        return []
    asked = (version.id, actor, text)
    if st.session_state.get(_FOUND, (None,))[0] != asked:
        found = find_cases(data_dir(), version.connection, version.catalog, version.id, actor, text)
        st.session_state[_FOUND] = (asked, found)
    return st.session_state[_FOUND][1]


def _ways(catalog: Catalog, actor: Actor, case: FoundCase) -> list[tuple[str, str]]:
    """(worklist, address) of each list the case is on: its row alone, chosen behind the # that no browser sends."""
    own = catalog.departments.get(actor.department or "")
    whose = {"whose": own.name} if own else {}
    row = urlencode({"rows.find": case.case_no})
    return [(name, f"worklists?{urlencode({'list': name, **whose})}#{row}") for name in case.worklists]
