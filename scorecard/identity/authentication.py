"""Who sends a request or sits at a window: by a local account, a reverse proxy or an OpenID Connect provider.

seeds/access.toml says which ways are open. No Streamlit here: the server's gateway and the pages ask the same questions.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, cast
from urllib.parse import unquote

from scorecard.access import Actor
from scorecard.audit import log as audit
from scorecard.identity.accounts import Account, folded, read
from scorecard.identity.request import Relay, Request
from scorecard.identity.sessions import CLOCK_SKEW, Session, Sessions
from scorecard.identity.settings import AccessSettings, Granted
from scorecard.identity.sign_in import FailedAttempts
from scorecard.storage.data_dir import DataDir
from scorecard.storage.keys import key

Way = Literal["", "本地账户", "反向代理", "统一身份认证"]
COOKIE = "scorecard_session"
OIDC_COOKIE = "_streamlit_user"  # the framework's own, signed by it
PEER_HEADER = "x-scorecard-peer"  # written by the gateway into the request that opens a window
NOBODY = Actor("未登录", "nobody")
_OVER = "登录已过期，请重新登录"
_UPLOADERS = 1000  # windows that may upload, of which the newest are remembered


@dataclass(frozen=True)
class Identity:
    """Who acts, by which way they signed in, and a note for them."""

    actor: Actor
    way: Way = ""
    note: str = ""
    must_change: bool = False  # signed in with a password that others know: until it is changed there are no rights

    @property
    def signed_in(self) -> bool:
        return self.must_change or self.actor.role not in ("nobody", "visitor")


class Authenticator:
    """The identities of one server: its settings and its sessions."""

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
        self.attempts = FailedAttempts()
        self._departments = departments  # every spelling of a department -> its id
        self._local: Sessions[tuple[str, int]] = Sessions(settings.session)  # name and epoch of an account
        self._provider: Sessions[Actor] = Sessions(settings.session)
        self._uploaders: dict[str, None] = {}  # the framework's sessions, oldest first
        self._secret = secrets.token_urlsafe(24)

    # --- how a request arrived --------------------------------------------------------------------------------

    def arrived(self, headers: tuple[tuple[str, str], ...], peer: str, scheme: str, *, old: bool = False) -> Request:
        """The request of these headers (names in lower case), without those that only the gateway and the proxy may write.

        Trusted is a proxy on this machine that shows the secret once. Without it, whatever a proxy writes is ignored, and a
        request that shows signs of one, or of a browser that never was (`old`: HTTP/1.0), comes from nobody at this machine.
        """
        proxy = self.settings.proxy
        reserved = {PEER_HEADER, proxy.secret_header.lower()}
        genuine = tuple(pair for pair in headers if pair[0].replace("_", "-") not in reserved)
        shown = [value for name, value in headers if name == proxy.secret_header.lower()]
        request = Request(genuine, peer, scheme)
        relay: Relay = "relayed" if shown or old or (proxy.enabled and request.all(proxy.name_header)) else "direct"
        if len(shown) == 1 and request.from_this_machine:
            relay = "trusted" if secrets.compare_digest(shown[0].encode(), self.proxy_secret.encode()) else relay
        return replace(request, relay=relay)

    @cached_property
    def proxy_secret(self) -> str:
        """What the trusted proxy writes into its secret header: a key of this deployment, made at its first use."""
        return key("proxy")

    # --- the three ways to sign in -----------------------------------------------------------------------------

    def by_session(self, request: Request) -> Identity | None:
        """The owner of the local account this browser is signed in to; None when it has no session cookie."""
        token = request.cookie(COOKIE)
        if not token or not self.settings.local_accounts:
            return None
        name, epoch = self._local.owner(token, self.clock()) or ("", 0)
        account = read(self.data).find(name)
        if account is None or account.disabled or account.epoch != epoch:
            return Identity(NOBODY, note=_OVER)
        if account.must_change:
            actor = Actor(account.name, "nobody", origin=request.origin)
            return Identity(actor, "本地账户", "首次登录须先修改密码", must_change=True)
        return Identity(account.actor(request.origin), "本地账户")

    def by_proxy(self, request: Request) -> Identity | None:
        """Whom the trusted proxy names; None when that is switched off, or somebody else wrote the headers."""
        proxy = self.settings.proxy
        if not proxy.enabled or request.relay != "trusted" or not request.all(proxy.name_header):
            return None
        name, role = _text(request.one(proxy.name_header)), _text(request.one(proxy.role_header))
        department = _text(request.one(proxy.department_header))
        if not name or not role:
            return Identity(NOBODY, note="反向代理给出的用户名或身份缺失或重复，请联系管理员")
        return self._granted(name, proxy.roles, [role], department, request.origin, "反向代理")

    def by_oidc(self, claims: Mapping[str, Any], request: Request) -> Identity | None:
        """Whom an OpenID Connect provider names, by claims the framework has verified, while this server's session lasts."""
        oidc, now = self.settings.oidc, self.clock()
        if not oidc.enabled or not claims.get("is_logged_in"):
            return None
        subject, issued = str(claims.get("sub", "")), claims.get("iat")
        if not subject or not isinstance(issued, int | float):
            return Identity(NOBODY, note="统一身份认证没有说明是谁、何时登录，请联系管理员")
        began = datetime.fromtimestamp(issued, UTC)
        if began - now > CLOCK_SKEW:
            return Identity(NOBODY, note="统一身份认证的时钟与本机相差过大，请联系管理员")
        claim = claims.get(oidc.role_claim)
        words = [str(word) for word in (cast("list[Any]", claim) if isinstance(claim, list) else [claim])]
        department = str(claims.get(oidc.department_claim) or "")
        name = str(claims.get(oidc.name_claim) or subject)
        identity = self._granted(name, oidc.roles, words, department, request.origin, "统一身份认证")
        if not identity.signed_in:
            return identity
        token = f"{subject} {int(issued)}"
        new = self._provider.begin(token, identity.actor, began, now)
        if self._provider.owner(token, now) is None:
            return Identity(NOBODY, note=_OVER)
        if cookie := request.cookie(OIDC_COOKIE):
            self._provider.link(token, cookie)
        if new:
            audit.record(self.data, identity.actor, "登录", identity.actor.name, way="统一身份认证")
        return identity

    def _granted(
        self, name: str, roles: Mapping[str, Granted], words: list[str], department: str, origin: str, way: Way
    ) -> Identity:
        role: Granted | None = next((role for word, role in roles.items() if word in words), None)
        if role is None:
            return Identity(NOBODY, note=f"已通过{way}，但没有本系统登记的身份，请联系管理员")
        own = self._departments().get(department) if role == "department" else None
        if role == "department" and own is None:
            return Identity(NOBODY, note=f"已通过{way}，但部门没有登记，请联系管理员")
        return Identity(Actor(name, role, own, origin), way)

    # --- together ----------------------------------------------------------------------------------------------

    def of_window(self, request: Request, claims: Mapping[str, Any], window: Session[None]) -> Identity:
        """Who sits at the window that this request opened. Asked at every act, so that an expired right is gone at once."""
        proxied = self.by_proxy(request)
        if proxied and proxied.signed_in and not window.active(self.settings.session, self.clock()):
            return Identity(NOBODY, note="页面闲置过久，请刷新页面")
        return self._decide(request, proxied, lambda: self.by_oidc(claims, request))

    def of_request(self, request: Request) -> Identity:
        """Who sends this single request. A provider's sign-in counts once a window has shown its cookie to be good."""

        def by_oidc() -> Identity | None:
            actor = self._provider.owner(request.cookie(OIDC_COOKIE) or "", self.clock())
            return Identity(actor, "统一身份认证") if actor else None

        return self._decide(request, self.by_proxy(request), by_oidc)

    def _decide(self, request: Request, proxied: Identity | None, by_oidc: Callable[[], Identity | None]) -> Identity:
        identity = proxied or self.by_session(request)
        if proxied is None and not (identity and identity.signed_in):
            identity = by_oidc() or identity
        if identity and identity.signed_in:
            return identity
        note = identity.note if identity else ""
        if self.settings.visitor_on_loopback and request.local:
            return Identity(Actor("访客", "visitor", origin=request.origin), note=note)
        return Identity(NOBODY, note=note)

    def visit(self, request: Request, actor: Actor) -> str:
        """What a file offered at a window is bound to: the sign-in of this browser, with role and department as they are now."""
        cookie = request.cookie(COOKIE) or request.cookie(OIDC_COOKIE) or ""
        parts = (cookie, actor.name, actor.role, actor.department or "")
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    # --- windows -----------------------------------------------------------------------------------------------

    def peer_header(self, request: Request) -> str:
        """The value of PEER_HEADER: where the connection comes from, behind a secret of this process."""
        return f"{self._secret} {request.scheme} {request.relay} {request.peer}"

    def window_request(self, headers: Iterable[tuple[str, str]]) -> Request | None:
        """The request that opened a window, as the framework hands its headers on; None unless the gateway let it in."""
        lowered = tuple((name.lower(), value) for name, value in headers)
        peers = [value.split(" ", 3) for name, value in lowered if name == PEER_HEADER]
        if len(peers) != 1 or len(peers[0]) != 4:
            return None
        secret, scheme, relay, peer = peers[0]
        if not secrets.compare_digest(secret.encode(), self._secret.encode()):
            return None
        return Request(lowered, peer, scheme, cast("Relay", relay))

    def allow_upload(self, window: str, allowed: bool) -> None:
        """Remember by the framework's session id whether a window may upload: its upload endpoint knows nothing else."""
        self._uploaders.pop(window, None)
        if allowed:
            self._uploaders[window] = None
        if len(self._uploaders) > _UPLOADERS:
            self._uploaders.pop(next(iter(self._uploaders)), None)

    def may_upload(self, window: str, request: Request) -> bool:
        """Whether this request may hand a file to this window."""
        return window in self._uploaders and self.of_request(request).actor.may("upload")

    # --- sessions ----------------------------------------------------------------------------------------------

    def begin(self, account: Account) -> str:
        """A new session of a local account; the token goes into the cookie and is kept nowhere."""
        token = secrets.token_urlsafe(32)
        now = self.clock()
        self._local.begin(token, (account.name, account.epoch), now, now)
        return token

    def source(self, request: Request, name: str) -> str:
        """Whom a wrong password for this account counts for: the address, or a browser that is signed in to the account."""
        token = request.cookie(COOKIE) or ""
        owner = self._local.owner(token, self.clock())
        own = owner is not None and folded(owner[0]) == folded(name)
        return f"session {sha256(token.encode()).hexdigest()}" if own else request.address

    def end(self, request: Request) -> None:
        """End the session of the local account this browser is signed in to."""
        self._local.end(request.cookie(COOKIE) or "")

    def sign_out(self, request: Request) -> Way:
        """End what this browser is signed in by; which way that was, so that the provider can be left too."""
        identity = self.of_request(request)
        self.end(request)
        self._provider.end(request.cookie(OIDC_COOKIE) or "")
        if identity.signed_in:
            audit.record(self.data, identity.actor, "退出", identity.actor.name, way=identity.way)
        return identity.way


def _text(value: str | None) -> str:
    """A header's value as text: servers hand bytes on as Latin-1; Chinese comes as UTF-8 or percent-encoded."""
    if value is None:
        return ""
    with suppress(UnicodeEncodeError, UnicodeDecodeError):  # a value that cannot be read so was plain text already
        value = value.encode("latin-1").decode("utf-8")
    return unquote(value).strip()
