"""The pages to sign in, to sign out and to change one's password: written by the server, without any script.

A password never passes the framework: it goes from the browser's form straight to scorecard.identity.sign_in. Forms are
accepted from this server's own pages only (Origin; the cookie is SameSite=Strict), and return to its pages only.
"""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from scorecard.errors import ScorecardError
from scorecard.identity.accounts import Account, folded
from scorecard.identity.authentication import COOKIE, Authenticator, Identity
from scorecard.identity.passwords import HashingPool, TooManyAtOnce
from scorecard.identity.request import Request as Seen
from scorecard.identity.sign_in import MustWait, change_password, sign_in
from scorecard.ui.server.forms import FormRefused, fields_of, require_own_page
from scorecard.ui.server.plain_pages import plain_page
from scorecard.ui.server.security_middleware import request_of
from scorecard.ui.shell.addresses import address, home, page_of


class SignInPages:
    """The pages of one authenticator."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._hashing = HashingPool()

    def routes(self) -> list[Route]:
        return [
            Route(address("/signin"), self._signin, methods=["GET", "POST"]),
            Route(address("/signout"), self._signout, methods=["GET", "POST"]),
            Route(address("/password"), self._password, methods=["GET", "POST"]),
        ]

    async def _signin(self, request: Request) -> Response:
        if request.method != "POST":
            return self._signin_page(_return_page(request.query_params))
        seen, authenticator, page, name = request_of(request.scope), self._authenticator, home(), ""
        try:
            require_own_page(request)
            form = await fields_of(request)
            page, name = _return_page(form), form.get("name", "")
            given = (name, form.get("password", ""), seen.origin)
            account = await self._attempt(seen, name, sign_in, authenticator.attempts, *given, authenticator.clock())
        except ScorecardError as error:
            return self._signin_page(page, name, error)
        authenticator.end(seen)
        return self._signed_in(account, address(f"/password?next={quote(page)}") if account.must_change else page)

    def _signin_page(self, page: str, name: str = "", refusal: ScorecardError | None = None) -> Response:
        answer = plain_page(
            "ui/server/signin.html",
            title="登录",
            next=page,
            name=name[:100],
            refusal=refusal,
            local=self._authenticator.settings.local_accounts,
        )
        return _refused(answer, refusal, 401)

    async def _password(self, request: Request) -> Response:
        seen = request_of(request.scope)
        identity = self._authenticator.by_session(seen)
        if identity is None or not identity.signed_in:
            return RedirectResponse(address(f"/signin?next={address('/account')}"), 303)
        if request.method != "POST":
            return self._password_page(identity, _return_page(request.query_params))
        authenticator, page, name = self._authenticator, home(), identity.actor.name
        try:
            require_own_page(request)
            form = await fields_of(request)
            page, new = _return_page(form), form.get("new", "")
            if new != form.get("again", ""):
                raise ScorecardError("两次输入的新密码", "不一样", "两次相同", "请重新输入")
            given = (name, form.get("old", ""), new, seen.origin)
            account = await self._attempt(seen, name, change_password, *given, authenticator.attempts)
        except ScorecardError as error:
            return self._password_page(identity, page, error)
        return self._signed_in(account, page)

    def _password_page(self, identity: Identity, page: str, refusal: ScorecardError | None = None) -> Response:
        answer = plain_page(
            "ui/server/password.html",
            title="修改密码",
            next=page,
            name=identity.actor.name,
            first=identity.must_change,
            minimum=self._authenticator.settings.password.minimum_length,
            refusal=refusal,
        )
        return _refused(answer, refusal, 400)

    async def _signout(self, request: Request) -> Response:
        try:
            require_own_page(request)
        except FormRefused as error:
            refusal = error if request.method == "POST" else None
            return plain_page("ui/server/signout.html", title="退出登录", ask=True, onward="", refusal=refusal)
        way = await run_in_threadpool(self._authenticator.sign_out, request_of(request.scope))
        # The page leads to the provider, not a redirect of the form: the policy keeps forms on this server.
        onward = address("/auth/logout") if way == "统一身份认证" else ""
        answer = plain_page("ui/server/signout.html", title="已退出", ask=False, onward=onward, refusal=None)
        answer.delete_cookie(COOKIE, path=home(), httponly=True, samesite="strict")
        return answer

    async def _attempt(self, seen: Seen, name: str, act: Callable[..., Account], *given: object) -> Account:
        """The account that an act which hashes gives; it counts for the address and the account."""
        known, whose = self._authenticator, (f"address {seen.address}", f"account {folded(name)[:100]}")
        return await self._hashing.run(whose, act, known.data, known.settings, *given, known.source(seen, name))

    def _signed_in(self, account: Account, page: str) -> Response:
        answer = RedirectResponse(page, 303, headers={"cache-control": "no-store"})
        age = self._authenticator.settings.session.absolute_minutes * 60
        token = self._authenticator.begin(account)
        answer.set_cookie(COOKIE, token, max_age=age, path=home(), httponly=True, samesite="strict")
        return answer


def _refused(answer: Response, refusal: ScorecardError | None, status: int) -> Response:
    """The page with the status that fits the refusal, and with the seconds after which to try again."""
    match refusal:
        case None:
            return answer
        case FormRefused():
            status = refusal.status
        case MustWait():
            status, answer.headers["retry-after"] = 429, str(refusal.seconds)
        case TooManyAtOnce():
            status, answer.headers["retry-after"] = 503, "3"
        case _:
            pass
    answer.status_code = status
    return answer


def _return_page(fields: Mapping[str, str]) -> str:
    return page_of(fields.get("next", home()))
