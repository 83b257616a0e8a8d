"""Adding to and deleting from a collection, and the status that tells of it (TAXII 2.1, sections 4.3, 5.5 and 5.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from dragoman.errors import BundleRefused, TaxiiRefused
from dragoman.exchange.stix.bundles import DEFAULT_LIMITS, Limits, check_thing
from dragoman.exchange.stix.ids import Thing, read_time
from dragoman.exchange.taxii.filters import Filters
from dragoman.exchange.taxii.moments import moment_of, next_moments, write_moment
from dragoman.exchange.taxii.rows import ALL, ObjectStore, Resource, Row, matches, place

#: What a node's policy says of one object: None, or why it is not taken.
Verdict = Callable[[Thing], str | None]


@dataclass(slots=True)
class Status:
    """What became of each object of a request. All is settled at once: nothing is ever pending."""

    id: str
    requested: int
    successes: list[Resource] = field(default_factory=list)
    failures: list[Resource] = field(default_factory=list)

    def resource(self) -> Resource:
        """Return the status resource (section 4.3.1)."""
        found: Resource = {
            "id": self.id,
            "status": "complete",
            "request_timestamp": write_moment(self.requested),
            "total_count": len(self.successes) + len(self.failures),
            "success_count": len(self.successes),
            "failure_count": len(self.failures),
            "pending_count": 0,
        }
        lists = {"successes": self.successes, "failures": self.failures}
        return found | {name: details for name, details in lists.items() if details}


def read_envelope(content: bytes, limits: Limits = DEFAULT_LIMITS) -> list[Any]:
    """Return the objects of an envelope, unchecked each. Raises TaxiiRefused (413 or 422) where it is none."""
    if len(content) > limits.octets:
        raise TaxiiRefused(f"{len(content):,} bytes", status=413, remedy="send fewer objects at a time")
    try:
        plain = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise TaxiiRefused(f"not JSON: {error}", status=422, remedy="send an envelope") from error
    objects = plain.get("objects") if isinstance(plain, dict) else None
    if not isinstance(objects, list) or not objects:
        raise TaxiiRefused("not an envelope", status=422, remedy='send {"objects": [...]} with at least one object')
    if len(objects) > limits.objects:
        raise TaxiiRefused(f"{len(objects):,} objects", status=413, remedy=f"send at most {limits.objects:,}")
    return objects


def add_objects(
    store: ObjectStore,
    collection: str,
    objects: Sequence[Any],
    *,
    now: int,
    status_id: str,
    verdict: Verdict = lambda _: None,
    limits: Limits = DEFAULT_LIMITS,
) -> Status:
    """Add well-formed objects to a collection, and say what became of each. The caller holds a transaction.

    An object that is there already in the same version is no failure if its content is the same. `verdict` is the
    node's policy. Moments are unique and growing even if `now` is not.
    """
    status = Status(status_id, now)
    fit = [thing for number, thing in enumerate(objects) if _is_fit(thing, number, status, verdict, limits)]
    known: dict[str, list[Row]] = {}
    for row in store.rows_of(collection, {thing["id"] for thing in fit}):
        known.setdefault(row.id, []).append(row)
    before = {row.added: row for rows in known.values() for row in rows}
    moments = iter(next_moments(store.newest(collection), now, len(fit)))
    for thing in fit:
        rows = known.setdefault(thing["id"], [])
        if _is_new(thing, rows, status):
            rows.append(_row(thing, next(moments)))
    placed = [row for rows in known.values() for row in place(rows)]
    changed = [row for row in placed if before.get(row.added) != row]
    store.put(collection, sorted(changed, key=lambda row: row.added))
    return status


def _detail(thing: Any, label: str, message: str = "") -> Resource:
    name = thing.get("id") if isinstance(thing, dict) else None
    return {
        "id": name if isinstance(name, str) else "unknown",
        "version": label,
        **({"message": message} if message else {}),
    }


def _is_fit(thing: Any, number: int, status: Status, verdict: Verdict, limits: Limits) -> bool:
    try:
        check_thing(thing, f"objects[{number}]", limits)
    except BundleRefused as error:
        status.failures.append(_detail(thing, write_moment(status.requested), str(error).replace("\n  ", ": ")))
        return False
    if (reason := verdict(thing)) is not None:
        status.failures.append(_detail(thing, _label(thing) or write_moment(status.requested), reason))
        return False
    return True


def _label(thing: Thing) -> str | None:
    found = thing.get("modified", thing.get("created"))
    return found if isinstance(found, str) else None


def _spec(thing: Thing) -> str:
    """STIX 2.0 has no spec_version on objects, but all have created; observables of 2.1 have neither need be."""
    found = thing.get("spec_version", "2.0" if "created" in thing else "2.1")
    return str(found)


def _is_new(thing: Thing, rows: Sequence[Row], status: Status) -> bool:
    label, spec = _label(thing), _spec(thing)
    if label is None:
        same = [row for row in rows if row.thing == thing]
    else:
        version = moment_of(read_time(label, thing["id"]))
        same = [row for row in rows if (row.version, row.spec_version) == (version, spec)]
    if not same:
        status.successes.append(_detail(thing, label or write_moment(status.requested)))
        return True
    if _whole(same[0].thing or {}) == _whole(thing):
        status.successes.append(_detail(thing, same[0].label, "it was there already"))
    else:
        message = "this version is there with another content: raise modified to change an object"
        status.failures.append(_detail(thing, same[0].label, message))
    return False


def _whole(thing: Thing) -> Thing:
    """Return the object with modified where only created is written: they are then the same (STIX 2.1, 3.2)."""
    return {**thing, "modified": thing["created"]} if "created" in thing and "modified" not in thing else thing


def _row(thing: Thing, added: int) -> Row:
    label = _label(thing)
    version = added if label is None else moment_of(read_time(label, thing["id"]))
    return Row(added, thing["id"], thing["type"], version, label or write_moment(added), _spec(thing), thing=thing)


def delete_object(store: ObjectStore, collection: str, stix_id: str, filters: Filters) -> list[Row]:
    """Delete versions of an object, and return them. The caller holds a transaction.

    Read the filters with ``default=ALL``: where no version is named, all go. Raises TaxiiRefused (404) where there
    is none.
    """
    rows = store.rows_of(collection, (stix_id,))
    if not rows:
        raise TaxiiRefused("no such object in this collection", status=404, remedy="look into its manifest")
    query = replace(filters.query(collection), after=-1)
    if filters.versions == ALL and filters.spec_versions is None:
        gone = rows
    else:
        gone = [row for row in rows if matches(row, query)]
    left = [row for row in rows if row not in gone]
    store.drop(collection, [row.added for row in gone])
    store.put(collection, place(left))
    return gone
