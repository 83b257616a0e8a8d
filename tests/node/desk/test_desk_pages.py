"""The desk's pages: what they show, what they keep to themselves, and that every one opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dragoman.node.desk.models import Case, Hit, SafeListEntry, Screening
from dragoman.node.desk.screening import screen_now
from dragoman.node.jobs import queue
from dragoman.node.people.models import Team

pytestmark = pytest.mark.django_db

ClientOf = Callable[..., Client]


@pytest.fixture
def hit(lists: Any, people: Any, principal_of: Any) -> Hit:
    """An open hit of an analyst's screening."""
    screen_now(
        principal_of(people.analyst),
        [{"id": "C-1", "name": "Anwar Belhadi Tazmart", "birthDate": "1971-03-04"}],
        store=True,
    )
    return Hit.objects.get()


def text_of(answer: Any) -> str:
    """Return a page's text; anything but 200 fails."""
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def let_go(answer: Any) -> None:
    """Close the file of an answer, and not the database's connection, which its ``close`` would."""
    for close in answer._resource_closers:
        close()


def test_everybody_is_led_to_a_page_of_their_own(client_of: ClientOf, lists: Any) -> None:
    assert client_of("analyst").get("/").headers["Location"] == "/search/"
    assert client_of("auditor").get("/").headers["Location"] == "/hits/"
    assert client_of("administrator").get("/").headers["Location"] != "/search/"


def test_an_empty_node_says_what_to_do(client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> None:
    from dragoman.errors import UnknownList
    from dragoman.node.desk import screening

    def none() -> None:
        raise UnknownList("no list is kept", remedy="add one")

    monkeypatch.setattr(screening, "screener", none)
    assert "Add a list" in text_of(client_of("analyst").get("/search/"))


def test_a_search_shows_hits_with_their_reasons_and_keeps_nothing(client_of: ClientOf, lists: Any) -> None:
    page = text_of(
        client_of("analyst").post("/search/find/", {"q": "أنور بلهادي تزمارت"}, headers={"HX-Request": "true"})
    )
    assert "H-1" in page
    assert "are the same" in page
    assert "C-1" not in page
    assert not Screening.objects.exists()


def test_a_fact_that_is_not_understood_is_told_with_its_remedy(client_of: ClientOf, lists: Any) -> None:
    page = text_of(client_of("analyst").post("/search/find/", {"q": "Anwar", "birthDate": "the day before"}))
    assert "1971-03-04" in page


def test_opening_a_hit_of_a_search_keeps_it_and_leads_to_it(client_of: ClientOf, lists: Any) -> None:
    given = {"q": "Anwar Belhadi Tazmart", "source": "harbour", "record_id": "H-1"}
    answer = client_of("analyst").post("/search/review/", given)
    assert answer.headers["Location"] == f"/hits/{Hit.objects.get().pk}/"


def test_the_queue_shows_open_hits_and_a_hit_shows_both_sides(client_of: ClientOf, hit: Hit) -> None:
    assert "Anwar Belhadi Tazmart" in text_of(client_of("reviewer").get("/hits/"))
    page = text_of(client_of("reviewer").get(f"/hits/{hit.pk}/"))
    assert "أنور" in page
    assert "4 March 1971" in page
    assert "agrees" in page


def test_deciding_in_the_pane_answers_with_the_new_state(client_of: ClientOf, hit: Hit) -> None:
    answer = client_of("analyst").post(
        f"/hits/{hit.pk}/decide/",
        {"disposition": "false", "code": "name-only", "seen": "open"},
        headers={"HX-Request": "true"},
    )
    assert "notice bad" not in text_of(answer)
    assert '"state": "false"' in answer.headers["HX-Trigger-After-Swap"]
    assert "False match" in text_of(answer)


def test_deciding_without_a_reason_says_so_and_changes_nothing(client_of: ClientOf, hit: Hit) -> None:
    page = text_of(client_of("analyst").post(f"/hits/{hit.pk}/decide/", {"disposition": "false"}))
    assert "needs a reason" in page
    hit.refresh_from_db()
    assert hit.state == "open"


def test_an_auditor_sees_hits_and_decides_nothing(client_of: ClientOf, hit: Hit) -> None:
    auditor = client_of("auditor")
    assert "Decide" not in text_of(auditor.get(f"/hits/{hit.pk}/")).split("<dialog")[0]
    assert auditor.post(f"/hits/{hit.pk}/decide/", {"disposition": "false", "words": "x"}).status_code == 403


def test_a_hit_and_case_of_another_team_are_not_there(client_of: ClientOf, hit: Hit, people: Any) -> None:
    team = Team.objects.create(name="Elsewhere")
    Screening.objects.update(limited=True)
    Screening.objects.get().teams.add(team)
    case = Case.objects.create(title="Theirs", opened_by=people.reviewer)
    case.teams.add(team)
    client = client_of("reviewer")
    for path in (
        f"/hits/{hit.pk}/",
        f"/screenings/{hit.screening_id}/",
        f"/screenings/{hit.screening_id}/export/csv/",
        f"/cases/{case.pk}/",
    ):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/hits/{hit.pk}/decide/", {"disposition": "false", "words": "x"}).status_code == 404
    assert "Theirs" not in text_of(client.get("/cases/"))
    assert "Anwar" not in text_of(client.get("/hits/"))


def test_a_file_is_screened_and_exported(client_of: ClientOf, lists: Any) -> None:
    client = client_of("analyst")
    rows = "id,name\n=1+1,Anwar Belhadi Tazmart\n"
    answer = client.post("/screenings/upload/", {"document": SimpleUploadedFile("a.csv", rows.encode())})
    kept = Screening.objects.get()
    assert answer.headers["Location"] == f"/screenings/{kept.pk}/"
    assert "Waiting" in text_of(client.get(f"/screenings/{kept.pk}/"))
    queue.run(kept.job_id)
    assert client.get(f"/screenings/{kept.pk}/progress/").headers["HX-Refresh"] == "true"
    assert "Anwar Belhadi Tazmart" in text_of(client.get(f"/screenings/{kept.pk}/"))
    table = b"".join(client.get(f"/screenings/{kept.pk}/export/csv/").streaming_content).decode()
    assert "'=1+1" in table
    lines = b"".join(client.get(f"/screenings/{kept.pk}/export/jsonl/").streaming_content)
    assert b'"query_id":"=1+1"' in lines
    assert text_of(client.get("/screenings/"))


def test_an_upload_without_a_file_says_so(client_of: ClientOf, lists: Any) -> None:
    assert client_of("analyst").post("/screenings/upload/", {}).status_code == 422


def test_a_case_gathers_what_belongs_to_it_and_closes_with_an_outcome(client_of: ClientOf, hit: Hit) -> None:
    client = client_of("analyst")
    at = client.post("/cases/open/", {"hit": hit.pk}).headers["Location"]
    client.post(f"{at}add/note/", {"text": "<b>Called the bank</b>"})
    client.post(f"{at}add/task/", {"text": "Ask for the passport", "due": "2030-01-01"})
    client.post(f"{at}add/document/", {"document": SimpleUploadedFile("x.html", b"<script>")})
    client.post(f"{at}add/clock/", {"rule": "identity-30-days", "started": "2026-01-10"})
    page = text_of(client.get(at))
    assert "&lt;b&gt;Called the bank" in page
    assert "Ask for the passport" in page
    case = Case.objects.get()
    document = case.documents.get()
    answer = client.get(f"{at}documents/{document.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == b"<script>"
    let_go(answer)
    client.post(f"{at}change/close/", {"outcome": "Not the same"})
    case.refresh_from_db()
    assert case.closed_at is None
    client.post(f"{at}change/task/{case.tasks.get().pk}/")
    client.post(f"{at}change/clock/{case.clocks.get().pk}/", {"kind": "end", "why": "They answered"})
    client.post(f"{at}change/close/", {"outcome": "Not the same"})
    case.refresh_from_db()
    assert case.outcome == "Not the same"
    assert "Not the same" in text_of(client.get("/cases/?closed=yes"))


def test_the_safe_list_is_shown_beside_the_hit(client_of: ClientOf, hit: Hit) -> None:
    client = client_of("reviewer")
    given = {
        "redress_number": "2210 0451",
        "name": "Anwar Belhadi Tazmart",
        "birthDate": "1971-03-04",
        "reason": "Cleared twice",
        "expires": "2027-06-01",
    }
    client.post("/safe-list/add/", given)
    assert "22100451" in text_of(client.get("/safe-list/"))
    assert "Cleared twice" in text_of(client.get(f"/hits/{hit.pk}/"))
    client.post(f"/safe-list/{SafeListEntry.objects.get().pk}/end/")
    assert "Cleared twice" not in text_of(client.get(f"/hits/{hit.pk}/"))
