"""The OpenAPI 3.1 description, made from the very models that questions and answers are checked with."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from scorecard.api.answers import (
    IndicatorDefinition,
    IndicatorQuestion,
    Listing,
    Paging,
    PublishedValue,
    PublishedVersion,
    ValueQuestion,
)
from scorecard.api.gate import AT_ONCE, PER_MINUTE
from scorecard.api.refusals import TITLES, HttpProblem

PROBLEM_TYPE, CSV_TYPE = "application/problem+json", "text/csv; charset=utf-8"
# Path -> what it lists, the question it takes, the records it answers with.
PATHS: dict[str, tuple[str, type[Paging], type[BaseModel]]] = {
    "indicators": ("指标的口径", IndicatorQuestion, IndicatorDefinition),
    "values": ("指标的数值、目标和评价", ValueQuestion, PublishedValue),
    "versions": ("已发布的数据版本", Paging, PublishedVersion),
}
_LISTINGS: dict[type[BaseModel], type[BaseModel]] = {
    IndicatorDefinition: Listing[IndicatorDefinition],
    PublishedValue: Listing[PublishedValue],
    PublishedVersion: Listing[PublishedVersion],
}
_ABOUT = (
    "只读接口：已发布的指标口径、数值和版本，没有案件明细。每次请求都要在请求头 Authorization 里带管理员发给的令牌（Bearer），"
    f"每次都记入审计；一个令牌平均每分钟 {PER_MINUTE} 次，可积攒到 {AT_ONCE} 次。数字写成文本，位数与看板一致；"
    "“数据待核”的数值没有数字。CSV 供电子表格打开，可能被当作公式或日期的文本前加有一个单引号。"
)


def description(address: str) -> dict[str, Any]:
    """The whole description; `address` is the path below which the interface answers."""
    models = [(model, "serialization") for model in (*_LISTINGS.values(), HttpProblem)]
    names, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")  # pyright: ignore[reportArgumentType]
    problems = {str(status): _problem(status) for status in TITLES if status != 405}
    paths: dict[str, Any] = {
        f"/{name}": {"get": _operation(name, summary, question, names[_LISTINGS[record], "serialization"], problems)}
        for name, (summary, question, record) in PATHS.items()
    }
    own = {"200": {"description": "本说明", "content": {"application/json": {"schema": {"type": "object"}}}}}
    paths["/openapi.json"] = {"get": {"summary": "本说明", "operationId": "openapi", "responses": {**own, **problems}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "法治化营商环境指标接口", "version": "1", "description": _ABOUT},
        "servers": [{"url": address}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "管理员发给的令牌"}},
        },
    }


def _operation(
    name: str, summary: str, question: type[Paging], listing: dict[str, Any], problems: dict[str, Any]
) -> Any:
    etag = {"schema": {"type": "string"}, "description": "内容不变则不变"}
    return {
        "summary": summary,
        "operationId": name,
        "parameters": [*_parameters(question), _known_etag()],
        "responses": {
            "200": {
                "description": summary,
                "headers": {"ETag": etag},
                "content": {
                    "application/json": {"schema": listing},
                    CSV_TYPE: {"schema": {"type": "string"}},
                },
            },
            "304": {"description": "与 If-None-Match 所给的 ETag 相同，没有变化"},
            **problems,
        },
    }


def _parameters(question: type[Paging]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for name, schema in question.model_json_schema()["properties"].items():
        kept = {key: found for key, found in schema.items() if key not in ("title", "description", "anyOf")}
        kept.update(next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), {}))
        if not kept.get("default"):
            kept.pop("default", None)
        listed.append({"name": name, "in": "query", "description": schema["description"], "schema": kept})
    return listed


def _known_etag() -> dict[str, Any]:
    what = "上次得到的 ETag；没有变化时答复 304，没有内容"
    return {"name": "If-None-Match", "in": "header", "description": what, "schema": {"type": "string"}}


def _problem(status: int) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if status == 429:
        headers["Retry-After"] = {"description": "多少秒后再试", "schema": {"type": "integer"}}
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/HttpProblem"}}}
    return {"description": TITLES[status], "headers": headers, "content": content}
