"""What all topics share: the selector, the days and tables behind one, its sentences, counts and figures with provenance."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from scorecard.calendar.period import day_text
from scorecard.charts.figure import FigureFrame, config
from scorecard.charts.flow import FlowSegment, FlowStage, flow
from scorecard.narrative.provenance import SAMPLE
from scorecard.storage.file_names import file_name
from scorecard.topics.slices import Slice, obstacle, slice_of
from scorecard.ui.shell import frame, large_type, page_blocks, picture_buttons
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import Drawn, show
from scorecard.ui.shell.templating import render

CARDS = "指标"
Topic = Callable[[View], None]
Found = TypeVar("Found")
_FLOWS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("flows.toml").read_text("utf-8"))


def select_topic(topics: Mapping[str, Topic]) -> Topic | None:
    """The topic chosen above a page's cards; None for the cards themselves, which come first."""
    name = st.segmented_control(
        "专题", [CARDS, *topics], default=CARDS, required=True, key="topic", bind="query-params"
    )
    if name in topics:
        record = page_blocks.current_blocks()
        record.title = f"{record.title}·{name}"
    return topics.get(name)


def slice_for(view: View, needed: Mapping[str, Sequence[str]]) -> Slice | None:
    """The chosen days, department and scope over these tables; None, with the reason on the page, where that cannot be."""
    selection, as_of = view.selection, view.version.as_of
    reason = obstacle(view.catalog, as_of, needed, (selection.department, selection.scope), view.version.silent)
    if not reason:
        cut = min(as_of[table] for table in needed)
        if selection.period.first <= cut:
            return slice_of(selection.period, cut, selection.department, selection.scope)
        names = "、".join(f"《{view.catalog.tables[table].name}》" for table in needed)
        reason = f"{names}的数据只到{day_text(cut)}，还没有{view.selection.period.label}的数据。请另选报告期。"
    frame.guide("这个专题暂不能显示", reason)
    return None


def result_for(
    view: View, needed: Mapping[str, Sequence[str]], query: Callable[..., Found], key: str = "", *more: object
) -> Found | None:
    """The result of a query over the chosen slice, once for a selection; None, with the reason on the page, where there is none."""
    slice_ = slice_for(view, needed)
    if slice_ is None:
        return None
    name = f"{query.__module__} {query.__name__} {key}"
    return view.cached(name, lambda: query(view.version.connection, view.catalog, slice_, *more))


def show_note(title: str, *lines: str) -> None:
    """A heading, the sentence that answers the topic's question, then smaller ones; empty lines are left out."""
    show(render("ui/topics/topic_note.html", title=title, lines=lines))


def show_counts(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
    """The numbers of a figure as a table: words in the first column, numbers in the others."""
    show(render("ui/topics/topic_counts.html", head=head, rows=rows))


def show_flow(
    view: View, name: str, result: object, given: Sequence[FlowStage], head: Sequence[str] = (),
    counts: Sequence[Sequence[str | int]] = (), **words: object,
) -> None:  # fmt: skip
    """A topic of flows.toml: its sentence and notes, its flow, its counts; `given` are the stages and `counts` the first rows
    of the table that depend on the data, `head` the head of a table that does.
    """
    said = _FLOWS[name]

    def text(key: str) -> str:
        return said.get(key, "").format(r=result, period=view.selection.period.label, **words)

    def stage(row: Mapping[str, Any]) -> FlowStage:
        segments = (FlowSegment(part, attrgetter(of)(result), *tone) for part, of, *tone in row["segments"])
        return FlowStage(row["name"], tuple(segments), attrgetter(row["start"])(result) if "start" in row else 0)

    stages = [each for row in said["rows"] for each in (given if "given" in row else [stage(row)])]
    sentence = text("sentence")
    notes = (note.format(r=result, **words) for note in said["notes"])
    show_note(text("title"), sentence, *notes)
    show_figure(
        view, text("key"), text("figure"), lambda frame: flow(frame, stages, said.get("unit", "件")), sentence,
        said["tables"], basis=text("basis"), subtitle=text("subtitle"),
    )  # fmt: skip
    known = [(part, attrgetter(of)(result)) for part, of in said.get("counts", ())]
    show_counts(head or said["head"], [*counts, *known])


def show_figure(
    view: View,
    key: str,
    title: str,
    draw: Callable[[FigureFrame], Any],
    alt: str,
    tables: Sequence[str],
    *,
    basis: str,
    subtitle: str = "",
) -> None:
    """The figure that `draw` makes in a frame of title and provenance, drawn once for a version and a selection.

    `basis` says which rows are counted, `subtitle` which days where these are not the period's, `alt` the figure in a sentence.
    """
    frame = _frame(view, title, subtitle or view.selection.period.label, basis, tables)
    plot(view, view.cached(f"figure {key}", lambda: draw(frame)), key, alt, tables)


def _frame(view: View, title: str, subtitle: str, basis: str, tables: Sequence[str]) -> FigureFrame:
    """Title and provenance of a figure."""
    version = view.version
    as_of = "、".join(f"{view.catalog.tables[name].name} {day_text(version.as_of[name])}" for name in tables)
    sample = version.manifest.sample
    return FigureFrame(
        title=title,
        subtitle=f"{view.scope}　{subtitle}",
        provenance=(
            f"口径 {basis}",
            f"数据截至 {as_of}　版本 {version.id}",
            f"{view.catalog.court.name}{f'　{SAMPLE}' if sample else ''}",
        ),
        sample=sample,
    )


def plot(view: View, figure: Any, key: str, alt: str, tables: Sequence[str]) -> None:
    """Shows a figure with its sentence for screen readers and its picture buttons; `tables` are those it counts."""
    title = unescape(figure.layout.title.text.removeprefix("<b>").removesuffix("</b>"))
    reached = [view.version.as_of[name] for name in tables if name in view.version.as_of]
    drawn = Drawn(figure, title, min(reached, default=None))
    name = file_name(title, view.selection.period.label, drawn.as_of, view.version.id, "png")
    camera = config(name.removesuffix(".png"))
    st.plotly_chart(large_type.in_chosen_size(figure), config=camera, theme=None, key=key, alt=alt)
    page_blocks.record_block(drawn)
    picture_buttons.of_chart(drawn, key)
