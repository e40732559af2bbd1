"""Who is here: three ways in, one function each, and what is left for those who come by none of them.

Which ways are open stands in seeds/access.toml. No Streamlit here: the doors of the server and the pages ask alike.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Literal, cast
from urllib.parse import unquote

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.identity.account_file import read
from scorecard.identity.connections import Connection, Connections, Request
from scorecard.identity.sessions import Sessions, SessionTimer
from scorecard.identity.settings import AccessSettings, Granted
from scorecard.identity.sign_in import FailedAttempts
from scorecard.storage.data_dir import DataDir

Way = Literal["", "本地账户", "反向代理", "统一身份认证"]
COOKIE = "scorecard_session"
OIDC_COOKIE = "_streamlit_user"  # the framework's own, signed by it
NOBODY = Actor("未登录", "nobody")
_SKEW = timedelta(minutes=5)  # between the provider's clock and ours
_OVER = "登录已过期，请重新登录"


@dataclass(frozen=True)
class Identity:
    """Who came, by which way, and what has to be told to them."""

    actor: Actor
    way: Way = ""
    note: str = ""
    must_change: bool = (
        False  # signed in with a password somebody else knows: nothing goes before it is changed
    )

    @property
    def known(self) -> bool:
        return self.actor.role not in ("nobody", "visitor")


@dataclass
class _Signed:
    actor: Actor
    lasting: SessionTimer
    ended: bool = False


class Authenticator:
    """The reception of one server: its settings, its sessions, its open windows."""

    def __init__(
        self,
        data: DataDir,
        settings: AccessSettings,
        departments: Callable[[], Mapping[str, str]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.data = data
        self.settings = settings
        self.clock = clock
        self.sessions = Sessions(settings.session)
        self.visits = Connections()
        self.guesses = FailedAttempts()
        self._departments = departments  # every spelling of a department -> its id
        self._signed: dict[tuple[str, int], _Signed] = {}  # sign-ins at the provider: who, and when
        self._vouched: dict[str, tuple[str, int]] = {}  # cookies the framework has found to be its own
        self._lock = Lock()

    # --- the three ways in -------------------------------------------------------------------------------------

    def by_session(self, cookie: str | None, origin: str) -> Identity | None:
        """The owner of a local account whose browser holds this token; None when there is no token, or it says nothing."""
        if not cookie or not self.settings.local_accounts:
            return None
        found = self.sessions.account(cookie, self.clock())
        account = read(self.data).find(found[0]) if found else None
        if found is None or account is None or account.disabled or account.epoch != found[1]:
            return Identity(NOBODY, note=_OVER)
        if account.must_change:
            actor = Actor(account.name, "nobody", origin=origin)
            return Identity(actor, "本地账户", "首次登录须先修改密码", must_change=True)
        return Identity(account.actor(origin), "本地账户")

    def by_proxy(self, request: Request) -> Identity | None:
        """Whom a reverse proxy on this machine names; None when that is switched off, or the peer is another machine."""
        given = self.settings.proxy
        if not given.enabled or not request.from_this_machine or not request.all(given.name_header):
            return None
        name, role = _text(request.one(given.name_header)), _text(request.one(given.role_header))
        department = _text(request.one(given.department_header))
        if not name or not role:
            return Identity(NOBODY, note="反向代理给出的用户名或身份缺失或重复，请联系管理员")
        return self._granted(name, given.roles, [role], department, request.origin, "反向代理")

    def by_oidc(self, claims: Mapping[str, Any], request: Request) -> Identity | None:
        """Whom an OpenID Connect provider vouches for, by claims the framework has verified; for as long as our sessions last."""
        given, now = self.settings.oidc, self.clock()
        if not given.enabled or not claims.get("is_logged_in"):
            return None
        subject, issued = str(claims.get("sub", "")), claims.get("iat")
        if not subject or not isinstance(issued, int | float):
            return Identity(NOBODY, note="统一身份认证没有说明是谁、何时登录，请联系管理员")
        began = datetime.fromtimestamp(issued, UTC)
        if began - now > _SKEW:
            return Identity(NOBODY, note="统一身份认证的时钟与本机相差过大，请联系管理员")
        spoken = claims.get(given.role_claim)
        words = [str(one) for one in (cast("list[Any]", spoken) if isinstance(spoken, list) else [spoken])]
        department = str(claims.get(given.department_claim) or "")
        name = str(claims.get(given.name_claim) or subject)
        arrival = self._granted(name, given.roles, words, department, request.origin, "统一身份认证")
        if not arrival.known:
            return arrival
        key = (subject, int(issued))
        with self._lock:
            known = self._signed.get(key)
            signed = self._signed.setdefault(
                key, _Signed(arrival.actor, SessionTimer(began, min(began, now)))
            )
            signed.actor = arrival.actor
            if signed.ended or not signed.lasting.goes_on(self.settings.session, now):
                return Identity(NOBODY, note=_OVER)
            if cookie := request.cookie(OIDC_COOKIE):
                self._vouched[_digest(cookie)] = key
            self._forget(now)
        if known is None:
            audit.record(self.data, arrival.actor, "登录", arrival.actor.name, way="统一身份认证")
        return arrival

    def _granted(
        self,
        name: str,
        roles: Mapping[str, Granted],
        words: list[str],
        department: str,
        origin: str,
        way: Way,
    ) -> Identity:
        role: Granted | None = next((role for word, role in roles.items() if word in words), None)
        if role is None:
            return Identity(NOBODY, note=f"已通过{way}，但没有本系统登记的身份，请联系管理员")
        own = self._departments().get(department) if role == "department" else None
        if role == "department" and own is None:
            return Identity(NOBODY, note=f"已通过{way}，但部门没有登记，请联系管理员")
        return Identity(Actor(name, role, own, origin), way)

    # --- together ----------------------------------------------------------------------------------------------

    def receive(self, visit: Connection | None, claims: Mapping[str, Any]) -> Identity:
        """Who sits at this window now. Asked again at every act, so that what has expired is over at once."""
        if visit is None:
            return Identity(NOBODY)
        now = self.clock()
        if visit.proxied is not None:
            actor, note = visit.proxied
            if actor is None:
                return self._otherwise(visit.request, note)
            if not SessionTimer(visit.came, visit.seen).goes_on(self.settings.session, now):
                return Identity(NOBODY, note="页面闲置过久，请刷新页面")
            visit.seen = now
            return Identity(actor, "反向代理")
        found = self.by_session(visit.request.cookie(COOKIE), visit.request.origin)
        if found is None or not (found.known or found.must_change):
            found = self.by_oidc(claims, visit.request) or found
        if found and (found.known or found.must_change):
            return found
        return self._otherwise(visit.request, found.note if found else "")

    def of_request(self, request: Request) -> Identity:
        """Who sends this single request: as `receive`, with what is known of the framework's own cookie."""
        if proxied := self.by_proxy(request):
            return proxied if proxied.known else self._otherwise(request, proxied.note)
        found = self.by_session(request.cookie(COOKIE), request.origin)
        if found and (found.known or found.must_change):
            return found
        cookie = request.cookie(OIDC_COOKIE)
        with self._lock:
            signed = self._signed.get(self._vouched.get(_digest(cookie), ("", 0))) if cookie else None
            copy = SessionTimer(signed.lasting.began, signed.lasting.seen) if signed else None
            if signed and copy and not signed.ended and copy.goes_on(self.settings.session, self.clock()):
                return Identity(signed.actor, "统一身份认证")
        return self._otherwise(request, found.note if found else "")

    def visit(self, request: Request) -> str:
        """The key of a window that opens with this request."""
        found = self.by_proxy(request)
        proxied = (found.actor if found.known else None, found.note) if found else None
        return self.visits.came(request, self.clock(), proxied)

    def sign_out(self, request: Request) -> Way:
        """End what this browser was signed in by; which way that was, so that the way itself can be left too."""
        arrival = self.of_request(request)
        if token := request.cookie(COOKIE):
            self.sessions.end(token)
        if (cookie := request.cookie(OIDC_COOKIE)) and (key := self._vouched.get(_digest(cookie))):
            with self._lock:
                self._signed[key].ended = True
        if arrival.known or arrival.must_change:
            audit.record(self.data, arrival.actor, "退出", arrival.actor.name, way=arrival.way)
        return arrival.way

    def _otherwise(self, request: Request, note: str) -> Identity:
        if self.settings.visitor_on_loopback and request.local:
            return Identity(Actor("访客", "visitor", origin=request.origin), note=note)
        return Identity(NOBODY, note=note)

    def _forget(self, now: datetime) -> None:
        """Sign-ins whose time is up are refused by their own date; keeping them would fill the memory."""
        over = self.settings.session.absolute + _SKEW
        for key in [one for one, signed in self._signed.items() if now - signed.lasting.began > over]:
            del self._signed[key]
        self._vouched = {cookie: key for cookie, key in self._vouched.items() if key in self._signed}


def _text(value: str | None) -> str:
    """A header's value as text: servers hand bytes on as Latin-1; Chinese comes as UTF-8 or percent-encoded."""
    if value is None:
        return ""
    with suppress(UnicodeEncodeError, UnicodeDecodeError):  # what cannot be read so was plain text already
        value = value.encode("latin-1").decode("utf-8")
    return unquote(value).strip()


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
