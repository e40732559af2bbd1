"""What every role may do, against the table of roles; a department is bound to itself; who gets in by which way."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from scorecard.access import CAPABILITY_NAMES, RIGHTS, ROLE_NAMES, Actor, Capability, Forbidden, Role, console
from scorecard.audit import log as audit
from scorecard.catalog import loader
from scorecard.errors import SeedErrors
from scorecard.identity import settings
from scorecard.identity.authentication import NOBODY, OIDC_COOKIE, PEER_HEADER, Authenticator
from scorecard.identity.request import Relay, Request
from scorecard.identity.sessions import Session
from scorecard.identity.settings import AccessSettings, Oidc, Proxy
from scorecard.storage.data_dir import DataDir
from tests.support.actors import ADMINISTRATOR, CIVIL, LEADER, OFFICER, VISITOR

# 领导小组 (view, export), 部门 (view, own department's case lists, progress reports), 审管办 (upload, targets, publish),
# 管理员 (accounts, rollback, audit); a visitor reads aggregated pages and nothing else.
MAY: dict[Role, set[Capability]] = {
    "nobody": set(),
    "visitor": {"view"},
    "leadership": {"view", "details", "records", "export", "prompts"},
    "department": {"view", "details", "records", "export", "evidence", "names", "report", "prompts"},
    "case_management": {
        "view",
        "details",
        "records",
        "export",
        "evidence",
        "names",
        "report",
        "upload",
        "targets",
        "decisions",
        "prompts",
        "publish",
        "go_live",
    },
    "administrator": {"view", "details", "records", "export", "go_live", "accounts", "rollback", "audit"},
    "consumer": {"view", "details"},
    "public_consumer": {"view"},
    "console": set(get_args(Capability)),
}
CONSUMERS = (Actor("市中院", "consumer"), Actor("网站", "public_consumer"))
ACTORS = (NOBODY, VISITOR, LEADER, CIVIL, OFFICER, ADMINISTRATOR, *CONSUMERS, console("测试"))


@pytest.mark.parametrize("capability", get_args(Capability))
@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.role)
def test_a_role_may_do_what_the_plan_of_work_gives_it_and_nothing_else(actor: Actor, capability: Capability) -> None:
    allowed = capability in MAY[actor.role]
    assert actor.may(capability, "civil") is allowed
    assert actor.may_somewhere(capability) is allowed
    if allowed:
        actor.require(capability, "civil")
        return
    with pytest.raises(Forbidden) as refused:
        actor.require(capability, "civil")
    for role, name in ROLE_NAMES.items():
        roles = refused.value.expected.removeprefix("有权限的身份：").split("、")
        assert (name in roles) == (capability in MAY[role])


def test_every_role_and_every_right_has_a_name_and_a_line() -> None:
    assert set(ROLE_NAMES) == set(RIGHTS) == set(MAY) == set(get_args(Role))
    assert set(CAPABILITY_NAMES) == set(get_args(Capability))


@pytest.mark.parametrize("capability", ["evidence", "report"])
def test_a_department_sees_and_reports_its_own_only(capability: Capability) -> None:
    assert CIVIL.may(capability, "civil")
    assert not CIVIL.may(capability, "filing")
    assert not CIVIL.may(capability), "no department named is not one's own"
    assert not Actor("无部门", "department").may(capability), "nor is no department at all"
    assert OFFICER.may(capability)
    assert OFFICER.may(capability, "filing")


# --- settings -------------------------------------------------------------------------------------------------


def test_a_change_of_who_gets_in_changes_no_version(seeds: Path) -> None:
    known = loader.load(seeds)
    assert loader.ACCESS not in known.files
    assert (seeds / loader.ACCESS).exists()


def test_a_seeds_folder_without_settings_lets_in_who_signs_in_and_nobody_else(tmp_path: Path) -> None:
    defaults = settings.load(tmp_path)
    assert defaults.local_accounts
    assert not defaults.visitor_on_loopback
    assert not defaults.proxy.enabled
    assert not defaults.oidc.enabled


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("vistor_on_loopback = true", ("未登记的键", "visitor_on_loopback")),
        ("local_accounts = 1", ("值为 1", "true 或 false")),
        ("local_accounts = false", ("三种登录方式都已关闭",)),
        ("[session]\nidle_minutes = 0", ("idle_minutes", "不小于 1")),
        ("[session]\nidle_minutes = 60\nabsolute_minutes = 30", ("absolute_minutes = 30",)),
        ('[proxy]\nname_header = "Remote User"', ("请求头名称",)),
        ("[proxy]\nenabled = true", ("proxy 已开启", "roles")),
        ('[oidc.roles]\n"院长" = "console"', ("console", "leadership")),
        ('[oidc.roles]\n"院长" = "visitor"', ("visitor", "leadership")),
    ],
)
def test_a_mistake_in_the_settings_is_told_with_its_key(text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "access.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SeedErrors) as refusal:
        settings.load(tmp_path)
    for word in ("access.toml", *words):
        assert word in str(refusal.value)


# --- the reverse proxy ----------------------------------------------------------------------------------------

WORDS = {"组长": "leadership", "庭室": "department", "审管": "case_management"}
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALICE = {"x-remote-user": "alice", "x-remote-role": "审管", "host": "127.0.0.1:8501"}


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


def authenticator(data: DataDir, clock: Clock | None = None, **changes: Any) -> Authenticator:
    given = {
        "visitor_on_loopback": True,
        "proxy": Proxy(enabled=True, roles=WORDS),  # pyright: ignore
        "oidc": Oidc(enabled=True, roles=WORDS),  # pyright: ignore
        **changes,
    }
    departments = {"civil": "civil", "民事审判庭": "civil"}
    return Authenticator(data, AccessSettings.model_validate(given), lambda: departments, clock or Clock())


def request(
    headers: Mapping[str, str] | None = None, peer: str = "127.0.0.1", relay: Relay = "direct", **cookies: str
) -> Request:
    given = {"host": "127.0.0.1:8501", **(headers or {})}
    # As a server hands them on: bytes read as Latin-1.
    raw = [(name, value.encode().decode("latin-1")) for name, value in given.items()]
    sent = [("cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))] if cookies else []
    return Request((*raw, *sent), peer, relay=relay)


def test_a_proxy_on_this_machine_is_believed_when_that_is_switched_on(data: DataDir) -> None:
    identity = authenticator(data).by_proxy(request(ALICE, relay="trusted"))
    assert identity is not None
    assert identity.actor == Actor("alice", "case_management", origin="反向代理")


def test_a_proxy_s_chinese_names_and_departments_are_read(data: DataDir) -> None:
    given = {"x-remote-user": "%E5%BC%A0%E4%B8%89", "x-remote-role": "庭室", "x-remote-department": "民事审判庭"}
    identity = authenticator(data).by_proxy(request({**given, "x-forwarded-for": "6.6.6.6, 10.1.2.3"}, relay="trusted"))
    assert identity is not None
    assert identity.actor == Actor("张三", "department", "civil", "10.1.2.3")


@pytest.mark.parametrize("peer", ["10.1.2.3", "192.168.0.7", "::ffff:10.1.2.3", "8.8.8.8", ""])
def test_a_forged_header_from_another_address_does_nothing(peer: str, data: DataDir) -> None:
    forged = {**ALICE, "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1", "forwarded": "for=127.0.0.1"}
    known = authenticator(data)
    assert known.by_proxy(request(forged, peer)) is None
    assert known.of_request(request(forged, peer)).actor == NOBODY


def test_the_header_does_nothing_while_the_proxy_is_switched_off(data: DataDir) -> None:
    known = authenticator(data, proxy=Proxy(roles=WORDS))  # pyright: ignore
    assert known.by_proxy(request(ALICE)) is None
    assert known.of_request(request(ALICE)).actor.role == "visitor"


def test_a_header_given_twice_is_nobody(data: DataDir) -> None:
    twice = Request((*request(ALICE).headers, ("x-remote-role", "组长")), "127.0.0.1", relay="trusted")
    identity = authenticator(data).by_proxy(twice)
    assert identity is not None
    assert identity.actor == NOBODY
    assert "重复" in identity.note


@pytest.mark.parametrize("role", ["", "院长", "administrator", "console"])
def test_a_role_that_is_not_registered_is_no_role(role: str, data: DataDir) -> None:
    identity = authenticator(data).by_proxy(request({**ALICE, "x-remote-role": role}, relay="trusted"))
    assert identity is not None
    assert identity.actor == NOBODY


def test_a_department_that_is_not_registered_is_nobody(data: DataDir) -> None:
    identity = authenticator(data).by_proxy(
        request({**ALICE, "x-remote-role": "庭室", "x-remote-department": "物业"}, relay="trusted")
    )
    assert identity is not None
    assert identity.actor == NOBODY
    assert "部门没有登记" in identity.note


def test_a_window_left_open_through_a_proxy_ends_like_any_other(data: DataDir) -> None:
    clock = Clock()
    known = authenticator(data, clock)
    window = Session(None, NOON, NOON)
    for minutes in (0, 25, 50):
        clock.now = NOON + timedelta(minutes=minutes)
        assert known.of_window(request(ALICE, relay="trusted"), {}, window).actor.name == "alice"
    clock.now += timedelta(minutes=31)
    for _ in range(2):
        late = known.of_window(request(ALICE, relay="trusted"), {}, window)
        assert late.actor == NOBODY
        assert "刷新" in late.note
        clock.now -= timedelta(minutes=31)  # over stays over


# --- OpenID Connect -------------------------------------------------------------------------------------------

CLAIMS: dict[str, Any] = {
    "is_logged_in": True,
    "sub": "u1",
    "iat": NOON.timestamp(),
    "preferred_username": "李四",
    "role": "审管",
}


def test_the_role_comes_from_the_claim_and_the_sign_in_is_recorded_once(data: DataDir) -> None:
    known = authenticator(data)
    for _ in range(3):
        identity = known.by_oidc(CLAIMS, request())
        assert identity is not None
        assert identity.actor == Actor("李四", "case_management", origin="本机")
    assert [(entry.action, entry.actor, entry.detail["way"]) for entry in audit.entries(data)] == [
        ("登录", "李四", "统一身份认证")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"role": None},
        {"role": "院长"},
        {"role": ["院长"]},
        {"role": "庭室"},
        {"sub": ""},
        {"iat": None},
        {"iat": (NOON + timedelta(hours=1)).timestamp()},
        {"iat": (NOON - timedelta(hours=9)).timestamp()},
        {"iat": (NOON - timedelta(minutes=31)).timestamp()},
    ],
    ids=str,
)
def test_claims_that_name_no_role_or_no_time_let_nobody_in(changes: dict[str, Any], data: DataDir) -> None:
    known = authenticator(data)
    identity = known.by_oidc({**CLAIMS, **changes}, request())
    assert identity is not None
    assert identity.actor == NOBODY
    assert identity.note
    assert audit.entries(data) == ()


def test_of_several_roles_the_first_registered_one_counts(data: DataDir) -> None:
    identity = authenticator(data).by_oidc({**CLAIMS, "role": ["审管", "组长", "别的"]}, request())
    assert identity is not None
    assert identity.actor.role == "leadership"


def test_claims_do_nothing_without_a_sign_in_or_while_it_is_switched_off(data: DataDir) -> None:
    assert authenticator(data).by_oidc({**CLAIMS, "is_logged_in": False}, request()) is None
    assert authenticator(data, oidc=Oidc(roles=WORDS)).by_oidc(CLAIMS, request()) is None  # pyright: ignore


def test_a_sign_in_at_the_provider_ends_with_our_session_and_by_signing_out(data: DataDir) -> None:
    clock = Clock()
    known = authenticator(data, clock)
    here = request(**{OIDC_COOKIE: "signed-by-the-framework"})
    for minutes in range(0, 480, 25):  # something is done every 25 minutes
        clock.now = NOON + timedelta(minutes=minutes)
        identity = known.by_oidc(CLAIMS, here)
        assert identity is not None
        assert identity.signed_in
    clock.now = NOON + timedelta(minutes=481)
    identity = known.by_oidc(CLAIMS, here)
    assert identity is not None
    assert identity.actor == NOBODY
    again = {**CLAIMS, "iat": clock.now.timestamp()}
    assert known.by_oidc(again, here).signed_in  # pyright: ignore
    assert known.sign_out(here) == "统一身份认证"
    assert not known.by_oidc(again, here).signed_in  # pyright: ignore
    assert known.of_request(here).actor.role == "visitor"
    assert [entry.action for entry in audit.entries(data)] == ["登录", "登录", "退出"]


def test_a_cookie_the_framework_never_vouched_for_is_nobody_s(data: DataDir) -> None:
    known = authenticator(data)
    known.by_oidc(CLAIMS, request(**{OIDC_COOKIE: "good"}))
    assert known.of_request(request(**{OIDC_COOKIE: "good"})).actor.name == "李四"
    assert known.of_request(request(**{OIDC_COOKIE: "forged"})).actor.role == "visitor"


# --- visitors and windows -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "peer", "local"),
    [
        ({}, "127.0.0.1", True),
        ({}, "::1", True),
        ({}, "::ffff:127.0.0.1", True),
        ({"host": "localhost:8501"}, "127.0.0.1", True),
        ({"host": "[::1]:8501"}, "::1", True),
        ({}, "10.0.0.1", False),
        ({"x-forwarded-for": "127.0.0.1"}, "127.0.0.1", False),
        ({"x-forwarded-for": "127.0.0.1"}, "10.0.0.1", False),
        ({"via": "1.1 proxy"}, "127.0.0.1", False),
        ({"host": "kanban.court"}, "127.0.0.1", False),
        ({"host": "127.0.0.1.evil.example"}, "127.0.0.1", False),
    ],
)
def test_a_visitor_is_somebody_at_this_machine_and_nobody_else(
    headers: dict[str, str], peer: str, local: bool, data: DataDir
) -> None:
    known = authenticator(data, proxy=Proxy(roles=WORDS))  # pyright: ignore
    expected = "visitor" if local else "nobody"
    assert known.of_request(request(headers, peer)).actor.role == expected
    off = authenticator(data, proxy=Proxy(roles=WORDS), visitor_on_loopback=False)  # pyright: ignore
    assert off.of_request(request(headers, peer)).actor == NOBODY


def test_a_window_is_known_by_what_the_gateway_wrote_and_by_nothing_else(data: DataDir) -> None:
    known = authenticator(data)
    here = request(peer="::1")
    genuine = known.peer_header(here)
    secret = genuine.split(" ")[0]
    other = authenticator(data).peer_header(here)
    forged = ["", "guess", "guess http direct ::1", " http direct ::1", secret, f"{secret} http", f"é{genuine}", other]
    for values in ([], *([value] for value in forged), [genuine, genuine], [genuine, "guess"]):
        assert known.window_request([*here.headers, *((PEER_HEADER, value) for value in values)]) is None
    opened = known.window_request([*here.headers, (PEER_HEADER.title(), genuine)])
    assert opened is not None
    assert (opened.peer, opened.scheme, opened.local) == ("::1", "http", True)
    assert known.of_window(opened, {}, Session(None, NOON, NOON)).actor.role == "visitor"


def test_only_windows_that_were_allowed_to_take_files_and_the_newest_are_remembered(data: DataDir) -> None:
    known = authenticator(data)
    for number in range(1001):
        known.allow_upload(f"window {number}", True)
    assert not known.may_upload("window 0", request(ALICE, relay="trusted"))
    assert known.may_upload("window 1", request(ALICE, relay="trusted"))
    assert not known.may_upload("window 1", request())
    known.allow_upload("window 1", False)
    assert not known.may_upload("window 1", request(ALICE, relay="trusted"))


def test_the_encrypted_side_of_a_proxy_is_believed_from_this_machine_only() -> None:
    by = {"x-forwarded-proto": "https"}
    assert request(by).by_tls
    assert not request(by, "10.0.0.1").by_tls
    assert not request({"x-forwarded-proto": "https, http"}).by_tls
    assert replace(request(), scheme="wss").by_tls
