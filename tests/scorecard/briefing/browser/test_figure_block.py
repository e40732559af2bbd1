"""Figures on a sheet: every word of them stands there, whole and legible, and no value changes on the way."""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import plotly.graph_objects as go
import pytest

from scorecard.assessment import cards
from scorecard.briefing.browser import queue
from scorecard.briefing.browser.chromium import Box, Document
from scorecard.briefing.browser.figure_block import document, figure_block
from scorecard.calendar import period
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts import insolvency, trend
from scorecard.charts.figure import FigureFrame
from scorecard.charts.figure_labels import SMALLEST
from scorecard.charts.flow import FlowSegment, FlowStage, flow, months
from scorecard.charts.theme import mark
from scorecard.charts.trend_of_card import trend_of
from scorecard.errors import ScorecardError
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version
from scorecard.topics.disputes import Stage
from scorecard.topics.insolvency import Case, Share, Sums
from scorecard.topics.survival import AgeGroup, Spell, survival
from tests.support.papers import HOSTILE

WIDTH = 590
DAY = date(2026, 10, 31)
SHEET = FigureFrame(
    "民商事纠纷：诉前调解去向",
    "全院　全部案件　2026年1—10月",
    ("口径 诉前调解表，结束日期在报告期内；转立案以报告期末已立案为准", "数据截至 2026年10月31日　版本 7f3a", "某法院"),
    True,
)  # fmt: skip


class Read(HTMLParser):
    """The tags of a piece of HTML with their attributes, its text, and the JSON of its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.scripts: list[str] = []
        self._script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._script = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts.append(data)
        else:
            self.words += data

    @property
    def plot(self) -> dict[str, Any]:
        (only,) = self.scripts
        return json.loads(only)


def trends(sample: DataDir, grain: Any, key: str) -> Iterator[tuple[cards.Card, go.Figure]]:
    """The trend of every indicator of the sample."""
    version = open_version.open_published(sample)
    chosen = period.parse(grain, key)
    assert chosen is not None
    whole = open_version.card_inputs(version, grain, ALL_DEPARTMENTS, "all", open_version.judged_on(version))
    for card in cards.cards(whole, chosen):
        yield card, trend.trend(trend_of(version, whole, card))


def case(number: int, days: int, *, ended: bool) -> Case:
    accepted = DAY - timedelta(days=days)
    return Case(
        f"（2026）某0117破{number}号", accepted, DAY - timedelta(days=9) if ended else None, DAY, number % 3 == 0,
        False, "清算", None, None, None, None,
    )  # fmt: skip


def topics() -> list[go.Figure]:
    """A figure of every kind the pages in depth have, with more and longer words than there is room for."""
    stage = [Stage(f"环节之{number}", 900, 900 * days, Fraction(days)) for number, days in enumerate((1, 53, 70))]
    listed = [case(number, 40 * number, ended=number % 2 == 0) for number in range(1, 26)]
    shares = tuple(
        Share(f"（2025）某0117破{n}号", DAY, Decimal(10_000 * n), Decimal(3_000_000 * n)) for n in range(1, 9)
    )
    rows = [
        FlowStage("进入调解、本期结束", (FlowSegment("诉前调解", 2333, "main"),)),
        FlowStage("调解结果", (FlowSegment("成功", 1588, "main"), FlowSegment("失败", 657, "out"), FlowSegment("撤回", 88, "open"))),
        FlowStage("一个名字特别特别长、一行写不下的环节（含转立案）", (FlowSegment("转立案之后", 190), FlowSegment("未转", 9))),
    ]  # fmt: skip
    return [
        flow(SHEET, rows),
        flow(SHEET, []),
        months(SHEET, [f"2026年{n}月" for n in range(1, 10)], {one.name: [one.mean] * 9 for one in stage}, "天"),
        insolvency.case_lines(SHEET, listed, [one.number for one in listed]),
        insolvency.case_lines(SHEET, [], []),
        insolvency.open_share(SHEET, survival([Spell(30 * n, n % 3 > 0) for n in range(1, 20)])),
        insolvency.age_bars(SHEET, [AgeGroup("6个月以内", 12), AgeGroup("超过2年", 3)]),
        insolvency.amounts(
            SHEET, Sums(Decimal(1), Decimal(2), shares, 0), [one.number for one in shares], ("清偿额", "确认额")
        ),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def read(sample: DataDir) -> list[tuple[cards.Card, go.Figure, str]]:
    """Every indicator's trend to date, with its block."""
    return [(card, figure, figure_block(figure, width=WIDTH)) for card, figure in trends(sample, "ytd", "2026-10")]


@pytest.fixture(scope="module")
def monthly(sample: DataDir) -> list[go.Figure]:
    """The trends by month, with control limits, read one month before the last."""
    return [figure for _, figure in trends(sample, "month", "2026-09")]


def test_a_block_says_everything_its_figure_says_and_the_picture_says_none_of_it_twice(
    read: list[tuple[cards.Card, go.Figure, str]],
) -> None:
    assert len(read) > 50
    for card, figure, html in read:
        found = Read(html)
        verdict = f"{mark(card.verdict.word).symbol} {card.verdict.word}"
        for wanted in (
            card.indicator.name, f"单位：{card.indicator.unit}", f"{card.period}　{card.value}", verdict, card.gap,
            f"目标 {card.target}", f"{card.period} 分子/分母 {card.halves or '无'}", "数据截至 2026年10月31日", "版本 ", "示例数据",
        ):  # fmt: skip
            assert wanted in found.words, card.indicator.id
        assert card.indicator.id not in found.words  # an id of the program says nothing to who reads the figure
        layout = found.plot["layout"]
        assert "title" not in layout
        drawn = " ".join(one["text"] for one in layout["annotations"])
        assert not re.search("分子/分母|版本|示例数据|数据截至", drawn), card.indicator.id
        stamped = " ".join(one.text for one in figure.layout.annotations)
        assert all(
            word in stamped for word in ("分子/分母", "版本", "示例数据", verdict)
        )  # the camera's picture has them


def test_no_value_changes_on_the_way_to_the_sheet(read: list[tuple[cards.Card, go.Figure, str]]) -> None:
    def values(traces: list[dict[str, Any]]) -> list[Any]:
        return [[trace.get(name) for name in ("x", "y", "base", "type", "mode")] for trace in traces]

    for figure in [*(figure for _, figure, _ in read), *topics()]:
        plot = Read(figure_block(figure, width=WIDTH)).plot
        given = json.loads(figure.to_json() or "")
        assert values(plot["data"]) == values(given["data"])
        assert plot["layout"]["yaxis"].get("range") == given["layout"]["yaxis"].get("range")


def test_what_only_a_mouse_can_call_up_is_not_in_a_paper(read: list[tuple[cards.Card, go.Figure, str]]) -> None:
    for _, _, html in read:
        assert not re.search("hovertemplate|customdata|hovertext", html)
        config = Read(html).plot["config"]
        assert config["staticPlot"] is True
        assert config["showSendToCloud"] is False


def sizes(part: Any, inside: str = "") -> Iterator[float]:
    """The size of every font of a figure."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "size" and inside.lower().endswith("font"):
                yield value
            yield from sizes(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from sizes(value, inside)


def test_no_letter_of_a_figure_is_smaller_than_nine_points(read: list[tuple[cards.Card, go.Figure, str]]) -> None:
    for html in (*(html for _, _, html in read), *(figure_block(one, width=WIDTH) for one in topics())):
        found = [size for size in sizes(Read(html).plot) if size]
        assert found
        assert min(found) >= SMALLEST


def test_what_finds_no_room_in_a_bar_is_named_below_it_with_its_count() -> None:
    rows = [
        FlowStage(
            "结果", (FlowSegment("成功的", 90, "main"), FlowSegment("失败的", 7, "out"), FlowSegment("撤回的", 3))
        )
    ]
    figure = flow(SHEET, rows)
    for width in (300, WIDTH, 1800):
        found = Read(figure_block(figure, width=width))
        inside = " ".join(text for trace in found.plot["data"] for text in trace["text"])
        named = re.search(r"图中写不下的部分：(.*)。", found.words)
        outside = named[1] if named else ""
        for name, count in (("成功的", 90), ("失败的", 7), ("撤回的", 3)):
            assert (f"{name}<br><b>{count}</b>" in inside) != (f"{name} {count}件" in outside), width
    assert "结果：失败的 7件、撤回的 3件" in Read(figure_block(figure, width=WIDTH)).words
    burned = " ".join(one.text for one in figure.layout.annotations)
    assert "图中写不下的部分：结果：失败的 7件、撤回的 3件。" in burned  # the picture on the screen says it too


def test_fewer_periods_are_written_out_where_they_would_touch_and_the_last_one_always_is(
    read: list[tuple[cards.Card, go.Figure, str]], monthly: list[go.Figure]
) -> None:
    """Values to date stand beside last year's, so their axis is the year's twelve months and names no year."""

    def written(figure: go.Figure) -> list[list[str]]:
        return [
            Read(figure_block(figure, width=width)).plot["layout"]["xaxis"]["ticktext"] for width in (300, 590, 1800)
        ]

    months, to_date = written(monthly[0]), written(read[0][1])
    assert len(months[0]) < len(months[1]) < len(months[2])
    assert {texts[-1] for texts in months} == {"2026年10月"}
    assert len(to_date[0]) < len(to_date[1])
    assert to_date[1] == to_date[2] == [f"1—{month}月" for month in range(2, 13, 2)]  # short enough for half the width
    assert to_date[0][-1] == "1—12月"


@pytest.mark.parametrize("height", [None, 236])
def test_the_last_value_is_written_near_its_point_and_the_chosen_one_in_the_reading_only(
    monthly: list[go.Figure], height: int | None
) -> None:
    chosen = last = 0
    for figure in monthly:
        before = {one.name: one.text for one in figure.layout.annotations}
        found = Read(figure_block(figure, width=WIDTH, height=height))
        named = {one["name"]: one for one in found.plot["layout"]["annotations"] if "name" in one}
        assert "chosen" not in named
        if "chosen" in before:
            chosen += 1
            assert re.sub("</?b>", "", before["chosen"]) in found.words
        if "last" in named:
            last += 1
            assert abs(named["last"]["yshift"]) <= 24
    assert chosen > 10
    assert last > 20


def test_a_hostile_name_is_text_in_a_block_and_ends_no_script() -> None:
    for text in HOSTILE:
        sheet = FigureFrame(text, text, (text,), True)
        html = figure_block(flow(sheet, [FlowStage(text, (FlowSegment(text, 3), FlowSegment(text, 97)))]), width=WIDTH)
        found = Read(html)
        assert {tag for tag, _ in found.tags} <= {"figure", "figcaption", "div", "p", "span", "script", "noscript"}
        assert not any(name.startswith("on") for _, attributes in found.tags for name in attributes)
        assert len(found.scripts) == 1
        assert found.words.count(text) >= 4
        shown = json.dumps(found.plot["data"], ensure_ascii=False)
        assert not re.search(r"<(?!/?b>|br>)", shown)  # what the library would read as a link or a tag


def test_the_same_figure_gives_the_same_bytes(read: list[tuple[cards.Card, go.Figure, str]]) -> None:
    for _, figure, html in read[:10]:
        assert figure_block(go.Figure(figure), width=WIDTH) == html
    once, again = (document(read[0][2], width=WIDTH, title="图") for _ in range(2))
    assert once == again


def test_a_document_closes_itself_to_every_address_and_carries_the_library_only_for_figures() -> None:
    plain = document("<p>文字</p>", width=WIDTH, title="<题>")
    found = Read(plain)
    policy = next(given["content"] for _, given in found.tags if given.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "http" not in policy
    assert ("html", {"lang": "zh-CN"}) in found.tags
    assert "<title>&lt;题&gt;</title>" in plain
    assert len(plain) < 10_000
    assert not {"src", "href", "action"} & {name for _, given in found.tags for name in given}
    drawn = document(figure_block(topics()[0], width=WIDTH), width=WIDTH, title="题")
    assert len(drawn) > 1_000_000


# --- as a browser draws them ----------------------------------------------------------------------------------

CROWDED = """
(() => {
  const seen = [];
  for (const plot of document.querySelectorAll("[data-plot]")) {
    const edge = plot.getBoundingClientRect();
    const words = [...plot.querySelectorAll("text")].filter(one => one.textContent.trim())
      .map(one => [one.textContent, one.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
    if (!words.length) seen.push(`${plot.dataset.plot}: nothing is drawn`);
    for (const [text, box] of words)
      if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1 || box.bottom > edge.bottom + 1)
        seen.push(`${plot.dataset.plot}: outside: ${text}`);
    words.forEach(([text, box], at) => words.slice(at + 1).forEach(([other, next]) => {
      const wide = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const high = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      if (wide > 2 && high > 4) seen.push(`${plot.dataset.plot}: ${text} over ${other}`);
    }));
  }
  for (const one of document.querySelectorAll("p, span"))
    if (one.scrollWidth > one.clientWidth + 1 && one.clientWidth) seen.push(`cut: ${one.textContent}`);
  return seen;
})()
"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "height", "part"),
    [(WIDTH, None, slice(0, None, 2)), (588, 236, slice(1, None, 2)), (896, None, slice(0, None, 4))],
)
def test_on_a_sheet_every_word_of_every_figure_is_whole_and_none_lies_over_another(
    width: int, height: int | None, part: slice, monthly: list[go.Figure], read: list[tuple[cards.Card, go.Figure, str]]
) -> None:
    """In the type area, as flat as in a paper, and on a slide; every kind of topic figure too."""
    drawn = [*monthly[part], *(figure for _, figure, _ in read[part][::2])]
    blocks = [
        *(figure_block(one, width=width, height=height) for one in drawn),
        *(figure_block(one, width=width) for one in topics()),
    ]

    async def measure(shown: Document) -> list[str]:
        return await shown.evaluate(CROWDED)

    html = document("".join(blocks), width=width, title="图")
    assert queue.work(html, measure, width=width, scale=1) == []


@pytest.mark.browser
def test_a_document_whose_figure_cannot_be_drawn_is_refused_by_its_name() -> None:
    broken = figure_block(topics()[0], width=WIDTH).replace('"type":"bar"', '"type":"no such kind",,')

    async def take(shown: Document) -> list[Box]:
        return await shown.boxes("figure")

    with pytest.raises(ScorecardError, match="民商事纠纷：诉前调解去向"):
        queue.work(document(broken, width=WIDTH, title="图"), take, width=WIDTH, scale=1)
