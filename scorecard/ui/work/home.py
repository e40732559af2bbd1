"""What waits for the reader, by role, in one row above the overview; each leads to where it is done."""

from collections.abc import Sequence
from urllib.parse import urlencode

from scorecard.access import Actor
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.plan.waiting import HOMES, OpenWork, late_tables, rows_aside, waiting
from scorecard.records.decisions import Decision
from scorecard.store.open_version import Selection, judged_on
from scorecard.store.worklist_rows import tallies
from scorecard.ui.shell.cached import all_cards, signals_of
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import StandingLine
from scorecard.ui.work import meeting

_SELECTED = ("", "meeting", "worklists", "targets")  # pages that keep what the reader chose


def home_lines(
    view: View, actor: Actor, decisions: Sequence[Decision], held: int, looked: str
) -> tuple[StandingLine, ...] | None:
    """The lines of the reader's role; None for a role without any.

    `held`: batches accepted and not published; `looked`: the day of the reader's last look, where there was one.
    """
    version, chosen = view.version, view.selection
    if version.public or actor.role not in HOMES:
        return None
    work = OpenWork(
        catalog=view.catalog,
        today=judged_on(version),
        cards=all_cards(version, Selection(chosen.period, ALL_DEPARTMENTS, chosen.scope)),
        lines=view.measures(),
        tallies=tallies(version.connection, view.catalog),
        signals=signals_of(version),
        decisions=decisions,
        matters=meeting.matters_of(view, decisions) if actor.may("decisions") else (),
        targets=version.targets,
        late_tables=late_tables(version),
        aside=rows_aside(version),
        held=held,
    )
    since = [StandingLine("上次查看以来的变化", "#since", ((f"{looked}以来", ""),))] if looked else []
    return (
        *(since if actor.role == "leadership" else ()),
        *(
            StandingLine(
                line.name,
                view.href(line.page, **line.query)
                if line.page in _SELECTED
                else f"{line.page}?{urlencode(line.query)}".rstrip("?"),
                line.parts,
            )
            for line in waiting(actor.role, actor.department, work)
        ),
    )
