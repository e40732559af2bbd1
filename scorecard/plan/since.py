"""What changed between a version as it was read on a day, and as it is read now: for 总览 and for the digest."""

from datetime import date

from scorecard.assessment.cards import Card, CardInputs, cards
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.narrative.changes import NotedChange, compare, judged_version, noted, problem_changes
from scorecard.store.open_version import Version, card_inputs, complete_through, judged_on, periods


def changes_since(before: Version, day: date, version: Version) -> tuple[NotedChange, ...]:
    """The list of changes, by months of 全院 and all cases; empty between invented numbers and real ones."""
    if before.manifest.sample != version.manifest.sample:
        return ()
    then, now = _inputs(before, day), _inputs(version, judged_on(version))
    changes = compare(judged_version([then]), judged_version([now]))
    return noted(changes, problem_changes(_cards(before, then), _cards(version, now)))


def _inputs(version: Version, day: date) -> CardInputs:
    judged = complete_through(version) if version.manifest.sample else day
    return card_inputs(version, "month", ALL_DEPARTMENTS, "all", judged)


def _cards(version: Version, inputs: CardInputs) -> tuple[Card, ...]:
    """The cards of the last month that the extracts reach the end of."""
    offered = periods(version, inputs, "month")
    reached = (period for period in offered if period.last <= complete_through(version))
    return cards(inputs, next(reached, offered[0])) if offered else ()
