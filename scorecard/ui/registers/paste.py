"""登记, many rows at once: cells copied from a spreadsheet, examined as an extract is, and accepted when they are shown."""

import hashlib
from dataclasses import replace

import streamlit as st

from etl.intake.registers.own_rows import may_enter, with_departments
from etl.intake.registers.register_rows import pasted_csv, register_rows
from etl.versions.enter import EntryResult
from etl.warehouse.build import chosen_batches
from scorecard.calendar.clock import today
from scorecard.records.registry import RECORDS
from scorecard.ui.intake.examination import SelectedFile, show_findings
from scorecard.ui.intake.mapping import ask_headers, ask_words
from scorecard.ui.records.entry_form import first_sent, form_key, send
from scorecard.ui.registers.register import Register, whereabouts
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.page_blocks import show_on_screen


def paste_rows(register: Register) -> None:
    """The text area, the findings on what was pasted, and 登记 for all of its rows."""
    table = register.table
    if not may_enter(table, register.actor):
        return
    key = f"{form_key(table.id)}-pasted"
    with st.expander("粘贴多行", expanded=bool(st.session_state.get(key))):
        headers = "、".join(column.header for column in table.columns.values())
        text = st.text_area("从表格软件复制的行（带或不带表头）", height=160, key=key)
        st.caption(f"带表头的按表头对应；不带表头的按这个顺序：{headers}")
    if text.strip():
        _examine(register, text)


def _examine(register: Register, text: str) -> None:
    table, catalog = register.table, register.catalog
    if register.actor.department in catalog.within:
        table = with_departments(table, catalog)
    raw, ordered, wide = pasted_csv(text, table)
    if wide:
        line = f"一行有 {wide} 格，这张表只有 {len(table.columns)} 列；请带上表头，或只复制这张表的列"
        show_on_screen("ui/shell/mistakes.html", lines=[line])
        return
    name = hashlib.sha256(raw).hexdigest()[:16]
    file = SelectedFile(name, f"粘贴_{table.name}.csv", raw, table, catalog, today(), "", "refuse")
    if unknown := file.examination().unknown:
        file = replace(file, mapping=ask_headers(file.id, table, unknown))
    if unread := file.examination().unread:
        file = replace(file, words=ask_words(file.id, table, catalog, unread))
    found = file.examination()
    if ordered:
        order = "没有认出表头，按列的顺序对应，请在预览里核对"
        show_on_screen("ui/shell/note.html", text=order)
    keys = [{one: row[table.header(one)] for one in table.key} for row in found.preview]
    if replaced := ["　".join(key.values()) for key in keys if register.find(key)]:
        told = f"已登记过、将被更正的行（对照预览的 {len(keys)} 行）：{'、'.join(replaced)}"
        show_on_screen("ui/shell/note.html", text=told)
    show_findings(file, found, f"登记这 {found.rows:,} 行", lambda one: _enter(register, one, found.rows))


def _enter(register: Register, file: SelectedFile, rows: int) -> None:
    table, before = register.table, len(register.rows)

    def result_text(result: EntryResult) -> str:
        own = [batch for batch in chosen_batches(data_dir()) if batch.table == table.id]
        corrected = before + rows - len(register_rows(register.catalog, table, own, register.published))
        also = f"，其中 {corrected:,} 行更正了已登记的行" if corrected else ""
        return f"已登记 {rows:,} 行{also}。{whereabouts(register, published=result.published)}"

    typed = first_sent(table.id, file.state).isoformat()
    publishes = table.id not in RECORDS
    send(
        table.id, file.raw, file.file_name, register.published, result_text,
        publishes=publishes, typed=typed, mapping=file.mapping, words=file.words,
    )  # fmt: skip
