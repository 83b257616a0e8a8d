"""Publishing lists for private matching, and answering questions: policy and quota first, then the answer."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dragoman import model
from dragoman.errors import MatchingRefused, SettingRefused, UsageError
from dragoman.exchange import matching
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys_of import KINDS, MatchKey, keys_of_all
from dragoman.exchange.matching_quota import Quota, Use, spend
from dragoman.exchange.policy import Ask, Decision, Held, Policies
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.holding import giver_of, of_records
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import Agreement, MatchList, MatchQuestion, Partner
from dragoman.node.partners.octets import octets_of
from dragoman.node.partners.policies import SERVICE
from dragoman.node.partners.sharing import CLASS, statements_of
from dragoman.node.registry.models import ListVersion, Record, Source

_BATCH = 500


def offer(
    principal: Principal, agreement: Agreement, source: Source, *, colour: str, purpose: str, kinds: Iterable[str]
) -> MatchList:
    """Let a partner match against a list, under an agreement that says so; the first edition is published at once.

    Raises UsageError where no clause allows it or no kind of key is chosen, MessageRefused for a colour that is none.
    """
    chosen = [kind for kind in KINDS if kind in set(kinds)]
    if not chosen:
        raise UsageError("no kind of key is chosen", remedy="choose what may be compared")
    giver = giver_of(source)
    # What a partner gave is its own: no clause lets this node have it matched by a third.
    whose = node_id() if giver is None else giver.node
    handling = Handling(Colour.read(colour), frozenset({whose}), purposes=frozenset({purpose}))
    decided = decide(agreement, purpose, handling, timezone.now())
    if not decided.allowed:
        raise UsageError(decided.sentence, remedy="agree on a clause that lets this list be matched")
    with transaction.atomic():
        kept, new = MatchList.objects.get_or_create(
            agreement=agreement,
            source=source,
            ended=None,
            defaults={"purpose": purpose, "handling": handling.to_json(), "kinds": chosen},
        )
        if new:
            journal(principal, "partners.matching.offered", f"match_list:{kept.pk}", agreement=agreement.pk)
    publish(kept)
    return kept


def withdraw(principal: Principal, offered: MatchList) -> None:
    """Stop letting a list be matched, and destroy the key: what the partner holds of it is worth nothing then."""
    with transaction.atomic():
        row = MatchList.objects.select_for_update().get(pk=offered.pk)
        row.ended, row.content, row.sealed, row.edition = timezone.now(), b"", "", ""
        row.save()
        journal(principal, "partners.matching.withdrawn", f"match_list:{row.pk}", agreement=row.agreement_id)


def publish(offered: MatchList) -> bool:
    """Publish the version in use under a new key, if it is another than before; the former key is destroyed."""
    version = ListVersion.objects.filter(source=offered.source, state=ListVersion.State.IN_USE).first()
    if version is None or version.version == offered.version:
        return False
    secret = matching.ListKey.draw()
    publishable = _Publishable(offered)
    published = matching.publish(publishable.keys(), secret)
    with transaction.atomic():
        row = MatchList.objects.select_for_update().get(pk=offered.pk)
        if row.ended is not None:
            return False
        row.version, row.edition, row.content = version.version, published.id, published.content
        row.sealed, row.elements = _seal(secret), len(published.members)
        row.save()
        target, left_out = f"match_list:{row.pk}", publishable.left_out
        journal(SERVICE, "partners.matching.published", target, count=row.elements, refused=left_out)
    offered.refresh_from_db()
    return True


def publish_all() -> int:
    """Publish every offered list whose version in use changed; return how many."""
    return sum(publish(each) for each in MatchList.objects.filter(ended=None).select_related("source"))


@dataclass(slots=True)
class _Publishable:
    """The records of a list that the partner may match against: those whose own handling the agreement allows too.

    What rests on a statement of another node is that node's as well, and stays out.
    """

    offered: MatchList
    left_out: int = 0

    def keys(self) -> Iterator[MatchKey]:
        """Yield the keys, and count the records that are left out."""
        source, chosen = self.offered.source, Handling.from_json(self.offered.handling)
        if giver_of(source) is not None:
            return
        allowed: dict[Handling, bool] = {}
        stream = Record.objects.filter(source=source, gone=False).iterator(2000)
        while batch := list(islice(stream, _BATCH)):
            handlings = of_records(batch, source, chosen)
            for each in set(handlings.values()) - allowed.keys():
                found = decide(self.offered.agreement, self.offered.purpose, each, timezone.now())
                allowed[each] = found.allowed
            fit = [row for row in batch if allowed[handlings[row.pk]]]
            self.left_out += len(batch) - len(fit)
            stated = statements_of(fit, source.name)
            plain = [model.Record(row.record_id, row.schema, stated.get(row.pk, []), "") for row in fit]
            yield from (key for key, _ in keys_of_all(plain, self.offered.kinds))


def decide(agreement: Agreement, purpose: str, handling: Handling, now: datetime) -> Decision:
    """Decide whether the partner may match against a list of this node, by this one agreement."""
    policies = Policies([Held(agreement.read, agreement.standing())])
    ask = Ask(node_id(), agreement.partner.node, "match", CLASS, purpose, SERVICE, handling)
    return policies.decide([ask], now)[0]


def offered_to(partner: Partner, agreement: str) -> Iterator[MatchList]:
    """Yield the lists that this partner may match against now, under the agreement of that hash."""
    rows = MatchList.objects.filter(agreement__partner=partner, agreement__hash=agreement, ended=None)
    for row in rows.exclude(edition="").select_related("agreement__partner", "source"):
        if giver_of(row.source) is not None:  # of a partner that this node came to know later
            continue
        if decide(row.agreement, row.purpose, Handling.from_json(row.handling), timezone.now()).allowed:
            yield row


def lists(partner: Partner, body: Any) -> Any:
    """Answer which lists the partner may match against, without their sets."""
    return {"lists": [_shown(row) for row in offered_to(partner, _text(body, "agreement"))]}


def edition(partner: Partner, body: Any) -> Any:
    """Answer with the edition in force of one list. Raises MatchingRefused where it may not be matched."""
    row = _find(partner, body, "name")
    journal(f"partner:{partner.pk}", "partners.matching.fetched", f"match_list:{row.pk}", partner=partner.pk)
    return _shown(row) | {"content": base64.b64encode(bytes(row.content)).decode()}


def question(partner: Partner, body: Any) -> Any:
    """Answer a question, once it is allowed, within the quota, and its commitment is in the journal.

    Raises MatchingRefused, QuotaReached.
    """
    row = _find(partner, body, "edition")
    asked = matching.Question(row.edition, octets_of(body, "blinded", MatchingRefused))
    if asked.size not in matching.SIZES:
        raise MatchingRefused(f"a question of {asked.size} elements", remedy="fill it up to an agreed size")
    with transaction.atomic():
        Agreement.objects.select_for_update().get(pk=row.agreement_id)  # one count of the quota at a time
        spend(quotas_of(row.agreement), uses(row.agreement, own=False), asked.size, timezone.now())
        kept = MatchQuestion.objects.create(
            agreement=row.agreement,
            own=False,
            name=row.source.name,
            edition=row.edition,
            elements=asked.size,
            commitment=asked.commitment,
        )
        journal(
            f"partner:{partner.pk}",
            "partners.matching.answered",
            f"match_question:{kept.pk}",
            count=asked.size,
            digest=asked.commitment,
        )
    found = matching.answer(asked, matching.PublishedList.read(bytes(row.content)), _unseal(row.sealed))
    return {
        "commitment": found.commitment,
        "evaluated": base64.b64encode(found.evaluated).decode(),
        "proof": base64.b64encode(found.proof).decode(),
    }


def quotas_of(agreement: Agreement) -> list[Quota]:
    """Return what the agreement says about how much may be matched."""
    agreed = [each for each in agreement.read.quotas if (each.action, each.data_class) == ("match", CLASS)]
    return [Quota(each.count, timedelta(hours=each.hours)) for each in agreed]


def uses(agreement: Agreement, *, own: bool) -> list[Use]:
    """Return the questions that count against the quotas, of this node or of the partner."""
    longest = max((each.window for each in quotas_of(agreement)), default=timedelta(0))
    rows = MatchQuestion.objects.filter(agreement=agreement, own=own, at__gt=timezone.now() - longest)
    return [Use(at, elements) for at, elements in rows.values_list("at", "elements")]


def _find(partner: Partner, body: Any, by: str) -> MatchList:
    wanted = _text(body, by)
    for row in offered_to(partner, _text(body, "agreement")):
        if wanted == (row.edition if by == "edition" else row.source.name):
            return row
    raise MatchingRefused("no such list may be matched", remedy="fetch the lists in force, and ask again")


def _shown(row: MatchList) -> dict[str, Any]:
    return {
        "name": row.source.name, "purpose": row.purpose, "kinds": row.kinds, "edition": row.edition,
        "elements": row.elements,
    }  # fmt: skip


def _text(body: Any, name: str) -> str:
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, str):
        raise MatchingRefused(f"{name} is missing", remedy="say it as a text")
    return found


def _box() -> Fernet:
    derivation = HKDF(hashes.SHA256(), length=32, salt=None, info=b"dragoman matching")
    return Fernet(base64.urlsafe_b64encode(derivation.derive(settings.SECRET_KEY.encode())))


def _seal(secret: matching.ListKey) -> str:
    return _box().encrypt(f"{secret.scalar:x}".encode()).decode()


def _unseal(kept: str) -> matching.ListKey:
    try:
        return matching.ListKey(int(_box().decrypt(kept.encode()), 16))
    except InvalidToken as error:
        raise SettingRefused(
            "the keys of published lists were sealed with another DRAGOMAN_SECRET_KEY",
            remedy="set the former key, or withdraw the lists and offer them anew",
        ) from error
