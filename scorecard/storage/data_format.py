"""The number of the format of a data folder: what a program reads that is as new as the data, and refuses where it is older."""

from scorecard.errors import ScorecardError
from scorecard.storage.atomic_files import storage_errors, write_atomically
from scorecard.storage.data_dir import DataDir

# Raised with every change that the program before could not read. Folders without a number are of the six formats before
# numbering (tests/data/formats). No bit that flips in "7" makes a higher number of it.
FORMAT = 7


def require_readable(data: DataDir) -> None:
    """Raise ScorecardError for a folder that a newer program wrote."""
    if (found := written_by(data)) is not None and found > FORMAT:
        said = f"数据格式为 {found}，由较新的程序写成，本程序只认到 {FORMAT}"
        remedy = "请改用写成它的那一版或更新的程序，或从升级前的备份恢复数据目录；没有改动任何文件"
        raise ScorecardError(f"数据目录 {data.root.name}/FORMAT", said, f"格式 {FORMAT} 或更早的数据", remedy)


def number(data: DataDir) -> None:
    """Write today's number into a folder that has another one or none. Raises StorageError."""
    if written_by(data) != FORMAT:
        with storage_errors("数据目录"):
            write_atomically(data.format, f"{FORMAT}\n".encode())


def written_by(data: DataDir) -> int | None:
    """The number in the folder; None without any, or where it cannot be read."""
    try:
        text = data.format.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if text.isdigit() and len(text) < 10 else None
