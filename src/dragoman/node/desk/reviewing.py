"""Reviews: deciding on a hit, undoing that, and bringing a hit back to the queue when facts change.

A review of one hit never changes a review of another. What it may do is end or start the memory of a false match, and a
hit that was spared by a memory that no longer holds is open again: nothing stays hidden by a decision that was undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused, UsageError
from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.desk.facts import digest_of, facts_of
from dragoman.node.desk.models import FalseMatch, Hit, Query, Review
from dragoman.node.desk.reasons import reason_for
from dragoman.node.desk.records import records_of
from dragoman.node.desk.states import state_of
from dragoman.node.journal.recording import record


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides: the disposition, a prepared reason or words of their own, and the state they looked at."""

    disposition: str
    code: str = ""
    words: str = ""
    seen: str | None = None


def query_of(hit: Hit) -> Record:
    """Return the query of a hit as it was screened."""
    return record_of_query(hit.query)


def record_of_query(query: Query) -> Record:
    """Return a kept query as it was screened."""
    asked = query.asked
    return Record.from_ftm({"id": asked.get("id") or "", "schema": asked["schema"], "properties": asked["properties"]})


def in_force(hit: Hit) -> list[Review]:
    """Return the reviews that count, the oldest first."""
    return list(hit.reviews.filter(undone_at=None, outdated=False).select_related("by").order_by("pk"))


def decide(principal: Principal, hit_id: int, decision: Decision) -> Hit:
    """Review a hit. Raises ActRefused, UsageError, Hit.DoesNotExist (also for a hit that is not to be seen)."""
    account = principal.account
    if account is None or decision.disposition not in Review.Disposition.values:
        raise UsageError(f"there is no disposition {decision.disposition!r}", remedy="true, false or inconclusive")
    reason = reason_for(decision.disposition, decision.code, decision.words)
    with transaction.atomic():
        hit = _locked(principal, hit_id)
        _may(hit, account.pk, decision)
        before = hit.state
        review = Review.objects.create(
            hit=hit, disposition=decision.disposition, reason=reason, code=decision.code, by=account
        )
        if decision.disposition == Review.Disposition.FALSE:
            _remember(hit, review)
        _settle(hit)
        record(
            principal,
            "desk.hit.reviewed",
            f"hit:{hit.pk}",
            result=decision.disposition,
            before=before,
            after=hit.state,
            review=review.pk,
            reason=decision.code or None,
        )
    return hit


def _locked(principal: Principal, hit_id: int) -> Hit:
    return Hit.objects.visible_to(principal).select_related("query").select_for_update(of=("self",)).get(pk=hit_id)


def _may(hit: Hit, person: int, decision: Decision) -> None:
    if decision.seen and decision.seen != hit.state:
        raise ActRefused(
            f"somebody was quicker: the hit is now “{hit.get_state_display()}”", remedy="look at their review first"
        )
    own = [review for review in in_force(hit) if review.by_id == person]
    if own and own[-1].disposition == decision.disposition:
        if decision.disposition == Review.Disposition.TRUE and hit.state == Hit.State.SECOND:
            raise ActRefused("a true match needs a second person, and you are the first", remedy="ask a colleague")
        raise ActRefused("you decided so already", remedy="undo it first (u), or decide otherwise")


def _remember(hit: Hit, review: Review) -> None:
    """Keep the facts on both sides that a false match rested on."""
    key = (hit.source, hit.record_id)
    found = records_of([key]).get(key)
    if found is None:
        return  # the record is gone from its list: there is nothing that could hit again
    facts = {"query": facts_of(query_of(hit)), "record": facts_of(found)}
    FalseMatch.objects.create(
        review=review,
        source=hit.source,
        record_id=hit.record_id,
        asked_id=hit.query.asked_id,
        query_digest=digest_of(facts["query"]),
        record_digest=digest_of(facts["record"]),
        facts=facts,
    )


def _settle(hit: Hit) -> None:
    """Set the state to what reviews and memory bring about."""
    memory = hit.memory
    holds = memory is not None and memory.ended_at is None and memory.review.undone_at is None
    hit.state = state_of(in_force(hit), remembered=holds)
    hit.save(update_fields=["state"])


def undo(principal: Principal, hit_id: int) -> Hit:
    """Undo one's last review of a hit; a supervisor may undo anybody's. The former state is restored exactly.

    Raises ActRefused where there is nothing to undo.
    """
    account = principal.account
    with transaction.atomic():
        hit = _locked(principal, hit_id)
        mine = [
            review
            for review in in_force(hit)
            if account is not None and (review.by_id == account.pk or principal.has("supervisor"))
        ]
        if not mine:
            raise ActRefused(
                "you have no review of this hit to undo", remedy="its reviewer or a supervisor may undo it"
            )
        own = [review for review in mine if account is not None and review.by_id == account.pk]
        review, before = (own or mine)[-1], hit.state
        Review.objects.filter(pk=review.pk).update(undone_at=timezone.now(), undone_by=account)
        _settle(hit)
        for spared in Hit.objects.filter(memory__review=review).exclude(pk=hit.pk).select_related("memory__review"):
            _settle(spared)
        record(
            principal,
            "desk.review.undone",
            f"hit:{hit.pk}",
            result=review.disposition,
            before=before,
            after=hit.state,
            review=review.pk,
        )
    return hit


def reopen(hit: Hit, why: Sequence[str]) -> None:
    """Bring a hit back to the queue because facts changed: reviews until now no longer count, and stay to be read."""
    now = timezone.now()
    FalseMatch.objects.filter(review__hit=hit, ended_at=None).update(ended_at=now, ended_why=" ".join(why))
    hit.reviews.update(outdated=True)
    hit.reopened_at, hit.reopened_why, hit.memory = now, list(why), None
    hit.save(update_fields=["reopened_at", "reopened_why", "memory"])
    _settle(hit)


def earlier(hit: Hit) -> list[Review]:
    """Return decisions on other hits of the same pair: of the same query, or of the same customer, and the record."""
    same = Review.objects.filter(undone_at=None, hit__source=hit.source, hit__record_id=hit.record_id)
    by_facts = same.filter(hit__query__digest=hit.query.digest)
    by_id = same.filter(hit__query__asked_id=hit.query.asked_id) if hit.query.asked_id else same.none()
    return list((by_facts | by_id).exclude(hit=hit).select_related("by", "hit").order_by("-pk")[:10])
