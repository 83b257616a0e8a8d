"""An auditor's system reads the journal with a key, and verifies it."""

from __future__ import annotations

import pytest

from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.proofs import InclusionProof
from dragoman.node.journal import keys
from dragoman.node.journal.recording import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(api_key):
    """The client of an auditor's key, and three events."""
    for number in range(3):
        record("system", "desk.hit.viewed", f"hit:{number}", hits=number)
    return api_key("auditor", scopes=["journal"]).client


def test_events_are_read_in_order_and_on_from_the_last(system) -> None:
    first = system.get("/api/journal", {"act": "desk.*", "limit": 2}).json()
    assert [event["object"] for event in first] == ["hit:0", "hit:1"]
    assert first[1]["details"] == {"hits": 1}
    rest = system.get("/api/journal", {"act": "desk.*", "after": first[-1]["index"]}).json()
    assert [event["object"] for event in rest] == ["hit:2"]


def test_a_day_that_is_none_is_told(system) -> None:
    response = system.get("/api/journal", {"since": "yesterday"})
    assert response.status_code in (400, 422)
    assert "is no day" in response.content.decode()


def test_proof_and_checkpoint_are_verified_elsewhere(system) -> None:
    checkpoint = Checkpoint.parse(system.get("/api/journal/checkpoint").content.decode())
    assert checkpoint.note.verify(keys.known())
    proof = InclusionProof.parse(system.get("/api/journal/1/proof").content.decode())
    assert proof.verify(keys.known())
    assert system.get("/api/journal/99999/proof").status_code == 404


def test_a_key_of_another_role_or_scope_opens_nothing(api_key) -> None:
    for key in (api_key("auditor", scopes=["jobs"]), api_key("supervisor", scopes=["journal"])):
        for address in ("/api/journal", "/api/journal/checkpoint", "/api/journal/0/proof"):
            assert key.client.get(address).status_code == 403
