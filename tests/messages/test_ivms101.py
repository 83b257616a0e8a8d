"""IVMS101: parties of virtual-asset transfers, in any envelope and spelling of keys."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import QueryRefused
from dragoman.messages import ivms101
from dragoman.messages.parties import Message

PERSON: dict[str, Any] = {
    "naturalPerson": {
        "name": {
            "nameIdentifier": [
                {"primaryIdentifier": "Roe", "secondaryIdentifier": "Ana", "nameIdentifierType": "LEGL"},
                {"primaryIdentifier": "Poe", "secondaryIdentifier": "Ana", "nameIdentifierType": "MAID"},
            ],
            "localNameIdentifier": [
                {"primaryIdentifier": "Ро", "secondaryIdentifier": "Ана", "nameIdentifierType": "LEGL"}
            ],
        },
        "geographicAddress": [
            {
                "addressType": "HOME",
                "streetName": "Av Larco",
                "buildingNumber": "1",
                "townName": "Lima",
                "country": "PE",
            }
        ],
        "nationalIdentification": {
            "nationalIdentifier": "X1234567",
            "nationalIdentifierType": "CCPT",
            "countryOfIssue": "PE",
        },
        "customerIdentification": "778899",
        "dateAndPlaceOfBirth": {"dateOfBirth": "1970-05-01", "placeOfBirth": "Cusco"},
        "countryOfResidence": "GB",
    }
}
COMPANY: dict[str, Any] = {
    "legalPerson": {
        "name": {
            "nameIdentifier": [
                {"legalPersonName": "Roe Exchange Ltd", "legalPersonNameIdentifierType": "LEGL"},
                {"legalPersonName": "RoeX", "legalPersonNameIdentifierType": "TRAD"},
            ]
        },
        "nationalIdentification": {"nationalIdentifier": "5493001KJTIIGC8Y1R12", "nationalIdentifierType": "LEIX"},
        "countryOfRegistration": "MT",
    }
}
WALLET = "0xde709f2102306220921060314715629080e2fb77"
TRANSFER: dict[str, Any] = {
    "originator": {"originatorPersons": [PERSON], "accountNumber": [WALLET]},
    "beneficiary": {"beneficiaryPersons": [COMPANY], "accountNumber": ["12345678"]},
    "originatingVASP": {"originatingVASP": COMPANY},
    "transferPath": {"transferPath": [{"intermediaryVASP": COMPANY, "sequence": "1"}]},
}


def read(plain: Any) -> list[Message]:
    text = plain if isinstance(plain, bytes) else orjson.dumps(plain)
    return list(ivms101.read(io.BytesIO(text), "transfer.json"))


def respelled(value: Any, spell: Any) -> Any:
    if isinstance(value, dict):
        return {spell(key): respelled(each, spell) for key, each in value.items()}
    return [respelled(each, spell) for each in value] if isinstance(value, list) else value


def test_persons_are_known_by_names_birth_documents_addresses_and_wallets() -> None:
    (message,) = read(TRANSFER)
    assert [party.role for party in message.parties] == [
        "originator", "beneficiary", "originating_vasp", "intermediary_vasp_1"
    ]  # fmt: skip
    (originator,) = message.by_role("originator")
    plain = originator.record.to_ftm()
    assert plain["schema"] == "Person"
    assert plain["properties"] == {
        "name": ["Ana Roe", "Ана Ро"],
        "previousName": ["Ana Poe"],
        "address": ["1, Av Larco, Lima"],
        "country": ["pe", "gb"],
        "passportNumber": ["X1234567"],
        "nationality": ["pe"],
        "birthDate": ["1970-05-01"],
        "birthPlace": ["Cusco"],
        "publicKey": [WALLET],
    }
    assert [(account.kind, account.number) for account in originator.accounts] == [("wallet", WALLET)]
    assert [(fact.kind, fact.value) for fact in originator.facts] == [("customer_id", "778899")]


def test_companies_are_known_by_names_and_numbers() -> None:
    (message,) = read(TRANSFER)
    (beneficiary,) = message.by_role("beneficiary")
    assert beneficiary.record.to_ftm()["properties"] == {
        "name": ["Roe Exchange Ltd"],
        "alias": ["RoeX"],
        "leiCode": ["5493001KJTIIGC8Y1R12"],
        "jurisdiction": ["mt"],
        "accountNumber": ["12345678"],
    }


@pytest.mark.parametrize(
    "spell", [str.lower, str.upper, lambda key: "".join(f"_{c.lower()}" if c.isupper() else c for c in key)]
)
def test_keys_are_read_in_any_spelling(spell: Any) -> None:
    assert [party.record.names for party in read(respelled(TRANSFER, spell))[0].parties] == [
        party.record.names for party in read(TRANSFER)[0].parties
    ]


def test_any_envelope_is_looked_through_and_gives_the_amount() -> None:
    (message,) = read(
        {"id": "T1", "transactionAmount": "5.5", "transactionAsset": "eth", "ivms101": {"identity": TRANSFER}}
    )
    assert len(message.parties) == 4
    (message,) = read({"id": "T1", "transactionAmount": "5.5", "transactionAsset": "eth", "ivms101": TRANSFER})
    assert message.id == "T1"
    assert [(each.value, each.currency) for each in message.amounts] == [("5.5", "ETH")]


def test_arrays_and_lines_give_a_message_for_each_transfer() -> None:
    assert len(read([TRANSFER, TRANSFER])) == 2
    lines = read(orjson.dumps(TRANSFER) + b"\n\n" + orjson.dumps(TRANSFER))
    assert [message.place for message in lines] == ["transfer.json:1", "transfer.json:3"]
    assert len(read(orjson.dumps(TRANSFER, option=orjson.OPT_INDENT_2))) == 1


def test_what_cannot_be_read_of_a_transfer_is_a_problem() -> None:
    (message,) = read(
        {
            "originator": {"originatorPersons": [{"somebody": 1}, PERSON]},
            "beneficiary": {"beneficiaryPersons": "nobody"},
        }
    )
    assert [party.role for party in message.parties] == ["originator"]
    assert [problem.expected for problem in message.problems] == [
        "a naturalPerson or a legalPerson",
        "beneficiarypersons with a natural or legal person",
    ]


def test_it_is_recognised_by_its_keys() -> None:
    assert ivms101.recognise(orjson.dumps(TRANSFER))
    assert ivms101.recognise(orjson.dumps(respelled(TRANSFER, str.upper)))
    assert not ivms101.recognise(b'{"schema": "Person", "properties": {"name": ["originator"]}}')


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b"null", b"{", b'{"a": 1}', b"[" * 5000, b"[" * 5000 + b"]" * 5000]
)
def test_what_is_no_transfer_is_refused(text: bytes) -> None:
    with pytest.raises(QueryRefused):
        read(text)


KEYS = (
    "originator originatorPersons naturalPerson name nameIdentifier primaryIdentifier country geographicAddress "
    "accountNumber dateAndPlaceOfBirth dateOfBirth amount currency transferPath"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4),
    max_leaves=25,
)


@given(JSON)
@settings(max_examples=200)
def test_any_json_under_an_originator_is_read(value: Any) -> None:
    for message in read(b'{"originator":{"originatorPersons":' + _dumped(value) + b"}}"):
        assert message.format == "IVMS101"


def _dumped(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # an integer of more than 64 bits
        return b"null"


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_random_bytes_are_refused_and_nothing_else_happens(noise: bytes) -> None:
    ivms101.recognise(noise)
    with pytest.raises(QueryRefused):
        read(noise)
