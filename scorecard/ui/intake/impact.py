"""影响 on the screen: changes that need an answer first, then values, then rows; every list whole as a file.

Changes that need an answer: changed verdicts, rows that go backwards, flows that do not add up, missing rows. Everything
else is folded below.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

import streamlit as st

from etl.impact.version_diff import Impact, RowChange
from scorecard.calendar.period import GRAIN_LABELS
from scorecard.catalog.court import UnitWords
from scorecard.catalog.definitions import Catalog
from scorecard.narrative.changes import IndicatorChanges, UnpairedValue
from scorecard.storage.spreadsheet_csv import CsvValue, write_csv
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen

SHOWN = 20  # rows of one list on screen
KINDS = {"verdict": "评价改变", "value": "数值改变", "halves": "仅分子分母改变"}
_WORSE = ("未达标", "数据待核")


@dataclass(frozen=True)
class _File:
    """A list to download whole."""

    label: str
    name: str
    made: Callable[[], bytes]


def show_impact(impact: Impact, catalog: Catalog) -> None:
    """The whole impact of a candidate."""
    if impact.nothing:
        show_on_screen("ui/shell/note.html", text="与当前版本相比没有任何变化：行、数值、评价都相同。")
        return
    changes = impact.indicators
    unbalanced = [balance for balance in impact.balances if balance.open_flows]
    show_on_screen(
        "ui/intake/impact.html",
        impact=impact,
        tables=[table for table in impact.tables if table.touched],
        backwards=[(table, rows) for table in impact.tables for rows in table.backwards],
        unbalanced=unbalanced,
        closed=[balance for balance in impact.balances if balance.flows and not balance.open_flows],
        skipped=[balance for balance in impact.balances if balance.skipped],
        short=[parts for parts in impact.parts if parts.other],
        shown=SHOWN,
        words=catalog.words,
        names={table.id: table.name for table in catalog.tables.values()},
        **_of_indicators(changes),
    )
    if impact.if_taken_out is not None:
        with st.expander("这些不再出现的行若全部按“源头已撤销”核定，指标怎么变"):
            show_indicators(impact.if_taken_out, f"{impact.candidate} taken out", catalog.words)
    _downloads(impact.candidate, [*_indicator_files(changes), *_row_files(impact)])


def show_indicators(changes: IndicatorChanges, key: str, words: UnitWords) -> None:
    """Only the indicators of two versions, which all users may see. `key` keeps two comparisons apart."""
    if not (
        changes.changes or changes.new or changes.gone or changes.redefined or changes.parts_changed or changes.signals
    ):
        show_on_screen("ui/shell/note.html", text="两个版本的各项指标、数值和评价都相同。")
        return
    show_on_screen("ui/intake/impact_indicators.html", shown=SHOWN, words=words, **_of_indicators(changes))
    _downloads(key, _indicator_files(changes))


def _of_indicators(changes: IndicatorChanges) -> dict[str, object]:
    """The values of the templates about indicators, in the order of importance."""
    verdicts = changes.verdicts
    return {
        "changes": changes,
        "worse": [change for change in verdicts if change.after_word in _WORSE],
        "verdicts": [change for change in verdicts if change.after_word not in _WORSE],
        "values": [change for change in changes.changes if change.kind == "value" and not change.revised],
        "halves": [change for change in changes.changes if change.kind == "halves"],
        "new": _by_period(changes.new),
        "gone": _by_period(changes.gone),
        "grains": GRAIN_LABELS,
    }


def _by_period(reached: Sequence[UnpairedValue]) -> list[tuple[str, list[UnpairedValue]]]:
    """The values by period, as in "2026年10月（单月）"."""
    periods: dict[str, list[UnpairedValue]] = {}
    for value in reached:
        label = f"{value.period.label}（{GRAIN_LABELS[value.period.grain]}）"
        periods.setdefault(label, []).append(value)
    return list(periods.items())


# --- files ----------------------------------------------------------------------------------------------------


def _downloads(key: str, files: Sequence[_File]) -> None:
    if not files:
        return
    with st.container(horizontal=True, gap="small"):
        for number, file in enumerate(files):
            download(
                file.label,
                f"{file.name}.csv",
                lambda _, made=file.made: made(),
                needs="records",
                key=f"file {key} {number}",
            )


# Header -> field, of the files.
_CHANGES = {
    "指标编号": "indicator.id", "指标": "indicator.name", "统计方式": "period.grain", "报告期": "period.label", "变化": "kind",
    "原值": "before", "新值": "after", "差": "size", "原评价": "before_word", "新评价": "after_word",
    "原分子分母": "before_halves", "新分子分母": "after_halves", "说明": "reason", "原因": "cause",
}  # fmt: skip
_REACHED = {
    "指标编号": "indicator.id", "指标": "indicator.name", "统计方式": "period.grain", "报告期": "period.label", "数值": "text",
    "评价": "word",
}  # fmt: skip
_ROWS = {"文件": "source", "行号": "line", "主键": "key", "列": "column", "原值": "before", "新值": "after"}
_CASES = {
    "文件": "row.source", "行号": "row.line", "主键": "row.key", "原因": "reason", "对期末的影响": "effect", "原归属": "left",
    "现归属": "joined",
}  # fmt: skip
_WORDS: dict[str, Mapping[Any, str]] = {"period.grain": GRAIN_LABELS, "kind": KINDS}


def _csv(columns: Mapping[str, str], items: Iterable[object], *foot: Sequence[str]) -> bytes:
    def cell(item: object, of: str) -> CsvValue:
        value = attrgetter(of)(item)
        return _WORDS[of][value] if of in _WORDS else value

    return write_csv(list(columns), [*([cell(item, of) for of in columns.values()] for item in items), *foot])


def _indicator_files(changes: IndicatorChanges) -> list[_File]:
    lists = (
        ("指标变化", _CHANGES, changes.changes), ("新报告期", _REACHED, changes.new), ("消失的报告期", _REACHED, changes.gone),
    )  # fmt: skip
    return [
        _File(f"下载{name}（{len(found):,}）", name, partial(_csv, columns, found))
        for name, columns, found in lists
        if found
    ]


def _row_files(impact: Impact) -> list[_File]:
    lists: list[tuple[str, tuple[RowChange, ...], int]] = []
    for table in impact.tables:
        lists += [(f"{table.name}　{rows.words}", rows.rows, rows.count) for rows in table.backwards]
        cells = sum(count for _, count in table.columns)
        lists += [
            (f"{table.name}　变更的单元格", table.cells, cells),
            (f"{table.name}　新增的行", table.new_rows, table.new),
            (f"{table.name}　缺失的行", table.missing_rows, table.missing),
            (f"{table.name}　不在本次文件中的未结行", table.absent_rows, len(table.absent_rows)),
        ]
    lists += [(f"{parts.what}　{parts.by}其他", parts.rows, len(parts.rows)) for parts in impact.parts if parts.rows]
    files = [
        _File(f"下载{name}（{count:,}）", name.replace("　", "-"), _made(rows, count))
        for name, rows, count in lists
        if rows
    ]
    return files + [
        _File(f"下载{balance.name}　收结存差异", f"{balance.name}-收结存差异", partial(_csv, _CASES, balance.cases))
        for balance in impact.balances
        if balance.cases
    ]


def rows_csv(rows: Sequence[RowChange]) -> bytes:
    """Rows with file, line and key, whole."""
    return _csv(_ROWS, rows)


def _made(rows: tuple[RowChange, ...], count: int) -> Callable[[], bytes]:
    """The rows as a file; the last line of a shortened list gives the whole number."""
    foot = [[f"只列前 {len(rows):,} 条，共 {count:,} 条"]] if count > len(rows) else []
    return partial(_csv, _ROWS, rows, *foot)
