"""The form of a register, generated from its contract: a field a column. Nothing here knows a table."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from etl.intake.registers.own_rows import is_own
from scorecard.access import Actor
from scorecard.calendar.clock import today
from scorecard.catalog.columns import INDICATOR, Column
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog

_EARLIEST, _LATEST = date(1990, 1, 1), date(2099, 12, 31)
_LONGEST = 500  # characters of a text
UNKNOWN = "未填"
_YES = {UNKNOWN: None, "是": True, "否": False}


def fields(
    catalog: Catalog,
    table: Table,
    actor: Actor,
    key: str,
    held: Mapping[str, Any],
    last: str = "",
    corrects: bool = False,
) -> dict[str, str]:
    """The widgets of all columns, two beside each other; what they say, as texts by column.

    `held`: what a row holds already; the key of one that it `corrects` stays as it is. `last`: the key entered last, as an
    example of the next.
    """
    said: dict[str, str] = {}
    names = list(table.columns)
    for first in range(0, len(names), 2):
        for place, name in zip(st.columns(2), names[first : first + 2], strict=False):
            fixed = corrects and name in table.key
            with place:
                said[name] = _field(catalog, table, name, actor, f"{key}-{name}", held.get(name), fixed, last)
                if told := _told(table.columns[name]):
                    st.caption(told)
    return said


def _field(catalog: Catalog, table: Table, name: str, actor: Actor, key: str, old: Any, fixed: bool, last: str) -> str:
    column = table.columns[name]
    label = _label(column)
    common: dict[str, Any] = {"key": key, "disabled": fixed}
    if column.type == INDICATOR or column.type.lists_values or column.words(catalog.departments):
        options = _options(catalog, column, actor, old)
        shown = list(options)
        chosen = old if old in options else shown[0] if len(shown) == 1 else None
        picked = st.selectbox(
            label,
            shown,
            index=None if chosen is None else shown.index(chosen),
            format_func=lambda one: options[one] or one,
            placeholder="请选择",
            **common,
        )
        return picked or ""
    if column.type.literals == (bool,):
        now = next(word for word, value in _YES.items() if value is old)
        picked = st.selectbox(label, list(_YES), index=list(_YES).index(now), **common)
        return "" if picked == UNKNOWN else picked
    if column.type.is_date and not column.type.has_time:
        first, last_day = min(old or _EARLIEST, _EARLIEST), max(old or _EARLIEST, _LATEST if column.future else today())
        day = st.date_input(label, value=old, min_value=first, max_value=last_day, format="YYYY-MM-DD", **common)
        return "" if day is None else str(day)
    text = column.type.text(old, catalog.departments)
    hint = f"上一行：{last}" if last and table.key == (name,) else ""
    hint = hint or (f"如 {column.type.example}".replace("T", " ") if not column.type.is_free_text else "")
    return st.text_input(label, value=text, max_chars=max(_LONGEST, len(text)), placeholder=hint, **common).strip()


def _options(catalog: Catalog, column: Column, actor: Actor, old: object) -> dict[str, str]:
    """What a column of registered words can be, each with its name where that is another."""
    if column.type == INDICATOR:
        return dict.fromkeys([*catalog.indicator_names, *([str(old)] if old else [])], "")
    return dict.fromkeys(column.values, "") if column.type.lists_values else departments(catalog, actor, old)


def departments(catalog: Catalog, actor: Actor, old: object = None) -> dict[str, str]:
    """Id -> name of the departments whose rows the actor may enter today, in the plan's order."""
    now = {
        one.id: one.name
        for one in catalog.departments.values()
        if not one.collective and catalog.department_on(one.id, today()) == one.id and is_own(one.id, catalog, actor)
    }
    named = str(old)
    return now if old is None or named in now else {**now, named: catalog.department_name(named)}


def _label(column: Column) -> str:
    unit = f"（{column.unit}）" if column.unit else ""
    return f"{column.header}{unit}{'（必填）' if column.required else ''}"


def _told(column: Column) -> str:
    parts = [column.description, f"空白表示{column.blank_means}。" if column.blank_means else ""]
    parts += ["涉及隐私，除登记的部门或法院和审管办外遮盖。" if column.private else ""]
    return "".join(parts)
