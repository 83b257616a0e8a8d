"""The outbox: what webhooks are to be told, written in the transaction of the act, and sent afterwards.

So nothing is told of what was rolled back, and nothing that was written is forgotten. A delivery may come twice, when
its acknowledgement was lost: its id stays the same. Messages hold identifiers only; who receives one reads the hit
through the API, with a key, a purpose and an entry in the journal.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone

from dragoman.errors import AddressRefused, DeliveryFailed, SettingRefused
from dragoman.node.desk.models import Hit
from dragoman.node.registry.models import Source
from dragoman.node.webhooks import outward
from dragoman.node.webhooks.models import Delivery, Webhook
from dragoman.node.webhooks.signing import signature, unseal

#: The most hits that one message tells of.
MOST_HITS = 500
#: Attempts before a delivery is given up; with the pauses below that takes about eleven hours.
MOST_ATTEMPTS = 14
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 6 * 3600.0
#: How long a delivery that is being sent is left alone by others: longer than it can take.
LEASE = timedelta(seconds=90)
#: How much longer a pause may be than meant, so that not all are tried at once.
_MOST_SPREAD = 1.2
_BATCH = 20
GONE = 410


def announce_hits(screening: int, hits: Iterable[Hit]) -> int:
    """Put new hits into the outbox of every webhook in force; call it inside the transaction that writes the hits.

    Returns the number of messages. Hits that wait for nobody (remembered false matches) are not told.
    """
    webhooks = list(Webhook.objects.in_force())
    if not webhooks:
        return 0
    news = [hit for hit in hits if hit.state == Hit.State.OPEN]
    open_to_all = set(Source.objects.filter(teams=None).values_list("name", flat=True)) if news else set()
    rows = []
    for webhook in webhooks:
        lists = set(webhook.lists) or open_to_all
        wanted = [hit for hit in news if hit.source in lists]
        rows += [Delivery(webhook=webhook, body=_body(screening, part)) for part in _parts(wanted)]
    Delivery.objects.bulk_create(rows)
    return len(rows)


def _parts(hits: list[Hit]) -> Iterator[list[Hit]]:
    for start in range(0, len(hits), MOST_HITS):
        yield hits[start : start + MOST_HITS]


def _body(screening: int, hits: list[Hit]) -> str:
    told = [
        {
            "id": hit.pk,
            "list": hit.source,
            "version": hit.version,
            "record": hit.record_id,
            "score": round(hit.score, 4),
        }
        for hit in hits
    ]
    at = timezone.now().isoformat()
    return json.dumps({"type": "desk.hits.new", "timestamp": at, "data": {"screening": screening, "hits": told}})


def deliver_due() -> int:
    """Send what is due; return how many deliveries were tried. Any number of workers may do so at once."""
    now = timezone.now()
    waiting = Delivery.objects.filter(_due(now), state=Delivery.State.WAITING, webhook__ended=None)
    tried = 0
    for delivery in waiting.select_related("webhook").order_by("due")[:_BATCH]:
        held = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, attempts=delivery.attempts)
        if held.update(due=now + LEASE, attempts=F("attempts") + 1):
            delivery.attempts += 1
            _deliver(delivery)
            tried += 1
    return tried


def _due(now: datetime) -> Q:
    """Return what is due; a time further ahead than its attempts explain was written before the clock was set back."""
    due = Q(due__lte=now)
    for attempts in range(MOST_ATTEMPTS + 1):
        longest = max(LEASE, timedelta(seconds=_MOST_SPREAD * _whole_pause(attempts)))
        due |= Q(attempts=attempts, due__gt=now + longest)
    return due


def _deliver(delivery: Delivery) -> None:
    status, trouble, hopeless = None, "", False
    try:
        status = _send(delivery)
        hopeless = status == GONE
        trouble = "" if 200 <= status < 300 else f"the receiver answered {status}"
    except AddressRefused as error:
        trouble, hopeless = error.message, True
    except (DeliveryFailed, SettingRefused) as error:
        trouble = error.message
    _note(delivery, status, trouble[:300], hopeless)


def _send(delivery: Delivery) -> int:
    body, at = delivery.body.encode(), int(time.time())
    secret = unseal(delivery.webhook.secret)
    headers = {
        "webhook-id": delivery.message,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(secret, delivery.message, at, body),
    }
    return outward.post(delivery.webhook.url, body, headers)


def _note(delivery: Delivery, status: int | None, trouble: str, hopeless: bool) -> None:
    now = timezone.now()
    held = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts)
    if not trouble:
        held.update(state=Delivery.State.DELIVERED, status=status, trouble="", ended=now)
    elif hopeless or delivery.attempts >= MOST_ATTEMPTS:
        held.update(state=Delivery.State.DEAD, status=status, trouble=trouble, ended=now)
    else:
        held.update(status=status, trouble=trouble, due=now + timedelta(seconds=pause(delivery.attempts)))


def pause(attempts: int) -> float:
    """Return how long to wait (seconds) after so many attempts: twice as long each time, and not all at once."""
    return _whole_pause(attempts) * random.uniform(0.8, _MOST_SPREAD)  # noqa: S311  only to spread the load


def _whole_pause(attempts: int) -> float:
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempts - 1))


def forget_delivered(days: int = 30) -> int:
    """Remove deliveries that were acknowledged long ago; those given up stay."""
    before = timezone.now() - timedelta(days=days)
    try:
        with transaction.atomic():
            return Delivery.objects.filter(state=Delivery.State.DELIVERED, ended__lt=before).delete()[0]
    except DatabaseError:
        return 0
