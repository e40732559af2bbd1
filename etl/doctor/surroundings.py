"""Checks of what the service stands on: space, clock, calendar, browser, fonts, certificate, backup, locks, unsent digests, program."""

import json
import os
import platform
import shutil
import ssl
import subprocess
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version as installed
from pathlib import Path

from etl.doctor.findings import Finding, noted
from etl.warehouse.tables import current_calendar, next_year_lacks
from scorecard.audit import log as audit
from scorecard.briefing.browser import launch
from scorecard.calendar import workdays
from scorecard.calendar.clock import COURT_TIME, moment_text, today
from scorecard.storage import checksums, outbox
from scorecard.storage.data_dir import DataDir

CERTIFICATE_VARIABLE = "SCORECARD_CERTIFICATE"
_MB = 1 << 20
_LEAST = 1024 * _MB
_MONTHS = 3  # of which growth is the average
_BACKUP_DAYS = 2
_CERTIFICATE_DAYS = 30
_LIBRARIES = ("streamlit", "duckdb", "pyarrow", "plotly")
_ROOT = Path(__file__).resolve().parents[2]


def space(data: DataDir, _: Path) -> Iterator[Finding]:
    """What is free, beside what the data take and how fast they grow; and whether the folder is there at all."""
    if not data.root.is_dir():
        text = f"{data.root} 不存在：从未写入，或所在的磁盘没有挂载"
        yield Finding("数据目录", "留意", text, remedy="若曾有数据，请先挂载磁盘，再重新启动看板")
    files = [path.stat() for path in data.root.rglob("*") if path.is_file()]
    size, recent = sum(file.st_size for file in files), time.time() - _MONTHS * 30 * 86_400
    growth = sum(file.st_size for file in files if file.st_mtime >= recent) / _MONTHS
    there = next(place for place in (data.root.absolute(), *data.root.absolute().parents) if place.is_dir())
    free = shutil.disk_usage(there).free
    largest = max((file.st_size for file in files), default=0)
    text = f"可用 {free / _MB:,.0f} MB；数据 {size / _MB:,.1f} MB，近三个月平均每月新写 {growth / _MB:,.1f} MB"
    remedy = "清理磁盘或扩容；写不下时报送和发布会被拒绝，已有的数据不受影响"
    yield noted("磁盘空间", free < max(_LEAST, 3 * largest, 6 * growth), text, remedy)


def clock(data: DataDir, _: Path) -> Iterator[Finding]:
    """The clock against the last line of the audit."""
    now, lines = datetime.now(COURT_TIME), audit.entries(data)
    last = datetime.fromisoformat(lines[-1].at) if lines else now
    behind = last > now + timedelta(minutes=1)
    text = (
        f"现在是 {moment_text(now)}，审计末条却记于 {moment_text(last)}"
        if behind
        else f"{moment_text(now)}，不早于审计末条"
    )
    yield noted("时钟", behind, text, "校准服务器时间（timedatectl），再继续使用")


def calendar(data: DataDir, _: Path) -> Iterator[Finding]:
    """Whether the working days of next year are known, from the package or from a notice that was entered."""
    covered, lacking = current_calendar(data).last.year, next_year_lacks(data, today())
    what = f"，下一年缺 {'、'.join(lacking)}；按工作日计的期限，{covered + 1} 年起不能计算" if lacking else ""
    remedy = f"国务院办公厅公布 {covered + 1} 年放假安排后，在“登记”页的“工作日安排表”登记"
    yield noted("工作日历", bool(lacking), f"{'只' if lacking else ''}到 {covered} 年底{what}", remedy)


def unsent_digests(data: DataDir, _: Path) -> Iterator[Finding]:
    """Digests that wait in the outbox because the mail server did not take them."""
    waits = [(day.day, letter.waits) for day in outbox.days(data).values() for letter in day.letters if letter.waits]
    if waits:
        text = f"{len(waits)} 封没有寄出，最早的写于 {waits[0][0]}；最近一次的原因：{waits[-1][1]}"
        remedy = "按原因查邮件设置和邮件服务器；提要都在，下一次运行（python -m etl digest）再寄"
        yield Finding("提要邮件", "留意", text, remedy=remedy)


def browser(_: DataDir, __: Path) -> Iterator[Finding]:
    """The browser and the fonts of pictures and papers."""
    found = launch.find_browser()
    text = str(found or "没有找到 Chromium、Chrome 或 Edge：图片和 PDF 不能生成，其他格式照常")
    yield noted("浏览器", found is None, text, "安装 Chromium，或用 BROWSER_PATH 指明它的位置")
    missing = "、".join(file.name for file in launch.bundled_files() if not file.is_file())
    yield noted("字体", bool(missing), f"缺 {missing}" if missing else "中文字体齐备", "重新安装程序的依赖包")


def certificate(_: DataDir, __: Path) -> Iterator[Finding]:
    """The end of the certificate that the proxy serves, where the service file names one."""
    named = os.environ.get(CERTIFICATE_VARIABLE, "")
    if not named:
        yield Finding("证书", "正常", f"不适用：没有用 {CERTIFICATE_VARIABLE} 指明证书")
        return
    try:
        command = ["openssl", "x509", "-noout", "-enddate", "-in", named]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(said.strip().removeprefix("notAfter=")), UTC)
    except (OSError, ValueError, subprocess.CalledProcessError):
        yield Finding("证书", "损坏", f"{named} 无法读取或不是证书", "加密访问", "核对路径和权限，或重新安装证书")
        return
    days = (ends - datetime.now(UTC)).days
    text = f"有效到 {moment_text(ends)}"
    near = days < _CERTIFICATE_DAYS
    if days < 0:
        yield Finding("证书", "损坏", f"{text}，已过期", "加密访问", "换上新证书，重新加载 nginx")
    else:
        yield noted("证书", near, f"{text}，只剩 {days} 天" if near else text, "尽快换上新证书，重新加载 nginx")


def backup(data: DataDir, _: Path) -> Iterator[Finding]:
    """The age of the last backup, as `etl backup` notes it."""
    remedy = "运行 python -m etl backup 目标目录，并启用定时备份"
    try:
        last = json.loads(checksums.read_sealed(data, data.backup_note))
        at, target = datetime.fromisoformat(last["at"]), str(last["target"])
        age = datetime.now(COURT_TIME) - (at if at.tzinfo else at.replace(tzinfo=COURT_TIME))
    except FileNotFoundError:
        yield Finding("备份", "留意", "从未备份", remedy=remedy)
    except (OSError, ValueError, KeyError, TypeError):
        yield Finding("backup.json", "损坏", "最近一次备份的记录无法读取", "备份的时间；备份本身不受影响", remedy)
    else:
        text = f"最近一次 {moment_text(at)}，存到 {target}"
        yield noted("备份", age > timedelta(days=_BACKUP_DAYS), text, remedy)


def lock_holders(data: DataDir, _: Path) -> Iterator[Finding]:
    """Who holds the locks of the data folder at this moment."""
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return
    # "1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF"; a line with "->" waits
    held = [fields for line in lines if (fields := line.split()) and "->" not in fields]
    for lock in (data.lock, data.accounts_lock):
        inode = lock.stat().st_ino if lock.exists() else -1
        holders = [fields[4] for fields in held if fields[5].rpartition(":")[2] == str(inode)]
        if holders:
            yield Finding(f"锁 {lock.name}", "正常", f"进程 {'、'.join(holders)} 正在写入；若长时间不变，请查看该进程")


def sizes(data: DataDir, _: Path) -> Iterator[Finding]:
    """The size of each part of the data."""
    parts: list[str] = []
    for place in sorted(data.root.glob("[!.]*")):
        files = [path for path in place.rglob("*") if path.is_file()] if place.is_dir() else [place]
        size, many = sum(path.stat().st_size for path in files), f"（{len(files)} 个）" if place.is_dir() else ""
        parts.append(f"{data.root.name}/{place.name} {size / _MB:,.1f} MB{many}")
    yield Finding("各部分大小", "正常", "；".join(parts) or "没有数据")


def program(_: DataDir, __: Path) -> Iterator[Finding]:
    """Versions: the program, Python, the libraries that decide on numbers and looks."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    commit = ""
    if (_ROOT / ".git").exists() and (git := shutil.which("git")):
        command = [git, "describe", "--always", "--dirty=，有改动"]
        described = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
        commit = f"（{described.stdout.strip()}）" if described.returncode == 0 else ""
    libraries = "，".join(f"{name} {installed(name)}" for name in _LIBRARIES)
    text = f"程序 {project['version']}{commit}，Python {platform.python_version()}，{libraries}"
    yield Finding("程序版本", "正常", f"{text}，{workdays.PACKAGE_VERSION}")


CHECKS = (space, clock, calendar, browser, certificate, backup, lock_holders, unsent_digests, sizes, program)
