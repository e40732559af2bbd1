"""Bytes -> which text they are: UTF-8 or GB18030, told apart by strict decoding of the whole file, or why they are not.

A workbook becomes the text of one of its sheets (etl.reading.workbooks), and is told by its content, not by its name.

Never gbk, gb2312 or cp936: they miss characters of real names. The database's own decoders are not used either: the
one for GB files corrupts characters at buffer boundaries.
"""

import codecs
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from etl.problems import Problem
from etl.reading.workbooks.opening import SheetText, read_sheet_apart, workbook_format

Encoding = Literal["UTF-8", "GB18030", "xlsx", "xls"]
BOM = codecs.BOM_UTF8
_CHUNK = 1 << 16  # decoding stays inside the processor's cache: three times as fast as in one piece
_WINDOW = 1 << 15
_PIECES = 16  # of a large file, looked at for another encoding
_END_MARK = b"\x1a"

_SAVE_AS_CSV = "请在表格软件中“另存为”→ xlsx 工作簿或“CSV UTF-8（逗号分隔）”后再上传"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF 文件"),
    (b"\x1f\x8b", "gzip 压缩文件"),
    (b"Rar!", "RAR 压缩文件"),
    (b"7z\xbc\xaf", "7z 压缩文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"PAR1", "Parquet 文件"),
    (b"SQLite format 3", "数据库文件"),
    (b"{\\rtf", "RTF 文档"),
)


@dataclass(frozen=True)
class Decoded:
    """A file as UTF-8 without a byte order mark, and how it came; a workbook with the sheet that was read."""

    encoding: Encoding
    utf8: bytes
    workbook: SheetText | None = None
    end_mark: int | None = None  # the line of the mark with which DOS ends a text, taken off


def read_text(raw: bytes, limit_mb: int, sheet: str = "") -> Decoded | Problem:
    """The text of a file, of a workbook that of the sheet; or the problem that prevents it.

    `limit_mb` holds for the bytes; what a workbook holds may be a small multiple of it.
    """
    if not any(byte not in b" \t\r\n\xef\xbb\xbf" for byte in raw):
        return _refusal("file_empty", "文件里没有任何内容", "请重新导出后再上传")
    if len(raw) > limit_mb * 1_000_000:
        reason = f"文件有 {len(raw) / 1_000_000:.1f} MB，超过上限 {limit_mb} MB"
        return _refusal("file_too_large", reason, "请按时间段拆成几个文件上传")
    if workbook_format(raw) is not None:
        read = read_sheet_apart(raw, limit_mb, sheet)
        return Decoded(read.format, read.utf8, read) if isinstance(read, SheetText) else read
    if sheet:
        reason = f"文件不是工作簿，没有工作表“{sheet[:40]}”"
        return _refusal("sheet_unknown", reason, "请不要选定工作表（命令行不写 --sheet）")
    return not_text(raw) or decode(raw)


def not_text(raw: bytes) -> Problem | None:
    """Why the bytes cannot be a CSV file, judged before anything is decoded; None when they may be."""
    if kind := _kind(raw):
        return _refusal("file_not_csv", f"这是{kind}，不是 CSV 文本或工作簿（只改扩展名不会改变内容）", _SAVE_AS_CSV)
    # UTF-16 without a mark: commas, digits and line ends leave a zero byte at every second place.
    zeros = max(raw[:4096:2].count(0), raw[1:4096:2].count(0))
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or zeros * 10 > len(raw[:4096]) // 2:
        return _refusal("encoding_utf16", "文件是 UTF-16 编码（“Unicode 文本”）", _SAVE_AS_CSV)
    null = raw.find(b"\0")
    return (
        None if null < 0 else _refusal("file_not_csv", "含有空字符（NUL），不是文本", _SAVE_AS_CSV, line_of(raw, null))
    )


def _refusal(code: str, reason: str, suggestion: str, line: int | None = None) -> Problem:
    return Problem(code, "refuse", line, "", "", reason, suggestion)


def _kind(raw: bytes) -> str | None:
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if b"opendocument.spreadsheet" in raw[:200]:
            return "ODS 工作簿（.ods）"
        return "Word 文档（.docx）" if b"word/" in raw else "ZIP 压缩文件"
    start = raw.removeprefix(BOM).lstrip()[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"mime-version")):
        return "网页表格（以 .xls 为名的 HTML 或 XML）"
    return next((name for magic, name in _MAGIC if raw.startswith(magic)), None)


def line_of(raw: bytes, offset: int) -> int:
    """The physical line a byte stands in. Line ends are single bytes in both encodings, never part of a character."""
    before = raw[:offset]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def decode(raw: bytes) -> Decoded | Problem:
    """UTF-8 if every byte of the file is, otherwise GB18030 if every byte is, otherwise where the bytes are neither.

    A short GB18030 text can by chance be valid UTF-8, never a whole extract: its headers would not be found.
    """
    mark = raw.find(_END_MARK, len(raw.rstrip(_END_MARK + b"\r\n"))) if _END_MARK in raw[-64:] else -1
    found = _decode(raw if mark < 0 else raw[:mark])
    return found if isinstance(found, Problem) or mark < 0 else replace(found, end_mark=line_of(raw, mark))


def _decode(raw: bytes) -> Decoded | Problem:
    if _is_utf8(raw):
        return Decoded("UTF-8", raw.removeprefix(BOM))
    utf8 = _first_error(raw)
    if _damaged_utf8(raw, utf8):
        return _damaged(raw, utf8, "UTF-8")
    gb18030 = _from_gb18030(raw)
    if isinstance(gb18030, bytes):
        return _misread(raw) or Decoded("GB18030", gb18030.removeprefix(BOM))
    if _decodes(raw, "cp950"):
        return big5()
    return _damaged(raw, *max((utf8, "UTF-8"), (gb18030, "GB18030")))  # the one that got further


def _misread(raw: bytes) -> Problem | None:
    """Why the bytes are not GB18030 though they can be read so: pieces of them are text in Big5, or in nothing we know.

    Told by the characters that everybody uses: they come first in both encodings, and what is common in one is rare in
    the other.
    """
    for begin in range(0, len(raw), max(_CHUNK, len(raw) // _PIECES)):
        start = raw.find(b"\n", begin) + 1 if begin else 0
        end = raw.find(b"\n", start + _CHUNK)
        piece = raw[start : end if end >= 0 else len(raw)]
        rare, count = _rare(piece.decode("gb18030", errors="replace"), "gb2312", 0xD7)
        if rare > 0.15 and _decodes(piece, "cp950") and _rare(piece.decode("cp950"), "cp950", 0xC6)[0] < 0.02:
            return big5()
        if rare > 0.5 and count >= 12:
            reason = "按 GB18030 读出来的多是生僻字，文件像是另一种编码"
            return _refusal("encoding_damaged", reason, _SAVE_AS_CSV, line_of(raw, start))
    return None


def _rare(text: str, codec: str, last: int) -> tuple[float, int]:
    """The share of characters behind the common ones of an encoding (those up to this first byte), and how many there are."""
    counts = Counter(character for character in text if character > "\x7f")
    # Latin, Greek and Cyrillic letters of these encodings are what the bytes of another one look like.
    common = {*range(0xA1, 0xA4), *range(0xB0 if codec == "gb2312" else 0xA4, last + 1)}
    codes = ((character.encode(codec, errors="ignore"), times) for character, times in counts.items())
    rare = sum(times for code, times in codes if len(code) != 2 or code[0] not in common)
    return rare / max(counts.total(), 1), counts.total()


def big5() -> Problem:
    """The refusal of a file in the encoding of Traditional Chinese systems."""
    return _refusal("encoding_big5", "文件是 Big5（繁体中文）编码", _SAVE_AS_CSV)


def _damaged(raw: bytes, offset: int, encoding: str) -> Problem:
    unreadable = raw[offset : offset + 4].hex(" ").upper()
    reason = f"按 {encoding} 读取时，此行有不能识别的字节（{unreadable}），文件可能被截断或混用了两种编码"
    return _refusal("encoding_damaged", reason, _SAVE_AS_CSV, line_of(raw, offset))


def _is_utf8(raw: bytes) -> bool:
    """Whether every byte is UTF-8, without making characters of them: faster, and beside other threads."""
    ends = pa.py_buffer(np.array([0, len(raw)], dtype=np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(raw)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _first_error(raw: bytes) -> int:
    """The offset of the first byte that is not UTF-8, of a file that has one."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    raise AssertionError("the two validations of UTF-8 disagree")


def _from_gb18030(raw: bytes) -> bytes | int:
    """The file as UTF-8, or the offset of the first byte that is not GB18030."""
    decoder = codecs.getincrementaldecoder("gb18030")("strict")
    view = memoryview(raw)
    pieces: list[bytes] = []
    for offset in range(0, len(raw), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            piece = decoder.decode(view[offset : offset + _CHUNK], final=offset + _CHUNK >= len(raw))
        except UnicodeDecodeError as error:
            return offset - pending + error.start
        pieces.append(piece.encode())
    return b"".join(pieces)


def _damaged_utf8(raw: bytes, offset: int) -> bool:
    """Whether the surroundings of the first wrong byte are UTF-8 all the same: a damaged file, not another encoding.

    GB18030 read as UTF-8 is wrong nearly everywhere; a damaged UTF-8 file is wrong in a few places.
    """
    sample = raw[max(0, offset - _WINDOW) : offset + _WINDOW].decode("utf-8", errors="replace")
    wrong = sample.count("�")
    right = sum(character > "\x7f" for character in sample) - wrong
    return raw.startswith(BOM) or (right >= 8 and right > 4 * wrong)


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
