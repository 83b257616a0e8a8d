"""The OpenAPI document and the page that shows it: both made from the operations themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import Router

from dragoman.node.access import Rule, rule_of
from dragoman.node.api.rendering import JSON, dumps
from dragoman.node.api.shapes import Problem

router = Router()
_lock = threading.Lock()
_kept: dict[str, Any] = {}

#: The errors that any operation may answer with.
_ERRORS = {
    "400": "The request makes no sense.",
    "401": "No key, or one that opens nothing.",
    "403": "No role, scope or purpose allows it.",
    "404": "There is no such thing, or none that you may see.",
    "409": "The state does not allow it.",
    "422": "A field is missing or malformed.",
    "429": "Too many calls; Retry-After says when to come again.",
    "503": "The node cannot answer now; Retry-After says when to come again.",
}
_METHODS = ("get", "post", "put", "patch", "delete")


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of all operations, with their errors, and who may call them."""
    with _lock:
        if not _kept:
            _kept.update(_made())
    return _kept


def _made() -> dict[str, Any]:
    from dragoman.node.api.joined import api

    made = dict(api.get_openapi_schema(path_prefix=""))
    parts = made.setdefault("components", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts.setdefault("schemas", {})["Problem"] = problem
    parts["securitySchemes"] = {
        "ApiKey": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`ApiKey dgm_...`, as the node's page of API keys issued it.",
        }
    }
    names = _route_names(api)
    for path, method, operation in _operations(made):
        _complete(operation, rule_of(names.get((path, method), "")))
    return made


def _route_names(api: Any) -> dict[tuple[str, str], str]:
    """Return the name of the route behind each path and method."""
    found = {}
    for bound in api._get_bound_routers():
        for path, view in bound.path_operations.items():
            full = "/".join(part for part in (bound.prefix, path) if part)
            shown = _path(full)
            # Django knows one name a path: that of its first operation.
            names = [f"api:{api.get_operation_url_name(op, bound.template)}" for op in view.operations[:1]]
            for operation in view.operations:
                for method in operation.methods:
                    found[shown, method.lower()] = names[0]
    return found


def _path(path: str) -> str:
    import re

    while "//" in path:
        path = path.replace("//", "/")
    return re.sub(r"{[^}:]+:", "{", path if path.startswith("/") else f"/{path}")


def _operations(made: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in made["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, method, methods[method]


def _complete(operation: dict[str, Any], rule: Rule | None) -> None:
    """Add who may call an operation, and its errors."""
    open_to_all = rule is not None and rule.roles == "anyone"
    operation["security"] = [] if open_to_all else [{"ApiKey": []}]
    if rule is not None:
        operation["x-scope"] = rule.scope
        operation["x-roles"] = rule.roles if isinstance(rule.roles, str) else sorted(rule.roles)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = operation["responses"]
    # What django-ninja gives as a number is a text in JSON.
    for status in list(responses):
        responses[str(status)] = responses.pop(status)
    for status, text in _ERRORS.items():
        responses.setdefault(status, {"description": text, "content": content})


@router.get("/api/openapi.json", include_in_schema=False, operation_id="openapi")
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI document."""
    return HttpResponse(dumps(document()), content_type=JSON)


@dataclass(frozen=True, slots=True)
class Shown:
    """An operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: list[dict[str, Any]]
    example: str
    answers: list[tuple[str, str]]


@router.get("/api/docs", include_in_schema=False, operation_id="docs")
def docs(request: HttpRequest) -> HttpResponse:
    """Show the operations as a page."""
    groups: dict[str, list[Shown]] = {}
    made = document()
    for path, method, operation in _operations(made):
        tag = (operation.get("tags") or ["Other"])[0]
        groups.setdefault(tag, []).append(_shown(made, path, method, operation))
    return render(request, "api/docs.html", {"groups": groups.items(), "about": made["info"]["description"]})


def _shown(made: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Shown:
    parameters = [
        {
            "name": each["name"],
            "where": each["in"],
            "required": each.get("required", False),
            "kind": _kind(each.get("schema", {})),
            "text": each.get("description") or each.get("schema", {}).get("description", ""),
        }
        for each in operation.get("parameters", [])
    ]
    answers = [(status, each.get("description", "")) for status, each in sorted(operation["responses"].items())]
    return Shown(
        operation["operationId"],
        method.upper(),
        path,
        operation.get("summary", ""),
        operation.get("description", ""),
        operation.get("x-scope") or "",
        parameters,
        _example(made, operation),
        answers,
    )


def _kind(schema: dict[str, Any]) -> str:
    kinds = [_kind(each) for each in schema.get("anyOf", []) if each.get("type") != "null"]
    if kinds:
        return " or ".join(kinds)
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}, repeated"
    return str(schema.get("type", ""))


def _example(made: dict[str, Any], operation: dict[str, Any]) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if body is None:
        return ""
    import json

    return json.dumps(example_of(made, body["schema"]), ensure_ascii=False, indent=2)


def example_of(made: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:
    """Return an example of a schema: its own, or one put together of its required fields' examples."""
    if "$ref" in schema:
        schema = made["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema or depth > 5:
        return schema.get("default")
    for choice in ("anyOf", "allOf", "oneOf"):
        if schema.get(choice):
            return example_of(made, schema[choice][0], depth + 1)
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required", [])
        return {name: example_of(made, schema.get("properties", {}).get(name, {}), depth + 1) for name in wanted}
    if kind == "array":
        return [example_of(made, schema.get("items", {}), depth + 1)]
    return schema.get("enum", [{"string": "text", "integer": 1, "number": 0.7, "boolean": True}.get(str(kind))])[0]
