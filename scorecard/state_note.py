"""状态说明: which rule gave an indicator its words, on which numbers, and what value would change them."""

from scorecard.cards import Card
from scorecard.control_words import (
    assurance_sentence,
    baseline_lines,
    last_signal_sentence,
    rebasing_hint,
    variation_sentence,
    what_would_change,
)


def state_note(card: Card) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(heading, lines) in reading order; headings without anything to say are left out."""
    rows: list[tuple[str, tuple[str, ...]]] = [
        ("判定", (card.verdict.reason, card.since)),
        ("怎样会变", (card.pace, card.to_meet)),
        ("同比环比", tuple(one.text for one in card.changes)),
    ]
    shown = card.control
    if shown is not None:
        rows += [
            ("变异", (variation_sentence(shown), last_signal_sentence(shown), what_would_change(shown))),
            ("保障", (assurance_sentence(shown),)),
            ("基准", (*baseline_lines(shown), rebasing_hint(shown))),
        ]
    kept = [(title, tuple(line for line in lines if line)) for title, lines in rows]
    return tuple(row for row in kept if row[1])
