"""The ways into the journal: `record` within the caller's transaction, `look_up` for acts that change nothing."""

from __future__ import annotations

from django.utils import timezone

from dragoman.node.access import Principal
from dragoman.node.journal.models import Event


def record(principal: Principal | str, act: str, target: str, *, result: str = "", **details: str | int | None) -> None:
    """Append an event; call it inside the transaction of the act, so that both happen or neither.

    `act` is ``desk.hit.reviewed``, `target` ``hit:17``; `details` are identifiers and counts, never personal data.
    """
    who, purpose = (principal, "") if isinstance(principal, str) else (principal.name, principal.purpose or "")
    Event.objects.create(
        at=timezone.now(), who=who, act=act, object=target, purpose=purpose, result=result, details=details
    )


def look_up(principal: Principal, act: str, target: str, *, result: str = "", **details: str | int | None) -> None:
    """Append an event of an act that changed nothing (a query, a view); returns once it is durable."""
    record(principal, act, target, result=result, **details)
