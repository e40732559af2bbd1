"""Security middleware: which requests reach the framework, and which headers every answer carries.

It removes forged headers, closes what the framework leaves open (uploads, metrics, files, sockets without an Origin), and
puts the same headers on every answer, errors included.
"""

import base64
import hashlib
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from scorecard.access import Capability
from scorecard.identity.authentication import PEER_HEADER, Authenticator
from scorecard.identity.request import SOCKET_FILE, Request
from scorecard.ui.server.first_page import OIDC_END, framework_page
from scorecard.ui.server.plain_pages import plain_page
from scorecard.ui.server.sockets import Sockets, refuse
from scorecard.ui.shell.addresses import base_path, home, inside, page_in, page_of
from scorecard.ui.shell.templating import behaviour

HOSTS_VARIABLE = "SCORECARD_HOSTS"  # host names that browsers may use, beside this machine's own
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?")
CONNECTION = "scorecard.connection"  # the key of a scope under which its connection stands
_REQUEST = "scorecard.request"  # the key of a scope under which the request stands that the gateway let in
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\\\ufffd]")  # in a path: no page's; the last stands for what is no UTF-8
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_OIDC_BEGIN, _OIDC_END = "/auth/login", f"/{OIDC_END}"  # the framework's: to the provider, and back
_COOKIE_ROOT = re.compile(r";\s*path=/(?=\s*(;|$))", re.IGNORECASE)
_COOKIE_AGE = re.compile(r";\s*(max-age=\d+|expires=[^;]*)", re.IGNORECASE)
_RETURN_COOKIE = "scorecard_onward"  # remembers for ten minutes the page a sign-in at the provider was begun on
_RETURN_FLAGS = "HttpOnly; SameSite=Lax"  # Lax: the way back from the provider comes from another site


@cache
def headers() -> dict[str, str]:
    """The headers of every answer, as headers.toml has them."""
    declared = tomllib.loads(Path(__file__).with_name("headers.toml").read_text("utf-8"))
    scripts = _INLINE.findall(framework_page() + behaviour())
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    known = " ".join(f"'sha256-{digest}'" for digest in hashes)
    policy = "; ".join(f"{name} {sources}" for name, sources in declared["policy"].items())
    return {"content-security-policy": policy.replace("$scripts", known), **declared["headers"]}


class SecurityMiddleware:
    """The application behind its gateway."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator
        self._busy: Counter[str] = Counter()  # requests under way, by address
        self._sockets = Sockets(app, authenticator.settings.limits.windows_per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one socket, or the server's start and end."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request = self._arrived(scope)
        scope = {**scope, "headers": _raw(request), _REQUEST: request}
        if request.relay == "trusted" and CONNECTION in scope:
            scope[CONNECTION].proven()
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, request)
            return
        longest = self._authenticator.settings.session.absolute_minutes * 60
        answer = _with_headers(send, request, longest)
        self._busy[request.address] += 1
        try:
            await self._request(scope, receive, answer, request)
        finally:
            self._busy -= Counter([request.address])

    async def _request(self, scope: Scope, receive: Receive, answer: Send, request: Request) -> None:
        path = inside(scope["path"])
        if refusal := self._refusal(scope, path, request):
            status, what, remedy = refusal
            page = plain_page("ui/server/plain_note.html", status, title="未能打开", what=what, remedy=remedy)
            if status == 405:
                page.headers["allow"] = ", ".join(sorted(_METHODS))
            await page(scope, receive, answer)
        elif path is None:
            query = scope.get("query_string", b"").decode("latin-1")
            await RedirectResponse(home() + (f"?{query}" if query else ""), 307)(scope, receive, answer)
        else:
            await self._app(scope, receive, _with_return_page(answer, path, request))

    async def _socket(self, scope: Scope, receive: Receive, send: Send, request: Request) -> None:
        # The framework would accept any port of the host, and ask a public server for this machine's address when it does not
        # know the Origin. It sees only Origins that are this server's own, under the very host that the Origin names.
        if not request.from_own_page or not is_host_allowed(request.host):
            await refuse(receive, send)
            return
        named = (b"host", (request.one("origin") or "").partition("://")[2].encode())
        opened = (PEER_HEADER.encode(), self._authenticator.peer_header(request).encode())
        scope["headers"] = [*(pair for pair in scope["headers"] if pair[0] != b"host"), named, opened]
        await self._sockets.open(scope, receive, send, request.address)

    def _arrived(self, scope: Scope) -> Request:
        """The request as the authenticator sees it. The peer is the connection's: no header can rewrite it."""
        pairs = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"])
        client, server = scope.get("client"), scope.get("server")
        peer = client[0] if client else SOCKET_FILE if server and server[1] is None else ""
        scheme, old = scope.get("scheme", "http"), scope.get("http_version") == "1.0"
        return self._authenticator.arrived(pairs, peer, scheme, old=old)

    def _refusal(self, scope: Scope, path: str | None, request: Request) -> tuple[int, str, str] | None:
        """(status, reason, remedy) of a request that goes no further; None for all others. `path` is without the base path."""
        if self._busy[request.address] > self._authenticator.settings.limits.connections_per_address:
            return 503, "同时打开的请求过多", "请稍后刷新页面"
        if scope["method"] not in _METHODS:
            return 405, "看板不接受这种请求", "请用浏览器打开看板"
        if _UNSPEAKABLE.search(scope["path"]):
            return 400, "地址无法识别", "请返回总览"
        if not is_host_allowed(request.host):
            return 421, *_unknown_host(request)
        if path is None:
            return None if scope["path"] in ("/", base_path()) else (404, "没有这个地址", "请返回总览")
        oidc = path in (_OIDC_BEGIN, "/auth/logout", _OIDC_END)
        if oidc and not self._authenticator.settings.oidc.enabled:
            return 404, "没有开启统一身份认证", "请用其他方式登录"
        if path.startswith("/_stcore/agent"):
            return 404, "没有这个地址", "请返回总览"
        if scope["method"] == "OPTIONS":
            return None
        if "/upload_file/" in path:
            upload = _UPLOAD.fullmatch(path)
            if not upload or not self._authenticator.may_upload(upload[1], request):
                return 403, "没有报送数据的权限，文件没有收下", "请以审管办身份登录后重新选择文件"
        if path.startswith("/_stcore/metrics") and not self._may(request, "audit"):
            return 403, "只有管理员可以查看运行指标", "请以管理员身份登录"
        if path.startswith("/media/"):  # the framework's store of files, which no page uses: its files know no owner
            status = 404 if self._may(request, "view") else 403
            return status, "这里没有文件", "请在页面上点下载"
        return None

    def _may(self, request: Request, capability: Capability) -> bool:
        return self._authenticator.of_request(request).actor.may(capability)


def _unknown_host(request: Request) -> tuple[str, str]:
    """What arrived as the host's name and what to set, for whoever set the proxy up."""
    arrived = (request.host or "")[:100]
    if not arrived:
        return (
            "请求里没有主机名（Host），或有几个",
            "请用浏览器打开看板；经 nginx 转发时写 proxy_set_header Host $http_host;",
        )
    name = arrived.rpartition(":")[0] if re.search(r":\d+$", arrived) else arrived
    remedy = (
        f"如果浏览器地址栏里就是它：请管理员在服务的环境文件（/etc/scorecard/scorecard.env）里写 {HOSTS_VARIABLE}={name}，不带端口，"
        "几个名字用逗号隔开，然后 systemctl restart scorecard。如果地址栏里是别的名字：请在 nginx 的 location 里写 "
        "proxy_set_header Host $http_host;"
    )
    return f"不认识这个主机名：{arrived}", remedy


def request_of(scope: Scope) -> Request:
    """The request of a scope that passed the gateway."""
    return scope[_REQUEST]


def _raw(request: Request) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]


def _headers_of(message: Message) -> MutableHeaders:
    return MutableHeaders(raw=[(name.lower(), value) for name, value in message.get("headers", [])])


def _with_headers(send: Send, request: Request, longest: int) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = _headers_of(message)
            cookies = own.getlist("set-cookie")
            del own["server"], own["set-cookie"]
            own.update(headers())
            for cookie in cookies:
                own.append("set-cookie", _cookie(cookie, request.by_tls, longest))
            message = {**message, "headers": own.raw}
        await send(message)

    return answer


def _cookie(text: str, secure: bool, longest: int) -> str:
    """A cookie that outlives no session, stays below the base path and, where the connection is encrypted, is sent over no other."""
    age = re.search(r";\s*max-age=(\d+)", text, re.IGNORECASE)
    if age and int(age[1]) > longest:
        text = _COOKIE_AGE.sub("", text) + f"; Max-Age={longest}"
    if not (age and int(age[1]) == 0):  # the framework removes cookies of the root that an earlier base path left
        text = _COOKIE_ROOT.sub(f"; Path={home()}", text)
    if secure and not re.search(r";\s*secure\b", text, re.IGNORECASE):
        text += "; Secure"
    return text


def _with_return_page(send: Send, path: str | None, request: Request) -> Send:
    """`send` for this path: on the way to the provider a cookie remembers the page, on the way back the redirect leads there.

    The framework's own sign-in always ends at the first page.
    """
    if path == _OIDC_BEGIN:
        page = page_in(request.one("referer") or home())
        cookie, target = f"{quote(page, safe='')}; Max-Age=600", home()
    elif path == _OIDC_END and (remembered := request.cookie(_RETURN_COOKIE)):
        cookie, target = "; Max-Age=0", page_of(unquote(remembered))
    else:
        return send

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = _headers_of(message)
            if own.get("location") == home():
                own["location"] = target
            own.append("set-cookie", f"{_RETURN_COOKIE}={cookie}; Path={home()}; {_RETURN_FLAGS}")
            message = {**message, "headers": own.raw}
        await send(message)

    return answer
