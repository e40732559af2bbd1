"""Case numbers of a type that a table is not for, or of another year than their day, are reported: no row is lost without a word."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings, strategies as st

from etl.intake.examine import examine
from scorecard.case_number import parse
from scorecard.catalog.definitions import Catalog

HEADER = "案号,立案日期,结案日期,案由,承办部门"
AS_OF = date(2026, 10, 31)
TYPES = ("民初", "刑初", "行初")


def reported(catalog: Catalog, rows: list[tuple[str, date]]) -> list[tuple[str, int | None, str]]:
    lines = [f"{number},{filed},,买卖合同纠纷,民事审判庭" for number, filed in rows]
    found = examine("\n".join([HEADER, *lines, ""]).encode(), "a.csv", catalog.tables["cases"], catalog, AS_OF)
    assert (found.refused, found.rows) == (False, len(rows))
    codes = ("case_type_other", "case_year_differs")
    return [(one.code, one.line, one.reason) for one in found.problems if one.code in codes]


def test_a_case_of_enforcement_among_trials_is_named(catalog: Catalog) -> None:
    """Every indicator on cases says which types it counts: such a row would stand in the table and count nowhere."""
    day = date(2026, 9, 5)
    rows = [(f"（2026）鲁0117{kind}{number}号", day) for number, kind in enumerate(("民初", "执", "民终", "行初"), 1)]
    assert reported(catalog, rows) == [
        ("case_type_other", 3, "类型代字是“执”，本表只报民初、刑初、行初案件"),
        ("case_type_other", 4, "类型代字是“民终”，本表只报民初、刑初、行初案件"),
    ]


def test_a_number_bears_the_year_of_its_day_or_the_one_before(catalog: Catalog) -> None:
    """法〔2015〕137号: the year is that of receipt. A case received in December may be filed in January, never the other way."""
    days = (date(2026, 9, 5), date(2016, 9, 5), date(2026, 1, 4), date(2025, 12, 30), date(2024, 12, 30))
    rows = [(f"（2025）鲁0117民初{number}号", day) for number, day in enumerate(days, 1)]
    assert reported(catalog, rows) == [
        ("case_year_differs", 3, "案号的年度与立案日期（2016-09-05）不符"),
        ("case_year_differs", 6, "案号的年度与立案日期（2024-12-30）不符"),
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    drawn=st.lists(
        st.tuples(
            st.integers(2012, 2026),
            st.sampled_from(("民初", "刑初", "执", "民终", "民特", "行初")),
            st.booleans(),
            st.integers(0, 5000),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_rows_named_are_those_that_the_grammar_of_numbers_names(
    catalog: Catalog, drawn: list[tuple[int, str, bool, int]]
) -> None:
    """The second implementation is `scorecard.case_number.parse`, row by row; numbers in the old style have a year and no type."""
    rows: list[tuple[str, date]] = []
    for serial, (year, kind, old, back) in enumerate(drawn, 1):
        written = f"（{year}）钢民初字第{serial}号" if old and year < 2016 else f"（{year}）鲁0117{kind}{serial}号"
        rows.append((written, AS_OF - timedelta(back)))
    expected: list[tuple[str, int]] = []
    for line, (written, filed) in enumerate(rows, 2):
        number = parse(written)
        assert number is not None and number.year is not None
        if number.type is not None and number.type not in TYPES:
            expected.append(("case_type_other", line))
        if number.year not in (filed.year, filed.year - 1):
            expected.append(("case_year_differs", line))
    assert sorted((code, line) for code, line, _ in reported(catalog, rows)) == sorted(expected)
