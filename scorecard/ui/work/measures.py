"""配套措施: the matrix of the 17 measures, then a section a measure with the plan's words, indicators and reports."""

from scorecard.calendar.period import day_text
from scorecard.catalog.definitions import Catalog
from scorecard.plan.measure_matrix import Duty, MeasureLine, interval, lines
from scorecard.records.progress_reports import ProgressReport
from scorecard.store import warehouse
from scorecard.store.open_version import judged_on
from scorecard.store.registers import progress
from scorecard.store.worklist_rows import tallies
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render
from scorecard.ui.work.worklists import address


def measure_lines(view: View) -> tuple[MeasureLine, ...]:
    """The measures for the selected period, department and scope."""
    return view.cached("measure lines", lambda: _lines(view))


def _lines(view: View) -> tuple[MeasureLine, ...]:
    connection, now = view.version.connection, judged_on(view.version)
    every = interval(warehouse.parameters(connection), now)
    reports = progress(connection) or ()
    return lines(view.catalog, view.cards, reports, tallies(connection, view.catalog), now, every)


def owed(view: View) -> None:
    """On the overview: measures of which a responsible department owes a report; nothing while none does."""
    if view.version.public:
        return
    every = interval(warehouse.parameters(view.version.connection), judged_on(view.version))
    names = view.catalog.departments
    rows = [
        {
            "title": f"{view.catalog.domains[line.measure.domain].name} {line.measure.number}．{line.measure.title}",
            "href": f"{view.href('measures')}#{anchor(line.measure.id)}",
            "sentence": "；".join(
                f"{names[duty.department].name}" + ("从未汇报" if duty.days is None else f"上次汇报在{duty.days}天前")
                for duty in line.owing
            ),
            "whose": line.measure.responsible,
        }
        for line in measure_lines(view)
        if line.owing and line.duties
    ]
    if rows:
        show(render("ui/work/measures_owed.html", rows=rows, every=every))


def matrix(view: View) -> None:
    """All measures on one screen: verdicts, worklists, and when each responsible department last reported."""
    show(view.cached("measure matrix", lambda: _matrix(view)))


def _matrix(view: View) -> str:
    measures, catalog = measure_lines(view), view.catalog
    responsible = {duty.department for line in measures for duty in line.duties}
    departments = [department for department in catalog.departments if department in responsible]
    domains: list[dict[str, object]] = []
    for domain in catalog.domains.values():
        rows = [_row(catalog, line, departments) for line in measures if line.measure.domain == domain.id]
        if rows:
            domains.append({"name": domain.name, "rows": rows})
    return render(
        "ui/work/measures_matrix.html",
        domains=domains,
        departments=[catalog.departments[department].name for department in departments],
        every=interval(warehouse.parameters(view.version.connection), judged_on(view.version)),
        silent=[line.measure for line in measures if line.silent],
        owing=sum(len(line.owing) for line in measures),
        missed=sum(bool(line.missed) for line in measures),
        label=f"{view.scope}　{view.selection.period.label}",
        progress_href=view.href("progress"),
        today=day_text(judged_on(view.version)),
    )


def _row(catalog: Catalog, line: MeasureLine, departments: list[str]) -> dict[str, object]:
    duties = {duty.department: _duty(duty) for duty in line.duties}
    words: dict[str, int] = {}
    for card in line.cards:
        words[card.verdict.word] = words.get(card.verdict.word, 0) + 1
    return {
        "anchor": anchor(line.measure.id),
        "title": f"{line.measure.number}．{line.measure.title}",
        "words": words,
        "overdue": line.waiting("超期"),
        "soon": line.waiting("临期"),
        "listed": line.waiting("在列"),
        "duties": [duties.get(department) for department in departments],
        "lacking": line.lacking,
        "silent": line.silent,
    }


def _duty(duty: Duty) -> dict[str, object]:
    return {
        "owed": duty.owed,
        "days": duty.days,
        "status": duty.latest.status if duty.latest else "",
        "percent": _percent(duty),
    }


def _percent(duty: Duty) -> str:
    if duty.latest is None or duty.latest.percent is None:
        return ""
    return f"{duty.latest.percent.normalize():f}%"


def anchor(measure: str) -> str:
    """The id of a measure's section in the page."""
    return f"measure-{measure.replace('.', '-')}"


def sections(view: View) -> None:
    """A section for every measure, in the plan's order."""
    show(view.cached("measure sections", lambda: _sections(view)))


def _sections(view: View) -> str:
    catalog = view.catalog
    rows = [
        {
            "anchor": anchor(line.measure.id),
            "domain": catalog.domains[line.measure.domain].name,
            "measure": line.measure,
            "cards": line.cards,
            "lacking": line.lacking,
            "worklists": [
                (catalog.worklists[name].name, address(view, catalog.worklists[name]), numbers)
                for name, numbers in line.worklists
            ],
            "series": _series(catalog, line),
            "latest": [_report_row(catalog, duty.latest) for duty in line.duties if duty.latest],
            "reports": [_report_row(catalog, report) for report in line.reports],
            "owing": [catalog.departments[duty.department].name for duty in line.owing],
        }
        for line in measure_lines(view)
    ]
    return render("ui/work/measures_sections.html", rows=rows, href=view.card_href, progress_href=view.href("progress"))


def _series(catalog: Catalog, line: MeasureLine) -> list[tuple[str, str]]:
    """Per department the percentages in the order they were reported: "16% → 31% → 44%"."""
    series: list[tuple[str, str]] = []
    for duty in line.duties:
        steps = [
            f"{report.percent.normalize():f}%"
            for report in reversed(line.reports)
            if report.department == duty.department and report.percent is not None
        ]
        if steps:
            series.append((catalog.departments[duty.department].name, " → ".join(steps)))
    return series


def _report_row(catalog: Catalog, report: ProgressReport) -> dict[str, str]:
    return {
        "day": day_text(report.reported_on),
        "department": catalog.departments[report.department].name,
        "status": report.status,
        "percent": f"{report.percent.normalize():f}%" if report.percent is not None else "—",
        "text": report.text,
        "evidence": report.evidence,
    }
