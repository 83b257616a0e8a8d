"""United Kingdom: the UK Sanctions List, XML or CSV, which in January 2026 became the only British list.

In the XML a ``Designation`` is a party. In the CSV, below a line with the report date, a row is one combination of
a party's names, addresses and births; rows of one ``Unique ID`` are one party. Unknown fields become notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.errors import ListRefused
from dragoman.lists import _gb_uksl_party as layout
from dragoman.lists._gb_uksl_party import Designation
from dragoman.lists._table import read_records, read_rows
from dragoman.lists._xml import begins_with_element, iter_elements, local_name, text_of
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record
from dragoman.model.printed_dates import read_dates

if TYPE_CHECKING:
    from lxml import etree

_REMEDY = "fetch the UK Sanctions List again from sanctionslist.fcdo.gov.uk"
_INDICATORS = "SanctionsImposedIndicators"


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each party, its ``Sanction`` and its documents. Raises ListRefused on a truncated or other file.

    A designation without a unique id, a name or a known type is rejected. The XML streams; of the CSV,
    whose rows may come in any order, the distinct values are held.
    """
    with source.open("rb") as stream:
        is_xml = begins_with_element(stream.read(65_536), "Designations")
    count = 0
    seen: set[str] = set()
    for designation in _from_xml(source, reading) if is_xml else _from_csv(source, reading):
        count += 1
        for record in layout.records(designation, reading):
            if record.is_party:
                if record.id in seen:
                    reading.warn(
                        designation.place, "this unique id stands on an earlier designation too", record.caption
                    )
                seen.add(record.id)
            yield record
    if not count:
        raise ListRefused("the file holds no designation", place=source.name, remedy=_REMEDY)


def _from_xml(source: Path, reading: Reading) -> Iterator[Designation]:
    unknown: set[str] = set()
    for place, element in iter_elements(source, {"Designation", "DateGenerated"}):
        if local_name(element) == "DateGenerated":
            reading.published = _day(text_of(element))
            continue
        designation = Designation(place)
        _gather(element, designation)
        for name in designation.unknown.keys() - unknown:
            reading.warn(place, f"unknown element {name!r}; kept as a note")
            unknown.add(name)
        yield designation


def _gather(element: etree._Element, designation: Designation) -> None:
    """Collect the fields below an element, wherever the layout nests them."""
    known = layout.fields()
    for child in element:
        name = local_name(child)
        if name in layout.groups():
            designation.add_group(name, {local_name(part): text_of(part) for part in child})
        elif name == _INDICATORS:
            for indicator in child:
                if text_of(indicator).lower() == "true":
                    designation.add("Indicator", local_name(indicator))
        elif name in known or not len(child):
            designation.add(name, text_of(child))
        else:
            _gather(child, designation)


def _from_csv(source: Path, reading: Reading) -> Iterator[Designation]:
    skip = _header_line(source, reading)
    designations: dict[str, Designation] = {}
    columns: dict[str, tuple[str, str]] = {}
    for place, row in read_records(source, reading, skip=skip):
        if not columns:
            columns = _columns(row, source, reading, skip + 1)
        values: dict[str, str] = {}
        grouped: dict[str, dict[str, str]] = {}
        for name, cell in row.items():
            group, element = columns[name]
            if group:
                grouped.setdefault(group, {})[element] = cell
            else:
                values[element] = cell
        key = values.get("UniqueID", "")
        if not key:
            reading.reject(place, "has no unique id", " | ".join(row.values()))
            continue
        designation = designations.setdefault(key, Designation(place))
        for element, cell in values.items():
            designation.add(element, cell)
        for group, cells in grouped.items():
            designation.add_group(group, cells)
    yield from designations.values()


def _header_line(source: Path, reading: Reading) -> int:
    """Return how many lines stand above the header; what they say of the report's date is noted."""
    for number, (_, row) in enumerate(read_rows(source)):
        text = " ".join(row)
        if layout.squeeze("Unique ID") in map(layout.squeeze, row):
            return number
        if text.lower().startswith("report date"):
            reading.published = _day(text.partition(":")[2] or " ".join(row[1:]))
        if number > 5:
            break
    raise ListRefused("there is no column 'Unique ID'", place=source.name, remedy=_REMEDY)


def _columns(row: dict[str, str], source: Path, reading: Reading, line: int) -> dict[str, tuple[str, str]]:
    """Return, for each column, its group (empty where it has none) and element; an unknown column is itself."""
    known = layout.columns()
    found = {}
    for name in row:
        found[name] = known.get(layout.squeeze(name), ("", name))
        if layout.squeeze(name) not in known:
            reading.warn(f"{source.name}:{line}", f"unknown column {name!r}; its cells are kept as notes")
    if ("Name", "Name6") not in found.values():
        raise ListRefused("there is no column 'Name 6'", place=source.name, remedy=_REMEDY)
    return found


def _day(text: str) -> str | None:
    return next((day for day in read_dates(text)[0] if len(day) == 10), None)


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether this is the XML (``Designations``) or the CSV (a line with ``Unique ID`` and ``OFSI Group ID``)."""
    if begins_with_element(head, "Designations"):
        return True
    lines = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 6)[:6]
    return any(b"Unique ID" in line and b"OFSI Group ID" in line and b"Name 6" in line for line in lines)


FORMAT = ListFormat(
    name="gb-uksl",
    title="United Kingdom: UK Sanctions List",
    publisher="Foreign, Commonwealth and Development Office, United Kingdom",
    read=read,
    recognise=recognise,
    urls=("https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.xml",),
)
