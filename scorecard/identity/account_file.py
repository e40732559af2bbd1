"""data/accounts.json: the local accounts as they stand on the disk, whole or not at all; passwords as hashes only."""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import ValidationError

from scorecard.access import Actor
from scorecard.catalog.conditions import Frozen
from scorecard.errors import StorageError
from scorecard.identity.settings import Granted
from scorecard.storage.atomic_files import replace_atomically, storage_errors, temporary_sibling
from scorecard.storage.data_dir import DataDir

WHERE = "账户文件"


class Account(Frozen):
    """One account. `epoch` grows with every change that ends its sessions: password, role, being disabled."""

    name: str
    role: Granted
    department: str | None = None
    digest: str
    must_change: bool = False  # the password was given by somebody else
    disabled: bool = False
    epoch: int = 1
    failures: int = 0  # wrong passwords since the last right one
    locked_until: datetime | None = None
    created_at: datetime
    password_at: datetime

    def actor(self, origin: str) -> Actor:
        """Its owner, signed in from there."""
        return Actor(self.name, self.role, self.department, origin)


class Book(Frozen):
    """All accounts, in the order in which they were created."""

    accounts: tuple[Account, ...] = ()

    def find(self, name: str) -> Account | None:
        """The account of this name, however it is capitalised."""
        wanted = name.strip().casefold()
        return next((one for one in self.accounts if one.name.casefold() == wanted), None)

    def having(self, account: Account) -> "Book":
        """The book with this account instead of the one of its name, or behind the others."""
        known = self.find(account.name)
        if known is None:
            return Book(accounts=(*self.accounts, account))
        return Book(accounts=tuple(account if one is known else one for one in self.accounts))

    @property
    def administrators(self) -> tuple[Account, ...]:
        return tuple(one for one in self.accounts if one.role == "administrator" and not one.disabled)


def read(data: DataDir) -> Book:
    """The accounts as they are now, whoever wrote them; read again only when the file was replaced."""
    with storage_errors(WHERE):
        try:
            found = data.accounts.stat()
        except FileNotFoundError:
            return Book()
        return _parsed(str(data.accounts), found.st_ino, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4)
def _parsed(path: str, inode: int, written: int, size: int) -> Book:
    with open(path, "rb") as file:  # noqa: PTH123  (a plain key of the cache)
        raw = file.read()
    try:
        return Book.model_validate_json(raw)
    except ValidationError as error:
        raise StorageError(
            WHERE,
            "内容已损坏或被改动，无法读取",
            "系统写下的账户文件",
            "请从备份恢复 accounts.json；本系统不会覆盖它",
        ) from error


@contextmanager
def changing(data: DataDir) -> Generator[Book]:
    """The accounts as they stand, for one writer at a time; publishing and building do not wait for it, nor it for them."""
    with storage_errors(WHERE):
        data.root.mkdir(parents=True, exist_ok=True)
        handle = os.open(data.accounts_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield read(data)
    finally:
        os.close(handle)


def write(data: DataDir, book: Book) -> None:
    """Put the accounts in place, readable by the server's own user only. Call it inside `changing`."""
    temporary = temporary_sibling(data.accounts)
    with storage_errors(WHERE):
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(book.model_dump_json(indent=1).encode())
            replace_atomically(temporary, data.accounts)
        finally:
            temporary.unlink(missing_ok=True)


def with_password(data: DataDir, book: Book, account: Account, digest: str, *, must_change: bool) -> Account:
    """Give an account another password, which ends its sessions and opens it. Call it inside `changing`."""
    changes = {"digest": digest, "must_change": must_change, "failures": 0, "locked_until": None}
    changes |= {"epoch": account.epoch + 1, "password_at": datetime.now(UTC)}
    changed = account.model_copy(update=changes)
    write(data, book.having(changed))
    return changed
