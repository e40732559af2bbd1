"""Colours, marks and the look of a figure: read from .streamlit/config.toml, used by every screen and picture.

Status is a symbol, a word and a colour, never a colour alone: it must survive black-and-white print and colour
blindness. No red and no green: on a court's boards red means good.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

from scorecard.assessment.control_limits import Assurance, Variation
from scorecard.assessment.verdict import VerdictWord

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
MASTHEAD = "#c9151e"  # the red head of an official paper, and nothing else: no screen and no figure has red


@dataclass(frozen=True)
class Palette:
    """The few colours there are, by what they mean."""

    paper: str
    panel: str
    ink: str
    accent: str
    hairline: str
    grey: str
    met: str
    missed: str
    doubtful: str
    font: str


@dataclass(frozen=True)
class VerdictMark:
    """How a verdict is shown: symbol and colour beside its word, and the CSS class that carries both."""

    symbol: str
    colour: str
    css: str


@cache
def palette() -> Palette:
    """The palette of the deployment's config.toml: for white paper, in which every figure is drawn."""
    return _palette(_theme())


def dark_palette() -> Palette:
    """The same meanings where the reader's system is dark; the framework goes by the same preference."""
    given = _theme()
    return _palette({**given, **given["dark"]})


def _theme() -> dict[str, Any]:
    return tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]


def _palette(given: Mapping[str, Any]) -> Palette:
    return Palette(
        paper=given["backgroundColor"],
        panel=given["secondaryBackgroundColor"],
        ink=given["textColor"],
        accent=given["primaryColor"],
        hairline=given["borderColor"],
        grey=given["grayColor"],
        met=given["blueColor"],
        missed=given["orangeColor"],
        doubtful=given["violetColor"],
        font=given["font"].replace('"', "'"),
    )


def mark(word: VerdictWord | Variation | Assurance) -> VerdictMark:
    """Symbol and colour of a word: ▲ blue met or improving, ▼ orange missed or worsening, ◆ violet to be checked, to be
    decided or changed without direction, ○ grey not judged or noise.
    """
    colours = palette()
    if word in ("达标", "真实改善", "稳定达标"):
        return VerdictMark("▲", colours.met, "met")
    if word in ("未达标", "需要关注", "稳定不达标"):
        return VerdictMark("▼", colours.missed, "missed")
    if word in ("数据待核", "显著变化", "基准不稳"):
        return VerdictMark("◆", colours.doubtful, "doubtful")
    return VerdictMark("○", colours.grey, "unjudged")


def css_variables() -> str:
    """Both palettes as CSS custom properties, so that the style sheet names no colour: printed pages are always light."""
    light, dark = palette(), dark_palette()
    return (
        f":root{{{_properties(light)}--band:{light.ink};--on-band:{light.paper};color-scheme:light dark}}"
        "@media screen and (prefers-color-scheme:dark)"
        f"{{:root{{{_properties(dark)}--band:{dark.panel};--on-band:{dark.ink}}}}}"
    )


def paper_variables() -> str:
    """The palette of white paper as CSS custom properties, and the masthead's red: papers are light wherever they are read."""
    return f":root{{{_properties(palette())}--masthead:{MASTHEAD};color-scheme:light}}"


def _properties(colours: Palette) -> str:
    return "".join(f"--{name}:{value};" for name, value in asdict(colours).items())


def faded(colour: str, opacity: float) -> str:
    """The colour as rgba(), for bands and hairlines that must not hide what lies under them."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


@cache
def template() -> go.layout.Template:
    """Thin grey grid, navy on white, the reader's own Chinese fonts, room below for the provenance lines."""
    colours = palette()
    known = {f"${name}": value for name, value in {**asdict(colours), "grid": faded(colours.hairline, 0.6)}.items()}

    def coloured(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: coloured(value) for name, value in part.items()}
        return [coloured(value) for value in part] if isinstance(part, list) else known.get(part, part)

    layout = tomllib.loads(Path(__file__).with_name("template.toml").read_text("utf-8"))
    return go.layout.Template(layout=coloured(layout))
