"""What partners add to the collections that they give: each object is judged before it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from dragoman.errors import DragomanError
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.policy import Ask, Policies
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.stix.markings import handling_of
from dragoman.node.partners.holding import text_of
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Collection, Partner, SharedObject
from dragoman.node.partners.policies import SERVICE, policies_of


@dataclass(slots=True)
class Judged:
    """The verdict on each object of a request, and the handling of those that are taken."""

    partner: Partner
    collection: Collection
    policies: Policies
    purpose: str
    markings: dict[str, Thing]
    handlings: dict[str, str] = field(default_factory=dict)
    _known: dict[str, str | None] = field(default_factory=dict)

    def verdict(self, thing: Thing) -> str | None:
        """Return None where the object is taken, else why it is not."""
        try:
            handling = handling_of(thing, self.markings, self.partner.node)
        except DragomanError as error:
            return error.message
        if handling is None:
            # What nobody marked is handled as the strictest that needs no named recipients.
            handling = Handling(Colour.AMBER_STRICT, frozenset({self.partner.node}))
        text = text_of(handling)
        if text not in self._known:
            ask = Ask(
                self.partner.node, node_id(), "disclose", self.collection.data_class, self.purpose, SERVICE, handling
            )
            decision = self.policies.decide([ask], timezone.now())[0]
            self._known[text] = None if decision.allowed else decision.sentence
        if self._known[text] is None:
            self.handlings[thing["id"]] = text
        return self._known[text]


def verdict(
    partner: Partner, agreement: Agreement, collection: Collection, things: Sequence[Any], purpose: str
) -> Judged:
    """Return what judges the objects of a request; markings are those in it, and those that were given before."""
    found = {
        thing["id"]: thing
        for thing in things
        if isinstance(thing, dict) and thing.get("type") == "marking-definition" and isinstance(thing.get("id"), str)
    }
    wanted = {
        ref
        for thing in things
        if isinstance(thing, dict) and isinstance(thing.get("object_marking_refs"), list)
        for ref in thing["object_marking_refs"]
        if isinstance(ref, str)
    } - found.keys()
    if wanted:
        import orjson

        rows = SharedObject.objects.filter(collection=collection, stix_id__in=list(wanted)[:1000])
        found |= {row.stix_id: orjson.loads(row.content) for row in rows}
    return Judged(partner, collection, policies_of(partner), purpose, found)
