"""Lists that go on: what was given under a version of an agreement is given under the one that takes its place.

A list goes on where the new version lets it leave under the handling and for the purpose that were chosen; else it
stops, and why is shown. Its objects go over as they were last written, withdrawals too, so that the partner misses none
and nothing that was called back comes again. What left and may not be held is called back by `recalling_narrowing`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dragoman.errors import UsageError
from dragoman.exchange.agreement_acts import Standing, State
from dragoman.exchange.handling import Handling
from dragoman.exchange.policy import Ask, Held, Policies
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import sharing
from dragoman.node.partners.holding import DEFINITIONS, giver_of
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Collection, SharedList, SharedObject, SharedRecord
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.rows import MOST, parts
from dragoman.node.partners.taxii.asking import collections_of, uuid_of


def given_before(new: Agreement) -> QuerySet[SharedList]:
    """Return the lists that are given under versions before this one."""
    rows = SharedList.objects.filter(
        ended=None, collection__giver=node_id(), collection__agreement__version__lt=new.version
    )
    rows = rows.filter(collection__agreement__agreement_id=new.agreement_id)
    rows = rows.filter(collection__agreement__partner=new.partner)
    return rows.select_related("source", "collection__agreement__partner").order_by("pk")


def foresee(new: Agreement) -> dict[SharedList, str]:
    """Return those lists, each with why it stops; with nothing where it goes on."""
    # The version is asked as if it had begun, as `agreement_changes.narrowing` does.
    at = max(timezone.now(), new.read.starts + timedelta(hours=1))
    policies = Policies([Held(new.read, Standing(State.IN_FORCE, ""))])
    found = {}
    for shared in given_before(new):
        giver = giver_of(shared.source)
        if giver is not None:
            try:
                sharing.check_onward(new, giver, shared.purpose)
            except UsageError as error:
                found[shared] = error.message
                continue
        data_class, handling = shared.collection.data_class, Handling.from_json(shared.handling)
        ask = Ask(node_id(), new.partner.node, "disclose", data_class, shared.purpose, SERVICE, handling)
        (decided,) = policies.decide([ask], at)
        found[shared] = "" if decided.allowed else decided.sentence
    return found


def follow(new: Agreement, by: Principal | str) -> None:
    """Let the lists go on under a version that took over, or stop; call it in the transaction of taking over."""
    for shared, why in foresee(new).items():
        if why:
            sharing.end(by, shared, why)
            continue
        shared.ended = timezone.now()
        shared.save(update_fields=["ended"])
        fields = {"handling": shared.handling, "purpose": shared.purpose, "former": shared}
        collection = _collection(new, shared.collection.data_class)
        kept, _ = SharedList.objects.get_or_create(
            collection=collection, source=shared.source, ended=None, defaults=fields
        )
        journal(by, "partners.list.went_on", f"shared:{kept.pk}", list=shared.source.name, agreement=new.pk)


def _collection(new: Agreement, data_class: str) -> Collection:
    collections_of(new)  # they are made on first use
    return Collection.objects.get(uuid=uuid_of(new, data_class, node_id()))


def take_over(shared: SharedList) -> None:
    """Bring what was written last of a list that goes on into its new collection, as it was written."""
    former = shared.former
    if former is None or shared.version:
        return
    with transaction.atomic():
        if former.former is not None and not former.version:
            take_over(former)  # two versions took over before the worker came to it
        rows = [
            SharedRecord(
                shared=shared, record_id=each.record_id, stix_id=each.stix_id, content=each.content,
                created=each.created, gone=each.gone,
            )
            for each in former.records.order_by("pk").iterator()
        ]  # fmt: skip
        SharedRecord.objects.bulk_create(rows, batch_size=MOST)
        for some in _written(former):
            things = [orjson.loads(each.content) for each in some]
            sharing.put(shared, things, {each.stix_id: each.handling for each in some}, timezone.now())
        former.collection.objects_in.filter(stix_id__in=former.records.values("stix_id")).delete()
        shared.version = former.version
        shared.save(update_fields=["version"])


def _written(former: SharedList) -> Iterator[list[SharedObject]]:
    """Yield the newest version of each object of a list in parts, after the definitions that go with them."""
    newest = former.collection.objects_in.filter(superseded_by_any=None).order_by("added")
    of_list = newest.filter(stix_id__in=former.records.values("stix_id")).exclude(type__in=DEFINITIONS)
    for rows in (newest.filter(type__in=DEFINITIONS), of_list):
        pks = list(rows.values_list("pk", flat=True))  # all of them before any is written
        for some in parts(pks):
            yield list(SharedObject.objects.filter(pk__in=some).order_by("added"))


def gone_on(agreement: Agreement) -> list[tuple[SharedList, SharedList | None]]:
    """Return the lists that were given under versions before, each with what goes on of it here, if it does."""
    rows = SharedList.objects.exclude(ended=None).filter(collection__giver=node_id())
    rows = rows.filter(collection__agreement__agreement_id=agreement.agreement_id)
    rows = rows.filter(collection__agreement__partner=agreement.partner)
    rows = rows.filter(collection__agreement__version__lt=agreement.version)
    here = SharedList.objects.filter(collection__agreement=agreement).exclude(former=None)
    following = {each.former_id: each for each in here}
    found = [
        (each, following.get(each.pk)) for each in rows.select_related("source", "collection__agreement").order_by("pk")
    ]
    return [(each, after) for each, after in found if after is not None or each.stopped]
