"""One row that a person fills in on a page, and takes in once: the form empties itself after its row was accepted.

A click can reach the server twice, and a run can be interrupted between the act and its answer. So the form that was
sent is gone afterwards (its key counts), and the row of one filling carries one time: sent again it is the same bytes,
which the door knows. Filled in anew it is another row, also when it says the same as an earlier one.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.contracts import Table
from scorecard.storage.spreadsheet_csv import write_csv


@dataclass(frozen=True)
class EnteredRow:
    """A row as it was filled in: its CSV for the door, and the name the batch goes by."""

    csv: bytes
    file_name: str


def form_key(name: str) -> str:
    """The key of the form of this name: another one after each row that was taken in."""
    return f"{name}-{st.session_state.get(_count(name), 0)}"


def moment(name: str, content: Hashable) -> datetime:
    """When this content was first sent from the form on screen, in the court's time, to the second.

    No two fillings of a session have the same second: an entry back to what was said first is one of its own.
    """
    filling = (st.session_state.get(_count(name), 0), content)
    kept = st.session_state.get(_sent(name))
    if kept is None or kept[0] != filling:
        now = datetime.now(COURT_TIME).replace(tzinfo=None, microsecond=0)
        at = now if kept is None else max(now, kept[1] + timedelta(seconds=1))
        kept = (filling, at)
        st.session_state[_sent(name)] = kept
    return kept[1]


def as_csv(row: Mapping[str, str], contract: Table) -> bytes:
    """One row under the headers of the contract, columns that are not filled in blank."""
    headers = [column.header for column in contract.columns.values()]
    return write_csv(headers, [[row.get(column) for column in contract.columns]])


def taken(name: str, said: str) -> None:
    """The row is in: the next run shows an empty form and says so once."""
    st.session_state[_count(name)] = st.session_state.get(_count(name), 0) + 1
    st.session_state[_said(name)] = said


def just_said(name: str) -> str:
    """What is to be said of the row taken in last; empty when that was said already."""
    return st.session_state.pop(_said(name), "")


def _count(name: str) -> str:
    return f"_{name}_taken"


def _sent(name: str) -> str:
    return f"_{name}_sent"


def _said(name: str) -> str:
    return f"_{name}_said"
