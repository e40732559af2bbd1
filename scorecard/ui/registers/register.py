"""登记: one register at a time. What it is and what of it is in, the form of one row, the rows entered, and 本月没有."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from etl.intake.batches import Batch
from etl.intake.registers.own_rows import is_own, may_enter
from etl.intake.registers.register_rows import RegisterRow, key_of, register_rows, untold_months
from etl.versions.enter import EntryResult, declare_month
from etl.warehouse.build import chosen_batches
from scorecard.access import Actor
from scorecard.calendar.clock import moment_text, today
from scorecard.calendar.period import month_label
from scorecard.catalog.columns import DEPARTMENT, CellValue
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.records import remarks
from scorecard.records.registry import RECORDS
from scorecard.store.versions import VersionManifest
from scorecard.ui.intake.session_results import computed_once
from scorecard.ui.intake.upload import select_past_month
from scorecard.ui.records.entry_form import enter, form_key, remember_result
from scorecard.ui.registers import form
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.page_blocks import show_case_rows, show_on_screen
from scorecard.ui.shell.selection import select
from scorecard.ui.shell.templating import render

_ADDRESS, _TABLE, _FILLED = "table", "_register", "_register_filled"
_LISTED = 30  # rows on screen


@dataclass(frozen=True)
class Register:
    """A register as the person at this screen finds it: its rows that count now, the last entered first."""

    table: Table
    catalog: Catalog
    published: VersionManifest | None
    actor: Actor
    rows: tuple[RegisterRow, ...]
    batches: tuple[Batch, ...]
    serves: tuple[str, ...]

    @property
    def mine(self) -> tuple[RegisterRow, ...]:
        """The rows that this person may correct."""
        return tuple(row for row in self.rows if is_own(self.department(row), self.catalog, self.actor))

    @property
    def where(self) -> str:
        """Where its rows show once they are published."""
        return "、".join(f"“{self.catalog.row_title(row)}”" for row in self.serves) or "引用它的各页"

    def department(self, row: RegisterRow) -> str | None:
        return row.values[self.table.department] if self.table.department else None

    def text(self, name: str, value: CellValue | None) -> str:
        return self.table.columns[name].type.text(value, self.catalog.departments)

    def read(self, name: str, said: str) -> str:
        """What a field of the form says, as people read it: a department by its name."""
        column = self.table.columns[name]
        return self.text(name, said) if column.type == DEPARTMENT and said else said

    def title(self, row: RegisterRow) -> str:
        """A row by its key, as people read it."""
        return "　".join(self.text(name, row.values[name]) for name in self.table.key)

    def find(self, values: Mapping[str, Any]) -> RegisterRow | None:
        """The row of this key that counts now; `values` are texts or values."""
        wanted = tuple(
            self.text(name, value) if not isinstance(value, str) else value for name, value in values.items()
        )
        return next((row for row in self.rows if tuple(self.text(n, row.values[n]) for n in values) == wanted), None)


def registers(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Register -> the rows of the plan that it serves; in the order of the plan, those that serve none last."""
    readers = [(indicator.formula.tables, indicator.measures) for indicator in catalog.indicators.values()]
    readers += [(worklist.tables, worklist.measures) for worklist in catalog.worklists.values()]
    readers += [((one.table,), one.measures) for one in (*catalog.tabulations.values(), *catalog.listings.values())]
    order = list(catalog.plan_rows)
    found: dict[str, tuple[str, ...]] = {}
    for table in catalog.tables.values():
        if table.entered_by == "register":
            served = {row for tables, rows in readers if table.id in tables for row in rows}
            found[table.id] = tuple(sorted(served, key=order.index))
    return dict(sorted(found.items(), key=lambda one: order.index(one[1][0]) if one[1] else len(order)))


def select_register(catalog: Catalog, published: VersionManifest | None) -> Register:
    """The register of the address; a choice made here goes into the address."""
    serves, actor = registers(catalog), identity.current()
    named = st.query_params.get(_ADDRESS, "")
    st.session_state[_TABLE] = named if named in serves else next(iter(serves))

    def into_the_address() -> None:
        st.query_params[_ADDRESS] = st.session_state[_TABLE]

    names = {name: catalog.tables[name].name for name in serves}
    chosen = select("登记表", names, key=_TABLE, on_change=into_the_address, width=420)
    table, batches = catalog.tables[chosen], chosen_batches(data_dir())
    own = tuple(batch for batch in batches if batch.table == table.id)
    state = (tuple(batch.name for batch in own), published.version if published else "", catalog.digest)
    rows = computed_once(
        f"register {table.id}", state, lambda: register_rows(catalog, table, own, published), "正在读取…"
    )
    return Register(table, catalog, published, actor, rows, own, serves[table.id])


def show_head(register: Register) -> None:
    """What the register is, what it serves, who enters, how much is in, what waits, and of which months nobody has told."""
    catalog, table, unit = register.catalog, register.table, register.catalog.words.unit
    named = (one for row in register.serves for one in catalog.plan_rows[row].departments)
    responsible = catalog.department_names(tuple(dict.fromkeys(named)), today())
    if catalog.court.unit == "court" and not (table.department and table.columns[table.department].responsible):
        responsible = f"{catalog.court.name}的各部门登记本部门的行，计入该院；各{unit}"
    waiting = sum(row.standing == "待发布" for row in register.rows)
    untold = (
        []
        if not register.serves
        else untold_months(table, register.rows, register.batches, today(), catalog.court.months)
    )
    entered = [row.at for row in register.rows if row.at]
    show_on_screen(
        "ui/registers/head.html",
        table=table,
        serves=[(row, catalog.row_title(row)) for row in register.serves],
        who=f"{responsible or f'各{unit}'}登记{catalog.words.own}的行，审管办登记任何{unit}的行"
        if table.department
        else "审管办",
        count=len(register.rows),
        last=moment_text(max(entered)) if entered else "",
        waiting=waiting,
        publishes=register.actor.may("publish"),
        untold="、".join(month_label(month) for month in untold),
        sample=register.published is not None and register.published.sample,
    )


def row_form(register: Register) -> None:
    """The form of one row, empty or, to correct one, filled with what counts now; for others, who may enter."""
    table, actor, catalog = register.table, register.actor, register.catalog
    if not may_enter(table, actor):
        who = "责任部门和审管办" if table.department else "审管办"
        show_on_screen("ui/shell/note.html", text=f"这张表由{who}的账户登记；您的账户只能查看。")
        return
    count = form_key(table.id)
    chosen = st.selectbox(
        "登记还是更正",
        [None, *range(len(register.mine))],
        format_func=lambda n: "登记新的一行" if n is None else f"更正：{register.title(register.mine[n])}",
        key=f"{count}-which",
        width=620,
    )
    before = None if chosen is None else register.mine[chosen]
    last = "" if table.private.intersection(table.key) or not register.rows else register.title(register.rows[0])
    held = before.values if before else _filled_in(register, count)
    key = f"{count}-{'|'.join(map(str, key_of(held, table) if before else held.values()))}"
    with st.form(key, border=True):
        said = form.fields(catalog, table, actor, key, held, last, before is not None)
        pressed = st.form_submit_button("登记" if before is None else "更正", type="primary")
    if pressed:
        _enter(register, said, before)


def _filled_in(register: Register, count: str) -> dict[str, CellValue]:
    """What the address fills in of a new row, by column; once, for the row after it is another one."""
    table, words = register.table, register.catalog.departments
    given = {name: st.query_params[name] for name in table.columns if name in st.query_params}
    firsts: dict[object, str] = st.session_state.setdefault(_FILLED, {})
    if firsts.setdefault(tuple(given.items()), count) != count:
        return {}
    filled: dict[str, CellValue] = {}
    for name, text in given.items():
        with contextlib.suppress(ValueError):  # an address that was typed wrong fills in less
            filled[name] = table.columns[name].type.parse(text, table.columns[name].words(words))
    return filled


def _enter(register: Register, said: Mapping[str, str], before: RegisterRow | None) -> None:
    table = register.table
    shown = {name: register.read(name, said[name]) for name in table.key}
    if before is None and all(shown.values()) and register.find(shown):
        which = f"{'、'.join(map(table.header, table.key))}“{'　'.join(shown.values())}”"
        line = f"{which}已登记过；要改正它，请在上面选“更正”，是别的{register.catalog.words.unit}登记的请换一个"
        show_on_screen("ui/shell/mistakes.html", lines=[line])
        return
    changes = [] if before is None else _changes(register, before, said)
    if before is not None and not changes:
        show_on_screen("ui/shell/mistakes.html", lines=["各栏与已登记的相同，没有可更正的内容"])
        return
    what = "　".join(shown.values())
    done = f"已登记：{what}" if before is None else f"已更正：{what}。{'；'.join(changes)}"

    def result_text(result: EntryResult) -> str:
        return f"{done}。{whereabouts(register, published=result.published)}"

    enter(table.id, said, f"登记_{table.name}", register.published, result_text, publishes=table.id not in RECORDS)


def whereabouts(register: Register, *, published: bool) -> str:
    """What becomes of rows that were just entered. Those by which others are counted are never published unseen."""
    if register.table.id == remarks.TABLE:
        return "已显示在指标卡、详情和联络员页" + ("" if published else "；下一次发布后进入简报")
    if register.table.id in RECORDS:
        return "下一次发布的版本按它计算，请审管办到“数据报送”页查看影响并发布"
    if published:
        return f"已发布，显示在{register.where}"
    if register.actor.may("publish"):
        return f"另有数据、撤回或口径的变动尚未发布：请到“数据报送”页看过影响后一起发布，此后显示在{register.where}"
    return f"等待审管办发布，发布后显示在{register.where}；在此之前列在下面，注明“待发布”"


def _changes(register: Register, before: RegisterRow, said: Mapping[str, str]) -> list[str]:
    """A sentence on every column that says something else than before."""
    told: list[str] = []
    for name, column in register.table.columns.items():
        old, new = register.text(name, before.values[name]), register.read(name, said[name])
        if old != new:
            told.append(f"{column.header}由“{old or '空白'}”改为“{new or '空白'}”")
    return told


def show_rows(register: Register) -> None:
    """The rows entered last that this person may see, each with who entered it, when, and whether it is published."""
    table, seen = register.table, register.mine
    if not register.actor.may_somewhere("evidence"):
        seen = ()
    types = {name: column.type for name, column in table.columns.items()}
    rows = [
        {
            "cells": [(register.text(name, row.values[name]), column.ordered) for name, column in types.items()],
            "who": row.account,
            "at": moment_text(row.at) if row.at else "",
            "standing": row.standing,
        }
        for row in seen[:_LISTED]
    ]
    headers = [column.header for column in table.columns.values()]
    hidden = len(register.rows) - len(seen)
    html = render("ui/registers/rows.html", rows=rows, headers=headers, more=len(seen) - len(rows), hidden=hidden,
                  unit=register.catalog.words.unit)  # fmt: skip
    show_case_rows(html, register.actor)


def declare_none(register: Register) -> None:
    """本月没有, declared of a month that is over: its counts are zero from then on. 审管办 only: it speaks for every department."""
    table, actor = register.table, register.actor
    if table.id in RECORDS or not may_enter(table, actor):
        return
    with st.expander("本月没有"):
        if not actor.may("upload"):
            words = register.catalog.words
            text = (
                f"一个月里各{words.unit}都没有可登记的，由审管办声明；{words.own}没有的，请告知审管办。"
                "没有登记也没有声明的月份不当作零。"
            )
            show_on_screen("ui/shell/note.html", text=text)
            return
        with (
            st.form(f"{form_key(table.id)}-none", border=False),
            st.container(horizontal=True, vertical_alignment="bottom"),
        ):
            month = select_past_month("没有可登记内容的月份", 220, register.catalog.court.months)
            pressed = st.form_submit_button("声明该月没有")
    if pressed:
        last = register.catalog.court.months.month_end(month)
        alone = declare_month(table, last, register.catalog, actor, data_dir(), register.published)
        remember_result(
            table.id, f"已声明：{month_label(month)}没有可登记的内容。{whereabouts(register, published=alone)}"
        )
        st.rerun()
