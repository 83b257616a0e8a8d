"""Requests over the API: the same rules, permissions and journal as on the pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from dragoman.exchange import requests as rules
from dragoman.node.desk.models import Case
from dragoman.node.journal.models import Event
from dragoman.node.partners import requests_receiving
from dragoman.node.partners.models import Agreement, Disclosure, InformationRequest, Partner
from dragoman.node.people.models import Team
from dragoman.node.registry.models import Record
from dragoman.screening import Screener
from tests.node.conftest import Issued, People
from tests.node.desk.conftest import index, lists
from tests.node.partners.asking import ABOUT, border, event, letter, liaison, note, sent, theirs

__all__ = ["border", "index", "liaison", "lists"]
pytestmark = pytest.mark.django_db
SCOPES = ("requests", "ask", "answer")
URL = "/api/partners/requests"
NEW = {
    "data_class": "list_entries",
    "purpose": "border-control",
    "urgency": "urgent",
    "question": "Is this person known to you?",
    "about": ABOUT,
}


class Caller:
    """A system with somebody's key."""

    def __init__(self, issued: Issued) -> None:
        self.client, self.name = issued.client, f"key:{issued.key.pk}"

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.client.post(f"{URL}{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    def get(self, path: str = "", status: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"{URL}{path}", query)
        assert answer.status_code == status, answer.content
        return answer.json()

    def ask(self, status: int = 201, **changes: Any) -> Any:
        return self.post("", status, **NEW | {"agreement": Agreement.objects.get().pk} | changes)


@pytest.fixture
def caller(border: Partner, api_key: Callable[..., Issued]) -> Caller:
    return Caller(api_key("liaison", SCOPES))


@pytest.fixture
def asked(border: Partner) -> str:
    """Where a request of the partner stands."""
    requests_receiving.take_request(letter("request", theirs().to_json()), border)
    return f"/{InformationRequest.objects.get(own=False).pk}"


def test_a_partner_is_asked_and_its_answer_is_read(caller: Caller) -> None:
    made = caller.ask()
    row = InformationRequest.objects.get()
    (body,) = sent("request")
    assert rules.Request.from_json(body).id == row.digest
    assert (made["id"], made["own"], made["state"], made["partner"]) == (row.pk, True, "sent", "border.example")
    assert made["about"] == ABOUT
    event(row, "received")
    event(row, "answered", [note()])
    shown = caller.get(f"/{row.pk}")
    assert [each["kind"] for each in shown["events"]] == ["received", "answered"]
    assert [each["text"] for each in shown["answers"]] == ["We know this person."]
    assert shown["steps"] == ["feedback"]
    told = caller.post(f"/{row.pk}/feedback", use="wrong", text="A namesake")
    assert told["events"][-1]["word"] == "wrong"
    assert sent("event")[-1]["event"]["word"] == "wrong"


def test_what_was_unclear_is_said_and_a_request_is_withdrawn(caller: Caller) -> None:
    row = InformationRequest.objects.get(pk=caller.ask()["id"])
    event(row, "received")
    event(row, "unclear", text="Which of the two?")
    assert caller.post(f"/{row.pk}/clear", text="The elder")["state"] == "received"
    assert caller.post(f"/{row.pk}/withdrawal")["state"] == "withdrawn"
    refused = caller.post(f"/{row.pk}/withdrawal", 409)
    assert (refused["status"], "withdrawn" in refused["detail"], bool(refused["remedy"])) == (409, True, True)
    assert [each["event"]["kind"] for each in sent("event")] == ["clarified", "withdrawn"]


def test_a_request_is_answered_with_a_record_under_policy(caller: Caller, asked: str, lists: Screener) -> None:
    assert caller.get(asked)["steps"] == ["received", "refused"]
    assert caller.post(f"{asked}/receipt")["state"] == "received"
    record = Record.objects.get(record_id="H-1")
    refused = caller.post(f"{asked}/answer", 409, tlp="RED", records=[record.pk], text="See the record.")
    assert "TLP:RED" in refused["detail"]
    assert not Disclosure.objects.exists()
    done = caller.post(f"{asked}/answer", tlp="AMBER", records=[record.pk], text="See the record.", codes=["H1"])
    assert (done["state"], [each["tlp"] for each in done["answers"]]) == ("answered", ["AMBER", "AMBER"])
    assert set(Disclosure.objects.values_list("clause", "purpose")) == {("clause 1", "border-control")}
    (_, body) = sent("event")
    assert [each["handling"]["codes"] for each in body["objects"]] == [["H1"], ["H1"]]


def test_a_request_is_asked_back_extended_and_refused_on_a_ground(caller: Caller, asked: str) -> None:
    caller.post(f"{asked}/receipt")
    assert "is over" in caller.post(f"{asked}/extension", 400, until="2020-01-01", text="x")["detail"]
    assert caller.post(f"{asked}/extension", until="2099-01-01", text="The court")["until"].startswith("2099-01-01")
    assert "no ground" in caller.post(f"{asked}/refusal", 400, ground="mood")["detail"]
    assert caller.post(f"{asked}/unclear", text="Which of the two?")["state"] == "on hold"
    assert caller.post(f"{asked}/refusal", ground="rights")["state"] == "refused"
    assert sent("event")[-1]["event"]["word"] == "rights"
    for step, body in {
        "receipt": {},
        "unclear": {"text": "Which?"},
        "extension": {"until": "2099-02-01", "text": "x"},
    }.items():
        assert "is refused" in caller.post(f"{asked}/{step}", 409, **body)["detail"]


def test_what_is_a_problem_is_said_as_one(caller: Caller, asked: str) -> None:
    answer = caller.client.post(f"{URL}{asked}/clear", json.dumps({"text": "x"}), content_type="application/json")
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"purpose": "aml-cft"}, 409),
        ({"data_class": "payments"}, 409),
        ({"tlp": "RED"}, 409),
        ({"tlp": "purple"}, 400),
        ({"urgency": "now"}, 400),
        ({"question": " "}, 400),
        ({"about": {"schema": "Person", "properties": {}}}, 400),
        ({"about": {"schema": "Dog", "properties": {"name": ["Rex"]}}}, 400),
        ({"about": {"schema": "Person", "properties": {"religion": ["any"]}}}, 400),
        ({"agreement": 987654321}, 404),
        ({"case": 987654321}, 404),
        ({"question": "x" * 10_001}, 422),
    ],
)
def test_what_no_clause_allows_or_what_asks_nothing_does_not_leave(
    caller: Caller, changes: dict[str, Any], status: int
) -> None:
    assert caller.ask(status, **changes)["remedy"]
    assert not InformationRequest.objects.exists()
    assert not sent("request")


def test_a_list_of_requests_is_filtered_and_paged(caller: Caller, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dragoman.node.partners.api._PAGE", 2)
    made = [caller.ask(question=f"Question {number}")["id"] for number in range(3)]
    first = caller.get()
    assert [each["id"] for each in first["requests"]] == made[:0:-1]
    rest = caller.get(after=first["after"])
    assert ([each["id"] for each in rest["requests"]], rest["after"]) == ([made[0], int(asked[1:])], None)
    assert [each["own"] for each in caller.get(way="in")["requests"]] == [False]
    caller.post(f"/{made[0]}/withdrawal")
    assert [each["id"] for each in caller.get(state="closed")["requests"]] == [made[0]]
    assert caller.get(partner="bank.example")["requests"] == []
    InformationRequest.objects.filter(pk=made[1]).update(until=datetime(2020, 1, 1, tzinfo=UTC))
    assert [each["id"] for each in caller.get(state="overdue")["requests"]] == [made[1]]
    caller.get("", 422, state="made-up")


def test_a_request_for_a_case_is_seen_by_who_sees_the_case(
    border: Partner, people: People, api_key: Callable[..., Issued]
) -> None:
    team = Team.objects.create(name="Closed desk")
    people.make("insider", "analyst", teams=[team])
    case = Case.objects.create(title="A case", opened_by=people.insider, purpose="training")
    case.teams.set([team])
    insider = Caller(api_key(people.insider, SCOPES))
    assert "names it" in insider.ask(409)["detail"]
    made = insider.ask(case=case.pk)
    assert made["case"] == case.pk
    for who, status in (("auditor", 200), ("analyst", 404), ("liaison", 404), ("supervisor", 404)):
        other = Caller(api_key(who, SCOPES))
        other.get(f"/{made['id']}", status)
        assert len(other.get()["requests"]) == (status == 200), who


def test_a_key_without_the_scope_or_the_role_is_refused(asked: str, api_key: Callable[..., Issued]) -> None:
    reader = Caller(api_key("liaison", ["requests"]))
    reader.get(asked)
    reader.ask(403)
    reader.post(f"{asked}/refusal", 403, ground="rights")
    analyst = Caller(api_key("analyst", SCOPES))
    analyst.post(f"{asked}/refusal", 403, ground="rights")
    auditor = Caller(api_key("auditor", SCOPES))
    assert auditor.get(asked)["steps"] == []
    auditor.post(f"{asked}/refusal", 403, ground="rights")
    Caller(api_key("administrator", SCOPES)).get(asked, 403)


def test_what_is_done_over_the_api_is_journalled_as_on_the_pages_and_by_the_key(caller: Caller, asked: str) -> None:
    caller.get()
    caller.get(asked)
    caller.post(f"{asked}/receipt")
    caller.post(f"{asked}/refusal", ground="rights")
    number = caller.ask()["id"]
    caller.post(f"/{number}/withdrawal")
    found = Event.objects.filter(who=caller.name).order_by("pk").values_list("act", "object", "purpose")
    assert [each for each in found if each[0].startswith("partners.")] == [
        ("partners.requests.viewed", "requests", "training"),
        ("partners.request.viewed", f"request:{asked[1:]}", "training"),
        ("partners.request.received", f"request:{asked[1:]}", "training"),
        ("partners.request.refused", f"request:{asked[1:]}", "training"),
        ("partners.request.sent", f"request:{number}", "training"),
        ("partners.request.withdrawn", f"request:{number}", "training"),
    ]
    assert not [each for each in Event.objects.all() if "Tazmart" in str(each.details)]


def test_nobody_without_a_key_gets_anything(asked: str) -> None:
    assert Client().get(f"{URL}{asked}").status_code == 401
