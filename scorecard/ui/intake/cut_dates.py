"""待核定的结案日期: days that look like the day of an export, and the officer's word on the cases that share one."""

from collections.abc import Sequence

import streamlit as st

from etl.intake.batch_notes import Ruling, rule_on_cut_date
from etl.intake.batches import Batch
from etl.warehouse.cut_dates import DoubtfulDay, doubtful_days
from scorecard.catalog.definitions import Catalog
from scorecard.ui.intake.session_results import computed_once
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.templating import render

_RULINGS: dict[Ruling, str] = {"按未结": "未结：这一日期不计", "按已结": "确已办结：日期属实"}


def show_doubtful_days(batches: Sequence[Batch], catalog: Catalog) -> None:
    """Each day that nobody has ruled on, with a reason to write and two buttons; nothing when there is none."""
    state = (catalog.digest, tuple((batch.table, batch.name, batch.rulings) for batch in batches))
    days = computed_once("doubtful days", state, lambda: doubtful_days(catalog, batches), "正在检查…")
    for day in days:
        _ask(day)


def _ask(day: DoubtfulDay) -> None:
    key = f"{day.table.id} {day.batch.name} {day.day}"
    st.html(render("ui/intake/cut_date.html", day=day))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        reason = st.text_input(
            "核定的依据", key=f"reason {key}", max_chars=200, width=420, placeholder="如：已与办案系统核对"
        )
        for ruling, words in _RULINGS.items():
            if st.button(words, key=f"{ruling} {key}", disabled=not reason.strip()):
                rule_on_cut_date(data_dir(), day.table.id, day.batch.name, day.day, ruling, reason, identity.current())
                st.rerun()
