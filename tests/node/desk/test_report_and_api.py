"""Reports that are signed, and the desk over the API."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dragoman.node.desk import certificate
from dragoman.node.desk.exporting import harmless
from dragoman.node.desk.models import Hit, Screening
from dragoman.node.desk.report import report
from dragoman.node.desk.screening import screen_now
from dragoman.node.jobs import queue

SCOPES = ["screen", "hits", "review", "jobs"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+CMD", "'+CMD"),
        ("-x", "'-x"),
        ("@a", "'@a"),
        ("\tx", "'\tx"),
        ("-0.5", "-0.5"),
        ("Anna", "Anna"),
    ],
)
def test_no_cell_of_an_export_is_a_formula(given: str, shown: str) -> None:
    assert harmless(given) == shown


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_report_is_signed_and_any_change_of_it_is_seen(lists: Any, people: Any, principal_of: Any) -> None:
    from pyhanko.keys import load_cert_from_pemder
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    principal = principal_of(people.analyst)
    kept = screen_now(principal, ["أنور بلهادي تزمارت"], store=True).screening
    assert kept is not None
    made = report(principal, kept)
    root = load_cert_from_pemder(str(certificate.folder() / "certificate.pem"))
    trust = ValidationContext(trust_roots=[root])

    def checked(content: bytes) -> Any:
        return validate_pdf_signature(PdfFileReader(io.BytesIO(content)).embedded_signatures[0], trust)

    assert checked(made).intact
    assert checked(made).valid
    broken = bytearray(made)
    broken[made.index(b"/Title")] ^= 1
    assert not checked(bytes(broken)).intact
    assert (certificate.folder() / "key.pem").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_a_system_hands_in_a_file_follows_its_job_and_reads_the_hits(lists: Any, api_key: Any) -> None:
    client = api_key("analyst", SCOPES).client
    rows = SimpleUploadedFile("a.csv", b"id,name\nC-7,Anwar Belhadi Tazmart\n")
    made = client.post("/api/desk/screenings", {"document": rows, "threshold": "0.8"})
    assert made.status_code == 202, made.content
    job = made.json()["job_id"]
    assert client.get(f"/api/jobs/{job}").json()["state"] == "waiting"
    queue.run(job)
    assert client.get(f"/api/jobs/{job}").json()["result"]["hits"] == 1
    (hit,) = client.get("/api/desk/hits").json()["hits"]
    assert (hit["query_id"], hit["record_id"], hit["state"]) == ("C-7", "H-1", "open")
    lines = client.get(f"/api/desk/screenings/{made.json()['id']}/export/jsonl")
    assert b"C-7" in b"".join(lines.streaming_content)


@pytest.mark.django_db
def test_a_system_decides_in_the_name_of_its_person_and_undoes_it(
    lists: Any, people: Any, principal_of: Any, api_key: Any
) -> None:
    screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"], store=True)
    at = f"/api/desk/hits/{Hit.objects.get().pk}"
    client = api_key("reviewer", SCOPES).client
    body = {"disposition": "false", "code": "name-only", "seen": "open"}
    answer = client.post(f"{at}/dispositions", body, content_type="application/json")
    assert (answer.status_code, answer.json()["state"]) == (200, "false"), answer.content
    assert client.post(f"{at}/dispositions", body, content_type="application/json").status_code == 409
    assert client.delete(f"{at}/dispositions").json()["state"] == "open"
    no_reason = client.post(f"{at}/dispositions", {"disposition": "false"}, content_type="application/json")
    assert no_reason.status_code == 400
    assert "reason" in no_reason.json()["detail"]


@pytest.mark.django_db
def test_a_key_without_the_scope_decides_nothing(lists: Any, people: Any, principal_of: Any, api_key: Any) -> None:
    screen_now(principal_of(people.analyst), ["Anwar Belhadi Tazmart"], store=True)
    client = api_key("reviewer", ["hits"]).client
    at = f"/api/desk/hits/{Hit.objects.get().pk}/dispositions"
    assert (
        client.post(at, {"disposition": "false", "code": "name-only"}, content_type="application/json").status_code
        == 403
    )
    assert client.get(f"/api/desk/hits/{Hit.objects.get().pk}").status_code == 200
    assert client.get(f"/api/desk/screenings/{Screening.objects.get().pk}").json()["hits"] == 1
