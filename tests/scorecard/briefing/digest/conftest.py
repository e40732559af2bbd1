"""A court's own published data, small enough for many runs; the mail server with a certificate made for the test."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from etl.versions.pending import standing_work
from scorecard.briefing.digest.run import DigestRun, run
from scorecard.catalog.definitions import Catalog
from scorecard.identity.settings import Mail
from scorecard.storage.data_dir import DataDir
from scorecard.store.open_version import open_published
from tests.support.actors import TESTER
from tests.support.extracts import cases_csv
from tests.support.samples import copied, once
from tests.support.server import ROOT, free_port
from tests.support.written import hand_in, published

NOVEMBER = date(2026, 11, 3)
_TARGET = """
    指标id | 类型 | 下限 | 上限 | 月度阶梯 | 生效起 | 生效止 | 依据类别 | 依据文件 | 确认人 | 确认时间 | 备注
    small_claims_rate | 下限 | 90 | | | 2026-01-01 | | 待确认 | 钢法〔2026〕1号 | 王五 | 2026-01-05 09:00 |
"""


@pytest.fixture
def court(shared: Path, tmp_path: Path, catalog: Catalog) -> DataDir:
    """Cases of a court, published; of its targets one is missed: 小额诉讼 are a quarter of them, not nine tenths."""

    def make(data: DataDir) -> None:
        hand_in(data, catalog, "targets", _TARGET, date(2026, 9, 30))
        hand_in(data, catalog, "cases", cases_csv(800), date(2026, 9, 30))
        published(data, catalog)

    return copied(once(shared, "digest-court", make), tmp_path / "court")


def run_on(data: DataDir, day: date = NOVEMBER, mail: Mail | None = None, findings: Sequence[str] = ()) -> list[str]:
    """One run of the digests on this day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scorecard.store.open_version.today", lambda: day)
        version = open_published(data)
        return run(DigestRun(data, version, standing_work(data, version), day, mail, TESTER, lambda: findings))


@pytest.fixture
def written(court: DataDir, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    """The same after one run in November, made once for all tests; it is that day still."""

    def make(data: DataDir) -> None:
        run_on(copied(court, data.root))

    monkeypatch.setattr("scorecard.store.open_version.today", lambda: NOVEMBER)
    return copied(once(shared, "digest-written", make), tmp_path / "written")


@pytest.fixture
def ran() -> Callable[..., list[str]]:
    """ran(data, day, mail): one run of the digests on this day."""
    return run_on


def html_of(content: bytes) -> str:
    """The page in a mail."""
    body = message_from_bytes(content, policy=policy.SMTP).get_body(("html",))
    assert body is not None
    return body.get_content()


@dataclass(frozen=True)
class MailServer:
    """The server's place, its certificate, and the folder of what it took."""

    port: int
    certificate: Path
    folder: Path

    @property
    def letters(self) -> list[tuple[dict[str, object], bytes]]:
        """(to, from, encrypted) and the content of each letter, in the order of their arrival."""
        paths = sorted(self.folder.glob("*.json"), key=lambda path: int(path.stem))
        return [(json.loads(path.read_text()), path.with_suffix(".eml").read_bytes()) for path in paths]


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate of its own for a host name, and its key."""
    made, key = folder / f"{name}.crt", folder / f"{name}.key"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*command, "-days", "2", *subject, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[[str], MailServer]]:
    """served("starttls"): a running mail server."""
    running: list[subprocess.Popen[bytes]] = []

    def start(way: str, name: str = "localhost") -> MailServer:
        folder, port = tmp_path / f"{way} {name}", free_port()
        folder.mkdir()
        made, key = certificate(folder, name)
        script = Path(__file__).with_name("mail_server.py")
        arguments = [str(port), str(made), str(key), str(folder), way]
        running.append(subprocess.Popen([sys.executable, str(script), *arguments], cwd=ROOT))
        deadline = time.monotonic() + 60
        while not (folder / "ready").exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return MailServer(port, made, folder)

    yield start
    for process in running:
        process.terminate()
        process.wait(timeout=30)
