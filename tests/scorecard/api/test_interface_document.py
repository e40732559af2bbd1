"""Every example of docs/interface.md does what it says: those of the shell as a program would call, those of the command line."""

import re
import shlex
from pathlib import Path

import pytest

from etl.commands.cli import main
from scorecard.api.gate import TITLES
from scorecard.storage.data_dir import DataDir
from tests.conftest import ROOT
from tests.scorecard.api.client import HOST, interface
from tests.support.samples import copied

TEXT = (ROOT / "docs" / "interface.md").read_text("utf-8")
EXAMPLES = re.findall(r"^curl .*$", TEXT, re.MULTILINE)
COMMANDS = re.findall(r"^\.venv/bin/python -m etl (.*)$", TEXT, re.MULTILINE)


def test_the_examples_of_calls_are_answered(sample: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with interface(copied(sample, tmp_path / "data"), monkeypatch) as client:
        assert len(EXAMPLES) >= 8
        for example in EXAMPLES:
            words = shlex.split(example.replace("$TOKEN", client.secret).replace("$SITE", HOST))
            headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
            answer = client.ask(words[-1], headers)
            assert answer.status_code == 200, (example, answer.text)
            if "csv" in example:
                assert answer.headers["content-type"].startswith("text/csv")
            elif "openapi" not in example:
                assert answer.json()["items"], example


def test_the_commands_make_list_and_revoke_a_token(data: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    for command in COMMANDS:
        assert main([*shlex.split(command), "--data", str(data.root)]) == 0
        told.append(capsys.readouterr().out.strip())
    assert re.fullmatch(r"ysh_[A-Za-z0-9_-]{43}", told[0])
    assert told[1:] == ["市中院2027  有效  到期 2027-12-31  最近使用 从未", "已撤销：市中院2027"]


def test_the_document_names_every_status_an_answer_can_have() -> None:
    named = set(map(int, re.findall(r"^\| (\d{3}) \|", TEXT, re.MULTILINE)))
    assert named == set(TITLES) - {500}
