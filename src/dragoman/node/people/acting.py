"""What the pages about people share: an act that a rule forbids becomes a message, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dragoman.errors import ActRefused

V = TypeVar("V", bound=Callable[..., HttpResponse])


def said(error: ActRefused) -> str:
    """Return a refusal as a sentence for people: what is wrong, and what to do."""
    text = f"{error.message[:1].upper()}{error.message[1:]}."
    return f"{text} {error.remedy[:1].upper()}{error.remedy[1:]}." if error.remedy else text


def back_to(route: str) -> Callable[[V], V]:
    """Let a view's ActRefused lead back to the page `route`, with the refusal as a message."""

    def wrap(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except ActRefused as error:
                messages.error(request, said(error))
                return redirect(route)

        return cast("V", guarded)

    return wrap
