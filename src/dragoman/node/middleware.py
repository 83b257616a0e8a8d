"""Small middleware: a number for each request, and what a page may load."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dragoman.node.access import principal_of

_Next = Callable[[HttpRequest], HttpResponseBase]
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

#: Everything from the node itself, nothing inline. Images may be data: URLs, for QR codes at sign-in.
#: A form may lead to the agency's OpenID Connect provider, where there is one.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'{provider}; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


class RequestId:
    """Gives each request an id, the caller's own where it is well-formed, and answers with it."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        request.id = given if _ID.fullmatch(given) else secrets.token_hex(12)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class ContentSecurity:
    """Sends the content security policy with every answer."""

    def __init__(self, get_response: _Next) -> None:
        self.get_response = get_response
        self.policy = _POLICY.format(provider=f" {settings.OIDC_ORIGIN}" if settings.OIDC_ORIGIN else "")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if principal_of(request).known:
            # What somebody saw is not to be found in the browser of the next person at the desk.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
