"""The United States' denied persons: who the Bureau of Industry and Security denies export privileges.

A tab-separated table. It has no numbers of its own, and one row an address: rows of one name need not be one
party, so that each row is a record. It does not say who is a person; names with a body's words are organisations,
all others are legal entities, which may be either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from dragoman.errors import ListRefused
from dragoman.lists._assembly import Assembly, first_bytes, person_name
from dragoman.lists._statements import slug, tidy
from dragoman.lists._table import read_records
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record
from dragoman.model.countries import country_code
from dragoman.model.printed_dates import read_dates

_COLUMNS = (
    "Name",
    "Street_Address",
    "City",
    "State",
    "Country",
    "Postal_Code",
    "Effective_Date",
    "Expiration_Date",
    "Standard_Order",
    "Last_Update",
    "Action",
    "FR_Citation",
)
_ALSO = re.compile(r"\(?\b(?:A/K/A|A\.K\.A\.|AKA|D/B/A|D\.B\.A\.|F/K/A|F\.K\.A\.)(?=\s)\s*([^()]+)\)?", re.IGNORECASE)
_BODY = re.compile(
    r"\b(?:air(?:lines?|ways)?|corporation|company|trading|electronics|computers|services|systems|group|enterprises?"
    r"|international|technolog(?:y|ies)|industr(?:y|ies)|laboratories|aviation|shipping|freight|institute|university)\b",
    re.IGNORECASE,
)
#: Two-letter codes of the states (USPS Publication 28): the publisher leaves the country of many of them blank.
_STATE = re.compile(
    "A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]"
)


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Read the denied persons list. Raises ListRefused."""
    path = next(source.iterdir(), source) if source.is_dir() else source
    seen: set[str] = set()
    for place, row in read_records(path, reading, delimiter="\t"):
        missing = [column for column in _COLUMNS if column not in row]
        if missing:
            raise ListRefused(
                f"lacks the column {missing[0]}", place=path.name, remedy="fetch dpl.txt again from the publisher"
            )
        if not row["Name"]:
            reading.reject(place, "the row has no name", "\t".join(row.values()))
            continue
        yield from _party(row, _identity(row, seen, place, reading), place, reading)
    if not seen:
        raise ListRefused("the list holds no party", place=path.name, remedy="fetch dpl.txt again from the publisher")


def _identity(row: dict[str, str], seen: set[str], place: str, reading: Reading) -> str:
    """Return an id that stays the same from version to version: the publisher gives none."""
    key = "|".join(tidy(row[column]).upper() for column in ("Name", "Street_Address", "City", "Effective_Date"))
    identity = f"bis-{slug(row['Name'])[:60]}-{sha256(key.encode()).hexdigest()[:8]}"
    number = 1
    while (found := identity if number == 1 else f"{identity}-{number}") in seen:
        number += 1
    if number > 1:
        reading.warn(place, "the same name, address and date stand in the list more than once", row["Name"])
    seen.add(found)
    return found


def _party(row: dict[str, str], identity: str, place: str, reading: Reading) -> Iterator[Record]:
    assembly = Assembly.begin(identity, _schema(row["Name"]), reading, place)
    _names(assembly, row["Name"])
    state, country = row["State"], row["Country"]
    if not country and _STATE.fullmatch(state.upper()):
        country = "US"
    street, city, code = row["Street_Address"], row["City"], row["Postal_Code"]
    full = ", ".join(filter(None, (street, city, " ".join(filter(None, (state, code))), country)))
    assembly.state("address", tidy(full))
    if known := country_code(country):
        assembly.state("country", known, row["Country"] or None)
    elif country:
        assembly.note(f"Country: {country}")
    sanction = assembly.sanction
    for prop, value in (
        ("program", "Denied Persons List"),
        ("authority", "Bureau of Industry and Security"),
        ("country", "us"),
        ("reason", row["FR_Citation"]),
        ("summary", row["Action"]),
        ("provisions", {"Y": "standard denial order", "N": "non-standard denial order"}.get(row["Standard_Order"])),
    ):
        sanction.add(prop, value, place=place)
    for prop, column in (
        ("startDate", "Effective_Date"),
        ("endDate", "Expiration_Date"),
        ("modifiedAt", "Last_Update"),
    ):
        found, left = read_dates(_iso(row[column]))
        for value in found:
            sanction.add(prop, value, original=row[column], place=place)
        if left:
            assembly.note(f"{column}: {row[column]}")
            reading.warn(place, f"{column} is no date and is kept as a note", row[column])
    yield from assembly.records()


def _iso(text: str) -> str:
    """Return an American date (``10/13/2020``) as ``2020-10-13``; other text as it is."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    return f"{match[3]}-{match[1]:0>2}-{match[2]:0>2}" if match else text


def _schema(name: str) -> str:
    from rigour.names import extract_org_types

    form = any(name.rstrip(" )").endswith(found) for found, _ in extract_org_types(name))  # "AB Smith" is a person
    return "Organization" if form or _BODY.search(name) else "LegalEntity"


def _names(assembly: Assembly, printed: str) -> None:
    """State the name, and the aliases that stand in it (``PEARL (A.K.A. NEI-CHIEN CHU) LI``)."""
    bare = tidy(_ALSO.sub(" ", printed))
    person = assembly.party.schema == "LegalEntity"
    for prop, text in (("name", bare or printed), *(("alias", found) for found in _ALSO.findall(printed))):
        value = person_name(text).full if person else tidy(text)
        assembly.party.add(prop, value, original=printed, place=assembly.place, quality="good")


def recognise(source: Path, head: bytes) -> bool:
    """Tell whether this is the denied persons list, by its header."""
    if source.is_dir():
        sheets = [path for path in source.iterdir() if path.is_file()]
        return len(sheets) == 1 and recognise(sheets[0], first_bytes(sheets[0]))
    first = head.lstrip(b"\xef\xbb\xbf").splitlines()[:1]
    return bool(first) and all(
        column.encode() in first[0] for column in ("Street_Address", "Standard_Order", "FR_Citation")
    )


FORMAT = ListFormat(
    name="us-bis-dpl",
    title="United States, BIS: Denied Persons List",
    publisher="US Department of Commerce, Bureau of Industry and Security",
    read=read,
    recognise=recognise,
    urls=("https://www.bis.doc.gov/dpl/dpl.txt",),
)
