"""Removing what a partner gave and this node may not hold any longer: statements, the object as it came, and copies.

What stays of an object says nothing of anybody: its id, its version, its moments, its markings. So it is known that it
was here, notices about it can be answered, and whoever got it from here can be told that it is withdrawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from dragoman.errors import DragomanError
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.stix.records import is_withdrawal, read_record, withdrawn
from dragoman.exchange.taxii.moments import moment_of
from dragoman.lists.locking import locked
from dragoman.lists.store import ListStore
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.holding import DEFINITIONS, handling_of, list_name
from dragoman.node.partners.models import Agreement, Collection, Partner, Poll, ReceivedObject, SharedObject
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.rows import parts
from dragoman.node.partners.taxii.asking import uuid_of
from dragoman.node.registry import indexing
from dragoman.node.registry.models import ListVersion, Record, Statement
from dragoman.node.registry.retention import forget

#: How the content of an object begins of which no more is kept than that it was here. No other begins so: what comes is
#: written without any blank.
_BARE = " "
#: What a withdrawal has beside what is kept: that is what the partner said, and not what was done here.
_SAID_BY_THEM = ("name", "revoked", "extensions")
_SAYS_SOMETHING = Q(gone=False) | ~Q(caption="") | Exists(Statement.objects.filter(record=OuterRef("pk")))


def is_bare(row: ReceivedObject) -> bool:
    """Tell whether no more is kept of an object than that it was here."""
    return row.content.startswith(_BARE)


@contextmanager
def list_locked(partner: Partner) -> Iterator[None]:
    """Let nobody else put a partner's list in use: what was read before the erasing would bring it back."""
    indexing.folder().mkdir(parents=True, exist_ok=True)
    with locked(indexing.folder() / f".received-{partner.pk}"):
        yield


def erase(partner: Partner, objects: Sequence[str], by: str) -> None:
    """Remove what objects that were called back stated, from tables and rows; the index is then to be renewed."""
    with list_locked(partner), locked(indexing.folder() / ".importing"):
        for some in parts(objects):
            with transaction.atomic():
                held = ReceivedObject.objects.filter(agreement__partner=partner, stix_id__in=some)
                held = held.exclude(content__startswith=_BARE)
                _erase_records(partner, _records(held), by)
                _bare(held.filter(revoked=True), by, partner)


def erase_withdrawn(partner: Partner, by: str) -> None:
    """Remove what is left of records that the list in use has no more.

    It is for what was withdrawn first and called back then: a withdrawal does not say which record it was.
    """
    with list_locked(partner), locked(indexing.folder() / ".importing"):
        gone = Record.objects.filter(_SAYS_SOMETHING, source__name=list_name(partner), gone=True)
        for some in parts(list(gone.values_list("record_id", flat=True))):
            with transaction.atomic():
                _erase_records(partner, some, by)


def erase_former(partner: Partner, objects: Sequence[str], by: str) -> None:
    """Remove what objects stated before they were corrected: statements, and the files of former versions."""
    held = ReceivedObject.objects.filter(agreement__partner=partner, stix_id__in=objects)
    rows = Record.objects.filter(source__name=list_name(partner), record_id__in=_records(held))
    with transaction.atomic():
        count, _ = Statement.objects.filter(record__in=rows.values("pk"), gone=True).delete()
        if count:
            source = rows.values_list("source", flat=True)[0]
            journal(by, "registry.statements.removed", f"list:{source}", count=count)
    drop_former_files(list_name(partner))


def drop_former_files(name: str) -> None:
    """Remove the files of all versions of a partner's list but that in use."""
    used = ListVersion.objects.filter(source__name=name, state=ListVersion.State.IN_USE).first()
    store = ListStore.open(settings.HOME)
    if used is None or name not in store.names():
        return
    for each in store.versions(name):
        if each.version != used.version:
            store.remove(f"{name}@{each.version}")


def withdrawn_of(partner: Partner, objects: Sequence[str]) -> set[str]:
    """Return which of some objects are held as no more than a withdrawal by the partner."""
    found: set[str] = set()
    for some in parts(objects):
        rows = ReceivedObject.objects.filter(agreement__partner=partner, stix_id__in=some, revoked=True)
        bare = set(rows.filter(content__startswith=_BARE).values_list("stix_id", flat=True))
        contents: dict[str, list[Thing]] = {}
        for name, content in rows.exclude(stix_id__in=bare).values_list("stix_id", "content"):
            contents.setdefault(name, []).append(orjson.loads(content))
        found |= {name for name, things in contents.items() if all(map(is_withdrawal, things))}
    return found


def erase_ended(today: date | None = None) -> int:
    """Remove the objects whose last day was before `today` (in UTC), with all that they state; return how many."""
    now, count = today or timezone.now().date(), 0
    for partner in Partner.objects.order_by("pk"):
        ended = _ended(partner, now)
        if not ended:
            continue
        with list_locked(partner), locked(indexing.folder() / ".importing"):
            for some in parts(ended):
                with transaction.atomic():
                    count += _erase_ended(partner, some, now)
    return count


def handed_in(partner: Partner) -> QuerySet[SharedObject]:
    """Return what a partner itself put into the collections that it gives; no list of this node has it."""
    return SharedObject.objects.filter(collection__giver=partner.node, collection__agreement__partner=partner)


def erase_handed_in(today: date | None = None) -> int:
    """Remove what partners put into collections and may no longer be kept; return how many objects' versions."""
    now, count = today or timezone.now().date(), 0
    for partner in Partner.objects.order_by("pk"):
        for place in Collection.objects.filter(giver=partner.node, agreement__partner=partner):
            rows = handed_in(partner).filter(collection=place).exclude(type__in=DEFINITIONS)
            texts = rows.exclude(handling="").order_by().values_list("handling", flat=True).distinct()
            over = Q(handling__in=[text for text in texts if (handling_of(text).keep_until or date.max) < now])
            if (days := place.agreement.read.retention.get(place.data_class)) is not None:
                first = datetime.combine(now, time(), UTC) - timedelta(days=days)
                over |= Q(added__lt=moment_of(first))
            with transaction.atomic():
                removed, _ = rows.filter(over).delete()
                if removed:
                    journal(SERVICE, "partners.objects.removed", f"partner:{partner.pk}", count=removed)
            count += removed
    return count


def _ended(partner: Partner, now: date) -> list[int]:
    """Return the rows that may no longer be kept, by primary key."""
    rows = ReceivedObject.objects.filter(agreement__partner=partner, revoked=False).exclude(type__in=DEFINITIONS)
    texts = rows.exclude(handling="").order_by().values_list("handling", flat=True).distinct()
    over = [text for text in texts if (handling_of(text).keep_until or date.max) < now]
    return [pk for some in parts(over) for pk in rows.filter(handling__in=some).values_list("pk", flat=True)]


def _erase_ended(partner: Partner, pks: list[int], now: date) -> int:
    held = ReceivedObject.objects.select_for_update().filter(pk__in=pks, revoked=False)
    rows = [row for row in held if _until(row) < now]
    elsewhere = _held_elsewhere(partner, rows)
    # What came under another agreement too is held under that one alone from now on, and is used as it came there.
    ReceivedObject.objects.filter(pk__in=[row.pk for row in rows if row.stix_id in elsewhere]).delete()
    ReceivedObject.objects.filter(pk__in=elsewhere.values()).update(at=timezone.now())
    last = ReceivedObject.objects.filter(pk__in=[row.pk for row in rows if row.stix_id not in elsewhere])
    _erase_records(partner, _records(last), SERVICE)
    last.update(revoked=True)
    _read_anew([row for row in rows if row.stix_id not in elsewhere])
    _bare(last, SERVICE, partner)
    return len(rows)


def _read_anew(rows: list[ReceivedObject]) -> None:
    """Let a list be read from the beginning of which something ran out that the partner may list still.

    A delta would not bring it again. What an object or a notice said was its end is its end.
    """
    over = {(row.agreement_id, row.data_class) for row in rows if row.ends is None or row.ends > _until(row)}
    agreements = Agreement.objects.select_related("partner").in_bulk([agreement for agreement, _ in over])
    for pk, data_class in over:
        collection = uuid_of(agreements[pk], data_class, agreements[pk].partner.node)
        Poll.objects.filter(agreement=pk, collection=collection).update(after="")


def _until(row: ReceivedObject) -> date:
    return handling_of(row.handling).keep_until or date.max


def _held_elsewhere(partner: Partner, rows: list[ReceivedObject]) -> dict[str, int]:
    """Return, of objects that came under other agreements too and are held there, the row that came last."""
    ids, pks = {row.stix_id for row in rows}, {row.pk for row in rows}
    others = ReceivedObject.objects.filter(agreement__partner=partner, stix_id__in=ids)
    newest: dict[str, ReceivedObject] = {}
    for row in others.exclude(pk__in=pks).exclude(handling="").order_by("at", "pk"):
        newest[row.stix_id] = row
    return {name: row.pk for name, row in newest.items() if not row.revoked}


def _records(rows: QuerySet[ReceivedObject]) -> list[str]:
    """Return the ids of the records that some objects carry."""
    found = set()
    for content in rows.values_list("content", flat=True):
        try:
            record = read_record(orjson.loads(content))
        except DragomanError:  # no record, and on no list
            continue
        if record is not None:
            found.add(record.id)
    return sorted(found)


def _erase_records(partner: Partner, names: Iterable[str], by: str) -> None:
    rows = Record.objects.filter(source__name=list_name(partner), record_id__in=list(names))
    pks = dict(rows.filter(_SAYS_SOMETHING).values_list("pk", "source"))
    if pks:
        forget(list(pks))
        journal(by, "registry.statements.removed", f"list:{next(iter(pks.values()))}", count=len(pks))


def _bare(rows: QuerySet[ReceivedObject], by: str, partner: Partner) -> None:
    """Keep no more of some objects than that they were here, nor of the copies that were to go on to others."""
    changed = []
    for row in rows.exclude(type__in=DEFINITIONS):
        plain = withdrawn(orjson.loads(row.content), row.modified)
        bare = _BARE + orjson.dumps({key: plain[key] for key in plain if key not in _SAID_BY_THEM}).decode()
        if row.content != bare:
            # By its moment the list in use is seen to be older than this, and is made anew.
            row.content, row.at = bare, timezone.now()
            changed.append(row)
    if changed:
        ReceivedObject.objects.bulk_update(changed, ["content", "at"], batch_size=100)
        passed = SharedObject.objects.filter(collection__lists__source__name=list_name(partner))
        copies = passed.filter(stix_id__in=[row.stix_id for row in changed]).values_list("pk", flat=True)
        SharedObject.objects.filter(pk__in=list(copies)).delete()
        journal(by, "partners.objects.removed", f"partner:{partner.pk}", count=len(changed))
