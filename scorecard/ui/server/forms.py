"""The small forms of the server's own pages: read whole within a time, or refused with a page that says why."""

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from scorecard.errors import ScorecardError
from scorecard.ui.server.security_middleware import request_of

_LARGEST = 8192  # bytes of a form
_MOST = 20  # fields
_SECONDS = 15
_TYPE = "application/x-www-form-urlencoded"


class FormRefused(ScorecardError):
    """A form that no page of this server sends, and the status to answer with."""

    def __init__(self, status: int, found: str, expected: str, otherwise: str = "") -> None:
        self.status = status
        super().__init__("表单", found, expected, f"请刷新页面后重新填写{otherwise}")


async def fields_of(request: Request) -> Mapping[str, str]:
    """The fields of a form, each given once. Raises FormRefused."""
    raw = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for piece in request.stream():
                raw += piece
                if len(raw) > _LARGEST:
                    raise FormRefused(413, "内容过大", f"不超过 {_LARGEST} 字节")
    except TimeoutError:
        raise FormRefused(408, f"{_SECONDS} 秒内没有收完", "一次发完的表单") from None
    except ClientDisconnect:
        raise FormRefused(400, "没有发完", "完整的表单") from None
    if request.headers.get("content-type", _TYPE).partition(";")[0].strip().lower() != _TYPE:
        raise FormRefused(415, "格式不对", "本看板页面提交的表单")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST, errors="strict")
    except UnicodeError:
        raise FormRefused(400, "有无法识别的文字", "UTF-8 编码的文字") from None
    except ValueError:
        raise FormRefused(400, "字段过多", f"不超过 {_MOST} 个") from None
    fields = dict(pairs)
    if len(fields) < len(pairs) or any("\0" in text for pair in pairs for text in pair):
        raise FormRefused(400, "有重复的字段或不可见的字符", "每个字段一次，可见的文字")
    return fields


def require_own_page(request: Request) -> None:
    """Raise FormRefused unless a form was sent from a page of this server; it says what a proxy of ours must hand on."""
    seen = request_of(request.scope)
    if request.method != "POST" or not seen.from_own_page:
        here = f"{'https' if seen.by_tls else 'http'}://{seen.host or ''}"
        proxy = (
            f"。一直如此时请管理员检查代理：浏览器说页面来自 {(seen.one('origin') or '（没有说）')[:100]}，代理转给看板的却是 "
            f"{here[:100]}；nginx 里须写 proxy_set_header Host $http_host; 和 proxy_set_header X-Forwarded-Proto $scheme;"
        )
        raise FormRefused(401, "这个表单不是从本看板的页面提交的", "从本看板的页面提交", proxy)
