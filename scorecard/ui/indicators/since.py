"""总览: what changed since this reader last looked, in one folded line."""

from scorecard.access import Actor
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text
from scorecard.errors import StorageError
from scorecard.narrative.changes import NotedChange
from scorecard.plan.since import changes_since
from scorecard.storage.last_looks import LastLook, last_look
from scorecard.store.open_version import Version
from scorecard.ui.intake.session_results import computed_once
from scorecard.ui.shell.cached import data_dir, open_historic
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import show_on_screen


def look_before(view: View, actor: Actor) -> LastLook | None:
    """When the reader last looked, who is signed in and reads the current version; notes that he does now."""
    if view.version.public or view.version.historic:
        return None
    return last_look(data_dir(), actor.name, view.version.id, today())


def since_last_look(view: View, look: LastLook | None) -> None:
    """The line of what changed since; it is no part of the page's picture."""
    if look is None:
        return
    listed = computed_once(
        "since", (look, view.version.id, today()), lambda: _listed(look, view.version), "正在与上次查看时比较…"
    )
    linked = [
        (one, view.card_href(view.cards[one.indicator]) if one.indicator in view.cards else "") for one in listed or ()
    ]
    show_on_screen("ui/indicators/since.html", day=day_text(look.on), listed=linked, known=listed is not None,
                   words=view.catalog.words)  # fmt: skip


def _listed(look: LastLook, version: Version) -> tuple[NotedChange, ...] | None:
    """The list of changes, by months of 全院 and all cases; None where the version of that day is there no more."""
    try:
        before = version if look.version == version.id else open_historic(look.version)
    except StorageError:
        return None
    return changes_since(before, look.on, version)
