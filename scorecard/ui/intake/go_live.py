"""启用: how far the court has come from the sample to data of its own, table by table, and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from etl.intake.batch_notes import whole_in_use
from etl.intake.batches import Batch
from etl.intake.forms.template_workbook import template_workbook
from scorecard.calendar.clock import today
from scorecard.calendar.period import day_text
from scorecard.catalog.contracts import Table
from scorecard.catalog.definitions import Catalog
from scorecard.store.open_version import Version, in_order
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen, show_template

_NAMED = 3  # columns named of those that a table lacks


@dataclass(frozen=True)
class TableProgress:
    """How far one table has come: its own accepted batches, and whether the published version holds the last of them."""

    table: Table
    batches: Sequence[Batch]
    published: bool
    silent: Sequence[str]

    @property
    def here(self) -> bool:
        return bool(self.batches)

    @property
    def missing(self) -> str:
        """What is still to be done, in words; empty where nothing is."""
        if not self.here:
            return "还没有来过"
        if not self.published:
            return "已接收，还没有发布"
        if not self.silent:
            return ""
        more = f"等 {len(self.silent)} 列" if len(self.silent) > _NAMED else ""
        return f"没有“{'”“'.join(self.silent[:_NAMED])}”{more}"


def table_progress(catalog: Catalog, version: Version | None, batches: Sequence[Batch]) -> tuple[TableProgress, ...]:
    """Every table that comes from a system, from a register or from a page, in the order in which the plan needs them."""
    own = version if version is not None and not version.manifest.sample else None
    published = (
        {(record["table"], record["name"]) for record in own.manifest.batches} if own else set[tuple[str, str]]()
    )
    found: list[TableProgress] = []
    for table in in_order(catalog):
        if table.seed is None and (table.exported_from or table.entered_by == "register"):
            came = [batch for batch in batches if batch.table == table.id]
            inside = bool(came) and (table.id, came[-1].name) in published
            silent = [
                one.header
                for name, one in table.columns.items()
                if own and table.exported_from and (table.id, name) in own.silent
            ]
            found.append(TableProgress(table, came, inside, silent))
    return tuple(found)


def show_progress(version: Version | None, catalog: Catalog) -> None:
    """The standing, the steps, and a line a table."""
    progress = table_progress(catalog, version, whole_in_use(data_dir(), sample=False))
    exported = [one for one in progress if one.table.exported_from]
    came, waiting = sum(one.here for one in exported), sum(one.here and not one.published for one in progress)
    own = version is not None and not version.manifest.sample
    actor = identity.current()
    missing = len(exported) - came
    steps = [
        ("逐表确认由谁导出、从哪里导出，下载模板对照列名", "", not missing, f"{came} / {len(exported)} 张来过"),
        ("试检：在“数据报送”页选中文件，只检查，不写入；错处逐行列出", "upload", came > 0, ""),
        (
            "接收：检查无误的逐个接收；某月确无数据的，声明“本月无此类数据”",
            "upload",
            came > 0,
            _some(waiting, "待发布"),
        ),
        ("第一次发布：看过影响后发布，示例数据随即离开", "upload", own, ""),
        ("各表都来过一次并已发布", "", not missing and not waiting, _some(missing, "没有来过")),
    ]
    if not actor.may("upload"):
        steps = [(text, "", done, said) for text, _, done, said in steps]
    show_template(
        "ui/intake/go_live.html",
        unit=catalog.words.unit,
        sample=version is not None and version.manifest.sample,
        own=own,
        came=came,
        total=len(exported),
        steps=steps,
        rows=[_row(catalog, one) for one in exported],
        registers=[_row(catalog, one) for one in progress if not one.table.exported_from],
    )


def _way(table: Table) -> str:
    """The page on which rows of the table come in; empty where this reader may not hand in what is handed in."""
    match table.entered_by:
        case "upload":
            return f"upload?{urlencode({'table': table.name})}" if identity.current().may("upload") else ""
        case "register":
            return f"registers?table={table.id}"
        case _:
            return "progress"


def _some(count: int, state: str) -> str:
    return f"{count} 张{state}" if count else ""


def _row(catalog: Catalog, one: TableProgress) -> dict[str, object]:
    table, last = one.table, one.batches[-1] if one.batches else None
    return {
        "name": table.name,
        "way": _way(table),
        "whose": catalog.department_names(table.exported_by, today()),
        "source": table.exported_from,
        "came": f"{len(one.batches)} 批，最近截至{day_text(last.as_of)}" if last else "",
        "missing": one.missing,
    }


def show_templates(catalog: Catalog) -> None:
    """The template of every table as a workbook."""
    show_on_screen("ui/shell/section.html", title="电子表格模板（可选取值）", text="")
    with st.container(horizontal=True):
        for table in in_order(catalog):
            if table.seed is None and table.exported_from:
                download(
                    table.name,
                    f"{table.name}模板.xlsx",
                    lambda _, table=table: template_workbook(table, catalog),
                    needs="go_live",
                    key=f"template {table.id}",
                )
