"""Ids, times and the fixed names of STIX 2.1.

Ids are deterministic (UUID version 5, in a namespace of Dragoman's own), so that the same record sent
twice is the same object. STIX objects are plain dictionaries here, as they stand in JSON: what is not
understood is then kept by itself. The tests hold them against stix2 and stix2-validator.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from dragoman.errors import BundleRefused

#: One STIX object, as it stands in JSON.
Thing = dict[str, Any]

#: Namespace of the ids that Dragoman makes. STIX 2.1, section 2.9, reserves OASIS's own for observables.
NAMESPACE = UUID("6f0a9a5c-0c2e-5d39-9d0f-5b6d6a0b7c11")

#: Carries the whole record: FollowTheMoney schema, id, source, version and statements.
RECORD_EXTENSION = "extension-definition--" + str(uuid5(NAMESPACE, "extension|record|1"))
#: Carries handling on a marking: purposes, recipients, keep-until, agreements.
HANDLING_EXTENSION = "extension-definition--" + str(uuid5(NAMESPACE, "extension|handling|1"))
#: Defines `RECORD_TYPE`: records that are no party (a passport, a listing, an address).
RECORD_TYPE_EXTENSION = "extension-definition--" + str(uuid5(NAMESPACE, "extension|record-type|1"))
RECORD_TYPE = "x-dragoman-record"

#: TLP 2.0 (OASIS CTI STIX Common Objects).
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
#: Incident core (OASIS CTI STIX Common Objects).
INCIDENT_EXTENSION = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"

#: The author of what Dragoman defines itself: extension definitions need one.
AUTHOR = "identity--" + str(uuid5(NAMESPACE, "identity|dragoman"))
#: When those definitions were made. A fixed day, so that every node publishes the same objects.
DEFINED = "2026-11-01T00:00:00.000Z"

_ID = re.compile(
    r"[a-z][a-z0-9-]{1,248}[a-z0-9]--[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z")


def stix_id(kind: str, *parts: str) -> str:
    """Return the id of an object of a type, the same for the same parts."""
    return f"{kind}--{uuid5(NAMESPACE, chr(31).join((kind, *parts)))}"


def is_id(text: object) -> bool:
    """Tell whether something is a STIX id: a type, two hyphens, a UUID in lower case."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def write_time(moment: datetime) -> str:
    """Write a time as STIX does, to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_time(text: object, place: str) -> datetime:
    """Read a STIX time; digits beyond the microsecond are cut off. Raises BundleRefused."""
    match = _TIME.fullmatch(text) if isinstance(text, str) else None
    try:
        if match is not None:
            *whole, fraction = match.groups()
            year, month, day, hour, minute, second = map(int, whole)
            return datetime(year, month, day, hour, minute, second, int((fraction or "0").ljust(6, "0")[:6]), UTC)
    except ValueError:
        pass
    raise BundleRefused(f"{str(text)[:40]!r} is no time", place=place, remedy="write it as 2031-05-04T12:00:00.000Z")
