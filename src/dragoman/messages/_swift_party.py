"""The party fields of SWIFT MT messages: options A to L, and free text of names and addresses.

Rules: SWIFT Standards MT, General Information, field formats of 50a to 59a. A party identifier, where
there is one, is the first line and begins with a stroke; two strokes begin a clearing code.
"""

from __future__ import annotations

import re
from functools import lru_cache

from dragoman.messages._swift_table import table
from dragoman.messages.drafting import Draft, Findings, account_of, known_country
from dragoman.messages.parties import Fact
from dragoman.model.countries import country_code

_BIC = re.compile(r"[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_NUMBERED = re.compile(r"([1-8])/(.*)")
_CODED = re.compile(r"([A-Z]{4})/([A-Z]{2})/(.*)")
_DEBIT_CREDIT = re.compile(r"/[CD](?=/)")
_WORDS = re.compile(r"[^\W\d_]+")
#: A name that fills the line goes on in the next: a line holds 35 characters.
_FULL_LINE = 34
#: Options whose lines are a name and an address.
_FREE = frozenset("DHK")
_NOTHING = frozenset(("", "NOTPROVIDED", "NOT PROVIDED", "NONREF", "UNKNOWN", "N/A", "-", "."))
_AGENTS = re.compile(r"5[1-8]")


def read_party(found: Findings, role: str, tag: str, value: str, place: str) -> Draft:
    """Read the value of a field 50a to 59a into a party of that role."""
    draft = found.party(role, place)
    option = tag[2:]
    if _AGENTS.match(tag):
        draft.record.schema = "Organization"
    lines = [line.strip() for line in value.split("\n")]
    lines = [line for line in lines if line]
    if option == "F":
        _numbered(found, draft, lines, place)
        return draft
    if lines and lines[0].startswith("/"):
        _identifier(draft, lines.pop(0), place)
    if option == "L" or option == "B":
        for line in lines:
            draft.state("name" if option == "L" else "address", line, place)
    elif option in ("A", "C", "G"):
        _bic(found, draft, lines, place)
    elif option in _FREE or not option:
        _free_text(draft, lines, place)
    else:
        found.problem(place, "an option of this field (A to L)", f":{tag}:")
        _free_text(draft, lines, place)
    return draft


def _identifier(draft: Draft, line: str, place: str) -> None:
    """Read ``/account``, ``/C/account``, ``//FW021000089`` or ``/NOTPROVIDED``."""
    line = _DEBIT_CREDIT.sub("", line, count=1) if _DEBIT_CREDIT.match(line) else line
    if line.startswith("//"):
        member, _, account = line[2:].partition("/")
        if member:
            draft.facts.append(Fact("clearing_member", member, place))
        line = f"/{account}" if account else ""
    number = line[1:].strip()
    if number.rstrip("/") not in _NOTHING:
        draft.bear(account_of(number, place))


def _bic(found: Findings, draft: Draft, lines: list[str], place: str) -> None:
    for line in lines[:1]:
        if _BIC.fullmatch(line):
            draft.state("swiftBic", line, place)
        else:  # what stands there is screened as a name rather than lost
            found.problem(place, "a BIC of 8 or 11 characters", line)
            draft.state("name", line, place)
    if len(lines) > 1:
        found.problem(place, "nothing after the BIC", " ".join(lines[1:]))
        _free_text(draft, lines[1:], place)


def _numbered(found: Findings, draft: Draft, lines: list[str], place: str) -> None:
    """Read option F: an identifier, then numbered lines: 1 name, 2 address, 3 country and town, 4 to 8 personal."""
    parts: dict[str, list[str]] = {}
    last = ""
    for at, line in enumerate(lines):
        if match := _NUMBERED.fullmatch(line):
            last = match[1]
            parts.setdefault(last, []).append(match[2].strip())
        elif at == 0:
            _first_of_numbered(draft, line, place)
        else:
            found.problem(place, "a line that begins with its number and a stroke", line)
            parts.setdefault(last or "1", []).append(line)
    name = " ".join(filter(None, parts.get("1", [])))
    if name not in _NOTHING:
        draft.state("name", name, place)
    _located(found, draft, parts, place)
    _personal(found, draft, parts, place)


def _located(found: Findings, draft: Draft, parts: dict[str, list[str]], place: str) -> None:
    address = list(parts.get("2", []))
    for line in parts.get("3", []):
        country, _, town = line.partition("/")
        if len(country) != 2:
            address.append(line)
            continue
        found.country(draft, country, place)
        address.append(town.strip() if known_country(country) else line)
    if text := ", ".join(filter(None, address)):
        draft.state("address", text, place)


def _first_of_numbered(draft: Draft, line: str, place: str) -> None:
    if line.startswith("/"):
        _identifier(draft, line, place)
    elif match := _CODED.fullmatch(line):
        _identified(draft, table().identification_codes.get(match[1], "idNumber"), match[3], match[0], place)
    else:
        draft.state("name", line, place)


def _identified(draft: Draft, prop: str, rest: str, written: str, place: str) -> None:
    """The number is what follows the last stroke; an issuer may stand before it."""
    number = rest.rpartition("/")[2].strip()
    if number in _NOTHING:
        return
    if prop.endswith("_id"):  # a number of the bank's own, which names nobody elsewhere
        draft.facts.append(Fact(prop, number, place))
    else:
        draft.state(prop, number, place, written)


def _personal(found: Findings, draft: Draft, parts: dict[str, list[str]], place: str) -> None:
    for text in parts.get("4", []):
        found.birth_date(draft, text, place)
    for text in parts.get("5", []):
        country, _, town = text.partition("/")
        if known_country(country):
            found.country(draft, country, place, "birthCountry")
            text = town
        if text:
            draft.state("birthPlace", text, place)
    for text in parts.get("6", []):
        _identified(draft, "customer_id", text, text, place)
    for text in parts.get("7", []):
        _identified(draft, "idNumber", text, text, place)
    for text in parts.get("8", []):
        draft.facts.append(Fact("additional_information", text, place))


def _free_text(draft: Draft, lines: list[str], place: str) -> None:
    """Take a name and an address apart.

    The first line is the name. The next goes on with it where it bears the mark of an organisation's form, or
    where the line before is full; what is neither that nor plainly an address is kept as both: the longer name
    becomes an alias. A line that is a country, the last one or what follows its last comma, gives the country.
    """
    if not lines or lines[0] in _NOTHING:
        return
    written = "\n".join(lines)
    names, rest = _split(tuple(lines))
    draft.state("name", " ".join(names), place)
    if rest and not _is_address(rest[0]) and _country_of(rest[0]) is None:
        draft.state("alias", " ".join([*names, rest[0]]), place)
    if len(lines) > 1:
        draft.facts.append(Fact("as_written", written, place))
    if not rest:
        return
    last = rest[-1]
    tail = last.rpartition(",")[2].strip()
    country = _country_of(last) or (_country_of(tail) if tail not in table().us_states else None)
    if country:
        draft.state("country", country, place, last)
    draft.state("address", ", ".join(rest), place)


@lru_cache(maxsize=4096)
def _split(lines: tuple[str, ...]) -> tuple[list[str], list[str]]:
    names = [lines[0]]
    at = 1
    while at < len(lines) and (lines[at] in names or _goes_on(lines[at - 1], lines[at])):
        if lines[at] not in names:
            names.append(lines[at])
        at += 1
    return names, list(lines[at:])


def _goes_on(before: str, line: str) -> bool:
    if any(char.isdigit() for char in line):
        return False
    words = [word.upper() for word in _WORDS.findall(line)]
    if words and words[-1] in table().organisation_words:
        return True
    return len(before) >= _FULL_LINE and not _is_address(line) and _country_of(line) is None


def _is_address(line: str) -> bool:
    if any(char.isdigit() for char in line) or "," in line:
        return True
    return any(word.upper() in table().address_words for word in _WORDS.findall(line))


@lru_cache(maxsize=65536)
def _country_of(text: str) -> str | None:
    """Return the country that the whole text names; codes only in capitals."""
    bare = text.strip(" .")
    if len(bare) < 4 and not (len(bare) in (2, 3) and bare.isupper()):
        return None
    return country_code(bare) if bare.replace(" ", "").replace(".", "").isalpha() else None
