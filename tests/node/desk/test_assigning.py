"""Who looks after a hit, and which teams see a screening."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
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


def test_the_api_takes_gives_and_releases_as_the_pages_do(
    hit: Hit, people: Any, api_key: Callable[..., Any], client_of: Callable[..., Client]
) -> None:
    path = f"/api/desk/hits/{hit.pk}/assignment"
    scopes = ["hits", "review"]
    analyst, reviewer, supervisor = (api_key(name, scopes).client for name in ("analyst", "reviewer", "supervisor"))
    assert reviewer.get(path).json() | {"at": None} == {
        "hit": hit.pk, "to": None, "by": None, "at": None, "assignable": []
    }  # fmt: skip
    assert reviewer.post(path).json()["to"] == {"id": people.reviewer.pk, "name": "Reviewer"}
    for refused in (analyst.post(path), analyst.delete(path)):
        assert refused.status_code == 409
        assert "looks after it" in refused.json()["detail"]
    to = {"to": people.analyst.pk}
    assert analyst.put(path, to, content_type="application/json").status_code == 409
    offered = supervisor.get(path).json()["assignable"]
    assert people.analyst.pk in [each["id"] for each in offered]
    given = supervisor.put(path, to, content_type="application/json").json()
    assert (given["to"]["id"], given["by"]["id"]) == (people.analyst.pk, people.supervisor.pk)
    assert supervisor.put(path, {"to": people.auditor.pk}, content_type="application/json").status_code == 409
    mine = analyst.get("/api/desk/hits", {"assigned": "me"}).json()["hits"]
    assert [each["id"] for each in mine] == [hit.pk]
    assert analyst.get("/api/desk/hits", {"assigned": "nobody"}).json()["hits"] == []
    assert analyst.delete(path).json()["to"] is None
    acts = Event.objects.filter(object=f"hit:{hit.pk}", act__in=["desk.hit.assigned", "desk.hit.released"])
    keys = [str(who).partition(":")[0] for who in acts.order_by("pk").values_list("who", flat=True)]
    assert keys == ["key"] * 3
    assert api_key("analyst", ["hits"]).client.post(path).status_code == 403
    assert api_key("auditor", scopes).client.post(path).status_code == 403
    assert api_key("auditor", scopes).client.get(path).status_code == 200


@pytest.fixture
def own(people: Any) -> Team:
    """A team of the analyst's."""
    team = Team.objects.create(name="Harbour desk")
    people.analyst.teams.add(team)
    return team


def upload(**given: Any) -> dict[str, Any]:
    return {"document": SimpleUploadedFile("names.csv", b"name\nAnwar Belhadi Tazmart\n"), **given}


def test_a_file_is_limited_to_teams_as_it_is_handed_in(
    own: Team, lists: Any, people: Any, client_of: Callable[..., Client], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    analyst = client_of(people.analyst)
    assert "Harbour desk" in analyst.get("/screenings/upload/").content.decode()
    assert "Harbour desk" not in client_of("reviewer").get("/screenings/upload/").content.decode()
    analyst.post("/screenings/upload/", upload(team=[own.pk]))
    kept = Screening.objects.get()
    assert (kept.limited, list(kept.teams.all())) == (True, [own])
    assert client_of("reviewer").get(f"/screenings/{kept.pk}/").status_code == 404
    others = Team.objects.create(name="Others")
    refused = analyst.post("/screenings/upload/", upload(team=[others.pk]))
    assert refused.status_code == 422
    assert "teams of your own" in refused.content.decode()
    assert Screening.objects.count() == 1
    assert Event.objects.filter(act="desk.screening.limited").count() == 1


def test_a_file_is_limited_to_teams_over_the_api(
    own: Team, lists: Any, api_key: Callable[..., Any], settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    system = api_key("analyst", ["screen", "hits"]).client
    number = system.post("/api/desk/screenings", upload(teams="Harbour desk")).json()["id"]
    assert Screening.objects.get(pk=number).limited
    assert system.get(f"/api/desk/screenings/{number}").status_code == 200
    assert api_key("reviewer", ["hits"]).client.get(f"/api/desk/screenings/{number}").status_code == 404
    assert system.post("/api/desk/screenings", upload(teams="Others")).status_code == 409
