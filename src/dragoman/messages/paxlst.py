"""PAXLST: the passenger and crew lists of UN/EDIFACT (directory D.02B and later).

Source: WCO/IATA/ICAO Guidelines on Advance Passenger Information, appendix with the PAXLST implementation guide. Each
message is one `Message`: its journey (the legs of the conveyance), and its travellers. Those who share a fact
``booking`` travel together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import BinaryIO

from dragoman.messages.edifact import Segment, looks_like_edifact
from dragoman.messages.envelopes import Envelope, envelopes
from dragoman.messages.journeys import flight, local_time, read_day
from dragoman.messages.mrz_layout import table
from dragoman.messages.parties import Fact, IdentityDocument, Journey, Leg, Message, Problem, opened, refusal
from dragoman.messages.travellers import Traveller, country_of, document_kind, gender_of, is_code

#: References of a traveller (RFF, data element 1153) that are kept as facts.
_REFERENCES = {
    "TN": "transaction",
    "AVF": "booking",
    "ABO": "traveller_reference",
    "SEA": "seat",
    "AEA": "agency_reference",
    "CR": "customer_reference",
    "YZY": "redress_number",
    "AKO": "ticket",
}
_UNUSED = frozenset(("FTX", "MEA", "GEI", "EMP", "CPI", "QTY", "GID", "ERP", "ERC", "AUT"))
_PORTS = {"22": "clearance", "178": "embarkation", "179": "disembarkation"}
_NOTHING = object()


@cache
def _roles() -> dict[str, tuple[str, str]]:
    return {row[0]: (row[1], row[2] if len(row) > 2 else "") for row in table("paxlst_parties.tsv")}


def recognise(head: bytes) -> bool:
    """Tell whether the input is an EDIFACT interchange of PAXLST messages."""
    return b"PAXLST" in head[:4096] and looks_like_edifact(head)


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield the messages of an interchange; see `dragoman.messages.parties` for what is refused."""
    with opened(source, name) as (stream, called):
        count = 0
        for envelope in envelopes(stream):
            place = f"{called}: message {envelope.number}"
            if envelope.type != "PAXLST" and not any(segment.tag == "NAD" for segment in envelope.segments):
                if not count:
                    raise refusal(called, "a PAXLST message", _what(envelope), count)
                problem = Problem(place, "a PAXLST message", _what(envelope))
                yield Message(envelope.type or "EDIFACT", envelope.id, place, problems=(problem, *envelope.problems))
                continue
            yield _List(envelope, called, place).message()
            count += 1
        if not count:
            raise refusal(called, "a PAXLST message", "no message", count)


def _what(envelope: Envelope) -> str:
    if envelope.type:
        return f"a {envelope.type} message"
    return envelope.problems[0].found if envelope.problems else "no message"


class _List:
    """One message while it is read, segment by segment; `who` is the party that the segments are about."""

    def __init__(self, envelope: Envelope, called: str, place: str) -> None:
        self.envelope = envelope
        self.called = called
        self.place = place
        self.near: date | None = envelope.prepared
        self.problems = list(envelope.problems)
        self.references: list[Fact] = []
        self.people: list[Traveller] = []
        self.who: Traveller | None = None
        self.legs: list[dict[str, str | None]] = []
        self.port: tuple[str, str] = ("", "")
        self.document: dict[str, str] | None = None

    def message(self) -> Message:
        """Read all segments and return the message."""
        for segment in self.envelope.segments:
            handler = _HANDLERS.get(segment.tag, _NOTHING)
            if handler is _NOTHING:
                if segment.tag not in _UNUSED:
                    self._problem(segment, "a segment of PAXLST", f"{segment.tag} {segment.text}"[:80])
                elif self.who:
                    self.who.fact(segment.tag.lower(), segment.text, segment.place)
            elif callable(handler):
                handler(self, segment)
        self._end_document()
        self._tell_nameless()
        place = f"{self.place}, {self.envelope.id}" if self.envelope.id else self.place
        legs = tuple(_leg(leg) for leg in self.legs)
        prefix = f"{self.envelope.id or self.envelope.number}"
        return Message(
            format="PAXLST",
            id=self.envelope.id,
            place=place,
            parties=tuple(who.party(f"{prefix}-{number}", self.called) for number, who in enumerate(self.people, 1)),
            references=tuple(self.references),
            journeys=(Journey(legs, place),) if legs else (),
            problems=tuple(
                Problem(f"{self.called}: {each.place}", each.expected, each.found) for each in self.problems
            ),
        )

    def _problem(self, segment: Segment, expected: str, found: str) -> None:
        self.problems.append(Problem(segment.place, expected, found[:120]))

    def _tell_nameless(self) -> None:
        for who in self.people:
            if who.role == "traveller" and not (who.surname or who.given):
                self.problems.append(Problem(who.place, "a name of the traveller", "none"))

    def bgm(self, segment: Segment) -> None:
        """What list it is: 745 passengers, 250 crew, 266 flight status, ..."""
        self.references.append(Fact("document_code", segment.get(0), segment.place))

    def nad(self, segment: Segment) -> None:
        """A party begins."""
        self._end_document()
        code = segment.get(0)
        role, kind = _roles().get(code, ("", ""))
        who = Traveller(segment.place, segment.get(3), segment.get(3, 1), segment.get(3, 2))
        if not role:
            self._problem(segment, f"a party of PAXLST ({', '.join(_roles())})", code or "nothing")
            role, kind = "traveller", code
        if role == "traveller":
            who.fact("traveller_type", kind, segment.place)
        else:
            who.role, who.schema = role, "LegalEntity"
        address = ", ".join(part for place in range(4, 9) if (part := segment.get(place)))
        who.state("address", address, place=segment.place)
        self.who = who
        self.people.append(who)

    def com(self, segment: Segment) -> None:
        """Telephone, fax and e-mail of the party."""
        for parts in segment.elements:
            number, kind = parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""
            if self.who:
                self.who.state("email" if kind == "EM" else "phone", number, place=segment.place)

    def tdt(self, segment: Segment) -> None:
        """A leg of the conveyance begins."""
        carrier, number = flight(segment.get(1), segment.get(4))
        self.legs.append({"carrier": carrier, "number": number, "place": f"{self.called}: {segment.place}"})
        self.port = ("", "")
        self.who = None

    def loc(self, segment: Segment) -> None:
        """A port of the leg, or a place of the traveller or document."""
        code, port = segment.get(0), segment.get(1)
        text = (
            port or " ".join(part.strip() for part in segment.elements[1] if part) if len(segment.elements) > 1 else ""
        )
        if self.who is None or self.who.role != "traveller":
            self._port(code, port, segment)
        elif code == "91":
            if self.document is None:
                self._problem(segment, "DOC before LOC+91", segment.text)
            else:
                self.document["country"] = port
                self._known_country(segment, port)
        elif code == "180":
            self.who.state("birthPlace", text, place=segment.place)
            self.who.state("birthCountry", country_of(port), port, segment.place)
        elif code == "174":
            self.who.state("country", country_of(port), port, segment.place)
            self._known_country(segment, port)
        else:
            self.who.fact(_PORTS.get(code, f"place_{code}"), text, segment.place)

    def _known_country(self, segment: Segment, code: str) -> None:
        if not is_code(code):
            self._problem(segment, "a country code", code or "nothing")

    def _port(self, code: str, port: str, segment: Segment) -> None:
        if not self.legs:
            self._problem(segment, "TDT before the ports", segment.text)
            return
        leg = self.legs[-1]
        end = "destination" if code == "87" or (code != "125" and leg.get("origin")) else "origin"
        if leg.get(end):
            self._problem(segment, f"one {end} of a leg", port)
        else:
            leg[end] = port or None
        self.port = (end, port)

    def dtm(self, segment: Segment) -> None:
        """A time of the leg, or a day of the traveller or document."""
        code, text = segment.get(0), segment.get(0, 1)
        day = read_day(text[:8] if len(text) in (8, 12) else text[:6], "YYMMDD", near=self.near, past=code == "329")
        if day is None:
            self._problem(segment, "a day", text or "nothing")
        elif self.who is None or self.who.role != "traveller":
            self._time(code, day, text[-4:] if len(text) in (10, 12) else "", segment)
        elif code == "329":
            self.who.state("birthDate", day.isoformat(), text, segment.place)
        elif code in ("36", "182") and self.document is not None:
            self.document["expiry" if code == "36" else "issued"] = day.isoformat()
        else:
            self.who.fact(f"date_{code}", day.isoformat(), segment.place)

    def _time(self, code: str, day: date, clock: str, segment: Segment) -> None:
        if code not in ("189", "232") or not self.legs:
            self.references.append(Fact(f"date_{code}", day.isoformat(), segment.place))
            return
        end, port = self.port
        if end and end != ("origin" if code == "189" else "destination"):
            # LOC+92 does not say which end it is: the time does.
            self.legs[-1].pop(end, None)
            end = "origin" if code == "189" else "destination"
            self.legs[-1][end] = port
        self.legs[-1]["departs" if code == "189" else "arrives"] = local_time(day, clock, port)

    def att(self, segment: Segment) -> None:
        """The gender."""
        gender, known = gender_of(segment.get(2))
        if not known:
            self._problem(segment, "M, F or U", segment.get(2))
        if self.who:
            self.who.state("gender", gender, place=segment.place)

    def nat(self, segment: Segment) -> None:
        """A nationality."""
        code = segment.get(1)
        self._known_country(segment, code)
        if self.who:
            self.who.state("nationality", country_of(code), code, segment.place)

    def rff(self, segment: Segment) -> None:
        """A reference of the message or of the traveller."""
        for parts in segment.elements:
            kind, value = parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""
            known = _REFERENCES.get(kind, f"reference_{kind.lower()}")
            if self.who and self.who.role == "traveller":
                self.who.fact(known, value, segment.place)
            else:
                self.references.append(Fact(known, value, segment.place))

    def doc(self, segment: Segment) -> None:
        """A document begins."""
        self._end_document()
        if self.who is None:
            self._problem(segment, "NAD before DOC", segment.text)
            return
        self.document = {"code": segment.get(0), "number": segment.get(1), "place": segment.place}

    def _end_document(self) -> None:
        found, self.document = self.document, None
        if found is None or self.who is None:
            return
        kind, prop = document_kind(found["code"])
        place = found["place"]
        if not found["number"]:
            self.problems.append(Problem(place, "a document number", "nothing"))
            return
        if prop:
            self.who.state(prop, found["number"], place=place)
        self.who.documents.append(
            IdentityDocument(
                kind,
                found["number"],
                country_of(found.get("country", "")),
                found.get("expiry"),
                place,
                found.get("issued"),
            )
        )

    def cnt(self, segment: Segment) -> None:
        """The count of travellers, held against those read: 41 crew, 42 passengers."""
        stated = segment.get(0, 1)
        crew = segment.get(0) == "41"
        read = sum(any(fact.kind == "traveller_type" and ("crew" in fact.value) == crew for fact in who.facts.values())
                   for who in self.people)  # fmt: skip
        if stated.isdecimal() and int(stated) != read:
            self._problem(segment, f"{stated} {'crew' if crew else 'passengers'}, as CNT counts", str(read))


def _leg(leg: dict[str, str | None]) -> Leg:
    get = leg.get
    ends = (get("origin"), get("destination"), get("departs"), get("arrives"))
    return Leg(*ends, carrier=get("carrier"), number=get("number"), place=get("place") or "")


_HANDLERS: dict[str, Callable[[_List, Segment], None]] = {
    "BGM": _List.bgm, "NAD": _List.nad, "COM": _List.com, "TDT": _List.tdt, "LOC": _List.loc, "DTM": _List.dtm,
    "ATT": _List.att, "NAT": _List.nat, "RFF": _List.rff, "DOC": _List.doc, "CNT": _List.cnt,
}  # fmt: skip
