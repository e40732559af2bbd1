"""The halves of an indicator in two periods by the values of its columns, read from the rows of a published version."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import ChangeSplit
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import Indicator
from scorecard.queries.tabulations import Part, amounts_by
from scorecard.statistics.contributions import LEAST, Halves, contributions
from scorecard.store.open_version import Selection, Version
from scorecard.store.tabulations import group_labels
from scorecard.store.warehouse import fetched


def change_splits(version: Version, selection: Selection, card: Card) -> tuple[ChangeSplit, ...]:
    """The change on the year before, else on the period before, by each column its tables are split by.

    Empty where nothing is compared, where few rows make the parts chance, for medians and distinct counts, and for visitors.
    A column that the formula itself tests splits nothing: 小额适用率 rises by 小额. A split whose parts are not the change to the last
    digit is left out: rows and value would not be the same.
    """
    change = next((one for one in card.changes if one.difference is not None and one.before is not None), None)
    parts = card.indicator.formula.parts
    terms = [term for part in parts for term in (*part.numerator, *part.denominator)]
    additive = len(parts) == 1 and all(term.aggregate in ("count", "sum") for term in terms)
    if version.public or change is None or change.before is None or not additive:
        return ()
    if min(card.judged.base, change.before.base) < LEAST:
        return ()
    splits: list[ChangeSplit] = []
    tables = [version.catalog.tables[name] for name in card.indicator.formula.tables]
    counted = {column for term in card.indicator.formula.terms for column in term.columns}
    if version.catalog.court.unit == "court":
        counted.add(tables[0].department or "")  # courts stand beside each other in the funnel only
    columns = [
        one for one in tables[0].split_by if one not in counted and all(one in table.split_by for table in tables[1:])
    ]
    periods = (change.before.period, card.judged.period)
    halves = [_halves(version, selection, card.indicator, period, columns) for period in periods] if columns else []
    for column in columns:
        before, now = (parts[column] for parts in halves)
        labels = group_labels(version.catalog, tables[0], column, [*before, *now])
        named = [{labels[value]: halves for value, halves in parts.items()} for parts in (before, now)]
        up, down = card.indicator.scale
        parts = [
            replace(part, rate=part.rate * up / down, mix=part.mix * up / down)
            for part in contributions(named[0], named[1], tuple(labels.values())) or ()
        ]
        if len(parts) > 1 and sum((part.whole for part in parts), Fraction(0)) == change.difference:
            splits.append(ChangeSplit(tables[0].header(column), change, tuple(parts)))
    return tuple(splits)


def _halves(
    version: Version, selection: Selection, indicator: Indicator, period: Period, columns: Sequence[str]
) -> dict[str, dict[Any, Halves]]:
    """Column -> its values -> numerator and denominator of their rows; the rows are read once for all columns."""
    (part,) = indicator.formula.parts
    halves: dict[str, dict[Any, Halves]] = {column: {} for column in columns}
    for at, terms in enumerate((part.numerator, part.denominator)):
        for term in terms:
            chosen = Part(period, version.as_of[term.table], selection.department, selection.scope)
            query = amounts_by(version.catalog.tables[term.table], term, columns, chosen)
            for *groups, amount in fetched(version.connection, query):
                signed = Fraction(amount) * (-1 if term.minus else 1)
                for column, group in zip(columns, groups, strict=True):
                    top, bottom = halves[column].get(group, (Fraction(0), Fraction(0)))
                    halves[column][group] = (top, bottom + signed) if at else (top + signed, bottom)
    return halves
