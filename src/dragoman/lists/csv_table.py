"""Any list as CSV: with a small mapping file, or with headers that say what they are.

The mapping is YAML; everything in it but `columns` may be left out::

    title: Debarred suppliers          # shown beside the list
    publisher: Ministry of Works
    published: 2026-01-31              # the list's own date
    schema: Organization               # or {column: Kind, values: {P: Person, F: Company}, default: LegalEntity}
    id: [Register, Number]             # the column or columns that make the id; without, the row's content does
    delimiter: ";"
    encoding: cp1252
    dates: day-first                   # or month-first
    separator: "|"                     # parts several values in any cell
    columns:
      Full name: name
      Also known as: {property: alias, separator: ";", quality: low}
      Born: {property: birthDate, dates: month-first}
      Order: sanction.authorityId      # a property of the listing itself
      Internal code: null              # left out on purpose
    constants:
      country: af
      sanction.program: Suppliers Act

Columns that the mapping does not name are read by their headers where those are known
(`dragoman.model.headers`); the others are kept as notes, and warned of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dragoman.errors import ListRefused
from dragoman.lists._csv_mapping import NO_MAPPING, Column, Mapping, load_mapping
from dragoman.lists._statements import add_countries, is_absent, slug, split_items, tidy
from dragoman.lists._table import read_records, read_rows
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record, schemata
from dragoman.model.headers import property_for, schema_for
from dragoman.model.printed_dates import read_dates

_REMEDY = "name the columns as FollowTheMoney does (name, birthDate, ...), or give a mapping file"
_DELIMITERS = (",", ";", "\t", "|")
#: By these a party can be found; a row with none of them names nobody.
_FINDABLE = frozenset({"name", "identifier"})
#: A name that stands in parts, in the order in which it is put together.
_NAME_PARTS = ("firstName", "secondName", "middleName", "lastName")
_GENDERS = {"m": "male", "f": "female", "homme": "male", "femme": "female", "w": "female", "h": "male"}


def mapped_format(mapping: Path | None) -> ListFormat:
    """Return the ``csv`` format with that mapping. Raises ListRefused where the mapping cannot be understood."""
    known = load_mapping(mapping) if mapping is not None else NO_MAPPING

    def read_mapped(source: Path, reading: Reading) -> Iterator[Record]:
        return read(source, reading, known)

    return replace(
        FORMAT, title=known.title or FORMAT.title, publisher=known.publisher or FORMAT.publisher, read=read_mapped
    )


def read(source: Path, reading: Reading, mapping: Mapping = NO_MAPPING) -> Iterator[Record]:
    """Yield a party for each row, and its ``Sanction`` where the mapping states anything of one.

    Raises ListRefused where no column holds names or identifiers, or where a mapped column is missing. A row
    without a name and an identifier, or of unknown type, is rejected.
    """
    reading.published = mapping.published
    delimiter = mapping.delimiter or _delimiter(source, mapping)
    columns: dict[str, Column | None] = {}
    seen: set[str] = set()
    for place, row in read_records(source, reading, delimiter=delimiter, encoding=mapping.encoding):
        columns = columns or _columns(row, mapping, source, reading)
        found = _row(row, columns, mapping, place, reading)
        if found is None:
            continue
        party, sanction = found
        if party.id in seen:
            reading.warn(place, f"the id {party.id!r} stands on an earlier row too", " | ".join(row.values()))
        seen.add(party.id)
        yield party
        if sanction.statements:
            sanction.add("entity", party.id, place=place)
            yield sanction


def _delimiter(source: Path, mapping: Mapping) -> str:
    """Return the delimiter under which most of the header is understood."""

    def understood(delimiter: str) -> int:
        header = next(read_rows(source, delimiter=delimiter, encoding=mapping.encoding), ("", []))[1]
        return sum(cell.strip() in mapping.columns or property_for(cell) is not None for cell in header)

    return max(_DELIMITERS, key=understood)


def _columns(row: dict[str, str], mapping: Mapping, source: Path, reading: Reading) -> dict[str, Column | None]:
    """Return what each column holds: mapped, known by its header, or (None) a note."""
    place = f"{source.name}:1"
    if missing := [name for name in mapping.named if name not in row]:
        known = ", ".join(row)
        raise ListRefused(
            f"there is no column {missing[0]!r}, only {known}"[:400], place=place, remedy="check the mapping"
        )
    columns: dict[str, Column | None] = {}
    for name in row:
        prop = property_for(name)
        if name in mapping.columns:
            columns[name] = mapping.columns[name]
        elif (
            prop is not None and not (prop == "id" and mapping.id_columns) and not (prop == "schema" and mapping.schema)
        ):
            columns[name] = Column(prop)
            if prop != name:
                reading.warn(place, f"column {name!r} is read as {prop}")
        elif name not in mapping.named:
            columns[name] = None
            reading.warn(place, f"unknown column {name!r}; its cells are kept as notes")
    if not any(_findable(column.prop) for column in columns.values() if column is not None):
        raise ListRefused("no column holds names or identifiers", place=place, remedy=_REMEDY)
    return columns


def _findable(prop: str) -> bool:
    """Tell whether a property holds a name, a part of one, or an identifier, whatever the schema that has it."""
    schemas = ("Person", "Company", "Vessel", "Airplane", "CryptoWallet", "BankAccount", "Organization")
    return prop in _NAME_PARTS or any(schemata.properties(schema).get(prop) in _FINDABLE for schema in schemas)


def _row(
    row: dict[str, str], columns: dict[str, Column | None], mapping: Mapping, place: str, reading: Reading
) -> tuple[Record, Record] | None:
    """Return the party and the sanction of a row, or account for why there is none."""
    shown = " | ".join(row.values())
    schema = _schema(row, columns, mapping)
    if schema is None:
        reading.reject(place, "is of unknown type", shown)
        return None
    party = Record(_identity(row, columns, mapping), schema)
    sanction = Record(f"{party.id}-sanction", "Sanction")
    for name, column in columns.items():
        if column is None:
            if not is_absent(row[name]):
                _note(party, f"{name}: {tidy(row[name])}", place)
        elif column.prop not in ("id", "schema", ""):
            for value in _values(row[name], column, mapping):
                _state(party, sanction, column, value, mapping, place, reading)
    _assemble_name(party, place)
    for column, value in mapping.constants:
        _state(party, sanction, column, value, mapping, place, reading)
    kinds = {schemata.properties(schema).get(known.prop) for known in party.statements}
    if not kinds & _FINDABLE:
        reading.reject(place, "has neither a name nor an identifier", shown)
        return None
    return party, sanction


def _schema(row: dict[str, str], columns: dict[str, Column | None], mapping: Mapping) -> str | None:
    """Return the row's schema: by the mapping, by a column of types, else what its columns speak of."""
    if mapping.schema_column:
        cell = row[mapping.schema_column]
        return mapping.schema_values.get(cell) or schema_for(cell) or mapping.schema
    if mapping.schema:
        return mapping.schema
    for name, column in columns.items():
        if column is not None and column.prop == "schema" and row[name]:
            return schema_for(row[name])
    stated = {column.prop for name, column in columns.items() if column is not None and row[name]}
    for schema, props in (
        ("CryptoWallet", {"publicKey", "cryptoAddress"}),
        ("Vessel", {"imoNumber", "mmsi", "callSign"}),
        ("Person", {"birthDate", "firstName", "lastName", "gender", "passportNumber", "nationality", "fatherName"}),
    ):
        if stated & props:
            return schema
    return "LegalEntity"


def _identity(row: dict[str, str], columns: dict[str, Column | None], mapping: Mapping) -> str:
    """Return the id that the row states, else one made of its content, so that it stays when rows move."""
    names = mapping.id_columns or [name for name, column in columns.items() if column and column.prop == "id"]
    stated = [row[name] for name in names if row[name]]
    if len(stated) == 1:
        return stated[0]
    if stated:
        return slug("-".join(stated)) or "-".join(stated)
    return "row-" + hashlib.sha256("\x1f".join(row.values()).encode()).hexdigest()[:16]


def _values(cell: str, column: Column, mapping: Mapping) -> list[str]:
    separator = column.separator or mapping.separator
    parts = cell.split(separator) if separator else [cell]
    items = [item for part in parts for item in ([part] if column.prop == "notes" else split_items(part))]
    return [tidy(item) for item in items if not is_absent(item)]


def _state(
    party: Record, sanction: Record, column: Column, value: str, mapping: Mapping, place: str, reading: Reading
) -> None:
    """State a value as its property's type asks; one that the record's schema lacks becomes a note."""
    record = sanction if column.of_sanction else party
    kind = schemata.properties(record.schema).get(column.prop)
    if kind is None:
        _note(party, f"{column.prop}: {value}", place)
        reading.warn(place, f"{record.schema} has no property {column.prop}; kept as a note", value)
    elif kind == "date":
        found, left = read_dates(
            value, month_first=column.month_first or (column.month_first is None and mapping.month_first)
        )
        for day in found:
            record.add(column.prop, day, original=value, place=place)
        if left or not found:
            _note(party, f"{column.prop}: {value}", place)
            reading.warn(place, f"part of {column.prop} is no date and is kept as a note", value)
    elif kind == "country":
        add_countries(record, reading, column.prop, value, place)
    elif kind == "identifier":
        record.add(column.prop, "".join(value.split()), original=value, place=place)
    elif kind == "gender":
        record.add(column.prop, _GENDERS.get(value.lower(), value.lower()), original=value, place=place)
    else:
        record.add(column.prop, value, place=place, quality=column.quality)


def _note(party: Record, text: str, place: str) -> None:
    party.add("notes", text, place=place)


def _assemble_name(party: Record, place: str) -> None:
    """Give a person whose name stands only in parts a whole name."""
    if not party.values("name"):
        parts = [party.first(prop) or "" for prop in _NAME_PARTS]
        party.add("name", tidy(" ".join(parts)), place=place)


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether the first line is a header with a name or an identifier, most of whose columns are known."""
    if b"\0" in head or path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return False
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", "replace")
    for delimiter in _DELIMITERS:
        cells = [cell.strip(" \r\"'") for cell in line.split(delimiter)]
        props = [prop for cell in cells if (prop := property_for(cell))]
        if any(map(_findable, props)) and 2 * len(props) > len(cells):
            return True
    return False


FORMAT = ListFormat(
    name="csv",
    title="A table, CSV",
    publisher="any",
    read=read,
    recognise=recognise,
)
