"""What may leave now: the policy over a page of objects, at the moment of leaving, and the ledger of what left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q
from django.utils import timezone

from dragoman.exchange.agreement_acts import Standing
from dragoman.exchange.policy import Ask, Decision, Held, Policies
from dragoman.exchange.taxii.rows import Row
from dragoman.node.partners.holding import handling_of, is_own
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, Collection, Disclosure, Partner
from dragoman.node.partners.rows import adapted, insert
from dragoman.node.partners.taxii.store import Guarded, Store

#: The role of what a node sends by itself, of what a person released before.
SERVICE = "service"


_MOST = 200
#: Rows in one statement.
_ROWS = 500
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

    What is this node's own is disclosed; what is another's, wholly or in part, is passed on. A former version of what
    is this node's own leaves only while the newest may leave, too: a handling that became stricter holds for all.
    """
    one_by_one = partial(_one_by_one, policies, partner, collection, purpose, now=now)
    going = one_by_one(rows)
    former = {row.id for row in rows if row.former and row.added in going and is_own(row.handling)}
    needing = [row for row in rows if row.needs and row.added in going]
    if not former and not needing:
        return going
    held = _closure(collection, former | {target for row in needing for target in row.needs})
    leaving = one_by_one(list(held.values()))
    good = {name for name, row in held.items() if row.added in leaving}
    while less := {name for name in good if not good.issuperset(held[name].needs)}:
        good -= less
    stays = [row for row in rows if not good.issuperset(row.needs) or (row.id in former and row.id not in good)]
    for row in stays:
        going.pop(row.added, None)
    return going


def _one_by_one(
    policies: Policies,
    partner: Partner,
    collection: Collection,
    purpose: str,
    rows: Sequence[Guarded],
    *,
    now: datetime,
) -> dict[int, Decision]:
    """Return the decisions for those rows that may leave, if what they need does."""
    from dragoman.node.partners.onward import may_go_on

    own = [row for row in rows if is_own(row.handling)]
    decisions = decide(policies, partner, collection.data_class, purpose, (row.handling for row in own), now)
    going = {row.added: decisions[row.handling] for row in own if decisions[row.handling].allowed}
    others = [row for row in rows if row.handling and not is_own(row.handling)]
    return going | may_go_on(partner, collection, purpose, others, now)


def _closure(collection: Collection, ids: set[str]) -> dict[str, Guarded]:
    """Return the newest version of some objects and of all that they need, directly or not, by id."""
    found: dict[str, Guarded] = {}
    waiting = ids
    while waiting:
        fresh: set[str] = set()
        every = sorted(waiting)
        for some in (every[start : start + _ROWS] for start in range(0, len(every), _ROWS)):
            rows = collection.objects_in.filter(stix_id__in=some, superseded_by_any=None)
            for added, handling, needs, name in rows.values_list("added", "handling", "needs", "stix_id"):
                found[name] = Guarded(added, handling, needs, name, former=False)
                fresh.update(needs)
        waiting = fresh - found.keys() - waiting
    return found


@dataclass(slots=True)
class Gate:
    """What lets rows out that a store gave last, for the first of some purposes that allows it.

    `going` holds the purpose and the decision for each that may leave, by `added`.
    """

    partner: Partner
    collection: Collection
    purposes: Sequence[str]
    store: Store
    going: dict[int, tuple[str, Decision]] = field(default_factory=dict)

    def __call__(self, rows: Sequence[Row]) -> dict[int, tuple[str, Decision]]:
        """Return, of the rows that the store gave last, those that may leave."""
        now, policies = timezone.now(), policies_of(self.partner)
        for purpose in self.purposes:
            left = [row for row in self.store.policy if row.added not in self.going]
            leaving = allowed(policies, self.partner, self.collection, purpose, left, now) if left else {}
            self.going |= {added: (purpose, decision) for added, decision in leaving.items()}
        return self.going


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
