"""Every command of docs/operations.md, in its order, on an installation below a folder and a published sample.

Commands of the program run for real, with the folders of the installation; so do install.sh, openssl, and what moves files. What only a
whole machine has is checked by name: units of systemd, targets of make, options of install-offline.sh.
"""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from etl.commands.cli import main
from scorecard.audit import log as audit
from scorecard.storage.data_dir import DATA_VARIABLE, SEEDS_VARIABLE, DataDir
from scorecard.storage.keys import KEYS_VARIABLE, default_keys
from scorecard.store import versions as store
from scorecard.ui.server import serve
from tests.conftest import ROOT
from tests.deploy.conftest import installed
from tests.support.samples import copied

MANUAL = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:scorecard|systemctl|journalctl|make) [^`…]+)`")
UNITS = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()} | {"nginx.service"}
OURS = ("/var/lib/scorecard", "/var/backups", "/mnt", "/etc/nginx", "/etc/scorecard")


def commands() -> list[str]:
    return [line for block in BLOCK.findall(MANUAL.read_text(encoding="utf-8")) for line in block.splitlines() if line]


def lasting(word: str, root: Path) -> str:
    """A word of a command with the installation's folders below `root`."""
    return f"{root}{word}" if word.startswith(OURS) else word


def of_the_program(words: list[str]) -> None:
    """`scorecard …` as deploy/scorecard.sh runs it."""
    if words == ["reset-admin"]:
        assert serve.main(["--reset-admin"]) == 0
    else:
        assert main(words) == 0, words


def of_systemd(words: list[str]) -> None:
    """Each unit that a command names is one of deploy/systemd, or nginx."""
    named = [word for word in words[2:] if not word.startswith("-") and not word.isdigit()]
    assert named
    assert {name if "." in name else f"{name}.service" for name in named} <= UNITS, words


def by_name(words: list[str]) -> None:
    """What only a whole machine has: it exists by the name that the manual gives."""
    match words:
        case ["systemctl" | "journalctl", *_]:
            of_systemd(words if words[0] == "systemctl" else ["", *words])
        case ["make", target]:
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        case ["nginx", "-t"] | ["git", "pull", "--ff-only"] | ["tar", "xf", _]:
            pass
        case [script, *options] if script.endswith("/install-offline.sh"):
            known = (ROOT / "deploy" / "install.sh").read_text(encoding="utf-8")
            assert all(option in known for option in options if option.startswith("--"))
        case _:
            pytest.fail(f"nobody runs: {shlex.join(words)}")


def run(command: str, root: Path) -> None:
    words = [lasting(word, root) for word in shlex.split(command)]
    match words[0]:
        case "scorecard":
            of_the_program(words[1:])
        case "deploy/install.sh":
            installed(root, *words[1:])
        case "install":  # the user of the service is this machine's to make
            kept = [
                word for at, word in enumerate(words) if word not in ("-o", "-g") and words[at - 1] not in ("-o", "-g")
            ]
            subprocess.run(kept, check=True)
        case "mv" | "cp" | "openssl":
            subprocess.run(words, check=True, capture_output=True)
        case _:
            by_name(words)


@pytest.fixture
def root(sample: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with published data, and an environment as its settings give it to the service."""
    root = tmp_path / "machine"
    installed(root, "--host", "localhost")
    state = root / "var/lib/scorecard"
    (state / "data").rmdir()
    (root / "mnt").mkdir()  # a medium for the keys
    copied(sample, state / "data")
    shutil.copy2(default_keys() / "audit", state / "keys" / "audit")  # the sample was sealed by this one
    monkeypatch.setenv(DATA_VARIABLE, str(state / "data"))
    monkeypatch.setenv(SEEDS_VARIABLE, str(ROOT / "seeds"))
    monkeypatch.setenv(KEYS_VARIABLE, str(state / "keys"))
    return root


def test_every_command_of_the_manual_does_what_it_is_there_for(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = DataDir(root / "var/lib/scorecard/data")
    before = store.current(data).version
    done = commands()
    assert len(done) > 25
    for command in done:
        run(command, root)
    said = capsys.readouterr().out
    assert store.current(data).version == before, "the version that was backed up is served after the recovery"
    assert (root / "var/lib/scorecard/data.before").is_dir()
    assert (root / "mnt/scorecard-keys/audit").read_text() == (root / "var/lib/scorecard/keys/audit").read_text()
    assert re.search(r"密码：\S{10,}", said)
    assert audit.entries(data)


def test_what_the_manual_names_in_a_sentence_exists() -> None:
    text = MANUAL.read_text(encoding="utf-8")
    for command in INLINE.findall(text):
        words = command.split()
        if words[0] == "scorecard":
            with pytest.raises(SystemExit) as end:
                main([words[1], "--help"])
            assert end.value.code == 0
        elif words[:2] != ["systemctl", "edit"]:
            by_name(words)
    for path in re.findall(r"`((?:deploy|docs|tests)/[\w./*-]+)`", text):
        assert list(ROOT.glob(path)), path


def test_the_words_of_the_manual_s_table_are_those_that_people_see() -> None:
    """Symptoms in quotes stand word for word in the program or in deploy/."""
    table = MANUAL.read_text(encoding="utf-8").split("## 出了问题")[1]
    kinds = (".py", ".js", ".sh", ".html")
    sources = [
        path for folder in ("scorecard", "deploy") for path in (ROOT / folder).rglob("*") if path.suffix in kinds
    ]
    written = "".join(path.read_text(encoding="utf-8") for path in sources)
    for symptom in re.findall(r"“([^”…：]+)[”…：]", table):
        assert symptom in written, symptom
