"""The JSON API: one OpenAPI document, joined from the apps' routers."""

from __future__ import annotations

from ninja import NinjaAPI

from dragoman import __version__

api = NinjaAPI(title="Dragoman", version=__version__, urls_namespace="api", docs_url=None)
