"""What every figure says below and beside itself, burned in: its reading, where the numbers come from, 示例数据.

The same words stand in the figure's `layout.meta` unfolded, so that a paper can set them as text of its own; escaped,
because Plotly may be told to write out its meta.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from scorecard.charts.theme import palette

# Names of annotations: what a paper takes out of the picture, and what it must be able to move in a narrower one.
STAMP = "stamp"
LIMIT = "limit"
TARGET = "target"
LAST = "last"
CHOSEN = "chosen"
LINE = 16  # px of a line below a figure
_WIDE = 70  # Chinese characters of such a line


@dataclass(frozen=True)
class Said:
    """The words of a figure: `reading` is its value, verdict and target in one line where there is one."""

    reading: str
    lines: tuple[str, ...]
    sample: bool

    def folded(self, first: str = "") -> list[str]:
        """All lines as they stand below the figure, `first` and the reading before the others, long ones folded."""
        return [
            line[at : at + _WIDE]
            for line in (first, self.reading, *self.lines)
            for at in range(0, len(line), _WIDE)
        ]


def plain(text: str) -> str:
    """Text for a figure: Plotly reads HTML in labels, and data must never become a link or a tag."""
    return escape(text, quote=False)


def left_out(named: Sequence[str]) -> str:
    """What bars too narrow for their words are, each given as "row：part": "……小额诉讼：移送 8件、终结 3件；……"."""
    rows: dict[str, list[str]] = {}
    for one in named:
        row, colon, part = one.partition("：")
        rows.setdefault(row + colon, []).append(part)
    parts = "；".join(row + "、".join(parts) for row, parts in rows.items())
    return f"图中写不下的部分：{parts}。" if parts else ""


def stamp(figure: go.Figure, said: Said, lines: Sequence[str], lift: int) -> None:
    """`lines` below the figure, 示例数据 `lift` px above its upper right corner."""
    colours = palette()
    figure.update_layout(
        meta={
            "reading": plain(said.reading),
            "lines": [plain(line) for line in said.lines],
            "sample": said.sample,
        }
    )
    figure.add_annotation(
        name=STAMP,
        x=0,
        y=0,
        xref="paper",
        yref="paper",
        yshift=-40,
        xanchor="left",
        yanchor="top",
        align="left",
        showarrow=False,
        text="<br>".join(plain(line) for line in lines),
        font={"size": 11, "color": colours.grey},
    )
    if said.sample:
        figure.add_annotation(
            name=STAMP,
            x=1,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="right",
            yanchor="bottom",
            yshift=lift,
            showarrow=False,
            text="示例数据",
            font={"size": 13, "color": colours.doubtful},
            bordercolor=colours.doubtful,
            borderwidth=1,
            borderpad=4,
        )
