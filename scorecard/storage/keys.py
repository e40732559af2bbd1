"""Keys of this deployment, each a file outside the data folder: what only the service may know.

A copy of the data folder holds none of them, so who can rewrite the data cannot also rewrite what a key seals.
"""

import os
import re
import secrets
from pathlib import Path

from scorecard.errors import StorageError
from scorecard.storage.atomic_files import make_folder, make_private, storage_errors

KEYS_VARIABLE = "SCORECARD_KEYS"
_KEY = re.compile(r"[0-9a-f]{64}\n?")


def default_keys() -> Path:
    """The folder named by SCORECARD_KEYS, otherwise `.keys/` beside the working directory."""
    return Path(os.environ.get(KEYS_VARIABLE, ".keys"))


def key(name: str) -> str:
    """The key of this name, 64 hexadecimal digits (256 bits); made at its first use, readable by its owner only.

    Raises StorageError when its file cannot be read or holds something else: a key is never replaced.
    """
    folder = default_keys()
    path = folder / name
    with storage_errors(f"密钥 {path}", "密钥目录"):
        make_folder(folder)
        # Two processes may both find none: the one that links its file first has made the key.
        if not path.exists():
            new = folder / f".new-{secrets.token_hex(8)}"
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32) + "\n")
                file.flush()
                os.fsync(file.fileno())
            make_private(new)
            try:
                os.link(new, path)
            except FileExistsError:
                pass
            finally:
                new.unlink()
    return _read(path)


def known_key(name: str) -> str | None:
    """The key of this name, None where none was made. Raises StorageError when its file cannot be read or holds something else."""
    path = default_keys() / name
    with storage_errors(f"密钥 {path}", "密钥目录"):
        if not path.exists():
            return None
    return _read(path)


def _read(path: Path) -> str:
    with storage_errors(f"密钥 {path}", "密钥目录"):
        text = path.read_text(encoding="ascii", errors="replace")
    if not _KEY.fullmatch(text):
        raise StorageError(f"密钥 {path}", "内容不是密钥", "64 位十六进制数", "请从备份恢复这个文件；密钥不能重新生成")
    return text.strip()
