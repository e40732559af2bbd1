"""数据报送, step 2: what an officer says of headers and values nothing is known about; the remembered answer is offered."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import streamlit as st

from etl.intake import header_mapping
from etl.intake.examine import UnreadWord
from etl.intake.header_mapping import RememberedAnswer
from etl.intake.word_mapping import choices
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.page_blocks import show_on_screen

LEFT_OUT = ""  # the answer for a header that shall not be read
_ASKED = 50  # values of a file that are asked for at once


def ask_headers(key: str, table: Table, unknown: Sequence[str]) -> dict[str, str]:
    """Unknown header -> column, as selected on screen. `key` is the file's."""
    past = header_mapping.remembered_answers(unknown, header_mapping.remembered_mapping(data_dir(), table))
    names = {LEFT_OUT: "不读取", **{name: column.header for name, column in table.columns.items()}}
    rows = [{"name": header, "before": _past_answer(past.get(header), names)} for header in unknown]
    show_on_screen("ui/intake/mapping.html", headers=rows)
    mapping: dict[str, str] = {}
    with st.container(horizontal=True, gap="medium"):
        for position, header in enumerate(unknown, 1):
            known = past[header].answer if header in past else None
            answer = _ask(f"未登记的列 {position} 对应", names, known, f"map_{key}_{table.id}_{position}")
            if answer is not None:
                mapping[header] = answer
    new = {header: column for header, column in mapping.items() if header not in past or past[header].answer != column}
    if new and identity.current().may("upload") and st.button("记住这些对应关系", key=f"remember_{key}"):
        header_mapping.remember_mapping(data_dir(), table, new, identity.current())
        st.rerun()
    return mapping


def ask_words(key: str, table: Table, catalog: Catalog, unread: Sequence[UnreadWord]) -> dict[str, dict[str, str]]:
    """Column -> value -> registered word, as selected on screen. `key` is the file's."""
    asked = unread[:_ASKED]
    remembered = header_mapping.remembered_words(data_dir(), table, catalog, asked)
    rows: list[dict[str, str]] = []
    words: dict[str, dict[str, str]] = defaultdict(dict)
    new: dict[str, dict[str, str]] = defaultdict(dict)
    offered = [(value, remembered.get(value), choices(table, catalog, value.column, value.text)) for value in asked]
    for value, past, names in offered:
        before, header = _past_answer(past, names), table.columns[value.column].header
        rows.append({"column": header, "value": value.text, "hint": value.hint, "before": before})
    show_on_screen("ui/intake/word_mapping.html", values=rows, more=len(unread) - len(asked))
    with st.container(horizontal=True, gap="medium"):
        for position, (value, past, names) in enumerate(offered, 1):
            known, of = past.answer if past else None, f"{value.column}_{value.text}"
            answer = _ask(f"未登记的取值 {position} 读作", names, known, f"word_{key}_{table.id}_{of}")
            if answer is not None:
                words[value.column][value.text] = answer
                if past is None or past.answer != answer:
                    new[value.column][value.text] = answer
    if new and identity.current().may("upload") and st.button("记住这些对应关系", key=f"remember_words_{key}"):
        header_mapping.remember_mapping(data_dir(), table, {}, identity.current(), words=new, catalog=catalog)
        st.rerun()
    return dict(words)


def _ask(label: str, names: Mapping[str, str], known: str | None, key: str) -> str | None:
    """One answer of `names`; the remembered one stands there already."""
    index = None if known is None else list(names).index(known)
    return st.selectbox(
        label, list(names), index, format_func=names.__getitem__, placeholder="请选择", key=key, width=220
    )


def _past_answer(past: RememberedAnswer | None, names: Mapping[str, str]) -> str:
    if past is None:
        return ""
    return f"{past.actor}于{past.at:%Y-%m-%d}记为“{names.get(past.answer, '')}”"
