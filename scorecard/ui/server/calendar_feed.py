"""The calendar of an account: what is due, for whoever knows its secret address; read-only, by the role it was made for."""

from datetime import datetime, timedelta

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from etl.versions.pending import standing_work
from scorecard.access import ROLE_NAMES, Actor, Role
from scorecard.audit import log as audit
from scorecard.audit.log import RefusalBursts
from scorecard.calendar.clock import today
from scorecard.errors import ScorecardError
from scorecard.identity import accounts as local_accounts
from scorecard.identity.accounts import usable
from scorecard.identity.authentication import Authenticator
from scorecard.plan.due_calendar import calendar_text, due_days
from scorecard.plan.waiting import due_items_of
from scorecard.storage.reader_notes import calendar_of
from scorecard.store import versions as store
from scorecard.store.worklist_rows import due_counts
from scorecard.ui.server.plain_pages import plain_page
from scorecard.ui.server.security_middleware import request_of
from scorecard.ui.shell.addresses import address
from scorecard.ui.shell.cached import open_version


def route(authenticator: Authenticator) -> Route:
    """The address of calendars; one is made at a time, for programs fetch them on the hour, all together."""
    limiter, refusals = CapacityLimiter(1), RefusalBursts("日历订阅", timedelta(minutes=1))
    read: set[tuple[str, str]] = set()

    def answer(secret: str, origin: str) -> Response:
        data = authenticator.data
        try:
            actor = _owner(authenticator, secret, origin)
            if actor is None:
                nobody = Actor(ROLE_NAMES["nobody"], "nobody", origin=origin)
                refusals.record(data, nobody, "未登记的地址", "地址已停用、到期或没有登记", authenticator.clock())
                return _note(404, "没有这个日历", "日历地址已停用、到期或没有登记", "请在“我的账户”页重新生成")
            if (once := (actor.name, str(today()))) not in read:  # one line a day: a calendar asks every hour
                read.add(once)
                audit.record(data, actor, "日历订阅", actor.name, change="当日首次读取")
            headers = {"cache-control": "private, no-store"}
            return Response(_calendar(authenticator, actor), 200, headers, "text/calendar; charset=utf-8")
        except ScorecardError as error:
            return _note(503, "日历暂时不能生成", f"{error.where}：{error.found}", error.remedy)

    async def asked(request: Request) -> Response:
        origin = request_of(request.scope).origin
        return await to_thread.run_sync(answer, request.path_params["secret"], origin, limiter=limiter)

    return Route(address("/calendar/{secret}.ics"), asked, methods=["GET"])


def _note(status: int, title: str, what: str, remedy: str) -> Response:
    return plain_page("ui/server/plain_note.html", status, title=title, what=what, remedy=remedy)


def _owner(authenticator: Authenticator, secret: str, origin: str) -> Actor | None:
    """Whose calendar it is; it ends with the role and department it was made for, and with the account.

    So it opens nothing of a local account to a namesake of another way to sign in.
    """
    notes = calendar_of(authenticator.data, secret)
    if notes is None or notes.calendar_until is None or notes.calendar_until < today():
        return None
    name, role, department = notes.owner
    account = local_accounts.read(authenticator.data).find(name)
    if account is not None:
        same = (account.role, account.department or "") == (role, department)
        return account.actor(origin) if same and usable(account) else None
    granted: dict[str, Role] = {known: known for known in ROLE_NAMES}
    elsewhere = authenticator.settings.proxy.enabled or authenticator.settings.oidc.enabled
    return Actor(name, granted[role], department or None, origin) if elsewhere and role in granted else None


def _calendar(authenticator: Authenticator, actor: Actor) -> str:
    actor.require("details")
    data, current = authenticator.data, store.current(authenticator.data).version
    if current is None:
        raise ScorecardError("日历", "没有可读的已发布版本", "至少一个已发布的版本", "请稍后再试")
    version = open_version(current)
    catalog = version.catalog
    items, counts = due_items_of(version, standing_work(data, version)), due_counts(version.connection, catalog)
    days = due_days(catalog, actor.role, actor.department, items, version.targets, counts, today())
    whose = catalog.department_name(actor.department) if actor.department else ROLE_NAMES[actor.role]
    name = f"{catalog.court.short_name}营商环境到期日（{whose}{'，示例数据' if version.manifest.sample else ''}）"
    return calendar_text(name, days, datetime.fromisoformat(version.manifest.published_at))
