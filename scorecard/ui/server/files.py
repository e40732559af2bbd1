"""The file behind a link on a page: made for whoever asks, at the moment they ask, and stored by nobody on the way."""

import logging
from mimetypes import guess_type
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scorecard.errors import ScorecardError
from scorecard.identity.authentication import Authenticator
from scorecard.ui.server.plain_pages import plain_page
from scorecard.ui.server.security_middleware import request_of
from scorecard.ui.shell.addresses import address
from scorecard.ui.shell.downloads import made

_AT_A_TIME = 4  # files that are made together: they must not take every thread of the server


def route(authenticator: Authenticator) -> Route:
    """The address of files."""
    limiter = CapacityLimiter(_AT_A_TIME)

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(_file, authenticator, request, limiter=limiter)

    return Route(address("/file/{ticket}"), answer, methods=["GET"])


def _file(authenticator: Authenticator, request: Request) -> Response:
    seen = request_of(request.scope)
    try:
        actor = authenticator.of_request(seen).actor
        offer, content = made(request.path_params["ticket"], actor, authenticator.visit(seen, actor))
    except ScorecardError as error:
        return _refused(403, f"{error.where}：{error.found}", error.remedy or error.expected)
    except Exception:
        logging.getLogger(__name__).exception("A file was not made")
        return _refused(500, "下载：生成文件时出错，详情已记入服务器日志", "请刷新页面后重试，或联系管理员")
    return Response(
        content,
        media_type=guess_type(offer.name)[0] or "application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(offer.name)}",
            "cache-control": "no-store",
        },
    )


def _refused(status: int, what: str, remedy: str) -> Response:
    return plain_page(
        "ui/server/plain_note.html", status, title="未能下载", what=f"{what}，文件没有生成", remedy=remedy
    )
