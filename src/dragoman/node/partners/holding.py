"""Whose it is: the handling under which this node holds what partners gave, and what follows for its records.

A list that a partner gave is not this node's own. Its objects go on as they came, and only as passing on; what records
of it say is never offered for matching. A record of one's own that rests on statements of others is theirs too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

import orjson

from dragoman.errors import BundleRefused
from dragoman.exchange.agreement import Agreement as Pact
from dragoman.exchange.agreement_changes import received
from dragoman.exchange.canonical import canonical
from dragoman.exchange.handling import Colour, Handling, combine
from dragoman.exchange.stix import markings
from dragoman.exchange.stix.ids import Thing
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Partner
from dragoman.node.registry.models import Record, Source, Statement


def list_name(partner: Partner) -> str:
    """Return the name of the list that a partner's records are kept under."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in partner.node.lower()).strip("-")
    return f"from-{plain}"[:64].rstrip("-")


def giver_of(source: Source) -> Partner | None:
    """Return the partner that gave a list, None where it is not what a partner gave."""
    if not source.name.startswith("from-"):
        return None
    return next((each for each in Partner.objects.order_by("pk") if list_name(each) == source.name), None)


def text_of(handling: Handling) -> str:
    """Return a handling as the text that rows keep: equal handlings have equal texts."""
    return canonical(handling.to_json()).decode()


@lru_cache(maxsize=4096)
def handling_of(text: str) -> Handling:
    """Return a handling by its canonical JSON."""
    return Handling.from_json(orjson.loads(text))


def shorter(handling: Handling, until: date) -> Handling:
    """Return a handling by which something is kept no longer than until a day."""
    return replace(handling, keep_until=min(until, handling.keep_until or until))


@lru_cache(maxsize=4096)
def is_own(text: str) -> bool:
    """Tell whether what is handled so is this node's own and nobody else's. The empty text is nobody's."""
    return bool(text) and handling_of(text).originators == {node_id()}


#: What says nothing of anybody, and without which the rest cannot be read.
DEFINITIONS = ("marking-definition", "extension-definition")


def held_under(
    thing: Thing, known: Mapping[str, Thing], giver: str, pact: Pact, data_class: str, on: date
) -> tuple[str, date | None] | None:
    """Return the text of the handling under which an object is held that came on a day, and its own last day.

    What nobody marked is handled as the strictest that names no recipients. None where a marking is not understood: it
    may be a restriction.
    """
    try:
        found = markings.handling_of(thing, known, giver)
    except BundleRefused:
        return None
    if found is None:
        found = Handling(Colour.AMBER_STRICT, frozenset({giver}))
    if data_class not in pact.retention:
        return text_of(found), found.keep_until
    return text_of(received(pact, data_class, found, on)), found.keep_until


def of_records(rows: list[Record], source: Source, chosen: Handling) -> dict[int, Handling]:
    """Return the handling of some records of a list by primary key.

    It is the strictest of the one that was chosen for giving the list, that of the list, and those of its statements.
    """
    plain = combine([chosen, *([Handling.from_json(source.handling)] if source.handling else [])])
    own: dict[int, set[str]] = {row.pk: set() for row in rows}
    stated = Statement.objects.filter(record__in=rows, gone=False, handling__isnull=False)
    for pk, found in stated.values_list("record_id", "handling"):
        own[pk].add(canonical(found).decode())
    return {pk: combine([plain, *map(handling_of, texts)]) if texts else plain for pk, texts in own.items()}
