"""A paper in the chosen formats: every file is written from the same paper.

On a server without a browser the formats that need one are left out with a notice.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from scorecard.briefing.browser import queue
from scorecard.briefing.browser.pictures import A4, Picture, bundle, with_metadata
from scorecard.briefing.docx import document as docx
from scorecard.briefing.export.formats import FORMATS, NAMES, NEED_BROWSER, FileFormat
from scorecard.briefing.html import document as html
from scorecard.briefing.layout.page import WIDE
from scorecard.briefing.layout.raster import png
from scorecard.briefing.paper.model import Figure, Paper
from scorecard.briefing.pptx import presentation as pptx
from scorecard.briefing.xlsx import workbook as xlsx
from scorecard.charts.paper_chart import paper_picture
from scorecard.storage.file_names import safe

ProgressCallback = Callable[[int, int, str], None]  # done, of how many, what is being done


@dataclass(frozen=True)
class WrittenFiles:
    """Files by name, the name of the ZIP of all of them (empty for a single one), and what could not be made."""

    content: dict[str, bytes]
    bundle: str
    notices: tuple[str, ...]


def ignore_progress(done: int, total: int, words: str) -> None:
    """Ignore progress."""


def write_all(paper: Paper, chosen: Collection[FileFormat], progress: ProgressCallback) -> WrittenFiles:
    """Every chosen format in a fixed order. Raises NoBrowser when none of them can be made without one."""
    wanted: list[FileFormat] = [each for each in FORMATS if each in chosen]
    browser = queue.browser() is not None
    notices: list[str] = []
    if not browser:
        lost: list[FileFormat] = [each for each in wanted if each in NEED_BROWSER]
        wanted = [each for each in wanted if each not in lost]
        if not wanted:
            raise queue.NoBrowser
        if lost:
            notices.append(f"服务器上没有浏览器，没有生成：{'、'.join(NAMES[each] for each in lost)}。")
    papers = (paper, *paper.annexes)
    pages = {one.name: cache(partial(html.write_html, one)) for one in papers}  # a PDF is this very page, printed
    content: dict[str, bytes] = {}
    for done, each in enumerate(wanted):
        progress(done, len(wanted), f"正在生成 {NAMES[each]}")
        content |= dict(_written(papers, each, pages))
    progress(len(wanted), len(wanted), "已生成")
    if len(content) == 1:
        return WrittenFiles(content, "", tuple(notices))
    _, packed = bundle(Picture(name, file) for name, file in content.items())
    return WrittenFiles({**content, f"{paper.name}.zip": packed}, f"{paper.name}.zip", tuple(notices))


def _written(
    papers: Sequence[Paper], wanted: FileFormat, pages: Mapping[str, Callable[[], bytes]]
) -> Iterator[tuple[str, bytes]]:
    """The files of one format under their names, those of annexes where they are to be read; no pictures without figures."""
    paper = papers[0]
    match wanted:
        case "html":
            yield from ((f"{name}.html", page()) for name, page in pages.items())
        case "pdf":
            yield from ((f"{name}.pdf", queue.pdf(page().decode("utf-8"))) for name, page in pages.items())
        case "docx":
            yield from ((f"{one.name}.docx", docx.write_docx(one)) for one in papers)
        case "pptx":
            yield f"{paper.name}.pptx", pptx.write_pptx(paper)
        case "xlsx":
            yield f"{paper.name}.xlsx", xlsx.write_xlsx(paper)
        case "csv":
            yield f"{paper.name}.csv", xlsx.write_csv_annex(paper)
        case "png":
            if paper.figures:
                name, packed = bundle(_picture(paper, figure) for figure in paper.figures)
                yield (name if len(paper.figures) == 1 else f"{paper.name}_走势图.zip"), packed


def _picture(paper: Paper, figure: Figure) -> Picture:
    """A figure as a picture of its own, 156 mm wide, with its caption, what it says and where it is from."""
    manifest = paper.manifest
    drawn = png(paper_picture(figure.trend, WIDE[0], figure.caption, manifest.id, manifest.text()), A4.dpi)
    content = with_metadata(drawn, A4.dpi, figure.caption, manifest.text())
    return Picture(f"图{figure.number:02}_{safe(figure.line.name)}.png", content)
