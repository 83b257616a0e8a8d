"""Passing on what is another's: each object is asked about by itself, at the moment when it leaves.

It goes on only while this node still holds it, every originator's leave covers just this version for just this partner
and purpose, no node that it comes from bars the partner, and the agreements that it came under are in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from dragoman.exchange.canonical import digest
from dragoman.exchange.policy import Decision
from dragoman.exchange.policy_egress import Exit, Item, ask_for
from dragoman.exchange.policy_onward import Bar, Leave
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.stix.records import is_withdrawal
from dragoman.node.partners import policies as policy
from dragoman.node.partners.holding import handling_of
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import (
    BarKept,
    Collection,
    Disclosure,
    LeaveGiven,
    Notice,
    Partner,
    ReceivedObject,
    SharedObject,
)
from dragoman.node.partners.taxii.store import Guarded


def leaves_for(receiver: str, now: datetime) -> list[Leave]:
    """Return the leaves that this node was given for a receiver; whether they cover something is asked of each."""
    rows = LeaveGiven.objects.filter(own=False, receiver=receiver, ends__gt=now).values_list("body", flat=True)
    return [Leave.from_json(body) for body in rows]


def bars_against(receiver: str) -> list[Bar]:
    """Return the bars that are known against a receiver."""
    return [Bar.from_json(body) for body in BarKept.objects.filter(barred=receiver).values_list("body", flat=True)]


def may_go_on(
    partner: Partner, collection: Collection, purpose: str, rows: Sequence[Guarded], now: datetime
) -> dict[int, Decision]:
    """Return the decisions for those rows of others' objects that may be passed on, by `added`."""
    if not rows:
        return {}
    stored = SharedObject.objects.filter(collection=collection, added__in=[row.added for row in rows])
    things: dict[int, Thing] = {
        added: orjson.loads(content) for added, content in stored.values_list("added", "content").iterator()
    }
    ids = {thing["id"] for thing in things.values()}
    through, way_out = _through(ids), Exit(node_id(), partner.node, purpose, policy.SERVICE, now)
    leaves, bars = leaves_for(partner.node, now), bars_against(partner.node)
    known, replacements = _known_to(partner, ids), _replacements(ids)
    going: dict[int, Decision] = {}
    asks: dict[int, Any] = {}
    for row in rows:
        thing = things[row.added]
        if is_withdrawal(thing):
            if thing["id"] in known:
                going[row.added] = Decision(True, "withdrawal", "whoever has it is told that it is withdrawn", None)
            continue
        item = Item(
            thing["id"],
            collection.data_class,
            handling_of(row.handling),
            digest(thing),
            through=through.get(thing["id"], frozenset()),
        )
        if not _is_received(item) or item.through:
            ask = ask_for(item, way_out, leaves, bars)
            mends = thing["id"] in known and ask.handling.originators == {replacements.get((thing["id"], item.digest))}
            asks[row.added] = replace(ask, leave=True) if mends else ask
    came = {agreement for ask in asks.values() for agreement in ask.handling.agreements}
    decided = policy.policies_of(partner, came).decide(list(asks.values()), now)
    return going | {added: each for added, each in zip(asks, decided, strict=True) if each.allowed}


def _is_received(item: Item) -> bool:
    """Tell whether an object came as it is from a partner; then it must still be held."""
    return node_id() not in item.handling.originators


def _through(ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return from which partners objects came that are still held."""
    found: dict[str, frozenset[str]] = {}
    rows = ReceivedObject.objects.filter(stix_id__in=list(ids), revoked=False)
    for name, node in rows.values_list("stix_id", "agreement__partner__node"):
        found[name] = found.get(name, frozenset()) | {node}
    return found


def _replacements(ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return by whom an object was corrected, by its id and the digest of what takes its place.

    The originator's signed correction is its leave for whoever has what was wrong.
    """
    rows = Notice.objects.filter(own=False, kind="correction", object__in=list(ids)).values_list("object", "body")
    return {(name, body["replacement"]): body["originator"] for name, body in rows}


def _known_to(partner: Partner, ids: Iterable[str]) -> set[str]:
    return set(Disclosure.objects.filter(partner=partner, object__in=list(ids)).values_list("object", flat=True))
