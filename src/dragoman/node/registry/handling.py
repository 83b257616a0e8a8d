"""What may be done with what a source states: read and checked as `dragoman.exchange` writes it, kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from dragoman.exchange.handling import Handling


@dataclass(frozen=True, slots=True)
class Kept:
    """A handling as a row keeps it: as given, as text, and its last day. Nothing of it where there is none."""

    given: dict[str, Any] | None = None
    text: str | None = None
    until: date | None = None

    @property
    def row(self) -> tuple[str | None, str | None]:
        """The columns ``handling`` and ``keep_until`` of a statement."""
        return self.text, None if self.until is None else self.until.isoformat()

    def ended(self, today: date) -> bool:
        """Tell whether it may no longer be kept: `keep_until` is its last day, in UTC."""
        return self.until is not None and self.until < today


NONE = Kept()


def kept_of(given: Mapping[str, Any] | None) -> Kept:
    """Return a handling as it is kept. Raises MessageRefused where it is none: an unknown key may be a restriction."""
    return _kept(orjson.dumps(dict(given), option=orjson.OPT_SORT_KEYS)) if given else NONE


@lru_cache(maxsize=1024)  # a partner's records come by the thousand under the same few
def _kept(given: bytes) -> Kept:
    read = Handling.from_json(orjson.loads(given))
    plain = read.to_json()
    return Kept(plain, orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode(), read.keep_until)
