"""Who may read the data folder: its owner alone. Folders are 700 and files 600, whatever the umask says."""

import os
import stat
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

from scorecard.storage.data_dir import TEMPORARY_PREFIX, DataDir

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
        with suppress(
            FileNotFoundError, PermissionError
        ):  # gone meanwhile, or another user's, whose modes are not ours
            mode = path.lstat().st_mode
            wanted = FOLDER if stat.S_ISDIR(mode) else FILE
            if (stat.S_ISDIR(mode) or stat.S_ISREG(mode)) and stat.S_IMODE(mode) != wanted:
                path.chmod(wanted)
                count += bool(stat.S_IMODE(mode) & 0o077)
    return count


def _kept(data: DataDir) -> Generator[Path]:
    names = [getattr(data, name) for name, value in vars(DataDir).items() if isinstance(value, property)]
    for path in (*names, *data.root.glob(f"{TEMPORARY_PREFIX}*")):
        if path.is_symlink():
            continue
        yield path
        for folder, folders, files in os.walk(path):  # enters no linked folder
            yield from (Path(folder) / name for name in (*folders, *files))
