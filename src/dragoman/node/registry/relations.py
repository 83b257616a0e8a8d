"""How records are related: which name one another, through which links, and what describes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from dragoman.node.access import Principal
from dragoman.node.registry.models import LINKS, Record, Source, Statement
from dragoman.node.templatetags.shown import prop_label

_TABLE = Path(__file__).with_name("data") / "links.tsv"
#: The properties by which a record says that it describes another.
DESCRIBES = ("holder", "entity")
#: The most links that are followed from a page; it says when there are more.
MOST = 100


@dataclass(frozen=True, slots=True)
class Link:
    """A schema whose records are links: the properties of its ends, how it reads, and what is said of it."""

    start: str
    end: str
    words: str
    details: tuple[str, ...]


@cache
def links() -> dict[str, Link]:
    """Return the schemata whose records are links."""
    rows = (line.split("\t") for line in _TABLE.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return {schema: Link(start, end, words, tuple(details.split())) for schema, start, end, words, details in rows}


@dataclass(frozen=True, slots=True)
class Relation:
    """`record` `words` `other` ("owns", 60); `via` is the record that says so, where neither of the two does."""

    record: Record
    words: str
    other: Record
    via: Record | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """A record that describes one (a listing, a document, a wallet), with its statements."""

    record: Record
    of: Record
    statements: tuple[Statement, ...]


@dataclass(slots=True)
class Around:
    """What stands around some records; `more` where it is not all."""

    relations: list[Relation] = field(default_factory=list)
    descriptions: list[Description] = field(default_factory=list)
    more: bool = False


_Key = tuple[int, str]


def around(records: Sequence[Record], principal: Principal) -> Around:
    """Return how records are related to others that the principal may see, and what describes them."""
    own = {(each.source_id, each.record_id): each for each in records}
    naming, more = _naming(own, principal)
    stated = _stated([*(each.pk for each in records), *naming])
    found = Around(more=more)
    known = own | _known(_ends(records, naming, stated), principal)
    for record in records:
        for each in stated.get(record.pk, ()):
            other = known.get((record.source_id, each.value)) if each.prop in LINKS else None
            if other is not None:
                found.relations.append(Relation(record, prop_label(each.prop).lower(), other))
    for pk, record in naming.items():
        _sort_in(found, record, stated.get(pk, ()), own, known)
    found.relations = list(dict.fromkeys(found.relations))
    return found


def _naming(own: dict[_Key, Record], principal: Principal) -> tuple[dict[int, Record], bool]:
    """Return the records that name one of ours, by primary key, and whether there are more."""
    seen = (
        Source.objects.visible_to(principal).filter(pk__in={source for source, _ in own}).values_list("pk", flat=True)
    )
    rows = Statement.objects.filter(
        prop__in=LINKS, value__in={key for _, key in own}, gone=False, record__gone=False, record__source__in=list(seen)
    )
    found: dict[int, Record] = {}
    rows = rows.select_related("record__source").order_by("pk")[: MOST + 1]
    for each in rows:
        if (each.record.source_id, each.value) in own and each.record.pk not in found:
            found[each.record.pk] = each.record
    return found, len(rows) > MOST


def _stated(records: Collection[int]) -> dict[int, list[Statement]]:
    found: dict[int, list[Statement]] = {}
    for each in Statement.objects.filter(record__in=records, gone=False).order_by("pk"):
        found.setdefault(each.record_id, []).append(each)
    return found


def _ends(
    records: Iterable[Record], naming: dict[int, Record], stated: dict[int, list[Statement]]
) -> dict[int, set[str]]:
    """Return, by source, the ids that records and links name."""
    wanted: dict[int, set[str]] = {}
    linking = (each for each in naming.values() if each.schema in links())
    for record in [*records, *linking]:
        values = {each.value for each in stated.get(record.pk, ()) if each.prop in LINKS}
        wanted.setdefault(record.source_id, set()).update(sorted(values)[:MOST])
    return wanted


def _known(wanted: dict[int, set[str]], principal: Principal) -> dict[_Key, Record]:
    found: dict[_Key, Record] = {}
    for source, ids in wanted.items():
        rows = Record.objects.visible_to(principal).filter(source=source, record_id__in=ids, gone=False)
        found |= {(source, each.record_id): each for each in rows.select_related("source")}
    return found


def _sort_in(
    found: Around,
    record: Record,
    statements: Iterable[Statement],
    own: dict[_Key, Record],
    known: dict[_Key, Record],
) -> None:
    """Put a record that names ours where it belongs: a link, a description, or something that points to them."""
    rows = list(statements)
    link = links().get(record.schema)
    if link is not None:
        detail = ", ".join(_said(each) for each in rows if each.prop in link.details)
        ends = [
            [end for each in rows if each.prop == prop and (end := known.get((record.source_id, each.value)))]
            for prop in (link.start, link.end)
        ]
        found.relations += [Relation(left, link.words, right, record, detail) for left in ends[0] for right in ends[1]]
        return
    for each in rows:
        if each.prop in LINKS and (target := own.get((record.source_id, each.value))) is not None:
            if each.prop in DESCRIBES:
                kept = tuple(row for row in rows if row.prop not in LINKS)
                found.descriptions.append(Description(record, target, kept))
            elif record.pk != target.pk:
                found.relations.append(Relation(record, prop_label(each.prop).lower(), target))


def _said(stated: Statement) -> str:
    return f"{stated.value} %" if stated.prop == "percentage" and stated.value[-1:].isdigit() else stated.value
