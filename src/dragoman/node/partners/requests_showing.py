"""What the pages and the API show of a request: what was given, what happened, and what can be done next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from dragoman.errors import DragomanError, UsageError
from dragoman.exchange import requests as rules
from dragoman.exchange.stix.records import read_record
from dragoman.node.access import Principal
from dragoman.node.desk.screening import Found, screen_now
from dragoman.node.partners import requests_subject
from dragoman.node.partners.models import AnswerObject, InformationRequest
from dragoman.node.partners.requests_models import InformationRequestQuerySet
from dragoman.node.registry.models import Record

_OPEN = (rules.State.RECEIVED, rules.State.PART)
_WAITS = (rules.State.SENT, *_OPEN, rules.State.ON_HOLD)
#: What each side may do in which states; the state machine itself is `dragoman.exchange.requests`.
_ANSWERING = {
    "received": (rules.State.SENT,),
    "answer": _OPEN,
    "unclear": _OPEN,
    "extended": _OPEN,
    "refused": _WAITS,
}
_FOLLOWING = {
    "clarified": (rules.State.ON_HOLD,),
    "withdrawn": _WAITS,
    "feedback": (rules.State.ANSWERED, rules.State.PART),
}


#: The states that are shown together.
_SHOWN: dict[str, dict[str, Any]] = {
    "open": {"state__in": [*_WAITS]},
    "closed": {"state__in": [rules.State.ANSWERED, rules.State.REFUSED, rules.State.WITHDRAWN]},
}


def in_state(rows: InformationRequestQuerySet, name: str) -> InformationRequestQuerySet:
    """Return those of some requests that are open, closed or overdue; all of them for any other word."""
    return rows.overdue() if name == "overdue" else rows.filter(**_SHOWN.get(name, {}))


def possible(row: InformationRequest, principal: Principal) -> set[str]:
    """Return what the principal can do about the request now."""
    if row.own:
        steps, may = _FOLLOWING, principal.has("analyst", "reviewer", "supervisor", "liaison")
    else:
        steps, may = _ANSWERING, principal.has("liaison", "supervisor")
    if principal.has("auditor") or not may:
        return set()
    return {step for step, states in steps.items() if row.state in states}


def object_shown(row: AnswerObject) -> dict[str, Any]:
    """Return what a page shows of an object of an answer; nothing of what was called back."""
    found: dict[str, Any] = {"id": row.stix_id, "removed": row.removed, "tlp": row.handling.get("tlp", ""), "rows": []}
    if not row.content:
        return found
    thing = orjson.loads(row.content)
    if thing["type"] == "note":
        return found | {"text": str(thing.get("content", ""))}
    try:
        record = read_record(thing)
    except DragomanError:
        record = None
    if record is None:
        return found | {"caption": str(thing.get("name", thing["type"])), "schema": thing["type"]}
    props = dict.fromkeys(each.prop for each in record.statements)
    rows = [(prop, record.values(prop)) for prop in props]
    return found | {"caption": record.caption, "schema": record.schema, "rows": rows}


def chosen(principal: Principal, numbers: Iterable[int]) -> list[Record]:
    """Return the records that somebody chose for an answer. Raises UsageError where one is not there for them."""
    wanted = set(numbers)
    found = list(Record.objects.visible_to(principal).filter(pk__in=wanted, gone=False).select_related("source"))
    if len(found) != len(wanted):
        raise UsageError("a chosen record is not there", remedy="look for the subject again")
    return found


def candidates(principal: Principal, row: InformationRequest) -> list[tuple[Found, Record]]:
    """Look for the subject in the lists that the principal may see; it is a query, and journalled as one.

    Raises StoreError where no list is in use, QueryRefused.
    """
    (found,) = screen_now(principal, [requests_subject.record_of(row.body["about"])], limit=20)
    records = Record.objects.visible_to(principal).filter(record_id__in=[each.record_id for each in found], gone=False)
    known = {(each.source.name, each.record_id): each for each in records.select_related("source")}
    return [(each, known[each.source, each.record_id]) for each in found if (each.source, each.record_id) in known]
