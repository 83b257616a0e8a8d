"""Objects from elsewhere: STIX without Dragoman's extension, read into records as far as it says something of a party.

What a record cannot hold stays in the object, which the node keeps whole. A threat actor is read as what
its author calls it, an organisation; it is a claim of that author like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from dragoman.exchange.indicators import email_address, phone_number
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.stix.objects import read_indicators
from dragoman.exchange.stix.records import newest, read_record
from dragoman.model import Record

_CLASSES = {
    "individual": "Person",
    "organization": "Organization",
    "group": "Organization",
    "class": None,
    "system": None,
}
_TOPICS = {"terrorist": "crime.terror", "crime-syndicate": "crime", "criminal": "crime"}


def read_stranger(thing: Thing, source: str) -> Record | None:
    """Return the record that an object without the extension amounts to, or None where it names no party."""
    reader = _READERS.get(str(thing.get("type")))
    return reader(thing, source) if reader else None


def read_all(things: Iterable[Thing], source: str) -> Iterator[tuple[Thing, Record]]:
    """Yield the newest version of each object that is or amounts to a record, with the record.

    `source` is what a stranger's records are said to come from. Raises BundleRefused on a malformed extension.
    """
    for thing in newest(things):
        if thing.get("revoked", False):
            continue
        record = read_record(thing) or read_stranger(thing, source)
        if record is not None:
            yield thing, record


def _texts(thing: Thing, prop: str) -> list[str]:
    value = thing.get(prop)
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _add(record: Record, thing: Thing, prop: str, name: str) -> None:
    for text in _texts(thing, name):
        record.add(prop, text, place=f"{thing['id']}.{name}")


def _identity(thing: Thing, source: str) -> Record | None:
    schema = _CLASSES.get(str(thing.get("identity_class", "")), "LegalEntity")
    if schema is None or not _texts(thing, "name"):
        return None
    record = Record(thing["id"], schema, source=source)
    _add(record, thing, "name", "name")
    _add(record, thing, "notes", "description")
    for piece in re.split(r"[,;\s]+(?=\S*[@+])|[;,\n]", " ".join(_texts(thing, "contact_information"))[:2000]):
        place = f"{thing['id']}.contact_information"
        if address := email_address(piece):
            record.add("email", address, place=place)
        elif phone := phone_number(piece):
            record.add("phone", phone, place=place)
    return record


def _threat_actor(thing: Thing, source: str) -> Record | None:
    if not _texts(thing, "name"):
        return None
    record = Record(thing["id"], "Organization", source=source)
    _add(record, thing, "name", "name")
    _add(record, thing, "alias", "aliases")
    _add(record, thing, "notes", "description")
    for kind in _texts(thing, "threat_actor_types"):
        record.add("topics", _TOPICS.get(kind), place=f"{thing['id']}.threat_actor_types")
    return record


def _wallet(thing: Thing, source: str) -> Record | None:
    found = [each for each in read_indicators(thing) if each.kind == "wallet"]
    if thing.get("type") == "cryptocurrency-wallet":
        addresses = _texts(thing, "value")
    else:
        addresses = [each.value for each in found]
    if not addresses:
        return None
    record = Record(thing["id"], "CryptoWallet", source=source)
    for address in addresses:
        record.add("publicKey", address, place=thing["id"])
    return record


def _account(thing: Thing, source: str) -> Record | None:
    record = Record(thing["id"], "UserAccount", source=source)
    _add(record, thing, "username", "account_login")
    _add(record, thing, "username", "user_id")
    _add(record, thing, "service", "account_type")
    _add(record, thing, "name", "display_name")
    return record if record.statements else None


_READERS: dict[str, Callable[[Thing, str], Record | None]] = {
    "identity": _identity,
    "threat-actor": _threat_actor,
    "intrusion-set": _threat_actor,
    "indicator": _wallet,
    "cryptocurrency-wallet": _wallet,
    "user-account": _account,
}
