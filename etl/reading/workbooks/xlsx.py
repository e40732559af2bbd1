"""An .xlsx file: its sheets, what only its XML says of one of them, and that sheet alone as a package of checked parts.

Nothing is unpacked before its size is known, and the reader of values gets only what was read here to the end: the sheet,
its texts and formats. No macro, no linked workbook and no picture reaches it. XML that declares a document type is refused.
"""

import io
import posixpath
import tomllib
import zipfile
from array import array
from pathlib import Path
from typing import IO

from etl.reading.workbooks.facts import (
    EXPANDS,
    MAX_SHEETS,
    SAVE_AGAIN,
    TEXT_EXPANDS,
    SheetFacts,
    SheetName,
    WorkbookFormat,
    WorkbookRefused,
    checked_names,
    damaged,
    too_large,
)
from etl.reading.workbooks.sheet_xml import check_text, elements, formats, pieces, sheet_facts, text_lengths

_MOST_PARTS = 10_000
_FRAME: dict[str, str] = tomllib.loads(Path(__file__).with_name("frame.toml").read_text("utf-8"))  # around one sheet


def is_xlsx(raw: bytes) -> bool:
    """Whether the bytes are a package with the parts of a workbook."""
    return raw.startswith((b"PK\x03\x04", b"PK\x05\x06")) and b"xl/" in raw


class XlsxFile:
    """An .xlsx file whose directory has been checked. Raises WorkbookRefused for anything else."""

    format: WorkbookFormat = "xlsx"

    def __init__(self, raw: bytes, limit_mb: int) -> None:
        self._room = limit_mb * 1_000_000 * EXPANDS
        self._text_room = limit_mb * 1_000_000 * TEXT_EXPANDS
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise damaged("压缩包打不开") from error
        self._check_directory()
        self._names = {info.filename.lower(): info.filename for info in self._zip.infolist()}
        self._check_kind()
        self._book = self._related("", "/officeDocument")[0]
        self.sheets, self._date_1904, self._recalculate = self._read_book()

    def facts(self, sheet: SheetName) -> SheetFacts:
        """What the XML of a sheet says beside its values."""
        path = str(sheet.place)
        styles = self._related(self._book, "/styles")
        strings = self._related(self._book, "/sharedStrings")
        marked = formats(self._open(styles[0])) if styles else {}
        texts = text_lengths(self._open(strings[0])) if strings else array("Q")
        facts, repeating = sheet_facts(self._open(path), marked, recalculate=self._recalculate)
        if repeating * max(texts, default=0) > self._text_room:
            check_text(self._open(path), texts, self._text_room)
        facts.linked = any("/externallinks/" in f"/{name}" for name in self._names)
        return facts

    def checked(self, sheet: SheetName) -> tuple[bytes, str]:
        """A workbook of this sheet alone, of the parts that `facts` read, for the reader of values; and the sheet's name in it."""
        parts = {"xl/worksheets/sheet1.xml": str(sheet.place)}
        for name, kind in (("xl/styles.xml", "/styles"), ("xl/sharedStrings.xml", "/sharedStrings")):
            if found := self._related(self._book, kind):
                parts[name] = found[0]
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as package:
            for name, text in _FRAME.items():
                package.writestr(name, text.replace("$date1904", str(int(self._date_1904))))
            for name, source in parts.items():
                with package.open(name, "w", force_zip64=True) as target:
                    for piece in pieces(self._open(source)):
                        target.write(piece)
        return content.getvalue(), "1"

    def _check_directory(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > self._room:
            raise too_large(f"工作簿解压后超过 {self._room // 1_000_000:,} MB")
        if len({part.filename.lower() for part in parts}) != len(parts):
            raise damaged("压缩包里有同名的部件")
        known = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        if any(part.flag_bits & 1 or part.compress_type not in known for part in parts):
            raise WorkbookRefused("workbook_unreadable", "压缩包已加密或用了不支持的压缩方法", SAVE_AGAIN)

    def _check_kind(self) -> None:
        names = set(self._names)
        if "[content_types].xml" not in names:
            raise damaged("缺少 [Content_Types].xml")
        found = elements(self._open("[Content_Types].xml"))
        types = [kind.get("ContentType", "") for name, kind in found if name in ("Override", "Default")]
        macros = any(name.endswith("vbaproject.bin") for name in names)
        if macros or any("macroEnabled.main+xml" in kind for kind in types):
            reason = "这是带宏的工作簿（.xlsm），本系统不打开宏"
            raise WorkbookRefused("workbook_unreadable", reason, "请另存为不带宏的 xlsx 工作簿再上传")
        if any("sheet.binary" in kind for kind in types):
            raise WorkbookRefused("workbook_unreadable", "这是二进制工作簿（.xlsb）", "请另存为 xlsx 工作簿再上传")

    def _read_book(self) -> tuple[tuple[SheetName, ...], bool, bool]:
        """The sheets, whether days count from 1904, whether the formulas are to be calculated when the file is opened."""
        # Neither charts nor the sheets of macros.
        targets = {key: path for key, kind, path in self._relations(self._book) if kind.endswith("/worksheet")}
        found: list[SheetName] = []
        flags = {"date1904": False, "fullCalcOnLoad": False}

        for name, element in elements(self._open(self._book)):
            if name == "sheet":
                known = {attribute.rpartition("}")[2]: value for attribute, value in element.attrib.items()}
                if (path := targets.get(known.get("id", ""))) is not None and len(found) <= MAX_SHEETS:
                    hidden = known.get("state", "visible") != "visible"
                    found.append(SheetName(known.get("name", ""), hidden, path, self._is_empty(path)))
            elif name in ("workbookPr", "calcPr"):
                flags = {flag: said or element.get(flag) in ("1", "true") for flag, said in flags.items()}
        return checked_names(found), flags["date1904"], flags["fullCalcOnLoad"]

    def _related(self, part: str, kind: str) -> list[str]:
        """The parts of this kind that belong to a part (the package itself: ""), by the names they have in the package."""
        found = [target for _, what, target in self._relations(part) if what.endswith(kind)]
        if not found and not part:
            raise damaged("缺少工作簿的主部件")
        return found

    def _relations(self, part: str) -> list[tuple[str, str, str]]:
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        found: list[tuple[str, str, str]] = []

        if relations.lower() in self._names:
            for name, relation in elements(self._open(relations)):
                if name == "Relationship" and relation.get("TargetMode") != "External":
                    path = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
                    found.append((relation.get("Id", ""), relation.get("Type", ""), path.lstrip("/")))
        return found

    def _open(self, path: str) -> IO[bytes]:
        try:
            return self._zip.open(self._names[path.lower()])
        except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise damaged(f"缺少部件 {path[:80]}") from error

    def _is_empty(self, path: str) -> bool:
        """Whether no cell has a value; extensions have elements of the same names."""
        for name, element in elements(self._open(path)):
            if name in ("v", "is", "f") and next(element.iterancestors("{*}extLst"), None) is None:
                return False
        return True
