"""PNG of a chart or of a page at the size it is used at: the type area of A4 paper, or a projector.

The browser queue draws it from the blocks of the page. Its metadata holds its heading, the manifest of its export and its
resolution, so that a text processor sets it at its true size; no time, no name of a program.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from scorecard.briefing.browser import queue
from scorecard.briefing.browser.chromium import Box, Document
from scorecard.briefing.browser.figure_block import document
from scorecard.charts.theme import palette
from scorecard.errors import ScorecardError
from scorecard.storage.file_names import file_name

_HEADER = 33  # bytes of a PNG before anything may be put in: signature and header chunk


def png_texts(heading: str, manifest: str) -> PngInfo:
    """Heading and manifest as text chunks, for a picture that is not written yet."""
    written = PngInfo()
    written.add_itxt("Title", heading, "zh-CN")
    written.add_itxt("manifest", manifest, "zh-CN")
    return written


def with_metadata(png: bytes, dpi: int, heading: str, manifest: str) -> bytes:
    """The PNG with resolution and texts put in behind its header; no pixel is encoded anew."""
    per_metre = round(dpi / 0.0254)
    added = [
        (b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        *((kind, data) for kind, data, _ in png_texts(heading, manifest).chunks),
    ]
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in added
    )
    return png[:_HEADER] + b"".join(chunks) + png[_HEADER:]


@dataclass(frozen=True)
class PictureSize:
    """A size pictures come in. `layout` is the width in CSS pixels a document is laid out at, `margin` what a chart alone
    has around it, `fixed` whether every picture has the whole height.
    """

    id: Literal["a4", "projector"]
    name: str
    width: int
    height: int
    layout: int
    margin: int
    dpi: int
    fixed: bool
    mark: str = ""

    @property
    def chart(self) -> int:
        """The width in CSS pixels of a figure block that stands alone."""
        return self.layout - 2 * self.margin


A4 = PictureSize("a4", "A4 版心（156毫米宽，300点每英寸）", 1842, 2657, 590, 0, 300, fixed=False)
# 144 dpi: 1920 px are the 13.33 inches of a wide slide.
PROJECTOR = PictureSize("projector", "投影（1920×1080）", 1920, 1080, 960, 32, 144, fixed=True, mark="投影")


@dataclass(frozen=True)
class PictureSubject:
    """The subject of a picture: the parts of its file name, the manifest written into it, and the number of its export."""

    title: str
    period: str
    as_of: date | None
    version: str
    manifest: str
    export: str = ""

    @property
    def heading(self) -> str:
        return f"{self.title} {self.period}".strip()

    def name(self, suffix: str, mark: str = "", part: tuple[int, int] = (1, 1)) -> str:
        return file_name(self.title, self.period, self.as_of, self.version, suffix, part=part, mark=mark)


@dataclass(frozen=True)
class PageSheet:
    """A page as HTML: the head of every picture (title, choice), its blocks, and the foot (provenance).

    `width` is the CSS width its content is laid out at, that of a chart without one; where something on it is wider, the
    whole page is drawn smaller.
    """

    title: str
    head: str
    blocks: Sequence[str]
    foot: str
    css: str = ""
    width: int | None = None


@dataclass(frozen=True)
class Picture:
    """A PNG under its file name."""

    name: str
    content: bytes


@dataclass(frozen=True)
class _Strips:
    """The strips of one picture as the browser drew them, from the top."""

    head: bytes
    body: bytes
    foot: bytes


_CSS, _COLUMNS = (Path(__file__).with_name(name).read_text("utf-8") for name in ("picture.css", "columns.js"))
_WIDE = "document.documentElement.scrollWidth"
_COUNT = (
    "(() => { const at = document.querySelector('.sheet-count');"
    " at.textContent = '第 %d/%d 幅'; at.style.visibility = 'visible'; })()"
)


def picture_chart(block: str, size: PictureSize, about: PictureSubject) -> Picture:
    """One figure block (scorecard/briefing/browser/figure_block.py, laid out at `size.chart`) as a picture of its own."""
    html = document(f'<div class="sheet-chart">{block}</div>', width=size.chart, title=about.title, css=_CSS)

    async def take(shown: Document) -> bytes:
        (box,) = await shown.boxes(".sheet-chart")
        wide = Box(0, box.top, max(size.chart, await shown.evaluate(_WIDE)), box.height)
        high = size.height * size.layout / size.width - 2 * size.margin
        return await shown.picture(wide, shrunk=min(1, high / box.height, size.chart / wide.width))

    drawn = _image(queue.work(html, take, width=size.chart, scale=size.width / size.layout))
    height = size.height if size.fixed else min(drawn.height, size.height)
    picture = Image.new("RGB", (size.width, height), palette().paper)
    picture.paste(drawn, ((size.width - drawn.width) // 2, max(0, (height - drawn.height) // 2)))
    return Picture(about.name("png", size.mark), _png(picture, size, about))


def picture_page(sheet: PageSheet, size: PictureSize, about: PictureSubject) -> tuple[Picture, ...]:
    """The page as one picture, or as several where it is longer than one: cut between rows, cards and figures only."""
    content = sheet.width or size.chart
    width = round(content * size.layout / size.chart)
    scale = size.width / width
    margin = (width - content) / 2
    blocks = "".join(f"<section>{block}</section>" for block in sheet.blocks)
    body = (
        f'<header class="sheet-head">{sheet.head}</header><div class="sheet-body">{blocks}</div>'
        f'<footer class="sheet-foot"><div>{sheet.foot}</div><div class="sheet-count">第 1/1 幅</div></footer>'
    )
    css = f"{sheet.css}{_CSS}body{{padding-top:{margin / 2:g}px}}"
    html = document(body, width=content, title=sheet.title, css=css)

    async def take(shown: Document) -> list[_Strips]:
        (body,), (foot,) = await shown.boxes(".sheet-body"), await shown.boxes(".sheet-foot")
        wide = max(width, await shown.evaluate(_WIDE))
        fit = width / wide
        foot_height = foot.height + margin / 2
        room = size.height / scale / fit - body.top - foot_height
        if room < size.height / scale / fit / 4:
            raise ScorecardError(
                "导出图片", "页首和页脚占满了整幅图片", "页首页脚不超过四分之三幅", "请改用 A4 版心，或缩短标题与说明"
            )
        head = await shown.picture(Box(0, 0, wide, body.top), shrunk=fit)
        count, filled, step = 1, body.height, 0.0
        if body.height > room:
            column = wide - (width - content)
            even = "true" if size.fixed else "false"
            count, filled, room = await shown.evaluate(f"({_COLUMNS})({column}, {room}, {even})")
            step = 2 * column
            (foot,) = await shown.boxes(".sheet-foot")
        strips: list[_Strips] = []
        for number in range(count):
            if count > 1:
                await shown.evaluate(_COUNT % (number + 1, count))
            high = min(room, filled) if number == count - 1 else room
            strip = await shown.picture(Box(number * step, body.top, wide, high), shrunk=fit)
            below = await shown.picture(Box(0, foot.top, wide, foot_height), shrunk=fit)
            strips.append(_Strips(head, strip, below))
        return strips

    taken = queue.work(html, take, width=width, scale=scale)
    return tuple(
        Picture(about.name("png", size.mark, (number, len(taken))), _png(_composed(strips, size), size, about))
        for number, strips in enumerate(taken, 1)
    )


def _composed(strips: _Strips, size: PictureSize) -> Image.Image:
    """Head, stretch of the page and foot, one below the other."""
    head, body, foot = _image(strips.head), _image(strips.body), _image(strips.foot)
    height = size.height if size.fixed else min(size.height, head.height + body.height + foot.height)
    picture = Image.new("RGB", (size.width, height), palette().paper)
    picture.paste(head, (0, 0))
    picture.paste(body, (0, head.height))
    picture.paste(foot, (0, height - foot.height))
    return picture


def _image(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as opened:
        return opened.convert("RGB")


def _png(picture: Image.Image, size: PictureSize, about: PictureSubject) -> bytes:
    """The same picture gives the same bytes: no time, no name of a program, only its resolution and its origin."""
    out = io.BytesIO()
    picture.save(
        out, format="PNG", dpi=(size.dpi, size.dpi), pnginfo=png_texts(about.heading, about.manifest), compress_level=3
    )
    return out.getvalue()


def bundle(pictures: Iterable[Picture]) -> tuple[str, bytes]:
    """Name and content of the download: one picture as it is, several as one ZIP; same pictures, same bytes."""
    every = tuple(pictures)
    if len(every) == 1:
        return every[0].name, every[0].content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for picture in every:
            entry = zipfile.ZipInfo(picture.name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, picture.content)
    return re.sub(r"_第\d+幅共\d+幅", "", every[0].name).removesuffix(".png") + ".zip", out.getvalue()
