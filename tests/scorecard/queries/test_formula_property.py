"""DuckDB against the second opinion: whatever can be declared, both must come to the same halves, base and state."""

import math

from hypothesis import HealthCheck, event, given, settings

from tests.support.engine import built, values
from tests.support.generated import World, worlds
from tests.support.naive import Value, evaluate


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_every_declared_formula_gives_the_same_exact_halves_on_duckdb_and_in_plain_python(world: World) -> None:
    with built(world.catalog, world.indicators, world.rows, world.as_of) as connection:
        for indicator in world.indicators:
            expected = evaluate(world.catalog, indicator, world.rows, world.as_of)
            found = values(connection, indicator)
            event(f"{indicator.formula.kind} {'values' if expected else 'empty'}")
            assert found.keys() == expected.keys()
            for key, wanted in expected.items():
                given_value, drawn = found[key]
                assert _halves(given_value) == _halves(wanted), f"{indicator.id} {key}"
                assert (drawn is None) == (wanted.exact is None), f"{indicator.id} {key}"
                if drawn is not None and wanted.exact is not None:
                    assert math.isclose(drawn, wanted.exact, rel_tol=1e-9, abs_tol=1e-9), f"{indicator.id} {key}"


def _halves(value: Value) -> tuple[object, ...]:
    return value.numerator, value.denominator, value.base, value.state, value.parts
