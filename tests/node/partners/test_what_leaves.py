"""A generated matrix of handling, class of data, purpose, caller and state of the agreement against what leaves.

Each object is asked for at every door of the TAXII server, as an answer to a request, and on its way to a third. What
is expected is said by the oracles below: a few lines, made from the agreement's words and from none of its code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.stix.ids import Thing, stix_id, write_time
from dragoman.exchange.taxii.moments import moment_of
from dragoman.exchange.taxii.writing import add_objects
from dragoman.node.access import ROLES
from dragoman.node.journal.models import Event
from dragoman.node.partners import agreeing, sharing
from dragoman.node.partners.holding import text_of
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import (
    Agreement,
    Disclosure,
    SharedList,
    SharedObject,
)
from dragoman.node.partners.taxii.asking import collections_of
from dragoman.node.partners.taxii.store import Store
from dragoman.node.registry.models import ListVersion, Record, Source, Statement
from tests.node.conftest import People
from tests.node.partners.parties import BANK, BORDER, NOW, PURPOSE, Doors, Side, agree, meet

pytestmark = pytest.mark.django_db
CODES = [
    frozenset(),
    frozenset({"H0"}),
    frozenset({"H1"}),
    frozenset({"H2"}),
    frozenset({"H3"}),
    frozenset({"H0", "H2"}),
]
PURPOSES = [PURPOSE, "counter-terrorism"]
#: What each class may leave up to, and under which codes: as agreed at first, and by the narrower version.
AGREED = {"list_entries": (Colour.RED, {"H0", "H1", "H2"}), "indicators": (Colour.GREEN, {"H0", "H1", "H2", "H3"})}
NARROWED = {"list_entries": (Colour.GREEN, {"H1"})}
STATES = ["none", "proposed", "in force", "narrowed", "suspended by us", "suspended by them", "expired", "ended"]


@dataclass(frozen=True)
class Case:
    """An object of the matrix: how it is handled, and for whom it is."""

    colour: Colour
    codes: frozenset[str]
    data_class: str
    named: tuple[str, ...] | None

    @property
    def id(self) -> str:
        return stix_id("identity", repr((self.colour.word, sorted(self.codes), self.data_class, self.named)))

    @property
    def handling(self) -> Handling:
        named = None if self.named is None else frozenset(self.named)
        texts = ("ask first",) if "H3" in self.codes else ()
        return Handling(self.colour, frozenset({node_id()}), self.codes, recipients=named, restrictions=texts)


def leaves(case: Case, terms: dict[str, Any], purpose: str) -> bool:
    """Say what the agreement's words let out to the border service: the oracle."""
    ceiling, codes = terms.get(case.data_class, (-1, set()))
    named = case.named is None or BORDER in case.named
    crime = "H0" not in case.codes or purpose == "counter-terrorism"
    return case.colour <= ceiling and case.codes <= codes and named and crime


def cases() -> Iterator[Case]:
    for colour, codes, data_class in product(Colour, CODES, AGREED):
        for named in ((BORDER,), (BANK,), ()) if colour in (Colour.RED, Colour.CLEAR) else (None,):
            yield Case(colour, codes, data_class, named)


CASES = list(cases())


def clause(number: int, data_class: str, terms: tuple[Colour, set[str]]) -> dict[str, Any]:
    return {
        "id": str(number), "giver": node_id(), "receiver": BORDER, "actions": ["disclose", "ask"],
        "classes": [data_class], "purposes": PURPOSES, "tlp": terms[0].word, "codes": sorted(terms[1]),
        "roles": ["liaison", "service"],
    }  # fmt: skip


def words_of(terms: dict[str, Any]) -> dict[str, Any]:
    """Return what an agreement with these terms says."""
    clauses = [clause(number, name, each) for number, (name, each) in enumerate(terms.items(), 1)]
    return {"clauses": clauses, "retention": dict.fromkeys(terms, 365)}


def fill(agreement: Agreement, chosen: list[Case], **changes: Any) -> None:
    """Put the objects of the matrix into the collections that this node gives."""
    at = write_time(NOW - timedelta(hours=2))
    for uuid, shown in collections_of(agreement).items():
        here = [each for each in chosen if shown.can_read and each.data_class == shown.alias]
        things: list[Thing] = [
            {"type": "identity", "spec_version": "2.1", "id": each.id, "created": at, "modified": at, "name": "Ficta"}
            | changes
            for each in here
        ]
        store = Store({each.id: text_of(each.handling) for each in here})
        made = add_objects(store, uuid, things, now=moment_of(datetime.now(UTC)), status_id=str(uuid4()))
        assert not made.failures


def in_state(side: Side, state: str) -> list[tuple[Agreement, dict[str, Any]]]:
    """Bring about a state; return the agreements to try, each with what leaves under it."""
    if state == "none":
        return []
    ends = {"ends": (NOW - timedelta(hours=1)).isoformat()} if state == "expired" else {}
    signers = 1 if state == "proposed" else 2
    made = agree(side.partner, node_id(), BORDER, signers=signers, **words_of(AGREED), **ends)
    side.agreement = made
    fill(made, CASES)
    if state == "narrowed":
        newer = agree(side.partner, node_id(), BORDER, version=2, supersedes=made.hash, **words_of(NARROWED))
        fill(newer, CASES)
        return [(made, {}), (newer, NARROWED)]
    if state == "suspended by us":
        done = perform("suspend", made.read, node_key(), made.known_acts(), datetime.now(UTC), "A reason")
        agreeing.receive({"document": made.document, "acts": [done.to_json()]}, side.partner)
    if state in ("suspended by them", "ended"):
        side.act("suspend" if state != "ended" else "end")
    return [(made, AGREED if state == "in force" else {})]


@pytest.fixture
def side(people: People) -> Side:
    """The border service, whose key was compared, without an agreement."""
    known = meet(BORDER, people.liaison, node_id(), BORDER)
    known.agreement.acts.all().delete()
    Agreement.objects.all().delete()
    return known


@pytest.fixture
def stranger(people: People) -> Side:
    """Another partner, with an agreement of its own."""
    return meet(BANK, people.liaison, node_id(), BANK)


def paths(agreement: Agreement) -> dict[str, str]:
    """Return where the collections of this node stand, by class of data; not made through the tested code."""
    rows = agreement.collections.filter(giver=node_id())
    return {each.data_class: f"/taxii2/{agreement.pk}/collections/{each.uuid}/" for each in rows}


def expected(terms: dict[str, Any], data_class: str, purpose: str) -> set[str]:
    purposes = [purpose] if purpose else PURPOSES
    return {
        each.id
        for each in CASES
        if each.data_class == data_class and any(leaves(each, terms, every) for every in purposes)
    }


@pytest.mark.parametrize("state", STATES)
def test_at_every_door_leaves_what_the_agreement_lets_out_and_nothing_tells_of_the_rest(side: Side, state: str) -> None:
    tried = in_state(side, state)
    for (agreement, terms), purpose in product(tried, ["", *PURPOSES]):
        doors = Doors.of(side.partner, purpose)
        for data_class, path in paths(agreement).items():
            wanted = expected(terms, data_class, purpose)
            for door in ("objects/", "manifest/"):
                assert doors.ids(path + door) == wanted, (door, purpose)
                assert purpose or doors.ids(path + door, limit="7") == wanted, door
    assert state in ("none", "proposed") or tried
    last = Disclosure.objects.filter(partner=side.partner).values_list("object", flat=True)
    terms = tried[-1][1] if tried else {}
    assert set(last) == {each for name in AGREED for each in expected(terms, name, "")}


@pytest.mark.parametrize("state", STATES)
def test_one_object_that_may_not_leave_is_answered_as_one_that_never_was(side: Side, state: str) -> None:
    tried, never = in_state(side, state), stix_id("identity", "never")
    doors = Doors.of(side.partner)
    for agreement, terms in tried:
        for data_class, path in paths(agreement).items():
            wanted = expected(terms, data_class, "")
            plain = {door: doors.ask(f"{path}objects/{never}/{door}") for door in ("", "versions/")}
            assert {each.status_code for each in plain.values()} == {404}
            here = [each for each in CASES if each.data_class == data_class]
            for number, case in enumerate(here if terms is AGREED else here[::5]):
                for door, absent in plain.items() if number % 3 == 0 else [("", plain[""])]:
                    answer = doors.ask(f"{path}objects/{case.id}/{door}")
                    assert (answer.status_code == 200) == (case.id in wanted), (case, door)
                    if case.id not in wanted:
                        assert answer.json() | {"error_id": ""} == absent.json() | {"error_id": ""}
            for case in CASES[:: len(CASES) // 6]:
                found = doors.ids(f"{path}objects/", **{"match[id]": case.id, "match[version]": "all"})
                assert found == wanted & {case.id}


@pytest.mark.parametrize("state", ["in force", "narrowed", "suspended by us"])
def test_another_partner_nobody_and_whoever_signed_in_to_the_console_get_nothing(
    side: Side, stranger: Side, client_of: Callable[..., Client], state: str
) -> None:
    tried = in_state(side, state)
    wrong = Doors.of(stranger.partner)
    stolen = Doors({"HTTP_ACCEPT": "application/taxii+json", "HTTP_AUTHORIZATION": "Basic " + "Ym9yZGVyOng="})
    for agreement, _ in tried:
        for path in paths(agreement).values():
            for door in ("", "objects/", "manifest/", f"objects/{CASES[0].id}/", f"objects/{CASES[0].id}/versions/"):
                assert wrong.ask(path + door).status_code == 404
                for nobody in (Doors.of(None), stolen):
                    assert nobody.ask(path + door).status_code == 401
                for role in ROLES:
                    assert client_of(role).get(path + door, HTTP_ACCEPT="application/taxii+json").status_code == 401
    assert not Disclosure.objects.exists()


def test_what_leaves_is_journalled_by_identifiers_and_a_manifest_is_no_disclosure(side: Side) -> None:
    ((agreement, terms),) = in_state(side, "in force")
    doors, path = Doors.of(side.partner), paths(agreement)["list_entries"]
    assert doors.ids(path + "manifest/")
    doors.ask(f"{path}objects/{sorted(expected(terms, 'list_entries', ''))[0]}/versions/")
    assert not Disclosure.objects.exists()
    doors.ids(path + "objects/")
    events = Event.objects.filter(act="partners.objects.disclosed")
    assert sum(each.details["count"] for each in events) == Disclosure.objects.count() > 0
    assert "Ficta" not in str([each.details for each in events])


# What hangs together.


def later(agreement: Agreement, case: Case, handling: Handling, **changes: Any) -> None:
    """Put a later version of an object, with another handling."""
    (uuid,) = [each for each, shown in collections_of(agreement).items() if shown.alias == case.data_class]
    at = write_time(NOW - timedelta(hours=1))
    thing: Thing = {
        "type": "identity", "spec_version": "2.1", "id": case.id, "created": write_time(NOW - timedelta(hours=2)),
        "modified": at, "name": "Ficta", **changes,
    }  # fmt: skip
    add_objects(Store({case.id: text_of(handling)}), uuid, [thing], now=moment_of(NOW), status_id=str(uuid4()))


OPEN = Case(Colour.GREEN, frozenset(), "list_entries", None)
CLOSED = Case(Colour.AMBER, frozenset({"H3"}), "list_entries", None)


def test_a_handling_that_became_stricter_holds_for_the_former_versions_too(side: Side) -> None:
    ((agreement, _),) = in_state(side, "in force")
    doors, path = Doors.of(side.partner), paths(agreement)["list_entries"]
    later(agreement, OPEN, CLOSED.handling)
    for version in ("first", "all", "last"):
        for door in ("objects/", "manifest/"):
            assert OPEN.id not in doors.ids(path + door, **{"match[version]": version})
    assert doors.ask(f"{path}objects/{OPEN.id}/versions/").status_code == 404


def test_a_handling_that_became_freer_lets_the_newest_out_and_the_former_stay(side: Side) -> None:
    ((agreement, _),) = in_state(side, "in force")
    later(agreement, CLOSED, OPEN.handling)
    path = f"{paths(agreement)['list_entries']}objects/{CLOSED.id}/"
    answer = Doors.of(side.partner).ask(path, **{"match[version]": "all"})
    assert [each["modified"] for each in answer.json()["objects"]] == [write_time(NOW - timedelta(hours=1))]
    assert len(Doors.of(side.partner).ask(path + "versions/").json()["versions"]) == 1


def test_what_needs_something_that_stays_stays_however_long_the_chain(side: Side) -> None:
    ((agreement, _),) = in_state(side, "in force")
    (uuid,) = [each for each, shown in collections_of(agreement).items() if shown.alias == "list_entries"]
    at, store = write_time(NOW), Store()
    links: list[Thing] = []
    for number, (source, target) in enumerate([(CLOSED.id, OPEN.id), (OPEN.id, OPEN.id)]):
        name = stix_id("relationship", str(number))
        link = {"type": "relationship", "id": name, "relationship_type": "related-to", "source_ref": source}
        links.append(link | {"target_ref": target, "spec_version": "2.1", "created": at, "modified": at})
        about = {"type": "note", "id": stix_id("note", str(number)), "content": "x", "object_refs": [name]}
        links.append(about | {"spec_version": "2.1", "created": at, "modified": at})
    store.handlings = dict.fromkeys((each["id"] for each in links), text_of(OPEN.handling))
    assert not add_objects(store, uuid, links, now=moment_of(NOW), status_id=str(uuid4())).failures
    found = Doors.of(side.partner).ids(paths(agreement)["list_entries"] + "objects/")
    assert {each["id"] for each in links} & found == {each["id"] for each in links[2:]}


def test_that_something_is_withdrawn_is_told_to_nobody_who_could_not_have_it(side: Side) -> None:
    agreement = agree(side.partner, node_id(), BORDER, **words_of(AGREED))
    source = Source.objects.create(name="own", title="Own")
    version = ListVersion.objects.create(source=source, version="1", state="in_use")
    strict = Handling(Colour.AMBER, frozenset({node_id()}), frozenset({"H3"}), restrictions=("ask first",)).to_json()
    for name, handling in (("open", None), ("closed", strict), ("unread", None)):
        row = Record.objects.create(
            source=source, record_id=name, schema="Person", caption="x", content=name, first_seen="1", last_seen="1"
        )
        Statement.objects.create(
            record=row, prop="name", value="Ficta", handling=handling, first_seen="1", last_seen="1"
        )
    shared = sharing.share("node", agreement, source, purpose=PURPOSE)
    sharing.write(shared)
    names = dict(shared.records.values_list("record_id", "stix_id"))

    def read() -> set[str]:
        doors, path = Doors.of(side.partner), paths(agreement)["list_entries"]
        return doors.ids(path + "objects/") & set(names.values())

    assert read() == {names["open"], names["unread"]}
    Disclosure.objects.filter(object=names["unread"]).delete()
    Record.objects.filter(source=source).update(gone=True)
    ListVersion.objects.filter(pk=version.pk).update(version="2")
    sharing.write(SharedList.objects.get())
    assert SharedObject.objects.filter(content__contains='"revoked":true').count() == 3
    assert read() == {names["open"], names["unread"]}
