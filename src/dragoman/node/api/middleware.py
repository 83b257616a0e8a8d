"""Middleware of the API: errors are problems even where Django answered, and keys have their rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from dragoman.node.access import principal_of
from dragoman.node.api.limits import limits
from dragoman.node.api.problems import is_api, told

_Next = Callable[[HttpRequest], HttpResponseBase]
_PROBLEM = "application/problem+json"
#: What is kept of an answer that is turned into a problem.
_KEPT = ("Allow", "Retry-After", "WWW-Authenticate")


class ApiProblems:
    """Turns every error on a path of the API into a problem with its remedy."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code < 400 or not is_api(request):
            return response
        given: dict[str, Any] = {}
        if response.headers.get("Content-Type") == _PROBLEM and isinstance(response, HttpResponse):
            given = orjson.loads(response.content)
            if "remedy" in given:
                return response
        answer = told(request, response.status_code, given.get("detail", ""))
        for name in _KEPT:
            if name in response.headers:
                answer[name] = response.headers[name]
        return answer


class ApiGuard:
    """Refuses calls above a key's rate. Stands after AccessMiddleware, which knows the key."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse before the operation is called."""
        if _holds_nul(request) and is_api(request):
            return told(request, 400, "The address holds the character NUL.", "leave it out")
        key = principal_of(request).key
        wait = None if key is None else limits.take(key.pk, key.per_minute)
        return None if wait is None or key is None else _too_many(request, wait, key.per_minute)


def _too_many(request: HttpRequest, wait: int, per_minute: int) -> HttpResponse:
    answer = told(request, 429, f"The key may make {per_minute:,} calls a minute, and has made them.")
    answer["Retry-After"] = str(wait)
    return answer


def _holds_nul(request: HttpRequest) -> bool:
    """PostgreSQL keeps no NUL in a text, so nothing that is asked for can have it."""
    return "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")
