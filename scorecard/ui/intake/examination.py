"""数据报送, step 2, 体检: what the door says of each chosen file, what can be done about it, and 接收. The page acts.

Nothing is consumed: a file stays in its widget until it is removed, and what was found out about it is kept under what
it was found out from. So a rerun shows the same again and does nothing twice, and leaving the page accepts nothing.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

import streamlit as st

from scorecard.catalog.contracts import Policy, Table
from scorecard.catalog.definitions import Catalog
from scorecard.ui.intake.upload import Chosen, choose_table
from scorecard.ui.shell.templating import render

LISTED = 200  # problems on screen; the whole list is a file
_MUST = ("refuse", "aside")  # what somebody has to correct, now or later
LEFT_OUT = ""  # what a header is mapped to that shall not be read
_POLICIES: dict[Policy, str] = {"refuse": "有错即整份退回", "set_aside": "接收合格的行，搁置有错的行"}
Result = TypeVar("Result")


@dataclass(frozen=True)
class Sent:
    """A file as it was chosen, and what it is said to be. `id` is the upload's own: the same file sent twice has two."""

    id: str
    file_name: str
    raw: bytes
    table: Table
    as_of: date
    note: str
    policy: Policy
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Hashable:
        """What an examination of this file depends on."""
        return (self.id, self.table.id, self.as_of, self.policy, tuple(sorted(self.mapping.items())))


class Found(Protocol):
    """What the door found (etl.intake.examine.Examination), as far as the screen needs it."""

    @property
    def refused(self) -> bool: ...
    @property
    def rows(self) -> int: ...
    @property
    def aside(self) -> int: ...
    @property
    def encoding(self) -> str: ...
    @property
    def problems(self) -> Sequence[Any]: ...
    @property
    def counts(self) -> Sequence[Any]: ...
    @property
    def skipped_lines(self) -> Sequence[int]: ...
    @property
    def unknown(self) -> Sequence[str]: ...
    @property
    def repairable(self) -> bool: ...
    @property
    def wrong(self) -> Sequence[Any]: ...
    @property
    def preview(self) -> Sequence[Mapping[str, str]]: ...


@dataclass(frozen=True)
class Door:
    """What the page can do with a file; each act checks the right of whoever asked for it."""

    recognise: Callable[[bytes], Sequence[Any]]
    examine: Callable[[Sent], Found]
    accept: Callable[[Sent], Any]
    withdrawn: Callable[[Any], bool]
    problems_csv: Callable[[Found], bytes]
    repaired_csv: Callable[[Sent], bytes]
    offered: Callable[[Table, Sequence[str]], Mapping[str, Any]]
    remember: Callable[[Table, Mapping[str, str]], None]
    severities: Mapping[Any, str]


@dataclass(frozen=True)
class Checked:
    """A file with what the door found of it, and whether it has been taken in during this session."""

    file: Sent
    found: Found
    taken: bool


def check(chosen: Chosen, catalog: Catalog, door: Door) -> list[Checked]:
    """Every chosen file examined, each with its problems and what can be done about them; 接收 takes it in."""
    st.html(
        render("ui/intake/step.html", number=2, title="体检", text="只检查，不写入；逐个点“接收”后才入库。")
    )
    if not chosen.files:
        st.html(render("ui/shell/note.html", text="还没有选择文件。"))
    checked = [_check(number, one, chosen, catalog, door) for number, one in enumerate(chosen.files, 1)]
    ready = [one for one in checked if not one.found.refused and not one.taken]
    if len(ready) > 1 and st.button(f"接收全部 {len(ready)} 个合格的文件", type="primary", key="accept_all"):
        for one in ready:
            _take_in(one.file, door)
        st.rerun()
    return checked


def _check(number: int, given: Any, chosen: Chosen, catalog: Catalog, door: Door) -> Checked:
    raw: bytes = given.getvalue()
    candidates = once("recognised", given.file_id, lambda: door.recognise(raw))
    with st.container(border=True, key=f"file_{number}"):
        st.html(
            render(
                "ui/intake/file_head.html",
                number=number,
                name=given.name,
                size=len(raw),
                known=bool(candidates),
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            first = [one.table for one in candidates if catalog.tables[one.table].entered_by != "targets"]
            table = choose_table(catalog, "数据表（已按表头识别，可改）", f"table_{given.file_id}", first)
            policy = st.selectbox(
                "有错时",
                list(_POLICIES),
                index=list(_POLICIES).index(table.on_error),
                format_func=_POLICIES.__getitem__,
                key=f"policy_{given.file_id}_{table.id}",
                width=280,
            )
        file = Sent(given.file_id, given.name, raw, table, chosen.as_of, chosen.note, policy)
        file = _mapped(file, door)
        found = once("examined", (file.state, catalog.digest), lambda: door.examine(file))
        taken = file.state in _taken()
        if taken:
            st.html(render("ui/shell/accepted.html", text=_taken()[file.state]))
        else:
            _findings(file, found, door)
    return Checked(file, found, taken)


def _mapped(file: Sent, door: Door) -> Sent:
    """The file with what its unknown headers are said to mean: chosen on screen, last time's answer offered."""
    plain = once("unmapped", (file.state,), lambda: door.examine(file))
    if not plain.unknown:
        return file
    known = door.offered(file.table, plain.unknown)
    free = {LEFT_OUT: "不读取", **{name: column.header for name, column in file.table.columns.items()}}
    st.html(render("ui/intake/mapping.html", headers=[_header(one, known, free) for one in plain.unknown]))
    mapping: dict[str, str] = {}
    with st.container(horizontal=True, gap="medium"):
        for position, header in enumerate(plain.unknown, 1):
            before = known.get(header)
            answer = st.selectbox(
                f"未登记的列 {position} 对应",
                list(free),
                index=None if before is None else list(free).index(before.column),
                format_func=free.__getitem__,
                placeholder="请选择",
                key=f"map_{file.id}_{file.table.id}_{position}",
                width=220,
            )
            if answer is not None:
                mapping[header] = answer
    new = {
        header: column
        for header, column in mapping.items()
        if header not in known or known[header].column != column
    }
    if new and st.button("记住这些对应关系", key=f"remember_{file.id}"):
        door.remember(file.table, new)
        st.rerun()
    return Sent(file.id, file.file_name, file.raw, file.table, file.as_of, file.note, file.policy, mapping)


def _header(header: str, known: Mapping[str, Any], free: Mapping[str, str]) -> dict[str, str]:
    before = known.get(header)
    told = (
        "" if before is None else f"{before.actor}于{before.at:%Y-%m-%d}记为“{free.get(before.column, '')}”"
    )
    return {"name": header, "before": told}


def _findings(file: Sent, found: Found, door: Door) -> None:
    """Counts by kind, what can be done, then the preview and the first problems."""
    must = [one for one in found.problems if one.severity in _MUST][:LISTED]
    rest = [one for one in found.problems if one.severity not in _MUST][: LISTED - len(must)]
    more = sum(count.count for count in found.counts) - len(must) - len(rest)
    kinds = _kinds(found.counts)
    st.html(render("ui/intake/findings_head.html", found=found, severities=door.severities, kinds=kinds))
    with st.container(horizontal=True, vertical_alignment="center"):
        if not found.refused and st.button("接收", type="primary", key=f"accept_{file.id}"):
            _take_in(file, door)
            st.rerun()
        if found.problems:
            st.download_button(
                "下载全部问题（CSV）",
                data=lambda: door.problems_csv(found),
                file_name=f"问题清单_{file.file_name}",
                mime="text/csv",
                on_click="ignore",
                key=f"problems_{file.id}",
            )
        if found.repairable:
            st.download_button(
                "下载修复后的文件（CSV）",
                data=lambda: door.repaired_csv(file),
                file_name=f"已修复_{file.file_name}",
                mime="text/csv",
                on_click="ignore",
                key=f"repaired_{file.id}",
            )
    st.html(
        render(
            "ui/intake/findings_body.html",
            found=found,
            severities=door.severities,
            must=must,
            rest=rest,
            more=more,
        )
    )


def _kinds(counts: Sequence[Any]) -> list[dict[str, Any]]:
    """Problems by kind, in the order of the door: what must be corrected first; the columns of a kind in one line."""
    kinds: dict[tuple[str, str], dict[str, Any]] = {}
    for count in counts:
        kind = kinds.setdefault(
            (count.severity, count.title),
            {"severity": count.severity, "title": count.title, "code": count.code, "columns": [], "count": 0},
        )
        kind["columns"] += [count.column] if count.column else []
        kind["count"] += count.count
    return list(kinds.values())


def _take_in(file: Sent, door: Door) -> None:
    with st.spinner("正在接收…"):
        batch = door.accept(file)
    before = "此前已接收，没有重复写入" if batch.already else "已接收"
    if door.withdrawn(batch):
        before = "这份文件此前已接收又被撤回，仍不计入，如需恢复请到“版本”页"
    aside = f"，搁置 {batch.aside:,} 行" if batch.aside else ""
    _taken()[file.state] = f"{before}：{file.table.name} {batch.rows:,} 行{aside}，批次 {batch.name}"


def _taken() -> dict[Hashable, str]:
    """What this session has taken in, and the words for it."""
    return st.session_state.setdefault("_taken", {})


def once(name: str, key: Hashable, make: Callable[[], Result]) -> Result:
    """`make()`, kept for this session under `key`: a rerun shows the result again and does nothing twice."""
    kept: dict[Hashable, Any] = st.session_state.setdefault(f"_{name}", {})
    if key not in kept:
        with st.spinner("正在检查…"):
            kept[key] = make()
    return kept[key]
