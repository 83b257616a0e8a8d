"""Two real nodes agree, share a list and stop: what leaves is what the agreement allows, at the moment of leaving."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from taxii2client.v21 import Server

from dragoman.exercise import make
from dragoman.exercise.making import LIST_FILES
from tests.node.exchange.nodes import Node, befriend
from tests.node.homes import Homes

DRAFT = {
    "title": "Watch lists",
    "memorandum": "Memorandum of Understanding",
    "reference": "MoU 3/2026",
    "signed": "2026-01-05",
    "desk": "Duty desk",
    "their_desk": "Liaison",
    "give_classes": ["list_entries"],
    "give_purposes": ["border-control"],
    "give_actions": ["disclose"],
    "give_tlp": "AMBER",
    "take_tlp": "AMBER",
    "codes": ["H1"],
    "onward": "leave",
    "authors": "stripped",
    "retention": "365",
    "quota": "100",
    "starts": "2026-01-10",
    "ends": "2099-01-10",
}
_IMPORT = (
    "from pathlib import Path\nfrom dragoman.node.registry.importing import import_list\nimport_list({!r}, Path({!r}))"
)


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exercise")
    make(folder)
    return folder


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, exercise: Path, homes: Homes) -> Iterator[tuple[Node, Node]]:
    """A financial-intelligence unit with a list, and a border service without one; keys are compared."""
    fiu, border = (Node(tmp_path_factory.mktemp(name) / name, name.upper()) for name in ("fiu", "border"))
    try:
        for node in (fiu, border):
            node.prepare(homes)
        fiu.run(script=_IMPORT.format("un-sc", str(exercise / LIST_FILES["un-sc"][0])))
        fiu.start()
        border.start()
        befriend(fiu, border)
        yield fiu, border
    finally:
        fiu.stop()
        border.stop()


_FALL_BEHIND = """
from django.db import transaction
from dragoman.node.partners.models import *
import re
with transaction.atomic():
    for row in ReceivedObject.objects.exclude(handling=""):
        row.handling = re.sub('"keep_until":"[-0-9]*"', '"keep_until":"2026-01-01"', row.handling)
        row.save()
    Poll.objects.update(confirmed=None)
"""


def agree(fiu: Node, border: Node) -> None:
    fiu.post("liaison", "/partners/1/draft", **DRAFT)
    fiu.post("liaison", "/partners/agreements/1/act", act="sign")
    fiu.run("exchange")
    assert "Offered" in border.page("liaison", "/partners/agreements/1")
    border.post("liaison", "/partners/agreements/1/act", act="sign")
    border.run("exchange")
    for node in (fiu, border):
        assert "In force" in node.page("liaison", "/partners/agreements/1")


def test_two_nodes_agree_share_a_list_follow_its_versions_and_stop(nodes: tuple[Node, Node], exercise: Path) -> None:
    fiu, border = nodes
    agree(fiu, border)

    fiu.post(
        "liaison", "/partners/agreements/1/share", source="un-sc", tlp="AMBER", purpose="border-control", code="H1"
    )
    border.run("exchange")
    assert "from-fiu-example" in border.page("analyst", "/lists/")
    shown = border.page("analyst", "/lists/from-fiu-example/?q=Khalid Faris al-Zamraquni")
    assert "Khalid Faris al-Zamraquni" in shown
    came = border.number("ReceivedObject.objects.filter(revoked=False).count()")
    assert fiu.number("Disclosure.objects.count()") == came > 30

    # A newer version: only what changed travels.
    fiu.run(script=_IMPORT.format("un-sc", str(exercise / LIST_FILES["un-sc"][1])))
    found = fiu.run("exchange")
    written = int(re.search(r"written: (\d+)", found)[1])
    assert 0 < written < came / 2
    assert f"read: {written}" in border.run("exchange")

    # What did not change is listed still, as the manifest says: its last day is put off.
    border.run(script=_FALL_BEHIND)
    border.run("exchange")
    held = "ReceivedObject.objects.exclude(type__endswith='-definition').filter(revoked=False)"
    assert border.number(f"{held}.count()") > 30
    assert border.number(f"{held}.filter(handling__contains='2026-01-01').count()") == 0

    # A public client reads the same, with a token.
    page = fiu.post("liaison", "/partners/1/token")
    token = re.search(r'id="token">([^<]+)<', page)[1]
    server = Server(f"{fiu.url}/taxii2/", user="border.example", password=token)
    (collection,) = [each for each in server.api_roots[0].collections if each.can_read]
    assert len(collection.get_objects()["objects"]) == border.number("ReceivedObject.objects.count()")
    with pytest.raises(httpx.HTTPStatusError):
        httpx.get(f"{fiu.url}/taxii2/", auth=("border.example", "another"), trust_env=False).raise_for_status()

    # Suspending stops the next byte, whatever the partner's client holds.
    fiu.post("liaison", "/partners/agreements/1/act", act="suspend", reason="An incident at the partner")
    answer = httpx.get(f"{fiu.url}/taxii2/1/collections/", auth=("border.example", token), trust_env=False)
    assert answer.status_code == 404
    assert httpx.get(collection.objects_url, auth=("border.example", token), trust_env=False).status_code == 404
    assert fiu.number("Disclosure.objects.exclude(partner__node='border.example').count()") == 0


def test_letters_wait_for_a_partner_that_is_away_and_arrive_once(nodes: tuple[Node, Node]) -> None:
    fiu, border = nodes
    border.stop(signal.SIGKILL)
    before = border.number("Incoming.objects.count()")
    fiu.post("liaison", "/partners/agreements/1/act", act="resume")
    fiu.run("exchange")
    assert "Waiting to be delivered" in fiu.page("liaison", "/partners/1")
    border.start()
    fiu.run(script="from dragoman.node.partners.models import *\nOutStream.objects.update(again=None)")
    fiu.run("exchange")
    fiu.run("exchange")
    assert border.number("Incoming.objects.count()") > before
    assert border.number("Incoming.objects.count()") == fiu.number("Outgoing.objects.count()")
    assert "In force" in border.page("liaison", "/partners/agreements/1")


def test_what_is_not_signed_by_a_known_key_is_refused(nodes: tuple[Node, Node]) -> None:
    _, border = nodes
    answer = httpx.post(f"{border.url}/exchange/inbox", json={"envelopes": []}, trust_env=False)
    assert answer.status_code == 401
    assert "not signed" in answer.json()["detail"]
