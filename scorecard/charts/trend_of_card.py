"""An indicator's trend as a page and a paper both draw it: points, control, marks on the time axis, provenance."""

from scorecard.assessment.cards import Card, CardInputs
from scorecard.charts.theme import mark
from scorecard.narrative.control_words import baseline_lines
from scorecard.narrative.provenance import provenance, scope_text
from scorecard.narrative.time_axis_notes import axis_notes
from scorecard.narrative.trend import Trend
from scorecard.records import annotations
from scorecard.store.open_version import Version


def trend_of(version: Version, inputs: CardInputs, card: Card) -> Trend:
    """What the figure of a card made from `inputs` shows."""
    chosen, period, control = card.indicator, card.judged.period, card.whole_control
    said = annotations.in_force(version.annotations, chosen.id)
    return Trend(
        title=chosen.name,
        subtitle=f"{scope_text(version.catalog, inputs.department, inputs.scope)}　单位：{chosen.unit}",
        unit=chosen.unit,
        points=card.points,
        chosen=period.key,
        share=chosen.formula.share,
        provenance=provenance(card, version.catalog, version.as_of, version.id, version.manifest.sample),
        sample=version.manifest.sample,
        control=control,
        marks=axis_notes(card.points, period.grain, said, control.cuts if control else ()),
        notes=baseline_lines(control) if control and control.limits else (),
        reading=reading(card),
    )


def reading(card: Card) -> str:
    """The chosen period in one line: "2026年1—10月　58.20%　▼ 未达标（较目标 -1.80个百分点）　目标 ≥60%（同类）"."""
    word = f"{mark(card.verdict.word).symbol} {card.verdict.word}"
    gap = f"（{card.gap}）" if card.gap else ""
    return f"{card.period}　{card.value}　{word}{gap}　目标 {card.target}"
