"""One booking of a PNRGOV message, read segment by segment.

What a segment means depends on where it stands (IATA PNRGOV implementation guide, segment groups 1 to 12): TIF names a
traveller at the front, who checked in behind a flight, and whom the booking named once in its history. `Booking.part`
says where the reading stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from dragoman.messages import pnrgov_special as special
from dragoman.messages.edifact import Segment
from dragoman.messages.parties import Fact, Problem
from dragoman.messages.pnrgov_flights import Flight, read_flight
from dragoman.messages.travellers import Traveller, squeezed, without_title

#: The parts of a booking, in order.
FRONT, TRAVELLER, FLIGHT, CHECK_IN, SPLIT, OTHER, HISTORY = range(7)

#: Fares, taxes, equipment, counts and days of change: nothing that is screened or mapped.
_UNUSED = frozenset(("MON", "PTK", "TXD", "EBD", "FAR", "APD", "RPI", "TRI", "REF", "DAT"))
_TEXTS = {"15": "fare_calculation", "19": "history", "28": "osi", "43": "payer"}


@dataclass(slots=True)
class Booking:
    """What was read of a booking: travellers, flights, references, texts, and what is wrong."""

    number: int
    place: str
    near: date | None
    travellers: list[Traveller] = field(default_factory=list)
    others: list[Traveller] = field(default_factory=list)
    flights: list[Flight] = field(default_factory=list)
    references: list[Fact] = field(default_factory=list)
    texts: list[Fact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    papers: list[tuple[special.Papers, Traveller | None]] = field(default_factory=list)
    part: int = FRONT
    who: Traveller | None = None

    def take(self, segment: Segment) -> None:
        """Read one segment."""
        handler = _HANDLERS.get(segment.tag)
        if handler is not None:
            handler(self, segment)
        elif segment.tag not in _UNUSED:
            self._turn(segment)

    def _turn(self, segment: Segment) -> None:
        """Begin another part of the booking, or tell what is no segment of one."""
        if segment.tag in ("ABI", "SAC"):
            self.part, self.who = HISTORY, None
        elif segment.tag == "EQN":
            if self.flights and self.part != HISTORY:
                self.part, self.who = SPLIT, None
        elif segment.tag == "MSG":
            if segment.get(0) == "8":
                self.part, self.who = OTHER, None
        else:
            self.problems.append(Problem(segment.place, "a segment of PNRGOV", f"{segment.tag} {segment.text}"[:120]))

    def end(self) -> None:
        """Give the documents to those whom they are of; nobody who is named is lost."""
        for found, context in self.papers:
            self.problems += special.bear(self._bearer(found, context), found, self.near)
        for who in self.travellers:
            if not (who.surname or who.given):
                self.problems.append(Problem(who.place, "a name of the traveller", "none"))
            elif who.surname == "TBA":
                self.problems.append(Problem(who.place, "a name of the traveller", "TBA: to be announced"))

    # Who is meant

    def by_ref(self, ref: str) -> Traveller | None:
        """Return the traveller of that number; ``002`` is 2."""
        number = ref.lstrip("0")
        for who in self.travellers:
            if number and (who.ref == ref or who.ref.lstrip("0") == number):
                return who
        return None

    def by_name(self, surname: str, given: str) -> Traveller | None:
        """Return the traveller of that name; titles, blanks, and names cut short or lengthened do not matter."""
        family, first = squeezed(surname), squeezed(without_title(given)[0])
        for who in self.travellers:
            own = squeezed(without_title(who.given)[0])
            if squeezed(who.surname) == family and (own.startswith(first) or first.startswith(own)):
                return who
        return None

    def _bearer(self, found: special.Papers, context: Traveller | None) -> Traveller:
        """Return whom a DOCS text is of. An infant's stands with the adult; the name, then the number decides."""
        named = self.by_name(found.surname, found.given) if found.surname else None
        if named is not None and (named.kind == "IN") == found.infant:
            return named
        meant = self.by_ref(found.ref) or context
        if found.ref and self.by_ref(found.ref) is None and len(self.travellers) != 1:
            self.problems.append(Problem(found.place, "a traveller of the booking", found.ref))
        if meant is None and named is None and len(self.travellers) == 1:
            meant = self.travellers[0]
        if found.infant and (meant is None or meant.kind != "IN"):
            return named or self.add_named(found.surname, found.given, "IN", "", found.place, "a document of an infant")
        if meant is not None:
            return meant
        return named or self.add_named(found.surname, found.given, "", found.ref, found.place, "a document")

    def add_named(self, surname: str, given: str, kind: str, ref: str, place: str, why: str) -> Traveller:
        """Add a traveller whom only a request or a check-in names, and tell."""
        who = Traveller(place, surname, given, kind=kind, ref=ref)
        self.travellers.append(who)
        name = f"{surname}/{given}"
        self.problems.append(Problem(place, "a traveller whom the booking names (TIF)", f"{why} of {name}"))
        return who

    # Segments

    def rci(self, segment: Segment) -> None:
        """Locators: of the booking, or of one that was split from it."""
        for parts in segment.elements:
            texts = [part.strip() for part in parts[:2]]
            kind = "split_booking" if self.part == SPLIT else "booking"
            value = " ".join(text for text in texts if text)
            if value and not any(known.kind == kind and known.value == value for known in self.references):
                self.references.append(Fact(kind, value, segment.place))

    def org(self, segment: Segment) -> None:
        """Who booked."""
        if self.part in (FRONT, TRAVELLER):
            self.references.append(Fact("booked_by", segment.text, segment.place))

    def tif(self, segment: Segment) -> None:
        """A traveller, a group, who checked in, or a name of the past."""
        surname, given = (
            segment.get(0),
            " ".join(part for place in range(1, max(2, len(segment.elements))) if (part := segment.get(place))),
        )
        kind, ref = segment.get(1, 1), segment.get(1, 2)
        known = self.by_ref(ref) if self.part != HISTORY else None
        if self.part in (FRONT, TRAVELLER):
            self.part = TRAVELLER
            self.who = Traveller(segment.place, surname, given, kind=kind, ref=ref)
            if segment.get(0, 1) == "G" and not given:
                self.who.role, self.who.schema = "group", "LegalEntity"
                self.others.append(self.who)
                return
            self.who.fact("traveller_type", kind, segment.place)
            self.travellers.append(self.who)
        elif self.part == HISTORY:
            self._former(surname, given, ref, segment)
        else:
            if known is None or squeezed(known.surname) != squeezed(surname):
                known = self.by_name(surname, given) or known
            self.who = known or self.add_named(surname, given, kind, ref, segment.place, "a check-in")
            self.part = CHECK_IN

    def _former(self, surname: str, given: str, ref: str, segment: Segment) -> None:
        known = self.by_ref(ref) or self.by_name(surname, given)
        spoken = " ".join(part for part in (without_title(given)[0], surname) if part)
        if known is None:
            if not any(squeezed(f"{who.surname}{who.given}") == squeezed(f"{surname}{given}") for who in self.others):
                who = Traveller(segment.place, surname, given, ref=ref, role="former_traveller")
                self.others.append(who)
        elif squeezed(spoken) != squeezed(f"{without_title(known.given)[0]}{known.surname}"):
            known.state("previousName", spoken, place=segment.place)

    def tvl(self, segment: Segment) -> None:
        """A flight, the operating flight of the one before, or another service."""
        if self.part == HISTORY:
            self.texts.append(Fact("history", segment.text, segment.place))
        elif self.part == OTHER:
            self.references.append(Fact("other_service", segment.text, segment.place))
        elif not any(segment.get(place) for place in range(4)) and segment.get(4):
            if self.flights:
                self.flights[-1].facts.append(Fact("operating_number", segment.get(4).lstrip("0"), segment.place))
            else:
                self.problems.append(Problem(segment.place, "a flight before its operating flight", segment.text))
        else:
            self.flights.append(read_flight(segment, self.near, self.problems))
            self.part, self.who = FLIGHT, None

    def tra(self, segment: Segment) -> None:
        """The operating carrier and number of the flight before."""
        if self.flights:
            facts = (("operating_carrier", segment.get(0)), ("operating_number", segment.get(1)))
            self.flights[-1].facts += [Fact(kind, value, segment.place) for kind, value in facts if value]

    def ssr(self, segment: Segment) -> None:
        """A special service request."""
        code = segment.get(0)
        if self.part == HISTORY:
            self.texts.append(Fact("history", segment.text, segment.place))
            return
        if code == "DOCS":
            self.papers.append((special.papers(segment), self.who if self.part == TRAVELLER else None))
        elif code in ("DOCO", "DOCA"):
            self._document(code, segment)
        elif code == "INFT":
            self._infant(segment)
        elif code in ("SEAT", "NSST", "NSSA", "RQST", "NSSB", "NSSW"):
            self._seats(segment)
        else:
            self._service(code, segment)

    def _document(self, code: str, segment: Segment) -> None:
        ref = special.reference(segment)
        who = self.by_ref(ref) or self.who or (self.travellers[0] if len(self.travellers) == 1 else None)
        if ref and self.by_ref(ref) is None:
            self.problems.append(Problem(segment.place, "a traveller of the booking", ref))
        if who is None:
            self.texts.append(Fact(code.lower(), special.special_text(segment), segment.place))
        elif code == "DOCO":
            special.visa(who, segment, self.near)
        else:
            special.address(who, segment)

    def _infant(self, segment: Segment) -> None:
        found = special.infant(segment)
        if found is None:
            self._service("INFT", segment)
            return
        surname, given, birth = found
        # The infant's own TIF may follow: whose it is, is decided at the end, as with a document.
        ref = special.reference(segment)
        born = special.Papers("", "", "", "", birth, "", "", surname, given, ref, segment.place, infant=True)
        self.papers.append((born, None))

    def _seats(self, segment: Segment) -> None:
        board, off = segment.get(0, 6), segment.get(0, 7)
        for seat, ref in special.seats(segment):
            text = " ".join(part for part in (seat, f"{board}-{off}" if board else "") if part)
            who = self.by_ref(ref) or self.who or (self.travellers[0] if len(self.travellers) == 1 else None)
            if who is not None:
                who.fact("seat", text, segment.place)
            else:
                self.references.append(Fact("seat", text, segment.place))

    def _service(self, code: str, segment: Segment) -> None:
        text = " ".join(part for part in (code, special.special_text(segment)) if part)
        who = self.by_ref(special.reference(segment)) or self.who
        kind = "ticket" if code == "TKNE" else "service"
        if who is not None:
            who.fact(kind, text, segment.place)
        else:
            self.texts.append(Fact(kind, text, segment.place))

    def ift(self, segment: Segment) -> None:
        """Free text: contacts, who pays, remarks."""
        code = segment.get(0, 1)
        text = " ".join(part for parts in segment.elements[1:] for part in parts if part).strip()
        if code == "43":
            self._payer(segment)
            return
        found = special.contacts(text) if self.part != HISTORY else []
        for kind, value in found:
            self._contact(kind, value, segment)
        if not found and text:
            self.texts.append(Fact(_TEXTS.get(code, "text"), text, segment.place))

    def _contact(self, kind: str, value: str, segment: Segment) -> None:
        if self.who is not None and kind in ("email", "mobile", "home", "business", "phone"):
            self.who.state("email" if kind == "email" else "phone", value, place=segment.place)
        elif self.who is not None:
            self.who.fact(f"contact_{kind}", value, segment.place)
        else:
            self.references.append(Fact(f"contact_{kind}", value, segment.place))

    def _payer(self, segment: Segment) -> None:
        name = segment.get(1)
        if not name:
            return
        payer = Traveller(segment.place, name, role="payer", schema="LegalEntity")
        payer.state("address", segment.get(2), place=segment.place)
        payer.state("phone", segment.get(3), place=segment.place)
        if not any(known.role == "payer" and known.surname == name for known in self.others):
            self.others.append(payer)

    def add(self, segment: Segment) -> None:
        """An address, and with it a telephone."""
        parts = [part.strip() for part in (segment.elements[1] if len(segment.elements) > 1 else [])]
        parts += [""] * (8 - len(parts))
        address = ", ".join(part for part in parts[1:7] if part)
        phone = parts[7]
        for kind, value in special.contacts(phone):
            self._contact(kind, value, segment)
            phone = ""
        if self.who is not None:
            self.who.state("address", address, place=segment.place)
            self.who.state("phone", phone, place=segment.place)
            return
        for kind, value in (("contact_address", address), ("contact_phone", phone)):
            if value:
                self.references.append(Fact(kind, value, segment.place))

    def fop(self, segment: Segment) -> None:
        """How was paid; card numbers are masked."""
        for kind, value in special.payments(segment):
            if self.who is not None:
                self.who.fact(kind, value, segment.place)
            else:
                self.references.append(Fact(kind, value, segment.place))

    def keep(self, segment: Segment) -> None:
        """Keep a segment's text with the traveller: frequent flyer, ticket, seat at check-in, bags."""
        kind = _KEPT[segment.tag]
        text = segment.get(0) if segment.tag in ("TKT", "SSD") else segment.words
        if text in ("", "XXX"):
            return
        if self.who is not None:
            self.who.fact(kind, text, segment.place)
        else:
            self.references.append(Fact(kind, text, segment.place))

    def lts(self, segment: Segment) -> None:
        """History as one line of text."""
        self.texts.append(Fact("history", segment.text, segment.place))


_KEPT = {"FTI": "frequent_flyer", "TKT": "ticket", "SSD": "seat_at_check_in", "TBD": "bags"}
_HANDLERS: dict[str, Callable[[Booking, Segment], None]] = {
    "RCI": Booking.rci, "ORG": Booking.org, "TIF": Booking.tif, "TVL": Booking.tvl, "TRA": Booking.tra,
    "SSR": Booking.ssr, "IFT": Booking.ift, "ADD": Booking.add, "FOP": Booking.fop, "LTS": Booking.lts,
    **dict.fromkeys(_KEPT, Booking.keep),
}  # fmt: skip
