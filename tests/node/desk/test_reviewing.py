"""Reviews: two people for a true match, exact undo, and a memory that holds only while the facts do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ActRefused, UsageError
from dragoman.node.access import Principal
from dragoman.node.desk import rescreening, reviewing, screening
from dragoman.node.desk.models import FalseMatch, Hit, Review
from dragoman.node.desk.reviewing import Decision
from dragoman.node.desk.screening import screen_now
from dragoman.node.desk.states import state_of
from dragoman.node.jobs import queue
from dragoman.node.registry import models as registry
from dragoman.screening import Screener, build_index
from tests.node.desk.conftest import RECORDS, keep, party

CUSTOMER = {"id": "C-1", "name": "Anwar Belhadi Tazmart", "birthDate": "1971-03-04"}
FALSE, TRUE, UNSURE = (
    Decision("false", "name-only"),
    Decision("true", "facts-agree"),
    Decision("inconclusive", "too-little"),
)


class Cast(NamedTuple):
    """Who reviews, and the hit."""

    ana: Principal
    rex: Principal
    sue: Principal
    hit: Hit


@pytest.fixture
def cast(lists: Any, people: Any, principal_of: Any) -> Cast:
    """An analyst, a reviewer and a supervisor before an open hit."""
    ana, rex, sue = (principal_of(getattr(people, name)) for name in ("analyst", "reviewer", "supervisor"))
    screen_now(ana, [CUSTOMER], store=True)
    return Cast(ana, rex, sue, Hit.objects.get())


def again(who: Principal, **other: str) -> Hit:
    """Screen the customer again, with some facts otherwise, and return the new hit."""
    kept = screen_now(who, [CUSTOMER | other], store=True).screening
    return Hit.objects.get(screening=kept)


class Vote(NamedTuple):
    """A vote."""

    by_id: int
    disposition: str


VOTES = st.lists(st.builds(Vote, st.integers(1, 4), st.sampled_from(["true", "false", "inconclusive"])), max_size=8)


@given(VOTES)
def test_no_single_person_makes_a_true_match(votes: list[Vote]) -> None:
    last = {vote.by_id: vote.disposition for vote in votes}
    if state_of(votes) == "true":
        assert list(last.values()).count("true") >= 2
    if list(last.values()).count("true") >= 1 and "false" not in last.values():
        assert state_of(votes) in ("true", "second")


@given(VOTES)
def test_a_hit_is_never_closed_as_false_against_as_many_who_say_true(votes: list[Vote]) -> None:
    last = list({vote.by_id: vote.disposition for vote in votes}.values())
    if state_of(votes) == "false":
        assert last.count("false") > last.count("true")


@given(VOTES, st.integers(1, 4), st.sampled_from(["true", "false", "inconclusive"]))
def test_a_state_depends_on_the_last_vote_of_each_person_only(votes: list[Vote], who: int, what: str) -> None:
    final = Vote(who, what)
    assert state_of([*votes, final]) == state_of([*(vote for vote in votes if vote.by_id != who), final])


@pytest.mark.django_db
def test_a_true_match_needs_a_second_person_other_than_the_first(cast: Cast) -> None:
    assert reviewing.decide(cast.ana, cast.hit.pk, TRUE).state == "second"
    with pytest.raises(ActRefused, match="second person"):
        reviewing.decide(cast.ana, cast.hit.pk, TRUE)
    assert reviewing.decide(cast.rex, cast.hit.pk, TRUE).state == "true"


@pytest.mark.django_db
def test_where_two_people_disagree_a_third_decides(cast: Cast) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, TRUE)
    assert reviewing.decide(cast.rex, cast.hit.pk, FALSE).state == "second"
    assert reviewing.decide(cast.sue, cast.hit.pk, FALSE).state == "false"


@pytest.mark.django_db
def test_a_decision_needs_a_reason_and_a_disposition_that_exists(cast: Cast) -> None:
    for decision in (
        Decision("false"),
        Decision("false", "no-such"),
        Decision("maybe", "name-only"),
        Decision("false", words=" "),
    ):
        with pytest.raises(UsageError):
            reviewing.decide(cast.ana, cast.hit.pk, decision)
    assert not Review.objects.exists()


@pytest.mark.django_db
def test_whoever_was_slower_is_told_so(cast: Cast) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    with pytest.raises(ActRefused, match="quicker"):
        reviewing.decide(cast.rex, cast.hit.pk, Decision("true", "facts-agree", seen="open"))


@pytest.mark.django_db
@pytest.mark.parametrize("decision", [TRUE, FALSE, UNSURE])
def test_undo_restores_exactly_what_was(cast: Cast, decision: Decision) -> None:
    reviewing.decide(cast.rex, cast.hit.pk, UNSURE)
    before = Hit.objects.values().get()
    reviewing.decide(cast.ana, cast.hit.pk, decision)
    reviewing.undo(cast.ana, cast.hit.pk)
    assert Hit.objects.values().get() == before
    assert Review.objects.filter(undone_at=None).count() == 1


@pytest.mark.django_db
def test_only_the_reviewer_or_a_supervisor_undoes_a_review(cast: Cast) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    with pytest.raises(ActRefused):
        reviewing.undo(cast.rex, cast.hit.pk)
    assert reviewing.undo(cast.sue, cast.hit.pk).state == "open"


@pytest.mark.django_db
def test_a_false_match_is_remembered_while_the_facts_are_the_same(cast: Cast) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    assert again(cast.rex).state == "remembered"
    assert again(cast.rex, id="C-99").state == "remembered"
    assert again(cast.rex, name="ANWAR  Belhadi Tazmart").state == "remembered"


@pytest.mark.django_db
def test_a_query_that_states_other_facts_is_open_and_says_what_changed(cast: Cast) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    hit = again(cast.rex, birthDate="1971-03-05")
    assert hit.state == "open"
    assert hit.reopened_why == [
        "The query no longer states the date 1971-03-04.",
        "The query now states the date 1971-03-05.",
    ]


@pytest.mark.django_db
def test_undoing_a_false_match_opens_the_hits_that_it_spared(cast: Cast) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    spared = again(cast.rex)
    reviewing.undo(cast.ana, cast.hit.pk)
    spared.refresh_from_db()
    assert spared.state == "open"
    assert again(cast.rex).state == "open"


@pytest.mark.django_db
def test_a_review_of_one_hit_never_changes_another(cast: Cast) -> None:
    other = again(cast.rex)
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    other.refresh_from_db()
    assert (other.state, other.reviews.count()) == ("open", 0)


def new_version(monkeypatch: pytest.MonkeyPatch, folder: Path, *records: Any) -> registry.ListVersion:
    """Put a new version of the harbour list in use, with the records in the place of those of their ids."""
    given = {(record.source, record.id): record for record in (*RECORDS, *records)}
    for record in records:
        record.version = "2026-02-01"
        keep(record)
    path = folder / "next.index"
    build_index(path, given.values(), {"harbour": "2026-02-01", "closed": "2026-01-01"})
    opened = Screener.open(path)
    monkeypatch.setattr(screening, "screener", lambda: opened)
    source = registry.Source.objects.get(name="harbour")
    return registry.ListVersion.objects.create(source=source, version="2026-02-01", state="in_use")


@pytest.mark.django_db
def test_a_record_under_another_id_is_still_remembered(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    same = party(
        "harbour",
        "H-1001",
        name=["Anwar Belhadi Tazmart", "أنور بلهادي تزمارت"],
        birthDate="1971-03-04",
        nationality="ma",
    )
    new_version(monkeypatch, tmp_path, same)
    kept = screen_now(cast.rex, [CUSTOMER], store=True).screening
    assert {hit.record_id: hit.state for hit in Hit.objects.filter(screening=kept)}["H-1001"] == "remembered"


@pytest.mark.django_db
def test_when_the_record_changes_the_hit_returns_to_the_queue_and_says_why(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    changed = party("harbour", "H-1", name="Anwar Belhadi Tazmart", birthDate="1971-03-04", passportNumber="XK7712093")
    job = rescreening.on_new_version(new_version(monkeypatch, tmp_path, changed))
    assert job is not None
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.trouble) == ("done", "")
    cast.hit.refresh_from_db()
    assert cast.hit.state == "open"
    assert any("XK7712093" in sentence for sentence in cast.hit.reopened_why)
    assert FalseMatch.objects.get().ended_at is not None
    assert reviewing.decide(cast.ana, cast.hit.pk, FALSE).state == "false"


@pytest.mark.django_db
def test_a_new_version_without_other_facts_leaves_decisions_as_they_are(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reviewing.decide(cast.ana, cast.hit.pk, FALSE)
    same = party(
        "harbour",
        "H-1",
        name=["أنور بلهادي تزمارت", "Anwar Belhadi Tazmart"],
        birthDate="1971-03-04",
        nationality="ma",
        notes="Reviewed",
    )
    job = rescreening.on_new_version(new_version(monkeypatch, tmp_path, same))
    assert job is not None
    queue.run(job.pk)
    cast.hit.refresh_from_db()
    assert cast.hit.state == "false"


@pytest.mark.django_db
def test_a_new_record_becomes_a_hit_of_a_kept_query(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    job = rescreening.on_new_version(
        new_version(monkeypatch, tmp_path, party("harbour", "H-9", name="Anwar Tazmart Belhadi"))
    )
    assert job is not None
    queue.run(job.pk)
    fresh = Hit.objects.get(record_id="H-9")
    assert (fresh.origin, fresh.state, fresh.version) == ("change", "open", "2026-02-01")
