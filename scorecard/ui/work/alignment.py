"""要2: what the court measures itself by: targets by the level of their document, and other courts' values beside its own."""

from scorecard.assessment.number_format import value_text
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.store.open_version import Selection
from scorecard.store.registers import Benchmark, benchmarks
from scorecard.ui.shell.cached import all_cards
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show
from scorecard.ui.shell.templating import render


def alignment(view: View) -> None:
    """Both tables, for the whole court."""
    cards = all_cards(view.version, Selection(view.selection.period, ALL_DEPARTMENTS, "all")).values()
    aimed = [(card.selected, card, goal) for card in cards if (goal := card.selected.goal) is not None]
    levels = {
        level: [
            (card.indicator.name, asked.target, goal.document) for asked, card, goal in aimed if goal.basis == level
        ]
        for level in view.catalog.tables["targets"].columns["basis"].values
    }
    values = [(one, *_ours(view, one)) for one in benchmarks(view.version.connection) or ()]
    show(render("ui/work/plan_row_alignment.html", levels=levels, without=len(cards) - len(aimed), values=values,
                label=view.selection.period.label))  # fmt: skip


def _ours(view: View, one: Benchmark) -> tuple[str, str, str]:
    """The other value, ours of the same period, and our latest settled one of that length; a sentence where none is of a kind."""
    theirs = value_text(one.value, one.unit)
    indicator = next((known for known in view.catalog.indicators.values() if known.name == one.indicator), None)
    if indicator is None or indicator.unit != one.unit:
        return theirs, "指标口径中没有这一名称" if indicator is None else f"本院以“{indicator.unit}”计，不能对照", ""
    card = all_cards(view.version, Selection(one.period, ALL_DEPARTMENTS, "all"))[indicator.id]
    last = view.selection.period.last_month
    settled = [
        point for point in card.points if point.word != "无数据" and point.settled and point.period.last_month <= last
    ]
    latest = f"{settled[-1].text}（{settled[-1].label}）" if settled else "没有"
    same = card.selected  # of that very period, settled or not
    words = same.text if same.settled else f"{same.text}（{same.word}）"
    return theirs, words if same.word != "无数据" else "没有该期数据", latest
