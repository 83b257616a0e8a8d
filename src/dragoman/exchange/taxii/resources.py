"""The resources that describe a server: discovery, API root, collections (TAXII 2.1, sections 4.1, 4.2 and 5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dragoman.exchange.taxii.negotiation import LARGEST_REQUEST, MEDIA_TYPE, STIX_TYPE
from dragoman.exchange.taxii.rows import Resource


def discovery(title: str, api_roots: Sequence[str], *, contact: str = "", description: str = "") -> Resource:
    """Return the discovery resource. `api_roots` are absolute addresses: those of the reader's agreements only."""
    found: Resource = {"title": title}
    found |= {"description": description} if description else {}
    found |= {"contact": contact} if contact else {}
    return found | ({"api_roots": list(api_roots)} if api_roots else {})


def api_root(title: str, *, description: str = "", largest: int = LARGEST_REQUEST) -> Resource:
    """Return the resource of an API root; at Dragoman an agreement is one."""
    found: Resource = {"title": title, "versions": [MEDIA_TYPE], "max_content_length": largest}
    return found | ({"description": description} if description else {})


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: a class of data under an agreement, and what the reader may do with it. `id` is a UUID."""

    id: str
    title: str
    can_read: bool
    can_write: bool
    description: str = ""
    alias: str = ""

    def resource(self) -> Resource:
        """Return the collection resource."""
        found: Resource = {"id": self.id, "title": self.title, "can_read": self.can_read, "can_write": self.can_write}
        found |= {"description": self.description} if self.description else {}
        found |= {"alias": self.alias} if self.alias else {}
        return found | {"media_types": [STIX_TYPE]}


def collections(found: Iterable[Collection]) -> Resource:
    """Return the resource of all collections; an empty one where there is none."""
    listed = [each.resource() for each in found]
    return {"collections": listed} if listed else {}
