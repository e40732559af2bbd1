"""The pages of signing in, signing out and one's own password: written by the server, without any script.

A password never passes the framework: it goes from the browser's form straight to accounts.py. Forms are taken from our
own pages only (Origin; the cookie is SameSite=Strict), and lead back to pages of this server only.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from scorecard.errors import ScorecardError
from scorecard.identity.authentication import COOKIE, Authenticator, Identity
from scorecard.identity.connections import Request as Seen
from scorecard.identity.sign_in import change_password, sign_in
from scorecard.ui.server.gateway import request_of, style_sheet
from scorecard.ui.shell.return_to import HOME, page_of
from scorecard.ui.shell.templating import render

_LARGEST = 8192  # bytes of a form


class Forms:
    """The routes, over one reception."""

    def __init__(self, reception: Authenticator) -> None:
        self._reception = reception

    def routes(self) -> list[Route]:
        return [
            Route("/signin", self._signin, methods=["GET", "POST"]),
            Route("/signout", self._signout, methods=["GET", "POST"]),
            Route("/password", self._password, methods=["GET", "POST"]),
        ]

    async def _signin(self, request: Request) -> Response:
        if request.method == "GET":
            return self._signin_page(page_of(request.query_params.get("next", HOME)))
        given = await _form(request)
        onward, name = page_of(given.get("next", HOME)), given.get("name", "")
        seen = request_of(request.scope)
        if refusal := self._refusal(request):
            return self._signin_page(onward, name, refusal)
        try:
            account = await run_in_threadpool(
                sign_in,
                self._reception.data,
                self._reception.settings,
                self._reception.guesses,
                name,
                given.get("password", ""),
                seen.origin,
                self._reception.clock(),
            )
        except ScorecardError as error:
            return self._signin_page(onward, name, error)
        if old := seen.cookie(COOKIE):
            self._reception.sessions.end(old)
        answer = RedirectResponse(f"/password?next={onward}" if account.must_change else onward, 303)
        self._begin(answer, account.name, account.epoch)
        return answer

    def _signin_page(self, onward: str, name: str = "", refusal: ScorecardError | None = None) -> Response:
        local = self._reception.settings.local_accounts
        shown = {"title": "登录", "next": onward, "name": name[:100], "refusal": refusal, "local": local}
        return _page("ui/server/signin.html", 401 if refusal else 200, **shown)

    async def _password(self, request: Request) -> Response:
        seen = request_of(request.scope)
        arrival = self._reception.by_session(seen.cookie(COOKIE), seen.origin)
        if arrival is None or not arrival.way:
            return RedirectResponse("/signin?next=/account", 303)
        if request.method == "GET":
            return self._password_page(arrival, page_of(request.query_params.get("next", HOME)))
        given = await _form(request)
        onward, new = page_of(given.get("next", HOME)), given.get("new", "")
        refusal = self._refusal(request)
        if refusal is None and new != given.get("again", ""):
            refusal = ScorecardError("两次输入的新密码", "不一样", "两次相同", "请重新输入")
        if refusal:
            return self._password_page(arrival, onward, refusal)
        try:
            account = await run_in_threadpool(
                change_password,
                self._reception.data,
                self._reception.settings,
                arrival.actor.name,
                given.get("old", ""),
                new,
                seen.origin,
            )
        except ScorecardError as error:
            return self._password_page(arrival, onward, error)
        answer = RedirectResponse(onward, 303)
        self._begin(answer, account.name, account.epoch)
        return answer

    def _password_page(
        self, arrival: Identity, onward: str, refusal: ScorecardError | None = None
    ) -> Response:
        return _page(
            "ui/server/password.html",
            400 if refusal else 200,
            title="修改密码",
            next=onward,
            name=arrival.actor.name,
            first=arrival.must_change,
            minimum=self._reception.settings.password.minimum_length,
            refusal=refusal,
        )

    async def _signout(self, request: Request) -> Response:
        if request.method == "GET" or self._refusal(request):
            return _page("ui/server/signout.html", title="退出登录", ask=True, onward="")
        way = await run_in_threadpool(self._reception.sign_out, request_of(request.scope))
        # The provider's page is reached from a page of ours, not by redirecting a form: the policy keeps forms at home.
        onward = "/auth/logout" if way == "统一身份认证" else ""
        answer = _page("ui/server/signout.html", title="已退出", ask=False, onward=onward)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    def _begin(self, answer: Response, account: str, epoch: int) -> None:
        token = self._reception.sessions.begin(account, epoch, self._reception.clock())
        age = self._reception.settings.session.absolute_minutes * 60
        answer.set_cookie(COOKIE, token, max_age=age, path="/", httponly=True, samesite="strict")
        answer.headers["cache-control"] = "no-store"

    def _refusal(self, request: Request) -> ScorecardError | None:
        """Why a form is not taken: it was not sent from a page of this server."""
        seen: Seen = request_of(request.scope)
        origin, host = seen.one("origin"), seen.one("host")
        if origin and host and urlsplit(origin).netloc == host:
            return None
        return ScorecardError(
            "登录", "这个表单不是从本看板的页面提交的", "从本看板的页面提交", "请刷新页面后重试"
        )


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a small form; of one that is too large, nothing."""
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > _LARGEST:
            return {}
    found = parse_qs(raw.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[0] for name, values in found.items()}


def _page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    text = render(template, css=style_sheet(), **values)
    return HTMLResponse(text, status, headers={"cache-control": "no-store"})
