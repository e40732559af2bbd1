"""data/accounts.json: the local accounts, written whole or not at all; passwords as hashes only."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import ValidationError

from scorecard.access import Actor
from scorecard.catalog.conditions import Frozen
from scorecard.errors import StorageError
from scorecard.identity.settings import Granted
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, storage_errors
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
    locked_until: datetime | None = None  # written by earlier programs, which closed accounts; nothing asks for it
    created_at: datetime
    password_at: datetime

    def actor(self, origin: str) -> Actor:
        """Its owner, signed in from this origin."""
        return Actor(self.name, self.role, self.department, origin)

    def after_failure(self) -> "Account":
        """The account after one more wrong password."""
        return self.model_copy(update={"failures": self.failures + 1, "locked_until": None})

    def with_password(self, digest: str, *, must_change: bool) -> "Account":
        """The account with another password, which ends its sessions."""
        changes = {"digest": digest, "must_change": must_change, "failures": 0, "locked_until": None}
        return self.model_copy(update={**changes, "epoch": self.epoch + 1, "password_at": datetime.now(UTC)})


class Accounts(Frozen):
    """All accounts, in the order in which they were created."""

    accounts: tuple[Account, ...] = ()
    seal: str = ""  # of the file; earlier programs wrote none

    def find(self, name: str) -> Account | None:
        """The account of this name, however it is capitalised."""
        return next((account for account in self.accounts if folded(account.name) == folded(name)), None)


def folded(name: str) -> str:
    """The name by which accounts differ: stripped, and case-folded."""
    return name.strip().casefold()


def read(data: DataDir) -> Accounts:
    """The accounts as they are now, whichever process wrote them; parsed again only when it changed."""
    with storage_errors(WHERE):
        try:
            return _parsed(checksums.read_sealed(data, data.accounts))
        except FileNotFoundError:
            return Accounts()


@lru_cache(maxsize=4)
def _parsed(content: bytes) -> Accounts:
    with suppress(ValidationError):
        if checksums.is_sealed(content):
            return Accounts.model_validate_json(content)
    remedy = "请从备份恢复 accounts.json；本系统不会覆盖它"
    raise StorageError(WHERE, "内容已损坏或被改动，无法读取", "系统写下的账户文件", remedy)


@contextmanager
def changing(data: DataDir) -> Generator[dict[str, Account]]:
    """The accounts by folded name, for one writer at a time; written at the end, unless an error ends the block.

    Publishing and building do not wait for this lock. The file is readable by the server's own user only.
    """
    with exclusive_lock(data, data.accounts_lock):
        before = read(data)
        accounts = {folded(account.name): account for account in before.accounts}
        yield accounts
        after = Accounts(accounts=tuple(accounts.values()))
        if after.accounts != before.accounts:
            with storage_errors(WHERE):
                checksums.write_sealed(data, data.accounts, after.model_dump(mode="json"))
