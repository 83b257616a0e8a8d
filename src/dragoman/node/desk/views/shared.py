"""What the desk's pages share: finding objects, and telling people what was refused and what to do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from dragoman.errors import DragomanError
from dragoman.node.access import principal_of
from dragoman.node.desk.models import Case, Hit, Screening

View = Callable[..., Any]


def hit_or_404(request: HttpRequest, pk: int) -> Hit:
    """Return a hit that the principal may see."""
    hits = Hit.objects.visible_to(principal_of(request)).select_related("query", "screening", "memory__review__by")
    return _one(hits, pk)  # type: ignore[no-any-return]


def screening_or_404(request: HttpRequest, pk: int) -> Screening:
    """Return a screening that the principal may see."""
    rows = Screening.objects.visible_to(principal_of(request)).select_related("by", "document", "job")
    return _one(rows, pk)  # type: ignore[no-any-return]


def case_or_404(request: HttpRequest, pk: int) -> Case:
    """Return a case that the principal may see."""
    return _one(Case.objects.visible_to(principal_of(request)), pk)  # type: ignore[no-any-return]


def _one(rows: Any, pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def told(error: DragomanError) -> str:
    """Return an error in one line, for people."""
    return " ".join(part for part in (f"{error.message[:1].upper()}{error.message[1:]}.", _remedy(error)) if part)


def _remedy(error: DragomanError) -> str:
    return f"{error.remedy[:1].upper()}{error.remedy[1:]}." if error.remedy else ""


def refusing_to(target: str) -> Callable[[View], View]:
    """Let a view's refusals be told on the page `target`, which takes the view's ``pk``, if it has one."""

    def wrap(view: View) -> View:
        @wraps(view)
        def called(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                answer: HttpResponse = view(request, *args, **kwargs)
            except DragomanError as error:
                messages.error(request, told(error))
                own: dict[str, Any] = {key: value for key, value in kwargs.items() if key == "pk"}
                back: HttpResponse = redirect(target, **own)
                return back
            return answer

        return called

    return wrap
