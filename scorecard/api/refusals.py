"""Refusals of the interface: RFC 9457 problems, in the four parts of every error of the program."""

from pydantic import BaseModel, Field

from scorecard.access import Forbidden
from scorecard.errors import ScorecardError, StorageError

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
