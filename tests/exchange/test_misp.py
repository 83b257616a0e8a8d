"""MISP events: objects read into records by the table, nothing dropped unsaid, and written back."""

from __future__ import annotations

import json
import warnings
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import BundleRefused
from dragoman.exchange.handling import Colour
from dragoman.exchange.indicators import read_indicator
from dragoman.exchange.misp import read_event
from dragoman.exchange.misp_writing import write_event
from dragoman.model import Record, schemata
from dragoman.model.tables import read_table


def uuid(number: int) -> str:
    return str(UUID(int=number, version=4))


def made(template: str, place_of: int = 1, /, **values: Any) -> dict[str, Any]:
    attributes = [
        {"type": "text", "object_relation": relation.replace("_", "-"), "value": value, "uuid": uuid(100 + place)}
        for place, (relation, several) in enumerate(values.items())
        for value in (several if isinstance(several, list) else [several])
    ]
    return {"name": template, "uuid": uuid(place_of), "Attribute": attributes}


def event(*objects: dict[str, Any], **more: Any) -> bytes:
    body = {
        "uuid": uuid(9),
        "info": "Invented",
        "date": "2031-05-04",
        "Orgc": {"name": "Unit"},
        "Object": list(objects),
    }
    return json.dumps({"Event": {**body, **more}}).encode()


def test_a_person_is_read_with_a_passport_of_its_own() -> None:
    person = made(
        "person",
        first_name="Exempla",
        last_name="Ficta",
        date_of_birth="1950-03-01T00:00:00.000000+0000",
        nationality=["Nigeria", "Atlantis"],
        gender="Female",
        passport_number="A01234567",
        passport_country="NG",
        e_mail="A@evil.example",
        role="Victim",
    )
    read = read_event(event(person), "partner")
    found, passport = read.records
    assert (found.schema, found.names, found.source) == ("Person", ["Exempla Ficta"], "partner")
    assert found.values("birthDate", "nationality", "gender", "email") == [
        "1950-03-01",
        "ng",
        "female",
        "a@evil.example",
    ]
    assert found.values("notes") == ["nationality: Atlantis", "role: Victim"]
    assert passport.values("number", "country", "holder") == ["A01234567", "ng", found.id]
    assert (read.title, read.day, read.owner) == ("Invented", "2031-05-04", "Unit")


def test_accounts_payments_notices_and_wallets_are_read() -> None:
    notice = made("interpol-notice", 1, forename="Exempla", present_family_name="Ficta", notice_color="Red")
    account = made("bank-account", 2, iban="GB82 WEST 1234 5698 7654 32", swift="WESTGB22", report_code="STR")
    payment = made("transaction", 3, amount="100.00", date="2031-05-04", transaction_number="7")
    wallet = made("coin-address", 4, address="1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", symbol="BTC")
    passport = made("passport", 5, number="A01234567", country="Ghana")
    found = read_event(event(notice, account, payment, wallet, passport), "partner").records
    assert [record.schema for record in found] == ["Person", "BankAccount", "Payment", "CryptoWallet", "Passport"]
    assert found[0].values("name", "notes") == ["notice-color: Red", "Exempla Ficta"]
    assert found[1].values("iban", "bic") == ["GB82WEST12345698765432", "WESTGB22"]
    assert found[2].values("amount", "date", "transactionNumber") == ["100.00", "2031-05-04", "7"]
    assert found[4].values("number", "country") == ["A01234567", "gh"]


def test_a_value_that_does_not_hold_is_kept_as_a_note() -> None:
    (account,) = read_event(event(made("bank-account", iban="GB00 WRONG")), "partner").records
    assert account.values("iban") == []
    assert account.first("notes", "description", "summary") == "iban: GB00 WRONG"


def test_followthemoney_objects_are_read_as_they_are_with_their_links() -> None:
    owner, firm = made("ftm-Person", 1, name="Exempla Ficta"), made("ftm-Company", 2, name="Ficta Ltd", unheard="of")
    share = made("ftm-Ownership", 3, percentage="51")
    share["ObjectReference"] = [
        {"referenced_uuid": uuid(1), "relationship_type": "owner"},
        {"referenced_uuid": uuid(2), "relationship_type": "asset"},
        {"referenced_uuid": uuid(77), "relationship_type": "asset"},
    ]
    owner["ObjectReference"] = [{"referenced_uuid": uuid(2), "relationship_type": "works-for"}]
    found = read_event(event(owner, firm, share), "partner").records
    assert [record.schema for record in found] == ["Person", "Company", "Ownership", "UnknownLink"]
    assert found[1].values("notes") == ["unheard: of"]
    assert found[2].values("owner", "asset") == [found[0].id, found[1].id]
    assert found[3].values("subject", "object", "role") == [found[0].id, found[1].id, "works-for"]


def test_attributes_are_read_as_indicators_and_the_rest_is_counted() -> None:
    attributes = [
        {"type": kind, "value": value, "uuid": uuid(number)}
        for number, (kind, value) in enumerate(
            [
                ("domain", "Evil[.]example"),
                ("filename|md5", "a.exe|d41d8cd98f00b204e9800998ecf8427e"),
                ("btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
                ("twitter-id", "Example"),
                ("domain", "not one"),
                ("yara", "rule"),
            ]
        )
    ]
    attributes.append({"type": "url", "value": "http://gone.example/", "deleted": True})
    unknown = made("file", 5) | {"Attribute": [{"type": "md5", "value": "d" * 32, "object_relation": "md5"}]}
    portrait = made("person", 6, full_name="Exempla Ficta")
    portrait["Attribute"].append({"type": "attachment", "object_relation": "portrait", "value": "x.jpg"})
    read = read_event(event(unknown, portrait, Attribute=attributes), "partner")
    assert [indicator.text for _, indicator in read.indicators] == [
        "d" * 32,
        "evil.example",
        "d41d8cd98f00b204e9800998ecf8427e",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "twitter:example",
    ]
    assert read.left_out == {
        "object file": 1,
        "attachment": 1,
        "attribute domain": 1,
        "attribute yara": 1,
        "deleted": 1,
    }


def test_the_strictest_tag_of_any_part_colours_the_event() -> None:
    person = made("person", full_name="Exempla Ficta")
    person["Attribute"][0]["Tag"] = [{"name": "tlp:red"}]
    assert read_event(event(person, Tag=[{"name": "TLP:GREEN"}, {"name": "type:OSINT"}]), "p").colour is Colour.RED
    assert read_event(event(), "p").colour is None
    with pytest.raises(BundleRefused, match="no colour"):
        read_event(event(Tag=[{"name": "tlp:ultraviolet"}]), "p")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"Event": 1}',
        b'{"Event": {"uuid": "x"}}',
        event(Object=3),
        event(Attribute=[3]),
        b"[" * 9999,
    ],
)
def test_what_is_no_event_is_refused(content: bytes) -> None:
    with pytest.raises(BundleRefused):
        read_event(content, "partner")


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "uuid", "Attribute", "Tag", "type", "value", "ObjectReference"]), inner
            )
        ),
    )
)
def test_any_json_is_refused_or_read(plain: Any) -> None:
    for content in (event(Object=plain), event(Attribute=plain), event(Object=[plain]), event(Attribute=[plain])):
        try:
            read_event(content, "partner")
        except BundleRefused:
            continue


def test_every_property_of_the_table_exists() -> None:
    rows = read_table("exchange", "misp/objects.tsv")
    schema_of = {row[0]: row[2] for row in rows if row[1] == "="}
    for name, relation, prop, _ in rows:
        if relation != "=":
            schema, _, inner = prop.rpartition(".")
            assert inner in schemata.properties(schema or schema_of[name])


def test_every_relation_of_the_table_is_of_misps_own_template() -> None:
    import pymisp

    templates = Path(str(pymisp.__file__)).parent / "data" / "misp-objects" / "objects"
    for name, relation, _, _ in read_table("exchange", "misp/objects.tsv"):
        path = templates / name / "definition.json"
        if relation != "=" and path.is_file():
            assert relation in json.loads(path.read_text(encoding="utf-8"))["attributes"], (name, relation)


def test_records_come_back_from_an_event_with_their_values() -> None:
    person = Record("x-1", "Person", source="partner")
    for prop, value in (("name", "Exempla Ficta"), ("birthDate", "1950-03-01"), ("nationality", "ng")):
        person.add(prop, value, original="as printed")
    passport = Record("x-2", "Passport", source="partner")
    passport.add("number", "A01234567")
    passport.add("holder", "x-1")
    indicators = [
        read_indicator(kind, text)
        for kind, text in (
            ("domain", "evil.example"),
            ("hash", "d" * 40),
            ("wallet", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
            ("handle", "github:example"),
        )
    ]
    content = write_event(
        "Case", date(2031, 5, 4), Colour.AMBER_STRICT, key="7", records=[person, passport], indicators=indicators
    )
    read = read_event(content, "partner")
    assert read.colour is Colour.AMBER_STRICT
    assert [indicator for _, indicator in read.indicators] == indicators
    found, document = read.records
    assert found.to_ftm()["properties"] == person.to_ftm()["properties"]
    assert document.values("number", "holder") == ["A01234567", found.id]
    assert write_event("Case", date(2031, 5, 4), Colour.RED, key="7") != content
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pymisp import MISPEvent

        public = MISPEvent()
        public.from_dict(**json.loads(content))
        assert [each.name for each in public.objects] == ["ftm-Person", "ftm-Passport"]
        assert len(public.attributes) == 4
