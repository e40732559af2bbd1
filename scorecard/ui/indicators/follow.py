"""关注: a reader follows an indicator, and is told on the first page when its verdict changes."""

import streamlit as st

from scorecard.access import Actor
from scorecard.assessment.cards import Card
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text
from scorecard.narrative.plain_verdict import plain_verdict
from scorecard.storage.reader_notes import follow, notes_of, verdicts_seen
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import StandingLine

_SHOWN, _DAYS = 3, 31  # changes in the line; days for which one is told


def button(view: View, card: Card) -> None:
    """Follow it, or no longer; for readers who signed in, on the current version."""
    if view.version.public or view.version.historic or not identity.identify().signed_in:
        return
    name, own = card.indicator.id, identity.current().name
    followed = name in notes_of(data_dir(), own).followed

    def turn() -> None:
        verdict = _verdicts(view).get(name, "")
        follow(data_dir(), own, name, verdict, today(), sample=view.version.manifest.sample)

    words = "取消关注" if followed else "关注"
    st.button(words, key=f"follow-{name}", help="评价改变时在总览和提要中告诉您", on_click=turn)


def changed_line(view: View, actor: Actor) -> tuple[StandingLine, ...]:
    """A line of the followed indicators whose verdict changed within a month, by the newest whole month of the whole court."""
    if view.version.public or view.version.historic or not notes_of(data_dir(), actor.name).followed:
        return ()
    seen = verdicts_seen(data_dir(), actor.name, _verdicts(view), today(), sample=view.version.manifest.sample)
    new = {name: one for name, one in seen.items() if (today() - one.seen).days <= _DAYS and name in view.cards}
    parts = [
        (f"{view.cards[name].indicator.name} {one.before} → {one.now}（{day_text(one.seen)}起）", "")
        for name, one in list(new.items())[:_SHOWN]
    ]
    parts += [(f"另有 {len(new) - _SHOWN} 项", "")] if len(new) > _SHOWN else []
    href = view.card_href(view.cards[next(iter(new))]) if new else ""
    return (StandingLine("您关注的指标", href, tuple(parts)),) if new else ()


def _verdicts(view: View) -> dict[str, str]:
    """What the one chip of each indicator says, of the newest whole month, whole court, all cases: whatever is on screen."""
    return {name: plain_verdict(card).text for name, card in view.newest.items()}
