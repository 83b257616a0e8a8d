"""Who asks a TAXII server: a partner, by a token (HTTP Basic) or by a signed request; and what it may ask of."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from uuid import NAMESPACE_URL, UUID, uuid5

from django.http import HttpRequest

from dragoman.errors import DragomanError, MessageRefused, TaxiiRefused
from dragoman.exchange.signing import Message
from dragoman.exchange.taxii.reading import Reader
from dragoman.exchange.taxii.resources import Collection as Shown
from dragoman.node.partners import lines
from dragoman.node.partners.identity import node_id, node_key
from dragoman.node.partners.models import Agreement, Collection, Partner, PartnerToken
from dragoman.node.partners.octets import read_octets

#: An API root as its address names it: the number of the agreement.
_ROOT = re.compile(r"[1-9][0-9]{0,17}")


def asker_of(request: HttpRequest) -> tuple[Partner, Message | None]:
    """Return the partner that asks, and the message that it signed, if it did. Raises TaxiiRefused (401)."""
    if "signature-input" in request.headers:
        try:
            return lines.verified(request)
        except DragomanError as error:
            raise TaxiiRefused(error.message, status=401, remedy=error.remedy or "sign the request") from error
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        node, _, token = read_octets(text, "who asks").decode().partition(":")
    except (MessageRefused, UnicodeDecodeError):
        node = token = ""
    row = PartnerToken.objects.select_related("partner").filter(digest=digest_of(token), revoked=None).first()
    if kind.lower() != "basic" or row is None or row.partner.node != node:
        raise TaxiiRefused(
            "nobody is known by this name and token", status=401, remedy="sign the request, or send node id and token"
        )
    return row.partner, None


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def agreement_of(partner: Partner, root: str) -> Agreement:
    """Return the agreement that an API root is, if it is the partner's and in force. Raises TaxiiRefused (404)."""
    number = int(root) if _ROOT.fullmatch(root) else 0
    found = Agreement.objects.filter(pk=number, partner=partner).prefetch_related("acts").first()
    if found is None or not found.standing().in_force:
        raise TaxiiRefused("there is no such API root", status=404, remedy="look at the discovery resource")
    return found


def roots(partner: Partner) -> list[Agreement]:
    """Return the agreements with a partner that are in force."""
    return [each for each in partner.agreements.prefetch_related("acts") if each.standing().in_force]


def uuid_of(agreement: Agreement, data_class: str, giver: str) -> UUID:
    """Return the id of a collection: the same on both sides."""
    return uuid5(NAMESPACE_URL, f"dragoman:{agreement.hash}:{data_class}:{giver}")


def collections_of(agreement: Agreement) -> dict[str, Shown]:
    """Return the collections under an agreement as the partner sees them, by id; they are made on first use."""
    own, found = node_id(), {}
    for clause in agreement.read.clauses:
        if "disclose" not in clause.actions:
            continue
        for name in sorted(clause.classes):
            row, _ = Collection.objects.get_or_create(
                agreement=agreement,
                data_class=name,
                giver=clause.giver,
                defaults={"uuid": uuid_of(agreement, name, clause.giver)},
            )
            given = clause.giver == own
            title = f"{name.replace('_', ' ').capitalize()}, given by {clause.giver}"
            found[str(row.uuid)] = Shown(str(row.uuid), title, can_read=given, can_write=not given, alias=name)
    return found


def collection_of(agreement: Agreement, uuid: str, *, write: bool = False) -> Collection:
    """Return a collection that the partner may read or write. Raises TaxiiRefused (404, 403)."""
    shown = collections_of(agreement).get(uuid)
    if shown is None:
        raise TaxiiRefused("there is no such collection", status=404, remedy="look at the collections of the API root")
    if not (shown.can_write if write else shown.can_read):
        remedy = "you give this class of data, and read the other" if not write else "you receive this class of data"
        raise TaxiiRefused("the agreement has it the other way round", status=403, remedy=remedy)
    return Collection.objects.get(uuid=uuid)


@cache
def _cursor_key() -> bytes:
    return hashlib.sha256(b"dragoman/taxii-cursor/1\n" + node_key().seed).digest()


def reader_of(partner: Partner, agreement: Agreement) -> Reader:
    """Return who reads, for cursors: they are good for this partner under this agreement only."""
    return Reader(f"{partner.node}/{agreement.hash}", _cursor_key())


def purposes_of(request: HttpRequest, agreement: Agreement, collection: Collection) -> list[str]:
    """Return the purpose that the partner states (``Dragoman-Purpose``), else all that the clauses know.

    An object then leaves for the first of them that its handling and the policy allow.
    """
    if stated := request.headers.get("Dragoman-Purpose"):
        return [stated]
    clauses = [
        each
        for each in agreement.read.clauses
        if each.giver == collection.giver and collection.data_class in each.classes and "disclose" in each.actions
    ]
    return sorted({purpose for each in clauses for purpose in each.purposes}) or [""]
