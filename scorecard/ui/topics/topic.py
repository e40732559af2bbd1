"""What all topics share: the selector, the days and tables behind one, its sentences, counts and figures with provenance."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from html import unescape
from itertools import dropwhile
from typing import Any, TypeVar

import streamlit as st

from scorecard.assessment.cards import SPARK_POINTS
from scorecard.calendar.period import day_text
from scorecard.charts.figure import FigureFrame, config
from scorecard.charts.flow import months
from scorecard.narrative.provenance import SAMPLE, short
from scorecard.narrative.trend import Trend
from scorecard.storage.file_names import file_name
from scorecard.store.warehouse import told_months
from scorecard.topics.slices import Slice, obstacle, slice_of
from scorecard.ui.shell import frame, large_type, page_blocks, picture_buttons
from scorecard.ui.shell.cached import periods
from scorecard.ui.shell.frame import View
from scorecard.ui.shell.page_blocks import Drawn, show_template

CARDS = "指标"
Topic = Callable[[View], None]
Found = TypeVar("Found")


def select_topic(topics: Mapping[str, Topic]) -> Topic | None:
    """The topic chosen above a page's cards; None for the cards themselves, which come first."""
    record = page_blocks.current_blocks()
    name = (record.choices or st).segmented_control(
        "专题",
        [CARDS, *topics],
        default=CARDS,
        required=True,
        key="topic",
        bind="query-params",
        label_visibility="collapsed",
    )
    if name in topics:
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


def result_for(view: View, needed: Mapping[str, Sequence[str]], query: Callable[..., Found]) -> Found | None:
    """The result of a query over the chosen slice, once for a selection; None, with the reason on the page, where there is none."""
    slice_ = slice_for(view, needed)
    if slice_ is None:
        return None
    name = f"{query.__module__} {query.__name__}"
    return view.cached(name, lambda: query(view.version.connection, view.catalog, slice_))


def show_months(
    view: View,
    key: str,
    title: str,
    needed: Mapping[str, Sequence[str]],
    query: Callable[[Any, Any, Slice], Found],
    lines_of: Callable[[Sequence[Found]], Mapping[str, Sequence[Fraction | None]]],
    unit: str,
    *,
    basis: str,
) -> None:
    """What a topic comes to in each of the thirteen months that the selection ends with, a line for each of its parts.

    A month that some table does not tell of is a gap; one that the extracts do not reach the end of is not there.
    """
    selection, version = view.selection, view.version
    cut = min(version.as_of[table] for table in needed)
    last = selection.period.last_month
    spans = [selection.period.months.containing("month", at) for at in range(last - SPARK_POINTS + 1, last + 1)]
    known, told = periods(version, "month"), told_months(version.connection, needed)
    spans = [month for month in spans if month in known and month.last <= cut]
    spans = list(dropwhile(lambda month: month.first_month not in told, spans))
    if not spans:
        return
    labels = [month.label for month in spans]

    def draw(frame: FigureFrame) -> Any:
        there = [month for month in spans if month.first_month in told]
        slices = [slice_of(month, cut, selection.department, selection.scope) for month in there]
        lines = lines_of([query(version.connection, view.catalog, one) for one in slices])
        by_month = {name: dict(zip(there, line, strict=True)) for name, line in lines.items()}
        whole = {name: [of.get(month) for month in spans] for name, of in by_month.items()}
        return months(frame, labels, whole, unit)

    alt = f"{title}，{labels[0]}至{labels[-1]}逐月。"
    show_figure(view, key, title, draw, alt, list(needed), basis=basis, subtitle=f"{labels[0]}至{labels[-1]}　逐月")


def show_note(title: str, *lines: str) -> None:
    """A heading, the sentence that answers the topic's question, then smaller ones; empty lines are left out."""
    show_template("ui/topics/topic_note.html", title=title, lines=lines)


def show_counts(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
    """The numbers of a figure as a table: words in the first column, numbers in the others."""
    show_template("ui/topics/topic_counts.html", head=head, rows=rows)


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
    frame = _frame(view, title, subtitle or view.selection.period.dated, basis, tables)
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
            f"数据截至 {as_of}　版本 {short(version.id)}",
            f"{view.catalog.court.name}{f'　{SAMPLE}' if sample else ''}",
        ),
        sample=sample,
    )


def plot(
    view: View, figure: Any, key: str, alt: str, tables: Sequence[str], trend: Trend | None = None, said: str = ""
) -> None:
    """Shows a figure with its sentence for screen readers and its picture buttons; `tables` are those it counts.

    Of a trend `trend` is what it shows and `said` the sentence to copy.
    """
    title = unescape(figure.layout.title.text.removeprefix("<b>").removesuffix("</b>"))
    reached = [view.version.as_of[name] for name in tables if name in view.version.as_of]
    drawn = Drawn(figure, title, min(reached, default=None), trend, said)
    name = file_name(title, view.selection.period.label, drawn.as_of, view.version.id, "png")
    camera = config(name.removesuffix(".png"))
    st.plotly_chart(large_type.in_chosen_size(figure), config=camera, theme=None, key=key, alt=alt)
    page_blocks.record_block(drawn)
    picture_buttons.of_chart(drawn, key)
