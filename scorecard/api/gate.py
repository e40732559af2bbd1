"""Who may call: the token of a request, how often it may be used, what the audit says of refused calls, and what the caller reads.

Refusals are RFC 9457 problems, in the four parts of every error of the program.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from pydantic import BaseModel, Field

from scorecard.access import ROLE_NAMES, Actor, Forbidden
from scorecard.api import tokens
from scorecard.audit.log import RefusalBursts
from scorecard.errors import ScorecardError, StorageError
from scorecard.storage.data_dir import DataDir

TITLES = {
    400: "请求有误",
    401: "没有有效的令牌",
    403: "没有这项权限",
    404: "没有这一项",
    405: "只能读取",
    429: "请求过于频繁",
    500: "程序出错",
    503: "暂时不能提供数据",
}


class HttpProblem(BaseModel):
    """Why there is no answer (RFC 9457, application/problem+json)."""

    type: str = Field(default="about:blank", description="问题类型；没有另外的说明页，固定为 about:blank")
    title: str = Field(description="问题的种类")
    status: int = Field(description="HTTP 状态码")
    detail: str = Field(description="一句话说明：何处、实为、应为、如何处理")
    place: str = Field(description="何处")
    value: str = Field(description="实为")
    expectation: str = Field(description="应为")
    remedy: str = Field(description="如何处理")


class InterfaceRefused(ScorecardError):
    """A call that is not answered: its status, and after how many seconds another may be."""

    def __init__(self, status: int, where: str, found: str, expected: str, remedy: str = "", wait: int = 0) -> None:
        super().__init__(where, found, expected, remedy)
        self.status = status
        self.wait = wait

    @property
    def for_the_record(self) -> str:
        """Without what the caller wrote: somebody may have put the token in the wrong place."""
        return f"{TITLES[self.status]}：{self.where}"


def status_of(error: ScorecardError) -> int:
    """The status of an error: its own, or 503 for what the server's files or data do not allow."""
    if isinstance(error, InterfaceRefused):
        return error.status
    if isinstance(error, Forbidden):
        return 403
    return 503 if isinstance(error, StorageError) else 400


def problem(error: ScorecardError) -> HttpProblem:
    """What a caller reads of an error."""
    status = status_of(error)
    return HttpProblem(
        title=TITLES[status],
        status=status,
        detail=str(error),
        place=error.where,
        value=error.found,
        expectation=error.expected,
        remedy=error.remedy,
    )


UNKNOWN = "未登记的令牌"
PER_MINUTE, AT_ONCE = 20, 60  # calls of one token: on average, and saved up
UNKNOWN_PER_MINUTE, UNKNOWN_AT_ONCE = 6, 10  # calls of one address without a valid token
_PAUSE = timedelta(minutes=1)  # between two audit lines of refusals of one kind
_HEADER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
_MOST = 1000  # addresses that are remembered


@dataclass
class _Bucket:
    """A token bucket: what is left of it, and when that was so."""

    left: float
    at: datetime


class RateLimit:
    """So many calls a minute for each key, of which a number may be saved up; the longest unused keys are forgotten."""

    def __init__(self, per_minute: int, at_once: int) -> None:
        self._per_second, self._full = per_minute / 60, at_once
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()

    def take(self, key: str, now: datetime) -> int:
        """One call: 0 when it may be made, otherwise the seconds until one may."""
        with self._lock:
            bucket = self._buckets.pop(key, None) or _Bucket(self._full, now)
            self._buckets[key] = bucket
            if len(self._buckets) > _MOST:
                del self._buckets[next(iter(self._buckets))]
            passed = max(0.0, (now - bucket.at).total_seconds())
            bucket.left, bucket.at = min(self._full, bucket.left + passed * self._per_second), now
            if bucket.left < 1:
                return max(1, math.ceil((1 - bucket.left) / self._per_second))
            bucket.left -= 1
            return 0


class Gate:
    """The gate of one server: its data folder and its limits, which a restart fills up."""

    def __init__(self, data: DataDir) -> None:
        self.data = data
        self._calls = RateLimit(PER_MINUTE, AT_ONCE)
        self._unknown = RateLimit(UNKNOWN_PER_MINUTE, UNKNOWN_AT_ONCE)
        self._refusals = RefusalBursts("接口读取", _PAUSE)

    def admit(self, authorization: Sequence[str], origin: str, now: datetime) -> Actor:
        """The consumer of a request with these Authorization headers. Raises InterfaceRefused, StorageError."""
        written = _HEADER.fullmatch(authorization[0].strip()) if len(authorization) == 1 else None
        secret = written[1] if written and tokens.SPELLING.fullmatch(written[1]) else ""
        known = tokens.find(self.data, secret) if secret else None
        state = known.state(now) if known else "没有登记" if authorization else "没有给出"
        if known is None or state != "有效":
            name = known.name if known else UNKNOWN
            if wait := self._unknown.take(origin, now):
                raise _too_often("这个地址", UNKNOWN_PER_MINUTE, wait)
            asker = Actor(ROLE_NAMES["nobody"], "nobody", origin=origin)
            self._refusals.record(self.data, asker, name, f"令牌{state}", now)
            remedy = "请用管理员给出的令牌；遗失或到期请另领"
            raise InterfaceRefused(401, "请求头 Authorization", f"令牌{state}", "Bearer 和一个有效的令牌", remedy)
        actor = Actor(known.name, "public_consumer" if known.public else "consumer", origin=origin)
        if wait := self._calls.take(known.digest, now):
            self._refusals.record(self.data, actor, actor.name, "请求过于频繁", now)
            raise _too_often(f"令牌“{known.name}”", PER_MINUTE, wait)
        tokens.used(self.data, known, now)
        return actor


def _too_often(who: str, per_minute: int, wait: int) -> InterfaceRefused:
    expected = f"平均每分钟不超过 {per_minute} 次"
    return InterfaceRefused(429, who, "请求过于频繁", expected, f"请在 {wait} 秒后再试（Retry-After）", wait)
