"""Passenger lists and bookings: made-up messages, each about one thing that senders do."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from datetime import date
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import DragomanError, QueryRefused
from dragoman.messages import paxlst, pnrgov, pnrgov_xml
from dragoman.messages.journeys import arrival_day, flight, local_time, read_day
from dragoman.messages.parties import Message, Party
from dragoman.messages.travellers import email_of, masked

HEAD = "UNB+UNOA:4+AIR+GOV+260301:0600+1'UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'"
LEG = "TDT+20+ZZ12+++ZZ'LOC+125+FRA'DTM+189:2603010930:201'LOC+87+IAD'DTM+232:2603011230:201'"
PNR_HEAD = (
    "UNB+IATA:1+ZZ+GOV+260301:0600+1'UNH+1+PNRGOV:11:1:IA'MSG+:22'ORG+ZZ'"
    "TVL+010326:0930:010326:1230+FRA+IAD+ZZ+12'EQN+1'SRC'RCI+ZZ:ABC123'"
)
TAIL = "UNT+99+1'UNZ+1+1'"


def one(module: ModuleType, text: str) -> Message:
    messages = list(module.read(io.BytesIO(text.encode()), "x"))
    assert len(messages) == 1
    return messages[0]


def listed(body: str) -> Message:
    return one(paxlst, HEAD + body + TAIL)


def booked(body: str) -> Message:
    return one(pnrgov, PNR_HEAD + body + TAIL)


def names(message: Message, role: str = "traveller") -> list[str]:
    return [party.record.caption for party in message.by_role(role)]


def facts(party: Party) -> set[str]:
    return {f"{fact.kind} {fact.value}" for fact in party.facts}


def expected(message: Message) -> str:
    return "; ".join(problem.expected for problem in message.problems)


# Passenger lists


def test_a_traveller_has_names_days_documents_and_places():
    message = listed(
        LEG + "NAD+FL+++DOE:JANE:ANN+1 ELM ST+TOWN+ZZ+123+GBR'ATT+2++F'DTM+329:850121'LOC+178+FRA'LOC+174+DEU'"
        "LOC+180+:::TOWN'NAT+2+D'RFF+AVF:ABC123'RFF+SEA:12A'COM+441234:TE+J@X.ZZ:EM'DOC+P+X123'DTM+36:301115'LOC+91+D'"
        "DOC+V+V999'LOC+91+USA'"
    )
    party = message.parties[0]
    record = party.record
    assert (record.caption, record.first("birthDate"), record.first("gender")) == (
        "JANE ANN DOE",
        "1985-01-21",
        "female",
    )
    assert (record.values("nationality"), record.first("country"), record.first("birthPlace")) == (["de"], "de", "TOWN")
    assert (record.first("phone"), record.first("email")) == ("441234", "J@X.ZZ")
    assert record.first("address") == "1 ELM ST, TOWN, ZZ, 123, GBR"
    assert [(each.kind, each.number, each.country, each.expiry) for each in party.documents] == [
        ("passport", "X123", "de", "2030-11-15"),
        ("visa", "V999", "us", None),
    ]
    assert record.values("passportNumber", "idNumber") == ["X123"], "a visa's number is not the person's"
    assert {"booking ABC123", "seat 12A", "embarkation FRA"} <= facts(party)


def test_times_of_a_leg_are_local_with_their_offset():
    leg = listed(LEG + "NAD+FL+++DOE:JANE'").journeys[0].legs[0]
    assert (leg.origin, leg.destination, leg.carrier, leg.number) == ("FRA", "IAD", "ZZ", "12")
    assert (leg.departs, leg.arrives) == ("2026-03-01T09:30+01:00", "2026-03-01T12:30-05:00")


def test_ports_without_direction_are_told_apart_by_their_times():
    body = "TDT+20+ZZ12'LOC+92+IAD'DTM+232:2603011230:201'LOC+92+FRA'DTM+189:2603010930:201'NAD+FL+++DOE:JANE'"
    leg = listed(body).journeys[0].legs[0]
    assert (leg.origin, leg.destination) == ("FRA", "IAD")


@pytest.mark.parametrize(
    ("segment", "problem"),
    [
        ("DTM+329:851321'", "a day"),
        ("ATT+2++Q'", "M, F or U"),
        ("NAT+2+QQQ'", "a country code"),
        ("DOC+P'", "a document number"),
        ("QQQ+1'", "a segment of PAXLST"),
        ("NAD+QQ+++ROE:RICHARD'", "a party of PAXLST"),
        ("NAD+FL'", "a name of the traveller"),
        ("CNT+42:5'", "5 passengers, as CNT counts"),
    ],
)
def test_what_is_not_understood_is_told_and_the_traveller_kept(segment, problem):
    message = listed(LEG + "NAD+FL+++DOE:JANE'" + segment)
    assert names(message)[0] == "JANE DOE"
    assert problem in expected(message)
    assert all(each.place.startswith("x: segment") for each in message.problems if problem in each.expected)


def test_a_party_of_unknown_kind_is_a_traveller_all_the_same():
    assert names(listed("NAD+QQ+++ROE:RICHARD'")) == ["RICHARD ROE"]


def test_crew_and_passengers_in_transit_are_travellers():
    message = listed("NAD+FM+++A:B'NAD+DDU+++C:D'NAD+DDT+++E:F'NAD+MS+++OPERATIONS DESK'CNT+41:2'CNT+42:1'")
    assert names(message) == ["B A", "D C", "F E"]
    assert names(message, "reporting_contact") == ["OPERATIONS DESK"]
    assert "CNT" not in expected(message)


# Bookings


def test_a_booking_has_travellers_flights_and_references():
    message = booked(
        "ADD++700:1 ELM ST:TOWN:::GB:AB1:441234'TIF+DOE+JANE MRS:A:1'FTI+ZZ:77'"
        "SSR+DOCS:HK:1:ZZ:::::/P/GBR/X123/GBR/21JAN85/F/15NOV30/DOE/JANE/ANN'"
        "FOP+CC::10.00:VI:4111111111111111:0130'IFT+4:43+RICH ROE+1 ELM ST+44999'"
        "IFT+4:28+YY CTCE JANE..DOE//X.ZZ'TVL+010326:0930:010326:1230+FRA+IAD+ZZ:YY+12:B'TVL+++++34:B'"
        "SSR+SEAT:HK:1:ZZ:::FRA:IAD+12A::1'"
    )
    party = message.by_role("traveller")[0]
    assert message.id == "ABC123"
    assert (party.record.caption, party.record.first("birthDate")) == ("JANE DOE", "1985-01-21")
    assert party.record.first("title") == "MRS"
    assert "JANE ANN DOE" in party.record.values("alias")
    assert party.record.first("email") == "jane_doe@x.zz"
    assert {"payment_card VI 411111XXXXXX1111 until 0130", "seat 12A FRA-IAD", "frequent_flyer ZZ 77"} <= facts(party)
    assert names(message, "payer") == ["RICH ROE"]
    leg = message.journeys[0].legs[0]
    assert {f"{fact.kind} {fact.value}" for fact in leg.facts} >= {"operating_carrier YY", "operating_number 34"}
    assert any(fact.value == "ZZ12 FRA IAD 2026-03-01T09:30+01:00" for fact in message.references)


def test_an_infants_document_is_not_its_mothers():
    message = booked(
        "TIF+DOE+JANE MRS:A:1:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/BABY1/GBR/01FEB25/FI/15NOV30/DOE/AMY'"
        "SSR+DOCS:HK:1:ZZ:::::/P/GBR/MUM1/GBR/21JAN85/F/15NOV30/DOE/JANE'TIF+DOE+AMY:IN:2'"
    )
    assert [party.record.first("passportNumber") for party in message.by_role("traveller")] == ["MUM1", "BABY1"]


def test_an_infant_whom_only_a_request_names_is_a_traveller():
    message = booked("TIF+DOE+JANE MRS:A:1:1'SSR+INFT:HK:1:ZZ:::FRA:IAD:DOE/AMY 01FEB25+::1'")
    assert names(message) == ["JANE DOE", "AMY DOE"]
    assert message.by_role("traveller")[1].record.first("birthDate") == "2025-02-01"
    assert "a traveller whom the booking names" in expected(message)


def test_who_checks_in_without_being_booked_is_a_traveller():
    flight_of_it = "TVL+010326:0930:010326:1230+FRA+IAD+ZZ+12'TRI++1:::1'"
    message = booked(
        "TIF+DOE+JANE:A:1'" + flight_of_it + "TIF+DOE+JANE:A:1'SSD+12A'TRI++2:::2'TIF+ROE+RICH:A:2'SSD+12B'"
    )
    assert names(message) == ["JANE DOE", "RICH ROE"]
    assert "seat_at_check_in 12B" in facts(message.by_role("traveller")[1])


def test_names_of_the_past_are_kept():
    past = "ABI+1'SAC+++X'TIF+DOE+JOAN:A:1'SAC+++X'TIF+ROE+RICH:A:2'TVL+010326:0930+FRA+IAD+ZZ+99'"
    message = booked("TIF+DOE+JANE:A:1'" + past)
    assert message.by_role("traveller")[0].record.first("previousName") == "JOAN DOE"
    assert names(message, "former_traveller") == ["RICH ROE"]
    assert message.journeys == (), "a flight of the history is not flown"


@pytest.mark.parametrize(
    ("given", "name", "alias"),
    [("JANE MRS", "JANE DOE", []), ("JANEMRS", "JANE DOE", ["JANEMRS DOE"]),
     ("WILLIAMS", "WILLIAMS DOE", ["WILLIA DOE"]),
     ("AMR", "AMR DOE", []), ("OMAR", "OMAR DOE", [])],
)  # fmt: skip
def test_titles_are_taken_off_names_and_no_name_is_lost_by_it(given, name, alias):
    record = booked(f"TIF+DOE+{given}:A:1'").parties[0].record
    assert (record.first("name"), record.values("alias")) == (name, alias)


def test_a_title_that_the_document_does_not_have_is_one():
    record = booked("TIF+DOE+KAYLAMS:A:1'SSR+DOCS:HK:1:ZZ:::::////GBR/21JAN85/F//DOE/KAYLA'").parties[0].record
    assert (record.first("name"), record.values("alias")) == ("KAYLA DOE", [])


def test_a_document_of_nobody_in_the_booking_makes_a_traveller():
    message = booked(
        "TIF+DOE+JANE:A:1'TIF+ROE+RICH:A:2'TVL+010326:0930+FRA+IAD+ZZ+12'SSR+DOCS:HK:1:ZZ:::::/P/GBR/X9/GBR/21JAN85/M//POE/PETE'"
    )
    assert names(message) == ["JANE DOE", "RICH ROE", "PETE POE"]


def test_visa_and_addresses_are_read():
    message = booked(
        "TIF+DOE+JANE:A:1'SSR+DOCO:HK:1:ZZ:::::TOWN/V/V1/CITY/01JAN25/USA'SSR+DOCA:HK:1:ZZ:::::/R/GBR/1 ELM ST/TOWN'"
    )
    party = message.parties[0]
    assert [(each.kind, each.number, each.country, each.issued) for each in party.documents] == [
        ("visa", "V1", "us", "2025-01-01")
    ]
    assert (party.record.first("birthPlace"), party.record.first("address")) == ("TOWN", "1 ELM ST, TOWN, GBR")


def test_a_split_and_other_services_are_references():
    message = booked(
        "TIF+DOE+JANE:A:1'TVL+010326:0930+FRA+IAD+ZZ+12'EQN+1'RCI+ZZ:SPLIT1'MSG+8'"
        "TVL+010326:1500:020326+IAD:SOME HOTEL++HT+1:ROH'"
    )
    kinds = {fact.kind: fact.value for fact in message.references}
    assert kinds["split_booking"] == "ZZ SPLIT1"
    assert "SOME HOTEL" in kinds["other_service"]
    assert len(message.journeys[0].legs) == 1


def test_bookings_without_src_are_one_booking_and_told():
    message = one(pnrgov, PNR_HEAD.replace("SRC'", "") + "TIF+DOE+JANE:A:1'" + TAIL)
    assert names(message) == ["JANE DOE"]
    assert "SRC before the first booking" in expected(message)


def test_bookings_in_xml_are_read_by_their_attributes():
    xml = """<IATA_PNRGOV_NotifRQ><PNRs><PNR NumberOfPassengers="2" PNR_TransDate="2026-03-01T06:00:00">
      <BookingRefID ID="ABC123"><CompanyName Code="ZZ"/></BookingRefID>
      <ContactInfo PhoneNumber="44123" EmailAddress="J@X.ZZ"><CityName>TOWN</CityName></ContactInfo>
      <Passenger RPH="1"><GivenName>JANE</GivenName><Surname>DOE</Surname>
        <TicketDocument TicketDocumentNbr="99"><PaymentInfo PaymentType="CC" VendorCode="VI"
           AccountNbr="4111111111111111"
           CardHolderName="RICH ROE"/></TicketDocument>
        <DOC_SSR SSR_Code="DOCS"><DOCS DateOfBirth="1985-01-21" ExpiryDate="2030-11-15" FirstGivenName="JANE"
           Surname="DOE" Gender="F" IssuingLoc="GBR" PaxNationality="GBR"
           TravelDocType="P" TravelDocNbr="X123"/></DOC_SSR></Passenger>
      <Flight DepartureDateTime="2026-03-01T09:30:00" FlightNumber="12"><DepartureAirport LocationCode="FRA"/>
        <ArrivalAirport LocationCode="IAD"/><MarketingAirline Code="ZZ"/></Flight></PNR></PNRs></IATA_PNRGOV_NotifRQ>"""
    message = one(pnrgov_xml, xml)
    party = message.by_role("traveller")[0]
    assert (message.id, party.record.first("birthDate"), party.documents[0].expiry) == (
        "ABC123",
        "1985-01-21",
        "2030-11-15",
    )
    assert "payment_card VI 411111XXXXXX1111" in facts(party)
    assert names(message, "payer") == ["RICH ROE"]
    assert "2 travellers, as NumberOfPassengers counts" in expected(message)
    assert message.journeys[0].legs[0].departs == "2026-03-01T09:30+01:00"


# What cannot be read


@pytest.mark.parametrize("module", [paxlst, pnrgov, pnrgov_xml])
@pytest.mark.parametrize(
    "content", [b"", b"   ", b"hello", b"UNB+", b"name,birthDate\nJane,1985\n", b"<a/>", b"\x00\xff"]
)
def test_what_is_no_message_is_refused_with_what_was_expected(module, content):
    assert not module.recognise(content)
    with pytest.raises(QueryRefused, match="expected"):
        list(module.read(io.BytesIO(content), "x"))


def test_a_message_of_another_type_is_refused_by_name():
    with pytest.raises(QueryRefused, match="found a INVOIC message"):
        list(paxlst.read(io.BytesIO((HEAD.replace("PAXLST", "INVOIC") + TAIL).encode()), "x"))


def test_a_dtd_is_refused():
    bomb = (
        b'<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><PNR><Passenger><Surname>&b;</Surname></Passenger></PNR>'
    )
    with pytest.raises(QueryRefused, match="DTD"):
        list(pnrgov_xml.read(io.BytesIO(bomb), "x"))


FULL_LIST = (
    HEAD + LEG + "NAD+FL+++DOE:JANE'ATT+2++F'DTM+329:850121'NAT+2+GBR'DOC+P+X123'DTM+36:301115'LOC+91+GBR'" + TAIL
)
FULL_BOOKING = (
    PNR_HEAD + "TIF+DOE+JANE MRS:A:1'SSR+DOCS:HK:1:ZZ:::::/P/GBR/X123/GBR/21JAN85/F/15NOV30/DOE/JANE'"
    "FOP+CC::1:VI:4111XX1111:0130'"
    "TVL+010326:0930::1230+FRA+IAD+ZZ+12'TRI++1:::1'TIF+DOE+JANE MRS:A:1'SSD+12A'TBD++1:20:700+++ZZ:1'ABI+1'SAC+++X'"
    + TAIL
)


def attempt(read: Callable[..., Iterator[Message]], content: bytes) -> list[Message]:
    found: list[Message] = []
    with contextlib.suppress(DragomanError):
        found.extend(read(io.BytesIO(content), "x"))
    return found


@pytest.mark.parametrize(("module", "text"), [(paxlst, FULL_LIST), (pnrgov, FULL_BOOKING)])
def test_a_message_cut_anywhere_is_told_and_keeps_whom_it_named(module, text):
    named = text.index("JANE") + 5
    for end in range(len(text)):
        messages = attempt(module.read, text[:end].encode())
        if end > named:
            assert "JANE" in messages[0].parties[0].record.caption
        if end < len(text) - 2:
            assert not messages or messages[-1].problems


@settings(max_examples=300)
@given(st.data())
def test_no_change_of_characters_makes_a_reader_fail(data):
    module, text = data.draw(st.sampled_from([(paxlst, FULL_LIST), (pnrgov, FULL_BOOKING)]))
    changed = list(text)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place] = data.draw(st.sampled_from("'+:?* A1/\n’") | st.characters(codec="utf-8"))
    attempt(module.read, "".join(changed).encode())


@settings(max_examples=200)
@given(st.sampled_from([paxlst, pnrgov, pnrgov_xml]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(module, content):
    module.recognise(content)
    attempt(module.read, content)
    attempt(module.read, b"UNB+UNOA:4+A+B'UNH+1+PAXLST:D:02B'" + content)
    attempt(module.read, b"<PNR>" + content + b"</PNR>")


letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=15)
births = st.dates(date(1930, 1, 1), date(2025, 12, 31))


@given(st.lists(st.tuples(letters, letters, births), min_size=1, max_size=8))
def test_every_traveller_who_is_written_is_read(people):
    rows = "".join(f"NAD+FL+++{surname}:{given_}'DTM+329:{birth:%Y%m%d}:102'" for surname, given_, birth in people)
    found = listed(LEG + rows).by_role("traveller")
    assert [(who.record.first("lastName"), who.record.first("birthDate")) for who in found] == [
        (surname, birth.isoformat()) for surname, _, birth in people
    ]


# Days, times, cards


@pytest.mark.parametrize(
    ("text", "form", "past", "day"),
    [
        ("850121", "YYMMDD", True, "1985-01-21"),
        ("260301", "YYMMDD", True, "2026-03-01"),
        ("260302", "YYMMDD", True, "1926-03-02"),
        ("310301", "YYMMDD", False, "2031-03-01"),
        ("010326", "DDMMYY", False, "2026-03-01"),
        ("19850121", "YYMMDD", True, "1985-01-21"),
        ("21JAN85", "DDMMYY", True, "1985-01-21"),
        ("21JAN1985", "DDMMYY", True, "1985-01-21"),
        ("990231", "YYMMDD", False, None),
        ("21XXX85", "DDMMYY", True, None),
        ("", "YYMMDD", False, None),
    ],
)
def test_days_are_of_the_century_that_can_be_meant(text, form, past, day):
    found = read_day(text, form, near=date(2026, 3, 1), past=past)
    assert (found.isoformat() if found else None) == day


def test_an_arrival_without_day_is_after_the_departure():
    day = date(2026, 3, 1)
    assert arrival_day(day, "2200", "FRA", "0600", "SIN") == date(2026, 3, 2)
    assert arrival_day(day, "0900", "FRA", "1100", "IAD") == day
    assert arrival_day(day, "2355", "HNL", "2300", "XXX") == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("clock", "port", "text"),
    [("0930", "FRA", "2026-03-01T09:30+01:00"), ("0930", "LON", "2026-03-01T09:30"), ("", "FRA", "2026-03-01"),
     ("4321", "FRA", "2026-03-01"), ("0930", None, "2026-03-01T09:30")],
)  # fmt: skip
def test_a_time_has_an_offset_where_the_airport_is_known(clock, port, text):
    assert local_time(date(2026, 3, 1), clock, port) == text


@pytest.mark.parametrize(
    ("text", "carrier", "found"),
    [("AA123", "", ("AA", "123")), ("UA0989", "UA", ("UA", "989")), ("0006", "TZ", ("TZ", "6")),
     ("U21234", "", ("U2", "1234")),
     ("", "", (None, None))],
)  # fmt: skip
def test_carrier_and_number_are_told_apart(text, carrier, found):
    assert flight(text, carrier) == found


@given(st.text("0123456789X ", max_size=30))
def test_at_most_the_first_six_and_last_four_of_a_card_are_shown(number):
    shown = masked(number)
    assert len(shown) == len("".join(number.split()))
    assert len(shown.replace("X", "")) <= 10
    assert "X" in shown or len(shown) < 1


def test_addresses_of_bookings_are_spelt_back():
    assert email_of("JANE..DOE./X//EXAMPLE.COM") == "jane_doe-x@example.com"
