"""PNRGOV in XML: the IATA schema (namespace ``http://www.iata.org/IATA/2007/00``), in whatever wrapper it comes.

Each element PNR is one `Message`, as with PNRGOV in EDIFACT. Names are compared without their namespace, because
senders drop it. A flight that stands outside any PNR is read as a booking of its own, and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dragoman.messages import pnrgov_special as special
from dragoman.messages._pnrgov_attributes import code_of, digits_of, near, papers_of, place_of
from dragoman.messages._xml_names import LOCAL, text_of
from dragoman.messages._xml_stream import Documents
from dragoman.messages.edifact import Segment, Separators
from dragoman.messages.journeys import flight, local_time, read_day
from dragoman.messages.parties import Fact, IdentityDocument, Journey, Message, Problem, opened, refusal
from dragoman.messages.pnrgov_booking import TRAVELLER, Booking
from dragoman.messages.pnrgov_flights import Flight
from dragoman.messages.travellers import Traveller, country_of, document_kind, masked

if TYPE_CHECKING:
    from lxml.etree import _Element

_MARKS = (b"<PNR ", b"<PNR>", b":PNR ", b"IATA_PNRGOV", b"PNRGOV_NotifRQ", b"www.iata.org/IATA/2007/00")
_UNUSED = frozenset(("POS", "PrepaidBag", "FareInfo", "ExcessBaggage", "Comment", "Queue", "CreationTime"))
_TEXT = Separators("\x1d", "\x1e", "", "\x1f")


def recognise(head: bytes) -> bool:
    """Tell whether the input is XML of IATA's bookings."""
    return head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(b"<") and any(mark in head for mark in _MARKS)


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield the bookings of a file; see `dragoman.messages.parties` for what is refused."""
    with opened(source, name) as (stream, called):
        documents = Documents(stream, called)
        done = [0]
        while documents.more():
            before = done[0]
            for event, element, whole in documents.events(("PNR", "Flight"), lambda: done[0]):
                kind = LOCAL[element.tag]
                if event != "end" or (kind == "Flight" and _inside_pnr(element)):
                    continue
                done[0] += 1
                yield _Reader(element, called, done[0]).message()
                if not whole:
                    _forget(element)
            if done[0] == before:
                raise refusal(called, "a booking (element PNR)", "XML without one", before)
        if not done[0]:
            raise refusal(called, "a booking (element PNR)", "nothing", 0)


def _forget(element: _Element) -> None:
    """Free an element that was read, and what stands before it, so that a long file needs no more memory."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _inside_pnr(element: _Element) -> bool:
    return any(LOCAL[outer.tag] == "PNR" for outer in element.iterancestors())


class _Reader:
    """One booking while it is read."""

    def __init__(self, element: _Element, called: str, count: int) -> None:
        self.element = element
        self.called = called
        self.booking = Booking(count, f"{called}: booking {count} (line {element.sourceline})", near(element))
        self.requests: list[tuple[_Element, Traveller | None]] = []
        self.told: set[str] = set()

    def message(self) -> Message:
        """Read the booking and return its message."""
        booking = self.booking
        booking.part = TRAVELLER
        if LOCAL[self.element.tag] == "Flight":
            booking.problems.append(Problem(place_of(self.element), "a flight inside PNR", "a flight alone"))
            self._flight(self.element)
        else:
            for child in self.element:
                self._child(child)
        for request, who in self.requests:
            self._request(request, who)
        booking.who = None
        booking.end()
        self._tell_count()
        locator = next((fact.value.split()[-1] for fact in booking.references if fact.kind == "booking"), None)
        people = (*booking.travellers, *booking.others)
        prefix = locator or str(booking.number)
        legs = tuple(each.leg(self.called) for each in booking.flights)
        return Message(
            format="PNRGOV-XML",
            id=locator,
            place=booking.place,
            parties=tuple(who.party(f"{prefix}-{number}", self.called) for number, who in enumerate(people, 1)),
            texts=tuple(booking.texts),
            references=tuple(booking.references),
            journeys=(Journey(legs, booking.place),) if legs else (),
            problems=tuple(
                Problem(f"{self.called}: {each.place}", each.expected, each.found) for each in booking.problems
            ),
        )

    def _tell_count(self) -> None:
        stated = self.element.get("NumberOfPassengers", "")
        read_ = len(self.booking.travellers)
        if stated.isdecimal() and int(stated) != read_:
            expected = f"{stated} travellers, as NumberOfPassengers counts"
            self.booking.problems.append(Problem(place_of(self.element), expected, str(read_)))

    def _child(self, child: _Element) -> None:
        name = LOCAL[child.tag]
        handler = _CHILDREN.get(name)
        if handler is not None:
            handler(self, child)
        elif name not in _UNUSED and name not in self.told:
            self.told.add(name)
            self.booking.problems.append(Problem(place_of(child), "an element of a booking", name))

    def _reference(self, child: _Element) -> None:
        code = next((each.get("Code", "") for each in child), "")
        value = f"{code} {child.get('ID', '')}".strip()
        if value:
            self.booking.references.append(Fact("booking", value, place_of(child)))

    def _passenger(self, child: _Element) -> None:
        parts: dict[str, list[str]] = {}
        for each in child:
            if LOCAL[each.tag] in ("GivenName", "MiddleName", "Surname", "NamePrefix", "NameTitle"):
                parts.setdefault(LOCAL[each.tag], []).append(text_of(each))
        surname, given, middle = (" ".join(parts.get(name, [])) for name in ("Surname", "GivenName", "MiddleName"))
        kind, ref = child.get("PassengerType", ""), child.get("RPH", "")
        who = Traveller(place_of(child), surname, given, middle, kind=kind, ref=ref)
        self.booking.travellers.append(who)
        for each in child:
            self._of_passenger(each, who)

    def _of_passenger(self, each: _Element, who: Traveller) -> None:
        name, place = LOCAL[each.tag], place_of(each)
        if name in ("SSR", "DOC_SSR"):
            self.requests.append((each, who))
        elif name == "ContactInfo":
            self._contact(each, who)
        elif name == "CustLoyalty":
            who.fact("frequent_flyer", f"{each.get('ProgramID', '')} {each.get('MembershipID', '')}".strip(), place)
        elif name == "TicketDocument":
            who.fact("ticket", each.get("TicketDocumentNbr", ""), place)
            for payment in each.iter("{*}PaymentInfo"):
                self._payment(payment, who)

    def _payment(self, payment: _Element, who: Traveller | None = None) -> None:
        get = payment.get
        parts = (get("VendorCode"), masked(get("AccountNbr", "")), get("ExpiryDate") and f"until {get('ExpiryDate')}")
        kind = "payment_card" if get("AccountNbr") else "payment"
        text = " ".join(part for part in parts if part) or get("PaymentType", "")
        if who is not None:
            who.fact(kind, text, place_of(payment))
        elif text:
            self.booking.references.append(Fact(kind, text, place_of(payment)))
        if holder := get("CardHolderName", ""):
            payer = Traveller(place_of(payment), holder, role="payer", schema="LegalEntity")
            if not any(known.surname == holder for known in self.booking.others):
                self.booking.others.append(payer)

    def _contact(self, child: _Element, who: Traveller | None = None) -> None:
        phone, email = child.get("PhoneNumber", "").strip(), child.get("EmailAddress", "").strip()
        if phone[:2] == "E+":  # an e-mail address in the place of a telephone
            phone, email = "", phone[2:]
        lines = [text_of(each) for each in child if LOCAL[each.tag] not in ("CTC_Text",)]
        free = [text_of(each) for each in child if LOCAL[each.tag] == "CTC_Text"]
        address = ", ".join(line for line in lines if line not in ("", "-"))
        stated = [
            ("phone", phone),
            ("email", email.lower()),
            ("address", address),
            *((("text", text)) for text in free),
        ]
        for kind, value in stated:
            if value in ("", "-"):
                continue
            if who is not None and kind != "text":
                who.state(kind, value, place=place_of(child))
            else:
                self.booking.references.append(Fact(f"contact_{kind}", value, place_of(child)))

    def _flight(self, child: _Element) -> None:
        parts = {LOCAL[each.tag]: each for each in child}
        origin, destination = (
            code_of(parts.get(name), "LocationCode") for name in ("DepartureAirport", "ArrivalAirport")
        )
        marketing, operating = (code_of(parts.get(name), "Code") for name in ("MarketingAirline", "OperatingAirline"))
        carrier, number = flight(child.get("FlightNumber", ""), marketing or operating or "")
        departs, arrives = (
            self._time(child, "DepartureDateTime", origin),
            self._time(child, "ArrivalDateTime", destination),
        )
        found = Flight(place_of(child), origin, destination, departs, arrives, carrier, number)
        facts = [("booking_class", child.get("ResBookDesigCode", ""))]
        if marketing and operating:
            facts.append(("operating_carrier", operating))
            facts.append(("operating_number", parts["OperatingAirline"].get("FlightNumber", "")))
        found.facts += [Fact(kind, value, place_of(child)) for kind, value in facts if value]
        self.booking.flights.append(found)
        if "Surname" in parts:
            self._passenger(child)
            who = self.booking.travellers[-1]
            self.booking.problems.append(
                Problem(who.place, "a traveller inside Passenger", f"{who.surname}/{who.given}")
            )
            return
        self.requests += [(each, None) for each in child if LOCAL[each.tag] in ("SSR", "DOC_SSR")]
        for boarding in child.iter("{*}BoardingNumber"):
            self._boarded(boarding)

    def _time(self, child: _Element, name: str, port: str | None) -> str | None:
        text = child.get(name, "").strip()
        day, _, clock = text.replace(" ", "T").partition("T")
        found = local_time(read_day(day.replace("-", ""), "YYMMDD"), clock[:5].replace(":", ""), port)
        if text and found is None:
            self.booking.problems.append(Problem(place_of(child), f"a day and time as {name}", text))
        return found

    def _boarded(self, boarding: _Element) -> None:
        booking = self.booking
        names = {LOCAL[each.tag]: text_of(each) for each in boarding.iter() if isinstance(each.tag, str)}
        who = booking.by_ref(boarding.get("RPH", ""))
        if who is None and names.get("Surname"):
            surname, given = names["Surname"], names.get("GivenName", "")
            who = booking.by_name(surname, given) or booking.add_named(
                surname, given, "", "", place_of(boarding), "a check-in"
            )
        for kind, value in (
            ("boarding_number", boarding.get("Number", "")),
            ("seat_at_check_in", names.get("SeatNumber", "")),
        ):
            if who is not None:
                who.fact(kind, value, place_of(boarding))
            elif value:
                booking.references.append(Fact(kind, value, place_of(boarding)))

    def _ask_later(self, child: _Element) -> None:
        self.requests.append((child, None))

    def _request(self, request: _Element, who: Traveller | None) -> None:
        """Read SSR, whose text is that of EDIFACT, or DOC_SSR with its attributes."""
        parts = {LOCAL[each.tag]: each for each in request}
        get = request.get
        code, ref = get("SSRCode") or get("SSR_Code") or "", get("RPH", "")
        self.booking.who = who
        for name, handler in _DOCUMENTS.items():
            if name in parts:
                handler(self, parts[name], ref, who)
                return
        text = text_of(parts["Text"]) if "Text" in parts else text_of(parts["TEXT"]) if "TEXT" in parts else ""
        if code == "DOCS" and not text:
            return
        fields = _TEXT.component.join((code, "", "", "", "", "", get("BoardPoint", ""), get("OffPoint", ""), text))
        raw = _TEXT.element.join(("SSR", fields, _TEXT.component.join(("", "", ref))))
        self.booking.ssr(Segment("SSR", raw, _TEXT, 0, 0, place_of(request)))

    def _docs(self, found: _Element, ref: str, who: Traveller | None) -> None:
        self.booking.papers.append((papers_of(found, ref), who))

    def _doco(self, found: _Element, ref: str, who: Traveller | None) -> None:
        who = who or self.booking.by_ref(ref)
        number = found.get("TravelDocNbr", "")
        if who is None or not number:
            return
        who.state("birthPlace", found.get("BirthLocation"), place=place_of(found))
        kind, _ = document_kind(found.get("TravelDocType", "V"))
        issued = read_day(digits_of(found.get("DateOfIssue", "")), "DDMMYY", near=self.booking.near)
        day = issued.isoformat() if issued else None
        where = country_of(found.get("CountryState", ""))
        who.documents.append(IdentityDocument(kind, number, where, None, place_of(found), day))

    def _doca(self, found: _Element, ref: str, who: Traveller | None) -> None:
        who = who or self.booking.by_ref(ref)
        if who is None:
            return
        names = ("Address", "CityName", "StateProvCounty", "PostalCode", "Country")
        text = ", ".join(part for name in names if (part := found.get(name, "").strip()))
        if found.get("AddressType") == "D":
            who.fact("destination_address", text, place_of(found))
        else:
            who.state("birthPlace" if found.get("AddressType") == "B" else "address", text, place=place_of(found))

    def _osi(self, child: _Element) -> None:
        text = " ".join(text_of(each) for each in child.iter() if isinstance(each.tag, str) and text_of(each))
        for kind, value in special.contacts(text):
            self.booking.references.append(Fact(f"contact_{kind}", value, place_of(child)))
        if text:
            self.booking.texts.append(Fact("osi", text, place_of(child)))

    def _split(self, child: _Element) -> None:
        for each in child.iter("{*}BookingRefID"):
            self.booking.references.append(Fact("split_booking", each.get("ID", ""), place_of(each)))


_CHILDREN: dict[str, Callable[[_Reader, _Element], None]] = {
    "BookingRefID": _Reader._reference, "Passenger": _Reader._passenger, "Flight": _Reader._flight,
    "SSR": _Reader._ask_later, "DOC_SSR": _Reader._ask_later, "ContactInfo": _Reader._contact,
    "OSI": _Reader._osi, "SplitPNRs": _Reader._split, "SplitPNR": _Reader._split,
    "PaymentInfo": _Reader._payment,
}  # fmt: skip
_DOCUMENTS: dict[str, Callable[[_Reader, _Element, str, Traveller | None], None]] = {
    "DOCS": _Reader._docs, "DOCO": _Reader._doco, "DOCA": _Reader._doca,
}  # fmt: skip
