"""What leaves: the policy over an object and everything that it needs, at the moment of leaving.

An object leaves only if all that it needs leaves too. What it can do without is cut out where it may not leave, and
said, if the agreement has it so (``references: cut``); else the object stays (``whole``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dragoman.exchange.handling import Handling, combine
from dragoman.exchange.policy import Ask, Decision, Policies
from dragoman.exchange.policy_onward import Bar, Leave, barring


@dataclass(frozen=True, slots=True)
class Reference:
    """One object names another: `needed` is whether it makes no sense without, `name` says as what."""

    target: str
    needed: bool = True
    name: str = "names"


@dataclass(frozen=True, slots=True)
class Item:
    """An object as policy sees it. `digest` is of its content, `through` are the nodes that it came through."""

    id: str
    data_class: str
    handling: Handling
    digest: str = ""
    references: tuple[Reference, ...] = ()
    through: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exit:
    """Who gives to whom, for what, released by a person in which role, and when."""

    giver: str
    receiver: str
    purpose: str
    role: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Cut:
    """A reference that is taken out of an object before it leaves, and why."""

    object: str
    target: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Egress:
    """What leaves, what is cut out of it, and what stays with the sentence that says why.

    `decisions` holds the answer for each object that was looked at; `handling` is that of the whole that leaves.
    """

    leaves: tuple[str, ...]
    cut: tuple[Cut, ...]
    stays: Mapping[str, str]
    decisions: Mapping[str, Decision] = field(repr=False)
    handling: Handling | None


def egress(
    policies: Policies,
    find: Callable[[str], Item | None],
    roots: Iterable[str],
    way_out: Exit,
    *,
    leaves: Sequence[Leave] = (),
    bars: Sequence[Bar] = (),
    left: Callable[[str], int | None] = lambda data_class: None,
) -> Egress:
    """Decide over the closure of `roots`. `find` gives an object by its id; one that it does not find does not leave.

    `leaves` and `bars` are checked ones. `left` gives how many of a class of data the quota still lets out, None for no
    quota; where the closure holds more of it, none of them leaves.
    """
    items = _closure(find, roots)
    spent = _spent(items.values(), left)
    asks = {key: ask_for(item, way_out, leaves, bars, spent=item.data_class in spent) for key, item in items.items()}
    decisions = dict(zip(asks, policies.decide(list(asks.values()), way_out.now), strict=True))
    stays = {key: decision.sentence for key, decision in decisions.items() if not decision.allowed}
    for root in roots:
        if root not in items:
            stays[root] = "it is not held here"
    _spread(policies, items, decisions, stays)
    going = tuple(key for key in items if key not in stays)
    cut = tuple(
        Cut(key, each.target, stays.get(each.target, "it is not held here"))
        for key in going
        for each in items[key].references
        if each.target in stays or each.target not in items
    )
    handling = combine(items[key].handling for key in going) if going else None
    return Egress(going, cut, stays, decisions, handling)


def ask_for(item: Item, way_out: Exit, leaves: Iterable[Leave], bars: Iterable[Bar], *, spent: bool = False) -> Ask:
    """Return the question for one object: disclosing what is one's own, passing on what is not."""
    originators = item.handling.originators
    action = "disclose" if originators == {way_out.giver} else "pass_on"
    others = originators - {way_out.giver}
    given = {
        leave.originator
        for leave in leaves
        if leave.covers(way_out.giver, way_out.receiver, action, way_out.purpose, item.digest, way_out.now)
    }
    return Ask(
        giver=way_out.giver,
        receiver=way_out.receiver,
        action=action,
        data_class=item.data_class,
        purpose=way_out.purpose,
        role=way_out.role,
        handling=item.handling,
        leave=bool(others) and others <= given,
        barred=bool(barring(bars, way_out.receiver, originators | item.through, way_out.now)),
        spent=spent,
    )


def _spent(items: Iterable[Item], left: Callable[[str], int | None]) -> set[str]:
    """Return the classes of which there are more than may still leave."""
    counts = Counter(item.data_class for item in items)
    limits = {name: left(name) for name in counts}
    return {name for name, count in counts.items() if (limit := limits[name]) is not None and count > limit}


def _closure(find: Callable[[str], Item | None], roots: Iterable[str]) -> dict[str, Item]:
    """Return all that the roots name, directly or not, in the order of finding; cycles end."""
    found: dict[str, Item] = {}
    waiting = list(dict.fromkeys(roots))
    while waiting:
        key = waiting.pop()
        item = find(key) if key not in found else None
        if item is not None:
            found[key] = item
            waiting.extend(each.target for each in item.references if each.target not in found)
    return found


def _spread(
    policies: Policies, items: Mapping[str, Item], decisions: Mapping[str, Decision], stays: dict[str, str]
) -> None:
    """Keep back what needs something that stays, and what needs that, and so on."""
    needing: dict[str, list[str]] = {}
    for key, item in items.items():
        whole = key not in stays and _whole(policies, decisions[key])
        for each in item.references:
            if each.needed or whole:
                needing.setdefault(each.target, []).append(key)
                if each.target not in items:
                    stays.setdefault(key, f"it needs {each.target}, which is not held here")
    waiting = list(stays)
    while waiting:
        gone = waiting.pop()
        for key in needing.get(gone, ()):
            if key not in stays:
                stays[key] = f"it needs {gone}, which stays: {stays[gone]}"
                waiting.append(key)


def _whole(policies: Policies, decision: Decision) -> bool:
    return decision.agreement is not None and policies.agreement(decision.agreement).references == "whole"
