"""Names of exported files: readable, sortable, and valid on Windows too."""

import re
from datetime import date

_FORBIDDEN = str.maketrans('\\/:*?"<>|', "＼／：＊？＂＜＞｜")
_LONGEST = 140  # bytes of a title: with the rest it stays below the 255 a file name may have
_AT_MOST = 255


def file_name(
    title: str,
    period: str,
    as_of: date | None,
    version: str,
    suffix: str,
    part: tuple[int, int] | None = None,
    mark: str = "",
) -> str:
    """ "诉前调解成功率_2026年1—10月_截至20261031_v7f3a.png", valid on Windows too.

    `part` is (number, count) of a file in several parts; `mark` tells apart files of otherwise the same name.
    """
    pieces = [
        _short(safe(title) or "图片", _LONGEST),
        safe(period),
        f"截至{as_of:%Y%m%d}" if as_of else "",
        f"v{safe(version)[:4]}" if version else "",
        safe(mark),
    ]
    if part is not None and part[1] > 1:
        pieces.append(f"第{part[0]:0{len(str(part[1]))}d}幅共{part[1]}幅")
    stem = "_".join(piece for piece in pieces if piece)
    ending = f".{suffix.lstrip('.')}"
    return _short(stem, _AT_MOST - len(ending.encode())) + ending


def safe(text: str) -> str:
    """The text as part of a file name on any system: signs that Windows forbids become full-width."""
    printable = "".join(sign for sign in text.translate(_FORBIDDEN) if sign.isprintable())
    return re.sub(r"\s+", " ", printable).strip(" .")


def _short(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore").rstrip(" .")
