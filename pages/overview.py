"""总览: the answer in one screen; then what must be checked, the data's state, all indicators, the same in sentences."""

from etl.intake.entered_rows import recorded_decisions
from etl.versions.pending import pending_batches
from scorecard.calendar.period import day_text
from scorecard.errors import ScorecardError
from scorecard.ui.indicators import overview
from scorecard.ui.indicators.follow import changed_line
from scorecard.ui.indicators.since import look_before, since_last_look
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.page_blocks import StandingLine
from scorecard.ui.work import measures, worklists
from scorecard.ui.work.home import home_lines

view = frame.analysis("总览")
if view is not None:
    held = 0
    if identity.current().may("publish") and not view.version.historic:
        try:
            held = len(pending_batches(data_dir(), view.version.manifest.batches))
        except ScorecardError as error:  # a damaged batch must be told, and must not hide what is published
            frame.failure(error)
    decisions = () if view.version.public else recorded_decisions(data_dir(), view.version.manifest.sample)
    states = overview.data_states(view)
    lines = [overview.data_line(view, states, held), worklists.standing_line(view), measures.standing_line(view)]
    if identity.current().may("export"):
        lines.append(StandingLine("本期简报", "briefing", ()))
    look = look_before(view, identity.current())
    home = home_lines(view, identity.current(), decisions, held, day_text(look.on) if look else "")
    home = (*home, *changed_line(view, identity.current())) if home is not None else None
    overview.first_screen(view, decisions, home, [line for line in lines if line is not None])
    since_last_look(view, look)
    overview.doubtful(view)
    overview.health(view, states)
    overview.matrix(view)
    overview.words(view)
