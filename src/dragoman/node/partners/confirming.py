"""Putting off the last day of what a partner still lists: days of keeping count from the last day it was listed.

A delta does not bring again what is unchanged. So a poll that is complete now and then asks by the manifest which
objects the partner gives still. Nothing is put off beyond an object's own last day or one that a notice set, nor what
is not in the manifest, nor where the agreement is not in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import lines
from dragoman.node.partners.holding import DEFINITIONS, handling_of, list_name, text_of
from dragoman.node.partners.models import Agreement, Collection, Partner, Poll, ReceivedObject, SharedObject
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.rows import MOST, parts

_PAGE = 1000
#: A last day is put off once it has fallen behind by this share of the days of keeping: each time the list is written
#: anew, and a line that is down for long takes no more than this share from what may be kept.
_SHARE = 10

#: How some rows are held, and until when at most, to how they are to be held.
_Due = dict[tuple[str, "date | None"], str]


def confirm(agreement: Agreement, data_class: str, row: Poll, root: Callable[[], str]) -> int:
    """Put off the last days of what a partner still lists, once a day at most; return of how many objects.

    Call it for an agreement in force, after its poll was complete; `row` is then to be saved. Raises what `lines.get`
    raises.
    """
    today = timezone.now().date()
    if row.confirmed == today:
        return 0
    due = _due(_held(agreement).filter(data_class=data_class), agreement.read.retention.get(data_class), today)
    count = 0
    if due:
        listed = _listed(agreement.partner, f"{root()}collections/{row.collection}/manifest/")
        count = _put_off(agreement, data_class, due, listed)
    row.confirmed = today
    return count


def ending(agreement: Agreement) -> tuple[int, date] | None:
    """Return how many objects run out first, and on which last day, if their partner lists them no longer."""
    held = _held(agreement)
    days: dict[date, list[str]] = {}
    for text in held.values_list("handling", flat=True).distinct():
        if (until := handling_of(text).keep_until) is not None:
            days.setdefault(until, []).append(text)
    first = min(days, default=None)
    return None if first is None else (held.filter(handling__in=days[first][:MOST]).count(), first)


def _held(agreement: Agreement) -> QuerySet[ReceivedObject]:
    rows = agreement.received.filter(revoked=False)
    return rows.exclude(type__in=DEFINITIONS).exclude(handling="").order_by()


def _due(held: QuerySet[ReceivedObject], days: int | None, today: date) -> _Due:
    """Return what has fallen behind, by how it is held."""
    found: _Due = {}
    if days is None:
        return found
    for text, ends in held.values_list("handling", "ends").distinct():
        handling, until = handling_of(text), today + timedelta(days=days)
        until = until if ends is None else min(until, ends)
        behind = until - handling.keep_until if handling.keep_until is not None else timedelta()
        if behind >= (timedelta(days=max(1, days // _SHARE)) if until != ends else timedelta(days=1)):
            found[text, ends] = text_of(replace(handling, keep_until=until))
    return found


def _listed(partner: Partner, path: str) -> set[str]:
    """Return the ids of what a partner gives now."""
    found: set[str] = set()
    token = ""
    while True:
        page, _ = lines.get(partner, f"{path}?limit={_PAGE}" + (f"&next={token}" if token else ""))
        found |= {str(each.get("id")) for each in page.get("objects", []) if isinstance(each, dict)}
        token = page.get("next", "") if page.get("more") else ""
        if not token:
            return found


def _put_off(agreement: Agreement, data_class: str, due: _Due, listed: set[str]) -> int:
    partner, count = agreement.partner, 0
    onward = list(Collection.objects.filter(lists__source__name=list_name(partner)).values_list("pk", flat=True))
    with transaction.atomic():
        for (text, ends), longer in due.items():
            rows = _held(agreement).filter(data_class=data_class, handling=text, ends=ends).values_list("pk", "stix_id")
            for some in parts([(pk, name) for pk, name in rows if name in listed]):
                held = ReceivedObject.objects.filter(pk__in=[pk for pk, _ in some], handling=text, ends=ends)
                count += held.update(handling=longer)
                copies = SharedObject.objects.filter(collection__in=onward, stix_id__in=[name for _, name in some])
                if onward:
                    copies.filter(handling=text).update(handling=longer)
        if count:
            _renew(partner)
            journal(SERVICE, "partners.objects.put_off", f"agreement:{agreement.pk}", count=count)
    return count


def _renew(partner: Partner) -> None:
    """Let the list in use be made anew. The row that came last stays that, so nothing else comes before another."""
    last = ReceivedObject.objects.filter(agreement__partner=partner).order_by("-at", "-pk").first()
    if last is not None:
        ReceivedObject.objects.filter(pk=last.pk).update(at=timezone.now())
