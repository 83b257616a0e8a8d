"""What several publishers' cells need before they are statements: numbered items, dates, countries, documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from dragoman.lists._printed_names import language, read_names
from dragoman.lists.reading import Reading
from dragoman.model import Quality, Record, schemata
from dragoman.model.countries import country_code
from dragoman.model.printed_dates import read_dates

_MARKER = re.compile(r"(?:^|(?<=[\s,;.:)-]))(\(?)([a-zA-Z]|\d{1,2})\)")
_ABSENT = frozenset({"", "-", "na", "n/a", "n.a", "n.a.", "nil", "none", "unknown", "not known", "not available"})
_STRAY_MARKER = re.compile(r"(?:\bto\s+)?\(?\b[a-e\d]\)(?:\s*-)?", re.IGNORECASE)
_QUALIFIER = re.compile(r"^(?:possibly|former|now)\s++|(?<!\s)\s++(?:U?SSR|by birth)$", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)")
_SINCE = re.compile(
    r"\b(?:as of|as at|since|until|previous|believed|reported|also|in|branch|citizen\w*|national\w*)\b.*", re.IGNORECASE
)

#: A document's number: letters, then at least four more characters with three digits among them.
_NUMBER = re.compile(
    r"(?<!\w)(?<!\d[.])(?:(?!ID\b|NO\b)[A-Z]{1,3}[ -]?)?(?=[A-Z\d/-]*\d[A-Z\d/-]*\d[A-Z\d/-]*\d)[A-Z\d][A-Z\d/-]{3,}\b"
)
_BEFORE_DATES = re.compile(r"\b(?:issued?|expir\w*|valid|date of|dob|born)\b", re.IGNORECASE)
_DEMONYM = re.compile(
    r"\(([A-Z][A-Za-z' -]+?)(?: (?:[Pp]assport|[Dd]iplomatic)\b[^()]*)?\)"
    r"|\b([A-Z][a-z]+(?: [A-Z][a-z]+)?) (?:[Pp]assport|[Nn]ational|ID\b)"
)


def tidy(text: str) -> str:
    """Return the text with its blanks (no-break ones too) folded and trimmed."""
    return " ".join(text.replace("\ufeff", "").split())


def is_absent(text: str) -> bool:
    """Tell whether a cell says that nothing is known (``na``, ``-``, ``Unknown``)."""
    return tidy(text).lower() in _ABSENT


def slug(text: str) -> str:
    """Return lower-case ASCII letters and digits with single hyphens, for use in a record's id."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def split_items(text: str) -> list[str]:
    """Split ``(1) Basra (2) Kufa`` or ``a) Basra b) Kufa`` into its items; other text is one item.

    A marker counts only where it is the next in its series, so that ``Ministry (B)`` stays whole.
    """
    cuts: list[tuple[int, int]] = []
    expected = ""
    for marker in _MARKER.finditer(text):
        mark = marker[2].lower()
        if not cuts:
            # The first marker may be missing ("Kufa, b) Basra"), but then a bracketed letter is part of a name.
            at_start = not text[: marker.start()].strip()
            wanted = mark in ("1", "a") if at_start or marker[1] else mark in ("1", "a", "2", "b")
        else:
            wanted = mark == expected
        if wanted:
            cuts.append(marker.span())
            expected = str(int(mark) + 1) if mark.isdigit() else chr(ord(mark) + 1)
    if len(cuts) == 1 and text[: cuts[0][0]].strip() and expected in ("2", "b"):
        cuts = []
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(text)]
    return [kept for start, end in zip(starts, ends, strict=True) if (kept := _trim(text[start:end]))]


def _trim(text: str) -> str:
    kept = tidy(text).strip(" ,;")
    return kept.lstrip("- ").rstrip("- ") if kept.strip(" .-") else ""


def add_names(
    record: Record, prop: str, text: str, place: str, *, printed: str | None = None, quality: Quality = "good"
) -> None:
    """State the names that a cell holds: several to a cell, scripts apart, acronyms and former names by themselves.

    `printed` is the cell as it stands, where `text` is not. Of several names the first is of `prop`; beside a
    ``name`` the others are aliases.
    """
    found = read_names(text)
    original = tidy(printed or text)
    # "Front for the Conquest of Syria / the Levant": half of that names nobody.
    names = found.names if found.short or " / " not in text else (tidy(text),)
    for number, name in enumerate(names):
        known = "alias" if prop == "name" and number else prop
        record.add(known, name, original=original, place=place, lang=language(name), quality=quality)
    for short in found.short:
        if record.schema == "Person":  # "Lom-ali BUTAYEV (BUTAEV)": a family name alone says little of who it is
            record.add("weakAlias", short, original=original, place=place, quality="low")
        else:
            record.add("abbreviation", short, original=original, place=place, quality=quality)
    for former in found.former:
        record.add("previousName", former, original=original, place=place, quality=quality)
    for remark in found.remarks:
        record.add("notes", f"{original} ({remark})" if remark not in original else original, place=place)


def add_dates(record: Record, reading: Reading, prop: str, text: str, place: str) -> None:
    """State every date that a cell prints; pieces that are no date are kept as a note and warned of."""
    if is_absent(text):
        return
    found, left = read_dates(text.replace(">>", ";"))
    for value in found:
        record.add(prop, value, original=tidy(text), place=place)
    if left or not found:
        _note(record, reading, f"{prop}: {tidy(text)}", place, f"part of {prop} is no date and is kept as a note")


def add_countries(record: Record, reading: Reading, prop: str, text: str, place: str) -> None:
    """State the countries that a cell names; a name that is no country is kept as a note and warned of."""
    for item in split_items(text):
        if is_absent(item):
            continue
        codes = _country_codes(item)
        for code in codes:
            record.add(prop, code, original=item, place=place)
        if not codes:
            reason = f"{prop} names no country that is known and is kept as a note"
            _note(record, reading, f"{prop}: {item}", place, reason)


def _note(record: Record, reading: Reading, text: str, place: str, reason: str) -> None:
    """Keep a note and warn of it, once a record: lists repeat a party's cells on each of its rows."""
    prop = "notes" if "notes" in schemata.properties(record.schema) else "summary"
    if text not in record.values(prop):
        record.add(prop, text, place=place)
        reading.warn(place, reason, text)


def _country_codes(text: str) -> list[str]:
    """Return the codes of ``Russian and Ukrainian``, ``Syria (since 2013)``, ``Iran / Iran``, ``Iran (2)-(3) Iraq``."""
    plain = _ASIDE.sub(" ", _STRAY_MARKER.sub(";", text))
    plain = _QUALIFIER.sub("", tidy(plain).strip(" .,;"))
    for candidate in (tidy(text), plain, _SINCE.sub("", plain).strip(" .,;")):
        if code := country_code(candidate):
            return [code]
    parts = [part.strip(" .") for part in re.split(r"\s*(?:[;,/&.]|\band\b|\bor\b)\s*", plain) if part.strip(" .")]
    if len(parts) < 2:
        return []
    codes = [country_code(_SINCE.sub("", part).strip(" .,;")) for part in parts]
    return list(dict.fromkeys(code for code in codes if code)) if all(codes) else []


def document_number(text: str) -> str | None:
    """Return the number of a document as one item describes it, without blanks; None where there is none."""
    if re.fullmatch(r"\d[\d ]{3,}\d", text):
        return text.replace(" ", "")
    head = _BEFORE_DATES.split(text)[0]
    for part in (re.sub(r"(?<=\d)- (?=\d)", "-", head), text):
        if match := _NUMBER.search(part):
            return match[0].replace(" ", "").strip("-/")
    return None


def documents(party: Record, reading: Reading, schema: str, text: str, place: str) -> Iterable[Record]:
    """State the numbers that a cell lists on the party, and return a record for each document.

    `schema` is ``Passport`` or ``Identification``; an item without a number is kept as a note.
    """
    prop = "passportNumber" if schema == "Passport" else "idNumber"
    for item in split_items(text):
        if is_absent(item):
            continue
        number = document_number(item)
        if number is None:
            _note(party, reading, f"{prop}: {item}", place, f"{prop} holds no number and is kept as a note")
        elif number not in party.values(prop):
            party.add(prop, number, original=item, place=place)
            yield document(party, schema, number, item, place)


def document(party: Record, schema: str, number: str, text: str, place: str, country: str | None = None) -> Record:
    """Return a record for one document of the party; the country comes from the text where none is given."""
    record = Record(f"{party.id}-{slug(schema)}-{slug(number)}", schema)
    record.add("holder", party.id, place=place)
    record.add("number", number, original=text, place=place)
    if schema == "Passport":
        record.add("passportNumber", number, original=text, place=place)
    for found in _DEMONYM.finditer(text):
        country = country or country_code(found[1] or found[2])
    record.add("country", country, place=place)
    record.add("description", text if text != number else None, place=place)
    return record


def sanction(party: Record, place: str, **stated: str | None) -> Record:
    """Return the ``Sanction`` record of a party with the given properties, and note its topic on the party."""
    party.add("topics", "sanction", place=place)
    record = Record(f"{party.id}-sanction", "Sanction")
    record.add("entity", party.id, place=place)
    for prop, value in stated.items():
        record.add(prop, value, place=place)
    return record
