"""One request as the authenticator sees it: headers, cookies, and the address the connection comes from."""

import ipaddress
from dataclasses import dataclass

# Proxies write these: a request with one of them does not come from a person at this machine.
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


@dataclass(frozen=True)
class Request:
    """Headers with names in lower case, the address of the TCP peer, and the scheme."""

    headers: tuple[tuple[str, str], ...]
    peer: str
    scheme: str = "http"

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name.lower()]

    def one(self, name: str) -> str | None:
        """The only value of a header; None when it is absent or given more than once."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    def cookie(self, name: str) -> str | None:
        for header in self.all("cookie"):
            for pair in header.split(";"):
                known, _, value = pair.strip().partition("=")
                if known == name:
                    return value
        return None

    @property
    def from_this_machine(self) -> bool:
        """Whether the TCP connection comes from this machine: from a proxy here, or from a person here."""
        return is_loopback(self.peer)

    @property
    def local(self) -> bool:
        """Whether a person sits at this machine: no proxy in between, and the machine called by its own name."""
        host = (self.one("host") or "").rpartition(":")[0] or (self.one("host") or "")
        own_name = host.casefold() == "localhost" or is_loopback(host.strip("[]"))
        return self.from_this_machine and own_name and not any(self.all(name) for name in _FORWARDED)

    @property
    def origin(self) -> str:
        """Where the request comes from, for the audit: 本机, the address a proxy on this machine names, or the peer's own."""
        if self.local:
            return "本机"
        if forwarded := self._from_proxy("x-forwarded-for"):
            return forwarded if _address(forwarded) else "反向代理"
        return self.peer

    @property
    def by_tls(self) -> bool:
        """Whether the browser's connection is encrypted, here or at a proxy on this machine."""
        return self.scheme in ("https", "wss") or self._from_proxy("x-forwarded-proto").casefold() == "https"

    def _from_proxy(self, name: str) -> str:
        """What the proxy on this machine wrote itself: the last entry. Entries before it are the browser's word."""
        values = self.all(name) if self.from_this_machine else []
        return values[-1].rpartition(",")[2].strip() if values else ""


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, IPv4 written as IPv6 included."""
    known = _address(address)
    return known is not None and (getattr(known, "ipv4_mapped", None) or known).is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
