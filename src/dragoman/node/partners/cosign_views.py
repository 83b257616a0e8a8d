"""Pages: clearing the alarm about a journal that does not continue the one that was seen before."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from dragoman.errors import DragomanError
from dragoman.node.access import principal_of
from dragoman.node.partners import cosigning
from dragoman.node.partners.models import JournalAlarm


@require_POST
def clear_alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what people found when they looked into an alarm."""
    alarm = get_object_or_404(JournalAlarm, pk=pk)
    try:
        cosigning.clear(principal_of(request), alarm, request.POST.get("reason", "").strip())
    except DragomanError as error:
        messages.error(request, str(error))
    return redirect("partners:partner", alarm.partner_id)
