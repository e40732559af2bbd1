"""The halves of an indicator in two periods by the values of a column, read from the rows of a published version."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from scorecard.assessment.cards import Card
from scorecard.assessment.comparison import ChangeSplit
from scorecard.calendar.period import Period
from scorecard.catalog.definitions import Indicator
from scorecard.queries.contributions import amounts_by
from scorecard.queries.tabulations import Part
from scorecard.statistics.contributions import LEAST, Halves, contributions
from scorecard.store.open_version import Selection, Version
from scorecard.store.tabulations import group_labels


def change_splits(version: Version, selection: Selection, card: Card) -> tuple[ChangeSplit, ...]:
    """The change on the year before, else on the period before, by each column its tables are split by.

    Empty where nothing is compared, where few rows make the parts chance, for medians and distinct counts, and for visitors.
    A split whose parts are not the change to the last digit is left out: rows and value would not be the same.
    """
    change = next((one for one in card.changes if one.difference is not None and one.before is not None), None)
    if version.public or change is None or change.before is None or not _additive(card.indicator):
        return ()
    if min(card.judged.base, change.before.base) < LEAST:
        return ()
    splits: list[ChangeSplit] = []
    tables = [version.catalog.tables[name] for name in card.indicator.formula.tables]
    for column in [one for one in tables[0].split_by if all(one in table.split_by for table in tables[1:])]:
        before, now = (
            _halves(version, selection, card.indicator, period, column)
            for period in (change.before.period, card.judged.period)
        )
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


def _additive(indicator: Indicator) -> bool:
    return len(indicator.formula.parts) == 1 and all(
        term.aggregate in ("count", "sum")
        for part in indicator.formula.parts
        for term in (*part.numerator, *part.denominator)
    )


def _halves(
    version: Version, selection: Selection, indicator: Indicator, period: Period, column: str
) -> dict[Any, Halves]:
    """Value of the column -> numerator and denominator of its rows."""
    (part,) = indicator.formula.parts
    halves: dict[Any, list[Fraction]] = {}
    with version.connection.cursor() as cursor:
        for at, terms in enumerate((part.numerator, part.denominator)):
            for term in terms:
                chosen = Part(period, version.as_of[term.table], selection.department, selection.scope)
                query = amounts_by(version.catalog.tables[term.table], term, column, chosen)
                for group, amount in cursor.execute(query).fetchall():
                    halves.setdefault(group, [Fraction(0), Fraction(0)])[at] += Fraction(amount) * (
                        -1 if term.minus else 1
                    )
    return {group: (top, bottom) for group, (top, bottom) in halves.items()}
