"""The page 简报: the choice, a preview, and the files once they are made; a rerun makes nothing again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import streamlit as st

from scorecard.access import Actor
from scorecard.briefing.browser import queue
from scorecard.briefing.export.formats import FORMATS, NAMES, NEED_BROWSER, FileFormat
from scorecard.briefing.export.make import BriefingExport
from scorecard.briefing.export.preview import preview, proposed_edits
from scorecard.briefing.export.write import ProgressCallback
from scorecard.briefing.paper.material import Material, gather
from scorecard.briefing.paper.request import (
    LONGEST_LINE,
    LONGEST_NOTE,
    BriefingRequest,
    BriefingSpec,
    earliest_issue,
    resolve,
)
from scorecard.calendar.clock import COURT_TIME, today
from scorecard.calendar.period import GRAIN_LABELS, GRAINS, Grain
from scorecard.catalog.briefing_templates import Template
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.errors import ScorecardError
from scorecard.narrative.provenance import SCOPES
from scorecard.store.open_version import Version, due_or_complete
from scorecard.ui.shell import frame
from scorecard.ui.shell.cached import data_dir, periods
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen
from scorecard.ui.shell.selection import select

_SHEET = (480, 678)  # CSS px: six tenths of A4, and its border
Kept = TypeVar("Kept")
_MADE = "_briefing_made"  # the last export of this session: a rerun shows it and makes nothing


@dataclass(frozen=True)
class BriefingChoice:
    """The user's choice, resolved for the version, and the formats."""

    request: BriefingRequest
    spec: BriefingSpec
    formats: tuple[FileFormat, ...]


def choose(version: Version, actor: Actor) -> BriefingChoice | None:
    """The widgets; None for a version without templates, or while the choice cannot be resolved."""
    catalog = version.catalog
    if not catalog.briefings:
        frame.guide("这个版本没有简报模板", "它是在简报功能之前建的。请由审管办在“数据报送”页或“版本”页重新发布。")
        return None
    template = catalog.briefings[_template(version)]
    request = _request(version, template, actor)
    chosen = _formats()
    try:
        return BriefingChoice(request, resolve(version, request, actor, datetime.now(COURT_TIME)), chosen)
    except ScorecardError as error:
        frame.failure(error)
        return None


def _template(version: Version) -> str:
    known = {name: one for name, one in version.catalog.briefings.items() if one.ordered}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        names = {name: one.name for name, one in known.items()}
        name = select("模板", names, key="template", bind="query-params", width=330)
    show_on_screen("ui/work/briefing_about.html", text=known[name].about)
    return name


def _request(version: Version, template: Template, actor: Actor) -> BriefingRequest:
    """Keys name the template, so that each starts with its own usual choice."""
    key = f"briefing_{template.id}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        grain: Grain = st.segmented_control(
            "统计方式",
            GRAINS,
            default=template.grain,
            required=True,
            format_func=GRAIN_LABELS.__getitem__,
            key=f"{key}_grain",
        )
        offered = {period.key: period.dated for period in periods(version, grain)}
        whole = [period.key for period in periods(version, grain) if period.last <= due_or_complete(version)]
        period = select("报告期", offered, next(iter(whole), None), key=f"{key}_{grain}_period", width=190)
        department = _department(version, template, actor, key)
        scope = st.segmented_control(
            "案件范围", list(SCOPES), default="all", required=True, format_func=SCOPES.__getitem__, key=f"{key}_scope"
        )
    domains, indicators = _select_indicators(version.catalog, key)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        audience = st.text_input("主送", max_chars=LONGEST_LINE, placeholder="按模板", key=f"{key}_audience", width=330)
        issue = st.text_input("期号", max_chars=20, placeholder="如 10", key=f"{key}_issue", width=130)
        first = earliest_issue(version)
        dated = st.date_input(
            "印发日期",
            value=max(today(), first),
            min_value=first,
            format="YYYY-MM-DD",
            key=f"{key}_{version.id}_date",
            width=170,
        )
    note = st.text_area("编者按（可不填）", max_chars=LONGEST_NOTE, height=90, key=f"{key}_note")
    return BriefingRequest(
        template=template.id,
        period=period,
        grain=grain,
        department=department,
        scope=scope,
        domains=domains,
        indicators=indicators,
        audience=audience,
        issue=issue,
        dated=dated,
        note=note,
    )


def _select_indicators(catalog: Catalog, key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Domains and indicators that narrow the template's own choice; empty where they do not."""
    with st.expander("领域和指标（默认按模板）"):
        domains = st.multiselect(
            "领域",
            list(catalog.domains),
            format_func=lambda domain: catalog.domains[domain].name,
            placeholder="按模板",
            key=f"{key}_domains",
        )
        indicators = st.multiselect(
            "指标",
            [name for name, indicator in catalog.indicators.items() if not domains or indicator.domain in domains],
            format_func=lambda indicator: catalog.indicators[indicator].name,
            placeholder="按模板",
            key=f"{key}_indicators",
        )
    return tuple(domains), tuple(indicators)


def _department(version: Version, template: Template, actor: Actor, key: str) -> str:
    """The department of a department's sheet, the user's own at first; for other papers the department whose cases are counted."""
    known = version.catalog.departments
    if template.department == "asked":
        offered = {department.id: department.name for department in known.values() if not department.collective}
        return select(version.catalog.words.choice, offered, actor.department, key=f"{key}_department", width=230)
    own = () if template.department == "whole" else known
    counted = (name for name in version.catalog.units if name in own and name in version.departments)
    offered = {name: version.catalog.department_name(name) for name in (ALL_DEPARTMENTS, *counted)}
    return select(version.catalog.words.unit, offered, key=f"{key}_department", width=230)


def _formats() -> tuple[FileFormat, ...]:
    """All formats at first; without a browser on the server those that need none, and a note."""
    offered = list(all_formats())
    if queue.browser() is None:
        lost = "、".join(NAMES[each] for each in FORMATS if each in NEED_BROWSER)
        show_on_screen("ui/work/briefing_no_browser.html", lost=lost)
    chosen = st.pills(
        "格式", offered, selection_mode="multi", default=offered, format_func=NAMES.__getitem__, key="briefing_formats"
    )
    return tuple(each for each in FORMATS if each in chosen)


def edit(version: Version, choice: BriefingChoice, actor: Actor) -> BriefingChoice | None:
    """The writer's changes of what is proposed: headline, order and omission of the exceptions. Numbers cannot be changed."""
    key, request = f"briefing_{choice.spec.template}", choice.request
    try:
        usual, rows = proposed_edits(_material(version, choice.spec, actor))
        headline = st.text_input(
            "标题（系统拟定，可改；数字须是简报里有的）",
            value=usual,
            max_chars=LONGEST_LINE,
            key=f"{key}_headline {usual}",
        )
        order, omitted = _rows(rows, key)
        own = "" if headline.strip() == usual else headline
        request = replace(request, headline=own, order=order, omitted=omitted)
        return replace(choice, request=request, spec=resolve(version, request, actor, datetime.now(COURT_TIME)))
    except ScorecardError as error:
        frame.failure(error)
        return None


def _rows(rows: Mapping[str, str], key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The order of the exceptions where it was changed, and those that are left out: a line each, to be moved up or unchecked."""
    kept: list[str] = st.session_state.setdefault(f"{key}_order", [])
    order = sorted(rows, key=lambda name: kept.index(name) if name in kept else len(kept))

    def move(at: int) -> None:
        order[at - 1], order[at] = order[at], order[at - 1]
        st.session_state[f"{key}_order"] = order

    omitted: list[str] = []
    if not rows:
        return (), ()
    with st.expander(f"需要过问的各项：次序和取舍（{len(rows)}项）"):
        for at, name in enumerate(order):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                if not st.checkbox(f"{at + 1}．{rows[name]}", value=True, key=f"{key}_row_{name}", width=420):
                    omitted.append(name)
                if at:
                    st.button(
                        "上移", key=f"{key}_up_{name}", on_click=move, args=(at,), help=f"把“{rows[name]}”提前一位"
                    )
    return () if order == list(rows) else tuple(order), tuple(omitted)


def _material(version: Version, order: BriefingSpec, actor: Actor) -> Material:
    """The material, gathered anew only when what it is chosen by is another: the writer's words change nothing in it."""
    edited = replace(order, audience="", issue="", note="", headline="", order=(), omitted=(), dated=order.judged_on)
    kept = _kept("material", edited, actor, lambda: gather(version, order, actor))
    return replace(kept, spec=order)


def _kept(what: str, order: BriefingSpec, actor: Actor, make_it: Callable[[], Kept]) -> Kept:
    """The last of a session, as long as the order and the user are the same."""
    key = (replace(order, made_at="", made_by=""), actor, data_dir().root)
    kept: tuple[object, Kept] | None = st.session_state.get(f"_briefing_{what}")
    if kept is None or kept[0] != key:
        kept = st.session_state[f"_briefing_{what}"] = key, make_it()
    return kept[1]


def make_pressed(version: Version, choice: BriefingChoice, actor: Actor) -> bool:
    """Show what will be in the paper beside its first page; whether the button below was pressed with at least one format chosen.

    What cannot be composed says so, and has no button.
    """
    order = choice.spec
    try:
        shown = _kept("preview", order, actor, lambda: preview(_material(version, order, actor)))
    except ScorecardError as error:
        frame.failure(error)
        return False
    words, sheet = st.columns([0.52, 0.48], gap="medium")
    with words:
        show_on_screen("ui/work/briefing_outline.html", shown=shown, order=order, sample=version.manifest.sample)
        pressed = st.button("生成", type="primary", key="briefing_make")
        if pressed and not choice.formats:
            st.warning("请至少选择一种格式。")
    sheet.iframe(shown.page, width=_SHEET[0], height=_SHEET[1], alt=f"首页预览：{shown.paper.title}")
    return pressed and bool(choice.formats)


def make(work: Callable[[ProgressCallback], BriefingExport]) -> None:
    """Run the work under a progress bar and keep its files for this session; a refusal is shown."""
    bar = st.progress(0.0, text="正在汇集数据")

    def progress(done: int, total: int, words: str) -> None:
        bar.progress(done / total if total else 1.0, text=f"{words}（{done}/{total}）")

    try:
        st.session_state[_MADE] = work(progress)
    except ScorecardError as error:
        st.session_state.pop(_MADE, None)
        frame.failure(error)
    finally:
        bar.empty()


def all_formats() -> tuple[FileFormat, ...]:
    """Every format this server can make."""
    return tuple(each for each in FORMATS if queue.browser() is not None or each not in NEED_BROWSER)


def show_files() -> None:
    """Show the last files of this session, one button each and one for all."""
    export: BriefingExport | None = st.session_state.get(_MADE)
    if export is None:
        return
    show_on_screen(
        "ui/work/briefing_made.html",
        manifest=export.manifest,
        names=[(name, _size(content)) for name, content in export.content.items()],
        notices=export.notices,
    )
    with st.container(horizontal=True, gap="small"):
        for name in sorted(export.content, key=lambda name: name != export.bundle):  # the ZIP of all first
            download(
                "全部（ZIP）" if name == export.bundle else f"下载 {_label(name)}",
                name,
                lambda _, name=name: export.content[name],
                needs="export",
                key=f"briefing {export.manifest.id} {name}",
                look="primary" if name == export.bundle else "",
            )


def _label(name: str) -> str:
    ending = name.rpartition(".")[2]
    return "走势图" if ending in ("zip", "png") else ending.upper()


def _size(content: bytes) -> str:
    return f"{len(content) / 1_000_000:.1f} MB" if len(content) >= 100_000 else f"{len(content) / 1000:.0f} KB"
