"""数据报送, step 1: the selected files with 数据截至 and note, and the template and column requirements of each table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from etl.intake.accept import template
from scorecard.calendar.clock import today
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.formula_words import derived_words
from scorecard.store.open_version import in_order
from scorecard.ui.shell.templating import render


@dataclass(frozen=True)
class Selected:
    """The selected files, with the 数据截至 and the note of all of them."""

    files: Sequence[UploadedFile]
    as_of: date
    note: str


def select_files(catalog: Catalog) -> Selected:
    """The files, their 数据截至 and a note that every batch keeps."""
    st.html(render("ui/intake/step.html", number=1, title="选择文件", text=""))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        as_of = st.date_input(
            "数据截至（所选文件相同）",
            value=today().replace(day=1) - timedelta(days=1),
            max_value=today(),
            format="YYYY-MM-DD",
            key="as_of",
            width=220,
        )
        note = st.text_input(
            "备注（可不填）", key="note", max_chars=200, width=560, placeholder="如：因系统原因，本月数据与实际略有误差"
        )
    files = st.file_uploader(
        f"CSV 文件，可一次选择多个（UTF-8 或 GB18030 均可，单个不超过 {catalog.court.max_upload_mb} MB）",
        type=["csv"],
        accept_multiple_files=True,
        key="files",
        max_upload_size=catalog.court.max_upload_mb,
    )
    assert isinstance(as_of, date)
    return Selected(files or [], as_of, note.strip())


def show_templates(catalog: Catalog) -> None:
    """The column requirements of a table's extract, and the template to fill in."""
    with st.expander("模板与各列的要求"):
        table = select_table(catalog, "要看的数据表", "table", bind="query-params")
        rows = [
            {
                "header": column.header,
                "type": f"{column.type.label}{f'（{column.unit}）' if column.unit else ''}",
                "required": "必填" if column.required else "",
                "values": "、".join(column.values),
                "aliases": "、".join(column.aliases),
                "description": column.description,
            }
            for column in table.columns.values()
        ]
        computed = [(column.header, derived_words(column, table)) for column in table.derived.values()]
        st.html(render("ui/intake/contract.html", table=table, rows=rows, computed=computed))
        st.download_button(
            "下载模板",
            data=template(table),
            file_name=f"{table.name}模板.csv",
            mime="text/csv",
            on_click="ignore",
            key="template",
        )


def select_table(
    catalog: Catalog, label: str, key: str, first: Sequence[str] = (), bind: Literal["query-params"] | None = None
) -> Table:
    """The selected table among those that come as extracts, with `first` at the top of the list."""
    tables = {table.id: table for table in in_order(catalog) if table.entered_by != "targets"}
    selected = st.selectbox(
        label,
        [*first, *(name for name in tables if name not in first)],
        format_func=lambda name: tables[name].name,
        key=key,
        width=280,
        bind=bind,
    )
    return tables[selected]
