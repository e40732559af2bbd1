"""The settings of seeds/access.toml: the ways to sign in; or every mistake in the file, in Chinese.

The file says nothing about indicators, so it belongs to no version and the catalogue does not read it. Without it the
defaults here hold, under which only users who sign in get in.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from scorecard.catalog.conditions import Frozen, Texts, mistake
from scorecard.catalog.loader import ACCESS, parse_file, seed_folders

Granted = Literal["leadership", "department", "case_management", "administrator"]  # the roles of accounts


def _header(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{2,60}", value):
        raise mistake(f"值为“{value}”", "请求头名称，如 X-Remote-User")
    return value


Whole = Annotated[int, Field(ge=1)]
HeaderName = Annotated[str, AfterValidator(_header)]


class SessionLimits(Frozen):
    """How long a sign-in lasts: without a request, and at the longest."""

    idle_minutes: Whole = 30
    absolute_minutes: Whole = 480

    @model_validator(mode="after")
    def _idle_is_the_shorter(self) -> "SessionLimits":
        if self.idle_minutes > self.absolute_minutes:
            raise mistake(f"idle_minutes = {self.idle_minutes}", f"不超过 absolute_minutes = {self.absolute_minutes}")
        return self

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        return timedelta(minutes=self.absolute_minutes)


class Lockout(Frozen):
    """After how many wrong passwords whoever typed them has to wait, at first and at the longest; no account is closed."""

    attempts: Whole = 5
    attempts_in_all: Whole = 20
    seconds: Whole = 30
    minutes: Whole = 15

    @property
    def longest(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class AddressLimits(Frozen):
    """How much of the server one address may have at once."""

    connections: Whole = 2000
    connections_per_address: Whole = 400
    windows_per_address: Whole = 100


class Password(Frozen):
    """The rule for a new password that a court may change; the others are in passwords.py."""

    minimum_length: Whole = 10


class Proxy(Frozen):
    """The headers of a reverse proxy on this machine, and the role of each of its words.

    The secret is the key `proxy`; without it no other header of the proxy is believed.
    """

    enabled: bool = False
    secret_header: HeaderName = "X-Scorecard-Proxy"
    name_header: HeaderName = "X-Remote-User"
    role_header: HeaderName = "X-Remote-Role"
    department_header: HeaderName = "X-Remote-Department"
    roles: dict[str, Granted] = Field(default_factory=dict)


class Oidc(Frozen):
    """The claims of an OpenID Connect provider, and the role of each of its words."""

    enabled: bool = False
    name_claim: str = "preferred_username"
    role_claim: str = "role"
    department_claim: str = "department"
    roles: dict[str, Granted] = Field(default_factory=dict)


class Mail(Frozen):
    """The mail server of the intranet, and who gets a digest at which address: a role, a department or an account by name.

    Nothing is sent to, or from, an address outside `domains`. `user` signs in with the password in the file `mail` of the
    folder of keys; `link` is the address of the dashboard, `authority` the file of the certificate authority if it is the
    court's own.
    """

    host: str
    port: Whole = 587
    tls: Literal["starttls", "tls"] = "starttls"
    authority: str = ""
    user: str = ""
    sender: str
    domains: Texts
    link: str
    to: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _stays_inside(self) -> "Mail":
        if not self.link.startswith(("https://", "http://")):
            raise mistake("link 不是网址", "看板的网址，如 https://kanban.court.example")
        for name in ["sender", *self.to]:
            if not self.inside(self.sender if name == "sender" else self.to[name]):
                raise mistake(f"“{name}”的地址不在 domains 之内，或不是地址", "本院内网的地址，如 sgb@court.example")
        return self

    def inside(self, address: str) -> bool:
        """Whether this is one address of the intranet."""
        domain = address.rpartition("@")[2].lower()
        known = any(domain == one.lower() or domain.endswith(f".{one.lower()}") for one in self.domains)
        return known and re.fullmatch(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+", address) is not None


class AccessSettings(Frozen):
    """All settings of seeds/access.toml."""

    visitor_on_loopback: bool = False
    local_accounts: bool = True
    session: SessionLimits = SessionLimits()
    lockout: Lockout = Lockout()
    limits: AddressLimits = AddressLimits()
    password: Password = Password()
    proxy: Proxy = Proxy()
    oidc: Oidc = Oidc()
    mail: Mail | None = None

    @model_validator(mode="after")
    def _there_is_a_way_in(self) -> "AccessSettings":
        if not (self.local_accounts or self.proxy.enabled or self.oidc.enabled):
            raise mistake("三种登录方式都已关闭", "local_accounts、proxy、oidc 至少开启一种")
        for name, way in (("proxy", self.proxy), ("oidc", self.oidc)):
            if way.enabled and not way.roles:
                raise mistake(f"{name} 已开启，[{name}.roles] 为空", "至少一行：值 = 身份")
        return self


def load(seeds: Path) -> AccessSettings:
    """The settings of a seeds folder. Raises SeedErrors with every mistake."""
    paths = [folder / ACCESS for folder in seed_folders(seeds) if (folder / ACCESS).exists()]
    return parse_file(ACCESS, paths[-1].read_bytes(), AccessSettings) if paths else AccessSettings()
