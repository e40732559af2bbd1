"""An amount ten thousand times the usual one is named: one cell in 元 below a header in 万元 would be most of every sum."""

from datetime import date
from decimal import Decimal
from statistics import median

from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.examine import examine
from scorecard.catalog.definitions import Catalog


def reported(catalog: Catalog, amounts: list[Decimal], unit: str = "") -> list[tuple[int | None, str, str]]:
    rows = [f"（2026）鲁0117民初{number}号,2026-09-05,民事审判庭,{amount}" for number, amount in enumerate(amounts, 1)]
    raw = "\n".join([f"案号,立案日期,承办部门,标的额{unit}", *rows, ""]).encode()
    found = examine(raw, "a.csv", catalog.tables["cases"], catalog, date(2026, 10, 31))
    assert (found.refused, found.rows) == (False, len(amounts))
    return [(one.line, one.value, one.reason) for one in found.problems if one.code == "amount_scale"]


def test_a_cell_in_yuan_below_a_header_in_ten_thousands_is_named(catalog: Catalog) -> None:
    """Five cases of 50万元 and one written 500000: five thousand million, 99.95 % of the sum."""
    amounts = [Decimal(50)] * 5 + [Decimal(500_000)]
    said = "是这一列中位数（500000）的一万倍以上，可能写成了别的单位"
    assert reported(catalog, amounts, "（万元）") == [(7, "5000000000", said)]


def test_of_fewer_than_five_nobody_knows_what_is_usual(catalog: Catalog) -> None:
    assert reported(catalog, [Decimal(50)] * 3 + [Decimal(500_000)]) == []
    assert [line for line, _, _ in reported(catalog, [Decimal(50)] * 4 + [Decimal(500_000)])] == [6]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(
        st.integers(0, 9).flatmap(lambda power: st.integers(0, 10**power)).map(lambda cents: Decimal(cents) / 100),
        min_size=1,
        max_size=12,
    )
)
def test_the_rows_are_those_that_python_finds(catalog: Catalog, amounts: list[Decimal]) -> None:
    """The second implementation: the median of the amounts above zero, by `statistics`."""
    above = [amount for amount in amounts if amount > 0]
    expected = [
        line
        for line, amount in enumerate(amounts, 2)
        if len(above) >= 5 and amount > 0 and amount >= 10_000 * median(above)
    ]
    assert [line for line, _, _ in reported(catalog, amounts)] == expected
