"""Answering what partners ask: words and chosen records leave as objects, each by the policy at that moment.

Each is entered in the ledger. What is said in words is an object too (a note), so that it can be called back like any
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from dragoman import model
from dragoman.errors import ActRefused, StepRefused, UsageError
from dragoman.exchange.handling import Colour, Handling, combine
from dragoman.exchange.handling_words import load
from dragoman.exchange.policy import Ask, Decision, Held, Policies, quota_left
from dragoman.exchange.stix.definitions import author
from dragoman.exchange.stix.ids import Thing, stix_id, write_time
from dragoman.exchange.stix.markings import markings_of
from dragoman.exchange.stix.objects import write_note
from dragoman.exchange.stix.records import Writing, write_record
from dragoman.node.access import Principal
from dragoman.node.partners.holding import giver_of, of_records
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import AnswerObject, Disclosure, InformationRequest, Partner
from dragoman.node.partners.requests_asking import LONGEST, event_of, tell
from dragoman.node.partners.sharing import CLASS, statements_of
from dragoman.node.registry.models import Record

#: The role by which a clause names who may release an answer.
_ROLE = "liaison"
#: Records in one answer.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Part:
    """An object that is to leave: its class, its handling, and how a person calls it."""

    thing: Thing
    data_class: str
    handling: Handling
    label: str


def acknowledge(principal: Principal, row: InformationRequest) -> None:
    """Confirm the receipt: the time to answer begins. Raises StepRefused."""
    tell(principal, _received(row), event_of(row, "received"))


def hold(principal: Principal, row: InformationRequest, text: str) -> None:
    """Ask the asker what it means; the time to answer stands still until it says. Raises UsageError, StepRefused."""
    if not text:
        raise UsageError("nothing is asked", remedy="say what is unclear")
    tell(principal, _received(row), event_of(row, "unclear", text=text[:LONGEST]))


def extend(principal: Principal, row: InformationRequest, day: str, text: str) -> None:
    """Give a new deadline, the end of that day, with a reason. Raises UsageError, StepRefused."""
    read = parse_date(day) if day else None
    if read is None:
        raise UsageError("no day is given", remedy="write it as 2026-12-31")
    until = datetime.combine(read, datetime.max.time().replace(microsecond=0), timezone.get_default_timezone())
    if until <= timezone.now():
        raise UsageError("this day is over", remedy="choose a later one")
    tell(principal, _received(row), event_of(row, "extended", text=text[:LONGEST], until=until))


def refuse(principal: Principal, row: InformationRequest, ground: str, text: str) -> None:
    """Refuse with a ground of the table. Raises StepRefused."""
    tell(principal, _received(row), event_of(row, "refused", word=ground, text=text[:LONGEST]))


def answer(
    principal: Principal,
    row: InformationRequest,
    *,
    text: str,
    records: Sequence[Record],
    colour: str,
    codes: Iterable[str] = (),
    whole: bool = True,
) -> list[AnswerObject]:
    """Answer in words, with records, or both; `whole` says that nothing more comes.

    All leaves or nothing does. Raises ActRefused with the sentence of what may not leave, UsageError, StepRefused.
    """
    _received(row)
    if len(records) > _MOST:
        raise UsageError(f"{len(records)} records", remedy=f"give at most {_MOST}, in parts")
    now = timezone.now()
    chosen = Handling(
        Colour.read(colour), frozenset({node_id()}), frozenset(codes), recipients=_named(colour, row.partner)
    )
    parts = _parts(row, text.strip()[:LONGEST], records, chosen, now)
    if not parts:
        raise UsageError("the answer is empty", remedy="say something, choose records, or refuse with a ground")
    with transaction.atomic():
        decided = _decide(row, parts, now)
        _enter(row, parts, decided, now)
        kept = AnswerObject.objects.bulk_create(
            AnswerObject(
                request=row,
                stix_id=each.thing["id"],
                content=orjson.dumps(each.thing).decode(),
                handling=each.handling.to_json(),
                at=now,
            )
            for each in parts
        )
        event = event_of(row, "answered" if whole else "part", objects=tuple(each.thing["id"] for each in parts))
        tell(principal, row, event, [{"object": each.thing, "handling": each.handling.to_json()} for each in parts])
    return kept


def _received(row: InformationRequest) -> InformationRequest:
    if row.own:
        raise StepRefused("this node asked it itself", remedy="the partner answers it")
    return row


def _named(colour: str, partner: Partner) -> frozenset[str] | None:
    return frozenset({partner.node}) if Colour.read(colour) is Colour.RED else None


def _parts(
    row: InformationRequest, text: str, records: Sequence[Record], chosen: Handling, now: datetime
) -> list[Part]:
    found = []
    stated = statements_of(list(records))
    for each in records:
        handling = handling_of(each, chosen)
        plain = model.Record(each.record_id, each.schema, stated.get(each.pk, []), each.source.name)
        thing = write_record(plain, Writing(now, now, markings=_marks(handling)))
        found.append(Part(thing, CLASS, handling, each.caption))
    if text:
        about = [each.thing["id"] for each in found] or [author()["id"]]
        note = write_note(text, about, Writing(now, now, markings=_marks(chosen)))
        note["id"] = stix_id("note", row.digest, write_time(now))  # the same words to another are another note
        found.append(Part(note, row.data_class, chosen, "the answer in words"))
    return found


def _marks(handling: Handling) -> tuple[str, ...]:
    return tuple(each["id"] for each in markings_of(handling))


def handling_of(record: Record, chosen: Handling) -> Handling:
    """Return how a record is to be handled: as chosen, and no freer than its source, its statements and its owner."""
    combined = of_records([record], record.source, chosen)[record.pk]
    theirs = giver_of(record.source)
    if theirs is None:
        return combined
    # What a partner gave is never this node's own, whatever its marking says: the rule of the third party holds.
    return combine([combined, Handling(combined.colour, frozenset({theirs.node}), recipients=combined.recipients)])


def _decide(row: InformationRequest, parts: Sequence[Part], now: datetime) -> list[Decision]:
    """Decide on each part by the agreement that it was asked under, as it stands at this moment. Raises ActRefused."""
    agreement = row.agreement
    policies = Policies([Held(agreement.read, agreement.standing())])
    asks = [
        Ask(
            node_id(),
            row.partner.node,
            "disclose",
            each.data_class,
            row.purpose,
            _ROLE,
            each.handling,
            spent=_spent(row, each.data_class, sum(part.data_class == each.data_class for part in parts), now),
        )
        for each in parts
    ]
    decided = policies.decide(asks, now)
    refused = [f"{each.label}: {it.sentence}" for each, it in zip(parts, decided, strict=True) if not it.allowed]
    if refused:
        raise ActRefused("; ".join(refused[:3]), remedy="leave it out, or refuse with a ground; nothing was sent")
    return decided


def _spent(row: InformationRequest, data_class: str, wanted: int, now: datetime) -> bool:
    past = Disclosure.objects.filter(agreement=row.agreement, data_class=data_class).values_list("at", flat=True)
    left = quota_left(row.agreement.read, "disclose", data_class, past, now)
    return left is not None and left < wanted


def _enter(row: InformationRequest, parts: Sequence[Part], decided: Sequence[Decision], now: datetime) -> None:
    Disclosure.objects.bulk_create(
        Disclosure(
            partner=row.partner,
            agreement=row.agreement,
            object=each.thing["id"],
            version=write_time(now),
            data_class=each.data_class,
            purpose=row.purpose,
            clause=it.clause,
            at=now,
        )
        for each, it in zip(parts, decided, strict=True)
    )


def grounds() -> dict[str, str]:
    """Return the grounds on which a request may be refused, by their code."""
    return _titles("refusals")


def uses() -> dict[str, str]:
    """Return what may come of an answer, by its code."""
    return _titles("feedback")


def urgencies() -> dict[str, str]:
    """Return the urgencies, by their code."""
    return _titles("urgencies")


def _titles(table: str) -> dict[str, str]:
    return {name: row["title"] for name, row in load("requests.yaml")[table].items()}
