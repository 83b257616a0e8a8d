"""Reviews: whoever reviews is killed; each decision that was acknowledged is there whole, and no half of another."""

from __future__ import annotations

from dragoman.node.desk import reviewing
from dragoman.node.desk.models import FalseMatch, Hit, Review
from dragoman.node.desk.reviewing import Decision
from dragoman.node.desk.screening import screen_now
from dragoman.node.journal.models import Event
from tests.kills._node import LISTED, analyst, set_up


def prepare() -> None:
    """Fill the queue."""
    set_up()
    for _ in range(3):
        screen_now(analyst(), LISTED, limit=1, store=True)


def victim() -> None:
    """Decide on what is open, as it comes, and undo every fifth."""
    from kill_tests import ready, tell

    ready()
    for hit in Hit.objects.filter(reviews=None).order_by("pk"):
        disposition = ("false", "inconclusive", "true")[hit.pk % 3]
        found = reviewing.decide(analyst(), hit.pk, Decision(disposition, words="Looked at."))
        tell(f"{hit.pk} {found.state}")
        if hit.pk % 5 == 0:
            reviewing.undo(analyst(), hit.pk)
            tell(f"{hit.pk} open")


def check(told: list[str]) -> None:
    """Each hit stands where its reviews bring it, with memory and events; what was told is so, or undone."""
    for hit in Hit.objects.select_related("memory__review").prefetch_related("reviews"):
        force = [review for review in hit.reviews.all() if review.undone_at is None]
        state = {"false": "false", "true": "second", "inconclusive": "inconclusive"}
        assert hit.state == (state[force[-1].disposition] if force else "open"), hit.pk
    false = Review.objects.filter(disposition="false").count()
    assert FalseMatch.objects.count() == false
    assert Event.objects.filter(act="desk.hit.reviewed").count() == Review.objects.count()
    assert Event.objects.filter(act="desk.review.undone").count() == Review.objects.exclude(undone_at=None).count()
    states = dict(Hit.objects.values_list("pk", "state"))
    for number, state in dict(line.split() for line in told).items():
        undone = int(number) % 5 == 0 and states[int(number)] == "open"
        assert states[int(number)] == state or undone, (number, state)


def finish(told: list[str]) -> None:
    """Everything was decided once."""
    check(told)
    assert not Hit.objects.filter(reviews=None).exists()
    assert Review.objects.count() == Hit.objects.count()
