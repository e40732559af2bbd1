"""数据报送, step 1: the selected files with 数据截至 and note, and the template and column requirements of each table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from etl.intake.accept import template
from etl.intake.declared_none import declare_none
from etl.intake.forms.template_workbook import template_workbook
from etl.intake.word_mapping import columns_of_words
from scorecard.calendar.clock import today
from scorecard.calendar.period import StatisticalCalendar, month_label
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.formula_words import derived_words
from scorecard.store.open_version import in_order
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen
from scorecard.ui.shell.selection import select

_MONTHS = 12  # months back that can be declared to have no such data


@dataclass(frozen=True)
class Selected:
    """The selected files, with the note of all of them."""

    files: Sequence[UploadedFile]
    note: str


def select_files(catalog: Catalog) -> Selected:
    """The files and a note that every batch keeps."""
    show_on_screen("ui/intake/step.html", number=1, title="选择文件", text="")
    note = st.text_input(
        "备注（可不填）", key="note", max_chars=200, width=560, placeholder="如：因系统原因，本月数据与实际略有误差"
    )
    files = st.file_uploader(
        f"CSV、xlsx 或 xls 文件，可一次选择多个（CSV 用 UTF-8 或 GB18030，单个不超过 {catalog.court.max_upload_mb} MB）",
        type=["csv", "xlsx", "xls"],
        accept_multiple_files=True,
        key="files",
        max_upload_size=catalog.court.max_upload_mb,
    )
    return Selected(files or [], note.strip())


def select_past_month(label: str, width: int, months: StatisticalCalendar) -> int:
    """A month that is over, of the last twelve, the newest first; by its index."""
    this_month = months.month_of(today())
    return st.selectbox(
        label,
        range(this_month - 1, this_month - 1 - _MONTHS, -1),
        format_func=lambda month: months.containing("month", month).dated,
        width=width,
    )


def declare_no_data(catalog: Catalog) -> None:
    """本月无此类数据, declared of a table and a month: its counts are zero from then on, and not missing."""
    with st.expander("本月无此类数据"):
        tables = {table.id: table for table in in_order(catalog) if table.comes_as_file and table.seed is None}
        with st.form("declare_none", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox(
                "数据表",
                list(tables),
                format_func=lambda name: tables[name].name,
                index=None,
                key="none_table",
                width=280,
            )
            month = select_past_month("月份", 180, catalog.court.months)
            pressed = st.form_submit_button("声明该月无此类数据")
    if pressed and name is None:
        st.warning("请选择数据表。")
    elif pressed and name is not None:
        table, months = tables[name], catalog.court.months
        batch = declare_none(table, months.month_end(month), identity.current(), data_dir(), months=months)
        done = "此前已声明" if batch.already else "已声明"
        frame.tell("none", f"{done}：{table.name} {month_label(month)}无此类数据，批次 {batch.name}")
        st.rerun()


def show_templates(catalog: Catalog) -> None:
    """The column requirements of a table's extract, and the template to fill in."""
    with st.expander("模板与各列的要求"):
        table = select_table(catalog, "要看的数据表", "table", bind="query-params")
        computed = [(column.header, derived_words(column, table)) for column in table.derived.values()]
        words = [table.columns[column].header for column in columns_of_words(table, catalog)]
        show_on_screen("ui/intake/contract.html", table=table, computed=computed, words=words)
        with st.container(horizontal=True):
            download(
                "下载电子表格模板（可选取值）",
                f"{table.name}模板.xlsx",
                lambda _: template_workbook(table, catalog),
                needs="upload",
                key="template_xlsx",
            )
            download(
                "下载模板（CSV）", f"{table.name}模板.csv", lambda _: template(table), needs="upload", key="template"
            )


def select_table(
    catalog: Catalog, label: str, key: str, first: Sequence[str] = (), bind: Literal["query-params"] | None = None
) -> Table:
    """The selected table among those that come as extracts, with `first` at the top of the list."""
    tables = {table.id: table for table in in_order(catalog) if table.entered_by != "targets"}
    names = {name: tables[name].name for name in dict.fromkeys((*first, *tables))}
    return tables[select(label, names, key=key, width=280, bind=bind)]
