"""Figures and sparklines: complete in themselves, quiet, and safe."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import pytest
from plotly.offline import get_plotlyjs

from scorecard.assessment.control_chart import ControlChart, control
from scorecard.assessment.control_limits import ASSURANCES, VARIATIONS
from scorecard.assessment.indicator_value import IndicatorValue
from scorecard.assessment.verdict import WORDS, JudgedPeriod, Verdict, VerdictWord
from scorecard.calendar.period import containing
from scorecard.charts import theme, trend as charts
from scorecard.charts.figure import config as camera
from scorecard.charts.sparkline import sparkline_svg
from scorecard.narrative.time_axis_notes import AxisNote
from scorecard.records.targets import Bounds
from tests.support.court import indicator

HOSTILE = '<a href="http://x">点</a> & <b>'


def point(
    number: int,
    value: float | None,
    word: VerdictWord = "仅监测",
    lower: float | None = None,
    upper: float | None = None,
    **other: object,
) -> JudgedPeriod:
    exact, figure = (None, "—") if value is None else (Fraction(str(value)), f"{value:.2f}%")
    low, high = (None if bound is None else Fraction(str(bound)) for bound in (lower, upper))
    bounds = None if low is high is None else Bounds(low, high)
    month = containing("month", 2026 * 12 + number - 1)
    made = JudgedPeriod(month, Verdict(word, ""), exact, bounds, figure=figure, halves="1 / 2")
    return replace(made, **other)


def shown(*points: JudgedPeriod, **other: object) -> charts.Trend:
    made = charts.Trend("适用率", "全院", "%", points, points[-1].key, True, ("口径 x", "版本 y"), False)
    return replace(made, **other)


def words(figure: Any) -> str:
    layout = json.loads(figure.to_json())["layout"]
    return " ".join([layout["title"]["text"], *(one["text"] for one in layout.get("annotations", []))])


def traces(figure: Any) -> list[dict[str, Any]]:
    return json.loads(figure.to_json())["data"]


def test_a_figure_carries_title_target_last_value_and_provenance() -> None:
    bound = {"lower": 60.0, "target": "≥60%（同类）"}
    said = words(charts.trend(shown(point(1, 58.0, "未达标", **bound), point(2, 61.3, "达标", **bound))))
    for wanted in ("适用率", "≥60%", "61.30%", "口径 x", "版本 y"):
        assert wanted in said
    assert "示例数据" not in said


def test_a_figure_of_a_sample_says_so() -> None:
    assert "示例数据" in words(charts.trend(shown(point(1, 58.0), sample=True)))


def test_a_target_is_dashed_and_a_range_is_a_band() -> None:
    line = traces(charts.trend(shown(point(1, 50.0, lower=60.0), point(2, 50.0, lower=60.0))))
    assert any(one["line"].get("dash") == "dash" for one in line if "line" in one)
    assert not any(one.get("fill") for one in line)
    band = traces(charts.trend(shown(point(1, 50.0, lower=20.0, upper=35.0))))
    assert any(one.get("fill") == "tonexty" for one in band)


def test_no_line_or_band_runs_through_a_change_of_the_kind_of_target() -> None:
    """A floor of 60 until February, a range of 20 to 35 from March on: neither has anything between the two."""
    floor, span = {"lower": 60.0}, {"lower": 20.0, "upper": 35.0}
    points = (point(1, 50.0, **floor), point(2, 50.0, **floor), point(3, 30.0, **span), point(4, 30.0, **span))
    drawn = [
        one
        for one in traces(charts.trend(shown(*points)))
        if one["mode"] == "lines" and one["x"] and len(one["x"]) == 2
    ]
    dashed = [(one["x"], one["y"]) for one in drawn if one["line"].get("dash") == "dash"]
    before, after = [points[0].label, points[1].label], [points[2].label, points[3].label]
    assert dashed == [(before, [60.0, 60.0]), (after, [20.0, 20.0]), (after, [35.0, 35.0])]
    assert all(one["x"] == after for one in drawn if one.get("fill"))


def test_a_value_that_may_still_move_is_hollow_and_says_why() -> None:
    figure = charts.trend(shown(point(1, 50.0), point(2, 40.0, "观察期未满")))
    markers = next(one for one in traces(figure) if one["mode"] == "markers")["marker"]
    assert markers["color"] == [theme.palette().ink, theme.palette().paper]
    assert "观察期未满" in words(figure)


def test_only_missed_points_are_coloured() -> None:
    figure = charts.trend(shown(point(1, 50.0, "达标"), point(2, 40.0, "未达标"), point(3, 50.0)))
    markers = next(one for one in traces(figure) if one["mode"] == "markers")["marker"]
    assert markers["color"] == [theme.palette().ink, theme.palette().missed, theme.palette().ink]
    assert markers["symbol"] == ["circle", "triangle-down", "circle"]


def test_last_years_line_runs_through_no_month_that_may_not_be_drawn() -> None:
    before = (point(1, 40.0), point(2, None, "样本不足"), point(3, 50.0))
    drawn = traces(charts.trend(shown(point(1, 50.0), point(2, 50.0), before=before)))
    (line,) = [one for one in drawn if one["mode"] == "lines" and one["y"] == [40.0, None, 50.0]]
    assert line["connectgaps"] is False


def test_what_may_not_be_drawn_leaves_a_gap_and_an_empty_figure_says_what_to_do() -> None:
    line = next(
        one
        for one in traces(charts.trend(shown(point(1, 50.0), point(2, None, "样本不足"), point(3, 50.0))))
        if one["mode"] == "lines"
    )
    assert line["y"][1] is None
    assert "不画线。可改看季度" in words(charts.trend(shown(point(1, None, "样本不足"))))


def test_a_visitor_from_whom_small_numbers_are_hidden_is_told_who_sees_more() -> None:
    unseen = point(1, None, "样本不足")
    empty = IndicatorValue(
        "x", unseen.period, "all", "all", None, None, 3, None, "complete", public=True, hidden="不足5件"
    )
    assert "不画线。登录后可改看季度" in words(charts.trend(shown(replace(unseen, reading=empty))))


def test_periods_are_our_own_categories_and_never_too_many_are_written() -> None:
    labels = [f"{2024 + n // 12}年{n % 12 + 1}月" for n in range(34)]
    written = charts.ticks(labels)
    assert written[-1] == labels[-1]
    assert len(written) <= 9
    axis = json.loads(charts.trend(shown(point(1, 50.0), point(2, 40.0))).to_json())["layout"]["xaxis"]
    assert axis["type"] == "category"
    assert axis["ticktext"] == ["2026年1月", "2026年2月"]


def test_data_never_becomes_a_link_or_a_tag_in_a_figure() -> None:
    text = charts.trend(
        shown(
            point(1, 50.0, lower=1.0, target=HOSTILE, figure=HOSTILE, halves=HOSTILE),
            title=HOSTILE,
            subtitle=HOSTILE,
            provenance=(HOSTILE,),
        )
    ).to_json()
    assert text is not None
    assert "&lt;a " in text
    assert not re.search(r"<a |\\u003ca ", text)


@pytest.mark.parametrize("value", [0.0, 100.0, 1e6, -3.0])
def test_the_axis_holds_every_value(value: float) -> None:
    layout = json.loads(charts.trend(shown(point(1, value), share=False)).to_json())["layout"]
    low, high = layout["yaxis"]["range"]
    assert low <= value <= high
    assert low < high


def test_the_only_button_of_a_figure_is_a_camera_that_speaks_chinese_and_names_the_file() -> None:
    config = camera('诉前调解成功率_2026年1—10月:*?"<>|\\/ x')
    assert config["modeBarButtons"] == [["toImage"]]
    assert config["showSendToCloud"] is False
    assert config["displaylogo"] is False
    words = config["locales"][config["locale"]]["dictionary"]
    assert all(re.search("[\u4e00-\u9fff]", word) for word in words.values())
    assert config["toImageButtonOptions"]["filename"] == "诉前调解成功率_2026年1—10月_x"
    assert camera(" / ")["toImageButtonOptions"]["filename"] == "图"


def test_every_word_the_camera_may_say_is_a_word_of_ours() -> None:
    """The library's button, as it is installed: each text it looks up is in our dictionary."""
    library = get_plotlyjs()
    start = library.index('name:"toImage"')
    button = library[start : library.index('name:"downloadJson"', start)]
    asked = re.findall(r'\w\(\w,"([A-Z][^"]+)"\)', button)
    known = camera("图")["locales"]["zh-CN"]["dictionary"]
    assert set(asked) - {"Download plot"} == set(known)  # that one is for other formats than PNG


# --- statistical process control on the figure ------------------------------------------------------------------


def controlled(*values: float, kind: str = "ratio", direction: str = "higher") -> tuple[charts.Trend, ControlChart]:
    """Consecutive months from January 2025, drawn under control limits of their own."""
    periods = [containing("month", 2025 * 12 + at) for at in range(len(values))]
    told = control(
        indicator(kind, direction),
        [
            JudgedPeriod(one, Verdict("仅监测", ""), Fraction(str(value)))
            for one, value in zip(periods, values, strict=True)
        ],
        (),
    )
    points = [replace(point(1, value), period=one) for one, value in zip(periods, values, strict=True)]
    return shown(*points, control=told, share=kind == "ratio", notes=("均值和控制界限：某基准",)), told


STEADY = [50, 52] * 6


def test_mean_and_limits_are_fine_dotted_lines_with_their_values() -> None:
    trend, told = controlled(*STEADY)
    assert told.limits is not None
    figure = charts.trend(trend)
    lines = {one["name"]: one for one in traces(figure) if one.get("line", {}).get("dash") == "dot"}
    assert set(lines) == {"均值", "控制上限", "控制下限"}
    for name, value in (("均值", told.limits.mean), ("控制上限", told.limits.upper)):
        assert set(lines[name]["y"]) == {float(value)}
        assert lines[name]["line"]["width"] == 1
    assert "控制上限 56.32%" in words(figure)
    assert "均值和控制界限：某基准" in words(figure)


def test_under_control_only_the_points_that_signal_are_coloured_each_with_its_own_shape() -> None:
    for last, direction, colour, shape in (
        (80, "higher", theme.palette().met, "triangle-up"),
        (20, "higher", theme.palette().missed, "triangle-down"),
        (80, "neutral", theme.palette().doubtful, "diamond"),
    ):
        trend, _ = controlled(*STEADY, last, direction=direction)
        missed = tuple(replace(one, verdict=Verdict("未达标", "")) for one in trend.points)
        marker = next(one for one in traces(charts.trend(replace(trend, points=missed))) if one["mode"] == "markers")
        assert marker["marker"]["color"] == [theme.palette().ink] * 12 + [colour]
        assert marker["marker"]["symbol"] == ["circle"] * 12 + [shape]
    quiet, _ = controlled(*STEADY, 51)
    marker = next(one for one in traces(charts.trend(quiet)) if one["mode"] == "markers")
    assert set(marker["marker"]["color"]) == {theme.palette().ink}


def test_a_limit_no_value_can_reach_is_not_drawn() -> None:
    trend, told = controlled(*[96, 99] * 6)
    assert told.limits is not None
    assert told.limits.upper > 100
    figure = charts.trend(trend)
    names = {one.get("name") for one in traces(figure)}
    assert "控制上限" not in names
    assert "控制下限" in names
    assert json.loads(figure.to_json())["layout"]["yaxis"]["range"][1] <= 104


def test_the_axis_holds_the_limits_too() -> None:
    trend, told = controlled(*[50, 60] * 6)
    assert told.limits is not None
    low, high = json.loads(charts.trend(trend).to_json())["layout"]["yaxis"]["range"]
    assert low <= told.limits.lower
    assert told.limits.upper <= high


def test_trial_limits_say_so_and_too_few_months_have_none() -> None:
    assert "试用控制上限" in words(charts.trend(controlled(*STEADY[:8])[0]))
    assert "控制上限" not in words(charts.trend(controlled(*STEADY[:5])[0]))
    assert "控制上限" not in words(charts.trend(controlled(*[50] * 12)[0]))


def test_a_figure_without_a_month_that_may_be_judged_has_no_limits() -> None:
    nothing = control(indicator(), [JudgedPeriod(containing("month", 2025 * 12), Verdict("样本不足", ""))], ())
    figure = charts.trend(shown(point(1, None, "样本不足"), control=nothing))
    assert "不画线" in words(figure)
    assert not any(one.get("name") for one in traces(figure))


def test_a_changed_definition_breaks_the_curve_and_has_a_footnote() -> None:
    trend, _ = controlled(*STEADY)
    note = AxisNote("①", 6, True, True, "2025年7月　口径调整")
    figure = charts.trend(replace(trend, marks=(note,)))
    drawn = [one for one in traces(figure) if one["mode"] == "lines" and one["line"].get("width") == 2]
    assert [len(one["x"]) for one in drawn] == [6, 6]
    assert [(one["x0"], one["x1"]) for one in json.loads(figure.to_json())["layout"]["shapes"]] == [(5.5, 5.5)]
    assert "① 2025年7月　口径调整" in words(figure)


def test_marks_on_one_place_stand_side_by_side_and_an_event_does_not_break_the_curve() -> None:
    trend, _ = controlled(*STEADY)
    both = (AxisNote("①", 3, False, False, "甲"), AxisNote("②", 3, False, False, "乙"))
    figure = charts.trend(replace(trend, marks=both))
    assert "①②" in [one["text"] for one in json.loads(figure.to_json())["layout"]["annotations"]]
    assert sum(one["line"].get("width") == 2 for one in traces(figure) if one["mode"] == "lines") == 1


def test_long_footnotes_are_folded_and_the_figure_grows_with_them() -> None:
    trend = replace(controlled(*STEADY)[0], reading="2026年12月　50.00%　○ 仅监测　目标 未设目标")
    long = replace(trend, marks=(AxisNote("①", 3, False, False, "字" * 200),))
    plain, grown = charts.trend(trend), charts.trend(long)
    assert grown.layout.height == plain.layout.height + 16 * 3
    assert grown.layout.margin.b > plain.layout.margin.b
    assert words(grown).count("字") == 200


def test_a_hostile_footnote_is_text() -> None:
    trend, _ = controlled(*STEADY)
    said = charts.trend(replace(trend, marks=(AxisNote("①", 3, False, False, HOSTILE),), notes=(HOSTILE,))).to_json()
    assert said is not None
    assert not re.search(r"<a |\\u003ca ", said)


# --- sparklines -----------------------------------------------------------------------------------------------


def drawing(*points: JudgedPeriod) -> ElementTree.Element:
    return ElementTree.fromstring(sparkline_svg(points, 100, 20))


def test_a_sparkline_is_a_drawing_inside_its_box() -> None:
    shapes = drawing(*(point(n, 10.0 * n, lower=5.0) for n in range(1, 6)))
    numbers = [float(n) for one in shapes.iter() for n in re.findall(r"[\d.]+", one.get("points", ""))]
    assert numbers
    assert all(0 <= number <= 100 for number in numbers)
    assert [one for one in shapes if one.get("stroke-dasharray")]


def test_a_sparkline_breaks_where_nothing_may_be_drawn() -> None:
    shapes = drawing(point(1, 1.0), point(2, 2.0), point(3, None), point(4, 3.0), point(5, 2.0))
    assert len([one for one in shapes if one.tag.endswith("polyline")]) == 2


def test_a_sparkline_ends_hollow_while_the_value_may_move() -> None:
    settled = drawing(point(1, 1.0), point(2, 2.0, "达标"))[-1]
    moving = drawing(point(1, 1.0), point(2, 2.0, "在途"))[-1]
    assert settled.get("fill") == theme.palette().met
    assert moving.get("fill") == theme.palette().paper


def test_fewer_than_two_values_are_no_trend() -> None:
    assert sparkline_svg([point(1, 1.0), point(2, None)], 100, 20) == ""


def test_the_two_words_have_the_symbols_of_the_house() -> None:
    assert {word: theme.mark(word).symbol for word in (*VARIATIONS, *ASSURANCES)} == {
        "真实改善": "▲", "需要关注": "▼", "显著变化": "◆", "正常波动": "○", "基准不稳": "◆",
        "稳定达标": "▲", "稳定不达标": "▼", "时达时不达": "○",
    }  # fmt: skip


# --- one palette ----------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_word_has_a_symbol_and_a_colour_that_can_be_read_on_paper() -> None:
    paper = luminance(theme.palette().paper)
    for word in (*WORDS, *VARIATIONS, *ASSURANCES):
        mark = theme.mark(word)
        assert mark.symbol in "▲▼◆○"
        assert (paper + 0.05) / (luminance(mark.colour) + 0.05) >= 4.5, word
    assert len({theme.mark(word).symbol for word in WORDS}) == 4


def test_every_line_of_the_configuration_says_why() -> None:
    for line in theme.CONFIG.read_text(encoding="utf-8").splitlines():
        assert not line or line.startswith(("#", "[")) or "  #" in line, line
