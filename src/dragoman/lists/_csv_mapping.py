"""The mapping file that tells what the columns of a CSV list hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from dragoman.errors import ListRefused, ValueRefused
from dragoman.model import Quality, schemata
from dragoman.model.dates import PartialDate

_LARGEST = 1 << 20
_REMEDY = "see the page on lists for what a mapping holds"
_KEYS = frozenset(
    {"title", "publisher", "published", "schema", "id", "delimiter", "encoding", "dates", "separator", "columns"}
    | {"constants"}
)
_COLUMN_KEYS = frozenset({"property", "separator", "quality", "dates"})
_ORDERS = {"day-first": False, "month-first": True}


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds: a property of the party (or of its sanction); an empty one is left out on purpose."""

    prop: str
    separator: str | None = None
    quality: Quality | None = None
    month_first: bool | None = None
    of_sanction: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, understood and checked."""

    title: str | None = None
    publisher: str | None = None
    published: str | None = None
    schema: str | None = None
    schema_column: str | None = None
    schema_values: dict[str, str] = field(default_factory=dict)
    id_columns: list[str] = field(default_factory=list)
    delimiter: str | None = None
    encoding: str | None = None
    month_first: bool = False
    separator: str | None = None
    columns: dict[str, Column] = field(default_factory=dict)
    constants: list[tuple[Column, str]] = field(default_factory=list)

    @property
    def named(self) -> list[str]:
        """Every column that the mapping counts on."""
        return [*self.columns, *self.id_columns, *([self.schema_column] if self.schema_column else [])]


NO_MAPPING = Mapping()


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises ListRefused on what is no YAML, an unknown key, property or schema."""
    import yaml

    try:
        if path.stat().st_size > _LARGEST:
            raise ListRefused("the mapping is larger than any it could be", place=str(path), remedy=_REMEDY)
        text = path.read_text(encoding="utf-8")
        if "&" in text and "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise ListRefused("the mapping uses YAML aliases", place=path.name, remedy="write each value out")
        plain = yaml.safe_load(text)
    except OSError as error:
        raise ListRefused(f"cannot be opened: {error.strerror}", place=str(path), remedy="check the path") from error
    except (UnicodeDecodeError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise ListRefused(f"the mapping is not YAML ({error})"[:300], place=path.name, remedy=_REMEDY) from error
    if not isinstance(plain, dict):
        raise ListRefused("the mapping holds no keys", place=path.name, remedy=_REMEDY)
    return _Reader(path.name).mapping(plain)


class _Reader:
    """Checks a mapping's plain values; what is wrong is refused with the file's name."""

    def __init__(self, place: str) -> None:
        self.place = place

    def refuse(self, message: str) -> ListRefused:
        return ListRefused(message[:300], place=self.place, remedy=_REMEDY)

    def mapping(self, plain: dict[Any, Any]) -> Mapping:
        if unknown := [key for key in plain if key not in _KEYS]:
            raise self.refuse(f"unknown key {unknown[0]!r} in the mapping")
        columns = self.table(plain, "columns")
        schema, column, values = self.schema(plain.get("schema"))
        return Mapping(
            title=self.text(plain, "title"),
            publisher=self.text(plain, "publisher"),
            published=self.published(plain),
            schema=schema,
            schema_column=column,
            schema_values=values,
            id_columns=[str(name) for name in self.listed(plain.get("id"))],
            delimiter=self.delimiter(plain),
            encoding=self.encoding(plain),
            month_first=self.order(plain.get("dates", "day-first")),
            separator=self.text(plain, "separator"),
            columns={str(name): self.column(held) for name, held in columns.items()},
            constants=[
                (self.column(name), str(value))
                for name, held in self.table(plain, "constants").items()
                for value in self.listed(held)
            ],
        )

    def text(self, plain: dict[Any, Any], key: str) -> str | None:
        value = plain.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            raise self.refuse(f"{key} in the mapping is not a text")
        return value

    def table(self, plain: dict[Any, Any], key: str) -> dict[Any, Any]:
        value = plain.get(key) or {}
        if not isinstance(value, dict):
            raise self.refuse(f"{key} in the mapping does not hold names and values")
        return value

    def listed(self, value: Any) -> list[Any]:
        if isinstance(value, dict):
            raise self.refuse("a list or a single value is wanted where the mapping has names and values")
        return value if isinstance(value, list) else [] if value is None else [value]

    def published(self, plain: dict[Any, Any]) -> str | None:
        if plain.get("published") is None:
            return None
        day = str(plain["published"])
        try:
            bounds = PartialDate.parse(day)
        except ValueRefused as error:
            raise self.refuse(f"published in the mapping: {error.message}") from error
        if bounds.first != bounds.last:
            raise self.refuse(f"published in the mapping is not a day: {day!r}")
        return day

    def delimiter(self, plain: dict[Any, Any]) -> str | None:
        mark = self.text(plain, "delimiter")
        if mark is not None and (len(mark) != 1 or mark in '\r\n"'):
            raise self.refuse(f"the delimiter must be a single character, not {mark!r}")
        return mark

    def encoding(self, plain: dict[Any, Any]) -> str | None:
        name = self.text(plain, "encoding")
        try:
            "".encode(name or "utf-8")
        except (LookupError, ValueError) as error:
            raise self.refuse(f"unknown encoding {name!r}") from error
        return name

    def order(self, value: Any) -> bool:
        if value not in _ORDERS:
            raise self.refuse(f"dates are day-first or month-first, not {value!r}")
        return _ORDERS[value]

    def schema(self, value: Any) -> tuple[str | None, str | None, dict[str, str]]:
        """Return the constant or default schema, the column that states it, and what its cells mean."""
        if not isinstance(value, dict):
            return (self.known_schema(value) if value is not None else None), None, {}
        if value.keys() - {"column", "values", "default"} or not isinstance(value.get("column"), str):
            raise self.refuse("schema in the mapping takes a column, its values and a default")
        values = {str(cell): self.known_schema(name) for cell, name in self.table(value, "values").items()}
        default = self.known_schema(value["default"]) if "default" in value else None
        return default, value["column"], values

    def known_schema(self, name: Any) -> str:
        if not isinstance(name, str) or name not in schemata.schema_names() or not schemata.may_be_party(name):
            raise self.refuse(f"no schema of a party: {name!r}")
        return name

    def column(self, held: Any) -> Column:
        if held is None:
            return Column("")
        if isinstance(held, str):
            held = {"property": held}
        if not isinstance(held, dict) or not isinstance(held.get("property"), str) or held.keys() - _COLUMN_KEYS:
            raise self.refuse(f"a column takes a property, separator, quality or dates, not {held!r}")
        prop = held["property"]
        of_sanction = prop.startswith("sanction.")
        prop = prop.removeprefix("sanction.")
        if not self.has_property(prop, of_sanction=of_sanction):
            raise self.refuse(f"no FollowTheMoney property: {held['property']!r}")
        quality = held.get("quality")
        if quality is not None and quality not in get_args(Quality):
            raise self.refuse(f"quality is good, low or weak, not {quality!r}")
        order = self.order(held["dates"]) if "dates" in held else None
        return Column(prop, self.text(held, "separator"), quality, order, of_sanction)

    def has_property(self, prop: str, *, of_sanction: bool) -> bool:
        if of_sanction:
            return prop in schemata.properties("Sanction")
        parties = (name for name in schemata.schema_names() if schemata.may_be_party(name))
        return prop in ("id", "schema") or any(prop in schemata.properties(name) for name in parties)
