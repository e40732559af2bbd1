"""The paper as HTML and as PDF, read back: every number to the digit, every page whole, every name only a name."""

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from scorecard.briefing.browser import queue
from scorecard.briefing.html import document as html
from scorecard.briefing.paper import model as manifest
from scorecard.briefing.paper.model import (
    Beside,
    Figure,
    FigurePair,
    Heading,
    Paper,
    PaperColumn,
    PaperTable,
    Paragraph,
    columns,
)
from scorecard.catalog.definitions import Catalog
from scorecard.charts.theme import MASTHEAD, mark
from scorecard.storage.data_dir import DataDir
from scorecard.store import warehouse
from tests.support import papers
from tests.support.office import words
from tests.support.papers import HOSTILE

TEXT_TAGS = {"p", "h1", "h2", "h3", "td", "th", "caption", "figcaption", "dt", "dd", "span", "b"}
SVG_TAGS = {"svg", "g", "path", "rect", "line", "circle", "polygon", "polyline", "text", "tspan", "title", "defs"}


class Read(HTMLParser):
    """The tags with their attributes; the text of each element by tag; tables as rows of cells; scripts by id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.tables: list[list[list[str]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("meta", "col", "wbr") or ("svg" in self._open and tag not in ("text", "tspan")):
            return
        self._open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        elif tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag in TEXT_TAGS and ("class", "whole") not in attrs:  # no line ends in it, the text goes on
            self.texts.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif not {"style", "text", "tspan"} & set(self._open) and self.texts:
            tag, before = self.texts[-1]
            self.texts[-1] = (tag, before + data)
            if {"td", "th"} & set(self._open):
                self.tables[-1][-1][-1] += data

    @property
    def words(self) -> str:
        return "\n".join(text for _, text in self.texts)

    def of(self, tag: str) -> list[str]:
        return [text.strip() for name, text in self.texts if name == tag]


@pytest.fixture(scope="module")
def paper(sample: DataDir, catalog: Catalog) -> Paper:
    return papers.laid_out(papers.paper(sample, catalog))


@pytest.fixture(scope="module")
def written(paper: Paper) -> bytes:
    return html.write_html(paper)


@pytest.fixture(scope="module")
def read(written: bytes) -> Read:
    return Read(written.decode())


# --- what it says ---------------------------------------------------------------------------------------------


def test_the_same_order_of_the_same_version_gives_the_same_bytes(
    sample: DataDir, catalog: Catalog, written: bytes
) -> None:
    assert html.write_html(papers.laid_out(papers.paper(sample, catalog))) == written


def test_every_number_of_the_store_stands_in_the_paper_to_the_digit(
    paper: Paper, connection: duckdb.DuckDBPyConnection, catalog: Catalog
) -> None:
    """Rates are divided and rounded here anew, in decimals."""
    across = columns("指标 2.6 | 报告期 1.6 | 数值 1.3 # | 结论 1.4 | 目标 1.6 | 差距或说明 2.2")
    rows = tuple((line.name, line.period, line.value, line.word, line.target, line.remark) for line in paper.lines)
    read = Read(html.write_html(replace(paper, blocks=(PaperTable("数值", across, rows),))).decode())
    series = warehouse.series(connection, catalog, "ytd", "all", "all")
    numbers = next(
        table for table in read.tables if table[0] == ["指标", "报告期", "数值", "结论", "目标", "差距或说明"]
    )
    compared = 0
    earlier = [line.id for line in paper.lines if line.so_far]
    assert earlier == ["pre_mediation_overdue_rate"], "thirty days of October's cases are not over"
    for line in paper.lines:
        row = next(row for row in numbers if row[0] == line.name)
        assert row[1] == line.period
        assert (line.period == "2026年1—10月") == (line.id not in earlier)
        assert row[2] == line.value
        assert row[3] == f"{mark(line.word).symbol}\N{NO-BREAK SPACE}{line.word}"
        assert row[4] == line.target
        assert row[5] == "；".join([line.gap or line.reason] + [line.so_far] * (line.id in earlier))
        if line.unit == "%" and line.exact is not None and line.id in series:
            (found,) = (one for one in series[line.id] if one.period.label == line.period)
            assert found.numerator is not None
            assert found.denominator
            rate = (found.numerator * 100 / found.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
            assert line.value == f"{rate}%"
            compared += 1
    assert compared >= 5


def test_every_block_stands_in_its_order(paper: Paper, read: Read) -> None:
    at = 0
    blocks = list(paper.blocks)
    while blocks:
        match block := blocks.pop(0):
            case FigurePair(figures):
                blocks[:0] = figures
                continue
            case Beside(texts, figure):
                blocks[:0] = [*texts, figure]
                continue
            case Paragraph(text, lead) if lead:
                wanted = ("b", f"{lead}{text}")
            case Heading(text, level):
                wanted = (f"h{level + 1}", text)
            case Paragraph(text):
                wanted = ("p", text)
            case PaperTable():
                wanted = ("caption", block.title)
            case Figure():
                wanted = ("figcaption", block.caption)
        at = next(n for n, (tag, text) in enumerate(read.texts) if n >= at and (tag, text.strip()) == wanted)


def test_the_head_says_who_when_which_issue_and_that_it_is_a_sample(paper: Paper, read: Read) -> None:
    words = read.words
    for wanted in (paper.masthead, paper.issue, paper.issuer, paper.date, paper.title, paper.subtitle):
        assert wanted in words
    assert words.index("示例数据，由程序生成，不是真实案件") < words.index(paper.title)
    assert read.of("h1") == [paper.title]
    assert words.count("编者按：") == 1
    assert packed(paper.note) in packed(words)
    real = Read(
        html.write_html(replace(paper, sample=False, blocks=(), provenance=(), lines=(), definitions=())).decode()
    )
    assert "示例数据，" not in "".join(text for text in real.of("span"))


def test_each_figure_is_drawn_at_its_size_and_its_caption_is_said_once(paper: Paper, read: Read) -> None:
    """A figure alone is as wide as the type area, one of a pair or beside a text half as wide."""
    assert [figure.number for figure in paper.figures] == [1, 2, 3, 4]
    drawn = [attributes for tag, attributes in read.tags if tag == "figure"]
    assert [given["style"] for given in drawn] == ["width: 156mm", *["width: 75mm"] * 3]
    for figure in paper.figures:
        line = figure.line
        start = next(n for n, (_, text) in enumerate(read.texts) if text.strip() == figure.caption)
        assert read.words.count(figure.caption) == 1
        said = "\n".join(text for _, text in read.texts[start : start + 3])
        for wanted in (f"图{figure.number}", line.name, line.period, line.unit, line.value, line.gap, line.target):
            assert wanted in said, (figure.caption, wanted)
    heard = [attributes.get("aria-label") for _, attributes in read.tags if attributes.get("role") == "img"]
    assert {figure.sentence for figure in paper.figures} <= set(heard)
    assert heard.count("升至目标以上") == 2, "a row without a trend says in words what the others draw"
    assert [row[1] for table in read.tables if table[0][1] == "走势" for row in table[1:]] == ["", "", "升至目标以上"]


def test_the_definitions_stand_at_the_end_and_the_manifest_in_one_line_and_in_the_file(
    paper: Paper, read: Read
) -> None:
    words = read.words
    for entry in paper.definitions:
        one = entry.indicator
        for wanted in (one.definition, one.exclusions, *entry.formula, *(source.title for source in entry.sources)):
            assert wanted in words, one.id
        assert f"{one.name}　{one.id}" not in words
    assert words.count(f"导出编号{paper.manifest.id}") == 1
    assert not any(digest in words for digest in paper.manifest.definitions.values())
    (given,) = (text for attributes, text in read.scripts if attributes.get("id") == "manifest")
    assert manifest.parse(given) == manifest.parse(paper.manifest.text())


def test_a_mark_and_a_sample_stand_at_the_head_of_every_page_and_a_sheet_may_be_turned(paper: Paper) -> None:
    made = html.write_html(replace(paper, mark="内部资料", landscape=True, masthead="", issue="附件1")).decode()
    assert 'content: "内部资料　示例数据，由程序生成，不是真实案件"' in made
    assert "size: A4 landscape" in made
    found = Read(made)
    assert ("p", "附件1") in [(tag, text.strip()) for tag, text in found.texts]
    assert paper.issuer not in found.words, "an annex has no head of its own"
    assert "主送" not in found.words


def test_no_line_ends_inside_a_date_or_a_number(paper: Paper) -> None:
    made = replace(paper, title="2026年1—9月情况", blocks=(Paragraph("截至2026年10月31日，4家占97.67%（168/172）。"),))
    kept = re.findall(r'<span class="whole">([^<]*)</span>', html.write_html(made).decode())
    assert [text for text in kept if text in ("2026年1—9月", "2026年10月31日", "4家", "97.67%", "168", "172")] == [
        "2026年1—9月", "2026年10月31日", "4家", "97.67%", "168", "172",
    ]  # fmt: skip


def test_a_verdict_is_a_sign_and_its_word_and_numbers_stand_to_the_right(paper: Paper, written: bytes) -> None:
    tables = [block for block in paper.blocks if isinstance(block, PaperTable)]
    given = next(table for table in tables if len(table.rows) >= 60)
    part = written.decode().split(given.title.removeprefix("表1"), 1)[1].split("</table>", 1)[0]
    verdicts = re.findall(r'<td class="verdict \w+">(\S)&nbsp;(\w+)</td>', part)
    word = [column.name for column in given.columns].index("结论")
    assert verdicts == [(mark(row[word]).symbol, row[word]) for row in given.rows]  # pyright: ignore[reportArgumentType]
    part = re.sub(r'<span class="whole">([^<]*)</span>|<wbr>', r"\1", part)
    numbers = sum(column.number for column in given.columns)
    assert part.count('<td class="number">') == numbers * len(given.rows)


def test_red_is_the_masthead_s_alone(written: bytes) -> None:
    text = written.decode().split("</style>", 1)[0]
    assert text.count(MASTHEAD) == 1  # the variable
    assert MASTHEAD not in "".join(text for text in written.decode().split("<main>", 1)[1:])
    users = re.findall(r"([^{}]*)\{[^{}]*var\(--masthead\)", text)
    assert [one.strip().rpartition("\n")[2] for one in users] == [".paper .masthead", ".paper .issued"]


# --- what it must not do --------------------------------------------------------------------------------------


def test_a_hostile_name_is_text_everywhere(paper: Paper, read: Read) -> None:
    allowed = {
        "html", "head", "meta", "title", "style", "script", "body", "main", "article", "header", "footer", "section",
        "p", "span", "b", "h1", "h2", "h3", "div", "figure", "figcaption", "table", "caption", "colgroup",
        "col", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "wbr", *SVG_TAGS,
    }  # fmt: skip
    assert {tag for tag, _ in read.tags} <= allowed
    names = {name for _, attributes in read.tags for name in attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"href", "src", "action", "formaction", "srcset", "data", "poster"}
    assert len(read.scripts) == 2  # the manifest, and what measures the last page
    for text in HOSTILE:
        assert text in read.words
    everywhere = PaperTable("<b>题", (PaperColumn("<i>列"),), (("<u>格",),), "<s>注")
    hostile = replace(
        paper, name="x", masthead=HOSTILE[0], issue=HOSTILE[6], issuer=HOSTILE[7], date="</style><script>", audience=HOSTILE[8],
        title="</title><script>", subtitle="{{ 7*7 }}", note="<script>alert(1)</script>", blocks=(everywhere,), definitions=(),
        provenance=('"}</style><script>alert(1)</script>', "\\", "a\nb"),
        manifest=replace(paper.manifest, made_by="</script><script>alert(1)</script>"),
    )  # fmt: skip
    found = Read(html.write_html(hostile).decode())
    assert {tag for tag, _ in found.tags} <= allowed
    assert len(found.scripts) == 2
    assert json.loads(found.scripts[0][1])["made_by"] == "</script><script>alert(1)</script>"


def test_the_file_says_no_address_a_browser_would_go_to(written: bytes) -> None:
    text = written.decode()
    assert not re.search(r"url\((?!#)|@import|href=\"(?!#)|src=", text)
    assert "default-src 'none'" in text
    assert len(written) < 300_000


# --- the PDF --------------------------------------------------------------------------------------------------


def packed(text: str) -> str:
    """Without what line breaks and columns add: a name is whole again."""
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def printed(written: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pdf") / "paper.pdf"
    file.write_bytes(queue.pdf(written.decode()))
    return file


def said(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def pages(printed: Path) -> list[str]:
    """The text of each page, as an independent reader lays it out."""
    return said("pdftotext", "-layout", printed, "-").split("\f")[:-1]


@pytest.mark.browser
def test_the_pdf_is_a4_and_brings_all_its_letters(printed: Path, pages: Sequence[str]) -> None:
    info = said("pdfinfo", printed)
    assert re.search(r"Page size:\s+59[45]\.\d+ x 84[12]\.\d+ pts \(A4\)", info)
    assert 5 <= len(pages) <= 30
    fonts = [line.split() for line in said("pdffonts", printed).splitlines()[2:]]
    assert fonts
    assert {line[-5] for line in fonts} == {"yes"}  # embedded
    assert {line[-3] for line in fonts} == {"yes"}  # readable as text


@pytest.mark.browser
def test_every_value_can_be_read_in_the_pdf_and_no_letter_is_a_box(paper: Paper, pages: Sequence[str]) -> None:
    whole = packed("".join(pages))
    for line in paper.lines:
        for wanted in (line.name, line.value):
            assert packed(wanted) in whole, line.id
    assert "\N{REPLACEMENT CHARACTER}" not in whole
    assert "□" not in whole


@pytest.mark.browser
def test_every_page_has_its_number_and_says_where_its_numbers_come_from(paper: Paper, pages: Sequence[str]) -> None:
    for number, page in enumerate(pages, start=1):
        assert re.findall(r"—\s?(\d+)\s?—", page) == [str(number)]
        for line in paper.provenance:
            assert packed(line) in packed(page), number
        assert page.lstrip().startswith("示例数据"), number


@pytest.mark.browser
def test_the_colophon_stands_at_the_foot_of_the_last_page_alone(paper: Paper, printed: Path) -> None:
    placed = words(printed)
    last = max(word.page for word in placed)
    at = [word for word in placed if word.text.startswith("主送：")]
    assert [word.page for word in at] == [last]
    assert 297 - 35 - 25 < at[0].top * 25.4 / 72 < 297 - 35, "within the last lines of the type area"
    brief = replace(paper, brief=True, blocks=paper.blocks[:2], definitions=())
    assert "主送" not in html.write_html(brief).decode()


@pytest.mark.browser
def test_a_table_has_its_head_on_every_page_and_no_row_is_divided(paper: Paper, tmp_path: Path) -> None:
    """Sixty rows of one to six lines, every line marked."""
    rows = tuple(
        (str(number), "\n".join(f"R{number}L{line}E" for line in range(number % 6 + 1))) for number in range(60)
    )
    table = PaperTable(
        "表1　很长的表", (PaperColumn("序号", 1, number=True), PaperColumn("很多行的一栏", 5)), rows, "表注在最后"
    )
    # Seven rows leave room on the first page for the next table's title and head, and for none of its rows.
    filler = PaperTable("表一短", (PaperColumn("序号"),), tuple((f"F{number}",) for number in range(7)))
    short = PaperTable("表二短", (PaperColumn("甲栏"),), tuple((f"S{number}E",) for number in range(5)), "注二毕")
    bare = replace(paper, blocks=(filler, short, Heading("一、表"), table), lines=(), definitions=())
    file = tmp_path / "table.pdf"
    file.write_bytes(queue.pdf(html.write_html(bare).decode()))
    found = [packed(page) for page in said("pdftotext", "-layout", file, "-").split("\f")[:-1]]
    of = {mark: n for n, page in enumerate(found) for mark in re.findall(r"R\d+L\dE", page)}
    assert len(of) == sum(number % 6 + 1 for number in range(60))
    for number in range(60):
        assert len({page for mark, page in of.items() if mark.startswith(f"R{number}L")}) == 1, number
    with_rows = sorted(set(of.values()))
    assert len(with_rows) >= 4
    assert [n for n, page in enumerate(found) if "序号" in page and "很多行的一栏" in page] == with_rows
    assert "表1很长的表" in found[with_rows[0]]
    assert "一、表" in found[with_rows[0]]
    assert "表注在最后" in found[with_rows[-1]]
    on = [n for n, page in enumerate(found) for _ in re.findall(r"S\dE", page)]
    assert len(on) == 5
    assert [n for n, page in enumerate(found) if "表二短" in page] == on[:1]
    assert [n for n, page in enumerate(found) if "注二毕" in page] == on[-1:]
