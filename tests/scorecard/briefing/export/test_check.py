"""A Word file that somebody edited: words may be changed, a number that is not the version's is found with its place."""

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest

from etl.commands.cli import main
from scorecard.access import Forbidden
from scorecard.briefing.browser import queue
from scorecard.briefing.export import export_records, make
from scorecard.briefing.export.check import CheckedFile, check_docx
from scorecard.briefing.paper.request import BriefingRequest
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published
from tests.support.actors import CIVIL, LEADER, OFFICER, VISITOR
from tests.support.samples import copied

Edit = Callable[[docx.document.Document], None]


@pytest.fixture(scope="module")
def own(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataDir]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "browser", lambda: None)
        yield copied(sample, tmp_path_factory.mktemp("check") / "data")


@pytest.fixture(scope="module")
def raw(own: DataDir) -> bytes:
    wish = BriefingRequest("information", "2026-10", issue="10")
    return next(iter(make.make_paper(own, open_published(own), wish, LEADER, ["docx"]).content.values()))


def edited(raw: bytes, edit: Edit) -> bytes:
    document, file = docx.Document(io.BytesIO(raw)), io.BytesIO()
    edit(document)
    document.save(file)
    return file.getvalue()


def checked(own: DataDir, raw: bytes, edit: Edit) -> CheckedFile:
    return check_docx(own, edited(raw, edit), LEADER)


def with_text(document: docx.document.Document, part: str) -> docx.text.paragraph.Paragraph:
    return next(each for each in document.paragraphs if part in each.text)


def rewrite(paragraph: docx.text.paragraph.Paragraph, text: str) -> None:
    for run in paragraph.runs[1:]:
        run._r.getparent().remove(run._r)
    paragraph.runs[0].text = text


def test_a_file_saved_again_is_as_it_was(own: DataDir, raw: bytes) -> None:
    found = checked(own, raw, lambda document: None)
    assert (found.wrong, found.edited, found.notice) == ((), (), "")


def test_words_may_be_changed_moved_deleted_and_added(own: DataDir, raw: bytes) -> None:
    def edit(document: docx.document.Document) -> None:
        paragraph = with_text(document, "设有目标且可以评价的")
        rewrite(paragraph, paragraph.text.replace("设有目标且可以评价的", "有目标可对照的"))
        first = next(each for each in document.paragraphs if each.text.startswith("一、"))
        first.insert_paragraph_before("请各部门于月底前研究，2026年10月的数据不再变动。")
        document.element.body.append(paragraph._p)

    found = checked(own, raw, edit)
    assert found.wrong == ()
    assert {(bool(one.before), bool(one.after)) for one in found.edited} == {(True, True), (False, True)}
    assert any("有目标可对照的" in one.after and "可以评价的" in one.before for one in found.edited)


def test_a_changed_number_is_found_with_its_place_and_what_the_version_has(own: DataDir, raw: bytes) -> None:
    def edit(document: docx.document.Document) -> None:
        paragraph = with_text(document, "可以评价的6项")  # of the ten, six have a target and a verdict
        rewrite(paragraph, paragraph.text.replace("可以评价的6项", "可以评价的一十二项"))
        cell = document.tables[-1].rows[1].cells[1]
        rewrite(cell.paragraphs[0], "0.01%")
        document.paragraphs[-1].insert_paragraph_before("其中九十九家已经排查。")

    found = checked(own, raw, edit)
    by_number = {one.found: one for one in found.wrong}
    assert by_number["12"].expected == "6"
    assert "段" in by_number["12"].place
    assert "张表第2行第2列" in by_number["0.01%"].place
    assert by_number["99"].expected == "没有这个数"
    assert len(found.wrong) == 3


def test_two_numbers_that_changed_places_are_both_wrong(own: DataDir, raw: bytes) -> None:
    def edit(document: docx.document.Document) -> None:
        one, other = (document.tables[-1].rows[at].cells[1].paragraphs[0] for at in (1, 2))
        first, second = one.text, other.text
        assert first != second
        rewrite(one, second)
        rewrite(other, first)

    assert len(checked(own, raw, edit).wrong) >= 2


def test_what_is_no_paper_of_this_court_is_refused_in_words(own: DataDir, raw: bytes) -> None:
    foreign = io.BytesIO()
    docx.Document().save(foreign)
    for content, said in (
        (b"PK nothing", "文件不是 DOCX"),
        (b"", "文件不是 DOCX"),
        (foreign.getvalue(), "没有导出清单"),
    ):
        with pytest.raises(ScorecardError, match=said):
            check_docx(own, content, LEADER)
    export = export_records.all_records(own)[0][0].id
    for before, after, said in (("信息", "月报", "清单与导出记录"), (export, "20200101000000-abcdef", "没有导出编号")):
        with pytest.raises((ScorecardError, StorageError), match=said):
            check_docx(own, _with_manifest(raw, before if before == export else "LEADER", after), LEADER)


def _with_manifest(raw: bytes, before: str, after: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as parts, zipfile.ZipFile(file, "w") as changed:
        for name in parts.namelist():
            content = parts.read(name)
            if name.startswith("customXml/item"):
                content = content.replace(before.encode(), after.encode()).replace(b'"issue": "10"', b'"issue": "11"')
            changed.writestr(name, content)
    return file.getvalue()


def test_only_who_may_have_the_paper_has_it_checked(own: DataDir, raw: bytes) -> None:
    with pytest.raises(Forbidden):
        check_docx(own, raw, VISITOR)
    wish = BriefingRequest("department", "2026-10", department="civil")
    sheet = next(iter(make.make_paper(own, open_published(own), wish, CIVIL, ["docx"]).content.values()))
    assert check_docx(own, sheet, OFFICER).wrong == ()
    with pytest.raises(Forbidden):
        check_docx(own, sheet, LEADER)


def test_the_command_line_names_every_wrong_number_and_ends_with_one(
    own: DataDir, raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, wrong = tmp_path / "right.docx", tmp_path / "wrong.docx"
    right.write_bytes(raw)
    wrong.write_bytes(
        edited(raw, lambda document: rewrite(document.tables[-1].rows[1].cells[1].paragraphs[0], "0.01%"))
    )
    assert main(["briefing", "--data", str(own.root), "--check", str(right)]) == 0
    assert "数字与版本一致" in capsys.readouterr().out
    assert main(["briefing", "--data", str(own.root), "--check", str(wrong)]) == 1
    assert "文件里 0.01%，版本里 " in capsys.readouterr().err
    assert main(["briefing", "--data", str(own.root), "--check", str(tmp_path / "none.docx")]) == 1
