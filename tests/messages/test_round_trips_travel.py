"""Passengers who are made up, written and read: the same names, births, documents and legs come back."""

from __future__ import annotations

import io
from datetime import date
from types import ModuleType

from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.messages import mrz, paxlst, pnrgov, pnrgov_xml
from dragoman.messages.mrz_writing import MrzFields, write_mrz
from dragoman.messages.parties import Message

#: No letters that make a title (MR, MS, DR) or an infant (INF) of the end of a name.
WORDS = st.text("ABEGKLOPU", min_size=3, max_size=10)
DAYS = st.dates(date(1930, 1, 1), date(2009, 12, 31))
UNTIL = st.dates(date(2027, 1, 1), date(2040, 12, 31))
NUMBERS = st.from_regex(r"[A-Z][0-9]{6,8}", fullmatch=True)
NATIONS = st.sampled_from([("PER", "pe"), ("GBR", "gb"), ("DEU", "de")])
GENDERS = st.sampled_from([("M", "male"), ("F", "female")])
TRAVELLERS = st.lists(st.tuples(WORDS, WORDS, DAYS, UNTIL, NUMBERS, NATIONS, GENDERS), min_size=1, max_size=4,
                      unique_by=lambda row: row[0])  # fmt: skip
QUICK = settings(max_examples=30)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
LEG = ("FRA", "IAD", "2026-03-01T09:30+01:00", "2026-03-01T12:30-05:00", "ZZ", "12")


def one(module: ModuleType, text: str) -> Message:
    (message,) = module.read(io.BytesIO(text.encode()), "x")
    assert isinstance(message, Message)
    return message


def compare(message: Message, rows: list[tuple]) -> None:
    told = []
    for party in message.by_role("traveller"):
        first, (paper,) = party.record.first, party.documents
        told.append(
            (first("name"), first("birthDate"), first("gender"), first("nationality"), paper.number, paper.expiry)
        )
    assert told == [
        (f"{given_name} {surname}", str(birth), gender[1], nation[1], number, str(until))
        for surname, given_name, birth, until, number, nation, gender in rows
    ]
    (journey,) = message.journeys
    (leg,) = journey.legs
    assert (leg.origin, leg.destination, leg.departs, leg.arrives, leg.carrier, leg.number) == LEG


def written(day: date) -> str:
    return f"{day.day:02d}{MONTHS[day.month - 1]}{day.year % 100:02d}"


@given(TRAVELLERS)
@QUICK
def test_a_passenger_list_comes_back(rows: list[tuple]) -> None:
    text = (
        "UNB+UNOA:4+AIR+GOV+260301:0600+1'UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'TDT+20+ZZ12+++ZZ'LOC+125+FRA'"
        "DTM+189:2603010930:201'LOC+87+IAD'DTM+232:2603011230:201'"
    )
    for surname, given_name, birth, until, number, nation, gender in rows:
        text += (
            f"NAD+FL+++{surname}:{given_name}'ATT+2++{gender[0]}'DTM+329:{birth:%y%m%d}'NAT+2+{nation[0]}'"
            f"DOC+P+{number}'DTM+36:{until:%y%m%d}'LOC+91+{nation[0]}'"
        )
    text += f"CNT+42:{len(rows)}'UNT+{8 + 7 * len(rows) + 1}+1'UNZ+1+1'"
    message = one(paxlst, text)
    compare(message, rows)
    assert not message.problems


@given(TRAVELLERS)
@QUICK
def test_a_booking_comes_back(rows: list[tuple]) -> None:
    text = (
        "UNB+IATA:1+ZZ+GOV+260301:0600+1'UNH+1+PNRGOV:11:1:IA'MSG+:22'ORG+ZZ'TVL+010326:0930:010326:1230+FRA+IAD+ZZ+12'"
        "EQN+1'SRC'RCI+ZZ:ABC123'"
    )
    for at, (surname, given_name, *_) in enumerate(rows, 1):
        text += f"TIF+{surname}+{given_name}:A:{at}'"
    text += "TVL+010326:0930:010326:1230+FRA+IAD+ZZ+12:B'"
    for at, (surname, given_name, birth, until, number, nation, gender) in enumerate(rows, 1):
        text += (
            f"SSR+DOCS:HK:1:ZZ:::::/P/{nation[0]}/{number}/{nation[0]}/{written(birth)}/{gender[0]}/{written(until)}/"
            f"{surname}/{given_name}+::{at}'"
        )
    message = one(pnrgov, f"{text}UNT+{8 + 2 * len(rows) + 1}+1'UNZ+1+1'")
    compare(message, rows)
    assert message.id == "ABC123"
    assert not message.problems


@given(TRAVELLERS)
@QUICK
def test_a_booking_in_xml_comes_back(rows: list[tuple]) -> None:
    text = f'<PNR xmlns="http://www.iata.org/IATA/2007/00" NumberOfPassengers="{len(rows)}"><BookingRefID ID="ABC123"/>'
    for at, (surname, given_name, birth, until, number, nation, gender) in enumerate(rows, 1):
        text += (
            f'<Passenger RPH="{at}"><GivenName>{given_name}</GivenName><Surname>{surname}</Surname><SSR SSRCode="DOCS">'
            f'<DOCS TravelDocType="P" IssuingLoc="{nation[0]}" TravelDocNbr="{number}" PaxNationality="{nation[0]}" '
            f'DateOfBirth="{birth}" Gender="{gender[0]}" ExpiryDate="{until}" Surname="{surname}" '
            f'FirstGivenName="{given_name}"/></SSR></Passenger>'
        )
    text += (
        '<Flight FlightNumber="12" DepartureDateTime="2026-03-01T09:30:00" ArrivalDateTime="2026-03-01T12:30:00">'
        '<DepartureAirport LocationCode="FRA"/><ArrivalAirport LocationCode="IAD"/>'
        '<MarketingAirline Code="ZZ"/></Flight>'
    )
    message = one(pnrgov_xml, f"{text}</PNR>")
    compare(message, rows)
    assert not message.problems


@given(st.sampled_from(["TD1", "TD2", "TD3"]), WORDS, WORDS, DAYS, UNTIL, NUMBERS, NATIONS, GENDERS)
@QUICK
def test_a_machine_readable_zone_comes_back(
    kind: str, surname: str, given_name: str, birth: date, until: date, number: str,
    nation: tuple[str, str], gender: tuple[str, str],
) -> None:  # fmt: skip
    state = "D" if nation[0] == "DEU" else nation[0]
    code = "P" if kind == "TD3" else "I"
    fields = MrzFields(code, state, surname, given_name, number, state, f"{birth:%y%m%d}", gender[0], f"{until:%y%m%d}")
    message = one(mrz, "\n".join(write_mrz(kind, fields)))
    (party,) = message.by_role("traveller")
    first = party.record.first
    assert (first("name"), first("gender"), first("nationality")) == (f"{given_name} {surname}", gender[1], nation[1])
    assert str(birth) in party.record.values("birthDate")
    assert party.record.values("passportNumber", "idNumber") == [number]
    assert ("document_expiry", str(until)) in {(fact.kind, fact.value) for fact in party.facts}
    assert not message.problems
