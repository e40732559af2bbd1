"""/api/v1: the read-only interface over HTTP. No cookie opens it, no page of another site may read it, nothing can be written.

Every answer, refusals included, is JSON or CSV in Chinese words. Calls have two threads of their own: many of them keep
nobody waiting but each other.
"""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from scorecard.access import Actor
from scorecard.api import answers
from scorecard.api.answers import IndicatorQuestion, Listing, Paging, ValueQuestion, csv_of
from scorecard.api.description import CSV_TYPE, PATHS, PROBLEM_TYPE, description
from scorecard.api.gate import Gate, InterfaceRefused, problem
from scorecard.audit import log as audit
from scorecard.catalog.definitions import ALL_DEPARTMENTS
from scorecard.errors import ScorecardError, StorageError, hint
from scorecard.identity.authentication import Authenticator
from scorecard.identity.request import Request
from scorecard.storage.data_dir import DataDir
from scorecard.store import open_version as opened, versions as store
from scorecard.store.open_version import Selection, Version, judged_on
from scorecard.ui.server.security_middleware import request_of
from scorecard.ui.shell import cached
from scorecard.ui.shell.addresses import address

_FORM = 1  # counted up when answers change their form: nobody shall keep an old one for the same version
_LONGEST = 2000  # bytes of a query
_LOG = logging.getLogger(__name__)


class ReadInterface:
    """The interface of one server."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._gate = Gate(authenticator.data)
        self._threads = ThreadPoolExecutor(2, "interface")

    def routes(self) -> list[Route]:
        return [
            Route(f"{_root()}/{{place:path}}", self),
            Route(address("/api"), self),
            Route(address("/api/{other:path}"), self),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; its body, if any, is not read."""
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, scope)
        await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        try:
            return self._read(scope, request_of(scope))
        except ScorecardError as error:
            return _refusal(error)
        except Exception:  # noqa: BLE001  (the edge of the program: the caller gets words, the server's log the traceback)
            _LOG.exception("the read-only interface failed")
            return _refusal(InterfaceRefused(500, "接口", "程序出错", "正常的答复", "请稍后再试，并告知看板的管理员"))

    def _read(self, scope: Scope, request: Request) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            raise InterfaceRefused(405, "请求方法", scope["method"][:20], "GET", "本接口只能读取")
        actor = self._gate.admit(request.all("authorization"), request.origin, self._authenticator.clock())
        place = scope["path_params"].get("place", "")
        with audit.recorded(self._gate.data, actor, "接口读取", place if place in _PLACES else "没有的地址") as act:
            actor.require("view")
            if place not in _PLACES:
                expected = "、".join(f"{_root()}/{known}" for known in _PLACES)
                raise InterfaceRefused(404, "地址", "没有这个地址", expected, "请核对地址")
            fields = _fields(scope["query_string"], place)
            if place not in PATHS:
                return JSONResponse(description(_root()), headers=_HEADERS)
            question = _question(PATHS[place][1], fields)
            act.detail["filter"] = question.model_dump(mode="json", exclude_defaults=True, by_alias=True)
            return _listing(self._gate.data, actor, place, question, request)


def _root() -> str:
    return address("/api/v1")


_PLACES = (*PATHS, "openapi.json")
_HEADERS = {"cache-control": "private, no-cache", "vary": "Accept, Authorization"}


def _refusal(error: ScorecardError) -> Response:
    refused = problem(error)
    headers = {"cache-control": "no-store"}
    if refused.status == 401:
        headers["www-authenticate"] = "Bearer"
    if refused.status == 405:
        headers["allow"] = "GET, HEAD"
    if isinstance(error, InterfaceRefused) and error.wait:
        headers["retry-after"] = str(error.wait)
    return Response(refused.model_dump_json(), refused.status, headers, PROBLEM_TYPE)


# --- the question ---------------------------------------------------------------------------------------------


def _fields(query: bytes, place: str) -> Mapping[str, str]:
    """The fields of a query, each given once. Raises InterfaceRefused."""
    what = "查询参数"
    if len(query) > _LONGEST:
        raise InterfaceRefused(400, what, f"长 {len(query)} 字节", f"不超过 {_LONGEST} 字节", "请减少参数")
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise InterfaceRefused(
            400, what, "无法解读", "名称=值，以 & 相连，UTF-8 编码", "请按说明中的例子书写"
        ) from None
    allowed = _names(PATHS[place][1]) if place in PATHS else []
    for name, text in pairs:
        if "token" in name.casefold() or "ysh_" in f"{name}{text}":
            remedy = "地址会留在各处的日志里：请管理员撤销这个令牌，另领一个"
            raise InterfaceRefused(400, what, "令牌写在地址里", "令牌只写在请求头 Authorization", remedy)
        if name not in allowed:
            expected = "、".join(allowed) or "没有参数"
            raise InterfaceRefused(400, what, f"没有参数“{name[:20]}”", expected, hint(name[:20], allowed))
    if len(dict(pairs)) < len(pairs):
        raise InterfaceRefused(400, what, "同一个参数写了两次", "每个参数至多一次", "请只留一个")
    return dict(pairs)


def _names(model: type[Paging]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _question(model: type[Paging], fields: Mapping[str, str]) -> Paging:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        meant = next(field.description for own, field in model.model_fields.items() if name in (own, field.alias))
        found = f"“{fields.get(name, '')[:40]}”"
        raise InterfaceRefused(400, f"参数 {name}", found, meant or "", f"说明见 {_root()}/openapi.json") from None


def _as_csv(question: Paging, request: Request) -> bool:
    accepted = ",".join(request.all("accept")).casefold()
    return (question.format or ("csv" if "text/csv" in accepted and "json" not in accepted else "json")) == "csv"


# --- the answer -----------------------------------------------------------------------------------------------


def _listing(data: DataDir, actor: Actor, place: str, question: Paging, request: Request) -> Response:
    """The asked page of records; nothing but its tag where the caller has it already."""
    current, as_csv = store.current(data), _as_csv(question, request)
    if current.version is None:
        found = current.notice or "还没有发布任何数据"
        raise StorageError("数据版本", found, "至少一个可读的已发布版本", "请稍后再试，或询问看板的管理员")
    version = _version(data, getattr(question, "version", ""), current.version)
    if not actor.may("details"):
        version = opened.for_visitors(version)
    known = store.manifests(data)
    readable = [one.version for one in known if not store.is_pruned(data, one.version)]
    state = (
        _FORM,
        place,
        question,
        as_csv,
        current,
        version.historic,
        version.public,
        judged_on(version),
        known,
        readable,
    )
    tag = f'"{version.id}-{hashlib.sha256(repr(state).encode()).hexdigest()[:16]}"'
    headers = {**_HEADERS, "etag": tag}
    given = [one.strip().removeprefix("W/") for line in request.all("if-none-match") for one in line.split(",")]
    if tag in given or given == ["*"]:
        return Response(status_code=304, headers=headers)
    first, after = question.offset, question.offset + question.limit
    if isinstance(question, ValueQuestion):
        total, items = _values(version, question)
    elif isinstance(question, IndicatorQuestion):
        indicators = tuple(version.catalog.indicators.values())
        total, items = len(indicators), [answers.definition(one, version.catalog) for one in indicators[first:after]]
    else:
        records = [answers.published(one, current.version, one.version in readable) for one in known[first:after]]
        total, items = len(known), records
    following = after if after < total else None
    headers |= {"x-total-count": str(total), **({"x-next-offset": str(following)} if following else {})}
    if as_csv:
        return Response(csv_of(PATHS[place][2], items), media_type=CSV_TYPE, headers=headers)
    names = {one: version.catalog.department_name(one) for one in (ALL_DEPARTMENTS, *version.departments)}
    content = Listing[BaseModel](
        version=version.id,
        court=version.catalog.court.name,
        notice=current.notice,
        departments=names,
        total=total,
        next_offset=following,
        items=[*items],
    )
    return Response(content.model_dump_json(serialize_as_any=True), media_type="application/json", headers=headers)


def _version(data: DataDir, named: str, current: str) -> Version:
    if named in ("", current):
        return cached.open_version(current)
    try:
        opened.require_published(data, named)
    except StorageError as error:
        raise InterfaceRefused(
            404, "参数 version", error.found, error.expected, f"可选的版本见 {_root()}/versions"
        ) from error
    return cached.open_historic(named)


def _values(version: Version, question: ValueQuestion) -> tuple[int, list[answers.PublishedValue]]:
    """How many values there are, and the asked page of them: by indicator in the plan's order, then in time order."""
    known, catalog = version.catalog.indicators, version.catalog
    if question.indicator and question.indicator not in known:
        raise _absent("indicator", question.indicator, known, f"{_root()}/indicators 所列的指标编号")
    departments = {ALL_DEPARTMENTS: "", **dict.fromkeys(version.departments, "")}
    if question.department not in departments:
        raise _absent("department", question.department, departments, "、".join(departments))
    chosen = [known[question.indicator]] if question.indicator else list(catalog.indicators.values())
    periods = [period for period in reversed(cached.periods(version, question.grain)) if question.covers(period)]
    page = list(product(chosen, periods))[question.offset : question.offset + question.limit]
    if not page:
        return len(chosen) * len(periods), []
    inputs = cached.card_inputs(version, Selection(periods[0], question.department, question.scope))
    return len(chosen) * len(periods), [answers.value(version, inputs, one, period) for one, period in page]


def _absent(name: str, asked: str, known: Mapping[str, object], expected: str) -> InterfaceRefused:
    return InterfaceRefused(404, f"参数 {name}", f"没有“{asked[:40]}”", expected, hint(asked, known))
