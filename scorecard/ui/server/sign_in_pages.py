"""The pages to sign in, to sign out and to change one's password: written by the server, without any script.

A password never passes the framework: it goes from the browser's form straight to scorecard.identity.sign_in. Forms are
accepted from this server's own pages only (Origin; the cookie is SameSite=Strict), and return to its pages only.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scorecard.errors import ScorecardError
from scorecard.identity.account_file import Account
from scorecard.identity.authentication import COOKIE, Authenticator, Identity
from scorecard.identity.sign_in import change_password, sign_in
from scorecard.ui.server.security_middleware import plain_page, request_of
from scorecard.ui.shell.addresses import address, home, page_of

_LARGEST = 8192  # bytes of a form


class SignInPages:
    """The pages of one authenticator."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    def routes(self) -> list[Route]:
        return [
            Route(address("/signin"), self._signin, methods=["GET", "POST"]),
            Route(address("/signout"), self._signout, methods=["GET", "POST"]),
            Route(address("/password"), self._password, methods=["GET", "POST"]),
        ]

    async def _signin(self, request: Request) -> Response:
        if request.method == "GET":
            return self._signin_page(_return_page(request.query_params))
        form, seen = await _form(request), request_of(request.scope)
        page, name = _return_page(form), form.get("name", "")
        authenticator = self._authenticator
        try:
            _require_own_page(request)
            account = await run_in_threadpool(
                sign_in,
                authenticator.data,
                authenticator.settings,
                authenticator.attempts,
                name,
                form.get("password", ""),
                seen.origin,
                authenticator.clock(),
            )
        except ScorecardError as error:
            return self._signin_page(page, name, error)
        authenticator.end(seen)
        return self._signed_in(account, address(f"/password?next={quote(page)}") if account.must_change else page)

    def _signin_page(self, page: str, name: str = "", refusal: ScorecardError | None = None) -> Response:
        return plain_page(
            "ui/server/signin.html",
            401 if refusal else 200,
            title="登录",
            next=page,
            name=name[:100],
            refusal=refusal,
            local=self._authenticator.settings.local_accounts,
        )

    async def _password(self, request: Request) -> Response:
        seen = request_of(request.scope)
        identity = self._authenticator.by_session(seen)
        if identity is None or not identity.signed_in:
            return RedirectResponse(address(f"/signin?next={address('/account')}"), 303)
        if request.method == "GET":
            return self._password_page(identity, _return_page(request.query_params))
        form = await _form(request)
        page, new = _return_page(form), form.get("new", "")
        try:
            _require_own_page(request)
            if new != form.get("again", ""):
                raise ScorecardError("两次输入的新密码", "不一样", "两次相同", "请重新输入")
            account = await run_in_threadpool(
                change_password,
                self._authenticator.data,
                self._authenticator.settings,
                identity.actor.name,
                form.get("old", ""),
                new,
                seen.origin,
            )
        except ScorecardError as error:
            return self._password_page(identity, page, error)
        return self._signed_in(account, page)

    def _password_page(self, identity: Identity, page: str, refusal: ScorecardError | None = None) -> Response:
        return plain_page(
            "ui/server/password.html",
            400 if refusal else 200,
            title="修改密码",
            next=page,
            name=identity.actor.name,
            first=identity.must_change,
            minimum=self._authenticator.settings.password.minimum_length,
            refusal=refusal,
        )

    async def _signout(self, request: Request) -> Response:
        try:
            _require_own_page(request)
        except ScorecardError:
            return plain_page("ui/server/signout.html", title="退出登录", ask=True, onward="")
        way = await run_in_threadpool(self._authenticator.sign_out, request_of(request.scope))
        # The page leads to the provider, not a redirect of the form: the policy keeps forms on this server.
        onward = address("/auth/logout") if way == "统一身份认证" else ""
        answer = plain_page("ui/server/signout.html", title="已退出", ask=False, onward=onward)
        answer.delete_cookie(COOKIE, path=home(), httponly=True, samesite="strict")
        return answer

    def _signed_in(self, account: Account, page: str) -> Response:
        answer = RedirectResponse(page, 303, headers={"cache-control": "no-store"})
        age = self._authenticator.settings.session.absolute_minutes * 60
        token = self._authenticator.begin(account)
        answer.set_cookie(COOKIE, token, max_age=age, path=home(), httponly=True, samesite="strict")
        return answer


def _require_own_page(request: Request) -> None:
    """Raise ScorecardError unless a form was sent from a page of this server."""
    if request.method == "GET" or not request_of(request.scope).from_own_page:
        raise ScorecardError("登录", "这个表单不是从本看板的页面提交的", "从本看板的页面提交", "请刷新页面后重试")


def _return_page(fields: Mapping[str, str]) -> str:
    return page_of(fields.get("next", home()))


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a small form; none of a form that is too large."""
    raw = b""
    async for piece in request.stream():
        raw += piece
        if len(raw) > _LARGEST:
            return {}
    fields = parse_qs(raw.decode("utf-8", errors="replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}
