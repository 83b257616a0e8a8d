"""The extension definitions that Dragoman's objects rest on, and their author. A bundle carries them along."""

from __future__ import annotations

from dragoman.exchange.stix.ids import (
    AUTHOR,
    DEFINED,
    HANDLING_EXTENSION,
    INCIDENT_EXTENSION,
    RECORD_EXTENSION,
    RECORD_TYPE_EXTENSION,
    TLP_EXTENSION,
    Thing,
)

_PAGE = "https://github.com/dragoman/dragoman/blob/main/docs/stix.md"


def _definition(name: str, title: str, description: str, kinds: list[str]) -> Thing:
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": name,
        "created": DEFINED,
        "modified": DEFINED,
        "created_by_ref": AUTHOR,
        "name": title,
        "description": description,
        "schema": _PAGE,
        "version": "1.0.0",
        "extension_types": kinds,
    }


def author() -> Thing:
    """Return the identity that defined the extensions."""
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": AUTHOR,
        "created": DEFINED,
        "modified": DEFINED,
        "name": "Dragoman",
        "identity_class": "system",
    }


def definitions() -> list[Thing]:
    """Return the extension definitions of our own, their author first."""
    return [
        author(),
        _definition(
            RECORD_EXTENSION,
            "Dragoman record",
            "A FollowTheMoney entity whole: schema, record_id, source, version, and statements, each a value of a "
            "property with the text as printed, its place in the source, its language, the quality of a name, and its "
            "origin: which source stated it first, since which version.",
            ["property-extension"],
        ),
        _definition(
            HANDLING_EXTENSION,
            "Dragoman handling",
            "What may be done with the objects marked: tlp, originators, codes (H0 to H3), restrictions, purposes, "
            "recipients, basis, keep_until (a day), agreements (digests).",
            ["property-extension"],
        ),
        _definition(
            RECORD_TYPE_EXTENSION,
            "Dragoman record type",
            "The type x-dragoman-record: a record that is no party, such as a passport or a listing. It has a name, "
            "and carries the Dragoman record extension.",
            ["new-sdo"],
        ),
    ]


#: The extensions understood here; objects with others are kept as they are.
KNOWN_EXTENSIONS = frozenset(
    (RECORD_EXTENSION, HANDLING_EXTENSION, RECORD_TYPE_EXTENSION, TLP_EXTENSION, INCIDENT_EXTENSION)
)
