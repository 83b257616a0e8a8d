"""Registering, ending and retrying webhooks: acts of administrators, each journalled."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused, UnknownList
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record
from dragoman.node.registry.models import Source
from dragoman.node.webhooks import outward
from dragoman.node.webhooks.models import Delivery, Webhook
from dragoman.node.webhooks.signing import new_secret, seal

#: More would be a broadcast, and each hit is written once for each.
MOST = 20


def register(principal: Principal, name: str, url: str, lists: Collection[str] = ()) -> tuple[Webhook, str]:
    """Make a webhook; return it with its secret, which is shown this once. Raises AddressRefused, UnknownList."""
    account = principal.account
    if account is None:
        raise ActRefused("nobody is signed in", remedy="sign in")
    if Webhook.objects.in_force().count() >= MOST:
        raise ActRefused(f"there are {MOST} webhooks already", remedy="end one of them")
    if not name.strip():
        raise ActRefused("the webhook has no name", remedy="say which system is told")
    known = set(Source.objects.values_list("name", flat=True))
    for each in lists:
        if each not in known:
            kept = ", ".join(sorted(known)) or "none"
            raise UnknownList(f"there is no list {each[:64]!r}", remedy=f"one of: {kept}")
    outward.check(url)
    secret = new_secret()
    with transaction.atomic():
        webhook = Webhook.objects.create(
            name=name.strip()[:80], url=url, secret=seal(secret), lists=sorted(lists), by=account
        )
        record(principal, "webhooks.webhook.registered", f"webhook:{webhook.pk}")
    return webhook, secret


@transaction.atomic
def end(principal: Principal, webhook: Webhook) -> None:
    """End a webhook; what waits for it is not sent any more."""
    if Webhook.objects.in_force().filter(pk=webhook.pk).update(ended=timezone.now(), ended_by=principal.account):
        record(principal, "webhooks.webhook.ended", f"webhook:{webhook.pk}")


@transaction.atomic
def retry(principal: Principal, webhook: Webhook) -> int:
    """Let all deliveries that were given up wait again; return how many."""
    dead = Delivery.objects.filter(webhook=webhook, state=Delivery.State.DEAD)
    count = dead.update(state=Delivery.State.WAITING, attempts=0, due=timezone.now(), ended=None)
    record(principal, "webhooks.webhook.retried", f"webhook:{webhook.pk}", deliveries=count)
    return count
