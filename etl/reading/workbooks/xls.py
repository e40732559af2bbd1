"""An .xls file (BIFF5 and BIFF8): its sheets, and what only its records say of one of them (MS-XLS).

The reader of values gets the file as it is: its records are not compressed. How far the sheet stretches is counted
here first; shared texts that its cells repeat too often end the reader at the bound of its memory.
"""

import struct
from array import array
from collections.abc import Iterator

from etl.reading.workbooks.compound_file import MAGIC, CompoundFile
from etl.reading.workbooks.facts import (
    MAX_SHEETS,
    SAVE_AGAIN,
    SheetFacts,
    SheetName,
    WorkbookFormat,
    WorkbookRefused,
    checked_names,
    damaged,
    meaning,
)

_BOF, _EOF = 0x809, 0x0A
_BOUNDSHEET, _FILEPASS, _FORMAT, _XF, _SUPBOOK = 0x85, 0x2F, 0x41E, 0xE0, 0x1AE
_ROW, _COLINFO, _MERGEDCELLS, _FILTERMODE = 0x208, 0x7D, 0xE5, 0x9B
_NUMBER, _RK, _MULRK, _LABELSST = 0x203, 0x27E, 0xBD, 0xFD
_LABEL, _RSTRING, _BOOLERR, _FORMULA = 0x204, 0xD6, 0x205, 0x06
_CELLS = {_NUMBER, _RK, _LABELSST, _LABEL, _RSTRING, _BOOLERR, _FORMULA}
_BIFF5, _BIFF8 = 0x500, 0x600
_WORKSHEET = 0
_ERRORS = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA",
}  # fmt: skip


def is_xls(raw: bytes) -> bool:
    """Whether the bytes are a compound file: an .xls, or something that calls itself so."""
    return raw.startswith(MAGIC[:4])


class XlsFile:
    """An .xls file. Raises WorkbookRefused for anything else, and where records end in the middle."""

    format: WorkbookFormat = "xls"

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        container = CompoundFile(raw)
        if "EncryptedPackage" in container:
            raise WorkbookRefused("workbook_unreadable", "工作簿设有打开密码", "请去掉密码后再上传")
        name = next((name for name in ("Workbook", "Book") if name in container), None)
        if name is None:
            raise WorkbookRefused("workbook_unreadable", "不是 Excel 工作簿（可能是旧版 Word 等文件）", SAVE_AGAIN)
        self._stream = container.stream(name)
        self.sheets: tuple[SheetName, ...] = ()
        self._marked: dict[int, int] = {}
        self._linked = False
        self._read_globals()

    def checked(self, sheet: SheetName) -> tuple[bytes, str]:
        """The workbook for the reader of values, and the name of the sheet in it."""
        return self._raw, sheet.name

    def facts(self, sheet: SheetName) -> SheetFacts:
        """What the records of a sheet say beside its values."""
        facts = SheetFacts(linked=self._linked)
        for kind, data in self._records(int(sheet.place)):
            if kind in _CELLS:
                row, column, style = struct.unpack_from("<HHH", data)
                self._cell(facts, kind, data, row, column, style)
            elif kind == _MULRK:
                row, first = struct.unpack_from("<HH", data)
                for place in range((len(data) - 6) // 6):
                    (style,) = struct.unpack_from("<H", data, 4 + 6 * place)
                    self._cell(facts, _RK, data, row, first + place, style)
            else:
                _note(facts, kind, data)
        facts.marks = array("Q", sorted(facts.marks))
        return facts

    def _cell(self, facts: SheetFacts, kind: int, data: bytes, row: int, column: int, style: int) -> None:
        facts.has_value(row, column)
        error = None
        if kind == _BOOLERR and data[7]:
            error = data[6]
        elif kind == _FORMULA:
            facts.formula(row)
            if data[12:14] == b"\xff\xff" and data[6] == 2:
                error = data[8]
        if error is not None:
            facts.mark_error(row, column, _ERRORS.get(error, "#VALUE!"))
        elif kind in (_NUMBER, _RK, _FORMULA) and style in self._marked:
            facts.mark(row, column, self._marked[style])

    def _is_empty(self, begin: int) -> bool:
        return not any(kind in _CELLS or kind == _MULRK for kind, _ in self._records(begin))

    def _read_globals(self) -> None:
        """Sheets, and formats of cells."""
        codes: dict[int, str] = {}
        found: list[tuple[str, bool, int]] = []
        styles = 0
        for kind, data in self._records(0):
            if kind == _FILEPASS:
                raise WorkbookRefused("workbook_unreadable", "工作簿设有打开密码", "请去掉密码后再上传")
            if kind == _BOUNDSHEET:
                begin, state, what = struct.unpack_from("<IBB", data)
                if what == _WORKSHEET:
                    found.append((self._string(data, 6, 1), state & 3 != 0, begin))
            elif kind == _FORMAT:
                codes[struct.unpack_from("<H", data)[0]] = self._string(data, 2, 2 if self._version == _BIFF8 else 1)
            elif kind == _XF:
                (number,) = struct.unpack_from("<H", data, 2)
                if (mark := meaning(number, codes.get(number, ""))) is not None:
                    self._marked[styles] = mark
                styles += 1
            elif kind == _SUPBOOK:
                self._linked |= data[2:4] not in (b"\x01\x04", b"\x01\x3a")  # this workbook itself, and functions added
        self.sheets = checked_names([SheetName(*sheet, self._is_empty(sheet[2])) for sheet in found[: MAX_SHEETS + 1]])

    def _records(self, begin: int) -> Iterator[tuple[int, bytes]]:
        """The records from the beginning of a part to its end, without those of charts inside it."""
        stream, place, depth = self._stream, begin, 0
        while place + 4 <= len(stream):
            kind, length = struct.unpack_from("<HH", stream, place)
            data = stream[place + 4 : place + 4 + length]
            if len(data) < length or (depth == 0 and kind != _BOF):
                break
            place += 4 + length
            if kind == _BOF:
                self._version = struct.unpack_from("<H", data)[0] if depth == 0 and begin == 0 else self._version
                if self._version not in (_BIFF5, _BIFF8):
                    raise WorkbookRefused("workbook_unreadable", "工作簿的格式太旧（早于 Excel 5.0）", SAVE_AGAIN)
                depth += 1
            elif kind == _EOF:
                depth -= 1
                if depth == 0:
                    return
            elif depth == 1:
                yield kind, data
        raise damaged("工作簿在中间断了")

    _version = _BIFF8

    def _string(self, data: bytes, begin: int, size: int) -> str:
        """A text behind its length of `size` bytes."""
        length = int.from_bytes(data[begin : begin + size], "little")
        begin += size
        if self._version == _BIFF5:
            return data[begin : begin + length].decode("gb18030", errors="replace")
        if data[begin] & 1:
            return data[begin + 1 : begin + 1 + 2 * length].decode("utf-16-le", errors="replace")
        return data[begin + 1 : begin + 1 + length].decode("latin-1")


def _note(facts: SheetFacts, kind: int, data: bytes) -> None:
    """What a record says of rows, columns and ranges."""
    if kind == _ROW and struct.unpack_from("<H", data, 12)[0] & 0x20:
        facts.hidden_rows.append(struct.unpack_from("<H", data)[0])
    elif kind == _COLINFO and struct.unpack_from("<H", data, 8)[0] & 1:
        first, last = struct.unpack_from("<HH", data)
        facts.hidden_columns += range(first, last + 1)
    elif kind == _FILTERMODE:
        facts.filtered = True
    elif kind == _MERGEDCELLS:
        for place in range(2, 2 + 8 * struct.unpack_from("<H", data)[0], 8):
            top, bottom, left, right = struct.unpack_from("<HHHH", data, place)
            facts.merged.append((top, left, bottom, right))
