"""What may leave now: the policy over a page of objects, at the moment of leaving, and the ledger of what left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from dragoman.exchange.agreement_acts import Standing
from dragoman.exchange.policy import Ask, Decision, Held, Policies
from dragoman.node.partners.holding import handling_of, is_own
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Collection, Disclosure, Partner, SharedObject
from dragoman.node.partners.rows import adapted, insert
from dragoman.node.partners.taxii.store import Guarded

#: The role of what a node sends by itself, of what a person released before.
SERVICE = "service"


_MOST = 200
_compiled: dict[tuple[tuple[str, Standing], ...], Policies] = {}


def policies_of(partner: Partner, came: Iterable[str] = ()) -> Policies:
    """Return the policies of the agreements with a partner, as they stand at this very moment.

    `came` are the hashes of agreements that things to be passed on came under: these are asked too. What was compiled
    is kept for as long as every agreement stands as it did.
    """
    concerned = Agreement.objects.filter(Q(partner=partner) | Q(hash__in=list(came))).order_by("pk")
    rows = [(each, each.standing()) for each in concerned.prefetch_related("acts")]
    key = tuple((each.hash, standing) for each, standing in rows)
    found = _compiled.get(key)
    if found is None:
        if len(_compiled) > _MOST:
            _compiled.clear()
        found = _compiled[key] = Policies(Held(each.read, standing) for each, standing in rows)
    return found


def decide(
    policies: Policies, partner: Partner, data_class: str, purpose: str, handlings: Iterable[str], now: datetime
) -> dict[str, Decision]:
    """Return the decision on each handling: may things of this class and handling be disclosed to the partner?"""
    texts = sorted(set(handlings))
    own = node_id()
    asks = [
        Ask(own, partner.node, "disclose", data_class, purpose, SERVICE, handling_of(text)) for text in texts if text
    ]
    decided = dict(zip([text for text in texts if text], policies.decide(asks, now), strict=True))
    if "" in texts:
        decided[""] = Decision(False, "", "nothing says how it is to be handled", None)
    return decided


def allowed(
    policies: Policies, partner: Partner, collection: Collection, purpose: str, rows: Sequence[Guarded], now: datetime
) -> dict[int, Decision]:
    """Return the decisions for those rows that may leave, by `added`; an object leaves only with all that it needs.

    What is this node's own is disclosed; what is another's, wholly or in part, is passed on.
    """
    from dragoman.node.partners.onward import may_go_on

    data_class, own = collection.data_class, [row for row in rows if is_own(row.handling)]
    decisions = decide(policies, partner, data_class, purpose, (row.handling for row in own), now)
    going = {row.added: decisions[row.handling] for row in own if decisions[row.handling].allowed}
    others = [row for row in rows if row.handling and not is_own(row.handling)]
    going |= may_go_on(partner, collection, purpose, others, now)
    needing = [row for row in rows if row.added in going and row.needs]
    if not needing:
        return going
    wanted = {target for row in needing for target in row.needs}
    held = SharedObject.objects.filter(collection=collection, stix_id__in=wanted)
    there = dict(held.values_list("stix_id", "handling"))
    more = decide(policies, partner, data_class, purpose, there.values(), now)
    for row in needing:
        if not all(target in there and more[there[target]].allowed for target in row.needs):
            del going[row.added]
    return going


def enter(
    partner: Partner, agreement: Agreement, data_class: str, purpose: str, rows: Iterable[Any], clauses: dict[int, str]
) -> None:
    """Write what leaves into the ledger; what this partner has already is not written twice."""
    now = adapted(timezone.now())
    insert(
        Disclosure,
        ("partner", "agreement", "object", "version", "data_class", "purpose", "clause", "at"),
        ((partner.pk, agreement.pk, row.id, row.label, data_class, purpose, clauses[row.added], now) for row in rows),
        unique=("partner", "object", "version"),
    )
