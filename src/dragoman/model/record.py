"""A record: what one source says about one thing, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from dragoman.model import schemata

Quality = Literal["good", "low", "weak"]

#: Properties that hold names, in the order in which a caption prefers them.
NAME_PROPERTIES = ("name", "alias", "previousName", "weakAlias", "abbreviation")


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One value of one property, and where it stands.

    `value` is normalised where the property's type asks for it: dates in the EDTF subset of
    `dragoman.model.dates`, countries as lower-case ISO 3166 codes, identifiers without blanks.
    `original` keeps the text as printed where that differs. `place` is the spot in the source
    file (``sdn.csv:120``, ``INDIVIDUAL[12]``). `quality` grades names as the publisher does.
    `origin` is who stated it first and since which version (``un-sc@2026-02-27``), where a
    partner gave it; None where the source states it itself.

    Lists hold millions of these and messages dozens each: a struct is made in a tenth of a frozen dataclass's
    time, and the garbage collector need not look at it, since it holds nothing but texts.
    """

    prop: str
    value: str
    original: str | None = None
    place: str | None = None
    lang: str | None = None
    quality: Quality | None = None
    origin: str | None = None


#: How the JSON of a statement calls what it says; only the first two are always there.
STATEMENT_FIELDS: tuple[str, ...] = Statement.__struct_fields__


class Record(msgspec.Struct):
    """A FollowTheMoney entity made of statements, from one version of one source.

    A stream of records holds parties (`is_party`) and the records that describe them:
    ``Sanction`` (property ``entity`` points to the party), ``Passport`` / ``Identification`` and
    ``CryptoWallet`` (property ``holder``), links such as ``UnknownLink``. Identifiers stand on the
    party as well (``passportNumber``), so that a party can be screened alone.
    """

    id: str
    schema: str
    statements: list[Statement] = []
    source: str = ""
    version: str = ""

    def add(
        self,
        prop: str,
        value: str | None,
        *,
        original: str | None = None,
        place: str | None = None,
        lang: str | None = None,
        quality: Quality | None = None,
    ) -> None:
        """Append a statement unless `value` is empty or already stated for `prop`."""
        if value is None or not (value := value.strip()):
            return
        if any(known.prop == prop and known.value == value for known in self.statements):
            return
        if original == value:
            original = None
        self.statements.append(Statement(prop, value, original, place, lang, quality))

    def values(self, *props: str) -> list[str]:
        """Return the distinct values of the given properties, in statement order."""
        return list(dict.fromkeys(known.value for known in self.statements if known.prop in props))

    def first(self, *props: str) -> str | None:
        """Return the first value of the first of `props` that has one."""
        for prop in props:
            for known in self.statements:
                if known.prop == prop:
                    return known.value
        return None

    @property
    def names(self) -> list[str]:
        """All names and aliases, whatever their quality."""
        return self.values(*NAME_PROPERTIES)

    @property
    def caption(self) -> str:
        """The text by which to show the record: its best name, else a number, else the id."""
        return self.first(*schemata.caption_properties(self.schema)) or self.id

    @property
    def is_party(self) -> bool:
        """Tell whether this is a listed party rather than a description of one.

        A wallet with a holder describes its holder; a wallet alone is a party.
        """
        return schemata.may_be_party(self.schema) and self.first("holder") is None

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values; `from_json` gives back an equal record."""
        rows = []
        for known in self.statements:
            row: dict[str, str] = {"prop": known.prop, "value": known.value}
            for key in STATEMENT_FIELDS[2:]:
                if (text := getattr(known, key)) is not None:
                    row[key] = text
            rows.append(row)
        return {
            "id": self.id,
            "schema": self.schema,
            "source": self.source,
            "version": self.version,
            "statements": rows,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Record:
        """Build a record from what `to_json` returned."""
        return cls(
            id=plain["id"],
            schema=plain["schema"],
            statements=[Statement(**row) for row in plain["statements"]],
            source=plain.get("source", ""),
            version=plain.get("version", ""),
        )

    def to_ftm(self) -> dict[str, Any]:
        """Return FollowTheMoney's JSON form: id, caption, schema, datasets and properties (lists of values)."""
        kinds = schemata.properties(self.schema)
        properties: dict[str, list[str]] = {}
        for known in self.statements:
            values = properties.setdefault(known.prop, [])
            # FollowTheMoney knows neither "about" nor ranges: a date is given by its bounds.
            plain = known.value.rstrip("~").split("/") if kinds.get(known.prop) == "date" else [known.value]
            values.extend(value for value in plain if value not in values)
        return {
            "id": self.id,
            "caption": self.caption,
            "schema": self.schema,
            "datasets": [self.source] if self.source else [],
            "properties": properties,
        }

    @classmethod
    def from_ftm(
        cls, plain: Mapping[str, Any], source: str = "", version: str = "", place: str | None = None
    ) -> Record:
        """Build a record from FollowTheMoney JSON (``{"id", "schema", "properties": {name: [values]}}``)."""
        record = cls(id=str(plain["id"]), schema=plain["schema"], source=source, version=version)
        for prop, values in plain.get("properties", {}).items():
            for value in [values] if isinstance(values, str) else values:
                record.add(prop, str(value), place=place)
        return record


def parties(records: Iterable[Record]) -> Iterator[Record]:
    """Yield only the records that are parties."""
    return (record for record in records if record.is_party)
