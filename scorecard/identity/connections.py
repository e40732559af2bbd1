"""Browser windows that are connected now: where each comes from, under a random key that only this process knows.

The doors of the server write the key into the request on its way in; the script reads it there. What a browser sends
under that name is thrown away before, and a key nobody made leads to nobody.
"""

import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from scorecard.access import Actor

HEADER = "x-scorecard-visit"
_AFTERWARDS = timedelta(
    minutes=5
)  # a script may still run, or a window connect again, after its connection is gone
# Written by proxies: whoever comes with one of them does not come from this machine.
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


@dataclass(frozen=True)
class Request:
    """What a request says of itself, and what the socket says of it: headers in lower case, the peer's address."""

    headers: tuple[tuple[str, str], ...]
    peer: str
    scheme: str = "http"
    cookies: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name.lower()]

    def one(self, name: str) -> str | None:
        """The only value of a header; None when it is absent or given more than once."""
        found = self.all(name)
        return found[0] if len(found) == 1 else None

    def cookie(self, name: str) -> str | None:
        return next((value for known, value in self.cookies if known == name), None)

    @property
    def from_this_machine(self) -> bool:
        """Whether the TCP connection itself comes from this machine: a proxy here, or a person here."""
        return is_loopback(self.peer)

    @property
    def local(self) -> bool:
        """Whether a person sits at this machine: no proxy in between, and the machine called by its own name."""
        host = (self.one("host") or "").rpartition(":")[0] or (self.one("host") or "")
        named = host.casefold() == "localhost" or is_loopback(host.strip("[]"))
        return self.from_this_machine and named and not any(self.all(name) for name in _FORWARDED)

    @property
    def origin(self) -> str:
        """Where from, for the record: 本机, the address a proxy on this machine names, or the peer's own."""
        if self.local:
            return "本机"
        if self.from_this_machine and (named := self.all("x-forwarded-for")):
            last = (
                named[-1].rpartition(",")[2].strip()
            )  # the one the proxy itself wrote; those before it are hearsay
            return last if _is_address(last) else "反向代理"
        return self.peer

    @property
    def by_tls(self) -> bool:
        """Whether the browser's connection is encrypted, here or at a proxy on this machine."""
        if self.scheme in ("https", "wss"):
            return True
        named = self.all("x-forwarded-proto") if self.from_this_machine else []
        return bool(named) and named[-1].rpartition(",")[2].strip().casefold() == "https"


@dataclass
class Connection:
    """One window: the request it came with, since when, and what was found out about it later."""

    request: Request
    came: datetime
    seen: datetime
    gone: datetime | None = None
    proxied: tuple[Actor | None, str] | None = None
    sessions: set[str] = field(default_factory=set[str])  # the framework's session ids that may upload


class Connections:
    """All of them."""

    def __init__(self) -> None:
        self._visits: dict[str, Connection] = {}
        self._lock = Lock()

    def came(self, request: Request, now: datetime, proxied: tuple[Actor | None, str] | None = None) -> str:
        """The key of a new visit."""
        key = secrets.token_urlsafe(24)
        with self._lock:
            for old in [one for one, visit in self._visits.items() if _over(visit, now)]:
                del self._visits[old]
            self._visits[key] = Connection(request, now, now, proxied=proxied)
        return key

    def went(self, key: str, now: datetime) -> None:
        """Its connection is closed."""
        with self._lock:
            if visit := self._visits.get(key):
                visit.gone = now

    def find(self, keys: Iterable[str]) -> Connection | None:
        """The visit of the one key given; None for none, several, or one that was never made."""
        given = list(keys)
        return self._visits.get(given[0]) if len(given) == 1 else None

    def uploading(self, session: str) -> Connection | None:
        """The visit whose script registered this session of the framework for uploads."""
        with self._lock:
            return next((visit for visit in self._visits.values() if session in visit.sessions), None)


def _over(visit: Connection, now: datetime) -> bool:
    return visit.gone is not None and now - visit.gone > _AFTERWARDS


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, IPv4 written as IPv6 included."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
