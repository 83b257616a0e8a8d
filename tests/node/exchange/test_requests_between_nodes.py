"""Two real nodes ask and answer, learn of each other's interests, and notice a journal that was made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman.exercise import make
from dragoman.exercise.making import LIST_FILES
from tests.node.exchange.nodes import Node, befriend
from tests.node.exchange.test_two_nodes import _IMPORT, DRAFT, agree
from tests.node.homes import Homes

KNOWN = "Khalid Faris al-Zamraquni"
BOTH_WAYS = {
    f"{side}_{name}": value
    for side in ("give", "take")
    for name, value in {
        "classes": ["list_entries", "persons_of_interest"],
        "purposes": ["border-control"],
        "actions": ["disclose", "match", "ask"],
    }.items()
}
ASKED = {
    "step": "send", "agreement": 1, "data_class": "list_entries", "purpose": "border-control", "urgency": "urgent",
    "tlp": "AMBER", "schema": "Person", "name": KNOWN, "question": "Do you know this person?",
}  # fmt: skip
INTEREST = {
    "agreement": 1, "purpose": "border-control", "days": 30, "schema": "Person", "name": "Invented Person",
    "birthDate": "1980-01-02",
}  # fmt: skip
_RECORD = f"""
from dragoman.node.registry.models import Record, Statement
print("IS", Statement.objects.filter(value={KNOWN!r}, gone=False, record__gone=False).first().record_id)
"""
#: What the owner of a node could do: the journal, its key, and what came back of it from partners are all made anew.
_MAKE_ANEW = """
import shutil
from django.db import connection
from dragoman.node.journal import guard, keys
with connection.cursor() as cursor:
    for each in guard.removal(connection):
        cursor.execute(each)
    for name in ("journal_event", "journal_node", "journal_checkpoint", "journal_head", "partners_cosigned"):
        cursor.execute(f"DELETE FROM {name}")
shutil.rmtree(keys.folder())
keys._signer.cache_clear()
from dragoman.node.journal.recording import record
for number in range(600):
    record("system", "desk.hit.viewed", f"hit:{number}")
"""
_VERIFY = """
from dragoman.node.journal.verifying import verify
found = verify()
print("SOUND" if found.report.sound else "UNSOUND", found.witnesses, [each.kind for each in found.report.findings])
"""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, homes: Homes) -> Iterator[tuple[Node, Node]]:
    """A financial-intelligence unit with a list, and a border service; each may ask, give to and match the other."""
    folder = tmp_path_factory.mktemp("exercise")
    make(folder)
    fiu, border = (Node(tmp_path_factory.mktemp(name) / name, name.upper()) for name in ("fiu", "border"))
    try:
        for node in (fiu, border):
            node.prepare(homes)
        fiu.run(script=_IMPORT.format("un-sc", str(Path(folder) / LIST_FILES["un-sc"][0])))
        fiu.start()
        border.start()
        befriend(fiu, border)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in BOTH_WAYS.items():
                patch.setitem(DRAFT, name, value)
            agree(fiu, border)
        yield fiu, border
    finally:
        fiu.stop()
        border.stop()


def exchange(*nodes: Node) -> None:
    for node in nodes:
        node.run("exchange")


def test_a_request_is_answered_reported_on_and_its_answer_called_back(nodes: tuple[Node, Node]) -> None:
    fiu, border = nodes
    border.post("liaison", "/partners/requests/new", **ASKED)
    exchange(border)
    assert KNOWN in fiu.page("liaison", "/partners/requests")
    record = int(fiu.run(script=_RECORD).partition("IS ")[2])

    fiu.post("liaison", "/partners/requests/1/answer", step="received")
    fiu.post("liaison", "/partners/requests/1/answer", step="answered", tlp="AMBER", record=record)
    assert fiu.number("Disclosure.objects.count()") == 1
    exchange(fiu)
    page = border.page("liaison", "/partners/requests/1")
    assert "Answered" in page
    assert page.count(KNOWN) > 2
    border.post("liaison", "/partners/requests/1/follow", step="feedback", word="wrong", text="Another person")
    exchange(border)
    assert "call it back or correct it" in fiu.page("liaison", "/partners/requests/1")

    given = fiu.run(script="from dragoman.node.partners.models import *\nprint('IS', Disclosure.objects.get().object)")
    recalled = given.partition("IS ")[2].strip()
    fiu.post("liaison", "/partners/disclosures/recall", object=recalled, kind="recall", reason="It was another person")
    exchange(fiu, border)
    assert "Called back" in border.page("liaison", "/partners/requests/1")
    assert "acknowledged</span>" in fiu.page("liaison", "/partners/disclosures")

    border.post("liaison", "/partners/requests/new", **ASKED)
    exchange(border)
    fiu.post("liaison", "/partners/requests/2/answer", step="refused", word="rights", text="Not for this purpose")
    exchange(fiu)
    page = border.page("liaison", "/partners/requests/2")
    assert "fundamental rights" in page
    assert "Refused" in page


def test_each_learns_that_there_is_an_interest(nodes: tuple[Node, Node]) -> None:
    fiu, border = nodes
    for node in (fiu, border):
        node.post("liaison", "/partners/interests", **INTEREST)
    for _ in range(2):
        exchange(fiu, border)
    for node, other in ((fiu, border), (border, fiu)):
        assert "Another agency has an interest" in node.page("liaison", "/partners/interests")
        assert other.number("sum('Invented' in str(each.letter) for each in Incoming.objects.all())") == 0


def test_a_journal_that_its_owner_made_anew_is_noticed_by_the_partner_and_by_verifying(
    nodes: tuple[Node, Node],
) -> None:
    fiu, border = nodes
    assert border.number("SeenJournal.objects.count()") == fiu.number("SeenJournal.objects.count()") == 1
    found = fiu.run(script=_VERIFY)
    assert found.startswith("SOUND {'border.example': ")

    fiu.stop()
    fiu.run(script=_MAKE_ANEW)
    fiu.stop()  # what a process remembers is gone too
    assert fiu.run(script=_VERIFY).startswith("SOUND {}")  # nothing within the node gives it away
    fiu.start()
    for _ in range(2):  # it is asked to continue what was seen, and cannot
        exchange(fiu, border)
    assert border.number("JournalAlarm.objects.filter(own=False, cleared=None).count()") == 1
    assert "was rewritten" in border.page("supervisor", "/partners/1")
    exchange(border)
    found = fiu.run(script=_VERIFY)
    assert found.startswith("UNSOUND {'border.example': ")
    assert "contradicts" in found
    assert "does not continue what it saw" in fiu.page("liaison", "/partners/1")
