"""Whatever can be declared, the rows behind a value add up to it: judged by plain Python, not by the build."""

from decimal import Decimal
from fractions import Fraction
from typing import cast

from hypothesis import HealthCheck, event, given, settings

from scorecard.calendar.period import Grain
from scorecard.queries.evidence import cut_of, evidence_queries
from scorecard.store.evidence_rows import half_of, totals
from tests.support.engine import built
from tests.support.generated import World, worlds
from tests.support.naive import Key, Value, evaluate

KEYS = 8  # periods, departments and scopes looked at of each indicator: first, last and some between


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_the_rows_of_every_declared_formula_are_its_halves(world: World) -> None:
    with built(world.catalog, world.indicators, world.rows, world.as_of) as connection:
        for indicator in world.indicators:
            expected = evaluate(world.catalog, indicator, world.rows, world.as_of)
            cut = cut_of(indicator, world.as_of)
            event(f"{indicator.formula.kind} {'values' if expected else 'empty'}")
            for key in some(list(expected)):
                grain, name, department, scope = key
                period = world.catalog.court.months.parse(cast("Grain", grain), name)
                assert period is not None
                assert cut is not None
                stands = evidence_queries(world.catalog, indicator, period, department, scope, cut)
                counted = [total for one in stands for total in totals(connection, one)]
                for part, wanted in enumerate(halves(expected[key])):
                    found = (half_of(counted, "numerator", part), half_of(counted, "denominator", part))
                    if wanted[0] is None and expected[key].unknown:
                        continue  # one term of it is unknown, so neither half is said; what is known still has its rows
                    assert tuple(map(exact, found)) == wanted, f"{indicator.id} {key}"


def some(keys: list[Key]) -> list[Key]:
    step = -(-len(keys) // KEYS) or 1
    return [*keys[::step], *keys[-1:]]


def halves(value: Value) -> list[tuple[Fraction | None, Fraction | None]]:
    if value.parts:
        return [(numerator, denominator) for _, numerator, denominator in value.parts]
    return [(value.numerator, value.denominator)]


def exact(amount: Decimal | None) -> Fraction | None:
    return None if amount is None else Fraction(amount)
