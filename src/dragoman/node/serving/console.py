"""The console's bundle: a node that shows pages does not start without it; one for systems alone needs none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dragoman.errors import SettingRefused
from dragoman.node.access import problem

FOLDER = Path(__file__).parents[1] / "static" / "dragoman"
#: What every page names; without any of them a page is a fault.
NEEDED = ("console.js", "theme.js", "style.css", "icons.svg", "mark.svg")
#: The namespaces of routes that systems call: the API, and partners' nodes.
_FOR_SYSTEMS = {"api", "taxii", "exchange"}
#: A page of the API's own, which needs the bundle as the others do.
_PAGES_OF_THE_API = {"/api/docs"}

_Next = Callable[[HttpRequest], HttpResponseBase]


def missing() -> list[str]:
    """Return the files of the bundle that are not there."""
    return [name for name in NEEDED if not (FOLDER / name).is_file()]


def check_bundle() -> None:
    """Raise SettingRefused where this node shows pages and their scripts and styles are not there."""
    lacking = missing()
    if settings.CONSOLE and lacking:
        raise SettingRefused(
            f"the console is not bundled: {', '.join(lacking)} missing",
            place=str(FOLDER),
            remedy="run make front in the clone, or install a wheel; DRAGOMAN_CONSOLE=no serves the API without pages",
        )


class SystemsAlone:
    """Answers 404 to what a browser would look at, where the node is to serve systems alone."""

    def __init__(self, get_response: _Next) -> None:
        if settings.CONSOLE:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponseBase | None:
        """Refuse before a page is made."""
        match = request.resolver_match
        if match is not None and _FOR_SYSTEMS & set(match.namespaces) and request.path not in _PAGES_OF_THE_API:
            return None
        detail = "This node serves systems alone: its API, and no pages."
        return problem(request, 404, detail, remedy="ask the node's administrator, who may set DRAGOMAN_CONSOLE=yes")
