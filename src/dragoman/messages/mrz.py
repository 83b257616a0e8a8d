"""Machine-readable zones of travel documents: TD1, TD2, TD3, MRV-A and MRV-B of ICAO Doc 9303.

Every check digit is computed and explained. What optical readers confuse is put right only where a check digit
proves it, and the document says so. Nothing is guessed: what cannot be read is a problem with its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from dragoman.errors import QueryRefused
from dragoman.messages.mrz_checks import Check, Repair, covered, explain, long_number, repair, text_of
from dragoman.messages.mrz_dates import BIRTH, EXPIRY, read_mrz_date
from dragoman.messages.mrz_layout import State, document_meanings, spans, states
from dragoman.messages.mrz_lines import Zone, split_zones, zone_of
from dragoman.messages.mrz_names import MrzName, read_name
from dragoman.messages.parties import Fact, Message, Party, Problem, opened
from dragoman.model import Record

_SEXES = {"M": "male", "F": "female", "<": None}
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class TravelDocument:
    """A zone as read.

    `kind` is TD1, TD2, TD3, MRV-A or MRV-B; `lines` are as printed, `repairs` what of them was put right. `issuer`
    and `nationality` are codes of Doc 9303 part 3, section 5 (their meaning in `issuer_name`, `nationality_name`).
    `births` are the days that the two-digit year may mean (EDTF, unknown parts left out; two where the holder may be
    a child or older than a hundred), `expiry` likewise. `checks` are the check digits as printed.
    """

    kind: str
    lines: tuple[str, ...]
    document_code: str
    document: str
    issuer: str
    issuer_name: str | None
    number: str
    name: MrzName
    nationality: str
    nationality_name: str | None
    births: tuple[str, ...]
    sex: str | None
    expiry: str | None
    optional: tuple[str, ...]
    checks: tuple[Check, ...]
    repairs: tuple[Repair, ...]
    problems: tuple[Problem, ...]

    @property
    def valid(self) -> bool:
        """Tell whether every check digit holds as printed and nothing else is wrong."""
        return all(check.holds for check in self.checks) and not self.problems

    def to_record(self, id_: str = "", place: str | None = None) -> Record:
        """Return the holder as a record to screen: names in every reading, births, nationality, numbers."""
        record = Record(id_ or f"{self.issuer}-{self.number}", "Person")
        record.add("name", self.name.full, place=place)
        for reading in self.name.originals:
            record.add("alias", reading, place=place)
        record.add("firstName", self.name.secondary, place=place)
        record.add("lastName", self.name.primary, place=place)
        for birth in self.births:
            record.add("birthDate", birth, place=place)
        record.add("gender", self.sex, place=place)
        for code in (self.nationality, self.issuer):
            state = states().get(code)
            prop = "nationality" if code == self.nationality else "country"
            record.add(prop, state.country if state else None, original=code, place=place)
        record.add("passportNumber" if self.document_code[0] == "P" else "idNumber", self.number, place=place)
        return record

    def to_json(self) -> dict[str, Any]:
        """Return the document as plain values, and whether it is `valid`."""
        return {"valid": self.valid, **asdict(self), "name": {**asdict(self.name), "full": self.name.full}}


def read_mrz(text: str, *, today: date | None = None) -> TravelDocument:
    """Read one zone, with or without line feeds; `today` decides what century a year is of.

    Raises QueryRefused where the lines are of no kind of travel document.
    """
    return _read(zone_of(text), today or date.today())


def read_mrzs(text: str, *, today: date | None = None) -> Iterator[TravelDocument | QueryRefused]:
    """Yield every zone of a text, a refusal in the place of one that cannot be read."""
    for part in split_zones(text):
        try:
            yield read_mrz(part, today=today)
        except QueryRefused as refused:
            yield refused


def _read(zone: Zone, today: date) -> TravelDocument:
    kind, problems = zone.kind, list(zone.problems)
    lines, repairs, doubtful = repair(kind, zone.lines)
    checks = explain(kind, zone.lines)
    known = spans(kind)
    problems += _check_problems(kind, lines, doubtful)
    issuer, nationality = (known[each].of(lines).rstrip("<") for each in ("issuer", "nationality"))
    code = known["document_code"].of(lines).rstrip("<")
    places = {each: known[each].at() for each in ("issuer", "nationality")}
    stated = {each: _state(each, value, places[each], problems)
              for each, value in (("issuer", issuer), ("nationality", nationality))}  # fmt: skip
    births = read_mrz_date(known["birth"].of(lines), BIRTH, today, known["birth"].at(), problems)
    expiries = read_mrz_date(known["expiry"].of(lines), EXPIRY, today, known["expiry"].at(), problems)
    return TravelDocument(
        kind=kind,
        lines=tuple(zone.lines),
        document_code=code,
        document=_meaning(code, known["document_code"].at(), problems),
        issuer=issuer,
        issuer_name=_name_of(stated["issuer"]),
        number=_number(kind, lines, problems),
        name=_name(kind, lines, stated, problems),
        nationality=nationality,
        nationality_name=_name_of(stated["nationality"]),
        births=births,
        sex=_sex(known["sex"].of(lines), known["sex"].at(), problems),
        expiry=expiries[0] if expiries else None,
        optional=_optional(kind, lines),
        checks=tuple(checks),
        repairs=tuple(repairs),
        problems=tuple(problems),
    )


def _check_problems(kind: str, lines: list[str], doubtful: list[str]) -> list[Problem]:
    found = [Problem(check.place, f"{check.computed or 'a character of the zone'} as check digit of {check.field}",
                     f"{check.printed}: {check.sentence}")
             for check in explain(kind, lines) if not check.holds]  # fmt: skip
    for each in covered(kind, lines):
        if each.field in doubtful:
            text = text_of(each.text, lines)
            found.append(Problem(each.text[0].at(), f"one reading of {each.field} that its check digit proves", text))
    return found


def _state(field: str, code: str, place: str, problems: list[Problem]) -> State | None:
    state = states().get(code)
    if state is None:
        problems.append(Problem(place, f"a code of Doc 9303 part 3, section 5, as {field}", code or "nothing"))
    return state


def _name_of(state: State | None) -> str | None:
    return state.name if state else None


def _meaning(code: str, place: str, problems: list[Problem]) -> str:
    known = document_meanings()
    found = known.get(code) or known.get(code[:1])
    if found is None:
        problems.append(Problem(place, "a document code (P, V, I, A, C, ...)", code or "nothing"))
    return found or "unknown"


def _number(kind: str, lines: list[str], problems: list[Problem]) -> str:
    known = spans(kind)
    long = long_number(kind, lines)
    printed = text_of(long.text, lines) if long else known["number"].of(lines)
    number = printed.rstrip("<")
    if not number:
        problems.append(Problem(known["number"].at(), "a document number", "nothing"))
    return number.replace("<", " ")


def _optional(kind: str, lines: list[str]) -> tuple[str, ...]:
    known = spans(kind)
    long = long_number(kind, lines)
    fields = [known[each].of(lines) for each in ("optional", "optional_2") if each in known]
    if long:
        fields[0] = fields[0][long.digit.end - known["optional"].start :]
    cleaned = (" ".join(field.replace("<", " ").split()) for field in fields)
    return tuple(field for field in cleaned if field)


def _name(kind: str, lines: list[str], stated: dict[str, State | None], problems: list[Problem]) -> MrzName:
    span = spans(kind)["name"]
    field = span.of(lines)
    for offset, char in enumerate(field):
        if char.isdigit():
            problems.append(Problem(span.at(offset), "a letter: no check digit covers the name", char))
    if not field.strip("<"):
        problems.append(Problem(span.at(), "a name", "nothing"))
    return read_name(field, arabic=any(state.arabic for state in stated.values() if state))


def _sex(printed: str, place: str, problems: list[Problem]) -> str | None:
    if printed == "X":  # printed by some States where the rule says <
        return "other"
    if printed not in _SEXES:
        problems.append(Problem(place, "M, F or <", printed))
    return _SEXES.get(printed)


def recognise(head: bytes) -> bool:
    """Tell whether the input is lines of machine-readable zones: its first one can be read as such."""
    try:
        parts = split_zones(head[:4096].decode("ascii"))
        return bool(parts) and "<<" in parts[0] and zone_of(parts[0]) is not None
    except (QueryRefused, UnicodeDecodeError):
        return False


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield a message for each zone of a text, its holder a traveller; see `dragoman.messages.parties`."""
    with opened(source, name) as (stream, called):
        text = stream.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise QueryRefused("the text of zones is longer than a million characters", place=called, remedy="split it")
        count = 0
        for number, found in enumerate(read_mrzs(text.decode("utf-8", "replace")), 1):
            place = f"{called}: zone {number}"
            if isinstance(found, QueryRefused):
                if found.place:
                    place = f"{place}, {found.place}"
                yield Message("MRZ", None, place, problems=(Problem(place, "a zone of Doc 9303", found.message),))
            else:
                yield message_of(found, place)
            count += 1
        if not count:
            raise QueryRefused(
                "there is no machine-readable zone", place=called, remedy="hand in its two or three lines"
            )


def message_of(document: TravelDocument, place: str) -> Message:
    """Return the document as a message with its holder as the one party."""
    record = document.to_record(place, place)
    facts = [Fact("document", f"{document.document_code} {document.issuer} {document.number}", place)]
    if document.expiry:
        facts.append(Fact("document_expiry", document.expiry, place))
    facts += [Fact("optional", text, place) for text in document.optional]
    facts += [
        Fact("repair", f"{each.field}: {each.read} read as {each.proved}", each.place) for each in document.repairs
    ]
    problems = tuple(Problem(f"{place}, {each.place}", each.expected, each.found) for each in document.problems)
    return Message(
        document.kind, document.number, place, (Party("traveller", record, place, (), tuple(facts)),), problems=problems
    )
