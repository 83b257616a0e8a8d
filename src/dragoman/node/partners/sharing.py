"""Giving a list to a partner: its records are written as STIX into a collection, and kept up with every version.

A record that changed becomes a new version of its object; one that is no longer listed is revoked. What leaves is
decided when the partner reads (`policies`), not here. A list that a partner gave is passed on (`sharing_received`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from dragoman import model
from dragoman.errors import UsageError
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.stix.definitions import definitions
from dragoman.exchange.stix.ids import Thing, write_time
from dragoman.exchange.stix.markings import markings_of
from dragoman.exchange.stix.records import Writing, withdrawn, write_record
from dragoman.exchange.taxii.moments import moment_of
from dragoman.exchange.taxii.writing import add_objects
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.holding import giver_of, of_records, text_of
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Collection, Disclosure, Partner, SharedList, SharedRecord
from dragoman.node.partners.taxii.asking import collections_of, uuid_of
from dragoman.node.partners.taxii.store import Store
from dragoman.node.registry.models import ListVersion, Record, Source, Statement

#: The class of data that a list's records are.
CLASS = "list_entries"
_BATCH = 500
#: Records that are written while somebody waits for a page, at most.
_AT_ONCE = 3000


def share(
    principal: Principal,
    agreement: Agreement,
    source: Source,
    *,
    colour: str = "AMBER",
    codes: Iterable[str] = (),
    purpose: str,
) -> SharedList:
    """Begin to give a list under an agreement; `write` then fills the collection.

    What a partner gave is passed on as it came, each object with its originator's leave; `colour` and `codes` are then
    those of nothing but the definitions that go with it. Raises UsageError where no clause gives list entries, or lets
    them be passed on, MessageRefused where the handling makes no sense.
    """
    own = node_id()
    handling = Handling(Colour.read(colour), frozenset({own}), frozenset(codes), purposes=frozenset({purpose}))
    shown = collections_of(agreement).get(str(uuid_of(agreement, CLASS, own)))
    if shown is None:
        raise UsageError(f"no clause of {agreement.title} gives list entries", remedy="agree on one that does")
    if (giver := giver_of(source)) is not None:
        check_onward(agreement, giver, purpose)
    with transaction.atomic():
        kept, new = SharedList.objects.get_or_create(
            collection=Collection.objects.get(uuid=shown.id),
            source=source,
            ended=None,
            defaults={"handling": handling.to_json(), "purpose": purpose},
        )
        if new:
            journal(principal, "partners.list.shared", f"shared:{kept.pk}", list=source.name, agreement=agreement.pk)
    return kept


def check_onward(agreement: Agreement, giver: Partner, purpose: str) -> None:
    """Check that a list of a partner may be passed on under an agreement. Raises UsageError."""
    if giver == agreement.partner:
        raise UsageError(f"{giver} gave this list itself", remedy="choose another list")
    clauses = [each for each in agreement.read.clauses if each.giver == node_id() and CLASS in each.classes]
    if not any("pass_on" in each.actions and purpose in each.purposes for each in clauses):
        raise UsageError(
            f"no clause of {agreement.title} lets list entries be passed on for {purpose}",
            remedy="agree on one that does: this list is another's",
        )
    came = [each for each in giver.agreements.prefetch_related("acts") if each.standing().in_force]
    if not any(each.read.onward != "never" for each in came):
        raise UsageError(f"the agreement with {giver} lets it go no further, or holds no more", remedy=f"ask {giver}")


def end(principal: Principal | str, shared: SharedList, why: str = "") -> None:
    """Stop giving a list: nothing of it leaves any more. What left already is recalled apart from this.

    `why` is said where no person stopped it, but a version of the agreement.
    """
    with transaction.atomic():
        ids = shared.records.values("stix_id")
        shared.collection.objects_in.filter(stix_id__in=ids).delete()
        shared.ended, shared.stopped = timezone.now(), why
        shared.save(update_fields=["ended", "stopped"])
        journal(principal, "partners.list.withdrawn", f"shared:{shared.pk}")


def is_long(source: Source) -> bool:
    """Tell whether a list is too long to be written while somebody waits for a page; the worker then does it."""
    return Record.objects.filter(source=source, gone=False)[_AT_ONCE:].exists()


def write(shared: SharedList) -> dict[str, int]:
    """Write what the version in use changed into the collection; return how many were added, changed and revoked."""
    from dragoman.node.partners.sharing_next import take_over
    from dragoman.node.partners.sharing_received import pass_on

    take_over(shared)
    version = ListVersion.objects.filter(source=shared.source, state=ListVersion.State.IN_USE).first()
    counts = {"added": 0, "changed": 0, "revoked": 0}
    if version is None or version.version == shared.version:
        return counts
    now, handling = timezone.now(), Handling.from_json(shared.handling)
    with transaction.atomic():
        put(shared, definitions(), text_of(handling), now)
        giver = giver_of(shared.source)
        if giver is not None:
            pass_on(shared, giver, counts, now)
        else:
            known = {each.record_id: each for each in shared.records.all()}
            stream = iter(_news(shared, known, counts))
            while batch := list(islice(stream, _BATCH)):
                _write_batch(shared, batch, version.version, now)
        shared.version = version.version
        shared.save(update_fields=["version"])
    return counts


_News = tuple[str, str, SharedRecord | None, Record | None]


def _news(shared: SharedList, known: dict[str, SharedRecord], counts: dict[str, int]) -> Iterator[_News]:
    """Yield what differs from what was written: record id, content, what was written, the record (None: gone)."""
    seen: set[str] = set()
    for row in Record.objects.filter(source=shared.source, gone=False).iterator(2000):
        seen.add(row.record_id)
        before = known.get(row.record_id)
        if before is None or before.gone or before.content != row.content:
            counts["added" if before is None or before.gone else "changed"] += 1
            yield row.record_id, row.content, before, row
    for record_id, before in known.items():
        if record_id not in seen and not before.gone:
            counts["revoked"] += 1
            yield record_id, "", before, None


def _write_batch(shared: SharedList, batch: list[_News], version: str, now: datetime) -> None:
    present = [row for *_, row in batch if row is not None]
    stated, chosen = statements_of(present, shared.source.name), Handling.from_json(shared.handling)
    handlings = of_records(present, shared.source, chosen)
    marked = _marked(shared, {chosen, *handlings.values()}, now)
    things: list[Thing] = []
    texts: dict[str, str] = {}
    rows: list[SharedRecord] = []
    gone = [before.stix_id for *_, before, row in batch if before is not None and row is None]
    former, telling = _former(shared, gone), _telling(shared, gone)
    for record_id, content, before, row in batch:
        created = before.created if before is not None else now
        if row is not None:
            plain = model.Record(row.record_id, row.schema, stated.get(row.pk, []), shared.source.name, version)
            thing = write_record(plain, Writing(created, now, markings=marked[handlings[row.pk]]))
            texts[thing["id"]] = text_of(handlings[row.pk])
        elif before is not None and before.stix_id in former:
            thing = withdrawn(former[before.stix_id], write_time(now))
            texts[thing["id"]] = telling.get(thing["id"], text_of(chosen))
        else:
            continue
        things.append(thing)
        rows.append(
            SharedRecord(
                shared=shared,
                record_id=record_id,
                stix_id=thing["id"],
                content=content,
                created=created,
                gone=row is None,
            )
        )
    put(shared, things, texts, now)
    keep_written(rows)


def _marked(shared: SharedList, handlings: set[Handling], now: datetime) -> dict[Handling, tuple[str, ...]]:
    """Write the marking definitions of some handlings; return the ids that objects under each refer to."""
    found = {each: markings_of(each) for each in handlings}
    things = {marking["id"]: marking for markings in found.values() for marking in markings}
    put(shared, list(things.values()), text_of(Handling.from_json(shared.handling)), now)
    return {each: tuple(marking["id"] for marking in markings) for each, markings in found.items()}


def keep_written(rows: list[SharedRecord]) -> None:
    """Note what was written of a list."""
    SharedRecord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["shared", "record_id"],
        update_fields=["stix_id", "content", "gone"],
    )


_COLUMNS = ("record_id", "prop", "value", "original", "place", "lang", "quality", "origin", "first_seen")


def statements_of(rows: list[Record], source: str = "") -> dict[int, list[model.Statement]]:
    """Return the statements of rows of records by the row's key; with who stated each first, if their list is named."""
    found: dict[int, list[model.Statement]] = {}
    stated = Statement.objects.filter(record__in=rows, gone=False).order_by("pk").values_list(*_COLUMNS)
    for pk, prop, value, original, place, lang, quality, origin, first_seen in stated:
        whole = model.Statement(
            prop, value, original, place, lang, quality, origin or (f"{source}@{first_seen}" if source else None)
        )
        found.setdefault(pk, []).append(whole)
    return found


def _former(shared: SharedList, ids: list[str]) -> dict[str, Thing]:
    rows = Store().rows_of(str(shared.collection.uuid), ids) if ids else []
    return {row.id: row.thing for row in sorted(rows, key=lambda row: row.added) if row.thing is not None}


def _telling(shared: SharedList, ids: list[str]) -> dict[str, str]:
    """Return, for objects that this partner never got, the handling under which it is told that they are withdrawn.

    It is that of the object: else the withdrawal would tell that there was one. Whoever has it is told in any case.
    """
    left = Disclosure.objects.filter(partner=shared.collection.agreement.partner, object__in=ids)
    wanted = set(ids) - set(left.values_list("object", flat=True))
    rows = shared.collection.objects_in.filter(stix_id__in=wanted, superseded_by_any=None)
    return dict(rows.values_list("stix_id", "handling"))


def put(shared: SharedList, things: list[Thing], handling: str | Mapping[str, str], now: datetime) -> None:
    """Put things into the collection of a shared list: under one handling (its text), or each under that of its id."""
    store = Store(dict.fromkeys((thing["id"] for thing in things), handling) if isinstance(handling, str) else handling)
    state = add_objects(store, str(shared.collection.uuid), things, now=moment_of(now), status_id=str(uuid4()))
    # Definitions that are there already in the same version are no failure; anything else would be a fault of ours.
    wrong = [each for each in state.failures if "another content" not in each.get("message", "")]
    if wrong:
        raise UsageError(f"{len(wrong)} objects could not be written: {wrong[0]}", remedy="report this")


def write_all() -> dict[str, int]:
    """Keep all shared lists up with the versions in use; return how many objects were written for each."""
    found = {}
    for shared in SharedList.objects.filter(ended=None).select_related("collection", "source"):
        found[str(shared.pk)] = sum(write(shared).values())
    return found
