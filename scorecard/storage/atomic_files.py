"""Files that are whole or absent (temporary sibling, fsync, rename, fsync of the folder), the lock of the data folder, and who may read it.

That is its owner alone: folders are 700 and files 600, whatever the umask says.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import stat
import uuid
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

from scorecard.errors import StorageError
from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir, DataPath

FOLDER, FILE = 0o700, 0o600
_umask = os.umask(0o077)
os.umask(_umask)
THEIRS = 0o666 & ~_umask  # the mode of a file that a user of the command line asked for, by the user's own umask


def begin_private() -> None:
    """What this process writes from now on is its user's alone: for what libraries write on their own."""
    os.umask(0o077)


def make_folder(path: Path) -> None:
    """A folder of the data folder, with those above it that are missing."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(FOLDER, exist_ok=True)
        make_private(folder, FOLDER)
    path.mkdir(exist_ok=True)  # the error where a file lies there


def make_private(path: Path, mode: int = FILE) -> None:
    """Give a new file or folder its mode and, where root made it, the owner of the folder that it lies in."""
    path.chmod(mode)
    if os.geteuid() == 0:  # a command run by root must leave nothing that the service cannot read
        above = path.parent.stat()
        os.chown(path, above.st_uid, above.st_gid)


def close_to_others(data: DataDir) -> int:
    """Give all of an existing data folder these modes; how many files and folders others could read or write.

    Only what this program keeps there is touched, and no link is followed out of it.
    """
    count = 0
    for path in (data.root.resolve(), *_kept(data)):
        # Gone meanwhile, or another user's, whose modes are not ours.
        with suppress(FileNotFoundError, PermissionError):
            mode = path.lstat().st_mode
            wanted = FOLDER if stat.S_ISDIR(mode) else FILE
            if (stat.S_ISDIR(mode) or stat.S_ISREG(mode)) and stat.S_IMODE(mode) != wanted:
                path.chmod(wanted)
                count += bool(stat.S_IMODE(mode) & 0o077)
    return count


def _kept(data: DataDir) -> Generator[Path]:
    names = [getattr(data, name) for name, value in vars(DataDir).items() if isinstance(value, DataPath)]
    for path in (*names, *data.root.glob(f"{TEMPORARY_PREFIX}*")):
        if path.is_symlink():
            continue
        yield path
        for folder, folders, files in os.walk(path):  # enters no linked folder
            yield from (Path(folder) / name for name in (*folders, *files))


def temporary_sibling(path: Path) -> Path:
    """A name in the same folder that readers ignore, with the writer's process id."""
    return path.parent / f"{TEMPORARY_PREFIX}{os.getpid()}-{uuid.uuid4().hex[:8]}-{path.name}"


def replace_atomically(temporary: Path, path: Path, mode: int = FILE) -> None:
    """Make the temporary file durable and give it its name in one step; whoever wrote it, its mode is this one."""
    make_private(temporary, mode)
    sync(temporary)
    os.replace(temporary, path)
    sync(path.parent)


def write_atomically(path: Path, content: bytes, mode: int = FILE) -> None:
    """Write a small file: a reader at any instant sees the old content or the new one."""
    make_folder(path.parent)
    temporary = temporary_sibling(path)
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
        replace_atomically(temporary, path, mode)
    finally:
        temporary.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_stale_temporaries(folder: Path, only: str = "") -> None:
    """Remove the temporary files of killed writers; those of running processes stay, unless `only` names one."""
    for path in folder.glob(f"{TEMPORARY_PREFIX}*"):
        owner = path.name.removeprefix(TEMPORARY_PREFIX).split("-")[0]
        if path.name == only or (not only and not (owner.isdigit() and runs(int(owner)))):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def runs(process: int) -> bool:
    """Whether a process with this id exists, whoever owns it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def exclusive_lock(data: DataDir, lock: Path | None = None) -> Generator[None]:
    """One writer at a time, across processes; the system releases the lock when the process dies. `lock` is another lock file."""
    with storage_errors("数据目录"):
        make_folder(data.root)
        path = lock or data.lock
        new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_CREAT, FILE)
        if new:
            make_private(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


_REASONS = {
    errno.ENOSPC: ("磁盘已满", "请清理磁盘空间后重试"),
    errno.EFBIG: ("文件超过系统允许的大小", "请管理员放宽服务进程的文件大小限制后重试"),
    errno.EDQUOT: ("磁盘配额已满", "请清理磁盘空间后重试"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), ("没有权限", "请检查{}的权限")),
    errno.EROFS: ("磁盘为只读", "请检查磁盘挂载方式"),
    errno.ENOENT: ("文件或文件夹不存在", "请检查{}是否完整"),
    errno.EIO: ("磁盘读写出错", "请检查磁盘后重试"),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), ("同时打开的文件太多", "请稍后重试")),
    errno.ENOMEM: ("内存不足", "请稍后重试"),
}


def refused_by_system(number: int | None) -> tuple[str, str]:
    """Why the operating system refused, in Chinese, and what to do; its own words are English."""
    return _REASONS.get(number or 0, (f"读写失败（系统错误 {number}）", "请检查磁盘后重试"))


@contextlib.contextmanager
def storage_errors(where: str, folder: str = "数据目录") -> Generator[None]:
    """Raise the operating system's errors in this folder as StorageError: in Chinese, with what to do."""
    try:
        yield
    except OSError as error:
        reason, remedy = refused_by_system(error.errno)
        raise StorageError(where, reason, f"可写入的{folder}；未留下不完整的文件", remedy.format(folder)) from error
