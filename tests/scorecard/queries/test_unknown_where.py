"""A derived column that is unknown under a condition, and a stock that rows leave only under one: "Continues" with a date is open.

The four rows and their figures were counted by hand.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Indicator
from scorecard.narrative.formula_words import computed_columns, formula_words
from scorecard.queries.row_days import own_day
from scorecard.queries.terms import sql, unbound
from tests.support.court import CATALOG
from tests.support.engine import built, values
from tests.support.naive import evaluate

TABLE = Table.model_validate(
    {
        "id": "arbitrations",
        "name": "仲裁案件",
        "key": ["number"],
        "stock": {"from": "filed_on", "until": "ended_on"},
        "columns": {
            "number": {"header": "编号", "type": "text", "required": True},
            "status": {"header": "结果", "type": "text"},
            "filed_on": {"header": "受理日期", "type": "date"},
            "result_on": {"header": "结果日期", "type": "date"},
        },
        "derived": {
            "ended_on": {"header": "了结日期", "latest": ["result_on"], "unknown_where": {"status": "Continues"}},
            "days": {"header": "天数", "days_between": ["filed_on", "ended_on"]},
        },
    }
)


def _indicator(name: str, unit: str, formula: dict[str, Any]) -> Indicator:
    return Indicator.model_validate(
        {
            "id": name, "domain": "disputes", "name": name, "definition": "", "exclusions": "", "why": "",
            "measures": [], "departments": [], "unit": unit, "direction": "neutral", "counterweight": "", "sources": [],
            "formula": {"table": "arbitrations", **formula}, "example": {"rows": "number", "expect": {"period": "2026-03"}},
        }
    )  # fmt: skip


PENDING = _indicator("pending", "件", {"kind": "count", "stock": {"from": "filed_on", "until": "ended_on"}})
DAYS = _indicator("days", "天", {"kind": "mean", "of": "days", "period": "ended_on"})
ROWS = [
    {"number": "1", "status": "Settled", "filed_on": date(2026, 1, 5), "result_on": date(2026, 2, 4)},
    {"number": "2", "status": "Continues", "filed_on": date(2026, 1, 6), "result_on": date(2026, 2, 9)},
    {"number": "3", "status": None, "filed_on": date(2026, 2, 1), "result_on": date(2026, 2, 11)},
    {"number": "4", "status": "Continues", "filed_on": date(2026, 3, 1), "result_on": None},
]


def test_what_continues_stays_in_the_stock_and_has_no_duration_and_an_unknown_status_leaves_it() -> None:
    catalog = replace(CATALOG, tables={TABLE.id: TABLE}, indicators={"pending": PENDING, "days": DAYS})
    as_of = {TABLE.id: date(2026, 3, 31)}
    with built(catalog, [PENDING, DAYS], {TABLE.id: ROWS}, as_of) as connection:
        pending = {
            key[1]: value.numerator for key, (value, _) in values(connection, PENDING).items() if key[0] == "month"
        }
        days = values(connection, DAYS)["month", "2026-02", "all", "all"][0]
        for one in (PENDING, DAYS):
            wanted, found = evaluate(catalog, one, {TABLE.id: ROWS}, as_of), values(connection, one)
            assert {key: (value.numerator, value.base) for key, value in wanted.items()} == {
                key: (value.numerator, value.base) for key, (value, _) in found.items()
            }
    assert pending == {"2026-01": 2, "2026-02": 1, "2026-03": 2}
    assert (days.numerator, days.denominator) == (30 + 10, 2)


def test_the_glossary_says_where_it_is_unknown() -> None:
    catalog = replace(CATALOG, tables={TABLE.id: TABLE}, indicators={"pending": PENDING, "days": DAYS})
    assert dict(computed_columns(DAYS, catalog))["了结日期"] == "即“结果日期”；“结果”为“Continues”的按未知"
    assert any("了结日期" in line for line in formula_words(PENDING, catalog))


def test_a_column_that_decides_whether_another_is_known_is_one_it_rests_on() -> None:
    assert TABLE.sources(["days"]) == {"filed_on", "result_on", "status"}
    at_the_door = unbound(TABLE, "typed", derived=False)
    assert "result_on" in sql(own_day(TABLE, at_the_door, date(2026, 3, 31)))
    assert TABLE.resting_on({"status"}) == {"status", "ended_on", "days"}
