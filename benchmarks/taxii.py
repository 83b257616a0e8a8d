"""TAXII over real HTTP: adding and reading objects, and a poll that finds nothing, against one granian worker.

    python benchmarks/taxii.py [--objects 100000] [--page 1000] [--json FILE]

A node of its own is started in a temporary folder, with one agreement in force. The client is this process, so both
share the machine. Objects are threat actors as the exchange writes records; each is judged by policy and entered into
the ledger when it leaves, as in operation.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.node.exchange.nodes import Node

MEDIA = "application/taxii+json;version=2.1"
_SETUP = """
import json, secrets
from datetime import UTC, datetime
from dragoman.exchange.agreement_acts import perform
from dragoman.exchange.keys import PrivateKey
from dragoman.node.partners.agreeing import keep, _keep_act
from dragoman.node.partners.drafting import DraftForm
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Partner, PartnerToken
from dragoman.node.partners.taxii.asking import collections_of, digest_of
from dragoman.node.people.models import Account
key = PrivateKey.generate()
by = Account.objects.get(username="liaison")
now = datetime.now(UTC)
partner = Partner.objects.create(
    node="peer.example", name="Peer", address="https://peer.example/", key=key.public.text, confirmed=now, by=by
)
form = DraftForm(dict(title="Load", memorandum="M", reference="1", signed="2026-01-01", desk="D", their_desk="D",
    give_classes=["list_entries"], give_purposes=["border-control"], give_actions=["disclose"], give_tlp="AMBER",
    take_classes=["indicators"], take_purposes=["border-control"], take_actions=["disclose"], take_tlp="AMBER+STRICT",
    codes=[], onward="leave", authors="stripped", retention=365, quota=1000, starts="2026-01-01", ends="2099-01-01"))
assert form.is_valid(), form.errors
agreement = keep(form.document(partner, "http://localhost/"), "bench")
for signer in (node_key(), key):
    _keep_act(agreement, perform("sign", agreement.read, signer, agreement.known_acts(), datetime.now(UTC)), "bench")
token = secrets.token_urlsafe(16)
PartnerToken.objects.create(partner=partner, digest=digest_of(token))
shown = collections_of(agreement)
read = [key for key, each in shown.items() if each.can_read][0]
write = [key for key, each in shown.items() if each.can_write][0]
print("MADE", json.dumps({"root": agreement.pk, "token": token, "read": read, "write": write}))
"""
_FILL = """
from django.utils import timezone
from dragoman.exchange.handling import Colour, Handling
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Collection, SharedObject
from dragoman.node.partners.holding import text_of
import orjson
row = Collection.objects.get(uuid={collection!r})
text = text_of(Handling(Colour.AMBER, frozenset({{node_id()}}), purposes=frozenset({{"border-control"}})))
def rows():
    for number in range({count}):
        added = 1_700_000_000_000_000 + number
        when = "2026-01-01T00:00:00.000Z"
        thing = {{
            "type": "threat-actor", "spec_version": "2.1", "created": when, "modified": when,
            "id": f"threat-actor--00000000-0000-4000-8000-{{number:012d}}", "name": f"Invented actor {{number}}",
            "threat_actor_types": ["criminal"], "aliases": [f"Alias {{number}}", f"Other {{number}}"],
        }}
        yield SharedObject(
            collection=row, added=added, stix_id=thing["id"], type="threat-actor", version=added, label=when,
            spec_version="2.1", content=orjson.dumps(thing).decode(), handling=text,
        )
from itertools import islice
stream = rows()
while batch := list(islice(stream, 5000)):
    SharedObject.objects.bulk_create(batch)
Collection.objects.filter(pk=row.pk).update(newest=1_700_000_000_000_000 + {count})
"""


def things(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Return invented indicators, as a partner would add them."""
    return [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "pattern": f"[domain-name:value = 'host{number}.example']",
            "pattern_type": "stix",
            "valid_from": "2026-01-01T00:00:00Z",
        }
        for number in range(start, start + count)
    ]


def measure(objects: int, page: int) -> dict[str, float]:
    """Start a node, fill it, and return the figures."""
    figures: dict[str, float] = {"objects": objects, "page": page}
    with tempfile.TemporaryDirectory() as place:
        node = Node(Path(place) / "node", "Bench")
        node.home.mkdir()
        node.prepare()
        made = json.loads(re.search(r"MADE (.*)", node.run(script=_SETUP))[1])
        node.run(script=_FILL.format(collection=made["read"], count=objects))
        node.start()
        try:
            base = f"{node.url}/taxii2/{made['root']}/collections"
            options = {"auth": ("peer.example", made["token"]), "headers": {"Accept": MEDIA}, "timeout": 300}
            with httpx.Client(trust_env=False, **options) as client:
                figures |= _poll(client, f"{base}/{made['read']}/objects/", objects, page)
                figures |= _add(client, f"{base}/{made['write']}/objects/", page)
        finally:
            node.stop()
    return figures


def _poll(client: httpx.Client, url: str, objects: int, page: int) -> dict[str, float]:
    read, token, start, slowest = 0, "", time.perf_counter(), 0.0
    while True:
        began = time.perf_counter()
        answer = client.get(url, params={"limit": page} | ({"next": token} if token else {}))
        answer.raise_for_status()
        found = orjson.loads(answer.content)
        slowest = max(slowest, time.perf_counter() - began)
        read += len(found["objects"])
        token = found.get("next", "")
        if not token:
            break
    seconds = time.perf_counter() - start
    assert read == objects, (read, objects)
    times = []
    for _ in range(20):
        began = time.perf_counter()
        assert not orjson.loads(client.get(url, params={"added_after": "2030-01-01T00:00:00Z"}).content)
        times.append(time.perf_counter() - began)
    return {
        "objects read a second": read / seconds,
        "slowest page ms": 1000 * slowest,
        "nothing new, median ms": 1000 * sorted(times)[len(times) // 2],
    }


def _add(client: httpx.Client, url: str, page: int, rounds: int = 10) -> dict[str, float]:
    speeds = []
    for number in range(rounds):
        body = orjson.dumps({"objects": things(page, number * page)})
        began = time.perf_counter()
        answer = client.post(url, content=body, headers={"Content-Type": MEDIA})
        assert answer.json()["success_count"] == page, answer.text[:300]
        speeds.append(page / (time.perf_counter() - began))
    return {"objects added a second, first": speeds[0], "objects added a second, last": speeds[-1]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--page", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures = measure(given.objects, given.page)
    for name, value in figures.items():
        print(f"{name:35} {value:12,.1f}")
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
