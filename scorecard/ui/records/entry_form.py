"""A form that enters one row and is empty again afterwards: a row is accepted once, and what became of it is told.

A click can reach the server twice, and a run can be interrupted between the act and its answer. So a form that was sent
is gone afterwards (its key counts), and the row of one filling carries one time: sent again it gives the same bytes, which
are known already. Filled in anew it is another row, also when it says the same as an earlier one.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Unpack

import streamlit as st

from etl.intake.examine import Said
from etl.problems import Problem
from etl.versions.enter import EntryResult, enter_rows, one_row_csv, publish_alone
from etl.versions.pending import adds_only, pending_batches
from scorecard.access import RIGHTS, Capability, Role, role_names
from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.store.versions import VersionManifest
from scorecard.ui.shell import frame, identity
from scorecard.ui.shell.cached import data_dir, seeds_catalog
from scorecard.ui.shell.page_blocks import show_on_screen

_SIGNED_IN: tuple[Role, ...] = ("leadership", "department", "case_management", "administrator")


def form_key(table: str) -> str:
    """The key of the form for this table: another one after each row that was accepted."""
    return f"{table}-{st.session_state.get(_count(table), 0)}"


def enter(
    table: str,
    row: Mapping[str, object],
    file_name: str,
    version: VersionManifest | None,
    result_text: Callable[[EntryResult], str],
    *,
    time_column: str = "",
    missing: Sequence[str] = (),
    publishes: bool = True,
) -> None:
    """Accepts the row of a form that was sent, and starts the page anew; or shows what must be corrected first.

    `missing` asks for fields that are blank. `time_column` gets the time of this filling; rows of a register have none, and
    their batch keeps it. `result_text` stands on the page until the next act.
    """
    frame.tell(table)
    if missing:
        show_on_screen("ui/shell/mistakes.html", lines=missing)
        return
    at, catalog = first_sent(table, tuple(map(str, row.values()))), seeds_catalog()
    raw = one_row_csv({**row, time_column: at} if time_column else row, catalog.tables[table], catalog)
    typed = "" if time_column else at.isoformat()
    send(table, raw, f"{file_name}_{at:%Y%m%d%H%M%S}.csv", version, result_text, publishes=publishes, typed=typed)


def send(
    table: str,
    raw: bytes,
    file_name: str,
    version: VersionManifest | None,
    result_text: Callable[[EntryResult], str],
    *,
    publishes: bool,
    typed: str,
    **said: Unpack[Said],
) -> None:
    """The same for rows that are a CSV already."""
    frame.tell(table)
    catalog, actor = seeds_catalog(), identity.current()
    with st.spinner("正在记录、建库并发布…" if publishes else "正在记录…"):
        result = enter_rows(
            raw, file_name, catalog.tables[table], catalog, actor, data_dir(), version,
            publishes=publishes, typed=typed, **said,
        )  # fmt: skip
    if result.refusals:
        show_on_screen("ui/shell/mistakes.html", lines=[mistake_line(problem) for problem in result.refusals])
        return
    remember_result(table, result_text(result))
    st.rerun()


def publish_waiting(table: Table, catalog: Catalog, version: VersionManifest | None, what: str = "行") -> None:
    """How many rows of a table are not published yet, and the button that publishes them where nothing else would change."""
    data, actor = data_dir(), identity.current()
    if not actor.may("publish"):
        return
    own = [batch for batch in pending_batches(data, version.batches if version else ()) if batch.table == table.id]
    if not own:
        return
    count = f"{sum(batch.rows for batch in own):,} {what}"
    alone = version is not None and adds_only(catalog, data, version, table.id)
    show_on_screen("ui/records/progress_waiting.html", count=count, alone=alone)
    if alone and st.button(f"发布 {count}", key="publish"):
        with st.spinner("正在建库并发布…"):
            publish_alone(table, catalog, actor, data, version)
        frame.tell(table.id, f"已发布 {count}，数字见“总览”页。")
        st.rerun()


def roles_that_may(right: Capability) -> str:
    """The names of the roles with this right, for a page that shows them in place of its form."""
    return "、".join(role_names(seeds_catalog().words.role)[role] for role in _SIGNED_IN if right in RIGHTS[role])


def remember_result(table: str, text: str) -> None:
    """After a row was accepted: the next run shows an empty form and, with `frame.told`, this text."""
    st.session_state[_count(table)] = st.session_state.get(_count(table), 0) + 1
    frame.tell(table, text)


def first_sent(table: str, content: Hashable) -> datetime:
    """When this content was first sent from the form on screen, in the court's time, to the second.

    No two fillings of a session have the same second: an entry back to an earlier content is a row of its own.
    """
    filling = (st.session_state.get(_count(table), 0), content)
    last: tuple[object, datetime] | None = st.session_state.get(_sent(table))
    if last is None or last[0] != filling:
        now = datetime.now(COURT_TIME).replace(tzinfo=None, microsecond=0)
        last = (filling, now if last is None else max(now, last[1] + timedelta(seconds=1)))
        st.session_state[_sent(table)] = last
    return last[1]


def mistake_line(problem: Problem) -> str:
    """What to correct: column, value, reason, suggestion."""
    value = f"“{problem.value}”" if problem.value else ""
    suggestion = f"；{problem.suggestion}" if problem.suggestion else ""
    return f"{problem.column}{value}：{problem.reason}{suggestion}"


def _count(table: str) -> str:
    return f"_{table}_count"


def _sent(table: str) -> str:
    return f"_{table}_sent"
