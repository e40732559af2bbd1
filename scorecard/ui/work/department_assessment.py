"""部门考核: a statement a department, of its own targets, duties and adopted information.

Departments stand in the plan's order and are never compared: nothing is added up over indicators, nothing is ranked.
"""

from collections.abc import Mapping
from datetime import date

from scorecard.assessment.cards import Card
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.plan.adoption_points import LEVELS, TABLE, department_lines, has_table, standard_lines
from scorecard.store import warehouse
from scorecard.store.open_version import Selection
from scorecard.store.registers import adoptions
from scorecard.store.worklist_rows import counted, tallies
from scorecard.ui.shell.cached import all_cards
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.work.worklists import address


def show_assessment(view: View) -> None:
    """A statement a department beside the court's values, then what of its information was adopted."""
    show(view.cached("assessment", lambda: _assessment(view)))
    show(_adoptions(view))


def _assessment(view: View) -> str:
    catalog, chosen = view.catalog, view.selection.department
    court, counts = _cards_of(view, ALL_DEPARTMENTS), tallies(view.version.connection, catalog)
    lines = view.measures()
    statements: list[dict[str, object]] = []
    for who, department in catalog.departments.items():
        if chosen not in (ALL_DEPARTMENTS, who):
            continue
        own = [card for card in court.values() if who in card.responsible]
        itself = _cards_of(view, who) if own and who in view.version.departments else {}
        pairs = [(card, itself.get(card.indicator.id)) for card in own]
        lists = [
            (worklist.name, address(view, worklist, who), counted(counts, worklist.id, who))
            for worklist in catalog.worklists.values()
            if any(counted(counts, worklist.id, who).values())
        ]
        duties = [(line.measure.title, duty) for line in lines for duty in line.duties if duty.department == who]
        if own or lists or duties:
            statements.append(
                {
                    "name": department.name,
                    "aimed": [pair for pair in pairs if pair[0].target != "未设目标"],
                    "watched": [pair for pair in pairs if pair[0].target == "未设目标"],
                    "lists": lists,
                    "duties": duties,
                }
            )
    return render(
        "ui/work/department_assessment.html",
        words=catalog.words,
        title=catalog.row_title("requirements.7"),
        label=view.selection.period.label,
        statements=statements,
        href=view.card_href,
    )


def _adoptions(view: View) -> str:
    """Information adopted, by department and level, with the points of the court's table where there is one."""
    parameters, catalog, period = warehouse.parameters(view.version.connection), view.catalog, view.selection.period
    cut = view.version.as_of.get(TABLE, date.min)
    found = adoptions(view.version.connection, period.first, min(period.last, cut))
    return render(
        "ui/work/adoption_points.html",
        unit=catalog.words.unit,
        missing=period.first > cut,
        label=period.label,
        levels=LEVELS,
        rows=department_lines(catalog, parameters, found, view.selection.department),
        standards=standard_lines(catalog, parameters, period.last),
        scored=has_table(parameters),
    )


def _cards_of(view: View, department: str) -> Mapping[str, Card]:
    """The indicators of a department, or of the whole court, in the selected period."""
    return all_cards(view.version, Selection(view.selection.period, department, "all"))
