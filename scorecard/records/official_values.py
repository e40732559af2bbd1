"""Official values: what an upper court or a platform published of one of our indicators, with its document and day.

A row says of one indicator, period, scope and issuer; a later one with the same key corrects it or explains its difference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from scorecard.calendar.period import Period, has_no_word, of_span, span_of
from scorecard.catalog.definitions import Catalog
from scorecard.records import parameters
from scorecard.records.parameters import Parameter
from scorecard.records.rows import Contradiction, records

TABLE, PROBLEM_CODE = "official_values", "official_value_contradicts"
TOLERANCE = "公布值比对允许差"  # the parameter: in units of the last digit as published
_SCOPES = {"all": "全部案件", "firm": "涉企案件"}


@dataclass(frozen=True)
class OfficialValue:
    """One published value in the indicator's unit; `tolerance` None where no rule says what difference is none."""

    indicator: str  # by its name
    value_year: int
    span: str
    scope: str
    issuer: str
    value: Decimal
    unit: str
    document: str
    published_on: date
    tolerance: Decimal | None
    explanation: str
    explained_on: date | None

    def speaks_of(self, indicator: str, period: Period, scope: str) -> bool:
        """Whether it is a value of this indicator (by name), period and scope."""
        same = (self.indicator, self.scope) == (indicator, _SCOPES[scope])
        return same and period.grain != "total" and (self.value_year, self.span) == span_of(period)


def from_rows(rows: Iterable[Mapping[str, Any]], known: Iterable[Parameter] = ()) -> tuple[OfficialValue, ...]:
    """Official values in the order of the rows; a tolerance that is not declared is the parameter's of the day of publication.

    It is so many units of the last digit: 64.7 may differ by 0.05 where the parameter says 0.5. A value is kept without the
    noughts it ended with: 65.00 is of two digits where its issuer published 64.73 of the indicator too, else of none.
    """
    default, found = tuple(known), tuple(records(OfficialValue, rows))
    digits: dict[tuple[str, str], int] = {}
    for one in found:
        exponent = one.value.normalize().as_tuple().exponent
        assert isinstance(exponent, int)
        digits[one.issuer, one.indicator] = min(exponent, digits.get((one.issuer, one.indicator), 0))
    return tuple(
        replace(one, tolerance=parameter.value * Decimal(1).scaleb(digits[one.issuer, one.indicator]))
        if one.tolerance is None and (parameter := parameters.in_force(default, TOLERANCE, one.published_on))
        else one
        for one in found
    )


def contradictions(row: Mapping[str, object], catalog: Catalog) -> list[Contradiction]:
    """Everything in a row that cannot be right; empty when it is sound."""
    wrong: list[Contradiction] = []
    indicator = next((one for one in catalog.indicators.values() if one.name == row["indicator"]), None)
    year, day = row["value_year"], row["published_on"]
    assert isinstance(year, int)
    assert isinstance(day, date)
    if indicator is not None and row["unit"] != indicator.unit:
        remedy = "请按这个单位换算公布的数值"
        wrong.append(
            Contradiction("unit", f"“{indicator.name}”的单位写作“{row['unit']}”", f"“{indicator.unit}”", remedy)
        )
    period = of_span(year, str(row["span"]), catalog.court.months)
    if has_no_word(period):
        found = f"本院的年度不从1月开始，“{row['span']}”在本院是{period.label}"
        wrong.append(Contradiction("span", found, "单月、季度或全年", "累计的公布数值，请写在公布文件中，不在这里比对"))
    if day <= period.last:
        found = f"{day} 公布，{period.label}还没有结束"
        wrong.append(Contradiction("published_on", found, f"{period.last} 之后的日期", "请核对年度、时段和公布日期"))
    return wrong
