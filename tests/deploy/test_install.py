"""deploy/install.sh below a folder: what it writes, whose it is, that it may be run again, and what it refuses."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from scorecard.storage.keys import KEYS_VARIABLE, key
from tests.conftest import ROOT
from tests.deploy.conftest import installed

DEPLOY = ROOT / "deploy"
SCRIPTS = sorted(DEPLOY.rglob("*.sh"))
SECRET = "var/lib/scorecard/keys/proxy"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_every_script_is_bash_that_parses_and_may_be_run(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")


def test_an_installation_writes_everything_fills_in_every_place_and_closes_what_is_secret(tmp_path: Path) -> None:
    said = installed(tmp_path, "--host", "kanban.court.example", "--base", "/ysh", "--https-port", "8443")
    assert "https://kanban.court.example:8443/ysh/" in said
    written = files(tmp_path)
    for name, content in written.items():
        assert not re.search(rb"@[A-Z_]+@", content), name
    for folder in ("data", "keys"):
        assert mode(tmp_path / "var/lib/scorecard" / folder) == 0o700
    for name in (
        SECRET,
        "var/lib/scorecard/keys/audit",
        "etc/nginx/snippets/scorecard-proxy.conf",
        "etc/nginx/ssl/scorecard.key",
    ):
        assert mode(tmp_path / name) == 0o600
    assert written[SECRET].strip() in written["etc/nginx/snippets/scorecard-proxy.conf"]


def test_the_keys_it_makes_are_keys_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "--host", "localhost")
    monkeypatch.setenv(KEYS_VARIABLE, str(tmp_path / "var/lib/scorecard/keys"))
    assert key("proxy") == (tmp_path / SECRET).read_text().strip()
    assert key("audit") != key("proxy")


def test_a_second_run_changes_nothing_and_keeps_what_was_chosen_and_added(tmp_path: Path) -> None:
    installed(
        tmp_path, "--host", "a.example,b.example", "--base", "/ysh", "--https-port", "8443", "--backup", "/mnt/backup"
    )
    settings = tmp_path / "etc/scorecard/scorecard.env"
    settings.write_text(settings.read_text(encoding="utf-8") + "BROWSER_PATH=/opt/chrome\n", encoding="utf-8")
    before = files(tmp_path)
    assert "没有改动" in installed(tmp_path)
    assert files(tmp_path) == before
    assert "更新：/etc/nginx/conf.d/scorecard.conf" in installed(tmp_path, "--host", "c.example")
    after = files(tmp_path)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {
        "etc/scorecard/scorecard.env", "etc/scorecard/scorecard.env.old",
        "etc/nginx/conf.d/scorecard.conf", "etc/nginx/conf.d/scorecard.conf.old",
    }  # fmt: skip
    text = after["etc/scorecard/scorecard.env"].decode()
    for line in (
        "SCORECARD_HOSTS=c.example",
        "SCORECARD_BASE_PATH=/ysh",
        "SCORECARD_BACKUP=/mnt/backup",
        "BROWSER_PATH=/opt/chrome",
    ):
        assert f"{line}\n" in text
    assert "listen 8443 ssl;" in after["etc/nginx/conf.d/scorecard.conf"].decode()
    assert "SCORECARD_BASE_PATH=\n" in (installed(tmp_path, "--base", "/") and settings.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--base", "/ysh;}"), "访问路径 /ysh;}"),
        (("--host", "a.example;"), "主机名 a.example;"),
        (("--host", "https://a.example"), "不带 https://"),
        (("--port", "70000"), "端口 70000"),
        (("--backup", "backup"), "备份文件夹 backup"),
        (("--wrong",), "不认识的选项 --wrong"),
        (("--port",), "后面没有值"),
    ],
)
def test_what_cannot_be_installed_is_refused_in_chinese_before_anything_is_written(
    options: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    command = [str(DEPLOY / "install.sh"), "--root", str(tmp_path / "root"), *options]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "应为：" in refused.stderr
    assert not (tmp_path / "root").exists()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said = installed(tmp_path / "root", "--host", "localhost", "--dry-run")
    assert "将写入：/etc/systemd/system/scorecard.service" in said
    assert not (tmp_path / "root").exists()


def test_the_units_are_ones_that_systemd_takes(tmp_path: Path) -> None:
    installed(tmp_path, "--host", "localhost")
    units = sorted((tmp_path / "etc/systemd/system").glob("scorecard*"))
    assert len(units) == 5
    for unit in units:
        for line in unit.read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r"|#.*|\[(Unit|Service|Timer|Install)\]|[A-Z][A-Za-z]+=.*", line), line
    if shutil.which("systemd-analyze"):
        command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, units)]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        assert [line for line in checked.stderr.splitlines() if "scorecard" in line] == []


def test_the_service_is_walled_in_and_starts_with_the_repair(tmp_path: Path) -> None:
    installed(tmp_path, "--host", "localhost")
    lines = (tmp_path / "etc/systemd/system/scorecard.service").read_text(encoding="utf-8").splitlines()
    for line in (
        "User=scorecard", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "NoNewPrivileges=yes", "UMask=0077",
        "Restart=on-failure", "ReadWritePaths=/var/lib/scorecard", "CapabilityBoundingSet=", "IPAddressDeny=any",
        f"ExecStartPre={ROOT}/.venv/bin/python -m etl start",
    ):  # fmt: skip
        assert line in lines
