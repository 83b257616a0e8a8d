"""The auditor finds events, sees each proved, verifies the journal, and takes it away."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import connection
from django.urls import reverse

from dragoman.audit.checking import check_log
from dragoman.audit.checkpoints import Checkpoint as Signed
from dragoman.audit.exports import read_rows
from dragoman.audit.proofs import InclusionProof
from dragoman.node.access import ROLES, Principal
from dragoman.node.journal import guard, keys, pages
from dragoman.node.journal.models import Event
from dragoman.node.journal.recording import record

pytestmark = pytest.mark.django_db
ADDRESSES = [
    reverse("journal:events"),
    reverse("journal:event", args=[0]),
    reverse("journal:proof", args=[0]),
    reverse("journal:export", args=["csv"]),
    reverse("journal:checkpoint"),
]


@pytest.fixture
def events(people) -> None:
    """Three events of an analyst."""
    analyst = Principal(people.analyst, purpose="training")
    record(analyst, "desk.query.screened", "search", result="hits", hits=2)
    record(analyst, "desk.hit.viewed", "hit:17")
    record(analyst, "desk.hit.reviewed", "hit:17", result="false", review=3)


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def streamed(response) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


@pytest.mark.parametrize("role", [role for role in ROLES if role != "auditor"])
def test_the_journal_is_shut_to_everybody_but_auditors(client_of, events, role: str) -> None:
    client = client_of(role)
    assert [client.get(address).status_code for address in ADDRESSES] == [403] * len(ADDRESSES)
    assert client.post(reverse("journal:verify")).status_code == 403


def test_an_auditor_opens_it_without_a_purpose(client_of, events) -> None:
    client = client_of("auditor", purpose=None)
    assert [client.get(address).status_code for address in ADDRESSES] == [200] * len(ADDRESSES)


def test_the_newest_event_comes_first_with_the_name_of_who_acted(client_of, events) -> None:
    page = text(client_of("auditor").get(reverse("journal:events")))
    assert page.index("desk.hit.reviewed") < page.index("desk.query.screened")
    assert "Analyst" in page


@pytest.mark.parametrize(
    ("search", "count"),
    [
        ({"object": "hit:17"}, 2),
        ({"object": "hit:*"}, 2),
        ({"object": "hit:1"}, 0),
        ({"act": "desk.hit.*", "purpose": "training"}, 2),
        ({"act": "desk.hit.viewed"}, 1),
        ({"who": "key:1"}, 0),
        ({"purpose": "redress"}, 0),
        ({"since": "2020-01-01", "until": "2100-01-01"}, 3),
        ({"until": "2020-01-01T00:00:00Z"}, 0),
    ],
)
def test_events_are_searched(client_of, events, search: dict[str, str], count: int) -> None:
    response = client_of("auditor").get(reverse("journal:events"), search | {"act": search.get("act", "desk.*")})
    assert len(response.context["rows"]) == count
    assert ("No event is like that" in text(response)) == (count == 0)


def test_a_day_that_is_none_is_told(client_of, events) -> None:
    client = client_of("auditor")
    assert "is no day" in text(client.get(reverse("journal:events"), {"since": "yesterday"}))
    assert client.get(reverse("journal:export", args=["csv"]), {"since": "2026-02-30"}).status_code == 400


def test_htmx_gets_the_table_alone(client_of, events) -> None:
    page = client_of("auditor").get(reverse("journal:events"), headers={"HX-Request": "true", "HX-Target": "events"})
    assert "<html" not in text(page)


def test_older_events_are_on_the_next_page(client_of, events, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROWS", 2)
    client = client_of("auditor")
    first = client.get(reverse("journal:events"), {"act": "desk.*"})
    assert [row.id for row, _ in first.context["rows"]] == [2, 1]
    second = client.get(reverse("journal:events"), {"act": "desk.*", "before": first.context["before"]})
    assert [row.id for row, _ in second.context["rows"]] == [0]
    assert second.context["before"] is None


def test_an_event_is_shown_with_its_proof_which_can_be_taken_away(client_of, events) -> None:
    client = client_of("auditor")
    page = text(client.get(reverse("journal:event", args=[1])))
    assert "Verified just now" in page
    assert bytes(Event.objects.get(pk=1).leaf).hex() in page
    response = client.get(reverse("journal:proof", args=[1]))
    assert response.headers["Content-Disposition"] == 'attachment; filename="event-1.tlog-proof"'
    proof = InclusionProof.parse(text(response))
    assert proof.verify(keys.known())
    assert Event.objects.order_by("-id").first().act == "journal.proof.exported"
    assert client.get(reverse("journal:event", args=[9999])).status_code == 404


def tamper() -> None:
    with connection.cursor() as cursor:
        for statement in guard.removal(connection):
            cursor.execute(statement)
        cursor.execute("UPDATE journal_event SET result = 'true' WHERE id = 2")


def test_an_event_that_was_changed_cannot_be_proved(client_of, events) -> None:
    tamper()
    assert "cannot be proved" in text(client_of("auditor").get(reverse("journal:event", args=[2])))


def test_verifying_says_that_the_journal_is_sound_and_is_an_event_itself(client_of, events) -> None:
    client = client_of("auditor")
    assert "Sound." in text(client.post(reverse("journal:verify")))
    event = Event.objects.order_by("-id").first()
    assert (event.act, event.result, event.details) == ("journal.verified", "sound", {"size": 3, "count": 0})
    assert "sound" in text(client.get(reverse("journal:events")))


def test_verifying_says_what_was_changed(client_of, events) -> None:
    tamper()
    page = text(client_of("auditor").post(reverse("journal:verify"), headers={"HX-Request": "true"}))
    assert "Not sound." in page
    assert "from event 2 on" in page
    assert Event.objects.order_by("-id").first().result == "unsound"


def test_a_very_long_journal_is_left_to_the_command_line(client_of, events, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "VERIFIED_AT_ONCE", 2)
    assert "dragoman journal verify" in text(client_of("auditor").post(reverse("journal:verify")))


def test_an_export_and_a_checkpoint_are_verified_elsewhere(client_of, events) -> None:
    client = client_of("auditor")
    signed = Signed.parse(text(client.get(reverse("journal:checkpoint"))))
    lines = streamed(client.get(reverse("journal:export", args=["jsonl"])))
    rows = list(read_rows(lines.encode().splitlines()))
    report = check_log(rows, [signed])
    assert report.sound
    assert report.signed == signed.size == 4  # the checkpoint's own export is the fourth event
    assert len(rows) == 5


def test_a_table_is_exported_of_what_was_searched_for(client_of, events) -> None:
    response = client_of("auditor").get(reverse("journal:export", args=["csv"]), {"act": "desk.hit.reviewed"})
    rows = list(csv.DictReader(io.StringIO(streamed(response))))
    assert len(rows) == 1
    assert (rows[0]["object"], rows[0]["result"], json.loads(rows[0]["details"])) == ("hit:17", "false", {"review": 3})
    assert client_of("auditor").get(reverse("journal:export", args=["pdf"])).status_code == 404


def test_an_empty_journal_says_so(client_of) -> None:
    assert "Nobody has verified it here yet" in text(client_of("auditor").get(reverse("journal:events")))
