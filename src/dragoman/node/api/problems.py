"""Every error of the API as problem+json (RFC 9457) that tells the remedy."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.defaults import page_not_found
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from dragoman import errors
from dragoman.node.access import problem

log = logging.getLogger("dragoman.api")

#: The status of each kind of error, the most special first.
STATUS: tuple[tuple[type[errors.DragomanError], int], ...] = (
    (errors.UnknownList, 404),
    (errors.UnknownVersion, 404),
    (errors.IndexUnusable, 503),
    (errors.SettingRefused, 500),
    (errors.ActRefused, 409),
    (errors.StepRefused, 409),
    (errors.StoreError, 409),
    (errors.FetchFailed, 502),
    (errors.DragomanError, 400),
)
#: When to come again (seconds) where the node cannot answer now.
RETRY_AFTER = 5
_ASK = "ask the node's administrator, and give the request id"
_REMEDIES = {
    400: "correct the request; /api/docs shows what is expected",
    401: "send the header Authorization: ApiKey dgm_..., with a key that the node's people page issued",
    403: "ask for a role, a scope or a purpose that allows it",
    404: "look at /api/docs for the addresses, and at /catalog for the lists",
    405: "look at /api/docs for the methods of this address",
    409: "look at the present state, and decide again",
    413: "send less at once",
    422: "correct the fields that errors names",
    429: "wait as long as Retry-After says, or ask for a higher limit of the key",
    500: _ASK,
    503: "try again after a few seconds",
}
_DETAILS = {
    400: "The request cannot be understood.",
    404: "There is nothing at this address, or nothing that you may see.",
    405: "This address does not know the method.",
    413: "The request is too large.",
    500: "The node met a fault of its own.",
    503: "The node's database cannot be reached now.",
}


def told(request: HttpRequest, status: int, detail: str = "", remedy: str | None = None, **more: Any) -> HttpResponse:
    """Return a problem with its remedy; `detail` and `remedy` are the usual ones of the status unless given."""
    detail = detail or _DETAILS.get(status, "The request was refused.")
    answer = problem(request, status, detail, remedy=remedy or _REMEDIES.get(status, _ASK), **more)
    if status == 503:
        answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def of_error(request: HttpRequest, error: errors.DragomanError) -> HttpResponse:
    """Return the problem that an error of Dragoman is."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    more = {"place": error.place} if error.place and status < 500 else {}
    return told(request, status, _sentence(error.message), error.remedy, **more)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        {"place": ".".join(str(part) for part in row.get("loc", ())), "message": row.get("msg", "")}
        for row in error.errors
    ]
    first = found[0] if found else {"place": "", "message": "it is not as expected"}
    detail = f"{first['place']}: {first['message']}" if first["place"] else str(first["message"])
    return told(request, 422, detail, errors=found)


def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    status, detail = error.status_code, error.message
    if status == 400 and detail.startswith("Cannot parse request body"):
        detail, remedy = "The body is no JSON.", "send JSON, with Content-Type: application/json"
        return told(request, status, detail, remedy)
    return told(request, status, detail)


def of_database(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the problem of a database that does not answer, is full or cannot be written."""
    text = str(error).lower()
    log.error("database: %s", error)
    if "disk is full" in text or "no space" in text or "could not extend" in text:
        return told(request, 507, _FULL, "make room on the node's disk")
    if any(words in text for words in ("readonly", "read-only", "unable to open", "disk i/o error")):
        return told(request, 503, "The node's database cannot be written.", _CHECK_DISK)
    if "locked" in text:
        return told(request, 503, "The node's database is busy.")
    return told(request, 503)


_FULL = "The node's disk is full; nothing was changed."
_CHECK_DISK = "check the disk and the owner of the node's home"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_NOT_WRITTEN = {errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


def of_disk(request: HttpRequest, error: OSError) -> HttpResponse:
    """Return the problem of a disk that is full or cannot be written; any other is a fault of the program."""
    if error.errno not in _NO_ROOM | _NOT_WRITTEN:
        return _fault(request, error)
    log.error("disk: %s", error)
    if error.errno in _NO_ROOM:
        return told(request, 507, _FULL, "make room on the node's disk")
    return told(request, 503, "The node's disk cannot be written; nothing was changed.", _CHECK_DISK)


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("fault in %s %s", request.method, request.path, exc_info=error)
    return told(request, 500)


def join(api: NinjaAPI) -> None:
    """Let the API answer each error as a problem."""
    answers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        errors.DragomanError: of_error,
        ValidationError: _invalid,
        HttpError: _refused,
        Http404: lambda request, error: told(request, 404),
        PermissionDenied: lambda request, error: told(request, 403, "This is not yours to do."),
        RequestDataTooBig: lambda request, error: told(request, 413),
        SuspiciousOperation: lambda request, error: told(request, 400),
        UnreadablePostError: lambda request, error: told(request, 400, "The body ended too early."),
        # Numbers beyond what a column holds, and NUL, which PostgreSQL keeps in no text.
        DataError: lambda request, error: told(request, 400, "A value is out of range."),
        OperationalError: of_database,
        InterfaceError: of_database,
        OSError: of_disk,
        Exception: _fault,
    }
    for kind, answer in answers.items():
        api.add_exception_handler(kind, answer)


# ---------------------------------------------------------------- what Django answers where no view was reached


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django itself finds suspicious."""
    detail = "" if isinstance(exception, SuspiciousOperation) else str(exception)[:200]
    return told(request, 400, detail)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer a fault outside the operations, asking nothing of the database; that and the disk are told apart."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError | OSError):
        answer = of_disk(request, error) if isinstance(error, OSError) else of_database(request, error)
        if is_api(request):
            return answer
        return _fault_page(answer.status_code, retry_after=RETRY_AFTER)
    return told(request, 500) if is_api(request) else _fault_page(500)


def _fault_page(status: int, retry_after: int | None = None) -> HttpResponse:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    # Without the request: what every page shows is read from the database.
    return HttpResponse(render_to_string("500.html"), status=status, headers=headers)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer an address that there is not."""
    return told(request, 404) if is_api(request) else page_not_found(request, exception)


#: The paths that are the API's although they stand at the root.
ROOTS = ("/api/", "/match/", "/search/", "/entities/", "/catalog", "/algorithms", "/healthz", "/readyz", "/metrics")


def is_api(request: HttpRequest) -> bool:
    """Tell whether a request is for the API, so that even its errors are JSON."""
    match = request.resolver_match
    if match is not None:
        return "api" in match.namespaces
    return request.path.startswith(ROOTS)
