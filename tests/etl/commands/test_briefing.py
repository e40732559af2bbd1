"""`python -m etl briefing`: papers without a session in a browser, whole files or none, again from the record, in Chinese."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from etl.commands.cli import main
from scorecard.audit import log as audit
from scorecard.briefing.browser import queue
from scorecard.briefing.export import export_records
from scorecard.storage.data_dir import DATA_VARIABLE, DataDir
from tests.conftest import ROOT
from tests.support.samples import copied

ENGLISH = re.compile(r"\b(usage|error|required|invalid|argument|expected|Traceback)\b")


@pytest.fixture(scope="module")
def own(sample: DataDir, tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    return copied(sample, tmp_path_factory.mktemp("cli") / "data")


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "browser", lambda: None)


def run(data: DataDir, *words: str) -> int:
    return main(["briefing", "--data", str(data.root), *words])


ANNEXES = ("全部指标", "指标口径", "措施、台账与登记")  # of the monthly paper


def test_a_process_of_its_own_writes_the_files_and_another_lists_and_repeats_them(own: DataDir, tmp_path: Path) -> None:
    def process(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "etl", "briefing", *words], cwd=ROOT, capture_output=True, text=True,
            check=False, env={**os.environ, DATA_VARIABLE: str(own.root)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    first, second = tmp_path / "first", tmp_path / "second"
    wish = ["--template", "monthly", "--period", "2026-10", "--issue", "10", "--date", "2026-11-09"]
    said = process(*wish, "--note", "请审阅。", "--formats", "csv,html", "--out", str(first), "--actor", "定时任务")
    export = re.findall(r"导出编号 (\S+)；", said)[0]
    name = f"领导小组月报_2026年1—10月_第10期_{export}"  # two papers never have one name
    annexes = {f"{name}_附件{at}_{title}.html" for at, title in enumerate(ANNEXES, 1)}
    assert {path.name for path in first.iterdir()} == {f"{name}.csv", f"{name}.html", f"{name}.zip"} | annexes
    assert f"python -m etl briefing --again {export}" in said
    assert export in process("--list")
    process("--again", export, "--formats", "html,csv", "--out", str(second))
    for path in first.iterdir():
        assert (second / path.name).read_bytes() == path.read_bytes()
    (manifest, order) = export_records.all_records(own)[0]
    assert (manifest.made_by, order.issue, order.note) == ("定时任务（服务器命令行）", "10", "请审阅。")
    assert [one.actor for one in audit.entries(own) if one.action == "导出"] == ["定时任务", "命令行"]
    html = (first / f"{name}.html").read_text("utf-8")
    for said_in_it in ("第10期", "2026年11月9日", "请审阅。"):
        assert said_in_it in html


WRONG = {
    "no template": ["--period", "2026-10"],
    "no period": ["--template", "monthly"],
    "a format misspelt": ["--template", "monthly", "--period", "2026-10", "--formats", "docx,pfd"],
    "no format": ["--template", "monthly", "--period", "2026-10", "--formats", ","],
    "a date misspelt": ["--template", "monthly", "--period", "2026-10", "--date", "9.11.2026"],
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG.values(), ids=WRONG)
def test_a_wrong_call_ends_with_two(own: DataDir, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(own, *words)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "调用有误" in said
    assert not ENGLISH.search(said)


REFUSED = {
    "a template misspelt": (["--template", "montly", "--period", "2026-10"], "是否为“monthly”？"),
    "a period without data": (["--template", "monthly", "--period", "2019-10"], "没有2019年1—10月的数据"),
    "a grain misspelt": (["--template", "monthly", "--period", "2026-10", "--grain", "months"], "是否为“month”？"),
    "a range of months as one month": (["--template", "monthly", "--period", "2026年1—10月", "--grain", "month"], "不是单月的报告期"),
    "a number nobody counted": (["--template", "monthly", "--period", "2026-10", "--headline", "达99.87%"], "“99.87%”不是这份简报里的数"),
    "a department not named": (["--template", "department", "--period", "2026-10"], "没有写部门"),
    "a version nobody published": (["--template", "monthly", "--period", "2026-10", "--version", "abcdefgh"], "没有这个已发布的版本"),
    "only what needs a browser": (["--template", "monthly", "--period", "2026-10", "--formats", "pdf"], "没有浏览器"),
    "an export nobody made": (["--again", "20261109100000-abcdef"], "没有导出编号"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_made_ends_with_one_its_reason_and_no_file(
    own: DataDir, words: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(own, *words, "--out", str(tmp_path / "out")) == 1
    said = capsys.readouterr()
    assert reason in said.err
    assert not ENGLISH.search(said.err)
    assert said.out == ""
    assert not (tmp_path / "out").exists()


def test_a_place_where_nothing_can_be_written_is_told_in_words(
    own: DataDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    wish = ["--template", "information", "--period", "2026-10", "--formats", "csv", "--out", str(blocked / "out")]
    assert run(own, *wish) == 1
    assert "写出" in capsys.readouterr().err


def test_nothing_published_is_told_in_words(data: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "--template", "monthly", "--period", "2026-10") == 1
    assert "还没有发布任何数据" in capsys.readouterr().err
    assert run(data, "--list") == 0
