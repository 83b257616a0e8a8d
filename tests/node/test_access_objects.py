"""What another team keeps to itself does not exist for anybody else: by its number, through every path, in every list.

The world: a list, a screening, a case, a document, a job and judgements of one team, beside open ones. Everything of
theirs bears the word `MARK`. An outsider has every role that works, but not the team. **Each app registers its
objects in `OBJECTS`**; a route with a parameter that is in neither table fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dragoman.node.access import ROLES
from dragoman.node.desk.models import Case, Document, Hit, Query, Screening
from dragoman.node.jobs.models import Job
from dragoman.node.partners.models import Agreement, InformationRequest, Interest, Partner
from dragoman.node.people.models import Account, Team
from dragoman.node.registry.models import Judgement, ListVersion, Record, Source
from dragoman.screening import Screener
from tests.node.conftest import Issued, People
from tests.node.desk.conftest import index, keep, lists, party  # noqa: F401  fixtures
from tests.node.people.routes import table, written

pytestmark = pytest.mark.django_db
MARK = "Zyxqwhidden"
WORKING = ("analyst", "reviewer", "supervisor")


@dataclass
class World:
    """What the team keeps to itself, and what is open."""

    closed_hits: list[Hit]
    limited_screening: Screening
    limited_case: Case
    open_case: Case
    open_screening: Screening
    open_hit: Hit
    document: Document
    job: Job
    closed: Source
    closed_record: Record
    open_record: Record
    judgement: Judgement
    asked: InformationRequest
    interest: Interest


#: How the parameters of each route are filled with an object of the team: one or several tries.
OBJECTS: dict[str, Callable[[World], list[dict[str, Any]]]] = {
    **dict.fromkeys(
        ("desk:hit", "desk:decide", "desk:undo", "desk:assign"),
        lambda world: [{"pk": hit.pk} for hit in world.closed_hits],
    ),
    **dict.fromkeys(
        ("desk:screening", "desk:progress", "desk:cancel", "desk:resume", "desk:document", "desk:teams"),
        lambda world: [{"pk": world.limited_screening.pk}],
    ),
    "desk:export": lambda world: [
        {"pk": world.limited_screening.pk, "kind": kind} for kind in ("csv", "jsonl", "pdf", "made-up")
    ],
    "desk:case": lambda world: [{"pk": world.limited_case.pk}],
    "desk:case_add": lambda world: [
        {"pk": world.limited_case.pk, "what": what} for what in ("note", "task", "document", "clock", "made-up")
    ],
    "desk:case_change": lambda world: [{"pk": world.limited_case.pk, "what": what} for what in ("close", "made-up")],
    "desk:case_change_one": lambda world: [
        {"pk": world.limited_case.pk, "what": what, "number": 1} for what in ("task", "clock")
    ],
    "desk:case_document": lambda world: [
        {"pk": world.limited_case.pk, "number": world.document.pk},
        {"pk": world.open_case.pk, "number": world.document.pk},  # through a case that they may see
    ],
    **dict.fromkeys(
        ("partners:request", "partners:request_follow", "partners:request_answer"),
        lambda world: [{"pk": world.asked.pk}],
    ),
    **dict.fromkeys(
        (
            "api:partner_request",
            "api:partner_confirm",
            "api:partner_answer",
            "api:partner_refuse",
            "api:partner_unclear",
            "api:partner_extend",
            "api:partner_clarify",
            "api:partner_withdraw",
            "api:partner_feedback",
        ),
        lambda world: [{"number": world.asked.pk}],
    ),
    "partners:interest_withdraw": lambda world: [{"pk": world.interest.pk}],
    **dict.fromkeys(("registry:list", "registry:teams"), lambda world: [{"name": world.closed.name}]),
    "registry:version": lambda world: [{"name": world.closed.name, "version": "2026-01-01"}],
    **dict.fromkeys(
        ("registry:record", "registry:subject", "registry:graph", "registry:judge"),
        lambda world: [{"pk": world.closed_record.pk}],
    ),
    "registry:by_id": lambda world: [{"source": world.closed.name, "record_id": world.closed_record.record_id}],
    "registry:withdraw": lambda world: [{"pk": world.judgement.pk}],
    "api:list_versions": lambda world: [{"name": world.closed.name}],
    **dict.fromkeys(("api:record", "api:subject"), lambda world: [{"number": world.closed_record.pk}]),
    "api:judgement_withdraw": lambda world: [{"number": world.judgement.pk}],
    **dict.fromkeys(
        (
            *("api:hit", "api:hit_decide", "api:hit_undo"),
            *("api:hit_assignment", "api:hit_take", "api:hit_assign", "api:hit_release"),
        ),
        lambda world: [{"number": hit.pk} for hit in world.closed_hits],
    ),
    "api:screening": lambda world: [{"number": world.limited_screening.pk}],
    "api:screening_export": lambda world: [
        {"number": world.limited_screening.pk, "kind": kind} for kind in ("csv", "jsonl", "pdf")
    ],
    **dict.fromkeys(("api:job", "api:job_cancel", "api:job_resume"), lambda world: [{"number": world.job.pk}]),
    "api:entity": lambda world: [{"entity_id": world.closed_record.record_id}],
    "api:adjacent": lambda world: [{"entity_id": world.closed_record.record_id}],
    "api:adjacent_by": lambda world: [{"entity_id": world.closed_record.record_id, "prop": "addressEntity"}],
    "api:match": lambda world: [{"dataset": world.closed.name}],
    "api:search": lambda world: [{"dataset": world.closed.name}],
}
#: Routes with a parameter whose objects belong to no team, and why.
OF_NO_TEAM = {
    "desk:safe_end": "a person on the safe list shall be safe from every team",
    "journal:": "the journal is the auditor's, who sees all teams",
    "api:journal_": "the same, over the API",
    "partners:": "partners and agreements are the agency's; they hold no personal data (requests and interests do)",
    "people:": "accounts, keys and links; tested in tests/node/people",
    "webhooks:": "the administrator's",
    "taxii:": "partners ask with tokens of their own, within an agreement",
    "exchange:": "partners sign what they ask",
    "account_": "allauth: one's own",
    "mfa_": "allauth: one's own; another's key is not found",
    "openid_connect_": "the provider",
}
#: What a call needs to be understood at all, so that what is refused is the object and not the form.
BODIES: dict[str, dict[str, Any]] = {
    "api:hit_decide": {"disposition": "false", "reason": "Another person."},
    "api:hit_assign": {"to": 1},
    "api:partner_answer": {"tlp": "AMBER", "text": "Known."},
    "api:partner_refuse": {"ground": "rights"},
    "api:partner_unclear": {"text": "Who?"},
    "api:partner_clarify": {"text": "The elder"},
    "api:partner_extend": {"until": "2099-01-01", "text": "The court"},
    "api:partner_feedback": {"use": "wrong"},
    "api:match": {"queries": {"q": {"schema": "Person", "properties": {"name": ["Anwar Belhadi Tazmart"]}}}},
}
#: A list that is unknown is an error of the call, and of the same kind whether it is hidden or was never there.
ASKS = {"api:search": {"q": "Anwar Belhadi Tazmart"}}


def _hit(screening: Screening, number: int, source: str, record_id: str, caption: str) -> Hit:
    asked = {"id": str(number), "schema": "Person", "properties": {"name": [caption]}}
    query = Query.objects.create(screening=screening, number=number, asked=asked, digest="0" * 32, caption=caption)
    return Hit.objects.create(
        query=query,
        screening=screening,
        origin=screening.origin,
        source=source,
        record_id=record_id,
        caption=caption,
        schema="Person",
        score=0.9,
        version="2026-01-01",
    )


def _screening(people: People, **given: Any) -> Screening:
    used = {"harbour": "2026-01-01", "closed": "2026-01-01"}
    return Screening.objects.create(
        origin="upload", purpose="training", by=people.insider, lists=used, threshold=0.85, limit=5, **given
    )


def _asked(case: Case, by: Account) -> tuple[InformationRequest, Interest]:
    """Return a request to a partner for a case, and an interest of the case."""
    partner = Partner.objects.create(node="b.example", name="B", address="https://b.example/", key="k", by=by)
    agreement = Agreement.objects.create(
        partner=partner, hash="h", document={}, agreement_id="a", version=1, title="An agreement"
    )
    about = {"schema": "Person", "properties": {"name": [MARK]}}
    asked = InformationRequest.objects.create(
        digest="d", own=True, agreement=agreement, body={"about": about}, at=timezone.now(), by=by, case=case
    )
    interest = Interest.objects.create(subject=about, caption=MARK, by=by, case=case, ends=timezone.now())
    return asked, interest


@pytest.fixture
def world(people: People, lists: Screener, settings: Any, tmp_path: Any) -> World:  # noqa: F811
    """Make the team's objects and open ones."""
    settings.MEDIA_ROOT = tmp_path
    team = Team.objects.get(name="Closed desk")
    people.make("insider", *WORKING, teams=[team])
    people.make("outsider", *WORKING)
    people.make("liaison_outside", "liaison")
    for source in Source.objects.all():
        ListVersion.objects.create(source=source, version="2026-01-01", state="in_use", parties=4)
    keep(party("closed", "C-1", name=["Anwar Belhadi Tazmart", MARK], birthDate="1971-03-04"))
    closed = Source.objects.get(name="closed")
    Source.objects.filter(pk=closed.pk).update(title=f"{MARK} list")
    closed_record, open_record = Record.objects.get(record_id="C-1"), Record.objects.get(record_id="H-1")
    Record.objects.filter(pk=closed_record.pk).update(caption=f"{MARK} record")
    document = Document.objects.create(name=f"{MARK}.csv", bytes=4, sha256="0" * 64, by=people.insider)
    document.file.save("kept", ContentFile(MARK.encode()))
    job = Job.objects.create(kind="desk.bulk", by=people.insider, purpose="training", given={"name": MARK})
    limited = _screening(people, limited=True, document=document, job=job, hits=1, with_hits=1, queries=1)
    limited.teams.set([team])
    opened = _screening(people, hits=2, with_hits=2, queries=2)
    of_limited = _hit(limited, 1, "harbour", "H-1", f"{MARK} asked")
    of_closed = _hit(opened, 1, "closed", "C-1", f"{MARK} found")
    open_hit = _hit(opened, 2, "harbour", "H-1", "Anwar Belhadi Tazmart")
    case = Case.objects.create(title=f"{MARK} case", opened_by=people.insider, purpose="training")
    case.teams.set([team])
    case.documents.set([document])
    case.hits.set([of_limited, of_closed])
    open_case = Case.objects.create(title="Open case", opened_by=people.insider, purpose="training")
    open_case.hits.set([of_limited, of_closed, open_hit])
    judgement = Judgement.objects.create(
        left=open_record, right=closed_record, verdict="same", reason=f"{MARK} reason", by=people.insider
    )
    asked, interest = _asked(case, people.insider)
    return World(
        closed_hits=[of_limited, of_closed],
        limited_screening=limited,
        limited_case=case,
        open_case=open_case,
        open_screening=opened,
        open_hit=open_hit,
        document=document,
        job=job,
        closed=closed,
        closed_record=closed_record,
        open_record=open_record,
        judgement=judgement,
        asked=asked,
        interest=interest,
    )


@pytest.fixture
def outsiders(people: People, client_of: Callable[..., Client], api_key: Callable[..., Issued], world: World) -> Any:
    """Return clients of somebody outside the team: a browser and a key, with every scope."""
    scopes = sorted({rule["scope"] for rule in written().values() if rule.get("scope")})
    return {"page": client_of(people.outsider), "api": api_key(people.outsider, scopes).client}


def _methods(route: str) -> list[str]:
    return [method for name, method in table() if name == route]


def _ask(client: Client, route: str, method: str, path: str) -> Any:
    body = BODIES.get(route)
    more: dict[str, Any] = {"query_params": ASKS[route]} if route in ASKS else {}
    if body is not None and method in ("POST", "PUT"):
        return client.generic(method, path, json.dumps(body), content_type="application/json", **more)
    return client.generic(method, path, **more)


def test_every_route_that_names_an_object_is_tried() -> None:
    with_parameter = {name for (name, _), path in table().items() if "sample" in path or "987654321" in path}
    missing = [
        name for name in sorted(with_parameter - set(OBJECTS)) if not any(name.startswith(each) for each in OF_NO_TEAM)
    ]
    assert missing == []


@pytest.mark.parametrize("route", sorted(OBJECTS))
def test_an_object_of_another_team_is_not_there(route: str, world: World, outsiders: dict[str, Client]) -> None:
    client = outsiders["api" if route.startswith("api:") else "page"]
    tried = [(method, reverse(route, kwargs=given)) for method in _methods(route) for given in OBJECTS[route](world)]
    assert tried
    for method, path in tried:
        answer = _ask(client, route, method, path)
        # 405: the route knows no such method, and says so whatever the object.
        assert answer.status_code in (404, 405), (method, path, answer.status_code, answer.content[:300])
        assert MARK.encode() not in answer.content


@pytest.mark.parametrize("route", sorted(OBJECTS))
def test_it_is_answered_like_an_object_that_never_was(route: str, world: World, outsiders: dict[str, Client]) -> None:
    client = outsiders["api" if route.startswith("api:") else "page"]
    for method in _methods(route):
        for given in OBJECTS[route](world):
            never = {name: 987654321 if isinstance(value, int) else "neverwas" for name, value in given.items()}
            kept = {name: value for name, value in given.items() if name in ("kind", "what", "version", "prop")}
            hidden = _ask(client, route, method, reverse(route, kwargs=given))
            absent = _ask(client, route, method, reverse(route, kwargs=never | kept))
            assert hidden.status_code == absent.status_code, (method, given)


def _pages() -> Iterator[str]:
    """Yield the paths that need no object, and those of open objects."""
    for (name, method), path in sorted(table().items()):
        rule = written().get(name, {"roles": "nobody"})
        reads = method == "GET" and "sample" not in path and "987654321" not in path
        if reads and (rule["roles"] == "signed_in" or set(rule["roles"]) & set(WORKING)):
            yield path


def test_no_list_count_search_or_export_speaks_of_it(world: World, outsiders: dict[str, Client]) -> None:
    opened = [
        reverse("desk:hit", args=[world.open_hit.pk]),
        reverse("desk:screening", args=[world.open_screening.pk]),
        *(reverse("desk:export", args=[world.open_screening.pk, kind]) for kind in ("csv", "jsonl")),
        reverse("desk:case", args=[world.open_case.pk]),
        reverse("registry:record", args=[world.open_record.pk]),
        reverse("registry:subject", args=[world.open_record.pk]),
        reverse("registry:subject", args=[world.open_record.pk]) + "?q=Anwar+Belhadi+Tazmart",
        reverse("registry:graph", args=[world.open_record.pk]),
        reverse("registry:graph", args=[world.open_record.pk]) + "?subject=yes",
        reverse("registry:subjects") + "?q=Anwar+Belhadi+Tazmart",
        reverse("registry:list", args=["harbour"]) + "?q=Anwar+Belhadi+Tazmart",
        "/search/default?q=Anwar+Belhadi+Tazmart",
        "/entities/H-1?nested=true",
    ]
    speaking = []
    for path in [*_pages(), *opened]:
        client = outsiders["api" if path.startswith(("/api/", "/search/default", "/entities", "/catalog")) else "page"]
        answer = client.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if MARK.encode() in content or b"C-1" in content:
            speaking.append((path, answer.status_code))
    assert speaking == []


def test_no_search_finds_it(world: World, outsiders: dict[str, Client]) -> None:
    asked = {"kind": "name", "name": "Anwar Belhadi Tazmart", "q": "Anwar Belhadi Tazmart", "lists": "closed"}
    for path in (reverse("desk:find"), reverse("desk:open")):
        for given in (asked, {**asked, "lists": ""}, {**asked, "source": "closed", "record_id": "C-1"}):
            answer = outsiders["page"].post(path, given, follow=True)
            assert MARK.encode() not in answer.content
            assert b"C-1" not in answer.content
    answer = outsiders["api"].post("/match/default", json.dumps(BODIES["api:match"]), content_type="application/json")
    assert answer.status_code == 200
    found = [result["id"] for result in answer.json()["responses"]["q"]["results"]]
    assert found
    assert "C-1" not in found


def test_nobody_opens_a_case_or_a_judgement_upon_it(world: World, outsiders: dict[str, Client]) -> None:
    page = outsiders["page"]
    for hit in world.closed_hits:
        assert page.post(reverse("desk:case_open"), {"hit": hit.pk, "title": "x"}).status_code == 404
    before = Judgement.objects.count()
    given = {"other": world.closed_record.pk, "verdict": "same", "reason": "x"}
    assert page.post(reverse("registry:judge", args=[world.open_record.pk]), given).status_code == 404
    assert Judgement.objects.count() == before


def test_the_team_itself_sees_all_of_it(world: World, people: People, client_of: Callable[..., Client]) -> None:
    """So that the tests above do not pass because nothing is there."""
    client = client_of(people.insider)
    for route in ("desk:hit", "desk:screening", "desk:case", "registry:list", "registry:record", "registry:subject"):
        for given in OBJECTS[route](world):
            answer = client.get(reverse(route, kwargs=given))
            assert answer.status_code == 200, (route, given)
            assert MARK.encode() in answer.content, (route, given)
    for path in ("/hits/", "/cases/", "/lists/"):
        assert MARK.encode() in client.get(path).content, path


def test_an_auditor_sees_it_without_being_of_the_team(world: World, client_of: Callable[..., Client]) -> None:
    client = client_of("auditor")
    for route in ("desk:hit", "desk:screening", "desk:case", "registry:list", "registry:record"):
        for given in OBJECTS[route](world):
            assert client.get(reverse(route, kwargs=given)).status_code == 200, (route, given)


def test_an_administrator_sees_no_object_at_all(world: World, client_of: Callable[..., Client]) -> None:
    client = client_of("administrator")
    for route in OBJECTS:
        roles = written()[route]["roles"]
        assert "administrator" not in roles, route
        for given in OBJECTS[route](world):
            answer = client.get(reverse(route, kwargs=given))
            assert answer.status_code in (403, 404, 405), (route, given)
            assert MARK.encode() not in answer.content


def test_the_roles_that_are_tried_are_all_there_are() -> None:
    assert set(WORKING) | {"liaison", "auditor", "administrator"} == set(ROLES)
