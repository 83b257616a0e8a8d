"""Keeping what came from a partner: the newest version of each object as it came, and how it is to be handled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.utils import timezone

from dragoman.exchange.stix.bundles import check_things
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.stix.records import withdrawn
from dragoman.node.partners.holding import handling_of, held_under, shorter, text_of
from dragoman.node.partners.models import Agreement, ReceivedObject
from dragoman.node.partners.rows import adapted, insert

_COLUMNS = ("agreement", "stix_id", "type", "modified", "content", "handling", "revoked", "at", "data_class", "ends")
_CHANGING = tuple(name for name in _COLUMNS if name not in ("agreement", "stix_id"))
_MARKING = "marking-definition"


@dataclass(slots=True)
class Keeping:
    """The keeping of pages of a class of data under an agreement; it remembers the markings that came before."""

    agreement: Agreement
    data_class: str
    _markings: dict[str, Thing] | None = None
    _texts: dict[tuple[Any, ...], tuple[str, date | None]] = field(default_factory=dict)

    def keep(self, things: list[Any]) -> int:
        """Keep a page; return how many objects it has. Call it in a transaction. Raises BundleRefused."""
        newest = {thing["id"]: thing for thing in sorted(check_things(things), key=_modified)}
        fresh = {name: thing for name, thing in newest.items() if thing["type"] == _MARKING}
        if any(self._known().get(name) != thing for name, thing in fresh.items()):
            self._known().update(fresh)
            self._texts.clear()
        insert(ReceivedObject, _COLUMNS, self._rows(newest), unique=("agreement", "stix_id"), update=_CHANGING)
        return len(things)

    def _rows(self, things: dict[str, Thing]) -> Iterator[tuple[Any, ...]]:
        now = timezone.now()
        at, day = adapted(now), now.astimezone(UTC)
        shortened = self._shortened(things)
        for thing in things.values():
            revoked, (text, ends) = bool(thing.get("revoked")), self._handling(thing, day)
            if text and (until := shortened.get((thing["id"], _modified(thing)))) is not None:
                if until < day.date():  # it was held as long as it might be
                    continue
                ends = min(until, ends or until)
                text = text_of(shorter(handling_of(text), ends))
            # What other software says of an object that it withdraws is not kept.
            content = orjson.dumps(withdrawn(thing, _modified(thing)) if revoked else thing).decode()
            last = None if ends is None else ends.isoformat()
            row = (self.agreement.pk, thing["id"], thing["type"], _modified(thing), content, text, revoked, at)
            yield *row, self.data_class, last

    def _shortened(self, things: dict[str, Thing]) -> dict[tuple[str, str], date]:
        """Return the last days beyond which nothing is put off, of versions that are held and come once more."""
        held = self.agreement.received.filter(stix_id__in=list(things)).exclude(ends=None)
        rows = held.values_list("stix_id", "modified", "ends")
        return {(name, modified): ends for name, modified, ends in rows if ends is not None}

    def _handling(self, thing: Thing, at: datetime) -> tuple[str, date | None]:
        """Return the text of the handling by the markings of an object, and its own last day.

        The text is "" where a marking is not understood.
        """
        if "granular_markings" in thing:
            return self._held(thing, at)
        key = (at.date(), *thing.get("object_marking_refs", ()))
        if key not in self._texts:
            self._texts[key] = self._held(thing, at)
        return self._texts[key]

    def _held(self, thing: Thing, at: datetime) -> tuple[str, date | None]:
        giver, known = self.agreement.partner.node, self._known()
        return held_under(thing, known, giver, self.agreement.read, self.data_class, at.date()) or ("", None)

    def _known(self) -> dict[str, Thing]:
        if self._markings is None:
            rows = self.agreement.received.filter(type=_MARKING).values_list("stix_id", "content")
            self._markings = {name: orjson.loads(content) for name, content in rows}
        return self._markings


def _modified(thing: Thing) -> str:
    return str(thing.get("modified", thing.get("created", "")))
