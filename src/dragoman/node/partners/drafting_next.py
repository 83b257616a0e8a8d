"""The next version of an agreement, with less in it: classes, purposes, colours and days are taken out, none added.

Who wants more drafts another agreement; what a narrower version calls back is said before it is signed
(`recalling_narrowing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dragoman.errors import UsageError
from dragoman.exchange.agreement import Clause
from dragoman.exchange.agreement_acts import State
from dragoman.exchange.agreement_changes import narrowing
from dragoman.exchange.agreement_draft import next_version
from dragoman.exchange.agreement_reading import read_agreement
from dragoman.exchange.handling import Colour
from dragoman.node.partners.models import Agreement

#: How an agreement stands whose place another version can take.
_SIGNED = (State.IN_FORCE, State.SUSPENDED, State.AGREED)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a page offers to keep of a clause."""

    clause: Clause
    classes: list[str]
    purposes: list[str]
    colours: list[str]


def offered(agreement: Agreement) -> list[Offered]:
    """Return what can be kept of each clause."""
    return [
        Offered(each, sorted(each.classes), sorted(each.purposes), [one.word for one in Colour if one <= each.colour])
        for each in agreement.read.clauses
    ]


def can_be_replaced(agreement: Agreement) -> bool:
    """Tell whether a next version makes sense: both have signed this one, and it is not over."""
    return agreement.standing().state in _SIGNED


def narrower(agreement: Agreement, chosen: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the document of a version that keeps of each clause what is chosen.

    `chosen` has, for each clause, ``classes-ID``, ``purposes-ID`` and ``tlp-ID``; and it may have ``days-CLASS``, for
    how many days a class is kept. Raises UsageError where that is not narrower, or nothing is left.
    """
    if not can_be_replaced(agreement):
        raise UsageError(f"{agreement.title} is not signed by both, or is over", remedy="draft another agreement")
    clauses = [kept for each in offered(agreement) if (kept := _kept(agreement, each, chosen)) is not None]
    if not clauses:
        raise UsageError("nothing is left in it", remedy="end the agreement instead")
    classes = {name for each in clauses for name in each["classes"]}
    old = agreement.document
    document = next_version(
        agreement.read,
        clauses=clauses,
        retention={name: _days(name, days, chosen) for name, days in old["retention"].items() if name in classes},
        quotas=[each for each in old.get("quotas", []) if each["class"] in classes],
    )
    if not narrowing(agreement.read, read_agreement(document), [], agreement.read.starts).lost:
        raise UsageError("it is no narrower than the version before", remedy="take something out")
    return document


def _days(name: str, days: int, chosen: Mapping[str, Sequence[str]]) -> int:
    given = next(iter(chosen.get(f"days-{name}", ())), "") or str(days)
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given[:9]) <= days:
        raise UsageError(f"{name} would be kept for {given[:20]} days", remedy=f"choose 1 to {days}")
    return int(given)


def _kept(agreement: Agreement, each: Offered, chosen: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    """Return what is kept of a clause, None where nothing is."""
    name = each.clause.id
    classes, purposes = set(chosen.get(f"classes-{name}", ())), set(chosen.get(f"purposes-{name}", ()))
    if not classes or not purposes:
        return None
    colour = next(iter(chosen.get(f"tlp-{name}", ())), each.clause.colour.word)
    if not classes <= each.clause.classes or not purposes <= each.clause.purposes or colour not in each.colours:
        raise UsageError(f"clause {name} would be no narrower", remedy="draft another agreement for what is more")
    (before,) = (found for found in agreement.document["clauses"] if found["id"] == name)
    return dict(before) | {"classes": sorted(classes), "purposes": sorted(purposes), "tlp": colour}
