"""Israel's seized wallets: addresses and accounts named in orders against the financing of terror.

The table of the National Bureau for Counter Terror Financing has Hebrew headers and rows of four kinds: an order
(``צ.ת 18/26``), which is the reference of all rows below it; an address or the user id of an exchange, alone or with a
person; a row that continues the name or the documents of the person above; and blanks. Addresses hold look-alike
letters of other alphabets, and some fail their checksum: those are kept and flagged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from dragoman.errors import ListRefused
from dragoman.lists._assembly import Assembly, Document, first_bytes, wallet_record
from dragoman.lists._statements import add_dates, slug, tidy
from dragoman.lists._table import read_rows
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record
from dragoman.model.countries import country_code
from dragoman.model.identifiers import normalise_identifier
from dragoman.model.wallets import check_wallet

_HEADER = "מספר זיהוי הארנק"
_WIDTH = 6
_ORDER = re.compile(r"צ\.?\s*+ת\.?\s*+(?:-\s*+)?(\d+/\d+)")
_ANONYMOUS = "אנונימי"
_PASSPORT = "דרכון"
_LABELLED = re.compile(r"(?P<label>[^:()]*?)\s*(?:\((?P<country>[^)]*)\))?\s*:\s*(?P<number>.+)")
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
_TAG = re.compile(r"\(\s*address tag\s*(\w+)\s*\)", re.IGNORECASE)
_AUTHORITY = "National Bureau for Counter Terror Financing of Israel"
#: Adjectives that the publisher uses of documents, where the name of the country is expected.
_ADJECTIVES = {"פלסטיני": "ps", "פלסטינית": "ps"}
_AGAIN = "fetch the table again from the publisher"


@dataclass(slots=True)
class _Row:
    """One person, address or both, with the documents of the rows that continue it."""

    place: str
    order: str | None
    name: str
    documents: list[tuple[str, str]] = field(default_factory=list)
    birth: str = ""
    account: str = ""
    currency: str = ""


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Read the table of wallets. Raises ListRefused."""
    path = next(source.iterdir(), source) if source.is_dir() else source
    known: dict[str, Record] = {}
    for row in _rows(path, reading):
        for record in _records(row, known, reading):
            known.setdefault(record.id, record)
    if not known:
        raise ListRefused("the table holds no wallet", place=path.name, remedy=_AGAIN)
    yield from known.values()


def _cells(path: Path, reading: Reading) -> Iterator[tuple[str, list[str]]]:
    """Yield the six cells of each row below the header, absent ones empty; blank rows are passed over."""
    rows = read_rows(path)
    if not any(_HEADER in cell for cell in next(rows, ("", []))[1]):
        raise ListRefused("the header of the wallet table is missing", place=path.name, remedy=_AGAIN)
    for place, printed in rows:
        cells = [_cell(cell) for cell in printed]
        if any(cells[_WIDTH:]):
            reading.reject(place, f"{len(cells)} cells where the header has {_WIDTH}", ",".join(printed))
        elif any(cells):
            yield place, [*cells[:_WIDTH], *[""] * (_WIDTH - len(cells))]


def _rows(path: Path, reading: Reading) -> Iterator[_Row]:
    """Yield the rows with their order, those that continue one joined to it."""
    order: str | None = None
    last: _Row | None = None
    for place, cells in _cells(path, reading):
        name, number = cells[:2]
        match = _ORDER.fullmatch(name)
        if last is not None and match is None and not any(cells[2:]) and bool(name) != bool(number):
            _continue(last, name, number, place, reading)
            continue
        if last is not None:
            yield last
        last = None  # nothing continues across orders
        if match is not None and not any(cells[1:]):
            order = f"צ.ת {match[1]}"
        elif not any((name, number, cells[2], cells[4])):
            reading.reject(place, "the row names neither person nor wallet", ",".join(cells))
        else:
            last = _row(place, order, cells)
    if last is not None:
        _refuse_cut(path, last)
        yield last


def _row(place: str, order: str | None, cells: list[str]) -> _Row:
    name, number, passport, birth, account, currency = cells
    documents = [(kind, text) for kind, text in (("id", number), ("passport", passport)) if text]
    return _Row(place, order, name, documents, birth, account, currency)


def _refuse_cut(path: Path, last: _Row) -> None:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 2))
        ended = b"\n" in stream.read()
    if not ended and not (last.account or last.currency):
        raise ListRefused("the file ends in the middle of a row", place=last.place, remedy=_AGAIN)


def _cell(text: str) -> str:
    text = tidy(text)
    return "" if text in ("-", "--", _ANONYMOUS) else text


def _continue(last: _Row, name: str, number: str, place: str, reading: Reading) -> None:
    if number:
        last.documents.append(("id", number))
        return
    reading.warn(place, "a name alone in its row is read as the rest of the name above", name)
    last.name = tidy(f"{last.name} {name}")


def _records(row: _Row, known: dict[str, Record], reading: Reading) -> Iterator[Record]:
    person = _person(row, known, reading) if row.name or row.documents else None
    targets = [person.party] if person else []
    for account in filter(None, (part.strip() for part in re.split(r"[,;]", row.account))):
        record = _account(account, row, known, reading)
        if person:
            record.add("holder" if record.schema == "CryptoWallet" else "owner", person.party.id, place=row.place)
        targets.append(record)
    if person:
        yield from (person.party, *person.described)
    yield from targets[1 if person else 0 :]
    if row.order is None:
        reading.warn(row.place, "the row stands above all orders", " ".join((row.name, row.account)))
    for target in targets:
        yield _sanction(target, row)


def _person(row: _Row, known: dict[str, Record], reading: Reading) -> Assembly:
    """Return the person of the row: the same record wherever the same document number stands."""
    numbers = [_document(kind, text) for kind, text in row.documents]
    main = next((document.number for _, document in numbers if not _EXPONENT.fullmatch(document.number)), None)
    key = "|".join((row.name, row.birth, "" if row.birth else row.account))
    identity = slug(normalise_identifier(main)) if main else sha256(key.encode()).hexdigest()[:12]
    assembly = Assembly.begin(f"nbctf-person-{identity}", "Person", reading, row.place)
    assembly.party = known.get(assembly.party.id, assembly.party)
    assembly.name("name", row.name)
    for schema, document in numbers:
        if _EXPONENT.fullmatch(document.number):
            assembly.note(f"{document.kind} {document.number}")
            reading.warn(row.place, "a spreadsheet has rounded the number, which is kept as a note", document.number)
        else:
            assembly.document(schema, "passportNumber" if schema == "Passport" else "idNumber", document)
    if row.birth:
        add_dates(assembly.party, reading, "birthDate", row.birth, row.place)
    return assembly


def _document(kind: str, text: str) -> tuple[str, Document]:
    """Read ``803846328`` or ``מס' דרכון (פלסטיני): 4968594`` to a schema and a document."""
    match = _LABELLED.fullmatch(text)
    label = match["label"] if match else ""
    schema = "Passport" if kind == "passport" or _PASSPORT in label else "Identification"
    name = "Passport" if schema == "Passport" else "Identity number"
    if match is None:
        return schema, Document(text, name)
    printed = tidy(match["country"] or "")
    country = _ADJECTIVES.get(printed) or country_code(printed)
    return schema, Document(match["number"].strip(), name, country, printed=text)


def _account(text: str, row: _Row, known: dict[str, Record], reading: Reading) -> Record:
    """Return the wallet or the account of an exchange that the cell names."""
    tag = _TAG.search(text)
    address = _TAG.sub("", text).strip(" *")
    check = check_wallet(address, row.currency or None)
    if check.form is not None or row.currency:
        record, _ = wallet_record("nbctf-wallet", address, row.currency or None, reading, row.place)
    else:
        record = Record(f"nbctf-account-{slug(check.address) or sha256(text.encode()).hexdigest()[:12]}", "UserAccount")
        record.add("username", check.address, original=text, place=row.place)
        record.add("phone", _phone(check.address), original=text, place=row.place)
    first = known.get(record.id)
    if first is not None:
        reading.warn(row.place, "the address or account stands in the table more than once", text)
        for stated in record.statements:
            first.add(stated.prop, stated.value, original=stated.original, place=stated.place)
        record = first
    if tag is not None:
        record.add("notes", f"address tag {tag[1]}", original=text, place=row.place)
    return record


def _phone(account: str) -> str | None:
    """Return the number with its plus where the account is a valid telephone number, as some payment services use."""
    if not re.fullmatch(r"\d{11,15}", account):
        return None
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{account}")
    except phonenumbers.NumberParseException:
        return None
    return f"+{account}" if phonenumbers.is_valid_number(number) else None


def _sanction(target: Record, row: _Row) -> Record:
    order = row.order or ""
    record = Record(f"{target.id}-sanction" + (f"-{slug(order)}" if order else ""), "Sanction")
    record.add("entity", target.id, place=row.place)
    record.add("authority", _AUTHORITY, place=row.place)
    record.add("country", "il", place=row.place)
    record.add("program", "Seizure of terror assets", place=row.place)
    record.add("authorityId", order, place=row.place)
    return record


def recognise(source: Path, head: bytes) -> bool:
    """Tell whether this is the wallet table, by its Hebrew header."""
    if source.is_dir():
        sheets = [path for path in source.iterdir() if path.is_file()]
        return len(sheets) == 1 and recognise(sheets[0], first_bytes(sheets[0]))
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    lines = head.decode(encoding, errors="replace").splitlines()
    return bool(lines) and _HEADER in lines[0]


FORMAT = ListFormat(
    name="il-nbctf-wallets",
    title="Israel, NBCTF: wallets and accounts under seizure orders",
    publisher="Israel, Ministry of Defense, National Bureau for Counter Terror Financing",
    read=read,
    recognise=recognise,
)
