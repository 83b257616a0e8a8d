"""A version that takes an agreement's place and allows less: what left before, and could not leave now, is called back.
What may be kept for less time than before stays until an earlier day, which the recipient is told.

Each open row of the ledger is asked about anew under the new version, as if it were to leave now
(`dragoman.exchange.agreement_changes`). What it came under before, and by whom it was passed on, changes nothing: the
recipient sends the notice on to whoever got the object from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from dragoman.exchange.agreement_acts import State
from dragoman.exchange.agreement_changes import Given, narrowing
from dragoman.exchange.handling import Handling
from dragoman.exchange.policy import Ask
from dragoman.exchange.stix.ids import AUTHOR
from dragoman.node.access import Principal
from dragoman.node.partners import recalling, sharing_next
from dragoman.node.partners.holding import handling_of, text_of
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, AnswerObject, Disclosure, Partner, SharedObject, SharedRecord
from dragoman.node.partners.policies import SERVICE

_UNKNOWN = "how it was to be handled is not known any more"


def follow(partner: Partner, by: Principal | str) -> int:
    """Call back what versions that took over do not allow, and say what is to be kept for less time, once for each.

    The lists that were given go on, as far as the version lets them.
    Return how many objects that is. Call it in the transaction of the act, and now and then: a version may begin later
    than it is signed.
    """
    count = 0
    waiting = partner.agreements.filter(version__gt=1, compared=None).order_by("version")
    for new in waiting.prefetch_related("acts"):
        if not _took_over(new):
            continue
        with transaction.atomic():
            held = Agreement.objects.select_for_update().get(pk=new.pk)
            if held.compared is not None:  # another worker was faster
                continue
            found = compare(held)
            if found.back:
                recalling.take_back_some(by, held, found.back)
            if found.until:
                recalling.shorten(by, held, found.until)
            sharing_next.follow(held, by)
            held.compared = timezone.now()
            held.save(update_fields=["compared"])
            count += len(found.back) + len(found.until)
    return count


def follow_all() -> int:
    """Do so for all partners; return how many objects were called back, or are to be kept for less time."""
    return sum(follow(each, SERVICE) for each in Partner.objects.filter(agreements__compared=None).distinct())


def _took_over(new: Agreement) -> bool:
    before = former(new)
    return before is not None and before.standing().state is State.SUPERSEDED


def former(new: Agreement) -> Agreement | None:
    """Return the version whose place an agreement takes, if this node has it."""
    return Agreement.objects.filter(hash=new.read.supersedes).first() if new.read.supersedes else None


def lost(new: Agreement) -> tuple[str, ...]:
    """Return in sentences what the version before allows and this one does not."""
    before = former(new)
    return narrowing(before.read, new.read, [], timezone.now()).lost if before is not None else ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What becomes of objects that left under earlier versions, by id.

    `back` has those that this one would not let leave, each with why not; `until` those that may be kept for less time
    than before, each with its last day.
    """

    back: dict[str, str] = field(default_factory=dict)
    until: dict[str, date] = field(default_factory=dict)


def compare(new: Agreement) -> Compared:
    """Compare a version with the one before it, by what left."""
    before = former(new)
    if before is None:
        return Compared()
    rows = {row.object: row for row in left_before(new).order_by("pk")}  # of each object, what left last
    known = dict(_handlings(new, rows))
    given = [_given(row, known[name]) for name, row in rows.items() if name in known]
    found = narrowing(before.read, new.read, given, timezone.now())
    reasons = dict.fromkeys((name for name in rows if name not in known), _UNKNOWN)
    reasons |= {each.object: sentence for each, sentence in found.withdraw}
    back = {name: f"{new.title}, version {new.version}: {reason}" for name, reason in reasons.items()}
    return Compared(back, {each.object: day for each, day in found.shorten})


def left_before(new: Agreement) -> QuerySet[Disclosure]:
    """Return what left under earlier versions and was not called back, as rows of the ledger.

    What the partner got under another agreement in force, too, it may keep; and definitions, which say nothing of
    anybody, but without which it cannot read what it keeps.
    """
    open_rows = Disclosure.objects.filter(partner=new.partner, recalled=None).exclude(clause="withdrawal")
    others = new.partner.agreements.exclude(agreement_id=new.agreement_id).prefetch_related("acts")
    kept = open_rows.filter(agreement__in=[each for each in others if each.standing().in_force])
    rows = open_rows.filter(agreement__agreement_id=new.agreement_id, agreement__version__lt=new.version)
    definitions = Q(object__startswith="extension-definition--") | Q(object__startswith="marking-definition--")
    return rows.exclude(definitions | Q(object=AUTHOR) | Q(object__in=kept.values("object")))


def _given(row: Disclosure, known: tuple[str, str]) -> Given:
    role, handling = known[0], handling_of(known[1])
    action = "disclose" if handling.originators == {node_id()} else "pass_on"
    ask = Ask(node_id(), row.partner.node, action, row.data_class, row.purpose, role, handling)
    return Given(row.object, ask, row.at.astimezone(UTC).date())


def _handlings(new: Agreement, rows: dict[str, Disclosure]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield by object in which role it was released, and the text of its handling; what is told last holds.

    An object of a list that is given no longer has the handling for which that list was given.
    """
    versions = Agreement.objects.filter(agreement_id=new.agreement_id, version__lt=new.version, partner=new.partner)
    for some in recalling.parts(list(rows)):
        listed = SharedRecord.objects.filter(stix_id__in=some, shared__collection__agreement__in=versions)
        for name, handling in listed.values_list("stix_id", "shared__handling"):
            yield name, (SERVICE, text_of(Handling.from_json(handling)))
        shared = SharedObject.objects.filter(stix_id__in=some, collection__agreement__in=versions).order_by("added")
        for name, label, text in shared.values_list("stix_id", "label", "handling"):
            if text and label <= rows[name].version:
                yield name, (SERVICE, text)
        answered = AnswerObject.objects.filter(request__agreement__in=versions, request__own=False, stix_id__in=some)
        for name, found in answered.values_list("stix_id", "handling"):
            yield name, ("liaison", text_of(Handling.from_json(found)))
