"""Wide tables: headers that name periods become rows, in the shapes of yearbooks and of a court's own monthly sheets.

What is right is known by transposing the table by hand (`naive` here, and the counts written out).
"""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.accept import accept, template
from etl.intake.examine import Examination, examine
from etl.intake.recognise import recognise
from etl.intake.repaired import repaired_csv
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.actors import TESTER
from tests.support.naive import month_end

AS_OF = date(2026, 10, 31)


def table(length: str, **value: Any) -> Table:
    return Table.model_validate(
        {
            "id": "yearbook",
            "name": "统计年报",
            "key": ["item", "reported_on"],
            "unpivot": {"period": "reported_on", "value": "amount"},
            "columns": {
                "item": {"header": "项目", "type": "text", "required": True},
                "office": {"header": "部门", "type": "department"},
                "reported_on": {"header": "时间", "type": "date", "period": length, "required": True},
                "amount": {"header": "数量", "type": "decimal", "unit": "元", "minimum": 0, **value},
            },
        }
    )


YEARS, MONTHS, QUARTERS = table("year"), table("month"), table("quarter")


def looked_at(catalog: Catalog, text: str, of: Table = YEARS, name: str = "年报.csv", **said: Any) -> Examination:
    return examine(text.encode(), name, of, catalog, AS_OF, **said)


def rows(found: Examination) -> list[tuple[str, str, str]]:
    assert not found.refused, found.problems
    return [(row["项目"], row["时间"], row["数量"]) for row in found.preview]


def refused(found: Examination) -> list[tuple[str, int | None, str]]:
    return [(p.code, p.line, p.column) for p in found.problems if p.severity == "refuse"]


def test_years_in_headers_are_a_row_each_and_a_blank_cell_is_unknown(catalog: Catalog) -> None:
    found = looked_at(catalog, "项目,2013年,2014年\n收案,,4589375\n结案,4,4375771\n")
    assert rows(found) == [
        ("收案", "2013-12-31", ""),
        ("收案", "2014-12-31", "4589375"),
        ("结案", "2013-12-31", "4"),
        ("结案", "2014-12-31", "4375771"),
    ]
    assert found.rows == 4
    (said,) = [p for p in found.problems if p.code == "header_periods"]
    assert "2 列按时段各成一行，读作 2013年、2014年" in said.reason


def test_years_of_a_spreadsheet_are_bare_numbers_in_the_header_and_numbers_below_are_no_header(
    catalog: Catalog,
) -> None:
    found = looked_at(catalog, "项目,2013,2014\n收案,1999,2001\n")
    assert rows(found) == [("收案", "2013-12-31", "1999"), ("收案", "2014-12-31", "2001")]


def test_a_file_with_a_row_for_each_period_is_read_as_the_template_has_it(catalog: Catalog) -> None:
    assert template(YEARS).decode("utf-8-sig").strip() == "项目,部门,时间,数量"
    found = looked_at(catalog, "项目,时间,数量\n收案,2013年,\n收案,2014年,7\n")
    assert rows(found) == [("收案", "2013-12-31", ""), ("收案", "2014-12-31", "7")]


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ("2026年审判情况\n", "表.csv"),
        ("", "2026年统计.csv"),
        ("二〇二六\n", "统计202610.csv"),
        ("二〇二六年审判情况\n", "表.csv"),
        ("2026年\n", "2026年.csv"),
        ("2026年各月\n制表日期：2027年1月10日\n", "统计_20270110.csv"),
        ("2026年1—11月\n", "统计 2027-1-10.csv"),
        ("", "2026年1-11月.csv"),
        ("", "统计2026.csv"),
    ],
)
def test_months_take_the_year_of_the_title_or_of_the_files_name(catalog: Catalog, above: str, name: str) -> None:
    found = looked_at(catalog, f"{above}项目,1月,2月,11月\n收案,5,6,\n", MONTHS, name)
    assert rows(found) == [
        ("收案", "2026-01-31", "5"),
        ("收案", "2026-02-28", "6"),
    ]  # November is not over: nothing is said


@pytest.mark.parametrize(
    ("above", "name"),
    [
        ("", "表.csv"),
        ("2025年\n", "2026年.csv"),
        ("二〇二五年\n", "2026年.csv"),
        ("2025年与2026年\n", "表.csv"),
        ("制表日期：2026年1月10日\n", "表.csv"),
        ("", "导出20260110.csv"),
        ("", "导出_2026-01-10.csv"),
        ("", "导出2026年1月10日.csv"),
        ("", "导出_20260110093000.csv"),
    ],
)
def test_a_year_that_is_not_said_or_said_twice_is_never_guessed(catalog: Catalog, above: str, name: str) -> None:
    found = looked_at(catalog, f"{above}项目,1月,2月\n收案,5,6\n", MONTHS, name)
    assert refused(found) == [("period_year", 2 if above else 1, "")]
    assert rows(looked_at(catalog, f"{above}项目,2024年1月,2024年2月\n收案,5,6\n", MONTHS, name))


def test_months_in_numerals_are_months(catalog: Catalog) -> None:
    found = looked_at(catalog, "项目,一月,二月,十月\n收案,5,6,7\n", MONTHS, "2026年.csv")
    assert rows(found) == [
        (("收案"), f"2026-{end}", value) for end, value in (("01-31", "5"), ("02-28", "6"), ("10-31", "7"))
    ]


@pytest.mark.parametrize(("above", "name"), [("2026年1-2月累计\n", "表.csv"), ("", "2026年各月累计.csv")])
def test_columns_that_may_be_running_sums_are_refused_where_no_total_stands_beside_them(
    catalog: Catalog, above: str, name: str
) -> None:
    found = looked_at(catalog, f"{above}项目,1月,2月\n收案,5,11\n", MONTHS, name)
    assert refused(found) == [("period_running", 2 if above else 1, "数量")]
    beside = looked_at(catalog, f"{above}项目,1月,2月,累计\n收案,5,6,11\n", MONTHS, name)
    assert [value for *_, value in rows(beside)] == ["5", "6"]


def test_periods_of_which_some_state_a_unit_and_others_none_are_refused(catalog: Catalog) -> None:
    found = looked_at(catalog, "项目,2013年,2014年（万元）\n收费,1,2.5\n")
    assert refused(found) == [("header_unit", 1, "2013年")]


def test_quarters_in_headers(catalog: Catalog) -> None:
    found = looked_at(catalog, "项目,2026年一季度,2026-Q2\n收案,5,6\n", QUARTERS)
    assert rows(found) == [("收案", "2026-03-31", "5"), ("收案", "2026-06-30", "6")]


def test_a_wrong_cell_is_named_by_its_own_line_and_header_and_nothing_is_set_aside(catalog: Catalog) -> None:
    text = "项目,部门,2013年,2014年\n收案,,1,约五百\n结案,没有的庭,-2,3\n"
    for policy in ("refuse", "set_aside"):
        found = looked_at(catalog, text, policy=policy)
        assert refused(found) == [
            ("number_unreadable", 2, "2014年"),
            ("department_unknown", 3, "部门"),
            ("number_minimum", 3, "2013年"),
        ]
    assert found.wrong[0].cells["2014年"] == "约五百"
    assert found.wrong[0].wrong == {"2014年"}


def test_a_value_of_a_period_that_is_not_over_is_refused(catalog: Catalog) -> None:
    found = looked_at(catalog, "项目,2025年,2026年\n收案,1,2\n结案,3,\n")
    assert refused(found) == [("date_future", 2, "2026年")]


def test_doubled_periods_and_lines_are_refused_and_alike_lines_are_one(catalog: Catalog) -> None:
    assert refused(looked_at(catalog, "项目,2014年,2014年度\n收案,1,2\n"))[0] == ("header_doubled", 1, "2014年度")
    found = looked_at(catalog, "项目,2013年,2014年\n收案,1,2\n收案,1,3\n")
    assert refused(found) == [("key_doubled", 2, "项目、时间"), ("key_doubled", 3, "项目、时间")]
    same = looked_at(catalog, "项目,2013年,2014年\n收案,1,2\n结案,1,2\n收案,1,2\n")
    assert (same.rows, len(rows(same))) == (4, 4)


def test_alike_rows_of_two_lines_do_not_take_the_rest_of_their_line(catalog: Catalog) -> None:
    """Of a table without a key, lines 2 and 3 say the same of 2013 only."""
    keyless = YEARS.model_copy(update={"key": (), "replaces": "all"})
    found = looked_at(catalog, "项目,2013年,2014年\n收案,1,2\n收案,1,3\n", keyless)
    assert rows(found) == [("收案", "2013-12-31", "1"), ("收案", "2014-12-31", "2"), ("收案", "2014-12-31", "3")]


def test_what_is_said_of_one_line_of_a_wide_table_comes_in_one_order(catalog: Catalog) -> None:
    keyless = YEARS.model_copy(update={"key": (), "replaces": "all"})
    found = looked_at(catalog, "项目,2013年,2014年\n收案,1,2\n收案,3,4\n收案,3,2\n", keyless)
    assert [(p.line, p.reason[:4]) for p in found.problems if p.code == "row_doubled"] == [
        (4, "与第2行"),
        (4, "与第3行"),
    ]


def test_units_of_headers_and_titles_hold_for_every_period(catalog: Catalog, tmp_path: Path) -> None:
    for text in ("单位：万元\n项目,2013年,2014年\n收费,1,2.5\n", "项目,2013年（万元）,2014年(万元)\n收费,1,2.5\n"):
        found = looked_at(catalog, text)
        assert [value for *_, value in rows(found)] == ["10000", "25000"]
    raw = "单位：万元\n项目,2013年,2014年\n收费,１,\n".encode()
    again = repaired_csv(raw, "年报.csv", YEARS, catalog, AS_OF)
    assert list(csv.reader(io.StringIO(again.decode("utf-8-sig"))))[1:] == [
        ["收费", "2013-12-31", "10000"],
        ["收费", "2014-12-31", ""],
    ]


def test_a_wide_file_is_recognised_and_accepted_as_its_rows(catalog: Catalog, tmp_path: Path) -> None:
    known = replace(catalog, tables={**catalog.tables, "yearbook": YEARS})
    raw = "项目,2013年,2014年\n收案,,2\n".encode()
    assert recognise(raw, known)[0].table == "yearbook"
    batch = accept(raw, "年报.csv", YEARS, known, AS_OF, TESTER, DataDir(tmp_path))
    assert pq.read_table(batch.path).select(["item", "reported_on", "amount"]).to_pylist() == [
        {"item": "收案", "reported_on": date(2013, 12, 31), "amount": None},
        {"item": "收案", "reported_on": date(2014, 12, 31), "amount": Decimal(2)},
    ]


def test_a_blank_first_header_is_named_by_its_position_where_the_contract_says_so(catalog: Catalog) -> None:
    columns = {**YEARS.columns, "item": YEARS.columns["item"].model_copy(update={"blank_header_at": 1})}
    placed = YEARS.model_copy(update={"columns": columns})
    found = looked_at(catalog, ",2013年,2014年\n收案,1,2\n结案,3,\n", placed)
    assert [row[0] for row in rows(found)] == ["收案", "收案", "结案", "结案"]
    assert ("header_blank", "项目") in [(p.code, p.column) for p in found.problems]
    assert ("header_required", 1, "项目") in refused(looked_at(catalog, ",2013年,2014年\n收案,1,2\n"))
    named = looked_at(catalog, ",2013年,项目\n闲话,1,收案\n", placed)
    assert rows(named) == [("收案", "2013-12-31", "1")]
    assert ("header_required", 1, "项目") in refused(looked_at(catalog, "2013年,,2014年\n1,收案,2\n", placed))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(st.sampled_from(["", "0", "3", "12.5"]), min_size=10, max_size=10), min_size=1, max_size=5),
    st.permutations(range(1, 11)),
)
def test_a_wide_table_is_its_transposition(catalog: Catalog, cells: list[list[str]], order: list[int]) -> None:
    wide = ["项目," + ",".join(f"{month}月" for month in order)]
    wide += [f"甲{n}," + ",".join(line) for n, line in enumerate(cells)]
    naive = {
        (f"甲{n}", str(month_end(2026, month)), "" if value == "" else f"{Decimal(value).normalize():f}")
        for n, line in enumerate(cells)
        for month, value in zip(order, line, strict=True)
    }
    found = looked_at(catalog, "\n".join(wide) + "\n", MONTHS, "2026年.csv")
    assert found.rows == len(naive)
    assert set(rows(found)) == set(naive) if len(naive) <= 20 else set(rows(found)) <= naive
