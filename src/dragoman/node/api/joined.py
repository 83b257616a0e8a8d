"""The API as one: the routers of all apps, the renderer, the errors, the document."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from ninja import NinjaAPI, Router

from dragoman import __version__
from dragoman.node.api import problems
from dragoman.node.api.rendering import Renderer

DESCRIPTION = """Screen parties, read lists and hits, and record decisions.

Send `Authorization: ApiKey dgm_...`. A key has scopes and purposes; one with several purposes says which in the
header `Dragoman-Purpose`. Every look-up is journalled. Errors are problem+json (RFC 9457) and tell the remedy. The
calls at the root are yente's; its clients work unchanged."""

#: The apps that have operations of their own, and where these stand.
APPS = {
    "registry": "/api/lists",
    "desk": "/api/desk",
    "journal": "/api/journal",
    "jobs": "/api/jobs",
    "people": "/api/people",
    "partners": "/api/partners",
}


def _joined() -> NinjaAPI:
    api = NinjaAPI(
        title="Dragoman",
        version=__version__,
        description=DESCRIPTION,
        urls_namespace="api",
        docs_url=None,
        openapi_url=None,
        renderer=Renderer(),
    )
    problems.join(api)
    from dragoman.node.api import catalogue, document, matching, metrics

    for own in (matching, catalogue, metrics, document):
        api.add_router("", own.router)
    for app, prefix in APPS.items():
        if (router := _router_of(app)) is not None:
            api.add_router(prefix, router)
    return api


def _router_of(app: str) -> Router | None:
    name = f"dragoman.node.{app}.api"
    if find_spec(f"dragoman.node.{app}") is None or find_spec(name) is None:
        return None
    router: Router = import_module(name).router
    return router


api = _joined()
