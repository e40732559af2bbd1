"""联络员: what is owed this week and to whom, each with the way to where it is done; how punctual the tables were."""

from typing import Any
from urllib.parse import urlencode

from etl.intake.entered_rows import recorded_decisions
from scorecard.assessment.data_quality import Delivery, timeliness
from scorecard.calendar.period import day_text, month_label
from scorecard.plan.due_items import DueItem, due_items, week_end
from scorecard.plan.measure_matrix import interval
from scorecard.store import warehouse
from scorecard.store.open_version import judged_on
from scorecard.store.worklist_rows import tallies
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, signals_of
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_template
from scorecard.ui.work.plan_row import with_source
from scorecard.ui.work.tabulations import show_listing, told

ROW = "requirements.4"  # of the plan
MONTHS_SHOWN = 12
AHEAD = 45  # days: the next delivery of a table is always among them


def show_due(view: View) -> None:
    """Owed now: late, without a day, or through this Sunday; then what comes after it."""
    version, catalog, today = view.version, view.catalog, judged_on(view.version)
    every = interval(warehouse.parameters(version.connection), today)
    decisions = recorded_decisions(data_dir(), version.manifest.sample)
    counts = tallies(version.connection, catalog)
    sunday = week_end(today)
    now: list[dict[str, Any]] = []
    later: list[dict[str, Any]] = []
    signals = signals_of(version)  # what is owed now, whatever period is on screen
    for item in due_items(catalog, version.as_of, view.measures(), decisions, counts, today, every, signals):
        if item.by is None or item.by <= sunday:
            now.append(_row(item, view))
        elif (item.by - today).days <= AHEAD:
            later.append(_row(item, view))
    show_template(
        "ui/work/liaison_due.html",
        today=day_text(today),
        sunday=day_text(sunday),
        blocks=(("本周要办", now, "本周没有到期的事项。"), (f"以后 {AHEAD} 天", later, "没有。")),
        every=every,
        text=catalog.requirements[ROW].text,
    )


def _row(item: DueItem, view: View) -> dict[str, Any]:
    """A thing is a link where the reader may open the page on which it is done."""
    closed = "" if identity.current().may_somewhere("upload") else "upload"
    return {
        "item": item,
        "things": [(name, "" if page == closed else f"{page}?{urlencode(query)}") for name, page, query in item.things],
        "by": day_text(item.by) if item.by else "",
        "standing": item.standing(judged_on(view.version)),
    }


def show_information(view: View) -> None:
    """What was sent and adopted in the period, and the pieces themselves: what the plan's row on the liaison counts."""
    actor = identity.current()
    tabulations, listings = view.catalog.of_measure(ROW)
    show_template("ui/work/tabulations.html", told=[with_source(view, one, actor) for one in told(view, tabulations)])
    for listing in listings:
        show_listing(view, listing, actor, ROW)


def show_punctuality(view: View) -> None:
    """Were the tables in on time, month after month."""
    if view.version.manifest.sample:
        frame.guide(
            "示例数据不判断时效",
            "示例数据由程序一次生成，没有真实的报送时间。报送真实数据后，这里逐月列出各表是否按期。",
        )
        return
    catalog = view.catalog
    punctuality = timeliness(catalog, view.version.manifest.batches, judged_on(view.version))
    rows = [
        {
            "name": catalog.tables[table].name,
            "months": months[:MONTHS_SHOWN],
            "in_time": sum(month.word == "按期" for month in months),
            "total": len(months),
        }
        for table, months in punctuality.items()
    ]

    def label(month: Delivery) -> str:
        return month_label(catalog.court.months.month_of(month.through))

    show_template("ui/work/liaison_punctuality.html", rows=rows, shown=MONTHS_SHOWN, label=label)
