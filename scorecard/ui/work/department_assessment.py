"""部门考核: a statement a department, of its own targets, duties and adopted information.

Departments stand in the plan's order and are never compared: nothing is added up over indicators, nothing is ranked.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from scorecard.assessment.cards import Card
from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS, Catalog
from scorecard.plan.adoption_points import PREFIX, has_table, points, standards
from scorecard.records.parameters import Parameter
from scorecard.store import warehouse
from scorecard.store.open_version import Selection
from scorecard.store.registers import adoptions
from scorecard.store.worklist_rows import counted, tallies
from scorecard.ui.shell.cached import all_cards
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.work.worklists import address

_TABLE, _LEVELS = "information_reports", ("国家级", "省级", "市级", "区级")


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
        title=catalog.row_title("requirements.7"),
        label=view.selection.period.label,
        statements=statements,
        href=view.card_href,
    )


def _adoptions(view: View) -> str:
    """Information adopted, by department and level, with the points of the court's table where there is one."""
    parameters, catalog, period = warehouse.parameters(view.version.connection), view.catalog, view.selection.period
    cut, chosen = view.version.as_of.get(_TABLE, date.min), view.selection.department
    found = adoptions(view.version.connection, period.first, min(period.last, cut))
    rows = [
        {
            "name": department.name,
            "adopted": [sum(level == one for level, _ in found[who]) for one in _LEVELS],
            "points": _points(parameters, found[who]),
        }
        for who, department in catalog.departments.items()
        if who in found and chosen in (ALL_DEPARTMENTS, who)
    ]
    return render(
        "ui/work/adoption_points.html",
        missing=period.first > cut,
        label=period.label,
        levels=_LEVELS,
        rows=rows,
        standards=[
            {
                "level": one.name.removeprefix(PREFIX),
                "points": f"{one.value.normalize():f}",
                "since": day_text(one.valid_from) if one.valid_from else "",
                "document": _document(catalog, one.source),
            }
            for one in standards(parameters, period.last)
        ],
        scored=has_table(parameters),
    )


def _points(parameters: Sequence[Parameter], adopted: Sequence[tuple[str, date]]) -> str:
    score = points(parameters, adopted)
    text = f"{score.total.normalize():f}"
    return f"{text}（另有 {score.unset} 次采用没有计分标准，未计）" if score.unset else text


def _document(catalog: Catalog, source: str) -> str:
    """The document of a parameter: titles of the sources it names by id, otherwise as it was written."""
    return "、".join(catalog.sources[one].title if one in catalog.sources else one for one in source.split("、") if one)


def _cards_of(view: View, department: str) -> Mapping[str, Card]:
    """The indicators of a department, or of the whole court, in the selected period."""
    return all_cards(view.version, Selection(view.selection.period, department, "all"))
