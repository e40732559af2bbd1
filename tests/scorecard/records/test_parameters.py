"""Which value of a parameter is in force on a day: one rule for wages, shares, points and intervals."""

from datetime import date
from decimal import Decimal

import pytest

from scorecard.catalog.definitions import Catalog
from scorecard.records.parameters import Parameter, contradictions, in_force

FIRST = Parameter("工资", 2023, Decimal(107_131), date(2024, 5, 31))
SECOND = Parameter("工资", 2024, Decimal(110_000), date(2025, 6, 10))
OTHER = Parameter("比例", 2022, Decimal(50), date(2022, 1, 1))
UNDATED = Parameter("工资", 2025, Decimal(120_000), None)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 5, 30), None),
        (date(2024, 5, 31), FIRST),
        (date(2025, 6, 9), FIRST),
        (date(2025, 6, 10), SECOND),
        (date.max, SECOND),
    ],
)
def test_a_value_is_in_force_from_its_day_until_the_day_the_next_one_begins(
    day: date, expected: Parameter | None
) -> None:
    assert in_force([SECOND, OTHER, UNDATED, FIRST], "工资", day) is expected


def test_a_value_without_a_day_is_in_force_on_none() -> None:
    assert in_force([UNDATED], "工资", date.max) is None
    assert in_force([], "工资", date.max) is None


def test_of_two_that_begin_on_one_day_the_later_year_holds_in_whatever_order_they_stand() -> None:
    later = Parameter("工资", 2025, Decimal(1), date(2025, 6, 10))
    assert in_force([later, SECOND], "工资", date(2025, 6, 10)) is later
    assert in_force([SECOND, later], "工资", date(2025, 6, 10)) is later


WAGE = {
    "name": "山东省城镇非私营单位就业人员年平均工资", "year": 2024, "value": Decimal(110_000), "unit": "元",
    "valid_from": date(2025, 6, 10),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        ({}, []),
        ({"unit": "%"}, ["unit"]),
        ({"value": Decimal(11)}, ["value"]),  # 万元
        ({"valid_from": date(2024, 6, 10)}, ["valid_from"]),  # a year is over before its wage is known
        ({"name": "信息采用计分-市级", "value": Decimal(2), "unit": "分"}, []),
        ({"name": "信息采用计分-市级", "value": Decimal(2)}, ["unit"]),
    ],
)
def test_a_value_in_another_unit_or_of_a_year_to_come_is_refused(
    catalog: Catalog, change: dict[str, object], columns: list[str]
) -> None:
    assert [one.column for one in contradictions({**WAGE, **change}, catalog)] == columns
