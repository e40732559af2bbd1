"""The plot for paper says what the figure on the screen says, in words that are whole and apart, at both widths."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from scorecard.assessment import cards
from scorecard.assessment.comparison import YearEnd
from scorecard.calendar import period
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.charts import trend as screen
from scorecard.charts.figure_labels import paper_width
from scorecard.charts.paper_chart import paper_chart, small_trend
from scorecard.charts.trend_of_card import trend_of
from scorecard.narrative.time_axis_notes import AxisNote
from scorecard.narrative.trend import Trend, span_of
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version
from tests.scorecard.charts.test_trend import HOSTILE, point, shown, traces

SHAPES = {"▲": "triangle-up", "▼": "triangle-down", "◆": "diamond", "○": "circle", "": "circle"}
SIZES = ((75.0, 45.0), (156.0, 60.0))


def every_trend(sample: DataDir) -> Iterator[Trend]:
    version = open_version.open_published(sample)
    for grain, key in (("month", "2026-10"), ("ytd", "2026-10")):
        chosen = period.parse(grain, key)
        assert chosen is not None
        whole = open_version.card_inputs(version, grain, ALL_DEPARTMENTS, "all", open_version.judged_on(version))
        yield from (trend_of(version, whole, card) for card in cards.cards(whole, chosen))


@pytest.fixture(scope="module")
def trends(sample: DataDir) -> tuple[Trend, ...]:
    found = tuple(every_trend(sample))
    assert len(found) > 100
    return found


class Drawn:
    """A plot read back: its parts by class, and heights as values by the words of its grid."""

    def __init__(self, trend: Trend, size: tuple[float, float] = SIZES[0]) -> None:
        self.root = ElementTree.fromstring(paper_chart(trend, *size))
        self.texts = [one for one in self.root if one.tag.endswith("text")]
        ticks = [float(one.attrib["y1"]) for one in self.parts("tick")]
        words = [one.text or "" for one in self.texts if one.attrib.get("text-anchor") == "end"]
        larger = 1 if words[-1].endswith(trend.unit) else 10_000
        values = [float(re.sub(r"[^-.\d]", "", word)) * larger for word in words]
        self._zero, self._first = ticks[0], values[0]
        self._by = (values[-1] - values[0]) / (ticks[-1] - ticks[0])

    def value(self, y: float) -> float:
        return self._first + (y - self._zero) * self._by

    def parts(self, name: str) -> list[ElementTree.Element]:
        return [one for one in self.root if name in one.attrib.get("class", "").split()]

    def points(self) -> list[tuple[float, str, bool]]:
        """Value, symbol and whether it is solid, of each point."""
        found = []
        for one in self.parts("value"):
            at = re.fullmatch(r"translate\(\S+ (\S+)\)", one.attrib.get("transform", ""))
            solid = one.attrib["fill"] == one.attrib["stroke"]
            found.append((self.value(float(at[1] if at else one.attrib["cy"])), one.attrib["class"].split()[-1], solid))
        return found

    def heights(self, name: str) -> set[float]:
        """The values a line runs along."""
        places = [place for one in self.parts(name) for place in one.attrib.get("points", "").split()]
        return {self.value(float(place.partition(",")[2])) for place in places}


def near(found: Any, wanted: Any, trend: Trend) -> bool:
    """Equal up to the hundredth of a point to which a place is written."""
    low, high = span_of(trend)
    found, wanted = sorted(found), sorted(wanted)
    return len(found) == len(wanted) and all(
        abs(one - other) <= (high - low) / 2000 for one, other in zip(found, wanted, strict=True)
    )


def test_paper_shows_the_points_targets_limits_and_missed_marks_of_the_screen(trends: tuple[Trend, ...]) -> None:
    checked = dict.fromkeys(("missed", "target", "limits", "before", "moving"), 0)
    for trend in trends:
        paper, lines = Drawn(trend), traces(screen.trend(trend))
        low, high = span_of(trend)
        dots = next(one for one in lines if one["mode"] == "markers")
        marker = dots["marker"]
        wanted = [
            (value, symbol, colour == border)
            for value, symbol, colour, border in zip(
                dots["y"], marker["symbol"], marker["color"], marker["line"]["color"], strict=True
            )
            if low <= value <= high
        ]
        points = paper.points()
        assert near((value for value, *_ in points), (value for value, *_ in wanted), trend), trend.title
        assert [(SHAPES.get(symbol, "circle"), solid) for _, symbol, solid in points] == [one[1:] for one in wanted]
        checked["missed"] += sum(symbol == "▼" for _, symbol, _ in points)

        dashed = [one for one in lines if one.get("line", {}).get("dash") == "dash" and one.get("name") != "推算"]
        heights = {value for one in dashed for value in one["y"]}
        assert near(paper.heights("target"), heights, trend), trend.title
        checked["target"] += bool(heights)

        named = {one["y"][0] for one in lines if "控制" in str(one.get("name"))}
        edges = {
            paper.value(float(one.attrib["y"]) + by)
            for one in paper.parts("limits")
            for by in (0.0, float(one.attrib["height"]))
        }
        assert all(min(abs(edge - limit) for edge in edges) < (high - low) / 500 for limit in named), trend.title
        assert bool(edges) == any(one.get("name") == "均值" for one in lines)
        checked["limits"] += bool(edges)

        assert len({value for value in trend.before if value.value is not None}) == sum(
            len(one.attrib.get("points", "").split()) for one in paper.parts("before")
        )
        checked["before"] += bool(paper.parts("before"))
        checked["moving"] += bool(paper.parts("moving"))
    assert all(checked.values())


@pytest.mark.parametrize("size", SIZES)
def test_no_words_are_cut_off_or_over_another(trends: tuple[Trend, ...], size: tuple[float, float]) -> None:
    """Widths are estimated as for every paper: a little wider than the letters are."""
    for trend in trends:
        drawn = Drawn(trend, size)
        across, tall = (float(each) for each in drawn.root.attrib["viewBox"].split()[2:])
        letters = float(drawn.root.attrib["font-size"])
        boxes: list[tuple[float, float, float, float, str]] = []
        for one in drawn.texts:
            wide = paper_width(one.text or "", letters)
            x, y = float(one.attrib["x"]), float(one.attrib["y"])
            left = x - {"end": wide, "middle": wide / 2}.get(one.attrib.get("text-anchor", ""), 0.0)
            boxes.append((left, left + wide, y - 0.8 * letters, y + 0.15 * letters, one.text or ""))
        for left, right, top, bottom, text in boxes:
            assert left > -0.2 and right < across + 0.2 and top > -0.2 and bottom < tall, (trend.title, text)
        for one, other in combinations(boxes, 2):
            apart = one[1] <= other[0] + 0.2 or other[1] <= one[0] + 0.2 or one[3] <= other[2] or other[3] <= one[2]
            assert apart, (trend.title, one[4], other[4])


def test_every_value_that_is_read_is_written(trends: tuple[Trend, ...]) -> None:
    for trend in trends:
        said = [one.text or "" for one in Drawn(trend).texts]
        read = next((one for one in trend.points if one.key == trend.chosen and one.value is not None), None)
        assert read is None or any(text.removeprefix("暂").startswith(read.figure) for text in said), trend.title
        told = any(one.value is not None for one in trend.points)
        assert told or "各期基数过小或没有数据，不画线" in said


def test_a_projection_a_mark_and_a_gap_are_drawn() -> None:
    points = [point(1, 20.0), point(2, None), point(3, 40.0), point(4, 60.0)]
    step = (period.containing("month", 2026 * 12 + 4), 70, 80, 90)
    shown_ahead = shown(
        *points,
        marks=(AxisNote("①", 3, True, True, "重设基准"),),
        ahead=YearEnd((step,), unit="件"),
        chosen=points[-1].key,
    )
    drawn = Drawn(shown_ahead)
    said = " ".join(one.text or "" for one in drawn.texts)
    assert "照此推算80（70—90）" in said
    assert "①" in said
    assert len(drawn.parts("ahead")) == 1
    assert [len(one.attrib["points"].split()) for one in drawn.parts("settled")] == [1, 1, 1]  # a gap, then a break


def test_no_text_of_the_data_becomes_a_tag() -> None:
    hostile = replace(point(1, 20.0), figure=HOSTILE)
    assert HOSTILE in [one.text for one in Drawn(shown(hostile, point(2, 30.0), chosen=hostile.key)).texts]


def test_a_small_trend_has_its_size_in_millimetres_and_its_target_line(trends: tuple[Trend, ...]) -> None:
    drawn = [text for text in (small_trend(trend, 22, 6) for trend in trends) if text]
    assert len(drawn) > 100
    for text in drawn:
        root = ElementTree.fromstring(text)
        assert (root.attrib["width"], root.attrib["height"]) == ("22mm", "6mm")
    assert any("stroke-dasharray='3 3'" in text for text in drawn)
