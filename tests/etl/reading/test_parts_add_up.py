"""The sum of parts within a tolerance: reported line by line; with a part unknown it cannot be checked, and that is said."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.examine import Examination, examine
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from tests.conftest import ROOT

AS_OF = date(2026, 10, 31)
PARTS = ("判决", "驳回", "撤诉", "调解", "其他")


def table(kind: str = "integer", policy: str = "refuse", **rule: Any) -> Table:
    amounts = {name: {"header": name, "type": kind} for name in ("收案", "结案", *PARTS)}
    return Table.model_validate(
        {
            "id": "years",
            "name": "历年案件",
            "key": ["year"],
            "columns": {"year": {"header": "年份", "type": "date", "period": "year", "required": True}, **amounts},
            "checks": [{"add_up": {"parts": list(PARTS), "total": "结案", **rule}, "on_problem": policy}],
        }
    )


def looked_at(catalog: Catalog, lines: list[str], of: Table, **said: Any) -> Examination:
    header = ",".join(("年份", "收案", "结案", *PARTS))
    return examine("\n".join([header, *lines, ""]).encode(), "a.csv", of, catalog, AS_OF, **said)


def told(found: Examination) -> list[tuple[str, str, int | None]]:
    return [(p.code, p.severity, p.line) for p in found.problems if p.code.startswith("parts")]


def test_a_total_beside_an_unknown_part_is_not_checked_and_that_is_said(catalog: Catalog) -> None:
    """结案 4,375,771 of 2014; its known parts come to 3,080,699 and 调解 is blank. 2013 says nothing at all."""
    raw = (ROOT / "tests/data/door/blank_sum_is_zero.csv").read_bytes()
    found = examine(raw, "a.csv", table(), catalog, AS_OF)
    assert (found.refused, told(found)) == (False, [("parts_unknown", "report", 3)])
    whole = examine(raw.replace(b"1197175,,75878", b"1197175,1295072,75878"), "a.csv", table(), catalog, AS_OF)
    assert told(whole) == []


def test_a_sum_that_differs_is_named_by_line_with_both_numbers(catalog: Catalog) -> None:
    lines = ["2014年,20,15,5,4,3,2,1", "2015年,20,16,5,4,3,2,1", "2016年,20,10,5,4,3,2,1"]
    found = looked_at(catalog, lines, table())
    assert told(found) == [("parts_differ", "refuse", 3), ("parts_differ", "refuse", 4)]
    (problem,) = [one for one in found.problems if one.line == 4]
    assert (problem.column, problem.value) == ("结案", "10")
    assert problem.reason == "各项之和（判决 + 驳回 + 撤诉 + 调解 + 其他）是 15，相差 5"
    assert told(looked_at(catalog, lines, table(policy="report"))) == [("parts_differ", "report", n) for n in (3, 4)]
    aside = looked_at(catalog, lines, table(), policy="set_aside")
    assert (aside.refused, aside.rows, aside.aside) == (False, 1, 2)


@pytest.mark.parametrize(("total", "differs"), [("15.05", False), ("14.95", False), ("15.0501", True), ("14.9", True)])
def test_rounding_within_the_tolerance_is_none(catalog: Catalog, total: str, differs: bool) -> None:
    found = looked_at(catalog, [f"2014年,20,{total},5,4,3,2,1"], table("decimal", tolerance=0.05))
    assert told(found) == ([("parts_differ", "refuse", 2)] if differs else [])
    assert all("超过允许的 0.05" in one.reason for one in found.problems if one.code == "parts_differ")


def test_without_one_of_the_columns_nothing_is_said_but_that_it_is_not_there(catalog: Catalog) -> None:
    found = examine("年份,结案,判决\n2014年,5,4\n".encode(), "a.csv", table(), catalog, AS_OF)
    assert told(found) == []
    assert "header_absent" in {problem.code for problem in found.problems}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(*[st.sampled_from([None, Decimal(0), Decimal("1.5"), Decimal(2), Decimal("4.25")])] * 6),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([0, 0.5, 2]),
)
def test_plain_sums_find_the_same_lines(
    catalog: Catalog, rows: list[tuple[Decimal | None, ...]], tolerance: float
) -> None:
    cells = [",".join("" if one is None else str(one) for one in row) for row in rows]
    found = looked_at(
        catalog, [f"{2001 + n}年,,{line}" for n, line in enumerate(cells)], table("decimal", tolerance=tolerance)
    )
    expected: list[tuple[str, str, int | None]] = []
    for number, (total, *parts) in enumerate(rows, 2):
        known = [part for part in parts if part is not None]
        if total is None or len(known) < len(parts):
            expected += [("parts_unknown", "report", number)] if total is not None or known else []
        elif abs(sum(known) - total) > Decimal(str(tolerance)):
            expected.append(("parts_differ", "refuse", number))
    # What refuses leaves the rows before the rest is looked at; both are named in the order of the file.
    assert told(found) == expected
