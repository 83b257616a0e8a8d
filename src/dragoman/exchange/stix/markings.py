"""Handling as STIX markings: the published TLP 2.0 definitions, and a marking of our own for what TLP cannot say.

The marking carries the whole `Handling` in an extension: originators, handling codes, purposes, named recipients,
keep-until and agreements. An object refers to both, so that a reader who knows only TLP still honours the colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from dragoman.errors import BundleRefused, MessageRefused
from dragoman.exchange.canonical import digest
from dragoman.exchange.handling import Colour, Handling, combine
from dragoman.exchange.stix.ids import DEFINED, HANDLING_EXTENSION, TLP_EXTENSION, Thing, stix_id
from dragoman.model.tables import read_table


@cache
def _tlp_ids() -> dict[str, str]:
    return {row[0]: row[1] for row in read_table("exchange", "stix/tlp.tsv")}


@cache
def _colours() -> dict[str, Colour]:
    rows = read_table("exchange", "stix/tlp.tsv") + read_table("exchange", "stix/tlp1.tsv")
    return {row[1]: Colour.read(row[0]) for row in rows}


def tlp_marking(colour: Colour) -> Thing:
    """Return the marking definition of a colour, as OASIS published it."""
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": _tlp_ids()[colour.word],
        "created": "2022-10-01T00:00:00.000Z",
        "name": colour.label,
        "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": colour.word.lower()}},
    }


def handling_marking(handling: Handling) -> Thing:
    """Return the marking definition that carries a handling. The same handling always has the same id."""
    plain = handling.to_json()
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": stix_id("marking-definition", digest(plain)),
        "created": DEFINED,
        "name": f"Dragoman handling, {handling.colour.label}",
        "extensions": {HANDLING_EXTENSION: {"extension_type": "property-extension", **plain}},
    }


def markings_of(handling: Handling) -> list[Thing]:
    """Return the marking definitions that an object under a handling refers to."""
    return [tlp_marking(handling.colour), handling_marking(handling)]


def mark(thing: Thing, handling: Handling) -> Thing:
    """Return the object with references to the markings of a handling, others kept."""
    refs = [*thing.get("object_marking_refs", ()), *(marking["id"] for marking in markings_of(handling))]
    return {**thing, "object_marking_refs": list(dict.fromkeys(refs))}


def read_marking(marking: Thing) -> Colour | Handling | None:
    """Return what a marking definition says: a colour, a handling, or None where it is of another kind.

    Raises BundleRefused where it is of ours and malformed: a restriction that is not understood is never dropped.
    """
    place = str(marking.get("id"))
    if marking.get("id") in _colours():
        return _colours()[marking["id"]]
    extensions = marking.get("extensions", {})
    extension = extensions.get(HANDLING_EXTENSION) if isinstance(extensions, dict) else None
    if extension is None:
        return None
    if not isinstance(extension, dict):
        raise BundleRefused("a handling that is no object", place=place, remedy="ask the partner to send it again")
    try:
        return Handling.from_json({key: value for key, value in extension.items() if key != "extension_type"})
    except MessageRefused as error:
        raise BundleRefused(error.message, place=place, remedy=error.remedy) from error


def handling_of(thing: Thing, markings: Mapping[str, Thing], originator: str) -> Handling | None:
    """Return the strictest handling that an object's markings ask for, or None where it has no marking understood here.

    `markings` are the marking definitions known, by id; those of TLP need not be among them. `originator` is the
    partner that sent it, where the markings name none. Markings of single properties (granular) count for the
    whole object. Raises BundleRefused where a marking is not known or not understood.
    """
    found: list[Handling] = []
    colours: list[Colour] = []
    for name in _marking_ids(thing):
        marking = markings.get(name, {"id": name} if name in _colours() else None)
        if marking is None:
            raise BundleRefused(
                f"marked with {name}, which is not in the bundle", place=thing["id"], remedy="send the marking as well"
            )
        read = read_marking(marking)
        if isinstance(read, Handling):
            found.append(read)
        elif read is not None:
            colours.append(read)
        else:
            raise BundleRefused(
                f"marked with {name}, of a kind that is not understood here",
                place=thing["id"],
                remedy="agree with the partner on TLP 2.0 or Dragoman's handling",
            )
    return _strictest(found, colours, originator)


def _strictest(found: list[Handling], colours: list[Colour], originator: str) -> Handling | None:
    if not found and not colours:
        return None
    whole = combine(found) if found else None
    colour = max([*colours, *(each.colour for each in found)])
    if whole is not None and whole.colour is colour:
        return whole
    recipients = whole.recipients if whole is not None else None
    if colour is Colour.RED and recipients is None:
        recipients = frozenset()  # red and nobody named: it is for the partner it was sent to, and goes no further
    bare = Handling(colour, whole.originators if whole else frozenset((originator,)), recipients=recipients)
    return combine([bare, whole]) if whole is not None else bare


def _marking_ids(thing: Thing) -> Iterable[str]:
    granular = [each.get("marking_ref") for each in thing.get("granular_markings", ()) if isinstance(each, dict)]
    return dict.fromkeys([*thing.get("object_marking_refs", ()), *(name for name in granular if name)])
