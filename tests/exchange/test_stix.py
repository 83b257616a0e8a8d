"""Records as STIX and back, valid by the public validator; bundles that are hostile are refused with the place."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import BundleRefused
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.indicators import read_indicator
from dragoman.exchange.stix import bundles, definitions, ids, markings, objects, records, strangers
from dragoman.model import Record, Statement, schemata

CREATED = datetime(2031, 5, 4, 12, tzinfo=UTC)
HANDLING = Handling(
    Colour.AMBER,
    frozenset({"node-a"}),
    codes=frozenset({"H1"}),
    purposes=frozenset({"counter-terrorism"}),
    recipients=frozenset({"node-b"}),
    keep_until=date(2032, 1, 31),
    agreements=frozenset({"sha-256:00"}),
)
WRITING = records.Writing(
    CREATED, author=definitions.AUTHOR, markings=tuple(marking["id"] for marking in markings.markings_of(HANDLING))
)
SUPPORT = [*definitions.definitions(), *markings.markings_of(HANDLING)]

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
statements = st.builds(
    Statement,
    prop=st.sampled_from(["name", "alias", "birthDate", "topics", "holder", "notes", "unheardOf"]),
    value=texts | st.sampled_from(["crime.terror", "sanction", "x-1"]),
    original=st.none() | texts,
    place=st.none() | texts,
    lang=st.none() | st.just("ara"),
    quality=st.none() | st.sampled_from(["good", "low", "weak"]),
    origin=st.none() | st.sampled_from(["un-sc@2026-02-27", "made@2026-02-27.2"]),
)
any_record = st.builds(
    Record,
    id=texts,
    schema=st.sampled_from([*schemata.schema_names(), "SchemaOfTomorrow"]),
    statements=st.lists(statements, max_size=5),
    source=st.just("") | texts,
    version=st.just("") | texts,
)


def identity(**more: Any) -> dict[str, Any]:
    return {
        "type": "identity",
        "spec_version": "2.1",
        "id": "identity--6f0a9a5c-0c2e-4d39-9d0f-5b6d6a0b7c11",
        "created": "2031-01-01T00:00:00.000Z",
        "modified": "2031-01-02T00:00:00.000Z",
        "name": "Exempla Ficta",
        "identity_class": "individual",
        **more,
    }


def bundle(*things: Any) -> bytes:
    return json.dumps({"type": "bundle", "id": ids.stix_id("bundle", "x"), "objects": list(things)}).encode()


def faults(things: list[ids.Thing]) -> list[str]:
    """What stix2-validator finds wrong, as errors; warnings are about UUIDs of version 5, which the standard allows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from stix2validator import ValidationOptions, validate_instance

        found = [validate_instance(thing, ValidationOptions(version="2.1")) for thing in things]
    return [str(error) for each in found for error in each.errors]


def parse(thing: ids.Thing) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import stix2

        return stix2.parse(json.loads(json.dumps(thing)), allow_custom=True)


@settings(max_examples=150, deadline=None)
@given(any_record)
def test_a_record_comes_back_as_it_was(record: Record) -> None:
    thing = records.write_record(record, WRITING)
    (back,) = records.read_records(bundles.read_bundle(bundles.write_bundle([*SUPPORT, thing])))
    assert back == record


@pytest.mark.parametrize("release", ["un", "ofac"])
def test_real_lists_come_back_as_they_were(release: str, data: Path) -> None:
    from dragoman.lists import ofac, un
    from dragoman.lists.reading import Reading

    lists = data / "lists"
    if release == "un":
        listed = list(un.read(lists / "un_2026-02-27.xml", Reading()))
    else:
        listed = list(ofac.read_sdn(lists / "ofac_2021-07", Reading()))[:6000]
    things = [*SUPPORT, *(records.write_record(record, WRITING) for record in listed)]
    assert list(records.read_records(bundles.read_bundle(bundles.write_bundle(things)))) == listed


def test_what_is_written_of_a_real_list_is_valid_stix(data: Path) -> None:
    from dragoman.lists import un
    from dragoman.lists.reading import Reading

    listed = list(un.read(data / "lists" / "un_2026-02-27.xml", Reading()))[::40]
    things = [*SUPPORT, *(records.write_record(record, WRITING) for record in listed)]
    things += records.write_links(listed, WRITING)
    assert faults(things) == []
    for thing in things:
        assert parse(thing)["id"] == thing["id"]


def record_of_a_group() -> Record:
    group = Record("x-1", "Organization", source="partner")
    group.add("name", "Invented Front", quality="good")
    group.add("alias", "IF", quality="low")
    group.add("topics", "crime.terror")
    return group


def test_every_kind_of_object_is_valid_and_read_by_stix2() -> None:
    group = records.write_record(record_of_a_group(), WRITING)
    about = [group["id"]]
    indicators = [
        objects.write_indicator(read_indicator(kind, text), WRITING, types=["malicious-activity"], confidence=70)
        for kind, text in INDICATORS
    ]
    sighting = objects.Sighting(indicators[0]["id"], CREATED, CREATED, 3, (definitions.AUTHOR,))
    things = [
        *SUPPORT,
        group,
        *indicators,
        objects.write_sighting(sighting, WRITING),
        objects.write_note("Seen twice.", about, WRITING, abstract="seen"),
        objects.write_opinion("disagree", about, WRITING, explanation="Another group of the same name."),
        objects.write_report("Weekly", about, WRITING, published=CREATED, text="What was seen."),
        objects.write_grouping("Case 7", about, WRITING, context="suspicious-activity"),
        objects.write_incident("Phishing", WRITING, key="case-7", types=["phishing"], about=about, text="One mail."),
        *(markings.tlp_marking(colour) for colour in Colour),
    ]
    assert group["type"] == "threat-actor"
    assert faults(things) == []
    assert [parse(thing)["type"] for thing in things] == [thing["type"] for thing in things]
    assert bundles.read_bundle(bundles.write_bundle(things))


INDICATORS = [
    ("domain", "evil.example"),
    ("url", "https://evil.example/a'b"),
    ("email", "a@evil.example"),
    ("hash", "d41d8cd98f00b204e9800998ecf8427e"),
    ("wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("phone", "+902125550000"),
    ("handle", "telegram:example"),
]


def test_sightings_come_back_and_add_up_for_the_owner() -> None:
    later = datetime(2031, 6, 1, tzinfo=UTC)
    first = objects.Sighting("indicator--" + "0" * 8, CREATED, CREATED, 2, ("identity--a",))
    second = objects.Sighting(first.of, later, later, 1, ("identity--b",))
    assert objects.read_sighting(objects.write_sighting(first, WRITING)) == first
    total = objects.add_sightings([first, second])[first.of]
    assert (total.count, total.first, total.last, total.at) == (3, CREATED, later, ("identity--a", "identity--b"))
    with pytest.raises(BundleRefused):
        objects.write_sighting(objects.Sighting(first.of, later, CREATED), WRITING)


@pytest.mark.parametrize("more", [{"count": -1}, {"count": True}, {"sighting_of_ref": 1}, {"first_seen": "soon"}])
def test_a_malformed_sighting_is_refused(more: dict[str, Any]) -> None:
    made = objects.write_sighting(objects.Sighting("indicator--x", CREATED, CREATED), WRITING)
    with pytest.raises(BundleRefused):
        objects.read_sighting({**made, **more})


def test_the_same_record_is_the_same_object_and_its_change_a_new_version() -> None:
    first = records.write_record(record_of_a_group(), WRITING)
    assert first == records.write_record(record_of_a_group(), WRITING)
    changed = record_of_a_group()
    changed.add("alias", "The Front")
    later = records.Writing(CREATED, datetime(2031, 6, 1, tzinfo=UTC))
    second = records.write_record(changed, later)
    assert (second["id"], second["created"]) == (first["id"], first["created"])
    assert list(records.read_records([second, first])) == [changed]


def test_unknown_properties_and_extensions_are_kept() -> None:
    extension = "extension-definition--d0d0d0d0-0000-4000-8000-000000000000"
    received = records.write_record(record_of_a_group(), WRITING)
    received["goals"] = ["unknown to us"]
    received["extensions"][extension] = {"extension_type": "property-extension", "rating": 7}
    (back,) = bundles.read_bundle(bundle(received))
    assert back == received
    again = records.write_record(record_of_a_group(), WRITING, base=back)
    assert again == received


def test_a_revoked_object_gives_no_record() -> None:
    revoked = records.write_record(record_of_a_group(), WRITING) | {"revoked": True}
    assert list(records.read_records([revoked])) == []


def test_an_object_cannot_pass_for_another_record() -> None:
    thing = records.write_record(record_of_a_group(), WRITING)
    thing["extensions"][ids.RECORD_EXTENSION]["record_id"] = "x-2"
    with pytest.raises(BundleRefused, match="not that of the record"):
        records.read_record(thing)


@pytest.mark.parametrize(
    "body",
    [
        7,
        {},
        {"record_id": "x-1"},
        {"record_id": "x-1", "schema": "Organization", "source": "partner", "statements": 1},
        {"record_id": "x-1", "schema": "Organization", "source": "partner", "statements": [{"prop": "name"}]},
        {"record_id": "x-1", "schema": "Organization", "source": "partner", "statements": [{"prop": "a", "value": 1}]},
        {
            "record_id": "x-1",
            "schema": "Person",
            "source": "partner",
            "statements": [{"prop": "", "value": "", "q": ""}],
        },
        {"record_id": "x-1", "schema": "A", "statements": [{"prop": "name", "value": "a", "quality": "fine"}]},
    ],
)
def test_a_malformed_record_extension_is_refused(body: Any) -> None:
    thing = records.write_record(record_of_a_group(), WRITING)
    thing["extensions"][ids.RECORD_EXTENSION] = body
    with pytest.raises(BundleRefused):
        records.read_record(thing)


DEEP: Any = "x"
for _ in range(40):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("things", "said"),
    [
        ([7], "not an object"),
        ([identity(id="person--1")], "do not go together"),
        ([identity(id="identity--6F0A9A5C-0C2E-4D39-9D0F-5B6D6A0B7C11")], "do not go together"),
        ([identity(type="malware")], "do not go together"),
        ([identity(spec_version="9")], "spec_version"),
        ([identity(created="yesterday")], "no time"),
        ([identity(modified="2031-13-01T00:00:00Z")], "no time"),
        ([identity(modified="2030-01-01T00:00:00Z")], "before it was created"),
        ([identity(created_by_ref="me")], "no id"),
        ([identity(object_marking_refs=[{"a": 1}])], "no id"),
        ([identity(object_marking_refs="marking-definition--x")], "not a list"),
        ([identity(granular_markings=5)], "not a list of objects"),
        ([identity(extensions={"a": 1})], "not an object of objects"),
        ([identity(x_deep=DEEP)], "nested deeper"),
        ([identity(name="x" * 2_000_001)], "characters"),
        ([identity(), identity(name="Another")], "two contents"),
    ],
)
def test_a_hostile_bundle_is_refused_with_the_reason(things: list[Any], said: str) -> None:
    with pytest.raises(BundleRefused, match=said) as refusal:
        bundles.read_bundle(bundle(*things))
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"objects": 1}', b"[" * 100_000, b'{"type": "identity"}', b"\xff", b'{"objects":[NaN]}'],
)
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(BundleRefused):
        bundles.read_bundle(content)


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.none() | st.integers() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)))
def test_any_json_is_refused_or_read(plain: Any) -> None:
    for thing in (
        plain,
        identity(extensions=plain),
        identity(object_marking_refs=plain),
        identity(granular_markings=plain),
        identity(created=plain),
    ):
        try:
            found = bundles.read_bundle(bundle(thing))
            list(strangers.read_all(found, "partner"))
            [markings.handling_of(each, {}, "partner") for each in found]
        except BundleRefused:
            continue


def test_size_and_number_are_limited() -> None:
    few = bundles.Limits(octets=300, objects=1)
    with pytest.raises(BundleRefused, match="bytes"):
        bundles.read_bundle(bundle(identity()), few)
    with pytest.raises(BundleRefused, match="2 objects"):
        bundles.check_things([identity(), identity()], few)


def test_the_same_object_twice_is_one_and_two_versions_are_two() -> None:
    assert len(bundles.read_bundle(bundle(identity(), identity()))) == 1
    assert len(bundles.read_bundle(bundle(identity(), identity(modified="2031-02-01T00:00:00Z")))) == 2


def test_circular_markings_are_refused_and_other_circles_end() -> None:
    first, second = (markings.tlp_marking(colour) for colour in (Colour.GREEN, Colour.RED))
    circle = [first | {"object_marking_refs": [second["id"]]}, second | {"object_marking_refs": [first["id"]]}]
    with pytest.raises(BundleRefused, match="marks itself"):
        bundles.check_things(circle)
    alone = identity(created_by_ref=identity()["id"])
    assert bundles.closure([alone["id"]], bundles.check_things([alone])) == [alone]


def test_a_closure_holds_all_that_is_named_and_nothing_else() -> None:
    group = records.write_record(record_of_a_group(), WRITING)
    note = objects.write_note("Seen.", [group["id"]], WRITING)
    stranger = identity()
    found = bundles.closure([note["id"]], [*SUPPORT, group, note, stranger])
    assert {thing["id"] for thing in found} == {
        note["id"],
        group["id"],
        definitions.AUTHOR,
        *WRITING.markings,
    }


def test_an_author_can_be_left_out_without_a_trace() -> None:
    author = identity()
    writing = records.Writing(CREATED, author=author["id"])
    group = records.write_record(record_of_a_group(), writing)
    sighting = objects.write_sighting(objects.Sighting(group["id"], CREATED, CREATED, 1, (author["id"],)), writing)
    about = objects.write_note("About the author.", [author["id"]], writing)
    stripped = bundles.strip_authors([author, group, sighting, about], [author["id"]])
    assert [thing["type"] for thing in stripped] == ["threat-actor", "sighting"]
    assert author["id"] not in json.dumps(stripped)
    assert faults(stripped) == []


def test_sightings_go_to_the_author_of_what_was_sighted() -> None:
    mine = objects.write_indicator(read_indicator(*INDICATORS[0]), WRITING)
    nobodys = objects.write_indicator(read_indicator(*INDICATORS[1]), records.Writing(CREATED))
    seen = [objects.Sighting(thing["id"], CREATED, CREATED) for thing in (mine, nobodys)]
    assert objects.by_owner(seen, [mine, nobodys]) == {definitions.AUTHOR: seen[:1], "": seen[1:]}


def test_handling_comes_back_from_its_marking() -> None:
    known = {marking["id"]: marking for marking in markings.markings_of(HANDLING)}
    thing = markings.mark(identity(), HANDLING)
    assert markings.handling_of(thing, known, "node-a") == HANDLING


def test_the_strictest_marking_holds() -> None:
    known = {marking["id"]: marking for marking in markings.markings_of(HANDLING)}
    red = markings.tlp_marking(Colour.RED)["id"]
    thing = markings.mark(identity(), HANDLING)
    thing["granular_markings"] = [{"marking_ref": red, "selectors": ["name"]}]
    read = markings.handling_of(thing, known, "node-a")
    assert read is not None
    assert (read.colour, read.recipients) == (Colour.RED, frozenset({"node-b"}))


def test_a_colour_alone_is_read_of_both_editions_and_red_reaches_nobody_unnamed() -> None:
    white = identity(object_marking_refs=["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"])
    read = markings.handling_of(white, {}, "node-a")
    assert read == Handling(Colour.CLEAR, frozenset({"node-a"}))
    red = markings.handling_of(identity(object_marking_refs=[markings.tlp_marking(Colour.RED)["id"]]), {}, "node-a")
    assert red is not None
    assert red.recipients == frozenset()
    assert markings.handling_of(identity(), {}, "node-a") is None


@pytest.mark.parametrize(
    "marking",
    [
        None,
        {"definition_type": "statement", "definition": {"statement": "(c)"}},
        {"extensions": {ids.HANDLING_EXTENSION: {"tlp": "AMBER", "onward": "never"}}},
        {"extensions": {ids.HANDLING_EXTENSION: 3}},
    ],
)
def test_a_marking_that_is_not_understood_is_never_dropped(marking: dict[str, Any] | None) -> None:
    name = "marking-definition--d0d0d0d0-0000-4000-8000-000000000000"
    known = {} if marking is None else {name: {"type": "marking-definition", "id": name, **marking}}
    with pytest.raises(BundleRefused):
        markings.handling_of(identity(object_marking_refs=[name]), known, "node-a")


def test_strangers_objects_are_read_as_far_as_they_name_a_party() -> None:
    person = identity(contact_information="a@evil.example, +90 212 555 00 00", description="Invented.")
    actor = {"type": "threat-actor", "id": "threat-actor--1", "name": "IF", "aliases": ["The Front"]}
    actor["threat_actor_types"] = ["terrorist"]
    wallet = objects.write_indicator(read_indicator("wallet", INDICATORS[4][1]), WRITING)
    account = {"type": "user-account", "id": "user-account--1", "account_type": "telegram", "account_login": "example"}
    malware = {"type": "malware", "id": "malware--1", "name": "Not a party"}
    everybody = identity(id="identity--d0d0d0d0-0000-4000-8000-000000000000", identity_class="class")
    found = [
        record for _, record in strangers.read_all([person, actor, wallet, account, malware, everybody], "partner")
    ]
    assert [record.schema for record in found] == ["Person", "Organization", "CryptoWallet", "UserAccount"]
    assert found[0].values("email", "phone", "notes") == ["Invented.", "a@evil.example", "+902125550000"]
    assert found[1].values("alias", "topics") == ["The Front", "crime.terror"]
    assert found[2].values("publicKey") == [INDICATORS[4][1]]
    assert all(record.source == "partner" for record in found)


def test_links_between_records_are_drawn_as_relationships() -> None:
    group, passport = record_of_a_group(), Record("x-2", "Passport", source="partner")
    passport.add("holder", "x-1")
    passport.add("holder", "nobody here")
    (link,) = records.write_links([group, passport, Record("x-3", "SchemaOfTomorrow")], WRITING)
    assert (link["source_ref"], link["target_ref"]) == (records.record_id(passport), records.record_id(group))
    assert link["description"] == "holder"
    assert faults([link]) == []
