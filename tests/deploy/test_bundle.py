"""install-offline.sh on a small bundle, in a network namespace without a route: whole or refused, again, and as an upgrade."""

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

# What a bundle's program needs for this test: its own files, and a Makefile whose `env` proves that it was handed the wheels.
MAKEFILE = "env:\n\ttest -d $(WHEELS) && touch env-made\n"


@dataclass(frozen=True)
class Bundle:
    """A bundle of the shape that deploy/bundle.sh writes, without Debian packages."""

    folder: Path

    def program(self, commit: str, files: dict[str, str]) -> None:
        """Put this program into it, with fresh sums."""
        source = self.folder.parent / f"program-{commit}"
        for name, text in {"Makefile": MAKEFILE, "data/README.md": "data", **files}.items():
            path = source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "wheels").mkdir(parents=True, exist_ok=True)
        (self.folder / "wheels" / "one.whl").write_bytes(b"wheel")
        with tarfile.open(self.folder / "program.tar.gz", "w:gz") as packed:
            packed.add(source, arcname=".")
        shutil.copy2(ROOT / "deploy" / "install-offline.sh", self.folder)
        python = subprocess.run(
            ["python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        target = f"COMMIT={commit}\nRELEASE=x\nMACHINE={os.uname().machine}\nPYTHON={python}"
        (self.folder / "TARGET").write_text(target, encoding="utf-8")
        sums = 'find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs -d "\\n" sha256sum >SHA256SUMS'
        subprocess.run(["bash", "-c", sums], cwd=self.folder, check=True)

    def install(self, prefix: Path) -> subprocess.CompletedProcess[str]:
        """Run it where no packet can leave: no route, not even to this machine."""
        command = [str(self.folder / "install-offline.sh"), "--prefix", str(prefix), "--no-packages", "--only-program"]
        return subprocess.run([*alone(), *command], capture_output=True, text=True, check=False)


def alone() -> list[str]:
    """The command that runs another in a network namespace of its own; nothing where this machine gives nobody one."""
    unshare = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--map-root-user", "--net"]
    return unshare if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0 else []


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    made = Bundle(tmp_path / "bundle")
    made.program("first", {"seeds/court.toml": "ours", "seeds/access.toml": "as shipped", "app.py": "1"})
    return made


def test_a_whole_bundle_is_installed_without_a_network_and_again_without_a_change(
    bundle: Bundle, tmp_path: Path
) -> None:
    prefix = tmp_path / "opt" / "scorecard"
    prefix.parent.mkdir()
    first = bundle.install(prefix)
    assert first.returncode == 0, first.stderr
    assert "没有用到网络" in first.stdout
    assert (prefix / "app.py").read_text() == "1"
    assert (prefix / "env-made").exists()
    again = bundle.install(prefix)
    assert again.returncode == 0
    assert "程序：" not in again.stdout
    assert not prefix.with_name("scorecard.old").exists()


@pytest.mark.parametrize("name", ["program.tar.gz", "wheels/one.whl", "install-offline.sh", "TARGET"])
def test_a_changed_file_is_refused_by_name_before_anything_is_installed(
    name: str, bundle: Bundle, tmp_path: Path
) -> None:
    path = bundle.folder / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    refused = bundle.install(tmp_path / "scorecard")
    assert refused.returncode == 1
    assert name in refused.stderr
    assert "与 SHA256SUMS 一致" in refused.stderr
    assert not (tmp_path / "scorecard").exists()


def test_a_missing_or_an_added_file_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    (bundle.folder / "wheels" / "added.whl").write_bytes(b"x")
    assert "多出 ./wheels/added.whl" in bundle.install(tmp_path / "scorecard").stderr
    (bundle.folder / "wheels" / "added.whl").unlink()
    (bundle.folder / "wheels" / "one.whl").unlink()
    assert "wheels/one.whl" in bundle.install(tmp_path / "scorecard").stderr
    assert not (tmp_path / "scorecard").exists()


def test_an_upgrade_keeps_what_the_court_changed_and_its_data(bundle: Bundle, tmp_path: Path) -> None:
    prefix = tmp_path / "scorecard"
    bundle.install(prefix)
    (prefix / "seeds/access.toml").write_text("the court's")
    (prefix / "seeds/own.toml").write_text("added")
    (prefix / "data/audit.jsonl").write_text("kept")
    bundle.program("second", {"seeds/court.toml": "ours, newer", "seeds/access.toml": "as shipped", "app.py": "2"})
    done = bundle.install(prefix)
    assert done.returncode == 0, done.stderr
    held = {
        name: (prefix / name).read_text()
        for name in ("app.py", "seeds/access.toml", "seeds/own.toml", "seeds/court.toml")
    }
    assert held == {
        "app.py": "2", "seeds/access.toml": "the court's", "seeds/own.toml": "added", "seeds/court.toml": "ours, newer",
    }  # fmt: skip
    assert (prefix / "data/audit.jsonl").read_text() == "kept"
    assert prefix.with_name("scorecard.old").exists()


def test_what_both_the_court_and_the_new_program_changed_is_left_to_people(bundle: Bundle, tmp_path: Path) -> None:
    prefix = tmp_path / "scorecard"
    bundle.install(prefix)
    (prefix / "seeds/court.toml").write_text("the court's")
    bundle.program("second", {"seeds/court.toml": "ours, newer", "seeds/access.toml": "as shipped", "app.py": "2"})
    refused = bundle.install(prefix)
    assert refused.returncode == 1
    assert "seeds/court.toml 本院改过，新程序也改了" in refused.stderr
    assert ((prefix / "app.py").read_text(), (prefix / "seeds/court.toml").read_text()) == ("1", "the court's")


def test_a_folder_with_something_else_in_it_is_left_alone(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "scorecard").mkdir()
    (tmp_path / "scorecard" / "theirs").write_text("x")
    assert "已有别的内容" in bundle.install(tmp_path / "scorecard").stderr
    assert [path.name for path in (tmp_path / "scorecard").iterdir()] == ["theirs"]


def test_the_makefile_asks_no_registry_when_it_is_given_wheels() -> None:
    """Makefile, PIP_INSTALL: with WHEELS pip reads that folder alone."""
    said = subprocess.run(
        ["make", "-n", "-B", "env", "WHEELS=/a/b", f"PYTHON={sys.executable}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "--require-hashes --no-deps --only-binary :all: --no-index --find-links /a/b -r requirements.lock" in said
