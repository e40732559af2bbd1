"""数据报送, step 2, 体检: the problems of each selected file, the preview, the downloads, and 接收.

A file stays in its widget until the user removes it, and its examination stays in the session under everything it depends
on. So a rerun shows the same again and does nothing twice, and leaving the page accepts nothing.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from etl.intake.accept import accept
from etl.intake.batch_notes import whole_in_use, withdrawn
from etl.intake.batches import known_cells, newest_before, quieter_columns
from etl.intake.examine import Examination, Said, examine
from etl.intake.recognise import recognise, sheets
from etl.intake.repaired import repaired_csv
from etl.intake.word_mapping import ColumnWords
from etl.problems import SEVERITY_NAMES, Count, Severity, collapsed, problems_csv
from scorecard.calendar.clock import today
from scorecard.catalog.contracts import Policy, Table
from scorecard.catalog.definitions import Catalog
from scorecard.ui.intake.mapping import ask_headers, ask_words
from scorecard.ui.intake.session_results import computed_once
from scorecard.ui.intake.upload import Selected, select_table
from scorecard.ui.shell import identity
from scorecard.ui.shell.cached import data_dir
from scorecard.ui.shell.downloads import download
from scorecard.ui.shell.page_blocks import show_on_screen
from scorecard.ui.shell.selection import select
from scorecard.ui.shell.templating import render

LISTED = 200  # problems on screen; the whole list is a file
_MONTH = 31  # days between 数据截至 and what the file suggests from which it is doubted
_CORRECTABLE = 36  # newest 数据截至 of a table that a file may correct
_MUST_CORRECT: tuple[Severity, ...] = ("refuse", "aside")
_POLICIES: dict[Policy, str] = {"refuse": "有错即整份退回", "set_aside": "接收合格的行，搁置有错的行"}


@dataclass(frozen=True)
class SelectedFile:
    """A selected file and how it is to be read. `id` is the upload's own: the same file sent twice has two."""

    id: str
    file_name: str
    raw: bytes
    table: Table
    catalog: Catalog
    as_of: date
    note: str
    policy: Policy
    mapping: Mapping[str, str] = field(default_factory=dict)
    corrects: bool = False
    words: ColumnWords = field(default_factory=dict)
    sheet: str = ""

    @property
    def state(self) -> Hashable:
        """Everything that an examination of this file depends on, except the catalogue."""
        words = tuple((column, tuple(sorted(answers.items()))) for column, answers in sorted(self.words.items()))
        return (self.id, self.sheet, self.table.id, self.as_of, self.policy, tuple(sorted(self.mapping.items())), words)

    @property
    def stem(self) -> str:
        """The name of the file without its ending."""
        return PurePath(self.file_name).stem

    @property
    def extract(self) -> tuple[bytes, str, Table, Catalog, date]:
        """The first arguments of `examine`, `accept` and `repaired_csv`."""
        return self.raw, self.file_name, self.table, self.catalog, self.as_of

    @property
    def said(self) -> Said:
        """How they read it."""
        return {"mapping": self.mapping, "policy": self.policy, "words": self.words, "sheet": self.sheet}

    def examination(self) -> Examination:
        """The examination of the file, computed once in a session: as of today, and again only if a date lies later."""
        whole = replace(self, as_of=today())._examined("as of today")
        late = any(count.code == "date_future" for count in whole.counts)
        if not late and (whole.latest is None or whole.latest.day <= self.as_of):
            return replace(whole, as_of=self.as_of)
        return replace(self._examined("examination"), latest=whole.latest)

    def _examined(self, name: str) -> Examination:
        return computed_once(
            f"{name} {self.id} {bool(self.mapping)} {bool(self.words)}",
            (self.state, self.catalog.digest),
            lambda: examine(*self.extract, **self.said),
            "正在检查…",
        )

    def suggested(self) -> date:
        """数据截至 as the file suggests it, otherwise the end of last month."""
        months = self.catalog.court.months
        return self.examination().suggested_as_of(months) or months.month_end(months.month_of(today()) - 1)


@dataclass(frozen=True)
class ExaminedFile:
    """A file with its examination, and whether this session has accepted it."""

    file: SelectedFile
    examination: Examination
    accepted: bool

    @property
    def acceptable(self) -> bool:
        return not self.examination.refused and not self.accepted


def examine_files(selected: Selected, catalog: Catalog) -> list[ExaminedFile]:
    """Every selected file examined, each with its problems and its buttons; 接收 accepts it."""
    show_on_screen("ui/intake/step.html", number=2, title="体检", text="只检查，不写入；逐个点“接收”后才入库。")
    if not selected.files:
        show_on_screen("ui/shell/note.html", text="还没有选择文件。")
    files = [_examine_file(number, upload, selected, catalog) for number, upload in enumerate(selected.files, 1)]
    acceptable = [file for file in files if file.acceptable]
    if len(acceptable) > 1 and st.button(f"接收全部 {len(acceptable)} 个合格的文件", type="primary", key="accept_all"):
        for file in acceptable:
            _accept(file.file)
        st.rerun()
    return files


def _examine_file(number: int, upload: UploadedFile, selected: Selected, catalog: Catalog) -> ExaminedFile:
    raw = upload.getvalue()
    with st.container(border=True, key=f"file_{number}"):
        head = st.empty()
        sheet = _select_sheet(upload.file_id, raw, catalog)
        candidates = computed_once(
            f"recognised {upload.file_id}", (sheet, catalog.digest), lambda: recognise(raw, catalog, sheet), "正在检查…"
        )
        head.html(
            render("ui/intake/file_head.html", number=number, name=upload.name, size=len(raw), known=bool(candidates))
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            tables = [candidate.table for candidate in candidates]
            table = select_table(catalog, "数据表（已按表头识别，可改）", f"table_{upload.file_id}{sheet}", tables)
            file = SelectedFile(
                upload.file_id, upload.name, raw, table, catalog, today(), selected.note, table.on_error
            )
            file = _ask_date(replace(file, sheet=sheet))
            policy = select("有错时", _POLICIES, table.on_error, key=f"policy_{upload.file_id}_{table.id}", width=280)
            file = replace(file, policy=policy)
        if unknown := file.examination().unknown:
            file = replace(file, mapping=ask_headers(file.id, table, unknown))
        if unread := file.examination().unread:
            file = replace(file, words=ask_words(file.id, table, catalog, unread))
        examination, accepted = file.examination(), _accepted().get(file.state)
        if accepted is not None:
            show_on_screen("ui/shell/accepted.html", text=accepted)
        else:
            show_findings(file, examination)
    return ExaminedFile(file, examination, accepted is not None)


def _ask_date(file: SelectedFile) -> SelectedFile:
    """The file with its 数据截至: that of the data it corrects, where the officer says so, otherwise proposed and editable."""
    in_use = whole_in_use(data_dir(), sample=False)
    dates = sorted({batch.as_of for batch in in_use if batch.table == file.table.id}, reverse=True)
    if dates:
        corrected = st.selectbox(
            "用途",
            [None, *dates[:_CORRECTABLE]],
            format_func=lambda day: f"更正截至 {day} 的数据" if day else "新报或补报",
            key=f"corrects_{file.id}_{file.table.id}",
            width=260,
        )
        if corrected is not None:
            return replace(file, as_of=corrected, corrects=True)
    as_of = st.date_input(
        "数据截至",
        value=computed_once(f"suggested {file.id}", (file.state, file.catalog.digest), file.suggested, "正在检查…"),
        max_value=today(),
        format="YYYY-MM-DD",
        key=f"as_of_{file.id}_{file.table.id}",
        width=160,
    )
    assert isinstance(as_of, date)
    return replace(file, as_of=as_of)


def _select_sheet(upload: str, raw: bytes, catalog: Catalog) -> str:
    """The selected sheet of a workbook with several; none is selected until a person does."""
    names = computed_once(f"sheets {upload}", catalog.digest, lambda: sheets(raw, catalog), "正在检查…")
    if len(names) < 2:
        return ""
    selected = st.selectbox(
        "工作表", names, index=None, placeholder="请选择要读取的工作表", key=f"sheet_{upload}", width=280
    )
    return selected or ""


def show_findings(
    file: SelectedFile,
    examination: Examination,
    accept_as: str = "接收",
    act: Callable[[SelectedFile], None] | None = None,
) -> None:
    """Counts by kind, the buttons, then the preview and the first problems. `act` is done at the first button, for rows that
    are no extract and have no 数据截至; otherwise the file is accepted.
    """
    must = collapsed(problem for problem in examination.problems if problem.severity in _MUST_CORRECT)[:LISTED]
    rest = collapsed(problem for problem in examination.problems if problem.severity not in _MUST_CORRECT)
    rest = rest[: LISTED - len(must)]
    more = sum(count.count for count in examination.counts) - sum(equal.count for equal in (*must, *rest))
    values = {"examination": examination, "severities": SEVERITY_NAMES}
    suggested = file.as_of if act else file.suggested()
    doubted = "" if abs((suggested - file.as_of).days) <= _MONTH or examination.latest is None else str(suggested)
    kinds, quieter = _kinds(examination.counts), () if act else _quieter(file, examination)
    show_on_screen("ui/intake/findings_head.html", kinds=kinds, doubted=doubted, quieter=quieter, **values)
    with st.container(horizontal=True, vertical_alignment="center"):
        if not examination.refused and st.button(accept_as, type="primary", key=f"accept_{file.id}"):
            (act or _accept)(file)
            st.rerun()
        if examination.problems:
            download(
                "下载全部问题（CSV）",
                f"问题清单_{file.stem}.csv",
                lambda _: problems_csv(examination.problems),
                needs="upload",
                key=f"problems_{file.id}",
            )
        if examination.repairable:
            download(
                "下载修复后的文件（CSV）",
                f"已修复_{file.stem}.csv",
                lambda _: repaired_csv(*file.extract, **file.said),
                needs="upload",
                key=f"repaired_{file.id}",
            )
    show_on_screen("ui/intake/findings_body.html", must=must, rest=rest, more=more, **values)


def _quieter(file: SelectedFile, examination: Examination) -> tuple[str, ...]:
    """Sentences on the columns that the file says much less of than the extract before it."""
    earlier = newest_before(whole_in_use(data_dir(), sample=False), file.table, file.as_of)
    if earlier is None or examination.known is None:
        return ()
    return quieter_columns(file.table, known_cells(earlier), examination.known)


@dataclass
class _Kind:
    """Problems of one kind and severity: the columns they stand in, and how many there are."""

    severity: Severity
    title: str
    columns: list[str] = field(default_factory=list)
    count: int = 0


def _kinds(counts: Sequence[Count]) -> list[_Kind]:
    """Problems by kind in the order of the counts, those to be corrected first; the columns of a kind in one line."""
    kinds: dict[tuple[Severity, str], _Kind] = {}
    for count in counts:
        kind = kinds.setdefault((count.severity, count.title), _Kind(count.severity, count.title))
        kind.columns += [count.column] if count.column else []
        kind.count += count.count
    return list(kinds.values())


def _accept(file: SelectedFile) -> None:
    data = data_dir()
    with st.spinner("正在接收…"):
        said = file.said
        batch = accept(*file.extract, identity.current(), data, note=file.note, corrects=file.corrects, **said)
    result = "此前已接收，没有重复写入" if batch.already else "已接收"
    if (batch.table, batch.name) in withdrawn(data):
        result = "这份文件此前已接收又被撤回，仍不计入，如需恢复请到“版本”页"
    aside = f"，搁置 {batch.aside:,} 行" if batch.aside else ""
    words = (
        f"{result}：{file.table.name} {batch.rows:,} 行{aside}{'（更正）' if batch.corrects else ''}，批次 {batch.name}"
    )
    _accepted()[file.state] = "。".join((words, *batch.warnings))


def _accepted() -> dict[Hashable, str]:
    """The files that this session has accepted, each with the sentence about it."""
    return st.session_state.setdefault("_accepted", {})
