"""Whole years, quarters and months in a date column, in the spellings of registers and yearbooks."""

from dataclasses import replace
from datetime import date

import pytest

from etl.intake.examine import Examination, examine
from etl.reading import cells
from etl.reading.spelling.periods import named_period
from scorecard.calendar.period import CALENDAR, RowPeriod
from scorecard.catalog.columns import DATE, Column
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from tests.conftest import ROOT
from tests.support.naive import months_from

AS_OF = date(2026, 10, 31)
RIGHT: list[tuple[RowPeriod, str, date]] = [
    ("year", "2014年", date(2014, 12, 31)),
    ("year", "2014", date(2014, 12, 31)),
    ("year", "２０１４ 年度", date(2014, 12, 31)),
    ("year", "2014年全年", date(2014, 12, 31)),
    ("year", "2014-12-31", date(2014, 12, 31)),
    ("quarter", "2014年一季度", date(2014, 3, 31)),
    ("quarter", "2014年第1季度", date(2014, 3, 31)),
    ("quarter", "2014年第四季度", date(2014, 12, 31)),
    ("quarter", "2014-Q1", date(2014, 3, 31)),
    ("quarter", "2014q3", date(2014, 9, 30)),
    ("quarter", "2014/6/30", date(2014, 6, 30)),
    ("month", "2014年2月", date(2014, 2, 28)),
    ("month", "2016-02", date(2016, 2, 29)),
    ("month", "2014年11月份", date(2014, 11, 30)),
    ("month", "2014.10", date(2014, 10, 31)),
    ("month", "二〇一四年十一月", date(2014, 11, 30)),
    ("year", "二○一四年", date(2014, 12, 31)),
]
WRONG: list[tuple[RowPeriod, str, str]] = [
    ("year", "2014年一季度", "period_unreadable"),
    ("year", "2014-06-30", "period_unreadable"),
    ("year", "14年", "period_unreadable"),
    ("year", "0001年", "period_unreadable"),
    ("year", "无", "period_unreadable"),
    ("year", "2026年", "date_future"),
    ("quarter", "2014年", "period_unreadable"),
    ("quarter", "2014年五季度", "period_unreadable"),
    ("quarter", "一季度", "period_unreadable"),
    ("quarter", "2014-1", "period_unreadable"),
    ("quarter", "2026年四季度", "date_future"),
    ("month", "2014年", "period_unreadable"),
    ("month", "2014年13月", "period_unreadable"),
    ("month", "201411", "period_unreadable"),
    ("month", "2014.1", "period_unreadable"),  # what a spreadsheet leaves of 2014.10
    ("month", "2014年1-3月", "period_unreadable"),
    ("month", "2014-02-28x", "period_unreadable"),
]


@pytest.mark.parametrize(("length", "text", "day"), RIGHT)
def test_a_whole_period_stands_at_its_last_day(catalog: Catalog, length: RowPeriod, text: str, day: date) -> None:
    read = cells.reader(Column(header="时间", type=DATE, period=length), catalog, AS_OF)
    assert read(text).value == day


@pytest.mark.parametrize(("length", "text", "code"), WRONG)
def test_what_is_no_whole_period_is_refused(catalog: Catalog, length: RowPeriod, text: str, code: str) -> None:
    result = cells.reader(Column(header="时间", type=DATE, period=length), catalog, AS_OF)(text)
    assert (result.value, [note.code for note in result.notes if note.severity == "refuse"]) == (None, [code])


def test_where_years_close_on_another_day_a_row_stands_at_the_last_day_of_its_own_year(catalog: Catalog) -> None:
    months = replace(
        catalog, court=catalog.court.model_copy(update={"statistical_months": (months_from(date(2020, 1, 1), 20),)})
    )
    read = cells.reader(Column(header="时间", type=DATE, period="year"), months, AS_OF)
    assert [read(text).value for text in ("2025年", "2025-12-31", "2025-12-20", "2014年")] == [
        *[date(2025, 12, 20)] * 3,
        date(2014, 12, 31),
    ]


def test_a_header_names_a_period_by_its_word() -> None:
    def named(text: str, length: RowPeriod, year: int | None = None) -> str | None:
        period = named_period(text, length, CALENDAR, year, header=True)
        return None if period is None else period.key

    assert [named("2014年", "year"), named("2014", "year"), named("件数", "year")] == ["2014", "2014", None]
    assert [named("1月", "month", 2026), named("1月", "month"), named("1", "month", 2026)] == ["2026-01", None, None]
    assert [named("2025-03", "month"), named("2025.1", "month")] == ["2025-03", None]
    assert [named("2025年3月", "month", 2026), named("二季度", "quarter", 2026)] == ["2025-03", "2026-Q2"]


def looked_at(catalog: Catalog, text: str) -> Examination:
    return examine(text.encode(), "统计.csv", YEARS, catalog, AS_OF)


YEARS = Table.model_validate(
    {
        "id": "years",
        "name": "历年案件",
        "key": ["year"],
        "columns": {
            "year": {"header": "年份", "type": "date", "period": "year", "required": True},
            **{
                name: {"header": name, "type": "integer"}
                for name in ("收案", "结案", "判决", "驳回", "撤诉", "调解", "其他")
            },
        },
    }
)


def test_a_year_by_its_last_day_or_by_its_name_is_the_same_row(catalog: Catalog) -> None:
    raw = (ROOT / "tests/data/door/blank_sum_is_zero.csv").read_text("utf-8")
    found = looked_at(catalog, raw)
    assert [(row["年份"], row["收案"]) for row in found.preview] == [("2013-12-31", ""), ("2014-12-31", "4589375")]
    named = looked_at(catalog, raw.replace("2013-12-31", "2013年").replace("2014-12-31", "2014年度"))
    assert named.preview == found.preview
    twice = looked_at(catalog, raw + "2014年,1,1,1,1,1,1,1\n")
    assert [(p.code, p.line) for p in twice.problems if p.severity == "refuse"] == [
        ("key_doubled", 3),
        ("key_doubled", 4),
    ]
