"""As a browser draws them: no word of a figure lies over another, over the numbers of an axis or outside."""

import json
from html import escape

import plotly.graph_objects as go
import pytest

from scorecard.briefing.browser import queue
from scorecard.briefing.browser.chromium import Document
from scorecard.briefing.browser.figure_block import document, script_json
from scorecard.storage.data_dir import DataDir
from tests.scorecard.briefing.browser.test_figure_block import CROWDED, trends

DRAWER = 860  # px of a figure in the drawer


@pytest.mark.browser
def test_on_the_screen_no_word_of_any_indicator_s_figure_lies_over_another(sample: DataDir) -> None:
    """The target in one line among them, by month with limits, to date beside last year, and with a tail that still moves."""
    drawn = [
        *(each for _, each in trends(sample, "month", "2026-10")),
        *(each for _, each in trends(sample, "ytd", "2026-10")),
        *[each for _, each in trends(sample, "quarter", "2026-Q3")][::4],
    ]
    targets = [one.text for each in drawn for one in each.layout.annotations if one.name == "target"]
    assert len(targets) > 30
    assert not any("<br>" in text for text in targets)

    async def measure(shown: Document) -> list[str]:
        return await shown.evaluate(CROWDED)

    blocks = "".join(block(number, figure) for number, figure in enumerate(drawn))
    assert queue.work(document(blocks, width=DRAWER, title="图"), measure, width=DRAWER, scale=1) == []


def block(number: int, figure: go.Figure) -> str:
    """The figure as the screen has it, in a document that draws it."""
    data = {
        **json.loads(figure.update_layout(width=DRAWER, autosize=False).to_json() or ""),
        "config": {"staticPlot": True},
    }
    name, height = escape(f"{number} {figure.layout.title.text}"), data["layout"]["height"]
    inside = f'<script type="application/json">{script_json(data)}</script>'
    return f'<div class="plot" data-plot="{name}" style="height:{height}px">{inside}</div>'
