"""台账与预警: how many items each list has, overdue first; the rows of the chosen list by due date; their file."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from etl.intake.entered_rows import recorded_decisions
from scorecard.access import Actor
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.catalog.worklists import STATES, ItemState, Worklist
from scorecard.records.decisions import unresolved
from scorecard.store.open_version import Version
from scorecard.store.row_files import exported
from scorecard.store.worklist_rows import Tally, counted, headers, items, tallies, worklist_dates
from scorecard.ui.shell import frame, page_blocks, picture_buttons
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import StandingLine, show_case_rows, show_template
from scorecard.ui.shell.selection import select
from scorecard.ui.shell.templating import render

PAGE_ROWS = 500


@dataclass(frozen=True)
class WorklistChoice:
    """Which list and whose rows the reader looks at."""

    worklist: Worklist
    department: str
    tallies: tuple[Tally, ...]


def select_worklist(version: Version, actor: Actor) -> WorklistChoice | None:
    """The counts of all lists and what is chosen of them; None for a version that has no worklists."""
    catalog = version.catalog
    if not catalog.worklists:
        frame.guide("这个版本没有台账", "它是在台账功能之前建的。请在“数据报送”页重新发布。")
        return None
    counts = tallies(version.connection, catalog)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        department = _choose_department(catalog, counts, actor)
        names = {worklist.name: worklist for worklist in catalog.worklists.values()}
        first = next(
            (name for name, worklist in names.items() if counted(counts, worklist.id, department)["超期"]),
            next(iter(names)),
        )
        name = st.selectbox(
            "台账", list(names), index=list(names).index(first), key="list", bind="query-params", width=330
        )
        picture_buttons.reserve_place()
    page_blocks.current_blocks().choice = {catalog.words.choice: catalog.department_name(department), "台账": name}
    return WorklistChoice(names[name], department, counts)


def _choose_department(catalog: Catalog, counts: tuple[Tally, ...], actor: Actor) -> str:
    """Departments in the plan's order; a department's account starts with its own."""
    having = {tally.department for tally in counts} | {actor.department}
    known = [department for department in catalog.departments if department in having]
    names = {name: catalog.department_name(name) for name in (ALL_DEPARTMENTS, *known)}
    own = actor.department if actor.role == "department" else None
    return select(catalog.words.choice, names, own, key="whose", bind="query-params", width=230)


def show_summary(version: Version, choice: WorklistChoice) -> None:
    """Every list on one line, in the plan's order: what is overdue, what soon will be, what nobody can tell."""
    catalog, judged = version.catalog, worklist_dates(version.connection, version.catalog)
    rows: list[dict[str, Any]] = []
    for worklist in catalog.worklists.values():
        numbers = counted(choice.tallies, worklist.id, choice.department)
        standing = judged[worklist.id]
        rows.append(
            {
                "name": worklist.name,
                "chosen": worklist.id == choice.worklist.id,
                "departments": catalog.department_names(worklist.departments, today()),
                "numbers": numbers,
                "term": bool(worklist.dated),
                "as_of": day_text(standing.as_of) if standing.as_of else "",
                "unjudged": standing.unjudged(catalog),
            }
        )
    totals: dict[ItemState, int] = {state: sum(row["numbers"][state] for row in rows) for state in STATES}
    show_template("ui/work/worklists.html", rows=rows, totals=totals, whose=catalog.department_name(choice.department))


def show_rows(version: Version, choice: WorklistChoice, actor: Actor) -> None:
    """The chosen list: what it is, and for users who may see them its rows, a page at a time, with their file."""
    catalog, worklist = version.catalog, choice.worklist
    sources = [catalog.sources[name].title for name in worklist.sources]
    plan = [(name, catalog.row_title(name)) for name in worklist.measures]
    item, every = f"worklist:{worklist.id}", recorded_decisions(data_dir(), version.manifest.sample)
    decision = next((one for one in unresolved(every) if one.item == item), None)
    words = (decision, decision.late(today()) if decision else 0, f"meeting?matter={item}", frame.to_session())
    show_template("ui/work/worklist_head.html", one=worklist, sources=sources, plan=plan, session=words)
    total = sum(counted(choice.tallies, worklist.id, choice.department).values())
    whole = choice.department == ALL_DEPARTMENTS
    if not actor.may("evidence", None if whole else choice.department):
        frame.private_note("逐行清单不对当前账户开放", who_may(catalog, actor))
        return
    if not total:
        unjudged = worklist_dates(version.connection, catalog)[worklist.id].unjudged(catalog)
        text = f"{unjudged}，无法判断，不等于没有。" if unjudged else "到数据截至日为止没有应当列出的行。"
        frame.guide("没有行", text)
        return
    pages = -(-total // PAGE_ROWS)
    page, text, place = 1, "", f"{worklist.id} {choice.department}"
    if pages > 1:
        text = st.text_input(f"在全部 {total:,} 行中查找", key=f"text {place}", max_chars=60, width=300).strip()
        page = 1 if text else st.pagination(pages, key=f"page {place}")
    rows = items(
        version.connection, catalog, worklist, actor, choice.department,
        limit=PAGE_ROWS, offset=PAGE_ROWS * (page - 1), text=text,
    )  # fmt: skip
    show_case_rows(
        render(
            "ui/work/worklist_rows.html", headers=headers(catalog, worklist), rows=rows, term=bool(worklist.dated), total=total,
            first=PAGE_ROWS * (page - 1) + 1, by_row=worklist.department is not None, text=text, most=PAGE_ROWS, served=pages > 1,
            unit=catalog.words.unit,
        ),
        actor,
    )  # fmt: skip
    download(
        f"导出全部 {total:,} 行（CSV）",
        f"台账_{worklist.name}_{catalog.department_name(choice.department)}_{version.id}.csv",
        lambda actor: exported(data_dir(), version.connection, catalog, version.id, worklist, actor, choice.department),
        needs="export",
        key="export",
    )


def who_may(catalog: Catalog, actor: Actor) -> str:
    """Who sees the rows of lists, and where an account of a department finds its own."""
    words = catalog.words
    if actor.role == "department" and actor.department in catalog.departments:
        name = catalog.departments[actor.department].name
        return f"{words.unit}账户只能看{words.own}的行：请在“{words.choice}”中选择“{name}”。"
    return f"件数人人可看；逐行清单由审管办和案件所属{words.unit}登录后查看。"


def address(view: View, worklist: Worklist, whose: str = ALL_DEPARTMENTS) -> str:
    """The address of a list, or of a department's rows of it, with everything else the reader chose."""
    department = "" if whose == ALL_DEPARTMENTS else view.catalog.department_name(whose)
    return view.href("worklists", list=worklist.name, whose=department)


def standing_line(view: View) -> StandingLine | None:
    """On the overview: how many items of the selected department are overdue or soon will be, with the way there.

    None for a version from before there were worklists: "none overdue" would be a wrong answer.
    """
    if not view.catalog.worklists or view.version.public:
        return None
    return view.cached("worklists line", lambda: _standing(view))


def _standing(view: View) -> StandingLine:
    catalog, connection, whose = view.catalog, view.version.connection, view.selection.department
    counts = tallies(connection, catalog)
    late, soon = (
        sum(counted(counts, worklist, whose)[state] for worklist in catalog.worklists) for state in ("超期", "临期")
    )
    unjudged = sum(bool(standing.unjudged(catalog)) for standing in worklist_dates(connection, catalog).values())
    parts = [
        (f"超期 {late:,} 项" if late else "没有超期", "missed" if late else ""),
        (f"临期 {soon:,} 项" if soon else "", ""),
        (f"{unjudged} 张无法判断" if unjudged else "", "doubtful"),
    ]
    department = "" if whose == ALL_DEPARTMENTS else catalog.department_name(whose)
    return StandingLine(
        "台账与预警", view.href("worklists", whose=department), tuple(part for part in parts if part[0])
    )
