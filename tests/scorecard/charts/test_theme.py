"""Light and dark: the same meanings, every colour of text legible on its ground; a figure for the meeting room says the same."""

import pytest

from scorecard.charts import theme, trend
from scorecard.charts.figure import enlarged
from scorecard.charts.theme import Palette
from tests.scorecard.charts.test_trend import luminance, point, shown

TEXT = ("ink", "accent", "grey", "met", "missed", "doubtful")


@pytest.mark.parametrize("colours", [theme.palette(), theme.dark_palette()], ids=["light", "dark"])
def test_every_colour_of_text_can_be_read_on_paper_and_on_panels(colours: Palette) -> None:
    for ground in (colours.paper, colours.panel):
        for name in TEXT:
            one, other = sorted((luminance(ground), luminance(getattr(colours, name))))
            assert (other + 0.05) / (one + 0.05) >= 4.5, (name, ground)


def test_a_dark_screen_has_every_colour_of_its_own_and_paper_has_none_of_them() -> None:
    light, dark = theme.palette(), theme.dark_palette()
    for name in (*TEXT, "paper", "panel", "hairline"):
        assert getattr(light, name) != getattr(dark, name), name
    before, _, after = theme.css_variables().partition("@media screen and (prefers-color-scheme:dark)")
    assert light.paper in before
    assert dark.paper not in before
    assert dark.paper in after


def test_a_figure_for_the_meeting_room_is_larger_and_says_the_same() -> None:
    bound = {"lower": 60.0, "target": "≥60%（同类）"}
    chosen = shown(point(1, 58.0, "未达标", **bound), point(2, 61.3, "达标", **bound), sample=True)
    figure = trend.trend(chosen)
    larger = enlarged(figure, 2.0)
    assert larger.layout.height == 2 * figure.layout.height
    assert larger.layout.margin.b == 2 * figure.layout.margin.b
    assert larger.layout.template.layout.font.size == 2 * figure.layout.template.layout.font.size
    for one, other in zip(figure.layout.annotations, larger.layout.annotations, strict=True):
        assert (other.text, other.x, other.y) == (one.text, one.x, one.y)
        assert other.font.size == 2 * one.font.size
    for one, other in zip(figure.data, larger.data, strict=True):
        assert (tuple(other.x), tuple(other.y)) == (tuple(one.x), tuple(one.y))
    assert tuple(larger.layout.yaxis.range) == tuple(figure.layout.yaxis.range)
    assert larger.layout.yaxis.ticktext == figure.layout.yaxis.ticktext
    assert figure.layout.height == trend.trend(chosen).layout.height, "the original is kept for other readers"
