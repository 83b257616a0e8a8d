"""The United States' lists: OFAC's Specially Designated Nationals and its consolidated list, as legacy files.

A list is four files without header line: parties (``sdn.csv``, ``cons_prim.csv``), alternates, addresses, and
comments, which continue remarks that were cut at a thousand characters, inside a word. Layout: OFAC's
dat_spec.txt. The advanced XML of the same lists is read by `ofac_advanced`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dragoman.errors import ListRefused
from dragoman.lists import ofac_advanced
from dragoman.lists._assembly import Assembly, person_name
from dragoman.lists._table import read_rows
from dragoman.lists.ofac_remarks import link_records, name_key, read_remarks, read_titles, resolve
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record
from dragoman.model.countries import country_code

_SCHEMATA = {"individual": "Person", "vessel": "Vessel", "aircraft": "Airplane", "": "Organization"}
_ALTERNATES = {"aka": "alias", "fka": "previousName", "nka": "alias"}
_SUFFIXES = ("csv", "pip", "del")
_CUT = 1000  # characters at which a remark is cut and goes on in the comments
#: Rows of the side files that may name no party before the files count as being of different releases.
_STRAYS = 0.02
_AGAIN = "fetch the list's files again, all of one day"


@dataclass(frozen=True, slots=True)
class _Row:
    place: str
    cells: list[str]


@dataclass(slots=True)
class _Files:
    """The four files, read: parties in order, the others by the party's number."""

    parties: list[_Row] = field(default_factory=list)
    alternates: dict[str, list[_Row]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[str, list[_Row]] = field(default_factory=lambda: defaultdict(list))
    comments: dict[str, list[_Row]] = field(default_factory=lambda: defaultdict(list))


def read_sdn(source: Path, reading: Reading) -> Iterator[Record]:
    """Read the SDN list: a folder of legacy files, or one advanced XML. Raises ListRefused."""
    return _read(source, reading, ("sdn", "alt", "add", "sdn_comments"))


def read_consolidated(source: Path, reading: Reading) -> Iterator[Record]:
    """Read the consolidated (non-SDN) list: a folder of legacy files, or one advanced XML. Raises ListRefused."""
    return _read(source, reading, ("cons_prim", "cons_alt", "cons_add", "cons_comments"))


def _read(source: Path, reading: Reading, stems: tuple[str, str, str, str]) -> Iterator[Record]:
    if source.is_file() and source.suffix.lower() == ".xml":
        yield from ofac_advanced.read(source, reading)
        return
    folder = source if source.is_dir() else source.parent
    found = _find(folder, stems)
    if not found and (sheets := sorted(folder.glob("*.[xX][mM][lL]"))):
        yield from ofac_advanced.read(sheets[0], reading)
        return
    yield from _parties(_load(folder, stems, found, reading), reading)


def _find(folder: Path, stems: tuple[str, ...]) -> dict[str, Path]:
    """Return the files by their stem in lower case, whatever case and suffix the publisher gave them."""
    wanted = {f"{stem}.{suffix}": stem for stem in stems for suffix in reversed(_SUFFIXES)}
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {wanted[path.name.lower()]: path for path in paths if path.name.lower() in wanted}


def _load(folder: Path, stems: tuple[str, str, str, str], found: dict[str, Path], reading: Reading) -> _Files:
    missing = [stem for stem in stems[:3] if stem not in found]
    if missing:
        named = ", ".join(f"{stem}.csv" for stem in missing)
        raise ListRefused(
            f"the list is several files, and lacks {named}",
            place=folder.name,
            remedy=f"give the folder that holds {', '.join(f'{stem}.csv' for stem in stems)}",
        )
    known = _Files()
    known.parties = list(_rows(found[stems[0]], 12, reading))
    for stem, width, rows in zip(
        stems[1:], (5, 6, 2), (known.alternates, known.addresses, known.comments), strict=True
    ):
        for row in _rows(found[stem], width, reading) if stem in found else ():
            rows[row.cells[0]].append(row)
    if stems[3] not in found:
        reading.warn(folder.name, f"there is no {stems[3]}.csv, so that long remarks may be cut")
    _refuse_strays(folder, known, reading)
    return known


def _refuse_strays(folder: Path, known: _Files, reading: Reading) -> None:
    """Reject rows about parties that are not there; refuse the list where they are many."""
    if not known.parties:
        raise ListRefused("the list holds no party", place=folder.name, remedy=_AGAIN)
    numbers = {row.cells[0] for row in known.parties}
    sides = [row for rows in (known.alternates, known.addresses, known.comments) for row in _flat(rows)]
    strays = [row for row in sides if row.cells[0] not in numbers]
    if len(strays) > max(5, _STRAYS * len(sides)):
        reason = f"{len(strays)} of {len(sides)} alternates and addresses belong to no party of the list"
        raise ListRefused(
            f"{reason}, so it is cut or its files are of different days", place=folder.name, remedy=_AGAIN
        )
    for row in strays:
        reading.reject(row.place, "belongs to no party of the list", ",".join(row.cells))


def _flat(rows: dict[str, list[_Row]]) -> Iterator[_Row]:
    for several in rows.values():
        yield from several


def _rows(path: Path, width: int, reading: Reading) -> Iterator[_Row]:
    """Yield the rows of one file, null cells empty and end marks gone. Raises ListRefused on a cut file."""
    _refuse_cut(path, reading)
    for place, cells in read_rows(path, delimiter=_delimiter(path)):
        cells = [cell.replace("\x1a", "") for cell in cells]
        cells = ["" if cell.strip() == "-0-" else cell for cell in cells]
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != width:
            reading.reject(place, f"{len(cells)} cells where {width} are expected", ",".join(cells))
        elif not re.fullmatch(r"\d+", cells[0].strip()):
            reading.reject(place, "the row does not begin with the party's number", ",".join(cells))
        else:
            yield _Row(place, [cells[0].strip(), *cells[1:]])


def _refuse_cut(path: Path, reading: Reading) -> None:
    """Tell a whole file by its end: OFAC closes each with a line end and the character 0x1A."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - 16))
        tail = stream.read()
    ending = tail.rstrip(b"\r\n")
    if not ending.endswith(b"\x1a"):
        if tail == ending:
            raise ListRefused("the file ends in the middle of a row", place=path.name, remedy=_AGAIN)
        reading.warn(path.name, "the end mark 0x1A is missing, so the file may be cut between two rows")


def _delimiter(path: Path) -> str:
    """Return the character after the first number: comma (.csv), bar (.pip) or at sign (.del)."""
    with path.open("rb") as stream:
        match = re.match(rb"[\s\x1a\xef\xbb\xbf]*\d+([,|@])", stream.read(64))
    return match[1].decode() if match else ","


def _parties(known: _Files, reading: Reading) -> Iterator[Record]:
    ids = _ids_by_name(known)
    seen: dict[str, list[str]] = {}
    for row in known.parties:
        number = row.cells[0]
        if number in seen:
            if seen[number] == row.cells:
                reading.warn(row.place, "the same row stands in the file twice", row.cells[1])
            else:
                reading.reject(row.place, f"number {number} is another party's already", ",".join(row.cells))
            continue
        seen[number] = row.cells
        yield from _party(row, known, ids, reading)


def _ids_by_name(known: _Files) -> dict[str, set[str]]:
    """Return the ids that bear each printed name; main names go before alternates."""
    main: dict[str, set[str]] = defaultdict(set)
    for row in known.parties:
        main[name_key(row.cells[1])].add(_id(row))
    other: dict[str, set[str]] = defaultdict(set)
    for row in _flat(known.alternates):
        other[name_key(row.cells[3])].add(_id(row))
    return {**other, **main}


def _id(row: _Row) -> str:
    return f"ofac-{row.cells[0]}"


def _party(row: _Row, known: _Files, ids: dict[str, set[str]], reading: Reading) -> Iterator[Record]:
    number, name, kind, programmes, titles = (cell.strip() for cell in row.cells[:5])
    schema = _SCHEMATA.get(kind.lower())
    if schema is None:
        reading.warn(row.place, f"unknown type of party {kind!r}, read as a legal entity", name)
    assembly = Assembly.begin(_id(row), schema or "LegalEntity", reading, row.place)
    _main_name(assembly, name)
    for programme in filter(None, re.split(r"[\[\]\s]*\][\s]*\[|[\[\]]", programmes)):
        assembly.sanction.add("program", programme.strip(), place=row.place)
    assembly.sanction.add("authority", "Office of Foreign Assets Control", place=row.place)
    assembly.sanction.add("country", "us", place=row.place)
    assembly.sanction.add("authorityId", number, place=row.place)
    for alternate in known.alternates.get(number, ()):
        _alternate(assembly, alternate)
    for address in known.addresses.get(number, ()):
        _address(assembly, address)
    assembly.place = row.place
    read_titles(titles, assembly)
    _asset(assembly, row.cells, ids)
    comments = known.comments.get(number, [])
    if len(row.cells[11]) >= _CUT and not comments:
        reading.warn(row.place, "the remarks are cut, and no comment continues them", row.cells[11][-80:])
    links = read_remarks(row.cells[11] + "".join(comment.cells[1] for comment in comments), assembly)
    linked = link_records(assembly, links, ids)
    yield from assembly.records()
    yield from linked


def _main_name(assembly: Assembly, printed: str) -> None:
    if not printed:
        assembly.reading.warn(assembly.place, "the party has no name")
    assembly.name("name", printed)
    if assembly.party.schema == "Person":
        parts = person_name(printed)
        assembly.state("lastName", parts.last)
        assembly.state("firstName", parts.first)
        assembly.state("nameSuffix", parts.suffix)
    if assembly.party.schema == "Airplane":  # aircraft are listed under their tail number
        assembly.state("registrationNumber", "".join(printed.split()), printed)


def _alternate(assembly: Assembly, row: _Row) -> None:
    _, identity, kind, name, remarks = (cell.strip() for cell in row.cells)
    assembly.place = row.place
    if kind.lower() not in _ALTERNATES:
        assembly.reading.warn(row.place, f"unknown type of alternate {kind!r}, read as an alias", name)
    if not name:
        assembly.reading.reject(row.place, "the alternate has no name", ",".join([identity, kind]))
        return
    assembly.name(_ALTERNATES.get(kind.lower(), "alias"), name)
    if remarks:
        assembly.note(f"{name}: {remarks}")


def _address(assembly: Assembly, row: _Row) -> None:
    _, _, street, city, country, remarks = (cell.strip() for cell in row.cells)
    assembly.place = row.place
    full = ", ".join(filter(None, (street, city, country)))
    assembly.state("address", full)
    if code := country_code(country):
        assembly.state("country", code, country)
    if remarks:
        assembly.note(f"{full}: {remarks}")


def _asset(assembly: Assembly, cells: list[str], ids: dict[str, set[str]]) -> None:
    """State the columns that only vessels fill: call sign, type, tonnages, flag, owner."""
    call_sign, kind, tonnage, gross, flag, owner = (cell.strip() for cell in cells[5:11])
    columns = {
        "callSign": call_sign,
        "type": kind,
        "tonnage": tonnage.replace(",", ""),
        "grossRegisteredTonnage": gross.replace(",", ""),
    }
    for prop, value in columns.items():
        if value and not assembly.state(prop, value):
            assembly.note(f"{prop}: {value}")
    if flag and not ((code := country_code(flag)) and assembly.state("flag", code, flag)):
        assembly.note(f"Vessel Flag {flag}")
    if owner and not ((found := resolve(owner, ids)) and assembly.state("owner", found, owner)):
        assembly.note(f"Vessel Owner {owner}")


def _recognise(stem: str, side: str, list_name: str, source: Path, head: bytes) -> bool:
    if source.is_dir():
        names = {path.name.lower() for path in source.iterdir()}
        return any(f"{stem}.{suffix}" in names for suffix in _SUFFIXES) or any(
            ofac_advanced.recognise_list(path) == list_name for path in source.glob("*.[xX][mM][lL]")
        )
    if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
        return ofac_advanced.recognise_list(source, head) == list_name
    known = source.name.lower().rpartition(".")
    return known[0] in (stem, side) and known[2] in _SUFFIXES and re.match(rb'\s*\d+[,|@]"', head) is not None


def recognise_sdn(source: Path, head: bytes) -> bool:
    """Tell whether this is the SDN list: a folder with ``sdn.csv``, the file alone, or the advanced XML."""
    return _recognise("sdn", "sdn_comments", "us-ofac-sdn", source, head)


def recognise_consolidated(source: Path, head: bytes) -> bool:
    """Tell whether this is the consolidated list: a folder with ``cons_prim.csv``, the file alone, or the XML."""
    return _recognise("cons_prim", "cons_alt", "us-ofac-cons", source, head)


_ADDRESS = "https://www.treasury.gov/ofac/downloads"

FORMATS = (
    ListFormat(
        name="us-ofac-sdn",
        title="United States, OFAC: Specially Designated Nationals and Blocked Persons",
        publisher="US Department of the Treasury, Office of Foreign Assets Control",
        read=read_sdn,
        recognise=recognise_sdn,
        urls=tuple(f"{_ADDRESS}/{name}.csv" for name in ("sdn", "alt", "add", "sdn_comments")),
    ),
    ListFormat(
        name="us-ofac-cons",
        title="United States, OFAC: Consolidated (non-SDN) list",
        publisher="US Department of the Treasury, Office of Foreign Assets Control",
        read=read_consolidated,
        recognise=recognise_consolidated,
        urls=tuple(
            f"{_ADDRESS}/consolidated/{name}.csv" for name in ("cons_prim", "cons_alt", "cons_add", "cons_comments")
        ),
    ),
)
