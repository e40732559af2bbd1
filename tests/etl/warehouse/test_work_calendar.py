"""Working days of a year that the package does not know yet: entered by the notice, or unknown item by item.

The package is cut off after 2024 or 2025, and the notices of the years after it are entered as rows. What they must give
is what the State Council published (国办发明电〔2024〕12号 for 2025, 国办发明电〔2025〕7号 for 2026), read from its notices, and what the
whole package says of every single day.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import pytest

from etl.doctor import surroundings
from etl.intake.accept import Refused, accept
from etl.intake.batches import list_batches
from etl.versions.publish import publish
from etl.warehouse.build import build
from etl.warehouse.tables import current_calendar, next_year_lacks
from scorecard.calendar import workdays
from scorecard.calendar.workdays import HOLIDAYS, ArrangedDay, WorkCalendar
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from scorecard.storage.spreadsheet_csv import write_csv
from scorecard.store import versions as store, worklist_rows
from tests.support.actors import OFFICER

AS_OF = date(2026, 10, 31)
NOTICES = {
    2025: (
        "国办发明电〔2024〕12号",
        date(2024, 11, 12),
        """2025-01-01 休息日 元旦
        2025-01-28至2025-02-04 休息日 春节
        2025-01-26 调休上班 春节
        2025-02-08 调休上班 春节
        2025-04-04至2025-04-06 休息日 清明节
        2025-05-01至2025-05-05 休息日 劳动节
        2025-04-27 调休上班 劳动节
        2025-05-31至2025-06-02 休息日 端午节
        2025-10-01至2025-10-08 休息日 国庆节、中秋节
        2025-09-28 调休上班 国庆节、中秋节
        2025-10-11 调休上班 国庆节、中秋节""",
    ),
    2026: (
        "国办发明电〔2025〕7号",
        date(2025, 11, 4),
        """2026-01-01至2026-01-03 休息日 元旦
        2026-01-04 调休上班 元旦
        2026-02-15至2026-02-23 休息日 春节
        2026-02-14 调休上班 春节
        2026-02-28 调休上班 春节
        2026-04-04至2026-04-06 休息日 清明节
        2026-05-01至2026-05-05 休息日 劳动节
        2026-05-09 调休上班 劳动节
        2026-06-19至2026-06-21 休息日 端午节
        2026-09-25至2026-09-27 休息日 中秋节
        2026-10-01至2026-10-07 休息日 国庆节
        2026-09-20 调休上班 国庆节
        2026-10-10 调休上班 国庆节""",
    ),
}


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Lets a test cut the package off."""
    workdays._package_ordinals.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield monkeypatch
    workdays._package_ordinals.cache_clear()  # pyright: ignore[reportPrivateUsage]


def notice(catalog: Catalog, year: int, without: str = "") -> bytes:
    """The file of a year's notice."""
    document, issued, text = NOTICES[year]
    lines = "\n".join(line for line in text.splitlines() if not without or without not in line)
    return notice_csv(lines, document, issued, catalog)


def notice_csv(lines: str, document: str, issued: date, catalog: Catalog) -> bytes:
    """The lines of a notice, a day a row, as they are pasted on the page 登记."""
    rows: list[list[str]] = []
    for line in lines.splitlines():
        spelt, kind, holiday = line.split()
        first, _, last = spelt.partition("至")
        span = (date.fromisoformat(last or first) - date.fromisoformat(first)).days
        rows += [
            [str(date.fromisoformat(first) + timedelta(days)), kind, holiday, document, str(issued)]
            for days in range(span + 1)
        ]
    return write_csv([column.header for column in catalog.tables["work_calendar"].columns.values()], rows)


def days(year: int, catalog: Catalog, without: str = "") -> dict[date, ArrangedDay]:
    """The same rows as the calendar gets them, read here by hand."""
    rows = [line.split(",") for line in notice(catalog, year, without).decode("utf-8-sig").splitlines()[1:]]
    found = [ArrangedDay(date.fromisoformat(row[0]), row[1] == "调休上班", row[2]) for row in rows]
    return {one.day: one for one in found}


def test_a_notice_entered_gives_every_day_as_the_package_will_have_it(
    catalog: Catalog, ends: pytest.MonkeyPatch
) -> None:
    ends.setattr(workdays, "LAST", date(2024, 12, 31))
    calendar = WorkCalendar({**days(2025, catalog), **days(2026, catalog)})
    assert calendar.last == date(2026, 12, 31)
    for passed in range(730):
        day = date(2025, 1, 1) + timedelta(days=passed)
        assert calendar.is_workday(day) is chinese_calendar.is_workday(day), day
    ordinals = dict(calendar.ordinals())
    # 2025: 248 working days by the notice (365 days, 104 at weekends, 18 on weekdays off, 5 made up on weekends).
    assert ordinals[date(2025, 12, 31)] - ordinals[date(2024, 12, 31)] == 248
    assert calendar.is_workday(date(2027, 1, 4)) is None


@pytest.mark.parametrize("holiday", HOLIDAYS)
def test_a_notice_entered_in_part_covers_nothing(catalog: Catalog, ends: pytest.MonkeyPatch, holiday: str) -> None:
    ends.setattr(workdays, "LAST", date(2025, 12, 31))
    calendar = WorkCalendar(days(2026, catalog, without=f"休息日 {holiday}"))
    assert calendar.lacking(2026) == (holiday,)
    assert calendar.last == date(2025, 12, 31)
    assert calendar.is_workday(date(2026, 1, 5)) is None


def test_a_day_entered_counts_before_the_package(catalog: Catalog) -> None:
    day = date(2026, 3, 4)  # an ordinary Wednesday
    assert WorkCalendar().is_workday(day)
    assert WorkCalendar({day: ArrangedDay(day, False, "特别纪念日")}).is_workday(day) is False


def test_a_make_up_day_on_a_weekday_and_a_notice_of_another_year_are_refused(catalog: Catalog, data: DataDir) -> None:
    table = catalog.tables["work_calendar"]
    for line, said in (("2027-01-05 调休上班 元旦", "本来就上班"), ("2029-01-01 休息日 元旦", "不安排 2029 年")):
        raw = notice_csv(line, "某文", date(2026, 10, 1), catalog)
        with pytest.raises(Refused, match=said):
            accept(raw, "安排.csv", table, catalog, AS_OF, OFFICER, data)


# --- what rests on an uncovered year ------------------------------------------------------------------------------


ROWS = """统一社会信用代码,案号,纳入日期,条件成就日,删除日期
91990117EXAMPLE013,（2025）鲁0117执1号,2025-03-10,2025-11-03,2025-11-05
91990117EXAMPLE026,（2025）鲁0117执2号,2025-03-10,2025-11-03,2025-11-10
91990117EXAMPLE039,（2025）鲁0117执3号,2025-03-10,2025-12-30,2026-01-05
91990117EXAMPLE04C,（2025）鲁0117执4号,2025-03-10,2025-12-31,
91990117EXAMPLE05F,（2025）鲁0117执5号,2025-03-10,2025-12-25,
"""


@pytest.fixture
def register(data: DataDir, catalog: Catalog) -> DataDir:
    """Removals within and after three working days; one of them reaches into 2026, two open ones are due around its start."""
    table = catalog.tables["credit_register"]
    names = {"firm_code", "case_no", "listed_on", "condition_met_on", "removed_on"}
    header = ",".join(table.columns[name].header for name in table.columns if name in names)
    raw = "\n".join([header, *ROWS.splitlines()[1:]]).encode()
    accept(raw, "失信.csv", table, catalog, AS_OF, OFFICER, data)
    return data


def rates(data: DataDir, version: str) -> dict[str, tuple[int | None, int | None]]:
    """Numerator and denominator of the rate, by period."""
    connection = store.connect(data, version)
    try:
        rows = connection.execute(
            "SELECT period, numerator::INTEGER, denominator::INTEGER FROM indicator_value WHERE indicator ="
            " 'delisting_3wd_rate' AND grain IN ('month', 'year') AND department = 'all' AND scope = 'all'"
        ).fetchall()
        return {period: (top, bottom) for period, top, bottom in rows}
    finally:
        connection.close()


def test_only_values_with_a_row_of_an_uncovered_year_are_withheld_until_the_notice_is_entered(
    register: DataDir, catalog: Catalog, ends: pytest.MonkeyPatch
) -> None:
    ends.setattr(workdays, "LAST", date(2025, 12, 31))
    before = build(catalog, register)
    found = rates(register, before)
    assert found["2025-11"] == (1, 2)  # the 5th is two working days after the 3rd, the 10th is five
    assert found["2025-12"] == (None, None)
    assert found["2025"] == (None, None)
    connection = store.connect(register, before)
    doubts = connection.execute(
        "SELECT DISTINCT indicator, period, reason FROM value_doubt WHERE reason LIKE '%工作日历%'"
    ).fetchall()
    whole = connection.execute("SELECT * FROM indicator_doubt").fetchall()
    connection.close()
    assert whole == []
    assert {indicator for indicator, _, _ in doubts} == {"delisting_3wd_rate"}
    assert "2025-11" not in {period for _, period, _ in doubts}
    assert all("有 1 行的日期超出工作日历" in reason and "登记至2026年" in reason for _, _, reason in doubts)
    accept(notice(catalog, 2026), "通知.csv", catalog.tables["work_calendar"], catalog, AS_OF, OFFICER, register)
    after = build(catalog, register)
    assert after != before
    # From Tuesday 30 December: the 31st, then Sunday 4 January made up, then Monday the 5th: the third working day.
    assert rates(register, after) == {**found, "2025-12": (1, 3), "2025": (2, 5)}
    publish(register, after, OFFICER)
    assert {batch["table"] for batch in store.manifest(register, after).batches} == {"credit_register", "work_calendar"}


def test_an_item_whose_term_runs_into_an_uncovered_year_says_so_and_the_others_have_their_day(
    register: DataDir, catalog: Catalog, ends: pytest.MonkeyPatch
) -> None:
    ends.setattr(workdays, "LAST", date(2025, 12, 31))

    def due() -> dict[str, str]:
        connection = store.connect(register, build(catalog, register))
        try:
            worklist = catalog.worklists["delisting_due"]
            found = worklist_rows.items(connection, catalog, worklist, OFFICER, "all", limit=10)
            return {str(item.values[1]): item.due for item in found}
        finally:
            connection.close()

    unknown, known = "（2025）鲁0117执4号", "（2025）鲁0117执5号"
    assert due() == {unknown: "期限不明（工作日历未覆盖）", known: "2025-12-30"}
    accept(notice(catalog, 2026), "通知.csv", catalog.tables["work_calendar"], catalog, AS_OF, OFFICER, register)
    assert due() == {unknown: "2026-01-06", known: "2025-12-30"}


def test_whether_next_year_is_covered_is_asked_in_one_place(
    data: DataDir, catalog: Catalog, ends: pytest.MonkeyPatch
) -> None:
    assert next_year_lacks(data, date(2025, 6, 1)) == ()
    ends.setattr(workdays, "LAST", date(2025, 12, 31))
    assert next_year_lacks(data, date(2025, 6, 1)) == tuple(HOLIDAYS)
    accept(notice(catalog, 2026), "通知.csv", catalog.tables["work_calendar"], catalog, AS_OF, OFFICER, data)
    assert next_year_lacks(data, date(2025, 6, 1)) == ()
    assert len(current_calendar(data).arranged) == 39
    assert len(list_batches(data)) == 1


def test_the_self_check_asks_the_calendar_that_the_next_version_will_have(
    data: DataDir, catalog: Catalog, ends: pytest.MonkeyPatch
) -> None:
    ends.setattr(surroundings, "today", lambda: date(2025, 6, 1))
    ends.setattr(workdays, "LAST", date(2025, 12, 31))
    assert [finding.condition for finding in surroundings.calendar(data, data.root)] == ["留意"]
    accept(notice(catalog, 2026), "通知.csv", catalog.tables["work_calendar"], catalog, AS_OF, OFFICER, data)
    assert [finding.condition for finding in surroundings.calendar(data, data.root)] == ["正常"]
