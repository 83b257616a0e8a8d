"""Screening now: who sees what, what is journalled, what is kept."""

from __future__ import annotations

import pytest

from dragoman.errors import UnknownList
from dragoman.node.desk.models import Hit, Query, Screening
from dragoman.node.desk.screening import screen_now
from dragoman.node.journal.models import Event
from dragoman.node.people.models import Team
from dragoman.node.registry.models import Source

pytestmark = pytest.mark.django_db


def test_a_name_finds_its_record_with_features(lists, people, principal_of):
    (found,) = screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"])
    assert [(hit.source, hit.record_id) for hit in found] == [("harbour", "H-1")]
    assert found[0].features[0].name == "name"


def test_a_list_of_another_team_is_not_searched(lists, people, principal_of):
    colleague = people.make("colleague", "analyst", teams=[Team.objects.get(name="Closed desk")])
    seen = screen_now(principal_of(colleague), ["Anwar Belhadi Tazmart"])
    assert {hit.source for hit in seen[0]} == {"harbour", "closed"}
    assert set(screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"]).lists) == {"harbour"}


def test_asking_for_a_hidden_list_answers_like_asking_for_one_that_is_not_there(lists, people, principal_of):
    messages = []
    for name in ("closed", "no-such-list"):
        with pytest.raises(UnknownList) as refused:
            screen_now(principal_of(people.analyst), ["Anwar"], lists=[name])
        messages.append(str(refused.value).replace(name, ""))
    assert messages[0] == messages[1]


def test_with_no_list_to_see_there_is_no_hit_and_the_answer_says_so(lists, people, principal_of):
    Source.objects.get(name="harbour").teams.add(Team.objects.create(name="Other desk"))
    screened = screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"])
    assert list(screened) == [[]]
    assert screened.lists == {}


def test_the_journal_knows_who_asked_for_which_purpose_and_no_name(lists, people, principal_of):
    screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"], origin="api")
    event = Event.objects.get(act="desk.query.screened")
    assert (event.who, event.purpose, event.result) == (f"account:{people.analyst.pk}", "training", "hits")
    assert event.details["list"] == "harbour@2026-01-01"
    assert "Anwar" not in str(event.details) + event.object


def test_the_same_question_bears_the_same_mark_in_the_journal(lists, people, principal_of):
    for text in ("Anwar Tazmart", "anwar  tazmart", "Anwara Tazmart"):
        screen_now(principal_of(people.analyst), [text])
    marks = [event.details["digest"] for event in Event.objects.filter(act="desk.query.screened").order_by("pk")]
    assert marks[0] == marks[1] != marks[2]


def test_nothing_is_kept_unless_asked(lists, people, principal_of):
    assert screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"]).screening is None
    assert not Screening.objects.exists()


def test_a_stored_screening_keeps_settings_and_the_queries_that_had_hits(lists, people, principal_of):
    asked = ["Anwar Belhadi Tazmart", "Nobody Whatsoever Listed"]
    kept = screen_now(principal_of(people.analyst), asked, threshold=0.8, limit=3, origin="api", store=True).screening
    assert kept is not None
    assert (kept.purpose, kept.lists, kept.threshold, kept.limit) == (
        "training",
        {"harbour": "2026-01-01"},
        0.8,
        3,
    )
    assert (kept.queries, kept.with_hits, kept.hits) == (2, 1, 1)
    assert Query.objects.get().asked["properties"] == {"name": ["Anwar Belhadi Tazmart"]}
    hit = Hit.objects.get()
    assert (hit.record_id, hit.state, hit.version) == ("H-1", "open", "2026-01-01")
    assert hit.features[0]["sentence"]


def test_screening_a_thousand_queries_costs_as_many_database_queries_as_one(
    lists, people, principal_of, django_assert_max_num_queries
):
    principal = principal_of(people.analyst)
    with django_assert_max_num_queries(14):
        screen_now(principal, ["Anwar Belhadi Tazmart"] * 1000)
