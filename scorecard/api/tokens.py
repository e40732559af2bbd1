"""data/tokens.json: the tokens of other programs, kept as SHA-256 only. Made and revoked by 管理员; nothing is removed.

A token is 256 bits of chance, so a fast hash is enough: nobody can try them all, as one can try passwords.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import date, datetime

from pydantic import ValidationError

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.calendar.clock import COURT_TIME
from scorecard.catalog.conditions import Frozen
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage import checksums
from scorecard.storage.atomic_files import exclusive_lock, storage_errors
from scorecard.storage.data_dir import DataDir

WHERE = "接口令牌"
PREFIX = "ysh_"  # by which a token that strayed into a file or a log can be found
SPELLING = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_NAME = re.compile(r"[\w.()（）-]{2,32}")


class ConsumerToken(Frozen):
    """One token: whose it is, from when until when it opens, and the day of its last use."""

    name: str
    digest: str
    created_at: datetime
    expires_on: date | None = None  # the last day on which it opens
    public: bool = False  # opens only what visitors see
    revoked_at: datetime | None = None
    used_on: date | None = None

    def state(self, now: datetime) -> str:
        """有效, 已撤销 or 已过期."""
        if self.revoked_at is not None:
            return "已撤销"
        over = self.expires_on is not None and now.astimezone(COURT_TIME).date() > self.expires_on
        return "已过期" if over else "有效"


class ConsumerTokens(Frozen):
    """All tokens in the order in which they were made."""

    tokens: tuple[ConsumerToken, ...] = ()
    seal: str = ""  # of the file


def read(data: DataDir) -> tuple[ConsumerToken, ...]:
    """The tokens as they are now. Raises StorageError when the file is damaged."""
    with storage_errors(WHERE):
        try:
            content = checksums.read_sealed(data, data.tokens)
        except FileNotFoundError:
            return ()
        with suppress(ValidationError):
            if checksums.is_sealed(content):
                return ConsumerTokens.model_validate_json(content).tokens
        remedy = "请从备份恢复 tokens.json；本系统不会覆盖它"
        raise StorageError(WHERE, "令牌文件已损坏或被改动，无法读取", "系统写下的令牌文件", remedy)


def create(
    data: DataDir, actor: Actor, name: str, expires_on: date | None, now: datetime, *, public: bool = False
) -> str:
    """Make a token for one consumer; the token itself, which is shown this once and kept nowhere."""
    name = name.strip()
    until = expires_on.isoformat() if expires_on else ""
    with audit.recorded(data, actor, WHERE, name[:32], change="新增", until=until, public=public):
        actor.require("accounts")
        if not _NAME.fullmatch(name):
            expected = "2—32 个汉字、字母、数字，可含 . - _ 和括号"
            raise ScorecardError("令牌名称", f"“{name[:40]}”", expected, "请换一个名称")
        if expires_on is not None and expires_on < now.astimezone(COURT_TIME).date():
            raise ScorecardError("到期日", f"{expires_on} 已经过去", "今天或以后的日期", "请另选日期，或不设到期日")
        secret = PREFIX + secrets.token_urlsafe(32)
        with _changing(data) as tokens:
            if any(token.name.casefold() == name.casefold() for token in tokens):
                raise ScorecardError("令牌名称", f"“{name}”已用过", "没有用过的名称", "请换一个名称，如加上年份")
            made = ConsumerToken(name=name, digest=digest(secret), created_at=now, expires_on=expires_on, public=public)
            tokens.append(made)
        return secret


def revoke(data: DataDir, actor: Actor, name: str, now: datetime) -> None:
    """Revoke a token: the next call with it is refused."""
    with audit.recorded(data, actor, WHERE, name[:32], change="撤销"):
        actor.require("accounts")
        with _changing(data) as tokens:
            place = next((i for i, token in enumerate(tokens) if token.name == name), None)
            if place is None:
                remedy = "用 token list 或“账户”页查看名称"
                raise ScorecardError(WHERE, f"没有名为“{name[:40]}”的令牌", "登记的令牌", remedy)
            if tokens[place].revoked_at is None:
                tokens[place] = tokens[place].model_copy(update={"revoked_at": now})


def find(data: DataDir, secret: str) -> ConsumerToken | None:
    """The token that this text is, whatever its state; every digest is compared, each in constant time."""
    asked = digest(secret)
    same = [token for token in read(data) if hmac.compare_digest(token.digest, asked)]
    return same[0] if same else None


def used(data: DataDir, token: ConsumerToken, now: datetime) -> None:
    """Note the day of a use, at the first use of the day."""
    today = now.astimezone(COURT_TIME).date()
    if token.used_on != today:
        with _changing(data) as tokens:
            known = [one.model_copy(update={"used_on": today}) if one.name == token.name else one for one in tokens]
            tokens[:] = known


def digest(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode("utf-8", errors="replace")).hexdigest()


@contextmanager
def _changing(data: DataDir) -> Generator[list[ConsumerToken]]:
    """The tokens for one writer at a time; written whole at the end, readable by the server's own user only."""
    with exclusive_lock(data, data.accounts_lock):
        tokens = list(read(data))
        yield tokens
        with storage_errors(WHERE):
            checksums.write_sealed(data, data.tokens, ConsumerTokens(tokens=tuple(tokens)).model_dump(mode="json"))
