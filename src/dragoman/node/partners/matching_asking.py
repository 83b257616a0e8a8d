"""Asking partners in private which of our keys are on their lists. The answer is keys, never records."""

from __future__ import annotations

import base64
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from dragoman.errors import MatchingRefused, MessageRefused, QueryRefused
from dragoman.exchange import matching
from dragoman.exchange.keys_of import KINDS, MatchKey, keys_of
from dragoman.exchange.matching_quota import spend
from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners import lines
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.matching_publishing import quotas_of, uses
from dragoman.node.partners.models import Agreement, HeldEdition, MatchQuestion, Partner
from dragoman.node.partners.octets import octets_of

LISTS, EDITION, QUESTION = "exchange/matching/lists", "exchange/matching/edition", "exchange/matching/question"
#: The columns of a batch, in the order that lines without a heading have.
COLUMNS = ("name", "birthDate", "passportNumber", "country", "phone", "email", "accountNumber")
#: Lines taken at once.
MOST = 5000


@dataclass(frozen=True, slots=True)
class Matched:
    """A line of a batch, what it said, and the kinds of its keys that are on the partner's list."""

    line: int
    label: str
    kinds: tuple[str, ...]
    stated: dict[str, str]


def asking_under() -> list[Agreement]:
    """Return the agreements in force under which this node may match against a partner's lists."""
    rows = Agreement.objects.exclude(partner__confirmed=None).select_related("partner").prefetch_related("acts")
    return [each for each in rows if _may_ask(each) and each.standing().in_force]


def _may_ask(agreement: Agreement) -> bool:
    own = node_id()
    return any(each.receiver == own and "match" in each.actions for each in agreement.read.clauses)


def refresh(agreement: Agreement) -> list[HeldEdition]:
    """Ask the partner which lists it offers; those that it offers no longer are forgotten. Raises DragomanError."""
    found = lines.post(agreement.partner, LISTS, {"agreement": agreement.hash})
    rows = [_row(each) for each in _listed(found)]
    with transaction.atomic():
        agreement.held_editions.exclude(name__in=[row["name"] for row in rows]).delete()
        for row in rows:
            HeldEdition.objects.get_or_create(
                agreement=agreement, name=row["name"], defaults={"purpose": row["purpose"], "kinds": row["kinds"]}
            )
    return list(agreement.held_editions.order_by("name"))


def _listed(found: Any) -> list[Any]:
    listed = found.get("lists") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise MessageRefused("no lists", remedy="ask the partner which version of Dragoman it runs")
    return listed


def _row(found: Any) -> dict[str, Any]:
    try:
        kinds = [kind for kind in KINDS if kind in found["kinds"]]
        texts = {name: str(found[name])[:120] for name in ("name", "purpose", "edition")}
        return texts | {"kinds": kinds, "elements": int(found["elements"])}
    except (TypeError, KeyError, ValueError) as error:
        raise MessageRefused("not an offered list", remedy="ask the partner") from error


def fetch(held: HeldEdition) -> matching.PublishedList:
    """Return the edition in force, fetched only if it is another than the one that is held."""
    agreement = held.agreement
    listed = [_row(each) for each in _listed(lines.post(agreement.partner, LISTS, {"agreement": agreement.hash}))]
    current = next((row for row in listed if row["name"] == held.name), None)
    if current is None:
        held.delete()
        raise MatchingRefused(f"{agreement.partner} no longer offers {held.name}", remedy="ask which lists it offers")
    if current["edition"] != held.edition:
        found = lines.post(agreement.partner, EDITION, {"agreement": agreement.hash, "name": held.name})
        published = matching.PublishedList.read(octets_of(found, "content"))
        held.edition, held.content, held.at = published.id, published.content, timezone.now()
        held.kinds, held.purpose, held.elements = current["kinds"], current["purpose"], current["elements"]
        held.save()
    return matching.PublishedList.read(bytes(held.content))


def ask(principal: Principal, held: HeldEdition, records: list[Record]) -> tuple[list[Matched], MatchQuestion]:
    """Ask which of the records have a key on the partner's list.

    What is asked is journalled as a commitment, here and there. Raises MatchingRefused, QuotaReached, DeliveryFailed.
    """
    published = fetch(held)
    by_key: dict[MatchKey, list[int]] = {}
    for line, record in enumerate(records):
        for key in keys_of(record, held.kinds):
            by_key.setdefault(key, []).append(line)
    if not by_key:
        raise MatchingRefused(
            "nothing here can be compared", remedy="a name needs a date or year of birth, a document its country"
        )
    asked = matching.ask(list(by_key), published)
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=held.agreement_id)
        spend(quotas_of(held.agreement), uses(held.agreement, own=True), asked.question.size, timezone.now())
        kept = MatchQuestion.objects.create(
            agreement=held.agreement,
            own=True,
            name=held.name,
            edition=held.edition,
            elements=asked.question.size,
            commitment=asked.question.commitment,
            by=principal.account,
        )
        journal(
            principal,
            "partners.matching.asked",
            f"match_question:{kept.pk}",
            count=asked.question.size,
            digest=asked.question.commitment,
            partner=held.agreement.partner_id,
        )
    hits = asked.hits(_answer(held, asked.question), published)
    kept.hits = len(hits)
    kept.save(update_fields=["hits"])
    return _matched(records, by_key, hits), kept


def _answer(held: HeldEdition, question: matching.Question) -> matching.Answer:
    body = {
        "agreement": held.agreement.hash,
        "edition": question.list_id,
        "blinded": base64.b64encode(question.blinded).decode(),
    }
    found = lines.post(held.agreement.partner, QUESTION, body)
    evaluated, proof = octets_of(found, "evaluated"), octets_of(found, "proof")
    return matching.Answer(str(found.get("commitment")), evaluated, proof)


def _matched(records: list[Record], by_key: dict[MatchKey, list[int]], hits: Iterable[MatchKey]) -> list[Matched]:
    kinds: dict[int, set[str]] = {}
    for key in hits:
        for line in by_key[key]:
            kinds.setdefault(line, set()).add(key.kind)
    return [
        Matched(line + 1, records[line].caption, tuple(kind for kind in KINDS if kind in found), _stated(records[line]))
        for line, found in sorted(kinds.items())
    ]


def _stated(record: Record) -> dict[str, str]:
    return {name: ";".join(values) for name in COLUMNS if (values := record.values(name))}


def read_batch(text: str) -> list[Record]:
    """Read lines of names, dates, documents ..., separated by commas, semicolons or tabs; a heading may name columns.

    Raises QueryRefused where there is nothing, or too much.
    """
    rows = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if not rows or len(rows) > MOST:
        raise QueryRefused(f"{len(rows)} lines", remedy=f"give one to {MOST} lines: {', '.join(COLUMNS)}")
    mark = next((each for each in ";\t," if each in rows[0]), ";")
    cells = [[cell.strip() for cell in row] for row in csv.reader(rows, delimiter=mark)]
    names: tuple[str, ...] = COLUMNS
    if set(cells[0]) <= set(COLUMNS) and "".join(cells[0]):
        names, cells = tuple(cells[0]), cells[1:]
    return [_record(line, dict(zip(names, row, strict=False))) for line, row in enumerate(cells, 1)]


def _record(line: int, stated: dict[str, str]) -> Record:
    properties = {name: [value] for name, value in stated.items() if value}
    return Record.from_ftm({"id": f"line-{line}", "schema": "Person", "properties": properties})


def partner_of(held: HeldEdition) -> Partner:
    """Return whose list it is."""
    return held.agreement.partner
