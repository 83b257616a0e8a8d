"""Answers as JSON, written by orjson."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja.renderers import BaseRenderer
from pydantic import BaseModel

JSON = "application/json"


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True)
    return str(value)


def dumps(content: Any) -> bytes:
    """Return the content as JSON; what JSON does not know is written as text."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_NON_STR_KEYS)


class Renderer(BaseRenderer):
    """Writes what operations return."""

    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the body of an answer."""
        return dumps(data)


def answer(content: Any, **headers: str) -> HttpResponse:
    """Return a finished answer: for large ones, which need no second validation of what the node itself made."""
    return HttpResponse(dumps(content), content_type=JSON, headers={"Cache-Control": "no-store", **headers})
