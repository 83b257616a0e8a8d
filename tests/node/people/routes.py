"""The routes of the node, and the rules as they are written: read once more, apart from `dragoman.node.access`."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from dragoman.node import access

NODE = Path(access.__file__).parent

#: Paths for the patterns that allauth and others write as regular expressions.
_EXPRESSIONS = {
    r"^confirm-email/(?P<key>[-:\w]+)/$": "confirm-email/sample/",
    r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/a-b/",
    "^(?P<provider_id>[^/]+)/": "agency/",
}


class Reached:
    """Middleware that answers 299 in place of the view: to try the door without going in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse:
        """Say that the request got through."""
        return HttpResponse("reached", status=299)


def _patterns(resolver: URLResolver, namespace: str = "", before: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Yield each route: its full name, a path that leads to it, and its pattern."""
    for entry in resolver.url_patterns:
        text = before + _sample(str(entry.pattern), getattr(entry.pattern, "converters", {}))
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace, text)
        else:
            yield namespace + (entry.name or entry.lookup_str), "/" + text, entry


def _sample(pattern: str, converters: dict[str, Any]) -> str:
    """Return a path that a pattern matches."""
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        value = {"int": "987654321", "uuid": str(uuid.UUID(int=7))}.get(kind, "sample")
        pattern = re.sub(rf"<(\w+:)?{name}>", value, pattern)
    return _EXPRESSIONS.get(pattern, pattern)


@cache
def table() -> dict[tuple[str, str], str]:
    """Return a path for each route and method; pages are tried with GET and POST, whatever they answer to."""
    found: dict[tuple[str, str], str] = {}
    for name, path, pattern in _patterns(get_resolver()):
        if not name.startswith("api:"):
            found |= {(name, "GET"): path, (name, "POST"): path}
            continue
        owner = next((cell.cell_contents for cell in getattr(pattern.callback, "__closure__", None) or ()), None)
        for operation in getattr(owner, "operations", []):
            operation_name = getattr(operation, "url_name", None) or operation.view_func.__name__
            found |= {(f"api:{operation_name}", method): path for method in operation.methods}
        if not hasattr(owner, "operations"):
            found[name, "GET"] = path
    return found


@cache
def written() -> dict[str, dict[str, Any]]:
    """Return all rules as they are written."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted([NODE / "access.yaml", *NODE.glob("*/access.yaml")]):
        found |= yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return found
