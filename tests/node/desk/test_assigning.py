"""Who looks after a hit, and which teams see a screening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dragoman.errors import ActRefused
from dragoman.node.desk import assigning, hit_queue, reviewing
from dragoman.node.desk.hit_queue import Filters
from dragoman.node.desk.models import Assignment, Hit, Screening
from dragoman.node.desk.screening import screen_now
from dragoman.node.journal.models import Event
from dragoman.node.people.models import Team

pytestmark = pytest.mark.django_db


@pytest.fixture
def hit(lists: Any, people: Any, principal_of: Any) -> Hit:
    """An open hit of an analyst's screening."""
    screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"], store=True)
    return Hit.objects.get()


def queue(principal: Any, assigned: str) -> list[int]:
    return [each.pk for each in hit_queue.page(principal, Filters(assigned=assigned)).hits]


def test_a_hit_is_taken_shown_as_mine_and_given_back(hit: Hit, people: Any, principal_of: Any) -> None:
    reviewer, analyst = principal_of(people.reviewer), principal_of(people.analyst)
    assert (queue(reviewer, "me"), queue(reviewer, "nobody")) == ([], [hit.pk])
    assigning.take(reviewer, hit.pk)
    assigning.take(reviewer, hit.pk)  # once more changes nothing
    assert (queue(reviewer, "me"), queue(analyst, "me"), queue(analyst, "nobody")) == ([hit.pk], [], [])
    with pytest.raises(ActRefused, match="looks after it"):
        assigning.take(analyst, hit.pk)
    with pytest.raises(ActRefused, match="looks after it"):
        assigning.release(analyst, hit.pk)
    assigning.release(reviewer, hit.pk)
    assigning.release(reviewer, hit.pk)
    assert queue(analyst, "nobody") == [hit.pk]
    told = list(Event.objects.filter(object=f"hit:{hit.pk}").order_by("pk").values_list("act", flat=True))
    assert [act for act in told if "review" not in act] == ["desk.hit.assigned", "desk.hit.released"]


def test_a_supervisor_gives_hits_to_those_who_may_see_and_review_them(hit: Hit, people: Any, principal_of: Any) -> None:
    supervisor, reviewer = principal_of(people.supervisor), principal_of(people.reviewer)
    offered = assigning.assignable(supervisor, hit)
    assert {people.analyst, people.reviewer, people.supervisor} <= set(offered)
    assert not {people.auditor, people.administrator, people.liaison} & set(offered)
    assigning.assign(supervisor, hit.pk, people.reviewer.pk)
    assert Assignment.objects.get().to == people.reviewer
    assigning.take(supervisor, hit.pk)
    assert Assignment.objects.get().to == people.supervisor
    with pytest.raises(ActRefused, match="may not review"):
        assigning.assign(supervisor, hit.pk, people.auditor.pk)
    with pytest.raises(ActRefused, match="only a supervisor"):
        assigning.assign(reviewer, hit.pk, people.analyst.pk)
    assert assigning.assignable(reviewer, hit) == []

    team = Team.objects.create(name="Harbour desk")
    people.supervisor.teams.add(team)
    assigning.limit(principal_of(people.supervisor), hit.screening, [team.pk])
    assert assigning.assignable(supervisor, Hit.objects.get()) == [people.supervisor]


def test_whoever_looks_after_a_hit_keeps_nobody_from_deciding(hit: Hit, people: Any, principal_of: Any) -> None:
    assigning.take(principal_of(people.reviewer), hit.pk)
    decided = reviewing.decide(
        principal_of(people.analyst), hit.pk, reviewing.Decision("inconclusive", words="No date")
    )
    assert decided.state == "inconclusive"
    assert Assignment.objects.filter(hit=hit).exists()


def test_the_pages_take_give_and_filter(hit: Hit, people: Any, client_of: Callable[..., Client]) -> None:
    reviewer, supervisor = client_of(people.reviewer), client_of(people.supervisor)
    assert "Nobody looks after it" in reviewer.get(f"/hits/{hit.pk}/").content.decode()
    answer = reviewer.post(f"/hits/{hit.pk}/assign/", {"to": "me"}, headers={"HX-Request": "true"})
    assert '"assigned"' in answer.headers["HX-Trigger-After-Swap"]
    assert "You look after it" in answer.content.decode()
    assert f'data-hit="{hit.pk}"' in reviewer.get("/hits/?assigned=me").content.decode()
    assert f'data-hit="{hit.pk}"' not in supervisor.get("/hits/?assigned=me").content.decode()
    refused = client_of(people.analyst).post(f"/hits/{hit.pk}/assign/", {"to": "me"})
    assert "looks after it" in refused.content.decode()
    supervisor.post(f"/hits/{hit.pk}/assign/", {"to": people.analyst.pk})
    assert Assignment.objects.get().to == people.analyst
    supervisor.post(f"/hits/{hit.pk}/assign/", {"to": ""})
    assert not Assignment.objects.exists()
    assert client_of("liaison").post(f"/hits/{hit.pk}/assign/", {"to": "me"}).status_code == 403


def test_a_screening_is_limited_to_teams_of_ones_own(
    hit: Hit, people: Any, principal_of: Any, client_of: Callable[..., Client]
) -> None:
    own, others = Team.objects.create(name="Harbour desk"), Team.objects.create(name="Others")
    people.analyst.teams.add(own)
    analyst = client_of(people.analyst)
    page = f"/screenings/{hit.screening_id}/"
    assert "Harbour desk" in analyst.get(page).content.decode()
    with pytest.raises(ActRefused, match="teams of your own"):
        assigning.limit(principal_of(people.analyst), hit.screening, [others.pk])
    with pytest.raises(ActRefused, match="not yours"):
        assigning.limit(principal_of(people.reviewer), hit.screening, [])
    analyst.post(f"{page}teams/", {"team": own.pk})
    assert Screening.objects.get().limited
    assert analyst.get(f"/hits/{hit.pk}/").status_code == 200
    for path in (page, f"/hits/{hit.pk}/"):
        assert client_of(people.reviewer).get(path).status_code == 404
    assert client_of(people.reviewer).post(f"{page}teams/", {}).status_code == 404
    analyst.post(f"{page}teams/", {})
    assert not Screening.objects.get().limited
    assert client_of(people.reviewer).get(page).status_code == 200
    told = Event.objects.filter(act="desk.screening.limited")
    assert [each.details["teams"] for each in told.order_by("pk")] == [str(own.pk), ""]
