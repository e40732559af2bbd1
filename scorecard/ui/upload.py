"""数据报送: what is sent, what the door said of it, what waits to be published. Shows and asks; the page acts."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from scorecard.contracts import Table
from scorecard.definitions import Catalog
from scorecard.explain import derived_words
from scorecard.freshness import today
from scorecard.provenance import day_text
from scorecard.ui.data import in_order
from scorecard.ui.markup import render

LISTED = 200  # problems on screen; the whole list is a file
_TYPES = {
    "text": "文字",
    "case_no": "案号",
    "date": "日期",
    "datetime": "日期和时间",
    "integer": "整数",
    "decimal": "数字",
    "boolean": "是/否",
    "code": "取值",
    "department": "部门",
}
Result = TypeVar("Result")


class Found(Protocol):
    """What the door found (etl.accept.Examination), as far as the screen needs it."""

    @property
    def refused(self) -> bool: ...
    @property
    def rows(self) -> int: ...
    @property
    def encoding(self) -> str: ...
    @property
    def problems(self) -> Sequence[Any]: ...
    @property
    def counts(self) -> Sequence[Any]: ...
    @property
    def set_aside(self) -> Sequence[int]: ...
    @property
    def preview(self) -> Sequence[Mapping[str, str]]: ...


@dataclass(frozen=True)
class Sent:
    """A file as it was sent, with what it is said to be. `id` changes with every upload."""

    table: Table
    as_of: date
    file_name: str
    raw: bytes
    id: str


def choose(catalog: Catalog) -> tuple[Table, date]:
    """The table and its 数据截至."""
    tables = {
        table.id: table for table in in_order(catalog) if table.id != "targets"
    }  # they have their own page
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.selectbox(
            "数据表",
            list(tables),
            format_func=lambda one: tables[one].name,
            key="table",
            bind="query-params",
            width=280,
        )
        as_of = st.date_input(
            "数据截至",
            value=today().replace(day=1) - timedelta(days=1),
            max_value=today(),
            format="YYYY-MM-DD",
            key="as_of",
            width=180,
        )
    assert isinstance(as_of, date)
    return tables[name], as_of


def contract(table: Table, template: bytes) -> None:
    """What the extract must look like, and the template to fill in."""
    rows = [
        {
            "header": column.header,
            "type": f"{_TYPES[column.type]}{f'（{column.unit}）' if column.unit else ''}",
            "required": "必填" if column.required else "",
            "values": "、".join(column.values),
            "aliases": "、".join(column.aliases),
            "description": column.description,
        }
        for column in table.columns.values()
    ]
    computed = [(one.header, derived_words(one, table)) for one in table.derived.values()]
    st.html(render("contract.html", table=table, rows=rows, computed=computed))
    st.download_button(
        "下载模板",
        data=template,
        file_name=f"{table.name}模板.csv",
        mime="text/csv",
        on_click="ignore",
        key="template",
    )


def sent(table: Table, as_of: date, megabytes: int) -> Sent | None:
    """The file that was chosen, or None. Its bytes are read once more on every rerun: nothing is consumed."""
    given = st.file_uploader(
        f"CSV 文件（UTF-8 或 GB18030 均可，不超过 {megabytes} MB）",
        type=["csv"],
        key="file",
        max_upload_size=megabytes,
    )
    return None if given is None else Sent(table, as_of, given.name, given.getvalue(), given.file_id)


def once(name: str, key: Hashable, make: Callable[[], Result]) -> Result:
    """`make()`, kept for this session under `key`: a rerun shows the result again and does nothing twice."""
    kept = st.session_state.get(f"_{name}")
    if kept is None or kept[0] != key:
        with st.spinner("正在检查文件…"):
            kept = (key, make())
        st.session_state[f"_{name}"] = kept
    return kept[1]


def findings(
    found: Found, severities: Mapping[Any, str], as_csv: Callable[[], bytes], file_name: str
) -> DeltaGenerator:
    """Counts by kind, room for what can be done, then the preview and the first problems. Gives that room."""
    listed = sorted(found.problems, key=lambda one: one.severity != "refuse")[:LISTED]
    more = max(0, sum(count.count for count in found.counts) - LISTED)
    kinds = _kinds(found.counts)
    st.html(
        render("findings_head.html", found=found, file_name=file_name, severities=severities, kinds=kinds)
    )
    actions = st.container(horizontal=True, vertical_alignment="center")
    if found.problems:
        actions.download_button(
            "下载全部问题（CSV）",
            data=as_csv,
            file_name=f"问题清单_{file_name}",
            mime="text/csv",
            on_click="ignore",
            key="problems",
        )
    st.html(render("findings_body.html", found=found, severities=severities, listed=listed, more=more))
    return actions


def _kinds(counts: Sequence[Any]) -> list[dict[str, Any]]:
    """Problems by kind, in the order of the door: what must be corrected first; the columns of a kind in one line."""
    kinds: dict[tuple[str, str], dict[str, Any]] = {}
    for count in counts:
        kind = kinds.setdefault(
            (count.severity, count.title),
            {"severity": count.severity, "title": count.title, "columns": [], "count": 0},
        )
        kind["columns"] += [count.column] if count.column else []
        kind["count"] += count.count
    return list(kinds.values())


def wants_to_accept(actions: DeltaGenerator) -> bool:
    """The explicit button."""
    return actions.button("接收", type="primary", key="accept")


def accepted(text: str, actions: DeltaGenerator) -> None:
    """What was taken in, beside the button that did it."""
    actions.html(render("accepted.html", text=text))


def waiting(batches: Sequence[Any], catalog: Catalog, leaves_sample: bool) -> bool:
    """Batches no published version holds yet, and the explicit button that builds and publishes."""
    rows = [
        {
            "table": catalog.tables[batch.table].name if batch.table in catalog.tables else batch.table,
            "file": batch.file_name,
            "rows": batch.rows,
            "as_of": day_text(batch.as_of),
            "actor": batch.actor,
        }
        for batch in batches
    ]
    st.html(render("waiting.html", rows=rows, leaves_sample=leaves_sample and bool(rows)))
    return bool(rows) and st.button("发布", type="primary", key="publish")
