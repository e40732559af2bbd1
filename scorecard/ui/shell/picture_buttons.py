"""导出图片: a page, a drawer or one chart in one click, for users who may export; made of the blocks on the page.

A page and a figure of a topic are printed by the browser; a trend is drawn for Word on the server, without one.

The script waits for the picture, not the framework's download handler: it cannot refuse in words, and all sessions share
its few threads. behaviour.js clicks the button of a file that has just been made.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime

import streamlit as st

from scorecard.audit.entry import trace
from scorecard.briefing.browser import queue
from scorecard.briefing.browser.figure_block import figure_block
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
    with_metadata,
)
from scorecard.briefing.export import export_records
from scorecard.briefing.export.export_records import release
from scorecard.briefing.layout.raster import png
from scorecard.calendar.clock import COURT_TIME
from scorecard.calendar.period import day_text
from scorecard.charts.paper_chart import caption_of, paper_picture
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
_SIZES = ((A4.id, "A4 版心", A4.name), (PROJECTOR.id, "投影", PROJECTOR.name))
_WORD = (
    ("156", "整栏图片", "PNG，156毫米宽，300点每英寸"),
    ("78", "半栏图片", "PNG，78毫米宽，300点每英寸：两幅并排"),
    ("svg", "SVG", "矢量图，156毫米宽：Word 中放大仍清晰"),
)
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
            _buttons(key, "导出图片", _SIZES, lambda size: _page_file(record, A4 if size == A4.id else PROJECTOR))


def of_chart(drawn: Drawn, key: str) -> None:
    """The buttons of a chart, below it; those of a figure that the browser prints only where there is one, which the page says once."""
    record = page_blocks.current_blocks()
    if record.version is None or not identity.current().may("export"):
        return
    if drawn.trend is not None:
        _buttons(f"chart_{key}", "用于公文", _WORD, lambda way: _word_file(record, drawn, way), drawn.said)
    elif queue.browser() is not None:
        _buttons(
            f"chart_{key}", "本图", _SIZES, lambda size: _chart_file(record, drawn, A4 if size == A4.id else PROJECTOR)
        )


@st.fragment
def _buttons(
    key: str,
    label: str,
    ways: Sequence[tuple[str, str, str]],
    make: Callable[[str], tuple[str, bytes]],
    copied: str = "",
) -> None:
    """One button for each way, given as id, label and what it is; the file, or the reason why there is none, below the button.

    `copied` is what 复制为文字 puts on the clipboard.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pictures_{key}"):
        st.html(
            render("ui/shell/pictures_label.html", text=label, sizes=[told for *_, told in ways], copied=copied),
            width="content",
        )
        pressed = [way for way, name, _ in ways if st.button(name, key=f"picture_{key}_{way}", type="tertiary")]
        for way in pressed:
            _offer(way, make)


def _offer(way: str, make: Callable[[str], tuple[str, bytes]]) -> None:
    before = queue.waiting()
    try:
        with st.spinner(f"正在生成，前面还有 {before} 件…" if before else "正在生成…"):
            name, content = make(way)
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

    return _released(record, size.id, size.name, record.title, complete_through(version), make)


def _chart_file(record: PageBlocks, drawn: Drawn, size: PictureSize) -> tuple[str, bytes]:
    """One chart with the notes below it."""
    version = _version(record)
    old = render("ui/shell/picture_old.html", **_published(version)) if version.historic else ""
    taken = render("ui/shell/picture_foot.html", lines=_taken(record)) if record.traced else ""
    high = max(_SLIDE, round(drawn.figure.layout.height * _TIGHTER)) if size is PROJECTOR else None

    def make(about: PictureSubject) -> tuple[Picture, ...]:
        return (picture_chart(old + figure_block(drawn.figure, width=size.chart, height=high) + taken, size, about),)

    return _released(record, size.id, size.name, drawn.title, drawn.as_of, make)


def _word_file(record: PageBlocks, drawn: Drawn, way: str) -> tuple[str, bytes]:
    """A trend with its caption and where it comes from, as PNG or SVG."""
    version, trend = _version(record), drawn.trend
    assert trend is not None  # no other chart has these buttons
    old = (f"◆ 历史版本，{day_text(published_on(version))}发布，不是当前版本。",) if version.historic else ()

    def make(about: PictureSubject) -> tuple[Picture, ...]:
        width = 78 if way == "78" else 156
        svg = paper_picture(trend, width, caption_of(trend), about.export, about.manifest, (*old, *_taken(record)))
        if way == "svg":
            return (Picture(about.name("svg"), svg.encode()),)
        content = with_metadata(png(svg, A4.dpi), A4.dpi, about.heading, about.manifest)
        return (Picture(about.name("png", f"{width}毫米"), content),)

    told = next(told for each, _, told in _WORD if each == way)
    return _released(record, way, told, drawn.title, drawn.as_of, make)


def _released(
    record: PageBlocks,
    way: str,
    told: str,
    title: str,
    as_of: date | None,
    make: Callable[[PictureSubject], tuple[Picture, ...]],
) -> tuple[str, bytes]:
    """Name and content of the file, released: the right is checked and the audit line written, with the way in words."""
    actor, version = identity.current(), _version(record)
    subject = f"图片 {title}{f'　{record.period}' if record.period else ''}"
    chosen = "；".join(f"{label} {text}" for label, text in record.choice.items())
    request = {"picture": title, "page": record.title, "choice": dict(record.choice), "format": way}
    manifest = export_records.describe_picture(data_dir(), version, actor, request)
    about = PictureSubject(title, record.period, as_of, version.id, manifest.text(), manifest.id)
    files = release(
        data_dir(),
        actor,
        version.id,
        subject,
        lambda: dict([bundle(make(about))]),
        export=manifest.id,
        manifest=export_records.seal(manifest),
        filter=chosen,
        way=told,
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
