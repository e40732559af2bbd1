"""The streams of an OLE compound file, the container of .xls and of encrypted workbooks (MS-CFB)."""

import struct
from collections.abc import Iterator

from etl.reading.workbooks.facts import damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_NUMBER = 0xFFFFFFFA  # of a sector; what is greater ends a chain
_ENTRY = 128  # bytes of the directory
_STORAGE, _STREAM, _ROOT = 1, 2, 5


class CompoundFile:
    """The streams by name, each read whole on demand. Raises WorkbookRefused where sectors do not fit together."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) < 512 or not raw.startswith(MAGIC):
            raise damaged("文件头不完整")
        self._raw = raw
        shift, mini_shift = struct.unpack_from("<HH", raw, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise damaged("文件头不完整")
        self._size, self._mini_size = 1 << shift, 1 << mini_shift
        directory, _, cutoff, mini_fat, _, more = struct.unpack_from("<6I", raw, 48)
        self._cutoff = cutoff
        self._fat = self._numbers(self._fat_sectors(more))
        self._mini_fat = self._numbers(self._chain(mini_fat, self._fat))
        self._entries = dict(self._directory(b"".join(map(self._sector, self._chain(directory, self._fat)))))
        start, size = self._entries.get("", (_LAST_NUMBER, 0))
        self._mini = b"".join(map(self._sector, self._chain(start, self._fat)))[:size]

    def __contains__(self, name: str) -> bool:
        return bool(name) and name in self._entries

    def stream(self, name: str) -> bytes:
        """The content of a stream."""
        start, size = self._entries[name]
        if size > len(self._raw):
            raise damaged("流的长度超出文件")
        if size >= self._cutoff:
            return b"".join(map(self._sector, self._chain(start, self._fat)))[:size]
        pieces = (
            self._mini[number * self._mini_size : (number + 1) * self._mini_size]
            for number in self._chain(start, self._mini_fat)
        )
        return b"".join(pieces)[:size]

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) * self._size
        if begin >= len(self._raw):
            raise damaged("扇区超出文件")
        return self._raw[begin : begin + self._size]

    def _numbers(self, sectors: Iterator[int]) -> tuple[int, ...]:
        content = b"".join(map(self._sector, sectors))
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])

    def _fat_sectors(self, more: int) -> Iterator[int]:
        """The sectors of the allocation table: 109 are named in the header, the others in a chain of their own."""
        yield from (number for number in struct.unpack_from("<109I", self._raw, 76) if number < _LAST_NUMBER)
        for _ in range(len(self._raw) // self._size):
            if more >= _LAST_NUMBER:
                return
            *numbers, more = self._numbers(iter([more]))
            yield from (number for number in numbers if number < _LAST_NUMBER)

    def _chain(self, start: int, table: tuple[int, ...]) -> Iterator[int]:
        number = start
        for _ in range(len(table) + 1):
            if number >= _LAST_NUMBER:
                return
            yield number
            if number >= len(table):
                raise damaged("扇区链断开")
            number = table[number]
        raise damaged("扇区链成环")

    def _directory(self, content: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
        """Streams by name; the root, which holds the short streams, under the empty name."""
        for begin in range(0, len(content) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", content, begin + 64)
            start, size = struct.unpack_from("<IQ", content, begin + 116)
            name = content[begin : begin + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
            if kind in (_STREAM, _ROOT):
                yield ("" if kind == _ROOT else name), (start, size & 0xFFFFFFFF if self._size == 512 else size)
