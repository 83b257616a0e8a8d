"""Objects about records and indicators: indicator, sighting, note, opinion, report, grouping, incident.

Each has a deterministic id, from what makes it this object and no other. STIX 2.1, sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from dragoman.errors import BundleRefused
from dragoman.exchange.indicators import Indicator, read_pattern
from dragoman.exchange.stix.ids import INCIDENT_EXTENSION, Thing, read_time, stix_id, write_time
from dragoman.exchange.stix.records import Writing

#: opinion-enum (STIX 2.1, section 10.21).
Agreement = Literal["strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"]
#: determination and investigation_status of the incident core extension (OASIS CTI STIX Common Objects).
Determination = Literal["blocked", "successful-attempt", "failed-attempt", "false-positive", "low-value", "suspected"]
Investigation = Literal["new", "open", "closed"]


def _thing(kind: str, key: Sequence[str], writing: Writing, body: dict[str, Any]) -> Thing:
    thing: Thing = {
        "type": kind,
        "spec_version": "2.1",
        "id": stix_id(kind, *key),
        "created": write_time(writing.created),
        "modified": write_time(writing.modified or writing.created),
    }
    if writing.author:
        thing["created_by_ref"] = writing.author
    if writing.markings:
        thing["object_marking_refs"] = list(writing.markings)
    # STIX forbids empty texts and lists.
    return thing | {name: value for name, value in body.items() if value not in (None, "", [])}


def write_indicator(
    indicator: Indicator,
    writing: Writing,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    types: Sequence[str] = (),
    description: str = "",
    confidence: int | None = None,
) -> Thing:
    """Return an indicator, valid from `since` (else its creation) to `until`.

    `types` are of indicator-type-ov (``malicious-activity``, ``attribution`` ...), `confidence` 0 to 100. Two authors'
    indicators of one value are two objects: each may withdraw its own.
    """
    body = {
        "name": indicator.text,
        "description": description,
        "indicator_types": list(types),
        "pattern": indicator.pattern,
        "pattern_type": "stix",
        "pattern_version": "2.1",
        "valid_from": write_time(since or writing.created),
        "valid_until": write_time(until) if until else None,
        "confidence": confidence,
    }
    return _thing("indicator", (writing.author or "", indicator.kind, indicator.text), writing, body)


def read_indicators(thing: Thing) -> list[Indicator]:
    """Return the indicators that an indicator object lists; none where its pattern says anything else than a list."""
    if thing.get("type") != "indicator" or thing.get("pattern_type", "stix") != "stix":
        return []
    pattern = thing.get("pattern")
    return read_pattern(pattern) if isinstance(pattern, str) else []


@dataclass(frozen=True, slots=True)
class Sighting:
    """That an indicator, or a record, was met: `of` its id, how often, when, by whom (`at`, ids of identities).

    `count` 0 says that it was looked for and not met. It goes back to the owner of the indicator, which counts.
    """

    of: str
    first: datetime
    last: datetime
    count: int = 1
    at: tuple[str, ...] = ()
    description: str = ""


def write_sighting(sighting: Sighting, writing: Writing) -> Thing:
    """Return the sighting as an object. One author's sighting of one object from one moment is one object."""
    if sighting.count < 0 or sighting.last < sighting.first:
        raise BundleRefused("a sighting ends before it begins", remedy="give first, then last, and a count from 0 up")
    body = {
        "description": sighting.description,
        "first_seen": write_time(sighting.first),
        "last_seen": write_time(sighting.last),
        "count": sighting.count,
        "sighting_of_ref": sighting.of,
        "where_sighted_refs": list(sighting.at),
    }
    return _thing("sighting", (writing.author or "", sighting.of, write_time(sighting.first)), writing, body)


def read_sighting(thing: Thing) -> Sighting:
    """Read a sighting. A count that is not given is 1. Raises BundleRefused."""
    place, count = thing["id"], thing.get("count", 1)
    if thing.get("type") != "sighting" or not isinstance(thing.get("sighting_of_ref"), str):
        raise BundleRefused("not a sighting", place=place, remedy="a sighting has sighting_of_ref")
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= 999_999_999:
        raise BundleRefused("a count that is none", place=place, remedy="a count is a number from 0 to 999,999,999")
    created = thing.get("created")
    first = read_time(thing.get("first_seen", thing.get("last_seen", created)), f"{place}.first_seen")
    last = read_time(thing.get("last_seen", thing.get("first_seen", created)), f"{place}.last_seen")
    refs = thing.get("where_sighted_refs", ())
    return Sighting(thing["sighting_of_ref"], first, last, count, tuple(refs), str(thing.get("description", "")))


def add_sightings(sightings: Iterable[Sighting]) -> dict[str, Sighting]:
    """Return the sum of sightings of each object, as its owner keeps it."""
    sums: dict[str, Sighting] = {}
    for each in sightings:
        known = sums.get(each.of)
        sums[each.of] = each if known is None else _sum(known, each)
    return sums


def by_owner(sightings: Iterable[Sighting], things: Iterable[Thing]) -> dict[str, list[Sighting]]:
    """Return the sightings of some objects by who is to be told: the author of the object that was sighted.

    Sightings of objects that are not among `things`, or that name no author, stand under "".
    """
    authors = {thing["id"]: str(thing.get("created_by_ref", "")) for thing in things}
    found: dict[str, list[Sighting]] = {}
    for each in sightings:
        found.setdefault(authors.get(each.of, ""), []).append(each)
    return found


def _sum(left: Sighting, right: Sighting) -> Sighting:
    return replace(
        left,
        first=min(left.first, right.first),
        last=max(left.last, right.last),
        count=min(999_999_999, left.count + right.count),
        at=tuple(dict.fromkeys((*left.at, *right.at))),
    )


def write_note(content: str, about: Sequence[str], writing: Writing, *, abstract: str = "") -> Thing:
    """Return a note about some objects (ids)."""
    body = {"abstract": abstract, "content": content, "object_refs": list(about)}
    return _thing("note", (writing.author or "", content, *about), writing, body)


def write_opinion(opinion: Agreement, about: Sequence[str], writing: Writing, *, explanation: str = "") -> Thing:
    """Return an opinion on some objects (ids). An author who changes its mind changes the object."""
    body = {"explanation": explanation, "opinion": opinion, "object_refs": list(about)}
    return _thing("opinion", (writing.author or "", *about), writing, body)


def write_report(name: str, about: Sequence[str], writing: Writing, *, published: datetime, text: str = "") -> Thing:
    """Return a report of some objects (ids)."""
    body = {
        "name": name,
        "description": text,
        "report_types": ["threat-report"],
        "published": write_time(published),
        "object_refs": list(about),
    }
    return _thing("report", (writing.author or "", name, write_time(published)), writing, body)


def write_grouping(name: str, about: Sequence[str], writing: Writing, *, context: str = "unspecified") -> Thing:
    """Return a grouping of some objects (ids) that belong together, such as those of one case or request."""
    return _thing(
        "grouping",
        (writing.author or "", name),
        writing,
        {"name": name, "context": context, "object_refs": list(about)},
    )


def write_incident(
    name: str,
    writing: Writing,
    *,
    key: str,
    determination: Determination = "suspected",
    status: Investigation = "new",
    types: Sequence[str] = (),
    about: Sequence[str] = (),
    text: str = "",
) -> Thing:
    """Return an incident with the incident core extension. `key` is what the author calls it by, such as a case number.

    `about` are the ids of objects that it concerns, `types` of incident-type-ov (``phishing`` ...).
    """
    core: dict[str, Any] = {
        "extension_type": "property-extension",
        "determination": determination,
        "investigation_status": status,
    }
    core |= {"incident_types": list(types)} if types else {}
    core |= {"other_object_refs": list(about)} if about else {}
    body = {"name": name, "description": text, "extensions": {INCIDENT_EXTENSION: core}}
    return _thing("incident", (writing.author or "", key), writing, body)
