"""An event of the journal: who did what, on which object, for which purpose, with which result, when.

An event holds identifiers, codes and counts, never words about a person: the journal cannot forget, and what has to
be deleted elsewhere must not live on in it. So the fields are closed, and a value that is not shaped like an
identifier is refused. As bytes an event is canonical JSON (RFC 8785, of which only sorted members and strings
without escapes are needed here); these bytes are the leaf of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from types import MappingProxyType

import orjson

from dragoman.errors import EventRefused
from dragoman.model.tables import read_table

Detail = str | int
#: The layout of an event's bytes; a change of fields raises it.
LAYOUT = 1
#: RFC 8785 writes numbers as JavaScript does, where larger ones are not exact.
_LARGEST = 2**53 - 1
_WORD = r"[A-Za-z0-9][A-Za-z0-9._:@/+~=,-]*"
_SHAPES = {
    "who": (re.compile(r"[a-z][a-z-]*(:[A-Za-z0-9._-]+)?"), 40, "account:7"),
    "act": (re.compile(r"(?<![a-z0-9_.])[a-z][a-z0-9_]*+(\.[a-z][a-z0-9_]*){1,3}"), 60, "desk.hit.reviewed"),
    "object": (re.compile(rf"[a-z][a-z_-]*(:{_WORD})?"), 120, "hit:17"),
    "purpose": (re.compile(r"([a-z0-9][a-z0-9_-]*)?"), 50, "sanctions-compliance"),
    "result": (re.compile(rf"({_WORD})?"), 120, "true"),
}
_DETAIL = re.compile(rf"({_WORD})?")
_DETAIL_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Event:
    """One act. `at` is in UTC, to the microsecond; `details` are named in ``data/fields.tsv``.

    Making one checks it. Raises EventRefused.
    """

    who: str
    act: str
    object: str
    at: datetime
    purpose: str = ""
    result: str = ""
    details: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        for name, (shape, length, example) in _SHAPES.items():
            value = getattr(self, name)
            if not isinstance(value, str) or len(value) > length or not shape.fullmatch(value):
                raise _refused(name, value, f"an identifier of at most {length} characters, such as {example}")
        if self.at.utcoffset() is None:
            raise EventRefused("the moment has no time zone", place="at", remedy="give a moment in UTC")
        for name, detail in self.details.items():
            _check_detail(name, detail)

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encoded(self.who, self.act, self.object, self.at, self.purpose, self.result, self.details)

    @classmethod
    def decode(cls, content: bytes) -> Event:
        """Read the canonical bytes. Raises EventRefused where they are not exactly those of an event."""
        try:
            members = orjson.loads(content)
            layout = members.pop("v")
            found = cls(**members | {"at": datetime.fromisoformat(members["at"])})
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise EventRefused("the bytes are no event", remedy="hand in an event as the journal wrote it") from error
        if layout != LAYOUT or found.encode() != content:
            raise EventRefused("the bytes are not canonical", remedy="hand in an event as the journal wrote it")
        return found


def encoded(
    who: str, act: str, target: str, at: datetime, purpose: str, result: str, details: Mapping[str, Detail]
) -> bytes:
    """Return the bytes of an event with these fields, unchecked: what a store holds may be anything by now.

    Raises EventRefused where there is no JSON for a value.
    """
    members = {
        "act": act,
        "at": _moment(at),
        "details": dict(details),
        "object": target,
        "purpose": purpose,
        "result": result,
        "v": LAYOUT,
        "who": who,
    }
    try:
        return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise EventRefused(f"there is no JSON for it: {error}", remedy="dragoman journal verify") from error


def identifier(kind: str, *parts: object) -> str:
    """Return ``kind:part/part`` for an event's object.

    Ids that publishers and customers chose may hold blanks, names, anything: where the parts are not shaped like
    identifiers, or are too long, their SHA-256 stands for them (``kind:sha256=...``). It is found by the same call.
    """
    text = f"{kind}:{'/'.join(map(str, parts))}"
    shape, length, _ = _SHAPES["object"]
    if len(text) <= length and shape.fullmatch(text):
        return text
    return f"{kind}:sha256={sha256(text.encode()).hexdigest()}"


@cache
def detail_names() -> frozenset[str]:
    """Return the names of the details that an event may carry."""
    return frozenset(row[0] for row in read_table("audit", "fields.tsv"))


def _check_detail(name: str, value: object) -> None:
    if name not in detail_names():
        remedy = "if its values are identifiers, codes or counts, and nothing else, name it in audit/data/fields.tsv"
        raise EventRefused("an event carries no such detail", place=f"details.{name}", remedy=remedy)
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise _refused(f"details.{name}", value, "a number below 2^53")
    elif not isinstance(value, str) or len(value) > _DETAIL_LENGTH or not _DETAIL.fullmatch(value):
        raise _refused(f"details.{name}", value, f"a number, or an identifier of at most {_DETAIL_LENGTH} characters")


def _refused(place: str, value: object, wanted: str) -> EventRefused:
    # The value itself may be what must not be written down: it is told by its kind only.
    shown = f"{len(value)} characters of text" if isinstance(value, str) else type(value).__name__
    message = f"the journal holds identifiers only, and this is none: {shown}"
    return EventRefused(message, place=place, remedy=f"give {wanted}; personal data never goes into the journal")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
