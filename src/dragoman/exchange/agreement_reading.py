"""Reading an agreement: all its faults at once, each with its place and remedy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from dragoman.errors import AgreementRefused, DragomanError
from dragoman.exchange.agreement import (
    Agreement,
    Clause,
    Contact,
    Memorandum,
    OwnPurpose,
    Party,
    Quota,
)
from dragoman.exchange.agreement_faults import Fault, Reader
from dragoman.exchange.canonical import canonical, read_json
from dragoman.exchange.handling import Colour
from dragoman.exchange.handling_words import load, words
from dragoman.exchange.keys import PublicKey

TYPE = "dragoman-agreement"
FORM = 1


def read_agreement(source: bytes | dict[str, Any]) -> Agreement:
    """Read an agreement from its bytes or its JSON value. Raises AgreementRefused, which names every fault."""
    try:
        document = read_json(source, size=1024 * 1024) if isinstance(source, bytes) else source
        document = read_json(canonical(document))  # what cannot be hashed cannot be signed; and a copy of our own
    except DragomanError as error:
        raise AgreementRefused(error.message, remedy=error.remedy) from error
    found, faults = examine(document)
    if found is None:
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise AgreementRefused(
            "\n".join([f"this agreement has {count}", *(f"  {each}" for each in faults)]),
            remedy="mend the draft; a signed agreement is not mended but replaced by a new version",
        )
    return found


def examine(document: Any) -> tuple[Agreement | None, list[Fault]]:
    """Return the agreement, or None and its faults."""
    reader = Reader([])
    if not isinstance(document, dict):
        return None, [Fault("document", "not an object", "give a JSON object")]
    reader.known(document, "document", _KEYS)
    if document.get("type") != TYPE or document.get("form") != FORM:
        reader.fault("type", "not an agreement of this form", f'write "type": "{TYPE}" and "form": {FORM}')
    parties = _parties(reader, document)
    own = _own_purposes(reader, document)
    clauses = _clauses(reader, document, [each.node for each in parties], {*words().purposes, *own})
    starts, ends = reader.moment(document, "starts"), reader.moment(document, "ends")
    if starts and ends and starts >= ends:
        reader.fault("ends", "ends before it starts", "put the end after the start")
    found = Agreement(
        document=document,
        id=reader.text(document, "id", ""),
        version=reader.count(document, "version", ""),
        supersedes=reader.text(document, "supersedes", "", needed=False) or None,
        title=reader.text(document, "title", ""),
        memorandum=_memorandum(reader, document),
        parties=cast("tuple[Party, Party]", tuple(parties)),
        clauses=clauses,
        onward=reader.choice(document, "onward", "", ("never", "leave", "colour")),
        retention=_retention(reader, document, clauses),
        quotas=_quotas(reader, document),
        answers=_answers(reader, document),
        authors=reader.choice(document, "authors", "", ("named", "stripped")),
        references=reader.choice(document, "references", "", ("cut", "whole")),
        own_purposes=own,
        starts=cast(datetime, starts),
        ends=cast(datetime, ends),
    )
    if bool(found.supersedes) != (found.version > 1):
        message = "the first version replaces nothing; a later one says what"
        reader.fault("supersedes", message, "give the hash of the version before")
    return (None, reader.faults) if reader.faults else (found, [])


_KEYS = frozenset(
    {"type", "form", "id", "version", "supersedes", "title", "memorandum", "parties", "clauses", "onward", "retention",
     "quotas", "answers", "authors", "references", "own_purposes", "starts", "ends"}
)  # fmt: skip


def _parties(reader: Reader, document: dict[str, Any]) -> list[Party]:
    parties = []
    for place, found in _placed(reader, document, "parties"):
        reader.known(found, place, ("node", "name", "key", "contact"))
        contact = reader.object(found, "contact", f"{place}.")
        reader.known(contact, f"{place}.contact", ("desk", "email", "phone"))
        key = reader.text(found, "key", f"{place}.")
        parties.append(
            Party(
                node=reader.text(found, "node", f"{place}."),
                name=reader.text(found, "name", f"{place}."),
                key=reader.parsed(
                    f"{place}.key", key, PublicKey.read, "put in the node's public key, 43 characters of base64url"
                ),
                contact=Contact(
                    reader.text(contact, "desk", f"{place}.contact."),
                    reader.text(contact, "email", f"{place}.contact.", needed=False) or None,
                    reader.text(contact, "phone", f"{place}.contact.", needed=False) or None,
                ),
            )
        )
    keys = {each.key.text for each in parties if each.key}
    if len(parties) != 2 or len({each.node for each in parties}) != 2 or len(keys) != 2:
        reader.fault(
            "parties", "not two different nodes with two different keys", "make one agreement for each pair of nodes"
        )
    return parties


def _placed(reader: Reader, document: dict[str, Any], key: str) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{key}[{index}]", found) for index, found in enumerate(reader.objects(document, key))]


def _memorandum(reader: Reader, document: dict[str, Any]) -> Memorandum:
    found = reader.object(document, "memorandum")
    reader.known(found, "memorandum", ("title", "reference", "signed"))
    signed = reader.text(found, "signed", "memorandum.")
    return Memorandum(
        reader.text(found, "title", "memorandum."),
        reader.text(found, "reference", "memorandum."),
        reader.parsed("memorandum.signed", signed, date.fromisoformat, "write the day as 2026-03-01"),
    )


def _own_purposes(reader: Reader, document: dict[str, Any]) -> dict[str, OwnPurpose]:
    own = {}
    for name, found in (reader.object(document, "own_purposes") if "own_purposes" in document else {}).items():
        if name in words().purposes or not isinstance(found, dict) or not isinstance(found.get("crime"), bool):
            reader.fault(
                f"own_purposes.{name}",
                "not a new purpose with title and crime",
                "name one that is not common to all, say true or false",
            )
            continue
        own[name] = OwnPurpose(reader.text(found, "title", f"own_purposes.{name}."), found["crime"])
    return own


def _clauses(reader: Reader, document: dict[str, Any], nodes: list[str], purposes: set[str]) -> tuple[Clause, ...]:
    known, clauses = words(), []
    for place, found in _placed(reader, document, "clauses"):
        reader.known(
            found, place, ("id", "giver", "receiver", "actions", "classes", "purposes", "tlp", "codes", "roles")
        )
        giver, receiver = (reader.choice(found, side, f"{place}.", nodes) for side in ("giver", "receiver"))
        if giver and giver == receiver:
            reader.fault(place, "the giver is the receiver", "name the other party as the receiver")
        clauses.append(
            Clause(
                id=reader.text(found, "id", f"{place}."),
                giver=giver,
                receiver=receiver,
                actions=reader.choices(found, "actions", f"{place}.", known.actions),
                classes=reader.choices(found, "classes", f"{place}.", known.classes),
                purposes=reader.choices(found, "purposes", f"{place}.", purposes),
                colour=reader.parsed(
                    f"{place}.tlp", str(found.get("tlp")), Colour.read, "give the strictest colour that is taken"
                ),
                codes=reader.choices(found, "codes", f"{place}.", known.codes, some=False),
                roles=reader.choices(found, "roles", f"{place}.", known.roles),
            )
        )
    if not clauses:
        reader.fault("clauses", "no clause, so nothing may leave", "add a clause, or end the agreement")
    if len({each.id for each in clauses}) != len(clauses):
        reader.fault("clauses", "two clauses have one id", "number them")
    return tuple(clauses)


def _retention(reader: Reader, document: dict[str, Any], clauses: tuple[Clause, ...]) -> dict[str, int]:
    found = reader.object(document, "retention")
    needed = {name for clause in clauses for name in clause.classes}
    reader.known(found, "retention", needed)
    return {name: reader.count(found, name, "retention.", 36525) for name in sorted(needed)}


def _quotas(reader: Reader, document: dict[str, Any]) -> tuple[Quota, ...]:
    quotas = []
    for place, found in _placed(reader, document, "quotas") if "quotas" in document else []:
        reader.known(found, place, ("action", "class", "count", "hours"))
        quotas.append(
            Quota(
                reader.choice(found, "action", f"{place}.", words().actions),
                reader.choice(found, "class", f"{place}.", words().classes),
                reader.count(found, "count", f"{place}."),
                reader.count(found, "hours", f"{place}.", 8784),
            )
        )
    return tuple(quotas)


def _answers(reader: Reader, document: dict[str, Any]) -> dict[str, int]:
    urgencies = load("requests.yaml")["urgencies"]
    found = reader.object(document, "answers")
    reader.known(found, "answers", urgencies)
    return {name: reader.count(found, name, "answers.", 8784) for name in urgencies}
