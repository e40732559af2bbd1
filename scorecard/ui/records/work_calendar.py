"""工作日历: the years that are covered, the days that were entered, and the form that takes the rows of a notice."""

import re
from datetime import date, timedelta

import streamlit as st

from etl.versions.enter import enter_rows
from etl.warehouse.work_calendar import current_calendar
from scorecard.calendar import workdays
from scorecard.calendar.clock import today
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.records.work_calendar import TABLE, WORKED
from scorecard.storage.spreadsheet_csv import write_csv
from scorecard.store.versions import VersionManifest
from scorecard.ui.records.entry_form import form_key, mistake_line, remember_result, roles_that_may
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.templating import render

_DAY = r"(\d{4}-\d{1,2}-\d{1,2})"
_LINE = re.compile(rf"{_DAY}(?:\s*(?:至|到|—|~)\s*{_DAY})?[\s,，]+(\S+?)[\s,，]+(\S+)")
_LONGEST = 31  # days of one line: none is longer, and a mistyped year would be


def show_calendar() -> None:
    """This year and the next with what they lack, and every day entered."""
    calendar, year = current_calendar(data_dir()), today().year
    years = [(one, calendar.lacking(one)) for one in (year, year + 1)]
    st.html(
        render(
            "ui/records/work_calendar.html",
            years=years,
            last=workdays.LAST.year,
            days=[calendar.arranged[day] for day in sorted(calendar.arranged)],
            worked=WORKED,
        )
    )


def show_form(catalog: Catalog, version: VersionManifest) -> None:
    """The form; for users who may not record, the roles that may."""
    if not identity.current().may("targets"):
        text = f"工作日安排由{roles_that_may('targets')}的账户录入；您的账户只能查看。"
        st.html(render("ui/shell/note.html", text=text))
        return
    with st.form(form_key(TABLE), border=True):
        first, second = st.columns([2, 1])
        document = first.text_input(
            "文件", max_chars=60, placeholder="如：国办发明电〔2025〕7号", key="calendar_document"
        )
        issued = second.date_input(
            "发文日期", value=today(), max_value=today(), format="YYYY-MM-DD", key="calendar_issued"
        )
        text = st.text_area(
            "放假和调休上班的日子，一行一段",
            height=220,
            placeholder="2027-01-01至2027-01-03 休息日 元旦\n2027-01-04 调休上班 元旦",
            key="calendar_days",
        )
        pressed = st.form_submit_button("录入安排", type="primary")
    if pressed:
        _enter(text, document.strip(), issued, catalog, version)


def _enter(text: str, document: str, issued: date, catalog: Catalog, version: VersionManifest) -> None:
    table = catalog.tables[TABLE]
    raw, wrong = notice_csv(text, document, issued, table)
    if not document:
        wrong.insert(0, "请填写文件，如 国办发明电〔2025〕7号")
    if not wrong:
        actor = identity.current()
        result = enter_rows(raw, f"{document}.csv", table, catalog, actor, data_dir(), version, publishes=False)
        wrong = [mistake_line(problem) for problem in result.refusals]
        if not wrong:
            before = "此前已录入，没有重复写入" if result.already else "已录入"
            remember_result(TABLE, f"{before}；下一次发布的版本按它计算，请到“数据报送”页查看影响并发布")
            st.rerun()
    st.html(render("ui/records/mistakes.html", lines=wrong))


def notice_csv(text: str, document: str, issued: date, table: Table) -> tuple[bytes, list[str]]:
    """The lines of the form as rows of the contract, a day a row; and what is wrong with lines that are none."""
    rows: list[list[str]] = []
    wrong: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        matched = _LINE.fullmatch(line.strip())
        try:
            first, last = (_day(matched[1]), _day(matched[2] or matched[1])) if matched else (date.max, date.min)
        except ValueError:
            first, last = date.max, date.min
        if matched is None or not 0 <= (last - first).days < _LONGEST:
            wrong.append(f"第{number}行“{line.strip()[:40]}”读不懂：应为 日期（至 日期） 休息日或调休上班 节日")
            continue
        days = [first + timedelta(days=passed) for passed in range((last - first).days + 1)]
        rows += [[str(day), matched[3], matched[4], document, str(issued)] for day in days]
    if not rows and not wrong:
        wrong.append("请填写放假和调休上班的日子")
    return write_csv([column.header for column in table.columns.values()], rows), wrong


def _day(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    return date(year, month, day)
