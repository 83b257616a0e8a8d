"""Cursors: the ``next`` of a page, signed, so that the server need not remember who is reading what.

A cursor holds where the page ended and as of when the reading began, and is bound by HMAC-SHA-256 to the reader, the
endpoint and the filters. Used twice it gives the same page twice; used with other filters it is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass

from dragoman.errors import TaxiiRefused
from dragoman.exchange.taxii.rows import Query

_POSITION = struct.Struct(">qq")
_TAG = 16
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Cursor:
    """`after` is the moment of the last row read, `until` the newest moment when the reading began."""

    after: int
    until: int

    def write(self, key: bytes, scope: str) -> str:
        """Return the token. `key` is the node's secret, `scope` what it is bound to (`scope_of`)."""
        position = _POSITION.pack(self.after, self.until)
        return base64.urlsafe_b64encode(position + _tag(key, scope, position)).decode("ascii").rstrip("=")

    @classmethod
    def read(cls, token: str, key: bytes, scope: str) -> Cursor:
        """Read a token. Raises TaxiiRefused where this server did not make it for this reader and these filters."""
        if len(token) > _LONGEST:
            raise _refusal()
        try:
            content = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error) as error:
            raise _refusal() from error
        position, tag = content[: _POSITION.size], content[_POSITION.size :]
        canonical = base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")
        if token != canonical or not hmac.compare_digest(tag, _tag(key, scope, position)):
            raise _refusal()
        return cls(*_POSITION.unpack(position))


def _tag(key: bytes, scope: str, position: bytes) -> bytes:
    return hmac.digest(key, b"taxii-cursor-1\x00" + scope.encode() + b"\x00" + position, "sha256")[:_TAG]


def _refusal() -> TaxiiRefused:
    return TaxiiRefused(
        "this is not a token for this page", place="next", remedy="ask again without next, from the last date_added"
    )


def scope_of(reader: str, endpoint: str, query: Query) -> str:
    """Return what a cursor is bound to: the reader, the endpoint and the filters, but not the limit."""
    parts = (
        reader,
        endpoint,
        query.collection,
        query.after,
        *(None if values is None else sorted(values) for values in (query.ids, query.types, query.spec_versions)),
        (query.versions.every, query.versions.first, query.versions.last, sorted(query.versions.moments)),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()
