"""IVMS101, the messages of the travel rule for virtual assets, as JSON: one object, an array, or a line each.

Any envelope is looked through. Names of keys and codes are ``data/ivms101_fields.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from dragoman.messages.drafting import Draft, Findings, account_of
from dragoman.messages.parties import Amount, Fact, Message, opened, refusal

_KEYS = re.compile(rb'"(?:originator|beneficiary)_?persons"|"(?:originating|beneficiary)_?vasp"', re.IGNORECASE)
#: A document or a line longer than this is none that a person's data fill.
LONGEST = 16 << 20
_DEEPEST = 24
_Object = dict[str, Any]


@cache
def _table() -> _Object:
    import yaml

    text = files("dragoman.messages").joinpath("data/ivms101_fields.yaml").read_text(encoding="utf-8")
    plain: _Object = yaml.safe_load(text)
    return plain


def recognise(head: bytes) -> bool:
    """Tell whether `head`, the first 64 KiB, is JSON with the persons or providers of IVMS101."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and bool(_KEYS.search(head))


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield a message for every object that names an originator or a beneficiary.

    Raises QueryRefused where the JSON cannot be read, is of more than LONGEST bytes, or holds no such object.
    """
    with opened(source, name) as (stream, called):
        count = 0
        for place, document in _documents(stream, called):
            before = count
            for found, envelope in _transfers(document):
                count += 1
                yield _message(found, envelope, place if count == before + 1 else f"{place}, transfer {count - before}")
            if count == before:
                raise refusal(place, "an originator or a beneficiary of IVMS101", "neither", count)
        if not count:
            raise refusal(called, "an IVMS101 message", "an empty input", 0)


def _documents(stream: BinaryIO, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each line that is whole JSON by itself; a document over several lines is read at one go."""
    number = 0
    while line := stream.readline(LONGEST):
        number += 1
        if len(line) >= LONGEST:
            raise refusal(f"{name}:{number}", "a line of at most 16 million bytes", "more", number - 1)
        bare = line.removeprefix(b"\xef\xbb\xbf").strip()
        if not bare:
            continue
        try:
            document = orjson.loads(bare)
        except orjson.JSONDecodeError as error:
            if number > 1:
                raise refusal(f"{name}:{number}", "JSON", str(error), number - 1) from error
            document = _whole(line, stream, name)
        yield f"{name}:{number}", document


def _whole(first: bytes, stream: BinaryIO, name: str) -> Any:
    text = first + stream.read(LONGEST - len(first) + 1)
    if len(text) > LONGEST:
        raise refusal(name, "a document of at most 16 million bytes", "more", 0)
    try:
        return orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise refusal(name, "JSON", str(error), 0) from error


def _transfers(document: Any) -> Iterator[tuple[_Object, _Object]]:
    """Yield every object with a party of IVMS101, and the object around it."""
    waiting: list[tuple[Any, _Object, int]] = [(document, {}, 0)]
    while waiting:
        value, around, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(value, list):
            waiting += [(each, around, depth + 1) for each in reversed(value)]
        elif isinstance(value, dict):
            folded = _folded(value)
            if any(isinstance(folded.get(key), dict) for key in _table()["parties"]):
                yield folded, around
            else:
                waiting += [(each, folded, depth + 1) for each in reversed(value.values())]


def _folded(value: Any) -> _Object:
    """Return an object with its keys in one spelling; an empty one for anything else."""
    if not isinstance(value, dict):
        return {}
    return {key.replace("_", "").lower(): each for key, each in value.items()}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _message(transfer: _Object, envelope: _Object, place: str) -> Message:
    found = Findings()
    table = _table()
    for key, rule in table["parties"].items():
        if (party := transfer.get(key)) is not None:
            _party(found, party, rule, rule["role"], f"{place}: {key}")
    path = transfer.get(table["path"])
    steps = _several(_folded(path).get(table["path"]) if isinstance(path, dict) else path)
    for at, step in enumerate(steps, 1):
        rule = table["intermediary"]
        _party(found, step, rule, f"{rule['role']}_{at}", f"{place}: {table['path']}[{at}]")
    for around in (transfer, envelope):
        _amount(found, around, place)
    reference = next(
        (
            _text(around[key])
            for around in (envelope, transfer)
            for key in ("id", "transferid", "txid")
            if key in around
        ),
        "",
    )
    return found.finish().message("IVMS101", reference or None, place)


def _amount(found: Findings, around: _Object, place: str) -> None:
    value = next((_text(around[key]) for key in _table()["amounts"] if key in around), "")
    currency = next((_text(around[key]) for key in _table()["currencies"] if key in around), "")
    if not value:
        return
    if value.replace(".", "", 1).isdecimal():
        found.amounts.append(Amount("transaction", value, currency.upper(), place))
    else:
        found.problem(place, "an amount such as 1250.00", value)


def _party(found: Findings, value: Any, rule: _Object, role: str, place: str) -> None:
    party = _folded(value)
    persons = [each for each in _several(party.get(rule["persons"])) if isinstance(each, dict)]
    if not persons and {"naturalperson", "legalperson"} & party.keys():
        persons = [party]
    for person in persons:
        _person(found, _folded(person), role, place)
    if not persons and value:
        found.problem(place, f"{rule['persons']} with a natural or legal person", str(value)[:100])
    for number in map(_text, _several(party.get("accountnumber"))):
        if number:
            found.account(role, account_of(number, f"{place}/accountNumber"))


def _person(found: Findings, person: _Object, role: str, place: str) -> None:
    natural, legal = _folded(person.get("naturalperson")), _folded(person.get("legalperson"))
    if not natural and not legal:
        found.problem(place, "a naturalPerson or a legalPerson", ", ".join(person) or "nothing")
        return
    draft = found.party(role, place, "Person" if natural else "Organization")
    described = natural or legal
    _names(draft, described.get("name"), place)
    _addresses(found, draft, described.get("geographicaddress"), place)
    _identity(found, draft, _folded(described.get("nationalidentification")), place)
    for key in ("customeridentification", "customernumber"):
        if text := _text(described.get(key)):
            draft.facts.append(Fact("customer_id", text, f"{place}/{key}"))
    birth = _folded(described.get("dateandplaceofbirth"))
    if text := _text(birth.get("dateofbirth")):
        found.birth_date(draft, text, f"{place}/dateOfBirth")
    if text := _text(birth.get("placeofbirth")):
        draft.state("birthPlace", text, f"{place}/placeOfBirth")
    for key, prop in (("countryofresidence", "country"), ("countryofregistration", "jurisdiction")):
        if text := _text(described.get(key)):
            found.country(draft, text, f"{place}/{key}", prop)


def _names(draft: Draft, value: Any, place: str) -> None:
    """Natural persons have a primary (family) and a secondary (given) identifier, legal ones a name."""
    for holder in map(_folded, _several(value)):
        for key, identifiers in holder.items():
            if "nameidentifier" not in key:
                continue
            for each in map(_folded, _several(identifiers)):
                kind = next((_text(each[one]).upper() for one in each if one.endswith("identifiertype")), "")
                parts = [
                    _text(each.get(one)) for one in ("secondaryidentifier", "primaryidentifier", "legalpersonname")
                ]
                prop = _table()["name_types"].get(kind, "name")
                if written := " ".join(filter(None, parts)):
                    draft.state(prop, written, f"{place}/{key}")


def _addresses(found: Findings, draft: Draft, value: Any, place: str) -> None:
    for address in map(_folded, _several(value)):
        lines = [_text(line) for key in _table()["address"] for line in _several(address.get(key))]
        if text := ", ".join(filter(None, lines)):
            draft.state("address", text, f"{place}/geographicAddress")
        if text := _text(address.get("country")):
            found.country(draft, text, f"{place}/geographicAddress/country")


def _identity(found: Findings, draft: Draft, identity: _Object, place: str) -> None:
    number = _text(identity.get("nationalidentifier"))
    if number:
        kind = _text(identity.get("nationalidentifiertype")).upper()
        draft.state(_table()["national_identifiers"].get(kind, "idNumber"), number, f"{place}/nationalIdentifier")
    if text := _text(identity.get("countryofissue")):
        found.country(
            draft, text, f"{place}/countryOfIssue", "nationality" if draft.record.schema == "Person" else "country"
        )
