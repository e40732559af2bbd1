"""The OpenAPI 3.1 description, made from the very models that questions and answers are checked with."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from scorecard.api import answers
from scorecard.api.gate import AT_ONCE, PER_MINUTE, TITLES, HttpProblem

PROBLEM_TYPE, CSV_TYPE = "application/problem+json", "text/csv; charset=utf-8"
# Path -> what it lists, the question it takes, the records it answers with.
PATHS: dict[str, tuple[str, type[answers.Paging], type[BaseModel]]] = {
    "indicators": ("指标的口径", answers.IndicatorQuestion, answers.IndicatorDefinition),
    "values": ("指标的数值、目标和评价", answers.ValueQuestion, answers.PublishedValue),
    "versions": ("已发布的数据版本", answers.Paging, answers.PublishedVersion),
}
_LISTINGS: dict[type[BaseModel], type[BaseModel]] = {
    answers.IndicatorDefinition: answers.Listing[answers.IndicatorDefinition],
    answers.PublishedValue: answers.Listing[answers.PublishedValue],
    answers.PublishedVersion: answers.Listing[answers.PublishedVersion],
}
_FIXED: dict[str, Any] = tomllib.loads(Path(__file__).with_name("openapi.toml").read_text("utf-8"))


def description(address: str) -> dict[str, Any]:
    """The whole description; `address` is the path below which the interface answers."""
    models = [(model, "serialization") for model in (*_LISTINGS.values(), HttpProblem)]
    names, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")  # pyright: ignore[reportArgumentType]
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/HttpProblem"}}}
    problems: dict[str, Any] = {
        str(status): {"description": title, "headers": _FIXED["retry"] if status == 429 else {}, "content": content}
        for status, title in TITLES.items()
        if status != 405
    }
    paths: dict[str, Any] = {
        f"/{name}": {"get": _operation(name, summary, question, names[_LISTINGS[record], "serialization"], problems)}
        for name, (summary, question, record) in PATHS.items()
    }
    paths["/openapi.json"] = {"get": {**_FIXED["own"], "responses": {**_FIXED["own"]["responses"], **problems}}}
    about = _FIXED["info"]["description"].format(per_minute=PER_MINUTE, at_once=AT_ONCE)
    return {
        "openapi": "3.1.0",
        "info": {**_FIXED["info"], "description": about},
        "servers": [{"url": address}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": _FIXED["schemes"]},
    }


def _operation(
    name: str, summary: str, question: type[answers.Paging], listing: dict[str, Any], problems: dict[str, Any]
) -> Any:
    content = {"application/json": {"schema": listing}, CSV_TYPE: {"schema": {"type": "string"}}}
    return {
        "summary": summary,
        "operationId": name,
        "parameters": [*_parameters(question), _FIXED["known_etag"]],
        "responses": {
            "200": {"description": summary, "headers": _FIXED["headers"], "content": content},
            **_FIXED["unchanged"],
            **problems,
        },
    }


def _parameters(question: type[answers.Paging]) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    for name, schema in question.model_json_schema()["properties"].items():
        kept = {key: found for key, found in schema.items() if key not in ("title", "description", "anyOf")}
        kept.update(next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), {}))
        if not kept.get("default"):
            kept.pop("default", None)
        listed.append({"name": name, "in": "query", "description": schema["description"], "schema": kept})
    return listed
