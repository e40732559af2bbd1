"""The funnel plot: a point where its size and share put it, limits by exact sums, names only outside, and no order by value."""

import itertools
import re
from fractions import Fraction
from html import unescape
from math import comb, log
from urllib.parse import unquote

import pytest

from scorecard.charts.side_by_side import FUNNEL_HEIGHT, WIDTH, funnel_plot
from scorecard.charts.theme import palette
from scorecard.narrative.breakdown.department_words import FunnelLine
from scorecard.statistics.intervals import FunnelLimits

RATE = Fraction(1, 4)
CHANCE = FunnelLimits(RATE, None, 0)


def line(name: str, top: int, rows: int, hint: str = "") -> FunnelLine:
    share = top / rows if rows >= 5 else None
    return FunnelLine(name, "", "", hint, 0.0, None, (), rows, share)


LINES = (
    line("城东法院", 10, 40),
    line("城西法院", 60, 160, "高于95%界限"),
    line("临湖法院", 1, 3),
    line("安平法院", 0, 10),
)


@pytest.fixture(scope="module")
def drawn() -> str:
    return unescape(unquote(funnel_plot(LINES, CHANCE).partition(",")[2]))


def circles(svg: str) -> list[tuple[float, float, str]]:
    found = re.findall(r"<circle cx='([\d.]+)' cy='([\d.]+)' r='[\d.]+' fill='([^']+)'", svg)
    return [(float(x), float(y), fill) for x, y, fill in found]


def test_each_court_with_rows_enough_has_a_point_in_the_order_given(drawn: str) -> None:
    places = circles(drawn)
    assert len(places) == 3
    (east, _, _), (west, _, _), (anping, _, _) = places
    assert anping < east < west  # by their sizes, whatever their shares
    assert (west - east) / (east - anping) == pytest.approx(log(160 / 40) / log(40 / 10), abs=0.01)
    middle = float(re.findall(r"y1='([\d.]+)'[^>]+stroke-width='1.4'", drawn)[0])
    assert places[0][1] == middle  # 10 of 40 is the rate of all
    assert places[1][1] < middle < places[2][1]


def test_only_a_point_outside_has_a_name_and_none_a_colour_of_its_own(drawn: str) -> None:
    assert [name for name in ("城东法院", "城西法院", "临湖法院", "安平法院") if name in drawn] == ["城西法院"]
    assert {fill for *_, fill in circles(drawn)} == {palette().ink, palette().paper}
    assert palette().met not in drawn
    assert palette().missed not in drawn


def test_the_limits_are_those_of_exact_sums_of_the_binomial(drawn: str) -> None:
    """At every drawn size: the interpolated quantiles, by fractions; read off the picture to a tenth of a pixel."""
    scale = [float(y) for y in re.findall(r"y1='([\d.]+)' y2='\1' stroke='[^']+'/><text", drawn)]
    words = [float(word) for word in re.findall(r">([\d.]+)%</text>", drawn)]
    per = (scale[-1] - scale[0]) / (words[-1] - words[0])
    curves = [
        [tuple(map(float, place.split(","))) for place in points.split()]
        for points in re.findall(r"points='([^']+)'", drawn)
    ]
    assert len(curves) == 4
    (anping, _, _), *_ = sorted(circles(drawn))
    near = min(range(len(curves[0])), key=lambda at: abs(curves[0][at][0] - anping))
    for curve, wanted in zip(curves, (0.001, 0.999, 0.025, 0.975), strict=True):
        x, y = curve[near]
        assert x == pytest.approx(anping, abs=0.2)
        assert words[0] + (y - scale[0]) / per == pytest.approx(quantile(10, RATE, wanted) * 100, abs=0.1)


def quantile(rows: int, share: Fraction, wanted: float) -> float:
    if wanted > 0.5:
        return 1 - quantile(rows, 1 - share, 1 - wanted)
    chances = [comb(rows, one) * share**one * (1 - share) ** (rows - one) for one in range(rows + 1)]
    least = next(one for one in range(rows + 1) if sum(chances[: one + 1]) >= wanted)
    return max(0.0, float((least - (float(sum(chances[: least + 1])) - wanted) / float(chances[least])) / rows))


def test_no_name_lies_on_another_or_on_a_point_and_all_stay_in_the_picture() -> None:
    """Six points on one spot, thirty beside them, and one at either edge."""
    crowd = tuple(
        line(f"示例经济技术开发区第{number}法院", 90 + number // 6, 100 + number // 6, "高于99.8%界限")
        for number in range(36)
    )
    edges = (line("城东法院", 1, 40, "低于95%界限"), line("城西法院", 900, 1000, "高于95%界限"))
    svg = unescape(unquote(funnel_plot((*crowd, *edges), CHANCE).partition(",")[2]))
    names = re.findall(r"<text x='([\d.]+)' y='([\d.]+)' text-anchor='(\w+)'[^>]*stroke-width='3'[^>]*>([^<]+)<", svg)
    assert len(names) >= 8
    assert {"城东法院", "城西法院"} <= {name for *_, name in names}
    boxes = []
    for x, y, anchor, name in names:
        left = float(x) - (0 if anchor == "start" else 12 * len(name))
        boxes.append((left, left + 12 * len(name), float(y) - 11, float(y) + 1))
    boxes += [(x - 4.5, x + 4.5, y - 4.5, y + 4.5) for x, y, _ in circles(svg)[-2:]]
    boxes.append(
        (circles(svg)[0][0] - 4.5, circles(svg)[0][0] + 4.5, circles(svg)[0][1] - 4.5, circles(svg)[0][1] + 4.5)
    )
    for one, other in itertools.combinations(boxes, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
    assert all(left >= 0 and right <= WIDTH and top >= 0 and foot <= FUNNEL_HEIGHT for left, right, top, foot in boxes)


def test_too_few_rows_everywhere_is_no_picture() -> None:
    assert funnel_plot((line("临湖法院", 1, 3), line("安平法院", 0, 4)), CHANCE) == ""
