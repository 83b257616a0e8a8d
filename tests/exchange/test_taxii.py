"""The protocol over a store in memory: nothing lost, doubled or out of order, whatever comes between two pages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import QueryRefused, TaxiiRefused
from dragoman.exchange.stix.ids import stix_id
from dragoman.exchange.taxii import negotiation, resources
from dragoman.exchange.taxii.cursor import Cursor
from dragoman.exchange.taxii.filters import LARGEST_PAGE, OBJECT, VERSIONS, read_filters
from dragoman.exchange.taxii.moments import moment_of, next_moments, read_moment, write_moment
from dragoman.exchange.taxii.reading import Page, Reader, read_manifest, read_object, read_objects, read_versions
from dragoman.exchange.taxii.rows import ALL, Content, Query, Row, matches, place
from dragoman.exchange.taxii.writing import Status, add_objects, delete_object, read_envelope

READER = Reader("partner-1", b"k" * 32)
ROOM = "c-1"
NOW = 1_936_000_000_000_000


class Memory:
    """The store that the protocol asks for, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[int, Row]] = {}
        self.greatest: dict[str, int] = {}

    def newest(self, collection: str) -> int:
        return self.greatest.get(collection, 0)

    def page(self, query: Query, count: int, content: Content) -> list[Row]:
        found = sorted((row for row in self.rows.get(query.collection, {}).values() if matches(row, query)), key=added)
        return [row if content == "with" else replace(row, thing=None) for row in found[:count]]

    def rows_of(self, collection: str, ids: Iterable[str]) -> list[Row]:
        wanted = set(ids)
        return [row for row in self.rows.get(collection, {}).values() if row.id in wanted]

    def put(self, collection: str, rows: Iterable[Row]) -> None:
        for row in rows:
            self.rows.setdefault(collection, {})[row.added] = row
            self.greatest[collection] = max(self.newest(collection), row.added)

    def drop(self, collection: str, added: Iterable[int]) -> None:
        for moment in added:
            del self.rows[collection][moment]


def added(row: Row) -> int:
    return row.added


def thing(number: int, day: int = 1, kind: str = "malware", spec: str = "2.1", **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": spec,
        "id": stix_id(kind, str(number)),
        "created": "2031-01-01T00:00:00.000Z",
        "modified": f"2031-01-{day:02d}T00:00:00.000Z",
        "name": f"{kind} {number}",
        **more,
    }


def add(store: Memory, *things: Any, now: int = NOW) -> Status:
    return add_objects(store, ROOM, things, now=now, status_id="s-1")


def ask(store: Memory, **parameters: str) -> Page:
    return read_objects(store, ROOM, read_filters(named(parameters)), READER)


def named(parameters: dict[str, str]) -> dict[str, list[str]]:
    """Write match_type=... as match[type]=..."""
    return {
        f"match[{name.removeprefix('match_')}]" if name.startswith("match_") else name: [value]
        for name, value in parameters.items()
    }


def names(page: Page) -> list[str]:
    return [found["name"] for found in page.resource.get("objects", [])]


def test_an_empty_collection_answers_with_an_empty_envelope() -> None:
    page = ask(Memory())
    assert (page.resource, page.headers) == ({}, {})


def test_objects_come_in_the_order_in_which_they_were_added() -> None:
    store = Memory()
    add(store, thing(3), thing(1))
    add(store, thing(2), now=NOW - 5_000_000)  # the clock was set back
    page = ask(store)
    assert names(page) == ["malware 3", "malware 1", "malware 2"]
    assert page.headers == {
        "X-TAXII-Date-Added-First": write_moment(NOW),
        "X-TAXII-Date-Added-Last": write_moment(NOW + 2),
    }
    assert page.resource["more"] is False


def test_a_poll_from_the_last_moment_gives_what_is_new_and_nothing_else() -> None:
    store = Memory()
    add(store, thing(1), thing(2))
    last = ask(store).headers["X-TAXII-Date-Added-Last"]
    assert ask(store, added_after=last).resource == {}
    add(store, thing(3))
    assert names(ask(store, added_after=last)) == ["malware 3"]
    assert names(ask(store, added_after=last.replace("Z", "9Z"))) == ["malware 3"]


def test_pages_follow_each_other_and_a_token_used_twice_gives_the_same_page() -> None:
    store = Memory()
    add(store, *(thing(number) for number in range(7)))
    first = ask(store, limit="3")
    second = ask(store, limit="3", next=first.resource["next"])
    add(store, thing(4, day=9), thing(99))
    again = ask(store, limit="3", next=first.resource["next"])
    assert again.resource == second.resource
    third = ask(store, limit="3", next=second.resource["next"])
    assert names(first) + names(second) + names(third) == [f"malware {number}" for number in range(7)]
    assert third.resource["more"] is False
    later = ask(store, added_after=third.headers["X-TAXII-Date-Added-Last"])
    assert names(later) == ["malware 4", "malware 99"]


def test_a_token_is_for_its_reader_its_endpoint_and_its_filters() -> None:
    store = Memory()
    add(store, *(thing(number) for number in range(4)))
    token = ask(store, limit="2").resource["next"]
    for parameters in (
        {"next": token, "match_type": "malware"},
        {"next": token, "added_after": "2031-01-01T00:00:00Z"},
    ):
        with pytest.raises(TaxiiRefused, match="not a token"):
            ask(store, **parameters)
    filters = read_filters({"next": [token]})
    for reader in (Reader("partner-2", READER.key), Reader(READER.id, b"other")):
        with pytest.raises(TaxiiRefused):
            read_objects(store, ROOM, filters, reader)
    with pytest.raises(TaxiiRefused):
        read_manifest(store, ROOM, filters, READER)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda octets: octets.hex()))
def test_a_token_from_elsewhere_is_refused(token: str) -> None:
    with pytest.raises(TaxiiRefused):
        Cursor.read(token, READER.key, "scope")


@given(st.integers(0, 2**62), st.integers(0, 2**62), st.integers(0, 200))
def test_a_token_comes_back_and_any_change_breaks_it(after: int, until: int, place: int) -> None:
    token = Cursor(after, until).write(READER.key, "scope")
    assert Cursor.read(token, READER.key, "scope") == Cursor(after, until)
    place %= len(token)
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    with pytest.raises(TaxiiRefused):
        Cursor.read(changed, READER.key, "scope")


def test_the_last_version_is_meant_unless_another_is_named() -> None:
    store = Memory()
    add(store, thing(1, day=2), thing(1, day=5), thing(1, day=3), thing(2))
    days = {
        "last": ["05", "01"],
        "first": ["02", "01"],
        "first,last": ["02", "05", "01"],
        "all": ["02", "05", "03", "01"],
        "2031-01-03T00:00:00Z": ["03"],
        "2031-01-03T00:00:00.000Z,last": ["05", "03", "01"],
    }
    for value, expected in days.items():
        assert [found["modified"][8:10] for found in ask(store, match_version=value).resource["objects"]] == expected
    assert names(ask(store)) == ["malware 1", "malware 2"]


def test_filters_of_id_type_and_specification_hold_together() -> None:
    store = Memory()
    add(store, thing(1), thing(2), thing(3, kind="tool"), thing(1, spec="2.0", day=3))
    assert names(ask(store, match_type="tool")) == ["tool 3"]
    assert names(ask(store, match_type="tool,malware", match_id=thing(2)["id"])) == ["malware 2"]
    assert [found["spec_version"] for found in ask(store, match_id=thing(1)["id"]).resource["objects"]] == ["2.1"]
    (of_both,) = ask(store, match_id=thing(1)["id"], match_spec_version="2.0,2.1").resource["objects"]
    assert of_both["spec_version"] == "2.0"
    assert ask(store, match_spec_version="2.0").resource["objects"][0]["modified"] == "2031-01-03T00:00:00.000Z"


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "many"},
        {"limit": "٣"},
        {"added_after": "yesterday"},
        {"added_after": "2031-02-30T00:00:00Z"},
        {"match_version": "newest"},
        {"match_version": "all,last"},
        {"match_id": "malware"},
        {"match_type": "Malware!"},
        {"match_spec_version": "two"},
        {"match_name": "x"},
        {"match_type": ",".join(["malware"] * 1001)},
    ],
)
def test_a_parameter_that_is_not_understood_is_refused_with_400(parameters: dict[str, str]) -> None:
    with pytest.raises(TaxiiRefused) as refusal:
        read_filters(named(parameters))
    assert refusal.value.status == 400
    assert refusal.value.remedy


def test_a_filter_of_another_endpoint_is_refused_and_other_parameters_are_passed_over() -> None:
    with pytest.raises(TaxiiRefused):
        read_filters({"match[type]": ["malware"]}, OBJECT)
    with pytest.raises(TaxiiRefused):
        read_filters({"match[version]": ["all"]}, VERSIONS)
    assert read_filters({"utm_source": ["x"]}) == read_filters({})
    assert read_filters({"limit": ["999999"]}).limit == LARGEST_PAGE
    with pytest.raises(TaxiiRefused, match="more than once"):
        read_filters({"limit": ["1", "2"]})


def test_the_manifest_names_versions_without_their_content() -> None:
    store = Memory()
    add(store, thing(1), thing(2, spec="2.0"))
    page = read_manifest(store, ROOM, read_filters({}), READER)
    assert page.resource["objects"] == [
        {
            "id": thing(1)["id"],
            "date_added": write_moment(NOW),
            "version": "2031-01-01T00:00:00.000Z",
            "media_type": "application/stix+json;version=2.1",
        },
        {
            "id": thing(2)["id"],
            "date_added": write_moment(NOW + 1),
            "version": "2031-01-01T00:00:00.000Z",
            "media_type": "application/stix+json;version=2.0",
        },
    ]
    assert all(row.thing is None for row in page.rows)


def test_one_object_and_its_versions_are_found_by_id_and_another_is_not() -> None:
    store = Memory()
    add(store, thing(1, day=2), thing(1, day=1), thing(2))
    name = thing(1)["id"]
    versions = read_versions(store, ROOM, name, read_filters({}, VERSIONS), READER)
    assert versions.resource == {
        "more": False,
        "versions": ["2031-01-02T00:00:00.000Z", "2031-01-01T00:00:00.000Z"],
    }
    both = read_object(store, ROOM, name, read_filters({"match[version]": ["all"]}, OBJECT), READER)
    assert len(both.resource["objects"]) == 2
    none = read_object(store, ROOM, name, read_filters({"match[version]": ["2030-01-01T00:00:00Z"]}, OBJECT), READER)
    assert none.resource == {}
    for reading in (read_object, read_versions):
        with pytest.raises(TaxiiRefused) as refusal:
            reading(store, ROOM, thing(7)["id"], read_filters({}, OBJECT), READER)
        assert refusal.value.status == 404


def test_objects_without_modified_go_by_created_or_by_when_they_were_added() -> None:
    store = Memory()
    observable = {"type": "domain-name", "id": stix_id("domain-name", "x"), "value": "evil.example"}
    marking = {key: value for key, value in thing(1, kind="marking-definition").items() if key != "modified"}
    add(store, observable, marking)
    versions = [row.label for row in ask(store).rows]
    assert versions == [write_moment(NOW), "2031-01-01T00:00:00.000Z"]
    assert [detail.get("message") for detail in add(store, observable, marking).successes] == [
        "it was there already"
    ] * 2


def test_the_status_tells_what_became_of_each_object() -> None:
    store = Memory()
    add(store, thing(1))
    status = add(store, thing(1), thing(1, name="changed"), thing(2), {"id": 7}, "x", thing(3, modified="soon"))
    found = status.resource()
    assert (found["status"], found["total_count"], found["success_count"], found["failure_count"]) == (
        "complete",
        6,
        2,
        4,
    )
    assert found["pending_count"] == 0
    assert "another content" in found["failures"][-1]["message"]
    assert all(detail["version"] for detail in found["failures"])
    assert names(ask(store)) == ["malware 1", "malware 2"]


def test_an_object_that_was_never_changed_may_leave_modified_out() -> None:
    store = Memory()
    add(store, thing(1))
    bare = {key: value for key, value in thing(1).items() if key != "modified"}
    status = add(store, bare).resource()
    assert (status["success_count"], status["failure_count"]) == (1, 0)
    assert len(ask(store, match_version="all").rows) == 1


def test_what_the_policy_does_not_allow_is_not_taken() -> None:
    store = Memory()
    status = add_objects(
        store,
        ROOM,
        [thing(1), thing(2)],
        now=NOW,
        status_id="s",
        verdict=lambda found: "no" if "1" in found["name"] else None,
    )
    assert [detail["message"] for detail in status.failures] == ["no"]
    assert names(ask(store)) == ["malware 2"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"objects": []}', b'{"objects": 1}', b"[" * 9999])
def test_what_is_no_envelope_is_refused_with_422(content: bytes) -> None:
    with pytest.raises(TaxiiRefused) as refusal:
        read_envelope(content)
    assert refusal.value.status == 422


def test_an_envelope_is_read_and_a_huge_one_refused() -> None:
    assert read_envelope(json.dumps({"objects": [thing(1)]}).encode()) == [thing(1)]
    from dragoman.exchange.stix.bundles import Limits

    for limits in (Limits(octets=10), Limits(objects=1)):
        with pytest.raises(TaxiiRefused) as refusal:
            read_envelope(json.dumps({"objects": [1, 2]}).encode(), limits)
        assert refusal.value.status == 413


def test_deleting_takes_all_versions_or_those_named_and_the_rest_is_what_it_was() -> None:
    store = Memory()
    add(store, thing(1, day=1), thing(1, day=2), thing(2))
    gone = delete_object(store, ROOM, thing(1)["id"], read_filters({"match[version]": ["last"]}, OBJECT, default=ALL))
    assert [row.label[8:10] for row in gone] == ["02"]
    assert names(ask(store)) == ["malware 1", "malware 2"]
    delete_object(store, ROOM, thing(1)["id"], read_filters({}, OBJECT, default=ALL))
    assert names(ask(store)) == ["malware 2"]
    with pytest.raises(TaxiiRefused):
        delete_object(store, ROOM, thing(1)["id"], read_filters({}, OBJECT, default=ALL))
    add(store, thing(9), now=0)
    assert ask(store).rows[-1].added > NOW + 2


additions = st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 6)), max_size=4), max_size=8)


@settings(max_examples=120, deadline=None)
@given(additions, st.integers(1, 3), st.sampled_from(["last", "first", "all", "first,last"]))
def test_a_reader_misses_nothing_whatever_is_added_between_pages(
    batches: list[list[tuple[int, int]]], limit: int, version: str
) -> None:
    store, read, after = Memory(), dict[int, Row](), -1
    token: str | None = None
    waiting = list(batches)
    while waiting or token is not None:
        if waiting:
            add(store, *(thing(number, day) for number, day in waiting.pop(0)), now=0)
        filters = replace(read_filters({"match[version]": [version], "limit": [str(limit)]}), added_after=after)
        page = read_objects(store, ROOM, replace(filters, token=token), READER)
        assert not read.keys() & {row.added for row in page.rows}
        read.update((row.added, row) for row in page.rows)
        token = page.resource.get("next")
        if token is None and read:
            after = max(read)
    rest = replace(read_filters({"match[version]": [version]}), added_after=after)
    read.update((row.added, row) for row in read_objects(store, ROOM, rest, READER).rows)
    whole = read_objects(store, ROOM, read_filters({"match[version]": [version]}), READER).rows
    assert {row.added for row in whole} <= read.keys()


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["2.0", "2.1"])), unique=True, max_size=9))
def test_first_and_last_at_any_moment_are_what_was_so_then(history: list[tuple[int, str]]) -> None:
    rows = [Row(at, "x--1", "x", version, str(version), spec) for at, (version, spec) in enumerate(history, start=1)]
    placed = place(rows)
    for until in range(1, len(rows) + 1):
        there = [row for row in rows if row.added <= until]
        newest = max(row.spec_version for row in there)
        of_it = [row.version for row in there if row.spec_version == newest]
        for value, pick in (("last", max), ("first", min)):
            query = Query("c", until=until, versions=read_filters({"match[version]": [value]}).versions)
            assert [row.version for row in placed if matches(row, query)] == [pick(of_it)]
            together = replace(query, spec_versions=frozenset(("2.0", "2.1")))
            of_all = pick((row.version, row.spec_version) for row in there)
            assert [(row.version, row.spec_version) for row in placed if matches(row, together)] == [of_all]


@given(st.integers(0, 2**50), st.integers(0, 2**50), st.integers(0, 99))
def test_moments_only_grow(newest: int, now: int, count: int) -> None:
    moments = next_moments(newest, now, count)
    assert len(moments) == count
    assert all(moment > newest for moment in moments)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_from_how_it_is_written(time: datetime) -> None:
    moment = moment_of(time)
    assert read_moment(write_moment(moment), "x") == moment


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/taxii+json",
        "application/taxii+json;version=2.1",
        'text/html, application/taxii+json; version="2.1"; q=0.5',
        "Application/*",
    ],
)
def test_what_fits_is_accepted(accept: str | None) -> None:
    assert negotiation.negotiate(accept) == "application/taxii+json;version=2.1"


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/taxii+json;version=2.0",
        "application/vnd.oasis.taxii+json",
        "application/taxii+json;q=0",
        "application/taxii+json;q=x",
        ";",
    ],
)
def test_what_does_not_fit_is_refused_with_406(accept: str) -> None:
    with pytest.raises(TaxiiRefused) as refusal:
        negotiation.negotiate(accept)
    assert refusal.value.status == 406


@pytest.mark.parametrize(
    ("content_type", "length", "status"),
    [
        ("application/json", 1, 415),
        (None, 1, 415),
        ("*/*", 1, 415),
        ("application/taxii+json;version=2.0", 1, 415),
        ("application/taxii+json;version=2.1, text/html", 1, 415),
        ("application/taxii+json;version=2.1", None, 411),
        ("application/taxii+json;version=2.1", 10**9, 413),
    ],
)
def test_content_of_another_type_or_size_is_refused(content_type: str | None, length: int | None, status: int) -> None:
    with pytest.raises(TaxiiRefused) as refusal:
        negotiation.check_content(content_type, length)
    assert refusal.value.status == status
    message = negotiation.error_message(refusal.value, "e-1")
    assert (message["http_status"], message["error_id"]) == (str(status), "e-1")
    assert message["title"]
    assert message["details"]["remedy"]


def test_content_that_fits_passes_and_other_errors_are_400() -> None:
    negotiation.check_content("application/taxii+json; version=2.1", 10)
    assert negotiation.error_message(QueryRefused("odd", place="row 1"), "e")["description"] == "row 1: odd"


def test_resources_say_only_what_there_is() -> None:
    assert resources.discovery("Node", []) == {"title": "Node"}
    assert resources.discovery("Node", ["https://a.example/r/"], contact="x", description="y")["api_roots"]
    assert resources.api_root("Agreement 1")["versions"] == ["application/taxii+json;version=2.1"]
    assert resources.collections([]) == {}
    (listed,) = resources.collections([resources.Collection("u", "Lists", True, False, alias="lists")])["collections"]
    assert listed == {
        "id": "u",
        "title": "Lists",
        "can_read": True,
        "can_write": False,
        "alias": "lists",
        "media_types": ["application/stix+json;version=2.1"],
    }
