"""The text tables of worked examples: what a cell becomes. What is refused stands in tests/bad_seeds/example_*.toml."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from scorecard.catalog import worked_examples
from scorecard.catalog.definitions import Indicator
from scorecard.errors import SeedErrors
from tests.support.court import CATALOG, indicator


def _with_rows(rows: str, period: str = "2026-01", **example_changes: object) -> Indicator:
    of = indicator("count")
    expect = of.example.expect.model_copy(update={"period": period, "numerator": 1})
    changed = of.example.model_copy(update={"rows": rows, "expect": expect, **example_changes})
    return of.model_copy(update={"example": changed})


def test_every_cell_has_the_type_its_column_is_stored_with() -> None:
    rows = """
    case_no               | filed_on   | served_at        | procedure | claimed_yuan | hearings | firm_related | department | cause
    （2026）鲁0117民初1号 | 2026-01-05 | 2026-01-05T10:00 | 小额诉讼  | 1234.5       | -2       | 是           | 民庭       | 甲 乙
    """
    (table,) = worked_examples.tables(_with_rows(rows), CATALOG)
    (row,) = table.rows
    assert {column: row[column] for column in table.columns} == {
        "case_no": "（2026）鲁0117民初1号", "filed_on": date(2026, 1, 5), "served_at": datetime(2026, 1, 5, 10, 0),
        "procedure": "小额诉讼", "claimed_yuan": Decimal("1234.5"), "hearings": -2, "firm_related": True,
        "department": "civil", "cause": "甲 乙",
    }  # fmt: skip


def test_a_blank_cell_and_a_column_not_written_are_unknown() -> None:
    (table,) = worked_examples.tables(_with_rows("case_no | filed_on\n1 |\n\n | 2026-01-05"), CATALOG)
    assert [(row["case_no"], row["filed_on"], row["closed_on"]) for row in table.rows] == [
        ("1", None, None),
        (None, date(2026, 1, 5), None),
    ]
    assert set(table.rows[0]) == set(CATALOG.tables["cases"].columns)


def test_a_table_may_have_no_rows() -> None:
    (table,) = worked_examples.tables(_with_rows("case_no | filed_on"), CATALOG)
    assert (table.columns, table.rows) == (("case_no", "filed_on"), ())


@pytest.mark.parametrize("department", ["civil", "民事审判庭", "民庭"])
def test_a_department_is_written_by_id_name_or_alias_and_stored_by_id(department: str) -> None:
    (table,) = worked_examples.tables(_with_rows(f"department\n{department}"), CATALOG)
    assert table.rows[0]["department"] == "civil"


def test_every_wrong_cell_is_told_at_once() -> None:
    rows = "filed_on | hearings | firm_related | department\n2026-1-5 | 2.5 | yes | 民事庭\n2026-01-05 | 1 | 否"
    with pytest.raises(SeedErrors) as refused:
        worked_examples.tables(_with_rows(rows), CATALOG)
    assert [str(one) for one in refused.value.mistakes] == [
        "rate「example.rows」：第 1 行“filed_on”的值为“2026-1-5”；应为：日期，如 2026-01-05",
        "rate「example.rows」：第 1 行“hearings”的值为“2.5”；应为：整数，如 45",
        "rate「example.rows」：第 1 行“firm_related”的值为“yes”；应为：是 或 否",
        "rate「example.rows」：第 1 行“department”的值为“民事庭”；应为：已登记的名称；是否为“民庭”？",
        "rate「example.rows」：第 2 行有 3 格；应为：与表头相同的 4 格",
    ]


def test_the_data_cut_of_an_example_is_the_end_of_its_period_unless_written() -> None:
    assert worked_examples.cut_date(_with_rows("case_no", period="2024-02")) == date(2024, 2, 29)
    assert worked_examples.cut_date(_with_rows("case_no", as_of=date(2026, 3, 31))) == date(2026, 3, 31)
