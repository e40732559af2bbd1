"""待核定: days that look like the day of an export, rows that a newer file no longer holds; the officer says what they mean."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

import streamlit as st

from etl.impact.vanished_rows import VanishedRow, VanishedRows, vanished_rows
from etl.intake.batch_notes import RowRuling, Ruling, rule_on_cut_date, rule_on_rows
from etl.intake.batches import Batch
from etl.warehouse.cut_dates import doubtful_days
from scorecard.catalog.definitions import Catalog
from scorecard.ui.intake.impact import SHOWN, rows_csv
from scorecard.ui.intake.session_results import computed_once
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen

_DAYS: dict[Ruling, str] = {"按未结": "未结：这一日期不计", "按已结": "确已办结：日期属实"}
_ROWS: dict[RowRuling, str] = {"源头已撤销": "源头已撤销：不再计入", "漏报": "漏报：仍然计入"}
_CHECKING = "正在检查…"
_Said = TypeVar("_Said", Ruling, RowRuling)


def show_rulings(batches: Sequence[Batch], catalog: Catalog) -> None:
    """Each question that nobody has answered, with a reason to write and two buttons; rows answered before, to change."""
    state = (catalog.digest, tuple((batch.table, batch.name, batch.rulings) for batch in batches))
    for day in computed_once("doubtful days", state, lambda: doubtful_days(catalog, batches), _CHECKING):
        show_on_screen("ui/intake/cut_date.html", day=day)
        key = f"{day.table.id} {day.batch.name} {day.day}"
        _ask(key, _DAYS, partial(rule_on_cut_date, data_dir(), day.table.id, day.batch.name, day.day))
    for question in computed_once("vanished rows", state, lambda: vanished_rows(catalog, batches), _CHECKING):
        if question.open:
            _ask_about_rows(question, question.open, "open")
        if answered := [row for row in question.rows if row.ruling]:
            out = sum(row.ruling == "源头已撤销" for row in answered)
            words = f"撤销不计 {out:,} 行，漏报照计 {len(answered) - out:,} 行"
            with st.expander(f"{question.table.name}：“{question.batch.file_name}”不再有的行，已核定{words}"):
                _ask_about_rows(question, answered, "answered")


def _ask_about_rows(question: VanishedRows, rows: Sequence[VanishedRow], state: str) -> None:
    """The rows, the whole list as a file, and what they mean: of all of them, or of those that were picked."""
    key = f"{state} {question.table.id} {question.batch.name}"
    show_on_screen("ui/intake/vanished.html", question=question, rows=rows, shown=SHOWN, open=state == "open")
    listed = [row.row for row in rows]
    download(
        f"下载这些行（{len(rows):,}）",
        "不再出现的行.csv",
        lambda _: rows_csv(listed),
        needs="records",
        key=f"file {key}",
    )
    names = {row.id: f"{row.row.key}（{row.row.source} 第{row.row.line}行）" for row in rows}
    picked = st.multiselect(
        "只核定其中的行", list(names), key=f"rows {key}", format_func=names.__getitem__, width=620,
        placeholder="不选即全部",
    )  # fmt: skip
    _ask(key, _ROWS, partial(rule_on_rows, data_dir(), question.table.id, question.batch.name, picked or list(names)))


def _ask(key: str, rulings: Mapping[_Said, str], rule: Callable[..., object]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        reason = st.text_input(
            "核定的依据", key=f"reason {key}", max_chars=200, width=420, placeholder="如：已与办案系统核对"
        )
        for ruling, words in rulings.items():
            if st.button(words, key=f"{ruling} {key}", disabled=not reason.strip()):
                rule(ruling, reason, identity.current())
                st.rerun()
