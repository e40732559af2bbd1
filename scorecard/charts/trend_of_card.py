"""The content of a card's trend figure. Apart from the drawing, because a paper's formats draw and may open no version."""

from scorecard.assessment.cards import Card, CardInputs
from scorecard.charts.theme import mark
from scorecard.narrative.control_words import baseline_lines
from scorecard.narrative.provenance import provenance, scope_text
from scorecard.narrative.time_axis_notes import axis_notes
from scorecard.narrative.trend import Trend, by_year
from scorecard.records import annotations
from scorecard.store.open_version import Version


def trend_of(version: Version, inputs: CardInputs, card: Card) -> Trend:
    """The content of the figure of a card made from `inputs`."""
    indicator, control = card.indicator, card.whole_control
    notes = annotations.in_force(version.annotations, indicator.id)
    points, before = (tuple(line) for line in by_year(card.points, card.judged.period))
    return Trend(
        title=indicator.name,
        subtitle=f"{scope_text(version.catalog, inputs.department, inputs.scope)}　单位：{indicator.unit}",
        unit=indicator.unit,
        points=points,
        before=before,
        chosen=card.judged.period.key,
        share=indicator.formula.share,
        provenance=provenance(card, version.catalog, version.as_of, version.id, version.manifest.sample),
        sample=version.manifest.sample,
        control=control,
        marks=axis_notes(points, card.judged.period.grain, notes, control.cuts if control else ()),
        notes=baseline_lines(control) if control and (control.limits or control.fault) else (),
        reading=_reading(card),
        ahead=card.ahead,
    )


def _reading(card: Card) -> str:
    """The chosen period in one line: "2026年1—10月　58.20%　▼ 未达标（较目标 -1.80个百分点）　目标 ≥60%（同类）"."""
    word = f"{mark(card.verdict.word).symbol} {card.verdict.word}"
    gap = f"（{card.gap}）" if card.gap else ""
    return f"{card.period}　{card.value}　{word}{gap}　目标 {card.target}"
