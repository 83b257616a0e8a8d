"""The JSON API: one OpenAPI document, joined from the apps' routers.

The paths that yente has (``/match/{dataset}``, ...) stand at the root, so that its clients work unchanged; all others
stand below ``/api/``.
"""

from __future__ import annotations

from dragoman.node.api.joined import api

__all__ = ["api"]
