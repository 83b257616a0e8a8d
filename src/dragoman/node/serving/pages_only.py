"""Middleware that only pages need, left out for systems that send an API key: no session, language or messages.

A request with a key is known by its header alone, so the session is not looked at, and nothing is lost. What the key is
worth is found out later, by AccessMiddleware.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

_Next = Callable[[HttpRequest], HttpResponseBase]
#: Partners sign in by tokens of their own below this path; see the partners' desk.
_PARTNERS = "/taxii2/"


def by_key(request: HttpRequest) -> bool:
    """Tell whether the request says that it comes with an API key."""
    return "HTTP_AUTHORIZATION" in request.META and not request.path_info.startswith(_PARTNERS)


def pages_only(path: str) -> Callable[[_Next], Any]:
    """Return the middleware of that path, for requests without a key."""
    inner = import_string(path)

    class PagesOnly(inner):  # type: ignore[misc,valid-type]
        def __call__(self, request: HttpRequest) -> Any:
            return self.get_response(request) if by_key(request) else super().__call__(request)

        def process_view(self, request: HttpRequest, *given: Any) -> Any:
            further = getattr(super(), "process_view", None)
            return None if further is None or by_key(request) else further(request, *given)

    return PagesOnly


Session = pages_only("django.contrib.sessions.middleware.SessionMiddleware")
Locale = pages_only("django.middleware.locale.LocaleMiddleware")
Authentication = pages_only("django.contrib.auth.middleware.AuthenticationMiddleware")
Messages = pages_only("django.contrib.messages.middleware.MessageMiddleware")
