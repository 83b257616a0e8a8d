"""A node with a partner's TAXII client: what it holds, and how the client calls. For `test_taxii_reference`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from dragoman.exchange.stix.ids import Thing, stix_id
from dragoman.node.partners.models import SharedObject
from tests.node.exchange.nodes import Node

PARTNER, SECRET = "border.example", "of the reference tests"
TYPE = "application/taxii+json;version=2.1"
A, B = stix_id("indicator", "a"), stix_id("indicator", "b")
MALWARE, LINK = stix_id("malware", "w"), stix_id("relationship", "r")
MARKING, ARTIFACT = stix_id("marking-definition", "m"), stix_id("artifact", "z")
FIRST, SECOND, THIRD = "2030-11-03T12:30:59.000Z", "2030-12-25T12:30:59.444Z", "2031-01-27T13:49:53.935Z"
MALWARE_21, MALWARE_20 = "2031-01-27T13:49:53.997Z", "2032-02-23T18:30:00.000Z"


def thing(name: str, modified: str | None, /, **more: Any) -> Thing:
    kind = name.partition("--")[0]
    found = {"type": kind, "spec_version": "2.1", "id": name, "created": FIRST, "modified": modified}
    if kind == "indicator":
        pattern = "[domain-name:value = 'evil.example']"
        found |= {"pattern": pattern, "pattern_type": "stix", "valid_from": FIRST, "name": "An indicator"}
    elif kind == "malware":
        found |= {"name": "A program", "is_family": False}
    return {key: value for key, value in (found | more).items() if value is not None}


#: What the partner may read, in the order of adding: when it was added, and the object.
HELD = [
    ("2031-05-08T09:00:00.000000Z", thing(B, FIRST)),
    ("2031-05-08T10:00:00.000000Z", thing(A, FIRST)),
    ("2031-05-27T13:49:59.000000Z", thing(A, SECOND)),
    ("2031-06-20T00:00:00.000000Z", thing(MARKING, None, definition={"statement": "x"}, name="M",
                                          definition_type="statement")),
    ("2031-07-27T13:49:59.997000Z", thing(MALWARE, MALWARE_21)),
    ("2031-07-28T00:00:00.000000Z", thing(MALWARE, MALWARE_20, spec_version=None, labels=["x"])),
    ("2031-08-01T00:00:00.000000Z", thing(LINK, FIRST, relationship_type="indicates", source_ref=B,
                                          target_ref=MALWARE)),
    ("2031-12-31T13:49:53.935000Z", thing(A, THIRD)),
]  # fmt: skip
#: Ids in the order in which they are read where nothing else is said.
ORDER = [B, MARKING, MALWARE, LINK, A]
SCO: Thing = {"type": "artifact", "spec_version": "2.1", "id": ARTIFACT, "mime_type": "application/zip"}

#: What a query means: a filter, and the objects (id, version) that it gives in that order.
LAST_OF = {B: FIRST, MARKING: FIRST, MALWARE: MALWARE_21, LINK: FIRST, A: THIRD}
DEFAULT = [(name, LAST_OF[name]) for name in ORDER]
READING = {
    "": DEFAULT,
    "added_after=2031-06-20T00:00:00Z": DEFAULT[2:],
    "added_after=2031-07-27T13:49:59.997000Z": DEFAULT[3:],
    "added_after=2031-12-31T13:49:53.935000Z": [],
    f"match[id]={MALWARE}": [(MALWARE, MALWARE_21)],
    f"match[id]={MALWARE},{B}": [(B, FIRST), (MALWARE, MALWARE_21)],
    "match[type]=indicator": [(B, FIRST), (A, THIRD)],
    f"match[version]={SECOND}": [(A, SECOND)],
    "match[version]=first": [(B, FIRST), (A, FIRST), *DEFAULT[1:4]],
    "match[version]=last": DEFAULT,
    "match[version]=all": [(B, FIRST), (A, FIRST), (A, SECOND), *DEFAULT[1:]],
    "match[spec_version]=2.0": [(MALWARE, MALWARE_20)],
    "match[spec_version]=2.1": DEFAULT,
    "match[spec_version]=2.0,2.1": [*DEFAULT[:2], (MALWARE, MALWARE_20), *DEFAULT[3:]],
    f"match[type]=incident&match[version]={FIRST}": [],
    "match[type]=indicator&match[spec_version]=2.1": [(B, FIRST), (A, THIRD)],
}

VERSIONS = [
    (B, "", [FIRST]),
    (B, "added_after=2031-05-08T09:00:00Z", []),
    (B, "added_after=2031-05-08T08:00:00Z", [FIRST]),
    (A, "", [FIRST, SECOND, THIRD]),
    (MALWARE, "", [MALWARE_21]),
    (MALWARE, "match[spec_version]=2.0", [MALWARE_20]),
    (MALWARE, "match[spec_version]=2.1", [MALWARE_21]),
    (MALWARE, "match[spec_version]=2.0,2.1", [MALWARE_21, MALWARE_20]),
]


def build() -> None:
    """Make the partner, an agreement and what is held; called within the node."""
    from dragoman.exchange.agreement_acts import perform
    from dragoman.exchange.handling import Colour, Handling
    from dragoman.exchange.taxii.moments import read_moment
    from dragoman.exchange.taxii.writing import add_objects
    from dragoman.node.partners import agreeing
    from dragoman.node.partners.holding import text_of
    from dragoman.node.partners.identity import node_id, node_key
    from dragoman.node.partners.models import Partner, PartnerToken
    from dragoman.node.partners.taxii.asking import collections_of, digest_of
    from dragoman.node.partners.taxii.store import Store
    from dragoman.node.people.models import Account
    from tests.node.partners.parties import KEYS, drafted

    partner = Partner.objects.create(
        node=PARTNER, name="Border", address="http://127.0.0.1:9/", key=KEYS[PARTNER].public.text,
        confirmed=datetime.now(UTC), by=Account.objects.get(username="liaison"),
    )  # fmt: skip
    PartnerToken.objects.create(partner=partner, digest=digest_of(SECRET))
    document = drafted(partner, node_id(), PARTNER)
    given = document["clauses"][0] | {"classes": ["indicators", "reports"], "actions": ["disclose"]}
    taken = given | {"id": "2", "giver": PARTNER, "receiver": node_id(), "classes": ["list_entries"]}
    retention = {"indicators": 9, "reports": 9, "list_entries": 9}
    kept = agreeing.keep(document | {"clauses": [given, taken], "retention": retention}, "node")
    for key in (node_key(), KEYS[PARTNER]):
        done = perform("sign", kept.read, key, kept.known_acts(), kept.read.starts)
        agreeing.receive({"document": kept.document, "acts": [done.to_json()]}, partner)
    uuids = {shown.alias: uuid for uuid, shown in collections_of(kept).items()}
    text = text_of(Handling(Colour.CLEAR, frozenset({node_id()})))
    for alias, added, each in [*(("indicators", *row) for row in HELD), ("reports", HELD[0][0], SCO)]:
        store = Store({each["id"]: text})
        made = add_objects(store, uuids[alias], [each], now=read_moment(added, "added"), status_id=str(uuid4()))
        assert not made.failures, made.failures


@dataclass
class Taxii:
    """A TAXII client of the partner, over HTTP."""

    node: Node

    def __post_init__(self) -> None:
        headers = {"Accept": TYPE}
        self.http = self.node.http(auth=(PARTNER, SECRET), headers=headers, follow_redirects=True, timeout=60)
        self.nobody = self.node.http(headers=headers, follow_redirects=True, timeout=60)
        (root,) = self.http.get("/taxii2/").json()["api_roots"]
        self.root = httpx.URL(root).path
        listed = self.http.get(f"{self.root}collections/").json()["collections"]
        self.read, self.observed, self.write = (
            f"{self.root}collections/{next(each['id'] for each in listed if each['alias'] == alias)}/"
            for alias in ("indicators", "reports", "list_entries")
        )

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def found(self, path: str) -> Any:
        """Return a resource that is there."""
        answer = self.http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, TYPE), answer.text
        return answer.json()

    def post(self, *things: Any, client: httpx.Client | None = None, where: str = "", body: Any = None) -> Any:
        content = {"objects": list(things)} if body is None else body
        path = (where or self.write) + "objects/"
        return (client or self.http).post(path, json=content, headers={"Content-Type": TYPE})

    def delete(self, name: str, query: str = "") -> httpx.Response:
        return self.http.delete(f"{self.write}objects/{name}/{query}")

    def held(self, name: str) -> list[str]:
        """Return the versions of an object that the node holds: who gives does not read back."""
        with closing(sqlite3.connect(self.node.home / "node" / "node.sqlite3")) as database:
            query = f"SELECT label FROM {SharedObject._meta.db_table} WHERE stix_id = ? ORDER BY added"  # noqa: S608
            return [label for (label,) in database.execute(query, [name])]

    def close(self) -> None:
        self.http.close()
        self.nobody.close()
        self.node.stop()
