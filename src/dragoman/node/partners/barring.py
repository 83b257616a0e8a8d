"""Bars: a node that a partner was dropped by gets nothing of that partner through anybody else.

As soon as no agreement with a node is in force any more, and one was suspended or ended, this node bars it and tells
those that it gives things to; once one is in force again, it lifts the bar.
"""

from __future__ import annotations

from django.utils import timezone

from dragoman.errors import MessageRefused
from dragoman.exchange.agreement_acts import State
from dragoman.exchange.messages import Letter
from dragoman.exchange.policy_onward import Bar
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import lines
from dragoman.node.partners.delivering import handles
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import BarKept, Disclosure, Partner
from dragoman.node.partners.sending import send

KIND = "bar"


def follow(partner: Partner, by: Principal | str) -> None:
    """Bar a partner or lift the bar, as the agreements with it stand; call it in the transaction of the act."""
    states = [each.standing().state for each in partner.agreements.prefetch_related("acts")]
    dropped = State.IN_FORCE not in states and bool({State.SUSPENDED, State.ENDED} & set(states))
    last = BarKept.objects.filter(node=node_id(), barred=partner.node).order_by("-number").first()
    barred = last is not None and not last.lifted
    if State.IN_FORCE in states and not barred:
        _tell_of_others(partner)
    if dropped == barred or (not dropped and State.IN_FORCE not in states):
        return
    number = last.number + 1 if last is not None else 1
    reason = "no agreement is in force" if dropped else "an agreement is in force again"
    bar = Bar(node_id(), partner.node, number, not dropped, timezone.now(), reason).signed(node_key())
    kept = _keep(bar)
    for each in _concerned(partner):
        send(each, KIND, {"bars": [bar.to_json()]})
    act = "barred" if dropped else "unbarred"
    journal(by, f"partners.partner.{act}", f"bar:{kept.pk}", partner=partner.pk, number=number)


def _concerned(barred: Partner) -> list[Partner]:
    """Return the partners that hold something of this node, or may get it."""
    others = Partner.objects.exclude(confirmed=None).exclude(pk=barred.pk).prefetch_related("agreements__acts")
    holding = set(Disclosure.objects.values_list("partner", flat=True).distinct())
    return [
        each for each in others if each.pk in holding or any(one.standing().in_force for one in each.agreements.all())
    ]


def _tell_of_others(partner: Partner) -> None:
    """Tell a partner that may get things from now on whom this node bars."""
    last: dict[str, BarKept] = {}
    for each in BarKept.objects.filter(node=node_id()).exclude(barred=partner.node).order_by("number"):
        last[each.barred] = each
    if bars := [each.body for each in last.values() if not each.lifted]:
        send(partner, KIND, {"bars": bars})


def _keep(bar: Bar) -> BarKept:
    kept, _ = BarKept.objects.get_or_create(
        signature=bar.signature,
        defaults={
            "node": bar.node, "barred": bar.barred, "number": bar.number, "lifted": bar.lifted, "at": bar.at,
            "body": bar.to_json(),
        },
    )  # fmt: skip
    return kept


@handles(KIND)
def take(letter: Letter, partner: Partner) -> None:
    """Take in bars of a partner. Raises MessageRefused, SignatureRefused."""
    found = letter.body.get("bars") if isinstance(letter.body, dict) else None
    if not isinstance(found, list):
        raise MessageRefused("no bars", remedy="ask the partner to send them again")
    for each in found:
        bar = Bar.from_json(each)
        bar.check(lines.ring())
        if bar.node != partner.node:
            raise MessageRefused(f"a bar of {bar.node}", remedy="only that node itself sends its bars")
        kept = _keep(bar)
        state = "lifted" if bar.lifted else "barred"
        journal(f"partner:{partner.pk}", "partners.bar.received", f"bar:{kept.pk}", result=state)
