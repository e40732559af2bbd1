"""One request as the authenticator sees it: headers, cookies, and the address the connection comes from."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

# Proxies write these: a request with one of them does not come from a person at this machine.
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")
_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?")
SOCKET_FILE = "unix"  # the peer of a connection through a socket file, which has no address
# How a request arrived: from the browser itself, through some proxy, or through the proxy that knows this server's secret.
Relay = Literal["direct", "relayed", "trusted"]


@dataclass(frozen=True)
class Request:
    """Headers with names in lower case, the address of the TCP peer, the scheme, and how it arrived."""

    headers: tuple[tuple[str, str], ...]
    peer: str
    scheme: str = "http"
    relay: Relay = "direct"

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
        """Whether the connection comes from this machine: from a proxy here, or from a person here."""
        return self.peer == SOCKET_FILE or is_loopback(self.peer)

    @property
    def local(self) -> bool:
        """Whether a person sits at this machine: no proxy in between, and the machine called by its own name."""
        host = (self.one("host") or "").rpartition(":")[0] or (self.one("host") or "")
        own_name = host.casefold() == "localhost" or is_loopback(host.strip("[]"))
        return is_loopback(self.peer) and own_name and not self._through_proxy

    @property
    def _through_proxy(self) -> bool:
        return self.relay != "direct" or any(self.all(name) for name in _FORWARDED)

    @property
    def origin(self) -> str:
        """Where the request comes from, for the audit: 本机, the address that the trusted proxy names, or the peer's own."""
        if self.local:
            return "本机"
        if self.from_this_machine and self._through_proxy:
            return self._named or "反向代理"
        return self.peer

    @property
    def address(self) -> str:
        """The address whose attempts and connections are counted together: of IPv6 the network, for a machine has 2^64."""
        text = self._named or self.peer
        known = _address(text)
        if isinstance(known, ipaddress.IPv6Address):
            return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))
        return text

    @property
    def _named(self) -> str:
        """The browser's address as the trusted proxy has it; empty without one."""
        named = self._from_proxy("x-forwarded-for") if self.relay == "trusted" else ""
        return named if _address(named) else ""

    @property
    def by_tls(self) -> bool:
        """Whether the browser's connection is encrypted, here or at a proxy on this machine."""
        return self._encrypted_here or self._from_proxy("x-forwarded-proto").casefold() == "https"

    @property
    def _encrypted_here(self) -> bool:
        return self.scheme in ("https", "wss")

    @property
    def host(self) -> str | None:
        """The host that the browser asked for, with its port; behind the trusted proxy the one that it names."""
        forwarded = self._from_proxy("x-forwarded-host") if self.relay == "trusted" else ""
        return forwarded or self.one("host")

    @property
    def from_own_page(self) -> bool:
        """Whether its Origin is this server as the browser sees it: scheme, host and port.

        A proxy that does not know the secret is not believed that the browser's side is encrypted, nor that it is not.
        """
        own = [
            "https" if self.by_tls else "http",
            *(["http"] if self.relay != "trusted" and not self._encrypted_here else []),
        ]
        origin = _parsed_origin(self.one("origin") or "")
        return origin is not None and origin in [_parsed_origin(f"{scheme}://{self.host or ''}") for scheme in own]

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


def _parsed_origin(text: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin as browsers write it; None for anything else, `null` included."""
    match = _ORIGIN.fullmatch(text.lower())
    return (match[1], match[2], int(match[3] or {"http": 80, "https": 443}[match[1]])) if match else None
