"""A server-drawn SVG as PNG, without a browser: the same bytes on every machine, with or without fonts of its own."""

from functools import cache

import pylopdf_fonts_zh_cn as bundled
import resvg_py

_FACE = "*{font-family:'Noto Sans SC'}"


def png(svg: str, dpi: int) -> bytes:
    """The SVG at its size in millimetres, every letter in the bundled face: a family that is not there would leave gaps."""
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg, dpi=dpi, skip_system_fonts=True, font_files=[_face()], style_sheet=_FACE
    )
    return bytes(drawn)


@cache
def _face() -> str:
    """The file of the bundled face; looked for here, because a picture without letters would be made in silence."""
    path = bundled.sans_path()
    if not path.is_file():
        raise FileNotFoundError(path)
    return str(path)
