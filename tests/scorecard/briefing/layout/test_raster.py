"""A picture of an SVG: at its size, with letters, and the same wherever it is made."""

import struct

from scorecard.briefing.layout.raster import png

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="75mm" height="40mm" viewBox="0 0 750 400">'
    '<text x="20" y="200" font-size="60" font-family="{face}">{words}</text></svg>'
)


def drawn(face: str, words: str = "正常波动范围①▼") -> bytes:
    return png(SVG.format(face=face, words=words), 300)


def test_a_picture_has_its_millimetres_at_its_resolution() -> None:
    assert struct.unpack(">II", drawn("Noto Sans SC")[16:24]) == (886, 472)


def test_letters_come_from_the_bundled_face_whatever_the_machine_has() -> None:
    """A face that is installed here, one that nobody has, and none: the same picture, and words in it."""
    bundled = drawn("Noto Sans SC")
    for face in ("DejaVu Sans", "Noto Sans CJK SC", "没有这种字体", "sans-serif"):
        assert drawn(face) == bundled
    assert bundled != drawn("Noto Sans SC", "")
    assert bundled != drawn("Noto Sans SC", "正常波动范围②▼")
