"""Free text: who is named in it, and where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.model import Record
from dragoman.screening import Mention, Repeats, Screener, TextScanner
from dragoman.screening.text_numbers import numbers_in

IBAN = "GB29NWBK60161331926819"
WALLET = "TQ5NMqJjhpQGK7YJbESKfrLBk7SJoJvDbY"


def party(id_: str, schema: str, **values: str) -> Record:
    record = Record(id_, schema)
    for prop, value in values.items():
        record.add(prop, value)
    return record


@pytest.fixture(scope="module")
def screener(index) -> Screener:
    return index(
        party("ruvan", "Person", name="Ruvan Telmori Zarqelan", passportNumber="P7834521"),
        party("habib", "Person", name="حبيب زرقلان"),
        party("front", "Organization", name="Varnak Liberation Brigade"),
        party("bank", "Organization", name="Qelmori Bank", swiftBic="QELMZZ22XXX"),
        party("holder", "Organization", name="Telqar Exchange", iban=IBAN),
        party("ship", "Vessel", name="Ocean Payment", imoNumber="9187629"),
        party("wallet", "CryptoWallet", publicKey=WALLET),
        party("trade", "Organization", name="Invoice Payment Trading"),
        party("pair", "Person", name="Sorvik Sorvik"),
    )


def mentioned(screener: Screener, text: str) -> list[tuple[str, str, str]]:
    (found,) = TextScanner(screener).scan([text])
    assert all(text[each.start : each.end] == each.text for each in found)
    return [(each.hit.record_id, each.kind, each.text) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PAYMENT FOR INVOICE 4711 RUVAN TELMORI ZARQELAN GOODS", ("ruvan", "name", "RUVAN TELMORI ZARQELAN")),
        ("rent march zarqelan, ruvan telmori", ("ruvan", "name", "zarqelan, ruvan telmori")),
        ("salary of Roovan Telmory Zarkelan for may", ("ruvan", "name", "Roovan Telmory Zarkelan")),
        ("دفعة الى حبيب زرقلان مايو", ("habib", "name", "حبيب زرقلان")),
        ("/INV/17//VARNAK LIBERATION BRIGADE//X", ("front", "name", "VARNAK LIBERATION BRIGADE")),
        ("passport P7834521 presented", ("ruvan", "document", "P7834521")),
        ("PASSPORT/P7834521", ("ruvan", "document", "P7834521")),
        ("pass no P 7834521", ("ruvan", "document", "P 7834521")),
        ("via QELMZZ22 please", ("bank", "bank", "QELMZZ22")),
        (f"credit {IBAN}", ("holder", "account", IBAN)),
        ("to GB29 NWBK 6016 1331 9268 19 rent may", ("holder", "account", "GB29 NWBK 6016 1331 9268 19")),
        ("freight MT OCEAN, IMO 9187629, LAGOS", ("ship", "vessel", "9187629")),
        ("freight IMO9187629.", ("ship", "vessel", "IMO9187629")),
        (f"usdt to {WALLET}, thanks", ("wallet", "wallet", WALLET)),
    ],
)
def test_what_is_named_in_a_text_is_found_with_its_place(screener, text, expected):
    assert mentioned(screener, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "invoice payment trading goods",
        "liberation day parade",
        "Ruvan paid the rent",
        "invoice 7834521",
        "Sorvik to Sorvik",
        "ocean payment due",
        "20240501 1250.00 EUR",
        "Telmori street. A very long way from there, as the crow flies, and on the other side: Zarqelan square",
    ],
)
def test_ordinary_words_one_rare_word_and_short_numbers_are_no_hit(screener, text):
    assert mentioned(screener, text) == []


def test_a_party_named_twice_shows_once_a_text_and_texts_keep_their_order(screener):
    text = "Ruvan Telmori Zarqelan, passport P7834521"
    found = TextScanner(screener).scan(["nobody", text, "", text])
    assert [[each.hit.record_id for each in some] for some in found] == [[], ["ruvan"], [], ["ruvan"]]
    assert found[1][0].hit.score == max(each.hit.score for each in found[3])


def test_names_in_a_text_longer_than_a_piece_have_their_place_in_the_whole(screener):
    text = "goods and services " * 2000 + "Ruvan Telmori Zarqelan" + " as agreed" * 10
    assert mentioned(screener, text) == [("ruvan", "name", "Ruvan Telmori Zarqelan")]


def test_lists_restrict_and_a_mention_tells_its_evidence(screener):
    scanner = TextScanner(screener)
    (some,) = scanner.scan(["rent Ruvan Telmori Zarqelan"], lists=["list"])
    (mention,) = some
    assert isinstance(mention, Mention)
    plain = mention.to_json()
    assert plain["found"] == {"start": 5, "end": 27, "text": "Ruvan Telmori Zarqelan", "kind": "name"}
    assert plain["features"]


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_any_text_is_scanned_and_every_mention_is_a_part_of_it(screener, text):
    for each in TextScanner(screener).scan([text, f"{text} Ruvan Telmori Zarqelan"])[1]:
        assert 0 <= each.start < each.end <= len(text) + 23


@given(st.text(alphabet="AZaz019 .:/-@+", max_size=80))
def test_numbers_stand_where_they_say(text):
    for number in numbers_in(text):
        assert text[number.start : number.end].strip()


def test_what_states_the_same_is_screened_once(screener):
    asked = []

    class Counting:
        def screen_batch(self, queries, **settings):
            asked.append(len(queries))
            return screener.screen_batch(queries, **settings)

    repeats = Repeats(Counting(), threshold=0.7, limit=5)
    listed, clear = party("", "Person", name="Ruvan Telmori Zarqelan"), party("", "Person", name="Nobody Atall")
    found = repeats.screen([listed, clear, party("other", "Person", name="Ruvan Telmori Zarqelan"), listed])
    assert [bool(some) for some in found] == [True, False, True, True]
    assert found[0] is found[2]
    assert repeats.screen([clear, listed])[0] == []
    assert asked == [2, 1]
