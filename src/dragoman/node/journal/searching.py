"""Finding events: by who, what, object, purpose and time. A value that ends in ``*`` stands for all that begin so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.dateparse import parse_date, parse_datetime

from dragoman.errors import ValueRefused
from dragoman.node.journal.models import Event

#: Events read in one go.
PAGE = 2000


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is empty does not matter. `since` and `until` are days, or moments in UTC."""

    who: str = ""
    act: str = ""
    object: str = ""
    purpose: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Search:
        """Read the search from parameters of a request or command; others are passed over."""
        return cls(**{each.name: str(given.get(each.name) or "").strip() for each in fields(cls)})

    @property
    def parameters(self) -> str:
        """The search as parameters of an address."""
        return urlencode({each.name: value for each in fields(self) if (value := getattr(self, each.name))})

    def events(self) -> Any:
        """Return the events found, in no order yet. Raises ValueRefused on a day that is none."""
        found = Event.objects.all()
        for name in ("who", "act", "object", "purpose"):
            value = getattr(self, name)
            if value.endswith("*"):
                found = found.filter(**{f"{name}__startswith": value.rstrip("*")})
            elif value:
                found = found.filter(**{name: value})
        if self.since:
            found = found.filter(at__gte=_moment(self.since, "since"))
        if self.until:
            day = len(self.until) == len("2026-03-01")
            found = found.filter(at__lt=_moment(self.until, "until") + timedelta(days=1 if day else 0))
        return found


def _moment(text: str, name: str) -> datetime:
    try:
        day = parse_date(text)
        found = datetime.combine(day, time()) if day else parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ValueRefused(f"{text[:40]!r} is no day", place=name, remedy="write it as 2026-03-01")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def in_order(found: Any) -> Iterator[Event]:
    """Yield events in the order in which they were appended, a page at a time: memory does not grow."""
    last = -1
    while True:
        page = list(found.filter(id__gt=last).order_by("id")[:PAGE])
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].id
