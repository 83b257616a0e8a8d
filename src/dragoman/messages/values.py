"""Cells and options turned into the statements of a query."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from dragoman.errors import QueryRefused
from dragoman.messages.queries import Query, Unread
from dragoman.model import Record, Statement, schemata
from dragoman.model.countries import country_code
from dragoman.model.headers import schema_for
from dragoman.model.printed_dates import read_dates

#: A query that states no schema and bears one of these is a person's. Of any other it is not known what it is of
#: (``Thing``): a guess would hide the parties of all other kinds.
_PERSONAL = frozenset(
    ("birthDate", "birthPlace", "gender", "passportNumber", "fatherName", "motherName", "socialSecurityNumber")
)

#: Properties that together make a name, where a file keeps the parts apart.
_NAME_PARTS = ("firstName", "secondName", "middleName", "fatherName", "lastName")

_COUNTRY_SEPARATOR = re.compile(r"[,/&]| and ")
_SEPARATOR = re.compile(r"[;|]+")
_ABSENT = frozenset(
    ("", "-", "--", "n/a", "n.a.", "null", "none", "nil", "nan", "unknown", "not known", "not available")
)
#: The types whose values are normalised; all others are kept as written.
_KINDS = frozenset(("date", "country", "gender"))
#: Null, None and Nan are people's names.
_NO_NAME = frozenset(("", "-", "--", "n/a", "n.a.", "not known", "not available"))
_GENDERS = {
    **dict.fromkeys(("m", "male", "man"), "male"),
    **dict.fromkeys(("f", "female", "w", "woman"), "female"),
    **dict.fromkeys(("o", "x", "d", "other", "diverse"), "other"),
}
_LONGEST_CELL = 10_000


def build_query(
    id_: str, schema: str | None, cells: Iterable[tuple[str, str]], place: str, *, split: bool = True
) -> Query:
    """Make a query of (property, text) pairs; with `split`, a text may hold several values parted by ``;`` or ``|``.

    Dates, countries, genders and schemata that are not understood are listed as `unread`. Raises QueryRefused
    where the schema is not one of parties, or where no name and no identifier is given.
    """
    query = Query(Record(id_, "Thing"), place)
    for prop, text in cells:
        _state(query, prop, _parts(prop, text, place) if split else [text])
    _join_name_parts(query.record, place)
    query.record.schema = _schema(schema, query)
    if not any(_screenable(known) for known in query.record.statements):
        raise QueryRefused(
            "there is no name and no identifier to screen by", place=place, remedy="give at least a name"
        )
    return query


def _parts(prop: str, text: str, place: str) -> list[str]:
    if len(text) > _LONGEST_CELL:
        raise QueryRefused(
            f"{prop} is longer than {_LONGEST_CELL:,} characters", place=place, remedy="check the quotes of the row"
        )
    return [text] if _kind(prop) in ("text", "address", "html") else _SEPARATOR.split(text)


def _state(query: Query, prop: str, parts: list[str]) -> None:
    kind = _kind(prop)
    for part in parts:
        value = " ".join(part.split())
        if value.lower() in (_ABSENT if kind != "name" else _NO_NAME):
            continue
        values, reason = _understood(kind, value) if kind in _KINDS else ((value,), None)
        for each in values:
            query.record.add(prop, each, original=value, place=query.place)
        if reason:
            query.unread.append(Unread(prop, value[:200], reason))


@lru_cache(maxsize=65536)  # the same days and countries come again and again
def _understood(kind: str, value: str) -> tuple[tuple[str, ...], str | None]:
    """Return the values that a part of a cell states, and why it is not (wholly) understood, if so."""
    if kind == "date":
        days, left = read_dates(value)
        # 3/4/1957 may be written in either order: both days are screened rather than one guessed.
        months, _ = read_dates(value, month_first=True) if "/" in value else ([], [])
        found = list(dict.fromkeys([*days, *months]))
        return tuple(found), "it is no date" if left or not found else None
    if kind == "country":
        codes = [country_code(value)]
        if codes == [None]:  # not before: "Korea, North" is one country
            codes = [country_code(part) for part in _COUNTRY_SEPARATOR.split(value)]
        return tuple(code for code in codes if code), None if all(codes) else "it is no country that is known"
    if kind == "gender":
        gender = _GENDERS.get(value.lower())
        return ((gender,), None) if gender else ((), "write male, female or other")
    return (value,), None


@cache
def _kind(prop: str) -> str:
    if prop in _NAME_PARTS:
        return "name"
    for schema in ("Thing", "LegalEntity", "Person", *schemata.schema_names()):
        if kind := schemata.properties(schema).get(prop):
            return kind
    return "string"


def _join_name_parts(record: Record, place: str) -> None:
    """A file that keeps first and last name apart still screens whole names."""
    stated = {known.prop for known in record.statements}
    if "name" not in stated and not stated.isdisjoint(_NAME_PARTS):
        parts = [part for prop in _NAME_PARTS if (part := record.first(prop))]
        record.add("name", " ".join(parts), place=place)


def _schema(stated: str | None, query: Query) -> str:
    stated = (stated or "").strip()
    if known := schema_for(stated):
        return known
    if stated in schemata.schema_names() and stated != "Thing":
        raise QueryRefused(f"a {stated} is no party that a list could name", place=query.place)
    if stated and stated != "Thing":
        query.unread.append(Unread("schema", stated[:200], "use Person, Organization, Company, Vessel or CryptoWallet"))
    return "Person" if any(known.prop in _PERSONAL for known in query.record.statements) else "Thing"


def _screenable(known: Statement) -> bool:
    return _kind(known.prop) in ("name", "identifier") and any(char.isalnum() for char in known.value)
