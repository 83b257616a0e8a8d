"""The safe list: people wrongly matched again and again, by their redress numbers. It is shown, and hides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import blake2b

from django.db import connection, transaction
from django.utils import timezone

from dragoman.errors import UsageError
from dragoman.messages.values import build_query
from dragoman.model import Record
from dragoman.model.identifiers import normalise_identifier
from dragoman.names import tokenise
from dragoman.node.access import Principal
from dragoman.node.desk.acting import person_of
from dragoman.node.desk.models import SafeListEntry, SafeListKey
from dragoman.node.journal.recording import record
from dragoman.screening.facts import DATES
from dragoman.screening.numbers import numbers_of

#: For how long an entry may be made.
LONGEST = timedelta(days=731)
#: Where a query may bear a redress number: passenger messages have it as a document or as a remark.
_REDRESS = ("idNumber", "passportNumber", "number")


def keys_of(record: Record, redress_number: str = "") -> set[str]:
    """Return the digests by which a person is found: redress number, documents, each name with each birth date."""
    written = [*record.values(*_REDRESS), redress_number]
    plain = [f"redress:{normalise_identifier(text)}" for text in written if text]
    plain += [f"number:{number.kind}:{number.value}" for number in numbers_of(record)]
    names = {" ".join(sorted(token.sounds for token in tokenise(text).tokens)) for text in record.names}
    plain += [f"born:{name}:{day}" for name in names if name for day in record.values(*DATES) if len(day) == 10]
    return {blake2b(text.encode(), digest_size=16).hexdigest() for text in plain}


def known(records: Iterable[Record]) -> list[tuple[SafeListEntry, ...]]:
    """Return for each query the entries in force that speak of the same person."""
    asked = list(records)
    if not asked or not _any():
        return [()] * len(asked)
    keys = [keys_of(record) for record in asked]
    wanted = set().union(*keys)
    rows = SafeListKey.objects.filter(
        digest__in=wanted, entry__expires__gte=timezone.localdate(), entry__ended_at=None
    ).select_related("entry")
    by_digest: dict[str, dict[int, SafeListEntry]] = {}
    for row in rows:
        by_digest.setdefault(row.digest, {})[row.entry_id] = row.entry
    return [
        tuple({pk: entry for key in each for pk, entry in by_digest.get(key, {}).items()}.values()) for each in keys
    ]


def _any() -> bool:
    """Tell whether there is an entry, without the machinery of models: every query with a hit asks."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {SafeListEntry._meta.db_table} LIMIT 1")  # noqa: S608  our table
        return cursor.fetchone() is not None


def add(principal: Principal, number: str, facts: dict[str, str], reason: str, expires: str) -> SafeListEntry:
    """Put a person on the safe list until a day, at most `LONGEST` from now. Raises UsageError, QueryRefused."""
    number = normalise_identifier(number)
    if not number or not reason.strip():
        raise UsageError("an entry needs a redress number and a reason", remedy="give both")
    try:
        day = date.fromisoformat(expires)
    except ValueError as error:
        raise UsageError(f"{expires!r} is no day", remedy="write the day of expiry as 2027-03-01") from error
    today = timezone.localdate()
    if not today < day <= today + LONGEST:
        raise UsageError("the entry would expire at once or too late", remedy="a day within two years from now")
    if SafeListEntry.objects.filter(redress_number=number).exists():
        raise UsageError(
            "there is an entry with that number", remedy="end it, or let it expire; numbers are given once"
        )
    built = build_query(number, "Person", [each for each in facts.items() if each[1]], "safe list", split=False)
    if built.unread:
        raise UsageError(f"{built.unread[0].value!r} is not understood", remedy=built.unread[0].reason)
    plain: dict[str, list[str]] = {}
    for known in built.record.statements:
        plain.setdefault(known.prop, []).append(known.value)
    with transaction.atomic():
        entry = SafeListEntry.objects.create(
            redress_number=number,
            asked={"schema": "Person", "properties": plain},
            caption=built.record.caption,
            reason=reason.strip()[:1000],
            by=person_of(principal),
            expires=day,
        )
        keys = keys_of(built.record, number)
        SafeListKey.objects.bulk_create(SafeListKey(entry=entry, digest=digest) for digest in keys)
        record(principal, "desk.safe_list.added", f"safe-list-entry:{entry.pk}")
    return entry


def end(principal: Principal, pk: int) -> None:
    """End an entry before it expires; once."""
    with transaction.atomic():
        entries = SafeListEntry.objects.filter(pk=pk, ended_at=None)
        if entries.update(ended_at=timezone.now(), ended_by=principal.account):
            record(principal, "desk.safe_list.ended", f"safe-list-entry:{pk}")
