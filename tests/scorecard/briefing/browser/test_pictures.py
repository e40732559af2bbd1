"""Pictures at briefing size: exact size and resolution, whole rows and figures, names that say what they are."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from scorecard.briefing.browser import page_breaks, pictures, queue as browser_queue
from scorecard.briefing.browser.chromium import Box, Document
from scorecard.briefing.browser.page_breaks import Head, Layout, PicturePart, Span
from scorecard.briefing.browser.pictures import A4, PROJECTOR, About, PageSheet, Picture, PictureSize, bundle
from scorecard.briefing.html import figure as figure_html
from scorecard.charts import trend
from scorecard.errors import ScorecardError
from scorecard.storage.file_names import file_name
from tests.scorecard.charts.test_trend import point, shown

ABOUT = About(
    "诉前调解成功率", "2026年1—10月", date(2026, 10, 31), "7f3a9b2c11d0e4f5", '{"数据版本": "7f3a"}\n'
)
TREND = shown(*(point(month, 55.0 + month % 4) for month in range(1, 11)))
STEM = "诉前调解成功率_2026年1—10月_截至20261031_v7f3a"


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    """No browser outlives this file."""
    yield
    browser_queue._press.close()


def opened(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.content))


def runs(image: Image.Image, x: int) -> list[tuple[tuple[int, int, int], int, int]]:
    """The colours down one column of pixels: colour, first row, how many rows."""
    column = image.convert("RGB").crop((x, 0, x + 1, image.height)).tobytes()
    found: list[tuple[tuple[int, int, int], int, int]] = []
    for y, colour in enumerate(zip(column[::3], column[1::3], column[2::3], strict=True)):
        if found and found[-1][0] == colour:
            found[-1] = (colour, found[-1][1], found[-1][2] + 1)
        else:
            found.append((colour, y, 1))
    return found


# ----------------------------------------------------------------------------------------------------------- file names


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        (file_name("诉前调解成功率", "2026年1—10月", date(2026, 10, 31), "7f3a9b2c", "png"), f"{STEM}.png"),
        (file_name("诉前调解成功率", "2026年1—10月", date(2026, 10, 31), "7f3a9b2c", ".docx"), f"{STEM}.docx"),
        (file_name("总览", "2026年", None, "7f3a", "png", (2, 3)), "总览_2026年_v7f3a_第2幅共3幅.png"),
        (file_name("总览", "", None, "", "png", (3, 12), "投影"), "总览_投影_第03幅共12幅.png"),
        (file_name("总览", "", None, "", "png", (1, 1)), "总览.png"),
        (file_name(' a/b\\c:d*e?"f<g>h|\n\ti. ', "", None, "", "png"), "a／b＼c：d＊e？＂f＜g＞h｜ i.png".replace("｜ i", "｜i")),
        (file_name("../../etc/passwd", "", None, "", "png"), "／..／etc／passwd.png"),
        (file_name(" . ", "", None, "", "png"), "图片.png"),
    ],
)  # fmt: skip
def test_a_file_name_says_what_it_is_and_is_one_on_windows_too(given_name: str, expected: str) -> None:
    assert given_name == expected


@given(title=st.text(max_size=400), period=st.text(max_size=30))
def test_no_title_breaks_a_file_name(title: str, period: str) -> None:
    name = file_name(title, period, date(2026, 10, 31), "7f3a", "png", (1, 20), "投影")
    assert re.fullmatch(r"[^\\/:*?\"<>|\x00-\x1f]+\.png", name)
    assert len(name.encode()) <= 255
    assert name == name.strip()
    assert name.removesuffix(".png").rstrip(" .") == name.removesuffix(".png")


def test_one_picture_is_handed_out_as_it_is_and_several_as_one_archive_that_is_always_the_same() -> None:
    one = Picture(f"{STEM}.png", b"1")
    assert bundle([one]) == (one.name, b"1")
    several = [Picture(f"{STEM}_第{n}幅共2幅.png", bytes([n])) for n in (1, 2)]
    name, content = bundle(several)
    assert name == f"{STEM}.zip"
    assert bundle(several)[1] == content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {info.filename: packed.read(info) for info in packed.infolist()} == {
            one.name: one.content for one in several
        }
        assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# -------------------------------------------------------------------------------------------------------------- cutting


def plain_page(heights: list[int], hard: set[int] = frozenset(), borders: tuple[float, ...] = ()) -> Layout:
    """Boxes one below the other with 4 px between them."""
    tops = [sum(heights[:n]) + 4 * n for n in range(len(heights))]
    spans = tuple(
        Span(top, top + high, n in hard) for n, (top, high) in enumerate(zip(tops, heights, strict=True))
    )
    return Layout(Box(0, 0, 100, spans[-1].bottom), spans, (), borders, ())  # fmt: skip


def test_what_fits_is_not_cut() -> None:
    assert page_breaks.parts(plain_page([100, 100, 92]), 300) == [PicturePart(0, 300)]


def test_a_cut_lies_after_the_last_box_that_fits() -> None:
    assert page_breaks.parts(plain_page([100, 100, 100, 100]), 250) == [
        PicturePart(0, 208),
        PicturePart(208, 412),
    ]


def test_a_border_between_blocks_is_preferred_where_the_picture_is_full_enough() -> None:
    page = plain_page([90, 90, 40, 40, 200])
    assert page_breaks.parts(page, 240)[0] == PicturePart(0, 240 - 8)
    assert page_breaks.parts(replace(page, borders=(186.0,)), 240)[0] == PicturePart(0, 186)
    assert page_breaks.parts(replace(page, borders=(92.0,)), 240)[0] == PicturePart(0, 232), (
        "92 of 240 would be half empty"
    )


def test_a_figure_too_tall_for_a_picture_is_drawn_smaller_and_a_tall_box_is_cut_between_its_lines() -> None:
    assert page_breaks.parts(plain_page([100, 500, 50], hard={1}), 250) == [
        PicturePart(0, 104),
        PicturePart(104, 604, shrunk=250 / 500),
        PicturePart(604, 658),
    ]
    lines = tuple(Span(n * 20, n * 20 + 16) for n in range(30))
    tall = Layout(Box(0, 0, 100, 600), (Span(0, 600),), lines, (), ())
    assert [one.bottom for one in page_breaks.parts(tall, 250)] == [240, 480, 600]


def test_a_heading_stays_with_what_follows_and_a_table_goes_on_under_its_header() -> None:
    measured = {
        "extent": [0, 0, 100, 500],
        "blocks": [[0, 0, 100, 500]],
        "figures": [],
        "solid": [[0, 0, 100, 180], *([0, 240 + 20 * n, 100, 20] for n in range(13))],
        "pairs": [],
        "leading": [[0, 190, 100, 30], [0, 220, 100, 20]],
        "lines": [],
        "heads": [[[0, 220, 100, 20], 500]],
    }
    page = page_breaks.layout(measured)
    assert [(one.top, one.bottom) for one in page_breaks.parts(page, 250)] == [
        (0, 190),
        (190, 440),
        (440, 500),
    ]
    assert [one.headers for one in page_breaks.parts(page, 250)] == [(), (), (Box(0, 220, 100, 20),)]
    assert page_breaks.parts(page, 250)[2].above == 20


@st.composite
def layouts(draw: st.DrawFn) -> tuple[Layout, float]:
    """Pages of blocks that hold rows and lines side by side, with and without figures, and a room."""
    at, solid, lines, borders, heads = 0.0, list[Span](), list[Span](), list[float](), list[Head]()
    for _ in range(draw(st.integers(1, 8))):
        borders.append(at)
        at += draw(st.floats(0, 30))
        kind = draw(st.sampled_from(["rows", "figure", "text", "card"]))
        if kind == "rows":
            first = at
            for _ in range(draw(st.integers(1, 40))):
                high = draw(st.floats(12, 60))
                solid.append(Span(at, at + high))
                lines.append(Span(at + 2, at + high - 2))
                at += high
            heads.append(Head(Box(0, first, 10, solid[-1].height / 2), at))
        elif kind == "text":
            for _ in range(draw(st.integers(1, 60))):
                lines.append(Span(at, at + 14))
                at += draw(st.floats(14, 22))
        else:
            high = draw(st.floats(20, 900))
            solid.append(Span(at, at + high, kind == "figure"))
            at += high
        borders.append(at)
    return Layout(Box(0, 0, 100, at + 1), tuple(solid), tuple(lines), tuple(borders), tuple(heads)), draw(
        st.floats(200, 800)
    )


@given(layouts())
def test_parts_follow_each_other_without_a_gap_fit_and_cut_nothing_that_may_not_be_cut(
    drawn: tuple[Layout, float],
) -> None:
    page, room = drawn
    found = page_breaks.parts(page, room)
    assert [found[0].top, *(one.bottom for one in found)] == [*(one.top for one in found), page.extent.bottom]
    for one in found:
        assert one.above + (one.bottom - one.top) * one.shrunk <= room + 1
        assert one.bottom > one.top
    for cut in (one.bottom for one in found[:-1]):
        assert [line for line in page.lines if line.top + 0.7 < cut < line.bottom - 0.7] == []
        assert [one for one in page.solid if one.hard and one.top + 0.7 < cut < one.bottom - 0.7] == []
        # A row or card is cut only where no picture could hold it under a repeated header.
        least = room - max((head.box.height for head in page.heads), default=0)
        assert [
            one for one in page.solid if one.height <= least and one.top + 0.7 < cut < one.bottom - 0.7
        ] == []


# ------------------------------------------------------------------------------------------------------ charts, for real


def bars(height: int) -> str:
    """A block with a colour at each of its four edges."""
    return (
        f'<div style="box-sizing:border-box;height:{height}px;border:6px solid;'
        f'border-color:rgb(200,0,0) rgb(0,0,200) rgb(0,120,0) rgb(90,0,90)">图</div>'
    )


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "height", "expected"),
    [(A4, 400, (1842, 1249)), (A4, 1200, (1842, 2657)), (PROJECTOR, 300, (1920, 1080)), (PROJECTOR, 900, (1920, 1080))],
    ids=["a4", "a4 too tall", "projector", "projector too tall"],
)  # fmt: skip
def test_a_chart_is_whole_and_of_exactly_the_size_and_resolution_of_its_use(
    size: PictureSize, height: int, expected: tuple[int, int]
) -> None:
    picture = pictures.chart(bars(height), size, ABOUT)
    image = opened(picture)
    assert image.size == expected
    assert image.info["dpi"] == pytest.approx((size.dpi, size.dpi), abs=0.01)
    assert image.text["manifest"] == ABOUT.manifest
    assert picture.name == (f"{STEM}.png" if size is A4 else f"{STEM}_投影.png")
    across = {colour for colour, _, _ in runs(image.rotate(90, expand=True), image.height // 2)}
    down = {colour for colour, _, _ in runs(image, image.width // 2)}
    assert {(0, 0, 200), (90, 0, 90)} <= across
    assert {(200, 0, 0), (0, 120, 0)} <= down


@pytest.mark.browser
@pytest.mark.parametrize("size", [A4, PROJECTOR], ids=["a4", "projector"])
def test_a_drawn_figure_fills_its_picture_and_comes_out_the_same_twice(size: PictureSize) -> None:
    figure = trend.trend(TREND)
    block = figure_html.block(figure, width=size.chart)
    first = pictures.chart(block, size, ABOUT)
    assert pictures.chart(block, size, ABOUT).content == first.content
    image = opened(first)
    assert image.mode == "RGB"
    assert image.width == size.width
    ink = image.convert("L").point([255] * 200 + [0] * 56).getbbox()
    assert ink is not None
    assert ink[2] - ink[0] > 0.85 * image.width


@pytest.mark.browser
def test_a_figure_that_cannot_be_drawn_is_no_picture() -> None:
    block = figure_html.block(trend.trend(TREND), width=A4.chart)
    broken = re.sub(r'(<script type="application/json">).*?(</script>)', r"\1{\2", block)
    assert broken != block
    with pytest.raises(ScorecardError, match="没有画成"):
        pictures.chart(broken, A4, ABOUT)


# ------------------------------------------------------------------------------------------------------- pages, for real


def colour(number: int) -> tuple[int, int, int]:
    return (40 + number * 3, 200 - number * 2, 90)


HEADER, HEAD, FOOT = (10, 20, 240), (250, 220, 20), (20, 230, 230)
ROWS = 60


def rgb(of: tuple[int, int, int]) -> str:
    return f"rgb{of}"


def sheet(rows: int = ROWS, **given: object) -> PageSheet:
    """A card, and a table whose rows each have a colour of their own, some of two lines."""
    body = "".join(
        f'<tr style="background:{rgb(colour(n))}"><td>第{n}行</td><td>{"办理情况" * (14 if n % 7 == 0 else 1)}</td></tr>'
        for n in range(rows)
    )
    return PageSheet(
        "台账", f'<div style="background:{rgb(HEAD)}">台账</div>',
        ['<div class="card" style="height:60px">卡片</div>',
         f'<h2>明细</h2><table><thead><tr style="background:{rgb(HEADER)}"><th>序号</th><th>情况</th></tr></thead>'
         f'<tbody>{body}</tbody></table>'],
        f'<div style="background:{rgb(FOOT)}">数据截至2026年10月31日</div>',
        "table{width:100%;border-collapse:collapse} td,th{padding:6px 8px;font-size:14px;line-height:20px}"
        "td:first-child{white-space:nowrap}", **given,
    )  # fmt: skip


@pytest.mark.browser
@pytest.mark.parametrize(("size", "width"), [(A4, None), (PROJECTOR, 1200)], ids=["a4", "projector"])
def test_a_table_of_sixty_rows_is_cut_between_rows_under_a_repeated_header(
    size: PictureSize, width: int | None
) -> None:
    taken = pictures.page(sheet(width=width), size, ABOUT)
    assert len(taken) > 1
    assert [one.name[-10:] for one in taken] == [
        f"第{n}幅共{len(taken)}幅.png" for n in range(1, len(taken) + 1)
    ]
    scale = size.width / (width or size.chart) * size.chart / size.layout
    seen: list[int] = []
    for one in taken:
        image = opened(one)
        assert image.width == size.width
        assert image.height == size.height if size.fixed else image.height <= size.height
        assert image.info["dpi"] == pytest.approx((size.dpi, size.dpi), abs=0.01)
        # The part's number stands further to the right than the foot's colour.
        column = runs(image, round(image.width * 0.75))
        assert [found for found, _, high in column if found == HEAD and high > 10] == [HEAD]
        assert [found for found, _, high in column if found == FOOT and high > 10] == [FOOT]
        # In the last cell's own margin no letter stands.
        column = runs(image, round(image.width - size.margin * size.width / size.layout - 4 * scale))
        headers = [(top, high) for found, top, high in column if found == HEADER]
        assert len(headers) == 1
        rows = [
            (found, top, high) for found, top, high in column if found in {colour(n) for n in range(ROWS)}
        ]
        for n in range(ROWS):
            high = sum(part for found, _, part in rows if found == colour(n))
            if high:
                seen.append(n)
                lines = 2 if n % 7 == 0 and size is A4 else 1
                assert high == pytest.approx((12 + 20 * lines) * scale, abs=2), f"row {n} is not whole"
        assert headers[0][0] < min(top for _, top, _ in rows)
    assert seen == list(range(ROWS))


@pytest.mark.browser
def test_the_cuts_are_borders_of_rows_as_the_browser_laid_them_out() -> None:
    async def measure(shown: Document) -> tuple[dict[str, object], list[Box]]:
        return await shown.evaluate(page_breaks.MEASURE), await shown.boxes("tr")

    given_sheet = sheet()
    body = "".join(f"<section>{block}</section>" for block in given_sheet.blocks)
    html = figure_html.document(
        f'<div class="sheet-body">{body}</div>', width=590, title="台账", css=given_sheet.css
    )
    measured, rows = browser_queue.work(html, measure, width=590, scale=A4.width / 590)
    found = page_breaks.parts(page_breaks.layout(measured), 700)
    edges = {edge for row in rows for edge in (row.top, row.bottom)}
    assert len(found) > 2
    assert [cut for one in found[:-1] if (cut := one.bottom) not in edges] == []
    assert [len(one.headers) for one in found] == [0, *[1] * (len(found) - 1)]


@pytest.mark.browser
@pytest.mark.parametrize("style", ["p", "pre"])
def test_no_line_of_a_sentence_stands_alone(style: str) -> None:
    sentence = "本期办结情况" * 9  # 54 letters of 14 px: two lines of 590 px
    text = f"<p>{sentence}</p>" * 40 if style == "p" else f"<div>{(sentence + chr(10)) * 40}</div>"
    css = "p{margin:0} div{white-space:pre-wrap} p,div{font-size:14px;line-height:20px}"
    html = figure_html.document(f'<div class="sheet-body">{text}</div>', width=590, title="文字", css=css)
    measured = browser_queue.work(
        html, lambda opened: opened.evaluate(page_breaks.MEASURE), width=590, scale=A4.width / 590
    )
    page = page_breaks.layout(measured)
    assert len(page.lines) == 80
    found = page_breaks.parts(page, 330)
    assert len(found) >= 5
    for one in found[:-1]:
        beyond = (one.bottom - page.extent.top) % 40
        assert min(beyond, 40 - beyond) < 4, f"a sentence is cut at {one.bottom}"


@pytest.mark.browser
def test_a_page_that_fits_is_one_picture_without_a_number() -> None:
    (only,) = pictures.page(sheet(rows=3), A4, ABOUT)
    assert only.name == f"{STEM}.png"
    assert opened(only).text["manifest"] == ABOUT.manifest
    assert opened(only).height < A4.height / 2
    # Where several parts say which they are, one says nothing: the foot's colour ends and white follows.
    foot_row = next(top for found, top, high in runs(opened(only), 900) if found == FOOT and high > 10)
    strip = opened(only).convert("RGB").crop((0, foot_row + 8, A4.width, foot_row + 30))
    assert {found for _, found in strip.getcolors(100_000) or ()} >= {FOOT, (255, 255, 255)}
    right = strip.crop((A4.width - 150, 0, A4.width, strip.height))
    assert right.getcolors() == [(right.width * right.height, (255, 255, 255))]


@pytest.mark.browser
@pytest.mark.parametrize("size", [A4, PROJECTOR], ids=["a4", "projector"])
def test_what_is_wider_than_the_picture_is_drawn_smaller_and_not_cut_off(size: PictureSize) -> None:
    def wide(rows: int) -> str:
        body = f'<tr><td style="height:60px;border-right:12px solid {rgb(HEADER)}">行</td></tr>' * rows
        return f'<table style="width:1500px"><thead><tr><th>列</th></tr></thead><tbody>{body}</tbody></table>'

    taken = pictures.page(replace(sheet(), blocks=[wide(30)]), size, ABOUT)
    rows = 0
    for one in taken:
        image = opened(one)
        assert image.width == size.width
        assert image.height <= size.height
        edge = [runs(image, x) for x in range(image.width - 12, image.width)]
        rows += max(sum(high > 20 for found, _, high in column if found == HEADER) for column in edge)
    assert rows >= len(taken), "the right edge of the table stands in every picture"
    alone = opened(pictures.chart(wide(3), size, ABOUT))
    right = alone.width - round(size.margin * size.width / size.layout)
    assert any(found == HEADER for found, _, _ in runs(alone, right - 5))


@pytest.mark.browser
def test_a_page_whose_head_leaves_no_room_is_refused_in_words() -> None:
    with pytest.raises(ScorecardError, match="页首和页脚"):
        pictures.page(replace(sheet(rows=1), head='<div style="height:500px"></div>'), PROJECTOR, ABOUT)


@pytest.mark.browser
def test_a_figure_on_a_page_is_never_cut_and_shrinks_only_when_it_must() -> None:
    blocks = [
        f'<div style="height:{above}px">文</div><figure style="margin:0">{bars(height)}</figure>'
        for above, height in ((300, 380), (10, 300), (350, 700))
    ]
    taken = pictures.page(replace(sheet(), blocks=blocks), PROJECTOR, ABOUT)
    edges = ((200, 0, 0), (0, 120, 0))
    per_part = [
        tuple(sum(found == edge for found, _, high in runs(opened(one), 960) if high > 4) for edge in edges)
        for one in taken
    ]
    assert sum(top for top, _ in per_part) == sum(bottom for _, bottom in per_part) == 3
    assert all(top == bottom for top, bottom in per_part)
