"""Office files as programs find them that are not here: by the rules of the Open XML SDK, and by two readers of each kind."""

import io
from collections.abc import Callable
from pathlib import Path

import docx as word
import openpyxl
import pptx as slides
import pytest
from openxml_audit import FileFormat, OpenXmlValidator
from python_calamine import CalamineWorkbook

from scorecard.briefing.docx.document import write_docx
from scorecard.briefing.paper.model import Paper
from scorecard.briefing.pptx.presentation import write_pptx
from scorecard.briefing.xlsx.workbook import write_xlsx
from scorecard.catalog.definitions import Catalog
from scorecard.storage.data_dir import DataDir
from tests.support.office import converted, repacked, text_of
from tests.support.papers import laid_out, paper

Read = Callable[[bytes], str]
FORMATS: dict[str, tuple[Callable[[Paper], bytes], Read]] = {
    "docx": (write_docx, lambda raw: "".join(one.text for one in word.Document(io.BytesIO(raw)).paragraphs)),
    "pptx": (
        write_pptx,
        lambda raw: "".join(
            shape.text_frame.text
            for slide in slides.Presentation(io.BytesIO(raw)).slides
            for shape in slide.shapes
            if shape.has_text_frame
        ),
    ),
    "xlsx": (
        write_xlsx,
        lambda raw: "".join(
            str(cell.value) for sheet in openpyxl.load_workbook(io.BytesIO(raw)) for row in sheet for cell in row
        ),
    ),
}


@pytest.fixture(scope="module")
def given(sample: DataDir, catalog: Catalog) -> Paper:
    return laid_out(paper(sample, catalog))


def faults(folder: Path, name: str, content: bytes) -> list[str]:
    """What the rules of ECMA-376, as Microsoft's own validator has them, find wrong in the file."""
    (folder / name).write_bytes(content)
    found = OpenXmlValidator(FileFormat.MICROSOFT_365, max_errors=0, security_validation=True).validate(folder / name)
    return [f"{one.part_uri}: {one.description}" for one in found.errors]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_keeps_the_rules_of_its_format(given: Paper, tmp_path: Path, kind: str) -> None:
    assert faults(tmp_path, f"paper.{kind}", FORMATS[kind][0](given)) == []


def test_the_validator_finds_what_word_would_repair(given: Paper, tmp_path: Path) -> None:
    def swapped(name: str, part: bytes) -> bytes:
        return part.replace(b"<w:pPr>", b"<w:pPr><w:tblHeader/>", 1) if name == "word/document.xml" else part

    assert faults(tmp_path, "paper.docx", repacked(write_docx(given), swapped))


@pytest.mark.browser
@pytest.mark.parametrize("kind", FORMATS)
def test_two_independent_readers_open_it_as_it_is(given: Paper, tmp_path: Path, kind: str) -> None:
    write, read = FORMATS[kind]
    content = write(given)
    for text in (read(content), text_of(converted(tmp_path, f"paper.{kind}", content, "pdf")[0])):
        assert given.figures[0].line.name in text
    if kind == "xlsx":
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        assert book.sheet_names == openpyxl.load_workbook(io.BytesIO(content)).sheetnames
