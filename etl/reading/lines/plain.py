"""Which lines of a file hold one row each, as wide as the header: told for whole pieces at once, so that few need a closer look.

Such a line has its separators and its line end and no quote but a pair around a cell. Where a record that began above it
reaches into it, it is none: that is for the reader of the other lines to find (records.py).
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from etl.reading.decoding import BOM

_PIECE = 1 << 18  # bytes that are looked at together: they stay inside the processor's cache
_FEW = 1000  # lines, and one in so many, that are read one by one; of more, all are:
_SHARE = 8
_LONGEST = csv.field_size_limit()  # of a cell that the csv module reads


@dataclass(frozen=True)
class Lines:
    """The physical lines of a body whose first is line `first`: where each begins, the end of the last one, which are plain."""

    first: int
    starts: npt.NDArray[np.int64]
    plain: npt.NDArray[np.bool_]

    def numbers(self) -> npt.NDArray[np.int64]:
        """The line numbers of the plain ones."""
        return np.flatnonzero(self.plain) + self.first

    def take_out(self, numbers: Sequence[int]) -> None:
        """These are plain no longer."""
        self.plain[np.array(numbers, dtype=np.int64) - self.first] = False

    def others(self) -> Iterator[tuple[int, int]]:
        """Line and offset of each that is not plain; behind them the line after the last."""
        places = np.flatnonzero(~self.plain)
        yield from zip((places + self.first).tolist(), self.starts[places].tolist(), strict=True)
        yield self.first + len(self.plain), int(self.starts[-1])

    def plain_bytes(self, utf8: bytes) -> Iterator[memoryview]:
        """The text of the plain ones, in runs."""
        edges = np.flatnonzero(np.diff(self.plain, prepend=False, append=False))
        view = memoryview(utf8)
        for begin, end in self.starts[edges].reshape(-1, 2).tolist():
            yield view[begin:end]


def lines_of(utf8: bytes, body: int, first: int, width: int) -> Lines | None:
    """The lines from byte `body` on, None where too many would have to be read one by one.

    A piece whose counts are right is taken for plain throughout: whoever reads it must find that every row has `width` cells.
    """
    piece = _Piece(utf8, body, width)
    starts, plain, odd, count = [np.array([body], dtype=np.int64)], list[npt.NDArray[np.bool_]](), 0, 0
    while (begin := int(starts[-1][-1])) < len(utf8):
        edges = piece.edges(begin)
        if edges is None:
            return None
        seems = np.diff(edges) <= _LONGEST
        if not piece.counts_are_right(edges):
            seems &= piece.matches(edges)
        starts.append(edges[1:])
        plain.append(seems)
        count += len(seems)
        odd += len(seems) - int(np.count_nonzero(seems))
        if odd > _FEW + count // _SHARE:
            return None
    if not count:
        return None
    found = Lines(first, np.concatenate(starts), np.concatenate(plain))
    for place in np.flatnonzero(found.plain):  # whoever reads them takes a byte order mark off the first one
        if not utf8.startswith(BOM, int(found.starts[place])):
            break
        found.plain[place] = False
    return found


class _Piece:
    """The tests of a piece of the body, whose edges are the offsets of its lines and its end."""

    def __init__(self, utf8: bytes, body: int, width: int) -> None:
        self._utf8, self._whole, self._width = utf8, np.frombuffer(utf8, dtype=np.uint8), width
        first = utf8.find(b"\n", body)
        self._end = b"\r\n" if utf8[first - 1 : first] == b"\r" else b"\n"
        cell = rb'(?:"(?:[^"\r\n]|"")*"|[^",\r\n]*)'
        pattern = b"^%b(?:,%b){%d}(?:%b)?$" % (cell, cell, width - 1, self._end)
        self._pattern = pc.MatchSubstringOptions(pattern)

    def edges(self, begin: int) -> npt.NDArray[np.int64] | None:
        """Those of the piece that begins here, None where a carriage return ends a line."""
        utf8 = self._utf8
        stop = utf8.rfind(b"\n", begin, begin + _PIECE) + 1 or utf8.find(b"\n", begin) + 1 or len(utf8)
        returns = utf8.count(b"\r", begin, stop)
        if returns and returns != utf8.count(b"\r\n", begin, stop):
            return None
        ends = np.flatnonzero(self._whole[begin:stop] == ord("\n")) + (begin + 1)
        return np.append(np.insert(ends, 0, begin), [] if utf8[stop - 1] == ord("\n") else stop).astype(np.int64)

    def counts_are_right(self, edges: npt.NDArray[np.int64]) -> bool:
        """Whether as many separators and line ends as such lines have, and neither a quote nor a blank line, are in the piece.

        The database steps over a blank line and over the blanks that a row has too many: the two together would shift all between.
        """
        begin, stop = int(edges[0]), int(edges[-1])
        feeds = len(edges) - 1 - (self._utf8[stop - 1] != ord("\n"))
        commas = np.count_nonzero(self._whole[begin:stop] == ord(","))
        return (
            commas == (len(edges) - 1) * (self._width - 1)
            and self._utf8.count(b"\r", begin, stop) == (feeds if self._end == b"\r\n" else 0)
            and self._utf8.find(b'"', begin, stop) < 0
            and int(np.diff(edges).min()) > len(self._end)
        )

    def matches(self, edges: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which lines are plain."""
        offsets, values = pa.py_buffer(edges), pa.py_buffer(self._utf8)
        texts = pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(edges) - 1, [None, offsets, values])
        return np.asarray(pc.call_function("match_substring_regex", [texts], self._pattern), dtype=np.bool_)
