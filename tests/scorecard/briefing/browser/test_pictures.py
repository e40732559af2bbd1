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

from scorecard.briefing.browser import figure_block as figure_html, pictures, queue
from scorecard.briefing.browser.pictures import A4, PROJECTOR, PageSheet, Picture, PictureSize, PictureSubject, bundle
from scorecard.charts import trend
from scorecard.errors import ScorecardError
from scorecard.storage.file_names import file_name
from tests.scorecard.charts.test_trend import point, shown

ABOUT = PictureSubject(
    "诉前调解成功率", "2026年1—10月", date(2026, 10, 31), "7f3a9b2c11d0e4f5", '{"数据版本": "7f3a"}\n'
)
TREND = shown(*(point(month, 55.0 + month % 4) for month in range(1, 11)))
STEM = "诉前调解成功率_2026年1—10月_截至20261031_v7f3a"


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    """No browser outlives this file."""
    yield
    queue._queue.close()


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
    picture = pictures.picture_chart(bars(height), size, ABOUT)
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
    block = figure_html.figure_block(figure, width=size.chart)
    first = pictures.picture_chart(block, size, ABOUT)
    assert pictures.picture_chart(block, size, ABOUT).content == first.content
    image = opened(first)
    assert image.mode == "RGB"
    assert image.width == size.width
    ink = image.convert("L").point([255] * 200 + [0] * 56).getbbox()
    assert ink is not None
    assert ink[2] - ink[0] > 0.85 * image.width


@pytest.mark.browser
def test_a_figure_that_cannot_be_drawn_is_no_picture() -> None:
    block = figure_html.figure_block(trend.trend(TREND), width=A4.chart)
    broken = re.sub(r'(<script type="application/json">).*?(</script>)', r"\1{\2", block)
    assert broken != block
    with pytest.raises(ScorecardError, match="没有画成"):
        pictures.picture_chart(broken, A4, ABOUT)


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
    taken = pictures.picture_page(sheet(width=width), size, ABOUT)
    assert len(taken) > 1
    assert [one.name[-10:] for one in taken] == [f"第{n}幅共{len(taken)}幅.png" for n in range(1, len(taken) + 1)]
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
        rows = [(found, top, high) for found, top, high in column if found in {colour(n) for n in range(ROWS)}]
        for n in range(ROWS):
            high = sum(part for found, _, part in rows if found == colour(n))
            if high:
                seen.append(n)
                lines = 2 if n % 7 == 0 and size is A4 else 1
                assert high == pytest.approx((12 + 20 * lines) * scale, abs=2), f"row {n} is not whole"
        assert headers[0][0] < min(top for _, top, _ in rows)
    assert seen == list(range(ROWS))


@pytest.mark.browser
def test_no_picture_for_a_projector_holds_one_lone_card() -> None:
    """Four cards, of which three fit: two and two, not three and one."""
    cards = [f'<div class="card" style="height:130px;background:{rgb(colour(n))}"></div>' for n in range(4)]
    taken = pictures.picture_page(replace(sheet(), blocks=cards), PROJECTOR, ABOUT)
    shades = {colour(n) for n in range(4)}
    assert [sum(found in shades for found, _, _ in runs(opened(one), 900)) for one in taken] == [2, 2]
    heights = [high for one in taken for found, _, high in runs(opened(one), 900) if found in shades]
    assert max(heights) - min(heights) <= 1


@pytest.mark.browser
def test_in_a_table_of_several_headers_rows_go_on_under_their_own() -> None:
    headers = ((10, 20, 240), (240, 20, 10))
    groups = "".join(
        f'<thead><tr style="background:{rgb(header)}"><th>组</th></tr></thead>'
        f"<tbody>{'<tr><td>行</td></tr>' * 50}</tbody>"
        for header in headers
    )
    taken = pictures.picture_page(replace(sheet(), blocks=[f"<table>{groups}</table>"]), A4, ABOUT)
    seen = [[found for found, _, high in runs(opened(one), 300) if found in headers and high > 20] for one in taken]
    assert len(seen) > 2
    assert seen[0] == [headers[0]]
    assert seen[-1] == [headers[1]]
    assert all(found == sorted(found) and len(found) in (1, 2) for found in seen)


@pytest.mark.browser
def test_a_page_that_fits_is_one_picture_without_a_number() -> None:
    (only,) = pictures.picture_page(sheet(rows=3), A4, ABOUT)
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

    taken = pictures.picture_page(replace(sheet(), blocks=[wide(30)]), size, ABOUT)
    rows = 0
    for one in taken:
        image = opened(one)
        assert image.width == size.width
        assert image.height <= size.height
        edge = [runs(image, x) for x in range(image.width - 12, image.width)]
        rows += max(sum(high > 20 for found, _, high in column if found == HEADER) for column in edge)
    assert rows >= len(taken), "the right edge of the table stands in every picture"
    alone = opened(pictures.picture_chart(wide(3), size, ABOUT))
    right = alone.width - round(size.margin * size.width / size.layout)
    assert any(found == HEADER for found, _, _ in runs(alone, right - 5))


@pytest.mark.browser
def test_a_page_whose_head_leaves_no_room_is_refused_in_words() -> None:
    with pytest.raises(ScorecardError, match="页首和页脚"):
        pictures.picture_page(replace(sheet(rows=1), head='<div style="height:500px"></div>'), PROJECTOR, ABOUT)


@pytest.mark.browser
def test_a_figure_on_a_page_is_never_cut_and_shrinks_only_when_it_must() -> None:
    blocks = [
        f'<div style="height:{above}px">文</div><figure style="margin:0">{bars(height)}</figure>'
        for above, height in ((300, 380), (10, 300), (350, 700))
    ]
    taken = pictures.picture_page(replace(sheet(), blocks=blocks), PROJECTOR, ABOUT)
    edges = ((200, 0, 0), (0, 120, 0))
    per_part = [
        tuple(sum(found == edge for found, _, high in runs(opened(one), 960) if high > 4) for edge in edges)
        for one in taken
    ]
    assert sum(top for top, _ in per_part) == sum(bottom for _, bottom in per_part) == 3
    assert all(top == bottom for top, bottom in per_part)
