"""The remarks of OFAC's legacy files: everything but name, programme and address stands there, in prose.

``DOB 1962; POB Shati; alt. Passport A755350 (Saudi Arabia) issued 05 May 2001; a.k.a. 'ABU X'.``
The labels and what they become: ``data/ofac_remarks.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from dragoman.lists._assembly import Assembly, Document
from dragoman.lists._statements import add_countries, add_dates, tidy
from dragoman.model import Record
from dragoman.model.countries import country_code
from dragoman.model.printed_dates import read_dates
from dragoman.model.tables import read_table

_ALT = re.compile(r"alt(?:ernate)?\.? +(?=\S)", re.IGNORECASE)
_DATES = re.compile(
    r"(?:,\s*+|(?<!\s)\s++)?+\b(?:(?:date of )?issued?|(?:date of )?expir(?:es|ed|y)|exp\.)\b\s*+(?:on |date )?",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"(?:No\.?)?([A-Za-z.]*:|Booklet\b|Laissez-Passer\b)\s*(?=\S*\d)")
_TRAILING = re.compile(r"(.*?\d\S*?),?\s+(?:and\b.*|[A-Z]?[a-z]{3,}.*)$")
_COUNTRY = re.compile(r"(?:(?<!\s)\s++)?+\(([^()]*)\)")
_UNLABELLED = re.compile(
    r"(?P<label>[A-Z][\w.' /-]{1,60}?(?:No\.?|Number|#|ID|Card|Code|License)):? (?P<value>\S*\d.*)"
)
#: Begins where no letter of an address stands before, so that a long word is gone through once.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(r"(?:https?://\S+|www\.\S+)", re.IGNORECASE)
_GENDERS = {"male": "male", "female": "female"}
_HONORIFICS = re.compile(
    r"dr|doctor|ha[dj]?ji|maulana|ma[uw]la[vw]i|mullah|ustad|she?i?kh|shaykh|qari|hojjatoleslam|ayatollah",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: its label in the table, with kind and property; what follows the label; and all of it as printed."""

    label: str
    kind: str
    prop: str
    value: str
    printed: str


@dataclass(slots=True)
class Links:
    """Names that a party's remarks point to, to be resolved once the whole list is known: (role, name)."""

    linked: list[str] = field(default_factory=list)
    held_by: list[tuple[str, str, str]] = field(default_factory=list)


@cache
def _labels() -> tuple[tuple[str, str, str], ...]:
    """Rows of the table, the longest label first."""
    rows = read_table("lists", "ofac_remarks.tsv")
    return tuple(sorted(((row[0], row[1], row[2]) for row in rows), key=lambda row: -len(row[0])))


def split_remarks(text: str) -> list[str]:
    """Split a whole remarks text into remarks, without the full stop that ends it."""
    text = text.strip().rstrip("\x1a").rstrip()
    text = text[:-1] if text.endswith(".") else text
    return [piece for part in re.split(r";(?:\s+|(?=[a-z])|$)", text) if (piece := tidy(part))]


def read_remark(printed: str) -> Remark:
    """Recognise one remark by its label; one without a known label has kind ``note``."""
    text = _ALT.sub("", printed, count=1) if _ALT.match(printed) else printed
    if text.startswith("(Linked To:") and text.endswith(")"):
        text = text[1:-1]
    for label, kind, prop in _labels():
        if text.startswith(label) and (len(text) == len(label) or not text[len(label)].isalnum() or label[-1] in ":#"):
            return Remark(label, kind, prop, text[len(label) :].strip(), printed)
        if kind == "document" and label == "ISIN" and re.match(r"ISIN [A-Z]{2}", text):
            return Remark(label, kind, prop, text[4:].strip(), printed)
    match = _UNLABELLED.fullmatch(text)
    if match is not None:
        return Remark(match["label"], "document", "idNumber", match["value"].strip(), printed)
    return Remark("", "note", "notes", text, printed)


def read_remarks(text: str, assembly: Assembly) -> Links:
    """State on the assembly all that the remarks say. What has no place in the model becomes a note."""
    links = Links()
    for printed in split_remarks(text):
        remark = read_remark(printed)
        if remark.kind == "link":
            links.linked.append(remark.value.strip())
        elif remark.kind == "party":
            links.held_by.append((remark.prop, remark.value, remark.printed))
        elif not remark.value:
            assembly.note(remark.printed)
        else:
            _READERS[remark.kind](assembly, remark)
    return links


def read_feature(label: str, value: str, date: str | None, assembly: Assembly) -> None:
    """State a feature that the advanced XML gives by type and value; its types are the labels of the remarks.

    `date` is the date (in the EDTF subset) where the feature is one.
    """
    remark = read_remark(f"{label} {value}".strip())
    if remark.kind == "date" and date is not None:
        if not assembly.state(remark.prop, date, value or None):
            assembly.note(f"{label} {date}")
    elif remark.kind in ("link", "party") or not remark.value:
        assembly.note(" ".join(filter(None, (label, value, date))))
    else:
        _READERS[remark.kind](assembly, remark)


def read_titles(text: str, assembly: Assembly) -> None:
    """State the titles of the column of that name; honorifics and posts are told apart."""
    for piece in split_remarks(text):
        title = _ALT.sub("", piece, count=1) if _ALT.match(piece) else piece
        _position(assembly, Remark("Title", "position", "position", title.removeprefix("Title ").strip(), piece))


def document_of(label: str, value: str) -> Document:
    """Read ``A755350 (Saudi Arabia) issued 05 May 2001 expires 11 Mar 2006``."""
    kind = re.sub(r"\s*(?:No\.?|Number|#)$", "", label)
    head = _DATES.split(value)[0]
    countries = [code for found in _COUNTRY.findall(head) if (code := country_code(found))]
    number = _COUNTRY.sub(" ", head).strip(" ,;")
    number = number if any(map(str.isdigit, number)) else head.strip(" ,;()")
    if match := _PREFIX.match(number):  # "CNIC: 35202-..." says which number it is
        kind, number = f"{kind} {match[1].rstrip(':')}".strip(), number[match.end() :]
    if match := _TRAILING.match(number):  # "D000000483, Diplomatic", "OR801168 and Kuwaiti National ID No. ..."
        number = match[1]
    known = Document(number, kind, countries[-1] if countries else None, printed=value)
    for marker, following in zip(_DATES.findall(value), _DATES.split(value)[1:], strict=True):
        dates = read_dates(_COUNTRY.sub("", following))[0]
        if dates and "iss" in marker.lower():
            known.issued = dates[0]
        elif dates:
            known.expires = dates[0]
    return known


def _document(assembly: Assembly, remark: Remark) -> None:
    document = document_of(remark.label, remark.value)
    if not any(letter.isdigit() for letter in document.number) and remark.prop != "swiftBic":
        assembly.note(remark.printed)  # "Passport (Iraq)", "License (Russia)" give no number
        return
    prop = remark.prop
    if re.match(r"IMO\s*\d{7}$", document.number):
        prop, document.number = "imoNumber", document.number[3:].strip()
    if " and " in remark.value:
        assembly.note(remark.printed)  # a second number, or more of the story
    assembly.document("Passport" if remark.kind == "passport" else "Identification", prop, document)


def _value(assembly: Assembly, remark: Remark) -> None:
    if remark.prop == "ticker":
        assembly.become_company()
    value = "".join(remark.value.split()) if remark.prop in ("mmsi", "serialNumber") else remark.value
    value = value.replace(",", "") if remark.kind == "tonnage" else value
    if not assembly.state(remark.prop, value, remark.value):
        assembly.note(remark.printed)


def _date(assembly: Assembly, remark: Remark) -> None:
    if not _has(assembly, remark):
        return
    before = len(assembly.party.statements)
    add_dates(assembly.party, assembly.reading, remark.prop, remark.value, assembly.place)
    if len(assembly.party.statements) == before and remark.value not in assembly.party.values(remark.prop):
        assembly.note(f"{remark.printed} (a date stated already)")


def _has(assembly: Assembly, remark: Remark) -> bool:
    """Tell whether the party can have the property; the remark is a note where it cannot."""
    from dragoman.model import schemata

    if remark.prop in schemata.properties(assembly.party.schema):
        return True
    assembly.note(remark.printed)
    return False


def _country(assembly: Assembly, remark: Remark) -> None:
    if not _has(assembly, remark):
        return
    if code := country_code(remark.value):
        assembly.state(remark.prop, code, remark.value)
    elif remark.value == "None Identified":
        assembly.note(remark.printed)
    else:
        add_countries(assembly.party, assembly.reading, remark.prop, remark.value, assembly.place)


def _birthplace(assembly: Assembly, remark: Remark) -> None:
    if not _has(assembly, remark):
        return
    assembly.state("birthPlace", remark.value)
    code = country_code(remark.value) or country_code(remark.value.rpartition(", ")[2])
    assembly.state("birthCountry", code, remark.value)


def _gender(assembly: Assembly, remark: Remark) -> None:
    gender = _GENDERS.get(remark.value.lower())
    if gender is None or not assembly.state("gender", gender, remark.value):
        assembly.note(remark.printed)


def _contact(assembly: Assembly, remark: Remark) -> None:
    value = remark.value.lstrip(": ")
    if remark.prop == "website" and " " in value:  # "www.example.org. Example Society offices worldwide"
        assembly.note(remark.printed)
        value = value.split()[0].rstrip(".")
    if not assembly.state(remark.prop, value, remark.printed):
        assembly.note(remark.printed)


def _position(assembly: Assembly, remark: Remark) -> None:
    prop = "title" if _HONORIFICS.fullmatch(remark.value.rstrip(".")) else "position"
    if not assembly.state(prop, remark.value, remark.printed):
        assembly.note(remark.printed)


def _wallet(assembly: Assembly, remark: Remark) -> None:
    currency, _, address = remark.value.partition(" ")
    if not address:
        currency, address = "", remark.value
    assembly.wallet(address, currency)


def _quoted(assembly: Assembly, remark: Remark) -> None:
    assembly.name(remark.prop, remark.value.removeprefix("'").removesuffix("'"), quality="weak")


def _name(assembly: Assembly, remark: Remark) -> None:
    assembly.become_company()
    assembly.name(remark.prop, remark.value)


def _sanction(assembly: Assembly, remark: Remark) -> None:
    assembly.sanction.add(remark.prop, remark.printed, place=assembly.place)


def _sanction_date(assembly: Assembly, remark: Remark) -> None:
    for value in read_dates(remark.value.rpartition(":")[2])[0]:
        assembly.sanction.add(remark.prop, value, original=remark.printed, place=assembly.place)
    assembly.sanction.add("provisions", remark.printed, place=assembly.place)


def _note(assembly: Assembly, remark: Remark) -> None:
    """Keep the text, unless it repeats the title; an e-mail address or site in it is stated as well."""
    if remark.value not in assembly.party.values("position", "title"):
        assembly.note(remark.printed)
    for prop, pattern in (("email", _EMAIL), ("website", _SITE)):
        if "please" not in remark.value.lower():  # OFAC's own pages
            for found in pattern.findall(remark.value):
                assembly.state(prop, found, remark.printed)


_READERS: dict[str, Callable[[Assembly, Remark], None]] = {
    "passport": _document,
    "document": _document,
    "value": _value,
    "tonnage": _value,
    "date": _date,
    "country": _country,
    "birthplace": _birthplace,
    "gender": _gender,
    "contact": _contact,
    "position": _position,
    "wallet": _wallet,
    "quoted": _quoted,
    "name": _name,
    "sanction": _sanction,
    "sanctiondate": _sanction_date,
    "note": _note,
}


def link_records(assembly: Assembly, links: Links, ids_by_name: dict[str, set[str]]) -> list[Record]:
    """Return a link for each ``Linked To``; the id where the name means one party of the list, else the name."""
    made = []
    for number, name in enumerate(links.linked, 1):
        link = Record(f"{assembly.party.id}-link-{number}", "UnknownLink")
        link.add("subject", assembly.party.id, place=assembly.place)
        link.add("object", resolve(name, ids_by_name), original=name, place=assembly.place)
        link.add("namesMentioned", name, place=assembly.place)
        link.add("role", "Linked To", place=assembly.place)
        made.append(link)
    for prop, name, printed in links.held_by:
        target = resolve(name, ids_by_name)
        if target is None or not assembly.state(prop, target, name):
            assembly.note(printed)
    return made


def resolve(name: str, ids_by_name: dict[str, set[str]]) -> str | None:
    """Return the id of the one party of that name, as printed but for case and a final full stop."""
    found = ids_by_name.get(name_key(name), set())
    return next(iter(found)) if len(found) == 1 else None


def name_key(name: str) -> str:
    """Return the form under which printed names are looked up."""
    return tidy(name).upper().rstrip(".")
