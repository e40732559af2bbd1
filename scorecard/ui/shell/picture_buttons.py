"""导出图片: a page, a drawer or one chart as PNG in one click, for users who may export; made of the blocks on the page.

The script waits for the picture, not the framework's download handler: it cannot refuse in words, and all sessions share
its few threads. behaviour.js clicks the button of a file that has just been made.
"""

from collections.abc import Callable
from datetime import date, datetime

import streamlit as st

from scorecard.audit.entry import trace
from scorecard.briefing.browser import queue
from scorecard.briefing.browser.pictures import (
    A4,
    PROJECTOR,
    PageSheet,
    Picture,
    PictureSize,
    PictureSubject,
    bundle,
    picture_chart,
    picture_page,
)
from scorecard.briefing.export import export_records
from scorecard.briefing.export.export_records import release
from scorecard.briefing.html.document import figure_block
from scorecard.calendar.clock import COURT_TIME
from scorecard.calendar.period import day_text
from scorecard.errors import ScorecardError
from scorecard.narrative.provenance import SAMPLE, short
from scorecard.store.open_version import Version, complete_through, published_on
from scorecard.ui.shell import identity, page_blocks
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import Drawn, PageBlocks
from scorecard.ui.shell.templating import picture_style, render

# CSS pixels of width. The smallest letters of a page (12 px) become 7.6 pt on paper, and 18 of a slide's 1080 px.
WIDTHS = {A4.id: 700, PROJECTOR.id: 1200}
_SLIDE = 330  # CSS pixels of height at which a plot alone fills a slide
_TIGHTER = 0.6  # how close its rows may stand on a slide; with more rows the whole is drawn smaller
_LABELS = {A4.id: "A4 版心", PROJECTOR.id: "投影"}
_MADE = "_pictures_made"  # how many this session has made: each file gets a new button


def reserve_place(key: str = "page") -> None:
    """Reserve the place of the buttons, for users who may export."""
    if identity.current().may("export"):
        page_blocks.current_blocks().buttons_place = st.container(key=f"pictures_place_{key}", width="content")


def of_page(key: str = "page") -> None:
    """The buttons of a whole page or drawer, in their reserved place. Call it at the end: then all blocks are there."""
    record = page_blocks.current_blocks()
    if record.buttons_place is None or record.version is None or not record.blocks:
        return
    with record.buttons_place:
        if queue.browser() is None:
            st.html(render("ui/shell/pictures_none.html"))
        else:
            _buttons(key, "导出图片", lambda size: _page_file(record, size))


def of_chart(drawn: Drawn, key: str) -> None:
    """The buttons of a chart, below it. Without a browser there are none, which the page says once."""
    record = page_blocks.current_blocks()
    if record.version is not None and identity.current().may("export") and queue.browser() is not None:
        _buttons(f"chart_{key}", "本图", lambda size: _chart_file(record, drawn, size))


@st.fragment
def _buttons(key: str, label: str, make: Callable[[PictureSize], tuple[str, bytes]]) -> None:
    """One button for each size; the file, or the reason why there is none, below the button."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pictures_{key}"):
        st.html(
            render("ui/shell/pictures_label.html", text=label, sizes=[size.name for size in (A4, PROJECTOR)]),
            width="content",
        )
        pressed = [
            size
            for size in (A4, PROJECTOR)
            if st.button(_LABELS[size.id], key=f"picture_{key}_{size.id}", type="tertiary")
        ]
        for size in pressed:
            _offer(size, make)


def _offer(size: PictureSize, make: Callable[[PictureSize], tuple[str, bytes]]) -> None:
    before = queue.waiting()
    try:
        with st.spinner(f"正在生成，前面还有 {before} 件…" if before else "正在生成…"):
            name, content = make(size)
    except ScorecardError as error:
        st.html(render("ui/shell/failure.html", error=error))
        return
    number = st.session_state[_MADE] = st.session_state.get(_MADE, 0) + 1
    download("再次下载", name, lambda _: content, needs="export", key=f"made_{number}", look="quiet", at_once=True)


def _page_file(record: PageBlocks, size: PictureSize) -> tuple[str, bytes]:
    """The page's blocks under its title, with the reader's choices in words; without widgets."""
    version, wide = _version(record), WIDTHS[size.id]

    def make(about: PictureSubject) -> tuple[Picture, ...]:
        blocks = [
            figure_block(block.figure, width=wide) if isinstance(block, Drawn) else _unfolded(block)
            for block in record.blocks
        ]
        sheet = PageSheet(
            title=record.title,
            head=render("ui/shell/picture_head.html", record=record, version=version, **_published(version)),
            blocks=blocks,
            foot=render("ui/shell/picture_foot.html", lines=(*_provenance(version), *_taken(record))),
            css=picture_style(),
            width=wide,
        )
        return picture_page(sheet, size, about)

    return _released(record, version, size, record.title, complete_through(version), make)


def _chart_file(record: PageBlocks, drawn: Drawn, size: PictureSize) -> tuple[str, bytes]:
    """One chart with the notes below it."""
    version = _version(record)
    old = render("ui/shell/picture_old.html", **_published(version)) if version.historic else ""
    taken = render("ui/shell/picture_foot.html", lines=_taken(record)) if record.traced else ""
    high = max(_SLIDE, round(drawn.figure.layout.height * _TIGHTER)) if size is PROJECTOR else None

    def make(about: PictureSubject) -> tuple[Picture, ...]:
        return (picture_chart(old + figure_block(drawn.figure, width=size.chart, height=high) + taken, size, about),)

    return _released(record, version, size, drawn.title, drawn.as_of, make)


def _released(
    record: PageBlocks,
    version: Version,
    size: PictureSize,
    title: str,
    as_of: date | None,
    make: Callable[[PictureSubject], tuple[Picture, ...]],
) -> tuple[str, bytes]:
    """Name and content of the file, released: the right is checked and the audit line written."""
    actor = identity.current()
    subject = f"图片 {title}{f'　{record.period}' if record.period else ''}"
    chosen = "；".join(f"{label} {text}" for label, text in record.choice.items())
    request = {"picture": title, "page": record.title, "choice": dict(record.choice), "format": size.id}
    manifest = export_records.describe_picture(data_dir(), version, actor, request)
    about = PictureSubject(title, record.period, as_of, version.id, manifest.text())
    files = release(
        data_dir(),
        actor,
        version.id,
        subject,
        lambda: dict([bundle(make(about))]),
        export=manifest.id,
        manifest=export_records.seal(manifest),
        filter=chosen,
        way=size.name,
    )
    return next(iter(files.items()))


def _version(record: PageBlocks) -> Version:
    assert record.version is not None  # without one no button was drawn
    return record.version


def _published(version: Version) -> dict[str, str]:
    """The day an older version was published; empty for the current version."""
    return {"published": day_text(published_on(version)) if version.historic else ""}


def _taken(record: PageBlocks) -> tuple[str, ...]:
    """Who took a picture with case rows, and when; nothing on others, which may go into a paper."""
    return (f"导出：{trace(identity.current())}",) if record.traced else ()


def _provenance(version: Version) -> tuple[str, ...]:
    """The lines below every picture: how far the data reach, version, court, day of export."""
    court, today = version.catalog.court.name, day_text(datetime.now(COURT_TIME).date())
    return (
        f"数据截至 {day_text(complete_through(version))}　版本 {short(version.id)}　{day_text(published_on(version))}发布",
        f"{court}　{today}导出{f'　{SAMPLE}' if version.manifest.sample else ''}",
    )


def _unfolded(html: str) -> str:
    """HTML with all details open: paper cannot be clicked. Only a template can have written the tag, data are escaped."""
    return html.replace("<details", "<details open")
