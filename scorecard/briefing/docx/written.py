"""What stands in a Word file, by its place, as a reader sees it; and the manifest that the program put into it.

The file may be anybody's: edited in Word or WPS, or no paper at all. Deleted text of tracked changes does not count, inserted text does.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml import parse_xml

from scorecard.errors import ScorecardError

_MOST = 50_000_000  # bytes of a part; a paper's largest has less than a tenth
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SECOND = (
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same text again, for old programs
)
_SIGNS = {f"{_WORD}noBreakHyphen": "-", f"{_WORD}tab": " ", f"{_WORD}br": " ", f"{_WORD}cr": " "}
_MARGINS = re.compile(r"word/(header|footer)\d*\.xml")


@dataclass(frozen=True)
class WrittenText:
    """A paragraph, or the cells of a table's row, and where it stands."""

    place: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class WordTexts:
    """The texts of a file; `manifest` is empty where it has none."""

    texts: tuple[WrittenText, ...]
    manifest: str


def read_docx(raw: bytes) -> WordTexts:
    """Raises ScorecardError for anything but a Word file."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            names = parts.namelist()
            texts = [*_body(_part(parts, "word/document.xml"))]
            for name in filter(_MARGINS.fullmatch, names):
                place = "页眉" if "header" in name else "页脚"
                texts += [
                    WrittenText(place, (_text(each),))
                    for each in _part(parts, name).iter(f"{_WORD}p")
                    if not _paged(each)
                ]
            customs = [_part(parts, name) for name in names if re.fullmatch(r"customXml/item\d+\.xml", name)]
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        SyntaxError,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        remedy = "请在 Word 或 WPS 中另存为 DOCX 后重试"
        raise ScorecardError(
            "核对公文", "文件不是 DOCX，或者已损坏", "看板导出的 DOCX，改过文字的也可", remedy
        ) from error
    manifests = [each.text or "" for each in customs if each.tag == "{urn:scorecard:manifest}manifest"]
    return WordTexts(tuple(text for text in texts if any(text.cells)), manifests[0] if manifests else "")


def _part(parts: zipfile.ZipFile, name: str) -> Any:
    if parts.getinfo(name).file_size > _MOST:
        raise ValueError(name)
    return parse_xml(parts.read(name))


def _body(document: Any) -> Iterator[WrittenText]:
    paragraphs = tables = 0
    for element in document.iter(f"{_WORD}p", f"{_WORD}tbl"):
        if any(above.tag in (f"{_WORD}tbl", f"{_WORD}p", _SECOND) for above in element.iterancestors()):
            continue
        if element.tag == f"{_WORD}p":
            paragraphs += 1
            if not _paged(element):
                yield WrittenText(f"第{paragraphs}段", (_text(element),))
        else:
            tables += 1
            for row, line in enumerate(element.iter(f"{_WORD}tr"), start=1):
                yield WrittenText(f"第{tables}张表第{row}行", tuple(map(_text, line.iter(f"{_WORD}tc"))))


def _paged(paragraph: Any) -> bool:
    """Whether the program of its reader writes numbers of pages into it."""
    return any("PAGE" in (each.text or "") for each in paragraph.iter(f"{_WORD}instrText")) or any(
        "PAGE" in each.get(f"{_WORD}instr", "") for each in paragraph.iter(f"{_WORD}fldSimple")
    )


def _text(element: Any) -> str:
    signs = (
        each.text or "" if each.tag == f"{_WORD}t" else _SIGNS[each.tag]
        for each in element.iter(f"{_WORD}t", *_SIGNS)
        if not any(above.tag == _SECOND or above.tag == f"{_WORD}tabs" for above in each.iterancestors())
    )
    return " ".join("".join(signs).split())
