"""Canada: the Consolidated Canadian Autonomous Sanctions List (Special Economic Measures Act and others), XML.

There is no id: a record is known by country, schedule and item, and where these repeat, by a counter. Country
names are bilingual (``Syria / Syrie``) or name a regulation, aliases are joined by commas, and a lone alias may be
only a given or a family name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dragoman.errors import ListRefused
from dragoman.lists._statements import add_dates, sanction, slug, tidy
from dragoman.lists._xml import begins_with_element, iter_elements, local_name, text_of
from dragoman.lists.reading import ListFormat, Reading
from dragoman.model import Record

_REMEDY = "fetch the consolidated list again from international.gc.ca"
_KNOWN = frozenset(
    {
        "Country",
        "LastName",
        "GivenName",
        "Entity",
        "EntityOrShip",
        "Aliases",
        "DateOfBirth",
        "DateOfBirthOrShipBuildDate",
    }
    | {"Title", "TitleOrShip", "Schedule", "Item", "DateOfListing", "ShipIMONumber"}
)
#: ``Foo, Ltd.``: what follows the comma is no alias but belongs to the name before it.
_LEGAL_FORM = re.compile(
    r"(?:ltd|inc|llc|l\.l\.c|co|corp|p?jsc|pjs|ojsc|plc|gmbh|s\.?a|s\.?r\.?l|pte|pjs|tov|jr|sr)\.?\)?", re.IGNORECASE
)
_ACRONYM = re.compile(r"(?:(?<!\s)\s++)?+\(([A-Z][A-Z.&]{1,9})\)")


def read(source: Path, reading: Reading) -> Iterator[Record]:
    """Yield each party and its ``Sanction``. Raises ListRefused on a truncated file or one without records.

    A record that names neither a person nor an entity is rejected.
    """
    seen: Counter[str] = Counter()
    count = 0
    for place, element in iter_elements(source, {"record"}):
        count += 1
        cells = {local_name(child): text_of(child) for child in element}
        party = _party(cells, place)
        if party is None:
            reading.reject(place, "names neither a person nor an entity", _shown(cells))
            continue
        seen[party.id] += 1
        if seen[party.id] > 1:
            party.id += f"-{seen[party.id]}"
            reading.warn(place, "country, schedule and item are those of an earlier record", _shown(cells))
        _add_details(party, cells, place, reading)
        yield party
        yield _sanction(party, cells, place)
    if not count:
        raise ListRefused("the file holds no record", place=source.name, remedy=_REMEDY)


def _shown(cells: dict[str, str]) -> str:
    return " | ".join(f"{name}: {text}" for name, text in cells.items())


def _party(cells: dict[str, str], place: str) -> Record | None:
    """Return a record with id and schema and the names that stand in columns of their own."""
    parts = (cells.get("Country", "").split("/")[0], cells.get("Schedule", ""), cells.get("Item", ""))
    key = "ca-sema-" + slug(" ".join(_short(part) for part in parts))
    given, family = tidy(cells.get("GivenName", "")), tidy(cells.get("LastName", ""))
    entity = tidy(cells.get("Entity", "") or cells.get("EntityOrShip", ""))
    if entity:
        party = Record(key, "Vessel" if tidy(cells.get("ShipIMONumber", "")) else "Organization")
        _add_entity_names(party, entity, place)
        return party
    if not (given or family):
        return None
    party = Record(key, "Person")
    # A second spelling in brackets, "DIKIY (DIKY)", makes a second name.
    spellings = [part.strip() for part in re.split(r"[()]", family) if part.strip()] or [""]
    party.add("name", f"{given} {spellings[0]}", original=f"{family}, {given}", place=place, quality="good")
    for spelling in spellings[1:]:
        party.add("alias", f"{given} {spelling}", original=f"{family}, {given}", place=place, quality="good")
    party.add("firstName", given, place=place)
    party.add("lastName", spellings[0], original=family, place=place)
    return party


def _short(text: str) -> str:
    """Shorten the name of a regulation, which stands where a country should, to its acronym."""
    acronym = _ACRONYM.search(text)
    return acronym[1] if acronym else text


def _add_entity_names(party: Record, printed: str, place: str) -> None:
    """State an entity's name; a bilingual one, ``Iranian Navy/Force navale iranienne``, gives an alias in French."""
    english, *french = _languages(printed)
    _add_name(party, "name", english, printed, place)
    for name in french:
        _add_name(party, "alias", name, printed, place, lang="fra")


def _languages(printed: str) -> list[str]:
    """Split at slashes that part two names, not two syllables (``S/A``) or a bracket's content."""
    return re.split(r"(?<=[\w)]{2})\s*/\s*(?=[A-ZÉ][\w'’.-]{2})(?![^(]*\))", tidy(printed))


def _add_name(party: Record, prop: str, name: str, printed: str, place: str, lang: str | None = None) -> None:
    """State a name of an entity, and its bracketed acronyms as abbreviations."""
    for acronym in _ACRONYM.finditer(name):
        if not _LEGAL_FORM.fullmatch(acronym[1]):
            party.add("abbreviation", acronym[1], original=printed, place=place, quality="good")
            name = name.replace(acronym[0], "")
    bare = tidy(name).removeprefix("the ")
    party.add(prop, bare, original=printed, place=place, lang=lang, quality="good")


def split_aliases(text: str, *, of_person: bool = False) -> list[str]:
    """Split a cell of aliases at its commas, but not before a legal form (``Foo Co., Ltd.``) or inside brackets."""
    if of_person and re.fullmatch(r"[^\W\da-z]{2,}, [^\W\d][a-z][^,]*", tidy(text)):  # "SMITH, John" is one name
        return [" ".join(reversed(tidy(text).split(", ")))]
    found: list[str] = []
    for part in re.split(r",(?![^(]*\))", text):
        part = tidy(part)
        if found and _LEGAL_FORM.fullmatch(part):
            found[-1] += f", {part}"
        elif part:
            found.append(part)
    return found


def _add_details(party: Record, cells: dict[str, str], place: str, reading: Reading) -> None:
    for alias in split_aliases(cells.get("Aliases", ""), of_person=party.schema == "Person"):
        _add_alias(party, alias, cells["Aliases"], place)
    born = cells.get("DateOfBirth", "") or cells.get("DateOfBirthOrShipBuildDate", "")
    prop = {"Person": "birthDate", "Vessel": "buildDate"}.get(party.schema, "incorporationDate")
    add_dates(party, reading, prop, born, place)
    title = tidy(cells.get("Title", "") or cells.get("TitleOrShip", ""))
    if title and party.schema == "Person":
        for part in title.split("/"):
            party.add("title", part, original=title, place=place)
    elif title:
        party.add("notes", f"Title: {title}", place=place)
    if imo := tidy(cells.get("ShipIMONumber", "")):
        party.add("imoNumber" if party.schema == "Vessel" else "notes", imo, place=place)
    for name in sorted(cells.keys() - _KNOWN):
        if cells[name]:
            party.add("notes", f"{name}: {cells[name]}", place=place)
            reading.warn(place, f"unknown element {name!r}; kept as a note", cells[name])


def _add_alias(party: Record, alias: str, printed: str, place: str) -> None:
    """State an alias. For a person, a given or a family name only is by itself a weak alias."""
    if alias.startswith("(") and alias.endswith(")"):
        alias = alias[1:-1]
    if party.schema != "Person":
        for name in _languages(alias):
            _add_name(party, "alias", name, printed, place)
        return
    given, family = party.first("firstName") or "", party.first("lastName") or ""
    is_given = " " not in alias or (len(alias.split()) == len(given.split()) and _resembles(alias, given))
    is_given = is_given and not (family.isupper() and any(word.isupper() for word in alias.split()))
    if " " in alias and not is_given:
        party.add("alias", alias, original=printed, place=place, quality="good")
        return
    party.add("weakAlias", alias, original=printed, place=place, quality="weak")
    # "SELEZNYOV" beside "Ivan SELEZNEV" spells the family name otherwise; "Sergei" beside "Serhiy" the given name.
    whole = f"{given} {alias}" if alias.isupper() else f"{alias} {family}" if _resembles(alias, given) else None
    if given and family:
        party.add("alias", whole, original=printed, place=place, quality="low")


def _resembles(one: str, other: str) -> bool:
    """Tell whether two given names begin with the same sound and are of like length: Yevgeny and Evgeni, not Batya."""
    first, second = ((name.split() or [""])[0].lower().lstrip("y") for name in (one, other))
    return first[:2] == second[:2] and abs(len(first) - len(second)) <= 2


def _sanction(party: Record, cells: dict[str, str], place: str) -> Record:
    record = sanction(
        party,
        place,
        authority="Global Affairs Canada",
        country="ca",
        program=tidy(cells.get("Country", "")),
        recordId=" ".join(f"{name} {tidy(cells[name])}" for name in ("Schedule", "Item") if cells.get(name)),
    )
    listed = Record("", "Sanction")
    add_dates(listed, Reading(), "listingDate", cells.get("DateOfListing", ""), place)
    for statement in listed.statements:
        if statement.prop == "listingDate":
            record.statements.append(statement)
        else:
            record.add("summary", statement.value, place=place)
    return record


def recognise(path: Path, head: bytes) -> bool:
    """Tell whether this is Canada's XML: a ``data-set`` of records with schedules or items."""
    return begins_with_element(head, "data-set") and b"<record" in head and b"<Item>" in head


FORMAT = ListFormat(
    name="ca-sema",
    title="Canada: Consolidated Autonomous Sanctions List",
    publisher="Global Affairs Canada",
    read=read,
    recognise=recognise,
    urls=(
        "https://www.international.gc.ca/world-monde/assets/office_docs/international_relations-relations_internationales/sanctions/sema-lmes.xml",
    ),
)
