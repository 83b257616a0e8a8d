"""What partners' nodes call: signed requests, each answered signed. Who signed is who asks; there are no sessions."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dragoman.errors import DragomanError, ReplayRefused, SignatureRefused
from dragoman.node.access import problem
from dragoman.node.partners import lines
from dragoman.node.partners.delivering import take_in
from dragoman.node.partners.models import Partner

Answering = Callable[[Partner, Any], Any]


def signed(answering: Answering) -> Callable[[HttpRequest], HttpResponseBase]:
    """Turn a function of partner and body into a view: the signature is checked before, and the answer signed."""

    @csrf_exempt  # no cookie is looked at: the signature over the whole request says who sends it
    @require_POST
    @wraps(answering)
    def view(request: HttpRequest) -> HttpResponseBase:
        if int(request.headers.get("Content-Length") or 0) > lines.LARGEST:
            return problem(request, 413, f"More than {lines.LARGEST} bytes; send less at once.")
        try:
            partner, body, message = lines.received(request)
            return lines.answer(answering(partner, body), message)
        except (SignatureRefused, ReplayRefused) as error:
            return problem(request, 401, str(error))
        except DragomanError as error:
            return problem(request, 422, str(error))

    return view


@signed
def inbox(partner: Partner, body: Any) -> Any:
    """Take in letters; answer how far they have come."""
    return take_in(partner, body).to_json()
