"""India: the organisations in the First Schedule to the Unlawful Activities (Prevention) Act, 1967.

The Ministry of Home Affairs publishes an HTML page with one table, number and text. A row may name one
group by several names (``A/B``), several groups (``A (X) and its political wing, B, C and its armed wing D``),
or close with "and all its manifestations". Each name keeps its row as `original`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dragoman.errors import ListRefused
from dragoman.lists._statements import sanction, slug, tidy
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record
from dragoman.model.printed_dates import read_dates

_LARGEST = 16 * 1024 * 1024
_REMEDY = "fetch the page 'Banned Organisations' of the Ministry of Home Affairs again"
_HEADING = "unlawful activities (prevention) act"

_TAIL = re.compile(
    r"(?:(?<![,;.\s])[,;.\s]++)?+(?:\band\s++)?\ball its (?:manifestations|formations)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_WING = re.compile(r"(?:,\s*+|(?<!\s)\s++)?+(?:\band|\balong with)\s++its\s++(\w+) wing,?\s*+", re.IGNORECASE)
_OUTSIDE_BRACKETS = re.compile(r",\s*(?![^(]*\))(?:and\s+)?|\s+and\s+(?=the\s)(?![^(]*\))")
_BRACKETS = re.compile(r"(?:(?<!\s)\s++)?+\(([^()]*)\)")
_ACRONYM = re.compile(r"[A-Z][A-Z&.-]{1,9}")
_SHORT_FORM = re.compile(r",\s*([A-Z]{2,8}(?:\s*\([A-Z]\))?)$")
_KNOWN_AS = re.compile(
    r"(?:,\s*+|(?<!\s)\s++)?+(?:generally |commonly |also )?(?:known as|called|a\.?k\.?a\.?)\s++",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?<=\))\s+(in [A-Z][\w ]+)$")


@dataclass(slots=True)
class Group:
    """A group as a row names it: its name, other names, short forms, and what else the row says of it."""

    name: str
    aliases: list[str] = field(default_factory=list)
    abbreviations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@cache
def _table() -> dict[str, Any]:
    import yaml

    text = files("dragoman.lists").joinpath("data/in_uapa_groups.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


def groups(row: str) -> list[Group]:
    """Return the groups that a row of the Schedule names, in order; none where it only points elsewhere."""
    row = tidy(row)
    if _reference(row):
        return []
    tail = _TAIL.search(row)
    notes = [tidy(tail[0]).strip(" ,.;")] if tail else []
    body = row[: tail.start()] if tail else row
    found = [group for text in _group_texts(body) for group in _read_groups(*text)]
    for group in found:
        group.notes.extend(notes)
    return found


def _reference(row: str) -> str | None:
    return next((known["reason"] for known in _table()["references"] if row.startswith(known["begins"])), None)


def _group_texts(body: str) -> Iterator[tuple[str, str | None]]:
    """Yield the text of each group and, for a wing, whose wing it is. Only a row with wings is a list of groups."""
    if not _WING.search(body):
        yield body, None
        return
    for member in _members(body):
        pieces = _WING.split(member)
        yield pieces[0], None
        for kind, wing in zip(pieces[1::2], pieces[2::2], strict=True):
            yield wing, f"{kind.lower()} wing of {_read_name(pieces[0]).name}"


def _members(body: str) -> list[str]:
    marked = _WING.sub(lambda wing: f" and its {wing[1]} wing ", body)
    marked = _KNOWN_AS.sub(" known as ", marked)
    return [part.strip() for part in _OUTSIDE_BRACKETS.split(marked) if part.strip()]


def _read_groups(text: str, wing_of: str | None) -> Iterator[Group]:
    """Yield the group of a text ``A (X)/B``, and those that the table knows as groups of their own."""
    apart = {known["name"]: known["reason"] for known in _table()["groups"]}
    first, *others = [_read_name(name) for name in text.split("/") if name.strip(" ,.;()")] or [Group("")]
    if not first.name:
        return
    first.notes.extend([wing_of] if wing_of else [])
    for other in others:
        if other.name in apart:
            other.notes.append(f"named in one row with {first.name}; {apart[other.name]}")
        else:
            first.aliases += [other.name, *other.aliases]
            first.abbreviations += other.abbreviations
    yield first
    yield from (other for other in others if other.name in apart)


def _read_name(text: str) -> Group:
    """Take ``in Assam``, bracketed acronyms and ``known as`` out of a name; other brackets belong to the name."""
    group = Group("")
    if place := _PLACE.search(text):
        group.notes.append(place[1])
        text = text[: place.start()]
    if short := _SHORT_FORM.search(text):
        group.abbreviations.append(short[1])
        text = text[: short.start()]
    name, *others = (_bare(part) for part in _KNOWN_AS.split(text))
    for part in others:
        (group.abbreviations if _ACRONYM.fullmatch(part) else group.aliases).append(part)
    for bracket in _BRACKETS.finditer(name):
        if _ACRONYM.fullmatch(bracket[1].strip()):
            group.abbreviations.append(bracket[1].strip())
            name = name.replace(bracket[0], "")
    group.name = tidy(name.replace(" -- ", " "))
    return group


def _bare(text: str) -> str:
    return re.sub(r"^the\s+", "", text.strip(" ,.;'\"‘’“”")).strip(" '\"‘’“”")


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each group and its ``Sanction``. Raises ListRefused on a page without the Schedule's table."""
    page, rows = _page(source)
    reading.published = _published(page)
    seen: dict[str, int] = {}
    for line, (number, text) in enumerate(rows, 1):
        place = f"{source.name}: row {number or line}"
        found = groups(text)
        if not found:
            reading.reject(place, _reference(tidy(text)) or "names no group", f"{number} {tidy(text)}")
        for group in found:
            key = slug(f"{number}-{group.name}")
            seen[key] = seen.get(key, 0) + 1
            party = _party(group, f"in-uapa-{key}" + (f"-{seen[key]}" if seen[key] > 1 else ""), tidy(text), place)
            yield party
            yield sanction(
                party,
                place,
                authority="Ministry of Home Affairs",
                country="in",
                program="Unlawful Activities (Prevention) Act, 1967, First Schedule",
                recordId=number,
            )


def _party(group: Group, key: str, row: str, place: str) -> Record:
    party = Record(key, "Organization")
    party.add("name", group.name, original=row, place=place, lang="eng", quality="good")
    for prop, names in (("alias", group.aliases), ("abbreviation", group.abbreviations)):
        for name in names:
            party.add(prop, name, original=row, place=place, lang="eng", quality="good")
    for note in group.notes:
        party.add("notes", note, original=row, place=place)
    return party


def _page(source: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return the page's text and the rows of its table, as number and text."""
    from lxml import etree, html

    if source.stat().st_size > _LARGEST:
        raise ListRefused("the page is larger than any it could be", place=source.name, remedy=_REMEDY)
    parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
    page = source.read_bytes()
    if b"</html>" not in page[-256:].lower():
        raise ListRefused("the page breaks off before its end", place=source.name, remedy=_REMEDY)
    try:
        tree = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise ListRefused("not an HTML page", place=source.name, remedy=_REMEDY) from error
    rows = [cells for row in tree.iter("tr") if (cells := _cells(row))]
    text = tidy(" ".join(str(piece) for piece in tree.itertext()))
    if _HEADING not in text.lower() or not rows:
        raise ListRefused("the page has no table of banned organisations", place=source.name, remedy=_REMEDY)
    return text, rows


def _cells(row: Any) -> tuple[str, str] | None:
    cells = [tidy("".join(cell.itertext())) for cell in row.iter("td")]
    if not any(cells):
        return None
    return (cells[0], " ".join(cells[1:])) if len(cells) > 1 else ("", cells[0])


def _published(page: str) -> str | None:
    """Return the day of ``(As on 30-03-2015)``: what the Schedule itself says, not when the page was edited."""
    stated = re.search(r"\(As on ([^)]{4,20})\)", page)
    dates = read_dates(stated[1])[0] if stated else []
    return dates[0] if dates and len(dates[0]) == 10 else None


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether this is a page of the Ministry; its table stands far behind the first 64 KiB's menus."""
    start = head[:2048].lstrip().lower()
    if not start.startswith((b"<!doctype html", b"<html")) or path.is_dir():
        return False
    return b"mha.gov.in" in head or _HEADING.encode() in head.lower()


FORMAT = ListFormat(
    name="in-uapa",
    title="India: organisations banned under the Unlawful Activities (Prevention) Act",
    publisher="Ministry of Home Affairs, India",
    read=read,
    recognise=recognise,
    urls=("https://www.mha.gov.in/en/banned-organisations",),
)
