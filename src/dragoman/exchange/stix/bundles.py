"""Bundles: written, and read from partners that may be careless or hostile.

Limits come first (size, depth, number of objects), then form (ids, times, duplicates, circular markings). What is
unknown (types, properties, extensions) is kept. Either the whole bundle is accepted or it is refused with the place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from dragoman.errors import BundleRefused
from dragoman.exchange.stix.ids import Thing, is_id, read_time, stix_id


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted at most. Bytes of the bundle, objects in it, levels of nesting, characters of a text."""

    octets: int = 64 * 2**20
    objects: int = 100_000
    depth: int = 24
    characters: int = 2_000_000


DEFAULT_LIMITS = Limits()


def write_bundle(things: Iterable[Thing]) -> bytes:
    """Return the bundle of some objects, duplicates left out. The same objects give the same bytes."""
    found = list({(thing["id"], thing.get("modified", "")): thing for thing in things}.values())
    name = stix_id("bundle", *(f"{thing['id']}@{thing.get('modified', '')}" for thing in found))
    return orjson.dumps({"type": "bundle", "id": name, "objects": found})


def read_bundle(content: bytes, limits: Limits = DEFAULT_LIMITS) -> list[Thing]:
    """Read a bundle (or a TAXII envelope) and return its objects, each version once. Raises BundleRefused."""
    if len(content) > limits.octets:
        raise BundleRefused(
            f"{len(content):,} bytes, where {limits.octets:,} are the most", remedy="ask for smaller pages"
        )
    try:
        plain = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BundleRefused(f"not JSON: {error}", remedy="ask the partner to send it again") from error
    if not isinstance(plain, dict) or not isinstance(plain.get("objects", []), list):
        raise BundleRefused("not a bundle", remedy='a bundle is {"type": "bundle", "id": ..., "objects": [...]}')
    if plain.get("type", "bundle") != "bundle":
        raise BundleRefused("not a bundle but one object", remedy="put it into the objects of a bundle")
    return check_things(plain.get("objects", []), limits)


def check_things(things: list[Any], limits: Limits = DEFAULT_LIMITS) -> list[Thing]:
    """Return the objects, each version once, if all are well-formed. Raises BundleRefused with the place."""
    if len(things) > limits.objects:
        raise BundleRefused(
            f"{len(things):,} objects, where {limits.objects:,} are the most", remedy="ask for smaller pages"
        )
    versions: dict[tuple[str, str], Thing] = {}
    for number, thing in enumerate(things):
        place = f"objects[{number}]"
        check_thing(thing, place, limits)
        version = (thing["id"], str(thing.get("modified", thing.get("created", ""))))
        if versions.setdefault(version, thing) != thing:
            raise BundleRefused(
                f"{thing['id']} stands twice, with one time and two contents",
                place=place,
                remedy="ask the partner which holds; nothing was taken over",
            )
    found = list(versions.values())
    _refuse_circular_markings(found)
    return found


def check_thing(thing: Any, place: str, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raise BundleRefused unless this is a well-formed STIX object, known or unknown."""
    if not isinstance(thing, dict):
        raise BundleRefused("not an object", place=place, remedy="ask the partner to send valid STIX")
    kind, name = thing.get("type"), thing.get("id")
    if not is_id(name) or not isinstance(kind, str) or not str(name).startswith(f"{kind}--"):
        raise BundleRefused(
            f"type {str(kind)[:40]!r} and id {str(name)[:80]!r} do not go together",
            place=place,
            remedy="an id is the object's type, two hyphens and a UUID in lower case",
        )
    if thing.get("spec_version", "2.1") not in ("2.0", "2.1"):
        raise BundleRefused(f"spec_version {str(thing['spec_version'])[:20]!r}", place=place, remedy="send STIX 2.1")
    _check_times(thing, place)
    _check_shape(thing, place, limits)
    _check_containers(thing, place)
    for prop, target in references(thing):
        if not is_id(target):
            raise BundleRefused(f"{prop} names {str(target)[:80]!r}, which is no id", place=place, remedy="name an id")


def _check_times(thing: Thing, place: str) -> None:
    created = read_time(thing["created"], f"{place}.created") if "created" in thing else None
    if "modified" in thing:
        modified = read_time(thing["modified"], f"{place}.modified")
        if created is not None and modified < created:
            raise BundleRefused("modified before it was created", place=place, remedy="ask the partner to correct it")


def _check_containers(thing: Thing, place: str) -> None:
    """Refuse what is no list or object where STIX has one, so that nobody takes a text for a list of its letters."""
    for prop, value in thing.items():
        wrong = None
        if prop.endswith("_refs") and not isinstance(value, list):
            wrong = "a list"
        elif prop == "granular_markings" and not _are_objects(value):
            wrong = "a list of objects"
        elif prop == "extensions" and not (isinstance(value, dict) and _are_objects(list(value.values()))):
            wrong = "an object of objects"
        if wrong:
            raise BundleRefused(f"{prop[:80]} is not {wrong}", place=place, remedy="ask the partner to send valid STIX")


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _check_shape(thing: Thing, place: str, limits: Limits) -> None:
    """Walk the values level by level, without recursion: depth is what hostile objects have too much of."""
    level: list[Any] = [thing]
    for _ in range(limits.depth):
        below: list[Any] = []
        for value in level:
            for inner in value.values() if isinstance(value, dict) else value:
                if isinstance(inner, str):
                    if len(inner) > limits.characters:
                        raise BundleRefused(
                            f"a text of {len(inner):,} characters", place=place, remedy="send it as an artifact"
                        )
                elif isinstance(inner, dict | list):
                    below.append(inner)
        if not below:
            return
        level = below
    raise BundleRefused(f"nested deeper than {limits.depth} levels", place=place, remedy="send it in a flatter form")


def references(thing: Thing) -> Iterator[tuple[str, Any]]:
    """Yield the properties that name other objects (``..._ref``, ``..._refs``, in extensions too) and their targets."""
    for prop, value in thing.items():
        if prop.endswith("_ref"):
            yield prop, value
        elif prop.endswith("_refs"):
            yield from ((prop, each) for each in (value if isinstance(value, list) else [value]))
        elif prop == "granular_markings" and isinstance(value, list):
            yield from (("marking_ref", each["marking_ref"]) for each in value if _has(each, "marking_ref"))
        elif prop == "extensions" and isinstance(value, dict):
            for extension in value.values():
                if isinstance(extension, dict):
                    yield from references(extension)


def _has(value: Any, key: str) -> bool:
    return isinstance(value, dict) and key in value


def closure(start: Iterable[str], things: Iterable[Thing]) -> list[Thing]:
    """Return the objects reached from some ids by references, themselves included, in the order given.

    It is what policy is checked over before anything leaves. Circles of references end it no later.
    """
    known: dict[str, list[Thing]] = {}
    ordered = list(things)
    for thing in ordered:
        known.setdefault(thing["id"], []).append(thing)
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        waiting.extend(str(target) for thing in known.get(name, ()) for _, target in references(thing))
    return [thing for thing in ordered if thing["id"] in reached]


def strip_authors(things: Iterable[Thing], authors: Collection[str]) -> list[Thing]:
    """Return the objects without a trace of some authors (ids of identities): neither they nor what refers to them.

    A sighting says no more where it was, an object not who made it. Objects that are about such an author (a report or
    a relationship that names it) cannot do without, and are left out.
    """
    hidden, found = frozenset(authors), []
    for thing in things:
        bare = {
            prop: [each for each in value if each not in hidden] if prop == "where_sighted_refs" else value
            for prop, value in thing.items()
            if prop != "created_by_ref" or value not in hidden
        }
        if "where_sighted_refs" in bare and not bare["where_sighted_refs"]:
            del bare["where_sighted_refs"]
        if thing["id"] not in hidden and not any(target in hidden for _, target in references(bare)):
            found.append(bare)
    return found


def _refuse_circular_markings(things: list[Thing]) -> None:
    """STIX 2.1, section 7.2: markings of markings must not run in a circle."""
    above = {
        thing["id"]: list(thing.get("object_marking_refs", ()))
        for thing in things
        if thing["type"] == "marking-definition"
    }
    state: dict[str, int] = {}
    for first in above:
        waiting = [first]
        while waiting:
            name = waiting[-1]
            if state.get(name) is None:
                state[name] = 1
                for target in above.get(name, ()):
                    if state.get(target) == 1:
                        raise BundleRefused(
                            f"{target} marks itself, through others", place=name, remedy="ask the partner to correct it"
                        )
                    if target in above and target not in state:
                        waiting.append(target)
            else:
                state[waiting.pop()] = 2
